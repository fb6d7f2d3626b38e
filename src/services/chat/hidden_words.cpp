#include "services/chat/hidden_words.hpp"

#include <algorithm>

namespace daybook::chat {
namespace {

constexpr std::string_view kMask = "\xEE\x80\x80";  // U+E000, private use.

}  // namespace

std::vector<std::size_t> code_point_offsets(std::string_view text) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) out.push_back(i);
  out.push_back(text.size());
  return out;
}

HiddenWords::HiddenWords(const std::string& text, const TextSpans& spans) : text_(text) {
  const auto offsets = code_point_offsets(text);
  auto sorted = spans;
  std::sort(sorted.rbegin(), sorted.rend());
  for (const auto& [start, end] : sorted) {
    if (start >= end || end >= offsets.size()) continue;
    const std::string words = text_.substr(offsets[start], offsets[end] - offsets[start]);
    std::string mask;
    for (std::size_t i = start; i < end; ++i) mask += kMask;
    text_.replace(offsets[start], words.size(), mask);
    hidden_.insert(hidden_.begin(), words);
  }
}

std::string HiddenWords::restore(std::string title) const {
  std::size_t at = 0;
  for (const auto& words : hidden_) {
    at = title.find(kMask, at);
    if (at == std::string::npos) break;
    std::size_t end = at;
    while (title.compare(end, kMask.size(), kMask) == 0) end += kMask.size();
    title.replace(at, end - at, words);
    at += words.size();
  }
  return title;
}

}  // namespace daybook::chat
