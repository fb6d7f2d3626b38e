#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/clock.hpp"
#include "core/principal.hpp"
#include "core/result.hpp"

namespace daybook::gateway {

/// One-use passes to open a stream with, for browsers, which cannot set headers there. Used on the loop.
class Tickets {
 public:
  static constexpr std::chrono::seconds kValid{30};

  virtual ~Tickets() = default;
  /// Errors of both: unavailable.
  virtual boost::asio::awaitable<Result<std::string>> issue(Principal principal) = 0;
  /// The principal it was issued to; nullopt when it is unknown, used or too old.
  virtual boost::asio::awaitable<Result<std::optional<Principal>>> redeem(std::string ticket) = 0;
  /// The session's tickets are good no longer.
  virtual void revoke(const SessionId& session) = 0;
};

/// For one gateway alone.
class LocalTickets final : public Tickets {
 public:
  explicit LocalTickets(const WallClock& clock) : clock_(clock) {}
  boost::asio::awaitable<Result<std::string>> issue(Principal principal) override;
  boost::asio::awaitable<Result<std::optional<Principal>>> redeem(std::string ticket) override;
  void revoke(const SessionId& session) override;

 private:
  struct Ticket {
    Principal principal;
    Instant expires_at{};
  };
  const WallClock& clock_;
  std::unordered_map<std::string, Ticket> tickets_;
};

}  // namespace daybook::gateway
