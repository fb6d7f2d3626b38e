#include "language/reader.hpp"

namespace daybook::language {

Hit<int> Reader::meridiem(int i) const {
  const auto& t = tok(i);
  if (t.kind != TokenKind::word) return {};
  if (is(i, Key::am) || is(i, Key::pm)) {
    // "I am" is no time; the caller has a number before it.
    return {is(i, Key::am) ? 1 : 2, i + 1};
  }
  if (t.text == "ampm") return {3, i + 1};
  if ((t.text == "a" || t.text == "p") && !t.space_before) return {t.text == "a" ? 1 : 2, i + 1};
  if ((t.text == "a" || t.text == "p") && text(i + 1, "m")) return {t.text == "a" ? 1 : 2, i + 2};
  return {};
}

Hit<PartValue> Reader::part_of_day(int i) const {
  PartValue value;
  int at = i;
  if (is(at, Key::after) && (is(at + 1, Key::lunch) || is(at + 1, Key::dinner))) {
    value.after = true;
    value.part = word(at + 1).part;
    at += 2;
    if (is(at, Key::time)) ++at;
    return {value, at};
  }
  if (is(at, Key::early) || is(at, Key::late) || is(at, Key::mid)) {
    (is(at, Key::early) ? value.early : is(at, Key::late) ? value.late : value.mid) = true;
    ++at;
    if (sym(at, '-')) ++at;
    if (is(at, Key::in)) {
      ++at;
      if (is(at, Key::the)) ++at;
    }
  }
  if ((text(at, "business") || text(at, "working") || text(at, "office")) && text(at + 1, "hours")) {
    value.part = 14;
    return {value, at + 2};
  }
  if (text(at, "day") && text(at + 1, "time")) {
    value.part = 14;
    return {value, at + 2};
  }
  const auto& w = word(at);
  if (w.part == 0 || w.plural || tok(at).misspelt) {
    if (w.part == 0 || w.plural) return {};
  }
  value.part = w.part;
  ++at;
  if ((w.key == Key::lunch || w.key == Key::dinner || w.key == Key::breakfast) && is(at, Key::time)) ++at;
  if (w.part == 6 && is(at, Key::time)) ++at;
  return {value, at};
}

Hit<PartValue> Reader::part_phrase(int i) const {
  int at = i;
  if (is(at, Key::in) || is(at, Key::during) || is(at, Key::on) || is(at, Key::at) || is(at, Key::of)) {
    const bool in = !is(at, Key::at);
    ++at;
    if (is(at, Key::the) || is(at, Key::my)) ++at;
    const auto part = part_of_day(at);
    if (!part) return {};
    if (!in && part.value.part != 6 && part.value.part < 10) return {};
    return part;
  }
  if (is(at, Key::the)) return part_of_day(at + 1);
  return part_of_day(at);
}

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
  const bool sure = word_past || with_unit || minutes == 15 || minutes == 30 || company;
  if (sign < 0 && !sure && !(meridiem(end) || part_phrase(end) || is(end, Key::oclock))) return {};
  if (sign < 0 && tok(i).kind == TokenKind::number && !with_unit &&
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

/// "eod", "end of the day", "close of business": the person's end of the day.
Hit<ClockValue> Reader::clock_end_of_day(int i) const {
  int end = 0;
  if (is(i, Key::eod)) {
    end = i + 1;
  } else if (is(i, Key::end) && is(i + 1, Key::of)) {
    int at = i + 2;
    if (is(at, Key::the) || is(at, Key::my)) ++at;
    if (text(at, "business") || text(at, "work") || text(at, "working")) ++at;
    if ((text(at, "day") || text(at, "workday") || text(at, "play")) && !is(at + 1, Key::after) &&
        !is(at + 1, Key::before))
      end = at + 1;
    if (at > i + 2 && (text(at - 1, "business")) && !end) end = at;
  }
  if (!end) return {};
  ClockValue value;
  value.certain = true;
  value.grain = Grain::minute;
  value.second = 86399;
  if (settings_.end_of_day) value.second = static_cast<std::int32_t>(settings_.end_of_day->count()) * 60;
  return {value, end};
}

Hit<ClockValue> Reader::clock_core(int i, bool company) const {
  if (is(i, Key::eod) || is(i, Key::end)) return clock_end_of_day(i);
  if ((is(i, Key::the) && is(i + 1, Key::same) && is(i + 2, Key::time)) || (is(i, Key::same) && is(i + 1, Key::time))) {
    ClockValue value;
    value.second = static_cast<std::int32_t>((now_local() - LocalTime{now_.today()}).count());
    value.grain = Grain::minute;
    value.certain = true;
    return {value, is(i, Key::the) ? i + 3 : i + 2};
  }
  if (is(i, Key::noon)) {
    ClockValue value;
    value.second = 12 * 3600;
    value.grain = Grain::hour;
    value.certain = true;
    return {value, i + 1};
  }
  if (is(i, Key::midnight)) {
    ClockValue value;
    value.grain = Grain::hour;
    value.certain = true;
    value.midnight = true;
    return {value, i + 1};
  }
  {
    // "midmorning", "mid-afternoon", "mid-night", "mid-day"
    int m = i;
    const bool split = is(m, Key::mid);
    if (split) {
      ++m;
      if (sym(m, '-')) ++m;
    }
    int hour = -1;
    if (text(m, "midmorning") || (split && text(m, "morning"))) hour = 10;
    if (text(m, "midafternoon") || (split && text(m, "afternoon"))) hour = 14;
    if (split && text(m, "night")) hour = 0;
    if (split && text(m, "day")) hour = 12;
    if (hour >= 0) {
      ClockValue value;
      value.second = hour * 3600;
      value.grain = Grain::hour;
      value.certain = true;
      value.midnight = hour == 0;
      return {value, m + 1};
    }
  }
  if (is(i, Key::mid) && word(i + 1).unit == static_cast<int>(Grain::day) && !word(i + 1).plural &&
      !word(i + 1).abbreviated) {
    ClockValue value;
    value.second = 12 * 3600;
    value.grain = Grain::hour;
    value.certain = true;
    return {value, i + 2};
  }
  if (auto past = clock_past(i, company)) return past;
  if (auto digits = clock_digits(i, company)) return digits;
  if (auto words = clock_words(i, company)) return words;
  // "20ish", "noonish" and such come as words; "fifteen hundred hours"
  if (const auto hundreds = cardinal(i); hundreds && hundreds.value % 100 == 0 && hundreds.value >= 100 &&
                                         hundreds.value <= 2400 && word(hundreds.end).unit == 2 &&
                                         word(hundreds.end).plural) {
    ClockValue value;
    value.second = static_cast<int>(hundreds.value / 100) * 3600;
    value.certain = true;
    return {value, hundreds.end + 1};
  }
  return {};
}

Hit<ClockValue> Reader::clock(int i, bool company) const {
  if (tok(i).quoted || tok(i).marker) return {};
  int at = i;
  bool at_word = false;
  bool approximate = false;
  if (is(at, Key::at) || sym(at, '@')) {
    at_word = true;
    ++at;
  } else if (is(at, Key::for_) && company) {
    ++at;
  }
  while (is(at, Key::around) || is(at, Key::exactly) || sym(at, '~')) {
    approximate = approximate || !is(at, Key::exactly);
    at_word = at_word || number_token(at + 1);
    ++at;
  }
  if (is(at, Key::the) && is(at + 1, Key::noon)) ++at;
  auto hit = clock_core(at, company || at_word);
  if (!hit) return {};
  auto& value = hit.value;
  int end = hit.end;
  const int hour = value.second / 3600;
  value.at = at_word;
  // What may follow, in any order: o'clock, am/pm, ish, a part of the day, a zone.
  bool confirmed = false;
  for (int round = 0; round < 4; ++round) {
    if (is(end, Key::oclock) && hour <= 24) {
      confirmed = true;
      ++end;
      continue;
    }
    if (text(end, "o") && sym(end + 1, '\'')) break;
    if (sym(end, '-') && attached(end) && is(end + 1, Key::ish)) {
      approximate = confirmed = true;
      end += 2;
      continue;
    }
    if (is(end, Key::ish)) {
      approximate = true;
      confirmed = confirmed || attached(end);
      ++end;
      continue;
    }
    if (const auto half = meridiem(end)) {
      if (text(end, "a") && attached(end) && value.grain == Grain::hour && end + 1 < size() && attached(end + 1) &&
          tok(end + 1).kind != TokenKind::symbol) {
        break;
      }
      if (half.value == 3) {
        confirmed = true;
        end = half.end;
        continue;
      }
      if (value.midnight || (hour == 12 && is(hit.end - 1, Key::noon))) {
        end = half.end;
        continue;
      }
      if (hour > 12 || (hour == 0 && half.value == 2)) {
        // "14PM" is no time; "15:00 pm" is a slip.
        if (hour > 12 && value.grain == Grain::hour) return {};
        if (half.value == 1) return {};
      } else if (value.bare && value.grain == Grain::minute && value.second % 3600 / 60 > 59) {
        return {};
      } else {
        value.second = value.second % (12 * 3600) + (half.value == 2 ? 12 * 3600 : 0);
      }
      value.certain = confirmed = true;
      end = half.end;
      continue;
    }
    if (is(end, Key::sharp) || is(end, Key::exactly)) {
      confirmed = true;
      ++end;
      continue;
    }
    if (is(end, Key::around) && (text(end, "approximately") || text(end, "approx"))) {
      approximate = true;
      ++end;
      continue;
    }
    if (is(end, Key::or_) && (text(end + 1, "so") || text(end + 1, "thereabouts"))) {
      approximate = true;
      end += 2;
      continue;
    }
    if (text(end, "hours") && value.grain == Grain::minute && (value.certain || value.leading_zero) && hit.value.bare) {
      confirmed = true;
      value.certain = true;
      ++end;
      continue;
    }
    break;
  }
  if (const auto z = value.bare && (sym(end, '+') || sym(end, '-')) ? Hit<domain::Zone>{} : zone(end)) {
    // "10 to 12 in Berlin": a city needs a time that is sure; an abbreviation confirms one.
    const bool by_city = is(end, Key::in);
    if (!by_city || !value.bare || confirmed || at_word) {
      value.has_zone = true;
      value.zone = z.value;
      value.grain = Grain::minute;
      confirmed = confirmed || !by_city;
      end = z.end;
    }
  }
  if (!confirmed && !at_word && value.bare) {
    // A lone number: only where the caller has company for it, or a part of the day follows.
    const bool four_digits =
        settings_.planning() && tok(i).digits == 4 && whole(i, end) && !(tok(i).value >= 1900 && tok(i).value < 2100);
    if (four_digits) {
      value.bare = false;
      value.certain = true;
    }
    if (!company && !four_digits) {
      if (number_token(at) && tok(at).digits == 3) return {};
      if (number_token(at) && at > 0 && tok(at - 1).kind == TokenKind::word && !tok(at - 1).word &&
          !settings_.planning())
        return {};
      const auto part = part_phrase(end);
      const bool tonight = is(end, Key::tonight);
      const bool worded = tok(at).kind == TokenKind::word;
      if (!tonight && (!part || (worded && !is(end, Key::in) && !is(end, Key::at) && !is(end, Key::this_)))) {
        if (!(is(end, Key::this_) && part_of_day(end + 1))) return {};
      }
    }
  }
  value.bare = value.bare && !confirmed;
  value.approximate = approximate;
  // "at 6.5", "at 101", "at 10 - 10.1", "at 650-650", "at 45%", "at 3 axes"
  if (value.bare && sym(end, '-') && number_token(end + 1) && sym(end + 2, '.') && attached(end + 2) &&
      number_token(end + 3))
    return {};
  if (value.bare && !confirmed && is(i, Key::for_) && tok(end).kind == TokenKind::word && !ends(end)) return {};
  if (value.bare) {
    if (sym(end, '%') || ((sym(end, '.') || sym(end, ',') || sym(end, ':')) && attached(end) && number_token(end + 1) &&
                          attached(end + 1)))
      return {};
    if (attached(end) && end < size() && tok(end).kind == TokenKind::word) return {};
    if (sym(end, '-') && attached(end) && number_token(end + 1) && tok(end + 1).digits >= 3 && attached(end + 1))
      return {};
    if (text(end, "percent") || text(end, "degrees") || text(end, "dollars") || text(end, "points")) return {};
  }
  return {value, end};
}

}  // namespace daybook::language
