#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/rebuild.hpp"
#include "core/result.hpp"
#include "services/identity/model.hpp"

namespace daybook::identity {

struct SignUp {
  User user;
  std::string password_hash;
  NewSession session;
};

struct Credentials {
  User user;
  std::string password_hash;
};

/// How a session came to be, for user.authenticated: "password", "refresh", "oidc" or "token".
using SignInMethod = std::string;

struct Refreshed {
  User user;
  SessionId session;
};

struct UpdateUser {
  UserId user;
  std::optional<std::int64_t> if_match;
  std::optional<std::string> email;
  std::optional<std::optional<std::string>> name;  ///< The inner nullopt clears it.
  std::optional<std::string> timezone;
  std::optional<Preferences> preferences;
  std::optional<std::string> password_hash;
  SessionId keep_session;  ///< A new password ends the others.
  std::string idempotency_key;
  Sha256 request_hash{};
};

struct NewToken {
  ApiToken token;
  Sha256 hash{};  ///< Of its secret.
  std::string idempotency_key;
  Sha256 request_hash{};
};

struct SessionState {
  UserId user;
  bool active = false;
  Instant expires_at{};
  std::string timezone;
};

/// A signing key as it is kept.
struct StoredKey {
  std::string kid;
  std::string seed;  ///< Plain or sealed.
  Instant created_at{};
};

/// What identity keeps. Every method is one transaction: rows, events and idempotency record together. Errors of all:
/// unavailable, corrupt.
class Store {
 public:
  virtual ~Store() = default;

  /// Errors: conflict, slug "email-taken".
  virtual boost::asio::awaitable<Result<User>> sign_up(SignUp sign_up, Cause cause) = 0;
  virtual boost::asio::awaitable<Result<std::optional<Credentials>>> find_credentials(std::string email) = 0;
  /// Errors: not_found.
  virtual boost::asio::awaitable<Result<Credentials>> credentials(UserId user) = 0;
  virtual boost::asio::awaitable<Result<>> sign_in(UserId user, NewSession session, SignInMethod method,
                                                   Cause cause) = 0;
  /// Replaces the secret `old_hash` by that of `next` (its id is not used). An old one is good for `grace` after it was
  /// replaced; used later it ends the session. Errors: unauthenticated, slug "session-ended".
  virtual boost::asio::awaitable<Result<Refreshed>> refresh(Sha256 old_hash, NewSession next,
                                                            std::chrono::seconds grace, Cause cause) = 0;
  /// Ends the session of the secret, and `session`; nothing to end is success too.
  virtual boost::asio::awaitable<Result<>> sign_out(std::optional<Sha256> refresh_hash, SessionId session,
                                                    Cause cause) = 0;
  virtual boost::asio::awaitable<Result<SessionState>> session(SessionId session, Instant now) = 0;

  /// Errors: not_found.
  virtual boost::asio::awaitable<Result<User>> get(UserId user) = 0;
  /// Errors: not_found, version_mismatch, conflict ("email-taken"), unprocessable ("idempotency-key-reused").
  virtual boost::asio::awaitable<Result<User>> update(UpdateUser update, Cause cause) = 0;
  /// Whether update() was done before under this key. Errors: unprocessable ("idempotency-key-reused").
  virtual boost::asio::awaitable<Result<bool>> is_repeated(UserId user, std::string idempotency_key,
                                                           Sha256 request_hash) = 0;
  /// Erases the account and publishes user.deleted; gives the day by which all others have. Deleting it again succeeds.
  /// Errors: version_mismatch.
  virtual boost::asio::awaitable<Result<Instant>> remove(UserId user, std::optional<std::int64_t> if_match,
                                                         Cause cause) = 0;
  virtual boost::asio::awaitable<Result<>> audit(UserId user, std::string action, std::string outcome,
                                                 std::string details_json, Cause cause) = 0;

  /// Under a key that was used before, the token that was made then gets this secret instead of its own, which is not
  /// kept and cannot be told again. Errors: limit_exceeded, unprocessable ("idempotency-key-reused"), not_found (it was
  /// made, and revoked since).
  virtual boost::asio::awaitable<Result<ApiToken>> create_token(NewToken wanted, Cause cause) = 0;
  virtual boost::asio::awaitable<Result<std::vector<ApiToken>>> tokens(UserId user) = 0;
  /// Errors: not_found.
  virtual boost::asio::awaitable<Result<>> revoke_token(UserId user, Uuid token, Cause cause) = 0;
  /// The token and its user's zone. Errors: unauthenticated, slug "invalid-token".
  virtual boost::asio::awaitable<Result<std::pair<ApiToken, std::string>>> use_token(Sha256 hash, Instant now) = 0;

  /// Keeps `fresh` if there is no signing key, or none younger than `rotate_after` at `fresh.created_at`, and drops
  /// those that another replaced longer than `keep` before. Gives all, newest first.
  virtual boost::asio::awaitable<Result<std::vector<StoredKey>>> rotate_signing_keys(StoredKey fresh,
                                                                                     std::chrono::seconds rotate_after,
                                                                                     std::chrono::seconds keep) = 0;
  /// All of them, newest first.
  virtual boost::asio::awaitable<Result<std::vector<StoredKey>>> signing_keys() = 0;
  /// Keeps `key.seed` for the key of this `kid`.
  virtual boost::asio::awaitable<Result<>> replace_signing_key(StoredKey key) = 0;

  /// Every account that there is, as user.snapshot events (design, rule 15). `after`: the cursor of the page before.
  /// Errors: invalid_argument.
  virtual boost::asio::awaitable<Result<SnapshotPage>> snapshot(std::string after, int limit, Instant now) = 0;

  /// Makes many users with a session each; what exists already stays.
  virtual boost::asio::awaitable<Result<>> seed(std::vector<SignUp> users, Cause cause) = 0;
};

}  // namespace daybook::identity
