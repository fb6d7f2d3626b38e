// Whole chat commands through the library, time reading included: commands a second on one core, and allocations each.
// Links: daybook_language_command
//   build/release/bench/daybook_command_bench

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "language/command/read_command.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace daybook;
using namespace daybook::language;

const std::vector<std::string> kSaid = {
    "buy milk tomorrow",
    "remind me to call mom tomorrow at 5pm",
    "team standup every weekday at 9am",
    "dentist on March 12 at 2pm, remind me a day before and an hour before",
    "mark the report done",
    "what's on today?",
    "move dentist an hour later",
    "pay rent on the first of every month #home !high",
    "show work but not high priority",
    "call Ann at 3 and Bob at 4",
};

Context conversation() {
  Context context;
  for (const char* title : {"Dentist appointment", "Submit report", "Call mom", "Buy groceries", "Fix login bug"}) {
    TaskItem task;
    task.id = std::to_string(context.tasks.size() + 1);
    task.title = title;
    task.due = When{LocalTime{std::chrono::local_days{std::chrono::year{2026} / 3 / 5}}, true};
    context.tasks.push_back(std::move(task));
  }
  return context;
}

void read_commands(benchmark::State& state) {
  const Now now(*parse_rfc3339("2026-03-04T10:20:00-05:00"), *domain::Zone::locate("America/New_York"));
  const Settings settings;
  const Context context = conversation();
  std::size_t at = 0;
  const std::size_t before = allocations;
  for (auto _ : state) {
    benchmark::DoNotOptimize(read_command(kSaid[at], now, settings, context));
    at = (at + 1) % kSaid.size();
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocations - before), benchmark::Counter::kAvgIterations);
}
BENCHMARK(read_commands);

/// With the second best readings, as the preview under the input field asks for them.
void read_previews(benchmark::State& state) {
  const Now now(*parse_rfc3339("2026-03-04T10:20:00-05:00"), *domain::Zone::locate("America/New_York"));
  const Context context = conversation();
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(read_command(kSaid[at], now, Settings{}, context, Alternatives::wanted));
    at = (at + 1) % kSaid.size();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(read_previews);

/// Ten thousand characters, of the kinds that make a grammar try most.
void read_long(benchmark::State& state) {
  const Now now(*parse_rfc3339("2026-03-04T10:20:00-05:00"), *domain::Zone::locate("America/New_York"));
  const Context context = conversation();
  const char* pieces[] = {"add milk and ", "every monday at 5 and ", "remind me an hour before ", "complete dentist, ",
                          "\"'"};
  std::string text;
  while (text.size() < 10'000) text += pieces[state.range(0)];
  for (auto _ : state) benchmark::DoNotOptimize(read_command(text, now, Settings{}, context));
}
BENCHMARK(read_long)->DenseRange(0, 4)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
