#include "language/repeat_rule.hpp"

#include <cstdio>

namespace daybook::language {

std::string RepeatRule::rrule() const {
  static constexpr const char* kFrequencies[] = {"SECONDLY", "MINUTELY", "HOURLY",  "DAILY",
                                                 "WEEKLY",   "MONTHLY",  "MONTHLY", "YEARLY"};
  static constexpr const char* kDays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  std::string out = "FREQ=";
  out += kFrequencies[static_cast<int>(frequency)];
  if (interval > 1) out += ";INTERVAL=" + std::to_string(interval);
  const auto list = [&out](const char* name, const std::vector<int>& values) {
    if (values.empty()) return;
    out += name;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i) out += ',';
      out += std::to_string(values[i]);
    }
  };
  list(";BYMONTH=", months);
  list(";BYWEEKNO=", week_numbers);
  list(";BYYEARDAY=", year_days);
  list(";BYMONTHDAY=", month_days);
  if (!days.empty()) {
    out += ";BYDAY=";
    for (std::size_t i = 0; i < days.size(); ++i) {
      if (i) out += ',';
      if (days[i].ordinal) out += std::to_string(days[i].ordinal);
      out += kDays[days[i].weekday - 1];
    }
  }
  list(";BYHOUR=", hours);
  list(";BYMINUTE=", minutes);
  list(";BYSETPOS=", set_positions);
  if (count > 0) out += ";COUNT=" + std::to_string(count);
  if (until) {
    out += ";UNTIL=";
    const auto day = std::chrono::floor<std::chrono::days>(*until);
    const std::chrono::year_month_day date{day};
    char text[40];
    std::snprintf(text, sizeof text, "%04d%02u%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()));
    out += text;
    if (until_has_clock) {
      const auto second = (*until - day).count();
      std::snprintf(text, sizeof text, "T%02d%02d%02d", static_cast<int>(second / 3600),
                    static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
      out += text;
    }
  }
  return out;
}

}  // namespace daybook::language
