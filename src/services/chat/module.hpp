#pragma once

#include <memory>
#include <vector>

#include "http/router.hpp"
#include "runtime/event_bus.hpp"
#include "services/chat/scoped_invoker.hpp"
#include "services/chat/service.hpp"
#include "storage/sql/database.hpp"

namespace daybook::chat {

std::vector<storage::sql::Migration> sql_migrations();
std::unique_ptr<ChatStore> make_sql_store(storage::sql::Database& db);

/// The chat role: wires its use cases to routes and events. What it calls lives as long as it does.
class Module {
 public:
  Module(ChatStore& store, runtime::Invoker& invoker, Assistant& assistant, const WallClock& clock);
  http::Router& router() { return router_; }
  void subscribe(runtime::EventBus& bus);

 private:
  ScopedInvoker invoker_;
  tasks::Client tasks_;
  scheduler::Client scheduler_;
  analytics::Client analytics_;
  Service service_;
  http::Router router_;
};

/// `/api/v1/chat`, `/api/v1/conversations…` and `/api/v1/parse`.
http::Router make_router(ChatStore& store, Service& service);

}  // namespace daybook::chat
