// Links: daybook_language
// Any text gives readings whose spans lie in it and do not overlap, in bounded time, under every family of settings.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "language/json_lines.hpp"
#include "language/time_reading.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace daybook::language;
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  Settings settings;
  settings.part_of_day = static_cast<PartOfDayAs>(data[0] % 3);
  settings.weekday = static_cast<WeekdayChoice>(data[0] / 3 % 4);
  settings.date_order = static_cast<DateOrder>(data[0] / 12 % 3);
  settings.forward_date = data[0] & 0x80;
  settings.wide_parts = data[0] & 0x40;
  settings.mode = static_cast<Mode>(data[0] / 36 % 3);
  static const auto instant = *daybook::parse_rfc3339("2026-03-04T15:20:00Z");
  static const auto zone = *daybook::domain::Zone::locate("America/New_York");
  static const Now now(instant, zone);
  std::size_t last = 0;
  for (const auto& reading : read_times(text, now, settings)) {
    if (reading.span.begin < last || reading.span.end < reading.span.begin || reading.span.end > text.size())
      std::abort();
    last = reading.span.end;
    for (const auto& more : reading.more_spans) {
      if (more.begin < last || more.end > text.size()) std::abort();
      last = more.end;
    }
    if (reading.kind == TimeKind::recurrence && reading.rule.rrule().empty()) std::abort();
    if (reading.kind == TimeKind::instant && !reading.start) std::abort();
    if (reading.start && reading.end && reading.end->local < reading.start->local) std::abort();
  }
  answer_time_question(text);
  return 0;
}
