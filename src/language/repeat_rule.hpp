#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "language/grain.hpp"

namespace daybook::language {

/// A weekday of a rule: 1 Monday to 7 Sunday, with its ordinal in the period ("2TU", "-1FR"), 0 for every one.
struct RuleDay {
  std::int8_t ordinal = 0;
  std::uint8_t weekday = 1;
  friend bool operator==(const RuleDay&, const RuleDay&) = default;
};

/// What an English repeat says, in the parts of RFC 5545. The time of day stands in `hours` and `minutes`; `until` is
/// the local clock (the last day where it has no time).
struct RepeatRule {
  Grain frequency = Grain::day;  ///< second, minute, hour, day, week, month or year.
  int interval = 1;
  std::vector<RuleDay> days;
  std::vector<int> month_days;
  std::vector<int> months;
  std::vector<int> year_days;
  std::vector<int> week_numbers;
  std::vector<int> hours;
  std::vector<int> minutes;
  std::vector<int> set_positions;
  int count = 0;  ///< 0 for no limit.
  std::optional<LocalTime> until;
  bool until_has_clock = false;

  std::optional<LocalTime> start;  ///< "starting Friday"; empty: from now.
  bool start_has_clock = false;
  std::vector<Date> except_dates;
  std::vector<LocalTime> except_times;
  std::vector<std::pair<int, int>> except_months;  ///< (month, year).
  std::string except_rule;                         ///< An RRULE whose days are left out.
  bool after_completion = false;                   ///< "every! 3 days": counted from when the last one was done.
  int times_per_period = 0;                        ///< "three times a week" without days.
  std::optional<int> duration_minutes;             ///< "every day from 9 to 10".

  /// The times of the day, in minutes and in order; empty where none was said.
  std::vector<int> times() const;
  /// Sets `hours`, `minutes` and `set_positions` so that it falls due at these times of the day, on the days that the
  /// rule has by now. Hours and minutes multiply in a rule: 8:30 and 17:00 are the second and third of 8:00, 8:30,
  /// 17:00 and 17:30, which BYSETPOS picks. Of times that no rule can hold (more than 366 in a period) those of the
  /// first one's minute are kept.
  void set_times(std::vector<int> times);
  /// `set_positions` as far as they pick days, not times of the day.
  std::vector<int> day_positions() const;

  /// "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0", parts in the order of this struct.
  std::string rrule() const;
  friend bool operator==(const RepeatRule&, const RepeatRule&) = default;
};

}  // namespace daybook::language
