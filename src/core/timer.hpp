#pragma once

#include <cstdint>
#include <string>

#include "core/ids.hpp"

namespace daybook {

/// Something to do at an instant. The row in the owning service's store is the truth; (kind, key) is unique.
struct Timer {
  std::string kind;  ///< "reminder", "generate", "digest".
  Uuid key;          ///< What it is about: a reminder's or a series' id.
  UserId user;
  Instant due{};
  /// Of the thing it is about, so that a timer for an older state is known as such when it fires.
  std::int64_t version = 0;
  std::string payload;  ///< Service-defined, small.

  friend bool operator==(const Timer&, const Timer&) = default;
};

}  // namespace daybook
