#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"

namespace daybook::chat {

/// What a model answered: words, tool calls, or both.
struct LlmReply {
  struct ToolCall {
    std::string name;
    std::string arguments;  ///< JSON text, as the model wrote it: not yet known to be JSON.
  };
  std::string content;
  std::vector<ToolCall> calls;
};

/// Reads the answer of an OpenAI-compatible /chat/completions: one JSON document, or a stream of server-sent events
/// whose deltas are put together. Limits: 16 calls, each with a name, and 64 KiB of words. Errors: invalid_argument.
Result<LlmReply> parse_llm_reply(std::string_view body, bool streamed);

}  // namespace daybook::chat
