#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// -1 for "last" and its like, 0 for "this", 1 for "next"; 99 for other words. "after next" is the caller's.
int Reader::direction(Key key) {
  switch (key) {
    case Key::next:
    case Key::coming:
    case Key::upcoming:
    case Key::following:
      return 1;
    case Key::last:
    case Key::past:
    case Key::previous:
      return -1;
    case Key::this_:
    case Key::current:
      return 0;
    default:
      return 99;
  }
}

/// "this week", "next Friday", "last 3 weeks", "the coming weekend", "next March", "past few days".
Hit<DateValue> Reader::which_date(int i) const {
  int at = i;
  if (is(at, Key::the) || is(at, Key::my)) ++at;
  int which = direction(word(at).key);
  if (which == 99) {
    // "the week", "my day", "the month", "2 upcoming weeks", "5 past minutes"
    const auto number = cardinal(at);
    if (number && (direction(word(number.end).key) == 1 || direction(word(number.end).key) == -1)) {
      const auto u = unit(number.end + 1);
      if (u && number.value > 0 && number.value < 10000) {
        const int sign = direction(word(number.end).key);
        const bool landing = sign > 0 && (is(number.end, Key::upcoming) || is(number.end, Key::coming));
        auto value = unit_around(u.value.first, 0, u.value.second);
        const auto first = unit_around(u.value.first, sign > 0 ? 1 : -static_cast<int>(number.value), u.value.second);
        const auto last = unit_around(u.value.first, sign > 0 ? static_cast<int>(number.value) : -1, u.value.second);
        value = landing ? last : first;
        if (!landing) value.end = last.end;
        value.range = !landing;
        value.from_now = true;
        return {value, u.end};
      }
    }
    return {};
  }
  const bool past_this = is(at, Key::this_) && (direction(word(at + 1).key) == -1 || direction(word(at + 1).key) == 1);
  if (past_this) {  // "this past weekend", "this coming Friday"
    ++at;
    which = direction(word(at).key);
  }
  const Key said = word(at).key;
  int next = at + 1;
  if (is(next, Key::around) || text(next, "calendar")) ++next;
  const auto& w = word(next);
  DateValue value;
  // "next 3 days", "past few weeks", "upcoming two weeks"
  if (which != 0) {
    int q_at = next;
    if (is(q_at, Key::a) && !is(q_at + 1, Key::few) && !is(q_at + 1, Key::couple)) q_at = -1;
    auto q = q_at < 0 ? Hit<Quantity>{} : quantity(q_at);
    if (q && !q.value.article) {
      int u_at = q.end;
      if (is(u_at, Key::of)) ++u_at;
      const auto u = unit(u_at);
      const int many = static_cast<int>(q.value.value);
      if (u && many > 0 && many < 100000 && q.value.value == many && !(word(u_at).abbreviated && !q.value.digits)) {
        const auto [grain, multiple] = u.value;
        // Several units ("next 2 days 1 hour"): left to the counted forms.
        const auto whole_length = length(next);
        if (whole_length && whole_length.value.units > 1) {
          value.from_now = true;
          value.range = true;
          value.grain = Grain::second;
          value.start = which > 0 ? now_local() : plus(now_local(), whole_length.value.length, -1);
          value.end = which > 0 ? plus(now_local(), whole_length.value.length, 1) : now_local();
          return {value, whole_length.end};
        }
        if (settings_.part_of_day == PartOfDayAs::day && which != 0) {
          LengthValue sized;
          add(sized, many, grain, multiple);
          value = unit_around(Grain::day, 0);
          value.grain = grain == Grain::week ? Grain::day : grain;
          value.start = plus(now_local(), sized.length, which);
          value.end = value.start + days{1};
          value.from_now = true;
          value.clock_kept = true;
          return {value, u.end};
        }
        const bool landing = which > 0 && said == Key::upcoming && settings_.wide_parts;
        if (grain <= Grain::hour && !settings_.wide_parts) {
          LengthValue sized;
          add(sized, many, grain, multiple);
          value.grain = Grain::minute;
          value.start = which > 0 ? now_local() : plus(now_local(), sized.length, -1);
          value.end = which > 0 ? plus(now_local(), sized.length, 1) : now_local();
        } else {
          const auto first = unit_around(grain, which > 0 ? 1 : -many, multiple);
          const auto last = unit_around(grain, which > 0 ? many : -1, multiple);
          value = landing ? last : first;
          if (!landing) value.end = last.end;
          if (grain == Grain::month && !settings_.wide_parts) {
            LengthValue sized;
            add(sized, many, grain, multiple);
            const LocalTime tomorrow = now_.today() + days{1};
            value.start = which > 0 ? tomorrow : plus(now_.today(), sized.length, -1);
            value.end = which > 0 ? plus(tomorrow, sized.length, 1) : LocalTime{now_.today()};
            value.grain = Grain::day;
          }
          if (grain == Grain::week && multiple == 1 && !settings_.wide_parts) {
            // Rolling weeks: up to today, or from tomorrow.
            value.start = which > 0 ? LocalTime{now_.today() + days{1}} : LocalTime{now_.today() - days{7 * many}};
            value.end = value.start + days{7 * many};
            value.grain = Grain::day;
          }
        }
        value.range = !landing;
        value.from_now = true;
        return {value, u.end};
      }
    }
  }
  const bool plain_unit = w.unit >= 0 && !w.plural && !tok(next).misspelt && !(w.abbreviated && w.text.size() == 1);
  if (plain_unit) {
    const auto grain = static_cast<Grain>(w.unit);
    if (grain <= Grain::minute && which == 0) return {};
    if (text(next, "second") && which != 0 && !ends(next + 1)) return {};
    int end = next + 1;
    // "this week Friday", "next week's Sunday", "next week on Tuesday"
    if (grain == Grain::week && w.multiple == 1) {
      int d = end;
      if (is(d, Key::on) || sym(d, ',')) ++d;
      if (word(d).weekday && !word(d).plural && (!word(d).abbreviated || d == end)) {
        const auto monday = week_start(now_.today()) + days{7 * which};
        auto day = day_value(monday + days{(word(d).weekday - settings_.week_start + 7) % 7});
        day.upcoming = true;
        return {day, d + 1};
      }
    }
    // "the month after next" is in counted forms; "next week after next"? no.
    if (grain == Grain::day) {
      value = day_value(now_.today() + days{which});
      value.from_now = true;
      return {value, end};
    }
    if (grain == Grain::hour || grain == Grain::minute || grain == Grain::second) {
      value.grain = grain;
      value.from_now = true;
      value.range = true;
      const seconds size{grain == Grain::hour ? 3600 : grain == Grain::minute ? 60 : 1};
      value.start = which >= 0 ? now_local() : now_local() - size;
      value.end = value.start + size;
      return {value, end};
    }
    value = unit_around(grain, which, w.multiple);
    value.from_now = true;
    value.upcoming = true;
    if (settings_.next_month == NextMonth::same_day && which != 0) {
      LengthValue sized;
      add(sized, 1, grain, w.multiple);
      value.start = LocalTime{floor<days>(plus(now_local(), sized.length, which))};
    }
    return {value, end};
  }
  if (w.key == Key::weekend) {
    if (w.plural && which == 0) return {};
    auto monday = Days{now_.today() - days{static_cast<int>(std::chrono::weekday{now_.today()}.iso_encoding()) - 1}};
    if (which == -1) {
      // The one before this week's.
      monday -= days{7};
    } else {
      monday += days{7 * which};
    }
    value = weekend_of(monday);
    if (settings_.part_of_day == PartOfDayAs::day) value = day_value(monday + days{which < 0 ? 6 : 5});
    value.from_now = true;
    value.upcoming = true;
    return {value, next + 1};
  }
  if (w.key == Key::weekday && !w.plural) {
    Days day = now_.today();
    const int step = which < 0 ? -1 : 1;
    if (which == 0 && static_cast<int>(std::chrono::weekday{day}.iso_encoding()) <= 5)
      return {day_value(day), next + 1};
    do {
      day += days{step};
    } while (static_cast<int>(std::chrono::weekday{day}.iso_encoding()) > 5);
    return {day_value(day), next + 1};
  }
  if (w.weekday && !w.plural && !(w.abbreviated && tok(next).text.size() == 2)) {
    const int now = static_cast<int>(std::chrono::weekday{now_.today()}.iso_encoding());
    int end = w.abbreviated ? skip_dot(next + 1) : next + 1;
    int ahead = (w.weekday - now + 7) % 7;
    if (which == 0) {
      // "this Friday": the coming one, today if it is today.
      if (settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts && ahead == 0) ahead = 7;
      // A date beside confirms ("this Friday, June 15").
      const auto beside = weekday_date(next);
      if (beside && beside.end > end && beside.value.form != DateValue::Form::weekday) return beside;
    } else if (which > 0) {
      // "next Friday": the one of next week, counted Monday to Sunday; "coming Friday": the very next.
      if (said == Key::coming || said == Key::upcoming) {
        ahead = ahead == 0 ? 7 : ahead;
      } else {
        ahead = 7 - (now - 1) + (w.weekday - 1);
      }
    } else {
      ahead =
          settings_.weekday == WeekdayChoice::today && said != Key::past ? -7 - (now - 1) + (w.weekday - 1) : ahead - 7;
    }
    value = day_value(now_.today() + days{ahead});
    value.upcoming = true;
    value.weekday = w.weekday;
    // "next Tuesday the 14th", "last Monday, 12 March"
    const auto beside = weekday_date(next);
    if (beside && beside.end > end + 1 && beside.value.form != DateValue::Form::weekday && beside.value.year_said)
      return beside;
    return {value, end};
  }
  if (w.month && !(which == 0 && tok(next).text == "may" && tokens_.original(tok(next))[0] == 'm' &&
                   !(next + 1 >= size() || year(next + 1) || tok(next + 1).kind == TokenKind::symbol))) {
    value.month = w.month;
    value.form = DateValue::Form::month;
    const year_month_day today{now_.today()};
    const int y = static_cast<int>(today.year());
    const int m = static_cast<int>(static_cast<unsigned>(today.month()));
    int target = y;
    if (which > 0 && w.month <= m) target = y + 1;
    if (which < 0 && w.month >= m) target = y - 1;
    // "next 6th of April" is read elsewhere; "next March 3rd" here.
    auto inner = month_date(next);
    if (inner && inner.value.form == DateValue::Form::month_day) {
      auto v = inner.value;
      if (make_day(v, target, w.month, v.day)) {
        if (which > 0 && v.start <= LocalTime{now_.today()}) make_day(v, target + 1, w.month, v.day);
        v.form = DateValue::Form::fixed;
        return {v, inner.end};
      }
    }
    if (inner && inner.value.year_said) return {};
    if (which == 0 && !make_month(value, y, w.month)) return {};
    if (which != 0 && !make_month(value, target, w.month)) return {};
    value.form = DateValue::Form::fixed;
    return {value, skip_dot(next + 1)};
  }
  if (w.key == Key::season) {
    value = season(-1, which);
    return {value, next + 1};
  }
  if (w.key == Key::spring || w.key == Key::summer || w.key == Key::autumn || w.key == Key::winter) {
    value = season(static_cast<int>(w.key) - static_cast<int>(Key::spring), which);
    return {value, next + 1};
  }
  {
    // "next 6th of April", "last Christmas", "next thanksgiving day"
    if (which != 0 && (ordinal(next) || number_token(next))) {
      auto inner = day_date(next);
      if (inner && inner.value.form == DateValue::Form::month_day) {
        auto v = inner.value;
        const int y = static_cast<int>(year_month_day{now_.today()}.year());
        for (int shift = 0; shift <= 2; ++shift) {
          if (!make_day(v, y + which * shift, v.month, v.day)) continue;
          if (which > 0 ? v.start > LocalTime{now_.today()} : v.end <= LocalTime{now_.today()}) {
            v.form = DateValue::Form::fixed;
            return {v, inner.end};
          }
        }
      }
    }
  }
  return {};
}

}  // namespace daybook::language
