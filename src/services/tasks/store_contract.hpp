#pragma once

#include "services/tasks/store_contract_fixture.hpp"
#include "services/tasks/store_contract_lists.hpp"

/// How single tasks are made, changed and removed; and all cases together.
namespace daybook::tasks {

// E-13, S-3.2.1
TYPED_TEST_P(TaskStoreContract, KeepsWhatItIsGivenAndSaysSo) {
  auto draft = this->draft("  Dentist ");
  draft.description = "Bring the card";
  draft.priority = domain::Priority::high;
  draft.tags = {"#health", "Health", "teeth"};
  draft.category = "home";
  draft.due = at("2026-03-05T15:00:00Z");
  draft.reminders = {{{}, domain::RemindBefore{std::chrono::minutes{30}}}};
  const auto document = this->create(draft).value();
  EXPECT_TRUE(document.created);
  EXPECT_EQ(document.number, 1);
  EXPECT_EQ(document.version, 1);
  const auto task = this->stored(document.id);
  EXPECT_EQ(task->title, "Dentist");
  EXPECT_THAT(task->tags, ElementsAre("health", "teeth"));
  EXPECT_EQ(task->category, "home");
  EXPECT_EQ(task->timezone, "Europe/Berlin");
  EXPECT_EQ(task->reminders.at(0).fire_at, at("2026-03-05T14:30:00Z"));
  const auto events = this->backend_.events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, "task.created");
  EXPECT_EQ(events[0].subject, document.id.str());
  EXPECT_EQ(events[0].user, this->user_);
  EXPECT_EQ(events[0].sequence, 1);
  const auto data = this->last_data();
  EXPECT_EQ(data.at("taskId").as_string(), document.id.str());
  EXPECT_EQ(domain::parse_task(json::value(data), this->user_).value(), task);
}

// A-01, J-02, H-01, S-2.4.5: nobody sees or changes another's tasks
TYPED_TEST_P(TaskStoreContract, IsBoundToItsUser) {
  const auto mine = this->made("secret");
  const TaskRef refs[] = {TaskRef{mine.id}, TaskRef{std::int64_t{1}}};
  for (const auto& ref : refs) {
    auto command = this->command();
    command.user = this->other_;
    auto& store = this->store();
    auto& backend = this->backend_;
    EXPECT_EQ(backend.run(store.get(this->other_, ref)).error().code, Errc::not_found);
    EXPECT_EQ(backend.run(store.patch(command, ref, {})).error().code, Errc::not_found);
    EXPECT_EQ(backend.run(store.complete(command, ref, Subtasks::keep)).error().code, Errc::not_found);
    EXPECT_EQ(backend.run(store.reopen(command, ref)).error().code, Errc::not_found);
    EXPECT_EQ(backend.run(store.remove(command, ref, Removal{})).error().code, Errc::not_found);
    EXPECT_EQ(backend.run(store.restore(command, ref)).error().code, Errc::not_found);
  }
  EXPECT_THAT(this->event_types(), ElementsAre("task.created"));
  domain::TaskQuery query;
  query.text = "secret";
  EXPECT_EQ(this->backend_.run(this->store().list(this->other_, "UTC", query)).value().items, "");
  // Nor can another's task be a parent.
  auto command = this->command();
  command.user = this->other_;
  auto draft = this->draft("child");
  draft.parent = mine.id;
  EXPECT_EQ(this->backend_.run(this->store().create(command, draft)).error().code, Errc::not_found);
}

// Design, rule 13
TYPED_TEST_P(TaskStoreContract, NumbersAreCountedPerUserAndNeverReused) {
  this->made("a");
  const auto b = this->made("b");
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{b.id}, Removal{})));
  EXPECT_EQ(this->made("c").number, 3);
  auto command = this->command();
  command.user = this->other_;
  EXPECT_EQ(this->backend_.run(this->store().create(command, this->draft("x")))->number, 1);
  EXPECT_EQ(this->backend_.run(this->store().get(this->user_, TaskRef{std::int64_t{3}}))->number, 3);
}

// E-05: design, rule 13
TYPED_TEST_P(TaskStoreContract, RepeatingAKeyMakesOneTask) {
  auto command = this->command("key");
  command.request_hash[0] = 1;
  const auto first = this->backend_.run(this->store().create(command, this->draft("milk"))).value();
  const auto again = this->backend_.run(this->store().create(command, this->draft("milk"))).value();
  EXPECT_EQ(first.id, again.id);
  EXPECT_TRUE(again.created);
  EXPECT_THAT(this->event_types(), ElementsAre("task.created"));
  command.request_hash[0] = 2;
  const auto other = this->backend_.run(this->store().create(command, this->draft("bread")));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().slug, "idempotency-key-reused");
}

// Design, rule 13: a client-made id
TYPED_TEST_P(TaskStoreContract, RepeatingAnIdWithTheSameContentGivesTheTaskEvenAfterEdits) {
  auto draft = this->draft("milk");
  draft.id = TaskId::make(this->now_);
  const auto first = this->create(draft).value();
  domain::TaskPatch patch;
  patch.title = "oat milk";
  ASSERT_TRUE(this->backend_.run(this->store().patch(this->command(), TaskRef{first.id}, patch)));
  const auto again = this->create(draft).value();
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(this->parsed(again)->title, "oat milk");
  draft.title = "bread";
  EXPECT_EQ(this->create(draft).error().code, Errc::conflict);
  auto command = this->command();
  command.user = this->other_;
  EXPECT_EQ(this->backend_.run(this->store().create(command, draft)).error().code, Errc::conflict);
}

// H-02, R-17, S-2.4.4
TYPED_TEST_P(TaskStoreContract, AnOldVersionIsRefusedUnlessTheWantedStateHolds) {
  const auto task = this->made("milk");
  domain::TaskPatch patch;
  patch.title = "bread";
  auto command = this->command();
  command.if_match = 1;
  ASSERT_TRUE(this->backend_.run(this->store().patch(command, TaskRef{task.id}, patch)));
  // The same request again: what it wanted holds.
  EXPECT_EQ(this->backend_.run(this->store().patch(command, TaskRef{task.id}, patch))->version, 2);
  patch.title = "butter";
  const auto lost = this->backend_.run(this->store().patch(command, TaskRef{task.id}, patch));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::version_mismatch);
  EXPECT_EQ(this->stored(task.id)->title, "bread");
  EXPECT_THAT(this->event_types(), ElementsAre("task.created", "task.updated"));
  const auto data = this->last_data();
  EXPECT_EQ(data.at("changes").at("title").as_string(), "bread");
  EXPECT_EQ(data.at("previousValues").at("title").as_string(), "milk");
  EXPECT_EQ(data.at("version").as_int64(), 2);
}

// B-07, S-3.3.1
TYPED_TEST_P(TaskStoreContract, CompletingRecordsTheMomentAndTheElapsedTimeOnce) {
  const auto task = this->made("milk");
  this->now_ += std::chrono::seconds{90};
  ASSERT_TRUE(this->backend_.run(this->store().complete(this->command(), TaskRef{task.id}, Subtasks::ask)));
  ASSERT_TRUE(this->backend_.run(this->store().complete(this->command(), TaskRef{task.id}, Subtasks::ask)));
  EXPECT_THAT(this->event_types(), ElementsAre("task.created", "task.completed"));
  EXPECT_EQ(this->last_data().at("timeToComplete").as_int64(), 90'000);
  EXPECT_EQ(this->stored(task.id)->completed_at, this->now_);
  ASSERT_TRUE(this->backend_.run(this->store().reopen(this->command(), TaskRef{task.id})));
  EXPECT_EQ(this->stored(task.id)->status, domain::Status::pending);
  EXPECT_FALSE(this->stored(task.id)->completed_at);
  EXPECT_EQ(this->event_types().back(), "task.updated");
}

// A-12, design rule 14
TYPED_TEST_P(TaskStoreContract, DeletesAreTombstonesThatCanBeRestored) {
  auto draft = this->draft("milk");
  draft.tags = {"shop"};
  const auto task = this->create(draft).value();
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{task.id}, Removal{})));
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{task.id}, Removal{})));
  EXPECT_THAT(this->event_types(), ElementsAre("task.created", "task.deleted"));
  EXPECT_EQ(this->last_data().at("reason").as_string(), "user-deletion");
  EXPECT_TRUE(this->last_data().contains("deletedAt"));
  EXPECT_EQ(this->get(task.id).error().code, Errc::not_found);
  EXPECT_THAT(this->titles({}), IsEmpty());
  EXPECT_THAT(this->found("milk"), IsEmpty());
  EXPECT_THAT(this->backend_.run(this->store().labels(this->user_)).value().tags, IsEmpty());
  this->now_ += std::chrono::days{29};
  ASSERT_TRUE(this->backend_.run(this->store().restore(this->command(), TaskRef{task.id})));
  EXPECT_THAT(this->found("milk"), ElementsAre("milk"));
  EXPECT_EQ(this->stored(task.id)->version, 3);
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{task.id}, Removal{})));
  this->now_ += std::chrono::days{31};
  EXPECT_EQ(this->backend_.run(this->store().restore(this->command(), TaskRef{task.id})).error().code, Errc::not_found);
  EXPECT_GE(this->backend_.run(this->store().purge(this->now_, 100)).value(), 1);
  EXPECT_EQ(this->backend_.run(this->store().purge(this->now_, 100)).value(), 0);
}

//
// Decision (2)
TYPED_TEST_P(TaskStoreContract, SubtasksAreCountedCompletedDeletedAndRestoredWithTheirParent) {
  const auto parent = this->made("party");
  std::vector<TaskId> children;
  for (const char* title : {"cake", "music"}) {
    auto draft = this->draft(title);
    draft.parent = parent.id;
    children.push_back(this->create(draft).value().id);
  }
  auto& backend = this->backend_;
  auto& store = this->store();
  const auto progress = [&] {
    const auto value = parse_json(this->get(parent.id).value().json).value();
    const auto& counts = value.at("subtasks");
    return std::pair(counts.at("total").as_int64(), counts.at("completed").as_int64());
  };
  EXPECT_EQ(progress(), std::pair(2L, 0L));
  ASSERT_TRUE(backend.run(store.complete(this->command(), TaskRef{children[0]}, Subtasks::ask)));
  EXPECT_EQ(progress(), std::pair(2L, 1L));
  const auto asked = backend.run(store.complete(this->command(), TaskRef{parent.id}, Subtasks::ask));
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().slug, "open-subtasks");
  ASSERT_TRUE(backend.run(store.complete(this->command(), TaskRef{parent.id}, Subtasks::complete)));
  EXPECT_EQ(progress(), std::pair(2L, 2L));
  EXPECT_FALSE(this->stored(children[1]).is_open());

  domain::TaskQuery query;
  query.parent = parent.id;
  EXPECT_THAT(this->titles(query), ElementsAre("music", "cake"));
  ASSERT_TRUE(backend.run(store.remove(this->command(), TaskRef{parent.id}, Removal{})));
  EXPECT_THAT(this->titles({}), IsEmpty());
  ASSERT_TRUE(backend.run(store.restore(this->command(), TaskRef{parent.id})));
  EXPECT_THAT(this->titles({}), UnorderedElementsAre("party", "cake", "music"));
  EXPECT_EQ(progress(), std::pair(2L, 2L));

  domain::TaskPatch patch;
  patch.parent = children[0];
  EXPECT_EQ(backend.run(store.patch(this->command(), TaskRef{parent.id}, patch)).error().slug, "parent-cycle");
}

// I-11, R-04, C-08
TYPED_TEST_P(TaskStoreContract, PastAndFourthRemindersAreRefusedAndNothingIsWritten) {
  auto draft = this->draft("call");
  draft.reminders = {{{}, domain::RemindAt{this->now_ - std::chrono::minutes{1}}}};
  const auto past = this->create(draft);
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().slug, "reminder-in-past");
  EXPECT_EQ(past.error().detail, "Reminder time must be in the future");
  draft.reminders.clear();
  for (int i = 1; i <= 4; ++i) draft.reminders.push_back({{}, domain::RemindAt{this->now_ + std::chrono::hours{i}}});
  EXPECT_EQ(this->create(draft).error().slug, "too-many-reminders");
  EXPECT_THAT(this->event_types(), IsEmpty());
  EXPECT_EQ(this->made("first").number, 1);

  draft.reminders.pop_back();
  const auto task = this->create(draft).value();
  const domain::ReminderDraft fourth{{}, domain::RemindAt{this->now_ + std::chrono::hours{9}}};
  EXPECT_EQ(this->backend_.run(this->store().add_reminder(this->command(), TaskRef{task.id}, fourth)).error().slug,
            "too-many-reminders");
}

// Design, rule 11
TYPED_TEST_P(TaskStoreContract, TheQuotaOfOpenTasksIsNamedAndHoldsForReopening) {
  const auto first = this->made("1");
  ASSERT_TRUE(this->backend_.run(this->store().complete(this->command(), TaskRef{first.id}, Subtasks::ask)));
  for (int i = 2; i <= 6; ++i) this->made(std::to_string(i));
  const auto seventh = this->create(this->draft("7"));
  ASSERT_FALSE(seventh);
  EXPECT_EQ(seventh.error().code, Errc::limit_exceeded);
  EXPECT_THAT(seventh.error().detail, ::testing::HasSubstr("openTasks"));
  EXPECT_EQ(this->backend_.run(this->store().reopen(this->command(), TaskRef{first.id})).error().code,
            Errc::limit_exceeded);
  auto done = this->draft("done already");
  done.status = domain::Status::completed;
  EXPECT_TRUE(this->create(done));
}

// Subtasks that come back with their parent count too.
TYPED_TEST_P(TaskStoreContract, TheQuotaHoldsForATaskRestoredWithItsSubtasks) {
  const auto parent = this->made("parent");
  for (const char* title : {"one", "two"}) {
    auto draft = this->draft(title);
    draft.parent = parent.id;
    ASSERT_TRUE(this->create(draft));
  }
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{parent.id}, Removal{})));
  for (int i = 0; i < 4; ++i) this->made(std::to_string(i));
  EXPECT_EQ(this->backend_.run(this->store().restore(this->command(), TaskRef{parent.id})).error().code,
            Errc::limit_exceeded);
  EXPECT_EQ(this->titles({}).size(), 4u);
}

// B-05, B-06, R-16
TYPED_TEST_P(TaskStoreContract, AnOccurrenceIsMadeOnceAndDoesNotComeBack) {
  auto draft = this->draft("standup");
  draft.series = SeriesId{Uuid::v5(Uuid{}, "series")};
  draft.recurrence_id = "2026-03-04T10:00:00+01:00";
  draft.id = TaskId{Uuid::v5(draft.series->value, draft.recurrence_id)};
  draft.due = this->now_ + std::chrono::minutes{5};
  draft.reminders = {{{}, domain::RemindBefore{std::chrono::minutes{10}}}};  // Past by now: missed, not refused.
  const auto made = this->backend_.run(this->store().create_occurrence(this->command(), draft)).value();
  EXPECT_TRUE(made.created);
  EXPECT_EQ(this->parsed(made)->reminders.at(0).state, domain::ReminderState::missed);
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{made.id}, Removal{})));
  const auto again = this->backend_.run(this->store().create_occurrence(this->command(), draft)).value();
  EXPECT_FALSE(again.created);
  EXPECT_TRUE(this->parsed(again)->deleted_at);
  EXPECT_THAT(this->event_types(), ElementsAre("task.created", "task.deleted"));
  domain::TaskQuery query;
  query.series = draft.series;
  EXPECT_THAT(this->titles(query), IsEmpty());
}

// Design, rule 9
TYPED_TEST_P(TaskStoreContract, ReminderStatesAreCopiedOnceInOrderAndDoNotRaiseTheVersion) {
  auto draft = this->draft("call");
  draft.reminders = {{{}, domain::RemindAt{this->now_ + std::chrono::hours{1}}}};
  const auto task = this->create(draft).value();
  const auto reminder = this->parsed(task)->reminders.at(0).id;
  const auto report = [&](std::int64_t version, domain::ReminderState state, std::optional<Instant> fire_at) {
    ReminderReport out;
    out.event = EventId::make(this->now_);
    out.user = this->user_;
    out.task = task.id;
    out.reminder = reminder;
    out.version = version;
    out.state = state;
    out.fire_at = fire_at;
    return out;
  };
  const auto later = this->now_ + std::chrono::hours{3};
  const auto fired = report(2, domain::ReminderState::fired, {});
  const auto snoozed = report(3, domain::ReminderState::snoozed, later);
  for (const auto& result : this->backend_.run(this->store().apply_reminders({snoozed, fired, snoozed})))
    EXPECT_TRUE(result);
  const auto after = this->stored(task.id);
  EXPECT_EQ(after->reminders.at(0).state, domain::ReminderState::snoozed);
  EXPECT_EQ(after->reminders.at(0).fire_at, later);
  EXPECT_EQ(after->version, 1);
  EXPECT_THAT(this->event_types(), ElementsAre("task.created"));

  const std::vector<StillDueQuestion> questions = {{task.id, reminder, 1}, {TaskId::make(this->now_), reminder, 1}};
  auto answers = this->backend_.run(this->store().still_due(this->user_, later, questions)).value();
  EXPECT_TRUE(answers.at(0).due);
  EXPECT_FALSE(answers.at(1).due);
  ASSERT_TRUE(this->backend_.run(this->store().complete(this->command(), TaskRef{task.id}, Subtasks::ask)));
  EXPECT_FALSE(this->backend_.run(this->store().still_due(this->user_, later, questions)).value().at(0).due);
  EXPECT_EQ(this->stored(task.id)->reminders.at(0).state, domain::ReminderState::canceled);
}

//
TYPED_TEST_P(TaskStoreContract, AnOwnersNewClockMovesWhatHangsOnIt) {
  auto all_day = this->draft("bills");
  all_day.due = parse_date("2026-03-10").value();
  all_day.reminders = {{{}, domain::RemindBefore{std::chrono::seconds{0}}}};
  const auto bills = this->create(all_day).value();
  auto timed = this->draft("call");
  timed.due = at("2026-03-10T10:00:00Z");
  timed.reminders = {{{}, domain::RemindBefore{std::chrono::minutes{30}}}};
  const auto call = this->create(timed).value();
  EXPECT_EQ(this->stored(bills.id)->reminders.at(0).fire_at, at("2026-03-10T08:00:00Z"));

  OwnerReport report;
  report.event = EventId::make(this->now_);
  report.user = this->user_;
  report.version = 1;
  report.timezone = "Europe/Berlin";
  ASSERT_TRUE(this->backend_.run(this->store().apply_owner(report, this->now_)));
  EXPECT_EQ(this->stored(bills.id)->version, 1);
  report.version = 3;
  report.timezone = "America/New_York";
  report.all_day = std::chrono::hours{8};
  ASSERT_TRUE(this->backend_.run(this->store().apply_owner(report, this->now_)));
  EXPECT_EQ(this->stored(bills.id)->reminders.at(0).fire_at, at("2026-03-10T12:00:00Z"));
  EXPECT_EQ(this->stored(call.id)->reminders.at(0).fire_at, at("2026-03-10T09:30:00Z"));
  const auto events = this->event_types().size();
  ASSERT_TRUE(this->backend_.run(this->store().apply_owner(report, this->now_)));  // Redelivered.
  report.version = 2;
  report.timezone = "UTC";
  ASSERT_TRUE(this->backend_.run(this->store().apply_owner(report, this->now_)));  // Late.
  EXPECT_EQ(this->event_types().size(), events);
  EXPECT_EQ(this->parsed(this->made("new"))->timezone, "America/New_York");
}

TYPED_TEST_P(TaskStoreContract, ErasingLeavesNothingAndOthersAlone) {
  for (int i = 0; i < 5; ++i) this->made("mine");
  auto command = this->command();
  command.user = this->other_;
  const auto theirs = this->backend_.run(this->store().create(command, this->draft("theirs"))).value();
  ASSERT_TRUE(this->backend_.run(this->store().erase(this->user_)));
  ASSERT_TRUE(this->backend_.run(this->store().erase(this->user_)));
  EXPECT_THAT(this->titles({}), IsEmpty());
  EXPECT_THAT(this->found("mine"), IsEmpty());
  EXPECT_TRUE(this->backend_.run(this->store().get(this->other_, TaskRef{theirs.id})));
}

// Design, rule 7: an occurrence goes on as another one, and keeps what hangs on it.
TYPED_TEST_P(TaskStoreContract, ATaskBecomesAnotherOccurrenceAndKeepsTheRest) {
  auto draft = this->draft("standup");
  draft.series = SeriesId{Uuid::v5(Uuid{}, "series")};
  draft.recurrence_id = "2026-03-05T10:00:00+01:00";
  draft.id = TaskId{Uuid::v5(draft.series->value, draft.recurrence_id)};
  const auto made = this->backend_.run(this->store().create_occurrence(this->command(), draft)).value();
  auto below = this->draft("below");
  below.parent = made.id;
  ASSERT_TRUE(this->create(below));
  const SeriesId other{Uuid::v5(Uuid{}, "other")};
  for (int i = 0; i < 2; ++i) {  // Told twice, it is done once.
    const auto adopted =
        this->backend_.run(this->store().adopt(this->command(), made.id, other, "2026-03-05T11:00:00+01:00"));
    ASSERT_TRUE(adopted);
    EXPECT_EQ(adopted->version, made.version + 1);
  }
  EXPECT_EQ(this->last_data().at("previousValues").at("seriesId").as_string(), draft.series->str());
  const auto task = this->stored(made.id);
  EXPECT_EQ(task->series, other);
  EXPECT_EQ(task->recurrence_id, "2026-03-05T11:00:00+01:00");
  EXPECT_EQ(task->title, "standup");
  domain::TaskQuery query;
  query.series = other;
  EXPECT_THAT(this->titles(query), ElementsAre("standup"));
  query.series = draft.series;
  EXPECT_THAT(this->titles(query), IsEmpty());
  query.series.reset();
  query.parent = made.id;
  EXPECT_THAT(this->titles(query), ElementsAre("below"));
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{made.id}, Removal{})));
  EXPECT_EQ(this->backend_.run(this->store().adopt(this->command(), made.id, other, "x")).error().code,
            Errc::not_found);
}

// E-08, design, rule 15: all that there is, in pages, tombstones too, and nothing of it is news.
TYPED_TEST_P(TaskStoreContract, SnapshotsTellEveryTaskOnce) {
  for (int i = 0; i < 3; ++i) this->made("task " + std::to_string(i));
  const auto done = this->made("done"), gone = this->made("gone");
  this->now_ += std::chrono::seconds{90};
  ASSERT_TRUE(this->backend_.run(this->store().complete(this->command(), TaskRef{done.id}, Subtasks::ask)));
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{gone.id}, Removal{})));
  std::swap(this->user_, this->other_);
  auto theirs = this->draft("theirs");
  theirs.due = this->now_ + std::chrono::hours{9};
  theirs.reminders = {{{}, domain::RemindBefore{std::chrono::minutes{10}}}};
  const auto last = this->create(theirs).value();
  const auto reminder = this->parsed(last)->reminders.at(0).id;
  ReminderReport report{EventId::make(this->now_),    this->user_, last.id,   reminder, 7,
                        domain::ReminderState::fired, {},          theirs.due};
  ASSERT_TRUE(this->backend_.run(this->store().apply_reminders({report})).front());
  std::swap(this->user_, this->other_);
  const auto events = this->backend_.events().size();

  std::vector<std::string> told;
  std::string cursor;
  do {
    const auto page = this->backend_.run(this->store().snapshot(cursor, 3, this->now_)).value();
    for (const auto& event : page.events) {
      EXPECT_EQ(event.type, "task.snapshot");
      const auto data = parse_json(event.data).value().as_object();
      EXPECT_EQ(data.at("taskId").as_string(), event.subject);
      told.emplace_back(data.at("title").as_string());
      if (told.back() == "done") {
        EXPECT_EQ(data.at("timeToComplete").as_int64(), 90'000);
      }
      if (told.back() == "gone") {
        EXPECT_TRUE(data.at("deletedAt").is_string());
      }
      if (told.back() == "theirs") {
        EXPECT_EQ(event.user, this->other_);
        EXPECT_EQ(data.at("reminderVersions").at(reminder.str()).as_int64(), 7);
      }
    }
    cursor = page.next_cursor;
  } while (!cursor.empty());
  EXPECT_THAT(told, UnorderedElementsAre("task 0", "task 1", "task 2", "done", "gone", "theirs"));
  EXPECT_EQ(this->backend_.events().size(), events);
  EXPECT_EQ(this->backend_.run(this->store().snapshot("nonsense", 3, this->now_)).error().code, Errc::invalid_argument);
}

// Design, rule 2
TYPED_TEST_P(TaskStoreContract, EverythingIsThereAfterReopening) {
  const auto task = this->made("milk");
  this->backend_.reopen();
  EXPECT_EQ(this->stored(task.id)->title, "milk");
  EXPECT_THAT(this->found("milk"), ElementsAre("milk"));
}

REGISTER_TYPED_TEST_SUITE_P(
    TaskStoreContract, KeepsWhatItIsGivenAndSaysSo, IsBoundToItsUser, NumbersAreCountedPerUserAndNeverReused,
    RepeatingAKeyMakesOneTask, RepeatingAnIdWithTheSameContentGivesTheTaskEvenAfterEdits,
    AnOldVersionIsRefusedUnlessTheWantedStateHolds, CompletingRecordsTheMomentAndTheElapsedTimeOnce,
    DeletesAreTombstonesThatCanBeRestored, SubtasksAreCountedCompletedDeletedAndRestoredWithTheirParent,
    PastAndFourthRemindersAreRefusedAndNothingIsWritten, TheQuotaOfOpenTasksIsNamedAndHoldsForReopening,
    TheQuotaHoldsForATaskRestoredWithItsSubtasks, AnOccurrenceIsMadeOnceAndDoesNotComeBack,
    ATaskBecomesAnotherOccurrenceAndKeepsTheRest, SnapshotsTellEveryTaskOnce,
    ReminderStatesAreCopiedOnceInOrderAndDoNotRaiseTheVersion, AnOwnersNewClockMovesWhatHangsOnIt,
    ErasingLeavesNothingAndOthersAlone, SearchFindsFoldedWordsPrefixesPhrasesAndPairsOfHan, SearchFollowsEdits,
    FiltersCombine, TheCalendarPutsEachTaskOnItsDay, SortsInEveryOrderWithWhatHasNoDueTimeLast,
    PagingMeetsEveryUnchangedTaskOnceWhileOthersComeGoAndMove, OfWritersWithTheSameVersionOneWinsAndTheOthersHearIt,
    NumbersSequencesAndTheQuotaHoldForThoseWhoComeAtOnce, TenThousandTasksArePagedSearchedAndCounted,
    ACursorBelongsToItsQuery, LabelsAreCountedAsTheyChange, SavedFiltersAreKeptByNameAndVersion,
    EverythingIsThereAfterReopening);

}  // namespace daybook::tasks
