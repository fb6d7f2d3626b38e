#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "core/clock.hpp"
#include "core/principal.hpp"

namespace daybook::gateway {

/// One-use passes to open a stream with, for browsers, which cannot set headers there. Used on the loop.
class Tickets {
 public:
  static constexpr std::chrono::seconds kValid{30};

  explicit Tickets(const WallClock& clock) : clock_(clock) {}
  std::string issue(const Principal& principal);
  /// The principal it was issued to; nullopt when it is unknown, used or too old.
  std::optional<Principal> redeem(const std::string& ticket);
  /// The session's tickets are good no longer.
  void revoke(const SessionId& session);

 private:
  struct Ticket {
    Principal principal;
    Instant expires_at{};
  };
  const WallClock& clock_;
  std::unordered_map<std::string, Ticket> tickets_;
};

}  // namespace daybook::gateway
