#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "language/command/read_command.hpp"
#include "services/chat/knowledge.hpp"

namespace daybook::chat {

/// What a person said, with everything that its meaning may hang on.
struct Utterance {
  std::string text;
  language::Now now;
  language::Settings settings;
  const Knowledge& known;
};

/// Reads utterances. Engines differ in how; what a reading may do is the same for all, since the executor alone acts.
class Assistant {
 public:
  virtual ~Assistant() = default;
  /// Never fails for what a person wrote. Errors: unavailable or timeout when the engine is elsewhere and away.
  virtual boost::asio::awaitable<Result<language::Command>> read(Utterance utterance) = 0;
};

/// The deterministic engine of language/: no network, microseconds.
class EmbeddedAssistant final : public Assistant {
 public:
  boost::asio::awaitable<Result<language::Command>> read(Utterance utterance) override;
};

}  // namespace daybook::chat
