// Links: daybook_services_chat daybook_services_analytics daybook_services_scheduler
// Links: daybook_services_tasks daybook_runtime_embedded
// Answers to what the chat asks, and words about several things at once: it is Wednesday 4 March 2026, 9 am UTC.
#include "chat_world.hpp"
#include "runtime/together.hpp"

namespace daybook::chat {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using testing_world::ChatWorld;
using namespace std::chrono_literals;

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

/// A parent with two open subtasks, one of them begun, and one below that.
void make_family(ChatWorld& world) {
  world.say("plan the trip");
  const auto parent = text_at(world.task("Plan the trip"), "id");
  const auto add = [&world](const std::string& title, const std::string& below) {
    return world.ok(Method::post, "/api/v1/tasks", R"({"title":")" + title + R"(","parentId":")" + below + R"("})");
  };
  add("Book the hotel", parent);
  const auto pack = add("Pack", parent);
  add("Find the passport", text_at(pack.as_object(), "id"));
  world.ok(Method::patch, "/api/v1/tasks/" + text_at(pack.as_object(), "id"), R"({"status":"in-progress"})");
}

// A-13, D-03, D-02
TEST(ChatAnswers, SubtasksAreCompletedTooOrLeftOpen) {
  for (const auto* answer : {"Complete them too", "Only the parent", "Never mind"}) {
    ChatWorld world;
    make_family(world);
    EXPECT_EQ(world.say("complete plan the trip"), "“Plan the trip” has open subtasks. Complete them too?");
    EXPECT_THAT(world.buttons(), ElementsAre("Complete them too", "Only the parent", "Never mind"));
    world.press(answer);
    const std::string said = answer;
    EXPECT_EQ(text_at(world.task("Plan the trip"), "status"), said == "Never mind" ? "pending" : "completed") << said;
    EXPECT_EQ(text_at(world.task("Find the passport"), "status"), said == "Complete them too" ? "completed" : "pending")
        << said;
    if (said == "Never mind") continue;
    // What was begun is again what it was.
    EXPECT_EQ(world.say("undo"), "Undone: completed “Plan the trip”.") << said;
    EXPECT_EQ(text_at(world.task("Plan the trip"), "status"), "pending") << said;
    EXPECT_EQ(text_at(world.task("Pack"), "status"), "in-progress") << said;
    EXPECT_EQ(text_at(world.task("Find the passport"), "status"), "pending") << said;
  }
}

TEST(ChatAnswers, SubtasksInOnesOwnWords) {
  for (const auto* answer : {"yes", "complete them too", "all of them"}) {
    ChatWorld world;
    make_family(world);
    world.say("complete plan the trip");
    EXPECT_EQ(world.say(answer), "Nice. Completed “Plan the trip”.") << answer;
    EXPECT_THAT(world.open_titles(), IsEmpty()) << answer;
  }
  for (const auto* answer : {"only that one", "leave them open", "keep them open"}) {
    ChatWorld world;
    make_family(world);
    world.say("complete plan the trip");
    EXPECT_EQ(world.say(answer), "Nice. Completed “Plan the trip”.") << answer;
    EXPECT_THAT(world.open_titles(), UnorderedElementsAre("Book the hotel", "Pack", "Find the passport")) << answer;
  }
  // Something else is no answer.
  ChatWorld world;
  make_family(world);
  world.say("complete plan the trip");
  EXPECT_EQ(world.say("buy milk"), "Added “Buy milk”.");
  EXPECT_EQ(text_at(world.task("Plan the trip"), "status"), "pending");
}

// D-03
TEST(ChatAnswers, AllOfThemIsAPlanOfAllThatItCouldMean) {
  for (const auto* answer : {"all of them", "both", "all"}) {
    ChatWorld world;
    world.say("milk run");
    world.say("milk run");
    world.say("milk run");
    EXPECT_EQ(world.say("delete milk run"), "Which one do you mean?");
    EXPECT_THAT(world.buttons(), ElementsAre(HasSubstr("(#"), HasSubstr("(#"), HasSubstr("(#"), "Never mind"));
    EXPECT_EQ(world.say(answer), "Delete 3 tasks? Here is what would change.") << answer;
    EXPECT_THAT(world.open_titles(), SizeIs(3));
    EXPECT_EQ(world.press("Yes, go ahead"), "Deleted “Milk run”, “Milk run” and “Milk run”.") << answer;
    EXPECT_THAT(world.open_titles(), IsEmpty());
    EXPECT_THAT(world.say("undo"), StartsWith("Undone: deleted"));
    EXPECT_THAT(world.open_titles(), SizeIs(3));
  }
  ChatWorld world;
  world.say("milk run");
  world.say("milk run");
  world.say("delete milk run");
  const auto second = world.buttons().at(1);
  EXPECT_EQ(world.press(second), "Deleted “Milk run”.");
  world.say("milk run");
  world.say("complete milk run");
  EXPECT_EQ(world.say("all of them"), "Complete 2 tasks? Here is what would change.");
  EXPECT_EQ(world.say("yes"), "Completed “Milk run” and “Milk run”.");
}

// X-12: what is agreed to can be told apart.
TEST(ChatAnswers, APlanNamesTheDaysOfWhatIsCalledAlike) {
  ChatWorld world;
  world.say("run on friday");
  world.say("run on saturday");
  world.say("delete everything");
  const auto changes = world.reply_.at("reply").at("cards").at(0).at("changes").as_array();
  std::vector<std::string> titles;
  for (const auto& change : changes) titles.emplace_back(change.at("title").as_string());
  EXPECT_THAT(titles, UnorderedElementsAre("Run, Friday", "Run, Saturday"));
}

TEST(ChatAnswers, AYesToNothingSaysSo) {
  ChatWorld world;
  world.say("buy milk");
  EXPECT_EQ(world.say("delete everything"), "Delete 1 task? Here is what would change.");
  world.say("buy bread");
  EXPECT_EQ(world.say("yes"), "Nothing is waiting for a yes or no.");
  EXPECT_THAT(world.open_titles(), UnorderedElementsAre("Buy milk", "Buy bread"));
}

// D-02: by their numbers.
TEST(ChatAnswers, KnowsSeveralByTheirNumbers) {
  ChatWorld world;
  for (const auto* title : {"alpha", "beta", "gamma", "delta"}) world.say(std::string("add task ") + title);
  EXPECT_EQ(world.say("complete 2 and 3"), "Completed “Beta” and “Gamma”.");
  EXPECT_THAT(world.open_titles(), UnorderedElementsAre("Alpha", "Delta"));
  world.say("undo");
  EXPECT_EQ(world.say("complete #1, #2 and #4"), "Completed “Alpha”, “Beta” and “Delta”.");
  world.say("undo");
  EXPECT_THAT(world.say("complete 2 and 77"), HasSubstr("can't find"));
  EXPECT_THAT(world.open_titles(), SizeIs(4));
}

// R-15, C-07: what came due together is answered together.
TEST(ChatAnswers, SnoozesWhatCameDueTogether) {
  ChatWorld world;
  for (const auto* title : {"alpha", "beta", "gamma", "delta"})
    world.say(std::string("add task ") + title + " today at 10am, remind me 30 minutes before");
  world.advance(30min, 30min);
  EXPECT_THAT(std::string(world.messages().back().at("text").as_string()), StartsWith("4 reminders came due:"));
  EXPECT_THAT(world.say("snooze 20 minutes"), HasSubstr("today at 9:50 am."));
  const auto states = [&world] {
    std::vector<std::string> out;
    const auto page = world.ok(Method::get, "/api/v1/reminders");
    for (const auto& each : page.at("items").as_array()) out.push_back(text_at(each.as_object(), "state"));
    return out;
  };
  EXPECT_THAT(states(), ElementsAre("snoozed", "snoozed", "snoozed", "snoozed"));
  EXPECT_THAT(world.say("undo"), StartsWith("Undone: put off the reminders of"));
  EXPECT_THAT(states(), ElementsAre("merged", "merged", "merged", "merged"));
  EXPECT_THAT(world.say("dismiss"), StartsWith("Dismissed the reminder of"));
  EXPECT_THAT(states(), ElementsAre("dismissed", "dismissed", "dismissed", "dismissed"));
}

// Rule 14: what is taken back is taken back once, whoever else asks at the same moment.
TEST(ChatAnswers, UndoSentManyTimesAtOnceTakesBackOneEach) {
  ChatWorld world;
  for (const auto* title : {"alpha", "beta", "gamma", "delta"}) world.say(std::string("add task ") + title);
  std::vector<std::string> answers(3);
  auto send = [&](std::size_t i) -> boost::asio::awaitable<void> {
    Call call;
    call.method = Method::post;
    call.path = "/api/v1/chat";
    call.headers.set("Content-Type", "application/json");
    call.body = ChatWorld::body_of("undo", world.conversation_);
    call.principal.emplace();
    call.principal->user = scheduler::testing_world::kAnn;
    call.principal->timezone = "UTC";
    const auto reply = co_await world.chat_.router().dispatch(std::move(call));
    answers[i] = std::string(parse_json(reply.body)->at("reply").at("text").as_string());
  };
  auto all = [&]() -> boost::asio::awaitable<int> {
    co_await runtime::together(answers.size(), send);
    co_return 0;
  };
  world.db_.run(all());
  EXPECT_THAT(answers,
              UnorderedElementsAre("Undone: added “Delta”.", "Undone: added “Gamma”.", "Undone: added “Beta”."));
  EXPECT_THAT(world.open_titles(), ElementsAre("Alpha"));
}

// D-02, A-04, A-11: edits are of what there is.
TEST(ChatAnswers, EditsMakeNothingNew) {
  ChatWorld world;
  world.say("dentist on friday");
  EXPECT_EQ(world.say("tag dentist #health and #urgent"), "“Dentist” is now tagged #health and #urgent.");
  EXPECT_EQ(world.say("put dentist in category Body"), "“Dentist” is now in @Body.");
  EXPECT_EQ(world.say("change the category of dentist to Teeth"), "“Dentist” is now in @Teeth.");
  EXPECT_EQ(world.say("mark dentist as in progress"), "“Dentist” is now in progress.");
  EXPECT_EQ(text_at(world.task("Dentist"), "status"), "in-progress");
  world.say("undo");
  EXPECT_EQ(text_at(world.task("Dentist"), "status"), "pending");
  EXPECT_EQ(world.say("start dentist"), "“Dentist” is now in progress.");
  EXPECT_EQ(world.say("start a fire"), "Added “Start a fire”.");
  world.say("complete dentist");
  EXPECT_EQ(world.say("what did I finish today?"), "You completed “Dentist” today.");
  world.say("undo");
  EXPECT_EQ(text_at(world.task("Dentist"), "status"), "in-progress");
}

// C-01, D-02: a moment to be reminded at moves no appointment.
TEST(ChatAnswers, AReminderMovesNoAppointment) {
  for (const auto& [said, at] : {std::pair{"remind me about dentist tomorrow at 9am", "2026-03-05T09:00:00Z"},
                                 std::pair{"remind me about the dentist on thursday at 6pm", "2026-03-05T18:00:00Z"},
                                 std::pair{"add a reminder for dentist tomorrow at 8am", "2026-03-05T08:00:00Z"},
                                 std::pair{"remind me tomorrow at 9 about dentist", "2026-03-05T09:00:00Z"},
                                 std::pair{"remind me about dentist in 5 minutes", "2026-03-04T09:05:00Z"},
                                 std::pair{"remind me about dentist tomorrow", "2026-03-05T09:00:00Z"}}) {
    ChatWorld world;
    world.say("dentist friday 3pm, remind me 30 minutes before");
    const auto answer = world.say(said);
    EXPECT_THAT(answer, StartsWith("“Dentist” now has reminders 30 minutes before and ")) << said;
    const auto task = world.task("Dentist");
    EXPECT_EQ(text_at(task, "dueAt"), "2026-03-06T15:00:00Z") << said;
    ASSERT_EQ(task.at("reminders").as_array().size(), 2u) << said << ": " << answer;
    EXPECT_EQ(text_at(task.at("reminders").as_array().at(1).as_object(), "at"), at) << said;
    world.say("undo");
    EXPECT_EQ(world.task("Dentist").at("reminders").as_array().size(), 1u) << said;
  }
  ChatWorld world;
  world.say("standup every weekday at 9:30am");
  world.say("remind me about standup tomorrow at 8am");
  EXPECT_THAT(world.series("Standup").at("reminders").as_array(), IsEmpty());
}

// B-01, D-02: a task that is to repeat from now on.
TEST(ChatAnswers, ATaskIsMadeToRepeat) {
  ChatWorld world;
  world.say("buy bread on friday at 6pm #home");
  EXPECT_EQ(world.say("make buy bread repeat every week"),
            "“Buy bread” now repeats, every week at 6 pm. The next one is Friday at 6 pm.");
  EXPECT_EQ(text_at(world.series("Buy bread"), "rrule"), "FREQ=WEEKLY");
  EXPECT_EQ(world.series("Buy bread").at("tags"), json::array{"home"});
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-06T18:00:00Z", "2026-03-13T18:00:00Z", "2026-03-20T18:00:00Z",
                                        "2026-03-27T18:00:00Z"));
  EXPECT_EQ(world.say("undo"), "Undone: made “Buy bread” repeat.");
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-06T18:00:00Z"));
  EXPECT_THAT(world.series("Buy bread"), IsEmpty());
}

// B-09, B-13, D-02: all that repeats at once.
TEST(ChatAnswers, EverythingThatRepeatsRests) {
  ChatWorld world;
  world.say("exercise class every day at 7am");
  world.say("water the plants every 3 days");
  EXPECT_EQ(world.say("pause everything"), "Paused 2 recurring tasks. The tasks that are already there stay.");
  EXPECT_EQ(text_at(world.series("Exercise class"), "state"), "paused");
  EXPECT_THAT(world.say("enable exercise class"), StartsWith("“Exercise class” goes on"));
  world.say("undo");
  EXPECT_EQ(world.say("undo"), "Undone: paused 2 recurring tasks.");
  EXPECT_EQ(text_at(world.series("Water the plants"), "state"), "active");
  EXPECT_EQ(world.say("stop all my recurring tasks"), "Stop 2 recurring tasks? Here is what would change.");
  EXPECT_EQ(text_at(world.series("Water the plants"), "state"), "active");
  EXPECT_EQ(world.say("yes"), "Stopped 2 recurring tasks. The tasks that are already there stay.");
  EXPECT_EQ(text_at(world.series("Water the plants"), "state"), "stopped");
  world.say("undo");
  EXPECT_EQ(text_at(world.series("Water the plants"), "state"), "active");
  EXPECT_EQ(world.say("skip tomorrow's water the plants"),
            "“Water the plants” doesn't fall on tomorrow: it is due every 3 days.");
}

TEST(ChatAnswers, ATimeOfDayThatIsOverIsTheNextOne) {
  for (const auto& [now, due] : {std::pair{"2026-03-04T17:10:00Z", "2026-03-04T20:00:00Z"},
                                 std::pair{"2026-03-04T20:49:00Z", "2026-03-05T08:00:00Z"}}) {
    ChatWorld world(now);
    world.say("call mom today");
    EXPECT_THAT(world.say("at 8"), StartsWith("“Call mom” is now due t")) << now;
    EXPECT_EQ(text_at(world.task("Call mom"), "dueAt"), due);
  }
}

TEST(ChatAnswers, RulesAreSaidAsTheyAre) {
  ChatWorld world;
  EXPECT_THAT(world.say("drink water every 6 hours"), StartsWith("Added “Drink water”, every 6 hours."));
  EXPECT_THAT(world.say("water the ferns every! 3 days"),
              StartsWith("Added “Water the ferns”, every 3 days, counted from when it was last done."));
}

}  // namespace
}  // namespace daybook::chat
