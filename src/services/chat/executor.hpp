#pragma once

#include <boost/asio/awaitable.hpp>

#include "language/command/command.hpp"
#include "services/analytics/client.hpp"
#include "services/chat/knowledge.hpp"
#include "services/chat/outcome.hpp"
#include "services/chat/store.hpp"

namespace daybook::chat {

/// The services that commands act through.
struct Services {
  tasks::Client& tasks;
  scheduler::Client& scheduler;
  analytics::Client& analytics;
  ChatStore& store;
};

/// One turn while it is carried out. Every call to another service takes `next_caller()`, so that each has its own
/// sub-key, the same ones when the turn is sent again.
class Scope {
 public:
  Scope(runtime::Caller caller, language::Now now, Conversation& conversation, const Knowledge& known)
      : now(now), conversation(conversation), known(known), caller_(std::move(caller)) {}

  const language::Now now;
  Conversation& conversation;
  const Knowledge& known;
  std::string text;        ///< What the person wrote.
  bool confirmed = false;  ///< They said yes to the plan of `conversation.context.planned`.

  runtime::Caller next_caller() {
    runtime::Caller out = caller_;
    if (!out.idempotency_key.empty()) out.idempotency_key += "/" + std::to_string(++calls_);
    return out;
  }
  UserId user() const { return caller_.principal.user; }
  /// Remembers what was spoken of, for "it" and "both".
  void spoke_of(const std::vector<TaskId>& ids) { conversation.context.last_tasks = ids; }

 private:
  runtime::Caller caller_;
  int calls_ = 0;
};

/// Carries commands out through the other services, with the caller's own rights. Never fails: what a service refuses
/// is said in the outcome, in its own words.
class Executor {
 public:
  explicit Executor(Services services) : services_(services) {}

  boost::asio::awaitable<Outcome> run(language::Command command, Scope& scope);

 private:
  using Command = language::Command;
  using Answer = boost::asio::awaitable<Outcome>;
  using Tasks = std::vector<domain::Task>;

  Answer run_one(Command command, Scope& scope);

  // executor_create.cpp
  Answer create_task(Command command, Scope& scope);
  Answer create_series(Command command, Scope& scope);
  Answer set_reminder(Command command, Scope& scope);

  // executor_find.cpp
  Answer list(Command command, Scope& scope);
  Answer show_series(Command command, Scope& scope);
  Answer stats(Command command, Scope& scope);
  Answer help(Command command, Scope& scope);
  Answer clarify(Command command, Scope& scope);

  // executor_change.cpp
  Answer complete(Command command, Scope& scope);
  Answer update(Command command, Scope& scope);
  Answer remove(Command command, Scope& scope);
  /// The tasks that a command is about: named, or by filter. Errors: those of the tasks service.
  boost::asio::awaitable<Result<Tasks>> targets(Command command, Scope& scope);
  /// Asks before a change of many: the plan, and the buttons to say yes or no with.
  Outcome ask_first(const Command& command, const Tasks& targets, const std::string& verb, const std::string& change,
                    Scope& scope);

  // executor_series.cpp
  Answer stop_series(Command command, Scope& scope);
  Answer pause_series(Command command, Scope& scope);
  Answer update_series(Command command, scheduler::SeriesView series, Scope& scope);
  Answer skip_occurrences(Command command, scheduler::SeriesView series, Scope& scope);
  Answer remove_series(Command command, scheduler::SeriesView series, Scope& scope);

  // executor_reminders.cpp
  Answer snooze(Command command, Scope& scope);
  Answer dismiss(Command command, Scope& scope);

  // executor_undo.cpp
  Answer undo(Command command, Scope& scope);
  boost::asio::awaitable<Result<>> compensate(UndoStep step, Scope& scope);

  Services services_;
};

/// A refusal in words: the service's own detail, or what to do when a service is away.
std::string apology(const Error& error);

}  // namespace daybook::chat
