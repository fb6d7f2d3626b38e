#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "services/gateway/module.hpp"
#include "services/gateway/postgres_stream_log.hpp"
#include "services/gateway/postgres_tickets.hpp"
#include "storage/postgres/database.hpp"
#include "storage/postgres/migrations.hpp"
#include "storage/postgres/relay.hpp"
#include "telemetry/metrics.hpp"

namespace daybook::app {

/// The schemas of all services, one each.
std::vector<storage::postgres::Schema> postgres_schemas();

/// Services' tables in one PostgreSQL database: one pool, a schema a service, a relay for each service that publishes,
/// and the gateway's stream. Used on the loop's thread.
class PostgresStores {
 public:
  using Services = std::set<std::string, std::less<>>;
  /// Only the schemas of `services`, whose migrations run first. Blocks. Errors: unavailable, misconfigured.
  static Result<std::unique_ptr<PostgresStores>> open(boost::asio::io_context& loop, const std::string& url,
                                                      telemetry::Registry& metrics, const WallClock& clock,
                                                      const Services& services);

  storage::postgres::Database& of(const std::string& service) { return *databases_.at(service); }

  /// Begins to publish what services write, and to forget what is too old to come again.
  boost::asio::awaitable<Result<>> start(storage::postgres::Publish publish);
  /// Publishes what is left; afterwards nothing uses the pool.
  boost::asio::awaitable<void> stop();
  boost::asio::awaitable<gateway::Dependency> readiness();
  /// How each relay gets on.
  std::vector<gateway::Dependency> relays() const;
  /// Puts an event aside that a consumer cannot digest, in the schema that its group is named after, else in that of
  /// `service`. Errors: unavailable, timeout.
  boost::asio::awaitable<Result<>> park(std::string service, std::string group, CloudEvent event, std::string reason,
                                        int tries);
  /// Both null without the gateway.
  gateway::PostgresStreamLog* stream_log() { return stream_log_.get(); }
  gateway::PostgresTickets* tickets() { return tickets_.get(); }

 private:
  PostgresStores(boost::asio::io_context& loop, const std::string& url, telemetry::Registry& metrics,
                 const WallClock& clock, const std::vector<storage::postgres::Schema>& schemas);
  boost::asio::awaitable<void> watch();
  boost::asio::awaitable<void> purge();

  const WallClock& clock_;
  telemetry::Registry& metrics_;
  storage::postgres::Pool pool_;
  std::map<std::string, std::unique_ptr<storage::postgres::Database>> databases_;
  std::map<std::string, std::unique_ptr<storage::postgres::Relay>> relays_;
  std::unique_ptr<gateway::PostgresStreamLog> stream_log_;
  std::unique_ptr<gateway::PostgresTickets> tickets_;
  boost::asio::steady_timer timer_;
  bool watching_ = false, stopping_ = false;
};

}  // namespace daybook::app
