// Schemas that meet older and newer programs, backups, restores, and disks and files that fail.

#include "storage/sqlite/backup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "storage/sqlite/test_database.hpp"

namespace daybook::storage::sqlite {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Migration kFirst{"notes", 1, "CREATE TABLE notes_note (text TEXT NOT NULL);"};
const Migration kSecond{"notes", 2, "ALTER TABLE notes_note ADD COLUMN color TEXT NOT NULL DEFAULT 'none';"};
const Migration kThird{"notes", 3, "ALTER TABLE notes_note DROP COLUMN color;", 2};

class FileTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Database>> open(std::vector<Migration> own) {
    DatabaseOptions options;
    options.path = path_;
    own.insert(own.begin(), event_log_migration());
    return Database::open(options, std::move(own));
  }
  Result<> add(Database& db, std::string text) {
    auto change = [text](Writer& w) -> Result<> {
      w.run("INSERT INTO notes_note (text) VALUES (?)", text);
      CloudEvent event;
      event.type = "note.created";
      event.subject = text;
      append_event(w, std::move(event));
      return {};
    };
    return run_on(loop_, db.write(Lane::foreground, std::move(change)));
  }
  std::int64_t count(Database& db) {
    auto query = [](Reader& r) -> Result<std::int64_t> {
      auto row = r.query("SELECT count(*) FROM notes_note");
      row.step();
      return row.integer(0);
    };
    return run_on(loop_, db.read(query)).value();
  }
  EventEpoch epoch(Database& db) {
    auto query = [](Reader& r) -> Result<EventEpoch> { return event_epoch(r); };
    return run_on(loop_, db.read(query)).value();
  }

  TestDirectory directory_;
  std::string path_ = directory_.file("notes.db");
  boost::asio::io_context loop_;
};

// Design, rule 17
TEST_F(FileTest, AnUpgradeKeepsTheRowsAndLeavesABackupOfTheOldSchema) {
  {
    auto db = open({kFirst}).value();
    EXPECT_THAT(db->backup_before_migration(), IsEmpty());
    ASSERT_TRUE(add(*db, "milk"));
  }
  std::string backup;
  {
    auto db = open({kFirst, kSecond}).value();
    EXPECT_EQ(count(*db), 1);
    backup = db->backup_before_migration();
    ASSERT_THAT(backup, HasSubstr(".before-migration-"));
    ASSERT_TRUE(add(*db, "eggs"));
  }
  EXPECT_TRUE(check_database(backup));
  // Back to the old program, as the newer one said.
  ASSERT_TRUE(restore_database(backup, path_));
  auto db = open({kFirst}).value();
  EXPECT_EQ(count(*db), 1);
}

//
TEST_F(FileTest, TheProgramBeforeReadsAndWritesASchemaThatOnlyGrew) {
  open({kFirst, kSecond}).value().reset();
  auto db = open({kFirst});
  ASSERT_TRUE(db);
  EXPECT_TRUE(add(**db, "milk"));
}

TEST_F(FileTest, AProgramThatIsTooOldIsToldHowToGoBack) {
  { ASSERT_TRUE(add(*open({kFirst}).value(), "milk")); }
  std::string backup;
  { backup = open({kFirst, kSecond, kThird}).value()->backup_before_migration(); }
  auto too_old = open({kFirst});
  ASSERT_FALSE(too_old);
  EXPECT_EQ(too_old.error().code, Errc::misconfigured);
  EXPECT_THAT(too_old.error().detail, HasSubstr("newer Daybook"));
  EXPECT_THAT(too_old.error().detail, HasSubstr("daybook restore " + backup));
  EXPECT_TRUE(open({kFirst, kSecond}));
}

TEST_F(FileTest, AStepThatFailsLeavesTheOldSchema) {
  { ASSERT_TRUE(add(*open({kFirst}).value(), "milk")); }
  auto broken = open({kFirst, kSecond, {"notes", 3, "CREATE TABLE notes_note (again INTEGER);"}});
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().detail, HasSubstr("notes/3"));
  EXPECT_THAT(open({kFirst, kSecond}).value()->backup_before_migration(), Not(IsEmpty()));
}

TEST_F(FileTest, StepsMustBeNumberedWithoutGaps) {
  EXPECT_FALSE(open({kFirst, kThird}));
  EXPECT_TRUE(open({kFirst, kFirst, kSecond}));
}

TEST_F(FileTest, ABackupWhileServingIsASnapshotThatPassesItsCheck) {
  auto db = open({kFirst}).value();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(add(*db, "before"));
  const auto copy = directory_.file("copy.db");
  ASSERT_TRUE(db->backup(copy));
  ASSERT_TRUE(add(*db, "after"));
  EXPECT_TRUE(check_database(copy));
  EXPECT_EQ(db->backup(copy).error().code, Errc::conflict);
  db.reset();

  auto replaced = restore_database(copy, path_);
  ASSERT_TRUE(replaced);
  EXPECT_TRUE(check_database(*replaced));
  db = open({kFirst}).value();
  EXPECT_EQ(count(*db), 20);
}

// Design, rule 10: a new epoch after restore
TEST_F(FileTest, ARestoreBeginsANewEpoch) {
  auto db = open({kFirst}).value();
  ASSERT_TRUE(add(*db, "a"));
  const auto before = epoch(*db);
  const auto copy = directory_.file("copy.db");
  ASSERT_TRUE(db->backup(copy));
  ASSERT_TRUE(add(*db, "b"));
  db.reset();
  ASSERT_TRUE(restore_database(copy, path_));
  db = open({kFirst}).value();
  EXPECT_NE(epoch(*db).name, before.name);
  EXPECT_EQ(epoch(*db).began_after, 1);
}

// whatever it dies of, a restore leaves the old database or the new one, and can be gone on with.
TEST_F(FileTest, ARestoreThatIsCutShortLeavesADatabase) {
  const auto copy = directory_.file("copy.db");
  {
    auto db = open({kFirst}).value();
    ASSERT_TRUE(add(*db, "old"));
    ASSERT_TRUE(db->backup(copy));
    ASSERT_TRUE(add(*db, "new"));
  }
  ASSERT_TRUE(stage_restore(copy, path_));
  EXPECT_EQ(count(*open({kFirst}).value()), 2);  // Nothing has changed yet.
  const auto replaced = finish_restore(path_).value();
  EXPECT_EQ(count(*open({kFirst}).value()), 1);
  EXPECT_TRUE(check_database(replaced));
  EXPECT_FALSE(std::filesystem::exists(staged_name(path_)));
  EXPECT_EQ(finish_restore(path_).error().code, Errc::not_found);  // There is nothing to put in its place,
  EXPECT_EQ(count(*open({kFirst}).value()), 1);                    // and what is there stays.
}

TEST_F(FileTest, NothingIsRestoredOverAServerOrFromADamagedFile) {
  auto db = open({kFirst}).value();
  ASSERT_TRUE(add(*db, "milk"));
  const auto copy = directory_.file("copy.db");
  ASSERT_TRUE(db->backup(copy));
  EXPECT_EQ(restore_database(copy, path_).error().code, Errc::conflict);
  db.reset();
  {
    std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 + 100);
    file << std::string(8000, '\x55');
  }
  EXPECT_EQ(restore_database(copy, path_).error().code, Errc::corrupt);
  EXPECT_EQ(restore_database(directory_.file("none.db"), path_).error().code, Errc::not_found);
  EXPECT_EQ(count(*open({kFirst}).value()), 1);
}

TEST_F(FileTest, ADamagedPageIsReportedAsCorruptWithTheWayOut) {
  {
    auto db = open({kFirst}).value();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(add(*db, std::string(3000, 'x')));
  }
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 1; page < 40; ++page) file.seekp(page * 4096).write("\x77\x77\x77\x77\x77\x77\x77\x77\x77\x77", 10);
  }
  auto db = open({kFirst});
  Result<> outcome = db ? add(**db, "milk") : Result<>(db.error());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::corrupt);
  EXPECT_THAT(outcome.error().detail, HasSubstr("daybook restore"));
}

/// No file of this process grows beyond `bytes`: what a full disk is to SQLite.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    before_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    rlimit small = limit_;
    small.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int) = nullptr;
};

//
TEST_F(FileTest, AfterTheDiskWasFullWritingGoesOnWithNothingLost) {
  auto db = open({kFirst}).value();
  int kept = 0;
  {
    FileSizeLimit full(512 * 1024);
    Result<> last;
    for (int i = 0; i < 1000 && last; ++i) {
      last = add(*db, std::string(2000, 'x'));
      kept += last.has_value();
    }
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().code, Errc::unavailable);
    EXPECT_THAT(last.error().detail, HasSubstr("not saved"));
  }
  ASSERT_TRUE(add(*db, "space again"));
  EXPECT_EQ(count(*db), kept + 1);
  db.reset();
  EXPECT_TRUE(check_database(path_));
  EXPECT_EQ(count(*open({kFirst}).value()), kept + 1);
}

}  // namespace
}  // namespace daybook::storage::sqlite
