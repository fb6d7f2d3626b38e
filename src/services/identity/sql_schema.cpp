#include "services/identity/sql_store.hpp"
#include "storage/sql/idempotency.hpp"

namespace daybook::identity {

std::vector<storage::sql::Migration> sql_migrations() {
  // An erased account keeps its row, without anything personal, so that its id is never given again.
  return {{"identity", 1, R"(
    CREATE TABLE identity_user (
      id UUID PRIMARY KEY,
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
      id UUID PRIMARY KEY,
      user_id UUID NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      revoked_at INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX identity_session_user ON identity_session (user_id);
    CREATE INDEX identity_session_expiry ON identity_session (expires_at);
    CREATE TABLE identity_refresh (
      hash BLOB PRIMARY KEY,
      session_id UUID NOT NULL,
      replaced_at INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX identity_refresh_session ON identity_refresh (session_id);
    CREATE TABLE identity_token (
      id UUID PRIMARY KEY,
      user_id UUID NOT NULL,
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
  )"},
          storage::sql::IdempotencyTable{"identity"}.migration(2)};
}

}  // namespace daybook::identity
