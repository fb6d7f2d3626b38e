// Links: daybook_services_scheduler daybook_runtime_embedded
// Issue 5: many reminders due in the same second, all fired by the scheduler on SQLite; and how long a start takes with
// many timers pending.

#include <benchmark/benchmark.h>

#include "domain/task_json.hpp"
#include "runtime/embedded/invoker.hpp"
#include "runtime/embedded/timers.hpp"
#include "services/scheduler/module.hpp"
#include "storage/sql/timer_table.hpp"
#include "storage/sqlite/test_database.hpp"

namespace {

using namespace daybook;
using namespace daybook::scheduler;
using storage::sqlite::Reader;
using storage::sqlite::TestDatabase;
using storage::sqlite::Writer;

/// `users` with `each` reminders, all due at the same second; the tasks service answers that all are.
void fire_same_second(benchmark::State& state) {
  const auto users = state.range(0), each = state.range(1);
  for (auto _ : state) {
    state.PauseTiming();
    const auto now = parse_rfc3339("2026-03-05T09:00:00Z").value();
    ManualClock clock{now};
    TestDatabase db{sql_migrations()};
    runtime::embedded::Invoker invoker{db.loop().get_executor()};
    invoker.add("tasks", [](Call call) -> boost::asio::awaitable<Reply> {
      std::string out = "{\"answers\":[";
      for (auto at = call.body.find("taskId"); at != std::string::npos; at = call.body.find("taskId", at + 1)) {
        out += out.back() == '[' ? "" : ",";
        out += "{\"due\":true,\"fireAt\":null,\"title\":\"x\"}";
      }
      co_return Reply(200, out + "]}");
    });
    auto store = make_sql_store(*db);
    Module module{*store, invoker, clock};
    runtime::embedded::Timers timers{db.loop().get_executor(), *db, storage::sql::TimerTable{"scheduler"}, clock};
    module.handle(timers);
    std::vector<CloudEvent> events;
    for (int u = 0; u < users; ++u) {
      const UserId user{Uuid::v5(Uuid{}, "u" + std::to_string(u))};
      for (int i = 0; i < each; ++i) {
        domain::TaskDraft draft;
        draft.title = "Task";
        draft.due = domain::When{now + std::chrono::hours{1}};
        draft.reminders.push_back({std::nullopt, domain::RemindBefore{}});
        const auto task = domain::create_task({TaskId::make(now), user, i + 1}, draft, {}, now).value();
        CloudEvent event;
        event.id = EventId::make(now);
        event.type = "task.created";
        event.user = user;
        event.data = domain::to_json(*task);
        events.push_back(std::move(event));
      }
    }
    for (const auto& result : db.run(module.on_events(std::move(events)))) {
      if (!result) state.SkipWithError(result.error().detail.c_str());
    }
    clock.advance(std::chrono::hours{1});
    state.ResumeTiming();
    auto fired = db.run(timers.fire_due());
    if (!fired || *fired != users * each) state.SkipWithError("not all fired");
    state.PauseTiming();
    const auto lines = db.read([](Reader& r) -> Result<std::int64_t> {
                           auto row = r.query("SELECT count(*) FROM scheduler_firing");
                           row.step();
                           return row.integer(0);
                         }).value();
    if (lines != users * each) state.SkipWithError("ledger differs");
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * users * each);
}
BENCHMARK(fire_same_second)
    ->Args({10'000, 1})
    ->Args({3'000, 3})
    ->Args({100, 100})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
