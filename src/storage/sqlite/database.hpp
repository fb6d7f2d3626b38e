#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "storage/sql/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace daybook::storage::sqlite {

using sql::Lane;
using sql::Migration;
using sql::ReadJob;
using sql::Waiter;
using sql::WriteJob;

struct DatabaseOptions {
  std::string path;
  int readers = 2;
  std::chrono::milliseconds batch_time{5};
  int batch_size = 256;
  /// When not empty, the writer's and readers' statements may touch only tables of this prefix and the shared
  /// primitives (event log, inbox, dead letters): for tests of one service (design, "Roles").
  std::string only_service;
  /// Upper bound of the file in pages of 4 KiB, 0 for none: a disk quota, and how tests fill the disk.
  std::int64_t max_pages = 0;
};

/// One SQLite file (WAL, synchronous=FULL): one writer thread that commits closures in groups, and a pool of
/// read-only connections. A closure runs in the writer's next batch under a SAVEPOINT of its own, once, and its waiter
/// resumes after the batch is durable; one that fails leaves its neighbours. Commit listeners are called on the writer
/// thread. Thread-safe.
class Database : public sql::Database {
 public:
  /// Opens or makes the file, takes its lock, runs `migrations` (after a backup if the file held an older schema).
  /// Errors: conflict (another process holds the file), corrupt, unavailable (disk), misconfigured (read-only, or the
  /// file is from a newer version), each saying what to do.
  static Result<std::unique_ptr<Database>> open(DatabaseOptions options, std::vector<Migration> migrations);
  sql::Engine engine() const override { return sql::Engine::sqlite; }
  /// Refuses new work, finishes what is queued, checkpoints and closes. Blocks. Idempotent.
  virtual void stop() = 0;
  /// Copies a consistent snapshot to `path` while serving. Blocks the calling thread only. Errors: conflict (`path`
  /// exists), unavailable, misconfigured.
  virtual Result<> backup(const std::string& path) = 0;
  /// Where open() left a copy of the file before it migrated an older schema; empty if it did not have to.
  virtual const std::string& backup_before_migration() const = 0;
  virtual const std::string& path() const = 0;

  /// For metrics; all since start.
  struct Counters {
    std::uint64_t commits = 0;
    std::uint64_t closures = 0;  ///< That were committed.
    std::uint64_t failed = 0;    ///< Rolled back.
    std::uint64_t reads = 0;
    std::size_t foreground_queue = 0;
    std::size_t background_queue = 0;
  };
  virtual Counters counters() const = 0;
};

}  // namespace daybook::storage::sqlite
