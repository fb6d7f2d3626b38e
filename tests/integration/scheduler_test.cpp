// Links: daybook_services_scheduler daybook_scheduler_client daybook_services_tasks daybook_runtime_embedded
#include "scheduler_world.hpp"
#include "services/scheduler/client.hpp"

// Recurring tasks: the scheduler with the tasks service, the event log and its timers.
namespace daybook::scheduler {
namespace {

using namespace testing_world;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// B-04, B-08, B-05, S-2.2.2, S-3.3.3, X-11, S-3.2.4: a weekly rule over 28 days gives exactly 4, one event each.
TEST(Generation, WeeklyGivesFourIn28Days) {
  World world{"2026-03-04T09:00:00Z"};
  world.create(R"({"title":"Water the plants","rrule":"FREQ=WEEKLY;BYDAY=FR","startsAt":"2026-03-06T18:00:00Z"})");
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-06T18:00:00Z", "2026-03-13T18:00:00Z", "2026-03-20T18:00:00Z",
                                        "2026-03-27T18:00:00Z"));
  EXPECT_THAT(world.events("task.created"), SizeIs(4));
  EXPECT_THAT(world.events("recurring-task.created"), SizeIs(1));  // B-10
}

// B-01, B-02, B-11: cron, and the first occurrence is the next start after now.
TEST(Generation, CronBeginsWithTheNextStart) {
  World world{"2026-03-04T09:30:00Z"};
  world.zone_ = "Europe/Berlin";
  const auto series =
      world.ok(Method::post, "/api/v1/recurring", R"({"title":"Standup","cron":"0 9 * * 1-5"})").as_object();
  EXPECT_EQ(series.at("rrule").as_string(), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR");
  EXPECT_EQ(series.at("cron").as_string(), "0 9 * * 1-5");
  EXPECT_EQ(series.at("rruleText").as_string(), "every weekday at 9am");
  EXPECT_EQ(series.at("next").as_array().at(0).as_string(), "2026-03-05T08:00:00Z");
  world.settle();
  const auto dues = world.dues();
  ASSERT_THAT(dues, SizeIs(20));
  EXPECT_EQ(dues.front(), "2026-03-05T08:00:00Z");
  EXPECT_EQ(dues.back(), "2026-04-01T07:00:00Z");  // After the clock change it is still nine o'clock.
}

// B-04: a yearly one is ahead too.
TEST(Generation, AtLeastOneAhead) {
  World world{"2026-03-04T09:00:00Z"};
  world.create(R"({"title":"Birthday","pattern":"yearly","startsOn":"2027-02-01"})");
  EXPECT_THAT(world.dues(), ElementsAre("2027-02-01"));
}

// B-06, R-16: the same again and again, over restarts and redelivery, makes nothing twice.
TEST(Generation, AnyNumberOfRunsMakesEachOnce) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Daily","pattern":"daily","startsAt":"2026-03-05T08:00:00Z"})");
  const SeriesId series = SeriesId::parse(id).value();
  for (int i = 0; i < 3; ++i) {
    Service service{*world.store_, *world.invoker_};
    EXPECT_TRUE(world.db_.run(service.generate(kAnn, series, world.clock_.now())));
    world.restart();
    world.settle();
  }
  EXPECT_THAT(world.tasks(), SizeIs(28));
  EXPECT_THAT(world.events("task.created"), SizeIs(28));
  world.advance(24h * 7);
  EXPECT_THAT(world.events("task.created"), SizeIs(35));
}

// B-06: what the person deleted never comes back.
TEST(Generation, TheDeletedStayDeleted) {
  World world{"2026-03-04T09:00:00Z"};
  world.create(R"({"title":"Daily","pattern":"daily","startsAt":"2026-03-05T08:00:00Z"})");
  const auto first = world.tasks().front();
  world.call(Method::delete_, "/api/v1/tasks/" + std::string{first.at("id").as_string()});
  world.settle();
  world.advance(48h);
  EXPECT_THAT(world.dues(), testing::Not(testing::Contains("2026-03-05T08:00:00Z")));
}

// B-07, S-2.2.4
TEST(Generation, CompletingOneLeavesTheRest) {
  World world{"2026-03-04T09:00:00Z"};
  world.create(R"({"title":"Weekly","rrule":"FREQ=WEEKLY;COUNT=3","startsAt":"2026-03-06T18:00:00Z"})");
  const auto tasks = world.tasks();
  ASSERT_THAT(tasks, SizeIs(3));
  world.ok(Method::post, "/api/v1/tasks/" + std::string{tasks[0].at("id").as_string()} + "/complete");
  world.settle();
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-13T18:00:00Z", "2026-03-20T18:00:00Z"));
  EXPECT_THAT(world.events("task.completed"), SizeIs(1));
}

TEST(Generation, EndsWithTheRule) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Twice","rrule":"FREQ=DAILY;COUNT=2","startsAt":"2026-03-05T08:00:00Z"})");
  auto state = [&] {
    return std::string{world.ok(Method::get, "/api/v1/recurring/" + id).as_object().at("state").as_string()};
  };
  EXPECT_EQ(state(), "active");
  world.advance(72h);
  EXPECT_EQ(state(), "ended");
  EXPECT_THAT(world.tasks(), SizeIs(2));
}

// At most 100 open occurrences; completions make room.
TEST(Generation, AtMostAHundredOpen) {
  World world{"2026-03-04T09:00:00Z"};
  world.create(R"({"title":"Hourly","rrule":"FREQ=HOURLY","startsAt":"2026-03-04T10:00:00Z"})");
  EXPECT_THAT(world.dues(), SizeIs(100));
  const auto reply = world.call(Method::post, "/api/v1/recurring", R"({"title":"x","rrule":"FREQ=MINUTELY"})");
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.body, HasSubstr("invalid-recurrence"));
}

// Completion makes the next one (issue 5, anchor).
TEST(Generation, AnchoredToCompletion) {
  World world{"2026-03-04T09:00:00Z"};
  world.create(R"({"title":"Water","rrule":"FREQ=DAILY;INTERVAL=3","startsOn":"2026-03-04","anchor":"completion"})");
  ASSERT_THAT(world.dues(), ElementsAre("2026-03-04"));
  world.advance(24h * 6, 24h);
  ASSERT_THAT(world.dues(), ElementsAre("2026-03-04"));  // Nothing piles up.
  world.ok(Method::post, "/api/v1/tasks/" + std::string{world.tasks()[0].at("id").as_string()} + "/complete");
  world.settle();
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-13"));
}

// The tasks service is away: nothing is lost, nothing doubled.
TEST(Generation, SurvivesTheTasksServiceBeingAway) {
  World world{"2026-03-04T09:00:00Z"};
  world.tasks_away_ = true;
  const auto reply = world.call(Method::post, "/api/v1/recurring",
                                R"({"title":"Weekly","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending = 'make'"), 4);
  world.restart();
  world.tasks_away_ = false;
  world.advance(1min, 10s);
  EXPECT_THAT(world.dues(), SizeIs(4));
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending <> ''"), 0);
}

// catchUp: what passed while nothing ran.
TEST(Generation, CatchesUpAsTheSeriesSays) {
  for (auto [catch_up, late] : {std::pair{"one", 1u}, {"all", 12u}, {"skip", 0u}}) {
    World world{"2026-03-04T09:00:00Z"};
    world.create(std::string{R"({"title":"Daily","pattern":"daily","startsAt":"2026-03-05T08:00:00Z","catchUp":")"} +
                 catch_up + "\"}");
    world.clock_.advance(24h * 40);  // 28 days were ahead; 12 passed unseen.
    world.settle();
    unsigned between = 0;
    for (const auto& due : world.dues()) between += due > "2026-04-02" && due < "2026-04-13T09:00:01Z";
    EXPECT_EQ(between, late) << catch_up;
  }
}

// B-03: only future ones change; one that the person has edited keeps the edit.
TEST(Editing, TemplateChangesReachTheUneditedFuture) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Old","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
  const auto mine = std::string{world.tasks()[1].at("id").as_string()};
  world.ok(Method::patch, "/api/v1/tasks/" + mine, R"({"title":"Mine"})");
  world.settle();
  world.advance(72h);
  world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"title":"New","priority":"high"})");
  world.settle();
  std::vector<std::string> titles;
  for (const auto& task : world.tasks()) titles.emplace_back(task.at("title").as_string());
  EXPECT_THAT(titles, ElementsAre("Old", "Mine", "New", "New", "New"));
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state = 'detached'"), 1);
}

TEST(Editing, AChangedRuleReplacesTheFuture) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Gym","rrule":"FREQ=WEEKLY;BYDAY=FR","startsAt":"2026-03-06T18:00:00Z"})");
  world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"rrule":"FREQ=WEEKLY;BYDAY=FR,MO"})");
  world.settle();
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-06T18:00:00Z", "2026-03-09T18:00:00Z", "2026-03-13T18:00:00Z",
                                        "2026-03-16T18:00:00Z", "2026-03-20T18:00:00Z", "2026-03-23T18:00:00Z",
                                        "2026-03-27T18:00:00Z", "2026-03-30T18:00:00Z"));
  world.ok(Method::patch, "/api/v1/recurring/" + id,
           R"({"startsAt":"2026-03-06T07:00:00Z","rrule":"FREQ=WEEKLY;BYDAY=FR"})");
  world.settle();
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-06T07:00:00Z", "2026-03-13T07:00:00Z", "2026-03-20T07:00:00Z",
                                        "2026-03-27T07:00:00Z"));
  world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"startsAt":"2026-03-06T18:00:00Z"})");
  world.settle();
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-06T18:00:00Z", "2026-03-13T18:00:00Z", "2026-03-20T18:00:00Z",
                                        "2026-03-27T18:00:00Z"));  // The same starts again, as new tasks.
}

// B-09 and its siblings
TEST(Editing, PauseResumeStopAndSkip) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Daily","pattern":"daily","startsAt":"2026-03-05T08:00:00Z"})");
  const auto path = "/api/v1/recurring/" + id;
  world.ok(Method::post, path + "/skip");
  world.settle();
  EXPECT_THAT(world.dues(), AllOf(SizeIs(27), testing::Not(testing::Contains("2026-03-05T08:00:00Z"))));
  world.ok(Method::post, path + "/skip", R"({"recurrenceId":"2026-03-07T08:00:00Z"})");
  world.settle();
  EXPECT_THAT(world.dues(), SizeIs(26));
  world.ok(Method::post, path + "/pause");
  world.advance(24h * 40, 24h);
  EXPECT_THAT(world.tasks(), SizeIs(26));
  const auto resumed = world.ok(Method::post, path + "/resume").as_object();
  EXPECT_EQ(resumed.at("next").as_array().at(0).as_string(), "2026-04-14T08:00:00Z");
  world.settle();
  EXPECT_THAT(world.tasks(), SizeIs(26 + 28));
  world.ok(Method::post, path + "/stop");
  world.advance(24h * 40, 24h);
  EXPECT_THAT(world.tasks(), SizeIs(26 + 28));
  EXPECT_EQ(world.call(Method::post, path + "/resume").status, 409);
}

// R-03, B-13, H-01
TEST(Editing, DeleteByScope) {
  for (auto [scope, left] : {std::pair{"future", 2u}, {"template", 29u}, {"all", 0u}}) {
    World world{"2026-03-04T09:00:00Z"};
    const auto id = world.create(R"({"title":"Daily","pattern":"daily","startsAt":"2026-03-05T08:00:00Z"})");
    world.advance(48h);
    EXPECT_EQ(world.call(Method::delete_, "/api/v1/recurring/" + id + "?scope=" + scope).status, 204);
    world.settle();
    world.advance(24h * 30, 24h);
    EXPECT_NEAR(static_cast<double>(world.tasks().size()), left, 1) << scope;
    EXPECT_EQ(world.call(Method::get, "/api/v1/recurring/" + id).status, 404);
    EXPECT_THAT(world.events("recurring-task.deleted"), SizeIs(1));
    world.advance(24h * 2, 1h);  // The tombstone goes after 30 days.
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_series"), 0);
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence"), 0);
  }
}

// Issue 5: edit this alone, also when it is still to be made.
TEST(Editing, ThisOneAlone) {
  World world{"2026-03-04T09:00:00Z"};
  world.zone_ = "America/New_York";
  const auto id = world.create(R"({"title":"Weekly","pattern":"weekly","startsAt":"2026-03-06T18:00:00-05:00"})");
  const auto path = "/api/v1/recurring/" + id;
  const auto edit = [&](std::string rid, std::string body) {
    return world.call(Method::patch, path + "/occurrences/" + rid, std::move(body));
  };
  EXPECT_EQ(edit("2026-03-13T18:00:00", R"({"dueAt":"2026-03-14T09:00:00Z"})").status, 200);
  EXPECT_EQ(edit("2026-05-01T18:00:00-04:00", R"({"title":"May Day"})").status, 200);  // Beyond the window.
  EXPECT_EQ(edit("2026-05-08T18:00:00", R"({"titel":"wrong"})").status, 400);
  EXPECT_EQ(edit("2026-05-09T18:00:00", R"({"title":"Saturday"})").status, 422);
  world.settle();
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-06T23:00:00Z", "2026-03-14T09:00:00Z", "2026-03-20T22:00:00Z",
                                        "2026-03-27T22:00:00Z", "2026-05-01T22:00:00Z"));
  world.ok(Method::patch, path, R"({"title":"New","rrule":"FREQ=WEEKLY;BYDAY=FR,SA"})");
  world.advance(24h * 40, 24h);
  std::map<std::string, std::string> titles;
  for (const auto& task : world.tasks()) {
    EXPECT_TRUE(titles.emplace(World::due_of(task), std::string{task.at("title").as_string()}).second);
  }
  EXPECT_EQ(titles["2026-03-14T09:00:00Z"], "Weekly");
  EXPECT_FALSE(titles.contains("2026-03-13T22:00:00Z"));
  EXPECT_EQ(titles["2026-05-01T22:00:00Z"], "May Day");
  EXPECT_EQ(titles["2026-05-02T22:00:00Z"], "New");
  world.ok(Method::post, path + "/skip", R"({"recurrenceId":"2026-05-02T18:00:00"})");
  EXPECT_EQ(edit("2026-05-02T18:00:00", R"({"title":"x"})").status, 409);
}

// Issue 5: this and all that follow; the edited and the done stay, nothing comes twice.
TEST(Editing, ThisAndAllThatFollow) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Old","rrule":"FREQ=WEEKLY;COUNT=8","startsAt":"2026-03-06T18:00:00Z"})");
  const auto path = "/api/v1/recurring/" + id;
  const auto mine = std::string{world.tasks()[3].at("id").as_string()};
  world.ok(Method::patch, "/api/v1/tasks/" + mine, R"({"title":"Mine"})");
  world.ok(Method::post, path + "/skip", R"({"recurrenceId":"2026-04-10T18:00:00"})");
  world.settle();
  EXPECT_EQ(world.call(Method::patch, path + "?scope=future", R"({"title":"New"})").status, 400);
  EXPECT_EQ(world.call(Method::patch, path + "?scope=future&from=2026-03-21T18:00:00", R"({"title":"New"})").status,
            422);
  world.headers_["Idempotency-Key"] = "split";
  std::string other;
  for (int i = 0; i < 2; ++i) {
    const auto reply = world.call(Method::patch, path + "?scope=future&from=2026-03-20T18:00:00", R"({"title":"New"})");
    const auto series = parse_json(reply.body).value().as_object();
    if (other.empty()) other = series.at("id").as_string();
    EXPECT_EQ(series.at("id").as_string(), other);
    EXPECT_EQ(series.at("rrule").as_string(), "FREQ=WEEKLY;COUNT=6");
  }
  world.headers_.clear();
  EXPECT_NE(other, id);
  world.settle();
  EXPECT_EQ(world.ok(Method::get, path).as_object().at("rrule").as_string(), "FREQ=WEEKLY;UNTIL=20260320T175959Z");
  world.advance(24h * 60, 24h);
  std::vector<std::string> got;
  for (const auto& task : world.tasks()) {
    got.push_back(World::due_of(task).substr(5, 5) + " " + std::string{task.at("title").as_string()});
  }
  EXPECT_THAT(got,
              ElementsAre("03-06 Old", "03-13 Old", "03-20 New", "03-27 Mine", "04-03 New", "04-17 New", "04-24 New"));
  for (const auto& each : {id, other}) {
    EXPECT_EQ(world.ok(Method::get, "/api/v1/recurring/" + each).as_object().at("state").as_string(), "ended");
  }
}

TEST(Editing, FromTheNextOneOnIsAll) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Old","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
  const auto reply = world.call(Method::patch, "/api/v1/recurring/" + id + "?scope=future&from=2026-03-06T18:00:00Z",
                                R"({"title":"New"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(id));
  world.settle();
  for (const auto& task : world.tasks()) EXPECT_EQ(task.at("title").as_string(), "New");
}

// R-19: the 31st that February cut stays the 31st for what follows.
TEST(Editing, AShortMonthDoesNotMoveWhatFollows) {
  World world{"2026-01-02T09:00:00Z"};
  const auto id = world.create(R"({"title":"Rent","pattern":"monthly","startsOn":"2026-01-31"})");
  const auto reply = world.call(Method::patch, "/api/v1/recurring/" + id + "?scope=future&from=2026-02-28",
                                R"({"title":"More rent"})");
  ASSERT_EQ(reply.status, 201) << reply.body;
  const auto next = parse_json(reply.body).value().as_object().at("next").as_array();
  EXPECT_THAT(json::serialize(next), HasSubstr(R"(["2026-02-28","2026-03-31","2026-04-30","2026-05-31")"));
  world.advance(24h * 150, 24h);
  std::vector<std::string> got;
  for (const auto& task : world.tasks()) got.push_back(World::due_of(task));
  EXPECT_THAT(got, ElementsAre("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"));
}

// Rule 14: what was done by mistake has a way back, to the same tasks.
TEST(Editing, AStopIsTakenBackToWhatWasBefore) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Daily","pattern":"daily","startsAt":"2026-03-05T08:00:00Z"})");
  const auto path = "/api/v1/recurring/" + id;
  world.ok(Method::post, path + "/stop");
  world.advance(24h * 30, 24h);
  EXPECT_EQ(world.ok(Method::post, path + "/restore").as_object().at("state").as_string(), "active");
  world.settle();
  EXPECT_THAT(world.dues(), AllOf(SizeIs(28 + 28), testing::Not(testing::Contains("2026-04-02T08:00:00Z"))));
  world.ok(Method::post, path + "/pause");
  world.ok(Method::post, path + "/stop");
  EXPECT_EQ(world.ok(Method::post, path + "/restore").as_object().at("state").as_string(), "paused");
  EXPECT_EQ(world.ok(Method::post, path + "/restore").as_object().at("state").as_string(), "paused");
}

TEST(Editing, ADeletionIsTakenBackWithTheTasksThatItTook) {
  for (auto scope : {"future", "all"}) {
    for (bool settled : {true, false}) {
      World world{"2026-03-04T09:00:00Z"};
      const auto id = world.create(R"({"title":"Weekly","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
      const auto path = "/api/v1/recurring/" + id;
      const auto before = world.tasks();
      world.call(Method::delete_, "/api/v1/tasks/" + std::string{before[1].at("id").as_string()});
      world.settle();
      ASSERT_EQ(world.call(Method::delete_, path + "?scope=" + scope).status, 204);
      EXPECT_THAT(world.tasks(), IsEmpty());
      if (settled) world.settle();
      world.ok(Method::post, path + "/restore");
      world.settle();
      const auto after = world.tasks();
      ASSERT_THAT(after, SizeIs(3)) << "what the person deleted stays deleted";
      EXPECT_EQ(after[0].at("id"), before[0].at("id"));
      EXPECT_EQ(after[2].at("id"), before[3].at("id"));
      world.advance(24h * 7, 24h);
      EXPECT_THAT(world.dues(), SizeIs(4));
      EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending <> ''"), 0);
      EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state = 'made'"), 4);
    }
  }
}

TEST(Editing, ASkipIsTakenBack) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Weekly","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
  const auto path = "/api/v1/recurring/" + id;
  const auto before = world.tasks().front().at("id");
  for (auto rid : {"2026-03-06T18:00:00Z", "2026-05-01T18:00:00Z"}) {  // One is made, the other is not.
    const auto body = R"({"recurrenceId":")" + std::string{rid} + "\"}";
    world.ok(Method::post, path + "/skip", body);
    world.settle();
    const auto restored = world.ok(Method::post, path + "/restore", body).as_object();
    EXPECT_THAT(restored.at("exdates").as_array(), IsEmpty());
    world.settle();
  }
  EXPECT_EQ(world.tasks().front().at("id"), before);
  EXPECT_THAT(world.dues(), SizeIs(4));
  world.advance(24h * 33, 24h);
  EXPECT_THAT(world.dues(), testing::Contains("2026-05-01T18:00:00Z"));
  EXPECT_EQ(world.call(Method::post, path + "/restore", R"({"recurrenceId":"tomorrow..."})").status, 400);
}

// A task that was being made when its series went must not stay behind.
TEST(Editing, ADeletionReachesTasksThatWereJustBeingMade) {
  World world{"2026-03-04T09:00:00Z"};
  world.tasks_away_ = true;
  const auto reply = world.call(Method::post, "/api/v1/recurring",
                                R"({"title":"Weekly","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
  const auto id = std::string{parse_json(reply.body).value().as_object().at("id").as_string()};
  world.tasks_away_ = false;
  {
    // The first was made, and its answer lost.
    const auto work = world.db_.run(world.store_->plan(kAnn, SeriesId::parse(id).value(), world.clock_.now())).value();
    tasks::Client client{*world.invoker_};
    runtime::Caller caller;
    caller.principal = Principal::of_service("scheduler", kAnn);
    const auto& row = work.pending.front();
    auto make = [&]() -> boost::asio::awaitable<bool> {
      auto draft = domain::occurrence_draft(work.series, row.recurrence_id, row.revision, row.start);
      const auto task = co_await client.create_occurrence(caller, std::move(draft));
      co_return task.has_value();
    };
    ASSERT_TRUE(world.db_.run(make()));
  }
  ASSERT_EQ(world.call(Method::delete_, "/api/v1/recurring/" + id).status, 204);
  world.advance(2min, 10s);
  EXPECT_THAT(world.tasks(), IsEmpty());
}

// R-19, R-02: a clock that steps through short months, a leap day and a year's end with week 53; each occurrence has
// its day, and its reminder comes at nine of that day, once.
TEST(Calendar, StepsThroughShortMonthsALeapDayAndWeek53) {
  World world{"2026-12-20T12:00:00Z"};
  world.zone_ = "Europe/Berlin";
  const auto repeat = [&](std::string title, std::string rule, std::string starts) {
    world.create(R"({"title":")" + title + R"(","rrule":")" + rule + R"(","startsOn":")" + starts +
                 R"(","reminders":[{"daysBefore":0,"time":"09:00"}]})");
  };
  repeat("Rent", "FREQ=MONTHLY", "2026-12-31");
  repeat("Leap", "FREQ=YEARLY", "2024-02-29");
  repeat("Week 53", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", "2026-12-28");
  world.advance(24h * 440, 24h);
  std::map<std::string, std::vector<std::string>> days;
  for (const auto& task : world.tasks()) {
    days[std::string{task.at("title").as_string()}].push_back(World::due_of(task));
  }
  EXPECT_THAT(days["Rent"],
              ElementsAre("2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31",
                          "2027-06-30", "2027-07-31", "2027-08-31", "2027-09-30", "2027-10-31", "2027-11-30",
                          "2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31"));
  EXPECT_THAT(days["Leap"], ElementsAre("2027-02-28", "2028-02-29", "2029-02-28"));
  EXPECT_THAT(days["Week 53"], ElementsAre("2026-12-28", "2032-12-27"));
  std::set<std::string> told;
  const auto berlin = domain::Zone::locate("Europe/Berlin").value();
  for (const auto& event : world.events("reminder.triggered")) {
    const auto data = parse_json(event.data).value().as_object();
    const auto day = std::string{data.at("taskDueDate").as_string()};
    EXPECT_TRUE(told.insert(day + " " + std::string{data.at("taskTitle").as_string()}).second) << day;
    const auto fired_at = at(std::string_view{data.at("fireAt").as_string()});
    EXPECT_EQ(format_local(berlin.to_local(fired_at)), day + "T09:00:00");
    EXPECT_GE(event.time, fired_at);
  }
  EXPECT_THAT(told, SizeIs(15 + 2 + 1));
}

// What chat and others ask through the client comes back as it was said.
TEST(Editing, ThroughTheClient) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id =
      SeriesId::parse(world.create(R"({"title":"Gym","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})")).value();
  Client client{*world.invoker_};
  runtime::Caller caller;
  Principal principal;
  principal.user = kAnn;
  caller.principal = principal;
  const auto run = [&](auto work) { return world.db_.run(std::move(work)); };
  const auto stopped = run(client.stop(caller, id)).value();
  EXPECT_EQ(stopped.state, "stopped");
  EXPECT_EQ(run(client.restore(caller, id, "", stopped.version - 1)).error().code, Errc::version_mismatch);
  EXPECT_EQ(run(client.restore(caller, id, "", stopped.version)).value().state, "active");
  ASSERT_TRUE(run(client.skip(caller, id, "2026-03-06T18:00:00")));
  EXPECT_EQ(run(client.restore(caller, id, "2026-03-06T18:00:00Z")).value().next.front(), "2026-03-06T18:00:00Z");
  ASSERT_TRUE(run(client.remove(caller, id, "all")));
  EXPECT_EQ(run(client.get(caller, id)).error().code, Errc::not_found);
  EXPECT_EQ(run(client.restore(caller, id)).value().state, "active");
  const auto edit = [&]() -> boost::asio::awaitable<std::string> {
    std::string which = "2026-03-13T18:00:00+00:00", body = R"({"title":"Swim"})";
    const auto task = co_await client.patch_occurrence(caller, id, std::move(which), std::move(body));
    co_return task ? (*task)->title : task.error().detail;
  };
  EXPECT_EQ(run(edit()), "Swim");
  std::string body = R"({"title":"Run"})", from = "2026-03-20T18:00:00Z";
  const auto split = run(client.patch(caller, id, body, 0, from)).value();
  EXPECT_NE(split.id, id);
  world.settle();
  std::vector<std::string> titles;
  for (const auto& task : world.tasks()) titles.emplace_back(task.at("title").as_string());
  EXPECT_THAT(titles, ElementsAre("Gym", "Swim", "Run", "Run"));
}

// C-13: what is long over goes; what is to come, and what counts towards COUNT, stays.
TEST(Purge, TakesWhatIsOver) {
  World world{"2026-03-04T09:00:00Z"};
  world.create(
      R"({"title":"Twice","rrule":"FREQ=DAILY;COUNT=2","startsAt":"2026-03-05T08:00:00Z","reminders":[{"before":"PT0M"}]})");
  world.create(R"({"title":"Counted","rrule":"FREQ=DAILY;COUNT=2","startsOn":"2026-03-05","anchor":"completion"})");
  world.create(R"({"title":"Left open","rrule":"FREQ=DAILY;COUNT=1","startsAt":"2026-03-05T08:00:00Z"})");
  world.advance(72h);
  for (const auto& task : world.tasks()) {
    if (task.at("title").as_string() == "Left open") continue;
    world.ok(Method::post, "/api/v1/tasks/" + std::string{task.at("id").as_string()} + "/complete");
  }
  world.settle();
  const auto rows = [&](std::string table) { return world.count("SELECT count(*) FROM scheduler_" + table); };
  const auto purge = [&](std::chrono::days after) {
    EXPECT_TRUE(world.db_.run(world.store_->purge(world.clock_.now() + after, 100)));
  };
  purge(std::chrono::days{397});
  EXPECT_EQ(rows("occurrence"), 5);  // Two, one left open, one completed and the next that it made.
  EXPECT_EQ(rows("firing"), 2);
  purge(std::chrono::days{420});
  EXPECT_EQ(rows("occurrence"), 3);
  EXPECT_EQ(rows("firing"), 0);
  EXPECT_EQ(rows("reminder"), 0);
}

// R-02, R-19: preview explains.
TEST(Preview, NotesClockChangesAndMonthEnds) {
  World world{"2026-01-30T12:00:00Z"};
  auto body = world.ok(Method::post, "/api/v1/recurring/preview",
                       R"({"rrule":"FREQ=MONTHLY;BYMONTHDAY=31","startsOn":"2026-01-31","limit":2})");
  EXPECT_THAT(json::serialize(body), AllOf(HasSubstr("February has no 31st"), HasSubstr("\"2026-02-28\""),
                                           HasSubstr("or the last day of a shorter month")));
  body =
      world.ok(Method::post, "/api/v1/recurring/preview",
               R"({"rrule":"FREQ=WEEKLY;BYDAY=SU","startsAt":"2026-03-01T07:30:00Z","timezone":"America/New_York"})");
  EXPECT_THAT(json::serialize(body), HasSubstr("02:30 does not exist, so it is 03:30"));
  EXPECT_THAT(world.tasks(), IsEmpty());
}

TEST(Routes, OccurrencesAndListsAndRefusals) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Weekly","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
  const auto items =
      world.ok(Method::get, "/api/v1/recurring/" + id + "/occurrences?from=2026-03-01&to=2026-04-30").as_object();
  EXPECT_THAT(items.at("items").as_array(), SizeIs(8));
  EXPECT_EQ(world.ok(Method::get, "/api/v1/recurring?state=active&q=week").as_object().at("items").as_array().size(),
            1u);
  EXPECT_EQ(world.ok(Method::get, "/api/v1/recurring?state=stopped").as_object().at("items").as_array().size(), 0u);
  EXPECT_EQ(world.call(Method::get, "/api/v1/recurring/" + id, {}, kBob).status, 404);
  EXPECT_EQ(world.call(Method::post, "/api/v1/recurring", R"({"title":"x"})").status, 400);
  EXPECT_EQ(
      world.call(Method::post, "/api/v1/recurring", R"({"title":"x","rrule":"FREQ=DAILY;UNTIL=20200101"})").status,
      422);
  EXPECT_EQ(
      world.call(Method::post, "/api/v1/recurring", R"({"title":"x","pattern":"daily","timezone":"Mars/X"})").status,
      400);
  // Repeating with one key makes one series.
  world.headers_["Idempotency-Key"] = "k";
  const auto one = world.ok(Method::post, "/api/v1/recurring", R"({"title":"Once","pattern":"daily"})").as_object();
  const auto two = world.ok(Method::post, "/api/v1/recurring", R"({"title":"Once","pattern":"daily"})").as_object();
  EXPECT_EQ(one.at("id"), two.at("id"));
  EXPECT_EQ(world.call(Method::post, "/api/v1/recurring", R"({"title":"Other","pattern":"daily"})").status, 422);
}

// R-02: a user who moves; series of the old zone go along.
TEST(Zones, AUserWhoMovesTakesTheSeriesAlong) {
  World world{"2026-03-04T09:00:00Z"};
  world.zone_ = "Europe/Berlin";
  world.create(R"({"title":"Standup","cron":"0 9 * * *"})");
  world.create(R"({"title":"Fixed","cron":"0 9 * * *","timezone":"Asia/Tokyo"})");
  world.publish(
      "user.updated",
      R"({"id":")" + kAnn.str() +
          R"(","timezone":"America/New_York","version":2,"changes":{"timezone":"America/New_York"},"previousValues":{"timezone":"Europe/Berlin"}})");
  world.settle();
  int new_york = 0, tokyo = 0, others = 0;
  for (const auto& due : world.dues()) {
    const auto clock = due.substr(11);
    (clock == "14:00:00Z" || clock == "13:00:00Z" ? new_york : clock == "00:00:00Z" ? tokyo : others)++;
  }
  EXPECT_EQ(new_york, 28);
  EXPECT_EQ(tokyo, 28);
  EXPECT_EQ(others, 0);
}

std::string zone_file(std::string_view footer) {
  std::string block = "TZif2";
  block.append(15, '\0');
  for (int count : {0, 0, 0, 0, 1, 4}) block += std::string{'\0', '\0', '\0', static_cast<char>(count)};
  block += std::string(6, '\0') + std::string{"LMT\0", 4};
  return block + block + "\n" + std::string{footer} + "\n";
}

// Rule 6: a zone that changes its law moves instants, not wall clocks, and makes nothing twice.
TEST(Zones, ALawThatChanges) {
  for (auto [before, after] : {std::pair{"<+01>-1", "<+02>-2"}, {"<+01>-1", "<+00>0"}}) {
    ASSERT_TRUE(domain::Zone::install("Test/Changing", zone_file(before)));
    World world{"2026-03-04T12:00:00Z"};
    world.create(R"({"title":"Tea","cron":"0 9 * * *","timezone":"Test/Changing"})");
    ASSERT_EQ(world.dues().at(0), "2026-03-05T08:00:00Z");
    ASSERT_TRUE(domain::Zone::install("Test/Changing", zone_file(after)));
    ASSERT_EQ(world.db_.run(world.store_->adopt_tzdb("2099z", world.clock_.now())).value(), 1);
    ASSERT_TRUE(world.db_.run(world.tasks_->adopt_tzdb("2099z")));
    world.settle();
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state <> 'made'"), 0);
    const auto hour = after == std::string_view{"<+02>-2"} ? "T07:00:00Z" : "T09:00:00Z";
    EXPECT_THAT(world.dues(), AllOf(SizeIs(28), testing::Each(HasSubstr(hour))));
    world.advance(24h * 3);
    EXPECT_THAT(world.dues(), AllOf(SizeIs(31), testing::Each(HasSubstr(hour))));
  }
}

// Rule 6: so do tasks that a person made, and their reminders; whole days and what is past stay. Each slice is kept.
TEST(Zones, TasksFollowALawThatChanges) {
  ASSERT_TRUE(domain::Zone::install("Test/Tasks", zone_file("<+01>-1")));
  World world{"2026-03-04T12:00:00Z"};
  ASSERT_TRUE(world.db_.run(world.tasks_->adopt_tzdb("2099y")));
  auto make = [&](std::string due) {
    world.ok(Method::post, "/api/v1/tasks", R"({"title":"Tea","timezone":"Test/Tasks",)" + due + "}");
  };
  make(R"("dueAt":"2026-03-04T11:00:00Z")");
  make(R"("dueDate":"2026-03-06","reminders":[{"daysBefore":0,"time":"09:00"}])");
  for (int i = 0; i < 300; ++i) make(R"("dueAt":"2026-03-05T08:00:00Z","reminders":[{"before":"PT30M"}])");
  world.settle();
  ASSERT_TRUE(domain::Zone::install("Test/Tasks", zone_file("<+02>-2")));
  EXPECT_TRUE(world.db_.run(world.task_store_->adopt_tzdb("2099z", world.clock_.now())).value());
  world.restart();  // Interrupted; it goes on where it was.
  ASSERT_TRUE(world.db_.run(world.tasks_->adopt_tzdb("2099z")));
  EXPECT_FALSE(world.db_.run(world.task_store_->adopt_tzdb("2099z", world.clock_.now())).value());
  world.settle();
  std::map<std::string, int> dues, reminders;
  for (const auto& task : world.tasks()) ++dues[World::due_of(task)];
  EXPECT_EQ(dues, (std::map<std::string, int>{
                      {"2026-03-04T11:00:00Z", 1}, {"2026-03-05T07:00:00Z", 300}, {"2026-03-06", 1}}));
  EXPECT_EQ(world.events("task.updated").size(), 301u);
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_timer WHERE kind = 'reminder' AND due = " +
                        std::to_string(to_micros(at("2026-03-05T06:30:00Z")))),
            300);
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_timer WHERE kind = 'reminder' AND due = " +
                        std::to_string(to_micros(at("2026-03-06T07:00:00Z")))),
            1);
}

/// Steps over the hours around both changes of a zone's clocks: one task a day, at that wall time or moved by the gap.
TEST(Zones, DailyOverBothClockChanges) {
  for (auto [zone, from] : {std::pair{"America/New_York", "2026-03-01T12:00:00Z"},
                            {"America/New_York", "2026-10-25T12:00:00Z"},
                            {"Europe/Berlin", "2026-03-20T12:00:00Z"},
                            {"Europe/Berlin", "2026-10-20T12:00:00Z"},
                            {"Australia/Lord_Howe", "2026-03-30T12:00:00Z"},
                            {"Australia/Lord_Howe", "2026-09-28T12:00:00Z"},
                            {"Africa/Casablanca", "2026-02-10T12:00:00Z"}}) {
    World world{from};
    world.zone_ = zone;
    world.create(R"({"title":"Night","cron":"15 2 * * *","reminders":[{"before":"PT0M"}]})");
    const auto z = domain::Zone::locate(zone).value();
    const auto dues = world.dues();
    ASSERT_THAT(dues, SizeIs(28)) << zone;
    std::set<std::string> days;
    for (const auto& due : dues) {
      const auto local = format_local(z.to_local(at(due)));
      days.insert(local.substr(0, 10));
      EXPECT_THAT(local.substr(11), testing::AnyOf("02:15:00", "03:15:00", "02:45:00")) << zone << local;
    }
    EXPECT_THAT(days, SizeIs(28)) << zone;
    world.advance(24h * 14, 1h);
    std::set<std::string> fired;
    for (const auto& event : world.events("reminder.triggered")) {
      const auto data = parse_json(event.data).value().as_object();
      EXPECT_TRUE(fired.insert(std::string{data.at("taskDueAt").as_string()}).second);
      EXPECT_GE(event.time, at(std::string_view{data.at("taskDueAt").as_string()}));  // Never early.
    }
    EXPECT_THAT(fired, SizeIs(14)) << zone;
  }
}

}  // namespace
}  // namespace daybook::scheduler
