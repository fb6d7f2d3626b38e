// Links: daybook_language
// How fast times are read: short commands, a long text, and inputs made to be slow.

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "language/time_reading.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

constexpr const char* kCommands[] = {
    "buy milk tomorrow",
    "dentist tomorrow at 3pm",
    "remind me to exercise every Monday at 7am",
    "pay rent on the first of every month",
    "Add a task to call the plumber the day after tomorrow",
    "meeting with Priya from 2 to 3pm tomorrow",
    "call insurance p3 friday 11am #admin //ask about the deductible",
    "finish slides by end of week",
    "walk every weekday except Wednesday at 6pm",
    "check laundry in half an hour",
    "Read 'Friday Night Lights' by Sunday",
    "buy bread and butter",
    "interview on March 12 at 14:30",
    "2nd and 4th Wednesday recycling at 7am",
    "what do I have to do this week",
    "mark the second one done",
};

const daybook::language::Now& now() {
  static const daybook::language::Now value(*daybook::parse_rfc3339("2026-03-04T15:20:00Z"),
                                            *daybook::domain::Zone::locate("America/New_York"));
  return value;
}

void commands(benchmark::State& state) {
  const daybook::language::Settings settings;
  std::size_t i = 0;
  const auto before = allocations.load();
  for (auto _ : state) {
    benchmark::DoNotOptimize(daybook::language::read_times(kCommands[i++ % std::size(kCommands)], now(), settings));
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["allocations"] =
      static_cast<double>(allocations.load() - before) / static_cast<double>(state.iterations());
}
BENCHMARK(commands);

void one_command(benchmark::State& state) {
  const daybook::language::Settings settings;
  const std::string text = kCommands[state.range(0)];
  for (auto _ : state) benchmark::DoNotOptimize(daybook::language::read_times(text, now(), settings));
  state.SetLabel(text);
}
BENCHMARK(one_command)->DenseRange(0, static_cast<int>(std::size(kCommands)) - 1);

void long_text(benchmark::State& state) {
  const daybook::language::Settings settings;
  std::string text;
  for (std::size_t i = 0; text.size() < 2000; ++i) text += std::string(kCommands[i % std::size(kCommands)]) + ". ";
  for (auto _ : state) benchmark::DoNotOptimize(daybook::language::read_times(text, now(), settings));
}
BENCHMARK(long_text)->Unit(benchmark::kMicrosecond);

/// Inputs that repeat what the grammar looks far ahead for.
void hostile(benchmark::State& state) {
  static constexpr const char* kPieces[] = {"the day after ", "1-",    "every ", "first and ", "from 1 to ",
                                            "3 days before ", "a ",    "12:",    "monday, ",   "end of ",
                                            "2 hours after ", "next ", "in ",    "' \" "};
  const daybook::language::Settings settings;
  std::string text;
  while (text.size() < 10000) text += kPieces[state.range(0)];
  for (auto _ : state) benchmark::DoNotOptimize(daybook::language::read_times(text, now(), settings));
  state.SetLabel(kPieces[state.range(0)]);
}
BENCHMARK(hostile)->DenseRange(0, 13)->Unit(benchmark::kMillisecond);

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* at = std::malloc(size ? size : 1)) return at;
  throw std::bad_alloc();
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

BENCHMARK_MAIN();
