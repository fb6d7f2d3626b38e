#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// "3:15", "3:15:20", "3.15pm", "15h30", "1530", "3pm", "3", all without what may follow.
Hit<ClockValue> Reader::clock_digits(int i, bool company) const {
  const auto& t = tok(i);
  if (t.kind != TokenKind::number || t.ordinal || t.quoted || t.marker) return {};
  // "-5", "$300", "#4", "1/2" are not clocks; nor is the second half of "2.5" or "10-10.1".
  if (attached(i) && i > 0) {
    const auto& before = tok(i - 1);
    if (before.kind == TokenKind::symbol) {
      const char c = before.symbol;
      if (c == '$' || c == '#' || c == '/' || c == '+' || c == '%' || c == '&' || c == '=') return {};
      if ((c == '.' || c == ':' || c == ',') && i > 1 && attached(i - 1) && number_token(i - 2) && !company) return {};
    } else if (before.kind == TokenKind::word && before.text != "t") {
      return {};
    }
  }
  ClockValue value;
  value.leading_zero = t.digits >= 2 && tokens_.original(t)[0] == '0';
  const auto colon = [this](int at) {
    return sym(at, ':') && attached(at) && number_token(at + 1) && attached(at + 1);
  };
  const auto finish = [&](int hour, int minute, int second, int end) -> Hit<ClockValue> {
    if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute || second))) return {};
    value.second = hour * 3600 + minute * 60 + std::min(second, 59);
    value.certain = hour > 12 || hour == 0 || value.leading_zero;
    return {value, end};
  };
  // 15h30, 15h, 3h18, "10 H 10"
  if (text(i + 1, "h") && t.digits <= 2 && t.value <= 24) {
    int end = i + 2;
    int minute = 0;
    bool minutes = false;
    if (number_token(end) && tok(end).digits == 2 && tok(end).value < 60 &&
        (attached(end) || (tok(i + 1).space_before && meridiem(end + 1)))) {
      minute = static_cast<int>(tok(end).value);
      ++end;
      minutes = true;
    }
    if (minutes || (attached(i + 1) && (company || t.value >= 12))) {
      value.grain = Grain::minute;
      auto hit = finish(static_cast<int>(t.value), minute, 0, end);
      hit.value.certain = !meridiem(end);
      return hit;
    }
    if (attached(i + 1) && t.value > 0) {  // "8h PST"
      if (zone(end)) return finish(static_cast<int>(t.value), 0, 0, end);
    }
    return {};
  }
  if (t.digits <= 2 && colon(i + 1) && tok(i + 2).digits == 2) {
    int end = i + 3;
    int second = 0;
    if (colon(end) && tok(end + 1).digits == 2) {
      second = static_cast<int>(tok(end + 1).value);
      end += 2;
      value.grain = Grain::second;
      value.seconds_said = true;
      if (sym(end, '.') && attached(end) && number_token(end + 1) && attached(end + 1)) end += 2;
    } else if (sym(end, ':') && attached(end) && number_token(end + 1)) {
      return {};
    } else {
      value.grain = Grain::minute;
    }
    // Not a clock: "30:12:5", "12:30-2020"
    if (sym(i - 1, ':') && attached(i) && attached(i - 1) && number_token(i - 2) && i >= 2 && !company) return {};
    return finish(static_cast<int>(t.value), static_cast<int>(tok(i + 2).value), second, end);
  }
  if (t.digits <= 2 && sym(i + 1, '.') && attached(i + 1)) {
    if (number_token(i + 2) && attached(i + 2) && tok(i + 2).digits == 2) {
      // "2.30pm", "at 9.30"
      const bool more = sym(i + 3, '.') && attached(i + 3) && number_token(i + 4) && attached(i + 4);
      const bool after_date = company && i > 0 && number_token(i - 1);
      const bool said = company && i > 0 &&
                        (is(i - 1, Key::at) || is(i - 1, Key::from) || is(i - 1, Key::between) || i == link_at_) &&
                        (ends(i + 3) || sym(i + 3, '-')) && !sym(i + 3, '%');
      if (!more && (meridiem(i + 3) || after_date || said)) {
        value.grain = Grain::minute;
        return finish(static_cast<int>(t.value), static_cast<int>(tok(i + 2).value), 0, i + 3);
      }
      return {};
    }
    if (number_token(i + 2) && attached(i + 2)) return {};
    if (meridiem(i + 2) && attached(i + 2) && t.value <= 12 && t.value > 0) {  // "9.am"
      value.grain = Grain::hour;
      return finish(static_cast<int>(t.value), 0, 0, i + 2);
    }
  }
  if (sym(i + 1, '/') && attached(i + 1) && number_token(i + 2)) return {};
  if (t.digits == 4 || t.digits == 3) {
    const int hour = static_cast<int>(t.value / 100);
    const int minute = static_cast<int>(t.value % 100);
    if (minute > 59 || hour > 24) return {};
    value.grain = Grain::minute;
    value.bare = !meridiem(i + 1);
    if (value.bare && hour > 12) value.certain = true;
    auto hit = finish(hour, minute, 0, i + 1);
    if (t.digits == 3) hit.value.leading_zero = false;
    if (t.digits == 4 && hour >= 1 && !value.leading_zero && hour <= 12) hit.value.certain = false;
    return hit;
  }
  if (t.digits == 6 && whole(i, i + 1)) {
    value.grain = Grain::second;
    value.certain = true;
    value.leading_zero = true;
    auto hit = finish(static_cast<int>(t.value / 10000), static_cast<int>(t.value / 100 % 100),
                      static_cast<int>(t.value % 100), i + 1);
    if (hit && t.value / 100 % 100 % 5 != 0) return {};
    return hit;
  }
  if (t.digits > 2 || t.value > 24) return {};
  // "12 15"
  if (company && number_token(i + 1) && tok(i + 1).digits == 2 && tok(i + 1).value < 60 && !attached(i + 1) &&
      t.value <= 23 && (ends(i + 2) || meridiem(i + 2) || part_phrase(i + 2))) {
    value.grain = Grain::minute;
    return finish(static_cast<int>(t.value), static_cast<int>(tok(i + 1).value), 0, i + 2);
  }
  value.grain = Grain::hour;
  value.bare = true;
  return finish(static_cast<int>(t.value), 0, 0, i + 1);
}

/// "ten", "ten thirty", "twelve oh three", "nine fifty nine".
Hit<ClockValue> Reader::clock_words(int i, bool) const {
  if (tok(i).kind != TokenKind::word) return {};
  const int hour = word(i).cardinal;
  if (hour < 0 || hour > 12 || tok(i).misspelt || is(i, Key::a) || text(i, "single")) return {};
  ClockValue value;
  value.bare = true;
  value.grain = Grain::hour;
  value.second = hour * 3600;
  value.certain = hour == 0;
  int at = i + 1;
  if (sym(at, '-') && attached(at)) ++at;
  if (text(at, "zero") || is(at, Key::oh) || text(at, "o")) {
    ++at;
    if (sym(at, '-') && attached(at)) ++at;
    const int units = word(at).cardinal;
    if (units >= 1 && units <= 9) {
      value.second += units * 60;
      value.grain = Grain::minute;
      return {value, at + 1};
    }
    return {value, i + 1};
  }
  if (tok(at).kind == TokenKind::word && word(at).cardinal > 0) {
    const auto minutes = cardinal(at);
    if (minutes && minutes.value < 60 && minutes.value >= 1 && !unit(minutes.end)) {
      value.second += static_cast<int>(minutes.value) * 60;
      value.grain = Grain::minute;
      return {value, minutes.end};
    }
    return {value, i + 1};
  }
  return {value, i + 1};
}

/// "half past three", "a quarter to noon", "20 minutes past 3pm", "ten to five", "five after six".
Hit<ClockValue> Reader::iso_clock(int i) const {
  if (i < 2 || !text(i - 1, "t") || !attached(i - 1) || !number_token(i) || !attached(i) || tok(i - 2).digits != 8)
    return {};
  if (tok(i).digits != 4 && tok(i).digits != 6) return {};
  const auto all = static_cast<std::int32_t>(tok(i).digits == 4 ? tok(i).value * 100 : tok(i).value);
  if (all / 10000 > 23 || all / 100 % 100 > 59 || all % 100 > 59) return {};
  ClockValue value;
  value.second = all / 10000 * 3600 + all / 100 % 100 * 60 + all % 100;
  value.grain = tok(i).digits == 4 ? Grain::minute : Grain::second;
  value.seconds_said = tok(i).digits == 6;
  value.certain = true;
  int end = i + 1;
  if (const auto z = zone(end)) {
    value.has_zone = true;
    value.zone = z.value;
    end = z.end;
  }
  return {value, end};
}

Hit<ClockValue> Reader::clock_past(int i, bool company) const {
  int minutes = -1;
  int at = i;
  if (is(at, Key::half)) {
    minutes = 30;
    ++at;
    // British "half nine".
    if (!is(at, Key::past) && !is(at, Key::after)) {
      if (company && number_token(at) && tok(at).value >= 1 && tok(at).value <= 12 && ends(at + 1) &&
          !sym(at + 1, ':')) {
        ClockValue value;
        value.second = static_cast<std::int32_t>(tok(at).value) * 3600 + 1800;
        value.grain = Grain::minute;
        value.bare = true;
        return {value, at + 1};
      }
      if (word(at).cardinal >= 1 && word(at).cardinal <= 12 && !unit(at + 1)) {
        auto hour = clock_words(at, true);
        if (hour && hour.value.grain == Grain::hour) {
          hour.value.second += 1800;
          hour.value.grain = Grain::minute;
          hour.value.bare = true;
          return hour;
        }
      }
      return {};
    }
  } else {
    int many = 1;
    int q = at;
    if (is(q, Key::a)) {
      ++q;
    } else if (word(q).cardinal == 3 || text(q, "3")) {
      many = 3;
      ++q;
    }
    if (text(q, "quarter") || (many == 3 && text(q, "quarters"))) {
      minutes = 15 * many;
      at = q + 1;
    } else {
      const auto number = cardinal(at);
      if (!number || number.value > 59 || number.value == 0) return {};
      minutes = static_cast<int>(number.value);
      at = number.end;
      if (word(at).unit == static_cast<int>(Grain::minute) && !word(at).abbreviated) ++at;
    }
  }
  const bool with_unit = word(at - 1).unit == static_cast<int>(Grain::minute);
  int sign = 0;
  if (is(at, Key::past)) {
    sign = 1;
  } else if (is(at, Key::after)) {
    sign = 1;
  } else if (is(at, Key::to) || text(at, "til") || text(at, "of")) {
    sign = -1;
  } else if (is(at, Key::before)) {
    sign = -1;
  } else if (is(at, Key::from) && with_unit) {
    sign = 1;
  } else {
    return {};
  }
  const bool word_past = is(at, Key::past);
  if (is(at, Key::of) && !with_unit && minutes != 15) return {};
  const int from = at + 1;
  ClockValue hour;
  int end = 0;
  if (is(from, Key::noon) || is(from, Key::midnight)) {
    hour.second = is(from, Key::noon) ? 12 * 3600 : 0;
    hour.certain = true;
    hour.midnight = is(from, Key::midnight);
    end = from + 1;
  } else if (const auto digits = clock_digits(from, true); digits && digits.value.second % 3600 == 0) {
    hour = digits.value;
    end = digits.end;
    if (sym(from + 1, ':')) return {};
  } else if (word(from).cardinal >= 1 && word(from).cardinal <= 12) {
    hour.second = word(from).cardinal * 3600;
    end = from + 1;
  } else {
    return {};
  }
  // "ten to five" alone is a range of numbers as well: it needs a half, a quarter, a unit, "past" or company.
  // "at 5 to 6" is none: a range is not "at".
  const bool told = i > 0 && (is(i - 1, Key::at) || i == link_at_) && minutes % 5 == 0 && minutes < 30;
  const bool sure = word_past || with_unit || minutes == 15 || minutes == 30 || company;
  if (sign < 0 && !sure && !(meridiem(end) || part_phrase(end) || is(end, Key::oclock))) return {};
  if (sign < 0 && tok(i).kind == TokenKind::number && !with_unit && !told &&
      (tok(from).kind == TokenKind::number || minutes <= 12))
    return {};
  if (const auto half = meridiem(end); half && half.value < 3 && hour.second <= 12 * 3600 && !hour.certain) {
    hour.second = hour.second % (12 * 3600) + (half.value == 2 ? 12 * 3600 : 0);
    hour.certain = true;
    end = half.end;
  }
  hour.second = ((hour.second + sign * minutes * 60) % 86400 + 86400) % 86400;
  hour.grain = Grain::minute;
  hour.bare = !(word_past || with_unit || minutes == 15 || minutes == 30 || hour.certain);
  return {hour, end};
}

}  // namespace daybook::language
