#pragma once

#include <unordered_set>

#include "core/clock.hpp"
#include "core/idempotency.hpp"
#include "services/identity/key_ring.hpp"
#include "services/identity/password_hasher.hpp"
#include "services/identity/store.hpp"

namespace daybook::identity {

struct Limits {
  std::chrono::seconds access_token{15 * 60};
  std::chrono::hours session{30 * 24};  ///< Since the last refresh.
  std::chrono::seconds refresh_grace{30};
  HashCost hash_cost;
  std::string issuer = "daybook";
};

/// A signed-in user with the two tokens that say so.
struct SignedIn {
  User user;
  std::string access_token;
  std::chrono::seconds expires_in{};
  std::string refresh_token;
};

struct SeededUser {
  UserId id;
  std::string email;
  std::string access_token;
};

/// The use cases of accounts. Used on the loop.
class Service {
 public:
  /// `secrets` may be null: see KeyRing.
  Service(Store& store, const WallClock& clock, Limits limits, runtime::Secrets* secrets = nullptr);

  /// Loads the signing keys. Errors: those of KeyRing::load.
  boost::asio::awaitable<Result<>> start() { return keys_.load(); }

  struct Registration {
    std::string email, password, timezone;
    std::optional<std::string> name;
  };
  /// Errors: conflict ("email-taken"), rate_limited.
  boost::asio::awaitable<Result<SignedIn>> sign_up(Registration registration, Cause cause);
  /// Errors: unauthenticated ("wrong-credentials"), rate_limited.
  boost::asio::awaitable<Result<SignedIn>> sign_in(std::string email, std::string password, Cause cause);
  /// Errors: unauthenticated ("session-ended").
  boost::asio::awaitable<Result<SignedIn>> refresh(std::string refresh_token, Cause cause);
  boost::asio::awaitable<Result<>> sign_out(std::string refresh_token, SessionId session, Cause cause);

  /// `update.password_hash` is made here of `new_password`; a new password or address needs the current password.
  /// Errors besides the store's: forbidden ("wrong-password"), rate_limited (also while another check of this user's
  /// password is under way).
  boost::asio::awaitable<Result<User>> update(UpdateUser update, std::optional<std::string> new_password,
                                              std::optional<std::string> current_password, Cause cause);

  /// The secret is given once, here; under a repeated key the token gets another one.
  boost::asio::awaitable<Result<std::pair<ApiToken, std::string>>> create_token(ApiToken token, Idempotency key,
                                                                                Cause cause);

  /// Users "<prefix>1@…" to "<prefix>N@…" without passwords, with access tokens good for `validity`: for benchmarks.
  boost::asio::awaitable<Result<std::vector<SeededUser>>> seed(int count, std::string prefix,
                                                               std::chrono::hours validity);

  boost::asio::awaitable<Result<std::string>> jwks() { return keys_.jwks(); }
  Store& store() { return store_; }
  Cause cause_of(const std::string& correlation_id, const std::string& traceparent) const {
    return {clock_.now(), correlation_id, traceparent};
  }
  const Limits& limits() const { return limits_; }

 private:
  SignedIn signed_in(User user, SessionId session, std::string refresh_token, Instant now) const;
  std::string access_token(const User& user, SessionId session, Instant now, std::chrono::seconds validity) const;
  boost::asio::awaitable<Result<bool>> is_password_of(UserId user, std::string password, std::string encoded);
  boost::asio::awaitable<Result<User>> repeat(Credentials current, std::optional<std::string> new_password);
  NewSession new_session(const std::string& refresh_token, Instant now) const;

  Store& store_;
  const WallClock& clock_;
  Limits limits_;
  PasswordHasher hasher_;
  KeyRing keys_;
  std::unordered_set<UserId> checked_;  ///< Whose password is being checked.
};

/// How a secret is stored and looked up.
Sha256 secret_hash(std::string_view secret);

}  // namespace daybook::identity
