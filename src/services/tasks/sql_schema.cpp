#include "services/tasks/sql_schema.hpp"

namespace daybook::tasks {

const storage::sql::IdempotencyTable& idempotency_table() {
  static const storage::sql::IdempotencyTable table{"tasks"};
  return table;
}

std::vector<storage::sql::Migration> sql_migrations() {
  // Keys of one user's rows are one range (sql_rows.hpp). Open and completed tasks have an index each, so that a
  // create writes one entry and old completed tasks never stand in the way of open ones; `priority` leads, and an order
  // by due time merges its four sequences.
  constexpr const char* kTables = R"(
CREATE TABLE tasks_user(
  ord INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id UUID NOT NULL UNIQUE,
  last_number INTEGER NOT NULL DEFAULT 0,
  open_tasks INTEGER NOT NULL DEFAULT 0,
  timezone TEXT NOT NULL DEFAULT '',
  all_day INTEGER NOT NULL DEFAULT 540,
  settings_version INTEGER NOT NULL DEFAULT 0,
  old_timezone TEXT NOT NULL DEFAULT '',
  old_all_day INTEGER NOT NULL DEFAULT 540
);
CREATE TABLE tasks_task(
  key INTEGER PRIMARY KEY,
  id UUID NOT NULL UNIQUE,
  ord INTEGER NOT NULL,
  shelf INTEGER NOT NULL,
  status INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  due INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  completed INTEGER,
  deleted INTEGER,
  parent INTEGER,
  series UUID,
  reminders INTEGER NOT NULL DEFAULT 0,
  subtasks INTEGER NOT NULL DEFAULT 0,
  subtasks_done INTEGER NOT NULL DEFAULT 0,
  origin INTEGER,
  version INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX tasks_task_open ON tasks_task(ord, priority, due) WHERE shelf = 0;
CREATE INDEX tasks_task_completed ON tasks_task(ord, priority, due) WHERE shelf = 1;
CREATE INDEX tasks_task_deleted ON tasks_task(deleted) WHERE shelf = 2;
CREATE INDEX tasks_task_parent ON tasks_task(parent) WHERE parent IS NOT NULL;
CREATE INDEX tasks_task_series ON tasks_task(ord, series) WHERE series IS NOT NULL;
CREATE TABLE tasks_text(key INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE tasks_label(
  ord INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  folded TEXT NOT NULL,
  name TEXT NOT NULL,
  total INTEGER NOT NULL,
  open INTEGER NOT NULL,
  PRIMARY KEY(ord, kind, folded)
) WITHOUT ROWID;
CREATE TABLE tasks_filter(
  ord INTEGER NOT NULL,
  id UUID NOT NULL,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  query TEXT NOT NULL,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  PRIMARY KEY(ord, id)
) WITHOUT ROWID;
CREATE TABLE tasks_reminder(
  ord INTEGER NOT NULL,
  id UUID NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY(ord, id)
) WITHOUT ROWID;
)";
  // How far east of UTC the wall clock stood by which a time was given, so that it can be read again when a zone
  // changes its law.
  constexpr const char* kOffsets = R"(
ALTER TABLE tasks_task ADD COLUMN due_offset INTEGER;
ALTER TABLE tasks_task ADD COLUMN start_offset INTEGER;
CREATE TABLE tasks_meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)";
  // Accounts that are no more, so that late news does not begin them anew.
  constexpr const char* kErased = "CREATE TABLE tasks_erased(user_id UUID PRIMARY KEY) WITHOUT ROWID;";
  return {{"tasks", 1, kTables}, idempotency_table().migration(2), {"tasks", 3, kOffsets}, {"tasks", 4, kErased}};
}

}  // namespace daybook::tasks
