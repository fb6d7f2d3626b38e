#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "services/gateway/module.hpp"
#include "storage/postgres/database.hpp"
#include "storage/postgres/migrations.hpp"
#include "storage/postgres/relay.hpp"
#include "telemetry/metrics.hpp"

namespace daybook::app {

/// The schemas of all services, one each.
std::vector<storage::postgres::Schema> postgres_schemas();

/// All services' tables in one PostgreSQL database: one pool, a schema a service, and a relay for each service that
/// publishes. Used on the loop's thread.
class PostgresStores {
 public:
  /// Runs the migrations first. Blocks. Errors: unavailable, misconfigured.
  static Result<std::unique_ptr<PostgresStores>> open(boost::asio::io_context& loop, const std::string& url,
                                                      telemetry::Registry& metrics, const WallClock& clock);

  storage::postgres::Database& of(const std::string& service) { return *databases_.at(service); }

  /// Begins to publish what services write, and to forget what is too old to come again.
  boost::asio::awaitable<Result<>> start(storage::postgres::Publish publish);
  /// Publishes what is left; afterwards nothing uses the pool.
  boost::asio::awaitable<void> stop();
  boost::asio::awaitable<gateway::Dependency> readiness();

 private:
  PostgresStores(boost::asio::io_context& loop, const std::string& url, telemetry::Registry& metrics,
                 const WallClock& clock);
  boost::asio::awaitable<void> watch();
  boost::asio::awaitable<void> purge();

  const WallClock& clock_;
  telemetry::Registry& metrics_;
  storage::postgres::Pool pool_;
  std::map<std::string, std::unique_ptr<storage::postgres::Database>> databases_;
  std::map<std::string, std::unique_ptr<storage::postgres::Relay>> relays_;
  boost::asio::steady_timer timer_;
  bool watching_ = false, stopping_ = false;
};

}  // namespace daybook::app
