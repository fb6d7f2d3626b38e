#include "language/repeat_rule.hpp"

#include <algorithm>
#include <cstdio>

namespace daybook::language {
namespace {

/// How many days a period of the rule can hold at most.
int most_days(const RepeatRule& rule) {
  const auto size = [](const auto& list) { return static_cast<int>(list.size()); };
  int placed = 0;
  for (const RuleDay& day : rule.days) placed += day.ordinal != 0;
  switch (rule.frequency) {
    case Grain::week:
      return std::max(1, size(rule.days));
    case Grain::month:
    case Grain::quarter:
    case Grain::year: {
      if (rule.frequency == Grain::year && !rule.week_numbers.empty())
        return size(rule.week_numbers) * std::max(1, size(rule.days));
      if (!rule.year_days.empty()) return size(rule.year_days);
      const int months = rule.frequency == Grain::year ? std::max(1, size(rule.months)) : 1;
      if (!rule.month_days.empty()) return months * size(rule.month_days);
      if (rule.days.empty()) return months;
      if (placed > 0) return months * placed;
      return months * size(rule.days) * (rule.frequency == Grain::year && rule.months.empty() ? 53 : 5);
    }
    default:
      return 1;
  }
}

/// The place in a period of the `time`-th of `many` times on the `day`-th of its days; both count from 1, days also
/// from the end as -1.
int place_of(int day, int time, int many) { return day > 0 ? (day - 1) * many + time : day * many + time - 1; }

/// `set_positions` taken apart into places of days and of the times on each, from 1.
struct Positions {
  std::vector<int> days;
  std::vector<int> times;
};

std::optional<Positions> taken_apart(const RepeatRule& rule) {
  const auto many = static_cast<int>(rule.hours.size() * rule.minutes.size());
  if (many < 2 || rule.set_positions.empty() || rule.frequency < Grain::day) return {};
  Positions out;
  for (const int place : rule.set_positions) {
    const int day = place > 0 ? (place - 1) / many + 1 : -((-place - 1) / many + 1);
    const int time = place > 0 ? (place - 1) % many + 1 : many - (-place - 1) % many;
    if (std::find(out.days.begin(), out.days.end(), day) == out.days.end()) out.days.push_back(day);
    if (day == out.days[0]) out.times.push_back(time);
  }
  // Every day must have the same times.
  std::vector<int> again;
  for (const int day : out.days) {
    for (const int time : out.times) again.push_back(place_of(day, time, many));
  }
  if (again != rule.set_positions) return {};
  // All the days there are: then the places are only of times.
  bool all = static_cast<int>(out.days.size()) == most_days(rule);
  for (std::size_t i = 0; all && i < out.days.size(); ++i) all = out.days[i] == static_cast<int>(i) + 1;
  if (all) out.days.clear();
  return out;
}

}  // namespace

std::vector<int> RepeatRule::times() const {
  std::vector<int> all;
  for (const int hour : hours) {
    if (minutes.empty()) all.push_back(hour * 60);
    for (const int minute : minutes) all.push_back(hour * 60 + minute);
  }
  std::sort(all.begin(), all.end());
  if (const auto parts = taken_apart(*this)) {
    std::vector<int> picked;
    for (const int time : parts->times) picked.push_back(all[static_cast<std::size_t>(time - 1)]);
    return picked;
  }
  return all;
}

std::vector<int> RepeatRule::day_positions() const {
  if (const auto parts = taken_apart(*this)) return parts->days;
  return set_positions;
}

void RepeatRule::set_times(std::vector<int> wanted) {
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  std::vector<int> day_places = day_positions();
  hours.clear();
  minutes.clear();
  set_positions = day_places;
  const auto add = [](std::vector<int>& list, int value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
  };
  for (const int time : wanted) add(hours, time / 60), add(minutes, time % 60);
  std::sort(minutes.begin(), minutes.end());
  const auto many = static_cast<int>(hours.size() * minutes.size());
  const bool exact = many == static_cast<int>(wanted.size());
  if (many < 2 || (exact && day_places.empty())) return;
  std::vector<int> days = day_places;
  if (days.empty()) {
    for (int day = 1; day <= most_days(*this); ++day) days.push_back(day);
  }
  std::vector<int> places;
  bool fits = true;
  for (const int day : days) {
    int time = 0;
    for (const int hour : hours) {
      for (const int minute : minutes) {
        ++time;
        if (!std::binary_search(wanted.begin(), wanted.end(), hour * 60 + minute)) continue;
        places.push_back(place_of(day, time, many));
        fits = fits && std::abs(places.back()) <= 366;
      }
    }
  }
  if (fits) {
    set_positions = std::move(places);
    return;
  }
  const int minute = wanted[0] % 60;
  std::erase_if(wanted, [&](int time) { return time % 60 != minute; });
  hours.clear();
  minutes = {minute};
  for (const int time : wanted) hours.push_back(time / 60);
}

std::string RepeatRule::rrule() const {
  static constexpr const char* kFrequencies[] = {"SECONDLY", "MINUTELY", "HOURLY",  "DAILY",
                                                 "WEEKLY",   "MONTHLY",  "MONTHLY", "YEARLY"};
  static constexpr const char* kDays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  std::string out = "FREQ=";
  out += kFrequencies[static_cast<int>(frequency)];
  if (interval > 1) out += ";INTERVAL=" + std::to_string(interval);
  const auto list = [&out](const char* name, const std::vector<int>& values) {
    if (values.empty()) return;
    out += name;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i) out += ',';
      out += std::to_string(values[i]);
    }
  };
  list(";BYMONTH=", months);
  list(";BYWEEKNO=", week_numbers);
  list(";BYYEARDAY=", year_days);
  list(";BYMONTHDAY=", month_days);
  if (!days.empty()) {
    out += ";BYDAY=";
    for (std::size_t i = 0; i < days.size(); ++i) {
      if (i) out += ',';
      if (days[i].ordinal) out += std::to_string(days[i].ordinal);
      out += kDays[days[i].weekday - 1];
    }
  }
  list(";BYHOUR=", hours);
  list(";BYMINUTE=", minutes);
  list(";BYSETPOS=", set_positions);
  if (count > 0) out += ";COUNT=" + std::to_string(count);
  if (until) {
    out += ";UNTIL=";
    const auto day = std::chrono::floor<std::chrono::days>(*until);
    const std::chrono::year_month_day date{day};
    char text[40];
    std::snprintf(text, sizeof text, "%04d%02u%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()));
    out += text;
    if (until_has_clock) {
      const auto second = (*until - day).count();
      std::snprintf(text, sizeof text, "T%02d%02d%02d", static_cast<int>(second / 3600),
                    static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
      out += text;
    }
  }
  return out;
}

}  // namespace daybook::language
