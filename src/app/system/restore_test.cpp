#include "app/system/restore.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "services/identity/sql_store.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/test_database.hpp"

// A restore of both files of a data folder, whole or not at all, and what it must not bring back.
namespace daybook::app {
namespace {

namespace sqlite = storage::sqlite;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class RestoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<sqlite::Database> open(const std::string& name) {
    sqlite::DatabaseOptions options;
    options.path = directory_.file(name);
    auto schema = identity::sql_migrations();
    schema.push_back(sqlite::event_log_migration());
    return sqlite::Database::open(options, std::move(schema)).value();
  }
  UserId sign_up(sqlite::Database& db, const std::string& email) {
    identity::SignUp wanted;
    wanted.user.id = UserId::make(clock_.now());
    wanted.user.email = email;
    wanted.user.timezone = "UTC";
    wanted.session.id = SessionId::make(clock_.now());
    wanted.session.expires_at = clock_.now() + std::chrono::hours{1};
    wanted.session.refresh_hash[0] = static_cast<unsigned char>(++sessions_);
    const auto user = wanted.user.id;
    EXPECT_TRUE(
        sqlite::run_on(loop_, identity::make_sql_store(db)->sign_up(std::move(wanted), {clock_.now(), "", ""})));
    return user;
  }
  std::vector<UserId> erased(sqlite::Database& db) {
    auto query = [](sqlite::Reader& r) -> Result<std::vector<UserId>> { return identity::erased_users(r); };
    return sqlite::run_on(loop_, db.read(std::move(query))).value();
  }
  std::vector<Restore> wanted() const {
    return {{directory_.file("copy.db"), "daybook.db"}, {directory_.file("copy.db"), "history.db"}};
  }
  std::string folder() const { return std::filesystem::path(directory_.file("x")).parent_path().string(); }

  sqlite::TestDirectory directory_;
  boost::asio::io_context loop_;
  ManualClock clock_{parse_rfc3339("2026-03-04T09:00:00Z").value()};
  int sessions_ = 0;
};

// Design, rule 14: an account that was deleted after the backup stays deleted, and every service hears so again.
TEST_F(RestoreTest, DeletedAccountsAreErasedAnew) {
  UserId ann, late;
  {
    auto db = open("daybook.db");
    ann = sign_up(*db, "ann@example.org");
    sign_up(*db, "bob@example.org");
    ASSERT_TRUE(db->backup(directory_.file("copy.db")));
    late = sign_up(*db, "late@example.org");
    const auto store = identity::make_sql_store(*db);
    for (const auto& user : {ann, late})
      ASSERT_TRUE(sqlite::run_on(loop_, store->remove(user, std::nullopt, {clock_.now(), "", ""})));
  }
  ASSERT_THAT(restore_files(folder(), wanted()).value(), SizeIs(2));
  for (int start = 0; start < 2; ++start) {
    auto db = open("daybook.db");
    EXPECT_THAT(erased(*db), SizeIs(start));
    const auto store = identity::make_sql_store(*db);
    identity::Service accounts{*store, clock_, {}, nullptr};
    std::optional<Result<>> done;
    auto again = [&]() -> boost::asio::awaitable<void> { done = co_await reapply_erasures(folder(), accounts); };
    sqlite::run_on(loop_, again());
    EXPECT_TRUE(*done);
    EXPECT_THAT(erased(*db), ElementsAre(ann));
    auto told = [](sqlite::Reader& r) -> Result<int> {
      int count = 0;
      for (const auto& logged : sqlite::read_events(r, 0, 100)) count += logged.event.type == "user.deleted";
      return count;
    };
    EXPECT_EQ(sqlite::run_on(loop_, db->read(std::move(told))).value(), 1);
  }
}

// cut short between the two files, it is finished by the next start.
TEST_F(RestoreTest, BothFilesOrNone) {
  {
    auto db = open("daybook.db");
    ASSERT_TRUE(db->backup(directory_.file("copy.db")));
    sign_up(*db, "ann@example.org");
  }
  const auto path = directory_.file("daybook.db"), history = directory_.file("history.db");
  for (const auto& each : {path, history}) ASSERT_TRUE(sqlite::stage_restore(directory_.file("copy.db"), each));
  EXPECT_TRUE(finish_restores(folder()));  // Not decided yet.
  EXPECT_FALSE(std::filesystem::exists(history));
  std::ofstream(directory_.file("restore.decided")) << "daybook.db\nhistory.db\n";
  ASSERT_TRUE(sqlite::finish_restore(path));
  EXPECT_THAT(finish_restores(folder()).value(), SizeIs(2));
  EXPECT_TRUE(std::filesystem::exists(history));
  EXPECT_THAT(finish_restores(folder()).value(), SizeIs(0));
}

}  // namespace
}  // namespace daybook::app
