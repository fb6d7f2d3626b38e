#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// "tomorrow to Friday at 5", "from Christmas until January 3", "18th Dec for 10 days"
Hit<TimeReading> Reader::range_of_points(const RangeStart& start) const {
  const auto link = [&](int p) { return link_after(p, start.between); };
  const auto [i, at, between, from] = start;
  const bool included = settings_.last_day_included;
  TimeReading r = empty_range(from);
  auto a = point(at);
  if (!a && (between || from)) {
    a = exact_offset(at);
    if (!a && from && is(cardinal(at).end, Key::for_)) a = point(at, true);
  }
  if (!a) return {};
  const bool a_dated = a.value.date.has_value() || a.value.is_exact;
  auto [kind, b_at] = link(a.end);
  if (kind == Link::none) {
    // "18th Dec for 10 days", "from 9 for 2.5 hrs"
    if (is(a.end, Key::for_) && settings_.part_of_day == PartOfDayAs::interval) {
      const auto size = length(a.end + 1);
      int for_end = size.end;
      if (size && !a.value.clock && size.value.length.grain < Grain::day &&
          (is(for_end, Key::from) || is(for_end, Key::at) || is(for_end, Key::starting))) {
        // "on 14th Feb for 7 hours from 9:30am"
        int c = for_end + 1;
        if (is(c, Key::at) || is(c, Key::from)) ++c;
        if (const auto at_clock = clock(c, true)) {
          a.value.clock = at_clock.value;
          for_end = at_clock.end;
        }
      }
      if (size && (a.value.clock || size.value.length.grain >= Grain::day) && !(a.value.date && a.value.date->weak)) {
        const auto start = resolve(a.value, false);
        r.start = moment(start.start, start.grain, start.offset);
        auto stop = plus(start.start, size.value.length, 1);
        if (start.grain == Grain::day && settings_.wide_parts) stop += days{1};
        r.end = moment(stop, start.grain, start.offset);
        if (start.grain == Grain::hour) r.start->grain = r.end->grain = Grain::minute;
        r.has_date = a_dated;
        r.has_clock = a.value.clock.has_value();
        return {r, for_end};
      }
    }
    return {};
  }
  if (kind == Link::slash && !(a.value.date && a.value.clock)) return {};
  if (kind == Link::dash && a.value.date && a.value.date->weak && !from && !between) return {};
  if (is(b_at, Key::around)) ++b_at;
  auto b = point(b_at, a.value.clock.has_value());
  if (!b) b = exact_offset(b_at);
  if (!b && (between || from) && a.value.is_exact) b = point(b_at, true);
  if (!b) return {};
  if (kind == Link::to && is(a.end, Key::to) && !from && !b.value.date && !b.value.is_exact && a.value.date &&
      !a.value.clock)
    return {};  // "tomorrow to 5pm"
  if (!a.value.date && !b.value.date && !a.value.is_exact && !b.value.is_exact &&
      !(a.value.part.part || b.value.part.part))
    return {};
  if ((a.value.date && a.value.date->weak && !(b.value.date && b.value.date->year_said)) && !from && !between)
    return {};
  auto first = a.value;
  auto last = b.value;
  if (first.date && last.date) {
    auto& x = *first.date;
    auto& y = *last.date;
    const auto open_year = [](const DateValue& d) {
      return !d.year_said && (d.form == DateValue::Form::month || d.form == DateValue::Form::month_day ||
                              d.form == DateValue::Form::month_part);
    };
    const bool order_matters = !(first.clock && last.clock && x.start == y.start);
    if (open_year(x) && y.year_said && !y.weak) {
      set_year(x, y.year);
      if (x.start > y.start) set_year(x, y.year - 1);
    } else if (x.year_said && open_year(y)) {
      set_year(y, x.year);
      if (y.start < x.start) set_year(y, x.year + 1);
    } else if (open_year(x) && open_year(y)) {
      if (settings_.part_of_day == PartOfDayAs::interval) {
        // The range that is under way or comes next: its end decides.
        for (int shift = 0; shift < 8 && y.end <= LocalTime{now_.today()}; ++shift) set_year(y, y.year + 1);
        if (!set_year(x, y.year) || x.start > y.start) set_year(x, y.year - 1);
      } else if (y.start < x.start) {
        for (int shift = 0; shift < 9; ++shift) {
          if (set_year(y, x.year + shift) && y.start >= x.start) break;
        }
      }
    } else if (y.form == DateValue::Form::weekday && y.start <= x.start && order_matters) {
      const auto day = nth_weekday(floor<days>(x.start) + days{1}, floor<days>(x.start) + days{8}, y.weekday, 1);
      if (day)
        y = [&] {
          auto v = day_value(*day);
          v.form = DateValue::Form::weekday;
          v.weekday = y.weekday;
          return v;
        }();
    } else if (y.form == DateValue::Form::weekday && x.form != DateValue::Form::weekday &&
               y.start > x.start + days{7}) {
      const auto day = nth_weekday(floor<days>(x.start) + days{1}, floor<days>(x.start) + days{8}, y.weekday, 1);
      if (day) y = day_value(*day);
    } else if (open_year(y) && y.start < x.start) {
      for (int shift = 0; shift < 9; ++shift) {
        if (set_year(y, x.year + shift) && y.start >= x.start) break;
      }
    } else if (y.form == DateValue::Form::day && y.start < x.start) {
      y.start += days{0};
    }
    if (y.weekday && y.form == DateValue::Form::weekday && y.start > x.start && y.start - x.start > days{7} &&
        x.upcoming) {
      const auto day = nth_weekday(floor<days>(x.start) + days{1}, floor<days>(x.start) + days{8}, y.weekday, 1);
      if (day) y = day_value(*day);
    }
  }
  auto begin = resolve(first, false);
  if (!last.date && !last.is_exact && first.date) {
    last.date = first.date;
    if (last.clock && !last.clock->certain && first.clock) {
      last.clock->second =
          last.clock->second <= clock_second(*first.clock, first, true) && last.clock->second < 12 * 3600
              ? last.clock->second + 12 * 3600
              : last.clock->second;
      last.clock->certain = true;
    }
  } else if (last.date && !first.date && !first.is_exact && (first.clock || first.part.part)) {
    first.date = day_value(floor<days>(last.date->start));
    first.date->from_now = true;
    begin = resolve(first, false);
  }
  auto stop = resolve(last, false);
  if (last.clock && !b.value.date && stop.start <= begin.start) {
    stop.start += days{1};
    stop.end += days{1};
  }
  const bool clocks = begin.grain < Grain::day || stop.grain < Grain::day;
  if (last.is_exact && begin.grain >= Grain::day && !first.clock) {
    stop.start = now_.today();
    stop.end = now_.today();
    stop.grain = Grain::day;
  }
  LocalTime end_time;
  const bool day_end = stop.grain >= Grain::day;
  if (day_end && begin.grain < Grain::day && !first.clock && settings_.part_of_day == PartOfDayAs::day)
    begin.grain = Grain::day;
  if (last.clock || (last.is_exact && !(begin.grain >= Grain::day))) {
    end_time = stop.start;
  } else if (stop.interval) {
    end_time = stop.end;
  } else {
    end_time = included && !(last.is_exact) ? stop.end : stop.start;
  }
  if (end_time < begin.start) {
    if (settings_.part_of_day == PartOfDayAs::interval && first.date && last.date && first.date->year_said &&
        last.date->year_said) {
      return {};
    }
    return {};
  }
  r.start = moment(begin.start, begin.grain, begin.offset);
  r.end = moment(end_time, stop.grain, stop.offset ? stop.offset : begin.offset);
  if (!clocks || (begin.grain >= Grain::day && stop.grain >= Grain::day)) {
    // A range of months counts months, one of mixed grains its finest.
    const auto grain = std::min(begin.grain, stop.grain);
    r.start->grain = grain;
    r.end->grain = grain;
  } else {
    r.start->grain = std::min(r.start->grain, Grain::minute);
    r.end->grain = std::min(r.end->grain, Grain::minute);
  }
  r.end_inclusive_said = included && day_end;
  r.has_date = a_dated || b.value.date.has_value();
  r.has_clock = first.clock.has_value() || last.clock.has_value();
  return {r, b.end};
}

}  // namespace daybook::language
