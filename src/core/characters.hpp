#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace daybook {

/// Characters (code points) of UTF-8: its bytes that do not continue one (RFC 3629, section 3).
inline std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Without regard to the case of ASCII letters, as names and tokens of HTTP, JSON and mail are compared; Boost's asks
/// the locale for each letter.
inline bool iequals(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

inline bool istarts_with(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && iequals(text.substr(0, start.size()), start);
}

inline bool iends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && iequals(text.substr(text.size() - end.size()), end);
}

}  // namespace daybook
