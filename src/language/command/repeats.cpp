#include <algorithm>

#include "language/command/timing.hpp"

namespace daybook::language::chat {
namespace {

using std::chrono::days;
using std::chrono::local_days;

template <class List, class Value>
bool holds(const List& list, Value value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

int month_length(Date date) {
  return static_cast<int>(static_cast<unsigned>((date.year() / date.month() / std::chrono::last).day()));
}

/// Whether `date` has the weekday of one of the rule's days, with its ordinal in the month (or the year).
bool matches_weekday(const RepeatRule& rule, Date date) {
  const local_days day{date};
  const auto weekday = std::chrono::weekday{day}.iso_encoding();
  const int month_day = static_cast<int>(static_cast<unsigned>(date.day()));
  for (const RuleDay& wanted : rule.days) {
    if (wanted.weekday != weekday) continue;
    if (wanted.ordinal == 0) return true;
    int place = (month_day - 1) / 7 + 1;
    int from_end = -((month_length(date) - month_day) / 7 + 1);
    if (rule.frequency == Grain::year && rule.months.empty()) {
      const auto day_of_year = static_cast<int>((day - local_days{date.year() / 1 / 1}).count());
      const auto left = static_cast<int>((local_days{date.year() / 12 / 31} - day).count());
      place = day_of_year / 7 + 1;
      from_end = -(left / 7 + 1);
    }
    if (wanted.ordinal == place || wanted.ordinal == from_end) return true;
  }
  return rule.days.empty();
}

bool matches_before_position(const RepeatRule& rule, Date date) {
  const int month_day = static_cast<int>(static_cast<unsigned>(date.day()));
  if (!rule.months.empty() && !holds(rule.months, static_cast<int>(static_cast<unsigned>(date.month())))) return false;
  if (!rule.month_days.empty() && !holds(rule.month_days, month_day) &&
      !holds(rule.month_days, month_day - month_length(date) - 1)) {
    return false;
  }
  if (!rule.year_days.empty()) {
    const auto day_of_year = static_cast<int>((local_days{date} - local_days{date.year() / 1 / 1}).count()) + 1;
    const int length = date.year().is_leap() ? 366 : 365;
    if (!holds(rule.year_days, day_of_year) && !holds(rule.year_days, day_of_year - length - 1)) return false;
  }
  return matches_weekday(rule, date);
}

bool matches(const RepeatRule& rule, const std::vector<int>& positions, Date date) {
  if (!matches_before_position(rule, date)) return false;
  if (positions.empty() || (rule.frequency != Grain::month && rule.frequency != Grain::year)) return true;
  // Its place among the days of the month, or of the year.
  const bool yearly = rule.frequency == Grain::year;
  const local_days first{yearly ? date.year() / 1 / 1 : date.year() / date.month() / 1};
  const local_days last{yearly ? date.year() / 12 / 31 : Date{date.year() / date.month() / std::chrono::last}};
  int place = 0;
  int count = 0;
  for (local_days day = first; day <= last; day += days{1}) {
    if (!matches_before_position(rule, Date{day})) continue;
    ++count;
    if (day == local_days{date}) place = count;
  }
  return holds(positions, place) || holds(positions, place - count - 1);
}

}  // namespace

std::optional<When> first_due(const RepeatRule& rule, const Now& now) {
  using std::chrono::minutes;
  if (rule.times_per_period > 0 && rule.days.empty() && rule.month_days.empty() && rule.hours.empty()) return {};
  const LocalTime local = std::chrono::floor<minutes>(now.local());
  if (rule.frequency <= Grain::hour && rule.hours.empty() && rule.days.empty() && rule.month_days.empty()) {
    if (rule.start && rule.start_has_clock) return When{*rule.start, false};
    if (rule.start && *rule.start > local) return When{*rule.start, false};
    if (rule.frequency == Grain::minute && rule.interval == 1) return {};
    const auto step = rule.frequency == Grain::hour     ? std::chrono::seconds{3600}
                      : rule.frequency == Grain::minute ? std::chrono::seconds{60}
                                                        : std::chrono::seconds{1};
    return When{local + step * rule.interval, false};
  }
  local_days from = now.today();
  if (rule.start) from = std::max(from, std::chrono::floor<days>(*rule.start));
  const std::vector<int> times = rule.times();
  const std::vector<int> positions = rule.day_positions();
  // Eight years hold every leap day but those about 2100.
  for (int i = 0; i < 8 * 366 + 2; ++i) {
    const local_days day = from + days{i};
    const Date date{day};
    if (!rule.months.empty() && !holds(rule.months, static_cast<int>(static_cast<unsigned>(date.month())))) {
      const local_days month_end{date.year() / date.month() / std::chrono::last};
      i += static_cast<int>((month_end - day).count());
      continue;
    }
    if (!matches(rule, positions, date) || holds(rule.except_dates, date)) continue;
    if (times.empty()) return When{day, true};
    std::optional<LocalTime> best;
    for (const int minute : times) {
      const LocalTime time = LocalTime{day} + minutes{minute};
      if (time > local && (!best || time < *best)) best = time;
    }
    if (best) return When{*best, false};
  }
  return {};
}

}  // namespace daybook::language::chat
