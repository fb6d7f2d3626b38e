#include <algorithm>
#include <charconv>

#include "language/command/sentence.hpp"

namespace daybook::language::chat {
namespace {

/// One unit of time by its name or abbreviation; empty for other words.
std::optional<Grain> unit_of(std::string_view word) {
  struct Unit {
    std::string_view names;
    Grain grain;
  };
  constexpr Unit kUnits[] = {
      {" s sec secs second seconds ", Grain::second}, {" m min mins minute minutes mn ", Grain::minute},
      {" h hr hrs hour hours ", Grain::hour},         {" d day days ", Grain::day},
      {" w wk wks week weeks ", Grain::week},         {" mo mos month months mth ", Grain::month},
      {" y yr yrs year years ", Grain::year},
  };
  if (word.empty() || word.size() > 8) return {};
  for (const Unit& unit : kUnits) {
    const std::size_t at = unit.names.find(word);
    if (at != std::string_view::npos && unit.names[at - 1] == ' ' && unit.names[at + word.size()] == ' ')
      return unit.grain;
  }
  return {};
}

void add(Length& length, Grain grain, double count) {
  const auto whole = static_cast<int>(count);
  const double rest = count - whole;
  const auto seconds = [](double value) { return static_cast<std::int64_t>(value + 0.5); };
  switch (grain) {
    case Grain::second:
      length.seconds += seconds(count);
      break;
    case Grain::minute:
      length.seconds += seconds(count * 60);
      break;
    case Grain::hour:
      length.seconds += seconds(count * 3600);
      break;
    case Grain::day:
      length.days += whole, length.seconds += seconds(rest * 86400);
      break;
    case Grain::week:
      length.days += static_cast<int>(count * 7 + 0.5);
      break;
    case Grain::month:
      length.months += whole, length.days += static_cast<int>(rest * 30 + 0.5);
      break;
    case Grain::quarter:
      length.months += static_cast<int>(count * 3 + 0.5);
      break;
    case Grain::year:
      length.years += whole, length.months += static_cast<int>(rest * 12 + 0.5);
      break;
  }
  length.grain = grain;
}

/// "90", "1.5"; the rest of the word (a unit that touches: "90min") is left in `rest`.
std::optional<double> leading_number(std::string_view word, std::string_view& rest) {
  // from_chars takes "nan" and "inf" for numbers, and "nand" for nan days.
  if (word.empty() || !((word[0] >= '0' && word[0] <= '9') || word[0] == '.')) return {};
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || value < 0 || value > 100'000) return {};
  rest = word.substr(static_cast<std::size_t>(end - word.data()));
  if (rest.starts_with('-')) rest.remove_prefix(1);
  return value;
}

/// "1h30m", "2h15": the units that follow in one word.
bool read_joined(std::string_view word, Length& length) {
  while (!word.empty()) {
    std::string_view rest;
    const auto count = leading_number(word, rest);
    if (!count) return false;
    std::size_t letters = 0;
    while (letters < rest.size() && (rest[letters] < '0' || rest[letters] > '9')) ++letters;
    const auto unit = unit_of(rest.substr(0, letters));
    if (!unit) {
      if (rest.empty() && length.grain == Grain::hour) return add(length, Grain::minute, *count), true;
      return false;
    }
    add(length, *unit, *count);
    word = rest.substr(letters);
  }
  return true;
}

/// One count with its unit.
std::optional<LengthReading> read_single(const Sentence& sentence, Part part, std::size_t at) {
  LengthReading reading;
  const auto word = [&](std::size_t i) {
    return i < part.last && !sentence[i].quoted ? sentence[i].low : std::string_view{};
  };
  const auto finish = [&](Grain grain, double count, std::size_t last) -> std::optional<LengthReading> {
    add(reading.length, grain, count);
    reading.last = last;
    return reading;
  };

  double count = 0;
  if (word(at) == "half") {
    std::size_t i = at + 1;
    if (word(i) == "a" || word(i) == "an") ++i;
    if (const auto unit = unit_of(word(i))) return finish(*unit, 0.5, i + 1);
    return {};
  }
  if (word(at).starts_with("half-")) {
    if (const auto unit = unit_of(word(at).substr(5))) return finish(*unit, 0.5, at + 1);
  }
  if ((word(at) == "quarter" || (word(at) == "a" && word(at + 1) == "quarter"))) {
    std::size_t i = at + (word(at) == "a" ? 2 : 1);
    if (word(i) == "of") ++i;
    if (word(i) == "an") ++i;
    if (word(i) == "hour") return finish(Grain::minute, 15, i + 1);
    return {};
  }
  std::size_t i = at;
  std::string_view rest;
  if (const auto number = leading_number(word(i), rest)) {
    if (!rest.empty()) {
      if (read_joined(word(i), reading.length)) {
        reading.last = i + 1;
        return reading;
      }
      return {};
    }
    count = *number;
    ++i;
  } else if (word(i) == "a" || word(i) == "an" || word(i) == "another") {
    count = 1;
    ++i;
    if (word(i) == "half" && word(i + 1) == "hour") return finish(Grain::minute, 30, i + 2);
    if (word(i) == "couple" || word(i) == "few") {
      count = word(i) == "few" ? 3 : 2;
      ++i;
      if (word(i) == "of") ++i;
    }
  } else if (const int number_word = small_number(word(i)); number_word > 0) {
    count = number_word;
    ++i;
    if (word(i) == "of") ++i;
  } else if (const auto dash = word(i).find('-'); dash != std::string_view::npos) {  // "ten-minute"
    const int joined = small_number(word(i).substr(0, dash));
    const auto unit = unit_of(word(i).substr(dash + 1));
    if (joined > 0 && unit) return finish(*unit, joined, i + 1);
    return {};
  } else {
    return {};
  }
  if (word(i) == "more" || word(i) == "extra") ++i;
  if (word(i) == "and" && word(i + 1) == "a" && word(i + 2) == "half") {
    count += 0.5;
    i += 3;
  }
  if (word(i) == "fortnight" || word(i) == "fortnights") return finish(Grain::week, count * 2, i + 1);
  const auto unit = unit_of(word(i));
  if (!unit) return {};
  return finish(*unit, count, i + 1);
}

}  // namespace

std::optional<LengthReading> read_length(const Sentence& sentence, Part part, std::size_t index) {
  auto reading = read_single(sentence, part, index);
  if (!reading) return {};
  // "an hour and a half", "1 hour 30 minutes", "2 hours and 15 minutes"
  while (reading->last < part.last) {
    std::size_t next = reading->last;
    if (sentence.starts(part, next, "and", "a", "half")) {
      add(reading->length, reading->length.grain, 0.5);
      reading->last = next + 3;
      continue;
    }
    // "1 day and 3 hours before" are two moments; "an hour and 30 minutes" is one.
    if (sentence[next].is("and")) {
      if (reading->length.grain >= Grain::day) break;
      ++next;
    }
    auto more = read_single(sentence, part, next);
    if (!more || more->length.grain >= reading->length.grain) break;
    reading->length.years += more->length.years;
    reading->length.months += more->length.months;
    reading->length.days += more->length.days;
    reading->length.seconds += more->length.seconds;
    reading->length.grain = more->length.grain;
    reading->last = more->last;
  }
  return reading;
}

LocalTime moved(LocalTime local, const Length& length, int sign) {
  using namespace std::chrono;
  const auto day = floor<days>(local);
  const auto clock = local - day;
  auto date = year_month_day{day};
  date += months{sign * (length.months + 12 * length.years)};
  if (!date.ok()) date = date.year() / date.month() / last;
  return LocalTime{local_days{date} + days{sign * length.days}} + clock + seconds{sign * length.seconds};
}

}  // namespace daybook::language::chat
