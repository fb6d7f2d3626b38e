#include "language/describe.hpp"

#include <gtest/gtest.h>

#include "language/time_reading.hpp"

namespace daybook::language {
namespace {

const Now& now() {
  static const Now value(*parse_rfc3339("2026-03-04T15:20:00Z"), *domain::Zone::locate("America/New_York"));
  return value;
}

std::string reread(const std::string& words) {
  const auto readings = read_times(words, now(), {});
  if (readings.size() != 1 || readings[0].kind != TimeKind::recurrence) return "no repeat";
  return readings[0].rule.rrule();
}

TEST(Describe, ReadsWell) {
  const std::pair<const char*, const char*> cases[] = {
      {"FREQ=DAILY", "every day"},
      {"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;BYHOUR=9;BYMINUTE=0", "every other week on Monday and Friday at 9am"},
      {"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=8;BYMINUTE=30", "every weekday at 8:30am"},
      {"FREQ=MONTHLY;BYDAY=2WE,4WE", "every month on the 2nd and 4th Wednesday"},
      {"FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"},
      {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "every month on the last weekday"},
      {"FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=9", "every year on July 9th"},
      {"FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "every year on the last Monday of May"},
      {"FREQ=DAILY;BYHOUR=8,17;BYMINUTE=0,30;BYSETPOS=2,3", "every day at 8:30am and 5pm"},
      {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,17;BYMINUTE=0;BYSETPOS=-2,-1",
       "every month on the last weekday at 9am and 5pm"},
      {"FREQ=HOURLY;INTERVAL=8;COUNT=6", "every 8 hours for 6 times"},
      {"FREQ=DAILY;BYHOUR=8,12,18;BYMINUTE=0;UNTIL=20260630", "every day at 8am, noon and 6pm until June 30, 2026"},
  };
  for (const auto& [rule, words] : cases) {
    EXPECT_EQ(describe_rrule(rule).value(), words);
    EXPECT_EQ(reread(words), rule);
  }
}

TEST(Describe, RefusesWhatIsNoRule) {
  for (const auto* text :
       {"", "DAILY", "FREQ=SOMETIMES", "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;UNTIL=2026"}) {
    EXPECT_FALSE(describe_rrule(text)) << text;
  }
}

// Issue 4: every rule described is read back as the same rule.
TEST(Describe, EveryRuleDescribedIsReadBack) {
  std::vector<std::string> rules;
  for (const int interval : {1, 2, 3, 10}) {
    const auto every = interval == 1 ? std::string() : ";INTERVAL=" + std::to_string(interval);
    for (const auto* unit : {"MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
      rules.push_back(std::string("FREQ=") + unit + every);
    for (const auto* days : {"MO", "TU,TH", "MO,WE,FR", "MO,TU,WE,TH,FR", "SA,SU", "MO,TU,WE,TH,FR,SA", "SU"})
      rules.push_back("FREQ=WEEKLY" + every + ";BYDAY=" + days);
    for (const auto* days : {"1", "15", "1,15", "5,10,20", "31", "-1", "-2", "15,-1"})
      rules.push_back("FREQ=MONTHLY" + every + ";BYMONTHDAY=" + days);
    for (const auto* days : {"1MO", "2TU,4TU", "-1FR", "-2SU", "1MO,3FR", "1FR,3FR,2TU", "FR"})
      rules.push_back("FREQ=MONTHLY" + every + ";BYDAY=" + days);
    for (const auto* positions : {"1", "-1", "15,-1"})
      rules.push_back("FREQ=MONTHLY" + every + ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=" + positions);
    rules.push_back("FREQ=MONTHLY" + every + ";BYDAY=TU,FR;BYSETPOS=1,-1");
    for (const auto* month : {"1", "5", "12"}) {
      for (const auto* day : {";BYMONTHDAY=1", ";BYMONTHDAY=3,20", ";BYDAY=4TH", ";BYDAY=-1MO", ""})
        rules.push_back("FREQ=YEARLY" + every + ";BYMONTH=" + month + day);
    }
    rules.push_back("FREQ=YEARLY" + every + ";BYYEARDAY=31");
    rules.push_back("FREQ=YEARLY" + every + ";BYWEEKNO=12");
    rules.push_back("FREQ=YEARLY" + every + ";BYWEEKNO=12,14;BYDAY=FR");
  }
  int told = 0;
  for (const auto& base : rules) {
    const bool timed = base.find("MINUTELY") == std::string::npos && base.find("HOURLY") == std::string::npos;
    const std::vector<int> kTimes[] = {{}, {540}, {0}, {480, 720, 1020}, {1005}, {510, 1020}, {485, 730, 1065}};
    for (const auto& times : kTimes) {
      if (!times.empty() && !timed) continue;
      for (const auto* end : {"", ";UNTIL=20270105", ";COUNT=12"}) {
        auto parts = *parse_repeat_rule(base + end);
        if (!times.empty()) parts.set_times(times);
        EXPECT_EQ(parts.times(), times) << base;
        const std::string rule = parts.rrule();
        const auto words = describe_rrule(rule);
        ASSERT_TRUE(words) << rule;
        const auto back = reread(*words);
        EXPECT_EQ(back, rule) << *words;
        if (back != rule && ++told > 25) return;
      }
    }
  }
}

// Minutes and hours multiply in a rule; what no rule can hold keeps the times of the first one's minute.
TEST(Times, OfDifferentMinutesStayWhatTheyAre) {
  auto rule = *parse_repeat_rule("FREQ=WEEKLY;BYDAY=MO,TH");
  rule.set_times({17 * 60, 8 * 60 + 30});
  EXPECT_EQ(rule.rrule(), "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=8,17;BYMINUTE=0,30;BYSETPOS=2,3,6,7");
  EXPECT_EQ(rule.times(), (std::vector<int>{510, 1020}));
  EXPECT_TRUE(rule.day_positions().empty());
  auto wide = *parse_repeat_rule("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR");
  wide.set_times({8 * 60 + 30, 12 * 60 + 30, 17 * 60});
  EXPECT_EQ(wide.times(), (std::vector<int>{510, 750}));
}

}  // namespace
}  // namespace daybook::language
