#include "storage/sql/idempotency.hpp"

namespace daybook::storage::sql {

IdempotencyTable::IdempotencyTable(std::string service) : service_(std::move(service)) {
  const std::string table = service_ + "_idempotency";
  find_ = "SELECT request_hash, status, resource FROM " + table + " WHERE user_id = ? AND key = ?";
  record_ =
      "INSERT INTO " + table + " (user_id, key, request_hash, status, resource, created_at) VALUES (?, ?, ?, ?, ?, ?)";
  purge_ = "DELETE FROM " + table + " WHERE (user_id, key) IN (SELECT user_id, key FROM " + table +
           " WHERE created_at < ? ORDER BY created_at LIMIT ?)";
  erase_ = "DELETE FROM " + table + " WHERE user_id = ?";
}

Migration IdempotencyTable::migration(int number) const {
  const std::string table = service_ + "_idempotency";
  return {service_, number,
          "CREATE TABLE " + table + R"( (
            user_id UUID NOT NULL,
            key TEXT NOT NULL,
            request_hash BLOB NOT NULL,
            status INTEGER NOT NULL,
            resource TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, key)
          ) WITHOUT ROWID;
          CREATE INDEX )" +
              table + "_age ON " + table + " (created_at);"};
}

Result<std::optional<IdempotentOutcome>> IdempotencyTable::find(Writer& db, const UserId& user,
                                                                const Idempotency& key) const {
  if (key.key.empty()) return std::optional<IdempotentOutcome>{};
  auto row = db.query(find_, user, key.key);
  if (!row.step()) return std::optional<IdempotentOutcome>{};
  if (row.blob(0) != as_chars(key.request_hash))
    return Error{Errc::unprocessable,
                 "This Idempotency-Key was used for another request. Send a new key with a new request",
                 "idempotency-key-reused"};
  IdempotentOutcome outcome;
  outcome.status = static_cast<int>(row.integer(1));
  outcome.resource = row.text(2);
  return std::optional(std::move(outcome));
}

void IdempotencyTable::record(Writer& db, const UserId& user, const Idempotency& key, const IdempotentOutcome& outcome,
                              Instant now) const {
  if (key.key.empty()) return;
  db.run(record_, user, key.key, Blob{as_chars(key.request_hash)}, outcome.status, outcome.resource, now);
}

int IdempotencyTable::purge(Writer& db, Instant before, int limit) const {
  db.run(purge_, before, limit);
  return db.changes();
}

void IdempotencyTable::erase(Writer& db, const UserId& user) const { db.run(erase_, user); }

}  // namespace daybook::storage::sql
