CREATE TABLE schema_migration (
    service TEXT NOT NULL,
    number INTEGER NOT NULL,
    needs INTEGER NOT NULL,
    applied_at INTEGER NOT NULL,
    PRIMARY KEY (service, number)
  ) WITHOUT ROWID;
CREATE TABLE event_log (
      position INTEGER PRIMARY KEY,
      id BLOB NOT NULL,
      source TEXT NOT NULL,
      type TEXT NOT NULL,
      subject TEXT NOT NULL,
      time INTEGER NOT NULL,
      dataschema TEXT NOT NULL,
      user_id BLOB NOT NULL,
      sequence INTEGER NOT NULL,
      correlation_id TEXT NOT NULL,
      traceparent TEXT NOT NULL,
      data TEXT NOT NULL
    );
CREATE INDEX event_user ON event_log (user_id);
CREATE TABLE event_sequence (
      user_id BLOB NOT NULL,
      source TEXT NOT NULL,
      last INTEGER NOT NULL,
      PRIMARY KEY (user_id, source)
    ) WITHOUT ROWID;
CREATE TABLE event_epoch (
      name TEXT NOT NULL,
      began_after INTEGER NOT NULL
    );
CREATE TABLE inbox (
      consumer TEXT NOT NULL,
      event_id BLOB NOT NULL,
      PRIMARY KEY (consumer, event_id)
    ) WITHOUT ROWID;
CREATE TABLE event_group (
      name TEXT PRIMARY KEY,
      position INTEGER NOT NULL,
      epoch TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE dead_letter (
      id INTEGER PRIMARY KEY,
      consumer TEXT NOT NULL,
      topic TEXT NOT NULL,
      event_id BLOB NOT NULL,
      event TEXT NOT NULL,
      reason TEXT NOT NULL,
      tries INTEGER NOT NULL,
      parked_at INTEGER NOT NULL,
      UNIQUE (consumer, event_id)
    );
CREATE TABLE identity_user (
      id BLOB PRIMARY KEY,
      email TEXT NOT NULL,
      email_key TEXT UNIQUE,
      name TEXT,
      timezone TEXT NOT NULL,
      all_day_reminder_minutes INTEGER NOT NULL,
      week_start TEXT NOT NULL,
      date_order TEXT NOT NULL,
      password_hash TEXT NOT NULL,
      version INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      deleted_at INTEGER
    ) WITHOUT ROWID;
CREATE TABLE identity_session (
      id BLOB PRIMARY KEY,
      user_id BLOB NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      revoked_at INTEGER
    ) WITHOUT ROWID;
CREATE INDEX identity_session_user ON identity_session (user_id);
CREATE INDEX identity_session_expiry ON identity_session (expires_at);
CREATE TABLE identity_refresh (
      hash BLOB PRIMARY KEY,
      session_id BLOB NOT NULL,
      replaced_at INTEGER
    ) WITHOUT ROWID;
CREATE INDEX identity_refresh_session ON identity_refresh (session_id);
CREATE TABLE identity_token (
      id BLOB PRIMARY KEY,
      user_id BLOB NOT NULL,
      hash BLOB NOT NULL UNIQUE,
      name TEXT NOT NULL,
      scopes TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER,
      last_used_at INTEGER
    ) WITHOUT ROWID;
CREATE INDEX identity_token_user ON identity_token (user_id);
CREATE TABLE identity_key (
      kid TEXT PRIMARY KEY,
      seed BLOB NOT NULL,
      created_at INTEGER NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE identity_idempotency (
            user_id BLOB NOT NULL,
            key TEXT NOT NULL,
            request_hash BLOB NOT NULL,
            status INTEGER NOT NULL,
            resource TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, key)
          ) WITHOUT ROWID;
CREATE INDEX identity_idempotency_age ON identity_idempotency (created_at);
CREATE TABLE tasks_user(
  ord INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id BLOB NOT NULL UNIQUE,
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
  id BLOB NOT NULL UNIQUE,
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
  series BLOB,
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
  id BLOB NOT NULL,
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
  id BLOB NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY(ord, id)
) WITHOUT ROWID;
CREATE TABLE tasks_idempotency (
            user_id BLOB NOT NULL,
            key TEXT NOT NULL,
            request_hash BLOB NOT NULL,
            status INTEGER NOT NULL,
            resource TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, key)
          ) WITHOUT ROWID;
CREATE INDEX tasks_idempotency_age ON tasks_idempotency (created_at);
CREATE TABLE scheduler_series (
          user_id BLOB NOT NULL, id BLOB NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL, timezone TEXT NOT NULL,
          created_at INTEGER NOT NULL, deleted INTEGER NOT NULL, deleted_at INTEGER, next_look INTEGER, body TEXT NOT NULL,
          PRIMARY KEY (user_id, id)) WITHOUT ROWID;
CREATE INDEX scheduler_series_age ON scheduler_series(user_id, created_at);
CREATE INDEX scheduler_series_dead ON scheduler_series(deleted_at) WHERE deleted = 1;
CREATE TABLE scheduler_occurrence (
          user_id BLOB NOT NULL, series_id BLOB NOT NULL, recurrence_id TEXT NOT NULL, revision INTEGER NOT NULL,
          state TEXT NOT NULL, task_id BLOB NOT NULL, task_version INTEGER NOT NULL, seen_version INTEGER NOT NULL
          DEFAULT 0, starts TEXT NOT NULL, open INTEGER NOT NULL, pending TEXT NOT NULL, completed_at INTEGER,
          PRIMARY KEY (user_id, series_id, recurrence_id)) WITHOUT ROWID;
CREATE TABLE scheduler_reminder (
          user_id BLOB NOT NULL, id BLOB NOT NULL, task_id BLOB NOT NULL, task_number INTEGER NOT NULL,
          task_title TEXT NOT NULL, task_due TEXT NOT NULL, rule TEXT NOT NULL, base_at INTEGER, fire_at INTEGER,
          state TEXT NOT NULL, fired_at INTEGER, snoozed_until INTEGER, task_version INTEGER NOT NULL,
          version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
          PRIMARY KEY (user_id, id)) WITHOUT ROWID;
CREATE INDEX scheduler_reminder_task ON scheduler_reminder(user_id, task_id);
CREATE INDEX scheduler_reminder_time ON scheduler_reminder(user_id, fire_at, id);
CREATE TABLE scheduler_firing (
          user_id BLOB NOT NULL, reminder_id BLOB NOT NULL, due_at INTEGER NOT NULL, at INTEGER NOT NULL,
          outcome TEXT NOT NULL, unconfirmed INTEGER NOT NULL, merged_into BLOB,
          PRIMARY KEY (user_id, reminder_id, due_at)) WITHOUT ROWID;
CREATE TABLE scheduler_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE scheduler_timer (
            kind TEXT NOT NULL,
            key BLOB NOT NULL,
            user_id BLOB NOT NULL,
            due INTEGER NOT NULL,
            version INTEGER NOT NULL,
            payload TEXT NOT NULL,
            fire_at INTEGER NOT NULL,
            tries INTEGER NOT NULL,
            PRIMARY KEY (kind, key)
          ) WITHOUT ROWID;
CREATE INDEX scheduler_timer_fire ON scheduler_timer (kind, fire_at);
CREATE TABLE scheduler_idempotency (
            user_id BLOB NOT NULL,
            key TEXT NOT NULL,
            request_hash BLOB NOT NULL,
            status INTEGER NOT NULL,
            resource TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, key)
          ) WITHOUT ROWID;
CREATE INDEX scheduler_idempotency_age ON scheduler_idempotency (created_at);
CREATE TABLE notifier_notification(
      user_id BLOB NOT NULL, id BLOB NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, task_id BLOB,
      reminder_id BLOB, created_at INTEGER NOT NULL, read_at INTEGER, version INTEGER NOT NULL,
      PRIMARY KEY(user_id, id)) WITHOUT ROWID;
CREATE INDEX notifier_unread ON notifier_notification(user_id, id) WHERE read_at IS NULL;
CREATE TABLE notifier_channel(
      user_id BLOB NOT NULL, id BLOB NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, target TEXT NOT NULL,
      secret TEXT NOT NULL, enabled INTEGER NOT NULL, created_at INTEGER NOT NULL, version INTEGER NOT NULL,
      PRIMARY KEY(user_id, id)) WITHOUT ROWID;
CREATE TABLE notifier_delivery(
      user_id BLOB NOT NULL, id BLOB NOT NULL, notification_id BLOB NOT NULL, reminder_id BLOB, channel_id BLOB NOT NULL,
      kind TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, reason TEXT NOT NULL,
      updated_at INTEGER NOT NULL, next_attempt INTEGER, PRIMARY KEY(user_id, id)) WITHOUT ROWID;
CREATE INDEX notifier_delivery_reminder ON notifier_delivery(user_id, reminder_id) WHERE reminder_id IS NOT NULL;
CREATE TABLE notifier_user(
      user_id BLOB PRIMARY KEY, timezone TEXT NOT NULL, email TEXT NOT NULL, completion_notices INTEGER NOT NULL,
      digest_at INTEGER, quiet_from INTEGER, quiet_to INTEGER, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE notifier_timer (
            kind TEXT NOT NULL,
            key BLOB NOT NULL,
            user_id BLOB NOT NULL,
            due INTEGER NOT NULL,
            version INTEGER NOT NULL,
            payload TEXT NOT NULL,
            fire_at INTEGER NOT NULL,
            tries INTEGER NOT NULL,
            PRIMARY KEY (kind, key)
          ) WITHOUT ROWID;
CREATE INDEX notifier_timer_fire ON notifier_timer (kind, fire_at);
CREATE TABLE chat_conversation(
      user_id BLOB NOT NULL, id BLOB NOT NULL, title TEXT NOT NULL, context TEXT NOT NULL, created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL, PRIMARY KEY(user_id, id)) WITHOUT ROWID;
CREATE INDEX chat_conversation_latest ON chat_conversation(user_id, updated_at);
CREATE TABLE chat_message(
      user_id BLOB NOT NULL, conversation_id BLOB NOT NULL, sequence INTEGER NOT NULL, id BLOB NOT NULL,
      role TEXT NOT NULL, text TEXT NOT NULL, cards TEXT NOT NULL, actions TEXT NOT NULL, effects TEXT NOT NULL,
      undo_id BLOB, created_at INTEGER NOT NULL, PRIMARY KEY(user_id, conversation_id, sequence)) WITHOUT ROWID;
CREATE TABLE chat_undo(
      user_id BLOB NOT NULL, id BLOB NOT NULL, conversation_id BLOB NOT NULL, steps TEXT NOT NULL, summary TEXT NOT NULL,
      undone INTEGER NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY(user_id, id)) WITHOUT ROWID;
CREATE INDEX chat_undo_open ON chat_undo(user_id, conversation_id, id) WHERE undone = 0;
CREATE TABLE chat_user(
      user_id BLOB PRIMARY KEY, timezone TEXT NOT NULL, date_order TEXT NOT NULL, week_start TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE chat_idempotency (
            user_id BLOB NOT NULL,
            key TEXT NOT NULL,
            request_hash BLOB NOT NULL,
            status INTEGER NOT NULL,
            resource TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, key)
          ) WITHOUT ROWID;
CREATE INDEX chat_idempotency_age ON chat_idempotency (created_at);
INSERT INTO schema_migration VALUES ('chat', 1, 0, 0);
INSERT INTO schema_migration VALUES ('chat', 2, 0, 0);
INSERT INTO schema_migration VALUES ('event', 1, 0, 0);
INSERT INTO schema_migration VALUES ('event_group', 1, 0, 0);
INSERT INTO schema_migration VALUES ('identity', 1, 0, 0);
INSERT INTO schema_migration VALUES ('identity', 2, 0, 0);
INSERT INTO schema_migration VALUES ('inbox', 1, 0, 0);
INSERT INTO schema_migration VALUES ('notifier', 1, 0, 0);
INSERT INTO schema_migration VALUES ('notifier', 2, 0, 0);
INSERT INTO schema_migration VALUES ('scheduler', 1, 0, 0);
INSERT INTO schema_migration VALUES ('scheduler', 2, 0, 0);
INSERT INTO schema_migration VALUES ('scheduler', 3, 0, 0);
INSERT INTO schema_migration VALUES ('tasks', 1, 0, 0);
INSERT INTO schema_migration VALUES ('tasks', 2, 0, 0);
