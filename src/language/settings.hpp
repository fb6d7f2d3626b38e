#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace daybook::language {

/// What a bare weekday name means.
enum class WeekdayChoice : std::uint8_t {
  next,     ///< The next one strictly after today.
  today,    ///< The next one, today if it is today.
  nearest,  ///< The one closest to today, possibly past.
  past,     ///< The last one before today.
};
enum class DateOrder : std::uint8_t { mdy, dmy, ymd };
/// "this weekend": its first day, or both days as a range.
enum class Weekend : std::uint8_t { saturday, both };
/// "next month": its first day, the same day of it, or the whole month. Likewise week, quarter and year.
enum class NextMonth : std::uint8_t { first, same_day, whole };
/// A part of the day ("tonight", "tomorrow morning"): a time that stands for it, only its day, or its hours as a range.
enum class PartOfDayAs : std::uint8_t { time, day, interval };
/// Which way a date without a year, or a time without a day, is completed.
enum class Prefer : std::uint8_t { automatic, past, future, current_period };
enum class Mode : std::uint8_t {
  open,
  strict,  ///< Formal dates only: no casual words, no abbreviated units.
  tasks,   ///< Bare times and parts of day are meant for a task list.
};

/// The conventions of one person. The defaults are those of a new account in the United States.
struct Settings {
  WeekdayChoice weekday = WeekdayChoice::next;
  DateOrder date_order = DateOrder::mdy;
  std::uint8_t week_start = 1;  ///< ISO weekday, 1 Monday to 7 Sunday.
  /// "end of day", "cob"; empty means the last moment of the day.
  std::optional<std::chrono::minutes> end_of_day = std::chrono::hours{17};
  Weekend weekend = Weekend::saturday;
  NextMonth next_month = NextMonth::first;
  PartOfDayAs part_of_day = PartOfDayAs::time;
  std::chrono::minutes tonight = std::chrono::hours{20};  ///< Used where part_of_day is `time`.
  bool forward_date = false;                              ///< A bare weekday, month or time looks ahead.
  Prefer prefer = Prefer::automatic;
  Mode mode = Mode::open;
  std::string country = "US";  ///< ISO 3166 code, for holidays.

  /// "July 13 to 15": does it include the 15th?
  bool last_day_included = true;
  /// Parts of the day as a range: wide (afternoon is noon to 7) or narrow (noon to 4).
  bool wide_parts = true;

  /// Does the text plan tasks (times are wanted), rather than tell of events?
  bool planning() const { return part_of_day == PartOfDayAs::time; }

  /// Takes a BCP 47 tag: its country decides the date order and the holidays.
  void set_locale(std::string_view tag);
};

}  // namespace daybook::language
