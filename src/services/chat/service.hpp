#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "services/chat/assistant.hpp"
#include "services/chat/executor.hpp"
#include "services/chat/store.hpp"

namespace daybook::chat {

/// A message as it came in.
struct Said {
  std::string message;
  std::optional<ConversationId> conversation;  ///< Absent: begin one.
  std::string timezone;                        ///< Empty: the person's own.
  Idempotency key;
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
                                                    std::vector<std::pair<std::size_t, std::size_t>> ignore);
  /// Speaks first when a reminder fires, and follows user.* events. Errors as runtime::EventHandler wants them.
  boost::asio::awaitable<Result<>> on_event(CloudEvent event);

 private:
  boost::asio::awaitable<Outcome> respond(Scope& scope, language::Settings settings);

  Services services_;
  Executor executor_;
  Assistant& assistant_;
  const WallClock& clock_;
};

/// The conventions that a person chose.
language::Settings settings_of(const Person& person);
/// Now, in the zone asked for, else the person's, else UTC.
language::Now now_in(const WallClock& clock, const std::string& wanted, const std::string& own);
/// schemas/openapi.yaml, Message.
std::string message_json(const Message& message);

}  // namespace daybook::chat
