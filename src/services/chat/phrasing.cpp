#include "services/chat/phrasing.hpp"

#include <array>

#include "language/describe.hpp"
#include "services/chat/mapping.hpp"

namespace daybook::chat {
namespace {

using namespace std::chrono;

constexpr std::array kWeekdays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                "July",    "August",   "September", "October", "November", "December"};

}  // namespace

std::string day_in_words(Date date, const language::Now& now) {
  const local_days day{date};
  const auto away = (day - now.today()).count();
  if (away == 0) return "today";
  if (away == 1) return "tomorrow";
  if (away == -1) return "yesterday";
  const std::string weekday = kWeekdays[std::chrono::weekday{day}.c_encoding()];
  if (away > 0 && away < 7) return weekday;
  const std::string day_and_month =
      std::to_string(static_cast<unsigned>(date.day())) + " " + kMonths[static_cast<unsigned>(date.month()) - 1];
  const Date today{now.today()};
  if (date.year() != today.year()) return day_and_month + " " + std::to_string(static_cast<int>(date.year()));
  return weekday + " " + day_and_month;
}

std::string clock_in_words(minutes time_of_day) {
  const auto total = time_of_day.count();
  if (total == 0) return "midnight";
  if (total == 12 * 60) return "noon";
  const auto hour = total / 60, minute = total % 60;
  std::string out = std::to_string(hour % 12 == 0 ? 12 : hour % 12);
  if (minute != 0) out += (minute < 10 ? ":0" : ":") + std::to_string(minute);
  return out + (hour < 12 ? " am" : " pm");
}

std::string instant_in_words(Instant instant, const language::Now& now) {
  const auto local = now.to_local(instant);
  const auto day = floor<days>(local);
  return day_in_words(Date{day}, now) + " at " + clock_in_words(floor<minutes>(local - day));
}

std::string when_in_words(const domain::When& when, const language::Now& now) {
  if (const auto* at = std::get_if<Instant>(&when)) return instant_in_words(*at, now);
  if (const auto* on = std::get_if<Date>(&when)) return day_in_words(*on, now);
  return {};
}

std::string length_in_words(seconds length) {
  const auto total = length.count();
  if (total != 0 && total % 604800 == 0) return count_in_words(static_cast<std::size_t>(total / 604800), "week");
  if (total != 0 && total % 86400 == 0) return count_in_words(static_cast<std::size_t>(total / 86400), "day");
  if (total != 0 && total % 3600 == 0) return count_in_words(static_cast<std::size_t>(total / 3600), "hour");
  if (total > 3600)
    return count_in_words(static_cast<std::size_t>(total / 3600), "hour") + " " +
           count_in_words(static_cast<std::size_t>(total % 3600 / 60), "minute");
  return count_in_words(static_cast<std::size_t>(total / 60), "minute");
}

std::string reminder_in_words(const domain::ReminderRule& rule, const language::Now& now) {
  if (const auto* before = std::get_if<domain::RemindBefore>(&rule))
    return before->lead.count() == 0 ? "at that time" : length_in_words(before->lead) + " before";
  if (const auto* at = std::get_if<domain::RemindAt>(&rule)) return instant_in_words(at->at, now);
  const auto& days_before = std::get<domain::RemindDaysBefore>(rule);
  const std::string at = " at " + clock_in_words(days_before.time);
  if (days_before.days == 0) return "on the day" + at;
  if (days_before.days == 1) return "the day before" + at;
  return std::to_string(days_before.days) + " days before" + at;
}

std::string rule_in_words(const scheduler::SeriesView& series, const language::Now& now) {
  const auto words = language::describe_rrule(spoken_rule(series, now));
  if (!words) return series.rrule_text;
  std::string out;
  for (std::size_t i = 0; i < words->size(); ++i) {
    // "9am", as the engine writes it, is "9 am" in what the chat says.
    const auto rest = std::string_view(*words).substr(i);
    const bool digit_before = i > 0 && (*words)[i - 1] >= '0' && (*words)[i - 1] <= '9';
    if (digit_before && (rest.starts_with("am") || rest.starts_with("pm"))) out += ' ';
    out += (*words)[i];
  }
  if (series.after_completion) out += ", counted from when it was last done";
  return out;
}

std::string list_in_words(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += i + 1 == items.size() ? " and " : ", ";
    out += items[i];
  }
  return out;
}

std::string count_in_words(std::size_t n, const std::string& singular) {
  return std::to_string(n) + " " + singular + (n == 1 ? "" : "s");
}

std::string capitalised(std::string words) {
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

std::string quoted(std::string_view title) { return "“" + std::string(title) + "”"; }

}  // namespace daybook::chat
