#include "language/command/read_command.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "language/command/command_json.hpp"
#include "language/command/terms.hpp"

namespace daybook::language {
namespace {

const Now& now() {
  static const Now value(*parse_rfc3339("2026-03-04T10:20:00-05:00"), *domain::Zone::locate("America/New_York"));
  return value;
}

TaskItem task(const char* id, const char* title, const char* due = "", const char* rrule = "") {
  TaskItem item;
  item.id = id;
  item.title = title;
  item.rrule = rrule;
  if (const auto date = parse_date(due)) item.due = When{std::chrono::local_days{*date}, true};
  if (const auto instant = parse_rfc3339(due)) item.due = When{now().to_local(*instant), false};
  return item;
}

Context context() {
  Context value;
  value.tasks = {task("1", "Dentist appointment", "2026-03-05T10:00:00-05:00"), task("2", "Pay dentist", "2026-03-12"),
                 task("3", "Submit report", "2026-03-03"),
                 task("4", "Gym", "2026-03-05T18:00:00-05:00", "FREQ=WEEKLY;BYDAY=TU,TH;BYHOUR=18;BYMINUTE=0")};
  value.tasks[2].tags = {"work"};
  return value;
}

Command read(std::string_view text, const Context& before = {}) {
  return read_command(text, now(), Settings{}, before);
}
std::string title(std::string_view text) { return read(text).title; }

TEST(Titles, are_what_people_would_write) {
  EXPECT_EQ(title("  pls   add a task to call the plumber the day after tomorrow"), "Call the plumber");
  EXPECT_EQ(title("todo: wash the car this weekend"), "Wash the car");
  EXPECT_EQ(title("buy iPhone 15"), "Buy iPhone 15");
  EXPECT_EQ(title("iPhone repair on Friday"), "iPhone repair");
  EXPECT_EQ(title("CALL MOM TOMORROW AT 6PM!!!"), "CALL MOM");
  EXPECT_EQ(title("lunch with Dana tomorrow at 12:30 at Luigi's"), "Lunch with Dana at Luigi's");
  EXPECT_EQ(title("“The 5th Wave” by Sunday"), "“The 5th Wave”");
  EXPECT_EQ(title("buy paprika"), "Buy paprika");
}

TEST(Days, belong_to_the_thing_or_to_the_deadline) {
  const Command report = read("send the quarterly report on Wednesday at 4pm");
  EXPECT_EQ(report.title, "Send the quarterly report");
  ASSERT_TRUE(report.due);
  EXPECT_EQ(report.due->iso(now()), "2026-03-11T16:00:00-04:00");
  const Command shopping = read("Christmas shopping by December 20");
  EXPECT_EQ(shopping.title, "Christmas shopping");
  EXPECT_TRUE(shopping.actions.empty());
  ASSERT_TRUE(shopping.due);
  EXPECT_EQ(shopping.due->iso(now()), "2026-12-20");
  const Command passport = read("renew passport before May");
  ASSERT_TRUE(passport.due);
  EXPECT_EQ(passport.due->iso(now()), "2026-05-01");
}

TEST(Targets, are_found_through_slips_and_inflections) {
  EXPECT_EQ(read("delete the dentest appointmnt", context()).targets,
            (std::vector<TaskRef>{{"1", "Dentist appointment"}}));
  EXPECT_EQ(read("submitted the report", context()).targets, (std::vector<TaskRef>{{"3", "Submit report"}}));
}

TEST(Targets, that_could_be_two_are_asked_for) {
  const Command command = read("complete dentist", context());
  EXPECT_EQ(command.intent, Intent::clarify);
  EXPECT_EQ(command.reason, "which_task");
  EXPECT_EQ(command.wanted, Intent::complete);
  EXPECT_EQ(command.options, (std::vector<std::string>{"Dentist appointment", "Pay dentist"}));
}

TEST(Changes, of_a_day_keep_the_time_and_of_a_time_keep_the_day) {
  EXPECT_EQ(read("move dentist appointment to Monday", context()).due->iso(now()), "2026-03-09T10:00:00-04:00");
  EXPECT_EQ(read("move dentist appointment to 3", context()).due->iso(now()), "2026-03-05T15:00:00-05:00");
  EXPECT_EQ(read("move gym to 7", context()).due->iso(now()), "2026-03-05T19:00:00-05:00");
}

TEST(Dates, that_do_not_exist_are_explained) {
  const Command command = read("pay rent on February 30");
  EXPECT_EQ(command.intent, Intent::clarify);
  EXPECT_EQ(command.explanation, "February has no 30th; did you mean 28 February or 2 March?");
  EXPECT_EQ(read("meeting on 2026-02-29").reason, "invalid_date");
  EXPECT_EQ(read("call Ann at 25:00").reason, "invalid_time");
}

TEST(Clocks, that_skip_a_time_are_noted) {
  const Now before(*parse_rfc3339("2026-03-07T15:00:00-05:00"), *domain::Zone::locate("America/New_York"));
  const Command command = read_command("call Ann tomorrow at 2:30am", before, Settings{}, {});
  EXPECT_EQ(command.clock_change, "gap");
  EXPECT_EQ(command.due->iso(before), "2026-03-08T03:30:00-04:00");
}

TEST(Reminders, in_the_past_are_refused) {
  EXPECT_EQ(read("remind me on March 1 2026 to file the claim").reason, "past_time");
}

TEST(Reminders, on_an_earlier_day_keep_their_clock) {
  const Command command = read("trip on Saturday, remind me the day before at 6pm");
  ASSERT_EQ(command.reminders.size(), 1U);
  EXPECT_EQ(command.reminders[0].before.days, 1);
  EXPECT_EQ(command.reminders[0].clock, std::chrono::hours{18});
}

TEST(Answers, belong_to_the_question_that_is_open) {
  Context before = context();
  before.turns = {"delete everything"};
  before.question = OpenQuestion{"confirm", "", Intent::remove, {}};
  EXPECT_EQ(read("yes", before).confirmed, true);
  EXPECT_EQ(read("no thanks", before).confirmed, false);
  before.turns = {"complete dentist"};
  before.question = OpenQuestion{"which_task", "", Intent::complete, {"Dentist appointment", "Pay dentist"}};
  EXPECT_EQ(read("the second one", before).targets, (std::vector<TaskRef>{{"2", "Pay dentist"}}));
  EXPECT_EQ(read("the appointment", before).targets, (std::vector<TaskRef>{{"1", "Dentist appointment"}}));
}

TEST(Remarks, change_nothing) {
  for (const char* text : {"hello", "lol ok", "I love Fridays", "it may rain", "the report isn't done yet",
                           "what is the weather tomorrow?", "", "   ", "?!"}) {
    EXPECT_EQ(read(text, context()).intent, Intent::none) << text;
  }
}

// Found by command_fuzz: "nand" was read as nan days.
TEST(Lengths, begin_with_a_digit) {
  for (const char* word : {"nand", "infs", "nanh", "infinityd"}) {
    const Command command = read("remind me " + std::string(word) + " before the dentist appointment", context());
    EXPECT_TRUE(command.reminders.empty()) << word;
  }
}

TEST(Spans, point_into_the_text) {
  const std::string text = "buy milk tomorrow #home";
  const Command command = read(text);
  bool due = false;
  for (const RecognisedSpan& span : command.spans) {
    ASSERT_LE(span.span.end, text.size());
    if (span.slot == "due") due = text.substr(span.span.begin, span.span.end - span.span.begin) == "tomorrow";
  }
  EXPECT_TRUE(due);
}

// Found by fuzzing: they pointed into the sentence that the question had been asked about.
TEST(Spans, of_an_answer_do_not_point_beyond_it) {
  Context asked = context();
  asked.turns = {"remind me to call mom at 9", "go to the gym twice a week"};
  asked.question.emplace();
  asked.question->slot = "time";
  asked.question->options = {"Gym", "Dentist appointment"};
  for (const std::string text : {" 9", "at 9", "tomorrow at 9"})
    for (const RecognisedSpan& span : read_command(text, now(), Settings{}, asked, Alternatives::wanted).spans)
      EXPECT_LE(span.span.end, text.size()) << text;
}

TEST(Terms, edit_distance_counts_swaps_once) {
  EXPECT_EQ(chat::edit_distance("sumbit", "submit", 2), 1);
  EXPECT_EQ(chat::edit_distance("reprot", "report", 2), 1);
  EXPECT_EQ(chat::edit_distance("abc", "xyz", 1), 2);
}

// How long these take is bench/command_bench.cpp's; a blow-up would not end here.
TEST(Long, input_is_read_whole) {
  for (const char* piece :
       {"add milk and ", "every monday at 5 and ", "remind me an hour before ", "\"'", "complete dentist, "}) {
    std::string text;
    while (text.size() < 10'000) text += piece;
    const Command command = read_command(text, now(), Settings{}, context(), Alternatives::wanted);
    EXPECT_LE(command.title.size(), text.size()) << piece;
    EXPECT_TRUE(command.alternatives.empty()) << piece;
    for (const RecognisedSpan& span : command.spans) EXPECT_LE(span.span.end, text.size()) << piece;
  }
}

}  // namespace
}  // namespace daybook::language
