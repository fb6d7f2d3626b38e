#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace daybook {

/// Characters (code points) of UTF-8: its bytes that do not continue one (RFC 3629, section 3).
inline std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace daybook
