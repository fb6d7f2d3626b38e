#pragma once

#include <memory>
#include <vector>

#include "http/router.hpp"
#include "runtime/event_bus.hpp"
#include "runtime/timers.hpp"
#include "services/notifier/service.hpp"
#include "storage/sql/database.hpp"

namespace daybook::notifier {

std::vector<storage::sql::Migration> sql_migrations();
std::unique_ptr<NotifierStore> make_sql_store(storage::sql::Database& db);

/// The notifier role: wires its use cases to routes, events and timers.
class Module {
 public:
  Module(NotifierStore& store, ChannelSenders senders, const WallClock& clock, DigestWriter digest);
  http::Router& router() { return router_; }
  void subscribe(runtime::EventBus& bus);
  void handle(runtime::Timers& timers);
  boost::asio::awaitable<Result<>> start() { return service_.start(); }
  /// For the messages that begin from now on.
  void set_senders(ChannelSenders senders) { service_.set_senders(std::move(senders)); }

 private:
  Service service_;
  http::Router router_;
};

/// `/api/v1/notifications…`, `/api/v1/notification-channels…` and `/internal/v1/deliveries`.
http::Router make_router(NotifierStore& store, Service& service, const WallClock& clock);

}  // namespace daybook::notifier
