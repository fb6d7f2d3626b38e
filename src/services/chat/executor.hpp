#pragma once

#include <boost/asio/awaitable.hpp>

#include "language/command/command.hpp"
#include "services/analytics/client.hpp"
#include "services/chat/hidden_words.hpp"
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
  Scope(runtime::Caller caller, language::Now now, Conversation& conversation, Knowledge& known)
      : now(now), conversation(conversation), known(known), caller_(std::move(caller)) {}

  const language::Now now;
  Conversation& conversation;
  Knowledge& known;
  std::string text;                         ///< What the person wrote.
  TextSpans ignore;                         ///< Pieces of it that are not to be read.
  bool confirmed = false;                   ///< They said yes to the plan of `conversation.context.planned`.
  std::optional<tasks::Subtasks> subtasks;  ///< What they want done with those of the plan.
  bool may_ask = true;                      ///< False for agents whose own host has the person approve each call.

  bool asks() const { return may_ask && !confirmed; }
  runtime::Caller next_caller() {
    runtime::Caller out = caller_;
    if (!out.idempotency_key.empty()) out.idempotency_key += "/" + std::to_string(++calls_);
    return out;
  }
  UserId user() const { return caller_.principal.user; }
  /// For reads, which need no key of their own: the keys of the writes then depend on nothing but the writes.
  runtime::Caller reader() const {
    runtime::Caller out = caller_;
    out.idempotency_key.clear();
    return out;
  }
  /// Remembers what was spoken of, for "it" and "both".
  void spoke_of(std::vector<TaskId> ids) {
    conversation.context.last_tasks = std::move(ids);
    conversation.context.last_series.reset();
  }
  /// "and on Friday?" goes on from here; of a longer row only the last few are kept.
  void asked(bool follows) {
    constexpr std::size_t kMost = 5;
    auto& questions = conversation.context.questions;
    if (!follows) questions.clear();
    if (questions.size() == kMost || text.size() > 1000) return;
    questions.push_back(text);
  }
  void spoke_of(SeriesId id) {
    conversation.context.last_tasks.clear();
    conversation.context.last_series = id;
  }

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

  /// What a compensation came to: the resource's new version (0: it is gone for good) and its card.
  struct Compensated {
    std::int64_t version = 0;
    json::value card;
  };

 private:
  using Command = language::Command;
  using Answer = boost::asio::awaitable<Outcome>;
  using Tasks = std::vector<domain::Task>;

  Answer run_one(Command command, Scope& scope);
  /// What to say where there is nothing to do.
  Outcome small_talk(const Command& command, const Scope& scope) const;

  // executor_create.cpp
  Answer create_task(Command command, Scope& scope);
  Answer create_series(Command command, Scope& scope);
  Answer set_reminder(Command command, Scope& scope);

  // executor_find.cpp
  Answer list(Command command, Scope& scope);
  /// Every task that a query means, up to 1000. Errors: those of the tasks service.
  boost::asio::awaitable<Result<Tasks>> find_all(domain::TaskQuery query, Scope& scope, bool only_one = false);
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
  /// "make it repeat every week": a series takes the place of the task.
  Answer make_repeating(Command command, domain::Task task, Scope& scope);
  /// The open tasks below it, as far down as there are.
  boost::asio::awaitable<Tasks> open_below(domain::Task parent, Scope& scope);
  /// A parent is to be completed that has open subtasks: these too?
  Outcome ask_about_subtasks(const domain::Task& parent, Scope& scope);
  /// Asks before a change of many: the plan, and the buttons to say yes or no with.
  Outcome ask_first(const Command& command, const Tasks& targets, const std::string& verb, const std::string& change,
                    Scope& scope);

  // executor_series.cpp
  Answer stop_series(Command command, Scope& scope);
  Answer silence(domain::Task task, Scope& scope);
  Answer silence_series(scheduler::SeriesView series, Scope& scope);
  Answer pause_series(Command command, Scope& scope);
  /// "pause everything": all that repeats, stopped only after a yes.
  Answer rest_all(Command command, Scope& scope);
  Answer update_series(Command command, scheduler::SeriesView series, Scope& scope);
  Answer skip_occurrences(Command command, scheduler::SeriesView series, Scope& scope);
  Answer remove_series(Command command, scheduler::SeriesView series, Scope& scope);
  /// "delete standup": this one, or all that is to come?
  Outcome ask_which_part(const scheduler::SeriesView& series, const std::string& item, Scope& scope);

  // executor_reminders.cpp
  Answer snooze(Command command, Scope& scope);
  Answer dismiss(Command command, Scope& scope);

  // executor_undo.cpp
  Answer undo(Command command, Scope& scope);
  boost::asio::awaitable<Result<Compensated>> compensate(UndoStep step, Scope& scope);
  boost::asio::awaitable<Result<Compensated>> compensate_reminder(UndoStep step, Scope& scope);

  Services services_;
};

// apology.cpp

/// A refusal in words: what the person can do, with their own time and names, or the service's own detail.
std::string apology(const Error& error, const language::Now& now);
/// The outcome of what could not be done at all.
Outcome refused(const Error& error, const language::Now& now);
/// The same of a task or series that was to be made.
Outcome not_added(const Error& error, const std::string& title, const language::Now& now);
/// What to say to a rule that comes more often than a task may; empty for all others.
std::string_view too_often(std::string_view rrule);

/// Takes out what the filter leaves alone ("everything but the report").
void spare(const language::Filter& filter, std::vector<domain::Task>& found);
/// That a filter or name found nothing to `verb`.
std::string nothing_found(const language::Command& command, std::string_view verb, const language::Now& now);

}  // namespace daybook::chat
