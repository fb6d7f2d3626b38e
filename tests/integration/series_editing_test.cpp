// Links: daybook_services_scheduler daybook_scheduler_client daybook_services_tasks daybook_runtime_embedded
#include "scheduler_world.hpp"
#include "services/scheduler/client.hpp"

// Recurring tasks that people change: one of them, this one and all that follow, all; and the ways back.
namespace daybook::scheduler {
namespace {

using namespace testing_world;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

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

// B-06, R-16: another time of day makes no second one of what the person has edited, done, skipped or deleted.
TEST(Editing, AnotherTimeOfDayDoublesNothing) {
  for (const bool split : {false, true}) {
    World world{"2026-03-04T09:00:00Z"};
    const auto id = world.create(R"({"title":"Run","pattern":"daily","startsAt":"2026-03-05T18:00:00Z"})");
    const auto task = [&](std::size_t day) {
      return "/api/v1/tasks/" + std::string{world.tasks()[day].at("id").as_string()};
    };
    const auto edited = task(1), done = task(2), deleted = task(3);
    world.ok(Method::patch, edited, R"({"title":"Race"})");
    world.ok(Method::post, done + "/complete");
    world.ok(Method::delete_, deleted);
    world.ok(Method::post, "/api/v1/recurring/" + id + "/skip", R"({"recurrenceId":"2026-03-09T18:00:00Z"})");
    world.settle();
    if (split)
      world.ok(Method::patch, "/api/v1/recurring/" + id + "?scope=future&from=2026-03-06T18:00:00Z",
               R"({"startsAt":"2026-03-06T07:00:00Z"})");
    else
      world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"startsAt":"2026-03-05T07:00:00Z"})");
    world.settle();
    auto dues = world.dues();
    dues.resize(5);
    EXPECT_THAT(dues, ElementsAre(split ? "2026-03-05T18:00:00Z" : "2026-03-05T07:00:00Z", "2026-03-06T18:00:00Z",
                                  "2026-03-10T07:00:00Z", "2026-03-11T07:00:00Z", "2026-03-12T07:00:00Z"));
  }
}

// B-03: what the person completed stays, though the scheduler had not heard of it when it skipped it.
TEST(Editing, ASkipTakesNothingThatWasJustCompleted) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Run","pattern":"daily","startsAt":"2026-03-05T18:00:00Z"})");
  const auto first = "/api/v1/tasks/" + std::string{world.tasks()[0].at("id").as_string()};
  world.ok(Method::post, first + "/complete");
  world.ok(Method::post, "/api/v1/recurring/" + id + "/skip", R"({"recurrenceId":"2026-03-05T18:00:00Z"})");
  world.settle();
  EXPECT_EQ(world.ok(Method::get, first).at("status").as_string(), "completed");
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending <> ''"), 0);
  // Unlike the deletion of all, which means those that are done too.
  world.ok(Method::post, "/api/v1/tasks/" + std::string{world.tasks()[1].at("id").as_string()} + "/complete");
  world.settle();
  world.ok(Method::delete_, "/api/v1/recurring/" + id + "?scope=all");
  world.settle();
  EXPECT_THAT(world.tasks(), SizeIs(1));
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

// RFC 5545, RDATE: starts besides the rule's; each once, EXDATE stands above them, an edit keeps them.
TEST(Editing, StartsBesidesTheRule) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Market","rrule":"FREQ=WEEKLY;COUNT=3","startsAt":"2026-03-06T18:00:00Z",)"
                               R"("rdates":["2026-03-10T08:30:00","2026-03-11","2026-03-13T18:00:00","2026-03-18"],)"
                               R"("exdates":["2026-03-18"]})");
  const auto path = "/api/v1/recurring/" + id;
  const auto dues = [&] {
    std::vector<std::string> out;
    for (const auto& task : world.tasks()) out.push_back(World::due_of(task));
    return out;
  };
  EXPECT_THAT(dues(), UnorderedElementsAre("2026-03-06T18:00:00Z", "2026-03-10T08:30:00Z", "2026-03-11T18:00:00Z",
                                           "2026-03-13T18:00:00Z", "2026-03-20T18:00:00Z"));
  world.ok(Method::post, path + "/skip", R"({"recurrenceId":"2026-03-11T18:00:00"})");
  world.settle();
  EXPECT_EQ(dues().size(), 4U);
  const auto preview = world.ok(Method::post, "/api/v1/recurring/preview",
                                R"({"rrule":"FREQ=YEARLY","startsOn":"2026-12-24","rdates":["2026-12-31"],"limit":3})");
  EXPECT_EQ(json::serialize(preview.at("next").as_array()[1].at("startsOn")), R"("2026-12-31")");

  // Cut at one of them: the rule keeps its weekday.
  const auto rest = world.ok(Method::patch, path + "?scope=future&from=2026-03-10T08:30:00", R"({"title":"Fair"})");
  EXPECT_EQ(rest.at("rrule").as_string(), "FREQ=WEEKLY;COUNT=2");
  EXPECT_EQ(rest.at("rdates").as_array().size(), 4U);
  world.settle();
  world.advance(24h * 40, 24h);
  EXPECT_THAT(dues(), UnorderedElementsAre("2026-03-06T18:00:00Z", "2026-03-10T08:30:00Z", "2026-03-13T18:00:00Z",
                                           "2026-03-20T18:00:00Z"));
  EXPECT_EQ(world
                .call(Method::post, "/api/v1/recurring",
                      R"({"title":"x","pattern":"daily","anchor":"completion","rdates":["2026-04-01"]})")
                .status,
            400);
  EXPECT_EQ(world.call(Method::post, "/api/v1/recurring", R"({"title":"x","pattern":"daily","rdates":["2026-02-30"]})")
                .status,
            400);
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

// Issue 5: a task goes on as an occurrence of the new series, with all that hangs on it.
TEST(Editing, ASplitKeepsTheTasksAndTheirSubtasks) {
  for (auto [patch, clock] : {std::pair{R"({"title":"New"})", "18:00:00Z"},
                              {R"({"title":"New","startsAt":"2026-03-20T20:30:00Z"})", "20:30:00Z"}}) {
    World world{"2026-03-04T09:00:00Z"};
    const auto id = world.create(R"({"title":"Old","rrule":"FREQ=WEEKLY","startsAt":"2026-03-06T18:00:00Z"})");
    const auto before = world.tasks();
    const auto third = std::string{before[2].at("id").as_string()};
    world.ok(Method::post, "/api/v1/tasks", R"({"title":"Below","parentId":")" + third + "\"}");
    const auto reply =
        world.call(Method::patch, "/api/v1/recurring/" + id + "?scope=future&from=2026-03-20T18:00:00", patch);
    ASSERT_EQ(reply.status, 201) << reply.body;
    const auto other = std::string{parse_json(reply.body).value().as_object().at("id").as_string()};
    world.settle();
    const auto task = world.ok(Method::get, "/api/v1/tasks/" + third).as_object();
    EXPECT_EQ(task.at("title").as_string(), "New");
    EXPECT_EQ(task.at("dueAt").as_string(), std::string{"2026-03-20T"} + clock);
    EXPECT_EQ(task.at("seriesId").as_string(), other);
    EXPECT_EQ(task.at("recurrenceId").as_string(), task.at("dueAt").as_string());
    EXPECT_EQ(task.at("subtasks").at("total").as_int64(), 1);
    EXPECT_THAT(world.tasks("limit=10&seriesId=" + other), SizeIs(2));
    EXPECT_THAT(world.tasks("limit=10&seriesId=" + id), SizeIs(2));
    EXPECT_THAT(world.events("task.deleted"), IsEmpty());
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state <> 'made' OR pending <> ''"), 0);
    // It is the new series' from now on.
    world.advance(24h * 14, 24h);
    EXPECT_THAT(world.tasks("limit=50&status=open"), SizeIs(6 + 1));  // And what stands below.
    EXPECT_EQ(world.call(Method::delete_, "/api/v1/recurring/" + other + "?scope=all").status, 204);
    world.settle();
    EXPECT_THAT(world.tasks("limit=50&status=open"), SizeIs(2));
  }
}

// Likewise when the whole series is moved to another time of day, or back.
TEST(Editing, AnotherTimeOfDayKeepsTheTasks) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Gym","rrule":"FREQ=WEEKLY;BYDAY=FR","startsAt":"2026-03-06T18:00:00Z"})");
  const auto first = std::string{world.tasks()[0].at("id").as_string()};
  world.ok(Method::post, "/api/v1/tasks", R"({"title":"Bag","parentId":")" + first + "\"}");
  for (auto starts : {"2026-03-06T07:00:00Z", "2026-03-06T18:00:00Z", "2026-03-06T19:00:00Z"}) {
    world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"startsAt":")" + std::string{starts} + "\"}");
    world.settle();
    const auto task = world.ok(Method::get, "/api/v1/tasks/" + first).as_object();
    EXPECT_EQ(task.at("dueAt").as_string(), starts);
    EXPECT_EQ(task.at("subtasks").at("total").as_int64(), 1);
  }
  EXPECT_THAT(world.events("task.deleted"), IsEmpty());
  EXPECT_THAT(world.tasks("limit=50&status=open"), SizeIs(4 + 1));
}

// What the person did before the tasks service had heard of the split stands.
TEST(Editing, ASplitMeetsWhatThePersonDoesMeanwhile) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Old","rrule":"FREQ=WEEKLY;COUNT=4","startsAt":"2026-03-06T18:00:00Z"})");
  const auto before = world.tasks();
  const auto path = [&](std::size_t i) { return "/api/v1/tasks/" + std::string{before[i].at("id").as_string()}; };
  world.tasks_away_ = true;
  ASSERT_EQ(world
                .call(Method::patch, "/api/v1/recurring/" + id + "?scope=future&from=2026-03-13T18:00:00",
                      R"({"title":"New"})")
                .status,
            201);
  world.ok(Method::patch, path(1), R"({"title":"Mine"})");
  world.ok(Method::post, path(2) + "/complete");
  world.restart();
  world.tasks_away_ = false;
  world.advance(1min, 10s);
  std::vector<std::string> got;
  for (const auto& task : world.tasks())
    got.push_back(std::string{task.at("title").as_string()} + ' ' + std::string{task.at("status").as_string()});
  EXPECT_THAT(got, ElementsAre("Old pending", "Mine pending", "Old completed", "New pending"));
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state = 'detached'"), 1);
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE open = 1"), 3);
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending <> ''"), 0);
  world.advance(24h * 60, 24h);
  EXPECT_THAT(world.tasks(), SizeIs(4)) << "nothing is made twice";
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
      draft.id = row.task;
      const auto task = co_await client.create_occurrence(caller, std::move(draft));
      co_return task.has_value();
    };
    ASSERT_TRUE(world.db_.run(make()));
  }
  ASSERT_EQ(world.call(Method::delete_, "/api/v1/recurring/" + id).status, 204);
  world.advance(2min, 10s);
  EXPECT_THAT(world.tasks(), IsEmpty());
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

}  // namespace
}  // namespace daybook::scheduler
