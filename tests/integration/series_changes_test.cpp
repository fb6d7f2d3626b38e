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
