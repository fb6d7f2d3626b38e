#include <algorithm>
#include <charconv>

#include "domain/recurrence_rule.hpp"

namespace daybook::domain {
namespace {

namespace chr = std::chrono;

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 32);
  }
  return out;
}

/// One field of a cron expression.
struct Field {
  std::string_view name;
  int min, max;
  std::string_view words;  ///< Three letters each, from the lowest value on.
};
constexpr Field kFields[] = {
    {"minute", 0, 59, ""},
    {"hour", 0, 23, ""},
    {"day of the month", 1, 31, ""},
    {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
    {"weekday", 0, 7, "sunmontuewedthufrisat"},
};

struct FieldValue {
  std::vector<int> values;
  bool any = false;  ///< "*": every value.
};

std::optional<int> read_value(const Field& field, std::string_view text) {
  if (text.size() == 3 && !field.words.empty()) {
    const auto at = field.words.find(text);
    if (at != std::string_view::npos && at % 3 == 0) return field.min + static_cast<int>(at / 3);
  }
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < field.min || value > field.max) return std::nullopt;
  return value;
}

bool read_item(const Field& field, std::string_view item, FieldValue& out) {
  int step = 1;
  if (const auto slash = item.find('/'); slash != std::string_view::npos) {
    const auto text = item.substr(slash + 1);
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (failure != std::errc{} || end != text.data() + text.size() || step < 1 || step > field.max) return false;
    item = item.substr(0, slash);
    if (item.find('-') == std::string_view::npos && item != "*") {
      const auto from = read_value(field, item);
      if (!from) return false;
      for (int value = *from; value <= field.max; value += step) out.values.push_back(value);
      return true;
    }
  }
  int low = field.min, high = field.max == 7 ? 6 : field.max;
  if (item != "*" && item != "?") {
    const auto dash = item.find('-');
    const auto first = read_value(field, item.substr(0, dash));
    if (!first) return false;
    low = high = *first;
    if (dash != std::string_view::npos) {
      const auto last = read_value(field, item.substr(dash + 1));
      if (!last) return false;
      high = *last;
    }
    if (low > high) {
      if (field.max != 7) return false;
      high += 7;  // "fri-mon" goes over the week's end.
    }
  } else if (step == 1) {
    out.any = true;
  }
  for (int value = low; value <= high; value += step) out.values.push_back(field.max == 7 ? value % 7 : value);
  return true;
}

Result<FieldValue> read_field(const Field& field, std::string_view text) {
  FieldValue out;
  std::string_view rest = text;
  bool good = !rest.empty();
  while (good) {
    const auto comma = rest.find(',');
    good = read_item(field, rest.substr(0, comma), out);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (!good) {
    return Error{Errc::invalid_argument, "cron: \"" + std::string{text.substr(0, 40)} + "\" is no " +
                                             std::string{field.name} + ": use " + std::to_string(field.min) + " to " +
                                             std::to_string(field.max) + ", lists, ranges and steps."};
  }
  for (int& value : out.values) {
    if (field.max == 7) value %= 7;
  }
  std::sort(out.values.begin(), out.values.end());
  out.values.erase(std::unique(out.values.begin(), out.values.end()), out.values.end());
  if (static_cast<int>(out.values.size()) == (field.max == 7 ? 7 : field.max - field.min + 1)) out.any = true;
  return out;
}

Result<RecurrencePattern> read_cron(const std::vector<std::string_view>& texts) {
  FieldValue fields[5];
  for (int i = 0; i < 5; ++i) {
    auto field = read_field(kFields[i], texts[i]);
    if (!field) return field.error();
    fields[i] = std::move(*field);
  }
  const auto& [minute, hour, day, month, weekday] = fields;
  if (!day.any && !weekday.any) {
    return Error{Errc::unsupported,
                 "cron: a day of the month and a weekday together mean either of them, which one rule cannot say: "
                 "make two recurring tasks, or use \"*\" for one of the two."};
  }
  RecurrencePattern out;
  auto& rule = out.rule;
  if (!month.any) rule.by_month = month.values;
  if (!day.any) {
    rule.by_month_day = day.values;
    rule.frequency = month.any ? Frequency::monthly : Frequency::yearly;
  } else if (!weekday.any) {
    rule.frequency = Frequency::weekly;
    for (int value : weekday.values) rule.by_day.push_back({0, chr::weekday{static_cast<unsigned>(value)}});
    std::sort(rule.by_day.begin(), rule.by_day.end(),
              [](auto& a, auto& b) { return a.day.iso_encoding() < b.day.iso_encoding(); });
  } else {
    rule.frequency = Frequency::daily;
  }
  if (minute.values.size() == 1 && hour.values.size() == 1) {
    out.time_of_day = chr::hours{hour.values[0]} + chr::minutes{minute.values[0]};
    return out;
  }
  const bool every_day = day.any && weekday.any;
  rule.by_second = {0};
  if (!minute.any || !hour.any || !every_day) rule.by_minute = minute.values;
  if (!hour.any || !every_day) rule.by_hour = hour.values;
  if (every_day && hour.any) rule.frequency = minute.any ? Frequency::minutely : Frequency::hourly;
  return out;
}

}  // namespace

Result<RecurrencePattern> parse_pattern(std::string_view text) {
  if (text.size() > 4096) return Error{Errc::invalid_argument, "The pattern is longer than 4096 bytes."};
  const std::string folded = lower(text);
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < folded.size();) {
    const auto begin = folded.find_first_not_of(" \t\r\n", at);
    if (begin == std::string::npos) break;
    const auto end = std::min(folded.find_first_of(" \t\r\n", begin), folded.size());
    words.push_back(std::string_view{folded}.substr(begin, end - begin));
    at = end;
  }
  if (words.size() == 5) return read_cron(words);
  if (words.size() == 1) {
    const auto word = words[0];
    RecurrencePattern out;
    if (word.starts_with('@')) {
      constexpr std::pair<std::string_view, std::string_view> kNicknames[] = {
          {"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
          {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}};
      for (const auto& [nickname, cron] : kNicknames) {
        if (word == nickname) return parse_pattern(cron);
      }
    } else if (word == "daily") {
      out.rule.frequency = Frequency::daily;
      return out;
    } else if (word == "weekly") {
      out.rule.frequency = Frequency::weekly;
      return out;
    } else if (word == "monthly") {
      out.rule.frequency = Frequency::monthly;
      return out;
    } else if (word == "yearly" || word == "annually") {
      out.rule.frequency = Frequency::yearly;
      return out;
    } else if (word == "hourly") {
      out.rule.frequency = Frequency::hourly;
      return out;
    } else if (word == "weekdays" || word == "weekday") {
      out.rule.frequency = Frequency::weekly;
      for (auto day : {chr::Monday, chr::Tuesday, chr::Wednesday, chr::Thursday, chr::Friday}) {
        out.rule.by_day.push_back({0, day});
      }
      return out;
    }
  }
  if (folded.find('=') == std::string::npos) {
    return Error{Errc::invalid_argument, "\"" + std::string{text.substr(0, 40)} +
                                             "\" is no pattern: use daily, weekly, monthly or yearly, a cron "
                                             "expression such as \"0 9 * * 1-5\", or an RRULE such as "
                                             "FREQ=WEEKLY;BYDAY=MO."};
  }
  auto rule = RecurrenceRule::parse(text);
  if (!rule) return rule.error();
  RecurrencePattern out;
  out.rule = std::move(*rule);
  return out;
}

}  // namespace daybook::domain
