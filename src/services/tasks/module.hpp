#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "core/clock.hpp"
#include "http/router.hpp"
#include "runtime/event_bus.hpp"
#include "services/tasks/store.hpp"
#include "storage/sql/database.hpp"

namespace daybook::tasks {

/// The tables of the store, and the store on a database that has them. `db` outlives the store.
std::vector<storage::sql::Migration> sql_migrations();
/// What PostgreSQL's schema has beside them.
std::vector<std::string> postgres_steps();
std::unique_ptr<TaskStore> make_sql_store(storage::sql::Database& db, StoreLimits limits = {});

/// The tasks service: its routes and its consumers on a store. All references outlive it. Runs on one event loop.
class Module {
 public:
  Module(TaskStore& store, WallClock& clock);
  Module(const Module&) = delete;
  ~Module();

  http::Router& router() { return router_; }
  /// Consumer groups "tasks" (reminder.*) and "tasks.users" (user.*).
  void subscribe(runtime::EventBus& bus);

  /// Begins to take tasks to the folding and open ones to the time zone data in force, where they are new, and then to
  /// purge old tombstones and idempotency records, once an hour.
  boost::asio::awaitable<Result<>> start();
  boost::asio::awaitable<void> stop();
  /// Each goes on from wherever it was interrupted.
  boost::asio::awaitable<Result<>> adopt_tzdb(std::string version);
  boost::asio::awaitable<Result<>> adopt_folding();
  /// One round of purging: all that is over, in slices.
  boost::asio::awaitable<Result<int>> purge_once();

 private:
  struct Purger;
  TaskStore& store_;
  WallClock& clock_;
  http::Router router_;
  std::shared_ptr<Purger> purger_;
};

}  // namespace daybook::tasks
