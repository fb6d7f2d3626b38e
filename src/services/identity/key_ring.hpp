#pragma once

#include "core/clock.hpp"
#include "core/jwt.hpp"
#include "runtime/secrets.hpp"
#include "services/identity/store.hpp"

namespace daybook::identity {

/// The secret that seals the signing keys in the store; at least 16 bytes.
inline constexpr const char* kKeySecret = "identity-key";

/// The keys that sign access tokens. A new one comes every 30 days; the one before goes on being published until every
/// token that it may have signed has expired. In the store they are sealed (libsodium's secretbox) where a secret is
/// set, and those from before it was set are sealed at the next start. Used on the loop.
class KeyRing {
 public:
  static constexpr std::chrono::days kRotateAfter{30};
  /// The longest that a token is good for (`daybook user seed` makes such), and a day for clocks that differ.
  static constexpr std::chrono::days kKeepReplaced{31};

  /// `secrets` may be null: the keys are kept as they are.
  KeyRing(Store& store, const WallClock& clock, runtime::Secrets* secrets)
      : store_(store), clock_(clock), secrets_(secrets) {}

  /// Before anything else. Errors: misconfigured (the secret is missing, too short or another one), those of the store.
  boost::asio::awaitable<Result<>> load();
  /// Sees, once an hour, whether a new key is due. Errors: those of the store.
  boost::asio::awaitable<Result<>> refresh();
  /// The one that signs.
  const SigningKey& newest() const { return keys_.front(); }
  /// The key set as it stands in the store, which another replica may have changed (RFC 7517).
  boost::asio::awaitable<Result<std::string>> jwks();

 private:
  boost::asio::awaitable<Result<>> read_secret();
  boost::asio::awaitable<Result<>> reload();
  /// Takes them as the keys that are used and published from now on.
  boost::asio::awaitable<Result<>> adopt(std::vector<StoredKey> stored);
  std::string seal(const std::string& seed) const;
  Result<std::string> open(const std::string& stored) const;

  Store& store_;
  const WallClock& clock_;
  runtime::Secrets* secrets_;
  std::string box_key_;  ///< Empty: nothing is sealed.
  std::vector<SigningKey> keys_;
  Instant checked_at_{};
};

}  // namespace daybook::identity
