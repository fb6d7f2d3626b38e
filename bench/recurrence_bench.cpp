// Figures of issue 5 for the recurrence engine: occurrences a second with a zone, jumps 30 years ahead, empty rules.

#include <benchmark/benchmark.h>

#include "domain/recurrence.hpp"

namespace {

using namespace daybook;
using namespace daybook::domain;

Recurrence make(std::string_view rule, std::string_view zone = "America/New_York") {
  RecurrenceStart start;
  start.local = parse_local("2026-01-31T09:00:00").value();
  start.zone = Zone::locate(zone).value();
  return Recurrence::make(RecurrenceRule::parse(rule).value(), start).value();
}

void expand(benchmark::State& state, std::string_view rule) {
  const auto recurrence = make(rule);
  std::int64_t found = 0;
  for (auto _ : state) {
    auto iterator = recurrence.begin();
    for (int i = 0; i < 10'000; ++i) {
      auto occurrence = iterator.next();
      if (!occurrence) break;
      benchmark::DoNotOptimize(occurrence->instant);
      ++found;
    }
  }
  state.SetItemsProcessed(found);
}
BENCHMARK_CAPTURE(expand, daily_zoned, "FREQ=DAILY");
BENCHMARK_CAPTURE(expand, weekly_zoned, "FREQ=WEEKLY;BYDAY=MO,WE,FR");
BENCHMARK_CAPTURE(expand, last_workday_zoned, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1");
BENCHMARK_CAPTURE(expand, yearly_by_week, "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO");
BENCHMARK_CAPTURE(expand, minutely_zoned, "FREQ=MINUTELY;INTERVAL=15");

void jump_30_years(benchmark::State& state, std::string_view rule) {
  const auto recurrence = make(rule);
  const auto after = parse_rfc3339("2056-07-04T12:34:56Z").value();
  for (auto _ : state) benchmark::DoNotOptimize(recurrence.next_after(after));
}
BENCHMARK_CAPTURE(jump_30_years, daily, "FREQ=DAILY");
BENCHMARK_CAPTURE(jump_30_years, weekly, "FREQ=WEEKLY");
BENCHMARK_CAPTURE(jump_30_years, monthly, "FREQ=MONTHLY");
BENCHMARK_CAPTURE(jump_30_years, yearly, "FREQ=YEARLY");
BENCHMARK_CAPTURE(jump_30_years, last_workday, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1");

/// Parsing, binding and finding that there is nothing.
void find_empty(benchmark::State& state, std::string_view rule) {
  for (auto _ : state) {
    const auto recurrence = make(rule);
    auto found = recurrence.begin().next();
    if (found) state.SkipWithError("not empty");
  }
}
BENCHMARK_CAPTURE(find_empty, secondly_31_february, "FREQ=SECONDLY;BYMONTHDAY=31;BYMONTH=2");
BENCHMARK_CAPTURE(find_empty, secondly_parity, "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1,3,5,7,9,11,13,15,17,19,21");
BENCHMARK_CAPTURE(find_empty, daily_sparse, "FREQ=DAILY;INTERVAL=49;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO");
BENCHMARK_CAPTURE(find_empty, daily_21, "FREQ=DAILY;INTERVAL=21;BYDAY=MO,TU;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10");
BENCHMARK_CAPTURE(find_empty, yearly_setpos, "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYMONTH=2;BYSETPOS=300");
BENCHMARK_CAPTURE(find_empty, weekly_by_seconds, "FREQ=SECONDLY;INTERVAL=604800;BYWEEKNO=-21;BYDAY=MO");
BENCHMARK_CAPTURE(find_empty, sparse_weeks, "FREQ=HOURLY;INTERVAL=14;BYWEEKNO=-17;BYDAY=MO;BYHOUR=22,2");
BENCHMARK_CAPTURE(find_empty, week_and_month, "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1");

void zone_to_instant(benchmark::State& state) {
  const auto zone = Zone::locate("America/New_York").value();
  auto local = parse_local("2026-01-31T09:00:00").value();
  for (auto _ : state) {
    benchmark::DoNotOptimize(zone.to_instant(local));
    local += std::chrono::hours{7};
  }
}
BENCHMARK(zone_to_instant);
void zone_to_local(benchmark::State& state) {
  const auto zone = Zone::locate("America/New_York").value();
  auto instant = parse_rfc3339("2026-01-31T09:00:00Z").value();
  for (auto _ : state) {
    benchmark::DoNotOptimize(zone.to_local(instant));
    instant += std::chrono::hours{7};
  }
}
BENCHMARK(zone_to_local);

}  // namespace

BENCHMARK_MAIN();
