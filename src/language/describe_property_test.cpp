#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "domain/recurrence.hpp"
#include "language/describe.hpp"
#include "language/time_reading.hpp"

namespace daybook::language {
namespace {

constexpr int kRules = 4000;
constexpr int kCompared = 40;

/// Rules of every kind that people make, at random but the same on every run.
class RandomRules {
 public:
  RepeatRule next() {
    RepeatRule rule;
    constexpr Grain kGrains[] = {Grain::minute, Grain::hour, Grain::day, Grain::week, Grain::month, Grain::year};
    rule.frequency = kGrains[between(0, 5)];
    if (one_in(3)) rule.interval = one_in(3) ? between(7, 60) : between(2, 6);
    switch (rule.frequency) {
      case Grain::week:
        if (!one_in(5)) rule.days = weekdays(between(1, 6));
        if (one_in(8)) rule.months = some(between(1, 3), 1, 12);
        break;
      case Grain::month:
        choose_days_of_month(rule);
        break;
      case Grain::year:
        choose_days_of_year(rule);
        break;
      case Grain::day:
        if (one_in(4)) rule.months = some(between(1, 3), 1, 12);
        break;
      default:
        break;
    }
    if (rule.frequency >= Grain::day && one_in(2)) {
      std::vector<int> times;
      for (const int slot : some(between(1, 3), 0, 287)) times.push_back(one_in(2) ? slot / 12 * 60 : slot * 5);
      std::sort(times.begin(), times.end());
      times.erase(std::unique(times.begin(), times.end()), times.end());
      RepeatRule timed = rule;
      timed.set_times(times);
      if (timed.times() == times) rule = timed;  // Others no rule can hold.
    }
    if (one_in(4)) {
      rule.count = between(1, 400);
    } else if (one_in(4)) {
      rule.until =
          LocalTime{std::chrono::local_days{std::chrono::year{between(2027, 2031)} / between(1, 12) / between(1, 28)}};
    }
    return rule;
  }

 private:
  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool one_in(int n) { return between(1, n) == 1; }
  std::vector<int> some(int many, int low, int high) {
    std::set<int> chosen;
    while (static_cast<int>(chosen.size()) < many) chosen.insert(between(low, high));
    return {chosen.begin(), chosen.end()};
  }
  std::vector<RuleDay> weekdays(int many) {
    std::vector<RuleDay> days;
    for (const int day : some(many, 1, 7)) days.push_back({0, static_cast<std::uint8_t>(day)});
    return days;
  }
  std::vector<RuleDay> places(int many) {
    std::vector<RuleDay> days;
    for (const int day : some(many, 1, 7))
      days.push_back(
          {static_cast<std::int8_t>(one_in(3) ? -between(1, 2) : between(1, 4)), static_cast<std::uint8_t>(day)});
    return days;
  }
  void choose_days_of_month(RepeatRule& rule) {
    switch (between(0, 6)) {
      case 0:
        rule.month_days = some(between(1, 4), 1, 31);
        break;
      case 1:
        rule.month_days = some(between(1, 2), -5, -1);
        break;
      case 2:
        rule.days = places(between(1, 3));
        break;
      case 3:
        for (int day = 1; day <= 5; ++day) rule.days.push_back({0, static_cast<std::uint8_t>(day)});
        rule.set_positions = one_in(2) ? some(1, -3, -1) : some(between(1, 2), 1, 15);
        break;
      case 4:
        rule.days = weekdays(between(1, 3));
        break;
      case 5:  // Friday the 13th, and days that count only on some weekdays
        rule.days = weekdays(one_in(2) ? 1 : between(2, 3));
        rule.month_days = some(one_in(2) ? 1 : between(2, 3), 1, 28);
        break;
      default:
        break;
    }
  }
  void choose_days_of_year(RepeatRule& rule) {
    switch (between(0, 6)) {
      case 0:
        rule.months = some(between(1, 3), 1, 12);
        rule.month_days = some(between(1, 3), 1, 28);
        break;
      case 1:
        rule.months = some(between(1, 4), 1, 12);
        rule.days = places(between(1, 2));
        break;
      case 2:
        rule.months = some(between(1, 4), 1, 12);
        break;
      case 3:
        rule.year_days = one_in(3) ? some(1, -100, -1) : some(between(1, 3), 1, 365);
        break;
      case 4:
        rule.week_numbers = some(between(1, 3), 1, 52);
        rule.days = weekdays(between(1, 2));
        break;
      case 5:
        rule.months = some(1, 1, 12);
        rule.month_days = some(1, -3, -1);
        break;
      default:
        rule.months = some(1, 1, 12);
        for (int day = 1; day <= 5; ++day) rule.days.push_back({0, static_cast<std::uint8_t>(day)});
        rule.set_positions = {one_in(2) ? -1 : between(1, 5)};
        break;
    }
  }

  std::mt19937 random_{20260304};
};

/// The first occurrences, by which two rules of other words may be the same.
std::string occurrences(const std::string& rrule) {
  auto rule = domain::RecurrenceRule::parse(rrule);
  if (!rule) return "no rule: " + rrule;
  domain::RecurrenceStart start;
  start.local = LocalTime{std::chrono::local_days{std::chrono::year{2026} / 1 / 1}} + std::chrono::hours{9};
  auto recurrence = domain::Recurrence::make(std::move(*rule), start);
  if (!recurrence) return "no recurrence: " + rrule;
  std::string all;
  auto each = recurrence->begin();
  for (int i = 0; i < kCompared; ++i) {
    const auto one = each.next();
    if (!one) break;
    all += format_local(one->local) + ' ';
  }
  return all;
}

// Issue 4: an RRULE is described in plain English, and reading the description gives the same rule.
TEST(DescribeProperty, RandomRulesAreReadBack) {
  const Now now(*parse_rfc3339("2026-03-04T15:20:00Z"), *domain::Zone::locate("America/New_York"));
  RandomRules rules;
  int told = 0;
  for (int i = 0; i < kRules && told < 25; ++i) {
    const RepeatRule rule = rules.next();
    const std::string words = describe(rule);
    const auto readings = read_times(words, now, {});
    const bool whole = readings.size() == 1 && readings[0].kind == TimeKind::recurrence;
    const std::string back = whole ? readings[0].rule.rrule() : "no repeat";
    if (back == rule.rrule()) continue;
    const bool same = whole && occurrences(back) == occurrences(rule.rrule());
    EXPECT_TRUE(same) << rule.rrule() << "\n  " << words << "\n  " << back;
    told += !same;
  }
}

}  // namespace
}  // namespace daybook::language
