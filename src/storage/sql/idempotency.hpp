#pragma once

#include <optional>
#include <string>

#include "core/idempotency.hpp"
#include "storage/sql/database.hpp"

namespace daybook::storage::sql {

using daybook::Idempotency;
using daybook::IdempotentOutcome;

/// How long a record is kept.
inline constexpr std::chrono::days kIdempotencyAge{7};

/// A service's `<service>_idempotency` table.
class IdempotencyTable {
 public:
  explicit IdempotencyTable(std::string service);
  Migration migration(int number) const;
  /// nullopt: not seen. Errors: unprocessable (slug "idempotency-key-reused") when the same key came with another
  /// request.
  Result<std::optional<IdempotentOutcome>> find(Writer& db, const UserId& user, const Idempotency& key) const;
  void record(Writer& db, const UserId& user, const Idempotency& key, const IdempotentOutcome& outcome,
              Instant now) const;
  /// Deletes at most `limit` records older than `before`; returns how many.
  int purge(Writer& db, Instant before, int limit) const;
  /// Deletes all of the user's records.
  void erase(Writer& db, const UserId& user) const;

 private:
  std::string service_;
  std::string find_, record_, purge_, erase_;  // One text a statement for the connection's cache.
};

}  // namespace daybook::storage::sql
