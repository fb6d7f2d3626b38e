#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "domain/recurrence_rule.hpp"

namespace daybook::domain {

/// A rule bound to its start and made ready to compute: sets as bits, defaults taken from the start. It knows local
/// readings only, no zone, COUNT or UNTIL; class Recurrence adds these. Immutable.
class ExpandedRule {
 public:
  ExpandedRule(const RecurrenceRule& rule, LocalTime start, bool all_day, MonthEnd month_end);

  /// Whether no search is needed to know that there are no occurrences.
  bool is_empty() const { return empty_; }
  LocalTime start() const { return start_; }
  /// More than one occurrence may stand within one day.
  bool is_dense() const { return frequency_ < Frequency::daily || times_per_day_ > 1; }
  /// Whether `day` stands for one that its month lacks (MonthEnd::clamp).
  bool is_clamped(LocalTime reading) const;

 private:
  friend class LocalSequence;

  /// Yearly rules with BYWEEKNO count years of weeks, which begin with week 1 (docs/decisions/010).
  bool by_week_year() const { return frequency_ == Frequency::yearly && has_week_nos_; }
  std::int64_t first_day_of_week_year(int year) const;
  int week_year_of(std::int64_t day) const;

  std::uint32_t month_mask(int month_index) const;
  std::uint32_t weekday_mask(int month_index, int first, int length) const;
  std::uint32_t year_day_mask(int month_index, int first, int length) const;
  std::uint32_t week_no_mask(int month_index, int first, int length) const;
  void read_day_parts(const RecurrenceRule& rule);
  void read_time_parts(const RecurrenceRule& rule);
  void look_for_emptiness();
  std::int64_t largest_set() const;
  bool unit_matches(int unit) const;
  int next_unit(int unit) const;  ///< First matching unit of the day from `unit` on; -1 when the day has none left.

  Frequency frequency_;
  std::int64_t interval_;
  LocalTime start_;
  int week_start_;  ///< 0 is Monday.
  bool clamp_;
  bool all_day_;
  bool empty_ = false;

  // Days. Bit n-1 stands for n; the negative sets count from the end.
  std::uint32_t months_ = 0;
  std::uint32_t month_days_ = 0, month_days_back_ = 0;
  std::uint32_t weekdays_ = 0;                     ///< Bit 0 is Monday.
  std::vector<std::pair<int, int>> nth_weekdays_;  ///< (nth, weekday)
  std::uint64_t week_nos_ = 0, week_nos_back_ = 0;
  bool has_year_days_ = false, has_month_days_ = false, has_weekdays_ = false, has_week_nos_ = false;
  bool has_day_filter_ = false;
  std::array<std::array<std::uint64_t, 7>, 2> year_days_{};  ///< By day of the year from 0; [1] for leap years.

  // Times of day.
  std::vector<std::uint8_t> hours_, minutes_, seconds_;
  std::uint32_t hour_bits_ = 0;
  std::uint64_t minute_bits_ = 0, second_bits_ = 0;
  bool has_time_filter_ = false;  ///< Below daily only: some unit of the day is left out.
  std::int64_t times_per_day_ = 1;

  std::vector<int> set_pos_;
};

/// Walks the local readings of a rule in rising order, from any point at a cost that does not depend on how far that
/// is from the start. Lasts no longer than its rule.
class LocalSequence {
 public:
  /// Begins at the first reading that is not before `from` (nor before the rule's start).
  LocalSequence(const ExpandedRule& rule, LocalTime from);
  /// nullopt after the last one (of the year 9999, or where a search of 400 years finds no further one).
  std::optional<LocalTime> next();

 private:
  bool advance(std::int64_t aligned);  ///< Finds and lays out the first non-empty period from `aligned` on.
  bool advance_months(std::int64_t aligned);
  bool advance_years(std::int64_t aligned);
  bool advance_days(std::int64_t aligned);
  bool advance_units(std::int64_t aligned);
  bool lay_out();  ///< Chooses positions once the days stand; false when there are none.
  std::int64_t align_up(std::int64_t period) const;
  std::int64_t period_of(LocalTime reading) const;
  std::int64_t first_period();
  void add_days(int month_index, std::int64_t from, std::int64_t to);
  std::optional<std::int64_t> next_day(std::int64_t day);
  std::uint32_t mask_of(int month_index);
  LocalTime at(std::int64_t position) const;
  std::int64_t size() const { return rule_.set_pos_.empty() ? total_ : static_cast<std::int64_t>(chosen_.size()); }

  const ExpandedRule& rule_;
  std::int64_t first_ = 0;   ///< The period of the start.
  std::int64_t period_ = 0;  ///< The one that is laid out.
  std::int64_t cursor_ = 0;
  std::int64_t total_ = 0;
  int day_count_ = 0;
  std::int64_t times_ = 1;        ///< Times on each of the days.
  std::int64_t base_second_ = 0;  ///< Below daily: where the unit begins within the day.
  int cached_month_ = INT32_MIN;
  std::uint32_t cached_mask_ = 0;
  bool ended_ = false;
  int months_left_ = 0;  ///< That the search for the next period may still look at.
  std::vector<std::int64_t> chosen_;
  std::array<std::int32_t, 371> days_;  // Filled up to day_count_.
};

}  // namespace daybook::domain
