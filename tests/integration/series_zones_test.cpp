// Links: daybook_services_scheduler daybook_services_tasks daybook_runtime_embedded
#include "scheduler_world.hpp"

// Recurring tasks on the clocks and calendars of the world.
namespace daybook::scheduler {
namespace {

using namespace testing_world;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

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
  EXPECT_EQ(new_york, 29);  // Those that were made go along, and today's nine o'clock is still to come there.
  EXPECT_EQ(tokyo, 28);
  EXPECT_EQ(others, 0);
}

// R-02: a move while the tasks service is away: what was made goes along, what was still to be made is made once,
// there.
TEST(Zones, AMoveWhileTasksAreStillToBeMade) {
  for (bool made : {false, true}) {
    World world{"2026-03-04T09:00:00Z"};
    world.zone_ = "Europe/Berlin";
    world.tasks_away_ = !made;
    world.call(Method::post, "/api/v1/recurring", R"({"title":"Standup","cron":"0 9 * * *"})");
    world.tasks_away_ = true;
    const auto move = [&](int version, std::string to, std::string from) {
      world.publish("user.updated", R"({"id":")" + kAnn.str() + R"(","timezone":")" + to + R"(","version":)" +
                                        std::to_string(version) + R"(,"changes":{},"previousValues":{"timezone":")" +
                                        from + "\"}}");
    };
    move(2, "America/New_York", "Europe/Berlin");
    ASSERT_TRUE(world.db_.run(world.bus_->deliver_all()));
    EXPECT_EQ(world.count(std::string{"SELECT count(*) FROM scheduler_occurrence WHERE pending = '"} +
                          (made ? "adopt'" : "delete'")),
              28);
    world.restart();
    move(3, "Asia/Tokyo", "America/New_York");  // And on, before anything came of it.
    ASSERT_TRUE(world.db_.run(world.bus_->deliver_all()));
    world.tasks_away_ = false;
    world.advance(2min, 10s);
    EXPECT_THAT(world.dues(), AllOf(SizeIs(28), testing::Each(HasSubstr("T00:00:00Z")))) << made;
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE pending <> ''"), 0);
    EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_occurrence WHERE state = 'made'"), 28);
    EXPECT_THAT(world.events("task.created"), SizeIs(28)) << "made once";
    EXPECT_EQ(world.call(Method::get, "/api/v1/recurring").status, 200);
  }
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
  // Each with what 02:15 is on the day of the change: moved by the gap, or the first of two.
  struct Change {
    const char *zone, *from, *due, *clock;
  };
  for (const auto& [zone, from, changed, clock] :
       {Change{"America/New_York", "2026-03-01T12:00:00Z", "2026-03-08T07:15:00Z", "03:15:00"},
        Change{"America/New_York", "2026-10-25T12:00:00Z", "2026-11-01T07:15:00Z", "02:15:00"},
        Change{"Europe/Berlin", "2026-03-20T12:00:00Z", "2026-03-29T01:15:00Z", "03:15:00"},
        Change{"Europe/Berlin", "2026-10-20T12:00:00Z", "2026-10-25T00:15:00Z", "02:15:00"},
        Change{"Australia/Lord_Howe", "2026-03-30T12:00:00Z", "2026-04-04T15:45:00Z", "02:15:00"},
        Change{"Australia/Lord_Howe", "2026-09-28T12:00:00Z", "2026-10-03T15:45:00Z", "02:45:00"},
        Change{"Africa/Casablanca", "2026-02-10T12:00:00Z", "2026-02-15T01:15:00Z", "02:15:00"},
        Change{"Africa/Casablanca", "2026-03-12T12:00:00Z", "2026-03-22T02:15:00Z", "03:15:00"}}) {
    World world{from};
    world.zone_ = zone;
    world.create(R"({"title":"Night","cron":"15 2 * * *","reminders":[{"before":"PT0M"}]})");
    const auto z = domain::Zone::locate(zone).value();
    const auto dues = world.dues();
    ASSERT_THAT(dues, SizeIs(28)) << zone;
    EXPECT_THAT(dues, testing::Contains(changed)) << zone;
    std::set<std::string> days;
    for (const auto& due : dues) {
      const auto local = format_local(z.to_local(at(due)));
      days.insert(local.substr(0, 10));
      EXPECT_EQ(local.substr(11), due == changed ? clock : "02:15:00") << zone << local;
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
