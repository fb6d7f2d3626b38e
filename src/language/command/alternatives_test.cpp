#include <gtest/gtest.h>

#include <string>

#include "language/command/read_command.hpp"

namespace daybook::language {
namespace {

// Saturday.
const Now& now() {
  static const Now value(*parse_rfc3339("2026-11-21T10:20:00Z"), *domain::Zone::locate("Europe/London"));
  return value;
}

Command preview(std::string_view text, const Context& before = {}, const Settings& settings = {}) {
  return read_command(text, now(), settings, before, Alternatives::wanted);
}

Context dentists() {
  Context context;
  for (const char* title : {"Dentist appointment", "Pay dentist", "Buy milk"}) {
    TaskItem task;
    task.id = std::to_string(context.tasks.size() + 1);
    task.title = title;
    context.tasks.push_back(task);
  }
  return context;
}

std::string due(const Command& command) { return command.due ? command.due->iso(now()) : std::string(); }

TEST(Choices, between_two_times_are_asked_with_both) {
  const Command command = read_command("call Bob at 9 or 10", now(), {}, {});
  EXPECT_EQ(command.intent, Intent::clarify);
  EXPECT_EQ(command.reason, "ambiguous_time");
  EXPECT_EQ(command.title, "Call Bob");
  EXPECT_EQ(command.options, (std::vector<std::string>{"call Bob at 9", "call Bob at 10"}));
  ASSERT_EQ(command.alternatives.size(), 2U);
  EXPECT_EQ(due(command.alternatives[0]), "2026-11-21T21:00:00Z");
  EXPECT_EQ(due(command.alternatives[1]), "2026-11-21T22:00:00Z");
  EXPECT_EQ(command.alternatives[0].confidence, command.alternatives[1].confidence);
}

TEST(Choices, of_days_and_of_a_new_day_are_asked_too) {
  EXPECT_EQ(read_command("call Bob monday or tuesday", now(), {}, {}).options,
            (std::vector<std::string>{"call Bob monday", "call Bob tuesday"}));
  const Command moved = read_command("move buy milk to monday or next wednesday", now(), {}, dentists());
  EXPECT_EQ(moved.reason, "ambiguous_time");
  EXPECT_EQ(moved.targets, (std::vector<TaskRef>{{"3", "Buy milk"}}));
  EXPECT_EQ(read_command("move buy milk to 9 or 10", now(), {}, dentists()).reason, "ambiguous_time");
  EXPECT_EQ(read_command("buy 2 or 3 apples tomorrow", now(), {}, {}).title, "Buy 2 or 3 apples");
}

TEST(Choices, of_things_are_none) {
  EXPECT_EQ(read_command("buy milk or eggs tomorrow", now(), {}, {}).title, "Buy milk or eggs");
  EXPECT_EQ(read_command("show tasks due today or tomorrow", now(), {}, {}).intent, Intent::list);
}

TEST(Choices, are_answered_by_words_or_by_place) {
  Context before;
  before.turns = {"call Bob at 9 or 10"};
  before.question = OpenQuestion{"ambiguous_time", "Call Bob", Intent::none, {"call Bob at 9", "call Bob at 10"}};
  EXPECT_EQ(due(read_command("10", now(), {}, before)), "2026-11-21T22:00:00Z");
  EXPECT_EQ(due(read_command("the first one", now(), {}, before)), "2026-11-21T21:00:00Z");
  EXPECT_EQ(due(read_command("tomorrow at 8:15", now(), {}, before)), "2026-11-22T08:15:00Z");
  before.question->options.clear();
  EXPECT_EQ(due(read_command("the second", now(), {}, before)), "2026-11-21T22:00:00Z");
}

TEST(Alternatives, of_an_hour_are_its_other_half_of_the_day) {
  const Command command = preview("call Bob tomorrow at 9");
  EXPECT_EQ(due(command), "2026-11-22T09:00:00Z");
  ASSERT_FALSE(command.alternatives.empty());
  EXPECT_EQ(due(command.alternatives[0]), "2026-11-22T21:00:00Z");
  EXPECT_EQ(command.alternatives[0].said, "call Bob tomorrow at 9 pm");
  EXPECT_LT(command.alternatives[0].confidence, command.confidence);
  EXPECT_TRUE(preview("call Bob tomorrow at 9pm").alternatives.empty());
}

TEST(Alternatives, of_numbers_are_the_other_order_of_day_and_month) {
  const Command command = preview("pay tax on 4/5");
  EXPECT_EQ(due(command), "2027-04-05");
  ASSERT_FALSE(command.alternatives.empty());
  EXPECT_EQ(due(command.alternatives[0]), "2027-05-04");
}

TEST(Alternatives, of_a_weekday_are_today_and_the_coming_one) {
  const Command saturday = preview("haircut saturday");
  EXPECT_EQ(due(saturday), "2026-11-28");
  ASSERT_FALSE(saturday.alternatives.empty());
  EXPECT_EQ(due(saturday.alternatives[0]), "2026-11-21");
  const Command sunday = preview("lunch with Ana next sunday");
  EXPECT_EQ(due(sunday), "2026-11-29");
  ASSERT_FALSE(sunday.alternatives.empty());
  EXPECT_EQ(due(sunday.alternatives[0]), "2026-11-22");
}

TEST(Alternatives, of_words_that_may_be_title_or_time) {
  const Command length = preview("study for 45 minutes tomorrow evening");
  EXPECT_EQ(length.title, "Study");
  ASSERT_FALSE(length.alternatives.empty());
  EXPECT_EQ(length.alternatives[0].title, "Study for 45 minutes");
  const Command name = preview("pay the September invoice on Monday");
  EXPECT_EQ(name.title, "Pay the September invoice");
  ASSERT_FALSE(name.alternatives.empty());
  EXPECT_EQ(name.alternatives[0].title, "Pay the invoice");
}

TEST(Alternatives, of_a_task_are_the_others_of_that_name) {
  const Command command = preview("complete dentist", dentists());
  EXPECT_EQ(command.reason, "which_task");
  ASSERT_EQ(command.alternatives.size(), 2U);
  EXPECT_EQ(command.alternatives[0].intent, Intent::complete);
  EXPECT_EQ(command.alternatives[0].targets, (std::vector<TaskRef>{{"1", "Dentist appointment"}}));
  EXPECT_EQ(command.alternatives[1].targets, (std::vector<TaskRef>{{"2", "Pay dentist"}}));
}

TEST(Alternatives, of_a_new_task_are_the_one_that_there_is) {
  const Command command = preview("buy milk tomorrow", dentists());
  EXPECT_EQ(command.intent, Intent::create_task);
  ASSERT_FALSE(command.alternatives.empty());
  EXPECT_EQ(command.alternatives[0].intent, Intent::update);
  EXPECT_EQ(due(command.alternatives[0]), "2026-11-22");
}

TEST(Alternatives, all_differ_and_are_less_likely) {
  for (const char* text : {"haircut sat 11", "pay 3/4 tomorrow at 5", "the report is due next friday", "find the keys",
                           "dinner on friday at 8 with Ana", "it may rain", "finish the report by monday at 9"}) {
    const Command command = preview(text, dentists());
    EXPECT_LE(command.alternatives.size(), 3U) << text;
    double above = command.intent == Intent::none || command.intent == Intent::clarify ? 1 : command.confidence;
    for (const Command& other : command.alternatives) {
      EXPECT_LE(other.confidence, above) << text;
      EXPECT_GT(other.confidence, 0) << text;
      above = other.confidence;
    }
  }
}

// R-01, D-03: one meaning needs no question; a repeat that may be two is asked about, with both.
TEST(Choices, of_repeats_are_asked_only_where_two_readings_are_alike) {
  const Command plants = read_command("water the plants every other Thursday", now(), {}, {});
  EXPECT_EQ(plants.intent, Intent::create_recurring);
  EXPECT_EQ(plants.title, "Water the plants");
  EXPECT_EQ(plants.rrule, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH");
  const Command walk = read_command("walk the dog every day at 9 or 10", now(), {}, {});
  EXPECT_EQ(walk.intent, Intent::clarify) << walk.rrule;
  EXPECT_EQ(walk.options.size(), 2U);
}

}  // namespace
}  // namespace daybook::language
