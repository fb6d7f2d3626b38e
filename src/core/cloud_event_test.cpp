#include "core/cloud_event.hpp"

#include <gmock/gmock.h>

#include "core/json.hpp"

namespace daybook {
namespace {

using ::testing::HasSubstr;

constexpr auto kId = "018f3b2a-0000-7abc-8def-0123456789ab";
constexpr auto kUser = "018f3b2a-0000-7abc-8def-0123456789ac";

CloudEvent completed() {
  CloudEvent event;
  event.id = EventId::parse(kId).value();
  event.source = "/daybook/tasks";
  event.type = "task.completed";
  event.subject = "018f3b2a-0000-7abc-8def-000000000001";
  event.time = parse_rfc3339("2026-03-04T09:00:00.25Z").value();
  event.dataschema = "urn:daybook:schema:task.completed:1";
  event.user = UserId::parse(kUser).value();
  event.sequence = 42;
  event.correlation_id = "req-1";
  event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  event.data = R"({"title":"caf\u00e9","version":3})";
  return event;
}

// E-03, E-04
TEST(CloudEvents, WriteTheEnvelopeOfTheStandard) {
  const auto json = parse_json(to_json(completed())).value().as_object();
  EXPECT_EQ(json.at("specversion"), "1.0");
  EXPECT_EQ(json.at("datacontenttype"), "application/json");
  EXPECT_EQ(json.at("partitionkey"), kUser);
  EXPECT_EQ(json.at("sequence"), "42");
  EXPECT_EQ(json.at("data").at("version"), 3);
}

TEST(CloudEvents, ReadBackWhatTheyWrote) {
  auto event = completed();
  const auto read = parse_cloud_event(to_json(event)).value();
  EXPECT_EQ(json::parse(read.data), json::parse(event.data));
  event.data = read.data;
  EXPECT_EQ(read, event);
}

// E-15, E-16: the other spellings of the same facts.
TEST(CloudEvents, ReadSnakeCaseWithPayload) {
  const auto event = parse_cloud_event(std::string(R"({"event_id":")") + kId + R"(","event_type":"task-completed",
    "aggregate_id":"t1","user_id":")" + kUser +
                                       R"(","timestamp":"2026-03-04T09:00:00Z","schema_version":2,
    "correlation_id":"c","payload":{"title":"milk"}})")
                         .value();
  EXPECT_EQ(event.id.str(), kId);
  EXPECT_EQ(event.type, "task-completed");
  EXPECT_EQ(event.subject, "t1");
  EXPECT_EQ(event.user.str(), kUser);
  EXPECT_EQ(event.dataschema, "2");
  EXPECT_EQ(event.correlation_id, "c");
  EXPECT_EQ(event.data, R"({"title":"milk"})");
}

TEST(CloudEvents, ReadFlatCamelCaseWithMilliseconds) {
  json::object flat{{"eventId", kId},    {"eventType", "task.created"},     {"taskId", 7},
                    {"userId", kUser},   {"eventTimestamp", 1772614800000}, {"title", "milk"},
                    {"priority", "HIGH"}};
  const auto event = parse_cloud_event(json::serialize(flat)).value();
  EXPECT_EQ(format_rfc3339(event.time), "2026-03-04T09:00:00Z");
  EXPECT_EQ(event.subject, "7");
  EXPECT_EQ(json::parse(event.data), json::parse(R"({"taskId":7,"title":"milk","priority":"HIGH"})"));
}

// S-2.7.5: a sidecar that publishes many at once writes the trace of its request over theirs.
TEST(CloudEvents, KeepTheTraceThatTheyBeganWith) {
  auto json = parse_json(to_json(completed())).value().as_object();
  json["origintrace"] = json["traceparent"];
  json["traceparent"] = "00-ffffffffffffffffffffffffffffffff-b7ad6b7169203331-01";
  EXPECT_EQ(parse_cloud_event(json::serialize(json)).value().traceparent, completed().traceparent);
}

// E-04, R-09: what a newer producer adds is passed over.
TEST(CloudEvents, IgnoreAttributesTheyDoNotKnow) {
  auto json = parse_json(to_json(completed())).value().as_object();
  json["shard"] = 3;
  EXPECT_EQ(parse_cloud_event(json::serialize(json)).value().id.str(), kId);
}

TEST(CloudEvents, AreRefusedWithoutIdTypeOrUser) {
  for (auto missing : {"id", "type", "userid"}) {
    auto json = parse_json(to_json(completed())).value().as_object();
    json.erase(missing);
    const auto read = parse_cloud_event(json::serialize(json));
    ASSERT_FALSE(read) << missing;
    EXPECT_EQ(read.error().code, Errc::invalid_argument);
  }
  EXPECT_FALSE(parse_cloud_event("[]"));
  EXPECT_FALSE(parse_cloud_event(std::string(R"({"id":")") + kId + R"(","type":"x","userid":")" + kUser +
                                 R"(","time":"yesterday"})"));
  EXPECT_FALSE(parse_cloud_event(std::string(R"({"id":")") + kId + R"(","type":"x","userid":")" + kUser +
                                 R"(","time":9223372036854775807})"));
}

}  // namespace
}  // namespace daybook
