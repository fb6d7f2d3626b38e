#include "services/analytics/projection.hpp"

#include <gmock/gmock.h>

namespace daybook::analytics {
namespace {

const auto kZone = domain::Zone::locate("Europe/Berlin").value();

json::object data(const std::string& text) { return json::parse(text).as_object(); }

TaskState told(const std::string& type, const std::string& text) {
  CloudEvent event;
  event.type = type;
  event.time = parse_rfc3339("2026-03-04T09:00:00Z").value();
  return state_of(event, data(text), kZone).value();
}

/// What a task that goes through these states adds up to.
Delta sum(const std::vector<TaskState>& states) {
  Delta out;
  const auto add = [&](const std::string&, const Delta& delta) { out += delta; };
  const TaskState* before = nullptr;
  for (const auto& state : states) {
    if (before && state.version <= before->version) continue;
    if (before) contribute(*before, -1, add);
    contribute(state, 1, add);
    before = &state;
  }
  return out;
}

// F-04, S-2.5.4
TEST(AnalyticsProjection, CompletionCountsOnceWithItsTime) {
  const auto made = told("task.created", R"({"version":1,"status":"pending"})");
  const auto done = told("task.completed", R"({"version":2,"status":"completed","timeToComplete":5000})");
  for (const auto& states : {std::vector{made, done}, std::vector{made, done, done}}) {
    const auto delta = sum(states);
    EXPECT_EQ(delta.created, 1);
    EXPECT_EQ(delta.completed, 1);
    EXPECT_EQ(delta.open, 0);
    EXPECT_EQ(delta.completion_ms, 5000);
  }
}

// E-05, E-07: any order gives the same counts
TEST(AnalyticsProjection, OrderOfEventsDoesNotMatter) {
  const auto made = told("task.created", R"({"version":1,"status":"pending"})");
  const auto gone = told("task.deleted", R"({"version":2,"status":"pending"})");
  const auto forward = sum({made, gone}), backward = sum({gone, made});
  EXPECT_EQ(forward.created, backward.created);
  EXPECT_EQ(forward.open, backward.open);
  EXPECT_EQ(forward.deleted, backward.deleted);
}

TEST(AnalyticsProjection, ReopeningTakesTheCompletionBack) {
  const auto done = told("task.completed", R"({"version":2,"status":"completed","timeToComplete":5000})");
  const auto open = told("task.updated", R"({"version":3,"status":"pending"})");
  const auto delta = sum({done, open});
  EXPECT_EQ(delta.completed, 0);
  EXPECT_EQ(delta.completion_ms, 0);
  EXPECT_EQ(delta.open, 1);
}

// Each thing on the day on which it happened, by its owner's clock.
TEST(AnalyticsProjection, DaysAreTheOwners) {
  const auto state =
      told("task.updated", R"({"version":4,"status":"completed","createdAt":"2026-03-01T22:30:00Z",)"
                           R"("completedAt":"2026-03-02T23:30:00Z","deletedAt":"2026-03-03T10:00:00Z"})");
  EXPECT_EQ(state.created_on, "2026-03-01");
  EXPECT_EQ(state.completed_on, "2026-03-03");
  EXPECT_EQ(state.deleted_on, "2026-03-03");
  EXPECT_EQ(state.completion_ms, 25 * 3600 * 1000);
}

TEST(AnalyticsProjection, DataWithoutVersionIsPoison) {
  CloudEvent event;
  event.type = "task.created";
  EXPECT_FALSE(state_of(event, data(R"({"status":"pending"})"), kZone));
}

}  // namespace
}  // namespace daybook::analytics
