#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// "now", "in 5 minutes", "2 hours ago", "3 days from now", "+1 day 2 hours", "-2hr5min", "now - 1 hour".
Hit<Point> Reader::exact_offset(int i) const {
  Point point;
  point.score = 0.9;
  const auto moment = [&](LocalTime at, Grain grain, int end) -> Hit<Point> {
    point.is_exact = true;
    point.exact = at;
    point.exact_grain = grain;
    return {point, end};
  };
  int at = i;
  // "now", "right now", "just now", "at the moment", "at this time"
  {
    int n = at;
    if (is(n, Key::right) || is(n, Key::just)) ++n;
    if (is(n, Key::now) && !(is(n - 1, Key::from) && is(n + 1, Key::on))) {
      int end = n + 1;
      if (sym(end, '+') || sym(end, '-')) {
        const auto size = length(end + 1);
        if (size) return moment(plus(now_local(), size.value.length, sym(end, '+') ? 1 : -1), Grain::second, size.end);
      }
      return moment(now_local(), Grain::second, end);
    }
    if (is(n, Key::at)) {
      int m = n + 1;
      if (is(m, Key::the) || is(m, Key::this_)) ++m;
      if (is(m, Key::current)) ++m;
      if (m > n + 1 && (is(m, Key::moment) || (is(m, Key::time) && !is(m, Key::times)))) {
        if (!is(m + 1, Key::of)) return moment(now_local(), Grain::second, m + 1);
      }
    }
    // "this time next week", "same time next month"
    if ((is(n, Key::this_) || is(n, Key::same)) && is(n + 1, Key::time) &&
        (is(n + 2, Key::next) || is(n + 2, Key::last)) && word(n + 3).unit >= static_cast<int>(Grain::week) &&
        !word(n + 3).plural) {
      LengthValue one;
      add(one, 1, static_cast<Grain>(word(n + 3).unit), word(n + 3).multiple);
      return moment(plus(now_local(), one.length, is(n + 2, Key::next) ? 1 : -1), Grain::minute, n + 4);
    }
    if (settings_.part_of_day == PartOfDayAs::interval && tokens_.original(tok(at)) == "ATM")
      return moment(now_local(), Grain::second, at + 1);
  }
  bool approximate = false;
  int sign = 0;
  bool prefixed = false;
  bool weak = false;
  const bool symbol_sign = (sym(at, '+') || sym(at, '-')) && (tok(at).space_before) && (at + 1 < size());
  if (symbol_sign) {
    if (sym(at, '-') && !attached(at + 1) && at > 0) return {};
    sign = sym(at, '+') ? 1 : -1;
    ++at;
  } else if (is(at, Key::in) || is(at, Key::within) || is(at, Key::after) ||
             (is(at, Key::for_) && settings_.part_of_day == PartOfDayAs::day)) {
    prefixed = true;
    weak = is(at, Key::for_);
    sign = 1;
    const bool within = is(at, Key::within);
    ++at;
    if (within && is(at, Key::the)) ++at;
    if (is(at, Key::next) && within) ++at;
    if (text(at, "exactly")) ++at;
  }
  while (is(at, Key::around) || sym(at, '~')) {
    approximate = true;
    ++at;
  }
  auto size = length(at);
  if (!size && prefixed && is(i, Key::in) && number_token(at) && ends(at + 1) &&
      settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts) {
    // "in 15": minutes.
    LengthValue minutes;
    add(minutes, static_cast<double>(tok(at).value), Grain::minute, 1);
    ++minutes.units;
    size = {minutes, at + 1};
  }
  if (!size) {
    // "the min after"
    if (is(at, Key::the) && word(at + 1).unit >= 0 && (is(at + 2, Key::after) || is(at + 2, Key::later)) &&
        (at + 3 >= this->size() || tok(at + 3).kind == TokenKind::symbol) &&
        settings_.part_of_day == PartOfDayAs::day) {
      LengthValue one;
      add(one, 1, static_cast<Grain>(word(at + 1).unit), word(at + 1).multiple);
      return moment(plus(now_local(), one.length, 1), Grain::second, at + 3);
    }
    return {};
  }
  auto value = size.value;
  int end = size.end;
  // Signs may go on: "+1 decade -2 years".
  Length second_length;
  int second_sign = 0;
  if (symbol_sign || prefixed) {
    if ((sym(end, '-') || sym(end, '+')) && tok(end).space_before) {
      const auto more = length(end + 1);
      if (more) {
        second_length = more.value.length;
        second_sign = sym(end, '-') ? -1 : 1;
        end = more.end;
        value.length.grain = std::min(value.length.grain, second_length.grain);
      }
    }
  }
  if (sign == 0 || prefixed) {
    int suffix = 0;
    int e = end;
    if (is(e, Key::ago)) {
      suffix = -1;
      ++e;
    } else if (is(e, Key::hence)) {
      suffix = 1;
      ++e;
    } else if (is(e, Key::later)) {
      suffix = 1;
      ++e;
    } else if (is(e, Key::earlier)) {
      suffix = -1;
      ++e;
    } else if (is(e, Key::from) && (is(e + 1, Key::now) || (is(e + 1, Key::right) && is(e + 2, Key::now)))) {
      suffix = 1;
      e += is(e + 1, Key::now) ? 2 : 3;
    } else if (is(e, Key::before) && is(e + 1, Key::now)) {
      suffix = -1;
      e += 2;
    } else if (is(e, Key::back) && ends(e + 1)) {
      suffix = -1;
      ++e;
    } else if (is(e, Key::before) && ends(e + 1) && !settings_.planning()) {
      suffix = -1;
      ++e;
    } else if (is(e, Key::before) && ends(e + 1) && settings_.weekday == WeekdayChoice::past) {
      suffix = -1;
      ++e;
    } else if (is(e, Key::out) && ends(e + 1)) {
      suffix = 1;
      ++e;
    } else if (is(e, Key::after) && ends(e + 1) && settings_.part_of_day == PartOfDayAs::day) {
      suffix = 1;
      ++e;
    } else if (text(e, "time") && tok(e - 1).possessive) {
      suffix = 1;  // "in a week's time"
      ++e;
    } else if (is(e, Key::time) && prefixed) {
      ++e;
    }
    if (!suffix && !prefixed && value.length.grain < Grain::day && !value.weekdays &&
        (is(e, Key::after) || is(e, Key::before) || is(e, Key::from))) {
      // "5 hours after 12pm", "an hour before tomorrow's noon"
      int b = e + 1;
      const bool next = is(b, Key::next);
      if (next || is(b, Key::the)) ++b;
      const auto base = depth_ < 2 ? (++depth_, this->point(b, false)) : Hit<Point>{};
      if (depth_ > 0) --depth_;
      if (base && base.value.clock && !base.value.clock->bare) {
        const auto from = resolve(base.value, true);
        const int direction = is(e, Key::before) ? -1 : 1;
        auto start = from.start;
        if (next && start <= now_local()) start += days{1};
        if (next && floor<days>(start) == now_.today()) start += days{1};
        return moment(plus(start, value.length, direction), Grain::minute, base.end);
      }
    }
    if (suffix && sign == 0) sign = suffix;
    if (suffix || (prefixed && e > end)) end = e;
  }
  if (sign == 0) return {};
  if (prefixed && value.abbreviated && settings_.mode == Mode::strict) return {};
  if (weak && value.article && value.length.grain >= Grain::day && !ends(end)) return {};
  if (is(i, Key::in) && value.article && value.units == 1 && word(end - 1).unit >= static_cast<int>(Grain::month) &&
      tok(i + 1).text == "the")
    return {};
  // A length with a base is a counted date ("in two weeks since 2011" is rare).
  if (is(i, Key::in) && (is(end, Key::after) || is(end, Key::before) || is(end, Key::since) || is(end, Key::from)) &&
      !ends(end + 1) && value.length.grain >= Grain::day) {
    if (date(end + 1)) return {};
  }
  if (!prefixed && !symbol_sign && value.units == 1 && value.article && text(size.end - 1, "second") &&
      !is(end - 1, Key::ago))
    return {};
  if (value.weekdays) {
    Days day = now_.today();
    for (int left = std::min(value.weekdays, 2000); left > 0;) {
      day += days{sign};
      if (static_cast<int>(std::chrono::weekday{day}.iso_encoding()) <= 5) --left;
    }
    point.date = day_value(day);
    return {point, end};
  }
  point.approximate = approximate;
  LocalTime target = plus(now_local(), value.length, sign);
  if (second_sign) target = plus(target, second_length, second_sign);
  const bool clocked = value.length.seconds != 0 || value.length.grain <= Grain::hour;
  if (clocked) {
    // Whole days that were said as a fraction ("1.5 days") keep their hours.
    return moment(target, Grain::second, end);
  }
  DateValue date = day_value(floor<days>(target));
  date.from_now = true;
  date.clock_kept = true;
  if (value.length.grain >= Grain::month) date.grain = Grain::day;
  point.date = date;
  point.from_now = value.length;
  point.exact = target;
  return {point, end};
}

}  // namespace daybook::language
