#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/config/config.hpp"
#include "app/system/rebuilds.hpp"
#include "core/clock.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "runtime/embedded/event_bus.hpp"
#include "services/identity/service.hpp"
#include "services/tasks/client.hpp"
#include "storage/sqlite/database.hpp"

namespace daybook::app {

/// All services in one process, on SQLite: opens the databases and wires every module to the embedded ports. The one
/// place that knows which adapter stands behind which port.
class System {
 public:
  /// What answers for the web app: nullopt for paths that are not its.
  using Web = std::function<std::optional<Reply>(const Call&)>;

  /// Opens or makes the databases in `config.data_dir`. Errors as those of Database::open.
  static Result<std::unique_ptr<System>> open(boost::asio::io_context& loop, const Config& config, WallClock& clock,
                                              Web web = {});
  virtual ~System() = default;

  /// Loads what calls between services need; start() does it too. For commands that run without a server.
  virtual boost::asio::awaitable<Result<>> prepare() = 0;
  /// Begins to consume events and to fire timers.
  virtual boost::asio::awaitable<Result<>> start() = 0;
  /// From now on readiness says no, so that a balancer sends nobody here any more.
  virtual void announce_stop() = 0;
  /// Ends consumers and timers in the order that lets each finish. Afterwards close() the files.
  virtual boost::asio::awaitable<void> stop() = 0;
  virtual void close() = 0;

  /// What the HTTP server hands its requests to.
  virtual http::ServerHandlers handlers() = 0;
  /// The routes of the services here, their internal ones too: a test holds schemas/openapi.yaml against them.
  const std::vector<std::pair<Method, std::string>>& routes() const { return routes_; }
  /// Takes over what may change without a restart. Errors: those of make_channel_senders; the channels then stay as
  /// they were.
  virtual Result<> reload(const Config& config) = 0;

  /// Null where events stand elsewhere.
  virtual runtime::embedded::EventBus* events() = 0;
  /// What can be made again here.
  virtual Rebuilds& rebuilds() = 0;
  /// Null where another process has them.
  virtual identity::Service* accounts() = 0;
  virtual tasks::Client& tasks() = 0;
  /// The databases in the data folder: daybook.db, history.db; none where everything is elsewhere.
  virtual std::vector<storage::sqlite::Database*> files() = 0;

 protected:
  void add_routes(const http::Router& router) {
    for (auto& route : router.routes()) routes_.push_back(std::move(route));
  }

 private:
  std::vector<std::pair<Method, std::string>> routes_;
};

}  // namespace daybook::app
