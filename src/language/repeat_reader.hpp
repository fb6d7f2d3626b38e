#pragma once

#include "language/reader.hpp"

namespace daybook::language {

/// Monday to Friday.
inline constexpr int kWorkdays = 5;

/// The grammar of repeats: "every other Friday at 5 until June", "the 2nd and 4th Wednesday of each month". It reads a
/// row of pieces (which days, how often, at what time, from and until when, except when) in any order.
class RepeatReader {
 public:
  explicit RepeatReader(const Reader& reader) : r_(reader) {}

  Hit<TimeReading> read(int i);

 private:
  /// Each takes the token where its piece may begin, notes what it read, and gives the token after it, 0 for nothing.
  int piece(int p);
  int trigger(int p);
  int every(int p);
  int every_target(int p, int interval, bool interval_said);
  int day_and_month(int p);
  int adverb(int p);
  int plural_days(int p);
  int positions(int p);
  int per_period(int p);
  int on_days(int p);
  int month_list(int p);
  int if_weekday(int p);
  int day_and_date(const std::vector<RuleDay>& days, int p);
  int week_numbers(int p);
  int times(int p);
  int start_bound(int p);
  int end_bound(int p);
  int count_bound(int p);
  int exceptions(int p);
  int weekday_list(int p, std::vector<RuleDay>& days, bool plural, bool* ranged = nullptr) const;
  int ordinal_list(int p, std::vector<int>& ordinals) const;
  bool goes_on_with_ordinal(int p) const;
  bool names_months(int p) const;
  int join(int p) const;   ///< Skips "," and "and".
  int later_piece(int p);  ///< A piece after some words of another kind ("daily standup notes at 9").

  bool finish();
  void apply_positions();
  void apply_exceptions();
  void add_days(const std::vector<RuleDay>& days);
  bool article_before(int i) const;
  bool holiday_rule(int holiday);  ///< The rule of a holiday that is a weekday of a month.

  const Reader& r_;
  RepeatRule rule_;
  bool has_frequency_ = false;
  Grain unit_ = Grain::day;
  bool triggered_ = false;
  bool adjective_ = false;  ///< "monthly": may also describe a noun.
  bool weak_ = false;
  std::vector<int> ordinals_;  ///< "the 2nd and last …" before what they count is known.
  bool of_year_ = false;
  bool day_ordinals_ = false;
  bool workday_positions_ = false;
  std::vector<ClockValue> clocks_;
  PartValue part_;
  std::optional<std::pair<int, int>> hours_between_;  ///< Seconds of the day.
  std::optional<DateValue> from_date_;
  bool from_inclusive_end_ = false;
  std::optional<DateValue> until_date_;
  bool until_month_end_ = false;
  std::optional<Length> lasting_;
  std::vector<DateValue> except_dates_;
  std::vector<std::pair<DateValue, ClockValue>> except_times_;
  std::vector<RuleDay> except_days_;
  int gap_start_ = 0;
};

}  // namespace daybook::language
