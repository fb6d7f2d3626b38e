#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "runtime/embedded/event_bus.hpp"
#include "runtime/signal.hpp"
#include "storage/sqlite/database.hpp"
#include "telemetry/metrics.hpp"

namespace daybook::app {

/// The figures of /metrics that are read rather than counted: how far each consumer group is behind, and what waits for
/// the writers. Lag is read each second, the rest when asked.
class Gauges {
 public:
  Gauges(boost::asio::any_io_executor executor, telemetry::Registry& metrics, runtime::embedded::EventBus& bus,
         storage::sqlite::Database& database, storage::sqlite::Database& history);

  void start();
  boost::asio::awaitable<void> stop();

 private:
  boost::asio::awaitable<void> run();

  telemetry::Registry& metrics_;
  runtime::embedded::EventBus& bus_;
  boost::asio::steady_timer timer_;
  runtime::Signal ended_;
  bool running_ = false, stopping_ = false;
};

}  // namespace daybook::app
