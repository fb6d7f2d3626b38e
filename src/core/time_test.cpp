#include "core/time.hpp"

#include <gmock/gmock.h>

namespace daybook {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

// instants are UTC inside, whatever offset they came with.
TEST(Rfc3339, ReadsAnyOffsetAsTheSameInstant) {
  EXPECT_EQ(at("2026-03-04T09:00:00Z"), at("2026-03-04T10:30:00+01:30"));
  EXPECT_EQ(at("2026-03-04T09:00:00Z"), at("2026-03-03t23:00:00-10:00"));
  EXPECT_EQ(at("2026-03-04 09:00:00z"), at("2026-03-04T09:00:00-00:00"));
}

TEST(Rfc3339, WritesAFractionOnlyWhereThereIsOne) {
  EXPECT_EQ(format_rfc3339(at("2026-03-04T09:00:00Z")), "2026-03-04T09:00:00Z");
  EXPECT_EQ(format_rfc3339(at("2026-03-04T09:00:00.5Z")), "2026-03-04T09:00:00.500Z");
  EXPECT_EQ(format_rfc3339(at("2026-03-04T09:00:00.1234567Z")), "2026-03-04T09:00:00.123456Z");
  EXPECT_EQ(format_rfc3339(at("1969-12-31T23:59:59.75Z")), "1969-12-31T23:59:59.750Z");
}

TEST(Rfc3339, ALeapSecondIsTheSecondBefore) { EXPECT_EQ(at("2016-12-31T23:59:60Z"), at("2016-12-31T23:59:59Z")); }

TEST(Rfc3339, RefusesWhatIsNotATime) {
  for (auto text : {"", "2026-03-04", "2026-03-04T09:00Z", "2026-03-04T09:00:00", "2026-02-30T09:00:00Z",
                    "2026-03-04T24:00:00Z", "2026-03-04T09:60:00Z", "2026-03-04T09:00:61Z", "2026-03-04T09:00:00.Z",
                    "2026-03-04T09:00:00+1:00", "2026-03-04T09:00:00+01:60", "2026-03-04T09:00:00Zx",
                    "0000-01-01T00:00:00Z", "2026-03-04T09:00:00+", "2026-03-04T09:00:0"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Dates, AreOnlyThoseThatTheCalendarHas) {
  EXPECT_EQ(format_date(parse_date("2024-02-29").value()), "2024-02-29");
  for (auto text : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "20260101", "2026-01-01T"})
    EXPECT_FALSE(parse_date(text)) << text;
}

TEST(LocalTimes, MayLeaveOutTheSeconds) {
  EXPECT_EQ(format_local(parse_local("2026-03-04T09:00").value()), "2026-03-04T09:00:00");
  EXPECT_EQ(format_local(parse_local("2026-03-04 09:00:07").value()), "2026-03-04T09:00:07");
  for (auto text : {"2026-03-04T9:00", "2026-03-04T09:00Z", "2026-03-04T09:0", "2026-03-04"})
    EXPECT_FALSE(parse_local(text)) << text;
}

// C-01
TEST(Durations, ReadAndWriteIso8601) {
  EXPECT_EQ(parse_duration("PT30M").value(), 30min);
  EXPECT_EQ(parse_duration("P1W").value(), days{7});
  EXPECT_EQ(parse_duration("P1DT2H3M4S").value(), days{1} + 2h + 3min + 4s);
  EXPECT_EQ(format_duration(90min), "PT1H30M");
  EXPECT_EQ(format_duration(days{2}), "P2D");
  EXPECT_EQ(format_duration(0s), "PT0M");
  EXPECT_EQ(format_duration(-30min), "-PT30M");
}

TEST(Durations, RefuseMonthsYearsAndDisorder) {
  for (auto text : {"", "P", "PT", "P1M", "P1Y", "PT1M1H", "P1D1D", "PT5", "P1DT", "30M", "PT-5M", "PT99999999999H",
                    "P40000D", "PT1.5H"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

}  // namespace
}  // namespace daybook
