#include "app/dapr/dapr_system.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <cstdlib>
#include <set>

#include "app/dapr/role_stores.hpp"
#include "app/dapr/secret_settings.hpp"
#include "app/embed/embedded_files.hpp"
#include "app/system/channels.hpp"
#include "app/system/service_options.hpp"
#include "app/version.hpp"
#include "core/json.hpp"
#include "runtime/dapr/app_channel.hpp"
#include "runtime/dapr/invoker.hpp"
#include "runtime/dapr/publisher.hpp"
#include "runtime/dapr/secrets.hpp"
#include "runtime/embedded/secrets.hpp"
#include "runtime/embedded/timers.hpp"
#include "services/analytics/module.hpp"
#include "services/audit/module.hpp"
#include "services/chat/module.hpp"
#include "services/identity/sql_store.hpp"
#include "services/notifier/digest.hpp"
#include "services/notifier/module.hpp"
#include "services/scheduler/module.hpp"
#include "services/tasks/client.hpp"
#include "services/tasks/module.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
namespace dapr = runtime::dapr;
using asio::awaitable;

constexpr std::string_view kStreamGroup = "gateway.stream";

Result<Roles> parse_roles(const std::string& text) {
  static const Roles all = {"gateway", "identity", "tasks", "scheduler", "notifier", "audit", "analytics", "chat"};
  Roles roles;
  for (std::size_t at = 0; at <= text.size();) {
    const auto comma = std::min(text.find(',', at), text.size());
    std::string role = text.substr(at, comma - at);
    at = comma + 1;
    if (role.empty()) continue;
    if (!all.contains(role)) return Error{Errc::misconfigured, "There is no role '" + role + "' (--roles)."};
    roles.insert(std::move(role));
  }
  if (roles.empty()) return Error{Errc::misconfigured, "Name the roles of this process: --roles tasks"};
  return roles;
}

/// A setting, or the variable that Dapr's own injector sets.
std::string token_of(const std::string& setting, const char* variable) {
  if (!setting.empty()) return setting;
  const char* value = std::getenv(variable);
  return value ? value : "";
}

struct Parts {
  Roles roles;
  dapr::TopicTable topics;
  std::unique_ptr<dapr::Sidecar> sidecar;
  std::string app_token;
  std::unique_ptr<telemetry::Registry> metrics;
  std::unique_ptr<RoleStores> stores;
  notifier::ChannelSenders senders;
  Assistants assistants;
};

class DaprSystem final : public System {
 public:
  DaprSystem(asio::io_context& loop, const Config& config, WallClock& clock, Parts parts, System::Web web)
      : executor_(loop.get_executor()),
        clock_(clock),
        config_(config),
        roles_(std::move(parts.roles)),
        topics_(std::move(parts.topics)),
        sidecar_(std::move(parts.sidecar)),
        metrics_(std::move(parts.metrics)),
        stores_(std::move(parts.stores)),
        assistants_(std::move(parts.assistants)),
        publisher_(*sidecar_, topics_, config.pubsub, *dapr::parse_topic_mode(config.topic_mode)),
        bus_(executor_, topics_, bus_options()),
        invoker_(*sidecar_),
        secrets_(config.data_dir + "/secrets"),
        channel_({.bus = bus_,
                  .healthy = [this] { return stores_->answer(); },
                  .probes = [this](Call call) { return probe(std::move(call)); }},
                 std::move(parts.app_token)),
        tasks_client_(invoker_) {
    make_services(std::move(parts.senders));
    if (has("gateway")) {
      runtime::Subscription received{.group = std::string(kStreamGroup), .types = {"*"}};
      bus_.subscribe(std::move(received), [this](std::vector<CloudEvent> events) { return keep(std::move(events)); });
      gateway::Ports ports{.invoker = invoker_,
                           .stream_log = stores_->stream_log(),
                           .clock = clock_,
                           .metrics = *metrics_,
                           .web = std::move(web),
                           .readiness = [this] { return dependencies(); },
                           .shared_tickets = stores_->tickets()};
      gateway_ = std::make_unique<gateway::Module>(std::move(ports), gateway_options(config));
    }
  }

  awaitable<Result<>> prepare() override {
    if (identity_) co_return co_await identity_->start();
    co_return Result<>{};
  }

  awaitable<Result<>> start() override {
    if (auto started = co_await prepare(); !started) co_return started.error();
    if (scheduler_)
      if (auto started = co_await scheduler_->start(); !started) co_return started.error();
    if (auto started = co_await bus_.start(); !started) co_return started.error();
    Publish publish = [this](std::vector<CloudEvent> events) { return publish_all(std::move(events)); };
    if (auto started = co_await stores_->start(std::move(publish)); !started) co_return started.error();
    if (gateway_) gateway_->start(executor_);
    if (scheduler_timers_)
      if (auto started = co_await scheduler_timers_->start(); !started) co_return started.error();
    if (notifier_timers_)
      if (auto started = co_await notifier_timers_->start(); !started) co_return started.error();
    if (notifier_)
      if (auto started = co_await notifier_->start(); !started) co_return started.error();
    if (tasks_)
      if (auto started = co_await tasks_->start(); !started) co_return started.error();
    if (auto started = co_await rebuilds_.start(); !started) co_return started.error();
    if (gateway_) {
      if (auto listening = listen_to_sidecar(); !listening) co_return listening.error();
      gateway_->announce_ready();
    }
    co_return Result<>{};
  }

  void announce_stop() override {
    stopping_ = true;
    if (gateway_) gateway_->begin_shutdown();
    rebuilds_.begin_stop();
  }

  awaitable<void> stop() override {
    if (app_server_) co_await app_server_->stop(std::chrono::seconds(config_.drain_seconds));
    if (gateway_) gateway_->stop();
    co_await rebuilds_.stop();
    if (tasks_) co_await tasks_->stop();
    if (scheduler_timers_) co_await scheduler_timers_->stop();
    if (notifier_timers_) co_await notifier_timers_->stop();
    co_await bus_.stop();
    co_await stores_->stop();
  }

  void close() override { stores_->close(); }

  http::ServerHandlers handlers() override {
    if (gateway_) return gateway_->server();
    http::ServerHandlers handlers;
    handlers.call = [this](Call call) { return channel_.handle(std::move(call)); };
    return handlers;
  }

  Result<> reload(const Config& config) override {
    const Config before = std::exchange(config_, config);
    // What the secret store gave at the start is in no file.
    if (!config.secret_store.empty())
      for (const auto& setting : settings())
        if (setting.secret)
          ignore(setting.set(config_, setting.get(before)), "the value was read back from a valid one");
    if (gateway_) gateway_->set_limits(gateway_limits(config));
    if (tasks_store_) tasks_store_->set_limits(task_limits(config));
    if (scheduler_store_) scheduler_store_->set_limits(series_limits(config));
    if (!notifier_) return {};
    auto senders = make_channel_senders(executor_, config_, clock_);
    if (!senders) return senders.error();
    notifier_->set_senders(std::move(*senders));
    return {};
  }

  runtime::embedded::EventBus* events() override { return stores_->events(); }
  Rebuilds& rebuilds() override { return rebuilds_; }
  identity::Service* accounts() override { return identity_ ? &identity_->service() : nullptr; }
  tasks::Client& tasks() override { return tasks_client_; }
  std::vector<storage::sqlite::Database*> files() override { return stores_->files(); }

 private:
  bool has(std::string_view role) const { return roles_.contains(role); }

  dapr::EventBusOptions bus_options() {
    dapr::EventBusOptions options;
    options.pubsub = config_.pubsub;
    options.app_id = *roles_.begin();
    options.mode = *dapr::parse_topic_mode(config_.topic_mode);
    // Screens wait for what the gateway receives; the others gain by taking many at once.
    if (has("gateway")) options.max_batch = 1;
    options.park = [this](std::string group, CloudEvent event, std::string reason, int tries) {
      return stores_->park(std::move(group), std::move(event), std::move(reason), tries);
    };
    return options;
  }

  void make_services(notifier::ChannelSenders senders) {
    if (has("identity")) {
      identity_store_ = identity::make_sql_store(stores_->of("identity"));
      identity_ =
          std::make_unique<identity::Module>(*identity_store_, clock_, identity_options(config_, invoker_, secrets_));
      serve("identity", identity_->router());
    }
    if (has("tasks")) {
      tasks_store_ = stores_->tasks_store(task_limits(config_));
      tasks_ = std::make_unique<tasks::Module>(*tasks_store_, clock_);
      serve("tasks", tasks_->router());
      tasks_->subscribe(bus_);
    }
    if (has("scheduler")) {
      scheduler_store_ = scheduler::make_sql_store(stores_->of("scheduler"), series_limits(config_));
      scheduler_ = std::make_unique<scheduler::Module>(*scheduler_store_, invoker_, clock_);
      scheduler_timers_ = std::make_unique<runtime::embedded::Timers>(
          executor_, stores_->of("scheduler"), storage::sql::TimerTable("scheduler"), clock_, timer_options(*metrics_));
      serve("scheduler", scheduler_->router());
      scheduler_->subscribe(bus_);
      scheduler_->handle(*scheduler_timers_);
      rebuilds_.add(std::make_unique<runtime::Rebuilder>(executor_, "scheduler", *scheduler_store_, invoker_, clock_,
                                                         scheduler::snapshot_sources()));
      if (auto* log = stores_->events()) scheduler_timers_->park_with(*log);
    }
    if (has("chat")) {
      chat_store_ = stores_->chat_store();
      chat_ = std::make_unique<chat::Module>(*chat_store_, invoker_, assistants_.first(), clock_);
      serve("chat", chat_->router());
      chat_->subscribe(bus_);
    }
    if (has("notifier")) {
      notifier_store_ = notifier::make_sql_store(stores_->of("notifier"));
      notifier_ = std::make_unique<notifier::Module>(*notifier_store_, std::move(senders), clock_,
                                                     notifier::make_digest_writer(tasks_client_, clock_));
      notifier_timers_ = std::make_unique<runtime::embedded::Timers>(
          executor_, stores_->of("notifier"), storage::sql::TimerTable("notifier"), clock_, timer_options(*metrics_));
      serve("notifier", notifier_->router());
      notifier_->subscribe(bus_);
      notifier_->handle(*notifier_timers_);
      if (auto* log = stores_->events()) notifier_timers_->park_with(*log);
    }
    if (has("audit")) {
      audit_store_ = audit::make_sql_store(stores_->of("audit"));
      audit_ = std::make_unique<audit::Module>(*audit_store_);
      serve("audit", audit_->router());
      audit_->subscribe(bus_);
    }
    if (has("analytics")) {
      analytics_store_ = analytics::make_sql_store(stores_->of("analytics"));
      analytics_ = std::make_unique<analytics::Module>(*analytics_store_, clock_);
      serve("analytics", analytics_->router());
      analytics_->subscribe(bus_);
      rebuilds_.add(std::make_unique<runtime::Rebuilder>(executor_, "analytics", *analytics_store_, invoker_, clock_,
                                                         analytics::snapshot_sources()));
    }
  }

  void serve(const std::string& role, const http::Router& router) {
    add_routes(router);
    const auto dispatch = [&router](Call call) { return router.dispatch(std::move(call)); };
    channel_.serve(role, dispatch);
    invoker_.add(role, dispatch);
  }

  Result<> listen_to_sidecar() {
    http::ServerOptions options;
    options.address = config_.app_listen_address;
    options.port = config_.app_listen_port;
    options.max_body_bytes = 8 * 1024 * 1024;  // A bulk of events.
    http::ServerHandlers handlers;
    handlers.call = [this](Call call) { return channel_.handle(std::move(call)); };
    auto server = http::Server::listen(executor_, std::move(options), std::move(handlers));
    if (!server) return server.error();
    app_server_ = std::move(*server);
    return {};
  }

  awaitable<std::vector<Result<>>> publish_all(std::vector<CloudEvent> events) {
    co_return co_await publisher_.publish(events);
  }

  awaitable<std::vector<Result<>>> keep(std::vector<CloudEvent> events) {
    const auto count = events.size();
    const auto kept = co_await stores_->keep(std::move(events));
    co_return std::vector<Result<>>(count, kept);
  }

  awaitable<std::vector<gateway::Dependency>> dependencies() {
    auto out = co_await stores_->dependencies();
    const auto ready = co_await sidecar_->outbound_ready();
    out.push_back({"sidecar", ready.has_value(), ready ? std::string{} : ready.error().detail});
    const auto groups = co_await bus_.groups();
    if (groups)
      for (const auto& group : *groups) out.push_back({"consumer " + group.group, !group.paused, group.last_error});
    co_return out;
  }

  awaitable<Reply> probe(Call call) {
    if (gateway_) co_return co_await gateway_->handle(std::move(call));
    if (call.path == "/metrics") co_return Reply{200, metrics_->text(), "text/plain; version=0.0.4"};
    if (call.path == "/health")
      co_return Reply{200, json::serialize(json::object{{"status", "ok"}, {"version", version()}})};
    const auto all = co_await dependencies();
    json::array list;
    bool ready = !stopping_;
    for (const auto& each : all) {
      ready = ready && each.ok;
      json::object entry{{"name", each.name}, {"status", each.ok ? "ok" : "failing"}, {"detail", nullptr}};
      if (!each.ok) entry["detail"] = each.detail;
      list.push_back(std::move(entry));
    }
    const json::object body{{"status", ready ? "ready" : "not-ready"}, {"dependencies", std::move(list)}};
    co_return Reply{ready ? 200 : 503, json::serialize(body)};
  }

  asio::any_io_executor executor_;
  WallClock& clock_;
  Config config_;
  Roles roles_;
  dapr::TopicTable topics_;
  std::unique_ptr<dapr::Sidecar> sidecar_;
  std::unique_ptr<telemetry::Registry> metrics_;
  std::unique_ptr<RoleStores> stores_;
  Assistants assistants_;
  dapr::Publisher publisher_;
  dapr::EventBus bus_;
  dapr::Invoker invoker_;
  runtime::embedded::Secrets secrets_;  ///< As orchestrators mount them: variables and files.
  dapr::AppChannel channel_;
  bool stopping_ = false;

  tasks::Client tasks_client_;
  std::unique_ptr<tasks::TaskStore> tasks_store_;
  std::unique_ptr<tasks::Module> tasks_;
  std::unique_ptr<scheduler::SchedulerStore> scheduler_store_;
  std::unique_ptr<scheduler::Module> scheduler_;
  std::unique_ptr<runtime::embedded::Timers> scheduler_timers_;
  std::unique_ptr<chat::ChatStore> chat_store_;
  std::unique_ptr<chat::Module> chat_;
  std::unique_ptr<identity::Store> identity_store_;
  std::unique_ptr<identity::Module> identity_;
  std::unique_ptr<notifier::NotifierStore> notifier_store_;
  std::unique_ptr<notifier::Module> notifier_;
  std::unique_ptr<runtime::embedded::Timers> notifier_timers_;
  std::unique_ptr<audit::AuditStore> audit_store_;
  std::unique_ptr<audit::Module> audit_;
  std::unique_ptr<analytics::AnalyticsStore> analytics_store_;
  std::unique_ptr<analytics::Module> analytics_;
  Rebuilds rebuilds_;
  std::unique_ptr<gateway::Module> gateway_;
  std::unique_ptr<http::Server> app_server_;
};

/// Waits for the sidecar, without which the process cannot know its own settings.
Result<> read_secrets(const Config& given, const std::string& token, Config& config) {
  asio::io_context loop;
  auto sidecar = dapr::Sidecar::make(loop.get_executor(), {.url = given.dapr_url, .token = token});
  if (!sidecar) return sidecar.error();
  dapr::Secrets secrets(**sidecar, given.secret_store);
  Result<> done;
  auto attempt = [&]() -> awaitable<void> {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (;;) {
      done = co_await read_secret_settings(secrets, config);
      const bool again = !done && is_transient(done.error().code) && std::chrono::steady_clock::now() < give_up;
      if (!again) co_return;
      asio::steady_timer timer(loop, std::chrono::milliseconds{500});
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  };
  asio::co_spawn(loop, attempt(), [](std::exception_ptr) {});
  loop.run();
  return done;
}

}  // namespace

Result<std::unique_ptr<System>> open_dapr_system(asio::io_context& loop, const Config& given, WallClock& clock,
                                                 System::Web web) {
  Config config = given;
  const std::string dapr_token = token_of(config.dapr_token, "DAPR_API_TOKEN");
  if (!config.secret_store.empty())
    if (auto read = read_secrets(given, dapr_token, config); !read) return read.error();
  auto roles = parse_roles(config.roles);
  if (!roles) return roles.error();
  auto topics = dapr::TopicTable::parse(embedded_files().at("/schemas/topics.json"));
  if (!topics) return topics.error();
  const std::string app_token = token_of(config.app_token, "APP_API_TOKEN");
  if (app_token.empty())
    return Error{Errc::misconfigured,
                 "Set the token that the sidecar shows to this process: APP_API_TOKEN (or DAYBOOK_APP_TOKEN), the same "
                 "for daprd. Without it anybody could call as anybody."};
  auto sidecar = dapr::Sidecar::make(loop.get_executor(), {.url = config.dapr_url, .token = dapr_token});
  if (!sidecar) return sidecar.error();
  auto metrics = std::make_unique<telemetry::Registry>();
  auto stores = config.store == "postgres" ? open_postgres_stores(loop, config, *roles, clock, *metrics)
                : config.store == "dapr"   ? open_state_stores(loop, *roles, clock, **sidecar)
                                           : open_sqlite_stores(loop, config, *roles, clock, *metrics);
  if (!stores) return stores.error();
  notifier::ChannelSenders senders;
  if (roles->contains("notifier")) {
    auto made = make_channel_senders(loop.get_executor(), config, clock);
    if (!made) return made.error();
    senders = std::move(*made);
  }
  std::unique_ptr<runtime::Secrets> secrets;
  if (config.secret_store.empty())
    secrets = std::make_unique<runtime::embedded::Secrets>(config.data_dir + "/secrets");
  else
    secrets = std::make_unique<dapr::Secrets>(**sidecar, config.secret_store);
  auto assistants = make_assistants(loop.get_executor(), config, std::move(secrets));
  if (!assistants) return assistants.error();
  Parts parts{std::move(*roles),  std::move(*topics), std::move(*sidecar), app_token,
              std::move(metrics), std::move(*stores), std::move(senders),  std::move(*assistants)};
  return std::unique_ptr<System>(std::make_unique<DaprSystem>(loop, config, clock, std::move(parts), std::move(web)));
}

}  // namespace daybook::app
