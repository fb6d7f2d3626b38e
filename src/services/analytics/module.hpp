#pragma once

#include <memory>
#include <vector>

#include "core/clock.hpp"
#include "http/router.hpp"
#include "runtime/event_bus.hpp"
#include "services/analytics/store.hpp"
#include "storage/sql/database.hpp"

namespace daybook::analytics {

std::vector<storage::sql::Migration> sql_migrations();
std::unique_ptr<AnalyticsStore> make_sql_store(storage::sql::Database& history);

/// Whose snapshots it is made of: the zones of people first, since days go by them.
std::vector<runtime::SnapshotSource> snapshot_sources();

/// The analytics role: a projection of what happened to tasks, and the route that reads it.
class Module {
 public:
  Module(AnalyticsStore& store, const WallClock& clock);
  http::Router& router() { return router_; }
  void subscribe(runtime::EventBus& bus);

 private:
  boost::asio::awaitable<std::vector<Result<>>> apply(std::vector<CloudEvent> events);

  AnalyticsStore& store_;
  http::Router router_;
};

/// `/api/v1/stats` over `store`.
http::Router make_router(AnalyticsStore& store, const WallClock& clock);

}  // namespace daybook::analytics
