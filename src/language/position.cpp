#include <algorithm>

#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// A week or more that something stands in: "March 2014", "next month", "the year", "2015", "Q3".
Hit<DateValue> Reader::of_period(int i, int depth) const {
  if (depth > 3) return {};
  int at = i;
  if (is(at, Key::the) || is(at, Key::my)) {
    const auto& w = word(at + 1);
    if (w.unit >= static_cast<int>(Grain::day) && !w.plural && !w.abbreviated) {
      if (is(at + 2, Key::of)) {
        const auto inner = position_date(at, depth + 1);
        if (inner) return inner;
      }
      return {unit_around(static_cast<Grain>(w.unit), 0, w.multiple), at + 2};
    }
  }
  const auto& w = word(at);
  if (w.unit >= static_cast<int>(Grain::day) && !w.plural && !w.abbreviated && ends(at + 1)) {
    return {unit_around(static_cast<Grain>(w.unit), 0, w.multiple), at + 1};
  }
  const auto inner = date(i, depth + 1);
  if (!inner) return {};
  if (inner.value.weak || inner.value.grain >= Grain::week) return inner;
  return inner;
}

Hit<DateValue> Reader::position_date(int i, int depth) const {
  if (depth > 2) return {};
  int at = i;
  const bool the = is(at, Key::the);
  if (the) ++at;
  const auto today = now_.today();

  if (const auto hit = quarter_date(at)) return hit;
  if (const auto hit = decade_date(at)) return hit;
  if (const auto hit = piece_date(i, at, depth)) return hit;
  if (const auto hit = rest_date(at, depth)) return hit;

  // "the week of October 7th", "week commencing 7 March", "the week starting February 4", "month of September"
  if ((text(at, "week") || text(at, "month")) && !attached(at + 1)) {
    int p = at + 1;
    bool of = is(p, Key::of) || is(p, Key::starting) || is(p, Key::ending) || is(p, Key::with);
    if (is(p, Key::with)) ++p;
    if (of) {
      ++p;
      if (is(p, Key::on)) ++p;
      const auto base = date(p, depth + 1);
      if (base && text(at, "week") && base.value.grain <= Grain::day && !base.value.weak) {
        DateValue value;
        value.grain = Grain::week;
        value.start = week_start(floor<days>(base.value.start));
        value.end = value.start + days{7};
        return {value, base.end};
      }
      if (base && text(at, "month") && base.value.grain == Grain::month && is(p - 1, Key::of)) return base;
    }
    // "week 27 of last year", "week 12"
    if (text(at, "week") && number_token(at + 1) && tok(at + 1).value >= 1 && tok(at + 1).value <= 53) {
      int end = at + 2;
      int y = static_cast<int>(year_month_day{today}.year());
      int q = skip_comma(end);
      if (is(q, Key::of) || is(q, Key::in)) ++q;
      const auto period = date(q, depth + 1);
      if (period && period.value.grain == Grain::year) {
        y = static_cast<int>(year_month_day{floor<days>(period.value.start)}.year());
        end = period.end;
      } else if (settings_.part_of_day != PartOfDayAs::interval) {
        return {};
      }
      const Days fourth{std::chrono::year{y} / 1 / 4};
      DateValue value;
      value.grain = Grain::week;
      const auto monday = fourth - days{static_cast<int>(std::chrono::weekday{fourth}.iso_encoding()) - 1};
      value.start = monday + days{7 * (static_cast<int>(tok(at + 1).value) - 1)};
      value.end = value.start + days{7};
      return {value, end};
    }
  }

  // "(last|third|2nd last) (Tuesday|day|week|month|weekend|quarter) of/in PERIOD", "first Monday next month"
  int nth = 0;
  int u = 0;
  if (const auto last = last_ordinal(at)) {
    nth = last.value;
    u = last.end;
  } else if (const auto ord = ordinal(at)) {
    nth = ord.value;
    u = ord.end;
  } else if (is(at, Key::closest) || (ordinal(at) && is(ordinal(at).end, Key::closest))) {
    nth = 0;
  }
  if (const auto hit = closest_date(at, depth)) return hit;
  if (nth == 0) return {};
  int many = 1;
  if (const auto number = cardinal(u);
      number && unit(number.end) && number.value < 1000) {  // "the first 2 weeks of 2021"
    many = static_cast<int>(number.value);
    u = number.end;
  }
  const auto& what = word(u);
  const bool is_weekday = what.weekday && !what.plural;
  const bool is_unit = what.unit >= static_cast<int>(Grain::hour) && !(what.abbreviated && what.text.size() == 1);
  const bool is_weekend = what.key == Key::weekend;
  const bool is_workday = what.key == Key::weekday && !what.plural;
  const bool business = (text(u, "business") || text(u, "working") || text(u, "work")) && text(u + 1, "day");
  if (!is_weekday && !is_unit && !is_weekend && !is_workday && !business) return {};
  int p = what.abbreviated ? skip_dot(u + 1) : u + 1;
  if (business) ++p;
  const bool of = is(p, Key::of) || is(p, Key::in);
  const int after_of = of ? p + 1 : skip_comma(p);
  Hit<DateValue> period;
  if (of) {
    period = of_period(after_of, depth + 1);
  } else {
    const Key k = word(is(after_of, Key::the) ? after_of + 1 : after_of).key;
    if (k == Key::this_ || k == Key::next || k == Key::last || k == Key::previous || k == Key::current)
      period = which_date(after_of);
    if (word(after_of).month && is_weekday) period = month_date(after_of);
    if (is_unit && what.unit == static_cast<int>(Grain::quarter) && !period) {
      period = bare_year(after_of);
    }
  }
  const bool coarse = period && period.value.grain >= Grain::week && !(period.value.grain == Grain::day);
  const bool holiday_range = period && period.value.range;
  if (!coarse && !holiday_range) {
    if (is_unit && what.unit == static_cast<int>(Grain::quarter) && nth >= 1 && nth <= 4 && !is(at, Key::last) &&
        !what.plural && (settings_.part_of_day == PartOfDayAs::interval || the)) {
      const int y = static_cast<int>(year_month_day{today}.year());
      DateValue value;
      DateValue last;
      make_month(value, y, nth * 3 - 2);
      make_month(last, y, nth * 3);
      value.end = last.end;
      value.grain = Grain::quarter;
      return {value, p};
    }
    if (is_weekday && nth > 0 && settings_.part_of_day == PartOfDayAs::interval && !settings_.wide_parts && !of &&
        ends(p)) {
      // "first Sunday": of this month.
      const auto month = unit_around(Grain::month, 0);
      const auto day = nth_weekday(month.start, month.end, what.weekday, nth);
      if (day) return {day_value(*day), p};
    }
    return {};
  }
  const auto from = period.value.start;
  const auto to = period.value.end;
  const auto with_form = [&](DateValue value) {
    value.year_said = period.value.year_said;
    return value;
  };
  if (is_weekday) {
    const auto day = nth_weekday(from, to, what.weekday, nth);
    if (!day) return {};
    auto value = day_value(*day);
    // The month had no year: the next such day.
    if (period.value.form == DateValue::Form::month && value.end <= LocalTime{today} &&
        (settings_.weekday != WeekdayChoice::nearest && settings_.prefer != Prefer::past)) {
      DateValue later = period.value;
      if (make_month(later, period.value.year + 1, period.value.month)) {
        if (const auto next = nth_weekday(later.start, later.end, what.weekday, nth)) value = day_value(*next);
      }
    }
    return {with_form(value), period.end};
  }
  if (is_workday || business) {
    Days day = nth > 0 ? floor<days>(from) - days{1} : floor<days>(to);
    for (int left = nth > 0 ? nth : -nth; left > 0;) {
      day += days{nth > 0 ? 1 : -1};
      if (day < floor<days>(from) || day >= floor<days>(to)) return {};
      if (static_cast<int>(std::chrono::weekday{day}.iso_encoding()) <= 5) --left;
    }
    return {with_form(day_value(day)), period.end};
  }
  if (is_weekend) {
    const auto saturday = nth_weekday(from, to, 6, nth);
    if (!saturday) return {};
    return {with_form(weekend_of(*saturday - days{5})), period.end};
  }
  const auto grain = static_cast<Grain>(what.unit);
  if (grain >= period.value.grain && !period.value.range) return {};
  DateValue value;
  value.grain = grain;
  if (grain == Grain::day) {
    const Days day = nth > 0 ? floor<days>(from) + days{nth - 1} : floor<days>(to) + days{nth};
    if (day < floor<days>(from) || day >= floor<days>(to)) return {};
    value = day_value(nth < 0 && many > 1 ? day - days{many - 1} : day);
    if (many > 1) {
      value.end = value.start + days{many};
      value.range = true;
    }
    return {with_form(value), period.end};
  }
  if (grain == Grain::week) {
    Days monday;
    const auto begin = floor<days>(from);
    if (nth > 0) {
      if (settings_.wide_parts || period.value.grain == Grain::month) {
        // The weeks that begin in it; counted from the first with most of its days there (a year by ISO 8601).
        monday = week_start(begin);
        if (monday < begin && (period.value.grain != Grain::year || begin - monday > days{3})) monday += days{7};
        if (period.value.grain == Grain::month && !settings_.wide_parts) {
          monday = week_start(begin);
          if (begin - monday > days{3}) monday += days{7};
        }
      } else {
        monday = week_start(begin);
        if (begin - monday > days{3}) monday += days{7};
        if (many > 1 && monday < begin) monday += days{7};
      }
      monday += days{7 * (nth - 1)};
    } else {
      // The last week is the one with the last day in it, if most of it lies inside.
      const auto last = floor<days>(to) - days{1};
      monday = week_start(last);
      if (settings_.wide_parts && monday + days{6} > last) monday -= days{7};
      if (!settings_.wide_parts && last - monday < days{3}) monday -= days{7};
      monday += days{7 * (nth + 1)};
      if (many > 1) monday -= days{7 * (many - 1)};
    }
    value.start = monday;
    value.end = monday + days{7 * many};
    value.range = many > 1;
    return {with_form(value), period.end};
  }
  if (grain == Grain::month || grain == Grain::quarter) {
    const int size = grain == Grain::month ? 1 : 3;
    const year_month_day date{floor<days>(nth > 0 ? from : to)};
    const auto month_at = [&](int shift) { return LocalTime{Days{(date.year() / date.month() / 1) + months{shift}}}; };
    const int shift = nth > 0 ? (nth - 1) * size : (nth - (many - 1)) * size;
    value.start = month_at(shift);
    value.end = month_at(shift + size * many);
    if (value.start < from || value.end > to) return {};
    value.range = many > 1;
    value.month = static_cast<int>(static_cast<unsigned>(year_month_day{floor<days>(value.start)}.month()));
    return {with_form(value), period.end};
  }
  return {};
}

/// "the closest Monday to Oct 5th", "the second closest …"
Hit<DateValue> Reader::closest_date(int at, int depth) const {
  int c = at;
  int rank = 1;
  if (const auto ord = ordinal(c); ord && is(ord.end, Key::closest)) {
    rank = ord.value;
    c = ord.end;
  }
  if (is(c, Key::closest)) {
    const int what = c + 1;
    int to = what + 1;
    Hit<int> holiday;
    if (!word(what).weekday) {
      holiday = holiday_name(what);
      to = holiday.end;
    } else if (word(what).abbreviated) {
      to = skip_dot(to);
    }
    if ((word(what).weekday || holiday) && is(to, Key::to)) {
      const auto base = date(to + 1, depth + 1);
      if (base) {
        const auto center = floor<days>(base.value.start);
        if (word(what).weekday) {
          const int off = (word(what).weekday - static_cast<int>(std::chrono::weekday{center}.iso_encoding()) + 7) % 7;
          // Ordered by distance: off ahead, 7 - off behind, and so on.
          int ahead = off;
          int behind = 7 - off;
          Days day = center;
          for (int k = 0; k < rank; ++k) {
            if (ahead <= behind) {
              day = center + days{ahead};
              ahead += 7;
            } else {
              day = center - days{behind};
              behind += 7;
            }
          }
          return {day_value(day), base.end};
        }
        const int y = static_cast<int>(year_month_day{center}.year());
        std::vector<DateValue> found;
        for (int shift = -5; shift <= 5; ++shift) {
          DateValue v;
          if (holiday_in(v, holiday.value, y + shift)) found.push_back(v);
        }
        std::sort(found.begin(), found.end(), [&](const DateValue& a, const DateValue& b) {
          return abs(floor<days>(a.start) - center) < abs(floor<days>(b.start) - center);
        });
        if (static_cast<int>(found.size()) >= rank) {
          auto v = found[static_cast<std::size_t>(rank - 1)];
          v.form = DateValue::Form::fixed;
          return {v, base.end};
        }
      }
    }
  }
  return {};
}

}  // namespace daybook::language
