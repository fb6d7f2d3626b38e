#include "services/chat/assistant.hpp"

namespace daybook::chat {

boost::asio::awaitable<Result<language::Command>> EmbeddedAssistant::read(Utterance utterance) {
  co_return language::read_command(utterance.text, utterance.now, utterance.settings, utterance.known.context);
}

}  // namespace daybook::chat
