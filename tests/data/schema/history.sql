CREATE TABLE schema_migration (
    service TEXT NOT NULL,
    number INTEGER NOT NULL,
    needs INTEGER NOT NULL,
    applied_at INTEGER NOT NULL,
    PRIMARY KEY (service, number)
  ) WITHOUT ROWID;
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
CREATE TABLE audit_entry(
      user_id BLOB NOT NULL, seq INTEGER NOT NULL, event_id BLOB NOT NULL, at INTEGER NOT NULL, action TEXT NOT NULL,
      resource_id TEXT NOT NULL, correlation_id TEXT NOT NULL, payload TEXT NOT NULL, salt BLOB NOT NULL,
      payload_hash BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(user_id, seq)) WITHOUT ROWID;
CREATE TABLE audit_head(user_id BLOB PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE analytics_user(
      user_id BLOB PRIMARY KEY, zone TEXT NOT NULL, created INTEGER NOT NULL, completed INTEGER NOT NULL,
      deleted INTEGER NOT NULL, open INTEGER NOT NULL, completion_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE analytics_task(
      user_id BLOB NOT NULL, task_id BLOB NOT NULL, version INTEGER NOT NULL, completed INTEGER NOT NULL,
      deleted INTEGER NOT NULL, PRIMARY KEY(user_id, task_id)) WITHOUT ROWID;
CREATE TABLE analytics_day(
      user_id BLOB NOT NULL, date TEXT NOT NULL, created INTEGER NOT NULL, completed INTEGER NOT NULL,
      deleted INTEGER NOT NULL, reminders INTEGER NOT NULL, PRIMARY KEY(user_id, date)) WITHOUT ROWID;
INSERT INTO schema_migration VALUES ('analytics', 1, 0, 0);
INSERT INTO schema_migration VALUES ('audit', 1, 0, 0);
INSERT INTO schema_migration VALUES ('event_group', 1, 0, 0);
INSERT INTO schema_migration VALUES ('inbox', 1, 0, 0);
