#include "services/scheduler/words.hpp"

#include <algorithm>

namespace daybook::scheduler {
namespace {

using namespace domain;

constexpr const char* kDays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                   "July",    "August",   "September", "October", "November", "December"};

std::string ordinal(int n) {
  const char* suffix = n % 10 == 1 && n % 100 != 11   ? "st"
                       : n % 10 == 2 && n % 100 != 12 ? "nd"
                       : n % 10 == 3 && n % 100 != 13 ? "rd"
                                                      : "th";
  return std::to_string(n) + suffix;
}
std::string nth(int n) {
  if (n == -1) return "last";
  return n < 0 ? ordinal(-n) + " to last" : ordinal(n);
}
std::string join(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i) out += i + 1 == items.size() ? " and " : ", ";
    out += items[i];
  }
  return out;
}
template <class T, class F>
std::string join(const std::vector<T>& items, F word) {
  std::vector<std::string> words;
  for (const auto& item : items) words.push_back(word(item));
  return join(words);
}

bool is_workdays(const RecurrenceRule& rule) {
  return rule.by_day.size() == 5 && std::all_of(rule.by_day.begin(), rule.by_day.end(), [](const NthWeekday& each) {
           return each.nth == 0 && each.day.iso_encoding() <= 5;
         });
}

std::string every(const RecurrenceRule& rule, std::string_view unit) {
  if (rule.interval == 1) return "every " + std::string{unit};
  if (rule.interval == 2) return "every other " + std::string{unit};
  return "every " + std::to_string(rule.interval) + " " + std::string{unit} + "s";
}

std::string days_words(const RecurrenceRule& rule) {
  return join(rule.by_day, [](const NthWeekday& each) {
    return (each.nth ? nth(each.nth) + " " : std::string{}) + kDays[each.day.c_encoding()];
  });
}

}  // namespace

std::string describe_plainly(const Series& series) {
  const auto parsed = RecurrenceRule::parse(series.rrule);
  if (!parsed) return series.rrule;
  const auto& rule = *parsed;
  const std::chrono::year_month_day start{std::chrono::floor<std::chrono::days>(series.starts)};
  const auto start_month = kMonths[static_cast<unsigned>(start.month()) - 1];
  std::string out;
  constexpr std::string_view kUnits[] = {"second", "minute", "hour", "day", "week", "month", "year"};
  const auto unit = kUnits[static_cast<int>(rule.frequency)];
  const bool last_workday = is_workdays(rule) && rule.by_set_pos.size() == 1;
  if (rule.frequency == Frequency::weekly && rule.interval == 1 && is_workdays(rule)) {
    out = "every weekday";
  } else if (rule.frequency == Frequency::weekly) {
    out = every(rule, unit) + " on " +
          (rule.by_day.empty() ? kDays[std::chrono::weekday{std::chrono::local_days{start}}.c_encoding()]
                               : days_words(rule));
  } else {
    out = every(rule, unit);
  }
  std::vector<int> month_days = rule.by_month_day;
  if (month_days.empty() && rule.by_day.empty() && rule.by_week_no.empty() && rule.by_year_day.empty() &&
      rule.frequency >= Frequency::monthly) {
    month_days.push_back(static_cast<int>(static_cast<unsigned>(start.day())));
  }
  if (rule.frequency == Frequency::monthly || rule.frequency == Frequency::yearly ||
      rule.frequency == Frequency::daily) {
    if (last_workday) {
      out += " on the " + nth(rule.by_set_pos[0]) + " weekday";
    } else if (!rule.by_day.empty()) {
      const bool numbered = rule.by_day.back().nth != 0 || rule.by_day.front().nth != 0;
      out += (numbered ? " on the " : " on ") + days_words(rule);
      if (!rule.by_set_pos.empty()) out += " (number " + join(rule.by_set_pos, nth) + " of these)";
    } else if (!month_days.empty()) {
      out += " on the " + join(month_days, [](int day) { return day < 0 ? nth(day) + " day" : ordinal(day); });
    }
  }
  if (!rule.by_month.empty()) {
    out += (rule.frequency == Frequency::yearly ? " of " : " in ") +
           join(rule.by_month, [](int month) { return std::string{kMonths[month - 1]}; });
  } else if (rule.frequency == Frequency::yearly && rule.by_month_day.empty() && rule.by_day.empty() &&
             rule.by_year_day.empty() && rule.by_week_no.empty()) {
    out += std::string{" of "} + start_month;
  }
  if (!rule.by_week_no.empty()) out += " in week " + join(rule.by_week_no, [](int n) { return std::to_string(n); });
  if (!rule.by_year_day.empty()) {
    out += " on day " + join(rule.by_year_day, [](int n) { return std::to_string(n); }) + " of the year";
  }
  if (rule.frequency >= Frequency::monthly && series.month_end == MonthEnd::clamp && rule.by_day.empty() &&
      std::any_of(month_days.begin(), month_days.end(), [](int day) { return day > 28; })) {
    out += ", or the last day of a shorter month";
  }
  auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  if (!rule.by_hour.empty()) {
    const int minute = rule.by_minute.empty() ? 0 : rule.by_minute[0];
    out += " at " + join(rule.by_hour, [&](int hour) { return two(hour) + ":" + two(minute); });
  } else if (!series.all_day && rule.frequency >= Frequency::daily) {
    out += " at " + format_local(series.starts).substr(11, 5);
  }
  if (rule.count) out += *rule.count == 1 ? ", once" : ", " + std::to_string(*rule.count) + " times";
  if (rule.until) {
    auto last = rule.until->reading;
    if (rule.until->form == Until::Form::utc) {
      if (const auto zone = Zone::locate(series.timezone)) last = zone->to_local(Instant{last.time_since_epoch()});
    }
    out += ", until " + format_local(last).substr(0, 10);
  }
  if (series.anchor == Anchor::completion) out += ", counted from when it was last done";
  return out;
}

}  // namespace daybook::scheduler
