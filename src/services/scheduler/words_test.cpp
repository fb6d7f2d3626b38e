#include "services/scheduler/words.hpp"

#include <gtest/gtest.h>

namespace daybook::scheduler {
namespace {

std::string words(std::string_view rule, std::string_view starts, std::string_view zone = "Europe/Berlin",
                  domain::Anchor anchor = domain::Anchor::schedule) {
  const auto now = parse_rfc3339("2026-01-01T00:00:00Z").value();
  domain::SeriesDraft draft;
  draft.title = "x";
  draft.schedule.text = rule;
  draft.anchor = anchor;
  if (starts.size() == 10) {
    draft.starts = parse_date(starts).value();
  } else {
    draft.starts = parse_rfc3339(starts).value();
  }
  draft.timezone = zone;
  auto series = domain::create_series(SeriesId::make(now), UserId::make(now), draft, "UTC", now);
  return series ? describe(*series) : series.error().detail;
}

TEST(Words, SayWhatTheRuleMeans) {
  EXPECT_EQ(words("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-03-02T08:00:00Z"), "every weekday at 9am");
  EXPECT_EQ(words("FREQ=WEEKLY", "2026-03-06T17:30:00Z"), "every Friday at 6:30pm");
  EXPECT_EQ(words("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "2026-03-05"), "every other week on Thursday");
  EXPECT_EQ(words("FREQ=MONTHLY;BYMONTHDAY=1", "2026-04-01"), "every month on the 1st");
  EXPECT_EQ(words("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-03-31"), "every month on the last weekday");
  EXPECT_EQ(words("FREQ=YEARLY", "2026-05-03"), "every year on May 3rd");
  EXPECT_EQ(words("FREQ=DAILY;COUNT=10", "2026-03-05T08:00:00Z"), "every day at 9am for 10 times");
}

// what the month's end does is said.
TEST(Words, ShortMonths) {
  EXPECT_EQ(words("FREQ=MONTHLY", "2026-01-31"), "every month on the 31st, or the last day of a shorter month");
  EXPECT_EQ(words("FREQ=YEARLY", "2028-02-29"), "every year on February 29th, or the last day of a shorter month");
}

TEST(Words, TheEndIsTheLastDayThatCanHaveOne) {
  // Until 17:59 of a day whose occurrence would be at 18:00.
  EXPECT_EQ(words("FREQ=DAILY;UNTIL=20260320T165959Z", "2026-03-06T17:00:00Z"),
            "every day at 6pm until March 19, 2026");
  EXPECT_EQ(words("FREQ=DAILY;UNTIL=20260320", "2026-03-06"), "every day until March 20, 2026");
}

TEST(Words, FromTheLastCompletion) {
  EXPECT_EQ(words("FREQ=DAILY;INTERVAL=3", "2026-03-06", "UTC", domain::Anchor::completion),
            "every 3 days after completion");
}

}  // namespace
}  // namespace daybook::scheduler
