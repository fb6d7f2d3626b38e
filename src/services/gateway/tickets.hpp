#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <unordered_map>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "services/gateway/credential.hpp"

namespace daybook::gateway {

/// One-use passes to open a stream with, for browsers, which cannot set headers there. Used on the loop.
class Tickets {
 public:
  static constexpr std::chrono::seconds kValid{30};

  virtual ~Tickets() = default;
  /// Errors of both: unavailable.
  virtual boost::asio::awaitable<Result<std::string>> issue(Credential credential) = 0;
  /// The credential it was issued for; empty when it is unknown, used or too old.
  virtual boost::asio::awaitable<Result<Credential>> redeem(std::string ticket) = 0;
  /// The tickets of a session or an API token are good no longer.
  virtual void revoke(const Uuid& credential) = 0;
};

/// For one gateway alone.
class LocalTickets final : public Tickets {
 public:
  explicit LocalTickets(const WallClock& clock) : clock_(clock) {}
  boost::asio::awaitable<Result<std::string>> issue(Credential credential) override;
  boost::asio::awaitable<Result<Credential>> redeem(std::string ticket) override;
  void revoke(const Uuid& credential) override;

 private:
  struct Ticket {
    Credential credential;
    Instant expires_at{};
  };
  const WallClock& clock_;
  std::unordered_map<std::string, Ticket> tickets_;
};

}  // namespace daybook::gateway
