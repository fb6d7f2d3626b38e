#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// Quarters and halves of a year: "Q3 2016", "2016 Q3", "H1 2016", "2019-Q1"
Hit<DateValue> Reader::quarter_date(int at) const {
  const auto today = now_.today();
  int q = at;
  int y = 0;
  bool year_first = false;
  if (number_token(q) && tok(q).digits == 4 && tok(q).value > 1900 && tok(q).value < 2200) {
    y = static_cast<int>(tok(q).value);
    ++q;
    if (sym(q, '-') && attached(q)) ++q;
    year_first = true;
  }
  const bool q_word = text(q, "q");
  const bool h_word = text(q, "h");
  if ((q_word || h_word) && number_token(q + 1) && attached(q + 1) && tok(q + 1).digits == 1 && tok(q + 1).value >= 1 &&
      tok(q + 1).value <= (q_word ? 4 : 2)) {
    int end = q + 2;
    const int which = static_cast<int>(tok(q + 1).value);
    const bool said = year_first;
    if (!year_first) {
      int p = end;
      if (sym(p, '-') && attached(p)) ++p;
      if (is(p, Key::of) || is(p, Key::in)) ++p;
      if (const auto found = year(p)) {
        y = found.value;
        end = found.end;
        year_first = true;
      } else if (const auto period = which_date(skip_comma(p)); period && period.value.grain == Grain::year) {
        y = static_cast<int>(year_month_day{floor<days>(period.value.start)}.year());
        end = period.end;
        year_first = true;
      }
    }
    if (year_first || (ends(end) && settings_.part_of_day == PartOfDayAs::interval)) {
      if (!year_first) {
        y = static_cast<int>(year_month_day{today}.year());
        const int passed = static_cast<int>(static_cast<unsigned>(year_month_day{today}.month()));
        if (which * (q_word ? 3 : 6) < passed) ++y;
      }
      const int months = q_word ? 3 : 6;
      DateValue value;
      DateValue last;
      if (!make_month(value, y, (which - 1) * months + 1) || !make_month(last, y, which * months)) return {};
      value.end = last.end;
      value.grain = q_word ? Grain::quarter : Grain::month;
      value.range = !q_word;
      value.year_said = said;
      return {value, end};
    }
  }
  return {};
}

/// Decades: "the 1990s", "1990's", "the nineties", "90s"; centuries: "21st century"
Hit<DateValue> Reader::decade_date(int at) const {
  int d = at;
  int decade = -1;
  if (number_token(d) && tok(d).value % 10 == 0 && (tok(d).digits == 4 || tok(d).digits == 2)) {
    int e = d + 1;
    if (sym(e, '\'') && attached(e)) ++e;
    const bool spaced = tok(e).space_before && tok(d).digits == 2;
    if (text(e, "s") && !spaced) {
      decade = static_cast<int>(tok(d).value);
      d = e + 1;
    }
  } else if (tok(d).kind == TokenKind::word) {
    constexpr std::string_view kTens[] = {"noughties", "tens",    "twenties",  "thirties", "forties",
                                          "fifties",   "sixties", "seventies", "eighties", "nineties"};
    int base = 0;
    int e = d;
    if (const auto century = cardinal(d); century && century.value >= 1000 && century.value % 100 == 0) {
      base = static_cast<int>(century.value);
      e = century.end;
      if (is(e, Key::and_)) ++e;
    } else if (word(d).cardinal >= 15 && word(d).cardinal <= 20) {
      base = word(d).cardinal * 100;
      e = d + 1;
      if (sym(e, '-')) ++e;
    }
    for (int k = 0; k < 10; ++k) {
      if (tok(e).kind == TokenKind::word && tok(e).text == kTens[k]) {
        decade = base + 10 * k;
        if (base == 0 && k == 0) decade = 2000;
        d = e + 1;
      }
    }
  }
  if (decade >= 0 && (settings_.part_of_day == PartOfDayAs::interval || decade >= 1000)) {
    if (decade < 100)
      decade += decade < 20 ? 2000 : decade >= 70 && settings_.weekday != WeekdayChoice::today ? 1900 : 2000;
    DateValue value;
    DateValue last;
    if (!make_month(value, decade, 1) || !make_month(last, decade + 9, 12)) return {};
    value.end = last.end;
    value.range = true;
    value.grain = Grain::year;
    return {value, d};
  }
  const auto nth = ordinal(at);
  if (nth && nth.value >= 10 && nth.value <= 30 && text(nth.end, "century")) {
    DateValue value;
    DateValue last;
    if (!make_month(value, (nth.value - 1) * 100, 1) || !make_month(last, nth.value * 100 - 1, 12)) return {};
    value.end = last.end;
    value.range = true;
    value.grain = Grain::year;
    return {value, nth.end + 1};
  }
  return {};
}

/// "rest of the week", "all week", "the remainder of this month"
Hit<DateValue> Reader::rest_date(int at, int depth) const {
  const auto& first = word(at);
  const auto today = now_.today();
  if (first.key == Key::rest && settings_.part_of_day != PartOfDayAs::day) {
    int p = at + 1;
    if (is(p, Key::of)) ++p;
    auto period = of_period(p, depth + 1);
    if (!period && word(p).unit >= 0 && !word(p).plural)
      period = {unit_around(static_cast<Grain>(word(p).unit), 0), p + 1};
    if (period) {
      auto value = period.value;
      value.range = true;
      if (value.grain == Grain::day) {
        value.start = now_local();
        value.end -= seconds{1};
        value.grain = Grain::second;
      } else {
        // The last day is named as an end, not counted in.
        value.start = today;
        value.end -= days{1};
        value.grain = Grain::day;
      }
      // Nothing is left of what is over.
      if (value.end < value.start) return {};
      return {value, period.end};
    }
    return {};
  }
  if (first.key == Key::all && word(at + 1).unit == static_cast<int>(Grain::week) &&
      settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts) {
    auto value = unit_around(Grain::week, 0);
    value.range = true;
    value.end -= days{1};
    value.grain = Grain::day;
    return {value, at + 2};
  }
  return {};
}

}  // namespace daybook::language
