#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/config/config.hpp"
#include "core/clock.hpp"
#include "runtime/dapr/sidecar.hpp"
#include "runtime/embedded/event_bus.hpp"
#include "services/chat/module.hpp"
#include "services/gateway/module.hpp"
#include "services/tasks/module.hpp"
#include "storage/sql/database.hpp"
#include "storage/sqlite/database.hpp"
#include "telemetry/metrics.hpp"

namespace daybook::app {

using Roles = std::set<std::string, std::less<>>;
/// Carries events to the broker: one result an event, in their order.
using Publish = std::function<boost::asio::awaitable<std::vector<Result<>>>(std::vector<CloudEvent>)>;

/// Where the roles of one process keep their tables, their outbox and the gateway's stream: files of its own, a
/// PostgreSQL database that all processes share, or Dapr's state API. Used on the loop's thread.
class RoleStores {
 public:
  virtual ~RoleStores() = default;

  virtual storage::sql::Database& of(const std::string& role) = 0;
  virtual std::unique_ptr<tasks::TaskStore> tasks_store(const tasks::StoreLimits& limits) {
    return tasks::make_sql_store(of("tasks"), limits);
  }
  virtual std::unique_ptr<chat::ChatStore> chat_store() { return chat::make_sql_store(of("chat")); }
  /// For the gateway's process, which keeps in it what the broker brings (design, rule 10).
  virtual gateway::StreamLog& stream_log() = 0;
  /// Null: this gateway is the only one.
  virtual gateway::Tickets* tickets() { return nullptr; }
  virtual boost::asio::awaitable<Result<>> keep(std::vector<CloudEvent> events) = 0;
  /// Puts an event aside that `group` cannot digest. Errors: unavailable, timeout.
  virtual boost::asio::awaitable<Result<>> park(std::string group, CloudEvent event, std::string reason, int tries) = 0;

  /// Begins to publish what is written, without ever giving up, and to forget what was kept long enough.
  virtual boost::asio::awaitable<Result<>> start(Publish publish) = 0;
  /// Publishes what is left, as far as it can.
  virtual boost::asio::awaitable<void> stop() = 0;
  virtual void close() = 0;
  /// Whether reads are answered, first; then how the outbox gets on.
  virtual boost::asio::awaitable<std::vector<gateway::Dependency>> dependencies() = 0;
  virtual boost::asio::awaitable<bool> answer() = 0;

  virtual runtime::embedded::EventBus* events() { return nullptr; }
  virtual std::vector<storage::sqlite::Database*> files() { return {}; }
};

/// `loop`, `clock` and `metrics` outlive what these make. Errors: those of the databases, which they bring up to date.
Result<std::unique_ptr<RoleStores>> open_sqlite_stores(boost::asio::io_context& loop, const Config& config,
                                                       const Roles& roles, const WallClock& clock,
                                                       telemetry::Registry& metrics);
Result<std::unique_ptr<RoleStores>> open_postgres_stores(boost::asio::io_context& loop, const Config& config,
                                                         const Roles& roles, const WallClock& clock,
                                                         telemetry::Registry& metrics);
/// The role tasks, or the role chat, behind the sidecar's state component, whatever that is. Errors: misconfigured
/// (other roles, or several).
Result<std::unique_ptr<RoleStores>> open_state_stores(boost::asio::io_context& loop, const Roles& roles,
                                                      const WallClock& clock, runtime::dapr::Sidecar& sidecar);

}  // namespace daybook::app
