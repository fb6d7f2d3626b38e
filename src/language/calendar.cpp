#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

namespace {

int days_in(int year, int month) {
  const auto last =
      year_month_day_last{std::chrono::year{year}, month_day_last{std::chrono::month{static_cast<unsigned>(month)}}};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

}  // namespace

Days Reader::week_start(Days day) const {
  const int weekday = static_cast<int>(std::chrono::weekday{day}.iso_encoding());
  return day - days{(weekday - settings_.week_start + 7) % 7};
}

DateValue Reader::day_value(Days day) const {
  DateValue value;
  value.start = day;
  value.end = day + days{1};
  const year_month_day date{day};
  value.year = static_cast<int>(date.year());
  value.month = static_cast<int>(static_cast<unsigned>(date.month()));
  value.day = static_cast<int>(static_cast<unsigned>(date.day()));
  return value;
}

bool Reader::make_day(DateValue& value, int year, int month, int day) const {
  if (year < 1 || year > 9998 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return false;
  const Days at{std::chrono::year{year} / month / day};
  value.start = at;
  value.end = at + days{1};
  value.grain = Grain::day;
  value.year = year;
  value.month = month;
  value.day = day;
  return true;
}

bool Reader::make_month(DateValue& value, int year, int month) const {
  if (year < 1 || year > 9998 || month < 1 || month > 12) return false;
  const Days at{std::chrono::year{year} / month / 1};
  value.start = at;
  value.end = at + days{days_in(year, month)};
  value.grain = Grain::month;
  value.year = year;
  value.month = month;
  return true;
}

bool Reader::set_year(DateValue& value, int year) const {
  switch (value.form) {
    case DateValue::Form::month_day:
      return make_day(value, year, value.month, value.day);
    case DateValue::Form::month:
      return make_month(value, year, value.month);
    case DateValue::Form::month_part: {
      const auto first = value.start;
      DateValue month;
      DateValue old;
      if (!make_month(month, year, value.month) ||
          !make_month(old, static_cast<int>(year_month_day{floor<days>(first)}.year()), value.month)) {
        return false;
      }
      const auto begin = value.start - old.start;
      const auto rest = old.end - value.end;
      value.start = month.start + begin;
      value.end = month.end - rest;
      value.year = year;
      return true;
    }
    default:
      return false;
  }
}

bool Reader::resolve_year(DateValue& value) const {
  const year_month_day today{now_.today()};
  const int this_year = static_cast<int>(today.year());
  // The way dates without a year are completed: ahead, behind, or to the closest.
  auto prefer = settings_.prefer;
  bool nearest = false;
  if (prefer == Prefer::automatic) {
    if (settings_.forward_date) {
      prefer = Prefer::future;
    } else if (settings_.weekday == WeekdayChoice::nearest) {
      nearest = true;
    } else if (settings_.weekday == WeekdayChoice::past) {
      prefer = Prefer::current_period;
    } else {
      prefer = Prefer::future;
    }
  }
  const LocalTime now = now_.today();
  DateValue best;
  bool found = false;
  for (int shift = 0; shift <= 8; ++shift) {
    for (const int sign : {1, -1}) {
      if (shift == 0 && sign < 0) continue;
      DateValue tried = value;
      if (!set_year(tried, this_year + sign * shift)) continue;
      if (prefer == Prefer::future && tried.end <= now) continue;
      if (prefer == Prefer::past && tried.start > now) continue;
      const auto distance = [&](const DateValue& v) {
        return v.start > now ? (v.start - now).count() : (now - v.start).count();
      };
      if (!found || (nearest && distance(tried) < distance(best)) ||
          (!nearest && prefer != Prefer::current_period && distance(tried) < distance(best))) {
        if (!found || nearest || prefer != Prefer::current_period) best = tried;
        found = true;
      }
    }
    if (found && prefer == Prefer::current_period) break;
    if (found && shift >= 1) break;
  }
  if (found) value = best;
  return found;
}

DateValue Reader::weekday_by_choice(int weekday) const {
  const auto today = now_.today();
  const int now = static_cast<int>(std::chrono::weekday{today}.iso_encoding());
  int ahead = (weekday - now + 7) % 7;
  auto choice = settings_.weekday;
  if (settings_.forward_date) choice = WeekdayChoice::today;
  if (settings_.prefer == Prefer::future) choice = WeekdayChoice::next;
  if (settings_.prefer == Prefer::past || settings_.prefer == Prefer::current_period) choice = WeekdayChoice::past;
  switch (choice) {
    case WeekdayChoice::next:
      ahead = ahead == 0 ? 7 : ahead;
      break;
    case WeekdayChoice::today:
      break;
    case WeekdayChoice::nearest:
      ahead = ahead > 3 ? ahead - 7 : ahead;
      break;
    case WeekdayChoice::past:
      ahead = ahead - 7;
      break;
  }
  auto value = day_value(today + days{ahead});
  value.form = DateValue::Form::weekday;
  value.weekday = weekday;
  return value;
}

std::optional<Days> Reader::nth_weekday(LocalTime from, LocalTime to, int weekday, int nth) const {
  const auto first = floor<days>(from);
  const auto last = floor<days>(to - seconds{1});
  Days at;
  if (nth > 0) {
    at = first + days{(weekday - static_cast<int>(std::chrono::weekday{first}.iso_encoding()) + 7) % 7} +
         days{7 * (nth - 1)};
  } else {
    at = last - days{(static_cast<int>(std::chrono::weekday{last}.iso_encoding()) - weekday + 7) % 7} +
         days{7 * (nth + 1)};
  }
  if (at < first || at > last) return {};
  return at;
}

DateValue Reader::weekend_of(Days monday) const {
  DateValue value;
  value.form = DateValue::Form::fixed;
  value.range = true;
  if (settings_.weekend == Weekend::saturday) {
    value = day_value(monday + days{5});
    return value;
  }
  if (settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts) {
    value.grain = Grain::hour;
    value.start = monday + days{4} + hours{18};
  } else {
    value.start = monday + days{5};
  }
  value.end = monday + days{7};
  return value;
}

DateValue Reader::unit_around(Grain grain, int shift, int multiple) const {
  DateValue value;
  const auto today = now_.today();
  const year_month_day date{today};
  value.grain = grain;
  const int y = static_cast<int>(date.year());
  const int m = static_cast<int>(static_cast<unsigned>(date.month()));
  const auto month_at = [](long long index) {
    index = std::clamp(index, 12LL, 9998LL * 12);
    return LocalTime{
        local_days{std::chrono::year{static_cast<int>(index / 12)} / static_cast<int>(index % 12 + 1) / 1}};
  };
  switch (grain) {
    case Grain::second:
    case Grain::minute:
    case Grain::hour: {
      const seconds size{grain == Grain::second ? 1 : grain == Grain::minute ? 60 : 3600};
      const auto since = now_local().time_since_epoch();
      value.start = LocalTime{since - since % size} + size * shift;
      value.end = value.start + size;
      break;
    }
    case Grain::day:
      return day_value(today + days{shift});
    case Grain::week:
      value.start = week_start(today) + days{7 * shift * multiple};
      value.end = value.start + days{7 * multiple};
      value.range = multiple > 1;
      break;
    case Grain::month:
      value.start = month_at(12LL * y + m - 1 + shift);
      value.end = month_at(12LL * y + m + shift);
      break;
    case Grain::quarter: {
      const long long first = 12LL * y + (m - 1) / 3 * 3 + 3LL * shift;
      value.start = month_at(first);
      value.end = month_at(first + 3);
      break;
    }
    case Grain::year: {
      const long long first = multiple > 1 ? y / multiple * multiple : y;
      value.start = month_at(12LL * (first + static_cast<long long>(shift) * multiple));
      value.end = month_at(12LL * (first + static_cast<long long>(shift) * multiple + multiple));
      value.range = multiple > 1;
      break;
    }
  }
  return value;
}

}  // namespace daybook::language
