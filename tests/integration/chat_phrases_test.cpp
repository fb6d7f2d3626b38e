// Links: daybook_services_chat daybook_services_analytics daybook_services_scheduler
// Links: daybook_services_tasks daybook_runtime_embedded
// What people say over several turns, through the chat to the real services: it is Wednesday 4 March 2026, 9 am UTC.
#include "chat_world.hpp"

namespace daybook::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using testing_world::ChatWorld;

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

// D-04: what a question goes on from is kept with the conversation.
TEST(ChatPhrases, QuestionsGoOnFromTheOneBefore) {
  ChatWorld world;
  world.say("call mom tomorrow at 5pm");
  world.say("dentist on friday 3pm #health");
  world.say("buy milk on saturday");
  EXPECT_THAT(world.say("what's on tomorrow?"), StartsWith("“Call mom” is due"));
  EXPECT_THAT(world.say("and the day after?", true), StartsWith("“Dentist” is due"));
  EXPECT_THAT(world.say("and the day after that?", true), StartsWith("“Buy milk” is due"));
  EXPECT_THAT(world.say("what about monday?"), StartsWith("Nothing is due"));
  EXPECT_THAT(world.say("am I free on monday?"), StartsWith("Yes, you are free: nothing is due"));
}

TEST(ChatPhrases, OneVerbMovesSeveral) {
  ChatWorld world;
  world.say("submit the report tomorrow");
  world.say("call mom tomorrow at 5pm");
  world.say("move the report to thursday next week and call mom to saturday");
  EXPECT_EQ(text_at(world.task("Submit the report"), "dueDate"), "2026-03-12");
  EXPECT_EQ(text_at(world.task("Call mom"), "dueAt"), "2026-03-07T17:00:00Z");
  world.say("call Ann tomorrow at 3 and 5");
  EXPECT_THAT(world.open_titles(), UnorderedElementsAre("Submit the report", "Call mom", "Call Ann", "Call Ann"));
  world.say("undo");
  EXPECT_THAT(world.open_titles(), UnorderedElementsAre("Submit the report", "Call mom"));
}

TEST(ChatPhrases, PartsOfTheDayAreTimes) {
  ChatWorld world;
  world.say("yoga tomorrow morning");
  EXPECT_EQ(text_at(world.task("Yoga"), "dueAt"), "2026-03-05T09:00:00Z");
  world.say("set it to saturday evening");
  EXPECT_EQ(text_at(world.task("Yoga"), "dueAt"), "2026-03-07T18:00:00Z");
  world.say("actually make it 7");
  EXPECT_EQ(text_at(world.task("Yoga"), "dueAt"), "2026-03-07T19:00:00Z");
}

TEST(ChatPhrases, BulkIsOfWhatIsMeantAlone) {
  ChatWorld world;
  world.say("fix the login bug on friday #work");
  world.say("submit the report tomorrow #work");
  world.say("buy milk tomorrow");
  world.say("tag all work tasks with #q1");
  EXPECT_EQ(world.task("Submit the report").at("tags"), (json::array{"work", "q1"}));
  EXPECT_EQ(world.task("Buy milk").at("tags"), json::array{});
  // Each moves from its own day.
  EXPECT_EQ(world.say("push all work tasks by a week"), "Change 2 tasks? Here is what would change.");
  EXPECT_EQ(world.say("yes"), "“Submit the report” and “Fix the login bug” are now 1 week later.");
  EXPECT_EQ(text_at(world.task("Fix the login bug"), "dueDate"), "2026-03-13");
  EXPECT_EQ(text_at(world.task("Submit the report"), "dueDate"), "2026-03-12");
  EXPECT_EQ(world.say("delete everything tagged work except the report"), "Delete 1 task? Here is what would change.");
  world.say("yes");
  EXPECT_THAT(world.open_titles(), UnorderedElementsAre("Buy milk", "Submit the report"));
}

TEST(ChatPhrases, BothAreThoseJustSpokenOf) {
  ChatWorld world;
  for (const auto* task : {"buy milk", "buy eggs", "buy bread", "buy rice"}) world.say(task);
  world.say("show my tasks");
  world.say("move the first two to friday");
  EXPECT_THAT(world.say("mark both done"), StartsWith("Completed"));
  EXPECT_EQ(world.open_titles().size(), 2u);
  world.say("show my tasks");
  world.say("complete all but the last");
  EXPECT_EQ(world.open_titles().size(), 1u);
}

TEST(ChatPhrases, SaysThatItKnowsNoPlaces) {
  ChatWorld world;
  const auto answer = world.say("remind me to water the plants when I get home");
  EXPECT_THAT(answer, StartsWith("Added “Water the plants when I get home”."));
  EXPECT_THAT(answer, HasSubstr("I can't tell where you are"));
}

TEST(ChatPhrases, RemindsAtATimeOfEachDayThatItRepeats) {
  ChatWorld world;
  world.say("water the ferns every 3 days, remind me at 8 in the morning");
  const auto series = world.series("Water the ferns");
  EXPECT_EQ(text_at(series, "rrule"), "FREQ=DAILY;INTERVAL=3");
  EXPECT_EQ(json::serialize(series.at("reminders")), R"([{"daysBefore":0,"time":"08:00","relativeTo":"due"}])");
}

TEST(ChatPhrases, SaysWhatWasDoneAndWhen) {
  ChatWorld world;
  world.say("call mom tomorrow at 5pm");
  world.say("mark call mom done");
  EXPECT_EQ(world.say("what did I finish today?"), "You completed “Call mom” today.");
}

TEST(ChatPhrases, CountsWhatIsAskedFor) {
  ChatWorld world;
  world.say("call mom tomorrow at 5pm");
  world.say("dentist tomorrow at 9 #health");
  world.say("buy milk on saturday");
  EXPECT_EQ(world.say("how many tasks do I have tomorrow?"), "There are 2 tasks due tomorrow.");
  EXPECT_EQ(world.say("how many tasks are overdue?"), "Nothing is overdue.");
}

TEST(ChatPhrases, AnswersAboutTheHoursThatWereAskedFor) {
  ChatWorld world;
  world.say("call mom tomorrow at 5pm");
  EXPECT_EQ(world.say("what do I have tomorrow morning?"), "Nothing is due tomorrow morning.");
  EXPECT_THAT(world.say("am I free tomorrow morning?"), StartsWith("Yes, you are free"));
}

// D-02
TEST(ChatPhrases, SkipsOnlyDaysOnWhichASeriesFalls) {
  ChatWorld world;
  world.say("yoga every wednesday at 7am");
  EXPECT_EQ(world.say("skip yoga next tuesday"), "“Yoga” doesn't fall on Tuesday: it is due every Wednesday at 7 am.");
  EXPECT_THAT(world.say("cancel next week's yoga"), StartsWith("Skipped “Yoga” once."));
  EXPECT_EQ(world.say("redo"), "What was undone I don't keep. Say it once more, and I'll do it again.");
}

TEST(ChatPhrases, SaysNoHourOfWhatRepeatsWithinTheDay) {
  ChatWorld world;
  EXPECT_THAT(world.say("take antibiotics every 8 hours for a week"),
              StartsWith("Added “Take antibiotics”, every 8 hours until"));
  EXPECT_EQ(world.say("eye drops 3 times a day"), "At what times of the day should “Eye drops” repeat?");
  world.say("at 8, 2 and 10");
  EXPECT_EQ(text_at(world.series("Eye drops"), "rrule"), "FREQ=DAILY;BYHOUR=8,14,22;BYMINUTE=0");
}

TEST(ChatPhrases, ARemindersClauseIsOfTheTaskBeforeIt) {
  ChatWorld world;
  world.say("call mom tomorrow at 5pm");
  world.say("dinner at Luigi's tomorrow at 7, remind me at 6");
  EXPECT_EQ(text_at(world.task("Call mom"), "dueAt"), "2026-03-05T17:00:00Z");
  EXPECT_THAT(json::serialize(world.task("Dinner at Luigi's").at("reminders")), HasSubstr("2026-03-05T18:00:00Z"));
}

TEST(ChatPhrases, AnHourIsNoName) {
  ChatWorld world;
  world.say("haircut on saturday at 2:15");
  EXPECT_EQ(world.say("change the haircut to 3"), "“Haircut” is now due Saturday at 3 pm.");
}

TEST(ChatPhrases, BringsBackWhatWasDeletedWhateverCameAfter) {
  ChatWorld world;
  EXPECT_EQ(world.say("restore the task I deleted"), "Nothing was deleted in this conversation.");
  world.say("call mom tomorrow at 5pm");
  world.say("delete call mom");
  world.say("buy milk on saturday");
  EXPECT_EQ(world.say("bring back the task I deleted"), "Undone: deleted “Call mom”.");
  EXPECT_THAT(world.open_titles(), UnorderedElementsAre("Call mom", "Buy milk"));
}

TEST(ChatPhrases, AnHourOfAPartOfTheDayHoldsForARepeatWhoseFirstIsOver) {
  ChatWorld world;
  EXPECT_THAT(world.say("meditate every morning"),
              StartsWith("Added “Meditate”, every day at 9 am. The next one is tomorrow at 9 am."));
}

// R-19, B-11, rule 7: a month without the 31st has it on its last day, the first one too.
TEST(ChatPhrases, FirstOfASeriesAtTheMonthsEndIsNotSkipped) {
  struct Case {
    std::string_view now;
    std::string said, first;
  };
  const Case cases[] = {
      {"2026-11-21T09:00:00Z", "pay rent every month on the 31st", "Monday 30 November"},
      {"2026-11-30T09:00:00Z", "pay rent every month on the 31st", "today"},
      {"2026-02-10T09:00:00Z", "pay rent every month on the 31st", "Saturday 28 February"},
      {"2026-02-10T09:00:00Z", "pay rent on the 30th of every month at 6pm", "Saturday 28 February at 6 pm"},
      {"2026-11-30T19:00:00Z", "pay rent on the 31st of every month at 6pm", "Thursday 31 December at 6 pm"},
      {"2026-11-21T09:00:00Z", "pay rent every month on the 15th and 31st", "Monday 30 November"},
      {"2026-11-21T09:00:00Z", "pay rent every month on the 31st starting in december", "Thursday 31 December"},
      {"2026-11-21T09:00:00Z", "pay rent on the last day of every month", "Monday 30 November"},
      {"2026-11-21T09:00:00Z", "pay rent every february 29th", "28 February 2027"},
  };
  for (const auto& [now, said, first] : cases) {
    ChatWorld world(now);
    const auto preview = parse_json(world.ask("/api/v1/parse", "{\"text\":\"" + said + "\"}").body)->as_object();
    EXPECT_THAT(world.say(said), HasSubstr("The next one is " + first + ".")) << now << " " << said;
    const auto series = world.series("Pay rent");
    ASSERT_TRUE(series.contains("next")) << said;
    EXPECT_EQ(preview.at("next").as_array().at(0), series.at("next").as_array().at(0)) << said;
    EXPECT_THAT(std::string(preview.at("summary").as_string()), HasSubstr(first)) << said;
    EXPECT_EQ(world.dues().at(0), std::string(series.at("next").as_array().at(0).as_string())) << said;
  }
}

// D-02, A-05: what a service refuses is said as a person would, in their own time.
TEST(ChatPhrases, RefusalsAreSaidInWords) {
  ChatWorld world("2026-03-04T19:41:00Z");
  world.zone_ = "Europe/Berlin";
  EXPECT_EQ(world.say("meeting tomorrow 3pm remind me 1 day before"),
            "That reminder would have come today at 3 pm, which has passed. “Meeting” is not added.");
  EXPECT_EQ(
      world.say("buy " + std::string(600, 'a')),
      "The title must have at most 500 characters. What stands after “//” becomes a note, which may be longer. The "
      "task is not added.");
  EXPECT_EQ(
      world.say("every 15 minutes drink water"),
      "A recurring task comes once an hour at most. Say “every hour”, or name the times of the day. “Drink water” "
      "is not added.");
  // What needs a time to count from says so.
  EXPECT_THAT(world.say("buy milk, remind me 10 minutes before"), Not(HasSubstr("That didn't work")));
  world.begin_anew();
  EXPECT_THAT(world.open_titles(), IsEmpty());
  world.say("yoga on friday at 8pm");
  EXPECT_EQ(world.say("remind me 3 days before yoga"),
            "“Yoga”: That reminder would have come yesterday at 8 pm, which has passed.");
  world.say("water the plants every day at 9am");
  EXPECT_EQ(world.say("change water the plants to every 10 minutes"),
            "A recurring task comes once an hour at most. Say “every hour”, or name the times of the day.");
}

// R-04, rule 9: a reminder that the move leaves in the past will not ring; that is no secret.
TEST(ChatPhrases, SaysThatAReminderHasPassed) {
  ChatWorld world;
  world.say("call bob tomorrow at 9am, remind me 30 minutes before");
  EXPECT_EQ(world.say("move call bob to today 9:15am"),
            "“Call bob” is now due today at 9:15 am. Its reminder 30 minutes before has passed.");
  EXPECT_EQ(world.say("move call bob to today 5pm"), "“Call bob” is now due today at 5 pm.");
  world.say("call ann tomorrow at 9am, remind me 30 minutes before");
  EXPECT_EQ(world.say("move everything to today 9:20am"),
            "“Call bob” and “Call ann” are now due today at 9:20 am. “Call bob”: its reminder 30 minutes before has "
            "passed. “Call ann”: its reminder 30 minutes before has passed.");
}

// D-01, D-02: words about what there is already are never something new.
TEST(ChatPhrases, SkippingMakesNothing) {
  ChatWorld world;
  EXPECT_THAT(world.say("skip the next standup"), HasSubstr("can't find"));
  EXPECT_THAT(world.say("skip this week's team lunch"), HasSubstr("can't find"));
  EXPECT_THAT(world.say("skip tomorrow's run"), HasSubstr("can't find"));
  EXPECT_THAT(world.open_titles(), IsEmpty());
  world.create(
      R"({"title":"Daily sync","rrule":"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR","startsAt":"2026-03-04T09:30:00Z"})");
  const auto before = world.dues().size();
  EXPECT_EQ(world.say("skip the next daily sync"), "Skipped “Daily sync” once. The next one is tomorrow at 9:30 am.");
  EXPECT_EQ(world.say("skip tomorrow's daily sync"), "Skipped “Daily sync” once. The next one is Friday at 9:30 am.");
  EXPECT_EQ(world.dues().size(), before - 2);
}

// B-09, D-02: a series without reminders goes on.
TEST(ChatPhrases, TakesRemindersOffASeries) {
  for (const auto* said : {"remove reminders from standup", "remove the reminder from standup",
                           "clear all reminders of standup", "turn off the reminders for standup"}) {
    ChatWorld world;
    world.say("standup every weekday at 9:30am, remind me 10 minutes before");
    EXPECT_EQ(world.say(said), "“Standup” no longer reminds you, this and all that follow.") << said;
    EXPECT_EQ(text_at(world.series("Standup"), "state"), "active") << said;
    EXPECT_THAT(world.series("Standup").at("reminders").as_array(), IsEmpty()) << said;
    EXPECT_EQ(world.say(said), "“Standup” has no reminders.") << said;
    EXPECT_EQ(world.say("undo"), "Undone: took the reminders off “Standup”.") << said;
    EXPECT_EQ(world.series("Standup").at("reminders").as_array().size(), 1u) << said;
  }
}

}  // namespace
}  // namespace daybook::chat
