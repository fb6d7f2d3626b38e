#pragma once

#include <memory>

#include "core/ids.hpp"
#include "core/principal.hpp"
#include "core/time.hpp"

namespace daybook::gateway {

/// A principal with what proved it.
struct Credential {
  static constexpr Instant kNever = Instant::max();

  std::shared_ptr<const Principal> principal;
  Uuid id;                   ///< Of the session or the API token; nil: of another issuer.
  Instant ends_at = kNever;  ///< As far as is known now: a session that is used goes on.

  explicit operator bool() const { return principal != nullptr; }
  const Principal& operator*() const { return *principal; }
  const Principal* operator->() const { return principal.get(); }
};

}  // namespace daybook::gateway
