#include "services/scheduler/words.hpp"

#include <algorithm>

#include "language/describe.hpp"

namespace daybook::scheduler {
namespace {

using namespace std::chrono;

/// The last day on which there can still be an occurrence, as people name an end.
LocalTime last_day(const domain::Series& series, const domain::Until& until) {
  auto last = until.reading;
  if (until.form == domain::Until::Form::utc) {
    if (const auto zone = domain::Zone::locate(series.timezone))
      last = zone->to_local(Instant{last.time_since_epoch()});
  }
  const auto day = floor<days>(last);
  const bool too_early = !series.all_day && last - day < series.starts - floor<days>(series.starts);
  return day - days{too_early ? 1 : 0};
}

}  // namespace

std::string describe(const domain::Series& series) {
  auto rule = domain::spelled_out(series);
  if (!rule) return series.rrule;
  const bool short_months =
      series.month_end == domain::MonthEnd::clamp && rule->by_day.empty() &&
      rule->frequency >= domain::Frequency::monthly &&
      std::any_of(rule->by_month_day.begin(), rule->by_month_day.end(), [](int day) { return day > 28; });
  if (!series.all_day && rule->by_hour.empty() && rule->frequency >= domain::Frequency::daily) {
    const hh_mm_ss clock{series.starts - floor<days>(series.starts)};
    rule->by_hour = {static_cast<int>(clock.hours().count())};
    rule->by_minute = {static_cast<int>(clock.minutes().count())};
  }
  if (rule->until) rule->until = domain::Until{domain::Until::Form::date, last_day(series, *rule->until)};
  auto spoken = language::parse_repeat_rule(rule->str());
  if (!spoken) return series.rrule;
  spoken->after_completion = series.anchor == domain::Anchor::completion;
  return language::describe(*spoken) + (short_months ? ", or the last day of a shorter month" : "");
}

}  // namespace daybook::scheduler
