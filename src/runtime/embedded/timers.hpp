#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>

#include "core/clock.hpp"
#include "runtime/backoff.hpp"
#include "runtime/signal.hpp"
#include "runtime/timers.hpp"
#include "storage/sql/database.hpp"
#include "storage/sql/timer_table.hpp"

namespace daybook::runtime::embedded {

class EventBus;

struct TimersOptions {
  Jitter jitter = random_jitter();
  /// Called for each timer that is fired the first time, with how long after its due time: a metric.
  std::function<void(const std::string& kind, std::chrono::microseconds late)> on_fired;
  /// The wall clock is read anew at least this often, since a machine's clock may be set, or sleep, without telling.
  std::chrono::milliseconds longest_sleep{1000};
  /// A table that several processes share is read anew at least this often: what another has set, or died over, comes
  /// no later (design, rule 8).
  std::chrono::milliseconds sweep{10'000};
};

/// Fires the timers of one service's table: one coroutine a kind, which sleeps until the next is due. Nothing but that
/// instant is kept in memory, since the table's index (kind, fire_at) is the queue: a million pending timers cost
/// nothing at start, and a timer that moves or goes needs no bookkeeping. What fails 5 times by itself is parked as
/// dead letter of the group "<service>.timers". Used on the one thread that `executor` runs on. Stop it before the
/// database, which needs event_group_migration.
class Timers final : public runtime::Timers {
 public:
  Timers(boost::asio::any_io_executor executor, storage::sql::Database& database, storage::sql::TimerTable table,
         WallClock& clock, TimersOptions options = {});
  ~Timers() override;

  void handle(std::string kind, int max_batch, TimerHandler handler) override;
  boost::asio::awaitable<Result<>> start() override;
  boost::asio::awaitable<void> stop() override;

  /// In place of start(), for tests: fires everything that is due now, and what handlers make due meanwhile; returns
  /// how many firings that were. What failed is put off and fires again at a later time only. Errors: the database's.
  boost::asio::awaitable<Result<int>> fire_due();

  /// Sets the timer of a dead letter again, with its old due time, so that it fires at once. Errors: not_found.
  boost::asio::awaitable<Result<>> replay_dead_letter(std::int64_t id);
  /// Has the bus list and replay these timers' dead letters with those of its groups. Outlives the bus's use of it.
  void park_with(EventBus& bus);
  /// The name that dead letters of this service's timers stand under.
  std::string dead_letter_group() const { return table_.service() + ".timers"; }

 private:
  struct Kind;
  struct Feed;
  struct Failure {
    Timer timer;
    int tries = 0;
    Error error;
  };

  /// One process fires from a file; from a server, whoever claims.
  bool shared() const;
  void listen();
  void wake_before(Instant earliest);
  boost::asio::awaitable<void> run_kind(Kind& kind);
  boost::asio::awaitable<Result<int>> fire_batch(Kind& kind);
  boost::asio::awaitable<std::vector<Result<>>> call(Kind& kind, std::vector<Timer> timers);
  boost::asio::awaitable<Result<>> put_off(Kind& kind, std::vector<Failure> failures, Instant now);

  boost::asio::any_io_executor executor_;
  storage::sql::Database& database_;
  storage::sql::TimerTable table_;
  WallClock& clock_;
  TimersOptions options_;
  std::vector<std::unique_ptr<Kind>> kinds_;
  std::shared_ptr<Feed> feed_;
  Signal all_ended_;
  int running_ = 0;
  bool stopping_ = false;
};

}  // namespace daybook::runtime::embedded
