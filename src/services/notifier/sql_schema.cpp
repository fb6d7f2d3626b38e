#include "services/notifier/module.hpp"
#include "storage/sql/timer_table.hpp"

namespace daybook::notifier {

std::vector<storage::sql::Migration> sql_migrations() {
  return {{"notifier", 1, R"sql(
    CREATE TABLE notifier_notification(
      user_id UUID NOT NULL, id UUID NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, task_id UUID,
      reminder_id UUID, created_at INTEGER NOT NULL, read_at INTEGER, version INTEGER NOT NULL,
      PRIMARY KEY(user_id, id)) WITHOUT ROWID;
    CREATE INDEX notifier_unread ON notifier_notification(user_id, id) WHERE read_at IS NULL;
    CREATE TABLE notifier_channel(
      user_id UUID NOT NULL, id UUID NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, target TEXT NOT NULL,
      secret TEXT NOT NULL, enabled INTEGER NOT NULL, created_at INTEGER NOT NULL, version INTEGER NOT NULL,
      PRIMARY KEY(user_id, id)) WITHOUT ROWID;
    CREATE TABLE notifier_delivery(
      user_id UUID NOT NULL, id UUID NOT NULL, notification_id UUID NOT NULL, reminder_id UUID, channel_id UUID NOT NULL,
      kind TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, reason TEXT NOT NULL,
      updated_at INTEGER NOT NULL, next_attempt INTEGER, PRIMARY KEY(user_id, id)) WITHOUT ROWID;
    CREATE INDEX notifier_delivery_reminder ON notifier_delivery(user_id, reminder_id) WHERE reminder_id IS NOT NULL;
    CREATE TABLE notifier_user(
      user_id UUID PRIMARY KEY, timezone TEXT NOT NULL, email TEXT NOT NULL, completion_notices INTEGER NOT NULL,
      digest_at INTEGER, quiet_from INTEGER, quiet_to INTEGER, version INTEGER NOT NULL) WITHOUT ROWID;
  )sql"},
          storage::sql::TimerTable{"notifier"}.migration(2),
          {"notifier", 3, R"sql(
    ALTER TABLE notifier_channel ADD COLUMN topics TEXT NOT NULL DEFAULT 'reminder digest';
    ALTER TABLE notifier_delivery ADD COLUMN channel_name TEXT NOT NULL DEFAULT '';
    ALTER TABLE notifier_delivery ADD COLUMN log TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE notifier_user ADD COLUMN digest_on INTEGER;
    CREATE TABLE notifier_covered(
      user_id UUID NOT NULL, reminder_id UUID NOT NULL, notification_id UUID NOT NULL,
      PRIMARY KEY(user_id, reminder_id, notification_id)) WITHOUT ROWID;
    INSERT INTO notifier_covered SELECT user_id, reminder_id, id FROM notifier_notification
      WHERE reminder_id IS NOT NULL;
    DROP INDEX notifier_delivery_reminder;
    CREATE INDEX notifier_covered_notification ON notifier_covered(user_id, notification_id);
    CREATE INDEX notifier_delivery_notification ON notifier_delivery(user_id, notification_id);
    CREATE INDEX notifier_delivery_channel ON notifier_delivery(user_id, channel_id, notification_id);
    CREATE INDEX notifier_old ON notifier_notification(created_at);
  )sql"},
          // Addresses of before go on to get their mail.
          {"notifier", 4, R"sql(
    ALTER TABLE notifier_channel ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 1;
    CREATE TABLE notifier_code(
      user_id UUID NOT NULL, id UUID NOT NULL, channel_id UUID NOT NULL, target TEXT NOT NULL, hash BLOB NOT NULL,
      sent_at INTEGER NOT NULL, tries INTEGER NOT NULL, PRIMARY KEY(user_id, id)) WITHOUT ROWID;
    CREATE INDEX notifier_code_age ON notifier_code(sent_at);
  )sql"},
          {"notifier", 5, R"sql(
    CREATE INDEX notifier_inbox ON notifier_notification(user_id, created_at, id);
    CREATE TABLE notifier_erased(user_id UUID PRIMARY KEY) WITHOUT ROWID;
  )sql"},
          {"notifier", 6, R"sql(
    ALTER TABLE notifier_notification ADD COLUMN correlation_id TEXT NOT NULL DEFAULT '';
    ALTER TABLE notifier_notification ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
  )sql"},
          storage::sql::TimerTable{"notifier"}.lease_migration(7)};
}

}  // namespace daybook::notifier
