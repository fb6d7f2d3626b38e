// Links: daybook_services_tasks
// The store of tasks alone, through Database with its group commits:
//
//   daybook_tasks_store_bench [--benchmark_filter=Create]
//
// Create: 64 users with one request in flight each, every request a durable task with a tag, a reminder, its event and
// its search text. List, Search, Get: one user of 10,000 tasks among 100,000, two requests in flight.

#include <benchmark/benchmark.h>

#include <filesystem>

#include "domain/task_json.hpp"
#include "services/tasks/module.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::tasks {
namespace {

namespace asio = boost::asio;
using storage::sqlite::TestDatabase;

constexpr const char* kWords[] = {"call",    "mother", "buy",     "milk",   "review", "report",  "plan",    "trip",
                                  "dentist", "pay",    "invoice", "clean",  "garden", "prepare", "slides",  "order",
                                  "books",   "fix",    "bicycle", "answer", "mail",   "train",   "kitchen", "water"};

domain::TaskDraft draft_of(std::uint32_t seed, Instant now) {
  std::uint32_t state = seed * 2654435761u + 12345;
  const auto next = [&] { return state = state * 1664525u + 1013904223u, state >> 8; };
  domain::TaskDraft draft;
  draft.title = std::string(kWords[next() % 24]) + " " + kWords[next() % 24] + " " + kWords[next() % 24] + " " +
                std::to_string(next() % 10000);
  draft.priority = static_cast<domain::Priority>(next() % 4);
  draft.tags = {next() % 2 ? "work" : "home"};
  draft.due = now + std::chrono::hours{24 + next() % 1000};
  draft.reminders = {{{}, domain::RemindBefore{std::chrono::minutes{30}}}};
  return draft;
}

class Fixture {
 public:
  Fixture() { now_ = parse_rfc3339("2026-03-04T09:00:00Z").value(); }

  UserId user(int i) const { return UserId{Uuid::v5(Uuid{}, "user" + std::to_string(i))}; }
  Command command(int user_index) const {
    Command command;
    command.user = user(user_index);
    command.now = now_;
    command.timezone = "Europe/Berlin";
    return command;
  }
  /// Makes `count` tasks with `users` requests in flight, each of a user of its own.
  void create(int users, int count) {
    int left = count, running = users;
    for (int u = 0; u < users; ++u) {
      auto loop = [](Fixture& self, int user_index, int& left) -> asio::awaitable<void> {
        while (left > 0) {
          --left;
          auto draft = draft_of(++self.seed_, self.now_);
          auto made = co_await self.store_->create(self.command(user_index), std::move(draft));
          if (!made) throw std::runtime_error(made.error().detail);
        }
      };
      asio::co_spawn(db_.loop(), loop(*this, u, left), [&](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
        --running;
      });
    }
    db_.loop().restart();
    while (running > 0) db_.loop().run_one();
  }
  /// Runs `request` `count` times, `flights` at once.
  template <class Request>
  void repeat(int flights, int count, Request request) {
    int left = count, running = flights;
    for (int i = 0; i < flights; ++i) {
      auto loop = [](Request& request, int& left) -> asio::awaitable<void> {
        while (left > 0) {
          --left;
          co_await request();
        }
      };
      asio::co_spawn(db_.loop(), loop(request, left), [&](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
        --running;
      });
    }
    db_.loop().restart();
    while (running > 0) db_.loop().run_one();
  }
  /// User 0 has 10,000 tasks, nine others as many together with it as 100,000.
  void fill() {
    for (int round = 0; round < 10; ++round) create(10, 10'000);
  }

  TestDatabase db_{sql_migrations()};
  std::unique_ptr<TaskStore> store_ = make_sql_store(*db_, StoreLimits{1'000'000, 100});
  Instant now_;
  std::uint32_t seed_ = 0;
};

Fixture& filled() {
  static Fixture fixture;
  static const bool once = (fixture.fill(), true);
  benchmark::DoNotOptimize(once);
  return fixture;
}

void Create(benchmark::State& state) {
  Fixture fixture;
  fixture.create(64, 6'400);
  for (auto _ : state) fixture.create(64, 20'000);
  state.counters["creates/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * 20'000, benchmark::Counter::kIsRate);
}
BENCHMARK(Create)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

void read_rate(benchmark::State& state, int count) {
  state.counters["requests/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * count, benchmark::Counter::kIsRate);
}

void list(benchmark::State& state, const std::string& sort, bool open) {
  auto& fixture = filled();
  domain::TaskQuery query;
  query.sort = domain::parse_sort(sort).value();
  if (open) query.status = {domain::Status::pending, domain::Status::in_progress};
  auto request = [&]() -> asio::awaitable<void> {
    auto page = co_await fixture.store_->list(fixture.user(0), "UTC", query);
    if (!page || page->items.size() < 10'000) throw std::runtime_error("no page");
  };
  for (auto _ : state) fixture.repeat(2, 5'000, request);
  read_rate(state, 5'000);
}
BENCHMARK_CAPTURE(list, newest, "-created", false)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(list, newest_open, "-created", true)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(list, due_open, "due", true)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(list, priority_open, "priority", true)->Unit(benchmark::kMillisecond)->UseRealTime();

void search(benchmark::State& state, const std::string& text) {
  auto& fixture = filled();
  domain::TaskQuery query;
  query.text = text;
  auto request = [&]() -> asio::awaitable<void> {
    auto page = co_await fixture.store_->list(fixture.user(0), "UTC", query);
    if (!page) throw std::runtime_error("no page");
  };
  for (auto _ : state) fixture.repeat(2, 2'000, request);
  read_rate(state, 2'000);
}
BENCHMARK_CAPTURE(search, two_words, "dentist invoice")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, one_hit, "dentist 4711")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, nothing, "dentist zebra")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(search, prefix, "den inv")->Unit(benchmark::kMillisecond)->UseRealTime();

void Get(benchmark::State& state) {
  auto& fixture = filled();
  std::int64_t number = 0;
  auto request = [&]() -> asio::awaitable<void> {
    number = number % 10'000 + 1;
    auto task = co_await fixture.store_->get(fixture.user(0), TaskRef{number});
    if (!task) throw std::runtime_error("no task");
  };
  for (auto _ : state) fixture.repeat(2, 10'000, request);
  read_rate(state, 10'000);
}
BENCHMARK(Get)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace daybook::tasks

BENCHMARK_MAIN();
