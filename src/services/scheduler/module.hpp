#pragma once

#include <memory>
#include <vector>

#include "core/clock.hpp"
#include "http/router.hpp"
#include "runtime/event_bus.hpp"
#include "runtime/timers.hpp"
#include "services/scheduler/service.hpp"
#include "services/scheduler/store.hpp"
#include "storage/sql/database.hpp"

namespace daybook::scheduler {

std::vector<storage::sql::Migration> sql_migrations();
std::unique_ptr<SchedulerStore> make_sql_store(storage::sql::Database& db, StoreLimits limits = {});

/// Whose snapshots its copies are made of.
std::vector<runtime::SnapshotSource> snapshot_sources();

/// The scheduler role. Timers of the service "scheduler" (kinds "generate", "reminder", "purge", "tzdb") are its.
class Module {
 public:
  Module(SchedulerStore& store, runtime::Invoker& invoker, const WallClock& clock);

  http::Router& router() { return router_; }
  void subscribe(runtime::EventBus& bus);
  void handle(runtime::Timers& timers);
  /// Looks whether the time zone data has changed since the last run, and begins to purge what is old, once an hour.
  boost::asio::awaitable<Result<>> start();

  boost::asio::awaitable<std::vector<Result<>>> on_events(std::vector<CloudEvent> events);
  boost::asio::awaitable<std::vector<Result<>>> on_generate(std::vector<Timer> timers);
  boost::asio::awaitable<std::vector<Result<>>> on_tzdb(std::vector<Timer> timers);
  boost::asio::awaitable<std::vector<Result<>>> on_purge(std::vector<Timer> timers);
  boost::asio::awaitable<std::vector<Result<>>> on_reminders(std::vector<Timer> timers);

 private:
  SchedulerStore& store_;
  Service service_;
  const WallClock& clock_;
  http::Router router_;
};

/// `/api/v1/recurring…` and `/api/v1/reminders…`.
http::Router make_router(SchedulerStore& store, Service& service, runtime::Invoker& invoker, const WallClock& clock);

}  // namespace daybook::scheduler
