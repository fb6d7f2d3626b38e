#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

std::pair<Reader::Link, int> Reader::link_after(int p, bool between) const {
  const auto link = link_at(p, between);
  if (link.first != Link::none) link_at_ = p + 1;
  return link;
}

std::pair<Reader::Link, int> Reader::link_at(int p, bool between) const {
  if (is(p, Key::to) || is(p, Key::until) || is(p, Key::through)) return {Link::to, p + 1};
  if (text(p, "up") && is(p + 1, Key::to)) return {Link::to, p + 2};
  if (sym(p, '-') || sym(p, '~')) return {Link::dash, sym(p + 1, '-') ? p + 2 : p + 1};
  if (is(p, Key::and_) && between) return {Link::and_, p + 1};
  if (sym(p, '/') && attached(p)) return {Link::slash, p + 1};
  return {Link::none, 0};
}

TimeReading Reader::empty_range(bool from) {
  TimeReading r;
  r.kind = TimeKind::interval;
  r.score = 0.85;
  r.has_date = true;
  r.relation = from ? Relation::from : Relation::none;
  return r;
}

Hit<TimeReading> Reader::day_range(const RangeStart& start, const DateValue& a, const DateValue& b, int end) const {
  if (b.start < a.start) return {};
  TimeReading r = empty_range(start.from);
  const bool included = settings_.last_day_included;
  r.start = moment(a.start, a.grain);
  r.end = moment(included || b.range ? b.end : b.start, b.grain);
  r.start->grain = std::min(a.grain, b.grain);
  r.end->grain = r.start->grain;
  r.end_inclusive_said = included;
  r.year_said = a.year_said || b.year_said;
  return {r, end};
}

/// "13 to 15 July", "from the 13th to the 15th of July", "4 to 23 next month"
Hit<TimeReading> Reader::range_before_month(const RangeStart& start) const {
  const auto link = [&](int p) { return link_after(p, start.between); };
  const int at = start.at;
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
              return day_range(start, x, y, month.end);
            }
          }
        }
      }
      if (!b && word(b_at).month && (start.from || start.between)) {  // "from 4 to January 22, 1995"
        b = month_date(b_at);
        if (b && b.value.form == DateValue::Form::month) b = {};
        if (b && b.value.day == 0) b = {};
      }
      if (b && b.value.grain == Grain::day &&
          (b.value.form == DateValue::Form::month_day || b.value.year_said || b.value.form == DateValue::Form::fixed)) {
        DateValue first;
        // The month may be written once; its year is that of the end.
        if (b.value.day > a && make_day(first, b.value.year, b.value.month, a))
          return day_range(start, first, b.value, b.end);
      }
    }
  }
  return {};
}

/// "August 10 - 22, 2012", "July 13-15", "May eighth - tenth", "November between 19 and 20"
Hit<TimeReading> Reader::range_after_month(const RangeStart& start) const {
  const auto link = [&](int p) { return link_after(p, start.between); };
  const int at = start.at;
  if (!(word(at).month || (word(at).weekday && word(skip_comma(skip_dot(at + 1))).month))) return {};
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
          TimeReading r = empty_range(start.from);
          r.score = -1;
          return {r, end};
        }
        return day_range(start, first, last, end);
      }
    }
  }
  return {};
}

Hit<TimeReading> Reader::range(int i, int after_word, bool from) const {
  RangeStart start{i, after_word, after_word > i && is(after_word - 1, Key::between), from};
  if (is(start.at, Key::around)) ++start.at;
  if (const auto hit = range_before_month(start)) return hit;
  if (const auto hit = range_after_month(start)) return hit;
  if (const auto hit = range_of_clocks(start)) return hit;
  return range_of_points(start);
}

}  // namespace daybook::language
