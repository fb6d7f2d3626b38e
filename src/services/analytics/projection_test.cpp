#include "services/analytics/projection.hpp"

#include <gmock/gmock.h>

namespace daybook::analytics {
namespace {

json::object data(const std::string& text) { return json::parse(text).as_object(); }

TaskState told(const std::string& type, const std::string& text) {
  CloudEvent event;
  event.type = type;
  return state_of(event, data(text)).value();
}

// F-04, S-2.5.4
TEST(AnalyticsProjection, CompletionCountsOnceWithItsTime) {
  const auto made = told("task.created", R"({"version":1,"status":"pending"})");
  const auto done_data = data(R"({"version":2,"status":"completed","timeToComplete":5000})");
  const auto done = told("task.completed", R"({"version":2,"status":"completed"})");
  const auto delta = difference(made, done, done_data);
  EXPECT_EQ(delta.completed, 1);
  EXPECT_EQ(delta.open, -1);
  EXPECT_EQ(delta.completion_ms, 5000);
  EXPECT_EQ(difference(done, done, done_data).completed, 0);
}

// E-05, E-07: any order gives the same counts
TEST(AnalyticsProjection, OrderOfEventsDoesNotMatter) {
  const auto made = told("task.created", R"({"version":1,"status":"pending"})");
  const auto gone = told("task.deleted", R"({"version":2,"status":"pending"})");
  const json::object none;
  const auto forward_first = difference(std::nullopt, made, none), forward_second = difference(made, gone, none);
  const auto backward_first = difference(std::nullopt, gone, none), backward_second = difference(gone, made, none);
  EXPECT_EQ(forward_first.created + forward_second.created, backward_first.created + backward_second.created);
  EXPECT_EQ(forward_first.open + forward_second.open, backward_first.open + backward_second.open);
  EXPECT_EQ(forward_first.deleted + forward_second.deleted, backward_first.deleted + backward_second.deleted);
}

TEST(AnalyticsProjection, ReopeningTakesTheCompletionBack) {
  const auto done = told("task.completed", R"({"version":2,"status":"completed"})");
  const auto open = told("task.updated", R"({"version":3,"status":"pending"})");
  const auto delta = difference(done, open, {});
  EXPECT_EQ(delta.completed, -1);
  EXPECT_EQ(delta.open, 1);
}

TEST(AnalyticsProjection, DataWithoutVersionIsPoison) {
  CloudEvent event;
  event.type = "task.created";
  EXPECT_FALSE(state_of(event, data(R"({"status":"pending"})")));
}

}  // namespace
}  // namespace daybook::analytics
