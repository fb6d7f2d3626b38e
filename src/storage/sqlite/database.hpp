#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "storage/sqlite/connection.hpp"

namespace daybook::storage::sqlite {

/// Requests go before consumers, generation and purges; the background lane still gets at least 10 %.
enum class Lane { foreground, background };

/// One numbered step of one service's schema. Steps run in order, once, before the database serves.
struct Migration {
  std::string service;  ///< Also the table prefix: "tasks".
  int number = 0;       ///< From 1, without gaps.
  std::string sql;
};

struct DatabaseOptions {
  std::string path;
  int readers = 2;
  std::chrono::milliseconds batch_time{5};
  int batch_size = 256;
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
  template <class F>
  auto write(Lane lane, F change) -> boost::asio::awaitable<std::invoke_result_t<F&, Writer&>> {
    using R = std::invoke_result_t<F&, Writer&>;
    auto result = std::make_shared<std::optional<R>>();
    auto body = std::make_shared<F>(std::move(change));
    std::function<bool(Writer&)> run = [result, body](Writer& w) {
      result->emplace((*body)(w));
      return (*result)->has_value();
    };
    auto done = co_await submit_write(lane, std::move(run));
    if (!done) co_return done.error();
    co_return std::move(**result);
  }

  /// Runs `query` on a reader thread inside one read transaction.
  template <class F>
  auto read(F query) -> boost::asio::awaitable<std::invoke_result_t<F&, Reader&>> {
    using R = std::invoke_result_t<F&, Reader&>;
    auto result = std::make_shared<std::optional<R>>();
    auto body = std::make_shared<F>(std::move(query));
    std::function<void(Reader&)> run = [result, body](Reader& r) { result->emplace((*body)(r)); };
    auto done = co_await submit_read(std::move(run));
    if (!done) co_return done.error();
    co_return std::move(**result);
  }

  /// Called on the writer thread after each commit: wakes the event bus and the timers.
  virtual void on_commit(std::function<void()> listener) = 0;
  /// Refuses new work, finishes what is queued, checkpoints and closes. Blocks.
  virtual void stop() = 0;
  /// Copies a consistent snapshot to `path` while serving. Blocks the calling thread only.
  virtual Result<> backup(const std::string& path) = 0;

 protected:
  /// `run` returns whether to keep the closure's changes.
  virtual boost::asio::awaitable<Result<>> submit_write(Lane lane, std::function<bool(Writer&)> run) = 0;
  virtual boost::asio::awaitable<Result<>> submit_read(std::function<void(Reader&)> run) = 0;
};

}  // namespace daybook::storage::sqlite
