#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

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
