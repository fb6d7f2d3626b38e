#include <algorithm>

#include "language/repeat_reader.hpp"

namespace daybook::language {

using namespace std::chrono;

void RepeatReader::apply_positions() {
  if (ordinals_.empty()) return;
  switch (unit_) {
    case Grain::week: {
      // The 4th day of a week that begins on Sunday.
      for (const int n : ordinals_) {
        const int day = n > 0 ? (n + 5) % 7 + 1 : (7 + n + 6) % 7 + 1;
        rule_.days.push_back({0, static_cast<std::uint8_t>(day)});
      }
      break;
    }
    case Grain::year:
      if (rule_.months.empty()) {
        rule_.year_days.insert(rule_.year_days.end(), ordinals_.begin(), ordinals_.end());
      } else {
        rule_.month_days.insert(rule_.month_days.end(), ordinals_.begin(), ordinals_.end());
      }
      break;
    default:
      if (unit_ < Grain::month) unit_ = Grain::month;
      rule_.month_days.insert(rule_.month_days.end(), ordinals_.begin(), ordinals_.end());
      break;
  }
}

void RepeatReader::apply_exceptions() {
  if (!except_days_.empty()) {
    if (rule_.days.empty() && unit_ <= Grain::day && rule_.interval == 1 && unit_ == Grain::day) {
      unit_ = Grain::week;
      for (int d = 1; d <= 7; ++d) rule_.days.push_back({0, static_cast<std::uint8_t>(d)});
    }
    const auto kept = [&](const RuleDay& day) {
      return std::none_of(except_days_.begin(), except_days_.end(),
                          [&](const RuleDay& out) { return out.weekday == day.weekday; });
    };
    if (rule_.days.empty()) {
      // Hourly and longer steps keep the other days.
      for (int d = 1; d <= 7; ++d) {
        if (kept({0, static_cast<std::uint8_t>(d)})) rule_.days.push_back({0, static_cast<std::uint8_t>(d)});
      }
    } else {
      std::vector<RuleDay> left;
      std::copy_if(rule_.days.begin(), rule_.days.end(), std::back_inserter(left), kept);
      if (!left.empty()) rule_.days = left;
    }
  }
  const LocalTime begin = rule_.start ? *rule_.start : LocalTime{r_.now_.today()};
  for (auto date : except_dates_) {
    if (date.grain == Grain::month) {
      // The first such month from the start on.
      if (!date.year_said) {
        const year_month_day first{floor<days>(begin)};
        int year = static_cast<int>(first.year());
        if (date.month < static_cast<int>(static_cast<unsigned>(first.month()))) ++year;
        date.year = year;
      }
      rule_.except_months.emplace_back(date.month, date.year);
    } else {
      for (auto day = floor<days>(date.start);
           day < floor<days>(date.end + days{date.end == date.start ? 1 : 0}) && rule_.except_dates.size() < 400;
           day += days{1}) {
        rule_.except_dates.emplace_back(Date{day});
      }
    }
  }
  for (const auto& [date, clock] : except_times_) {
    Point point;
    point.date = date;
    point.clock = clock;
    rule_.except_times.push_back(r_.resolve(point, false).start);
  }
}

bool RepeatReader::finish() {
  if (!has_frequency_) return false;
  apply_positions();
  if (!rule_.months.empty() && unit_ < Grain::month && rule_.days.empty() && !rule_.month_days.empty())
    unit_ = Grain::year;
  if (!rule_.months.empty() && unit_ == Grain::month && rule_.interval == 1) unit_ = Grain::year;
  if (!rule_.days.empty() && unit_ == Grain::day) {
    // "daily on weekdays"
    unit_ = Grain::week;
  }
  if (from_date_) {
    rule_.start = from_date_->start;
  }
  // The end, from the start on.
  if (until_date_) {
    auto date = *until_date_;
    const LocalTime begin = rule_.start ? *rule_.start : LocalTime{r_.now_.today()};
    for (int k = 0; k < 3 && date.start <= begin && !date.year_said; ++k) {
      if (!r_.set_year(date, date.year + 1)) break;
    }
    rule_.until = date.start;
    if (until_month_end_ && date.grain > Grain::day) rule_.until = date.end - days{1};
    if (date.range && date.grain == Grain::day) rule_.until = date.end - days{1};
    if (date.grain == Grain::year && !until_month_end_) rule_.until = date.start;
  } else if (lasting_) {
    const LocalTime begin = rule_.start ? *rule_.start : r_.now_local();
    rule_.until = LocalTime{floor<days>(r_.plus(begin, *lasting_, 1))};
    if (lasting_->seconds != 0 && unit_ < Grain::day) {
      rule_.until = r_.plus(begin, *lasting_, 1);
      rule_.until_has_clock = true;
    }
  }
  // The time of the day.
  std::vector<int> clock_times;
  if (hours_between_) {
    const auto [from, to] = *hours_between_;
    if (unit_ == Grain::hour) {
      for (int s = from; s <= to; s += rule_.interval * 3600) rule_.hours.push_back(s / 3600 % 24);
      rule_.minutes = {from / 60 % 60};
      rule_.interval = 1;
      unit_ = rule_.days.empty() ? Grain::day : Grain::week;
    } else if (unit_ == Grain::minute && rule_.interval > 0 && 60 % rule_.interval != 0) {
      // "every 90 minutes between 9 and 17": times that share no minute.
      for (int s = from; s <= to; s += rule_.interval * 60) clock_times.push_back(s / 60 % (24 * 60));
      rule_.interval = 1;
      unit_ = rule_.days.empty() ? Grain::day : Grain::week;
    } else if (unit_ == Grain::minute && rule_.interval > 0) {
      for (int h = from / 3600; h * 3600 < to; ++h) rule_.hours.push_back(h % 24);
      for (int m = from / 60 % 60 % rule_.interval; m < 60; m += rule_.interval) rule_.minutes.push_back(m);
      rule_.interval = 1;
      unit_ = rule_.days.empty() ? Grain::day : Grain::week;
    } else if (unit_ >= Grain::day) {
      rule_.hours = {from / 3600};
      rule_.minutes = {from / 60 % 60};
      rule_.duration_minutes = (to - from + 86400) % 86400 / 60;
    }
  } else if (!clocks_.empty()) {
    Point point;
    point.part = part_;
    for (auto clock : clocks_) {
      clock.at = true;
      int time = clock.midnight ? 0 : r_.clock_second(clock, point, true) % 86400 / 60;
      // "at 8, 2 and 10": hours of one day go up.
      constexpr int kHalf = 12 * 60;
      if (!clock.certain && !clock_times.empty() && time <= clock_times.back() && time < kHalf &&
          time + kHalf > clock_times.back())
        time += kHalf;
      clock_times.push_back(time);
    }
    if (unit_ == Grain::hour && clock_times.size() == 1) rule_.minutes = {clock_times[0] % 60};
  }
  apply_exceptions();
  if (rule_.interval < 1 || rule_.interval > 100000) return false;
  rule_.frequency = unit_ == Grain::quarter ? Grain::month : unit_;
  if (!clock_times.empty() && unit_ >= Grain::day) rule_.set_times(std::move(clock_times));
  return true;
}

}  // namespace daybook::language
