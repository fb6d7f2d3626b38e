#include "app/system/system.hpp"

#include "app/system/channels.hpp"
#include "app/system/gauges.hpp"
#include "app/system/housekeeping.hpp"
#include "app/system/postgres_stores.hpp"
#include "app/system/restore.hpp"
#include "app/system/service_options.hpp"
#include "app/system/sqlite_files.hpp"
#include "runtime/embedded/invoker.hpp"
#include "runtime/embedded/secrets.hpp"
#include "runtime/embedded/timers.hpp"
#include "services/analytics/module.hpp"
#include "services/audit/module.hpp"
#include "services/chat/module.hpp"
#include "services/gateway/module.hpp"
#include "services/identity/module.hpp"
#include "services/identity/sql_store.hpp"
#include "services/notifier/digest.hpp"
#include "services/notifier/module.hpp"
#include "services/scheduler/module.hpp"
#include "services/tasks/client.hpp"
#include "services/tasks/module.hpp"
#include "storage/sqlite/event_groups.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
namespace sqlite = storage::sqlite;
using asio::awaitable;

/// Takes over what services wrote in PostgreSQL, each event once, into the log that consumers follow.
awaitable<std::vector<Result<>>> append_to_log(sqlite::Database& log, std::vector<CloudEvent> events) {
  const auto count = events.size();
  auto append = [events = std::move(events)](sqlite::Writer& db) -> Result<> {
    for (const auto& event : events)
      if (sqlite::record_inbox(db, "relay", event.id)) db.append_event(event);
    return {};
  };
  const auto appended = co_await log.write(sqlite::Lane::background, std::move(append));
  co_return std::vector<Result<>>(count, appended);
}

class EmbeddedSystem final : public System {
 public:
  EmbeddedSystem(asio::io_context& loop, const Config& config, WallClock& clock,
                 std::unique_ptr<telemetry::Registry> metrics, std::unique_ptr<sqlite::Database> database,
                 std::unique_ptr<sqlite::Database> history, std::unique_ptr<PostgresStores> postgres,
                 notifier::ChannelSenders senders, Assistants assistants, System::Web web)
      : executor_(loop.get_executor()),
        clock_(clock),
        data_dir_(config.data_dir),
        metrics_(std::move(metrics)),
        database_(std::move(database)),
        history_(std::move(history)),
        postgres_(std::move(postgres)),
        invoker_(loop.get_executor()),
        bus_(loop.get_executor(), *database_, clock),
        secrets_(config.data_dir + "/secrets"),
        housekeeping_(loop.get_executor(), clock, bus_, *database_, *history_),
        gauges_(loop.get_executor(), *metrics_, bus_, *database_, *history_),
        tasks_store_(tasks::make_sql_store(tables_of("tasks"), task_limits(config))),
        tasks_(*tasks_store_, clock),
        tasks_client_(invoker_),
        scheduler_store_(scheduler::make_sql_store(tables_of("scheduler"), series_limits(config))),
        scheduler_(*scheduler_store_, invoker_, clock),
        scheduler_timers_(loop.get_executor(), tables_of("scheduler"), storage::sql::TimerTable("scheduler"), clock,
                          timer_options(*metrics_)),
        chat_store_(chat::make_sql_store(tables_of("chat"))),
        assistants_(std::move(assistants)),
        chat_(*chat_store_, invoker_, assistants_.first(), clock),
        identity_store_(identity::make_sql_store(tables_of("identity"))),
        identity_(*identity_store_, clock, identity_options(config, invoker_, secrets_)),
        notifier_store_(notifier::make_sql_store(tables_of("notifier"))),
        notifier_(*notifier_store_, std::move(senders), clock, notifier::make_digest_writer(tasks_client_, clock)),
        notifier_timers_(loop.get_executor(), tables_of("notifier"), storage::sql::TimerTable("notifier"), clock,
                         timer_options(*metrics_)),
        audit_store_(audit::make_sql_store(tables_of("audit"))),
        audit_(*audit_store_),
        analytics_store_(analytics::make_sql_store(tables_of("analytics"))),
        analytics_(*analytics_store_, clock),
        stream_log_(gateway::make_sqlite_stream_log(*database_)),
        gateway_(gateway_ports(clock, std::move(web)), gateway_options(config)) {
    serve("tasks", tasks_.router());
    serve("scheduler", scheduler_.router());
    serve("chat", chat_.router());
    serve("identity", identity_.router());
    serve("notifier", notifier_.router());
    serve("audit", audit_.router());
    serve("analytics", analytics_.router());
    tasks_.subscribe(bus_);
    scheduler_.subscribe(bus_);
    scheduler_.handle(scheduler_timers_);
    scheduler_timers_.park_with(bus_);
    chat_.subscribe(bus_);
    notifier_.subscribe(bus_);
    notifier_.handle(notifier_timers_);
    notifier_timers_.park_with(bus_);
    audit_.subscribe(bus_);
    analytics_.subscribe(bus_);
    // What they make of events stands in history.db, and so must how far they have come.
    bus_.keep_offsets_in("audit", *history_);
    bus_.keep_offsets_in("analytics", *history_);
    const auto executor = loop.get_executor();
    rebuilds_.add(std::make_unique<runtime::Rebuilder>(executor, "analytics", *analytics_store_, invoker_, clock,
                                                       analytics::snapshot_sources()));
    rebuilds_.add(std::make_unique<runtime::Rebuilder>(executor, "scheduler", *scheduler_store_, invoker_, clock,
                                                       scheduler::snapshot_sources()));
  }

  awaitable<Result<>> prepare() override {
    if (auto started = co_await identity_.start(); !started) co_return started.error();
    co_return co_await reapply_erasures(data_dir_, identity_.service());
  }

  awaitable<Result<>> start() override {
    // Requests are served already: what they commit has to reach the screens.
    gateway_.start(executor_);
    if (auto started = co_await prepare(); !started) co_return started.error();
    if (auto started = co_await scheduler_.start(); !started) co_return started.error();
    if (auto started = co_await bus_.start(); !started) co_return started.error();
    if (postgres_) {
      storage::postgres::Publish publish = [this](std::vector<CloudEvent> events) {
        return append_to_log(*database_, std::move(events));
      };
      if (auto started = co_await postgres_->start(std::move(publish)); !started) co_return started.error();
    }
    if (auto started = co_await scheduler_timers_.start(); !started) co_return started.error();
    if (auto started = co_await notifier_timers_.start(); !started) co_return started.error();
    if (auto started = co_await notifier_.start(); !started) co_return started.error();
    if (auto started = co_await tasks_.start(); !started) co_return started.error();
    if (auto started = co_await rebuilds_.start(); !started) co_return started.error();
    housekeeping_.start();
    gauges_.start();
    gateway_.announce_ready();
    co_return Result<>{};
  }

  void announce_stop() override {
    gateway_.begin_shutdown();
    rebuilds_.begin_stop();
  }

  awaitable<void> stop() override {
    gateway_.stop();
    co_await gauges_.stop();
    co_await housekeeping_.stop();
    co_await rebuilds_.stop();
    co_await tasks_.stop();
    co_await scheduler_timers_.stop();
    co_await notifier_timers_.stop();
    co_await bus_.stop();
    if (postgres_) co_await postgres_->stop();
    co_await invoker_.stop();
  }

  void close() override {
    database_->stop();
    history_->stop();
  }

  http::ServerHandlers handlers() override { return gateway_.server(); }

  Result<> reload(const Config& config) override {
    gateway_.set_limits(gateway_limits(config));
    tasks_store_->set_limits(task_limits(config));
    scheduler_store_->set_limits(series_limits(config));
    auto senders = make_channel_senders(executor_, config, clock_);
    if (!senders) return senders.error();
    notifier_.set_senders(std::move(*senders));
    return {};
  }

  runtime::embedded::EventBus* events() override { return &bus_; }
  Rebuilds& rebuilds() override { return rebuilds_; }
  identity::Service* accounts() override { return &identity_.service(); }
  tasks::Client& tasks() override { return tasks_client_; }
  std::vector<sqlite::Database*> files() override { return {database_.get(), history_.get()}; }

 private:
  /// Where a service's tables are.
  storage::sql::Database& tables_of(const std::string& service) {
    if (postgres_) return postgres_->of(service);
    return service == "audit" || service == "analytics" ? *history_ : *database_;
  }

  gateway::Ports gateway_ports(const WallClock& clock, System::Web web) {
    return {.invoker = invoker_,
            .stream_log = *stream_log_,
            .clock = clock,
            .metrics = *metrics_,
            .web = std::move(web),
            .readiness = [this] { return readiness(); }};
  }

  /// Each file answers a read; each consumer group gets on.
  awaitable<std::vector<gateway::Dependency>> readiness() {
    std::vector<gateway::Dependency> dependencies;
    for (auto* file : {database_.get(), history_.get()}) {
      auto query = [](sqlite::Reader& db) -> Result<std::int64_t> {
        auto one = db.query("SELECT 1");
        one.step();
        return one.integer(0);
      };
      const auto answer = co_await file->read(std::move(query));
      gateway::Dependency dependency;
      dependency.name = file == database_.get() ? "database" : "history";
      dependency.ok = answer.has_value();
      if (!answer) dependency.detail = answer.error().detail;
      dependencies.push_back(std::move(dependency));
    }
    if (postgres_) dependencies.push_back(co_await postgres_->readiness());
    const auto groups = co_await bus_.groups();
    if (groups)
      for (const auto& group : *groups) {
        gateway::Dependency dependency;
        dependency.name = "consumer " + group.group;
        dependency.ok = !group.paused;
        dependency.detail = group.last_error;
        dependencies.push_back(std::move(dependency));
      }
    co_return dependencies;
  }

  void serve(const std::string& role, const http::Router& router) {
    add_routes(router);
    invoker_.add(role, [&router](Call call) { return router.dispatch(std::move(call)); });
  }

  asio::any_io_executor executor_;
  const WallClock& clock_;
  std::string data_dir_;
  std::unique_ptr<telemetry::Registry> metrics_;
  std::unique_ptr<sqlite::Database> database_;
  std::unique_ptr<sqlite::Database> history_;
  std::unique_ptr<PostgresStores> postgres_;  ///< Null: all is in the two files.
  runtime::embedded::Invoker invoker_;
  runtime::embedded::EventBus bus_;
  runtime::embedded::Secrets secrets_;
  Housekeeping housekeeping_;
  Gauges gauges_;

  std::unique_ptr<tasks::TaskStore> tasks_store_;
  tasks::Module tasks_;
  tasks::Client tasks_client_;
  std::unique_ptr<scheduler::SchedulerStore> scheduler_store_;
  scheduler::Module scheduler_;
  runtime::embedded::Timers scheduler_timers_;
  std::unique_ptr<chat::ChatStore> chat_store_;
  Assistants assistants_;
  chat::Module chat_;
  std::unique_ptr<identity::Store> identity_store_;
  identity::Module identity_;
  std::unique_ptr<notifier::NotifierStore> notifier_store_;
  notifier::Module notifier_;
  runtime::embedded::Timers notifier_timers_;
  std::unique_ptr<audit::AuditStore> audit_store_;
  audit::Module audit_;
  std::unique_ptr<analytics::AnalyticsStore> analytics_store_;
  analytics::Module analytics_;

  Rebuilds rebuilds_;
  std::unique_ptr<gateway::StreamLog> stream_log_;
  gateway::Module gateway_;
};

}  // namespace

Result<std::unique_ptr<System>> System::open(asio::io_context& loop, const Config& config, WallClock& clock, Web web) {
  auto files = open_sqlite_files(config.data_dir + "/daybook.db", config.data_dir + "/history.db");
  if (!files) return files.error();
  auto metrics = std::make_unique<telemetry::Registry>();
  std::unique_ptr<PostgresStores> postgres;
  if (config.store == "postgres") {
    auto opened = PostgresStores::open(loop, config.database, *metrics, clock,
                                       {"identity", "tasks", "scheduler", "notifier", "chat", "audit", "analytics"});
    if (!opened) return opened.error();
    postgres = std::move(*opened);
  }
  auto senders = make_channel_senders(loop.get_executor(), config, clock);
  if (!senders) return senders.error();
  auto assistants = make_assistants(loop.get_executor(), config,
                                    std::make_unique<runtime::embedded::Secrets>(config.data_dir + "/secrets"));
  if (!assistants) return assistants.error();

  return std::unique_ptr<System>(std::make_unique<EmbeddedSystem>(
      loop, config, clock, std::move(metrics), std::move(files->database), std::move(files->history),
      std::move(postgres), std::move(*senders), std::move(*assistants), std::move(web)));
}

}  // namespace daybook::app
