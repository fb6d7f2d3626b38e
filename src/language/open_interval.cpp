#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

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

}  // namespace daybook::language
