#include "domain/recurrence_expander.hpp"

#include <algorithm>
#include <bit>

#include "domain/recurrence_calendar.hpp"

/// The readings of the clock that a rule gives, one after the other.
namespace daybook::domain {
namespace {

namespace chr = std::chrono;

// Steps of a search over days or finer, at some nanoseconds each, before it counts as fruitless. Rules with an
// interval that never meets their filters are the only ones to get there.
constexpr int kMaxSteps = 15'000;

}  // namespace

LocalSequence::LocalSequence(const ExpandedRule& rule, LocalTime from) : rule_(rule) {
  if (rule_.empty_) {
    ended_ = true;
    return;
  }
  from = std::max(from, rule_.start_);
  months_left_ = kCycleYears * 12;
  first_ = first_period();
  const auto wanted = std::max(first_, period_of(from));
  const auto aligned = first_ + (wanted - first_) / rule_.interval_ * rule_.interval_;
  if (!advance(aligned)) return;
  // Only the first period that is laid out can begin before `from`.
  std::int64_t low = 0, high = size();
  while (low < high) {
    const auto middle = (low + high) / 2;
    if (at(middle) < from) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  cursor_ = low;
}

std::optional<LocalTime> LocalSequence::next() {
  if (ended_) return std::nullopt;
  if (cursor_ == size() && !advance(period_ + rule_.interval_)) return std::nullopt;
  return at(cursor_++);
}

LocalTime LocalSequence::at(std::int64_t position) const {
  if (!rule_.set_pos_.empty()) position = chosen_[static_cast<std::size_t>(position)];
  const auto day = days_[static_cast<std::size_t>(position / times_)];
  std::int64_t time = base_second_;
  auto rest = static_cast<std::size_t>(position % times_);
  if (rule_.frequency_ >= Frequency::minutely) {
    time += rule_.seconds_[rest % rule_.seconds_.size()];
    rest /= rule_.seconds_.size();
  }
  if (rule_.frequency_ >= Frequency::hourly) {
    time += 60 * rule_.minutes_[rest % rule_.minutes_.size()];
    rest /= rule_.minutes_.size();
  }
  if (rule_.frequency_ >= Frequency::daily) time += 3600 * rule_.hours_[rest];
  return LocalTime{chr::seconds{day * kDay + time}};
}

std::int64_t LocalSequence::align_up(std::int64_t period) const {
  if (rule_.interval_ == 1 || period <= first_) return std::max(period, first_);
  return first_ + (period - first_ + rule_.interval_ - 1) / rule_.interval_ * rule_.interval_;
}

std::int64_t LocalSequence::period_of(LocalTime reading) const {
  const auto seconds = reading.time_since_epoch().count();
  const auto day = floor_div(seconds, kDay);
  switch (rule_.frequency_) {
    case Frequency::secondly:
      return seconds;
    case Frequency::minutely:
      return floor_div(seconds, 60);
    case Frequency::hourly:
      return floor_div(seconds, 3600);
    case Frequency::daily:
      return day;
    case Frequency::weekly:
      return floor_div(day + 3 - rule_.week_start_, 7);
    case Frequency::monthly:
      return month_of(day);
    case Frequency::yearly:
      return rule_.by_week_year() ? rule_.week_year_of(day) : floor_div(month_of(day), 12);
  }
  return 0;
}

/// The period that intervals count from.
std::int64_t LocalSequence::first_period() {
  const auto first = period_of(rule_.start_);
  if (!rule_.by_week_year()) return first;
  // The year of weeks that the start lies in, unless it has nothing more to give; then the start's calendar year.
  const auto start = chr::floor<chr::days>(rule_.start_).time_since_epoch().count();
  const auto found = next_day(start);
  if (found && *found < rule_.first_day_of_week_year(static_cast<int>(first) + 1)) return first;
  return floor_div(month_of(start), 12);
}

std::uint32_t LocalSequence::mask_of(int month_index) {
  if (cached_month_ != month_index) {
    cached_month_ = month_index;
    cached_mask_ = rule_.month_mask(month_index);
  }
  return cached_mask_;
}

std::optional<std::int64_t> LocalSequence::next_day(std::int64_t day) {
  if (!rule_.has_day_filter_) return day;
  int month = month_of(day);
  if (month > kLastMonth) return std::nullopt;
  auto first = first_of(month);
  std::uint32_t mask = mask_of(month) & (0xffffffffu << (day - first));
  while (!mask) {
    if (++month > kLastMonth || --months_left_ < 0) return std::nullopt;
    mask = mask_of(month);
    if (mask) first = first_of(month);
  }
  return first + std::countr_zero(mask);
}

bool LocalSequence::advance(std::int64_t aligned) {
  bool found = false;
  months_left_ = kCycleYears * 12;
  switch (rule_.frequency_) {
    case Frequency::yearly:
      found = advance_years(aligned);
      break;
    case Frequency::monthly:
      found = advance_months(aligned);
      break;
    case Frequency::weekly:
    case Frequency::daily:
      found = advance_days(aligned);
      break;
    default:
      found = advance_units(aligned);
  }
  cursor_ = 0;
  ended_ = !found;
  return found;
}

bool LocalSequence::lay_out() {
  total_ = day_count_ * times_;
  if (rule_.set_pos_.empty()) return total_ > 0;
  chosen_.clear();
  for (int position : rule_.set_pos_) {
    const std::int64_t index = position > 0 ? position - 1 : total_ + position;
    if (index >= 0 && index < total_) chosen_.push_back(index);
  }
  if (chosen_.size() > 1) {
    std::sort(chosen_.begin(), chosen_.end());
    chosen_.erase(std::unique(chosen_.begin(), chosen_.end()), chosen_.end());
  }
  return !chosen_.empty();
}

void LocalSequence::add_days(int month_index, std::int64_t from, std::int64_t to) {
  auto mask = rule_.month_mask(month_index);
  if (!mask) return;
  const auto first = first_of(month_index);
  for (; mask; mask &= mask - 1) {
    const auto day = first + std::countr_zero(mask);
    if (day >= from && day < to) days_[static_cast<std::size_t>(day_count_++)] = static_cast<std::int32_t>(day);
  }
}

bool LocalSequence::advance_years(std::int64_t aligned) {
  times_ = rule_.times_per_day_;
  const bool weeks = rule_.by_week_year();
  for (int steps = 0; steps < kCycleYears && aligned <= 9999; ++steps, aligned += rule_.interval_) {
    period_ = aligned;
    day_count_ = 0;
    const int year = static_cast<int>(aligned);
    const auto from = weeks ? rule_.first_day_of_week_year(year) : INT64_MIN;
    const auto to = weeks ? rule_.first_day_of_week_year(year + 1) : INT64_MAX;
    if (weeks) add_days(year * 12 - 1, from, to);
    for (int month = year * 12; month < year * 12 + 12; ++month) add_days(month, from, to);
    if (weeks) add_days(year * 12 + 12, from, to);
    if (lay_out()) return true;
  }
  return false;
}

bool LocalSequence::advance_months(std::int64_t aligned) {
  times_ = rule_.times_per_day_;
  for (int steps = 0; steps < kCycleYears * 12 && aligned <= kLastMonth; ++steps, aligned += rule_.interval_) {
    auto mask = rule_.month_mask(static_cast<int>(aligned));
    if (!mask) continue;
    period_ = aligned;
    day_count_ = 0;
    const auto first = static_cast<std::int32_t>(first_of(static_cast<int>(aligned)));
    for (; mask; mask &= mask - 1) days_[static_cast<std::size_t>(day_count_++)] = first + std::countr_zero(mask);
    if (lay_out()) return true;
  }
  return false;
}

bool LocalSequence::advance_days(std::int64_t aligned) {
  times_ = rule_.times_per_day_;
  constexpr std::int64_t kLastDay = 2'932'896;  // 31 December 9999
  const bool weekly = rule_.frequency_ == Frequency::weekly;
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    const auto begin = weekly ? aligned * 7 - 3 + rule_.week_start_ : aligned;
    if (begin > kLastDay) return false;
    const auto found = next_day(begin);
    if (!found) return false;
    const auto period = weekly ? floor_div(*found + 3 - rule_.week_start_, 7) : *found;
    if (period != aligned) {
      aligned = align_up(period);
      if (aligned != period) continue;
    }
    period_ = aligned;
    day_count_ = 0;
    if (!weekly) {
      days_[static_cast<std::size_t>(day_count_++)] = static_cast<std::int32_t>(*found);
    } else {
      const auto end = aligned * 7 - 3 + rule_.week_start_ + 7;
      for (auto day = *found; day < end;) {
        days_[static_cast<std::size_t>(day_count_++)] = static_cast<std::int32_t>(day);
        const auto following = next_day(day + 1);
        if (!following) break;
        day = *following;
      }
    }
    if (lay_out()) return true;
    aligned += rule_.interval_;
  }
  return false;
}

bool LocalSequence::advance_units(std::int64_t aligned) {
  const std::int64_t unit = rule_.frequency_ == Frequency::hourly     ? 3600
                            : rule_.frequency_ == Frequency::minutely ? 60
                                                                      : 1;
  const std::int64_t per_day = kDay / unit;
  constexpr std::int64_t kLastDay = 2'932'896;
  times_ = rule_.largest_set();
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    const auto day = floor_div(aligned, per_day);
    if (day > kLastDay) return false;
    const auto found = next_day(day);
    if (!found) return false;
    if (*found != day) {
      aligned = align_up(*found * per_day);
      continue;
    }
    const int within = static_cast<int>(aligned - day * per_day);
    const int next = rule_.next_unit(within);
    if (next != within) {
      aligned = align_up(next < 0 ? (day + 1) * per_day : day * per_day + next);
      continue;
    }
    period_ = aligned;
    day_count_ = 1;
    days_[0] = static_cast<std::int32_t>(day);
    base_second_ = within * unit;
    if (lay_out()) return true;
    aligned += rule_.interval_;
  }
  return false;
}

}  // namespace daybook::domain
