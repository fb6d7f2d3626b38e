#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// "March", "March 3", "March 3rd, 2015", "March 2015", "2015 March".
Hit<DateValue> Reader::month_date(int i) const {
  const int month = word(i).month;
  if (!month) return {};
  DateValue value;
  value.month = month;
  value.abbreviated = word(i).abbreviated;
  int at = skip_dot(i + 1);
  if (at == i + 2 && !word(i).abbreviated && !(number_token(at) || tok(at).ordinal)) at = i + 1;
  const int after_month = at;
  const bool joined = (sym(at, '-') || sym(at, '/')) && attached(at) && attached(at + 1);
  if (joined) ++at;
  at = skip_comma(at);
  if (is(at, Key::the)) ++at;
  // A day?
  int day = 0;
  int end = 0;
  if (number_token(at) || tok(at).ordinal) {
    const auto& t = tok(at);
    const bool clock = sym(at + 1, ':') && attached(at + 1);
    const bool number = t.digits <= 2 && t.value >= 1 && t.value <= 31 && !clock;
    const bool hour = number && !t.ordinal && (meridiem(at + 1) || is(at + 1, Key::oclock)) && !joined;
    if (number && !hour && !(sym(at + 1, '.') && attached(at + 1) && number_token(at + 2) && attached(at + 2))) {
      day = static_cast<int>(t.value);
      end = at + 1;
    } else if (t.digits <= 3 && !clock && !t.ordinal && t.value > 31 && t.value < 100 && !joined) {
      // "August 96"
    } else if (t.ordinal || (t.digits <= 2 && t.value > 31)) {
      return {};
    }
  } else if (const auto nth = ordinal(at); nth && nth.value <= 31) {
    day = nth.value;
    end = nth.end;
  } else if (tok(at).kind == TokenKind::word && word(at).cardinal > 0 && after_month == at) {
    const auto number = cardinal(at);
    if (number && number.value >= 1 && number.value <= 31 && !unit(number.end)) {
      day = static_cast<int>(number.value);
      end = number.end;
      // "May twenty nine" is a day; "May nineteen eighty six" a year.
      if (number.value <= 20 && year(at)) day = 0;
    }
  }
  if (day) {
    value.form = DateValue::Form::month_day;
    value.day = day;
    int next = end;
    if (joined && (sym(next, '-') || sym(next, '/')) && attached(next) && number_token(next + 1) &&
        tok(next + 1).digits == 4) {
      value.year_said = true;
      if (!make_day(value, static_cast<int>(tok(next + 1).value), month, day)) return {};
      value.form = DateValue::Form::fixed;
      return {value, next + 2};
    }
    // "March 3 (Tue)", "Jul 18, Fri"
    next = skip_comma(next);
    const int bracket = sym(next, '(') && word(next + 1).weekday && sym(next + 2, ')') ? 3 : 0;
    if (bracket) next += 3;
    const bool weekday = !bracket && next > end && word(next).weekday && !word(next).plural;
    if (weekday) ++next;
    const auto year = year_after_date(skip_comma(next));
    if (year) {
      if (!make_day(value, year.value, month, day)) return {};
      value.form = DateValue::Form::fixed;
      value.year_said = true;
      return {value, year.end};
    }
    if (!resolve_year(value)) return {};
    if (bracket || weekday) {
      // A weekday beside chooses the year in which it is so.
      const int wanted = word(bracket ? end + 1 + (sym(end, ',') ? 1 : 0) : next - 1).weekday;
      for (int shift = 0; shift < 7 && wanted; ++shift) {
        DateValue tried = value;
        if (make_day(tried, value.year + shift, month, day) &&
            static_cast<int>(std::chrono::weekday{floor<days>(tried.start)}.iso_encoding()) == wanted) {
          tried.form = DateValue::Form::fixed;
          return {tried, next};
        }
      }
    }
    return {value, bracket || weekday ? next : end};
  }
  // "September-2020-23"
  if (joined && number_token(at) && tok(at).digits == 4) {
    if ((sym(at + 1, '-') || sym(at + 1, '/')) && attached(at + 1) && number_token(at + 2) && tok(at + 2).digits <= 2 &&
        make_day(value, static_cast<int>(tok(at).value), month, static_cast<int>(tok(at + 2).value))) {
      value.year_said = true;
      return {value, at + 3};
    }
  }
  // A year?
  value.form = DateValue::Form::month;
  const int y_at = joined ? after_month + 1 : skip_comma(after_month);
  auto year = year_after_date(y_at);
  if (!year && (is(after_month, Key::in) || is(after_month, Key::of))) year = this->year(skip_the(after_month + 1));
  if (year && !(joined && tok(y_at).digits == 2)) {
    value.year_said = true;
    if (!make_month(value, year.value, month)) return {};
    value.form = DateValue::Form::fixed;
    return {value, year.end};
  }
  if (!resolve_year(value)) return {};
  return {value, after_month > i + 1 && !word(i).abbreviated ? i + 1 : after_month};
}

/// "3 March", "3rd of March 2015", "the 15th", "15th of next month".
Hit<DateValue> Reader::day_date(int i) const {
  int at = i;
  const bool the = is(at, Key::the);
  if (the) ++at;
  int day = 0;
  int end = 0;
  bool nth = false;
  if (is(at, Key::ides) && is(at + 1, Key::of) && word(at + 2).month) {
    const int m = word(at + 2).month;
    day = m == 3 || m == 5 || m == 7 || m == 10 ? 15 : 13;
    end = at + 1;
    nth = true;
  } else if (const auto ordinal_day = ordinal(at)) {
    day = ordinal_day.value;
    end = ordinal_day.end;
    nth = true;
  } else if (number_token(at) && tok(at).digits <= 2) {
    day = static_cast<int>(tok(at).value);
    end = at + 1;
  } else if (the && word(at).cardinal > 0) {
    const auto number = cardinal(at);
    if (number && number.value <= 31) {
      day = static_cast<int>(number.value);
      end = number.end;
    }
  }
  if (day < 1 || day > 31 || end == 0) return {};
  if (attached(i) && i > 0 && i != link_at_ && tok(i).kind == TokenKind::number) {
    const char before = tok(i - 1).symbol;
    if (before == '.' || before == '/' || before == '-' || before == '$' || before == '#') {
      if (i >= 2 && number_token(i - 2)) return {};
      if (before == '$' || before == '#') return {};
    }
  }
  int m = end;
  if (text(m, "day") && is(m + 1, Key::of) && word(m + 2).month) ++m;
  if (is(m, Key::of) || is(m, Key::in)) ++m;
  if (sym(m, '.') && attached(m)) ++m;
  const bool joined = (sym(m, '-') || sym(m, '/')) && attached(m);
  if (joined) ++m;
  if (sym(m, ',')) ++m;
  if (is(m, Key::this_) && word(m + 1).month) ++m;
  if (word(m).month && !(joined && !attached(m)) &&
      !(word(m).text == "may" && !nth && !the && word(m + 1).text == "be")) {
    // "4th gen iPad" is no date, "second march" may be; "96 Aug 96" reads the month with its year.
    DateValue value;
    value.form = DateValue::Form::month_day;
    value.month = word(m).month;
    value.day = day;
    value.abbreviated = word(m).abbreviated;
    int next = skip_dot(m + 1);
    if (next == m + 2 && !word(m).abbreviated) next = m + 1;
    const int bare_end = next;
    if ((sym(next, '-') || sym(next, '/')) && attached(next) && number_token(next + 1) && attached(next + 1)) {
      if (tok(next + 1).digits == 4 || tok(next + 1).digits == 2) {
        const int y = static_cast<int>(tok(next + 1).value);
        if (!make_day(value, tok(next + 1).digits == 4 ? y : y < 50 ? 2000 + y : 1900 + y, value.month, day)) return {};
        value.form = DateValue::Form::fixed;
        value.year_said = true;
        return {value, next + 2};
      }
    }
    const auto year = year_after_date(skip_comma(next));
    if (year) {
      if (!make_day(value, year.value, value.month, day)) return {};
      value.form = DateValue::Form::fixed;
      value.year_said = true;
      return {value, year.end};
    }
    if (!resolve_year(value)) return {};
    return {value, bare_end};
  }
  // "20th of next month", "the first of the month", "20 of this month", "20th next month"
  if (nth || the || is(end, Key::of)) {
    int p = end;
    if (text(p, "day") && is(p + 1, Key::of)) ++p;
    const bool of = is(p, Key::of) || is(p, Key::in);
    if (of) ++p;
    int shift = 0;
    bool month = false;
    int stop = 0;
    if (of && is(p, Key::the) && word(p + 1).unit == static_cast<int>(Grain::month) && !word(p + 1).plural) {
      month = true;
      stop = p + 2;
      shift = 0;
    } else {
      int w = p;
      if (is(w, Key::the)) ++w;
      const Key k = word(w).key;
      if (word(w + 1).unit == static_cast<int>(Grain::month) && !word(w + 1).plural) {
        if (k == Key::next || k == Key::coming || k == Key::following || k == Key::upcoming) shift = 1;
        if (k == Key::last || k == Key::past || k == Key::previous) shift = -1;
        month = shift != 0 || k == Key::this_ || k == Key::current;
        stop = w + 2;
      }
    }
    if (month) {
      const auto period = unit_around(Grain::month, shift);
      const year_month_day first{floor<days>(period.start)};
      DateValue value;
      if (!make_day(value, static_cast<int>(first.year()), static_cast<int>(static_cast<unsigned>(first.month())), day))
        return {};
      if (of && stop == p + 2 && is(p, Key::the) && value.end <= LocalTime{now_.today()}) {
        const auto later = unit_around(Grain::month, 1);
        const year_month_day second{floor<days>(later.start)};
        make_day(value, static_cast<int>(second.year()), static_cast<int>(static_cast<unsigned>(second.month())), day);
      }
      return {value, stop};
    }
  }
  // "the 15th", "on the 27", "15th": the next such day.
  const bool on_the = the || (i > 0 && (is(i - 1, Key::on) || is(i - 1, Key::by) || is(i - 1, Key::until)));
  if (!nth && !the) {
    // "on 15", "15 at 8:00"
    const bool lone = number_token(i) && i > 0 && is(i - 1, Key::on) &&
                      settings_.part_of_day == PartOfDayAs::interval && ends(end) && !sym(end, ':') && !sym(end, '.') &&
                      !sym(end, '%');
    if (!lone) return {};
  }
  if (nth && tok(at).kind == TokenKind::word && !(the && on_the && i > 0)) return {};
  if (text(end, "half") || unit(end) || word(end).weekday || word(end).cardinal >= 0) return {};
  const bool full_stop = ends(end);
  const bool followed = full_stop || tok(end).kind != TokenKind::word || tok(end).word != nullptr;
  if (!the && !on_the && !(whole(i, end) || followed)) return {};
  if ((tok(at).kind == TokenKind::word || !nth) && !full_stop && !followed) return {};
  if (tok(at).kind == TokenKind::word && !(is(i - 1, Key::on) || is(i - 1, Key::by) || is(i - 1, Key::for_) ||
                                           is(i - 1, Key::until) || is(i - 1, Key::before) || is(i - 1, Key::after)))
    return {};
  if (is(end, Key::time) || is(end, Key::instance) || is(end, Key::last) || is(end, Key::to)) {
    if (!is(end, Key::to)) return {};
  }
  DateValue value;
  const year_month_day today{now_.today()};
  int y = static_cast<int>(today.year());
  int month = static_cast<int>(static_cast<unsigned>(today.month()));
  for (int tries = 0; tries < 14; ++tries) {
    if (make_day(value, y, month, day) && value.end > LocalTime{now_.today()}) break;
    if (++month > 12) {
      month = 1;
      ++y;
    }
  }
  value.form = DateValue::Form::day;
  value.weak =
      !nth && !(i > 0 && (is(i - 1, Key::on) || is(i - 1, Key::by) || is(i - 1, Key::for_) || is(i - 1, Key::until)) &&
                full_stop);
  return {value, end};
}

}  // namespace daybook::language
