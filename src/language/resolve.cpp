#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// Seconds of the day for a clock whose half of the day may be open.
std::int32_t Reader::clock_second(const ClockValue& clock, const Point& point, bool other_day) const {
  std::int32_t second = clock.second;
  const int hour = second / 3600;
  if (clock.certain || hour > 12) {
    // "12 at night"
    return second;
  }
  const auto to_pm = [&] { return hour < 12 ? second + 12 * 3600 : second; };
  const auto to_am = [&] { return hour == 12 ? second - 12 * 3600 : second; };
  switch (point.part.part) {
    case 2:
    case 8:
    case 12:
    case 13:
      return to_am();
    case 4:
    case 5:
    case 9:
    case 11:
      return to_pm();
    case 6:
      return hour == 12 ? second + 12 * 3600 : hour < 4 && !settings_.wide_parts ? second : to_pm();
    case 10:
      return hour <= 4 ? to_pm() : second;
    default:
      break;
  }
  if (settings_.planning()) {
    if (clock.leading_zero) return second;
    if (hour == 12) return second;
    const bool midnight_ref = now_local() == LocalTime{now_.today()};
    if (!other_day && !midnight_ref) {
      // Today: the next time that the clock shows it.
      const auto passed = (now_local() - LocalTime{now_.today()}).count();
      if (second > passed) return second;
      if (second + 12 * 3600 > passed) return second + 12 * 3600;
    }
    if (clock.at || clock.bare || clock.grain == Grain::hour || point.date) {
      if (clock.grain == Grain::minute && !clock.at && !clock.bare && point.date &&
          point.date->form != DateValue::Form::weekday && !point.date->from_now && !clock.approximate)
        return second;
      return hour < 7 ? to_pm() : second;
    }
    return second;
  }
  if (settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts && !other_day) {
    const auto passed = (now_local() - LocalTime{now_.today()}).count();
    if (second > passed) return second;
    if (second + 12 * 3600 > passed && hour < 12) return second + 12 * 3600;
  }
  return second;
}

Reader::Stretch Reader::resolve(const Point& point, bool alone, bool in_range) const {
  Stretch out;
  if (point.is_exact) {
    out.start = point.exact;
    out.end = point.exact + seconds{1};
    out.grain = point.exact_grain;
    return out;
  }
  if (point.clock) {
    const auto& clock = *point.clock;
    const bool other_day = point.date && floor<days>(point.date->start) != now_.today();
    Days day = now_.today();
    if (point.date) {
      const auto& d = *point.date;
      day = floor<days>(d.clock_kept && point.from_now ? point.exact : d.start);
    }
    std::int32_t second = clock_second(clock, point, other_day);
    // Midnight is the one that ends the day, unless the day stands with "at midnight on" and events are told.
    if (clock.midnight && second == 0) {
      if (point.date && settings_.planning() && (!alone || point.date)) {
        second = 86400;
      }
    }
    LocalTime at = LocalTime{day} + seconds{second};
    if (!point.date) {
      const auto now = clock.has_zone ? clock.zone.to_local(now_.instant()) : now_local();
      const bool past = at <= now && !(at == now && !clock.midnight);
      bool roll = false;
      if (settings_.prefer == Prefer::past) {
        if (at > now) at -= days{1};
      } else if (settings_.prefer == Prefer::future || settings_.forward_date) {
        roll = past;
      } else if (settings_.prefer == Prefer::current_period) {
      } else if (settings_.part_of_day == PartOfDayAs::day) {
        roll = clock.midnight && at <= now && now - at > hours{2};
      } else if (settings_.planning()) {
        // A lone "0730" or "midnight" names a time of today; "at 9am" and "call Anna 9am" the next one.
        const bool named = alone && !clock.at;
        roll = past && !(named || settings_.weekday == WeekdayChoice::past);
        if (clock.midnight && !named) roll = true;
        if (!past && clock.midnight && at == now) roll = !named;
      } else {
        roll = past;
      }
      if (roll && !in_range) at += days{1};
      if (roll && in_range) at += days{settings_.forward_date ? 1 : 0};
    } else if (point.date->this_part && settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts &&
               at < now_local() && floor<days>(point.date->start) == now_.today()) {
      at += days{1};
    } else if (point.date->form == DateValue::Form::weekday && settings_.weekday == WeekdayChoice::today &&
               at < now_local() && floor<days>(at) == now_.today()) {
      at += days{7};
    }
    out.start = at;
    out.grain = clock.grain;
    const seconds size{clock.grain == Grain::hour ? 3600 : clock.grain == Grain::minute ? 60 : 1};
    out.end = at + size;
    if (clock.has_zone) out.offset = duration_cast<minutes>(clock.zone.offset_at(clock.zone.to_instant(at).instant));
    return out;
  }
  if (point.part.part) {
    Days day = now_.today();
    if (point.date) day = floor<days>(point.date->clock_kept && point.from_now ? point.exact : point.date->start);
    const auto [from, to] = part_hours(point.part);
    const bool sunday_passed = point.date && point.date->form == DateValue::Form::weekday && settings_.forward_date &&
                               day == now_.today() && LocalTime{day} + minutes{to} <= now_local();
    if (sunday_passed) day += days{7};
    switch (settings_.part_of_day) {
      case PartOfDayAs::day: {
        out.start = day;
        out.end = day + days{1};
        out.grain = Grain::day;
        return out;
      }
      case PartOfDayAs::time: {
        out.start = LocalTime{day} + minutes{part_time(point.part)};
        // "in the morning", said when it has passed, is tomorrow's.
        if (!point.date && !alone && !in_range && settings_.prefer != Prefer::past && out.start < now_local())
          out.start += days{1};
        out.end = out.start + hours{1};
        out.grain = Grain::hour;
        return out;
      }
      case PartOfDayAs::interval: {
        out.start = LocalTime{day} + minutes{from};
        out.end = LocalTime{day} + minutes{to};
        if (to == 24 * 60 && !settings_.wide_parts) out.end -= seconds{1};
        out.grain = Grain::hour;
        out.interval = true;
        if (!settings_.wide_parts && !point.date && settings_.mode == Mode::tasks && out.end <= now_local()) {
          out.start += days{1};
          out.end += days{1};
        }
        if (!settings_.wide_parts) out.grain = Grain::minute;
        return out;
      }
    }
  }
  const auto& d = *point.date;
  out.start = d.start;
  out.end = d.end;
  out.grain = d.grain;
  out.interval = d.range;
  if (d.clock_kept && point.from_now) {
    out.start = point.exact;
    out.end = floor<days>(point.exact) + days{1};
  }
  return out;
}

}  // namespace daybook::language
