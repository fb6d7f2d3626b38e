#include "domain/task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/task_json.hpp"

namespace daybook::domain {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

const Instant kNow = parse_rfc3339("2026-03-04T09:00:00Z").value();
const OwnerTime kBerlin{"Europe/Berlin", 9h};

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }
Date day(std::string_view text) { return parse_date(text).value(); }

TaskDraft titled(std::string title) {
  TaskDraft draft;
  draft.title = std::move(title);
  return draft;
}

TaskIdentity identity() { return {TaskId{Uuid::v5(Uuid{}, "task")}, UserId{Uuid::v5(Uuid{}, "ada")}, 7}; }
Result<Task> create(const TaskDraft& draft, PastReminders past = PastReminders::refuse) {
  return create_task(identity(), draft, kBerlin, kNow, past);
}

// A-02, X-09
TEST(TaskValues, NamesAreReadWithoutCaseAndWrittenInOneForm) {
  EXPECT_EQ(parse_priority("HIGH"), Priority::high);
  EXPECT_EQ(parse_priority("p1"), Priority::high);
  EXPECT_EQ(parse_priority("P4"), Priority::none);
  EXPECT_FALSE(parse_priority("p5"));
  EXPECT_EQ(parse_status("In_Progress"), Status::in_progress);
  EXPECT_EQ(to_string(Status::in_progress), "in-progress");
  EXPECT_FALSE(parse_status("late"));
}

// A-05, Decision (17)
TEST(Due, AnAllDayTaskLastsUntilItsLocalDayEnds) {
  auto draft = titled("x");
  draft.due = day("2026-03-29");  // The clocks change: a day of 23 hours.
  EXPECT_EQ(due_limit(*create(draft).value(), kBerlin), at("2026-03-29T22:00:00Z") - 1us);
  draft.timezone = "Asia/Kathmandu";
  EXPECT_EQ(due_limit(*create(draft).value(), kBerlin), at("2026-03-29T18:15:00Z") - 1us);
  draft.due = at("2026-03-29T10:00:00Z");
  EXPECT_EQ(due_limit(*create(draft).value(), kBerlin), at("2026-03-29T10:00:00Z"));
  EXPECT_FALSE(due_limit(*create(titled("x")).value(), kBerlin));
}

// C-01, S-2.3.1
TEST(Reminders, CountFromTheDueTimeOrTheOwnersMorning) {
  const auto fire = [](ReminderRule rule, When due, When start = {}) {
    TaskFields task;
    task.due = due;
    task.start = start;
    return fire_time(rule, task, kBerlin);
  };
  EXPECT_EQ(fire(RemindBefore{15min}, at("2026-03-05T15:00:00Z")), at("2026-03-05T14:45:00Z"));
  EXPECT_EQ(fire(RemindBefore{0s}, day("2026-03-05")), at("2026-03-05T08:00:00Z"));
  // A day before is the same time of day across the change of the clocks on the 29th.
  EXPECT_EQ(fire(RemindBefore{24h}, day("2026-03-30")), at("2026-03-29T07:00:00Z"));
  EXPECT_EQ(fire(RemindBefore{24h}, day("2026-03-29")), at("2026-03-28T08:00:00Z"));
  EXPECT_EQ(fire(RemindDaysBefore{1, 18h}, at("2026-03-29T23:30:00Z")), at("2026-03-29T16:00:00Z"));
  EXPECT_EQ(fire(RemindBefore{10min, true}, {}, at("2026-03-05T15:00:00Z")), at("2026-03-05T14:50:00Z"));
  EXPECT_EQ(fire(RemindAt{kNow}, {}), kNow);
  EXPECT_FALSE(fire(RemindBefore{15min}, {}));
}

TEST(Reminders, KeepTheirIdAndStateThroughAPatchThatNamesThemAgain) {
  auto draft = titled("x");
  draft.due = at("2026-03-05T15:00:00Z");
  draft.reminders = {{{}, RemindBefore{30min}}, {{}, RemindAt{kNow + 2h}}};
  auto task = create(draft).value();
  const auto first = task->reminders[0].id, second = task->reminders[1].id;
  EXPECT_NE(first, second);
  task = with_reminder_state(task, second, ReminderState::fired, {}).value();
  TaskPatch patch;
  patch.reminders = {{{}, RemindAt{kNow + 2h}}, {{}, RemindBefore{10min}}};
  const auto changed = patch_task(task, patch, kBerlin, kNow).value().task;
  EXPECT_EQ(changed->reminders[0].id, second);
  EXPECT_EQ(changed->reminders[0].state, ReminderState::fired);
  EXPECT_NE(changed->reminders[1].id, first);
}

// C-07: what is snoozed stays so while its rule gives what it gave.
TEST(Reminders, StaySnoozedThroughAPatchThatNamesThemAgain) {
  TaskDraft draft;
  draft.title = "call";
  draft.due = at("2026-03-04T10:00:00Z");
  draft.reminders = {{{}, RemindBefore{30min}}};
  auto task = create(draft).value();
  const auto id = task->reminders[0].id;
  const auto late = at("2026-03-04T09:35:00Z"), later = at("2026-03-04T10:30:00Z");
  task = with_reminder_state(task, id, ReminderState::snoozed, later).value();
  TaskPatch patch;
  patch.due = draft.due;
  EXPECT_TRUE(patch_task(task, patch, kBerlin, late)->changes.empty());
  patch.reminders = {{id, RemindBefore{30min}}, {{}, RemindAt{later + 1h}}};
  const auto changed = patch_task(task, patch, kBerlin, late);
  ASSERT_TRUE(changed) << changed.error().detail;
  EXPECT_EQ(changed->task->reminders[0].state, ReminderState::snoozed);
  EXPECT_EQ(changed->task->reminders[0].fire_at, later);
  patch.due = at("2026-03-04T12:00:00Z");
  const auto moved = patch_task(task, patch, kBerlin, late).value();
  EXPECT_EQ(moved.task->reminders[0].state, ReminderState::pending);
  EXPECT_EQ(moved.task->reminders[0].fire_at, at("2026-03-04T11:30:00Z"));
}

TEST(Reminders, FollowADueTimeThatMovesAndWaitForOneThatIsGone) {
  auto draft = titled("x");
  draft.due = at("2026-03-05T15:00:00Z");
  draft.reminders = {{{}, RemindBefore{30min}}};
  const auto task = create(draft).value();
  TaskPatch patch;
  patch.due = When{at("2026-03-06T15:00:00Z")};
  auto moved = patch_task(task, patch, kBerlin, kNow).value();
  EXPECT_EQ(moved.task->reminders[0].fire_at, at("2026-03-06T14:30:00Z"));
  patch.due = When{kNow + 5min};
  moved = patch_task(moved.task, patch, kBerlin, kNow).value();
  EXPECT_EQ(moved.task->reminders[0].state, ReminderState::missed);
  patch.due = When{};
  moved = patch_task(moved.task, patch, kBerlin, kNow).value();
  EXPECT_FALSE(moved.task->reminders[0].fire_at);
  patch.due = When{at("2026-03-07T15:00:00Z")};
  moved = patch_task(moved.task, patch, kBerlin, kNow).value();
  EXPECT_EQ(moved.task->reminders[0].state, ReminderState::pending);
  EXPECT_EQ(moved.task->version, 5);
}

// R-04
TEST(Reminders, InThePastAreRefusedForPeopleAndMissedForLateOccurrences) {
  auto draft = titled("x");
  draft.due = kNow + 10min;
  draft.reminders = {{{}, RemindBefore{30min}}};
  EXPECT_EQ(create(draft).error().detail, "Reminder time must be in the future");
  EXPECT_EQ(create(draft, PastReminders::miss).value()->reminders[0].state, ReminderState::missed);
  draft.due = {};
  EXPECT_EQ(create(draft).error().slug, "reminder-without-due");
}

TEST(Changes, NameWhatDiffersWithBothValuesAndRaiseTheVersionOnce) {
  const auto task = create(titled("milk")).value();
  TaskPatch patch;
  patch.title = " milk ";
  EXPECT_TRUE(patch_task(task, patch, kBerlin, kNow).value().changes.empty());
  patch.title = "bread";
  patch.due = When{day("2026-03-05")};
  patch.tags = {"a", "A", "b"};
  const auto change = patch_task(task, patch, kBerlin, kNow + 1s).value();
  EXPECT_EQ(change.task->version, 2);
  EXPECT_EQ(change.task->updated_at, kNow + 1s);
  EXPECT_THAT(change.changes,
              ElementsAre(FieldChange{"title", "\"milk\"", "\"bread\""}, FieldChange{"tags", "[]", R"(["a","b"])"},
                          FieldChange{"dueDate", "null", "\"2026-03-05\""}));
}

// A-11, A-12
TEST(Changes, CompletingAndReopeningAreEachOthersReverse) {
  auto draft = titled("x");
  draft.reminders = {{{}, RemindAt{kNow + 1h}}, {{}, RemindAt{kNow + 3h}}};
  const auto task = create(draft).value();
  const auto done = complete_task(task, kNow + 2h);
  EXPECT_TRUE(done.completed_now);
  EXPECT_EQ(done.task->completed_at, kNow + 2h);
  EXPECT_EQ(done.task->reminders[1].state, ReminderState::canceled);
  EXPECT_TRUE(complete_task(done.task, kNow + 5h).changes.empty());
  const auto open = reopen_task(done.task, kNow + 2h);
  EXPECT_FALSE(open.task->completed_at);
  EXPECT_EQ(open.task->reminders[0].state, ReminderState::missed);
  EXPECT_EQ(open.task->reminders[1].state, ReminderState::pending);
  EXPECT_TRUE(reopen_task(open.task, kNow).changes.empty());
  // What the scheduler says late of a reminder that the task has called off is not taken.
  EXPECT_FALSE(with_reminder_state(done.task, done.task->reminders[0].id, ReminderState::pending, {}));
}

TEST(TaskJson, ComesBackAsItWas) {
  auto draft = titled("say \"hi\" \\ \xE2\x82\xAC");
  draft.description = "two\nlines\ttab";
  draft.priority = Priority::low;
  draft.tags = {"x"};
  draft.category = "home";
  draft.start = day("2026-03-04");
  draft.due = at("2026-03-05T15:00:00.123456Z");
  draft.estimate = 90min;
  draft.parent = TaskId{Uuid::v5(Uuid{}, "parent")};
  draft.series = SeriesId{Uuid::v5(Uuid{}, "series")};
  draft.recurrence_id = "2026-03-05T16:00:00+01:00";
  draft.reminders = {{{}, RemindBefore{30min}}, {{}, RemindAt{kNow + 1h}}, {{}, RemindDaysBefore{1, 18h}}};
  const auto task = create(draft).value();
  for (const auto& each : {task, complete_task(task, kNow).task, delete_task(task, kNow).task})
    EXPECT_EQ(parse_task(to_json(*each), each->owner).value(), each) << to_json(*each);
}

TEST(TaskJson, StoredStatesThatBreakARuleAreNotTasks) {
  const auto task = create(titled("x")).value();
  for (auto [from, to] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {R"("status":"pending")", R"("status":"completed")"},
           {R"("version":1)", R"("version":0)"},
           {R"("title":"x")", R"("title":"")"},
           {R"("status":"pending")", R"("status":"late")"},
           {R"("createdAt":"2026)", R"("createdAt":"soon)"}}) {
    std::string text = to_json(*task);
    text.replace(text.find(from), from.size(), to);
    EXPECT_EQ(parse_task(text, task->owner).error().code, Errc::corrupt) << to;
  }
}

TEST(TaskJson, DraftsAndPatchesSurviveTheirWayToAnotherService) {
  TaskDraft draft = titled("x");
  draft.status = Status::in_progress;
  draft.due = day("2026-03-05");
  draft.reminders = {{{}, RemindDaysBefore{2, 7h, true}}};
  draft.estimate = 45min;
  const auto value = parse_json(to_json(draft)).value();
  JsonReader in(value, Unknown::strict);
  EXPECT_EQ(read_task_draft(in), draft);
  EXPECT_FALSE(in.finish());

  TaskPatch patch;
  patch.title = "y";
  patch.category = "";
  patch.due = When{};
  patch.start = When{kNow};
  patch.estimate = std::optional<std::chrono::seconds>{};
  patch.parent = std::optional<TaskId>{};
  patch.reminders.emplace();
  const auto body = parse_json(to_json(patch)).value();
  JsonReader again(body, Unknown::strict);
  EXPECT_EQ(read_task_patch(again), patch);
  EXPECT_FALSE(again.finish());
}

}  // namespace
}  // namespace daybook::domain
