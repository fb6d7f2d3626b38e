#include "language/holiday_rules.hpp"

namespace daybook::language {

using namespace std::chrono;

std::optional<local_days> lunar_holiday_in_year(HolidayKind kind, int month, int day, int hour, int year);
local_days islamic_observed(local_days arithmetic_first_of_month, int day);

namespace {

using K = HolidayKind;

local_days easter_sunday(int year) {
  const int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4;
  const int f = (b + 8) / 25, g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
  const int month = (h + l - 7 * m + 114) / 31, day = (h + l - 7 * m + 114) % 31 + 1;
  return local_days{std::chrono::year{year} / month / day};
}

local_days orthodox_easter(int year) {
  const int a = year % 4, b = year % 7, c = year % 19, d = (19 * c + 15) % 30, e = (2 * a + 4 * b - d + 34) % 7;
  const int month = (d + e + 114) / 31, day = (d + e + 114) % 31 + 1;
  const int shift = year / 100 - year / 400 - 2;  // Julian to Gregorian
  return local_days{std::chrono::year{year} / month / day} + days{shift};
}

/// Day numbers with 1 = 1 January of the year 1.
constexpr int kEpoch = 719163;
local_days of_day_number(long long n) { return local_days{days{static_cast<int>(n - kEpoch)}}; }

bool hebrew_leap(int year) { return (7 * year + 1) % 19 < 7; }
long long hebrew_elapsed(int year) {
  const long long months = (235LL * year - 234) / 19;
  const long long parts = 12084 + 13753 * months;
  long long day = 29 * months + parts / 25920;
  if (3 * (day + 1) % 7 < 3) ++day;
  return day;
}
long long hebrew_new_year(int year) {
  constexpr long long kHebrewEpoch = -1373427;
  const auto before = hebrew_elapsed(year - 1), here = hebrew_elapsed(year), after = hebrew_elapsed(year + 1);
  const int fix = after - here == 356 ? 2 : here - before == 382 ? 1 : 0;
  return kHebrewEpoch + here + fix;
}
int hebrew_month_days(int year, int month) {
  const auto size = hebrew_new_year(year + 1) - hebrew_new_year(year);
  if (month == 2 || month == 4 || month == 6 || month == 10 || month == 13) return 29;
  if (month == 12 && !hebrew_leap(year)) return 29;
  if (month == 8 && size % 10 != 5) return 29;
  if (month == 9 && size % 10 == 3) return 29;
  return 30;
}
local_days hebrew(int year, int month, int day) {
  long long number = hebrew_new_year(year) + day - 1;
  const int last = hebrew_leap(year) ? 13 : 12;
  if (month < 7) {
    for (int m = 7; m <= last; ++m) number += hebrew_month_days(year, m);
    for (int m = 1; m < month; ++m) number += hebrew_month_days(year, m);
  } else {
    for (int m = 7; m < month; ++m) number += hebrew_month_days(year, m);
  }
  return of_day_number(number);
}
/// The day of a Hebrew date that falls in a year of ours.
local_days hebrew_in(int year, int month, int day) {
  const int autumn = month >= 7 && month <= 10 ? 3761 : 3760;
  return hebrew(year + autumn, month, day);
}

local_days islamic(int year, int month, int day) {
  const long long number = day + 29LL * (month - 1) + month / 2 + 354LL * (year - 1) + (3 + 11LL * year) / 30 + 227014;
  return of_day_number(number);
}
std::optional<local_days> islamic_in(int year, int month, int day) {
  // The first that falls in the year: a lunar date can come twice.
  const int about = static_cast<int>((year - 622) * 33LL / 32);
  for (int y = about - 1; y <= about + 2; ++y) {
    const auto at = islamic_observed(islamic(y, month, 1), day);
    if (static_cast<int>(year_month_day{at}.year()) == year) return at;
  }
  return {};
}

local_days nth(int year, int month, int which, int weekday) {
  const auto y = std::chrono::year{year};
  if (which > 0) {
    const local_days first{y / month / 1};
    const int off = (weekday - static_cast<int>(std::chrono::weekday{first}.iso_encoding()) + 7) % 7;
    return first + days{off + 7 * (which - 1)};
  }
  const local_days last{y / month / std::chrono::last};
  const int off = (static_cast<int>(std::chrono::weekday{last}.iso_encoding()) - weekday + 7) % 7;
  return last - days{off + 7 * (-which - 1)};
}

local_days on_or_before(local_days day, int weekday) {
  return day - days{(static_cast<int>(std::chrono::weekday{day}.iso_encoding()) - weekday + 7) % 7};
}

int iso_weekday(local_days day) { return static_cast<int>(std::chrono::weekday{day}.iso_encoding()); }

std::optional<local_days> special(int rule, int year) {
  const auto y = std::chrono::year{year};
  const auto fixed = [&](int m, int d) { return local_days{y / m / d}; };
  switch (rule) {
    case 1:
      return fixed(8, year >= 2020 ? 16 : 17);
    case 2: {
      const auto day = year < 2014 ? fixed(4, 30) : fixed(4, 27);
      return iso_weekday(day) == 7 ? day - days{1} : day;
    }
    case 3: {
      const auto day = fixed(10, 16);
      return iso_weekday(day) == 6 ? day - days{1} : iso_weekday(day) == 7 ? day + days{1} : day;
    }
    case 4:
      return fixed(5, year % 4 == 0 ? 8 : 9);
    case 6: {  // The weekend of the fourth Friday of April.
      return nth(year, 4, 4, 5);
    }
    case 7:
      if (year == 2008) return fixed(2, 5);
      if (year < 1984 || year % 4 != 0) return {};
      return nth(year, 3, 1, 2);
    case 8:
      return year == 2004 ? std::optional{fixed(2, 3)} : std::nullopt;
    case 9: {
      auto day = nth(year, 3, -1, 6);
      if (day == easter_sunday(year) - days{1}) day -= days{7};
      return day;
    }
    case 10:
      return nth(year, 4, -1, 6) - days{3};
    case 11: {
      const auto day = fixed(4, 16);
      return iso_weekday(day) == 6 ? day - days{1} : iso_weekday(day) == 7 ? day + days{1} : day;
    }
    case 12: {
      auto day = fixed(4, 15);
      if (iso_weekday(day) == 6) day += days{2};
      if (iso_weekday(day) == 7) day += days{1};
      if (day == *special(11, year)) day += days{iso_weekday(day) == 5 ? 3 : 1};
      return day;
    }
    case 13:
      return nth(year, 5, 3, 7) + days{3};
    case 14: {
      const auto day = fixed(6, 24);
      const int w = iso_weekday(day);
      return w <= 4 ? day - days{w - 1} : day + days{8 - w};
    }
    case 15:
      return on_or_before(fixed(5, 24), 1);
    case 16:
      return nth(year, 7, 1, 7) + days{iso_weekday(fixed(7, 1)) == 7 ? 0 : 0};
    case 17: {
      const auto friday = nth(year, 8, 1, 5);
      return friday + days{static_cast<unsigned>(year_month_day{friday}.day()) < 5 ? 12 : 5};
    }
    case 18: {
      const auto day = hebrew_in(year, 1, 27);
      return (iso_weekday(day) == 5 ? day - days{1} : iso_weekday(day) == 7 ? day + days{1} : day) - days{1};
    }
    case 19: {
      const auto day = hebrew_in(year, 2, 5);
      const int w = iso_weekday(day);
      return (w == 6 ? day - days{2} : w == 5 ? day - days{1} : w == 1 ? day + days{1} : day) - days{1};
    }
    case 20: {
      const auto day = hebrew_in(year, 5, 9);
      return (iso_weekday(day) == 6 ? day + days{1} : day) - days{1};
    }
    case 21:
    case 22: {
      const int hebrew_year = year + 3760;
      return hebrew(hebrew_year, hebrew_leap(hebrew_year) ? 13 : 12, rule == 21 ? 13 : 14);
    }
    case 23: {
      const auto last = islamic_in(year, 10, 1);
      if (!last) return {};
      return on_or_before(*last - days{1}, 5);
    }
    default:
      return {};
  }
}

}  // namespace

std::optional<local_days> holiday_in_year(const Holiday& holiday, int year) {
  if (year < 1583 || year > 9000) return {};
  switch (holiday.kind) {
    case K::fixed: {
      const year_month_day date{std::chrono::year{year} / holiday.a / holiday.b};
      if (!date.ok()) return {};
      return local_days{date};
    }
    case K::weekday:
      return nth(year, holiday.a, holiday.b, holiday.c) + days{holiday.d};
    case K::easter:
      return easter_sunday(year) + days{holiday.a};
    case K::orthodox:
      return orthodox_easter(year) + days{holiday.a};
    case K::hebrew:
      return hebrew_in(year, holiday.a, holiday.b);
    case K::islamic:
      return islamic_in(year, holiday.a, holiday.b);
    case K::before:
      return on_or_before(local_days{std::chrono::year{year} / holiday.a / holiday.b}, holiday.c);
    case K::chinese:
    case K::hindu: {
      const auto day = lunar_holiday_in_year(holiday.kind, holiday.a, holiday.b, holiday.c, year);
      return day ? std::optional{*day + days{holiday.d}} : std::nullopt;
    }
    case K::special:
      if (holiday.a == 24) {
        const auto day = lunar_holiday_in_year(K::chinese, 1, 1, 0, year);
        return day ? std::optional{*day - days{1}} : std::nullopt;
      }
      if (holiday.a == 5) return lunar_holiday_in_year(K::hindu, 99, 0, 0, year);
      return special(holiday.a, year);
  }
  return {};
}

}  // namespace daybook::language
