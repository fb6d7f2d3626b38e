#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

namespace {

Moment moment(LocalTime local, Grain grain, std::optional<minutes> offset = {}) {
  Moment m;
  m.local = local;
  m.grain = grain;
  m.offset = offset;
  return m;
}

}  // namespace

TimeReading Reader::reading_of(const Point& point, bool alone) const {
  const auto stretch = resolve(point, alone);
  TimeReading r;
  r.kind = stretch.interval ? TimeKind::interval : TimeKind::instant;
  r.start = moment(stretch.start, stretch.grain, stretch.offset);
  r.end = moment(stretch.end, stretch.grain, stretch.offset);
  r.score = point.score;
  r.has_date = point.date.has_value();
  r.has_clock = point.clock.has_value() || (point.is_exact);
  r.approximate = point.approximate;
  r.from_now = point.is_exact || point.from_now.has_value();
  if (point.date) {
    r.year_said = point.date->year_said;
    r.weekday_only = point.date->form == DateValue::Form::weekday;
    if (point.date->from_now && point.date->clock_kept) r.from_now = true;
  }
  if (point.clock) r.meridiem = point.clock->certain;
  switch (point.part.part) {
    case 2:
      r.part_of_day = point.part.early ? PartOfDay::early_morning : PartOfDay::morning;
      break;
    case 8:
    case 12:
    case 13:
      r.part_of_day = PartOfDay::morning;
      break;
    case 4:
    case 9:
      r.part_of_day = PartOfDay::afternoon;
      break;
    case 5:
    case 11:
      r.part_of_day = PartOfDay::evening;
      break;
    case 6:
      r.part_of_day = PartOfDay::night;
      break;
    case 10:
      r.part_of_day = PartOfDay::noon;
      break;
    default:
      break;
  }
  return r;
}

namespace {

/// What can stand between the two ends of a range.
enum class Link { none, to, dash, and_, slash };

}  // namespace

Hit<TimeReading> Reader::range(int i, int after_word, bool from) const {
  int at = after_word;
  const bool between = after_word > i && is(after_word - 1, Key::between);
  if (is(at, Key::around)) ++at;
  const auto link = [&](int p) -> std::pair<Link, int> {
    link_at_ = p + 1;
    if (is(p, Key::to) || is(p, Key::until) || is(p, Key::through)) return {Link::to, p + 1};
    if (text(p, "up") && is(p + 1, Key::to)) return {Link::to, p + 2};
    if (sym(p, '-') || sym(p, '~')) return {Link::dash, sym(p + 1, '-') ? p + 2 : p + 1};
    if (is(p, Key::and_) && between) return {Link::and_, p + 1};
    if (sym(p, '/') && attached(p)) return {Link::slash, p + 1};
    return {Link::none, 0};
  };
  TimeReading r;
  r.kind = TimeKind::interval;
  r.score = 0.85;
  r.has_date = true;
  r.relation = from ? Relation::from : Relation::none;
  const bool included = settings_.last_day_included;
  const auto day_range = [&](DateValue a, DateValue b, int end) -> Hit<TimeReading> {
    if (b.start < a.start) return {};
    r.start = moment(a.start, a.grain);
    r.end = moment(included || b.range ? b.end : b.start, b.grain);
    r.start->grain = std::min(a.grain, b.grain);
    r.end->grain = r.start->grain;
    r.end_inclusive_said = included;
    r.year_said = a.year_said || b.year_said;
    return {r, end};
  };

  // "13 to 15 July", "from the 13th to the 15th of July", "4 to 23 next month"
  {
    int p = skip_the(at);
    int a = 0;
    int a_end = 0;
    if (const auto nth = ordinal(p)) {
      a = nth.value;
      a_end = nth.end;
    } else if (number_token(p) && tok(p).digits <= 2) {
      a = static_cast<int>(tok(p).value);
      a_end = p + 1;
    }
    if (a >= 1 && a <= 31) {
      const auto [kind, b_at] = link(a_end);
      if (kind != Link::none && kind != Link::slash) {
        auto b = day_date(b_at);
        if (b && b.value.form == DateValue::Form::day) b = {};
        if (!b) {
          // "4 to 23 next month", "from 4-23 in next month"
          int q = is(b_at, Key::the) ? b_at + 1 : b_at;
          int day = 0;
          int q_end = 0;
          if (const auto nth = ordinal(q)) {
            day = nth.value;
            q_end = nth.end;
          } else if (number_token(q) && tok(q).digits <= 2) {
            day = static_cast<int>(tok(q).value);
            q_end = q + 1;
          }
          int m = q_end;
          if (is(m, Key::in) || is(m, Key::of)) ++m;
          if (day && m) {
            const auto month = which_date(m);
            if (month && month.value.grain == Grain::month) {
              const year_month_day first{floor<days>(month.value.start)};
              DateValue x;
              DateValue y;
              if (make_day(x, static_cast<int>(first.year()), static_cast<int>(static_cast<unsigned>(first.month())),
                           a) &&
                  make_day(y, static_cast<int>(first.year()), static_cast<int>(static_cast<unsigned>(first.month())),
                           day)) {
                return day_range(x, y, month.end);
              }
            }
          }
        }
        if (!b && word(b_at).month && (from || between)) {  // "from 4 to January 22, 1995"
          b = month_date(b_at);
          if (b && b.value.form == DateValue::Form::month) b = {};
          if (b && b.value.day == 0) b = {};
        }
        if (b && b.value.grain == Grain::day &&
            (b.value.form == DateValue::Form::month_day || b.value.year_said ||
             b.value.form == DateValue::Form::fixed)) {
          DateValue first;
          // The month may be written once; its year is that of the end.
          if (b.value.day > a && make_day(first, b.value.year, b.value.month, a))
            return day_range(first, b.value, b.end);
        }
      }
    }
  }
  // "August 10 - 22, 2012", "July 13-15", "May eighth - tenth", "November between 19 and 20"
  if (word(at).month || (word(at).weekday && word(skip_comma(skip_dot(at + 1))).month)) {
    const int m_at = word(at).month ? at : skip_comma(skip_dot(at + 1));
    int d_at = skip_dot(m_at + 1);
    bool inner = false;
    if (is(d_at, Key::between) || is(d_at, Key::from)) {
      inner = is(d_at, Key::between);
      ++d_at;
    }
    if (is(d_at, Key::the)) ++d_at;
    int a = 0;
    int a_end = 0;
    if (const auto nth = ordinal(d_at)) {
      a = nth.value;
      a_end = nth.end;
    } else if (number_token(d_at) && tok(d_at).digits <= 2 && !sym(d_at + 1, ':')) {
      a = static_cast<int>(tok(d_at).value);
      a_end = d_at + 1;
    }
    if (a >= 1 && a <= 31) {
      auto [kind, b_at] = link(a_end);
      if (inner && is(a_end, Key::and_)) {
        kind = Link::and_;
        b_at = a_end + 1;
      }
      if (kind != Link::none && kind != Link::slash) {
        int q = is(b_at, Key::the) ? b_at + 1 : b_at;
        int day = 0;
        int end = 0;
        if (const auto nth = ordinal(q)) {
          day = nth.value;
          end = nth.end;
        } else if (number_token(q) && tok(q).digits <= 2 && !sym(q + 1, ':') && !(sym(q + 1, '/') && attached(q + 1))) {
          day = static_cast<int>(tok(q).value);
          end = q + 1;
        }
        if (day >= 1 && day <= 31 && !meridiem(end) && !word(end).month && !(is(end, Key::of) && word(end + 1).month)) {
          DateValue first;
          first.form = DateValue::Form::month_day;
          first.month = word(m_at).month;
          first.day = a;
          const auto year = year_after_date(skip_comma(end));
          DateValue last = first;
          last.day = day;
          bool ok = false;
          if (year) {
            ok = make_day(first, year.value, first.month, a) && make_day(last, year.value, first.month, day);
            first.year_said = true;
            end = year.end;
          } else {
            ok = resolve_year(first) && make_day(last, first.year, first.month, day);
          }
          if (!ok) {
            // There is no such day: nothing in it is a date ("February 20 - 30").
            r.score = -1;
            return {r, end};
          }
          return day_range(first, last, end);
        }
      }
    }
  }

  // Clocks: "[Thursday] [from] 9-11am [on Thursday]"
  {
    int p = at;
    Hit<DateValue> before;
    int c = p;
    if (!between && !from) {
      before = date(is(p, Key::on) ? p + 1 : p);
      if (before && (before.value.weak || before.value.range)) before = {};
      if (before) {
        c = before.end;
        // a part of day may stand between ("Monday morning from 10am to 12pm")
        c = skip_comma(c);
      }
      if (before || part_phrase(c)) {
        if (const auto part = part_phrase(c); part && (before || is(c, Key::in))) c = skip_comma(part.end);
      }
      if (!before) {
        const auto whole_point = point(p);
        if (whole_point && whole_point.value.date && !whole_point.value.clock && whole_point.value.part.part) {
          before = {*whole_point.value.date, whole_point.end};
          c = skip_comma(whole_point.end);
        }
      }
    }
    const bool inner_between = is(c, Key::between);
    const bool inner_from = is(c, Key::from) || inner_between;
    if (inner_from) ++c;
    if (is(c, Key::around)) ++c;
    const auto a = clock(c, true);
    if (a) {
      int a_end = a.end;
      auto a_part = part_phrase(a_end);
      if (a_part && !is(a_end, Key::until)) a_end = a_part.end;
      auto [kind, b_at] = link(a_end);
      if (inner_between && is(a_end, Key::and_)) {
        kind = Link::and_;
        b_at = a_end + 1;
      }
      if (kind == Link::dash && sym(a_end, '-') && attached(a_end) && attached(a_end + 1) && a.value.bare &&
          number_token(b_at) && tok(b_at).digits >= 3)
        kind = Link::none;
      auto b = kind != Link::none ? clock(b_at, true) : Hit<ClockValue>{};
      if (b && sym(b.end, '/') && attached(b.end)) b = {};
      if (b && (word(b.end).month || (is(b.end, Key::of) && word(b.end + 1).month && !date(b.end + 1).value.day)) &&
          b.value.bare && a.value.bare && !date(b.end))
        b = {};
      if (b && kind == Link::slash && !(a.value.seconds_said || !a.value.bare)) b = {};
      if (b && b.value.bare && word(b.end).month && !is(b.end, Key::of)) b = {};
      if (b) {
        int end = b.end;
        auto b_part = part_phrase(end);
        if (b_part) end = b_part.end;
        Hit<DateValue> after;
        int next = skip_comma(end);
        if (!before) {
          int d = next;
          if (is(d, Key::on) || is(d, Key::of) || is(d, Key::in)) ++d;
          after = date(d);
          if (after &&
              (after.value.weak || (after.value.grain > Grain::day && settings_.part_of_day != PartOfDayAs::interval)))
            after = {};
          if (after && after.value.form == DateValue::Form::day && d == next && !after.value.from_now &&
              !is(d, Key::the))
            after = {};
          if (after) {
            end = after.end;
            // "on Monday morning", "yesterday afternoon"
            if (!b_part) {
              b_part = part_phrase(end);
              if (b_part) end = b_part.end;
            }
          } else {
            const auto tail = point(next);
            if (tail && tail.value.date && tail.value.part.part && !tail.value.clock) {
              after = {*tail.value.date, tail.end};
              if (!b_part) b_part = {tail.value.part, tail.end};
              end = tail.end;
            }
          }
        }
        const bool dated = before || after;
        const bool any_sure = !a.value.bare || !b.value.bare || a_part || b_part;
        const bool framed = from || between || inner_from;
        bool ok = any_sure || (framed && (dated || ends(end))) ||
                  (dated && (before ? ends(end) || kind == Link::dash : true)) ||
                  (whole(i, end) && settings_.part_of_day == PartOfDayAs::day && a.value.second < b.value.second &&
                   !settings_.forward_date && settings_.mode != Mode::strict);
        if (a.value.bare && b.value.bare && !any_sure) {
          if (a.value.second > 24 * 3600 || b.value.second > 24 * 3600) ok = false;
          if (a.value.grain == Grain::minute || b.value.grain == Grain::minute)
            ok = ok && (framed || dated) &&
                 !(settings_.part_of_day == PartOfDayAs::interval && !dated && tok(c).kind == TokenKind::number &&
                   !a.value.leading_zero);
        }
        if (!any_sure && dated && before && before.value.form == DateValue::Form::month) ok = false;
        if (ok) {
          Point first;
          first.clock = a.value;
          Point last;
          last.clock = b.value;
          if (before) first.date = before.value;
          if (after) first.date = after.value;
          if (a_part) first.part = a_part.value;
          if (b_part) last.part = b_part.value;
          if (!a_part && b_part && !a.value.certain) first.part = b_part.value;
          auto& A = *first.clock;
          auto& B = *last.clock;
          constexpr int kHalf = 12 * 3600;
          if (a.value.has_zone != b.value.has_zone && b.value.has_zone) {
            A.has_zone = true;
            A.zone = B.zone;
          }
          const bool b_sure = B.certain || b_part;
          if (b_part && !B.certain) {
            B.second = clock_second(B, last, true);
            B.certain = true;
          }
          if (a_part && !A.certain) {
            A.second = clock_second(A, first, true);
            A.certain = true;
          }
          if (B.midnight) B.second = 86400;
          if (!A.certain && b_sure && B.second <= 86400) {
            // "3-4pm": the same half, if that is earlier.
            const int bs = B.second;
            const int same = A.second % kHalf + (bs >= kHalf && bs < 86400 ? kHalf : 0);
            const int other = A.second % kHalf + (bs >= kHalf && bs < 86400 ? 0 : kHalf);
            if (bs == 86400 || (bs % 86400 == 0))
              A.second = A.second % kHalf + kHalf;
            else
              A.second = same < bs ? same : (A.second >= kHalf ? A.second : other);
            A.certain = true;
          } else if (A.certain && !B.certain) {
            const int low = B.second % kHalf;
            const int high = low + kHalf;
            const int keep = B.second;
            B.second = A.second < low                                   ? low
                       : A.second < high                                ? high
                       : settings_.part_of_day == PartOfDayAs::interval ? keep
                                                                        : low;
            B.certain = true;
          } else if (!A.certain && !B.certain) {
            const bool other_day = first.date && floor<days>(first.date->start) != now_.today();
            const bool forward =
                settings_.planning() ||
                (first.date && !other_day && settings_.part_of_day == PartOfDayAs::interval && !settings_.wide_parts);
            if (forward) {
              A.at = true;
              if (!settings_.planning()) {
                const auto passed = (now_local() - LocalTime{now_.today()}).count();
                if (A.second <= passed && A.second < kHalf) A.second += kHalf;
              } else {
                Point start = first;
                A.second = clock_second(A, start, other_day || from || inner_from || dated);
              }
              A.certain = true;
              const int low = B.second % kHalf;
              B.second = A.second < low ? low : low + kHalf;
            } else if (settings_.part_of_day == PartOfDayAs::interval && A.second == kHalf && B.second < kHalf &&
                       !settings_.wide_parts) {
              A.second = 0;
            }
            if (!forward && B.second <= A.second && B.second < kHalf) B.second += kHalf;
            A.certain = B.certain = true;
          }
          A.midnight = false;
          const auto begin = resolve(first, false, true);
          LocalTime stop = LocalTime{floor<days>(begin.start)} + seconds{B.second};
          if (stop <= begin.start) stop += days{1};
          auto start = begin.start;
          if (!dated) {
            const bool past = start <= now_local();
            const bool roll = settings_.forward_date ||
                              (past && settings_.planning() && settings_.prefer != Prefer::past) ||
                              (past && settings_.part_of_day == PartOfDayAs::interval);
            if (roll && past && start < now_local()) {
              if (floor<days>(start) == now_.today()) {
                start += days{1};
                stop += days{1};
              }
            }
          }
          r.start = moment(start, std::min(A.grain, Grain::minute), begin.offset);
          r.end = moment(stop, std::min(B.grain, Grain::minute), begin.offset);
          if (A.seconds_said || B.seconds_said) {
            r.start->grain = A.grain;
            r.end->grain = B.grain;
          }
          r.has_date = dated;
          r.has_clock = true;
          r.meridiem = a.value.certain || b.value.certain;
          if (dated && first.date) r.year_said = first.date->year_said;
          r.score = any_sure ? 0.9 : 0.7;
          return {r, end};
        }
      }
    }
  }

  // Two points.
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

Hit<TimeReading> Reader::interval(int i) const {
  Hit<TimeReading> hit;
  if (is(i, Key::from) || is(i, Key::between)) {
    hit = range(i, i + 1, is(i, Key::from));
  } else if ((is(i, Key::in) || is(i, Key::on) || is(i, Key::at) || is(i, Key::around) || is(i, Key::during) ||
              is(i, Key::for_) || (is(i, Key::the) && !ordinal(i + 1))) &&
             i + 1 < size()) {
    int at = i + 1;
    if (is(at, Key::from) || is(at, Key::between)) {
      hit = range(at, at + 1, is(at, Key::from));
    } else {
      hit = range(i, at, false);
    }
  } else {
    hit = range(i, i, false);
  }
  if (hit) return hit;
  // "for 10 days from 18th Dec", "2 weeks starting May 20th", "for 30' starting from 4pm"
  if (settings_.part_of_day == PartOfDayAs::interval) {
    int at = is(i, Key::for_) ? i + 1 : i;
    const auto size = length(at);
    if (size && (is(size.end, Key::from) || is(size.end, Key::starting))) {
      int p = size.end + 1;
      if (is(p, Key::from) || is(p, Key::on) || is(p, Key::at)) ++p;
      const bool starting = is(size.end, Key::starting);
      const auto base = point(p, true);
      if (base && (is(i, Key::for_) || starting) && !(base.value.date && base.value.date->weak)) {
        const auto start = resolve(base.value, false);
        TimeReading r;
        r.kind = TimeKind::interval;
        r.score = 0.85;
        r.start = moment(start.start, start.grain, start.offset);
        auto stop = plus(start.start, size.value.length, 1);
        if (start.grain == Grain::day && settings_.wide_parts) stop += days{1};
        r.end = moment(stop, start.grain, start.offset);
        if (start.grain == Grain::hour) r.start->grain = r.end->grain = Grain::minute;
        r.has_date = base.value.date.has_value();
        r.has_clock = base.value.clock.has_value();
        r.length = size.value.length;
        return {r, base.end};
      }
    }
  }
  return {};
}

/// "by Friday", "before 4pm", "after lunch", "since 2014", "until Monday": open at one end where ranges are wanted,
/// the moment itself (with its relation) where tasks are planned.
Hit<TimeReading> Reader::open_interval(int i) const {
  if (is(i, Key::after) && settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts && part_of_day(i))
    return {};
  int at = i;
  Relation relation = Relation::none;
  bool inclusive_said = false;
  if (is(at, Key::sometime)) ++at;
  if ((text(at, "no") || text(at, "not")) && is(at + 1, Key::later) && is(at + 2, Key::than)) {
    relation = Relation::by;
    at += 3;
  } else if (is(at, Key::as) && is(at + 1, Key::late) && is(at + 2, Key::as)) {
    relation = Relation::until;
    at += 3;
  } else if (is(at, Key::as) && text(at + 1, "of")) {
    relation = Relation::since;
    at += 2;
  } else if (text(at, "later") && is(at + 1, Key::than)) {
    relation = Relation::after;
    at += 2;
  } else if (text(at, "greater") && is(at + 1, Key::than)) {
    relation = Relation::after;
    at += 2;
  } else if (text(at, "earlier") && is(at + 1, Key::than)) {
    relation = Relation::before;
    at += 2;
  } else if ((sym(at, '>') || sym(at, '<')) && at + 1 < size()) {
    relation = sym(at, '>') ? Relation::since : Relation::before;
    ++at;
    if (sym(at, '=')) ++at;
  } else if (text(at, "sooner") && is(at + 1, Key::than)) {
    relation = Relation::before;
    at += 2;
  } else if (is(at, Key::as) && is(at + 1, Key::early) && is(at + 2, Key::as)) {
    relation = Relation::since;
    at += 3;
  } else if (is(at, Key::before)) {
    relation = Relation::before;
    ++at;
    if (text(at - 1, "prior")) at = is(at, Key::to) ? at + 1 : at;
  } else if (is(at, Key::after)) {
    relation = Relation::after;
    ++at;
  } else if (is(at, Key::until)) {
    relation = Relation::until;
    ++at;
  } else if (is(at, Key::through)) {
    relation = Relation::until;
    ++at;
  } else if (is(at, Key::by)) {
    relation = Relation::by;
    ++at;
  } else if (is(at, Key::since)) {
    relation = Relation::since;
    ++at;
    if (is(at, Key::around)) ++at;
  } else if (is(at, Key::from) || is(at, Key::starting)) {
    relation = Relation::from;
    ++at;
    if (is(at, Key::on) || is(at, Key::from) || is(at, Key::in) || is(at, Key::at)) ++at;
  } else {
    // "Thursday or later", "3 pm and after", "2018 onwards"
    int from_at = i;
    if (is(i, Key::on)) ++from_at;
    auto base = point(from_at);
    if (!base) return {};
    int p = base.end;
    if (base.value.date && !base.value.clock && !base.value.date->weak &&
        settings_.part_of_day == PartOfDayAs::interval) {
      // "today before 4pm", "next Wednesday later than 10 in the morning"
      Relation which = Relation::none;
      int c = p + 1;
      if (is(p, Key::before) || is(p, Key::by)) which = Relation::before;
      if (is(p, Key::until)) which = Relation::until;
      if (is(p, Key::after)) which = Relation::after;
      if (is(p, Key::since)) which = Relation::since;
      if ((text(p, "later") || text(p, "earlier")) && is(p + 1, Key::than)) {
        which = text(p, "later") ? Relation::after : Relation::before;
        c = p + 2;
      }
      const auto time = which != Relation::none ? point(c, true) : Hit<Point>{};
      if (time && time.value.clock && !time.value.date) {
        Point both = time.value;
        both.date = base.value.date;
        auto r = reading_of(both, false);
        r.kind = TimeKind::interval;
        r.relation = which;
        if (which == Relation::before || which == Relation::until) {
          r.end = r.start;
          r.start.reset();
        } else {
          r.end.reset();
        }
        return {r, time.end};
      }
    }
    if (is(p, Key::or_) || is(p, Key::and_)) {
      ++p;
      const bool up =
          is(p, Key::later) || is(p, Key::after) || text(p, "onwards") || text(p, "beyond") || text(p, "onward");
      const bool down = is(p, Key::earlier) || is(p, Key::before);
      if (up || down) {
        int after_up = p + 1;
        if (!base.value.date && is(after_up, Key::on)) {
          if (const auto day = date(after_up + 1); day && !day.value.weak) {
            base.value.date = day.value;
            after_up = day.end;
          }
        }
        p = after_up - 1;
        auto r = reading_of(base.value, false);
        r.relation = up ? Relation::since : Relation::until;
        r.score = 0.8;
        if (settings_.part_of_day == PartOfDayAs::interval) {
          r.kind = TimeKind::interval;
          if (up)
            r.end.reset();
          else {
            r.end = r.start;
            r.start.reset();
          }
        }
        return {r, p + 1};
      }
    }
    return {};
  }
  if (is(at, Key::date) && (relation == Relation::until)) {  // "till date"
    TimeReading r;
    r.kind = TimeKind::instant;
    r.start = moment(now_.today(), Grain::day);
    r.end = moment(now_.today() + days{1}, Grain::day);
    r.relation = relation;
    r.score = 0.7;
    r.has_date = true;
    if (settings_.part_of_day == PartOfDayAs::interval) {
      r.kind = TimeKind::interval;
      r.end = r.start;
      r.start.reset();
    }
    return {r, at + 1};
  }
  if (is(at, Key::or_) &&
      (is(at + 1, Key::on) || is(at + 1, Key::in) || is(at + 1, Key::at))) {  // "before or on Friday"
    inclusive_said = true;
    at += 2;
  }
  auto base = point(at, relation != Relation::from);
  if (!base && relation != Relation::from) {
    const auto offset = exact_offset(at);
    if (offset) base = offset;
    if (!base && settings_.part_of_day == PartOfDayAs::interval) {
      const auto part = part_phrase(at);
      if (part) {
        Point p;
        p.part = part.value;
        base = {p, part.end};
      }
    }
  }
  if (!base) return {};
  if (base.value.clock && base.value.clock->bare && !base.value.date) {
    // "by 4", "after 5", "before 6": a time only at the end of a clause.
    if (!ends(base.end) && !is(base.end, Key::on) && !date(base.end)) return {};
    if (relation == Relation::from) return {};
  }
  if (base.value.date && base.value.date->weak && !base.value.clock)
    base.value.score = settings_.part_of_day == PartOfDayAs::interval ? 0.7 : 0.4;
  auto r = reading_of(base.value, false);
  r.relation = relation;
  const bool clocked = base.value.clock.has_value() || base.value.is_exact;
  if (settings_.part_of_day != PartOfDayAs::interval) {
    if (relation == Relation::by || relation == Relation::before || relation == Relation::until) {
      // "by the end of the month" is its end.
      if (r.kind == TimeKind::interval && r.end) {
        const auto last = moment(floor<days>(r.end->local - seconds{1}), Grain::day);
        r.kind = TimeKind::instant;
        r.start = last;
        r.end = moment(last.local + days{1}, Grain::day);
      }
    }
    return {r, base.end};
  }
  r.kind = TimeKind::interval;
  const auto start = *r.start;
  const auto stop = *r.end;
  const bool range_like = base.value.date && base.value.date->range && !clocked;
  switch (relation) {
    case Relation::before:
    case Relation::until:
      if (inclusive_said ? start.grain > Grain::day : range_like && base.value.date->ends_it) {
        r.end = stop;
      } else {
        r.end = start;
      }
      if (base.value.part.part && !clocked) r.end = start;
      r.start.reset();
      break;
    case Relation::by:
      r.end = range_like ? stop : start;
      if (settings_.wide_parts) {
        r.start = moment(now_local(), Grain::second);
        r.end->grain = Grain::second;
      } else {
        r.start.reset();
      }
      break;
    case Relation::after:
      r.start = !settings_.wide_parts && !clocked && !base.value.part.part && start.grain > Grain::day ? stop : start;
      if (base.value.part.part && !clocked) r.start = stop;
      r.end.reset();
      break;
    default:
      r.start = start;
      r.end.reset();
      break;
  }
  return {r, base.end};
}

Hit<TimeReading> Reader::instant(int i) const {
  // "after lunch" is a part of the day where ranges are wide.
  if (is(i, Key::after) && settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts) {
    const auto part = part_of_day(i);
    if (part) {
      Point p;
      p.part = part.value;
      p.score = 0.7;
      return {reading_of(p, false), part.end};
    }
  }
  if (const auto offset = exact_offset(i); offset && !offset.value.date) {
    auto r = reading_of(offset.value, whole(i, offset.end));
    if (is(i, Key::within)) {
      r.relation = Relation::within;
      if (settings_.part_of_day == PartOfDayAs::interval) {
        r.kind = TimeKind::interval;
        r.end = r.start;
        r.start = moment(now_local(), Grain::second);
        r.has_date = true;
      }
    }
    if (is(i, Key::in)) r.relation = Relation::in;
    r.score = is(i, Key::for_) ? 0.6 : 0.9;
    return {r, offset.end};
  }
  int at = i;
  Relation relation = Relation::none;
  if (is(at, Key::on)) {
    relation = Relation::on;
    ++at;
  } else if (is(at, Key::in) || is(at, Key::during)) {
    relation = is(at, Key::in) ? Relation::in : Relation::during;
  } else if (is(at, Key::at) || sym(at, '@')) {
    relation = Relation::at;
  } else if (is(at, Key::for_) && settings_.part_of_day != PartOfDayAs::interval) {
    relation = Relation::for_;
    ++at;
  } else if (is(at, Key::for_)) {
    ++at;
  } else if (is(at, Key::around) || is(at, Key::sometime)) {
    ++at;
    if (is(at, Key::on) || is(at, Key::in)) ++at;
  }
  bool company = false;
  if (is(i, Key::for_)) {
    const auto words = clock_words(at, true);
    company = words && words.value.grain == Grain::minute && ends(words.end);
  }
  auto hit = point(at, company);
  if (!hit && (relation == Relation::in || relation == Relation::during || relation == Relation::at)) {
    ++at;
    hit = point(at, false);
    if (hit && relation == Relation::in && hit.value.date && hit.value.date->weak) hit.value.score = 0.6;
    if (hit && hit.value.date && (hit.value.date->form == DateValue::Form::month)) hit.value.score = 0.85;
    if (hit && relation == Relation::in && hit.value.clock && hit.value.clock->bare) hit = {};
    if (hit && relation == Relation::at && hit.value.date &&
        (hit.value.date->form == DateValue::Form::day || hit.value.date->weak))
      hit = {};
  }
  if (!hit) return {};
  auto& point = hit.value;
  if (point.date && point.date->weak && !point.clock) {
    // A bare year, or "the 27".
    const bool year_like = point.date->grain == Grain::year;
    if (year_like) {
      const bool wanted = settings_.part_of_day == PartOfDayAs::interval && relation == Relation::in;
      if (!wanted) point.score = 0.3;
    }
  }
  if (is(i, Key::within) && settings_.part_of_day == PartOfDayAs::interval && point.from_now) {
    auto r = reading_of(point, false);
    r.kind = TimeKind::interval;
    r.end = r.start;
    r.start = moment(settings_.wide_parts ? now_local() : LocalTime{now_.today()}, Grain::day);
    return {r, hit.end};
  }
  auto r = reading_of(point, whole(i, hit.end));
  r.relation = relation;
  return {r, hit.end};
}

Hit<TimeReading> Reader::duration(int i) const {
  int at = i;
  bool said_for = false;
  if (is(at, Key::for_)) {
    said_for = true;
    ++at;
  }
  if (is(at, Key::around)) ++at;
  if (is(at, Key::up) && is(at + 1, Key::to)) at += 2;
  if ((is(at, Key::less) || is(at, Key::more)) && is(at + 1, Key::than)) at += 2;
  if (text(at, "at") && (text(at + 1, "least") || text(at + 1, "most"))) at += 2;
  if (is(at, Key::the) && text(at + 1, "hour") && ends(at + 2) && settings_.part_of_day == PartOfDayAs::interval) {
    LengthValue one;
    add(one, 1, Grain::hour, 1);
    TimeReading r;
    r.kind = TimeKind::duration;
    r.length = one.length;
    r.length.grain = Grain::hour;
    r.score = 0.5;
    r.exact_seconds = 3600;
    return {r, at + 2};
  }
  const auto size = length(at);
  if (!size || size.value.weekdays) return {};
  TimeReading r;
  r.kind = TimeKind::duration;
  r.length = size.value.length;
  r.exact_seconds = static_cast<std::int64_t>(size.value.exact_seconds);
  r.relation = said_for ? Relation::for_ : Relation::none;
  r.score = said_for ? 0.6 : 0.55;
  if (size.value.abbreviated && !whole(i, size.end) && !said_for) r.score = 0.4;
  return {r, size.end};
}

}  // namespace daybook::language
