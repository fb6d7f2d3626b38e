#pragma once

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "core/json.hpp"
#include "runtime/embedded/event_bus.hpp"
#include "runtime/embedded/invoker.hpp"
#include "runtime/embedded/timers.hpp"
#include "services/scheduler/module.hpp"
#include "services/tasks/module.hpp"
#include "storage/sql/timer_table.hpp"
#include "storage/sqlite/test_database.hpp"
#include "world_tables.hpp"

// The scheduler with the tasks service, the event log and its timers, under a clock that is set by hand.
namespace daybook::scheduler::testing_world {

using namespace std::chrono_literals;
using storage::sqlite::TestDatabase;

inline Instant at(std::string_view text) { return parse_rfc3339(text).value(); }
inline const UserId kAnn{Uuid::v5(Uuid{}, "ann")};
inline const UserId kBob{Uuid::v5(Uuid{}, "bob")};

inline std::vector<storage::sqlite::Migration> migrations(std::vector<storage::sqlite::Migration> more = {}) {
  auto out = tasks::sql_migrations();
  for (auto& each : sql_migrations()) out.push_back(std::move(each));
  for (auto& each : more) out.push_back(std::move(each));
  return out;
}

class World {
 public:
  /// `more`: the tables of further services on the same database.
  explicit World(std::string_view start, std::vector<storage::sqlite::Migration> more = {})
      : clock_(at(start)), db_(migrations(std::move(more))) {
    boot();
  }
  ~World() { halt(); }

  /// As if the process had been killed and begun again.
  void restart() {
    halt();
    db_.reopen();
    tables_.reopen();
    boot();
  }

  Reply call(Method method, std::string path, std::string body = {}, UserId user = kAnn) {
    Call call;
    call.method = method;
    const auto question = path.find('?');
    if (question != std::string::npos) call.query = path.substr(question + 1);
    call.path = path.substr(0, question);
    if (!body.empty()) call.headers.set("Content-Type", "application/json");
    for (const auto& [name, value] : headers_) call.headers.set(name, value);
    call.body = std::move(body);
    Principal principal;
    principal.user = user;
    principal.timezone = zone_;
    call.principal = principal;
    const bool tasks = path.starts_with("/api/v1/tasks");
    return db_.run((tasks ? tasks_->router() : module_->router()).dispatch(std::move(call)));
  }
  json::value ok(Method method, std::string path, std::string body = {}) {
    const auto reply = call(method, path, std::move(body));
    EXPECT_LT(reply.status, 300) << path << ": " << text_of(reply);
    auto parsed = parse_json(text_of(reply));
    return parsed ? *parsed : json::value{};
  }
  static std::string text_of(const Reply& reply) { return reply.shared_body ? *reply.shared_body : reply.body; }

  /// Everything that events and timers make happen at this moment.
  void settle() {
    for (int round = 0; round < 20; ++round) {
      do {
        tables_.pump();
        ASSERT_TRUE(db_.run(bus_->deliver_all()));
      } while (tables_.pump() > 0);
      auto fired = db_.run(timers_->fire_due());
      ASSERT_TRUE(fired) << fired.error().detail;
      if (*fired == 0) return;
    }
    ADD_FAILURE() << "never comes to rest";
  }
  /// Runs the clock on in steps, so that what is due on the way happens on the way.
  void advance(std::chrono::microseconds by, std::chrono::microseconds step = 1h) {
    const auto end = clock_.now() + by;
    while (clock_.now() < end) {
      clock_.advance(std::min(step, end - clock_.now()));
      settle();
    }
  }

  std::string create(std::string_view body) {
    auto series = ok(Method::post, "/api/v1/recurring", std::string{body});
    settle();
    return std::string{series.as_object().at("id").as_string()};
  }
  std::vector<json::object> tasks(std::string_view query = "limit=200&sort=due") {
    std::vector<json::object> out;
    std::string cursor;
    do {
      auto page = ok(Method::get, "/api/v1/tasks?" + std::string{query} + (cursor.empty() ? "" : "&cursor=" + cursor));
      for (auto& each : page.as_object().at("items").as_array()) out.push_back(each.as_object());
      const auto& next = page.as_object().at("nextCursor");
      cursor = next.is_null() ? "" : std::string{next.as_string()};
    } while (!cursor.empty());
    return out;
  }
  std::vector<std::string> dues() {
    std::vector<std::string> out;
    for (auto& each : tasks("limit=200&sort=due&status=open")) out.push_back(due_of(each));
    return out;
  }
  static std::string due_of(const json::object& task) {
    const auto& due_at = task.at("dueAt");
    return std::string{(due_at.is_null() ? task.at("dueDate") : due_at).as_string()};
  }
  /// Of this type; all of them when it is empty.
  std::vector<CloudEvent> events(std::string_view type) {
    std::vector<CloudEvent> out;
    tables_.pump();
    for (auto& event : db_.events()) {
      if (type.empty() || event.type == type) out.push_back(std::move(event));
    }
    return out;
  }
  std::int64_t count(std::string sql) {
    auto query = [sql](storage::sql::Reader& r) -> Result<std::int64_t> {
      auto row = r.prepare(sql);
      row.step();
      return row.integer(0);
    };
    const auto table = sql.find("FROM ") + 5;
    return db_.run(tables_.of(sql.substr(table, sql.find('_') - table)).read(std::move(query))).value();
  }
  void publish(std::string type, std::string data, UserId user = kAnn) {
    CloudEvent event;
    event.source = "/daybook/identity";
    event.type = std::move(type);
    event.subject = user.str();
    event.time = clock_.now();
    event.user = user;
    event.data = std::move(data);
    db_.write([event](storage::sqlite::Writer& w) -> Result<int> {
         storage::sqlite::append_event(w, event);
         return 0;
       })
        .value();
  }

  ManualClock clock_;
  TestDatabase db_;  ///< The event log, and the tables too unless they are in PostgreSQL.
  daybook::testing_world::WorldTables tables_{db_};
  std::string zone_ = "UTC";
  std::map<std::string, std::string> headers_;
  bool tasks_away_ = false;
  std::unique_ptr<tasks::TaskStore> task_store_;
  std::unique_ptr<SchedulerStore> store_;
  std::unique_ptr<runtime::embedded::Invoker> invoker_;
  std::unique_ptr<tasks::Module> tasks_;
  std::unique_ptr<Module> module_;
  std::unique_ptr<runtime::embedded::EventBus> bus_;
  std::unique_ptr<runtime::embedded::Timers> timers_;

 private:
  void boot() {
    auto executor = db_.loop().get_executor();
    task_store_ = tasks::make_sql_store(tables_.of("tasks"));
    store_ = make_sql_store(tables_.of("scheduler"));
    invoker_ = std::make_unique<runtime::embedded::Invoker>(executor);
    tasks_ = std::make_unique<tasks::Module>(*task_store_, clock_);
    module_ = std::make_unique<Module>(*store_, *invoker_, clock_);
    invoker_->add("tasks", [this](Call call) -> boost::asio::awaitable<Reply> {
      if (tasks_away_) co_return Reply{503};
      co_return co_await tasks_->router().dispatch(std::move(call));
    });
    invoker_->add("scheduler", [this](Call call) { return module_->router().dispatch(std::move(call)); });
    runtime::embedded::EventBusOptions options;
    options.pause = [](std::chrono::milliseconds) -> boost::asio::awaitable<void> { co_return; };
    bus_ = std::make_unique<runtime::embedded::EventBus>(executor, *db_, clock_, std::move(options));
    timers_ = std::make_unique<runtime::embedded::Timers>(executor, tables_.of("scheduler"),
                                                          storage::sql::TimerTable{"scheduler"}, clock_);
    tasks_->subscribe(*bus_);
    module_->subscribe(*bus_);
    module_->handle(*timers_);
    EXPECT_TRUE(db_.run(module_->start()));
  }
  void halt() {
    timers_.reset();
    bus_.reset();
    invoker_.reset();
    module_.reset();
    tasks_.reset();
    store_.reset();
    task_store_.reset();
  }
};

}  // namespace daybook::scheduler::testing_world
