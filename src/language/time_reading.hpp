#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/grain.hpp"
#include "language/now.hpp"
#include "language/repeat_rule.hpp"
#include "language/settings.hpp"

namespace daybook::language {

/// Bytes [begin, end) of the text that was read.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

/// A moment of the wall clock, as finely as it was said. Without `offset` it stands in the zone of Now.
struct Moment {
  LocalTime local{};
  Grain grain = Grain::minute;
  std::optional<std::chrono::minutes> offset;  ///< Where the text names another zone ("9am JST").

  bool has_clock() const { return grain <= Grain::hour; }
  Date date() const { return Date{std::chrono::floor<std::chrono::days>(local)}; }
  std::chrono::minutes clock() const;  ///< Minutes since midnight.
  friend bool operator==(const Moment&, const Moment&) = default;
};

/// A length of time; calendar units are kept apart, since a month has no fixed number of days.
struct Length {
  int years = 0;
  int months = 0;
  int days = 0;  ///< Weeks are seven of them.
  std::int64_t seconds = 0;
  Grain grain = Grain::second;  ///< The finest unit that was said.

  bool empty() const { return years == 0 && months == 0 && days == 0 && seconds == 0; }
  std::string iso() const;  ///< "P1Y2M3DT4H".
  friend bool operator==(const Length&, const Length&) = default;
};

enum class TimeKind : std::uint8_t { instant, interval, duration, recurrence };
enum class PartOfDay : std::uint8_t { none, early_morning, morning, noon, afternoon, evening, night, midnight };
/// The word before the time that bears on what it is for.
enum class Relation : std::uint8_t { none, at, on, by, before, after, since, until, from, during, in, within, for_ };

/// One time expression found in a text.
struct TimeReading {
  Span span;
  std::vector<Span> more_spans;  ///< Pieces that stand apart: "daily standup notes at 9".
  TimeKind kind = TimeKind::instant;
  double score = 0;  ///< 0 to 1: how surely these words mean a time at all; below 0.5 a title may keep them.

  std::optional<Moment> start;      ///< Of instants and intervals; empty where an interval is open.
  std::optional<Moment> end;        ///< Exclusive end of an interval; empty where it is open.
  bool end_inclusive_said = false;  ///< "to Friday", "through May": the end was named by its last day.
  std::int64_t exact_seconds = 0;   ///< Of durations, fractions included, with years of 365 and months of 30 days.
  Length length;                    ///< Of durations; also what "for 2 hours" adds to an instant.
  RepeatRule rule;                  ///< Of recurrences.

  Relation relation = Relation::none;
  PartOfDay part_of_day = PartOfDay::none;
  bool has_date = false;   ///< A day (or coarser) was said, so a time of day alone is has_clock && !has_date.
  bool has_clock = false;  ///< A time of day was said (a part of day is not).
  bool meridiem = false;   ///< am/pm, 24-hour form, noon or midnight: the half of the day is certain.
  bool year_said = false;
  bool approximate = false;   ///< "about", "around 5ish".
  bool from_now = false;      ///< Counted from this moment: "in 2 hours", "10 minutes ago".
  bool weekday_only = false;  ///< A bare weekday name.
};

/// The time expressions of `text`, in the order they stand, not overlapping. Never fails; takes time linear in the
/// length of the text. Quoted stretches are not read.
std::vector<TimeReading> read_times(std::string_view text, const Now& now, const Settings& settings);

/// The day of `date` at the time of `clock`, for "Friday … at 3" with other words between. Both must be instants.
TimeReading combine(const TimeReading& date, const TimeReading& clock, const Settings& settings);
/// The repeat of `rule` at the time of `clock` ("on weekdays … at 7").
TimeReading combine_repeat(const TimeReading& rule, const TimeReading& clock);

class TokenList;
/// The same over tokens that the caller has already.
std::vector<TimeReading> read_times(const TokenList& tokens, const Now& now, const Settings& settings);

}  // namespace daybook::language
