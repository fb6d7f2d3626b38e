#include "app/kafka/topic_plan.hpp"

#include <gmock/gmock.h>

#include "app/embed/embedded_files.hpp"

namespace daybook::app::kafka {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::Not;

std::vector<TopicPlan> plan(std::string_view profile) {
  return plan_topics(embedded_files().at("/schemas/topics.json"), profile).value();
}

const TopicPlan& named(const std::vector<TopicPlan>& topics, std::string_view name) {
  for (const auto& topic : topics)
    if (topic.name == name) return topic;
  throw std::out_of_range(std::string(name));
}

// E-14, X-03, E-11, X-04
TEST(TopicPlan, ProductionHasThreeReplicasAndTheRetentionOfTheTable) {
  const auto topics = plan("three");
  const auto& created = named(topics, "task.created");
  EXPECT_EQ(created.partitions, 3);
  EXPECT_EQ(created.replication, 3);
  EXPECT_EQ(created.settings.at("min.insync.replicas"), "2");
  EXPECT_EQ(created.settings.at("retention.ms"), "604800000");
  EXPECT_EQ(named(topics, "user.registered").settings.at("retention.ms"), "2592000000");
  EXPECT_EQ(named(topics, "task-events").settings.at("retention.ms"), "2592000000");
  EXPECT_EQ(named(topics, "user.updated").settings.at("cleanup.policy"), "compact,delete");
}

TEST(TopicPlan, OneBrokerKeepsADay) {
  const auto topics = plan("single");
  EXPECT_EQ(named(topics, "task.created").replication, 1);
  EXPECT_EQ(named(topics, "task.created").settings.at("retention.ms"), "86400000");
}

// E-06
TEST(TopicPlan, EachConsumerHasItsDeadLettersForThirtyDays) {
  const auto topics = plan("three");
  EXPECT_EQ(named(topics, "reminder.triggered.notifier.dlq").settings.at("retention.ms"), "2592000000");
  EXPECT_THAT(topics, Contains(Field(&TopicPlan::name, "task-events.notifier.dlq")));
  EXPECT_THAT(topics, Not(Contains(Field(&TopicPlan::name, "task.created.notifier.dlq"))));
}

TEST(TopicPlan, NamesAProfileThatIsNotThere) {
  EXPECT_EQ(plan_topics(embedded_files().at("/schemas/topics.json"), "seven").error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace daybook::app::kafka
