#include "domain/zone.hpp"

#include <date/tz.h>
#include <gmock/gmock.h>

namespace daybook::domain {
namespace {

using std::chrono::seconds;
using namespace std::chrono_literals;

Zone zone(std::string_view name) { return Zone::locate(name).value(); }
LocalTime local(std::string_view text) { return parse_local(text).value(); }
std::string resolved(std::string_view name, std::string_view text) {
  const auto z = zone(name);
  return format_with_offset(z.to_instant(local(text)).instant, z);
}

// R-02, rule 6
TEST(Zone, SkippedTimeMovesForwardByTheGap) {
  EXPECT_EQ(resolved("America/New_York", "2026-03-08T02:30:00"), "2026-03-08T03:30:00-04:00");
  EXPECT_EQ(resolved("Europe/Berlin", "2026-03-29T02:00:00"), "2026-03-29T03:00:00+02:00");
  EXPECT_EQ(resolved("Australia/Lord_Howe", "2026-10-04T02:15:00"), "2026-10-04T02:45:00+11:00");
  EXPECT_EQ(zone("Europe/Berlin").to_instant(local("2026-03-29T02:59:59")).kind, LocalKind::skipped);
  EXPECT_EQ(zone("Europe/Berlin").to_instant(local("2026-03-29T03:00:00")).kind, LocalKind::unique);
  EXPECT_EQ(zone("Europe/Berlin").to_instant(local("2026-03-29T01:59:59")).kind, LocalKind::unique);
}

// R-02, rule 6
TEST(Zone, DoubledTimeIsTheFirst) {
  EXPECT_EQ(resolved("America/New_York", "2026-11-01T01:30:00"), "2026-11-01T01:30:00-04:00");
  EXPECT_EQ(resolved("Australia/Lord_Howe", "2026-04-05T01:45:00"), "2026-04-05T01:45:00+11:00");
  EXPECT_EQ(zone("America/New_York").to_instant(local("2026-11-01T01:00:00")).kind, LocalKind::doubled);
  EXPECT_EQ(zone("America/New_York").to_instant(local("2026-11-01T02:00:00")).kind, LocalKind::unique);
}

TEST(Zone, AWholeDaySkippedMovesByADay) {
  // Samoa crossed the date line: 30 December 2011 did not happen.
  EXPECT_EQ(resolved("Pacific/Apia", "2011-12-30T12:00:00"), "2011-12-31T12:00:00+14:00");
}

TEST(Zone, StandingRuleHoldsPastTheLastEntryOfTheFile) {
  EXPECT_EQ(resolved("America/New_York", "2056-07-01T09:00:00"), "2056-07-01T09:00:00-04:00");
  EXPECT_EQ(resolved("America/New_York", "2056-12-01T09:00:00"), "2056-12-01T09:00:00-05:00");
  EXPECT_EQ(resolved("Europe/Berlin", "2900-07-01T09:00:00"), "2900-07-01T09:00:00+02:00");
  EXPECT_EQ(resolved("Australia/Sydney", "9998-01-15T09:00:00"), "9998-01-15T09:00:00+11:00");
  EXPECT_EQ(resolved("Asia/Tokyo", "2900-07-01T09:00:00"), "2900-07-01T09:00:00+09:00");
}

TEST(Zone, FixedOffsetsAndNames) {
  EXPECT_EQ(resolved("+05:30", "2026-01-01T00:00:00"), "2026-01-01T00:00:00+05:30");
  EXPECT_EQ(resolved("UTC-3", "2026-01-01T00:00:00"), "2026-01-01T00:00:00-03:00");
  EXPECT_EQ(zone("Z"), Zone{});
  EXPECT_EQ(zone("utc").name(), "UTC");
  EXPECT_EQ(zone("america/new_york").name(), "America/New_York");
  EXPECT_EQ(zone("-0330").name(), "-03:30");
  EXPECT_TRUE(zone("+01:00").is_fixed());
  for (auto bad : {"", "Mars/Base", "../../etc/passwd", "/etc/passwd", "posix/UTC", "+99:00", "+5:7", "+", "UTC+",
                   "Europe//Berlin", "Europe"}) {
    EXPECT_FALSE(Zone::locate(bad)) << bad;
  }
}

TEST(Zone, NextTransition) {
  const auto berlin = zone("Europe/Berlin");
  auto next = berlin.next_transition(parse_rfc3339("2026-03-29T00:59:59Z").value());
  ASSERT_TRUE(next);
  EXPECT_EQ(format_rfc3339(next->at), "2026-03-29T01:00:00Z");
  EXPECT_EQ(next->before, seconds{3600});
  EXPECT_EQ(next->after, seconds{7200});
  EXPECT_EQ(format_rfc3339(berlin.next_transition(next->at)->at), "2026-10-25T01:00:00Z");
  EXPECT_EQ(format_rfc3339(berlin.next_transition(parse_rfc3339("2838-12-01T00:00:00Z").value())->at),
            "2839-03-27T01:00:00Z");
  EXPECT_FALSE(zone("Asia/Tokyo").next_transition(parse_rfc3339("2026-01-01T00:00:00Z").value()));
  EXPECT_FALSE(Zone{}.next_transition({}));
}

TEST(Zone, ListsNamesAndVersion) {
  EXPECT_THAT(zone_names(), testing::IsSupersetOf({"Africa/Casablanca", "Asia/Kolkata", "Europe/Berlin", "UTC"}));
  EXPECT_THAT(zone_names(), testing::Not(testing::Contains("Factory")));
  EXPECT_FALSE(tzdb_version().empty());
  for (const auto& name : zone_names()) EXPECT_TRUE(Zone::locate(name)) << name;
}

TEST(Zone, ALawThatChangesHoldsForZonesLocatedAfterwards) {
  // TZif version 2 without explicit steps: an empty first block, then one type and the footer.
  auto block = [](char version) {
    std::string text = "TZif";
    text += version;
    text.append(15, '\0');
    for (int count : {0, 0, 0, 0, 1, 4}) text += std::string{'\0', '\0', '\0', static_cast<char>(count)};
    return text + std::string(6, '\0') + std::string{"LMT\0", 4};
  };
  const std::string empty = block('2') + block('2');
  auto before = Zone::install("Test/Law", empty + "\n<+01>-1\n");
  ASSERT_TRUE(before) << before.error().detail;
  auto after = Zone::install("Test/Law", empty + "\n<+01>-1<+02>,M3.5.0,M10.5.0/3\n");
  ASSERT_TRUE(after) << after.error().detail;
  const auto july = local("2026-07-01T12:00:00");
  EXPECT_EQ(before->to_instant(july).offset, 1h);
  EXPECT_EQ(after->to_instant(july).offset, 2h);
  EXPECT_EQ(zone("Test/Law"), *after);
  EXPECT_FALSE(Zone::install("Test/Bad", "TZif2"));
  EXPECT_FALSE(Zone::install("Test/Bad", empty + "\nnonsense\n"));
}

// B-12: a proven library agrees, for every zone around every change that it knows of.
TEST(Zone, AgreesWithHowardHinnantsLibrary) {
  const auto first = date::sys_days{date::year{1970} / 1 / 1};
  const auto last = date::sys_days{date::year{2037} / 6 / 1};
  for (const auto& name : zone_names()) {
    const date::time_zone* theirs = nullptr;
    try {
      theirs = date::locate_zone(name);
    } catch (const std::exception&) {
      continue;
    }
    const auto ours = zone(name);
    date::sys_seconds at = first;
    while (at < last) {
      const auto info = theirs->get_info(at);
      for (auto probe : {info.end - 1s, info.end, info.end + 1s}) {
        if (probe >= last || probe < first) continue;
        const auto instant = Instant{probe.time_since_epoch()};
        const auto offset = theirs->get_info(probe).offset;
        ASSERT_EQ(ours.offset_at(instant), offset) << name << " " << format_rfc3339(instant);
        for (auto shift : {-3600s, -1800s, -1s, 0s, 1s, 1800s, 3599s, 3600s}) {
          const auto reading = LocalTime{probe.time_since_epoch() + offset + shift};
          const auto mine = ours.to_instant(reading);
          const auto found = theirs->get_info(date::local_seconds{reading.time_since_epoch()});
          const auto want_offset = found.first.offset;  // Before the gap, or the first of two.
          ASSERT_EQ(mine.instant.time_since_epoch(), reading.time_since_epoch() - want_offset)
              << name << " " << format_local(reading);
          ASSERT_EQ(static_cast<int>(mine.kind), found.result == date::local_info::unique        ? 0
                                                 : found.result == date::local_info::nonexistent ? 1
                                                                                                 : 2)
              << name << " " << format_local(reading);
        }
      }
      at = info.end;
    }
  }
}

}  // namespace
}  // namespace daybook::domain
