#include <gmock/gmock.h>

#include "domain/task_json.hpp"
#include "services/tasks/module.hpp"
#include "services/tasks/sql_store.hpp"
#include "storage/sqlite/test_database.hpp"

// What the tasks service takes away, or takes over, in the background.
namespace daybook::tasks {
namespace {

using storage::sqlite::TestDatabase;

class Tidying : public ::testing::Test {
 protected:
  TaskDocument create(std::vector<domain::ReminderDraft> reminders = {}) {
    domain::TaskDraft draft;
    draft.title = "call";
    draft.due = clock_.now() + std::chrono::hours{2};
    draft.reminders = std::move(reminders);
    return db_.run(store_->create(command(), std::move(draft))).value();
  }
  Command command() {
    Command out;
    out.user = user_;
    out.now = clock_.now();
    out.timezone = "Europe/Berlin";
    return out;
  }
  std::int64_t count(const char* sql) {
    auto query = [sql](storage::sql::Reader& db) -> Result<std::int64_t> {
      auto row = db.query(sql);
      row.step();
      return row.integer(0);
    };
    return db_.read(std::move(query)).value();
  }
  void report(const TaskDocument& task, const ReminderId& reminder, std::int64_t version) {
    const auto due = domain::parse_task(task.json, user_).value()->due;
    const ReminderReport fired{EventId::make(clock_.now()),  user_, task.id, reminder, version,
                               domain::ReminderState::fired, {},    due};
    EXPECT_TRUE(db_.run(store_->apply_reminders({fired})).front());
  }
  ReminderId reminder_of(const TaskDocument& task) {
    return domain::parse_task(db_.run(store_->get(user_, TaskRef{task.id})).value().json, user_)
        .value()
        ->reminders[0]
        .id;
  }

  TestDatabase db_{sql_migrations()};
  ManualClock clock_{parse_rfc3339("2026-03-04T09:00:00Z").value()};
  UserId user_ = UserId::make(clock_.now());
  std::unique_ptr<TaskStore> store_ = make_sql_store(*db_);
  Module module_{*store_, clock_};
};

// All that is over goes in one round, however much there is.
TEST_F(Tidying, ARoundOfPurgingEndsWhenNothingIsLeft) {
  auto fill = [this](storage::sql::Writer& db) -> Result<int> {
    const std::string hash(32, 'h');
    for (int i = 0; i < 10'500; ++i)
      db.run(
          "INSERT INTO tasks_idempotency(user_id, key, request_hash, status, resource, created_at) "
          "VALUES (?, ?, ?, 201, '', 0)",
          user_, std::to_string(i), storage::sql::Blob{hash});
    return 0;
  };
  ASSERT_TRUE(db_.write(std::move(fill)));
  EXPECT_EQ(db_.run(module_.purge_once()).value(), 10'500);
}

// Design, rule 9: news of what fired before the person moved the task says nothing of the reminder that is to come.
TEST_F(Tidying, LateNewsOfAReminderDoesNotSettleTheOneThatWasMoved) {
  const auto task = create({{{}, domain::RemindBefore{std::chrono::minutes{10}}}});
  domain::TaskPatch later;
  later.due = clock_.now() + std::chrono::hours{30};
  const auto moved = db_.run(store_->patch(command(), TaskRef{task.id}, later)).value();
  const auto state = [&] {
    return domain::parse_task(db_.run(store_->get(user_, TaskRef{task.id})).value().json, user_)
        .value()
        ->reminders[0]
        .state;
  };
  report(task, reminder_of(task), 3);
  EXPECT_EQ(state(), domain::ReminderState::pending);
  report(moved, reminder_of(task), 5);
  EXPECT_EQ(state(), domain::ReminderState::fired);
}

TEST_F(Tidying, WhatIsKeptOfARemindersNewsGoesWithIt) {
  const auto kept = "SELECT count(*) FROM tasks_reminder";
  const auto purged = create({{{}, domain::RemindBefore{std::chrono::minutes{10}}}});
  const auto first = reminder_of(purged);
  report(purged, first, 3);
  const auto edited = create({{{}, domain::RemindBefore{std::chrono::minutes{10}}}});
  const auto second = reminder_of(edited);
  report(edited, second, 3);
  EXPECT_EQ(count(kept), 2);

  domain::TaskPatch patch;
  patch.reminders.emplace();
  ASSERT_TRUE(db_.run(store_->patch(command(), TaskRef{edited.id}, patch)));
  EXPECT_EQ(count(kept), 1);
  ASSERT_TRUE(db_.run(store_->remove(command(), TaskRef{purged.id}, Removal{})));
  clock_.advance(std::chrono::days{31});
  EXPECT_EQ(db_.run(module_.purge_once()).value(), 1);
  EXPECT_EQ(count(kept), 0);
  report(purged, first, 4);
  report(edited, second, 4);
  EXPECT_EQ(count(kept), 0);
}

// Design, rule 14: the account's records of what it asked for go with the rest.
TEST_F(Tidying, AnErasedAccountLeavesNoIdempotencyRecords) {
  auto command = this->command();
  command.idempotency_key = "k";
  domain::TaskDraft draft;
  draft.title = "call";
  ASSERT_TRUE(db_.run(store_->create(command, std::move(draft))));
  EXPECT_EQ(count("SELECT count(*) FROM tasks_idempotency"), 1);
  ASSERT_TRUE(db_.run(store_->erase(user_)));
  EXPECT_EQ(count("SELECT count(*) FROM tasks_idempotency"), 0);
}

// Design, rule 14
TEST_F(Tidying, LateNewsDoesNotBeginAnErasedAccountAnew) {
  create();
  ASSERT_TRUE(db_.run(store_->erase(user_)));
  const OwnerReport late{EventId::make(clock_.now()), user_, 7, "Asia/Tokyo", {}};
  ASSERT_TRUE(db_.run(store_->apply_owner(late, clock_.now())));
  EXPECT_EQ(count("SELECT count(*) FROM tasks_user"), 0);
}

// Design, rule 6: one row that cannot be read does not keep the others on the old law.
TEST_F(Tidying, AnUnreadableTaskDoesNotHoldUpNewZoneData) {
  const auto broken = create();
  create();
  auto spoil = [&broken](storage::sql::Writer& db) -> Result<int> {
    db.run("UPDATE tasks_task SET body = 'nonsense' WHERE id = ?", broken.id);
    db.run("UPDATE tasks_task SET due_offset = NULL");
    return 0;
  };
  ASSERT_TRUE(db_.write(std::move(spoil)));
  EXPECT_TRUE(db_.run(module_.adopt_tzdb("2099z")));
  EXPECT_EQ(count("SELECT count(*) FROM tasks_task WHERE due_offset IS NOT NULL"), 1);
}

// Design, rule 16: what was stored by an older folding is found by the new one, and its labels are one.
TEST_F(Tidying, WhatWasFoldedOtherwiseIsFoldedAnew) {
  domain::TaskDraft draft;
  draft.title = "Işık łamp";
  draft.tags = {"Łódź"};
  ASSERT_TRUE(db_.run(store_->create(command(), draft)));
  create();
  // As the version before left it.
  auto age = [](storage::sql::Writer& db) -> Result<int> {
    db.run("UPDATE tasks_text SET text = replace(replace(text, 'isik', 'ışık'), 'lodz', 'łodz')");
    db.run("UPDATE tasks_label SET folded = 'łodz'");
    return 0;
  };
  ASSERT_TRUE(db_.write(std::move(age)));
  const auto found = [this](std::string text, std::string tag) {
    domain::TaskQuery query;
    query.text = std::move(text);
    if (!tag.empty()) query.tags = {std::move(tag)};
    return !db_.run(store_->list(user_, "UTC", query)).value().items.empty();
  };
  EXPECT_FALSE(found("isik", {}));
  ASSERT_TRUE(db_.run(module_.adopt_folding()));
  EXPECT_TRUE(found("isik", {}));
  EXPECT_TRUE(found("ışık", {}));
  EXPECT_TRUE(found({}, "łódź"));
  ASSERT_TRUE(db_.run(store_->create(command(), draft)));
  const auto labels = db_.run(store_->labels(user_)).value();
  ASSERT_EQ(labels.tags.size(), 1u);
  EXPECT_EQ(labels.tags[0].total, 2);
}

// A server told to stop in its first second was held back by the purger's first minute.
TEST_F(Tidying, StoppingDoesNotWaitForTheNextRound) {
  ASSERT_TRUE(db_.run(module_.start()));
  bool stopped = false;
  boost::asio::co_spawn(db_.loop(), module_.stop(), [&stopped](std::exception_ptr) { stopped = true; });
  db_.loop().restart();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!stopped && std::chrono::steady_clock::now() < end) db_.loop().run_one_until(end);
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace daybook::tasks
