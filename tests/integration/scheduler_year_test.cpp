// Links: daybook_services_scheduler daybook_runtime_embedded
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "core/json.hpp"
#include "domain/series_json.hpp"
#include "domain/task_json.hpp"
#include "runtime/embedded/invoker.hpp"
#include "runtime/embedded/timers.hpp"
#include "services/scheduler/module.hpp"
#include "storage/sqlite/test_database.hpp"

// B-06, issue 5: a year of 1,000 users' series under a clock set by hand: no duplicate, none missing, none early.
namespace daybook::scheduler {
namespace {

using namespace std::chrono_literals;

/// Stands in for the tasks service: remembers what it was asked to make, and sometimes fails after it has done so.
struct Made {
  std::map<std::string, std::map<std::string, int>> by_series;  ///< recurrence id -> how many different tasks
  std::set<std::string> ids;
  std::map<std::string, std::string> body_of;
  std::int64_t calls = 0;
  std::mt19937 random{7};

  Reply create(const Call& call, Instant now) {
    ++calls;
    const auto value = parse_json(call.body).value();
    JsonReader in{value, Unknown::lenient};
    const auto draft = domain::read_task_draft(in, true);
    const auto id = draft.id->str();
    if (ids.insert(id).second) {
      by_series[draft.series->str()][draft.recurrence_id]++;
      auto task =
          domain::create_task({*draft.id, call.principal->user, 1}, draft, {}, now, domain::PastReminders::miss);
      EXPECT_TRUE(task);
      body_of[id] = domain::to_json(**task);
      // Never earlier than the window, unless nothing else is ahead.
      const auto* due = std::get_if<Instant>(&draft.due);
      if (due && *due > now + domain::kWindow) ++ahead_of_window[draft.series->str()];
      if (due && *due < now - 24h) ++late;
    }
    if (random() % 50 == 0) return Reply{503};  // Done, and the answer lost.
    return Reply{201, body_of[id]};
  }
  std::map<std::string, int> ahead_of_window;
  int late = 0;
};

TEST(Year, OfAThousandUsers) {
  constexpr int kUsers = 1000;
  const std::pair<const char*, const char*> kRules[] = {
      {"FREQ=WEEKLY", "2026-01-05T18:00:00Z"},
      {"FREQ=MONTHLY", "2026-01-31T08:00:00Z"},
      {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-30T15:00:00Z"},
      {"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "2026-01-06T02:30:00Z"},
      {"FREQ=YEARLY", "2026-02-28T09:00:00Z"},
      {"FREQ=MONTHLY;BYDAY=2TU", "2026-01-13T09:00:00Z"},
      {"FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", "2026-12-28T09:00:00Z"},
      {"FREQ=DAILY;INTERVAL=9", "2026-01-03T06:30:00Z"},
  };
  const char* kZones[] = {"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"};

  ManualClock clock{parse_rfc3339("2026-01-01T00:00:00Z").value()};
  storage::sqlite::TestDatabase db{sql_migrations()};
  auto executor = db.loop().get_executor();
  runtime::embedded::Invoker invoker{executor};
  Made made;
  invoker.add("tasks", [&](Call call) -> boost::asio::awaitable<Reply> { co_return made.create(call, clock.now()); });
  auto store = make_sql_store(*db);
  Module module{*store, invoker, clock};
  runtime::embedded::Timers timers{executor, *db, storage::sql::TimerTable{"scheduler"}, clock};
  module.handle(timers);

  std::vector<domain::Series> all;
  for (int i = 0; i < kUsers; ++i) {
    Command command;
    command.user = UserId{Uuid::v5(Uuid{}, "user" + std::to_string(i))};
    command.now = clock.now();
    domain::SeriesDraft draft;
    draft.title = "Series " + std::to_string(i);
    draft.schedule.text = kRules[i % std::size(kRules)].first;
    draft.starts = domain::When{parse_rfc3339(kRules[i % std::size(kRules)].second).value()};
    draft.timezone = kZones[i % std::size(kZones)];
    auto created = db.run(store->create_series(command, draft));
    ASSERT_TRUE(created) << created.error().detail;
    all.push_back(created->series);
  }
  const auto end = parse_rfc3339("2027-01-01T00:00:00Z").value();
  std::mt19937 random{11};
  while (clock.now() < end) {
    // Mostly a day a step; sometimes the machine sleeps for some days, sometimes the clock goes back three hours.
    const auto roll = random() % 40;
    clock.advance(roll == 0 ? 48h : roll == 1 ? -3h : 24h);
    ASSERT_TRUE(db.run(timers.fire_due()));
  }
  clock.advance(1min);
  ASSERT_TRUE(db.run(timers.fire_due()));

  std::size_t expected = 0, found = 0;
  const auto from = parse_rfc3339("2026-01-01T00:00:00Z").value();
  for (const auto& series : all) {
    const auto& got = made.by_series[series.id.str()];
    for (const auto& [rid, times] : got) EXPECT_EQ(times, 1) << series.rrule << " " << rid;
    for (const auto& occurrence : domain::recurrence_of(series).between(from, end, 1000)) {
      ++expected;
      const auto rid = domain::recurrence_id(series, occurrence);
      EXPECT_TRUE(got.contains(rid)) << series.rrule << " " << series.timezone << " " << rid;
      found += got.contains(rid);
    }
    // Rare ones are made one at a time, however far ahead.
    EXPECT_LE(made.ahead_of_window[series.id.str()], 14) << series.rrule;
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(made.late, 0);
  EXPECT_GT(expected, 20'000u);
  EXPECT_EQ(made.ids.size(), [&] {
    std::size_t n = 0;
    for (const auto& [id, got] : made.by_series) n += got.size();
    return n;
  }());
}

}  // namespace
}  // namespace daybook::scheduler
