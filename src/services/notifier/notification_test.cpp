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

// C-13
TEST(NotifierDigest, ComesAtTheSameLocalTimeAcrossAClockChange) {
  Preferences person;
  person.timezone = "America/New_York";
  person.digest_at = 7h + 30min;
  EXPECT_EQ(next_digest(person, at("2026-03-07T12:30:00Z")), at("2026-03-08T11:30:00Z"));
  EXPECT_EQ(next_digest(person, at("2026-03-07T12:29:59Z")), at("2026-03-07T12:30:00Z"));
  EXPECT_FALSE(next_digest({}, at("2026-03-07T12:30:00Z")));
}

}  // namespace
}  // namespace daybook::notifier
