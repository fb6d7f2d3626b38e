#include "language/reader.hpp"

namespace daybook::language {

/// "2013-02-07", "2013-2-7", "2012/Aug/10", "2018 March 18", "20161016", "2014-10".
Hit<DateValue> Reader::iso_date(int i) const {
  const auto& t = tok(i);
  if (t.kind != TokenKind::number || t.ordinal) return {};
  if (attached(i) && i > 0 && i != link_at_) {
    const auto& before = tok(i - 1);
    if (before.kind == TokenKind::word && before.text.size() > 2) return {};
    if ((before.symbol == '-' || before.symbol == '/' || before.symbol == '.') && i > 1 && number_token(i - 2) &&
        attached(i - 1))
      return {};
  }
  DateValue value;
  value.year_said = true;
  if (t.digits == 8 && t.value >= 19000101 && t.value <= 21001231 &&
      (i + 1 >= size() || !attached(i + 1) || tok(i + 1).kind == TokenKind::symbol ||
       (text(i + 1, "t") && number_token(i + 2) && attached(i + 2)))) {
    if (!make_day(value, static_cast<int>(t.value / 10000), static_cast<int>(t.value / 100 % 100),
                  static_cast<int>(t.value % 100)))
      return {};
    return {value, i + 1};
  }
  if (t.digits != 4) {
    // "23-2020-September"
    if (t.digits <= 2 && (sym(i + 1, '-') || sym(i + 1, '/')) && attached(i + 1) && number_token(i + 2) &&
        tok(i + 2).digits == 4 && (sym(i + 3, '-') || sym(i + 3, '/')) && word(i + 4).month) {
      if (make_day(value, static_cast<int>(tok(i + 2).value), word(i + 4).month, static_cast<int>(t.value)))
        return {value, i + 5};
    }
    return {};
  }
  const int y = static_cast<int>(t.value);
  if (y < 1000) return {};
  const char separator = tok(i + 1).symbol;
  const bool joined = tok(i + 1).kind == TokenKind::symbol &&
                      (separator == '-' || separator == '/' || separator == '.') && attached(i + 1);
  if (joined && (number_token(i + 2) || word(i + 2).month)) {
    const bool month_word = word(i + 2).month != 0;
    if (!month_word && tok(i + 2).digits > 2) return {};
    const int second = month_word ? word(i + 2).month : static_cast<int>(tok(i + 2).value);
    const bool third = sym(i + 3, separator) && attached(i + 3) && number_token(i + 4) && attached(i + 4);
    if (third) {
      if (tok(i + 4).digits > 2) return {};
      const int day = static_cast<int>(tok(i + 4).value);
      if (sym(i + 5, separator) && attached(i + 5) && number_token(i + 6) && attached(i + 6) && separator != '-')
        return {};
      if (make_day(value, y, second, day)) return {value, i + 5};
      // The year-first form with day and month swapped.
      if (!month_word && settings_.mode != Mode::strict && second > 12 && day <= 12 && make_day(value, y, day, second))
        return {value, i + 5};
      return {};
    }
    if (attached(i + 2) && second >= 1 && second <= 12 && y <= 2999) {
      if (!month_word && tok(i + 2).digits == 2 && separator == '.') return {};
      if (make_month(value, y, second)) {
        value.form = DateValue::Form::fixed;
        return {value, i + 3};
      }
    }
    return {};
  }
  if (word(i + 1).month && y >= 1900 && y <= 2100) {
    const int month = word(i + 1).month;
    int at = skip_dot(i + 2);
    if ((number_token(at) || tok(at).ordinal) && tok(at).digits <= 2 && tok(at).value >= 1 && tok(at).value <= 31 &&
        !sym(at + 1, ':') && !meridiem(at + 1)) {
      if (make_day(value, y, month, static_cast<int>(tok(at).value))) return {value, at + 1};
      return {};
    }
    if (!make_month(value, y, month)) return {};
    return {value, word(i + 1).abbreviated ? at : i + 2};
  }
  return {};
}

/// "8/10/2012", "25.12.2015", "3-7-27", "8/10", "9/2012", "10 31 1974".
Hit<DateValue> Reader::numeric_date(int i) const {
  const auto& t = tok(i);
  if (t.kind != TokenKind::number || t.ordinal || t.digits > 2) return {};
  if (attached(i) && i > 0 && i != link_at_) {
    const auto& before = tok(i - 1);
    if (before.kind == TokenKind::word) return {};
    const char c = before.symbol;
    if (c == '$' || c == '#') return {};
    if ((c == '-' || c == '/' || c == '.' || c == ':') && i > 1 &&
        (number_token(i - 2) || (c == '/' && attached(i - 1))))
      return {};
  }
  char separator = tok(i + 1).kind == TokenKind::symbol ? tok(i + 1).symbol : 0;
  const bool spaced = separator && !attached(i + 1);
  if (separator != '/' && separator != '-' && separator != '.') {
    // "10 31 1974"
    if (number_token(i + 1) && number_token(i + 2) && tok(i + 2).digits == 4 && tok(i + 1).digits <= 2) {
      separator = ' ';
    } else {
      return {};
    }
  }
  const int second_at = separator == ' ' ? i + 1 : i + 2;
  if (!number_token(second_at)) return {};
  if (spaced != tok(second_at).space_before && separator != ' ') {
    if (!(separator == '-' && tok(second_at).digits == 4)) return {};
  }
  const auto& second = tok(second_at);
  DateValue value;
  const int a = static_cast<int>(t.value);
  const int b = static_cast<int>(second.value);
  const int third_at = separator == ' ' ? second_at + 1 : second_at + 2;
  const bool has_third =
      separator == ' ' || ((sym(second_at + 1, separator) || (separator == '/' && sym(second_at + 1, ','))) &&
                           number_token(third_at) && (tok(second_at + 1).space_before == spaced) && second.digits <= 2);
  const auto order = [&](int y) -> bool {
    const bool month_first = settings_.date_order != DateOrder::dmy;
    if (month_first ? make_day(value, y, a, b) : make_day(value, y, b, a)) return true;
    if (settings_.mode == Mode::strict && month_first && a <= 12) return false;
    // Only the other order is possible.
    if (month_first ? (a > 12 && b <= 12 && make_day(value, y, b, a)) : (b > 12 && a <= 12 && make_day(value, y, a, b)))
      return true;
    return false;
  };
  if (has_third) {
    const auto& third = tok(third_at);
    if (third.digits != 4 && third.digits != 2) return {};
    if (third.digits == 4 && (third.value < 1000 || third.value > 2999)) return {};
    // More of the same goes on: a version, a telephone number.
    if (separator != ' ' && sym(third_at + 1, separator) && attached(third_at + 1) && number_token(third_at + 2) &&
        attached(third_at + 2) &&
        (separator == '.' ? tok(third_at + 2).digits != 2 || sym(third_at + 3, '.')
                          : tok(third_at + 2).digits < 2 || separator == '/')) {
      return {};
    }
    if (separator == '-' && third.digits == 2 && spaced) return {};
    int y = static_cast<int>(third.value);
    if (third.digits == 2) {
      if (settings_.prefer == Prefer::past || settings_.prefer == Prefer::future) {
        const int now = static_cast<int>(std::chrono::year_month_day{now_.today()}.year());
        y += now / 100 * 100;
        if (settings_.prefer == Prefer::past && y > now) y -= 100;
        if (settings_.prefer == Prefer::future && y < now) y += 100;
      } else {
        y += y < (settings_.weekday == WeekdayChoice::today ? 40 : 50) ? 2000 : 1900;
      }
      if (separator == '.' && !spaced && (t.digits == 1 || second.digits == 1)) return {};
    }
    value.year_said = true;
    if (settings_.date_order == DateOrder::ymd && third.digits == 2 &&
        make_day(value, a + (a < 50 ? 2000 : 1900), b, static_cast<int>(third.value))) {
      return {value, third_at + 1};
    }
    if (!order(y)) return {};
    return {value, third_at + 1};
  }
  // "9/2012", "11 -2016"
  if (second.digits == 4 && a >= 1 && a <= 12 && second.value >= 1900 && second.value <= 2100 && separator != '.') {
    value.year_said = true;
    if (sym(second_at + 1, separator) && attached(second_at + 1)) return {};
    if (!make_month(value, b, a)) return {};
    return {value, second_at + 1};
  }
  if (second.digits > 2) return {};
  if (sym(second_at + 1, separator) && attached(second_at + 1) && number_token(second_at + 2) &&
      attached(second_at + 2))
    return {};
  // Two numbers: slashes are a date where a day and a month are possible; dashes and dots need company or no doubt.
  value.form = DateValue::Form::month_day;
  const bool dmy = settings_.date_order == DateOrder::dmy;
  int month = dmy ? b : a;
  int day = dmy ? a : b;
  if (month > 12 && day <= 12) std::swap(month, day);
  if (month < 1 || month > 12 || day < 1 || day > 31) return {};
  if (separator == '-' || separator == '.') {
    const bool alone = whole(i, second_at + 1);
    const bool said = i > 0 && is(i - 1, Key::on);
    if (separator == '-' && !((alone || said) && (day > 12))) return {};
    // "by 15.12." is a day where it cannot be a fraction that something grows by.
    const bool until = i > 0 && (is(i - 1, Key::by) || is(i - 1, Key::before) || is(i - 1, Key::until)) &&
                       (dmy || a > 12 || sym(second_at + 1, '.'));
    if (separator == '.' && !((said || until) && !spaced)) return {};
  }
  if (separator == '/') {
    if (unit(second_at + 1) || is(second_at + 1, Key::of) || word(second_at + 1).key == Key::hundred) return {};
    if (spaced && !whole(i, second_at + 1)) return {};
    if (is(second_at + 1, Key::a) && unit(second_at + 2)) return {};
  }
  value.month = month;
  value.day = day;
  if (!resolve_year(value)) return {};
  return {value, second_at + 1};
}

Hit<DateValue> Reader::bare_year(int i) const {
  int at = i;
  if (is(at, Key::the)) ++at;
  const bool year_word = text(at, "year") || text(at, "cy") || text(at, "fy");
  if (year_word) ++at;
  if (year_word && is(at, Key::of)) ++at;
  DateValue value;
  value.grain = Grain::year;
  value.year_said = true;
  auto hit = year(at);
  if (!hit && year_word && number_token(at) && tok(at).digits == 2 && attached(at))
    hit = {2000 + static_cast<int>(tok(at).value), at + 1};
  if (!hit && year_word && number_token(at) && tok(at).digits <= 4 && tok(at).value > 0)
    hit = {static_cast<int>(tok(at).value), at + 1};
  if (!hit && year_word) {
    const auto number = cardinal(at);
    if (number && number.value > 31 && number.value < 3000) hit = {static_cast<int>(number.value), number.end};
  }
  if (!hit) return {};
  if (tok(at).kind == TokenKind::number) {
    const bool after = attached(hit.end) && hit.end < size() && tok(hit.end).kind == TokenKind::word;
    const bool before = attached(at) && at > 0 && at != link_at_ && !year_word && !sym(at - 1, '(') &&
                        !sym(at - 1, '~') && !sym(at - 1, '-');
    if (after || before) return {};
    if (sym(hit.end, '-') && attached(hit.end) && number_token(hit.end + 1) && tok(hit.end + 1).digits != 4) return {};
  }
  DateValue january;
  if (!make_month(january, hit.value, 1)) return {};
  value.year = hit.value;
  value.start = january.start;
  value.end = LocalTime{Days{std::chrono::year{hit.value + 1} / 1 / 1}};
  value.weak = !year_word && hit.end == at + 1;
  if (is(hit.end - 1, Key::ad) || (hit.end > at + 1 && tok(at).kind == TokenKind::number)) value.weak = false;
  return {value, hit.end};
}

}  // namespace daybook::language
