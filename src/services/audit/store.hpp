#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "services/audit/chain.hpp"

namespace daybook::audit {

/// Which entries to list, newest first.
struct ListQuery {
  std::optional<Instant> from, to;  ///< Inclusive.
  std::string action;               ///< Exact type, or a prefix such as "task."; empty: all.
  std::string resource_id;
  std::optional<std::int64_t> before_sequence;  ///< Keyset: entries below it.
  int limit = 50;
};

/// What verifying a chain found.
struct Verification {
  std::int64_t entries = 0;
  /// The sequence of the first entry that does not follow from the one before it, or that is missing.
  std::optional<std::int64_t> first_broken;
};

/// Keeps the chains. All methods: unavailable or corrupt when the store fails.
class AuditStore {
 public:
  virtual ~AuditStore() = default;
  /// Links each event to its user's chain, once however often it comes (by event id).
  virtual boost::asio::awaitable<Result<>> append(std::vector<CloudEvent> events) = 0;
  virtual boost::asio::awaitable<Result<std::vector<Entry>>> list(UserId user, ListQuery query) = 0;
  virtual boost::asio::awaitable<Result<Verification>> verify(UserId user) = 0;
  /// Takes payloads and salts out of the user's entries; the hashes stay (rule 14). Idempotent.
  virtual boost::asio::awaitable<Result<>> erase(UserId user) = 0;
};

}  // namespace daybook::audit
