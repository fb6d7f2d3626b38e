// Links: daybook_services_scheduler daybook_services_tasks daybook_runtime_embedded
#include "core/fault_point.hpp"
#include "scheduler_world.hpp"

// Reminders: once and only once, never early, through crashes, jumps of the clock and a tasks service that is away.
namespace daybook::scheduler {
namespace {

using namespace testing_world;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string make_task(World& world, std::string title, std::string due, std::string reminders) {
  const auto task = world.ok(Method::post, "/api/v1/tasks",
                             R"({"title":")" + title + R"(","dueAt":")" + due + R"(","reminders":)" + reminders + "}");
  world.settle();
  return std::string{task.as_object().at("id").as_string()};
}
json::array reminders(World& world, std::string query = "") {
  return world.ok(Method::get, "/api/v1/reminders" + query).as_object().at("items").as_array();
}
std::string state_of(World& world, std::size_t i = 0) {
  return std::string{reminders(world).at(i).as_object().at("state").as_string()};
}
std::string id_of(World& world, std::size_t i = 0) {
  return std::string{reminders(world).at(i).as_object().at("id").as_string()};
}
std::vector<std::string> ledger(World& world) {
  auto query = [](storage::sql::Reader& r) -> Result<std::vector<std::string>> {
    std::vector<std::string> out;
    auto rows = r.query("SELECT outcome FROM scheduler_firing ORDER BY due_at");
    while (rows.step()) out.emplace_back(rows.text(0));
    return out;
  };
  return world.db_.run(world.tables_.of("scheduler").read(std::move(query))).value();
}

// C-01, C-03, S-2.3.2
TEST(Reminders, FireOnceNeverEarly) {
  World world{"2026-03-05T09:00:00Z"};
  make_task(world, "Dentist", "2026-03-05T15:00:00Z", R"([{"before":"PT30M"},{"at":"2026-03-05T12:00:00Z"}])");
  world.advance(3h - 1s, 10min);
  EXPECT_THAT(world.events("reminder.triggered"), IsEmpty());
  world.advance(1s);
  ASSERT_THAT(world.events("reminder.triggered"), SizeIs(1));
  world.advance(6h, 5min);
  const auto fired = world.events("reminder.triggered");
  ASSERT_THAT(fired, SizeIs(2));
  EXPECT_EQ(format_rfc3339(fired[1].time), "2026-03-05T14:30:00Z");
  const auto data = parse_json(fired[1].data).value().as_object();
  EXPECT_EQ(data.at("taskTitle").as_string(), "Dentist");
  EXPECT_EQ(data.at("before").as_string(), "PT30M");
  EXPECT_THAT(ledger(world), ElementsAre("fired", "fired"));
  // The task shows a copy.
  EXPECT_THAT(json::serialize(world.tasks()[0].at("reminders")), HasSubstr("\"fired\""));
}

// C-06, H-01, S-2.3.4
TEST(Reminders, CompletionAndDeletionCancel) {
  for (auto end : {"complete", "delete"}) {
    World world{"2026-03-05T09:00:00Z"};
    const auto id = make_task(world, "Call", "2026-03-05T15:00:00Z", R"([{"before":"PT1H"}])");
    if (end == std::string_view{"complete"}) {
      world.ok(Method::post, "/api/v1/tasks/" + id + "/complete");
    } else {
      world.call(Method::delete_, "/api/v1/tasks/" + id);
    }
    world.settle();
    const auto canceled = world.events("reminder.canceled");
    ASSERT_THAT(canceled, SizeIs(1));
    EXPECT_THAT(canceled[0].data, HasSubstr(end == std::string_view{"complete"} ? "task-completed" : "task-deleted"));
    world.advance(24h);
    EXPECT_THAT(world.events("reminder.triggered"), IsEmpty());
    EXPECT_THAT(ledger(world), IsEmpty());
  }
}

TEST(Reminders, FollowTheDueTime) {
  World world{"2026-03-05T09:00:00Z"};
  const auto id = make_task(world, "Call", "2026-03-05T15:00:00Z", R"([{"before":"PT1H"}])");
  world.ok(Method::patch, "/api/v1/tasks/" + id, R"({"dueAt":"2026-03-06T15:00:00Z"})");
  world.settle();
  world.advance(24h);
  EXPECT_THAT(world.events("reminder.triggered"), IsEmpty());
  world.advance(6h);
  ASSERT_THAT(world.events("reminder.triggered"), SizeIs(1));
  EXPECT_EQ(format_rfc3339(world.events("reminder.triggered")[0].time), "2026-03-06T14:00:00Z");
}

// R-02: a user who moves takes along what hangs on the clock, not what hangs on an instant.
TEST(Reminders, FollowTheUsersClock) {
  World world{"2026-03-05T09:00:00Z"};
  world.zone_ = "Europe/Berlin";
  const auto user = [&](std::string type, std::string zone, int version) {
    world.publish(std::move(type), R"({"id":")" + kAnn.str() + R"(","timezone":")" + zone + R"(","version":)" +
                                       std::to_string(version) + R"(,"preferences":{"allDayReminderTime":"09:00"}})");
    world.settle();
  };
  user("user.registered", "Europe/Berlin", 1);
  world.ok(Method::post, "/api/v1/tasks",
           R"({"title":"Move","dueDate":"2026-03-10","reminders":[{"daysBefore":1,"time":"18:00"}]})");
  make_task(world, "Call", "2026-03-10T12:00:00Z", R"([{"before":"PT1H"}])");
  user("user.updated", "America/New_York", 2);
  std::vector<std::string> at;
  for (const auto& each : reminders(world)) at.emplace_back(each.as_object().at("fireAt").as_string());
  EXPECT_THAT(at, ElementsAre("2026-03-09T22:00:00Z", "2026-03-10T11:00:00Z"));
  world.advance(24h * 6, 30min);
  at.clear();
  for (const auto& event : world.events("reminder.triggered")) at.push_back(format_rfc3339(event.time));
  EXPECT_THAT(at, ElementsAre("2026-03-09T22:00:00Z", "2026-03-10T11:00:00Z"));
}

// C-07
TEST(Reminders, SnoozeAndDismiss) {
  World world{"2026-03-05T09:00:00Z"};
  const auto task = make_task(world, "Call", "2026-03-05T10:00:00Z", R"([{"before":"PT0M"}])");
  world.advance(1h);
  const auto path = "/api/v1/reminders/" + id_of(world);
  EXPECT_EQ(world.call(Method::post, path + "/snooze", R"({"until":"2026-03-05T09:59:00Z"})").status, 422);
  EXPECT_EQ(world.call(Method::post, path + "/snooze", R"({})").status, 400);
  world.ok(Method::post, path + "/snooze", R"({"for":"PT10M"})");
  world.settle();
  EXPECT_EQ(state_of(world), "snoozed");
  EXPECT_THAT(json::serialize(world.tasks()[0].at("reminders")), HasSubstr("2026-03-05T10:10:00Z"));
  world.advance(10min, 1min);
  EXPECT_THAT(world.events("reminder.triggered"), SizeIs(2));
  EXPECT_THAT(ledger(world), ElementsAre("fired", "fired"));
  world.ok(Method::post, path + "/snooze", R"({"for":"PT10M"})");
  world.ok(Method::post, path + "/dismiss");
  world.ok(Method::post, path + "/dismiss");
  world.advance(2h);
  EXPECT_EQ(state_of(world), "dismissed");
  EXPECT_THAT(world.events("reminder.triggered"), SizeIs(2));
  EXPECT_EQ(world.call(Method::post, path + "/dismiss", {}, kBob).status, 404);
  world.ok(Method::post, "/api/v1/tasks/" + task + "/complete");
}

// C-07: both have a way back, to what it was when it came due last.
TEST(Reminders, SnoozeAndDismissalAreTakenBack) {
  World world{"2026-03-05T09:00:00Z"};
  const auto task = make_task(world, "Call", "2026-03-05T10:00:00Z", R"([{"before":"PT0M"}])");
  const auto path = "/api/v1/reminders/" + id_of(world);
  const auto restored = [&] {
    auto reminder = world.ok(Method::post, path + "/restore").as_object();
    world.settle();
    return std::string{reminder.at("state").as_string()} + " " + std::string{reminder.at("fireAt").as_string()};
  };
  // Not come due yet: it still will.
  world.ok(Method::post, path + "/dismiss");
  world.settle();
  EXPECT_EQ(restored(), "pending 2026-03-05T10:00:00Z");
  EXPECT_THAT(json::serialize(world.tasks()[0].at("reminders")), HasSubstr("\"pending\""));
  world.advance(1h);
  EXPECT_THAT(world.events("reminder.triggered"), SizeIs(1));
  world.ok(Method::post, path + "/snooze", R"({"for":"PT10M"})");
  world.settle();
  EXPECT_EQ(restored(), "fired 2026-03-05T10:00:00Z");
  EXPECT_THAT(json::serialize(world.tasks()[0].at("reminders")), HasSubstr("\"fired\""));
  world.advance(1h, 5min);
  EXPECT_THAT(world.events("reminder.triggered"), SizeIs(1));
  world.ok(Method::post, path + "/dismiss");
  world.settle();
  EXPECT_EQ(restored(), "fired 2026-03-05T10:00:00Z");
  const auto events = world.events("reminder.updated").size();
  EXPECT_EQ(restored(), "fired 2026-03-05T10:00:00Z");
  EXPECT_EQ(world.events("reminder.updated").size(), events);

  EXPECT_EQ(world.call(Method::post, path + "/restore", {}, kBob).status, 404);
  world.headers_ = {{"If-Match", "\"1\""}};
  EXPECT_EQ(world.call(Method::post, path + "/restore").status, 412);
  world.headers_.clear();
  world.ok(Method::post, path + "/dismiss");
  world.ok(Method::post, "/api/v1/tasks/" + task + "/complete");
  world.settle();
  EXPECT_EQ(world.call(Method::post, path + "/restore").status, 409);
}

TEST(Reminders, SnoozeEndsWithTheTask) {
  World world{"2026-03-05T09:00:00Z"};
  const auto task = make_task(world, "Call", "2026-03-05T10:00:00Z", R"([{"before":"PT0M"}])");
  world.advance(1h);
  const auto path = "/api/v1/reminders/" + id_of(world);
  world.ok(Method::post, path + "/snooze", R"({"for":"PT2H"})");
  world.settle();
  world.ok(Method::post, "/api/v1/tasks/" + task + "/complete");
  world.settle();
  EXPECT_EQ(state_of(world), "canceled");
  EXPECT_EQ(world.call(Method::post, path + "/snooze", R"({"for":"PT2H"})").status, 409);
  world.advance(24h);
  EXPECT_THAT(world.events("reminder.triggered"), SizeIs(1));
}

// C-07: what has fired for a task that is finished by now, or was taken from it, cannot be put off.
TEST(Reminders, AFiredOneOfAFinishedTaskIsNotSnoozed) {
  for (auto how : {"complete", "remove", "reopen"}) {
    World world{"2026-03-05T09:00:00Z"};
    const auto task = make_task(world, "Call", "2026-03-05T10:00:00Z", R"([{"before":"PT0M"}])");
    world.advance(1h);
    const auto path = "/api/v1/reminders/" + id_of(world);
    if (how == std::string_view{"remove"}) {
      world.ok(Method::patch, "/api/v1/tasks/" + task, R"({"reminders":[]})");
    } else {
      world.ok(Method::post, "/api/v1/tasks/" + task + "/complete");
      world.settle();
    }
    if (how == std::string_view{"reopen"}) world.ok(Method::post, "/api/v1/tasks/" + task + "/reopen");
    world.settle();
    const auto reply = world.call(Method::post, path + "/snooze", R"({"for":"PT2H"})");
    EXPECT_EQ(reply.status, how == std::string_view{"reopen"} ? 200 : 409) << how << reply.body;
  }
}

// C-02, R-15, decision 7: more than three at once become one summary, each with its own line in the ledger.
TEST(Reminders, AStormBecomesOneSummary) {
  World world{"2026-03-05T09:00:00Z"};
  for (int i = 0; i < 5; ++i) {
    make_task(world, "Task " + std::to_string(i), "2026-03-05T1" + std::to_string(i) + ":00:00Z",
              R"([{"before":"PT0M"}])");
  }
  world.clock_.advance(10h);  // Nothing ran meanwhile.
  world.restart();
  world.settle();
  const auto fired = world.events("reminder.triggered");
  ASSERT_THAT(fired, SizeIs(1));
  EXPECT_THAT(parse_json(fired[0].data).value().as_object().at("merged").as_array(), SizeIs(5));
  EXPECT_THAT(ledger(world), testing::Each("merged"));
  EXPECT_THAT(ledger(world), SizeIs(5));
  EXPECT_THAT(reminders(world, "?state=merged"), SizeIs(5));
}

TEST(Reminders, UpToThreeAtOnceFireInOrder) {
  World world{"2026-03-05T09:00:00Z"};
  for (int i = 2; i >= 0; --i) {
    make_task(world, "Task " + std::to_string(i), "2026-03-05T1" + std::to_string(i) + ":00:00Z",
              R"([{"before":"PT0M"}])");
  }
  world.clock_.advance(10h);
  world.settle();
  std::vector<std::string> titles;
  for (const auto& event : world.events("reminder.triggered")) {
    titles.emplace_back(parse_json(event.data).value().as_object().at("taskTitle").as_string());
  }
  EXPECT_THAT(titles, ElementsAre("Task 0", "Task 1", "Task 2"));
}

// Decision 7; a clock jump of two days.
TEST(Reminders, OlderThanADayAreMissed) {
  World world{"2026-03-05T09:00:00Z"};
  make_task(world, "Old", "2026-03-05T10:00:00Z", R"([{"before":"PT0M"}])");
  make_task(world, "Fresh", "2026-03-07T08:00:00Z", R"([{"before":"PT0M"}])");
  world.clock_.advance(48h);
  world.settle();
  ASSERT_THAT(world.events("reminder.triggered"), SizeIs(1));
  EXPECT_THAT(world.events("reminder.triggered")[0].data, HasSubstr("Fresh"));
  EXPECT_THAT(ledger(world), ElementsAre("missed", "fired"));
  const auto why = world.ok(Method::get, "/api/v1/reminders/" + id_of(world) + "/deliveries").as_object();
  EXPECT_THAT(std::string{why.at("explanation").as_string()}, HasSubstr("came too late to be pushed"));
}

// A clock that goes back three hours: nothing fires again, nothing fires early.
TEST(Reminders, TheClockGoesBack) {
  World world{"2026-03-05T09:00:00Z"};
  make_task(world, "First", "2026-03-05T10:00:00Z", R"([{"before":"PT0M"}])");
  make_task(world, "Second", "2026-03-05T11:00:00Z", R"([{"before":"PT0M"}])");
  world.advance(1h);
  EXPECT_THAT(world.events("reminder.triggered"), SizeIs(1));
  world.clock_.set(world.clock_.now() - 3h);
  world.restart();
  world.advance(4h - 1s, 10min);
  EXPECT_THAT(world.events("reminder.triggered"), SizeIs(1));
  world.advance(1s);
  EXPECT_THAT(world.events("reminder.triggered"), SizeIs(2));
  EXPECT_THAT(ledger(world), SizeIs(2));
}

// Rule 9: without an answer it fires and says so.
TEST(Reminders, FireUnconfirmedWhenTheTasksServiceIsAway) {
  World world{"2026-03-05T09:00:00Z"};
  make_task(world, "Call", "2026-03-05T10:00:00Z", R"([{"before":"PT0M"}])");
  world.tasks_away_ = true;
  world.advance(1h);
  ASSERT_THAT(world.events("reminder.triggered"), SizeIs(1));
  EXPECT_THAT(world.events("reminder.triggered")[0].data, HasSubstr("\"unconfirmed\":true"));
  const auto why = world.ok(Method::get, "/api/v1/reminders/" + id_of(world) + "/deliveries").as_object();
  EXPECT_THAT(std::string{why.at("explanation").as_string()}, HasSubstr("without asking"));
}

// Rule 9: the event that the task is done has not come yet; the question finds out.
TEST(Reminders, AsksWhetherItIsStillDue) {
  World world{"2026-03-05T09:00:00Z"};
  const auto id = make_task(world, "Call", "2026-03-05T10:00:00Z", R"([{"before":"PT0M"}])");
  world.ok(Method::post, "/api/v1/tasks/" + id + "/complete");
  world.clock_.advance(1h);
  ASSERT_TRUE(world.db_.run(world.timers_->fire_due()));  // Before the event is delivered.
  EXPECT_THAT(world.events("reminder.triggered"), IsEmpty());
  EXPECT_THAT(ledger(world), ElementsAre("canceled"));
  world.settle();
  EXPECT_THAT(world.events("reminder.canceled"), SizeIs(1));
}

std::string g_fault;
int g_faults_left = 0;
void throw_at(const char* name) {
  if (g_fault == name && g_faults_left-- > 0) throw std::runtime_error{"killed"};
}

// Killed between any two steps of firing: one line in the ledger, one event.
TEST(Crash, FiringIsOnceWhereverItDies) {
  for (auto point : {"scheduler.fire.asked", "scheduler.fire.before-ledger", "scheduler.fire.before-commit"}) {
    for (int tasks : {1, 5}) {
      World world{"2026-03-05T09:00:00Z"};
      for (int i = 0; i < tasks; ++i) make_task(world, "Call", "2026-03-05T10:00:00Z", R"([{"before":"PT0M"}])");
      g_fault = point, g_faults_left = 1;
      fault_hook = throw_at;
      world.clock_.advance(1h);
      ignore(world.db_.run(world.timers_->fire_due()), "it dies");
      fault_hook = nullptr;
      EXPECT_EQ(g_faults_left, 0) << point;
      world.restart();
      world.advance(10min, 1min);
      EXPECT_THAT(world.events("reminder.triggered"), SizeIs(1)) << point;
      EXPECT_THAT(ledger(world), SizeIs(static_cast<std::size_t>(tasks))) << point;
    }
  }
}

// Killed between any two steps of generation: each occurrence once.
TEST(Crash, GenerationIsOnceWhereverItDies) {
  for (auto point : {"scheduler.generate.planned", "scheduler.generate.told"}) {
    World world{"2026-03-04T09:00:00Z"};
    g_fault = point, g_faults_left = 1;
    fault_hook = throw_at;
    ignore(world.call(Method::post, "/api/v1/recurring",
                      R"({"title":"Weekly","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})"),
           "it dies");
    fault_hook = nullptr;
    EXPECT_EQ(g_faults_left, 0) << point;
    world.restart();
    world.advance(2min, 10s);
    EXPECT_THAT(world.dues(), SizeIs(4)) << point;
    EXPECT_THAT(world.events("task.created"), SizeIs(4)) << point;
    EXPECT_THAT(world.ok(Method::get, "/api/v1/recurring").as_object().at("items").as_array(), SizeIs(1)) << point;
  }
}

// R-08, R-17
// Events that come again or late change nothing (rule 3).
TEST(Events, RedeliveryAndOrder) {
  World world{"2026-03-05T09:00:00Z"};
  const auto id = make_task(world, "Call", "2026-03-05T15:00:00Z", R"([{"before":"PT1H"}])");
  world.ok(Method::patch, "/api/v1/tasks/" + id, R"({"dueAt":"2026-03-05T16:00:00Z"})");
  world.ok(Method::post, "/api/v1/tasks/" + id + "/complete");
  world.settle();
  auto all = world.db_.events();
  std::reverse(all.begin(), all.end());
  std::erase_if(all, [](const CloudEvent& event) { return !event.type.starts_with("task."); });
  for (auto& event : all) event.id = EventId::make(world.clock_.now());  // New to the inbox, old in content.
  for (const auto& result : world.db_.run(world.module_->on_events(all))) EXPECT_TRUE(result);
  EXPECT_EQ(state_of(world), "canceled");
  EXPECT_THAT(world.events("reminder.canceled"), SizeIs(1));
}

// Rule 14
TEST(Events, ADeletedUserLeavesNothing) {
  World world{"2026-03-05T09:00:00Z"};
  make_task(world, "Call", "2026-03-05T15:00:00Z", R"([{"before":"PT1H"}])");
  world.create(R"({"title":"Weekly","pattern":"weekly"})");
  world.publish("user.deleted", "{}");
  world.settle();
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_timer WHERE kind <> 'purge'"), 0);
  for (auto table : {"series", "occurrence", "reminder", "firing"}) {
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_" + std::string{table}), 0) << table;
  }
}

}  // namespace
}  // namespace daybook::scheduler
