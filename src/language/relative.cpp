#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

DateValue Reader::season(int which, int shift) const {
  // Seasons begin at the solstices and equinoxes; `which` 0 spring to 3 winter.
  constexpr std::pair<unsigned, unsigned> kStarts[] = {{3, 20}, {6, 21}, {9, 23}, {12, 21}};
  const auto today = now_.today();
  const year_month_day date{today};
  const auto start_of = [&](int season, std::chrono::year y) {
    return Days{y / kStarts[season].first / kStarts[season].second};
  };
  DateValue value;
  value.range = true;
  const auto end_of = [&](int season, std::chrono::year y) {
    const int next = (season + 1) % 4;
    return start_of(next, season == 3 ? y + years{1} : y);
  };
  if (which >= 0) {
    auto y = date.year();
    if (which == 3 && start_of(3, y) > today && end_of(3, y - years{1}) > today) y -= years{1};
    if (shift > 0 && end_of(which, y) <= today) {
      y += years{1};
      --shift;
    }
    y += years{shift};
    value.start = start_of(which, y);
    value.end = end_of(which, y) + days{settings_.wide_parts ? 1 : 0};
    return value;
  }
  int index = static_cast<int>(date.year()) * 4;
  int now = 3;
  for (int s = 0; s < 4; ++s) {
    if (start_of(s, date.year()) <= today) now = s;
  }
  index += now;
  if (start_of(0, date.year()) > today) index -= 4;
  index += shift;
  value.start = start_of(index % 4, std::chrono::year{index / 4});
  value.end = end_of(index % 4, std::chrono::year{index / 4}) - days{1};
  return value;
}

/// "today", "the day after tomorrow", "tonight" (as its day).
Hit<DateValue> Reader::relative_date(int i, int depth) const {
  int at = i;
  const auto day = [this](int shift) {
    auto value = day_value(now_.today() + days{shift});
    value.from_now = true;
    return value;
  };
  if (tok(at).kind != TokenKind::word) return {};
  if (is(at, Key::the) || is(at, Key::my)) ++at;
  const auto& w = word(at);
  if (w.key == Key::today) return {day(0), at + 1};
  if (w.key == Key::tomorrow && (!w.abbreviated || whole(i, at + 1))) return {day(1), at + 1};
  if (w.key == Key::yesterday) return {day(-1), at + 1};
  if (text(at, "day") && (is(at + 1, Key::after) || is(at + 1, Key::before))) {
    const bool after = is(at + 1, Key::after);
    if (is(at + 2, Key::tomorrow)) return {day(after ? 2 : 0), at + 3};
    if (is(at + 2, Key::yesterday)) return {day(after ? 0 : -2), at + 3};
    if (is(at + 2, Key::next) || text(at + 2, "day")) return {};
    if (at > i && (at + 2 >= size() || tok(at + 2).kind == TokenKind::symbol)) return {day(after ? 1 : -1), at + 2};
  }
  if (text(at, "overmorrow")) return {day(2), at + 1};
  if (text(i, "otd")) return {day(0), i + 1};
  if (w.key == Key::weekend && !w.plural &&
      (at > i || (i > 0 && (is(i - 1, Key::on) || is(i - 1, Key::at) || is(i - 1, Key::over)))) &&
      settings_.part_of_day != PartOfDayAs::day) {
    auto value =
        weekend_of(Days{now_.today() - days{static_cast<int>(std::chrono::weekday{now_.today()}.iso_encoding()) - 1}});
    value.from_now = true;
    return {value, at + 1};
  }
  if (text(at, "year") && is(at + 1, Key::to) && is(at + 2, Key::date)) {
    auto value = unit_around(Grain::year, 0);
    value.end = now_.today();
    value.range = true;
    value.grain = Grain::day;
    return {value, at + 3};
  }
  // "the day", "my day"; "the week", "the month"
  if (at > i &&
      (text(at, "day") || text(at, "week") || text(at, "month") || text(at, "year") || text(at, "fortnight")) &&
      depth == 0) {
    const bool my = is(i, Key::my);
    const bool the = is(i, Key::the) && settings_.part_of_day == PartOfDayAs::interval && !settings_.wide_parts;
    if ((the || (my && text(at, "day") && the)) || (my && settings_.part_of_day == PartOfDayAs::interval)) {
      if (!is(at + 1, Key::of) && !is(at + 1, Key::after) && !is(at + 1, Key::before) && !is(at + 1, Key::from)) {
        auto value = unit_around(static_cast<Grain>(w.unit), 0, w.multiple);
        return {value, at + 1};
      }
    }
  }
  return {};
}

/// "3 days after Easter", "a week from Tuesday", "two Sundays from now", "2 Thursdays ago", "Tuesday in 2 weeks".
Hit<DateValue> Reader::counted_date(int i, int depth) const {
  if (depth > 3) return {};
  int at = i;
  if (is(at, Key::in)) ++at;
  // "two Sundays from now", "2 Thursdays ago", "4 tuesdays hence"
  const auto number = cardinal(at);
  if (number && word(number.end).weekday && !(attached(number.end) && text(number.end, "mon")) && number.value > 0 &&
      number.value < 1000 &&
      (word(number.end).plural || number.value == 1 || is(number.end + 1, Key::later) ||
       is(number.end + 1, Key::ago))) {
    const int end = number.end + 1;
    const int many = static_cast<int>(number.value);
    const int weekday = word(number.end).weekday;
    const int now = static_cast<int>(std::chrono::weekday{now_.today()}.iso_encoding());
    int ahead = (weekday - now + 7) % 7;
    if ((is(end, Key::from) && (is(end + 1, Key::now) || is(end + 1, Key::today))) || is(end, Key::hence) ||
        is(end, Key::later)) {
      if (ahead == 0) ahead = 7;
      return {day_value(now_.today() + days{ahead + 7 * (many - 1)}), is(end, Key::from) ? end + 2 : end + 1};
    }
    if (is(end, Key::ago)) {
      return {day_value(now_.today() + days{(ahead == 0 ? 0 : ahead) - 7 * many}), end + 1};
    }
  }
  // "a week on Saturday", "a fortnight tomorrow", "two weeks today"
  if (const auto size = length(at);
      size && size.value.length.grain == Grain::week && size.value.length.days > 0 && size.value.length.months == 0 &&
      size.value.weekdays == 0 &&
      !(i > 0 && (is(i - 1, Key::once) || is(i - 1, Key::twice) || is(i - 1, Key::times)))) {
    const int base_at = is(size.end, Key::on) ? size.end + 1 : size.end;
    std::optional<Days> base;
    if (word(base_at).weekday && base_at > size.end)
      base = nth_weekday(now_.today() + days{1}, now_.today() + days{8}, word(base_at).weekday, 1);
    else if (is(base_at, Key::tomorrow) && base_at == size.end)
      base = now_.today() + days{1};
    else if (is(base_at, Key::today) && base_at == size.end)
      base = now_.today();
    if (base && ends(base_at + 1)) return {day_value(*base + days{size.value.length.days}), base_at + 1};
  }
  // "the month after next", "the week after next", "the weekend after next"
  {
    int u_at = at;
    if (is(u_at, Key::the)) ++u_at;
    if ((word(u_at).unit >= 0 || word(u_at).weekday || word(u_at).key == Key::weekend) && is(u_at + 1, Key::after) &&
        (u_at > i || is(u_at + 2, Key::next) || (text(u_at, "day") && holiday_name(u_at + 2)))) {
      int n = u_at + 2;
      if (is(n, Key::the)) ++n;
      if (is(n, Key::next) && ends(n + 1)) {
        if (word(u_at).weekday) {
          const int now = static_cast<int>(std::chrono::weekday{now_.today()}.iso_encoding());
          return {day_value(now_.today() + days{14 - (now - 1) + word(u_at).weekday - 1}), n + 1};
        }
        if (word(u_at).key == Key::weekend) {
          const int now = static_cast<int>(std::chrono::weekday{now_.today()}.iso_encoding());
          return {weekend_of(now_.today() + days{14 - (now - 1)}), n + 1};
        }
        return {unit_around(static_cast<Grain>(word(u_at).unit), 2, word(u_at).multiple), n + 1};
      }
      // "the week after the 4th of July", "the day after Christmas", "the Monday after Easter"
      const auto base = date(n == u_at + 3 ? n - 1 : n, depth + 1);
      if (base && !base.value.weak) {
        if (word(u_at).weekday) {
          const auto from = floor<days>(base.value.end);
          const auto nth = nth_weekday(from, from + days{7}, word(u_at).weekday, 1);
          if (nth) return {day_value(*nth), base.end};
        } else if (text(u_at, "day")) {
          return {day_value(floor<days>(base.value.end)), base.end};
        } else if (text(u_at, "week")) {
          DateValue value;
          value.grain = Grain::week;
          value.start = week_start(floor<days>(base.value.start)) + days{7};
          value.end = value.start + days{7};
          return {value, base.end};
        }
      }
    }
    if ((text(u_at, "day") || word(u_at).weekday) && is(u_at + 1, Key::before) && u_at > i) {
      const auto base = date(u_at + 2, depth + 1);
      if (base && !base.value.weak) {
        if (text(u_at, "day")) return {day_value(floor<days>(base.value.start) - days{1}), base.end};
        const auto to = floor<days>(base.value.start);
        const auto nth = nth_weekday(to - days{7}, to, word(u_at).weekday, -1);
        if (nth) return {day_value(*nth), base.end};
      }
    }
  }
  const auto size = length(at);
  if (!size || size.value.length.grain < Grain::day) {
    if (!size || size.value.weekdays == 0) return {};
  }
  const int end = size.end;
  int sign = 0;
  if (is(end, Key::after) || (is(end, Key::from) && at == i) || is(end, Key::since)) sign = 1;
  if (is(end, Key::before)) sign = -1;
  if (sign == 0) return {};
  if (is(end + 1, Key::now) || (is(end + 1, Key::right) && is(end + 2, Key::now))) return {};
  int b = end + 1;
  const auto base = date(b, depth + 1);
  if (!base) return {};
  if (base.value.weak && !(is(b, Key::the))) return {};
  if (base.value.form == DateValue::Form::month && base.value.abbreviated && !is(end, Key::after)) return {};
  LocalTime from = base.value.start;
  if (base.value.range && sign > 0) from = base.value.end - days{1};
  DateValue value;
  if (size.value.weekdays) {
    Days day = floor<days>(from);
    for (int left = std::min(size.value.weekdays, 2000); left > 0;) {
      day += days{sign};
      if (static_cast<int>(std::chrono::weekday{day}.iso_encoding()) <= 5) --left;
    }
    value = day_value(day);
  } else {
    value = day_value(floor<days>(plus(from, size.value.length, sign)));
    if (size.value.length.grain >= Grain::month && base.value.grain >= Grain::month)
      value.grain = size.value.length.grain;
    // "one week after Easter" stays a day; "2 months before 02/02" is a day as well.
  }
  value.form = DateValue::Form::fixed;
  if (base.value.form == DateValue::Form::holiday && size.value.length.grain == Grain::year && sign > 0) {
    // A year after Christmas is a Christmas; one that counts from the last one if it is past.
    value = base.value;
    value.form = DateValue::Form::fixed;
  }
  return {value, base.end};
}

Hit<DateValue> Reader::date(int i, int depth) const {
  if (depth != 0 || i < 0) return read_date(i, depth);
  return remembered(dates_, i, [&] { return read_date(i, 0); });
}

Hit<DateValue> Reader::read_date(int i, int depth) const {
  const auto& t = tok(i);
  if (i >= size() || t.quoted || t.marker || depth > 4) return {};
  Hit<DateValue> best;
  const auto offer = [&best](Hit<DateValue> hit) {
    if (hit && hit.end > best.end) best = hit;
  };
  if (t.kind == TokenKind::symbol) {
    // "[Sept] 04, 2014"
    if (sym(i, '[') && word(i + 1).month && sym(i + 2, ']')) {
      DateValue value;
      value.month = word(i + 1).month;
      if (number_token(i + 3) && tok(i + 3).value >= 1 && tok(i + 3).value <= 31) {
        value.day = static_cast<int>(tok(i + 3).value);
        value.form = DateValue::Form::month_day;
        const auto y = year_after_date(skip_comma(i + 4));
        if (y && make_day(value, y.value, value.month, value.day)) return {value, y.end};
        if (resolve_year(value)) return {value, i + 4};
      }
    }
    return {};
  }
  if (t.kind == TokenKind::number) {
    offer(iso_date(i));
    offer(numeric_date(i));
    offer(day_date(i));
    offer(position_date(i, depth));
    offer(counted_date(i, depth));
    offer(which_date(i));
    if (!best) offer(bare_year(i));
    if (!best) offer(holiday_date(i));
    return with_year(best, depth);
  }
  const auto& w = word(i);
  if ((w.key == Key::spring || w.key == Key::summer || w.key == Key::autumn || w.key == Key::winter) &&
      settings_.part_of_day == PartOfDayAs::interval &&
      (whole(i, i + 1) || is(i - 1, Key::in) || is(i - 1, Key::during))) {
    offer({season(static_cast<int>(w.key) - static_cast<int>(Key::spring), 0), i + 1});
  }
  offer(holiday_date(i));
  if (!t.word && !best) return {};
  if (w.month) offer(month_date(i));
  if (w.weekday) offer(weekday_date(i));
  if (w.ordinal || w.cardinal >= 0 || w.key == Key::the || w.key == Key::ides) offer(day_date(i));
  offer(relative_date(i, depth));
  offer(which_date(i));
  offer(position_date(i, depth));
  if (w.key == Key::a || w.key == Key::the || w.cardinal >= 0 || w.key == Key::few || w.key == Key::couple ||
      w.key == Key::half || w.key == Key::several || w.key == Key::in || w.unit >= 0) {
    if (w.unit < 0) offer(counted_date(i, depth));
  }
  if (is(i + 1, Key::after) && text(i, "day") && holiday_name(i + 2)) offer(counted_date(i, depth));
  if (is(i + 1, Key::after) && is(i + 2, Key::next) && (w.unit >= 0 || w.weekday || w.key == Key::weekend))
    offer(counted_date(i, depth));
  if (!best && (w.cardinal >= 0 || w.key == Key::the || text(i, "year") || text(i, "cy") || text(i, "fy")))
    offer(bare_year(i));
  return with_year(best, depth);
}

/// "Christmas of next year", "thanksgiving 2016", "March in 1 year", "Friday in 2 weeks", "tax day last year".
Hit<DateValue> Reader::with_year(Hit<DateValue> hit, int depth) const {
  if (!hit) return hit;
  auto& value = hit.value;
  int at = hit.end;
  if (depth < 3 && (value.form == DateValue::Form::weekday || value.upcoming) && value.grain == Grain::day &&
      value.weekday) {
    // "Friday in 2 weeks", "Tuesday +10 days", "Saturday 3 days from now", "a week on Friday" is in counted forms
    int from = at;
    const bool in = is(from, Key::in);
    if (in) ++from;
    const auto size = length(from);
    if (size && (in || is(size.end, Key::from) || is(size.end, Key::hence)) && size.value.length.seconds == 0 &&
        size.value.weekdays == 0) {
      int end = size.end;
      bool matches = in;
      if (!in && is(end, Key::from) && (is(end + 1, Key::now) || is(end + 1, Key::today))) {
        end += 2;
        matches = true;
      } else if (!in && is(end, Key::hence)) {
        ++end;
        matches = true;
      }
      if (matches && size.value.length.days > 0) {
        const auto target = floor<days>(plus(now_.today(), size.value.length, 1));
        const int off = (value.weekday - static_cast<int>(std::chrono::weekday{target}.iso_encoding()) + 7) % 7;
        Days day = target + days{size.value.length.days % 7 == 0 ? (off > 3 ? off - 7 : off) : off};
        auto moved = day_value(day);
        moved.upcoming = true;
        return {moved, end};
      }
    }
  }
  if (sym(at, '+') || (sym(at, '-') && tok(at).space_before && (tok(at + 1).kind == TokenKind::number))) {
    // "2023-12-29 -10days", "next Tuesday +10 days"
    const auto size = length(at + 1);
    if (size && value.grain == Grain::day && size.value.length.grain >= Grain::day) {
      auto moved = day_value(floor<days>(plus(value.start, size.value.length, sym(at, '+') ? 1 : -1)));
      return {moved, size.end};
    }
  }
  if (value.form == DateValue::Form::holiday) return hit;
  if (value.form == DateValue::Form::month || value.form == DateValue::Form::month_day) {
    // "March of next year", "May 5 next year", "March in 1 year"
    int p = skip_comma(at);
    if (is(p, Key::of) || is(p, Key::in)) ++p;
    if (is(p, Key::the)) ++p;
    const int which = direction(word(p).key);
    if (which != 99 && word(p + 1).unit == static_cast<int>(Grain::year) && word(p + 1).multiple == 1 &&
        !word(p + 1).plural) {
      const int y = static_cast<int>(year_month_day{now_.today()}.year()) + which;
      if (set_year(value, y)) {
        value.form = DateValue::Form::fixed;
        value.year_said = true;
        hit.end = p + 2;
      }
      return hit;
    }
    if (is(at, Key::in)) {
      const auto size = length(at + 1);
      if (size && size.value.length.years > 0 && size.value.length.months == 0 && size.value.length.days == 0) {
        if (set_year(value, static_cast<int>(year_month_day{now_.today()}.year()) + size.value.length.years)) {
          value.form = DateValue::Form::fixed;
          hit.end = size.end;
        }
      }
    }
  }
  return hit;
}

}  // namespace daybook::language
