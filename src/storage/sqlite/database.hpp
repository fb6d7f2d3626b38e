#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "storage/sqlite/connection.hpp"

namespace daybook::storage::sqlite {

/// Requests go before consumers, generation and purges; the background lane still gets at least 10 %.
enum class Lane { foreground, background };

/// One numbered step of one service's schema. Steps run in order, once, before the database serves.
struct Migration {
  std::string service;  ///< Also the table prefix: "tasks".
  int number = 0;       ///< From 1, without gaps.
  std::string sql;
  /// The lowest step of this service that a program must know to use the file after this one (design, rule 17). 0: the
  /// step only adds, so every older program still can; a step that takes something away names the step that replaced
  /// it.
  int needs = 0;
};

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

/// Something for the writer or a reader to run, and the coroutine that waits for it. Made by Database only.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual boost::asio::any_io_executor executor() const = 0;
  virtual void resume() = 0;  ///< On `executor()`, once.
};

class WriteJob {
 public:
  virtual ~WriteJob() = default;
  virtual bool run(Writer& db) = 0;  ///< Whether to keep the closure's changes.
  Result<> outcome;                  ///< Of the batch; what the closure itself returned is elsewhere.
  std::unique_ptr<Waiter> waiter;
};

class ReadJob {
 public:
  virtual ~ReadJob() = default;
  virtual void run(Reader& db) = 0;
  Result<> outcome;
  std::unique_ptr<Waiter> waiter;
};

/// One SQLite file (WAL, synchronous=FULL): one writer thread that commits closures in groups, and a pool of
/// read-only connections. Awaitables resume on the executor of the awaiting coroutine. Thread-safe.
class Database {
 public:
  /// Opens or makes the file, takes its lock, runs `migrations` (after a backup if the file held an older schema).
  /// Errors: conflict (another process holds the file), corrupt, unavailable (disk), misconfigured (read-only, or the
  /// file is from a newer version), each saying what to do.
  static Result<std::unique_ptr<Database>> open(DatabaseOptions options, std::vector<Migration> migrations);
  virtual ~Database() = default;

  /// Runs `change` in the writer's next batch under a SAVEPOINT of its own and resumes after the batch is durable.
  /// A returned error, or an exception, rolls that closure back and leaves its neighbours. `change` never awaits.
  /// Errors besides those of `change`: unavailable (disk full or failing, or the database is stopping), corrupt,
  /// internal (it threw).
  template <class F>
  auto write(Lane lane, F change) -> boost::asio::awaitable<std::invoke_result_t<F&, Writer&>> {
    using R = std::invoke_result_t<F&, Writer&>;
    struct Job final : WriteJob {
      explicit Job(F&& f) : body(std::move(f)) {}
      bool run(Writer& db) override {
        result.emplace(body(db));
        return result->has_value();
      }
      F body;
      std::optional<R> result;
    };
    auto job = std::make_shared<Job>(std::move(change));
    std::shared_ptr<WriteJob> submitted = job;
    co_await submit_write(lane, std::move(submitted));
    if (!job->outcome) co_return job->outcome.error();
    co_return std::move(*job->result);
  }

  /// Runs `query` on a reader thread inside one read transaction, which sees every write that was acknowledged before
  /// the call. Errors besides those of `query`: unavailable, corrupt, internal (it threw).
  template <class F>
  auto read(F query) -> boost::asio::awaitable<std::invoke_result_t<F&, Reader&>> {
    using R = std::invoke_result_t<F&, Reader&>;
    struct Job final : ReadJob {
      explicit Job(F&& f) : body(std::move(f)) {}
      void run(Reader& db) override { result.emplace(body(db)); }
      F body;
      std::optional<R> result;
    };
    auto job = std::make_shared<Job>(std::move(query));
    std::shared_ptr<ReadJob> submitted = job;
    co_await submit_read(std::move(submitted));
    if (!job->outcome) co_return job->outcome.error();
    co_return std::move(*job->result);
  }

  using CommitListener = std::function<void(const Writer::Effects&)>;
  /// Called on the writer thread after each commit that appended events or set timers, in commit order: wakes the event
  /// bus and the timers. Listeners live as long as the database and must not block.
  virtual void on_commit(CommitListener listener) = 0;
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

 protected:
  virtual boost::asio::awaitable<void> submit_write(Lane lane, std::shared_ptr<WriteJob> job) = 0;
  virtual boost::asio::awaitable<void> submit_read(std::shared_ptr<ReadJob> job) = 0;
};

}  // namespace daybook::storage::sqlite
