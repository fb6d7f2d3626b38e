#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// "[Thursday] [from] 9-11am [on Thursday]"
Hit<TimeReading> Reader::range_of_clocks(const RangeStart& start) const {
  const auto link = [&](int p) { return link_after(p, start.between); };
  const auto [i, at, between, from] = start;
  TimeReading r = empty_range(from);
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
        if (after && after.value.form == DateValue::Form::day && d == next && !after.value.from_now && !is(d, Key::the))
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
  return {};
}

}  // namespace daybook::language
