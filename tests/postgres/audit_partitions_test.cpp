// The audit's entries on PostgreSQL: a partition a month, and the chain does not notice.

#include <gmock/gmock.h>

#include "services/audit/module.hpp"
#include "storage/postgres/test_database.hpp"

namespace daybook::audit {
namespace {

using test::PostgresDatabase;
using test::PostgresServer;
using ::testing::ElementsAre;

/// The audit's other tests, compiled here a second time, have them too.
const bool kKnown = (test::postgres_steps_of["audit"] = postgres_steps(), true);

void make_schema(const std::string& url) {
  storage::postgres::migrate(url, {{"audit", sql_migrations(), postgres_steps()}}).value();
}

CloudEvent at(const UserId& user, std::string_view time) {
  CloudEvent event;
  event.id = EventId{Uuid::random()};
  event.source = "/daybook/tasks";
  event.type = "task.updated";
  event.time = parse_rfc3339(time).value();
  event.user = user;
  event.data = "{}";
  return event;
}

class AuditPartitions : public ::testing::Test {
 protected:
  std::string sql(const std::string& statement) { return PostgresServer::instance()->run(db_.url(), statement); }
  void make_partitions(std::string_view now) {
    sql("SELECT audit.add_partitions(" + std::to_string(to_micros(parse_rfc3339(now).value())) + ", 2)");
  }
  std::string partition_of(std::string_view time) {
    return sql("SELECT tableoid::regclass FROM audit.entry WHERE at = " +
               std::to_string(to_micros(parse_rfc3339(time).value())));
  }

  PostgresDatabase db_{"audit_partitioned", "audit", make_schema};
  std::unique_ptr<AuditStore> store_ = make_sql_store(*db_);
  UserId ann_{Uuid::v5(Uuid{}, "ann")};
};

TEST_F(AuditPartitions, EachMonthHasItsOwnAndTheChainGoesThroughThem) {
  ASSERT_TRUE(kKnown);
  // Long before; and in a year for which nothing was made yet.
  std::vector<CloudEvent> events{at(ann_, "2020-05-01T00:00:00Z"), at(ann_, "2091-01-31T23:59:59Z"),
                                 at(ann_, "2091-02-01T00:00:00Z"), at(ann_, "2091-05-01T00:00:00Z")};
  ASSERT_TRUE(db_.run(store_->append(std::move(events))));
  EXPECT_EQ(partition_of("2091-02-01T00:00:00Z"), "audit.entry_other");
  make_partitions("2091-01-15T00:00:00Z");
  make_partitions("2091-01-16T00:00:00Z");  // Again changes nothing.
  EXPECT_EQ(partition_of("2091-01-31T23:59:59Z"), "audit.entry_2091_01");
  EXPECT_EQ(partition_of("2091-02-01T00:00:00Z"), "audit.entry_2091_02");
  EXPECT_EQ(partition_of("2091-05-01T00:00:00Z"), "audit.entry_other");

  std::vector<CloudEvent> later{at(ann_, "2091-03-01T00:00:00Z")};
  ASSERT_TRUE(db_.run(store_->append(std::move(later))));
  EXPECT_EQ(partition_of("2091-03-01T00:00:00Z"), "audit.entry_2091_03");
  const auto verified = db_.run(store_->verify(ann_)).value();
  EXPECT_EQ(verified.entries, 5);
  EXPECT_FALSE(verified.first_broken);
  ListQuery query;
  query.limit = 3;
  std::vector<std::int64_t> newest;
  for (const auto& entry : db_.run(store_->list(ann_, query)).value()) newest.push_back(entry.sequence);
  EXPECT_THAT(newest, ElementsAre(5, 4, 3));
}

TEST_F(AuditPartitions, WhatAnOlderSchemaHeldIsKept) {
  const auto url = PostgresServer::instance()->make_database("audit_old", [](const std::string& made) {
    storage::postgres::migrate(made, {{"audit", sql_migrations()}}).value();
  });
  const auto in = [&](const std::string& statement) { return PostgresServer::instance()->run(url, statement); };
  for (const char* time : {"1000000", "4000000000000000"})
    in("INSERT INTO audit.entry VALUES (gen_random_uuid(), 1, gen_random_uuid(), " + std::string(time) +
       ", 'task.created', '', '', '', '', '', '')");
  EXPECT_EQ(storage::postgres::migrate(url, {{"audit", sql_migrations(), postgres_steps()}}).value(), 1);
  EXPECT_EQ(in("SELECT count(*) FROM audit.entry"), "2");
  EXPECT_EQ(in("SELECT count(*) FROM audit.entry_other"), "1");
  PostgresServer::instance()->drop_database(url);
}

}  // namespace
}  // namespace daybook::audit
