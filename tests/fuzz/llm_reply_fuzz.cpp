// Sources: src/services/chat/llm_reply.cpp
// What a language model's server sends, whole or as a stream: read within its limits, or refused.

#include <cstdlib>

#include "services/chat/llm_reply.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  for (bool streamed : {false, true}) {
    const auto reply = daybook::chat::parse_llm_reply(text, streamed);
    if (!reply) continue;
    if (reply->calls.size() > 16 || reply->content.size() > 64 * 1024) std::abort();
    for (const auto& call : reply->calls)
      if (call.name.empty()) std::abort();
  }
  return 0;
}
