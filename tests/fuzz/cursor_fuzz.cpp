// Links: daybook_domain
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "domain/cursor.hpp"

/// Any text is refused or is exactly the text that its position encodes to.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  constexpr std::string_view kScope = "fuzz";
  const auto position = daybook::domain::decode_cursor(text, kScope);
  if (position && daybook::domain::encode_cursor(*position, kScope) != text) std::abort();

  // The same bytes as a position must survive the round trip.
  std::uint64_t halves[2] = {0, 0};  // Unsigned: they may wrap.
  for (std::size_t i = 0; i < size; ++i) halves[i % 2] = halves[i % 2] * 31 + bytes[i];
  daybook::domain::CursorPosition made;
  made.number = static_cast<std::int64_t>(halves[0]);
  made.value = static_cast<std::int64_t>(halves[1]);
  made.segment = size ? bytes[0] : 0;
  const auto back = daybook::domain::decode_cursor(daybook::domain::encode_cursor(made, kScope), kScope);
  if (!back || !(*back == made)) std::abort();
  return 0;
}
