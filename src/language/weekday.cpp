#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// "Friday", "Friday, March 6, 2016", "Friday the 13th", "Friday next week", "Fri 7/6".
Hit<DateValue> Reader::weekday_date(int i) const {
  const auto& w = word(i);
  if (!w.weekday || w.plural || (w.abbreviated && tok(i).text.size() == 2)) return {};
  int end = w.abbreviated ? skip_dot(i + 1) : i + 1;
  int at = skip_comma(end);
  const bool joined = sym(at, '-') && attached(at) && attached(at + 1);
  if (joined) ++at;
  const bool bracket = sym(at, '(');
  if (bracket) ++at;
  // With a date beside it the weekday only confirms, unless it can choose the year or month.
  Hit<DateValue> beside;
  int from = at;
  if (is(from, Key::on)) ++from;
  {
    if (word(from).month) {
      beside = month_date(from);
    } else if (!bracket) {
      beside = iso_date(from);
      if (!beside) beside = numeric_date(from);
      if (!beside && !joined) beside = day_date(from);
      // "Thursday the fifteenth" and "Monday 21": the day of the month on that weekday.
      if (!beside || beside.value.form == DateValue::Form::day) {
        int d = from;
        const bool the = is(d, Key::the);
        if (the) ++d;
        int day = 0;
        int stop = 0;
        if (const auto nth = ordinal(d)) {
          day = nth.value;
          stop = nth.end;
        } else if (the && cardinal(d)) {
          day = static_cast<int>(cardinal(d).value);
          stop = cardinal(d).end;
        } else if (number_token(d) && tok(d).digits == 2 && tok(d).value > 12 && ends(d + 1) && !sym(d + 1, '-') &&
                   !(sym(d + 1, ':') && attached(d + 1))) {
          day = static_cast<int>(tok(d).value);
          stop = d + 1;
        }
        if (day >= 1 && day <= 31 && stop && unit(stop).end == 0) {
          const year_month_day today{now_.today()};
          int y = static_cast<int>(today.year());
          int m = static_cast<int>(static_cast<unsigned>(today.month()));
          DateValue soon;
          for (int tries = 0; tries < 40; ++tries) {
            if (make_day(soon, y, m, day)) {
              const bool fits =
                  static_cast<int>(std::chrono::weekday{floor<days>(soon.start)}.iso_encoding()) == w.weekday;
              const bool this_month = tries == 0 && settings_.weekday == WeekdayChoice::today && the;
              if (fits && (soon.end > LocalTime{now_.today()} || this_month)) {
                return {soon, stop};
              }
            }
            if (++m > 12) {
              m = 1;
              ++y;
            }
          }
        }
      }
    }
  }
  if (beside && beside.value.form != DateValue::Form::month) {
    int stop = beside.end;
    if (bracket && sym(stop, ')')) ++stop;
    auto& v = beside.value;
    if (!v.year_said && v.form == DateValue::Form::month_day && settings_.weekday == WeekdayChoice::next &&
        settings_.part_of_day == PartOfDayAs::interval) {
      for (int shift = 0; shift < 7; ++shift) {
        DateValue tried = v;
        if (make_day(tried, v.year + shift, v.month, v.day) &&
            static_cast<int>(std::chrono::weekday{floor<days>(tried.start)}.iso_encoding()) == w.weekday) {
          v = tried;
          break;
        }
      }
    }
    return {v, stop};
  }
  // "Tuesday of next week", "Friday next week", "Tuesday, next week", "Monday this week"
  {
    int p = skip_comma(end);
    if (is(p, Key::of) || is(p, Key::in) || is(p, Key::from)) ++p;
    if (is(p, Key::the)) ++p;
    const Key k = word(p).key;
    if (word(p + 1).unit == static_cast<int>(Grain::week) && !word(p + 1).plural && word(p + 1).multiple == 1) {
      int shift = 99;
      if (k == Key::next || k == Key::coming || k == Key::following || k == Key::upcoming) shift = 1;
      if (k == Key::last || k == Key::past || k == Key::previous) shift = -1;
      if (k == Key::this_ || k == Key::current) shift = 0;
      if (shift != 99) {
        const auto monday = week_start(now_.today()) + days{7 * shift};
        const int offset = (w.weekday - settings_.week_start + 7) % 7;
        auto value = day_value(monday + days{offset});
        value.upcoming = true;
        return {value, p + 2};
      }
    }
  }
  // "Saturday week": a week after the next one.
  if (text(end, "week", "fortnight") && ends(end + 1) && !w.abbreviated) {
    const auto next = nth_weekday(now_.today() + days{1}, now_.today() + days{8}, w.weekday, 1);
    if (next) return {day_value(*next + days{text(end, "week") ? 7 : 14}), end + 1};
  }
  auto value = weekday_by_choice(w.weekday);
  value.abbreviated = w.abbreviated;
  return {value, end};
}

}  // namespace daybook::language
