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
  // "this time tomorrow", "this time on Friday"
  if (is(i, Key::this_) && is(i + 1, Key::time)) {
    const int day = is(i + 2, Key::on) ? i + 3 : i + 2;
    if (!is(day, Key::tomorrow) && !is(day, Key::yesterday) && !word(day).weekday) return {};
    ClockValue value;
    value.second = static_cast<std::int32_t>((now_local() - LocalTime{now_.today()}).count());
    value.grain = Grain::minute;
    value.certain = true;
    return {value, i + 2};
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
