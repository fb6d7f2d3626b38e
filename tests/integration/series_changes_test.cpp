// Links: daybook_services_scheduler daybook_scheduler_client daybook_services_tasks daybook_runtime_embedded
#include "scheduler_world.hpp"
#include "services/scheduler/service.hpp"

// What a change of a series, of its user's zone or of single tasks leaves for the changes that come after it.
namespace daybook::scheduler {
namespace {

using namespace testing_world;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

void move_user(World& world, std::string_view from, std::string_view to, int version) {
  std::string data = R"({"id":")" + kAnn.str() + R"(","version":)" + std::to_string(version) + R"(,"timezone":")";
  data.append(to).append(R"(","changes":{"timezone":")").append(to);
  data.append(R"("},"previousValues":{"timezone":")").append(from).append("\"}}");
  world.publish("user.updated", std::move(data));
  world.settle();
}

std::vector<std::string> titles(World& world) {
  std::vector<std::string> out;
  for (const auto& task : world.tasks()) out.emplace_back(task.at("title").as_string());
  return out;
}

std::string id_of(const json::object& task) { return std::string{task.at("id").as_string()}; }

// B-09, R-02: tasks of what rests stay when the user moves; once it goes on, they follow.
TEST(Zones, WhatRestsKeepsItsTasksWhenTheUserMoves) {
  for (auto [rest, go_on] : {std::pair{"/stop", "/restore"}, {"/pause", "/resume"}}) {
    World world{"2026-03-04T09:00:00Z"};
    world.zone_ = "Europe/Berlin";
    const auto id = world.create(R"({"title":"Standup","cron":"0 9 * * *"})");
    const auto path = "/api/v1/recurring/" + id;
    const auto before = world.dues();
    ASSERT_THAT(before, SizeIs(28));
    world.ok(Method::post, path + rest);
    move_user(world, "Europe/Berlin", "Asia/Tokyo", 2);
    EXPECT_EQ(world.dues(), before) << rest;
    world.ok(Method::post, path + go_on);
    world.settle();
    std::set<std::string> clocks;
    for (const auto& due : world.dues()) clocks.insert(due.substr(11));
    EXPECT_THAT(clocks, ElementsAre("00:00:00Z")) << rest;
    EXPECT_THAT(world.dues(), SizeIs(28)) << rest;
  }
}

void learn_user(World& world, std::string_view zone) {
  world.zone_ = zone;
  std::string data = R"({"id":")" + kAnn.str() + R"(","version":1,"timezone":")";
  world.publish("user.registered", data.append(zone).append("\"}"));
  world.settle();
}

// R-02, B-03: the tasks service takes its tasks to the new clock as well, which is no edit of the person's. What is one
// stays, and nothing is said to come in its place.
TEST(Zones, WhatTheTasksServiceMovesToTheNewClockIsNotSetApart) {
  for (const bool slow : {false, true}) {
    World world{"2026-11-21T12:00:00Z"};
    learn_user(world, "Europe/Berlin");
    const auto id =
        world.create(R"({"title":"Old","rrule":"FREQ=WEEKLY;BYDAY=MO,TH","startsAt":"2026-11-23T17:00:00Z",)"
                     R"("reminders":[{"before":"PT1H"}]})");
    const auto tasks = world.tasks();
    ASSERT_THAT(tasks, SizeIs(8));
    world.ok(Method::patch, "/api/v1/tasks/" + id_of(tasks[2]), R"({"title":"Mine"})");
    world.ok(Method::post, "/api/v1/tasks/" + id_of(tasks[3]) + "/complete");
    world.settle();
    world.tasks_away_ = slow;
    if (slow) world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"title":"Newer"})");
    move_user(world, "Europe/Berlin", "Europe/London", 2);
    world.tasks_away_ = false;
    world.advance(2min, 10s);
    std::set<std::string> clocks;
    for (const auto& task : world.tasks("limit=50&status=open"))
      if (task.at("title").as_string() != "Mine") clocks.insert(World::due_of(task).substr(11));
    EXPECT_THAT(clocks, ElementsAre("18:00:00Z")) << slow;
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state = 'detached'"), 1) << slow;
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending <> ''"), 0) << slow;
    world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"title":"New"})");
    world.settle();
    EXPECT_THAT(titles(world), ElementsAre("New", "New", "Mine", "Old", "New", "New", "New", "New")) << slow;
    const auto page = world.ok(Method::get, "/api/v1/recurring/" + id + "/occurrences?to=2026-12-18");
    for (const auto& each : page.at("items").as_array()) {
      EXPECT_NE(each.at("state").as_string(), "upcoming") << each;
    }
  }
}

// B-03: only an edit of what the template says sets a task apart that is on its way to another start.
TEST(Editing, WhatThePersonDoesToATaskOnItsWayIsNoEditOfTheTemplate) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Old","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
  const auto tasks = world.tasks();
  for (const auto* change : {R"({"startsAt":"2026-03-06T19:00:00Z"})", R"({"title":"New"})"}) {
    world.tasks_away_ = true;
    world.ok(Method::patch, "/api/v1/recurring/" + id, change);
    world.ok(Method::patch, "/api/v1/tasks/" + id_of(tasks[0]), R"({"status":"in-progress"})");
    world.ok(Method::patch, "/api/v1/tasks/" + id_of(tasks[1]), R"({"status":"in-progress"})");
    world.ok(Method::patch, "/api/v1/tasks/" + id_of(tasks[1]), R"({"status":"pending"})");
    world.tasks_away_ = false;
    world.advance(1min, 10s);
    world.ok(Method::patch, "/api/v1/tasks/" + id_of(tasks[0]), R"({"status":"pending"})");
    world.settle();
  }
  EXPECT_THAT(titles(world), AllOf(SizeIs(4), Each(std::string{"New"})));
  for (const auto& due : world.dues()) EXPECT_THAT(due, testing::HasSubstr("T19:00:00Z"));
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state <> 'made'"), 0);
}

// B-03 (docs/decisions/028): another weekday takes the tasks along, with what the person has put below them.
TEST(Editing, AnotherWeekdayKeepsTheTasks) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Yoga","rrule":"FREQ=WEEKLY;BYDAY=MO","startsAt":"2026-03-09T18:00:00Z"})");
  const auto first = id_of(world.tasks()[0]);
  world.ok(Method::post, "/api/v1/tasks", R"({"title":"Mat","parentId":")" + first + "\"}");
  for (auto [day, due] : {std::pair{"TU", "2026-03-10T18:00:00Z"}, {"WE", "2026-03-11T18:00:00Z"}}) {
    world.ok(Method::patch, "/api/v1/recurring/" + id, std::string{R"({"rrule":"FREQ=WEEKLY;BYDAY=)"} + day + "\"}");
    world.settle();
    const auto task = world.ok(Method::get, "/api/v1/tasks/" + first).as_object();
    EXPECT_EQ(std::string{task.at("dueAt").as_string()}, due);
    EXPECT_EQ(task.at("subtasks").at("total").as_int64(), 1);
    EXPECT_EQ(world.tasks("limit=50&status=open").size(), 4u + 1) << day;
  }
  EXPECT_THAT(world.events("task.deleted"), IsEmpty());
}

// B-03: nor is deleted what has no place in the new schedule, but subtasks.
TEST(Editing, AnOccurrenceWithSubtasksOutlivesItsSchedule) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Run","rrule":"FREQ=DAILY","startsAt":"2026-03-05T18:00:00Z"})");
  const auto second = id_of(world.tasks()[1]);
  world.ok(Method::post, "/api/v1/tasks", R"({"title":"Shoes","parentId":")" + second + "\"}");
  world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"rrule":"FREQ=WEEKLY;BYDAY=TH"})");
  world.settle();
  EXPECT_EQ(world.tasks("limit=50&status=open").size(), 4u + 2);
  const auto kept = world.ok(Method::get, "/api/v1/tasks/" + second).as_object();
  EXPECT_EQ(std::string{kept.at("dueAt").as_string()}, "2026-03-06T18:00:00Z");
  EXPECT_EQ(kept.at("subtasks").at("total").as_int64(), 1);
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending <> ''"), 0);
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state = 'detached' AND open = 1"), 1);
}

// B-07, R-02: an occurrence that is made again is another task, whose news counts from its first version on.
TEST(Editing, AnOccurrenceThatIsMadeAgainIsHeardOf) {
  World world{"2026-03-04T09:00:00Z"};
  const auto path = "/api/v1/recurring/" +
                    world.create(R"({"title":"Gym","rrule":"FREQ=WEEKLY;COUNT=2","startsAt":"2026-03-06T18:00:00Z"})");
  for (auto start : {"2026-03-06T07:00:00Z", "2026-03-06T18:00:00Z"}) {
    world.ok(Method::patch, path, std::string{R"({"startsAt":")"} + start + "\"}");
    world.settle();
  }
  const auto open = "SELECT count(*) FROM scheduler_occurrence WHERE open = 1";
  ASSERT_EQ(world.count(open), 2);
  world.ok(Method::post, "/api/v1/tasks/" + id_of(world.tasks("status=open&limit=1&sort=due")[0]) + "/complete");
  world.settle();
  EXPECT_EQ(world.count(open), 1);
}

// B-03: an edit that was taken back leaves nothing that the series would have to spare.
TEST(Editing, AnOccurrenceThatIsLikeItsTemplateAgainFollowsIt) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Old","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
  const auto tasks = world.tasks();
  for (const auto* body : {R"({"title":"Mine"})", R"({"title":"Old"})"}) {
    world.ok(Method::patch, "/api/v1/tasks/" + id_of(tasks[0]), body);
    world.settle();
  }
  for (const auto* body : {R"({"dueAt":"2026-03-14T18:00:00Z"})", R"({"dueAt":"2026-03-13T18:00:00Z"})"}) {
    world.ok(Method::patch, "/api/v1/tasks/" + id_of(tasks[1]), body);
    world.settle();
  }
  world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"title":"New"})");
  world.settle();
  EXPECT_THAT(titles(world), AllOf(SizeIs(4), Each(std::string{"New"})));
}

// B-03: what is no edit of the template's fields does not set an occurrence apart.
TEST(Editing, OnlyAnEditSetsAnOccurrenceApart) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Old","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
  const auto tasks = world.tasks();
  ASSERT_THAT(tasks, SizeIs(4));
  world.ok(Method::patch, "/api/v1/tasks/" + id_of(tasks[0]), R"({"status":"in-progress"})");
  world.ok(Method::post, "/api/v1/tasks/" + id_of(tasks[1]) + "/complete");
  world.ok(Method::post, "/api/v1/tasks/" + id_of(tasks[1]) + "/reopen");
  world.settle();
  world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"title":"New"})");
  world.settle();
  EXPECT_THAT(titles(world), AllOf(SizeIs(4), Each(std::string{"New"})));
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state = 'detached'"), 0);
}

// B-03: nor while the news of it is still on its way; what was edited or done meanwhile stays.
TEST(Editing, OnlyAnEditSetsAnOccurrenceApartAlsoBeforeItIsHeardOf) {
  for (const bool moved : {false, true}) {
    SCOPED_TRACE(moved);
    World world{"2026-03-04T09:00:00Z"};
    const auto id = world.create(R"({"title":"Old","tags":["a","b"],"pattern":"weekly",)"
                                 R"("startsAt":"2026-03-06T18:00:00Z","reminders":[{"before":"PT1H"}]})");
    const auto tasks = world.tasks();
    ASSERT_THAT(tasks, SizeIs(4));
    world.ok(Method::patch, "/api/v1/tasks/" + id_of(tasks[0]), R"({"status":"in-progress"})");
    world.ok(Method::post, "/api/v1/tasks/" + id_of(tasks[1]) + "/complete");
    world.ok(Method::post, "/api/v1/tasks/" + id_of(tasks[1]) + "/reopen");
    world.ok(Method::patch, "/api/v1/tasks/" + id_of(tasks[2]), R"({"title":"Mine"})");
    world.ok(Method::post, "/api/v1/tasks/" + id_of(tasks[3]) + "/complete");
    const auto change = moved ? R"({"title":"New","startsAt":"2026-03-06T19:00:00Z"})" : R"({"title":"New"})";
    world.ok(Method::patch, "/api/v1/recurring/" + id, change);
    world.settle();
    std::map<std::string, std::string> got;
    for (const auto& task : world.tasks()) got[id_of(task)] = task.at("title").as_string();
    EXPECT_EQ(got[id_of(tasks[0])], "New");
    EXPECT_EQ(got[id_of(tasks[1])], "New");
    EXPECT_EQ(got[id_of(tasks[2])], "Mine");
    EXPECT_EQ(got[id_of(tasks[3])], "Old");
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state = 'detached'"), 1);
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending <> ''"), 0);
  }
}

// B-03, C-06: a reminder that is past for the next occurrence does not keep the rest of the template from it.
TEST(Editing, ATemplateWhoseReminderIsPastReachesTheNextOccurrenceToo) {
  World world{"2026-03-04T09:00:00Z"};
  const auto id = world.create(R"({"title":"Old","pattern":"weekly","startsAt":"2026-03-05T08:00:00Z"})");
  world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"title":"New","reminders":[{"before":"P1D"}]})");
  world.settle();
  const auto tasks = world.tasks();
  EXPECT_THAT(titles(world), AllOf(SizeIs(4), Each(std::string{"New"})));
  EXPECT_EQ(tasks[0].at("reminders").as_array().at(0).as_object().at("state").as_string(), "missed");
  EXPECT_EQ(tasks[1].at("reminders").as_array().at(0).as_object().at("state").as_string(), "pending");
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state = 'detached'"), 0);
}

// B-03: an edit that comes while the one before is being told is told as well.
TEST(Editing, AnEditWhileAnotherIsBeingToldIsNotLost) {
  for (const bool made : {false, true}) {
    World world{"2026-03-04T09:00:00Z"};
    world.tasks_away_ = !made;
    const auto id = world.create(R"({"title":"First","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
    const auto path = "/api/v1/recurring/" + id;
    world.tasks_away_ = true;
    if (made) world.ok(Method::patch, path, R"({"title":"Second"})");
    // The tasks service hears the whole plan; before that is noted, the series changes once more.
    auto series = SeriesId::parse(id).value();
    const auto work = world.db_.run(world.store_->plan(kAnn, series, world.clock_.now())).value();
    ASSERT_THAT(work.pending, SizeIs(4));
    world.tasks_away_ = false;
    Service service{*world.store_, *world.invoker_};
    std::vector<SettledOccurrence> told;
    for (const auto& row : work.pending) told.push_back(world.db_.run(service.tell(work.series, row)).value());
    world.tasks_away_ = true;
    world.ok(Method::patch, path, R"({"title":"Last"})");
    world.tasks_away_ = false;
    ASSERT_TRUE(
        world.db_.run(world.store_->settle(kAnn, series, work.series.version, std::move(told), world.clock_.now())));
    world.advance(1min, 10s);
    EXPECT_THAT(titles(world), AllOf(SizeIs(4), Each(std::string{"Last"}))) << made;
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending <> ''"), 0) << made;
  }
}

// Rule 11: two people's series may have one id; neither keeps the other's occurrences from being made.
TEST(Generation, OneIdForTheSeriesOfTwoPeople) {
  World world{"2026-03-04T09:00:00Z"};
  const auto make = [&](std::string rule, UserId user) {
    const auto reply = world.call(Method::post, "/api/v1/recurring",
                                  R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","title":"Run","rrule":")" + rule +
                                      R"(","startsAt":"2026-03-05T18:00:00Z"})",
                                  user);
    EXPECT_EQ(reply.status, 201) << reply.body;
    world.settle();
  };
  make("FREQ=DAILY", kAnn);
  make("FREQ=WEEKLY", kBob);
  const auto bobs = world.call(Method::get, "/api/v1/tasks?limit=50", {}, kBob);
  EXPECT_THAT(parse_json(World::text_of(bobs)).value().at("items").as_array(), SizeIs(4));
  EXPECT_THAT(world.tasks(), SizeIs(27));
}

// Rule 11: nor does somebody's task that has the id already.
TEST(Generation, AnIdThatIsTakenIsGivenUp) {
  World world{"2026-03-04T09:00:00Z"};
  world.tasks_away_ = true;
  const auto id = world.create(R"({"title":"Run","pattern":"weekly","startsAt":"2026-03-06T18:00:00Z"})");
  const auto rows = world.db_.run(world.store_->occurrences(kAnn, SeriesId::parse(id).value())).value();
  ASSERT_THAT(rows, SizeIs(4));
  Command command;
  command.user = kBob;
  command.now = world.clock_.now();
  domain::TaskDraft draft;
  draft.id = rows[1].task;
  draft.title = "Mine";
  ASSERT_TRUE(world.db_.run(world.task_store_->create(command, draft)));
  world.tasks_away_ = false;
  world.advance(2min, 10s);
  EXPECT_THAT(world.dues(), SizeIs(4));
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending <> ''"), 0);
}

// Rule 13: a create that is sent again gives the series, however it has changed since.
TEST(Create, ARepeatGivesTheSeriesAtAnyLaterTime) {
  World world{"2026-03-04T09:00:00Z"};
  const auto body = [](std::string title) {
    return R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","title":")" + title +
           R"(","rrule":"FREQ=WEEKLY","startsAt":"2026-03-06T18:00:00Z"})";
  };
  const auto id = world.create(body("Run"));
  world.ok(Method::patch, "/api/v1/recurring/" + id, R"({"title":"Walk"})");
  world.settle();
  const auto again = [&](std::string title) { return world.call(Method::post, "/api/v1/recurring", body(title)); };
  EXPECT_EQ(again("Run").status, 200);
  EXPECT_THAT(again("Run").body, testing::HasSubstr(R"("title":"Walk")"));
  EXPECT_EQ(again("Walk").status, 409) << "that is no repeat";
  world.ok(Method::delete_, "/api/v1/recurring/" + id);
  EXPECT_EQ(again("Run").status, 200);
  EXPECT_EQ(world.call(Method::get, "/api/v1/recurring/" + id).status, 404) << "a repeat brings nothing back";
}

// B-04: the hundred hold at every look, not only at the first.
TEST(Generation, NeverMoreThanAHundredOpen) {
  for (auto catch_up : {"one", "all"}) {
    World world{"2026-03-04T09:00:00Z"};
    world.create(std::string{R"({"title":"Hourly","rrule":"FREQ=HOURLY","startsAt":"2026-03-04T10:00:00Z",)"} +
                 R"("catchUp":")" + catch_up + "\"}");
    ASSERT_THAT(world.dues(), SizeIs(100));
    world.advance(24h * 10, 6h);
    EXPECT_THAT(world.dues(), SizeIs(100)) << catch_up;
  }
}

}  // namespace
}  // namespace daybook::scheduler
