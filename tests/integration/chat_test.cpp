// Links: daybook_services_chat daybook_services_analytics daybook_services_scheduler
// Links: daybook_services_tasks daybook_runtime_embedded
// Whole conversations, through the chat's routes to the real services and back.
#include "chat_world.hpp"
#include "runtime/together.hpp"

namespace daybook::chat {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing_world::ChatWorld;
using testing_world::kBob;
using namespace std::chrono_literals;

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

// D-01, S-2.2.1, S-2.2.3
TEST(Chat, MakesTasksAndSeriesAndSaysSo) {
  ChatWorld world;
  EXPECT_EQ(world.say("dentist tomorrow 3pm #health p1, remind me 30 minutes before"),
            "Added “Dentist”, due tomorrow at 3 pm, with a reminder 30 minutes before.");
  EXPECT_EQ(world.say("exercise every Monday"), "Added “Exercise”, every Monday. The next one is Monday.");
  EXPECT_EQ(world.say("Pay bills on the 1st of every month, remind me the day before at 6pm"),
            "Added “Pay bills”, every month on the 1st, with a reminder the day before at 6 pm. The next one is "
            "Wednesday 1 April.");
  EXPECT_EQ(world.say("add recurring task: standup every weekday at 9am"),
            "Added “Standup”, every weekday at 9 am. The next one is tomorrow at 9 am.");
}

// D-04
TEST(Chat, GoesOnOnAnotherReplica) {
  ChatWorld world;
  world.say("call mom tomorrow at 5pm");
  world.say("dentist on friday 3pm");
  world.say("what's due this week?", true);
  EXPECT_EQ(world.say("mark the second one done"), "Nice. Completed “Dentist”.");
  EXPECT_EQ(world.say("undo", true), "Undone: completed “Dentist”.");
  EXPECT_EQ(world.say("delete everything"), "Delete 2 tasks? Here is what would change.");
  EXPECT_EQ(world.say("yes", true), "Deleted “Call mom” and “Dentist”.");
  EXPECT_EQ(world.say("remind me"), "What should I remind you of?");
  EXPECT_EQ(world.say("to stretch", true), "When should I remind you of “Stretch”?");
  EXPECT_THAT(world.say("in 20 minutes"), StartsWith("Added “Stretch”, due today at 9:20 am"));
}

// E-12; design, rule 4: from the request over the series to its tasks, their reminders and what chat says of them.
TEST(Chat, WhatARequestCausesCarriesItsCorrelationId) {
  ChatWorld world;
  auto causes = [&world, seen = std::size_t{0}]() mutable {
    const auto events = world.events("");
    std::set<std::string> out;
    for (; seen < events.size(); ++seen) out.insert(events[seen].correlation_id);
    return out;
  };
  world.request_ = "req-1";
  world.say("water the plants every day at 10am, remind me 5 minutes before");
  EXPECT_THAT(world.events("task.created"), Not(IsEmpty()));
  EXPECT_THAT(causes(), ElementsAre("req-1"));
  world.request_ = "req-2";
  world.say("stop water the plants");
  world.say("sauna 3 days after I finish it at 6pm");
  EXPECT_THAT(causes(), ElementsAre("req-2"));
  world.clock_.advance(57min);
  world.settle();
  EXPECT_THAT(world.events("reminder.triggered"), SizeIs(1));
  // Time caused it: a chain of its own, which what the chat says of it belongs to.
  const auto after = causes();
  EXPECT_THAT(after, SizeIs(1));
  EXPECT_THAT(after, Not(testing::Contains(testing::AnyOf("", "req-1", "req-2"))));
}

// A-05, C-09: a sign-in says nothing of what a person prefers, and older news than what is known changes nothing.
TEST(Chat, KeepsWhatAPersonPrefersOverSignIns) {
  ChatWorld world;
  world.publish(
      "user.updated",
      R"({"timezone":"America/New_York","preferences":{"dateOrder":"dmy","weekStart":"sunday"},"version":3})");
  world.publish("user.authenticated", R"({"sessionId":"s","method":"password"})");
  world.publish("user.updated", R"({"timezone":"UTC","preferences":{"dateOrder":"mdy"},"version":2})");
  world.settle();
  const auto person = world.db_.run(world.store_->person(testing_world::kAnn)).value();
  EXPECT_EQ(person.timezone, "America/New_York");
  EXPECT_EQ(person.date_order, "dmy");
  EXPECT_EQ(person.week_start, "sunday");
}

TEST(Chat, UndoesOneAfterAnother) {
  ChatWorld world;
  world.say("dentist tomorrow 3pm");
  world.say("move it to friday");
  world.say("make it high priority");
  world.say("mark it done");
  EXPECT_EQ(world.say("undo"), "Undone: completed “Dentist”.");
  EXPECT_EQ(world.say("undo"), "Undone: changed “Dentist”.");
  EXPECT_EQ(text_at(world.task("Dentist"), "priority"), "none");
  EXPECT_EQ(text_at(world.task("Dentist"), "dueAt"), "2026-03-06T15:00:00Z");
  EXPECT_EQ(world.say("undo"), "Undone: changed “Dentist”.");
  EXPECT_EQ(text_at(world.task("Dentist"), "dueAt"), "2026-03-05T15:00:00Z");
  EXPECT_EQ(world.say("undo"), "Undone: added “Dentist”.");
  EXPECT_THAT(world.open_titles(), IsEmpty());
  EXPECT_EQ(world.say("undo"), "There is nothing to undo in this conversation.");
}

TEST(Chat, UndoesSeveralThingsAndTheWholeConversation) {
  ChatWorld world;
  world.say("buy milk");
  world.say("call mom tomorrow at 5pm, remind me 10 minutes before");
  world.say("move it to monday");
  EXPECT_EQ(world.say("undo the last two things"), "Undone: changed “Call mom” and added “Call mom”.");
  EXPECT_THAT(world.open_titles(), ElementsAre("Buy milk"));
  world.say("standup every weekday at 9am");
  world.say("delete buy milk");
  world.say("stop standup");
  EXPECT_EQ(world.say("undo everything in this conversation"), "Undone: the last 4 changes.");
  EXPECT_THAT(world.open_titles(), IsEmpty());
  EXPECT_THAT(world.series("Standup"), IsEmpty());
  EXPECT_EQ(world.say("undo"), "There is nothing to undo in this conversation.");
}

// Rule 14: what changed since is the person's newer wish.
TEST(Chat, LeavesAloneWhatChangedElsewhereSince) {
  ChatWorld world;
  world.say("buy milk");
  const auto id = text_at(world.task("Buy milk"), "id");
  world.say("make it high priority");
  world.ok(Method::patch, "/api/v1/tasks/" + id, R"({"title":"Buy oat milk"})");
  EXPECT_EQ(world.say("undo"), "“Buy milk” has changed since, so I left it as it is.");
  EXPECT_EQ(text_at(world.task("Buy oat milk"), "priority"), "high");
}

// B-09, S-2.2.5
// D-02
TEST(Chat, StopsASeriesByNameAndTakesThatBack) {
  ChatWorld world;
  world.say("exercise every day at 7am");
  const auto made = world.open_titles().size();
  EXPECT_EQ(world.say("stop my exercise reminder"), "Stopped “Exercise”. The tasks that are already there stay.");
  EXPECT_EQ(text_at(world.series("Exercise"), "state"), "stopped");
  EXPECT_EQ(world.open_titles().size(), made);
  EXPECT_EQ(world.press("Undo"), "Undone: stopped “Exercise”.");
  EXPECT_EQ(text_at(world.series("Exercise"), "state"), "active");
  world.say("pause exercise");
  world.say("stop exercise");
  world.say("undo");
  EXPECT_EQ(text_at(world.series("Exercise"), "state"), "paused");
  EXPECT_EQ(world.say("undo"), "Undone: paused “Exercise”.");
  EXPECT_EQ(text_at(world.series("Exercise"), "state"), "active");
  world.say("stop exercise");
  EXPECT_THAT(world.say("start it again"), StartsWith("“Exercise” goes on, every day at 7 am."));
  EXPECT_EQ(text_at(world.series("Exercise"), "state"), "active");
}

// R-03, X-12
TEST(Chat, AsksWhichPartOfASeriesToDelete) {
  ChatWorld world;
  world.say("every other thursday take out the bins");
  EXPECT_EQ(
      world.say("delete the bins"),
      "“Take out the bins” repeats, every other week on Thursday. Delete only the one of tomorrow, or all that is "
      "to come?");
  const auto before = world.open_titles().size();
  EXPECT_EQ(world.press("Only this one"), "Deleted “Take out the bins”.");
  EXPECT_EQ(world.open_titles().size(), before - 1);
  world.say("undo");
  world.say("delete the bins");
  EXPECT_THAT(world.say("all of them"), StartsWith("Deleted “Take out the bins” and what was still to come"));
  EXPECT_THAT(world.open_titles(), IsEmpty());
  EXPECT_EQ(world.say("undo"), "Undone: deleted “Take out the bins”.");
  EXPECT_EQ(world.open_titles().size(), before);
}

TEST(Chat, SkipsAnOccurrenceAndTakesThatBack) {
  ChatWorld world;
  world.say("every other thursday take out the bins");
  const auto before = world.dues();
  EXPECT_EQ(world.say("skip the next bins"), "Skipped “Take out the bins” once. The next one is Thursday 19 March.");
  EXPECT_EQ(world.dues().size(), before.size() - 1);
  world.say("undo");
  EXPECT_EQ(world.dues(), before);
}

TEST(Chat, ShowsAPlanBeforeLargeEffects) {
  ChatWorld world;
  for (int i = 0; i < 12; ++i) world.say("errand number " + std::string(1, static_cast<char>('a' + i)) + " tomorrow");
  EXPECT_EQ(world.say("move everything due tomorrow to monday"), "Change 12 tasks? Here is what would change.");
  EXPECT_THAT(world.buttons(), ElementsAre("Yes, go ahead", "No"));
  EXPECT_EQ(world.press("No"), "All right, nothing was changed.");
  EXPECT_THAT(world.dues(), ::testing::Each("2026-03-05"));
  world.say("move everything due tomorrow to monday");
  EXPECT_EQ(world.press("Yes, go ahead"), "12 tasks are now due Monday.");
  EXPECT_THAT(world.dues(), ::testing::Each("2026-03-09"));
  EXPECT_EQ(world.say("undo"), "Undone: changed 12 tasks.");
  EXPECT_THAT(world.dues(), ::testing::Each("2026-03-05"));
}

// What one sentence does beside the plan is done once, not again with the yes.
TEST(Chat, PlanOfOneOfSeveralActionsRepeatsNoOther) {
  ChatWorld world;
  world.say("buy milk");
  world.say("buy bread");
  world.say("call mom tomorrow and then delete all tasks");
  if (world.buttons() == std::vector<std::string>{"Yes, go ahead", "No"}) world.press("Yes, go ahead");
  world.say("call dad tomorrow");
  EXPECT_LE(world.tasks("limit=200&q=mom").size(), 1u);
}

// D-03
TEST(Chat, AsksAndTakesAnswersByWordOrButton) {
  ChatWorld world;
  EXPECT_EQ(world.say("meeting on feb 30"), "February has no 30th; did you mean 28 February or 2 March?");
  EXPECT_THAT(world.buttons(), ElementsAre("28 February 2027", "2 March 2027", "Never mind"));
  EXPECT_EQ(world.press("2 March 2027"), "Added “Meeting”, due 2 March 2027.");
  EXPECT_EQ(world.say("add a task"), "What should the task be called?");
  EXPECT_EQ(world.say("water the garden"), "Added “Water the garden”.");
  EXPECT_THAT(world.say("remind me yesterday to call bob"), HasSubstr("has passed"));
  EXPECT_THAT(world.press("Tomorrow at 9 am"), StartsWith("Added “Call bob”, due tomorrow at 9 am"));
  EXPECT_EQ(world.say("remind me to ring the bank"), "When should I remind you of “Ring the bank”?");
  EXPECT_EQ(world.say("never mind"), "All right, I'll leave it.");
  EXPECT_THAT(world.task("Ring the bank"), IsEmpty());
}

TEST(Chat, TellsTasksOfOneNameApart) {
  ChatWorld world;
  world.say("gym tomorrow at 7am");
  world.say("gym on friday at 7am");
  EXPECT_EQ(world.say("complete gym"), "Which one do you mean?");
  EXPECT_THAT(world.buttons(), ElementsAre("Gym, tomorrow at 7 am", "Gym, Friday at 7 am", "Never mind"));
  EXPECT_EQ(world.press("Gym, Friday at 7 am"), "Nice. Completed “Gym”.");
  EXPECT_THAT(world.dues(), ElementsAre("2026-03-05T07:00:00Z"));
  world.say("undo");
  world.say("complete gym");
  EXPECT_EQ(world.say("the second one"), "Nice. Completed “Gym”.");
  EXPECT_THAT(world.dues(), SizeIs(1));
  EXPECT_EQ(world.say("stop gym"), "“Gym” does not repeat.");
}

TEST(Chat, KnowsTasksByTheirNumber) {
  ChatWorld world;
  world.say("buy milk");
  world.say("buy bread");
  EXPECT_EQ(world.say("complete 2"), "Nice. Completed “Buy bread”.");
  EXPECT_THAT(world.say("complete 77"), HasSubstr("can't find"));
}

TEST(Chat, SpeaksOfThings) {
  ChatWorld world;
  world.say("lunch with sam tomorrow at 12");
  EXPECT_EQ(world.say("push it back an hour"), "“Lunch with sam” is now due tomorrow at 1 pm.");
  EXPECT_EQ(world.say("rename it to lunch with Samantha"), "“Lunch with sam” is now called “Lunch with Samantha”.");
  EXPECT_EQ(world.say("tag it #social"), "“Lunch with Samantha” is now tagged #social.");
  EXPECT_EQ(world.say("remind me an hour before lunch"), "“Lunch with Samantha” now has a reminder 1 hour before.");
  EXPECT_EQ(world.say("when is lunch?"), "“Lunch with Samantha” is due tomorrow at 1 pm.");
  EXPECT_EQ(world.say("thanks"), "You're welcome!");
  EXPECT_THAT(world.say("hi"), StartsWith("Hello!"));
  EXPECT_THAT(world.say("tell me a joke"), StartsWith("That is beyond me"));
}

TEST(Chat, ListsASeriesByItsNextOccurrence) {
  ChatWorld world;
  world.say("take pills every day at 8am");
  world.say("buy milk");
  EXPECT_EQ(world.say("show my tasks"), "There are 2 tasks.");
  EXPECT_EQ(world.say("what did I complete today?"), "Nothing is completed today.");
  world.say("complete buy milk");
  world.say("complete pills");
  EXPECT_EQ(world.say("what did I complete today?"), "There are 2 tasks completed today.");
}

TEST(Chat, TakesWhatFollowsAsMeantOfTheLastTask) {
  ChatWorld world("2026-03-04T14:00:00Z");
  world.say("remind me to call the bank tomorrow");
  EXPECT_THAT(world.say("at 10"), StartsWith("“Call the bank” is now due tomorrow at 10 am"));
  EXPECT_THAT(world.say("also remind me 20 minutes before"), HasSubstr("20 minutes before"));
  EXPECT_THAT(world.task("Call the bank").at("reminders").as_array(), SizeIs(2));
  world.say("and the day after?");
  EXPECT_EQ(text_at(world.task("Call the bank"), "dueAt"), "2026-03-05T10:00:00Z");
  EXPECT_EQ(world.say("push everything to next week"), "“Call the bank” is now due Monday at 10 am.");
  world.say("complete call the bank");
  EXPECT_EQ(world.say("complete it"), "“Call the bank” is done already.");
}

// D-02
TEST(Chat, ChangesAllOfASeriesWhereThatIsMeant) {
  ChatWorld world;
  EXPECT_EQ(
      world.say("team meeting every tuesday and thursday at 2:30pm until june"),
      "Added “Team meeting”, every Tuesday and Thursday at 2:30 pm until June 1, 2026. The next one is tomorrow at "
      "2:30 pm.");
  EXPECT_EQ(world.say("rename team meeting to sync"), "“Team meeting” is now called “Sync”, this and all that follow.");
  EXPECT_EQ(world.say("remind me 5 minutes before sync"),
            "“Sync” now reminds you 5 minutes before, this and all that follow.");
  EXPECT_EQ(world.series("Sync").at("reminders").as_array().size(), 1u);
  EXPECT_EQ(world.say("undo the last two things"), "Undone: changed “Sync” and changed “Team meeting”.");
  EXPECT_EQ(world.series("Team meeting").at("reminders").as_array().size(), 0u);
  EXPECT_EQ(world.say("move the team meeting to friday"),
            "“Team meeting” is now due Friday at 2:30 pm. The others of it stay as they are.");
  EXPECT_THAT(world.say("pause the team meeting until april"),
              AllOf(HasSubstr("Skipped “Team meeting” 8 times."), HasSubstr("The next one is Thursday 2 April")));
  world.say("undo");
  EXPECT_EQ(world.series("Team meeting").at("exdates").as_array().size(), 0u);
}

TEST(Chat, FindsByTagOrCategoryAlike) {
  ChatWorld world;
  world.say("submit the report tomorrow @work");
  EXPECT_EQ(world.say("what do I have for work?"), "“Submit the report” is due tomorrow.");
  EXPECT_EQ(world.say("what do I have for school?"), "Nothing is tagged #school.");
  world.say("remind me to call bob tomorrow at 9");
  EXPECT_EQ(world.say("don't remind me about call bob"), "I won't remind you of “Call bob”.");
  EXPECT_THAT(world.task("Call bob").at("reminders").as_array(), IsEmpty());
}

// The same request again, with the same key, does nothing twice: neither the turn nor what it does elsewhere.
TEST(Chat, RepeatedRequestMakesNothingTwice) {
  ChatWorld world;
  const auto body = ChatWorld::body_of("buy milk and call mom tomorrow at 5pm", {});
  const auto first = world.ask("/api/v1/chat", body, "k-1");
  const auto again = world.ask("/api/v1/chat", body, "k-1", scheduler::testing_world::kAnn, true);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(again.body, first.body);
  const auto titles = world.open_titles();
  EXPECT_EQ(world.ask("/api/v1/chat", ChatWorld::body_of("buy bread", {}), "k-1").status, 422);
  EXPECT_EQ(world.open_titles(), titles);

  // As if the first try had died before it was written down: its effects carry sub-keys, and are found again.
  auto forget = [](storage::sql::Writer& db) -> Result<int> {
    db.run("DELETE FROM chat_idempotency");
    db.run("DELETE FROM chat_conversation");
    db.run("DELETE FROM chat_message");
    return 0;
  };
  world.db_.run(world.tables_.of("chat").write(storage::sql::Lane::foreground, std::move(forget)));
  EXPECT_EQ(world.ask("/api/v1/chat", body, "k-1").status, 200);
  EXPECT_EQ(world.open_titles(), titles);
}

// The same again before the first is answered: one turn, one reply; whichever replica hears it.
TEST(Chat, ARequestSentTwiceAtOnceIsAnsweredOnce) {
  for (const bool replica : {false, true}) {
    ChatWorld world;
    std::vector<Reply> replies(2);
    auto send = [&](std::size_t i) -> boost::asio::awaitable<void> {
      Call call;
      call.method = Method::post;
      call.path = "/api/v1/chat";
      call.headers.set("Content-Type", "application/json");
      call.headers.set("Idempotency-Key", "k-1");
      call.body = ChatWorld::body_of("buy milk", {});
      call.principal.emplace();
      call.principal->user = scheduler::testing_world::kAnn;
      call.principal->timezone = "UTC";
      auto& chat = replica && i == 1 ? world.other_ : world.chat_;
      replies[i] = co_await chat.router().dispatch(std::move(call));
    };
    auto both = [&]() -> boost::asio::awaitable<int> {
      co_await runtime::together(2, send);
      co_return 0;
    };
    world.db_.run(both());
    EXPECT_EQ(replies[0].status, 200) << replies[0].body;
    EXPECT_EQ(replies[1].status, 200) << replies[1].body;
    EXPECT_EQ(replies[0].body, replies[1].body);
    EXPECT_THAT(world.open_titles(), ElementsAre("Buy milk"));
    EXPECT_EQ(world.count("SELECT count(*) FROM chat_message"), 2);
  }
}

// What was said is kept for its key for a week, and not at all once the account is gone.
TEST(Chat, RepliesKeptForAKeyGoInTime) {
  const auto kept = "SELECT count(*) FROM chat_idempotency";
  for (const bool erased : {false, true}) {
    ChatWorld world;
    world.ask("/api/v1/chat", ChatWorld::body_of("buy milk", {}), "k-1");
    ASSERT_EQ(world.count(kept), 1);
    if (!erased) world.clock_.advance(24h * 6);
    if (!erased) world.publish("user.authenticated", "{}");
    world.settle();
    EXPECT_EQ(world.count(kept), 1);
    if (!erased) world.clock_.advance(25h);
    world.publish(erased ? "user.deleted" : "user.authenticated", "{}");
    world.settle();
    EXPECT_EQ(world.count(kept), 0) << erased;
  }
}

// D-06, C-09, S-2.3.3, D-02, C-07
TEST(Chat, SpeaksFirstWhenAReminderFires) {
  ChatWorld world;
  world.say("meeting today at 3pm, remind me 15 minutes before");
  world.advance(6h, 5min);
  auto said = world.messages();
  ASSERT_THAT(said, SizeIs(3));
  EXPECT_EQ(said[2].at("role").as_string(), "assistant");
  EXPECT_EQ(said[2].at("text").as_string(), "Reminder: Meeting in 15 minutes, today at 3 pm.");
  EXPECT_EQ(said[2].at("actions").as_array().size(), 3u);
  EXPECT_EQ(world.say("snooze 10 minutes"), "I'll remind you of “Meeting” today at 3:10 pm.");
  world.advance(15min, 5min);
  EXPECT_THAT(world.messages(), SizeIs(6));
  EXPECT_EQ(world.say("dismiss", true), "Dismissed the reminder of “Meeting”.");
  EXPECT_EQ(world.say("snooze"), "No reminder is waiting for you.");
}

// D-02, C-07: what is taken back is what was done last, not the task that it was done to.
TEST(Chat, UndoTakesBackWhatWasSaidToAReminder) {
  ChatWorld world;
  const auto reminder = [&world](std::string_view member) {
    return text_at(world.ok(Method::get, "/api/v1/reminders").at("items").at(0).as_object(), member);
  };
  world.say("call bob at 9:30am, remind me 10 minutes before");
  world.advance(20min, 5min);
  EXPECT_EQ(world.say("snooze 5 minutes"), "I'll remind you of “Call bob” today at 9:25 am.");
  EXPECT_EQ(world.say("snooze 20 minutes"), "I'll remind you of “Call bob” today at 9:40 am.");
  EXPECT_EQ(world.say("undo"), "Undone: put off the reminder of “Call bob”.");
  EXPECT_EQ(reminder("snoozedUntil"), "2026-03-04T09:25:00Z");
  EXPECT_EQ(world.say("undo"), "Undone: put off the reminder of “Call bob”.");
  EXPECT_EQ(reminder("state"), "fired");
  world.advance(10min, 5min);
  EXPECT_EQ(reminder("state"), "fired");
  EXPECT_EQ(world.say("dismiss"), "Dismissed the reminder of “Call bob”.");
  EXPECT_EQ(world.say("undo"), "Undone: dismissed the reminder of “Call bob”.");
  EXPECT_EQ(reminder("state"), "fired");
  EXPECT_THAT(world.open_titles(), ElementsAre("Call bob"));
  // Once it has rung again there is nothing to take back.
  world.say("snooze 5 minutes");
  world.advance(10min, 5min);
  EXPECT_EQ(world.say("undo"), "The reminder of “Call bob” has changed since, so I left it as it is.");
  EXPECT_THAT(world.open_titles(), ElementsAre("Call bob"));
  EXPECT_EQ(world.say("undo"), "Undone: added “Call bob”.");
}

TEST(Chat, UndoneDismissalOfWhatIsStillToComeRings) {
  ChatWorld world;
  world.say("meeting today at 3pm, remind me 15 minutes before");
  EXPECT_EQ(world.say("dismiss the meeting reminder"), "Dismissed the reminder of “Meeting”.");
  EXPECT_EQ(world.say("undo"), "Undone: dismissed the reminder of “Meeting”.");
  world.advance(6h, 5min);
  EXPECT_EQ(world.messages().back().at("text").as_string(), "Reminder: Meeting in 15 minutes, today at 3 pm.");
}

// A-01, J-02: neither conversation nor tasks of somebody else are within reach.
TEST(Chat, KeepsPeopleApart) {
  ChatWorld world;
  world.say("buy milk");
  const auto reply = world.ask("/api/v1/chat", ChatWorld::body_of("mark it done", world.conversation_), {}, kBob);
  EXPECT_EQ(reply.status, 404);
  const auto own = world.ask("/api/v1/chat", ChatWorld::body_of("complete buy milk", {}), {}, kBob);
  EXPECT_THAT(own.body, Not(HasSubstr("Completed")));
  EXPECT_THAT(world.open_titles(), ElementsAre("Buy milk"));
}

// I-06: what openapi.yaml says a message may be, counted in characters and not in bytes.
TEST(Chat, RefusesMoreThanTenThousandCharacters) {
  ChatWorld world;
  for (const auto* path : {"/api/v1/chat", "/api/v1/parse"}) {
    const std::string name = path == std::string_view("/api/v1/chat") ? "message" : "text";
    std::string longest;
    for (int i = 0; i < 10'000; ++i) longest += "\xC3\xA9";
    EXPECT_EQ(world.ask(path, "{\"" + name + "\":\"" + longest + "\"}").status, 200) << path;
    const auto refused = world.ask(path, "{\"" + name + "\":\"" + std::string(10'001, 'a') + "\"}");
    EXPECT_EQ(refused.status, 400) << path;
    EXPECT_THAT(refused.body, HasSubstr("at most 10000 characters")) << path;
  }
}

// Rule 12: each wrong field is named, and named once.
TEST(Chat, RefusesAMessageWithoutWordsOnce) {
  ChatWorld world;
  for (const auto* body : {R"({"message":""})", R"({"message":"  \n"})", R"({"message":7})", "{}"}) {
    const auto refused = world.ask("/api/v1/chat", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_THAT(parse_json(refused.body)->at("errors").as_array(), SizeIs(1)) << refused.body;
  }
}

}  // namespace
}  // namespace daybook::chat
