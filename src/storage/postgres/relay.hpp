#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "storage/postgres/database.hpp"
#include "storage/postgres/listener.hpp"

namespace daybook::storage::postgres {

/// Carries events on: one result an event, in their order. A transient error is tried again soon, any other later; an
/// event that failed may have arrived all the same.
using Publish = std::function<boost::asio::awaitable<std::vector<Result<>>>(std::vector<CloudEvent>)>;

struct RelayOptions {
  int batch = 200;
  /// How long a shard stays ours without word from us, by the database's clock.
  std::chrono::milliseconds lease{15'000};
  /// How often the outbox is looked at when nobody said that there is something.
  std::chrono::milliseconds sweep{1000};
  /// Until an event that was refused for good is tried again.
  std::chrono::milliseconds refused_pause{60'000};
  /// Waits between failures: 0.2 s doubling up to 5 s, times this; tests give 0.
  double backoff = 1.0;
  /// Called with the age of each event when it was published: for a histogram.
  std::function<void(std::chrono::microseconds)> on_published;
};

/// Publishes the outbox of one service (design, rule 2) and deletes what was published. Users are spread over shards;
/// of the processes that relay, each holds some of them by lease, so that a user's events go out from one place, at
/// most one batch of them at a time, in their order. It never gives up: what fails stays, and is tried again. A row
/// that commits late is simply found later, since no position is remembered. Woken by commits of this process, by
/// NOTIFY for those of others, and by its own sweep. Used on the one thread of the database's executor.
class Relay {
 public:
  Relay(Database& database, Publish publish, RelayOptions options = {});
  ~Relay();

  boost::asio::awaitable<Result<>> start();
  /// Publishes what it can for a moment, gives its shards back, and ends.
  boost::asio::awaitable<void> stop();

  // In place of start(), for tests.
  /// Takes or renews leases, and lets go of those that others should have.
  boost::asio::awaitable<Result<>> renew();
  /// One batch; how many events were published.
  boost::asio::awaitable<Result<int>> publish_once();
  /// Gives all leases back.
  boost::asio::awaitable<void> resign();

  struct Counters {
    std::uint64_t published = 0;
    std::uint64_t failures = 0;  ///< Tries of events that failed.
    int shards = 0;
    std::string last_error;  ///< Empty once a batch went through.
  };
  Counters counters() const;
  struct Lag {
    std::int64_t events = 0;
    std::chrono::milliseconds oldest{0};
  };
  boost::asio::awaitable<Result<Lag>> lag();

 private:
  struct Row {
    std::int64_t position = 0;
    std::chrono::microseconds age{0};
    CloudEvent event;
  };
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> tell_others();
  boost::asio::awaitable<Result<std::vector<Row>>> read();
  boost::asio::awaitable<Result<>> settle(std::vector<std::int64_t> gone, std::vector<std::int64_t> refused);
  boost::asio::awaitable<void> wait(std::chrono::milliseconds time);
  void committed(const sql::Writer::Effects& effects);
  void wake();
  std::string channel() const { return "daybook_" + database_.service(); }

  Database& database_;
  Publish publish_;
  RelayOptions options_;
  Uuid owner_ = Uuid::random();
  std::set<int> shards_;
  std::chrono::steady_clock::time_point renewed_{};
  Counters counters_;
  boost::asio::steady_timer timer_;
  Listener listener_;
  bool woken_ = false, waiting_ = false, stopping_ = false, telling_ = false;
  int running_ = 0;
  int failures_ = 0;              ///< In a row.
  std::shared_ptr<Relay*> self_;  ///< Null inside once the relay is gone: the database keeps its listener.
};

}  // namespace daybook::storage::postgres
