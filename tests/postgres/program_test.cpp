// The whole program with its tables in PostgreSQL.

#include "program.hpp"

#include <gmock/gmock.h>

#include "storage/postgres/test_server.hpp"

namespace daybook::app {
namespace {

using test::PostgresServer;
using ::testing::HasSubstr;

// K-01: what an operator sees of the connections and the outbox.
TEST(ProgramOnPostgres, MetricsSayHowThePoolIsUsedAndReadinessNamesTheDatabase) {
  const auto url = PostgresServer::instance()->make_database("bare", [](const std::string&) {});
  {
    storage::sqlite::TestDirectory folder;
    Program program(folder.path(), url);
    program.enter("register", "ann@example.org");
    program.ok(Method::post, "/api/v1/tasks", R"({"title":"Buy milk"})");
    program.settle();
    const auto metrics = program.text(Method::get, "/metrics");
    for (const char* name :
         {"daybook_pg_pool_size 10", "daybook_pg_pool_open ", "daybook_pg_pool_in_use ", "daybook_pg_pool_waiting 0",
          "daybook_pg_pool_wait_seconds_count ", "daybook_pg_connects_total ", "daybook_pg_connect_failures_total 0",
          "daybook_pg_commits_total{database=\"tasks\"}", "daybook_outbox_shards{service=\"tasks\"} 64"})
      EXPECT_THAT(metrics, HasSubstr(name));
    EXPECT_THAT(program.text(Method::get, "/readiness"), HasSubstr(R"({"name":"postgres","status":"ok")"));
  }
  PostgresServer::instance()->drop_database(url);
}

}  // namespace
}  // namespace daybook::app
