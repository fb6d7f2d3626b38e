#include <algorithm>
#include <array>

#include "language/command/readers.hpp"
#include "language/command/timing.hpp"
#include "language/words.hpp"

namespace daybook::language::chat {
namespace {

using std::chrono::days;
using std::chrono::local_days;

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};

/// "31st", "31" as a day of the month; 0 for others.
int day_number(std::string_view word) {
  if (word.size() > 2 && (word.ends_with("st") || word.ends_with("nd") || word.ends_with("rd") || word.ends_with("th")))
    word.remove_suffix(2);
  if (word.empty() || word.size() > 2 ||
      !std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return 0;
  return small_number(word);
}

int year_number(std::string_view word) { return word.size() == 4 && word[0] == '2' ? small_number(word) : 0; }

std::string ordinal(int day) {
  const int last = day % 10;
  const bool teen = day >= 11 && day <= 13;
  return std::to_string(day) + (teen ? "th" : last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th");
}

Command impossible_date(const Sentence& sentence, int month, int day, int year_said) {
  Command question = make_clarify("invalid_date");
  const Date today{sentence.now.today()};
  auto year = year_said > 0 ? std::chrono::year{year_said} : today.year();
  const auto month_value = std::chrono::month{static_cast<unsigned>(month)};
  auto end = Date{year / month_value / std::chrono::last};
  if (year_said == 0 && local_days{end} < sentence.now.today()) {
    year += std::chrono::years{1};
    end = Date{year / month_value / std::chrono::last};
  }
  const int length = static_cast<int>(static_cast<unsigned>(end.day()));
  const Date next{local_days{end} + days{std::clamp(day - length, 1, 3)}};
  const auto spoken = [](Date date) {
    return std::to_string(static_cast<unsigned>(date.day())) + " " +
           std::string(kMonths[static_cast<unsigned>(date.month()) - 1]);
  };
  const bool this_year = year == today.year();
  const auto option = [&](Date date) {
    return spoken(date) + (this_year ? "" : " " + std::to_string(static_cast<int>(date.year())));
  };
  question.options = {option(end), option(next)};
  question.explanation = std::string(kMonths[static_cast<std::size_t>(month - 1)]) + " has no " + ordinal(day) +
                         "; did you mean " + spoken(end) + " or " + spoken(next) + "?";
  return question;
}

int length_of(int month, int year) {
  constexpr std::array<int, 12> kLengths = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month == 2 && year > 0) return std::chrono::year{year}.is_leap() ? 29 : 28;
  return kLengths[static_cast<std::size_t>(month - 1)];
}

/// "13/13/2026": no order of day and month makes a date of it.
Command no_such_date(std::string_view said, int month, int day) {
  Command question = make_clarify("invalid_date");
  question.explanation = "There is no date " + std::string(said) + ": ";
  if (month < 1 || month > 12)
    question.explanation += "a year has no month " + std::to_string(month) + ".";
  else
    question.explanation += "no month has a day " + std::to_string(day) + ".";
  return question;
}

std::optional<Command> wrong_day(Sentence& sentence, Part part) {
  for (std::size_t i = part.first; i < part.last; ++i) {
    const Term& term = sentence[i];
    if (term.taken || term.quoted) continue;
    // 2/30, 2/30/2026, 2026-02-30
    int numbers[3] = {0, 0, 0};
    int count = 0;
    std::size_t at = 0;
    char separator = 0;
    bool numeric = term.low.size() >= 3 && term.low.size() <= 10;
    while (numeric && at < term.low.size() && count < 3) {
      std::size_t end = at;
      while (end < term.low.size() && term.low[end] >= '0' && term.low[end] <= '9') ++end;
      numeric = end > at && end - at <= 4;
      if (!numeric) break;
      numbers[count++] = small_number(term.low.substr(at, end - at));
      if (end < term.low.size()) {
        numeric = (term.low[end] == '/' || term.low[end] == '-') && (separator == 0 || separator == term.low[end]);
        separator = term.low[end];
        ++end;
      }
      at = end;
    }
    const bool short_form = numeric && count == 2 && separator == '/' && at >= term.low.size() && i > part.first &&
                            sentence[i - 1].is("on", "by", "due", "before", "until");
    if (short_form) {
      const bool month_first = sentence.settings.date_order == DateOrder::mdy;
      const int month = month_first ? numbers[0] : numbers[1];
      const int day = month_first ? numbers[1] : numbers[0];
      if (month >= 1 && month <= 12 && day <= 31 && day > length_of(month, 0)) {
        sentence.take({i - 1, i + 1});
        return impossible_date(sentence, month, day, 0);
      }
      continue;
    }
    if (numeric && count == 3 && at >= term.low.size()) {
      const bool iso = numbers[0] > 1000;
      const int year = iso ? numbers[0] : numbers[2] < 100 ? 2000 + numbers[2] : numbers[2];
      int month = iso ? numbers[1] : sentence.settings.date_order == DateOrder::mdy ? numbers[0] : numbers[1];
      int day = iso ? numbers[2] : sentence.settings.date_order == DateOrder::mdy ? numbers[1] : numbers[0];
      if (!iso && month > 12 && day <= 12) std::swap(month, day);
      const bool led = i > part.first && sentence[i - 1].is("on", "by", "due", "before", "until", "for", "to");
      const bool dated = (numbers[0] > 1900 && numbers[0] < 3000) || (numbers[2] > 1900 && numbers[2] < 3000) || led;
      const bool exists = month >= 1 && month <= 12 && day >= 1 && day <= length_of(month, year);
      if (!exists && dated && (separator == '/' || iso || led)) {
        sentence.take({led && !sentence[i - 1].is("for", "to") ? i - 1 : i, i + 1});
        if (month >= 1 && month <= 12 && day >= 1 && day <= 39) return impossible_date(sentence, month, day, year);
        return no_such_date(sentence[i].low, month, day);
      }
      continue;
    }
    // "April 31st", "31 April", "the 31st of April", "April 31st 2027"
    const language::Word* word = term.low.size() >= 3 ? language::find_word(term.low) : nullptr;
    if (word == nullptr || word->month == 0) continue;
    int day = 0;
    std::size_t first = i;
    std::size_t last = i + 1;
    if (last < part.last && day_number(sentence[last].low) > 0) {
      day = day_number(sentence[last].low);
      ++last;
    } else if (i > part.first) {
      std::size_t before = i - 1;
      if (sentence[before].is("of") && before > part.first) --before;
      day = day_number(sentence[before].low);
      first = before;
      if (first > part.first && sentence[first - 1].is("the")) --first;
    }
    if (day == 0 || day > 39) continue;
    int year = last < part.last ? year_number(sentence[last].low) : 0;
    if (year > 0) ++last;
    if (day <= length_of(word->month, year)) continue;
    if (first > part.first && sentence[first - 1].is("on", "by", "at", "for", "before", "until")) --first;
    // "every April 31st" is refused alike.
    sentence.take({first, last});
    const Timing clock = read_timing(sentence, part, TimingFor::title);
    ignore(clock, "only taken out of the title");
    return impossible_date(sentence, word->month, day, year);
  }
  return {};
}

/// "Tuesday March 11" when the 11th is a Wednesday.
std::optional<Command> wrong_weekday(Sentence& sentence, Part part) {
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (sentence[i].taken || sentence[i].quoted || sentence[i].low.size() < 3) continue;
    const language::Word* word = language::find_word(sentence[i].low);
    if (word == nullptr || word->weekday == 0 || word->plural) continue;
    std::size_t k = i + 1;
    while (k < part.last && sentence[k].is("the", "on", ",")) ++k;
    if (k + 1 >= part.last + 0 && k >= part.last) continue;
    const language::Word* next = language::find_word(sentence[k].low);
    int month = 0;
    int day = 0;
    std::size_t last = k + 1;
    if (next != nullptr && next->month > 0 && k + 1 < part.last) {
      month = next->month;
      day = day_number(sentence[k + 1].low);
      last = k + 2;
    } else if (day_number(sentence[k].low) > 0 && k + 1 < part.last) {
      std::size_t m = k + 1;
      if (sentence[m].is("of") && m + 1 < part.last) ++m;
      const language::Word* after = language::find_word(sentence[m].low);
      if (after != nullptr && after->month > 0) {
        month = after->month;
        day = day_number(sentence[k].low);
        last = m + 1;
      }
    }
    if (month == 0 || day == 0) continue;
    const Date today{sentence.now.today()};
    int year = last < part.last ? year_number(sentence[last].low) : 0;
    if (year > 0) ++last;
    Date date{(year > 0 ? std::chrono::year{year} : today.year()) / static_cast<unsigned>(month) /
              static_cast<unsigned>(day)};
    if (!date.ok()) continue;
    if (year == 0 && local_days{date} < sentence.now.today())
      date = Date{date.year() + std::chrono::years{1}, date.month(), date.day()};
    if (!date.ok()) continue;
    const auto said = static_cast<unsigned>(word->weekday);
    const auto real = std::chrono::weekday{local_days{date}}.iso_encoding();
    if (said == real) continue;
    Command question = make_clarify("weekday_date_mismatch");
    // The day of that name nearest to the date, and the date itself.
    int offset = static_cast<int>(said) - static_cast<int>(real);
    if (offset > 3) offset -= 7;
    if (offset < -3) offset += 7;
    const Date other{local_days{date} + days{offset}};
    const auto spoken = [&](Date one) {
      return std::string(kDays[std::chrono::weekday{local_days{one}}.iso_encoding() - 1]) + " " +
             std::to_string(static_cast<unsigned>(one.day())) + " " +
             std::string(kMonths[static_cast<unsigned>(one.month()) - 1]) +
             (one.year() == today.year() ? "" : " " + std::to_string(static_cast<int>(one.year())));
    };
    question.options = {spoken(other), spoken(date)};
    question.explanation = ordinal(day) + " " + std::string(kMonths[static_cast<std::size_t>(month - 1)]) + " is a " +
                           std::string(kDays[real - 1]) + ", not a " + std::string(kDays[said - 1]) +
                           ". Which is right?";
    sentence.take({i > part.first && sentence[i - 1].is("on", "by") ? i - 1 : i, last});
    const Timing clock = read_timing(sentence, part, TimingFor::title);
    ignore(clock, "only taken out of the title");
    return question;
  }
  return {};
}

/// "at 25:00", "at 13pm"
std::optional<Command> wrong_clock(Sentence& sentence, Part part) {
  for (std::size_t i = part.first; i < part.last; ++i) {
    const Term& term = sentence[i];
    if (term.taken || term.quoted || term.low.size() > 7) continue;
    const std::size_t colon = term.low.find(':');
    if (colon != 1 && colon != 2) continue;
    const int hour = small_number(term.low.substr(0, colon));
    const std::string_view rest = term.low.substr(colon + 1);
    const bool digits = rest.size() >= 2 && rest[0] >= '0' && rest[0] <= '9' && rest[1] >= '0' && rest[1] <= '9';
    if (!digits || term.low[0] < '0' || term.low[0] > '9') continue;
    const int minute = small_number(rest.substr(0, 2));
    if (hour <= 24 && minute <= 59) continue;
    const bool at = i > part.first && sentence[i - 1].is("at", "@", "by");
    if (!at && rest.size() > 2) continue;
    if (!at) continue;
    sentence.take({i - 1, i + 1});
    Command question = make_clarify("invalid_time");
    question.explanation = "A day has hours 0 to 23 and minutes 0 to 59.";
    return question;
  }
  return {};
}

}  // namespace

std::optional<Command> find_impossible(Sentence& sentence, Part part) {
  if (auto problem = wrong_day(sentence, part)) return problem;
  if (auto problem = wrong_weekday(sentence, part)) return problem;
  return wrong_clock(sentence, part);
}

}  // namespace daybook::language::chat
