#include "services/scheduler/sql_store.hpp"

#include "services/scheduler/module.hpp"
#include "services/scheduler/sql_rows.hpp"

namespace daybook::scheduler {

std::vector<storage::sql::Migration> sql_migrations() {
  return {
      {"scheduler", 1, R"(
        CREATE TABLE scheduler_series (
          user_id UUID NOT NULL, id UUID NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL, timezone TEXT NOT NULL,
          created_at INTEGER NOT NULL, deleted INTEGER NOT NULL, deleted_at INTEGER, next_look INTEGER, body TEXT NOT NULL,
          PRIMARY KEY (user_id, id)) WITHOUT ROWID;
        CREATE INDEX scheduler_series_age ON scheduler_series(user_id, created_at);
        CREATE INDEX scheduler_series_dead ON scheduler_series(deleted_at) WHERE deleted = 1;
        CREATE TABLE scheduler_occurrence (
          user_id UUID NOT NULL, series_id UUID NOT NULL, recurrence_id TEXT NOT NULL, revision INTEGER NOT NULL,
          state TEXT NOT NULL, task_id UUID NOT NULL, task_version INTEGER NOT NULL, seen_version INTEGER NOT NULL
          DEFAULT 0, starts TEXT NOT NULL, open INTEGER NOT NULL, pending TEXT NOT NULL, completed_at INTEGER,
          PRIMARY KEY (user_id, series_id, recurrence_id)) WITHOUT ROWID;
        CREATE TABLE scheduler_reminder (
          user_id UUID NOT NULL, id UUID NOT NULL, task_id UUID NOT NULL, task_number INTEGER NOT NULL,
          task_title TEXT NOT NULL, task_due TEXT NOT NULL, rule TEXT NOT NULL, base_at INTEGER, fire_at INTEGER,
          state TEXT NOT NULL, fired_at INTEGER, snoozed_until INTEGER, task_version INTEGER NOT NULL,
          version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
          PRIMARY KEY (user_id, id)) WITHOUT ROWID;
        CREATE INDEX scheduler_reminder_task ON scheduler_reminder(user_id, task_id);
        CREATE INDEX scheduler_reminder_time ON scheduler_reminder(user_id, fire_at, id);
        CREATE TABLE scheduler_firing (
          user_id UUID NOT NULL, reminder_id UUID NOT NULL, due_at INTEGER NOT NULL, at INTEGER NOT NULL,
          outcome TEXT NOT NULL, unconfirmed INTEGER NOT NULL, merged_into UUID,
          PRIMARY KEY (user_id, reminder_id, due_at)) WITHOUT ROWID;
        CREATE TABLE scheduler_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      )"},
      timer_table().migration(2),
      idempotency_table().migration(3),
      {"scheduler", 4, "ALTER TABLE scheduler_occurrence ADD COLUMN taken TEXT NOT NULL DEFAULT ''"},
      {"scheduler", 5, R"(
        CREATE INDEX scheduler_occurrence_over ON scheduler_occurrence(starts) WHERE open = 0 AND pending = '';
        CREATE INDEX scheduler_reminder_over ON scheduler_reminder(updated_at) WHERE state NOT IN ('pending', 'snoozed');
        CREATE INDEX scheduler_firing_age ON scheduler_firing(at);
      )"},
      {"scheduler", 6, "ALTER TABLE scheduler_reminder ADD COLUMN generation INTEGER NOT NULL DEFAULT 0"},
      rebuild_table().migration(7),
      {"scheduler", 8, "ALTER TABLE scheduler_reminder ADD COLUMN live INTEGER NOT NULL DEFAULT 1"},
      {"scheduler", 9, R"(
        ALTER TABLE scheduler_series ADD COLUMN correlation_id TEXT NOT NULL DEFAULT '';
        ALTER TABLE scheduler_series ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
      )"},
      timer_table().lease_migration(10),
      {"scheduler", 11, "ALTER TABLE scheduler_occurrence ADD COLUMN told TEXT NOT NULL DEFAULT ''"},
      {"scheduler", 12, "ALTER TABLE scheduler_series ADD COLUMN origin TEXT NOT NULL DEFAULT ''"},
  };
}

namespace {

/// What is over since before `before`. Generation asks for no occurrence of the past, except for those that count
/// towards COUNT where the last completion makes the next.
int purge_history(Writer& db, Instant before, int limit) {
  int gone = 0;
  db.run(
      "DELETE FROM scheduler_occurrence WHERE (user_id, series_id, recurrence_id) IN (SELECT user_id, series_id, "
      "recurrence_id FROM scheduler_occurrence o WHERE open = 0 AND pending = '' AND starts < ? AND NOT EXISTS (SELECT "
      "1 "
      "FROM scheduler_series s WHERE s.user_id = o.user_id AND s.id = o.series_id AND s.body LIKE "
      "'%\"anchor\":\"completion\"%') LIMIT ?)",
      format_rfc3339(before), limit);
  gone += db.changes();
  db.run(
      "DELETE FROM scheduler_reminder WHERE (user_id, id) IN (SELECT user_id, id FROM scheduler_reminder WHERE "
      "state NOT IN ('pending', 'snoozed') AND updated_at < ? LIMIT ?)",
      before, limit);
  gone += db.changes();
  db.run(
      "DELETE FROM scheduler_firing WHERE (user_id, reminder_id, due_at) IN (SELECT user_id, reminder_id, due_at FROM "
      "scheduler_firing WHERE at < ? LIMIT ?)",
      before, limit);
  return gone + db.changes();
}

}  // namespace

SchedulerStore::Awaitable<int> SqlSchedulerStore::purge(Instant now, int limit) {
  auto change = [now, limit](Writer& db) -> Result<int> {
    int gone = idempotency_table().purge(db, now - storage::sql::kIdempotencyAge, limit);
    std::vector<std::pair<Uuid, Uuid>> dead;
    {
      auto rows = db.query("SELECT user_id, id FROM scheduler_series WHERE deleted = 1 AND deleted_at < ? LIMIT ?",
                           now - kTombstoneAge, limit);
      while (rows.step()) dead.emplace_back(rows.uuid(0), rows.uuid(1));
    }
    for (const auto& [user, id] : dead) {
      db.run("DELETE FROM scheduler_occurrence WHERE user_id = ? AND series_id = ?", user, id);
      db.run("DELETE FROM scheduler_series WHERE user_id = ? AND id = ?", user, id);
    }
    gone += static_cast<int>(dead.size());
    gone += purge_history(db, now - kHistoryAge, limit);
    // A full round goes on soon.
    const auto next = now + (gone >= limit ? std::chrono::seconds{5} : std::chrono::seconds{std::chrono::hours{1}});
    timer_table().set(db, Timer{std::string{kPurge}, Uuid{}, UserId{}, next, 0, {}});
    return gone;
  };
  co_return co_await db_.write(storage::sql::Lane::background, std::move(change));
}

std::unique_ptr<SchedulerStore> make_sql_store(storage::sql::Database& db, StoreLimits limits) {
  return std::make_unique<SqlSchedulerStore>(db, limits);
}

}  // namespace daybook::scheduler
