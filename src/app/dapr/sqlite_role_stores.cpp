#include "app/dapr/role_stores.hpp"
#include "app/system/gauges.hpp"
#include "app/system/housekeeping.hpp"
#include "services/analytics/module.hpp"
#include "services/audit/module.hpp"
#include "services/chat/module.hpp"
#include "services/identity/sql_store.hpp"
#include "services/notifier/module.hpp"
#include "services/scheduler/module.hpp"
#include "services/tasks/module.hpp"
#include "storage/sqlite/event_groups.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
namespace sqlite = storage::sqlite;
using asio::awaitable;

constexpr std::string_view kRelay = "relay", kStream = "gateway.stream";

/// Two files as in the embedded shape: what the roles own, with the outbox; and what is made of received events, with
/// the stream's log.
class SqliteRoleStores final : public RoleStores {
 public:
  SqliteRoleStores(asio::io_context& loop, const Roles& roles, const WallClock& clock, telemetry::Registry& metrics,
                   std::unique_ptr<sqlite::Database> database, std::unique_ptr<sqlite::Database> history)
      : clock_(clock),
        gateway_(roles.contains("gateway")),
        database_(std::move(database)),
        history_(std::move(history)),
        stream_log_(gateway::make_sqlite_stream_log(*history_)),
        relay_(loop.get_executor(), *database_, clock),
        received_(loop.get_executor(), *history_, clock),
        housekeeping_(loop.get_executor(), clock, relay_, *database_, *history_),
        stream_housekeeping_(loop.get_executor(), clock, received_, *history_, *history_),
        gauges_(loop.get_executor(), metrics, relay_, *database_, *history_) {}

  storage::sql::Database& of(const std::string& role) override {
    return role == "audit" || role == "analytics" ? *history_ : *database_;
  }
  gateway::StreamLog& stream_log() override { return *stream_log_; }

  awaitable<Result<>> keep(std::vector<CloudEvent> events) override {
    auto append = [events = std::move(events)](sqlite::Writer& db) -> Result<> {
      for (const auto& event : events)
        if (sqlite::record_inbox(db, kStream, event.id)) sqlite::append_event(db, event);
      return {};
    };
    co_return co_await history_->write(sqlite::Lane::foreground, std::move(append));
  }

  awaitable<Result<>> park(std::string group, CloudEvent event, std::string reason, int tries) override {
    auto write = [=, now = clock_.now()](sqlite::Writer& db) -> Result<> {
      sqlite::park(db, group, event, reason, tries, now);
      return {};
    };
    co_return co_await database_->write(sqlite::Lane::background, std::move(write));
  }

  awaitable<Result<>> start(Publish publish) override {
    // The outbox is the event log, and the relay a group that reads it: its offset moves when the broker has the
    // events, and an absent sidecar or broker holds it where it is, without limit.
    runtime::Subscription outbox{.group = std::string(kRelay), .types = {"*"}, .max_batch = 100};
    relay_.subscribe(std::move(outbox), std::move(publish));
    if (auto started = co_await relay_.start(); !started) co_return started.error();
    if (gateway_) {
      if (auto started = co_await received_.start(); !started) co_return started.error();
      stream_housekeeping_.start();
    }
    housekeeping_.start();
    gauges_.start();
    co_return Result<>{};
  }

  awaitable<void> stop() override {
    co_await gauges_.stop();
    co_await housekeeping_.stop();
    if (gateway_) co_await stream_housekeeping_.stop();
    co_await relay_.stop();
    if (gateway_) co_await received_.stop();
  }

  void close() override {
    database_->stop();
    history_->stop();
  }

  awaitable<bool> answer() override {
    for (auto* file : {database_.get(), history_.get()}) {
      auto query = [](sqlite::Reader& db) -> Result<> {
        db.query("SELECT 1").step();
        return {};
      };
      const auto answered = co_await file->read(std::move(query));
      if (!answered) co_return false;
    }
    co_return true;
  }

  awaitable<std::vector<gateway::Dependency>> dependencies() override {
    std::vector<gateway::Dependency> out;
    const bool answered = co_await answer();
    out.push_back({"database", answered, ""});
    const auto relay = co_await relay_.groups();
    if (relay)
      for (const auto& group : *relay) out.push_back({group.group, !group.paused, group.last_error});
    co_return out;
  }

  runtime::embedded::EventBus* events() override { return &relay_; }
  std::vector<sqlite::Database*> files() override { return {database_.get(), history_.get()}; }

 private:
  const WallClock& clock_;
  bool gateway_;
  std::unique_ptr<sqlite::Database> database_;
  std::unique_ptr<sqlite::Database> history_;
  std::unique_ptr<gateway::StreamLog> stream_log_;
  runtime::embedded::EventBus relay_;
  runtime::embedded::EventBus received_;  ///< Prunes the stream's log.
  Housekeeping housekeeping_, stream_housekeeping_;
  Gauges gauges_;
};

Result<std::unique_ptr<sqlite::Database>> open_file(std::string path, int readers, const Roles& roles,
                                                    std::vector<std::vector<sqlite::Migration>> owned) {
  std::vector<sqlite::Migration> schema = {sqlite::event_log_migration(), sqlite::inbox_migration(),
                                           sqlite::event_group_migration()};
  for (auto& steps : owned)
    if (!steps.empty() && roles.contains(steps.front().service))
      for (auto& step : steps) schema.push_back(std::move(step));
  sqlite::DatabaseOptions options;
  options.path = std::move(path);
  if (readers > 0) options.readers = readers;
  return sqlite::Database::open(std::move(options), std::move(schema));
}

}  // namespace

Result<std::unique_ptr<RoleStores>> open_sqlite_stores(asio::io_context& loop, const Config& config, const Roles& roles,
                                                       const WallClock& clock, telemetry::Registry& metrics) {
  auto database = open_file(config.data_dir + "/daybook.db", 0, roles,
                            {identity::sql_migrations(), tasks::sql_migrations(), scheduler::sql_migrations(),
                             notifier::sql_migrations(), chat::sql_migrations()});
  if (!database) return database.error();
  auto history =
      open_file(config.data_dir + "/history.db", 1, roles, {audit::sql_migrations(), analytics::sql_migrations()});
  if (!history) return history.error();
  return std::unique_ptr<RoleStores>(
      std::make_unique<SqliteRoleStores>(loop, roles, clock, metrics, std::move(*database), std::move(*history)));
}

}  // namespace daybook::app
