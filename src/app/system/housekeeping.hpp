#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <vector>

#include "core/clock.hpp"
#include "runtime/embedded/event_bus.hpp"
#include "runtime/signal.hpp"
#include "storage/sqlite/database.hpp"

namespace daybook::app {

/// Takes away what has been kept long enough: events after 7 days (what the stream can resume from), inbox records
/// after 14 (their events are gone by then), dead letters after 30. In slices of the background lane, once an hour.
class Housekeeping {
 public:
  Housekeeping(boost::asio::any_io_executor executor, const WallClock& clock, runtime::embedded::EventBus& bus,
               storage::sqlite::Database& database, storage::sqlite::Database& history);

  void start();
  boost::asio::awaitable<void> stop();
  /// One round, as start() does each hour. Errors: the database's; the next round goes on.
  boost::asio::awaitable<Result<>> tidy();

 private:
  boost::asio::awaitable<void> run();

  const WallClock& clock_;
  runtime::embedded::EventBus& bus_;
  std::vector<storage::sqlite::Database*> files_;
  boost::asio::steady_timer timer_;
  runtime::Signal ended_;
  bool running_ = false, stopping_ = false;
};

}  // namespace daybook::app
