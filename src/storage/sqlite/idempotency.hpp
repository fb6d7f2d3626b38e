#pragma once

#include <optional>
#include <string>

#include "core/hash.hpp"
#include "storage/sqlite/database.hpp"

namespace daybook::storage::sqlite {

/// What a use case needs to be repeatable by key (design, rule 13). `key` empty: the client sent none.
struct Idempotency {
  std::string key;
  Sha256 request_hash{};  ///< Of method, path and body.
};

/// The recorded outcome of a key: what the first call made.
struct IdempotentOutcome {
  int status = 0;
  std::string resource;  ///< Service-defined, usually the resource's id.
};

/// A service's `<service>_idempotency` table, kept for 7 days.
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

 private:
  std::string service_;
  std::string find_, record_, purge_;  // One text a statement for the connection's cache.
};

}  // namespace daybook::storage::sqlite
