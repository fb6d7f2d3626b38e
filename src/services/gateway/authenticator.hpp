#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/call.hpp"
#include "core/clock.hpp"
#include "core/hash.hpp"
#include "core/jwt.hpp"
#include "runtime/invoker.hpp"
#include "services/gateway/credential.hpp"

namespace daybook::gateway {

/// Another issuer whose tokens are taken (an OIDC provider).
struct TrustedIssuer {
  std::string issuer;    ///< `iss` of its tokens.
  std::string audience;  ///< `aud` that they must have; empty: any.
  /// Gives its key set as JSON text.
  std::function<boost::asio::awaitable<Result<std::string>>()> load_keys;
};

/// Who a bearer token stands for. Tokens are verified once and remembered by their SHA-256 until they expire. Used on
/// the loop.
class Authenticator {
 public:
  Authenticator(runtime::Invoker& invoker, const WallClock& clock, std::string own_issuer,
                std::optional<TrustedIssuer> trusted);

  /// Whom `call`'s Authorization field stands for; empty when there is none. Errors: unauthenticated (slugs
  /// "invalid-token", "token-expired", "session-ended"), unavailable, timeout.
  boost::asio::awaitable<Result<Credential>> authenticate(const Call& call);
  /// Whether its end was heard of since: to be asked after every await that lies between authenticate() and an effect
  /// which outlasts the request.
  bool is_revoked(const Credential& credential) const;

  /// Forgets the tokens of a session (or an API token, by its id).
  void revoke(const Uuid& session, Instant now);
  /// Forgets all tokens of a user, whose account is gone.
  void forget(const UserId& user, Instant now);
  /// A user has another zone from now on.
  void set_timezone(const UserId& user, const std::string& zone);

 private:
  struct Entry {
    Credential credential;
    Instant expires_at{};  ///< Of what is remembered here.
  };
  struct Sha256Hash {
    std::size_t operator()(const Sha256& hash) const noexcept;
  };

  boost::asio::awaitable<Result<Entry>> verify(std::string token, Instant now);
  boost::asio::awaitable<Result<Entry>> verify_api_token(std::string token, Instant now);
  boost::asio::awaitable<Result<>> check_session(Entry& entry);
  boost::asio::awaitable<Result<VerifyingKey>> key_for(const ParsedJwt& token, bool own, Instant now);
  boost::asio::awaitable<Result<std::string>> load_own_keys();
  boost::asio::awaitable<Result<Reply>> ask_identity(Method method, std::string path, std::string body);
  void remember(const Sha256& hash, Entry entry, Instant now);

  runtime::Invoker& invoker_;
  const WallClock& clock_;
  std::string own_issuer_;
  std::optional<TrustedIssuer> trusted_;

  std::unordered_map<Sha256, Entry, Sha256Hash> cache_;
  /// Lately: their tokens may still be on their way in.
  std::unordered_map<Uuid, Instant> revoked_;
  std::unordered_map<UserId, Instant> deleted_;
  struct KeySet {
    std::map<std::string, VerifyingKey> keys;
    Instant loaded_at{};
  };
  KeySet own_keys_, trusted_keys_;
};

}  // namespace daybook::gateway
