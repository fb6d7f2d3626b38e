#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "services/chat/assistant.hpp"
#include "services/chat/executor.hpp"
#include "services/chat/hidden_words.hpp"
#include "services/chat/one_at_a_time.hpp"
#include "services/chat/store.hpp"

namespace daybook::chat {

/// A message as it came in.
struct Said {
  std::string message;
  std::optional<ConversationId> conversation;  ///< Absent: begin one.
  std::string timezone;                        ///< Empty: the person's own.
  TextSpans ignore;                            ///< Pieces of the message that mean nothing: chips that were taken off.
  Idempotency key;
};

/// What a tool's call came to, for an agent.
struct ToolResult {
  std::string text;      ///< In words.
  json::object content;  ///< What it gave: tasks, recurring tasks, counts; short.
  bool failed = false;
};

/// The chat's use cases, without HTTP and SQL.
class Service {
 public:
  Service(Services services, Assistant& assistant, const WallClock& clock)
      : services_(services), executor_(services), assistant_(assistant), clock_(clock) {}

  /// One turn: the ChatReply as JSON. The same key gives the same reply again. Errors: not_found (conversation),
  /// unprocessable (key reused), unavailable.
  boost::asio::awaitable<Result<std::string>> chat(runtime::Caller caller, Said said);
  /// What a text would do: the ParseResult as JSON.
  boost::asio::awaitable<Result<std::string>> parse(runtime::Caller caller, std::string text, std::string timezone,
                                                    TextSpans ignore);
  /// A tool of tools.hpp, called by somebody else's agent with the caller's rights. What it changes can be undone by
  /// the tool "undo". Errors: invalid_argument naming what is wrong with the arguments, unavailable.
  boost::asio::awaitable<Result<ToolResult>> call_tool(runtime::Caller caller, std::string name, json::value arguments);
  /// Speaks first when a reminder fires (C-09) and for the daily digest (C-13), and follows user.* events. Errors as
  /// runtime::EventHandler wants them.
  boost::asio::awaitable<Result<>> on_event(CloudEvent event);
  /// Once an hour takes away what need not be kept; to be called whenever something happens. Errors: the store's.
  boost::asio::awaitable<Result<>> tidy();

 private:
  boost::asio::awaitable<Result<>> say_digest(CloudEvent event, json::value data);
  /// A message that nobody asked for.
  Message unasked(const CloudEvent& event, const Outcome& out) const;
  // respond.cpp
  boost::asio::awaitable<Outcome> respond(Scope& scope, language::Settings settings);
  boost::asio::awaitable<Outcome> carry_out_plan(std::string text, Scope& scope, language::Settings settings);
  boost::asio::awaitable<Outcome> answer_with(std::string item, Scope& scope, language::Settings settings);
  boost::asio::awaitable<std::optional<language::Command>> about_the_last(Scope& scope, language::Settings settings);
  boost::asio::awaitable<Outcome> answer_with_all(Scope& scope, language::Settings settings);
  boost::asio::awaitable<Result<language::Command>> read_of(std::string item, Scope& scope,
                                                            language::Settings settings);
  boost::asio::awaitable<Outcome> complete_with(tasks::Subtasks subtasks, Scope& scope);
  boost::asio::awaitable<std::optional<language::Command>> about_what_rang(Scope& scope, language::Settings settings);
  boost::asio::awaitable<bool> know_numbers(Scope& scope, Knowledge& known);

  Services services_;
  Executor executor_;
  Assistant& assistant_;
  const WallClock& clock_;
  OneAtATime turns_;
  Instant purged_at_{};
};

/// The conventions that a person chose.
language::Settings settings_of(const Person& person);
/// Now, in the zone asked for, else the person's, else UTC.
language::Now now_in(const WallClock& clock, const std::string& wanted, const std::string& own);
/// schemas/openapi.yaml, Message.
std::string message_json(const Message& message);

}  // namespace daybook::chat
