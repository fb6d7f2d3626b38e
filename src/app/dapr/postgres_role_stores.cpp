#include "app/dapr/role_stores.hpp"
#include "app/system/postgres_stores.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

/// Each role's schema in the database that all processes share.
class PostgresRoleStores final : public RoleStores {
 public:
  PostgresRoleStores(std::unique_ptr<PostgresStores> stores, const Roles& roles)
      : stores_(std::move(stores)), first_(*roles.begin()) {}

  storage::sql::Database& of(const std::string& role) override { return stores_->of(role); }
  gateway::StreamLog& stream_log() override { return *stores_->stream_log(); }
  gateway::Tickets* tickets() override { return stores_->tickets(); }
  awaitable<Result<>> keep(std::vector<CloudEvent> events) override {
    return stores_->stream_log()->append(std::move(events));
  }
  awaitable<Result<>> park(std::string group, CloudEvent event, std::string reason, int tries) override {
    return stores_->park(first_, std::move(group), std::move(event), std::move(reason), tries);
  }
  awaitable<Result<>> start(Publish publish) override { return stores_->start(std::move(publish)); }
  awaitable<void> stop() override { return stores_->stop(); }
  void close() override {}
  awaitable<bool> answer() override { co_return (co_await stores_->readiness()).ok; }

  awaitable<std::vector<gateway::Dependency>> dependencies() override {
    std::vector<gateway::Dependency> out;
    out.push_back(co_await stores_->readiness());
    for (auto& relay : stores_->relays()) out.push_back(std::move(relay));
    co_return out;
  }

 private:
  std::unique_ptr<PostgresStores> stores_;
  std::string first_;
};

}  // namespace

Result<std::unique_ptr<RoleStores>> open_postgres_stores(asio::io_context& loop, const Config& config,
                                                         const Roles& roles, const WallClock& clock,
                                                         telemetry::Registry& metrics) {
  auto stores = PostgresStores::open(loop, config.database, metrics, clock, roles);
  if (!stores) return stores.error();
  return std::unique_ptr<RoleStores>(std::make_unique<PostgresRoleStores>(std::move(*stores), roles));
}

}  // namespace daybook::app
