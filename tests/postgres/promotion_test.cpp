// From one program with two files to PostgreSQL (design, rules 10 and 17): everything is moved and compared, and being
// killed on the way does no harm.

#include "app/promote/promotion.hpp"

#include <gmock/gmock.h>

#include "app/system/postgres_stores.hpp"
#include "core/fault_point.hpp"
#include "program.hpp"
#include "storage/postgres/test_database.hpp"

namespace daybook::app {
namespace {

using test::PostgresServer;
using ::testing::HasSubstr;

/// What a person sees, to be the same before and after.
std::string seen_by(Program& program) {
  std::string out;
  for (const char* path :
       {"/api/v1/tasks?limit=200&sort=created", "/api/v1/tasks?q=mil", "/api/v1/tasks?tag=home", "/api/v1/recurring",
        "/api/v1/reminders", "/api/v1/conversations", "/api/v1/notifications", "/api/v1/me"}) {
    auto answer = program.ok(Method::get, path);
    out += json::serialize(answer) + '\n';
  }
  return out;
}

void live_a_little(Program& program, const std::string& email) {
  program.enter("register", email);
  for (int i = 0; i < 15; ++i)
    program.ok(Method::post, "/api/v1/tasks",
               R"({"title":"Buy milk and \"Käse\" )" + std::to_string(i) + R"(","tags":["home"],"priority":"high"})");
  program.ok(Method::post, "/api/v1/tasks",
             R"({"title":"Call","dueAt":"2099-01-01T10:00:00Z","reminders":[{"before":"PT10M"}]})");
  program.ok(Method::post, "/api/v1/recurring", R"({"title":"Standup","rrule":"FREQ=WEEKLY;COUNT=3"})");
  program.ok(Method::post, "/api/v1/chat", R"({"message":"pay bills on the 1st of every month"})");
  program.settle();
}

int g_batches_left = 0;
std::string g_stop_at;
void stop_somewhere(const char* name) {
  const bool here =
      g_stop_at.empty() ? std::string_view(name).starts_with("promotion.") && g_batches_left-- == 0 : g_stop_at == name;
  if (here) throw std::runtime_error("killed");
}

class PromotionTest : public ::testing::Test {
 protected:
  static void no_schema(const std::string&) {}
  void SetUp() override { url_ = PostgresServer::instance()->make_database("bare", no_schema); }
  void TearDown() override {
    fault_hook = nullptr;
    PostgresServer::instance()->drop_database(url_);
  }
  Result<Promotion> run(int batch = 1000) {
    PromotionOptions options;
    options.from = folder_.path();
    options.to = url_;
    options.batch = batch;
    return promote(options);
  }
  std::string sql(const std::string& statement) { return PostgresServer::instance()->run(url_, statement); }

  storage::sqlite::TestDirectory folder_, other_folder_;
  std::string url_;
};

TEST_F(PromotionTest, MovesEverythingAndThePersonSeesNoDifference) {
  std::string before;
  {
    Program program(folder_.path());
    live_a_little(program, "bob@example.org");
    live_a_little(program, "ann@example.org");
    before = seen_by(program);
  }
  const auto promotion = run();
  ASSERT_TRUE(promotion) << promotion.error().detail;
  EXPECT_FALSE(promotion->was_done_before);
  std::int64_t rows = 0;
  for (const auto& table : promotion->tables) {
    rows += table.sum.rows;
    EXPECT_EQ(sql("SELECT count(*) FROM " + table.name), std::to_string(table.sum.rows)) << table.name;
    if (table.name == "tasks.text" || table.name == "audit.entry") {
      EXPECT_GE(table.sum.rows, 2 * 17) << table.name;
    }
  }
  EXPECT_GT(rows, 300);

  Program program(other_folder_.path(), url_);
  program.enter("login", "ann@example.org");
  const auto me = json::serialize(program.ok(Method::get, "/api/v1/me"));
  auto after = seen_by(program);
  EXPECT_EQ(after, before);
  // Numbers, orders and chains go on behind what was moved.
  const auto task = program.ok(Method::post, "/api/v1/tasks", R"({"title":"Afterwards"})");
  EXPECT_GT(task.at("number").as_int64(), 17);
  program.settle();
  EXPECT_TRUE(program.ok(Method::get, "/api/v1/audit/verify").at("valid").as_bool());
  EXPECT_EQ(sql("SELECT count(*) FROM tasks.event_sequence s WHERE last < (SELECT count(*) FROM tasks.task)/2"), "0");
}

TEST_F(PromotionTest, KilledAnywhereItGoesOnWhereItWas) {
  std::string before;
  {
    Program program(folder_.path());
    live_a_little(program, "ann@example.org");
    before = seen_by(program);
  }
  fault_hook = stop_somewhere;
  g_stop_at.clear();
  int kills = 0;
  for (;; ++kills) {
    g_batches_left = 2 * kills;  // Each run gets further, so that it dies in different places.
    const auto promotion = run(7);
    if (promotion) break;
    ASSERT_LT(kills, 1000);
    // Nobody starts on half of the data, unless the end was reached.
    const auto started = storage::postgres::migrate(url_, postgres_schemas());
    if (sql("SELECT done_at IS NULL FROM daybook.promotion") == "t") {
      ASSERT_FALSE(started);
      EXPECT_THAT(started.error().detail, HasSubstr("not finished"));
    }
  }
  fault_hook = nullptr;
  EXPECT_GT(kills, 6);
  EXPECT_TRUE(run(7)->was_done_before);
  Program program(other_folder_.path(), url_);
  program.enter("login", "ann@example.org");
  EXPECT_EQ(seen_by(program), before);
}

TEST_F(PromotionTest, EventsThatSomeConsumerHasNotSeenArePublishedLater) {
  {
    Program program(folder_.path());
    live_a_little(program, "ann@example.org");
  }
  {
    boost::asio::io_context loop;
    SystemClock clock;
    Config config;
    config.data_dir = folder_.path();
    auto system = System::open(loop, config, clock).value();
    auto behind = [](storage::sqlite::Writer& db) -> Result<> {
      db.run("UPDATE event_group SET position = position - 5 WHERE name = 'chat'");
      return {};
    };
    ASSERT_TRUE(
        storage::sqlite::run_on(loop, system->files().front()->write(storage::sqlite::Lane::foreground, behind)));
    system->close();
  }
  const auto promotion = run();
  ASSERT_TRUE(promotion) << promotion.error().detail;
  EXPECT_EQ(promotion->events, 5);
  EXPECT_EQ(sql("SELECT (SELECT count(*) FROM tasks.outbox) + (SELECT count(*) FROM scheduler.outbox) + (SELECT "
                "count(*) FROM identity.outbox) + (SELECT count(*) FROM chat.outbox) + (SELECT count(*) FROM "
                "notifier.outbox)"),
            "5");
}

TEST_F(PromotionTest, ALiveSourceAMissingOneAndAFilledTargetAreRefused) {
  EXPECT_EQ(run().error().code, Errc::not_found);
  {
    Program program(folder_.path());
    program.enter("register", "ann@example.org");
    program.settle();
    const auto live = run();
    ASSERT_FALSE(live);
    EXPECT_EQ(live.error().code, Errc::conflict);
  }
  sql("INSERT INTO tasks.user (user_id) VALUES (gen_random_uuid())");
  const auto filled = run();
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().code, Errc::conflict);
  EXPECT_THAT(filled.error().detail, HasSubstr("tasks.user"));
  sql("DELETE FROM tasks.user");
  ASSERT_TRUE(run());
  EXPECT_TRUE(run()->was_done_before);
  { Program other(other_folder_.path()); }
  PromotionOptions second;
  second.from = other_folder_.path() + "/daybook.db";
  second.to = url_;
  const auto another = promote(second);
  ASSERT_FALSE(another);
  EXPECT_EQ(another.error().code, Errc::conflict);
}

TEST_F(PromotionTest, ARowThatDiffersIsFoundAndItIsNotDone) {
  {
    Program program(folder_.path());
    live_a_little(program, "ann@example.org");
  }
  fault_hook = stop_somewhere;
  g_stop_at = "promotion.before_end";
  ASSERT_FALSE(run());
  fault_hook = nullptr;
  sql("UPDATE tasks.task SET body = body || ' ' WHERE key = (SELECT max(key) FROM tasks.task)");
  const auto differs = run();
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().code, Errc::corrupt);
  EXPECT_THAT(differs.error().detail, HasSubstr("tasks.task"));
  EXPECT_EQ(sql("SELECT done_at IS NULL FROM daybook.promotion"), "t");
}

}  // namespace
}  // namespace daybook::app
