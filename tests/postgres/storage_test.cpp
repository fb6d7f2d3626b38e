// The connection to PostgreSQL: transactions, pipelining, pool, broken connections, migrations.

#include <gmock/gmock.h>

#include "storage/postgres/test_database.hpp"

namespace daybook {
namespace {

using storage::sql::Lane;
using storage::sql::Reader;
using storage::sql::Writer;
using test::PostgresDatabase;
using test::PostgresServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

storage::postgres::Schema notes_schema() {
  return {"notes",
          {{"notes", 1,
            "CREATE TABLE notes_note (user_id UUID NOT NULL, id INTEGER PRIMARY KEY AUTOINCREMENT, "
            "text TEXT NOT NULL, bytes BLOB, weight double precision, n INTEGER NOT NULL DEFAULT 0);"
            "CREATE UNIQUE INDEX notes_note_text ON notes_note (user_id, text)"}}};
}
void make_notes(const std::string& url) { storage::postgres::migrate(url, {notes_schema()}).value(); }

class PostgresStorage : public ::testing::Test {
 protected:
  void SetUp() override { db_ = std::make_unique<PostgresDatabase>("notes", make_notes); }
  Result<> add(const std::string& text) {
    return db_->write([&](Writer& w) -> Result<> {
      w.run("INSERT INTO notes_note (user_id, text) VALUES (?, ?)", user_, text);
      return {};
    });
  }
  std::vector<std::string> texts() {
    return db_
        ->read([](Reader& r) -> Result<std::vector<std::string>> {
          std::vector<std::string> out;
          auto rows = r.query("SELECT text FROM notes_note ORDER BY text");
          while (rows.step()) out.emplace_back(rows.text(0));
          return out;
        })
        .value();
  }

  UserId user_ = UserId{Uuid::v5(Uuid{}, "ada")};
  std::unique_ptr<PostgresDatabase> db_;
};

TEST_F(PostgresStorage, GivesBackEveryTypeThatItTook) {
  const std::string bytes("\0\x01\xFF'", 4);
  auto row = db_->write([&](Writer& w) -> Result<std::string> {
    w.run("INSERT INTO notes_note (user_id, text, bytes, weight, n) VALUES (?, ?, ?, ?, ?)", user_, "it's \"ü\"",
          storage::sql::Blob{bytes}, 0.5, std::int64_t{-5'000'000'000});
    EXPECT_EQ(w.changes(), 1);
    auto found = w.query("SELECT user_id, text, bytes, weight, n, n > 0, NULL::bigint FROM notes_note");
    EXPECT_TRUE(found.step());
    EXPECT_EQ(UserId{found.uuid(0)}, user_);
    EXPECT_EQ(found.text(1), "it's \"ü\"");
    EXPECT_EQ(found.blob(2), bytes);
    EXPECT_EQ(found.real(3), 0.5);
    EXPECT_EQ(found.integer(4), -5'000'000'000);
    EXPECT_EQ(found.integer(5), 0);
    EXPECT_TRUE(found.is_null(6));
    EXPECT_FALSE(found.step());
    return std::string("done");
  });
  EXPECT_EQ(row.value(), "done");
}

TEST_F(PostgresStorage, AnErrorAThrowAndARefusedStatementLeaveNothing) {
  EXPECT_FALSE(db_->write([&](Writer& w) -> Result<> {
    w.run("INSERT INTO notes_note (user_id, text) VALUES (?, 'a')", user_);
    return Error{Errc::conflict, "no"};
  }));
  EXPECT_FALSE(db_->write([&](Writer& w) -> Result<> {
    w.run("INSERT INTO notes_note (user_id, text) VALUES (?, 'b')", user_);
    throw std::runtime_error("bug");
  }));
  const auto refused = db_->write([&](Writer& w) -> Result<> {
    w.run("INSERT INTO notes_note (user_id, text) VALUES (?, 'c')", user_);
    w.run("SELECT 1 / (length(?) - 1)", "x");
    return {};
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::internal);
  EXPECT_THAT(refused.error().detail, HasSubstr("22012"));
  EXPECT_THAT(texts(), ElementsAre());
  ASSERT_TRUE(add("d"));
  EXPECT_THAT(texts(), ElementsAre("d"));
}

TEST_F(PostgresStorage, AKeyThatSomebodyElseTookIsSeenByTheSecondRun) {
  ASSERT_TRUE(add("taken"));
  int runs = 0;
  const auto outcome = db_->write([&](Writer& w) -> Result<std::string> {
    // The first run is made to overlook the row, as one would that looked before the other committed.
    auto found = w.query("SELECT 1 FROM notes_note WHERE text = 'taken' AND ? > 0", runs++);
    if (found.step()) return std::string("seen");
    w.run("INSERT INTO notes_note (user_id, text) VALUES (?, 'taken')", user_);
    return std::string("inserted");
  });
  EXPECT_EQ(outcome.value(), "seen");
  EXPECT_EQ(runs, 2);
}

// Design, rule 1: what reads and then writes is not overtaken.
TEST_F(PostgresStorage, ManyWritersOfOneUserLoseNoUpdate) {
  ASSERT_TRUE(add("counter"));
  constexpr int kWriters = 40;
  int done = 0;
  // Outside of the loop: a coroutine reads what its lambda captured from the lambda itself.
  auto work = [this]() -> boost::asio::awaitable<void> {
    auto change = [this](Writer& w) -> Result<> {
      w.lock(user_);
      auto row = w.query("SELECT n FROM notes_note WHERE text = 'counter'");
      row.step();
      w.run("UPDATE notes_note SET n = ? WHERE text = 'counter'", row.integer(0) + 1);
      CloudEvent event;
      event.source = "/daybook/notes";
      event.type = "note.counted";
      event.user = user_;
      w.append_event(std::move(event));
      return {};
    };
    auto wrote = co_await (*db_)->write(Lane::foreground, std::move(change));
    EXPECT_TRUE(wrote) << wrote.error().detail;
  };
  for (int i = 0; i < kWriters; ++i) boost::asio::co_spawn(db_->loop(), work(), [&](std::exception_ptr) { ++done; });
  while (done < kWriters) db_->loop().run_one();
  EXPECT_EQ(db_->read([](Reader& r) -> Result<std::int64_t> {
                 auto row = r.query("SELECT n FROM notes_note");
                 row.step();
                 return row.integer(0);
               })
                .value(),
            kWriters);
  std::vector<std::int64_t> sequences;
  for (const auto& event : db_->events()) sequences.push_back(event.sequence);
  std::vector<std::int64_t> expected(kWriters);
  for (int i = 0; i < kWriters; ++i) expected[static_cast<std::size_t>(i)] = i + 1;
  EXPECT_EQ(sequences, expected);
  EXPECT_LE(db_->pool().counters().open, db_->pool().counters().size);
}

TEST_F(PostgresStorage, ConnectionsThatWereCutAreMadeAnewAndTheClosureRunsAgain) {
  ASSERT_TRUE(add("a"));
  PostgresServer::instance()->cut_connections(db_->url());
  ASSERT_TRUE(add("b"));
  int runs = 0;
  const auto wrote = db_->write([&](Writer& w) -> Result<> {
    w.run("INSERT INTO notes_note (user_id, text) VALUES (?, 'c')", user_);
    if (++runs == 1) PostgresServer::instance()->cut_connections(db_->url());
    w.query("SELECT 1").step();
    return {};
  });
  EXPECT_TRUE(wrote) << wrote.error().detail;
  EXPECT_EQ(runs, 2);
  EXPECT_THAT(texts(), ElementsAre("a", "b", "c"));
}

TEST(PostgresRestart, AServerThatWasAwayIsFoundAgainAndIsNotStormedMeanwhile) {
  const auto server = PostgresServer::make(" -c listen_addresses= -c synchronous_commit=on");
  const auto url = server->make_database("notes", make_notes);
  storage::postgres::PoolOptions options;
  options.session.url = url;
  options.wait_timeout = std::chrono::milliseconds{700};
  boost::asio::io_context loop;
  storage::postgres::Pool pool(loop.get_executor(), options);
  storage::postgres::Database db(pool, "notes");
  const auto add = [&](const std::string& text) {
    auto change = [&](Writer& w) -> Result<> {
      w.run("INSERT INTO notes_note (user_id, text) VALUES (?, ?)", UserId{Uuid::v5(Uuid{}, "ada")}, text);
      return {};
    };
    return storage::sqlite::run_on(loop, db.write(Lane::foreground, std::move(change)));
  };
  ASSERT_TRUE(add("a"));
  server->stop();
  const auto away = add("b");
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, Errc::unavailable);
  const auto failed = pool.counters().failed;
  EXPECT_GE(failed, 1u);
  EXPECT_LE(failed, 8u) << "the pauses grow";
  EXPECT_FALSE(pool.counters().last_error.empty());
  server->start();
  Result<> again = add("c");
  for (int i = 0; i < 10 && !again; ++i) again = add("c");  // The last pause may be longer than one wait.
  EXPECT_TRUE(again) << again.error().detail;
  EXPECT_GE(pool.counters().made, 2u);
  EXPECT_TRUE(pool.counters().last_error.empty());
  EXPECT_EQ(server->run(url, "SELECT string_agg(text, ',' ORDER BY text) FROM notes.note"), "a,c");
  storage::sqlite::run_on(loop, pool.stop());
}

TEST_F(PostgresStorage, AStatementThatTakesTooLongIsGivenUp) {
  storage::postgres::PoolOptions options;
  options.session.statement_timeout = std::chrono::milliseconds{100};
  PostgresDatabase db("notes", make_notes, options);
  const auto slow = db.read([](Reader& r) -> Result<> {
    r.query("SELECT count(*) FROM generate_series(1, 1000000000000)").step();
    return {};
  });
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, Errc::timeout);
}

TEST_F(PostgresStorage, WhoWaitsTooLongForAConnectionHearsThatAllAreBusy) {
  storage::postgres::PoolOptions options;
  options.size = 1;
  options.wait_timeout = std::chrono::milliseconds{50};
  int waits = 0;
  options.on_wait = [&](auto) { ++waits; };
  PostgresDatabase db("notes", make_notes, options);
  auto lock = PostgresServer::instance()->hold(db.url(), 7);
  auto hold = [](Reader& r) -> Result<> {
    r.query("SELECT pg_advisory_xact_lock(7)").step();
    return {};
  };
  bool held = false;
  boost::asio::co_spawn(db.loop(), db->read(hold), [&](std::exception_ptr, Result<>) { held = true; });
  const auto second = db.read([](Reader&) -> Result<> { return {}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_THAT(second.error().detail, HasSubstr("busy"));
  EXPECT_EQ(db.pool().counters().in_use, 1);
  EXPECT_FALSE(held);
  lock.reset();
  while (!held) db.loop().run_one();
  EXPECT_EQ(db.pool().counters().in_use, 0);
  EXPECT_EQ(waits, 1);
}

TEST_F(PostgresStorage, AServerThatIsNotThereIsSaidWithWhatToDo) {
  storage::postgres::PoolOptions options;
  options.session.url = "host=/nowhere dbname=none";
  options.wait_timeout = std::chrono::milliseconds{200};
  boost::asio::io_context loop;
  storage::postgres::Pool pool(loop.get_executor(), options);
  storage::postgres::Database db(pool, "notes");
  const auto read = storage::sqlite::run_on(loop, db.read([](Reader&) -> Result<> { return {}; }));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::unavailable);
  EXPECT_THAT(read.error().detail, HasSubstr("Check that PostgreSQL runs"));
  EXPECT_GE(pool.counters().failed, 1u);
  storage::sqlite::run_on(loop, pool.stop());
}

// Design, rule 17
TEST_F(PostgresStorage, MigrationsRunOnceAndNewerSchemasAreRefused) {
  EXPECT_EQ(storage::postgres::migrate(db_->url(), {notes_schema()}).value(), 0);
  auto next = notes_schema();
  next.migrations.push_back({"notes", 2, "ALTER TABLE notes_note ADD COLUMN color TEXT", 2});
  EXPECT_EQ(storage::postgres::migrate(db_->url(), {next}).value(), 1);
  const auto older = storage::postgres::migrate(db_->url(), {notes_schema()});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, Errc::misconfigured);
  EXPECT_THAT(older.error().detail, HasSubstr("newer Daybook"));
  auto broken = next;
  broken.migrations.push_back({"notes", 3, "CREATE TABLE notes_half (id INTEGER); nonsense"});
  EXPECT_FALSE(storage::postgres::migrate(db_->url(), {broken}));
  EXPECT_EQ(PostgresServer::instance()->run(db_->url(), "SELECT to_regclass('notes.half') IS NULL"), "t");
}

}  // namespace
}  // namespace daybook
