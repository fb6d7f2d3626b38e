#include "domain/recurrence_rule.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace daybook::domain {
namespace {

namespace chr = std::chrono;

constexpr std::string_view kFrequencies[] = {"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
constexpr std::string_view kWeekdays[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
constexpr std::size_t kMaxRuleBytes = 4096;
constexpr std::int64_t kMaxNumber = 1'000'000'000;

Error bad(std::string_view part, std::string_view value, std::string_view wanted) {
  return {Errc::invalid_argument, "RRULE: " + std::string{part} + "=" + std::string{value.substr(0, 40)} +
                                      " is not valid: " + std::string{wanted} + "."};
}

std::optional<std::int64_t> read_number(std::string_view text) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() &&
         (text.front() == ' ' || text.front() == '\t' || text.front() == '\r' || text.front() == '\n')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n')) {
    text.remove_suffix(1);
  }
  return text;
}

template <class F>
bool for_each_item(std::string_view list, F read) {
  while (true) {
    const auto comma = list.find(',');
    if (!read(trim(list.substr(0, comma)))) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

template <class T>
void sort_unique(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

struct ListPart {
  std::string_view name;
  std::vector<int> RecurrenceRule::*member;
  int min, max;
  bool negative;  ///< -max to -min too.
};
constexpr ListPart kLists[] = {
    {"BYMONTH", &RecurrenceRule::by_month, 1, 12, false},
    {"BYWEEKNO", &RecurrenceRule::by_week_no, 1, 53, true},
    {"BYYEARDAY", &RecurrenceRule::by_year_day, 1, 366, true},
    {"BYMONTHDAY", &RecurrenceRule::by_month_day, 1, 31, true},
    {"BYHOUR", &RecurrenceRule::by_hour, 0, 23, false},
    {"BYMINUTE", &RecurrenceRule::by_minute, 0, 59, false},
    {"BYSECOND", &RecurrenceRule::by_second, 0, 60, false},
    {"BYSETPOS", &RecurrenceRule::by_set_pos, 1, 366, true},
};

Result<> read_list(const ListPart& part, std::string_view value, RecurrenceRule& rule) {
  auto& list = rule.*part.member;
  const bool good = for_each_item(value, [&](std::string_view item) {
    const auto number = read_number(item);
    if (!number || std::abs(*number) < part.min || std::abs(*number) > part.max) return false;
    if (*number < 0 && !part.negative) return false;
    list.push_back(static_cast<int>(*number));
    return true;
  });
  if (!good) {
    std::string wanted = "use numbers from " + std::to_string(part.min) + " to " + std::to_string(part.max);
    if (part.negative) wanted += " or from -" + std::to_string(part.max) + " to -" + std::to_string(part.min);
    return bad(part.name, value, wanted);
  }
  // Zones know no leap seconds, so the 60th is the 59th, as in our timestamps.
  if (part.max == 60) std::replace(list.begin(), list.end(), 60, 59);
  sort_unique(list);
  return {};
}

std::optional<chr::weekday> read_weekday(std::string_view text) {
  const auto it = std::find(std::begin(kWeekdays), std::end(kWeekdays), text);
  if (it == std::end(kWeekdays)) return std::nullopt;
  return chr::weekday{static_cast<unsigned>(it - std::begin(kWeekdays))};
}

Result<> read_days(std::string_view value, RecurrenceRule& rule) {
  const bool good = for_each_item(value, [&](std::string_view item) {
    if (item.size() < 2) return false;
    const auto day = read_weekday(item.substr(item.size() - 2));
    item.remove_suffix(2);
    if (!day) return false;
    std::int64_t nth = 0;
    if (!item.empty()) {
      const auto number = read_number(item);
      if (!number || *number == 0 || std::abs(*number) > 53) return false;
      nth = *number;
    }
    const NthWeekday entry{static_cast<int>(nth), *day};
    if (std::find(rule.by_day.begin(), rule.by_day.end(), entry) == rule.by_day.end()) rule.by_day.push_back(entry);
    return true;
  });
  if (!good) return bad("BYDAY", value, "use MO to SU, each with an optional number such as 2TU or -1FR");
  std::sort(rule.by_day.begin(), rule.by_day.end(), [](const NthWeekday& a, const NthWeekday& b) {
    return std::pair{a.nth, a.day.iso_encoding()} < std::pair{b.nth, b.day.iso_encoding()};
  });
  return {};
}

/// "20260331" or "20260331T090000" with an optional Z.
std::optional<Until> read_until(std::string_view text) {
  Until until;
  until.form = Until::Form::date;
  const bool utc = text.size() == 16 && text.back() == 'Z';
  if (utc) text.remove_suffix(1);
  if (text.size() != 8 && (text.size() != 15 || text[8] != 'T')) return std::nullopt;
  std::string iso{text.substr(0, 4)};
  iso.append("-").append(text.substr(4, 2)).append("-").append(text.substr(6, 2)).append("T");
  if (text.size() == 15) {
    until.form = utc ? Until::Form::utc : Until::Form::local;
    iso.append(text.substr(9, 2)).append(":").append(text.substr(11, 2)).append(":").append(text.substr(13, 2));
  } else {
    iso.append("00:00:00");
  }
  auto reading = parse_local(iso);
  if (!reading) return std::nullopt;
  until.reading = *reading;
  return until;
}

Result<> read_part(std::string_view name, std::string_view value, RecurrenceRule& rule) {
  for (const auto& part : kLists) {
    if (name == part.name) return read_list(part, value, rule);
  }
  if (name == "FREQ") {
    const auto it = std::find(std::begin(kFrequencies), std::end(kFrequencies), value);
    if (it == std::end(kFrequencies))
      return bad(name, value, "use DAILY, WEEKLY, MONTHLY, YEARLY, HOURLY and the like");
    rule.frequency = static_cast<Frequency>(it - std::begin(kFrequencies));
  } else if (name == "INTERVAL" || name == "COUNT") {
    const auto number = read_number(value);
    if (!number || *number < 1 || *number > kMaxNumber)
      return bad(name, value, "use a number from 1 to " + std::to_string(kMaxNumber));
    if (name == "COUNT") {
      rule.count = *number;
    } else {
      rule.interval = *number;
    }
  } else if (name == "UNTIL") {
    rule.until = read_until(value);
    if (!rule.until) return bad(name, value, "use a date such as 20260331 or a UTC time such as 20260331T090000Z");
  } else if (name == "BYDAY") {
    return read_days(value, rule);
  } else if (name == "WKST") {
    const auto day = read_weekday(value);
    if (!day) return bad(name, value, "use MO to SU");
    rule.week_start = *day;
  } else if (name == "RSCALE") {
    // RFC 7529's way to say what RFC 5545 means anyway.
    if (value != "GREGORIAN")
      return Error{Errc::unsupported, "RRULE: only the Gregorian calendar is offered (RSCALE=GREGORIAN)."};
  } else if (name == "SKIP") {
    if (value != "OMIT")
      return Error{Errc::unsupported, "RRULE: SKIP=" + std::string{value.substr(0, 40)} +
                                          " is not offered; a series' monthEnd says what days that a month lacks "
                                          "become: clamp is its last day, skip leaves it out."};
  } else if (name == "BYEASTER") {
    return Error{Errc::unsupported, "RRULE: BYEASTER is not of RFC 5545 and not offered."};
  } else {
    return Error{Errc::invalid_argument, "RRULE: there is no part \"" + std::string{name.substr(0, 40)} + "\"."};
  }
  return {};
}

/// In capitals, with the lines joined that iCalendar folds: a break and one blank (RFC 5545, 3.1).
std::string unfolded_upper(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto rest = text.substr(at);
    const std::size_t line_break = rest.starts_with("\r\n") ? 2 : rest[0] == '\n' ? 1 : 0;
    if (line_break > 0 && rest.size() > line_break && (rest[line_break] == ' ' || rest[line_break] == '\t')) {
      at += line_break;
      continue;
    }
    const char c = text[at];
    out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c & ~32) : c);
  }
  return out;
}

void append_list(std::string& out, std::string_view name, const std::vector<int>& list) {
  if (list.empty()) return;
  out.append(";").append(name).append("=");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i) out.push_back(',');
    out.append(std::to_string(list[i]));
  }
}

}  // namespace

std::string_view to_string(Frequency frequency) { return kFrequencies[static_cast<int>(frequency)]; }

Result<RecurrenceRule> RecurrenceRule::parse(std::string_view text) {
  if (text.size() > kMaxRuleBytes) return Error{Errc::invalid_argument, "RRULE: longer than 4096 bytes."};
  const std::string capitals = unfolded_upper(trim(text));
  std::string_view rest = capitals;
  if (rest.starts_with("RRULE:")) rest.remove_prefix(6);
  if (rest.find('\n') != std::string_view::npos)
    return Error{
        Errc::invalid_argument,
        "RRULE: this is more than one line: give the rule alone; start and exceptions have fields of their own."};
  RecurrenceRule rule;
  std::vector<std::string_view> seen;
  while (!rest.empty()) {
    const auto semicolon = rest.find(';');
    const auto part = trim(rest.substr(0, semicolon));
    rest.remove_prefix(semicolon == std::string_view::npos ? rest.size() : semicolon + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const auto name = trim(part.substr(0, equals));
    if (equals == std::string_view::npos) {
      return Error{Errc::invalid_argument, "RRULE: \"" + std::string{part.substr(0, 40)} + "\" has no \"=\"."};
    }
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      return Error{Errc::invalid_argument, "RRULE: " + std::string{name.substr(0, 40)} + " stands there twice."};
    }
    seen.push_back(name);
    if (auto read = read_part(name, trim(part.substr(equals + 1)), rule); !read) return read.error();
  }
  if (std::find(seen.begin(), seen.end(), "FREQ") == seen.end()) {
    return Error{Errc::invalid_argument, "RRULE: FREQ is missing, for example FREQ=WEEKLY;BYDAY=MO."};
  }
  return rule;
}

std::string RecurrenceRule::str() const {
  std::string out = "FREQ=";
  out.append(to_string(frequency));
  if (interval != 1) out.append(";INTERVAL=").append(std::to_string(interval));
  if (count) out.append(";COUNT=").append(std::to_string(*count));
  if (until) {
    std::string reading = format_local(until->reading);
    std::erase_if(reading, [](char c) { return c == '-' || c == ':'; });
    if (until->form == Until::Form::date) reading.resize(8);
    if (until->form == Until::Form::utc) reading.push_back('Z');
    out.append(";UNTIL=").append(reading);
  }
  append_list(out, "BYMONTH", by_month);
  append_list(out, "BYWEEKNO", by_week_no);
  append_list(out, "BYYEARDAY", by_year_day);
  append_list(out, "BYMONTHDAY", by_month_day);
  if (!by_day.empty()) {
    out.append(";BYDAY=");
    for (std::size_t i = 0; i < by_day.size(); ++i) {
      if (i) out.push_back(',');
      if (by_day[i].nth != 0) out.append(std::to_string(by_day[i].nth));
      out.append(kWeekdays[by_day[i].day.c_encoding()]);
    }
  }
  append_list(out, "BYHOUR", by_hour);
  append_list(out, "BYMINUTE", by_minute);
  append_list(out, "BYSECOND", by_second);
  append_list(out, "BYSETPOS", by_set_pos);
  if (week_start != chr::Monday) out.append(";WKST=").append(kWeekdays[week_start.c_encoding()]);
  return out;
}

}  // namespace daybook::domain
