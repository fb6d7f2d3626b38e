#include <gmock/gmock.h>

#include "core/json.hpp"
#include "services/audit/module.hpp"
#include "storage/sql/test_database.hpp"

namespace daybook::audit {
namespace {

using storage::sql::TestDatabase;

class AuditTest : public ::testing::Test {
 protected:
  CloudEvent event(const std::string& type) {
    CloudEvent out;
    out.id = EventId::make(Instant{});
    out.user = user_;
    out.type = type;
    out.subject = "task-1";
    out.time = parse_rfc3339("2026-03-05T14:45:00Z").value();
    out.data = R"({"title":"Dentist"})";
    return out;
  }
  json::value get(std::string path, std::string query = {}) {
    Call call;
    call.path = std::move(path);
    call.query = std::move(query);
    call.principal.emplace();
    call.principal->user = user_;
    return *parse_json(database_.run(module_.router().dispatch(std::move(call))).body);
  }

  TestDatabase database_{sql_migrations()};
  UserId user_ = UserId::make(Instant{});
  std::unique_ptr<AuditStore> store_ = make_sql_store(*database_);
  Module module_{*store_};
};

// F-03, S-3.3.4, R-08: immutable entry: time, user, action, details
TEST_F(AuditTest, EveryEventBecomesOneEntryHoweverOftenItComes) {
  const std::vector<CloudEvent> batch{event("task.created"), event("task.completed")};
  ASSERT_TRUE(database_.run(store_->append(batch)));
  ASSERT_TRUE(database_.run(store_->append(batch)));
  const auto page = get("/api/v1/audit");
  ASSERT_EQ(page.at("items").as_array().size(), 2u);
  EXPECT_EQ(page.at("items").at(0).at("action").as_string(), "task.completed");
  EXPECT_EQ(page.at("items").at(0).at("details").at("title").as_string(), "Dentist");
  EXPECT_TRUE(get("/api/v1/audit/verify").at("valid").as_bool());
}

TEST_F(AuditTest, TamperingIsFoundWhereItHappened) {
  ASSERT_TRUE(database_.run(store_->append({event("task.created"), event("task.updated"), event("task.deleted")})));
  database_.write([](storage::sql::Writer& db) -> Result<> {
    db.run("UPDATE audit_entry SET payload = '{}' WHERE seq = 2");
    return {};
  });
  const auto found = get("/api/v1/audit/verify");
  EXPECT_FALSE(found.at("valid").as_bool());
  EXPECT_EQ(found.at("firstBroken").as_int64(), 2);
}

TEST_F(AuditTest, CuttingOffTheEndIsFound) {
  ASSERT_TRUE(database_.run(store_->append({event("task.created"), event("task.deleted")})));
  database_.write([](storage::sql::Writer& db) -> Result<> {
    db.run("DELETE FROM audit_entry WHERE seq = 2");
    return {};
  });
  EXPECT_EQ(get("/api/v1/audit/verify").at("firstBroken").as_int64(), 2);
}

// X-46
TEST_F(AuditTest, ErasureTakesTheContentAndLeavesAChainThatVerifies) {
  ASSERT_TRUE(database_.run(store_->append({event("task.created"), event("task.deleted")})));
  ASSERT_TRUE(database_.run(store_->erase(user_)));
  EXPECT_TRUE(get("/api/v1/audit").at("items").at(0).at("details").is_null());
  EXPECT_TRUE(get("/api/v1/audit/verify").at("valid").as_bool());
}

// X-46: what is still on its way when the account is erased stands in the chain, without its content.
TEST_F(AuditTest, LateEventsOfAnErasedAccountLeaveNoContent) {
  ASSERT_TRUE(database_.run(store_->append({event("task.created"), event("user.deleted")})));
  ASSERT_TRUE(database_.run(store_->erase(user_)));
  ASSERT_TRUE(database_.run(store_->append({event("task.updated")})));
  const auto items = get("/api/v1/audit").at("items").as_array();
  ASSERT_EQ(items.size(), 3u);
  EXPECT_TRUE(items[0].as_object().at("details").is_null());
  EXPECT_TRUE(get("/api/v1/audit/verify").at("valid").as_bool());
}

// J-02
TEST_F(AuditTest, AnotherUserSeesNothing) {
  ASSERT_TRUE(database_.run(store_->append({event("task.created")})));
  user_ = UserId::make(Instant{});
  EXPECT_EQ(get("/api/v1/audit").at("items").as_array().size(), 0u);
}

TEST_F(AuditTest, PagesGoOnWithoutGapOrDouble) {
  std::vector<CloudEvent> batch;
  for (int i = 0; i < 5; ++i) batch.push_back(event("task.updated"));
  ASSERT_TRUE(database_.run(store_->append(batch)));
  std::vector<std::int64_t> seen;
  std::string query = "limit=2";
  for (;;) {
    const auto page = get("/api/v1/audit", query);
    for (const auto& item : page.at("items").as_array()) seen.push_back(item.at("sequence").as_int64());
    if (page.at("nextCursor").is_null()) break;
    query = "limit=2&cursor=" + std::string(page.at("nextCursor").as_string());
  }
  EXPECT_THAT(seen, ::testing::ElementsAre(5, 4, 3, 2, 1));
}

}  // namespace
}  // namespace daybook::audit
