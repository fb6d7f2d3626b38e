#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "storage/sql/connection.hpp"

namespace daybook::storage::sql {

/// Requests go before consumers, generation and purges, which still get a share.
enum class Lane { foreground, background };

/// One numbered step of one service's schema. Steps run in order, once, before the database serves.
struct Migration {
  std::string service;  ///< Also the table prefix: "tasks".
  int number = 0;       ///< From 1, without gaps.
  std::string sql;
  /// The lowest step of this service that a program must know to use the tables after this one (design, rule 17). 0:
  /// the step only adds, so every older program still can; a step that takes something away names the step that
  /// replaced it.
  int needs = 0;
};

/// Something for a database to run, and the coroutine that waits for it. Made by databases only.
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
  Result<> outcome;                  ///< Of the transaction; what the closure itself returned is elsewhere.
  std::unique_ptr<Waiter> waiter;
};

class ReadJob {
 public:
  virtual ~ReadJob() = default;
  virtual void run(Reader& db) = 0;
  Result<> outcome;
  std::unique_ptr<Waiter> waiter;
};

/// Where one or several services keep their tables. Awaitables resume on the executor of the awaiting coroutine.
class Database {
 public:
  virtual ~Database() = default;

  /// Runs `change` in a transaction and resumes after that is durable. A returned error, or an exception, rolls the
  /// closure back. `change` never awaits, and may be run again from the beginning when it met another transaction, so
  /// it changes nothing outside of `db`. Errors besides those of `change`: unavailable (nothing was written), timeout
  /// (the connection broke during the commit: nobody knows), corrupt, internal (it threw).
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

  /// Runs `query` inside one read transaction, which sees every write that was acknowledged before the call. Errors
  /// besides those of `query`: unavailable, corrupt, internal (it threw).
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
  /// Called from any thread after each commit that appended events or set timers, in commit order: wakes the event bus
  /// and the timers. Listeners live as long as the database and must not block.
  virtual void on_commit(CommitListener listener) = 0;
  virtual Engine engine() const = 0;

 protected:
  virtual boost::asio::awaitable<void> submit_write(Lane lane, std::shared_ptr<WriteJob> job) = 0;
  virtual boost::asio::awaitable<void> submit_read(std::shared_ptr<ReadJob> job) = 0;
};

}  // namespace daybook::storage::sql
