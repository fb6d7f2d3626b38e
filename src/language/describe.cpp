#include "language/describe.hpp"

#include <algorithm>
#include <charconv>

namespace daybook::language {

namespace {

using namespace std::chrono;

constexpr std::string_view kWeekdays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::string_view kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
constexpr std::string_view kUnits[] = {"second", "minute", "hour", "day", "week", "month", "quarter", "year"};

std::string ordinal(int n) {
  if (n == -1) return "last";
  if (n < 0) return ordinal(-n) + " last";
  const int tens = n % 100;
  const char* ending = tens >= 11 && tens <= 13 ? "th"
                       : n % 10 == 1            ? "st"
                       : n % 10 == 2            ? "nd"
                       : n % 10 == 3            ? "rd"
                                                : "th";
  return std::to_string(n) + ending;
}

std::string join(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i) out += i + 1 == items.size() ? " and " : ", ";
    out += items[i];
  }
  return out;
}

template <class Values, class Name>
std::string list(const Values& values, Name name) {
  std::vector<std::string> items;
  for (const auto& value : values) items.push_back(name(value));
  return join(items);
}

std::string date_text(LocalTime local) {
  const year_month_day date{floor<days>(local)};
  return std::string(kMonths[static_cast<unsigned>(date.month()) - 1]) + " " +
         std::to_string(static_cast<unsigned>(date.day())) + ", " + std::to_string(static_cast<int>(date.year()));
}

std::string clock_text(int hour, int minute) {
  if (minute == 0 && hour == 12) return "noon";
  if (minute == 0 && hour == 0) return "midnight";
  std::string out = std::to_string(hour % 12 == 0 ? 12 : hour % 12);
  if (minute) out += (minute < 10 ? ":0" : ":") + std::to_string(minute);
  return out + (hour < 12 ? "am" : "pm");
}

std::string clock_text(LocalTime local) {
  const auto second = (local - floor<days>(local)).count();
  return clock_text(static_cast<int>(second / 3600), static_cast<int>(second / 60 % 60));
}

bool weekdays_are(const std::vector<RuleDay>& days, int first, int last) {
  if (static_cast<int>(days.size()) != last - first + 1) return false;
  return std::all_of(days.begin(), days.end(),
                     [&](const RuleDay& d) { return d.ordinal == 0 && d.weekday >= first && d.weekday <= last; });
}

bool placed(const std::vector<RuleDay>& days) {
  return std::any_of(days.begin(), days.end(), [](const RuleDay& d) { return d.ordinal != 0; });
}

std::string every(const RepeatRule& rule, Grain unit) {
  const std::string name(kUnits[static_cast<int>(unit)]);
  if (rule.interval == 1) return "every " + name;
  if (rule.interval == 2) return "every other " + name;
  return "every " + std::to_string(rule.interval) + " " + name + "s";
}

std::string weekday_names(const std::vector<RuleDay>& days) {
  if (weekdays_are(days, 1, 5)) return "weekdays";
  if (weekdays_are(days, 6, 7)) return "weekends";
  return list(days, [](const RuleDay& d) { return std::string(kWeekdays[d.weekday - 1]); });
}

/// "the 2nd Tuesday and last Friday"; ordinals of one weekday stand together.
std::string places(const std::vector<RuleDay>& days) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < days.size();) {
    std::size_t j = i;
    std::vector<std::string> here;
    while (j < days.size() && days[j].weekday == days[i].weekday) here.push_back(ordinal(days[j++].ordinal));
    items.push_back(join(here) + " " + std::string(kWeekdays[days[i].weekday - 1]));
    i = j;
  }
  return "the " + join(items);
}

std::string month_day_list(const std::vector<int>& days) {
  const bool backwards = std::any_of(days.begin(), days.end(), [](int d) { return d < 0; });
  return "the " + list(days, [](int d) { return ordinal(d); }) + (backwards ? " day" : "");
}

std::string month_list(const std::vector<int>& months) {
  return list(months, [](int m) { return std::string(kMonths[m - 1]); });
}

/// "Friday the 13th"
bool is_day_and_date(const RepeatRule& rule) {
  return rule.frequency == Grain::month && rule.days.size() == 1 && rule.days[0].ordinal == 0 &&
         rule.month_days.size() == 1 && rule.month_days[0] > 0;
}

/// " if it is a Monday or Friday": days of the month that count only on some weekdays.
std::string on_condition(const RepeatRule& rule) {
  if (rule.month_days.empty() || rule.days.empty() || placed(rule.days) || !rule.day_positions().empty() ||
      is_day_and_date(rule))
    return {};
  std::string out = " if it is a ";
  for (std::size_t i = 0; i < rule.days.size(); ++i)
    out += (i == 0 ? "" : i + 1 == rule.days.size() ? " or " : ", ") + std::string(kWeekdays[rule.days[i].weekday - 1]);
  return out;
}

std::string which_days(const RepeatRule& rule) {
  if (const auto positions = rule.day_positions(); !positions.empty()) {
    const auto which = list(positions, [](int n) { return ordinal(n); });
    if (weekdays_are(rule.days, 1, 5)) return " on the " + which + " weekday";
    return " on the " + which + " instance of " + weekday_names(rule.days);
  }
  if (placed(rule.days)) return " on " + places(rule.days);
  if (is_day_and_date(rule))
    return " on " + std::string(kWeekdays[rule.days[0].weekday - 1]) + " the " + ordinal(rule.month_days[0]);
  if (!rule.month_days.empty()) return " on " + month_day_list(rule.month_days);
  if (!rule.days.empty()) return " on " + weekday_names(rule.days);
  return {};
}

std::string core(const RepeatRule& rule) {
  const auto unit = rule.frequency;
  if (rule.times_per_period > 1) {
    const auto times =
        rule.times_per_period == 2 ? std::string("twice") : std::to_string(rule.times_per_period) + " times";
    const std::string name(kUnits[static_cast<int>(unit)]);
    const auto base = rule.interval == 1 ? times + " a " + name
                                         : times + " every " + std::to_string(rule.interval) + " " + name + "s";
    return base + which_days(rule);
  }
  switch (unit) {
    case Grain::week: {
      const auto months = rule.months.empty() ? std::string{} : " in " + month_list(rule.months);
      if (rule.interval == 1 && weekdays_are(rule.days, 1, 5)) return "every weekday" + months;
      if (rule.interval == 1 && weekdays_are(rule.days, 6, 7)) return "every weekend" + months;
      if (rule.interval == 1 && !rule.days.empty()) return "every " + weekday_names(rule.days) + months;
      return every(rule, unit) + which_days(rule) + months;
    }
    case Grain::year: {
      auto out = every(rule, unit);
      if (!rule.week_numbers.empty()) {
        if (!rule.days.empty()) out += " on " + weekday_names(rule.days);
        return out + " in week " + list(rule.week_numbers, [](int n) { return std::to_string(n); });
      }
      if (!rule.year_days.empty())
        return out + " on " + month_day_list(rule.year_days) + (rule.year_days[0] > 0 ? " day" : "");
      if (rule.months.empty()) return out + which_days(rule);
      if (placed(rule.days) || !rule.day_positions().empty())
        return out + which_days(rule) + " of " + month_list(rule.months);
      if (!rule.month_days.empty()) {
        if (rule.months.size() == 1 &&
            std::all_of(rule.month_days.begin(), rule.month_days.end(), [](int d) { return d > 0; })) {
          return out + " on " + std::string(kMonths[rule.months[0] - 1]) + " " +
                 list(rule.month_days, [](int d) { return ordinal(d); });
        }
        return out + " in " + month_list(rule.months) + " on " + month_day_list(rule.month_days);
      }
      out += " in " + month_list(rule.months);
      if (!rule.days.empty()) out += " on " + weekday_names(rule.days);
      return out;
    }
    default: {
      auto out = every(rule, unit) + which_days(rule);
      if (!rule.months.empty()) out += " in " + month_list(rule.months);
      return out;
    }
  }
}

}  // namespace

std::string describe(const RepeatRule& rule) {
  std::string out = core(rule) + on_condition(rule);
  if (const auto times = rule.times(); !times.empty()) {
    out += " at " + list(times, [](int time) { return clock_text(time / 60, time % 60); });
  }
  if (rule.after_completion) out += " after completion";
  if (rule.start) {
    out += " starting ";
    if (rule.start_has_clock)
      out += "at " + clock_text(*rule.start);
    else
      out += date_text(*rule.start);
  }
  if (rule.until) {
    out += " until " + date_text(*rule.until);
    if (rule.until_has_clock) out += " at " + clock_text(*rule.until);
  } else if (rule.count == 1) {
    out += " for 1 time";
  } else if (rule.count > 1) {
    out += " for " + std::to_string(rule.count) + " times";
  }
  if (!rule.except_dates.empty()) {
    out += " except " + list(rule.except_dates, [](Date d) { return date_text(local_days{d}); });
  }
  if (!rule.except_months.empty()) {
    out += " except in " + list(rule.except_months, [](const auto& m) {
             return std::string(kMonths[m.first - 1]) + " " + std::to_string(m.second);
           });
  }
  return out;
}

Result<RepeatRule> parse_repeat_rule(std::string_view text) {
  const auto refuse = [&](std::string_view part) {
    return Error{Errc::invalid_argument, "not a repeat rule: " + std::string(part)};
  };
  if (text.starts_with("RRULE:")) text.remove_prefix(6);
  RepeatRule rule;
  bool frequency = false;
  const auto number = [](std::string_view s, int& value) {
    if (!s.empty() && s[0] == '+') s.remove_prefix(1);
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
    return error == std::errc{} && end == s.data() + s.size();
  };
  const auto numbers = [&](std::string_view s, std::vector<int>& out, int low, int high) {
    while (true) {
      const auto comma = s.find(',');
      int value = 0;
      if (!number(s.substr(0, comma), value) || value < low || value > high) return false;
      out.push_back(value);
      if (comma == std::string_view::npos) return true;
      s.remove_prefix(comma + 1);
    }
  };
  while (!text.empty()) {
    const auto semicolon = text.find(';');
    const auto part = text.substr(0, semicolon);
    text = semicolon == std::string_view::npos ? std::string_view{} : text.substr(semicolon + 1);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return refuse(part);
    const auto name = part.substr(0, equals);
    const auto value = part.substr(equals + 1);
    bool ok = true;
    if (name == "FREQ") {
      constexpr std::pair<std::string_view, Grain> kFrequencies[] = {
          {"SECONDLY", Grain::second}, {"MINUTELY", Grain::minute}, {"HOURLY", Grain::hour}, {"DAILY", Grain::day},
          {"WEEKLY", Grain::week},     {"MONTHLY", Grain::month},   {"YEARLY", Grain::year}};
      for (const auto& [word, grain] : kFrequencies) {
        if (value == word) {
          rule.frequency = grain;
          frequency = true;
        }
      }
      ok = frequency;
    } else if (name == "INTERVAL") {
      ok = number(value, rule.interval) && rule.interval > 0;
    } else if (name == "COUNT") {
      ok = number(value, rule.count) && rule.count > 0;
    } else if (name == "BYMONTH") {
      ok = numbers(value, rule.months, 1, 12);
    } else if (name == "BYMONTHDAY") {
      ok = numbers(value, rule.month_days, -31, 31);
    } else if (name == "BYYEARDAY") {
      ok = numbers(value, rule.year_days, -366, 366);
    } else if (name == "BYWEEKNO") {
      ok = numbers(value, rule.week_numbers, 1, 53);
    } else if (name == "BYHOUR") {
      ok = numbers(value, rule.hours, 0, 23);
    } else if (name == "BYMINUTE") {
      ok = numbers(value, rule.minutes, 0, 59);
    } else if (name == "BYSETPOS") {
      ok = numbers(value, rule.set_positions, -366, 366);
    } else if (name == "BYDAY") {
      std::string_view rest = value;
      while (ok) {
        const auto comma = rest.find(',');
        const auto item = rest.substr(0, comma);
        constexpr std::string_view kCodes[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
        const auto code = std::find(std::begin(kCodes), std::end(kCodes),
                                    item.size() < 2 ? std::string_view{} : item.substr(item.size() - 2));
        int nth = 0;
        if (code == std::end(kCodes) ||
            (item.size() > 2 && (!number(item.substr(0, item.size() - 2), nth) || nth < -53 || nth > 53 || nth == 0)))
          ok = false;
        else
          rule.days.push_back(
              {static_cast<std::int8_t>(nth), static_cast<std::uint8_t>(code - std::begin(kCodes) + 1)});
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
      }
    } else if (name == "UNTIL") {
      if (value.size() < 8) return refuse(part);
      const auto iso = std::string(value.substr(0, 4)) + "-" + std::string(value.substr(4, 2)) + "-" +
                       std::string(value.substr(6, 2));
      const auto date = parse_date(iso);
      if (!date) return refuse(part);
      rule.until = LocalTime{local_days{*date}};
      if (value.size() >= 15 && value[8] == 'T') {
        int hour = 0, minute = 0;
        if (!number(value.substr(9, 2), hour) || !number(value.substr(11, 2), minute) || hour > 23 || minute > 59)
          return refuse(part);
        *rule.until += hours{hour} + minutes{minute};
        rule.until_has_clock = true;
      }
    } else if (name != "WKST") {
      return refuse(part);
    }
    if (!ok) return refuse(part);
  }
  if (!frequency) return refuse("FREQ is missing");
  return rule;
}

Result<std::string> describe_rrule(std::string_view rrule) {
  const auto rule = parse_repeat_rule(rrule);
  if (!rule) return rule.error();
  return describe(*rule);
}

}  // namespace daybook::language
