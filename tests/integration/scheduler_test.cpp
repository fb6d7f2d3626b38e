// Links: daybook_services_scheduler daybook_services_tasks daybook_runtime_embedded
#include "scheduler_world.hpp"

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

// B-08: today is the first of the 28 days, whatever the hour.
TEST(Generation, WholeDaysCountFromToday) {
  World world{"2026-03-04T19:00:00Z"};
  world.zone_ = "America/New_York";
  world.create(R"({"title":"Weekly","rrule":"FREQ=WEEKLY"})");
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-04", "2026-03-11", "2026-03-18", "2026-03-25"));
  world.create(R"({"title":"Daily","pattern":"daily"})");
  EXPECT_THAT(world.dues(), SizeIs(4 + 28));
  world.advance(24h);
  EXPECT_THAT(world.dues(), SizeIs(5 + 29));
  EXPECT_EQ(world.dues().back(), "2026-04-01");
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

}  // namespace
}  // namespace daybook::scheduler
