#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"

namespace daybook::domain {

enum class Frequency { secondly, minutely, hourly, daily, weekly, monthly, yearly };
std::string_view to_string(Frequency frequency);  ///< "DAILY".

/// "2TU" is the second Tuesday, "-1FR" the last Friday; `nth` 0 means each one of the period.
struct NthWeekday {
  int nth = 0;
  std::chrono::weekday day{};
  friend bool operator==(const NthWeekday&, const NthWeekday&) = default;
};

/// The last moment at which the rule may still give an occurrence (itself included).
struct Until {
  enum class Form {
    date,   ///< "20260331": with a timed start this is midnight at the day's beginning (see docs/decisions/010).
    local,  ///< "20260331T090000": the wall clock of the start.
    utc,    ///< "20260331T090000Z": the stored form.
  };
  Form form = Form::utc;
  LocalTime reading{};  ///< For utc: what a clock in UTC shows.
  friend bool operator==(const Until&, const Until&) = default;
};

/// An RRULE of RFC 5545 as written: a plain value, not yet bound to a start. Lists are sorted and hold each value once.
struct RecurrenceRule {
  Frequency frequency = Frequency::daily;
  std::int64_t interval = 1;
  std::optional<std::int64_t> count;
  std::optional<Until> until;
  std::chrono::weekday week_start = std::chrono::Monday;
  std::vector<int> by_month;
  std::vector<int> by_week_no;
  std::vector<int> by_year_day;
  std::vector<int> by_month_day;
  std::vector<NthWeekday> by_day;
  std::vector<int> by_hour;
  std::vector<int> by_minute;
  std::vector<int> by_second;
  std::vector<int> by_set_pos;

  /// Takes "FREQ=WEEKLY;BYDAY=MO,FR" with or without "RRULE:", in either case, parts in any order, with blanks around
  /// them and iCalendar's folded lines, up to 4 KiB.
  /// Where the RFC forbids a combination but its meaning is clear (COUNT beside UNTIL, BYWEEKNO with MONTHLY), it
  /// applies each part. Errors: invalid_argument, naming the part and what it may be; unsupported for RFC 7529's
  /// other calendars and SKIP other than OMIT.
  static Result<RecurrenceRule> parse(std::string_view text);
  /// Canonical text: parse(str()) gives an equal rule.
  std::string str() const;

  friend bool operator==(const RecurrenceRule&, const RecurrenceRule&) = default;
};

/// A pattern that a person or another program writes instead of an RRULE. What the clock shows is given apart, because
/// a stored rule keeps its time of day in its start.
struct RecurrencePattern {
  RecurrenceRule rule;
  /// Set when the pattern fires at one time of day; the rule then has no BYHOUR, BYMINUTE and BYSECOND.
  std::optional<std::chrono::seconds> time_of_day;
};

/// "daily", "weekly", "monthly", "yearly" (also "hourly", "weekdays", "annually"), a cron expression of 5 fields
/// ("0 9 * * 1-5", names, ranges, steps, "@daily"), or an RRULE. Errors: invalid_argument; unsupported for a cron
/// expression that restricts both the day of the month and the weekday, which means "either" and no one RRULE says.
Result<RecurrencePattern> parse_pattern(std::string_view text);

/// What `monthEnd` of a series says about days that a month lacks (design, rule 7).
enum class MonthEnd {
  skip,   ///< RFC 5545: such months are left out.
  clamp,  ///< The last day of the month stands for the 29th to 31st.
};

}  // namespace daybook::domain
