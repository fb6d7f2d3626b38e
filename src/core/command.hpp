#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/hash.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace daybook {

/// What every change of a user's things carries besides its content: who, when, and on what conditions.
struct Command {
  UserId user;
  Instant now{};
  /// The user's zone as the caller knows it, for what names none.
  std::string timezone = "UTC";
  std::string idempotency_key;  ///< Empty: none.
  Sha256 request_hash{};        ///< Of method, path and body.
  std::optional<std::int64_t> if_match;
  std::string correlation_id;
  std::string traceparent;
};

}  // namespace daybook
