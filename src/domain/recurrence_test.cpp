#include "domain/recurrence.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "core/json.hpp"
#include "domain/expand_lines.hpp"

namespace daybook::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string ask(std::string_view dtstart, std::string_view tz, std::string_view rrule, std::string_view more = "") {
  std::string line = R"({"id":"q","dtstart":")" + std::string{dtstart} + R"(","tz":)";
  line += tz.empty() ? "null" : "\"" + std::string{tz} + "\"";
  return answer_expand_question(line + R"(,"rrule":")" + std::string{rrule} + "\"" + std::string{more} + "}");
}

std::vector<std::string> expand(std::string_view dtstart, std::string_view tz, std::string_view rrule,
                                std::string_view more = "") {
  const auto answer = parse_json(ask(dtstart, tz, rrule, more)).value();
  std::vector<std::string> out;
  const auto* occurrences = answer.as_object().if_contains("occurrences");
  if (!occurrences) return {json::serialize(answer)};
  for (const auto& item : occurrences->as_array()) out.emplace_back(item.as_string());
  return out;
}

Recurrence recurrence(std::string_view rrule, std::string_view start, std::string_view zone = "UTC",
                      MonthEnd month_end = MonthEnd::skip) {
  RecurrenceStart at;
  at.local = parse_local(start).value();
  at.zone = Zone::locate(zone).value();
  return Recurrence::make(RecurrenceRule::parse(rrule).value(), at, month_end).value();
}

std::string next(const Recurrence& what, std::string_view after) {
  const auto found = what.next_after(parse_rfc3339(after).value());
  return found ? format_rfc3339(found->instant) : "none";
}

std::ifstream open_cases(std::string_view name) {
  const std::filesystem::path path = std::filesystem::path{DAYBOOK_TEST_DATA} / "recurrence" / name;
  std::ifstream in{path};
  EXPECT_TRUE(in) << path;
  return in;
}

// Dates compare as text; moments as instants, a floating one like its reading in UTC.
std::string comparable(const std::string& text) {
  if (text.size() == 10) return text;
  if (auto local = parse_local(text)) return format_local(*local) + "Z";
  return format_rfc3339(parse_rfc3339(text).value());
}

// B-01, B-12, R-02: RFC 5545's, libical's and dateutil's own cases.
TEST(Recurrence, PublishedCases) {
  auto in = open_cases("rfc5545_cases.jsonl");
  int rows = 0;
  for (std::string line; std::getline(in, line); ++rows) {
    auto row = parse_json(line).value().as_object();
    if (row.contains("contested")) continue;
    const auto truncated = row.contains("truncated");
    const auto& expected = row["expected"].as_array();
    row["limit"] = expected.size() + (truncated ? 0 : 50);
    auto answer = parse_json(answer_expand_question(json::serialize(row))).value().as_object();
    ASSERT_TRUE(answer.contains("occurrences")) << line << json::serialize(answer);
    std::vector<std::string> want, got;
    for (const auto& item : expected) want.push_back(comparable(std::string{item.as_string()}));
    for (const auto& item : answer["occurrences"].as_array()) got.push_back(comparable(std::string{item.as_string()}));
    EXPECT_EQ(want, got) << line;
  }
  EXPECT_GT(rows, 260);
}

// Random rules; make_golden.py says how they were made and what it leaves out.
TEST(Recurrence, AgreesWithDateutilOnRandomRules) {
  auto in = open_cases("dateutil_golden.jsonl");
  int rows = 0;
  for (std::string line; std::getline(in, line); ++rows) {
    const auto row = parse_json(line).value().as_object();
    auto rule = RecurrenceRule::parse(std::string_view{row.at("rrule").as_string()}).value();
    const auto again = RecurrenceRule::parse(rule.str());
    EXPECT_EQ(again.value(), rule) << line;
    RecurrenceStart start;
    start.local = parse_local(std::string_view{row.at("dtstart").as_string()}).value();
    const auto until = parse_local(std::string_view{row.at("until").as_string()}).value();
    const auto& expected = row.at("expected").as_array();
    rule.until = Until{Until::Form::local, until};
    const auto what = Recurrence::make(rule, start).value();
    std::vector<std::string> want, got;
    for (const auto& item : expected) want.emplace_back(item.as_string());
    auto iterator = what.begin();
    while (got.size() < want.size() + !row.at("truncated").as_bool()) {
      const auto found = iterator.next();
      if (!found) break;
      got.push_back(format_local(found->local));
    }
    ASSERT_EQ(want, got) << line;
    // From any point on, the same occurrences follow.
    for (std::size_t i = 0; i + 1 < want.size(); i += 3) {
      const Instant at{parse_local(want[i]).value().time_since_epoch()};
      EXPECT_EQ(format_local(what.next_after(at)->local), want[i + 1]) << line;
      EXPECT_EQ(format_local(what.next_after(at - std::chrono::microseconds{1})->local), want[i]) << line;
    }
  }
  EXPECT_GE(rows, 1000);
}

// R-19
TEST(Recurrence, MonthEndClampTakesTheLastDay) {
  EXPECT_THAT(expand("2026-01-31", "", "FREQ=MONTHLY;COUNT=4", R"(,"monthEnd":"clamp")"),
              ElementsAre("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"));
  EXPECT_THAT(expand("2026-01-31", "", "FREQ=MONTHLY;COUNT=3"), ElementsAre("2026-01-31", "2026-03-31", "2026-05-31"));
  EXPECT_THAT(expand("2024-02-29", "", "FREQ=YEARLY;COUNT=3", R"(,"monthEnd":"clamp")"),
              ElementsAre("2024-02-29", "2025-02-28", "2026-02-28"));
  EXPECT_THAT(expand("2024-02-29", "", "FREQ=YEARLY;COUNT=2"), ElementsAre("2024-02-29", "2028-02-29"));
  EXPECT_THAT(expand("2026-01-29", "", "FREQ=MONTHLY;BYMONTHDAY=29,30,31;COUNT=6", R"(,"monthEnd":"clamp")"),
              ElementsAre("2026-01-29", "2026-01-30", "2026-01-31", "2026-02-28", "2026-03-29", "2026-03-30"));
  const auto monthly = recurrence("FREQ=MONTHLY", "2026-01-31T09:00:00", "UTC", MonthEnd::clamp);
  EXPECT_TRUE(monthly.next_after(parse_rfc3339("2026-02-01T00:00:00Z").value())->clamped);
  EXPECT_FALSE(monthly.next_after(parse_rfc3339("2026-03-01T00:00:00Z").value())->clamped);
}

// R-02: what falls into a gap moves on; what becomes one instant counts once; order is that of instants.
TEST(Recurrence, WallClockAcrossTransitions) {
  EXPECT_THAT(expand("2026-03-07T02:30:00", "America/New_York", "FREQ=DAILY;COUNT=3"),
              ElementsAre("2026-03-07T02:30:00-05:00", "2026-03-08T03:30:00-04:00", "2026-03-09T02:30:00-04:00"));
  EXPECT_THAT(expand("2026-03-08T01:00:00", "America/New_York", "FREQ=HOURLY;COUNT=5"),
              ElementsAre("2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-08T04:00:00-04:00",
                          "2026-03-08T05:00:00-04:00"));
  EXPECT_THAT(expand("2026-03-08T01:30:00", "America/New_York", "FREQ=MINUTELY;INTERVAL=20;COUNT=9"),
              ElementsAre("2026-03-08T01:30:00-05:00", "2026-03-08T01:50:00-05:00", "2026-03-08T03:10:00-04:00",
                          "2026-03-08T03:30:00-04:00", "2026-03-08T03:50:00-04:00", "2026-03-08T04:10:00-04:00"));
  EXPECT_THAT(expand("2026-10-31T01:30:00", "America/New_York", "FREQ=DAILY;COUNT=3"),
              ElementsAre("2026-10-31T01:30:00-04:00", "2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"));
  EXPECT_THAT(expand("2026-10-03T02:15:00", "Australia/Lord_Howe", "FREQ=DAILY;COUNT=2"),
              ElementsAre("2026-10-03T02:15:00+10:30", "2026-10-04T02:45:00+11:00"));
  const auto gap = recurrence("FREQ=DAILY", "2026-03-07T02:30:00", "America/New_York");
  EXPECT_EQ(next(gap, "2026-03-08T07:29:59Z"), "2026-03-08T07:30:00Z");
  EXPECT_EQ(next(gap, "2026-03-08T07:30:00Z"), "2026-03-09T06:30:00Z");
  EXPECT_EQ(next(gap, "2026-03-08T07:00:00Z"), "2026-03-08T07:30:00Z");
}

TEST(Recurrence, ExceptionsAndAdditions) {
  EXPECT_THAT(
      expand("2026-03-01T09:00:00", "Europe/Berlin", "FREQ=DAILY;COUNT=4",
             R"(,"exdate":["2026-03-02T09:00:00","2026-03-03"],"rdate":["2026-03-02T12:00:00","2026-03-01T09:00:00"])"),
      ElementsAre("2026-03-01T09:00:00+01:00", "2026-03-02T12:00:00+01:00", "2026-03-04T09:00:00+01:00"));
  EXPECT_THAT(expand("2026-03-01", "", "", R"(,"rdate":["2026-03-05"])"), ElementsAre("2026-03-01", "2026-03-05"));
}

TEST(Recurrence, UntilAndCount) {
  EXPECT_THAT(expand("2026-03-28T09:00:00", "Europe/Berlin", "FREQ=DAILY;UNTIL=20260329T070000Z"),
              ElementsAre("2026-03-28T09:00:00+01:00", "2026-03-29T09:00:00+02:00"));
  EXPECT_THAT(expand("2026-03-28T09:00:00", "Europe/Berlin", "FREQ=DAILY;UNTIL=20260329T065959Z"),
              ElementsAre("2026-03-28T09:00:00+01:00"));
  EXPECT_THAT(expand("2026-03-28", "", "FREQ=DAILY;UNTIL=20260329"), ElementsAre("2026-03-28", "2026-03-29"));
  EXPECT_THAT(expand("2026-03-28", "", "FREQ=DAILY;UNTIL=20260301"), IsEmpty());
  const auto three = recurrence("FREQ=DAILY;COUNT=3", "2026-03-01T09:00:00");
  EXPECT_EQ(next(three, "2026-03-02T10:00:00Z"), "2026-03-03T09:00:00Z");
  EXPECT_EQ(next(three, "2026-03-03T09:00:00Z"), "none");
}

TEST(Recurrence, BetweenIsHalfOpen) {
  const auto daily = recurrence("FREQ=DAILY", "2026-03-01T09:00:00");
  const auto found =
      daily.between(parse_rfc3339("2026-03-05T09:00:00Z").value(), parse_rfc3339("2026-03-08T09:00:00Z").value(), 10);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(format_rfc3339(found[0].instant), "2026-03-05T09:00:00Z");
  EXPECT_EQ(daily.between({}, parse_rfc3339("2027-03-08T09:00:00Z").value(), 2).size(), 2u);
}

TEST(Recurrence, YearsWithWeek53) {
  EXPECT_THAT(expand("2020-12-28", "", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=3"),
              ElementsAre("2020-12-28", "2026-12-28", "2032-12-27"));
}

TEST(Recurrence, HostileRulesAreEmptyAtOnce) {
  for (auto rule : {"FREQ=SECONDLY;BYMONTHDAY=31;BYMONTH=2", "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1",
                    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
                    "FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1,3,5;BYHOUR=3", "FREQ=MONTHLY;INTERVAL=12;BYMONTH=5",
                    "FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYYEARDAY=1", "FREQ=WEEKLY;BYSETPOS=8",
                    "FREQ=SECONDLY;BYWEEKNO=20;BYMONTH=1", "FREQ=HOURLY;INTERVAL=24;BYHOUR=5",
                    "FREQ=DAILY;INTERVAL=999999999;BYDAY=MO;BYMONTH=2;BYMONTHDAY=29",
                    "FREQ=HOURLY;INTERVAL=14;BYWEEKNO=-17;BYDAY=MO;BYHOUR=21",
                    "FREQ=SECONDLY;INTERVAL=604800;BYWEEKNO=-21;BYDAY=MO",
                    "FREQ=DAILY;INTERVAL=49;BYMONTHDAY=31,29;BYWEEKNO=23,50"}) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(expand("2026-03-03T08:00:00", "Europe/Berlin", rule), IsEmpty()) << rule;
    // Generous for a debug build on a busy machine; the figure itself is bench/recurrence_bench.cpp's.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{200}) << rule;
  }
}

TEST(Recurrence, JumpsFarAheadWithoutWalking) {
  EXPECT_EQ(next(recurrence("FREQ=DAILY", "2026-03-01T09:00:00", "America/New_York"), "2056-07-04T12:00:00Z"),
            "2056-07-04T13:00:00Z");
  EXPECT_EQ(next(recurrence("FREQ=WEEKLY;INTERVAL=3;BYDAY=TH", "2026-03-05T09:00:00"), "2056-01-01T00:00:00Z"),
            "2056-01-06T09:00:00Z");
  EXPECT_EQ(next(recurrence("FREQ=MONTHLY;INTERVAL=5", "2026-03-31T09:00:00"), "2056-01-01T00:00:00Z"),
            "2056-03-31T09:00:00Z");
  EXPECT_EQ(next(recurrence("FREQ=YEARLY", "2024-02-29T09:00:00"), "2056-03-01T00:00:00Z"), "2060-02-29T09:00:00Z");
}

TEST(Recurrence, RefusesWhatItCannotMean) {
  for (auto rule : {"", "FREQ=", "FREQ=FORTNIGHTLY", "FREQ=DAILY;FREQ=DAILY", "BYDAY=MO", "FREQ=DAILY;INTERVAL=0",
                    "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYMONTHDAY=0", "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;BYDAY=0MO",
                    "FREQ=DAILY;UNTIL=2026", "FREQ=DAILY;UNTIL=20260230", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;X=1",
                    "FREQ=DAILY;BYHOUR", "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;BYSETPOS=0", "RSCALE=HEBREW;FREQ=DAILY"}) {
    EXPECT_FALSE(RecurrenceRule::parse(rule)) << rule;
  }
  EXPECT_THAT(ask("2026-03-03", "", "FREQ=HOURLY"), testing::HasSubstr("\"error\""));
  EXPECT_THAT(ask("2026-03-03", "Mars/Base", "FREQ=DAILY"), testing::HasSubstr("\"error\""));
  EXPECT_THAT(answer_expand_question("nonsense"), testing::HasSubstr("\"error\""));
}

TEST(RecurrenceRule, CanonicalText) {
  EXPECT_EQ(RecurrenceRule::parse("rrule:byday=fr,mo,-1su;freq=monthly;interval=1;wkst=su;until=20260331t090000z")
                .value()
                .str(),
            "FREQ=MONTHLY;UNTIL=20260331T090000Z;BYDAY=-1SU,MO,FR;WKST=SU");
  EXPECT_EQ(RecurrenceRule::parse("FREQ=DAILY;INTERVAL=2;COUNT=5;BYHOUR=9,8").value().str(),
            "FREQ=DAILY;INTERVAL=2;COUNT=5;BYHOUR=8,9");
}

struct PatternCase {
  const char* text;
  const char* rule;
  int minutes;  ///< -1: no single time of day.
};

// B-01, B-02, X-10
// RFC 5545, 3.1 and 3.3.10; RFC 7529: what other programs write.
TEST(RecurrenceRule, AsOtherProgramsWriteIt) {
  const auto weekly = RecurrenceRule::parse("FREQ=WEEKLY;BYDAY=MO,TU;COUNT=3").value();
  for (const char* same : {"rrule:freq=weekly;byday=mo,Tu;count=3", " FREQ = WEEKLY ; BYDAY = MO, TU; COUNT=+3 ;",
                           "RRULE:FREQ=WEEKLY;BYDAY=MO,\r\n TU;COUNT=3\r\n", "FREQ=WEE\r\n\tKLY;BYDAY=MO,TU;CO\n UNT=3",
                           "RSCALE=GREGORIAN;FREQ=WEEKLY;BYDAY=TU,MO,TU;SKIP=OMIT;COUNT=3"}) {
    const auto rule = RecurrenceRule::parse(same);
    ASSERT_TRUE(rule) << same << rule.error().detail;
    EXPECT_EQ(*rule, weekly) << same;
  }
  const auto why = [](std::string_view rule) { return RecurrenceRule::parse(rule).error().detail; };
  EXPECT_THAT(why("FREQ=DAILY;COUNT=2;COUNT=3"), testing::HasSubstr("COUNT stands there twice"));
  EXPECT_THAT(why("FREQ=DAILY;INTERVAL=99999999999"), testing::HasSubstr("from 1 to 1000000000"));
  EXPECT_THAT(why("FREQ=YEARLY;RSCALE=CHINESE"), testing::HasSubstr("Gregorian"));
  EXPECT_THAT(why("FREQ=MONTHLY;RSCALE=GREGORIAN;SKIP=BACKWARD"), testing::HasSubstr("monthEnd"));
  EXPECT_THAT(why("FREQ=YEARLY;BYEASTER=-2"), testing::HasSubstr("BYEASTER is not of RFC 5545"));
  EXPECT_THAT(why("DTSTART:20240101T090000\nRRULE:FREQ=DAILY"), testing::HasSubstr("more than one line"));
}

// RFC 5545, 3.3.4, 3.3.5, 3.3.9: iCalendar's basic form; of a period the start.
TEST(Recurrence, ReadsICalendarsForms) {
  const auto march = ElementsAre("2024-03-09T10:00:00-05:00", "2024-03-11T10:00:00-04:00", "2024-03-12T11:00:00-04:00");
  EXPECT_THAT(expand("20240309T100000", "America/New_York", "FREQ=DAILY;COUNT=3",
                     R"(,"exdate":["20240310T140000Z"],"rdate":["20240312T110000/PT1H"])"),
              march);
  EXPECT_THAT(expand("20240309T150000Z", "America/New_York", "FREQ=DAILY;COUNT=3",
                     R"(,"exdate":["20240310"],"rdate":["20240312T150000Z/20240312T160000Z"])"),
              march);
  EXPECT_THAT(expand("20240309", "", "FREQ=DAILY;UNTIL=20240310"), ElementsAre("2024-03-09", "2024-03-10"));
  EXPECT_THAT(ask("2024030", "", "FREQ=DAILY"), testing::HasSubstr("error"));
  EXPECT_THAT(ask("20240309T10000", "", "FREQ=DAILY"), testing::HasSubstr("error"));
}

TEST(RecurrencePattern, WordsAndCron) {
  for (const auto& [text, rule, minutes] :
       std::initializer_list<PatternCase>{{"daily", "FREQ=DAILY", -1},
                                          {"Weekly", "FREQ=WEEKLY", -1},
                                          {"monthly", "FREQ=MONTHLY", -1},
                                          {"yearly", "FREQ=YEARLY", -1},
                                          {"weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", -1},
                                          {"0 9 * * 1-5", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 540},
                                          {"30 18 * * fri-mon", "FREQ=WEEKLY;BYDAY=MO,FR,SA,SU", 1110},
                                          {"0 0 * * 7", "FREQ=WEEKLY;BYDAY=SU", 0},
                                          {"15 6 1,15 * *", "FREQ=MONTHLY;BYMONTHDAY=1,15", 375},
                                          {"0 9 1 jan *", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", 540},
                                          {"0 9 * jun-aug mon", "FREQ=WEEKLY;BYMONTH=6,7,8;BYDAY=MO", 540},
                                          {"*/15 * * * *", "FREQ=HOURLY;BYMINUTE=0,15,30,45;BYSECOND=0", -1},
                                          {"* * * * *", "FREQ=MINUTELY;BYSECOND=0", -1},
                                          {"0 9,17 * * *", "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0;BYSECOND=0", -1},
                                          {"@daily", "FREQ=DAILY", 0},
                                          {"@yearly", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", 0},
                                          {"FREQ=DAILY", "FREQ=DAILY", -1}}) {
    const auto pattern = parse_pattern(text);
    ASSERT_TRUE(pattern) << text << ": " << pattern.error().detail;
    EXPECT_EQ(pattern->rule.str(), rule) << text;
    EXPECT_EQ(pattern->time_of_day ? pattern->time_of_day->count() / 60 : -1, minutes) << text;
  }
  for (auto bad : {"", "sometimes", "0 9 * *", "61 9 * * *", "0 9 13 * 5", "0 9 * * mon-", "*/0 * * * *", "@never",
                   "0 9 32 * *", "a b c d e"}) {
    EXPECT_FALSE(parse_pattern(bad)) << bad;
  }
}

}  // namespace
}  // namespace daybook::domain
