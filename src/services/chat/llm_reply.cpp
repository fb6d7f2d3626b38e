#include "services/chat/llm_reply.hpp"

#include <algorithm>

namespace daybook::chat {
namespace {

constexpr std::size_t kMaxCalls = 16;
constexpr std::size_t kMaxBytes = 64 * 1024;

const Error kMalformed{Errc::invalid_argument, "The model's answer is not one of /chat/completions."};

const json::object* object_at(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  return value ? value->if_object() : nullptr;
}

std::string_view text_at(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  return value && value->is_string() ? std::string_view{value->get_string()} : std::string_view{};
}

/// Adds a message or a delta of one to what came before. Deltas name the call that they belong to by index.
bool add(LlmReply& reply, const json::object& message) {
  reply.content += text_at(message, "content");
  const auto* calls = message.if_contains("tool_calls");
  if (calls && calls->is_array()) {
    std::size_t position = 0;
    for (const auto& item : calls->get_array()) {
      const auto* call = item.if_object();
      const auto* function = call ? object_at(*call, "function") : nullptr;
      if (!function) return false;
      std::size_t index = position++;
      if (const auto* given = call->if_contains("index"); given && given->is_int64())
        index = static_cast<std::size_t>(std::max<std::int64_t>(given->get_int64(), 0));
      if (index >= kMaxCalls || index > reply.calls.size()) return false;
      if (index == reply.calls.size()) reply.calls.emplace_back();
      reply.calls[index].name += text_at(*function, "name");
      reply.calls[index].arguments += text_at(*function, "arguments");
      if (reply.calls[index].arguments.size() > kMaxBytes || reply.calls[index].name.size() > 128) return false;
    }
  }
  return reply.content.size() <= kMaxBytes;
}

/// A call whose name never came calls nothing.
bool is_whole(const LlmReply& reply) {
  return std::none_of(reply.calls.begin(), reply.calls.end(), [](const auto& call) { return call.name.empty(); });
}

/// The first choice's `member` ("message" or "delta"); nullptr when there is none.
const json::object* first_choice(const json::value& document, std::string_view member) {
  const auto* root = document.if_object();
  const auto* choices = root ? root->if_contains("choices") : nullptr;
  if (!choices || !choices->is_array() || choices->get_array().empty()) return nullptr;
  const auto* choice = choices->get_array().front().if_object();
  return choice ? object_at(*choice, member) : nullptr;
}

Result<LlmReply> parse_stream(std::string_view body) {
  LlmReply reply;
  bool any = false;
  while (!body.empty()) {
    const auto end = std::min(body.find('\n'), body.size());
    auto line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with("data:")) continue;
    line.remove_prefix(line.starts_with("data: ") ? 6 : 5);
    if (line == "[DONE]") return any && is_whole(reply) ? Result<LlmReply>(reply) : Result<LlmReply>(kMalformed);
    const auto document = parse_json(line);
    if (!document) return kMalformed;
    const auto* delta = first_choice(*document, "delta");
    if (!delta) continue;  // The last events of a stream may carry usage alone.
    any = true;
    if (!add(reply, *delta)) return kMalformed;
  }
  // A stream that breaks off may hold half of an argument: nothing is done on it.
  return kMalformed;
}

}  // namespace

Result<LlmReply> parse_llm_reply(std::string_view body, bool streamed) {
  if (streamed) return parse_stream(body);
  const auto document = parse_json(body);
  if (!document) return kMalformed;
  const auto* message = first_choice(*document, "message");
  LlmReply reply;
  if (!message || !add(reply, *message) || !is_whole(reply)) return kMalformed;
  return reply;
}

}  // namespace daybook::chat
