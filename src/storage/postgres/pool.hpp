#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/postgres/session.hpp"
#include "storage/sql/database.hpp"

namespace daybook::storage::postgres {

struct PoolOptions {
  SessionOptions session;
  int size = 10;
  /// How long somebody waits for a connection before he hears `unavailable`.
  std::chrono::milliseconds wait_timeout{5000};
  /// Called with how long each taker waited: for a histogram.
  std::function<void(std::chrono::nanoseconds)> on_wait;
};

/// A bounded number of connections to one database, made when they are first needed and made anew, with growing pauses,
/// after they broke. The background lane gets half of them at most. Used on the one thread of its executor.
class Pool {
 public:
  using Taker = std::function<void(Result<std::shared_ptr<Session>>)>;

  Pool(boost::asio::any_io_executor executor, PoolOptions options);
  ~Pool();

  /// Calls `taker` once: at once if a connection is free. Errors: unavailable (none became free in time, or the server
  /// cannot be reached, with the last reason), misconfigured (refused).
  void take(sql::Lane lane, Taker taker);
  void give_back(sql::Lane lane, std::shared_ptr<Session> session);
  /// Refuses takers from now on, closes idle connections, and waits for those in use.
  boost::asio::awaitable<void> stop();

  struct Counters {
    int size = 0;
    int open = 0;  ///< Connections that exist or are being made.
    int in_use = 0;
    std::size_t waiting = 0;
    std::uint64_t made = 0;    ///< Since start.
    std::uint64_t failed = 0;  ///< Attempts to connect.
    std::string last_error;    ///< Empty once a connection succeeded.
  };
  Counters counters() const;
  boost::asio::any_io_executor executor() const { return executor_; }
  const PoolOptions& options() const { return options_; }

 private:
  struct Waiting {
    Taker taker;
    std::chrono::steady_clock::time_point since, until;
  };

  std::deque<Waiting>* next_queue();
  void serve();
  void hand_out(std::deque<Waiting>& queue, std::shared_ptr<Session> session);
  void grow();
  boost::asio::awaitable<void> make_one();
  void watch_deadlines();
  void expire();

  boost::asio::any_io_executor executor_;
  PoolOptions options_;
  std::vector<std::shared_ptr<Session>> idle_;
  std::deque<Waiting> foreground_, background_;
  int open_ = 0, in_use_ = 0, background_in_use_ = 0, connecting_ = 0;
  std::uint64_t made_ = 0, failed_ = 0;
  int failures_ = 0;  ///< In a row.
  Error last_error_;
  bool stopping_ = false, watching_ = false, ended_ = false;
  boost::asio::steady_timer deadlines_;
  std::shared_ptr<Pool*> self_;  ///< Null inside once the pool is gone.
};

}  // namespace daybook::storage::postgres
