#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "domain/task_json.hpp"
#include "runtime/together.hpp"
#include "services/tasks/store.hpp"

/// The cases that every adapter of TaskStore passes. An adapter's test defines a Backend with
///   TaskStore& store();  run(awaitable) -> its result;  events() -> vector<CloudEvent> so far;  reopen()
/// (and, where 10,000 tasks take it too long, a smaller number as `static constexpr int kManyTasks`)
/// and instantiates the suite:
///   INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, TaskStoreContract, SqliteBackend);
namespace daybook::tasks {

inline Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

template <class Backend>
class TaskStoreContract : public ::testing::Test {
 protected:
  Command command(std::string key = {}) {
    Command out;
    out.user = user_;
    out.now = now_;
    out.timezone = "Europe/Berlin";
    out.idempotency_key = std::move(key);
    return out;
  }
  static domain::TaskDraft draft(std::string title) {
    domain::TaskDraft out;
    out.title = std::move(title);
    return out;
  }
  TaskStore& store() { return backend_.store(); }
  Result<TaskDocument> create(domain::TaskDraft draft) {
    return backend_.run(store().create(command(), std::move(draft)));
  }
  TaskDocument made(std::string title) { return create(draft(std::move(title))).value(); }
  domain::Task parsed(const TaskDocument& document) { return domain::parse_task(document.json, user_).value(); }
  Result<TaskDocument> get(const TaskId& id) { return backend_.run(store().get(user_, TaskRef{id})); }
  domain::Task stored(const TaskId& id) { return parsed(get(id).value()); }

  struct Page {
    std::vector<std::string> titles;
    std::string next;
  };
  Result<Page> page(domain::TaskQuery query) {
    auto page = backend_.run(store().list(user_, "Europe/Berlin", std::move(query)));
    if (!page) return page.error();
    Page out;
    out.next = page->next_cursor;
    const auto items = parse_json("[" + page->items + "]").value();
    for (const auto& item : items.as_array()) out.titles.emplace_back(item.at("title").as_string());
    return out;
  }
  std::vector<std::string> titles(domain::TaskQuery query) { return page(std::move(query)).value().titles; }
  std::vector<std::string> found(std::string text) {
    domain::TaskQuery query;
    query.text = std::move(text);
    return titles(std::move(query));
  }
  /// All pages of a query, `limit` at a time.
  std::vector<std::string> all(domain::TaskQuery query, int limit) {
    std::vector<std::string> out;
    query.limit = limit;
    do {
      const auto next = page(query).value();
      out.insert(out.end(), next.titles.begin(), next.titles.end());
      query.cursor = next.next;
    } while (!query.cursor.empty());
    return out;
  }
  std::vector<std::string> event_types() {
    std::vector<std::string> out;
    for (const auto& event : backend_.events()) out.push_back(event.type);
    return out;
  }
  json::object last_data() {
    const auto events = backend_.events();
    return parse_json(events.back().data).value().as_object();
  }

  /// `work(i)` for i in [0, count) at the same time.
  template <class Work>
  void together(std::size_t count, Work& work) {
    backend_.run(runtime::together(count, work));
  }
  static constexpr int many() {
    if constexpr (requires { Backend::kManyTasks; })
      return Backend::kManyTasks;
    else
      return 10'000;
  }

  Backend backend_;
  Instant now_ = at("2026-03-04T09:00:00Z");
  UserId user_ = UserId{Uuid::v5(Uuid{}, "ada")};
  UserId other_ = UserId{Uuid::v5(Uuid{}, "bob")};
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TYPED_TEST_SUITE_P(TaskStoreContract);

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
    EXPECT_EQ(backend.run(store.remove(command, ref, {})).error().code, Errc::not_found);
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
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{b.id}, {})));
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
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{task.id}, {})));
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{task.id}, {})));
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
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{task.id}, {})));
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
  ASSERT_TRUE(backend.run(store.remove(this->command(), TaskRef{parent.id}, {})));
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
  ASSERT_TRUE(this->backend_.run(this->store().remove(this->command(), TaskRef{made.id}, {})));
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

//
TYPED_TEST_P(TaskStoreContract, SearchFindsFoldedWordsPrefixesPhrasesAndPairsOfHan) {
  auto draft = this->draft("Café crème kaufen");
  draft.description = "Straße 12, don't forget";
  draft.tags = {"Einkauf"};
  ASSERT_TRUE(this->create(draft));
  this->made("Buy milk and bread");
  this->made("Milk the cow");
  this->made("東京都へ行く");
  EXPECT_THAT(this->found("cafe"), ElementsAre("Café crème kaufen"));
  EXPECT_THAT(this->found("CREME caf"), ElementsAre("Café crème kaufen"));
  EXPECT_THAT(this->found("strasse dont"), ElementsAre("Café crème kaufen"));
  EXPECT_THAT(this->found("einkauf"), ElementsAre("Café crème kaufen"));
  EXPECT_THAT(this->found("mil"), ElementsAre("Milk the cow", "Buy milk and bread"));
  EXPECT_THAT(this->found("mil "), IsEmpty());
  EXPECT_THAT(this->found("mil bread"), IsEmpty());
  EXPECT_THAT(this->found("milk bread"), ElementsAre("Buy milk and bread"));
  EXPECT_THAT(this->found("\"milk and\""), ElementsAre("Buy milk and bread"));
  EXPECT_THAT(this->found("\"and milk\""), IsEmpty());
  EXPECT_THAT(this->found("東京"), ElementsAre("東京都へ行く"));
  EXPECT_THAT(this->found("都"), ElementsAre("東京都へ行く"));
  EXPECT_THAT(this->found("京東"), IsEmpty());
  EXPECT_THAT(this->found("!!!"), IsEmpty());
}

TYPED_TEST_P(TaskStoreContract, SearchFollowsEdits) {
  const auto task = this->made("Buy milk");
  for (int i = 0; i < 40; ++i)
    this->backend_.run(this->store().create(this->command(), [&] {
      auto draft = this->draft("filler");
      draft.status = domain::Status::completed;
      return draft;
    }()));
  domain::TaskPatch patch;
  patch.title = "Buy bread";
  ASSERT_TRUE(this->backend_.run(this->store().patch(this->command(), TaskRef{task.id}, patch)));
  EXPECT_THAT(this->found("milk"), IsEmpty());
  EXPECT_THAT(this->found("bread"), ElementsAre("Buy bread"));
}

// A-08, S-3.2.2
TYPED_TEST_P(TaskStoreContract, FiltersCombine) {
  const auto add = [&](std::string title, domain::Priority priority, std::vector<std::string> tags, domain::When due) {
    auto draft = this->draft(std::move(title));
    draft.priority = priority;
    draft.tags = std::move(tags);
    draft.due = due;
    this->now_ += std::chrono::minutes{1};
    return this->create(draft).value();
  };
  using domain::Priority;
  add("a", Priority::high, {"work", "x"}, at("2026-03-05T10:00:00Z"));
  add("b", Priority::low, {"Work"}, parse_date("2026-03-05").value());
  const auto c = add("c", Priority::high, {"home"}, {});
  add("d", Priority::none, {}, at("2026-03-05T23:30:00Z"));  // The 6th in Berlin.
  ASSERT_TRUE(this->backend_.run(this->store().complete(this->command(), TaskRef{c.id}, Subtasks::ask)));

  domain::TaskQuery query;
  query.tags = {"WORK"};
  EXPECT_THAT(this->titles(query), ElementsAre("b", "a"));
  query.priority = {Priority::high};
  EXPECT_THAT(this->titles(query), ElementsAre("a"));
  query = {};
  query.tags = {"work", "x"};
  EXPECT_THAT(this->titles(query), ElementsAre("a"));
  query = {};
  query.not_tags = {"work"};
  EXPECT_THAT(this->titles(query), ElementsAre("d", "c"));
  query = {};
  query.any_tags = {"home", "x"};
  EXPECT_THAT(this->titles(query), ElementsAre("c", "a"));
  query = {};
  query.status = {domain::Status::completed};
  EXPECT_THAT(this->titles(query), ElementsAre("c"));
  query.status = {domain::Status::pending, domain::Status::in_progress};
  EXPECT_THAT(this->titles(query), ElementsAre("d", "b", "a"));
  query = {};
  query.due_from = query.due_to = parse_date("2026-03-05").value();
  EXPECT_THAT(this->titles(query), ElementsAre("b", "a"));
  query.due_to = parse_date("2026-03-06").value();
  EXPECT_THAT(this->titles(query), ElementsAre("d", "b", "a"));
  query = {};
  query.has_due = false;
  EXPECT_THAT(this->titles(query), ElementsAre("c"));
  query = {};
  query.created_from = at("2026-03-04T09:02:00Z");
  query.created_to = at("2026-03-04T09:03:00Z");
  EXPECT_THAT(this->titles(query), ElementsAre("c", "b"));
  query = {};
  query.completed_from = at("2026-03-04T09:00:00Z");
  EXPECT_THAT(this->titles(query), ElementsAre("c"));
}

//
TYPED_TEST_P(TaskStoreContract, TheCalendarPutsEachTaskOnItsDay) {
  const auto add = [&](std::string title, domain::When due) {
    auto draft = this->draft(std::move(title));
    draft.due = due;
    this->create(draft).value();
  };
  add("late", at("2026-03-05T23:30:00Z"));
  add("day", parse_date("2026-03-05").value());
  add("morning", at("2026-03-05T08:00:00Z"));
  add("none", {});
  CalendarQuery query{parse_date("2026-03-05").value(), parse_date("2026-03-06").value(), {}};
  const auto page = this->backend_.run(this->store().calendar(this->user_, "Europe/Berlin", query)).value();
  EXPECT_EQ(page.timezone, "Europe/Berlin");
  ASSERT_EQ(page.days.size(), 2u);
  const auto first = parse_json("[" + page.days[0].items + "]").value().as_array();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].at("title").as_string(), "morning");
  EXPECT_EQ(first[1].at("title").as_string(), "day");
  EXPECT_EQ(format_date(page.days[1].date), "2026-03-06");
}

//
TYPED_TEST_P(TaskStoreContract, SortsInEveryOrderWithWhatHasNoDueTimeLast) {
  const auto add = [&](std::string title, domain::Priority priority, domain::When due) {
    auto draft = this->draft(std::move(title));
    draft.priority = priority;
    draft.due = due;
    this->now_ += std::chrono::minutes{1};
    this->create(draft).value();
  };
  using domain::Priority;
  add("beta", Priority::none, at("2026-03-07T10:00:00Z"));
  add("Alpha", Priority::high, {});
  add("delta", Priority::high, at("2026-03-05T10:00:00Z"));
  add("gamma", Priority::low, parse_date("2026-03-06").value());
  const auto sorted = [&](std::string_view sort) {
    domain::TaskQuery query;
    query.sort = domain::parse_sort(sort).value();
    const auto once = this->titles(query);
    EXPECT_EQ(this->all(query, 1), once) << sort;
    return once;
  };
  EXPECT_THAT(sorted("created"), ElementsAre("beta", "Alpha", "delta", "gamma"));
  EXPECT_THAT(sorted("-created"), ElementsAre("gamma", "delta", "Alpha", "beta"));
  EXPECT_THAT(sorted("due"), ElementsAre("delta", "gamma", "beta", "Alpha"));
  EXPECT_THAT(sorted("-due"), ElementsAre("beta", "gamma", "delta", "Alpha"));
  EXPECT_THAT(sorted("priority"), ElementsAre("delta", "Alpha", "gamma", "beta"));
  EXPECT_THAT(sorted("-priority"), ElementsAre("beta", "gamma", "delta", "Alpha"));
  EXPECT_THAT(sorted("title"), ElementsAre("Alpha", "beta", "delta", "gamma"));
  EXPECT_THAT(sorted("-title"), ElementsAre("gamma", "delta", "beta", "Alpha"));
  EXPECT_THAT(sorted("updated"), ElementsAre("beta", "Alpha", "delta", "gamma"));
}

// a keyset page neither skips nor repeats what stays as it is, whatever happens between two pages
TYPED_TEST_P(TaskStoreContract, PagingMeetsEveryUnchangedTaskOnceWhileOthersComeGoAndMove) {
  std::uint32_t state = 2026;
  const auto next = [&](std::uint32_t below) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
  };
  int made = 0;
  const auto add = [&](const std::string& kind) {
    auto draft = this->draft(kind + " " + std::to_string(made++));
    draft.status = domain::Status::completed;  // The quota is of open tasks.
    draft.priority = static_cast<domain::Priority>(next(4));
    if (next(3)) draft.due = this->now_ + std::chrono::hours{next(5)};
    this->now_ += std::chrono::seconds{next(2)};
    return this->create(draft).value();
  };
  for (const char* sort : {"created", "-created", "due", "-due", "priority", "-priority", "title", "-title"}) {
    for (const char* text : {"", "keep"}) {
      std::vector<std::string> kept;
      std::vector<TaskId> moving;
      for (int i = 0; i < 12; ++i) {
        kept.push_back(std::string(this->parsed(add("keep"))->title));
        moving.push_back(add("move").id);
      }
      domain::TaskQuery query;
      query.sort = domain::parse_sort(sort).value();
      query.text = text;
      query.limit = 4;
      std::vector<std::string> seen;
      do {
        const auto page = this->page(query).value();
        for (const auto& title : page.titles)
          if (title.starts_with("keep")) seen.push_back(title);
        query.cursor = page.next;
        add("come");
        const auto id = moving[next(static_cast<std::uint32_t>(moving.size()))];
        domain::TaskPatch patch;
        patch.due = domain::When{this->now_ + std::chrono::hours{next(5)}};
        patch.priority = static_cast<domain::Priority>(next(4));
        patch.title = "moved " + std::to_string(made++);
        if (next(2))
          ignore(this->backend_.run(this->store().patch(this->command(), TaskRef{id}, patch)), "may be gone");
        else
          ignore(this->backend_.run(this->store().remove(this->command(), TaskRef{id}, {})), "may be gone");
      } while (!query.cursor.empty());
      EXPECT_THAT(seen, ::testing::UnorderedElementsAreArray(kept)) << sort << " " << text;
      ASSERT_TRUE(this->backend_.run(this->store().erase(this->user_)));
    }
  }
}

// X-15, rule 13
TYPED_TEST_P(TaskStoreContract, OfWritersWithTheSameVersionOneWinsAndTheOthersHearIt) {
  const auto id = this->made("Milk").id;
  for (int round = 0; round < 5; ++round) {
    const auto version = this->get(id)->version;
    int won = 0, stale = 0;
    auto write = [&](std::size_t i) -> boost::asio::awaitable<void> {
      auto command = this->command();
      command.if_match = version;
      domain::TaskPatch patch;
      patch.title = "Milk " + std::to_string(round) + "/" + std::to_string(i);
      const auto done = co_await this->store().patch(std::move(command), TaskRef{id}, std::move(patch));
      if (done)
        ++won;
      else if (done.error().code == Errc::version_mismatch)
        ++stale;
    };
    this->together(8, write);
    EXPECT_EQ(won, 1);
    EXPECT_EQ(stale, 7);
    EXPECT_EQ(this->get(id)->version, version + 1);
  }
  EXPECT_THAT(this->event_types(), ::testing::SizeIs(1 + 5));
}

TYPED_TEST_P(TaskStoreContract, NumbersSequencesAndTheQuotaHoldForThoseWhoComeAtOnce) {
  int made = 0, refused = 0;
  auto write = [&](std::size_t i) -> boost::asio::awaitable<void> {
    auto draft = this->draft("Task " + std::to_string(i));
    const auto done = co_await this->store().create(this->command(), std::move(draft));
    ++(done ? made : refused);
  };
  this->together(12, write);
  EXPECT_EQ(made, 5);
  EXPECT_EQ(refused, 7);
  std::vector<std::int64_t> numbers, sequences;
  for (const auto& event : this->backend_.events()) {
    sequences.push_back(event.sequence);
    numbers.push_back(parse_json(event.data)->at("number").as_int64());
  }
  std::sort(sequences.begin(), sequences.end());
  std::sort(numbers.begin(), numbers.end());
  EXPECT_THAT(sequences, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(std::unique(numbers.begin(), numbers.end()), numbers.end());
  EXPECT_THAT(this->titles({}), ::testing::SizeIs(5));
}

// what a page costs grows neither with the tasks before it nor with those of others.
TYPED_TEST_P(TaskStoreContract, TenThousandTasksArePagedSearchedAndCounted) {
  const int tasks = this->many();
  StoreLimits limits;
  limits.open_tasks = tasks;
  this->store().set_limits(limits);
  auto write = [&](std::size_t lane) -> boost::asio::awaitable<void> {
    for (int i = static_cast<int>(lane); i < tasks; i += 32) {
      auto draft = this->draft("Task " + std::to_string(i) + (i % 100 == 0 ? " rare" : ""));
      draft.tags = {i % 2 == 0 ? "even" : "odd"};
      draft.due = this->now_ + std::chrono::minutes{i};
      EXPECT_TRUE(co_await this->store().create(this->command(), std::move(draft)));
    }
  };
  this->together(32, write);
  EXPECT_EQ(this->create(this->draft("One more")).error().code, Errc::limit_exceeded);

  domain::TaskQuery query;
  query.sort = domain::parse_sort("due").value();
  const auto all = this->all(query, 200);
  ASSERT_THAT(all, ::testing::SizeIs(static_cast<std::size_t>(tasks)));
  EXPECT_EQ(all.front(), "Task 0 rare");
  EXPECT_EQ(all.back(), "Task " + std::to_string(tasks - 1));
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
  query.text = "rar";
  EXPECT_THAT(this->all(query, 30), ::testing::SizeIs(static_cast<std::size_t>(tasks) / 100));
  query.tags = {"odd"};
  EXPECT_THAT(this->all(query, 30), IsEmpty());
  const auto labels = this->backend_.run(this->store().labels(this->user_)).value();
  for (const auto& tag : labels.tags) EXPECT_EQ(tag.total, tasks / 2) << tag.name;
}

TYPED_TEST_P(TaskStoreContract, ACursorBelongsToItsQuery) {
  for (int i = 0; i < 4; ++i) this->made("task");
  domain::TaskQuery query;
  query.limit = 2;
  query.cursor = this->page(query).value().next;
  ASSERT_FALSE(query.cursor.empty());
  EXPECT_TRUE(this->page(query));
  auto other = query;
  other.status = {domain::Status::completed};
  EXPECT_EQ(this->page(other).error().code, Errc::invalid_argument);
  query.cursor.back() = query.cursor.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(this->page(query).error().code, Errc::invalid_argument);
}

TYPED_TEST_P(TaskStoreContract, LabelsAreCountedAsTheyChange) {
  auto draft = this->draft("a");
  draft.tags = {"Work", "x"};
  draft.category = "Home";
  const auto a = this->create(draft).value();
  draft.tags = {"work"};
  this->create(draft).value();
  auto& backend = this->backend_;
  auto& store = this->store();
  ASSERT_TRUE(backend.run(store.complete(this->command(), TaskRef{a.id}, Subtasks::ask)));
  auto labels = backend.run(store.labels(this->user_)).value();
  ASSERT_EQ(labels.tags.size(), 2u);
  EXPECT_EQ(labels.tags[0].total, 2);
  EXPECT_EQ(labels.tags[0].open, 1);
  EXPECT_EQ(labels.categories.at(0).open, 1);
  domain::TaskPatch patch;
  patch.tags = std::vector<std::string>{};
  ASSERT_TRUE(backend.run(store.patch(this->command(), TaskRef{a.id}, patch)));
  labels = backend.run(store.labels(this->user_)).value();
  ASSERT_EQ(labels.tags.size(), 1u);
  EXPECT_EQ(labels.tags[0].total, 1);
}

TYPED_TEST_P(TaskStoreContract, SavedFiltersAreKeptByNameAndVersion) {
  auto& backend = this->backend_;
  auto& store = this->store();
  const auto filter = backend.run(store.create_filter(this->command(), {}, "Today", "status=open")).value();
  EXPECT_EQ(backend.run(store.create_filter(this->command(), {}, "today", "q=x")).error().code, Errc::conflict);
  auto command = this->command();
  command.if_match = 1;
  EXPECT_EQ(backend.run(store.update_filter(command, filter.id, "Now", {}))->version, 2);
  EXPECT_EQ(backend.run(store.update_filter(command, filter.id, "Soon", {})).error().code, Errc::version_mismatch);
  EXPECT_EQ(backend.run(store.saved_filters(this->user_)).value().at(0).name, "Now");
  command = this->command();
  command.user = this->other_;
  EXPECT_EQ(backend.run(store.remove_filter(command, filter.id)).error().code, Errc::not_found);
  EXPECT_TRUE(backend.run(store.remove_filter(this->command(), filter.id)));
  EXPECT_THAT(backend.run(store.saved_filters(this->user_)).value(), IsEmpty());
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
    AnOccurrenceIsMadeOnceAndDoesNotComeBack, ReminderStatesAreCopiedOnceInOrderAndDoNotRaiseTheVersion,
    AnOwnersNewClockMovesWhatHangsOnIt, ErasingLeavesNothingAndOthersAlone,
    SearchFindsFoldedWordsPrefixesPhrasesAndPairsOfHan, SearchFollowsEdits, FiltersCombine,
    TheCalendarPutsEachTaskOnItsDay, SortsInEveryOrderWithWhatHasNoDueTimeLast,
    PagingMeetsEveryUnchangedTaskOnceWhileOthersComeGoAndMove, OfWritersWithTheSameVersionOneWinsAndTheOthersHearIt,
    NumbersSequencesAndTheQuotaHoldForThoseWhoComeAtOnce, TenThousandTasksArePagedSearchedAndCounted,
    ACursorBelongsToItsQuery, LabelsAreCountedAsTheyChange, SavedFiltersAreKeptByNameAndVersion,
    EverythingIsThereAfterReopening);

}  // namespace daybook::tasks
