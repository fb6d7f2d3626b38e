#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.hpp"

namespace daybook {

/// An Ed25519 key pair (RFC 8032) that signs access tokens.
class SigningKey {
 public:
  static SigningKey generate(std::string kid);
  /// `seed`: the 32 secret bytes. Errors: corrupt.
  static Result<SigningKey> from_seed(std::string kid, std::string_view seed);

  const std::string& kid() const { return kid_; }
  const std::string& seed() const { return seed_; }              ///< Secret.
  const std::string& public_key() const { return public_key_; }  ///< 32 bytes.
  std::string sign(std::string_view bytes) const;

 private:
  SigningKey() = default;
  std::string kid_, seed_, public_key_;
  std::shared_ptr<void> key_;
};

/// A JSON Web Token (RFC 7519) in compact form, signed with EdDSA (RFC 8037).
std::string sign_jwt(const SigningKey& key, const json::object& claims);

/// A public key as a JSON Web Key gives it: Ed25519, RSA (RS256) or P-256 (ES256).
class VerifyingKey {
 public:
  /// Errors: unsupported for other kinds of key; invalid_argument.
  static Result<VerifyingKey> from_jwk(const json::object& jwk);
  const std::string& kid() const { return kid_; }
  /// "EdDSA", "RS256" or "ES256": the only algorithm that this key is good for, whatever a token says.
  std::string_view algorithm() const { return algorithm_; }
  bool verify(std::string_view bytes, std::string_view signature) const;

 private:
  std::string kid_;
  std::string_view algorithm_;
  std::shared_ptr<void> key_;
};

/// {"kty":"OKP",…} for the published key set.
json::object to_jwk(const SigningKey& key);

/// The parts of a compact token, before its signature was looked at.
struct ParsedJwt {
  std::string algorithm;
  std::string kid;
  std::string signed_part;  ///< Header and claims as sent.
  std::string signature;
  json::object claims;
};
/// Errors: unauthenticated, slug "invalid-token".
Result<ParsedJwt> parse_jwt(std::string_view token);

/// Checks the signature by `key`, and exp and nbf against `now` with a minute of grace for the clocks of other
/// issuers. Errors: unauthenticated, slugs "invalid-token" and "token-expired".
Result<> verify_jwt(const ParsedJwt& token, const VerifyingKey& key, Instant now,
                    std::chrono::seconds leeway = std::chrono::seconds{0});

}  // namespace daybook
