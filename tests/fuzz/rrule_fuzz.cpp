// Links: daybook_domain
// Rules and patterns from outside: what parses has a canonical text that means the same, and expands in order and in
// bounded time (libFuzzer's own timeout).

#include <cstdlib>

#include "domain/expand_lines.hpp"
#include "domain/recurrence.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace daybook;
  using namespace daybook::domain;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  ignore(answer_expand_question(text), "must only not crash");
  const auto pattern = parse_pattern(text);
  if (!pattern) return 0;
  const auto& rule = pattern->rule;
  const auto again = RecurrenceRule::parse(rule.str());
  if (!again || *again != rule) std::abort();

  RecurrenceStart start;
  start.local = parse_local("2026-03-07T02:30:00").value();
  start.zone = Zone::locate("America/New_York").value();
  for (auto month_end : {MonthEnd::skip, MonthEnd::clamp}) {
    const auto recurrence = Recurrence::make(rule, start, month_end);
    if (!recurrence) return 0;
    auto iterator = recurrence->begin();
    std::optional<Instant> last;
    for (int i = 0; i < 50; ++i) {
      const auto found = iterator.next();
      if (!found) break;
      if (last && found->instant <= *last) std::abort();
      // Whoever asks for the one after the last gets this one, without walking. COUNT up to some millions walks.
      if (last && rule.count.value_or(0) < 1000) {
        const auto jumped = recurrence->next_after(*last);
        if (!jumped || jumped->instant != found->instant) std::abort();
      }
      last = found->instant;
    }
  }
  return 0;
}
