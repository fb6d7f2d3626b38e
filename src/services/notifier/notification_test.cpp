#include "services/notifier/notification.hpp"

#include <gmock/gmock.h>

namespace daybook::notifier {
namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

CloudEvent event(const std::string& type, const std::string& data) {
  CloudEvent out;
  out.id = EventId{Uuid::parse("01968f3e-8a10-7c21-9d00-5b6a7c8d9e0f").value()};
  out.type = type;
  out.time = at("2026-03-05T14:45:00Z");
  out.data = data;
  return out;
}

// C-09, S-2.3.3
TEST(NotifierNotification, ReminderSaysHowFarOffTheDueTimeIs) {
  const auto made = notification_of(event("reminder.triggered", R"({"id":"01968f3e-8a11-7d00-8000-000000000001",
      "taskId":"01968f3e-8a10-7c21-9d00-5b6a7c8d9e0e","taskTitle":"Meeting","dueAt":"2026-03-05T15:00:00Z"})"),
                                    {});
  ASSERT_TRUE(made);
  ASSERT_TRUE(*made);
  EXPECT_EQ((*made)->title, "Reminder: Meeting in 15 minutes");
  EXPECT_EQ((*made)->kind, "reminder");
}

// R-15: more than 3 at once become one summary
TEST(NotifierNotification, MergedRemindersBecomeOneSummary) {
  const auto made = notification_of(event("reminder.triggered", R"({"id":"01968f3e-8a11-7d00-8000-000000000001",
      "taskTitle":"A","merged":[{"taskTitle":"A"},{"taskTitle":"B"},{"taskTitle":"C"},{"taskTitle":"D"}]})"),
                                    {});
  ASSERT_TRUE(made && *made);
  EXPECT_EQ((*made)->title, "4 reminders came due");
  EXPECT_EQ((*made)->body, "A\nB\nC\nD");
}

// C-11, S-3.3.2
TEST(NotifierNotification, CompletionNoticeFollowsThePreference) {
  const auto done = event("task.completed", R"({"id":"01968f3e-8a10-7c21-9d00-5b6a7c8d9e0e","title":"Report"})");
  const auto made = notification_of(done, {});
  ASSERT_TRUE(made && *made);
  EXPECT_EQ((*made)->title, "Done: Report");
  Preferences silent;
  silent.completion_notices = false;
  const auto none = notification_of(done, silent);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

// E-05: a redelivery gives the same id
TEST(NotifierNotification, IdIsDerivedFromTheEventAndKeepsItsTime) {
  const auto cause = EventId{Uuid::parse("01968f3e-8a10-7c21-9d00-5b6a7c8d9e0f").value()};
  const auto id = notification_id(cause);
  EXPECT_EQ(id, notification_id(cause));
  EXPECT_NE(id.value, cause.value);
  EXPECT_EQ(id.str().substr(0, 18), cause.str().substr(0, 18));
}

TEST(NotifierNotification, EventWithoutTitleIsPoison) {
  EXPECT_FALSE(notification_of(event("reminder.triggered", "{}"), {}));
}

// C-12, R-06: one try and three retries
TEST(NotifierRetry, GivesUpAfterThreeRetries) {
  EXPECT_TRUE(retry_after(1, 0));
  EXPECT_TRUE(retry_after(3, 1));
  EXPECT_FALSE(retry_after(4, 0));
  EXPECT_LT(*retry_after(1, 1), *retry_after(2, 0));
  EXPECT_LT(*retry_after(2, 1), *retry_after(3, 0));
}

TEST(NotifierQuietHours, CrossMidnightInThePersonsZone) {
  Preferences person;
  person.timezone = "Europe/Berlin";
  person.quiet = {22h, 7h};
  EXPECT_EQ(after_quiet_hours(person, at("2026-03-05T22:30:00Z")), at("2026-03-06T06:00:00Z"));  // 23:30 local.
  EXPECT_EQ(after_quiet_hours(person, at("2026-03-05T04:00:00Z")), at("2026-03-05T06:00:00Z"));  // 05:00 local.
  EXPECT_EQ(after_quiet_hours(person, at("2026-03-05T12:00:00Z")), at("2026-03-05T12:00:00Z"));
}

TEST(NotifierDigest, IsForThoseWhoWantIt) { EXPECT_FALSE(next_digest({}, at("2026-03-07T12:30:00Z"))); }

Preferences in_zone(const char* zone, std::chrono::minutes digest_at) {
  Preferences out;
  out.timezone = zone;
  out.digest_at = digest_at;
  return out;
}

// C-13, R-02: the hour of the wall clock, which on the day of a change is 23, 24.5 or 25 hours after the last
TEST(NotifierDigest, KeepsTheLocalHourOverChangesOfTheClock) {
  struct Case {
    const char *zone, *after, *next;
    std::chrono::minutes hour;
  };
  for (const auto& each : {
           Case{"America/New_York", "2026-03-07T12:30:00Z", "2026-03-08T11:30:00Z", 7h + 30min},
           Case{"America/New_York", "2026-10-31T11:30:00Z", "2026-11-01T12:30:00Z", 7h + 30min},
           Case{"Europe/Berlin", "2026-03-28T06:30:00Z", "2026-03-29T05:30:00Z", 7h + 30min},
           Case{"Europe/Berlin", "2026-10-24T05:30:00Z", "2026-10-25T06:30:00Z", 7h + 30min},
           Case{"Australia/Lord_Howe", "2026-04-03T20:30:00Z", "2026-04-04T21:00:00Z", 7h + 30min},
           // 02:30 does not exist on that day: it moves forward by the gap. On the other it exists twice: the first.
           Case{"Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z", 2h + 30min},
           Case{"Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", 2h + 30min},
           Case{"Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z", 2h + 30min},
       }) {
    EXPECT_EQ(next_digest(in_zone(each.zone, each.hour), at(each.after)), at(each.next)) << each.zone << each.after;
  }
}

// C-13: once a local day, wherever the person goes
TEST(NotifierDigest, WhoeverMovesHasOneADay) {
  auto berlin = in_zone("Europe/Berlin", 7h + 30min);
  berlin.digest_on = Date{std::chrono::year{2026} / 3 / 5};
  auto new_york = berlin, tokyo = berlin;
  new_york.timezone = "America/New_York";
  tokyo.timezone = "Asia/Tokyo";

  // Has had it at 07:30 in Berlin, and lands where it is half past two: no second one at 07:30 there.
  EXPECT_EQ(next_digest_after_move(berlin, new_york, at("2026-03-05T07:30:00Z")), at("2026-03-06T12:30:00Z"));
  // Leaves on the next day before it, for where that hour has passed: at once instead of not at all.
  EXPECT_EQ(next_digest_after_move(berlin, tokyo, at("2026-03-06T05:00:00Z")), at("2026-03-06T05:00:00Z"));
  // Has had today's already.
  EXPECT_EQ(next_digest_after_move(berlin, tokyo, at("2026-03-05T07:00:00Z")), at("2026-03-05T22:30:00Z"));
  // Never had one: begins with the next.
  auto fresh = berlin;
  fresh.digest_on.reset();
  auto fresh_tokyo = tokyo;
  fresh_tokyo.digest_on.reset();
  EXPECT_EQ(next_digest_after_move(fresh, fresh_tokyo, at("2026-03-06T05:00:00Z")), at("2026-03-06T22:30:00Z"));
}

TEST(NotifierDeliveries, AreExplainedInLocalTime) {
  const auto preferences = in_zone("Europe/Berlin", 0min);
  Delivery delivery;
  delivery.kind = ChannelKind::webhook;
  delivery.channel_name = "Home";
  delivery.attempts = 2;
  delivery.log = {{at("2026-03-05T14:00:00Z"), "The receiver answered 500."}};
  delivery.next_attempt = at("2026-03-05T14:45:00Z");
  EXPECT_EQ(explain(delivery, preferences),
            "Tried 2 of 4 times. The receiver answered 500. It is tried again Thu 5 Mar 2026, 15:45.");
  delivery.log.push_back({at("2026-03-05T14:45:00Z"), ""});
  delivery.state = Delivery::State::sent;
  delivery.updated_at = at("2026-03-05T14:45:00Z");
  EXPECT_EQ(
      explain(delivery, preferences),
      "The receiver \"Home\" took it Thu 5 Mar 2026, 15:45, after one try that failed: The receiver answered 500.");
}

}  // namespace
}  // namespace daybook::notifier
