#include "language/time_reading.hpp"

#include <gtest/gtest.h>

#include "language/answer.hpp"

namespace daybook::language {
namespace {

// A Wednesday morning in New York.
const Now& now() {
  static const Now value(*parse_rfc3339("2026-03-04T15:20:00Z"), *domain::Zone::locate("America/New_York"));
  return value;
}

std::string read(std::string_view text, const Settings& settings = {}) {
  const TokenList tokens(text);
  const auto readings = read_times(tokens, now(), settings);
  const auto best =
      principal(readings, now(), settings, readings.size() == 1 && stands_alone(tokens, readings[0].span));
  if (!best) return "none";
  const auto local = [](const Moment& m) {
    return m.has_clock() ? format_local(m.local).substr(0, 16) : format_date(m.date());
  };
  switch (best->kind) {
    case TimeKind::instant:
      return local(*best->start);
    case TimeKind::interval:
      return (best->start ? local(*best->start) : "") + "/" + (best->end ? local(*best->end) : "");
    case TimeKind::duration:
      return best->length.iso();
    case TimeKind::recurrence:
      return best->rule.rrule();
  }
  return {};
}

struct Case {
  const char* text;
  const char* meaning;
};
void expect_all(std::initializer_list<Case> cases) {
  for (const auto& c : cases) EXPECT_EQ(read(c.text), c.meaning) << c.text;
}

TEST(Times, ClocksInEverySpokenForm) {
  expect_all({{"at ten to five", "2026-03-04T16:50"},
              {"at half past three pm", "2026-03-04T15:30"},
              {"at 1630", "2026-03-04T16:30"},
              {"at noon", "2026-03-04T12:00"},
              {"around 5ish", "2026-03-04T17:00"},
              {"3 in the afternoon", "2026-03-04T15:00"},
              {"at quarter to six", "2026-03-04T17:45"},
              {"at 9 am", "2026-03-05T09:00"},
              {"tomorrow at 3", "2026-03-05T15:00"},
              {"tomorrow at 8", "2026-03-05T08:00"},
              {"friday 16h30", "2026-03-06T16:30"}});
}

TEST(Times, DatesInEveryOrder) {
  expect_all({{"march 12 2027", "2027-03-12"},
              {"12th of March, 2027", "2027-03-12"},
              {"2027-03-12", "2027-03-12"},
              {"3/12/2027", "2027-03-12"},
              {"13/06/2026", "2026-06-13"},
              {"Fri, Mar 12, 2027", "2027-03-12"},
              {"jan 5", "2027-01-05"},
              {"by the 2nd", "2026-04-02"}});
  Settings british;
  british.set_locale("en-GB");
  EXPECT_EQ(read("5/6/2026", british), "2026-06-05");
}

TEST(Times, DaysCountedFromNowAndFromOthers) {
  expect_all({{"the day after tomorrow", "2026-03-06"},
              {"a week from Tuesday", "2026-03-17"},
              {"3 days before June 1", "2026-05-29"},
              {"in a fortnight", "2026-03-18"},
              {"in 5 business days", "2026-03-11"},
              {"friday in 2 weeks", "2026-03-20"},
              {"in two and a half hours", "2026-03-04T12:50"}});
}

TEST(Times, PlacesInAPeriod) {
  expect_all({{"second Tuesday in May", "2026-05-12"},
              {"last day of April", "2026-04-30"},
              {"last Friday of next month", "2026-04-24"},
              {"end of the month", "2026-03-31"},
              {"the first of next month", "2026-04-01"},
              {"the last workday of june", "2026-06-30"}});
}

TEST(Times, HolidaysByRule) {
  expect_all({{"thanksgiving", "2026-11-26"},
              {"easter 2027", "2027-03-28"},
              {"good friday", "2026-04-03"},
              {"new year's eve", "2026-12-31"},
              {"chinese new year 2027", "2027-02-06"},
              {"diwali 2026", "2026-11-08"},
              {"mother's day", "2026-05-10"},
              {"passover 2026", "2026-04-01/2026-04-09"}});
  EXPECT_EQ(read("eid al-fitr 2026"), "2026-03-20");
}

TEST(Times, RepeatsToRules) {
  expect_all({{"every other friday at 5", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;BYHOUR=17;BYMINUTE=0"},
              {"2nd and 4th Wednesday of every month", "FREQ=MONTHLY;BYDAY=2WE,4WE"},
              {"every last workday of the month", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"},
              {"weekdays except Wednesday", "FREQ=WEEKLY;BYDAY=MO,TU,TH,FR"},
              {"every 3 months on the 10th", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=10"},
              {"every 2 hours between 9 and 5", "FREQ=DAILY;BYHOUR=9,11,13,15,17;BYMINUTE=0"},
              {"quarterly", "FREQ=MONTHLY;INTERVAL=3"},
              {"every year on July 9", "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=9"},
              {"daily until June 30", "FREQ=DAILY;UNTIL=20260630"},
              {"every monday for 6 times", "FREQ=WEEKLY;BYDAY=MO;COUNT=6"}});
  const auto readings = read_times("every! 3 days", now(), {});
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_TRUE(readings[0].rule.after_completion);
}

TEST(Times, ZonesAndTheirOffsets) {
  const auto readings = read_times("call tomorrow at 9am JST", now(), {});
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_EQ(readings[0].start->offset, std::chrono::hours{9});
  const auto berlin = read_times("on July 1 at 9am in Berlin", now(), {});
  ASSERT_EQ(berlin.size(), 1U);
  EXPECT_EQ(berlin[0].start->offset, std::chrono::hours{2});
}

TEST(Times, OtherWordsStayWords) {
  for (const auto* text :
       {"buy paprika", "ask May about the budget", "second floor", "it may rain", "call 911", "buy iPhone 15",
        "read chapter 3", "order 4th gen iPad", "the sun is hot", "Read \"Friday Night Lights\"", "march on"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

TEST(Times, SpansCoverTheWordsTheyWereReadFrom) {
  const std::string text = "daily standup notes at 9 until June 30";
  const auto readings = read_times(text, now(), {});
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_EQ(text.substr(readings[0].span.begin, readings[0].span.end - readings[0].span.begin), "daily");
  ASSERT_EQ(readings[0].more_spans.size(), 1U);
  EXPECT_EQ(text.substr(readings[0].more_spans[0].begin), "at 9 until June 30");
}

TEST(Times, EveryDatePrintedIsReadBack) {
  static const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                  "July",    "August",   "September", "October", "November", "December"};
  for (auto day = std::chrono::local_days{std::chrono::year{2024} / 1 / 1};
       day < std::chrono::local_days{std::chrono::year{2028} / 1 / 1}; day += std::chrono::days{5}) {
    const Date date{day};
    const auto iso = format_date(date);
    const auto y = std::to_string(static_cast<int>(date.year()));
    const auto m = std::to_string(static_cast<unsigned>(date.month()));
    const auto d = std::to_string(static_cast<unsigned>(date.day()));
    const std::string name = kMonths[static_cast<unsigned>(date.month()) - 1];
    for (const auto& text :
         {iso, m + "/" + d + "/" + y, name + " " + d + ", " + y, d + " " + name + " " + y,
          d + "th of " + name + " " + y, name.substr(0, 3) + " " + d + " " + y, y + "/" + m + "/" + d,
          "the " + d + "th " + name + ", " + y, y + " " + name + " " + d, d + "-" + name.substr(0, 3) + "-" + y}) {
      EXPECT_EQ(read(text), iso) << text;
    }
  }
}

// X-limits: no input is slow or breaks the reader.
TEST(Times, LongAndOddInputsEnd) {
  for (const auto* piece : {"the day after ", "1-", "every ", "from 1 to ", "first and ", "a ", "' ", "@", "12:"}) {
    std::string text;
    while (text.size() < 10000) text += piece;
    read_times(text, now(), {});
  }
}

}  // namespace
}  // namespace daybook::language
