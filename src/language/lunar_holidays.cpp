// Holidays by the moon: mean elements and the larger periodic terms of the sun and the moon (as in Meeus, Astronomical
// Algorithms, chapters 25 and 47) place a new moon within a few minutes, which decides all but a few days a century.

#include <array>
#include <cmath>

#include "language/holiday_rules.hpp"

namespace daybook::language {

using namespace std::chrono;

namespace {

constexpr double kDegree = 3.14159265358979323846 / 180;

double turn(double degrees) {
  const double r = std::fmod(degrees, 360);
  return r < 0 ? r + 360 : r;
}

/// Days since 2000-01-01 12:00 UTC, brought to dynamical time (about a minute in our centuries).
struct Moment {
  double t;  ///< Julian centuries.
};
Moment at(double days_since_epoch) { return {(days_since_epoch + 70.0 / 86400) / 36525}; }

/// Days from 2000-01-01 12:00 UTC to `hour` UTC of the day.
double days_of(local_days day, double hour) { return (day - local_days{2000y / 1 / 1}).count() + (hour - 12) / 24; }

double sun_longitude(Moment m) {
  const double t = m.t;
  const double mean = 280.46646 + 36000.76983 * t + 0.0003032 * t * t;
  const double anomaly = (357.52911 + 35999.05029 * t) * kDegree;
  const double center = (1.914602 - 0.004817 * t) * std::sin(anomaly) +
                        (0.019993 - 0.000101 * t) * std::sin(2 * anomaly) + 0.000289 * std::sin(3 * anomaly);
  const double node = (125.04 - 1934.136 * t) * kDegree;
  return turn(mean + center - 0.00569 - 0.00478 * std::sin(node));
}

struct MoonPlace {
  double longitude;
  double latitude;
};

MoonPlace moon(Moment moment) {
  const double t = moment.t;
  const double l = 218.3164477 + 481267.88123421 * t - 0.0015786 * t * t;
  const double d = (297.8501921 + 445267.1114034 * t - 0.0018819 * t * t) * kDegree;
  const double m = (357.5291092 + 35999.0502909 * t) * kDegree;
  const double p = (134.9633964 + 477198.8675055 * t + 0.0087414 * t * t) * kDegree;
  const double f = (93.2720950 + 483202.0175233 * t - 0.0036539 * t * t) * kDegree;
  const double e = 1 - 0.002516 * t;
  struct Term {
    signed char d, m, p, f;
    double size;
  };
  static constexpr Term kLongitude[] = {
      {0, 0, 1, 0, 6.288774},   {2, 0, -1, 0, 1.274027},  {2, 0, 0, 0, 0.658314},   {0, 0, 2, 0, 0.213618},
      {0, 1, 0, 0, -0.185116},  {0, 0, 0, 2, -0.114332},  {2, 0, -2, 0, 0.058793},  {2, -1, -1, 0, 0.057066},
      {2, 0, 1, 0, 0.053322},   {2, -1, 0, 0, 0.045758},  {0, 1, -1, 0, -0.040923}, {1, 0, 0, 0, -0.034720},
      {0, 1, 1, 0, -0.030383},  {2, 0, 0, -2, 0.015327},  {0, 0, 1, 2, -0.012528},  {0, 0, 1, -2, 0.010980},
      {4, 0, -1, 0, 0.010675},  {0, 0, 3, 0, 0.010034},   {4, 0, -2, 0, 0.008548},  {2, 1, -1, 0, -0.007888},
      {2, 1, 0, 0, -0.006766},  {1, 0, -1, 0, -0.005163}, {1, 1, 0, 0, 0.004987},   {2, -1, 1, 0, 0.004036},
      {2, 0, 2, 0, 0.003994},   {4, 0, 0, 0, 0.003861},   {2, 0, -3, 0, 0.003665},  {0, 1, -2, 0, -0.002689},
      {2, 0, -1, 2, -0.002602}, {2, -1, -2, 0, 0.002390}};
  static constexpr Term kLatitude[] = {{0, 0, 0, 1, 5.128122},  {0, 0, 1, 1, 0.280602},  {0, 0, 1, -1, 0.277693},
                                       {2, 0, 0, -1, 0.173237}, {2, 0, -1, 1, 0.055413}, {2, 0, -1, -1, 0.046271},
                                       {2, 0, 0, 1, 0.032573},  {0, 0, 2, 1, 0.017198},  {2, 0, 1, -1, 0.009266},
                                       {0, 0, 2, -1, 0.008822}};
  const auto sum = [&](const auto& terms) {
    double total = 0;
    for (const auto& x : terms) {
      const double scale = x.m == 0 ? 1 : e;
      total += x.size * scale * std::sin(x.d * d + x.m * m + x.p * p + x.f * f);
    }
    return total;
  };
  return {turn(l + sum(kLongitude) - 0.00478 * std::sin((125.04 - 1934.136 * t) * kDegree)), sum(kLatitude)};
}

double elongation(double when) {
  const auto m = at(when);
  return turn(moon(m).longitude - sun_longitude(m));
}

/// The new moon at or before `when`.
double new_moon_before(double when) {
  double guess = when - elongation(when) / 12.19075;
  for (int step = 0; step < 6; ++step) {
    double off = elongation(guess);
    if (off > 180) off -= 360;
    guess -= off / 12.19075;
    if (std::abs(off) < 1e-5) break;
  }
  return guess > when + 1e-6 ? new_moon_before(when - 2) : guess;
}

local_days day_in_zone(double when, double hours_east) {
  return local_days{2000y / 1 / 1} + days{static_cast<int>(std::floor(when + 0.5 + hours_east / 24))};
}

// China: months begin on the day of the new moon at 120° east; one without a principal solar term is a leap month.

std::optional<local_days> chinese(int year, int month, int day) {
  const auto new_year_limit = days_of(local_days{std::chrono::year{year} / 2 / 20}, 16);
  double start = new_moon_before(new_year_limit);
  const auto term = [](local_days at_day) { return static_cast<int>(sun_longitude(at(days_of(at_day, -8))) / 30); };
  int number = 1;
  for (int step = 0; step < 14; ++step) {
    const double next = new_moon_before(start + 31);
    const auto first = day_in_zone(start, 8);
    const auto past = day_in_zone(next, 8);
    const bool leap = step > 0 && term(first) == term(past);
    if (step > 0 && !leap) ++number;
    if (number == month && !leap) return first + days{day - 1};
    start = next;
  }
  return {};
}

// India: the tithi (a thirtieth of the month) that holds at an hour of the day names it; months are named by the sign
// that the sun enters in them, and one in which it enters none is left out.

double ayanamsa(double when) { return 23.857 + 0.0139688 * when / 365.25; }

int rashi(double when) { return static_cast<int>(turn(sun_longitude(at(when)) - ayanamsa(when)) / 30); }

std::optional<local_days> hindu(int year, int month, int tithi, int hour) {
  const double utc_hour = (hour == 0 ? 6.0 : hour) - 5.5;
  const auto first = local_days{std::chrono::year{year} / 1 / 1};
  for (int offset = 0; offset < 366;) {
    const auto day = first + days{offset};
    if (static_cast<int>(year_month_day{day}.year()) != year) break;
    const double when = days_of(day, utc_hour);
    const double now = elongation(when);
    const double begin = (tithi - 1) * 12.0;
    // Days until the tithi begins, at the mean speed; far ones are leapt over.
    const double ahead = turn(begin - now) / 12.19075;
    const bool inside = static_cast<int>(now / 12) + 1 == tithi;
    const double before = elongation(days_of(day + days{1}, utc_hour));
    const bool slips =
        !inside && turn(before - begin) < 24 && turn(now - begin) > 180 && static_cast<int>(before / 12) + 1 != tithi;
    if (!inside && !slips) {
      offset += std::max(1, static_cast<int>(ahead) - 1);
      continue;
    }
    const double middle = slips ? when + turn(begin + 6 - now) / 12.19075 : when;
    const double start = new_moon_before(middle);
    const double next = new_moon_before(start + 31);
    const int from = rashi(start);
    const int to = rashi(next);
    if (from != to && to + 1 == month) return day;
    offset += 2;
  }
  return {};
}

std::optional<local_days> onam(int year) {
  for (auto day = local_days{std::chrono::year{year} / 8 / 10}; day < local_days{std::chrono::year{year} / 9 / 25};
       day += days{1}) {
    const double when = days_of(day, 0.9);
    if (rashi(when) != 4) continue;
    const int nakshatra = static_cast<int>(turn(moon(at(when)).longitude - ayanamsa(when)) / (360.0 / 27));
    if (nakshatra == 21) return day;
  }
  return {};
}

// Arabia (Umm al-Qura): a month begins after the evening on which the moon is new and sets after the sun at Mecca;
// before 1998, on the day after the new moon.

bool moon_outlasts_sun(local_days day, double new_moon) {
  constexpr double kLatitude = 21.4225, kLongitude = 39.8262;
  double when = days_of(day, 15.3);
  for (int step = 0; step < 4; ++step) {
    const auto m = at(when);
    const double longitude = sun_longitude(m) * kDegree;
    const double tilt = 23.4393 * kDegree;
    const double declination = std::asin(std::sin(tilt) * std::sin(longitude));
    const double ascension = std::atan2(std::cos(tilt) * std::sin(longitude), std::cos(longitude)) / kDegree;
    const double sidereal = turn(280.46061837 + 360.98564736629 * when + kLongitude);
    const double hour = turn(sidereal - ascension + 180) - 180;
    const double set = std::acos((std::sin(-0.8333 * kDegree) - std::sin(kLatitude * kDegree) * std::sin(declination)) /
                                 (std::cos(kLatitude * kDegree) * std::cos(declination))) /
                       kDegree;
    when += (set - hour) / 360.98;
  }
  if (new_moon > when) return false;
  const auto place = moon(at(when));
  const double tilt = 23.4393 * kDegree;
  const double l = place.longitude * kDegree, b = place.latitude * kDegree;
  const double declination = std::asin(std::sin(b) * std::cos(tilt) + std::cos(b) * std::sin(tilt) * std::sin(l));
  const double ascension =
      std::atan2(std::sin(l) * std::cos(tilt) - std::tan(b) * std::sin(tilt), std::cos(l)) / kDegree;
  const double hour = (turn(280.46061837 + 360.98564736629 * when + kLongitude) - ascension) * kDegree;
  const double altitude = std::asin(std::sin(kLatitude * kDegree) * std::sin(declination) +
                                    std::cos(kLatitude * kDegree) * std::cos(declination) * std::cos(hour)) /
                          kDegree;
  return altitude > 0.125;
}

/// First day of the lunar month that the arithmetic calendar begins near `about`.
local_days islamic_month(local_days about) {
  const double moon_at = new_moon_before(days_of(about + days{2}, 12));
  double best = moon_at;
  const double next = new_moon_before(moon_at + 31);
  const double target = days_of(about, 12) - 1.5;
  if (std::abs(next - target) < std::abs(best - target)) best = next;
  const auto day = day_in_zone(best, 0);
  if (static_cast<int>(year_month_day{day}.year()) < 1998) return day + days{1};
  return moon_outlasts_sun(day, best) ? day + days{1} : day + days{2};
}

}  // namespace

std::optional<local_days> lunar_holiday_in_year(HolidayKind kind, int month, int day, int hour, int year) {
  if (year < 1700 || year > 2300) return {};
  if (kind == HolidayKind::chinese) return chinese(year, month, day);
  if (month == 99) return onam(year);
  return hindu(year, month, day, hour);
}

/// The day that a date of the arithmetic Islamic calendar is kept, by the moon.
local_days islamic_observed(local_days arithmetic_first_of_month, int day) {
  const int year = static_cast<int>(year_month_day{arithmetic_first_of_month}.year());
  const auto first = year < 1900 || year > 2200 ? arithmetic_first_of_month : islamic_month(arithmetic_first_of_month);
  return first + days{day - 1};
}

}  // namespace daybook::language
