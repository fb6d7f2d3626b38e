#include "runtime/dapr/topics.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace daybook::runtime::dapr {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

TopicTable read_table() {
  std::ifstream in(DAYBOOK_SOURCE_DIR "/schemas/topics.json");
  return TopicTable::parse(std::string{std::istreambuf_iterator<char>(in), {}}).value();
}

std::vector<std::string> targets(const TopicTable& table, std::string_view type, TopicMode mode) {
  std::vector<std::string> out;
  for (const auto& target : table.targets(type, mode).value()) out.push_back(target.topic + " " + target.type);
  return out;
}

// X-01
TEST(TopicTable, RoutesEachTypeByTheMode) {
  const auto table = read_table();
  EXPECT_THAT(targets(table, "task.created", TopicMode::dotted), ElementsAre("task.created task.created"));
  EXPECT_THAT(targets(table, "task.created", TopicMode::aggregate), ElementsAre("task-events task-created"));
  EXPECT_THAT(targets(table, "reminder.triggered", TopicMode::both),
              ElementsAre("reminder.triggered reminder.triggered", "reminders reminder-triggered"));
  EXPECT_EQ(table.targets("task.exploded", TopicMode::both).error().code, Errc::misconfigured);
}

TEST(TopicTable, SubscriptionsReadEachTopicOnce) {
  const auto table = read_table();
  EXPECT_THAT(table.topics_for({"task.*", "task.created"}, TopicMode::both),
              ElementsAre("task.completed", "task.created", "task.deleted", "task.updated"));
  EXPECT_THAT(table.topics_for({"*"}, TopicMode::aggregate), ElementsAre("reminders", "task-events", "task-updates"));
}

TEST(TopicTable, HasARowForEveryEventThatHasASchema) {
  const auto table = read_table();
  for (const auto& entry : std::filesystem::directory_iterator(DAYBOOK_SOURCE_DIR "/schemas/events")) {
    const auto type = entry.path().stem().string();
    if (type == "common") continue;
    EXPECT_TRUE(table.targets(type, TopicMode::dotted)) << type;
  }
}

// X-01, E-16
TEST(TopicTable, KnowsTheOtherSpellingsOfTypes) {
  const auto table = read_table();
  EXPECT_EQ(table.canonical_type("task-completed"), "task.completed");
  EXPECT_EQ(table.canonical_type("recurring-task-created"), "recurring-task.created");
  EXPECT_EQ(table.canonical_type("chat-message-created"), "chat.message.created");
  EXPECT_EQ(table.canonical_type("complete"), "task.completed");
  EXPECT_EQ(table.canonical_type("recurring_spawn"), "task.created");
  EXPECT_EQ(table.canonical_type("task.completed"), "task.completed");
  EXPECT_EQ(table.canonical_type("something.else"), "something.else");
}

// E-15, E-16, X-06: one and the same event, as each of the sources spells it.
TEST(TopicTable, ReadsADeliveryInEverySpelling) {
  const auto table = read_table();
  const std::string id = "0190f0c0-7c00-7000-8000-000000000001", user = "0190f0c0-7c00-7000-8000-000000000002";
  const std::vector<std::string> spellings = {
      R"({"eventId":")" + id + R"(","timestamp":"2026-03-04T09:00:00Z","userId":")" + user +
          R"(","version":"1","taskId":"7"})",
      R"({"eventId":")" + id + R"(","eventTimestamp":1772614800000,"userId":")" + user + R"(","taskId":"7"})",
      R"({"event_id":")" + id + R"(","event_type":"task.completed","aggregate_id":"7","user_id":")" + user +
          R"(","timestamp":"2026-03-04T09:00:00Z","payload":{"x":1},"schema_version":1})",
      R"({"event_id":")" + id + R"(","event_type":"task-completed","task_id":"7","user_id":")" + user +
          R"(","timestamp":"2026-03-04T09:00:00Z","payload":{"x":1}})",
      R"({"id":")" + id + R"(","event_type":"complete","task_id":7,"user_id":")" + user +
          R"(","timestamp":"2026-03-04T09:00:00Z","payload":{"x":1}})",
      R"({"specversion":"1.0","id":")" + id +
          R"(","source":"/x","type":"task.completed","subject":"7","time":"2026-03-04T09:00:00Z","userid":")" + user +
          R"(","topic":"task.completed","pubsubname":"pubsub","data":{"x":1}})",
      // As daprd wraps what came without an envelope.
      R"({"specversion":"1.0","id":"dapr-1","type":"com.dapr.event.sent","source":"other","data":{"eventId":")" + id +
          R"(","eventTimestamp":1772614800000,"userId":")" + user + R"(","taskId":"7"}})",
  };
  for (const auto& text : spellings) {
    const auto event = table.read_delivery(text, "task.completed");
    ASSERT_TRUE(event) << text << ": " << event.error().detail;
    EXPECT_EQ(event->id.str(), id);
    EXPECT_EQ(event->type, "task.completed") << text;
    EXPECT_EQ(event->user.str(), user);
    EXPECT_EQ(event->subject, "7");
    EXPECT_EQ(format_rfc3339(event->time), "2026-03-04T09:00:00Z");
  }
}

TEST(TopicTable, RefusesWhatIsNoEvent) {
  const auto table = read_table();
  for (const char* text : {"", "[]", "{}", "nonsense", R"({"type":"com.dapr.event.sent","data":"nonsense"})"})
    EXPECT_FALSE(table.read_delivery(text, "task.created")) << text;
}

}  // namespace
}  // namespace daybook::runtime::dapr
