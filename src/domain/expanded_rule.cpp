#include <algorithm>
#include <bit>
#include <numeric>

#include "domain/recurrence_calendar.hpp"
#include "domain/recurrence_expander.hpp"

/// What a rule says of each month, day and time, worked out once.
namespace daybook::domain {
namespace {

namespace chr = std::chrono;

int length_of(int month_index) {
  const int year = static_cast<int>(floor_div(month_index, 12));
  constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int month = month_index - year * 12;
  return kLengths[month] + (month == 1 && chr::year{year}.is_leap() ? 1 : 0);
}
int year_length(int year) { return chr::year{year}.is_leap() ? 366 : 365; }
int weekday_of(std::int64_t day) {
  return static_cast<int>(((day + 3) % 7 + 7) % 7);
}  // 1 January 1970 was a Thursday.

std::uint32_t reversed(std::uint32_t bits) {
  bits = (bits >> 1 & 0x55555555u) | (bits & 0x55555555u) << 1;
  bits = (bits >> 2 & 0x33333333u) | (bits & 0x33333333u) << 2;
  bits = (bits >> 4 & 0x0f0f0f0fu) | (bits & 0x0f0f0f0fu) << 4;
  bits = (bits >> 8 & 0x00ff00ffu) | (bits & 0x00ff00ffu) << 8;
  return bits >> 16 | bits << 16;
}

std::vector<std::uint8_t> list_of(std::uint64_t bits) {
  std::vector<std::uint8_t> out;
  for (; bits; bits &= bits - 1) out.push_back(static_cast<std::uint8_t>(std::countr_zero(bits)));
  return out;
}

std::uint64_t bits_of(const std::vector<int>& list, int otherwise, bool every) {
  if (list.empty()) return every ? ~0ull : 1ull << otherwise;
  std::uint64_t bits = 0;
  for (int value : list) bits |= 1ull << value;
  return bits;
}

}  // namespace

ExpandedRule::ExpandedRule(const RecurrenceRule& rule, LocalTime start, bool all_day, MonthEnd month_end)
    : frequency_(rule.frequency),
      interval_(rule.interval),
      start_(start),
      week_start_(static_cast<int>(rule.week_start.iso_encoding()) - 1),
      clamp_(month_end == MonthEnd::clamp),
      all_day_(all_day),
      set_pos_(rule.by_set_pos) {
  read_day_parts(rule);
  read_time_parts(rule);
  look_for_emptiness();
}

void ExpandedRule::read_day_parts(const RecurrenceRule& rule) {
  const chr::year_month_day start{chr::floor<chr::days>(start_)};
  const bool undetermined =
      rule.by_week_no.empty() && rule.by_year_day.empty() && rule.by_month_day.empty() && rule.by_day.empty();
  for (int month : rule.by_month) months_ |= 1u << (month - 1);
  auto month_days = rule.by_month_day;
  if (undetermined && frequency_ >= Frequency::monthly) {  // What the rule does not say comes from the start.
    month_days = {static_cast<int>(static_cast<unsigned>(start.day()))};
    if (frequency_ == Frequency::yearly && !months_) months_ = 1u << (static_cast<unsigned>(start.month()) - 1);
  }
  for (int day : month_days) (day > 0 ? month_days_ : month_days_back_) |= 1u << (std::abs(day) - 1);
  has_month_days_ = !month_days.empty();

  for (const auto& [nth, day] : rule.by_day) {
    const int weekday = static_cast<int>(day.iso_encoding()) - 1;
    // Numbers mean something within months and years only (RFC 5545, 3.3.10); elsewhere they are passed over.
    if (nth == 0 || frequency_ < Frequency::monthly) {
      weekdays_ |= 1u << weekday;
    } else {
      nth_weekdays_.emplace_back(nth, weekday);
    }
  }
  if (undetermined && frequency_ == Frequency::weekly) {
    weekdays_ = 1u << weekday_of(chr::floor<chr::days>(start_).time_since_epoch().count());
  }
  has_weekdays_ = weekdays_ != 0 || !nth_weekdays_.empty();

  for (int week : rule.by_week_no) (week > 0 ? week_nos_ : week_nos_back_) |= 1ull << (std::abs(week) - 1);
  has_week_nos_ = !rule.by_week_no.empty();

  has_year_days_ = !rule.by_year_day.empty();
  for (int leap : {0, 1}) {
    const int length = 365 + leap;
    for (int day : rule.by_year_day) {
      int index = day > 0 ? day - 1 : length + day;
      if (clamp_ && index == 365 && !leap) index = 364;
      if (index >= 0 && index < length) year_days_[leap][index / 64] |= 1ull << (index % 64);
    }
  }
  has_day_filter_ = months_ || has_month_days_ || has_weekdays_ || has_week_nos_ || has_year_days_;
}

void ExpandedRule::read_time_parts(const RecurrenceRule& rule) {
  if (all_day_) {  // RFC 5545: BYHOUR, BYMINUTE and BYSECOND are ignored where the start is a date.
    hours_ = minutes_ = seconds_ = {0};
    return;
  }
  const chr::hh_mm_ss clock{start_ - chr::floor<chr::days>(start_)};
  const auto hours = bits_of(rule.by_hour, static_cast<int>(clock.hours().count()), frequency_ <= Frequency::hourly);
  minute_bits_ = bits_of(rule.by_minute, static_cast<int>(clock.minutes().count()), frequency_ <= Frequency::minutely);
  second_bits_ = bits_of(rule.by_second, static_cast<int>(clock.seconds().count()), frequency_ <= Frequency::secondly);
  hour_bits_ = static_cast<std::uint32_t>(hours & 0xffffff);
  minute_bits_ &= (1ull << 60) - 1;
  second_bits_ &= (1ull << 60) - 1;
  hours_ = list_of(hour_bits_);
  minutes_ = list_of(minute_bits_);
  seconds_ = list_of(second_bits_);
  if (frequency_ >= Frequency::daily) {
    times_per_day_ = static_cast<std::int64_t>(hours_.size() * minutes_.size() * seconds_.size());
  }
  has_time_filter_ = frequency_ < Frequency::daily &&
                     (hours_.size() < 24 || (frequency_ <= Frequency::minutely && minutes_.size() < 60) ||
                      (frequency_ == Frequency::secondly && seconds_.size() < 60));
}

std::int64_t ExpandedRule::largest_set() const {
  switch (frequency_) {
    case Frequency::secondly:
      return 1;
    case Frequency::minutely:
      return static_cast<std::int64_t>(seconds_.size());
    case Frequency::hourly:
      return static_cast<std::int64_t>(minutes_.size() * seconds_.size());
    case Frequency::daily:
      return times_per_day_;
    case Frequency::weekly:
      return (weekdays_ ? std::popcount(weekdays_) : 7) * times_per_day_;
    case Frequency::monthly:
      return 31 * times_per_day_;
    case Frequency::yearly:
      return 366 * times_per_day_;
  }
  return 0;
}

void ExpandedRule::look_for_emptiness() {
  const auto largest = largest_set();
  if (!set_pos_.empty() &&
      std::all_of(set_pos_.begin(), set_pos_.end(), [&](int position) { return std::abs(position) > largest; })) {
    empty_ = true;
    return;
  }
  if (has_day_filter_) {
    const int first = month_of(chr::floor<chr::days>(start_).time_since_epoch().count());
    bool found = false;
    for (int month = first; !found && month < first + kCycleYears * 12 && month <= kLastMonth; ++month) {
      found = month_mask(month) != 0;
    }
    empty_ = !found;
  }
  const auto start_day = chr::floor<chr::days>(start_).time_since_epoch().count();
  // Every 7th, 14th … day has the weekday of the start.
  if (frequency_ == Frequency::daily && interval_ % 7 == 0 && has_weekdays_ &&
      !(weekdays_ >> weekday_of(start_day) & 1)) {
    empty_ = true;
  }
  if (!empty_ && has_time_filter_ && interval_ > 1) {
    // Units of the day that an interval reaches are those congruent to the start's.
    const int units = frequency_ == Frequency::hourly ? 24 : frequency_ == Frequency::minutely ? 1440 : 86400;
    const auto step = std::gcd(interval_, static_cast<std::int64_t>(units));
    const auto seconds = (start_ - chr::floor<chr::days>(start_)).count();
    const auto start_unit = seconds / (kDay / units);
    bool reached = false;
    for (auto unit = start_unit % step; unit < units && !reached; unit += step) {
      reached = unit_matches(static_cast<int>(unit));
    }
    empty_ = !reached;
  }
}

bool ExpandedRule::unit_matches(int unit) const {
  switch (frequency_) {
    case Frequency::hourly:
      return hour_bits_ >> unit & 1;
    case Frequency::minutely:
      return (hour_bits_ >> (unit / 60) & 1) && (minute_bits_ >> (unit % 60) & 1);
    default:
      return (hour_bits_ >> (unit / 3600) & 1) && (minute_bits_ >> (unit / 60 % 60) & 1) &&
             (second_bits_ >> (unit % 60) & 1);
  }
}

int ExpandedRule::next_unit(int unit) const {
  if (!has_time_filter_) return unit;
  auto next_bit = [](std::uint64_t bits, int from) {
    bits = from >= 64 ? 0 : bits >> from << from;
    return bits ? std::countr_zero(bits) : -1;
  };
  if (frequency_ == Frequency::hourly) return next_bit(hour_bits_, unit);
  const bool seconds = frequency_ == Frequency::secondly;
  int hour = seconds ? unit / 3600 : unit / 60;
  int minute = seconds ? unit / 60 % 60 : unit % 60;
  int second = seconds ? unit % 60 : 0;
  const int found_hour = next_bit(hour_bits_, hour);
  if (found_hour < 0) return -1;
  if (found_hour != hour) hour = found_hour, minute = second = 0;
  if (seconds && (minute_bits_ >> minute & 1)) {
    if (const int found = next_bit(second_bits_, second); found >= 0) return hour * 3600 + minute * 60 + found;
    ++minute, second = 0;
  }
  int found_minute = next_bit(minute_bits_, minute);
  if (found_minute < 0) {
    hour = next_bit(hour_bits_, hour + 1);
    if (hour < 0) return -1;
    found_minute = next_bit(minute_bits_, 0);
  }
  if (!seconds) return hour * 60 + found_minute;
  return hour * 3600 + found_minute * 60 + next_bit(second_bits_, 0);
}

bool ExpandedRule::is_clamped(LocalTime reading) const {
  if (!clamp_) return false;
  const chr::year_month_day date{chr::floor<chr::days>(reading)};
  const auto day = static_cast<unsigned>(date.day());
  const auto length = static_cast<unsigned>(length_of(month_of(chr::local_days{date}.time_since_epoch().count())));
  const bool lacking = length < 31 && month_days_ >> length != 0;
  return day == length && lacking && !(month_days_ >> (day - 1) & 1) && !(month_days_back_ & 1);
}

/// The matching days of a month, bit 0 for the first.
std::uint32_t ExpandedRule::month_mask(int month_index) const {
  const int year = static_cast<int>(floor_div(month_index, 12));
  if (months_ && !(months_ >> (month_index - year * 12) & 1)) return 0;
  const int length = length_of(month_index);
  const std::uint32_t all = 0xffffffffu >> (32 - length);
  std::uint32_t mask = all;
  if (has_month_days_) {
    mask = month_days_ & all;
    if (month_days_back_) mask |= reversed(month_days_back_) >> (32 - length);
    if (clamp_ && (month_days_ & ~all)) mask |= 1u << (length - 1);
  }
  if (!mask || !(has_weekdays_ || has_year_days_ || has_week_nos_)) return mask;
  const int first = static_cast<int>(first_of(month_index));
  if (has_weekdays_) mask &= weekday_mask(month_index, first, length);
  if (has_year_days_ && mask) mask &= year_day_mask(month_index, first, length);
  if (has_week_nos_ && mask) mask &= week_no_mask(month_index, first, length);
  return mask;
}

std::uint32_t ExpandedRule::weekday_mask(int month_index, int first, int length) const {
  const int first_weekday = weekday_of(first);
  const std::uint64_t turned = (weekdays_ >> first_weekday | weekdays_ << (7 - first_weekday)) & 127;
  std::uint32_t mask = static_cast<std::uint32_t>(turned * 0x10204081ull) & (0xffffffffu >> (32 - length));
  if (nth_weekdays_.empty()) return mask;
  // Numbers count within the month, or within the year of a yearly rule without BYMONTH.
  int begin = first, size = length;
  if (frequency_ == Frequency::yearly && !months_) {
    const int year = static_cast<int>(floor_div(month_index, 12));
    begin = static_cast<int>(first_of(year * 12));
    size = year_length(year);
  }
  for (const auto& [nth, weekday] : nth_weekdays_) {
    const int offset = (weekday - weekday_of(begin) + 7) % 7;
    int index = offset + 7 * (nth - 1);
    if (nth < 0) index = offset + (size - 1 - offset) / 7 * 7 + 7 * (nth + 1);
    if (index < 0 || index >= size) continue;
    const int day = begin + index - first;
    if (day >= 0 && day < length) mask |= 1u << day;
  }
  return mask;
}

std::uint32_t ExpandedRule::year_day_mask(int month_index, int first, int length) const {
  const int year = static_cast<int>(floor_div(month_index, 12));
  const auto& bits = year_days_[chr::year{year}.is_leap()];
  const auto offset = static_cast<unsigned>(first - first_of(year * 12));
  std::uint64_t window = bits[offset / 64] >> (offset % 64);
  if (offset % 64) window |= bits[offset / 64 + 1] << (64 - offset % 64);
  return static_cast<std::uint32_t>(window) & (0xffffffffu >> (32 - length));
}

std::uint32_t ExpandedRule::week_no_mask(int month_index, int first, int length) const {
  const int year = static_cast<int>(floor_div(month_index, 12));
  const int year_first = static_cast<int>(first_of(year * 12));
  std::uint32_t mask = 0;
  int week = first - (weekday_of(first) - week_start_ + 7) % 7;
  for (; week < first + length; week += 7) {
    // A week belongs to the year that has its fourth day (ISO 8601 with any first day of the week).
    int day = week + 3 - year_first, size = year_length(year);
    if (day < 0) {
      size = year_length(year - 1);
      day += size;
    } else if (day >= size) {
      day -= size;
      size = year_length(year + 1);
    }
    const int number = day / 7, weeks = (size - 1 - day % 7) / 7 + 1;
    if (!(week_nos_ >> number & 1) && !(week_nos_back_ >> (weeks - 1 - number) & 1)) continue;
    const int shift = week - first;
    mask |= shift < 0 ? 127u >> -shift : 127u << shift;
  }
  return mask & (0xffffffffu >> (32 - length));
}

std::int64_t ExpandedRule::first_day_of_week_year(int year) const {
  const auto first = first_of(year * 12);  // Week 1 has 4 January.
  return first + 3 - (weekday_of(first + 3) - week_start_ + 7) % 7;
}

int ExpandedRule::week_year_of(std::int64_t day) const {
  const auto fourth = day - (weekday_of(day) - week_start_ + 7) % 7 + 3;
  return static_cast<int>(floor_div(month_of(fourth), 12));
}

}  // namespace daybook::domain
