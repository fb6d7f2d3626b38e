#include "storage/sqlite/database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fstream>

#include "storage/sqlite/test_database.hpp"

namespace daybook::storage::sqlite {
namespace {

using ::testing::HasSubstr;

const Migration kNotes{"notes", 1, "CREATE TABLE notes_note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"};

Result<> add(Writer& db, std::string_view text) {
  db.run("INSERT INTO notes_note (text) VALUES (?)", text);
  return {};
}

class DatabaseTest : public ::testing::Test {
 protected:
  std::vector<std::string> notes() {
    auto texts = db_.read([](Reader& db) -> Result<std::vector<std::string>> {
      std::vector<std::string> out;
      auto rows = db.query("SELECT text FROM notes_note ORDER BY id");
      while (rows.step()) out.emplace_back(rows.text(0));
      return out;
    });
    return texts.value();
  }

  TestDatabase db_{{kNotes}};
};

// Design, rule 2
TEST_F(DatabaseTest, AcknowledgedWritesAreThereAfterReopening) {
  ASSERT_TRUE(db_.write([](Writer& db) { return add(db, "milk"); }));
  db_.reopen();
  EXPECT_THAT(notes(), ::testing::ElementsAre("milk"));
}

// Design, rule 1
TEST_F(DatabaseTest, AFailingClosureLeavesItsNeighboursOfTheBatch) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto good = [](Writer& db) { return add(db, "good"); };
  auto refused = [](Writer& db) -> Result<> {
    auto added = add(db, "refused");
    return Error{Errc::conflict, "no"};
  };
  auto thrown = [](Writer& db) -> Result<> {
    auto added = add(db, "thrown");
    throw std::runtime_error("oops");
  };
  auto doubled = [](Writer& db) -> Result<> {
    auto first = add(db, "doubled");
    return add(db, "doubled");
  };
  auto last = [](Writer& db) { return add(db, "last"); };
  auto all = [&]() -> boost::asio::awaitable<void> {
    auto [a, b, c, d, e] = co_await (db_->write(Lane::foreground, good) && db_->write(Lane::foreground, refused) &&
                                     db_->write(Lane::foreground, thrown) && db_->write(Lane::foreground, doubled) &&
                                     db_->write(Lane::foreground, last));
    EXPECT_TRUE(a);
    EXPECT_EQ(b.error(), Error(Errc::conflict, "no"));
    EXPECT_EQ(c.error(), Error(Errc::internal, "oops"));
    EXPECT_EQ(d.error().code, Errc::internal);
    EXPECT_TRUE(e);
  };
  run_on(db_.loop(), all());
  EXPECT_THAT(notes(), ::testing::ElementsAre("good", "last"));
}

TEST_F(DatabaseTest, ManyWritesTogetherShareCommits) {
  const auto before = db_->counters();
  int done = 0;
  for (int i = 0; i < 1000; ++i)
    boost::asio::co_spawn(db_.loop(),
                          db_->write(Lane::foreground, [i](Writer& db) { return add(db, std::to_string(i)); }),
                          [&](std::exception_ptr, Result<> result) { done += result.has_value(); });
  db_.loop().restart();
  db_.loop().run();
  EXPECT_EQ(done, 1000);
  const auto after = db_->counters();
  EXPECT_EQ(after.closures - before.closures, 1000u);
  EXPECT_LT(after.commits - before.commits, 500u);
}

TEST_F(DatabaseTest, AReadSeesEveryWriteThatWasAcknowledgedBefore) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(db_.write([i](Writer& db) { return add(db, std::to_string(i)); }));
    ASSERT_EQ(notes().size(), static_cast<std::size_t>(i) + 1);
  }
}

TEST_F(DatabaseTest, AReaderCannotWrite) {
  auto tried = db_.read([](Reader& db) -> Result<> {
    db.run("INSERT INTO notes_note (text) VALUES ('x')");
    return {};
  });
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, Errc::misconfigured);
}

TEST_F(DatabaseTest, AThrowingReadIsAnErrorAndTheNextOneWorks) {
  auto tried = db_.read([](Reader& db) -> Result<> {
    db.run("SELECT nothing FROM nowhere");
    return {};
  });
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, Errc::internal);
  EXPECT_TRUE(notes().empty());
}

TEST_F(DatabaseTest, AfterStopWorkIsRefusedAndQueuedWorkIsDone) {
  db_->stop();
  auto refused = db_.write([](Writer& db) { return add(db, "late"); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
}

// Issue 3: a full disk gives a clear message and loses nothing
TEST(DatabaseFaults, AFullDiskSaysWhatToDoAndKeepsWhatWasAcknowledged) {
  DatabaseOptions small;
  small.max_pages = 60;
  TestDatabase db({kNotes}, small);
  int kept = 0;
  Result<> last;
  for (int i = 0; i < 200 && last; ++i) {
    last = db.write([i](Writer& w) { return add(w, std::string(4000, 'x') + std::to_string(i)); });
    kept += last.has_value();
  }
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, Errc::unavailable);
  EXPECT_THAT(last.error().detail, HasSubstr("Free some space"));
  db.reopen();
  auto count = db.read([](Reader& r) -> Result<std::int64_t> {
    auto row = r.query("SELECT count(*) FROM notes_note");
    row.step();
    return row.integer(0);
  });
  EXPECT_EQ(count.value(), kept);
}

TEST(DatabaseFaults, ASecondProcessIsToldWhoHoldsTheFile) {
  TestDatabase db({kNotes});
  DatabaseOptions same;
  same.path = db.directory().file("test.db");
  auto second = Database::open(same, {kNotes});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_THAT(second.error().detail, HasSubstr("in use by process " + std::to_string(::getpid())));
}

TEST(DatabaseFaults, AFileThatIsNoDatabaseIsCorrupt) {
  TestDirectory dir;
  std::ofstream(dir.file("x.db")) << std::string(8192, 'z');
  DatabaseOptions options;
  options.path = dir.file("x.db");
  auto opened = Database::open(options, {kNotes});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_THAT(opened.error().detail, HasSubstr("daybook restore"));
}

TEST(DatabaseFaults, AMissingDirectoryIsNamed) {
  DatabaseOptions options;
  options.path = "/nowhere/at/all.db";
  auto opened = Database::open(options, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::misconfigured);
  EXPECT_THAT(opened.error().detail, HasSubstr("/nowhere/at/all.db"));
}

// Rule 17: an id's type in the file stays what the last release wrote, though schemas serve PostgreSQL too.
TEST(DatabaseMigrations, IdsAreBlobsWhateverEngineTheSchemaIsWrittenFor) {
  TestDatabase db({{"notes", 1, "CREATE TABLE notes_note (id UUID PRIMARY KEY, of_UUID TEXT, UUIDs INTEGER);"}});
  auto declared = db.read([](Reader& read) -> Result<std::string> {
    auto row = read.query("SELECT sql FROM sqlite_master WHERE name = 'notes_note'");
    return row.step() ? std::string(row.text(0)) : std::string();
  });
  ASSERT_TRUE(declared);
  EXPECT_EQ(*declared, "CREATE TABLE notes_note (id BLOB PRIMARY KEY, of_UUID TEXT, UUIDs INTEGER)");
}

// Design, "Roles": a service touches no other service's tables
TEST(DatabaseAuthorizer, AServiceReachesOnlyItsOwnTables) {
  DatabaseOptions options;
  options.only_service = "notes";
  TestDatabase db({kNotes, {"other", 1, "CREATE TABLE other_thing (id INTEGER PRIMARY KEY);"}}, options);
  EXPECT_TRUE(db.write([](Writer& w) { return add(w, "mine"); }));
  auto stolen = db.write([](Writer& w) -> Result<> {
    w.run("INSERT INTO other_thing (id) VALUES (1)");
    return {};
  });
  ASSERT_FALSE(stolen);
  auto peeked = db.read([](Reader& r) -> Result<> {
    r.run("SELECT n.text FROM notes_note n JOIN other_thing o ON o.id = n.id");
    return {};
  });
  ASSERT_FALSE(peeked);
  EXPECT_THAT(peeked.error().detail, HasSubstr("other_thing"));
}

}  // namespace
}  // namespace daybook::storage::sqlite
