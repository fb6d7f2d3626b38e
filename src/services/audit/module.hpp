#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/router.hpp"
#include "runtime/event_bus.hpp"
#include "services/audit/store.hpp"
#include "storage/sql/database.hpp"

namespace daybook::audit {

std::vector<storage::sql::Migration> sql_migrations();
/// What PostgreSQL's schema has beside them: partitions by month, and `audit.add_partitions`, to be called now and
/// then.
std::vector<std::string> postgres_steps();
std::unique_ptr<AuditStore> make_sql_store(storage::sql::Database& history);

/// The audit role: consumer of everything, and the routes that read and verify what it kept.
class Module {
 public:
  explicit Module(AuditStore& store);
  http::Router& router() { return router_; }
  void subscribe(runtime::EventBus& bus);

 private:
  boost::asio::awaitable<std::vector<Result<>>> record(std::vector<CloudEvent> events);

  AuditStore& store_;
  http::Router router_;
};

/// `/api/v1/audit…` over `store`.
http::Router make_router(AuditStore& store);

}  // namespace daybook::audit
