#include "app/system/postgres_stores.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "services/analytics/module.hpp"
#include "services/audit/module.hpp"
#include "services/chat/module.hpp"
#include "services/identity/sql_store.hpp"
#include "services/notifier/module.hpp"
#include "services/scheduler/module.hpp"
#include "services/tasks/module.hpp"
#include "storage/sql/dead_letter.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
namespace postgres = storage::postgres;
using asio::awaitable;

/// How long an event may come again: as long as the log keeps it, and some.
constexpr std::chrono::days kInboxAge{14};
constexpr std::chrono::days kDeadLetterAge{30};
/// What a client may resume from.
constexpr std::chrono::days kStreamAge{7};
constexpr int kSlice = 1000;

postgres::PoolOptions pool_options(const std::string& url, telemetry::Registry& metrics) {
  postgres::PoolOptions options;
  options.session.url = url;
  auto& waits = metrics.histogram("daybook_pg_pool_wait_seconds", "How long a transaction waited for a connection");
  options.on_wait = [&waits](std::chrono::nanoseconds time) {
    waits.observe(std::chrono::duration<double>(time).count());
  };
  return options;
}

/// The first UUIDv7 of a millisecond: ids made before it sort below.
Uuid lowest_v7(Instant at) {
  const std::int64_t ms = std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
  Uuid::Bytes bytes{};
  for (int i = 0; i < 6; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  bytes[6] = 0x70;
  return Uuid{bytes};
}

}  // namespace

std::vector<postgres::Schema> postgres_schemas() {
  return {{"identity", identity::sql_migrations()},   {"tasks", tasks::sql_migrations(), tasks::postgres_steps()},
          {"scheduler", scheduler::sql_migrations()}, {"notifier", notifier::sql_migrations()},
          {"chat", chat::sql_migrations()},           {"audit", audit::sql_migrations(), audit::postgres_steps()},
          {"analytics", analytics::sql_migrations()}, gateway::postgres_schema()};
}

Result<std::unique_ptr<PostgresStores>> PostgresStores::open(asio::io_context& loop, const std::string& url,
                                                             telemetry::Registry& metrics, const WallClock& clock,
                                                             const Services& services) {
  auto schemas = postgres_schemas();
  std::erase_if(schemas, [&](const postgres::Schema& schema) { return !services.contains(schema.service); });
  if (auto migrated = postgres::migrate(url, schemas); !migrated) return migrated.error();
  return std::unique_ptr<PostgresStores>(new PostgresStores(loop, url, metrics, clock, schemas));
}

PostgresStores::PostgresStores(asio::io_context& loop, const std::string& url, telemetry::Registry& metrics,
                               const WallClock& clock, const std::vector<postgres::Schema>& schemas)
    : clock_(clock), metrics_(metrics), pool_(loop.get_executor(), pool_options(url, metrics)), timer_(loop) {
  for (const auto& schema : schemas)
    databases_.emplace(schema.service, std::make_unique<postgres::Database>(pool_, schema.service));
  if (databases_.contains("gateway")) {
    stream_log_ = std::make_unique<gateway::PostgresStreamLog>(of("gateway"));
    tickets_ = std::make_unique<gateway::PostgresTickets>(of("gateway"));
  }
  metrics.collect([this](telemetry::MetricSink& sink) {
    const auto pool = pool_.counters();
    sink.gauge("daybook_pg_pool_size", "Connections that there may be", {}, pool.size);
    sink.gauge("daybook_pg_pool_open", "Connections that there are", {}, pool.open);
    sink.gauge("daybook_pg_pool_in_use", "Connections in use", {}, pool.in_use);
    sink.gauge("daybook_pg_pool_waiting", "Transactions that wait for a connection", {},
               static_cast<double>(pool.waiting));
    sink.counter("daybook_pg_connects_total", "Connections made", {}, static_cast<double>(pool.made));
    sink.counter("daybook_pg_connect_failures_total", "Attempts to connect that failed", {},
                 static_cast<double>(pool.failed));
    for (const auto& [service, database] : databases_) {
      const telemetry::Labels labels{{"database", service}};
      const auto& counters = database->counters();
      sink.counter("daybook_pg_commits_total", "Transactions committed", labels, static_cast<double>(counters.commits));
      sink.counter("daybook_pg_reads_total", "Queries", labels, static_cast<double>(counters.reads));
      sink.counter("daybook_pg_failed_total", "Transactions rolled back", labels, static_cast<double>(counters.failed));
      sink.counter("daybook_pg_retries_total", "Transactions run again", labels, static_cast<double>(counters.retries));
    }
    for (const auto& [service, relay] : relays_) {
      const telemetry::Labels labels{{"service", service}};
      const auto counters = relay->counters();
      sink.counter("daybook_outbox_published_total", "Events published", labels,
                   static_cast<double>(counters.published));
      sink.counter("daybook_outbox_failures_total", "Tries to publish an event that failed", labels,
                   static_cast<double>(counters.failures));
      sink.gauge("daybook_outbox_shards", "Shards of users that this process publishes", labels, counters.shards);
    }
  });
}

awaitable<Result<>> PostgresStores::start(postgres::Publish publish) {
  for (const auto* service : {"identity", "tasks", "scheduler", "notifier", "chat"}) {
    if (!databases_.contains(service)) continue;
    postgres::RelayOptions options;
    auto& age = metrics_.histogram("daybook_outbox_age_seconds", "Age of events when they were published",
                                   {{"service", service}});
    options.on_published = [&age](std::chrono::microseconds time) {
      age.observe(std::chrono::duration<double>(time).count());
    };
    auto relay = std::make_unique<postgres::Relay>(of(service), publish, std::move(options));
    if (auto started = co_await relay->start(); !started) co_return started.error();
    relays_.emplace(service, std::move(relay));
  }
  watching_ = true;
  asio::co_spawn(timer_.get_executor(), watch(), [this](std::exception_ptr) { watching_ = false; });
  co_return Result<>{};
}

/// Looks at the outboxes' lengths, and once an hour forgets what is too old.
awaitable<void> PostgresStores::watch() {
  for (int second = 0; !stopping_; ++second) {
    for (const auto& [service, relay] : relays_) {
      const auto lag = co_await relay->lag();
      if (!lag) continue;
      const telemetry::Labels labels{{"service", service}};
      metrics_.gauge("daybook_outbox_events", "Events that wait to be published", labels)
          .set(static_cast<double>(lag->events));
      metrics_.gauge("daybook_outbox_oldest_seconds", "Age of the oldest of them", labels)
          .set(std::chrono::duration<double>(lag->oldest).count());
    }
    if (second % 360 == 0) co_await purge();
    if (stopping_) break;
    timer_.expires_after(std::chrono::seconds{10});
    ignore(co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable)), "over or stopping");
  }
}

awaitable<void> PostgresStores::purge() {
  const auto now = clock_.now();
  for (const auto& [service, database] : databases_) {
    for (bool more = true; more && !stopping_;) {
      auto slice = [now](storage::sql::Writer& db) -> Result<bool> {
        db.run(
            "DELETE FROM inbox WHERE (consumer, event_id) IN (SELECT consumer, event_id FROM inbox WHERE event_id < ? "
            "AND substr(CAST(event_id AS varchar), 15, 1) = '7' LIMIT ?)",
            lowest_v7(now - kInboxAge), kSlice);
        const bool full = db.changes() == kSlice;
        db.run("DELETE FROM dead_letter WHERE parked_at < ?", now - kDeadLetterAge);
        return full;
      };
      const auto purged = co_await database->write(storage::sql::Lane::background, std::move(slice));
      more = purged && *purged;
    }
  }
  if (databases_.contains("audit")) {
    auto ahead = [now](storage::sql::Writer& db) -> Result<> {
      db.query("SELECT audit.add_partitions(?::bigint, 2)", now).step();
      return {};
    };
    ignore(co_await of("audit").write(storage::sql::Lane::background, std::move(ahead)),
           "the others take it, and it is tried again");
  }
  if (tickets_) ignore(co_await tickets_->prune(), "they are no good any more");
  for (bool more = stream_log_ != nullptr; more && !stopping_;) {
    const auto pruned = co_await stream_log_->prune(kStreamAge, kSlice);
    more = pruned && *pruned == kSlice;
  }
}

awaitable<void> PostgresStores::stop() {
  stopping_ = true;
  timer_.cancel();
  if (stream_log_) {
    stream_log_->stop();
    co_await stream_log_->finish();
  }
  for (auto& [service, relay] : relays_) co_await relay->stop();
  while (watching_) {
    asio::steady_timer pause(timer_.get_executor(), std::chrono::milliseconds{2});
    ignore(co_await pause.async_wait(asio::as_tuple(asio::use_awaitable)), "nobody cancels it");
  }
  co_await pool_.stop();
}

awaitable<gateway::Dependency> PostgresStores::readiness() {
  auto query = [](storage::sql::Reader& db) -> Result<std::int64_t> {
    auto one = db.query("SELECT 1");
    one.step();
    return one.integer(0);
  };
  const auto answer = co_await databases_.begin()->second->read(std::move(query));
  gateway::Dependency dependency;
  dependency.name = "postgres";
  dependency.ok = answer.has_value();
  if (!answer) dependency.detail = answer.error().detail;
  co_return dependency;
}

std::vector<gateway::Dependency> PostgresStores::relays() const {
  std::vector<gateway::Dependency> out;
  for (const auto& [service, relay] : relays_) {
    const auto counters = relay->counters();
    out.push_back({"relay " + service, counters.last_error.empty(), counters.last_error});
  }
  return out;
}

awaitable<Result<>> PostgresStores::park(std::string service, std::string group, CloudEvent event, std::string reason,
                                         int tries) {
  auto schema = group.substr(0, group.find('.'));
  if (!databases_.contains(schema)) schema = std::move(service);
  auto write = [=, now = clock_.now()](storage::sql::Writer& db) -> Result<> {
    storage::sql::park(db, group, event, reason, tries, now);
    return {};
  };
  co_return co_await of(schema).write(storage::sql::Lane::background, std::move(write));
}

}  // namespace daybook::app
