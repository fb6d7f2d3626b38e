#include "core/jwt.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "core/hash.hpp"

namespace daybook {
namespace {

using KeyHandle = std::shared_ptr<void>;

EVP_PKEY* pkey(const KeyHandle& key) { return static_cast<EVP_PKEY*>(key.get()); }
KeyHandle own(EVP_PKEY* key) {
  return {key, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); }};
}
const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

struct DigestContext {
  DigestContext() : handle(EVP_MD_CTX_new()) {}
  DigestContext(const DigestContext&) = delete;
  ~DigestContext() { EVP_MD_CTX_free(handle); }
  EVP_MD_CTX* handle;
};

Error invalid_token(std::string detail) { return {Errc::unauthenticated, std::move(detail), "invalid-token"}; }

Result<std::string> member_bytes(const json::object& jwk, std::string_view name) {
  const auto* value = jwk.if_contains(name);
  const auto* text = value ? value->if_string() : nullptr;
  if (!text) return Error{Errc::invalid_argument, "The key lacks " + std::string(name) + "."};
  return base64url_decode(*text);
}

std::string_view member_text(const json::object& jwk, std::string_view name) {
  const auto* value = jwk.if_contains(name);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string_view{text->data(), text->size()} : std::string_view{};
}

/// Makes a key of named parameters; null when OpenSSL refuses them.
KeyHandle make_key(const char* type, const std::function<void(OSSL_PARAM_BLD*)>& fill) {
  std::unique_ptr<OSSL_PARAM_BLD, void (*)(OSSL_PARAM_BLD*)> builder{OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free};
  fill(builder.get());
  std::unique_ptr<OSSL_PARAM, void (*)(OSSL_PARAM*)> parameters{OSSL_PARAM_BLD_to_param(builder.get()),
                                                                OSSL_PARAM_free};
  std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr),
                                                                 EVP_PKEY_CTX_free};
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) <= 0)
    return nullptr;
  return own(key);
}

KeyHandle rsa_key(const std::string& modulus, const std::string& exponent) {
  std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> n{BN_bin2bn(bytes_of(modulus), static_cast<int>(modulus.size()), nullptr),
                                               BN_free};
  std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> e{
      BN_bin2bn(bytes_of(exponent), static_cast<int>(exponent.size()), nullptr), BN_free};
  return make_key("RSA", [&](OSSL_PARAM_BLD* to) {
    OSSL_PARAM_BLD_push_BN(to, OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(to, OSSL_PKEY_PARAM_RSA_E, e.get());
  });
}

KeyHandle p256_key(const std::string& x, const std::string& y) {
  const std::string point = "\x04" + x + y;
  return make_key("EC", [&](OSSL_PARAM_BLD* to) {
    OSSL_PARAM_BLD_push_utf8_string(to, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(to, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  });
}

/// A JWS carries r and s side by side (RFC 7518, section 3.4); OpenSSL wants them in DER.
std::string der_of_es256(std::string_view signature) {
  std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair{ECDSA_SIG_new(), ECDSA_SIG_free};
  ECDSA_SIG_set0(pair.get(), BN_bin2bn(bytes_of(signature), 32, nullptr),
                 BN_bin2bn(bytes_of(signature) + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

Result<json::object> json_part(std::string_view encoded) {
  const auto text = base64url_decode(encoded);
  if (!text) return invalid_token("The token is not a signed JSON Web Token.");
  auto value = parse_json(*text);
  if (!value || !value->is_object()) return invalid_token("The token is not a signed JSON Web Token.");
  return std::move(value->as_object());
}

}  // namespace

SigningKey SigningKey::generate(std::string kid) { return *from_seed(std::move(kid), random_bytes(32)); }

Result<SigningKey> SigningKey::from_seed(std::string kid, std::string_view seed) {
  SigningKey key;
  key.kid_ = std::move(kid);
  key.seed_ = seed;
  key.key_ = own(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), seed.size()));
  key.public_key_.resize(32);
  std::size_t size = 32;
  if (!key.key_ ||
      EVP_PKEY_get_raw_public_key(pkey(key.key_), reinterpret_cast<unsigned char*>(key.public_key_.data()), &size) != 1)
    return Error{Errc::corrupt, "The stored signing key is not an Ed25519 key."};
  return key;
}

std::string SigningKey::sign(std::string_view bytes) const {
  DigestContext context;
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  EVP_DigestSignInit(context.handle, nullptr, nullptr, nullptr, pkey(key_));
  EVP_DigestSign(context.handle, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes_of(bytes),
                 bytes.size());
  return signature;
}

std::string sign_jwt(const SigningKey& key, const json::object& claims) {
  const json::object header{{"alg", "EdDSA"}, {"typ", "JWT"}, {"kid", key.kid()}};
  std::string token = base64url_encode(json::serialize(header)) + "." + base64url_encode(json::serialize(claims));
  return token + "." + base64url_encode(key.sign(token));
}

json::object to_jwk(const SigningKey& key) {
  return {{"kty", "OKP"},     {"crv", "Ed25519"}, {"x", base64url_encode(key.public_key())},
          {"kid", key.kid()}, {"use", "sig"},     {"alg", "EdDSA"}};
}

Result<VerifyingKey> VerifyingKey::from_jwk(const json::object& jwk) {
  VerifyingKey key;
  key.kid_ = member_text(jwk, "kid");
  const auto type = member_text(jwk, "kty");
  const auto curve = member_text(jwk, "crv");
  if (type == "OKP" && curve == "Ed25519") {
    const auto x = member_bytes(jwk, "x");
    if (!x) return x.error();
    key.algorithm_ = "EdDSA";
    key.key_ = own(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size()));
  } else if (type == "RSA") {
    const auto n = member_bytes(jwk, "n"), e = member_bytes(jwk, "e");
    if (!n) return n.error();
    if (!e) return e.error();
    key.algorithm_ = "RS256";
    key.key_ = rsa_key(*n, *e);
  } else if (type == "EC" && curve == "P-256") {
    const auto x = member_bytes(jwk, "x"), y = member_bytes(jwk, "y");
    if (!x) return x.error();
    if (!y) return y.error();
    key.algorithm_ = "ES256";
    key.key_ = p256_key(*x, *y);
  } else {
    return Error{Errc::unsupported, "Keys must be Ed25519, RSA or P-256."};
  }
  if (!key.key_) return Error{Errc::invalid_argument, "The key's numbers do not make a key."};
  return key;
}

bool VerifyingKey::verify(std::string_view bytes, std::string_view signature) const {
  std::string der;
  if (algorithm_ == "ES256") {
    if (signature.size() != 64) return false;
    der = der_of_es256(signature);
    signature = der;
  }
  DigestContext context;
  const EVP_MD* digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
  return EVP_DigestVerifyInit(context.handle, nullptr, digest, nullptr, pkey(key_)) == 1 &&
         EVP_DigestVerify(context.handle, bytes_of(signature), signature.size(), bytes_of(bytes), bytes.size()) == 1;
}

Result<ParsedJwt> parse_jwt(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.size() > 8192) return invalid_token("The token is not a signed JSON Web Token.");
  auto header = json_part(token.substr(0, first));
  auto claims = json_part(token.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(token.substr(second + 1));
  if (!header) return header.error();
  if (!claims) return claims.error();
  if (!signature) return invalid_token("The token's signature is not base64url.");
  // RFC 7515, section 4.1.11: what we do not understand must not be ignored.
  if (header->contains("crit")) return invalid_token("The token has critical extensions that are not known here.");
  ParsedJwt parsed;
  parsed.algorithm = member_text(*header, "alg");
  parsed.kid = member_text(*header, "kid");
  parsed.signed_part = token.substr(0, second);
  parsed.signature = std::move(*signature);
  parsed.claims = std::move(*claims);
  return parsed;
}

Result<> verify_jwt(const ParsedJwt& token, const VerifyingKey& key, Instant now, std::chrono::seconds leeway) {
  // The key decides the algorithm: a token that could choose would choose a weak one.
  if (token.algorithm != key.algorithm() || !key.verify(token.signed_part, token.signature))
    return invalid_token("The token's signature is not right.");
  const auto seconds = [&](std::string_view name) -> std::optional<Instant> {
    const auto* value = token.claims.if_contains(name);
    boost::system::error_code failure;
    const auto count = value && value->is_number() ? value->to_number<std::int64_t>(failure) : 0;
    if (!value || !value->is_number() || failure || count < 0 || count > 253'402'300'799) return std::nullopt;
    return Instant{std::chrono::seconds{count}};
  };
  const auto expires = seconds("exp");
  if (!expires) return invalid_token("The token does not say when it expires.");
  if (now >= *expires + leeway)
    return Error{Errc::unauthenticated, "The token has expired; get a new one.", "token-expired"};
  if (const auto from = seconds("nbf"); from && now + leeway < *from)
    return invalid_token("The token is not valid yet.");
  return {};
}

}  // namespace daybook
