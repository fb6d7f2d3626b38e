#include "storage/sqlite/wal_vfs.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "storage/sqlite/test_database.hpp"

namespace daybook::storage::sqlite {
namespace {

const Migration kBlobs{"blobs", 1, "CREATE TABLE blobs_blob (id INTEGER PRIMARY KEY, bytes TEXT NOT NULL);"};

std::int64_t total_bytes(TestDatabase& db) {
  return db
      .read([](Reader& reader) -> Result<std::int64_t> {
        auto row = reader.query("SELECT sum(length(bytes)) FROM blobs_blob");
        return row.step() ? row.integer(0) : 0;
      })
      .value();
}

// Design, rule 2: what is acknowledged stands in the log's file, whatever its size.
TEST(WalVfs, ACommitLargerThanWhatIsHeldBackReachesReadersAndTheFile) {
  TestDatabase db{{kBlobs}};
  constexpr std::int64_t kRows = 3000, kSize = 4000;
  auto many = db.write([](Writer& writer) -> Result<> {
    for (int i = 0; i < kRows; ++i)
      writer.run("INSERT INTO blobs_blob (bytes) VALUES (?)", std::string(kSize, static_cast<char>('a' + i % 26)));
    return {};
  });
  ASSERT_TRUE(many);
  EXPECT_EQ(total_bytes(db), kRows * kSize);
  // A copy of the files as they are now, as after a crash, has it all.
  TestDirectory crashed;
  for (const char* name : {"test.db", "test.db-wal"})
    std::filesystem::copy(db.directory().file(name), crashed.file(name));
  auto copy = FileConnection::open(crashed.file("test.db"), FileConnection::Mode::read_write).value();
  auto row = copy->query("SELECT sum(length(bytes)) FROM blobs_blob");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), kRows * kSize);
}

TEST(WalVfs, ARolledBackTransactionAfterASpillLeavesTheLastCommit) {
  TestDatabase db{{kBlobs}};
  ASSERT_TRUE(db.write([](Writer& writer) -> Result<> {
    writer.run("INSERT INTO blobs_blob (bytes) VALUES ('kept')");
    return {};
  }));
  auto refused = db.write([](Writer& writer) -> Result<> {
    // More than the page cache, so that pages go to the log before the transaction is decided.
    for (int i = 0; i < 8000; ++i) writer.run("INSERT INTO blobs_blob (bytes) VALUES (?)", std::string(4000, 'x'));
    return Error{Errc::conflict, "no"};
  });
  EXPECT_FALSE(refused);
  EXPECT_EQ(total_bytes(db), 4);
  ASSERT_TRUE(db.write([](Writer& writer) -> Result<> {
    writer.run("INSERT INTO blobs_blob (bytes) VALUES ('more')");
    return {};
  }));
  EXPECT_EQ(total_bytes(db), 8);
  db.reopen();
  EXPECT_EQ(total_bytes(db), 8);
}

}  // namespace
}  // namespace daybook::storage::sqlite
