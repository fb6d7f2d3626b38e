#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "language/describe.hpp"
#include "language/time_reading.hpp"

// Issue 4: every date printed in ten formats is read back, and every rule described and read back is the same rule. The
// dates and rules are drawn from a seeded generator: the same ones in each run.
namespace daybook::language {
namespace {

using namespace std::chrono;

const Now& now() {
  static const Now value(*parse_rfc3339("2026-03-04T15:20:00Z"), *domain::Zone::locate("America/New_York"));
  return value;
}

constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                   "July",    "August",   "September", "October", "November", "December"};
constexpr const char* kDays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

std::string print(const char* format, auto... values) {
  char text[96];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

const char* ending(unsigned day) {
  if (day >= 11 && day <= 13) return "th";
  return day % 10 == 1 ? "st" : day % 10 == 2 ? "nd" : day % 10 == 3 ? "rd" : "th";
}

std::vector<std::string> formats(Date date, DateOrder order) {
  const int y = static_cast<int>(date.year());
  const unsigned m = static_cast<unsigned>(date.month());
  const unsigned d = static_cast<unsigned>(date.day());
  const std::string month = kMonths[m - 1];
  const std::string shorter = month.substr(0, 3);
  const char* weekday = kDays[std::chrono::weekday{local_days{date}}.c_encoding()];
  const bool month_first = order == DateOrder::mdy;
  return {
      print("%04d-%02u-%02u", y, m, d),
      print("%04d/%02u/%02u", y, m, d),
      month_first ? print("%u/%u/%04d", m, d, y) : print("%u/%u/%04d", d, m, y),
      month_first ? print("%02u/%02u/%04d", m, d, y) : print("%02u.%02u.%04d", d, m, y),
      print("%s %u, %d", month.c_str(), d, y),
      print("%s %u%s %d", month.c_str(), d, ending(d), y),
      print("%u %s %d", d, month.c_str(), y),
      print("%u%s of %s %d", d, ending(d), month.c_str(), y),
      print("the %u%s of %s, %d", d, ending(d), month.c_str(), y),
      print("%s %u %d", shorter.c_str(), d, y),
      print("%u-%s-%d", d, shorter.c_str(), y),
      print("%s, %s %u, %d", weekday, month.c_str(), d, y),
      print("%.3s %u %s %d", weekday, d, shorter.c_str(), y),
  };
}

TEST(ReadBack, EveryDateInEveryFormat) {
  std::mt19937 draw(20261121);
  const local_days first{year{1990} / 1 / 1};
  std::uniform_int_distribution<int> day(0, 100 * 365);
  for (const auto order : {DateOrder::mdy, DateOrder::dmy}) {
    Settings settings;
    settings.date_order = order;
    int wrong = 0;
    for (int i = 0; i < 400; ++i) {
      const Date date{first + days{day(draw)}};
      for (const auto& text : formats(date, order)) {
        const std::string said = i % 2 == 0 ? text : "pay the plumber on " + text + " please";
        const auto readings = read_times(said, now(), settings);
        const bool right = readings.size() == 1 && readings[0].kind == TimeKind::instant && readings[0].start &&
                           readings[0].start->date() == date && readings[0].start->grain == Grain::day;
        EXPECT_TRUE(right) << said << " is not " << format_date(date);
        if (!right && ++wrong > 20) return;
      }
    }
  }
}

TEST(ReadBack, EveryDateOfTheNextYearWithoutItsYear) {
  for (int i = 1; i < 365; ++i) {
    const Date date{now().today() + days{i}};
    const unsigned d = static_cast<unsigned>(date.day());
    const char* month = kMonths[static_cast<unsigned>(date.month()) - 1];
    for (const auto& said : {print("%s %u", month, d), print("%u %s", d, month), print("%s %u%s", month, d, ending(d)),
                             print("on the %u%s of %s", d, ending(d), month), print("%.3s %u", month, d)}) {
      const auto readings = read_times(said, now(), Settings{});
      ASSERT_EQ(readings.size(), 1U) << said;
      ASSERT_TRUE(readings[0].start) << said;
      EXPECT_EQ(format_date(readings[0].start->date()), format_date(date)) << said;
    }
  }
}

TEST(ReadBack, EveryMinuteOfADay) {
  for (int minute = 0; minute < 24 * 60; minute += 7) {
    const int h = minute / 60;
    const int m = minute % 60;
    const int h12 = h % 12 == 0 ? 12 : h % 12;
    for (const auto& said : {print("2027-05-14 %02d:%02d", h, m), print("2027-05-14T%02d:%02d", h, m),
                             print("May 14, 2027 at %d:%02d%s", h12, m, h < 12 ? "am" : "pm"),
                             print("May 14, 2027 at %d:%02d %s", h12, m, h < 12 ? "a.m." : "p.m."),
                             print("at %d:%02d %s on 14 May 2027", h12, m, h < 12 ? "AM" : "PM")}) {
      const auto readings = read_times(said, now(), Settings{});
      ASSERT_EQ(readings.size(), 1U) << said;
      ASSERT_TRUE(readings[0].start) << said;
      EXPECT_EQ(format_local(readings[0].start->local), print("2027-05-14T%02d:%02d:00", h, m)) << said;
    }
  }
}

/// A rule of one of the shapes that people say.
RepeatRule some_rule(std::mt19937& draw) {
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(draw); };
  const auto some = [&](int low, int high, int most) {
    std::vector<int> all;
    for (int n = pick(1, most); n > 0; --n) {
      const int value = pick(low, high);
      if (std::find(all.begin(), all.end(), value) == all.end()) all.push_back(value);
    }
    std::sort(all.begin(), all.end());
    return all;
  };
  RepeatRule rule;
  constexpr Grain kGrains[] = {Grain::day, Grain::week, Grain::week, Grain::month, Grain::month, Grain::year};
  rule.frequency = kGrains[pick(0, 5)];
  if (pick(0, 1) == 1) rule.interval = pick(2, 12);
  switch (rule.frequency) {
    case Grain::week:
      for (const int day : some(1, 7, 4)) rule.days.push_back({0, static_cast<std::uint8_t>(day)});
      break;
    case Grain::month:
      if (pick(0, 1) == 0)
        rule.month_days = some(1, 31, 3);
      else
        rule.days.push_back(
            {static_cast<std::int8_t>(pick(0, 4) == 0 ? -1 : pick(1, 4)), static_cast<std::uint8_t>(pick(1, 7))});
      break;
    case Grain::year:
      rule.months = {pick(1, 12)};
      if (pick(0, 1) == 0)
        rule.month_days = some(1, 28, 2);
      else
        rule.days.push_back({static_cast<std::int8_t>(pick(1, 4)), static_cast<std::uint8_t>(pick(1, 7))});
      break;
    default:
      break;
  }
  if (pick(0, 2) != 0) {
    std::vector<int> times;
    for (int n = pick(1, 4); n > 0; --n) times.push_back(pick(0, 95) * 15);
    rule.set_times(times);
  }
  switch (pick(0, 3)) {
    case 0:
      rule.count = pick(2, 40);
      break;
    case 1:
      rule.until = LocalTime{now().today() + days{pick(30, 1500)}};
      break;
    default:
      break;
  }
  if (pick(0, 4) == 0) rule.start = LocalTime{now().today() + days{pick(1, 25)}};
  return rule;
}

TEST(ReadBack, EveryRuleDescribed) {
  std::mt19937 draw(4);
  int wrong = 0;
  for (int i = 0; i < 3000 && wrong < 15; ++i) {
    const RepeatRule rule = some_rule(draw);
    const std::string words = describe(rule);
    const auto readings = read_times(words, now(), Settings{});
    ASSERT_EQ(readings.size(), 1U) << rule.rrule() << ": " << words;
    const bool same = readings[0].kind == TimeKind::recurrence && readings[0].rule.rrule() == rule.rrule() &&
                      readings[0].rule.start == rule.start;
    EXPECT_TRUE(same) << rule.rrule() << ": " << words << " is read as " << readings[0].rule.rrule();
    wrong += same ? 0 : 1;
  }
}

}  // namespace
}  // namespace daybook::language
