#include "services/notifier/web_push_crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "core/hash.hpp"

namespace daybook::notifier {
namespace {

constexpr std::size_t kPointBytes = 65;
constexpr std::size_t kMaxText = 3 * 1024;

template <auto Function>
struct FreeWith {
  template <class T>
  void operator()(T* pointer) const {
    Function(pointer);
  }
};
template <class T, auto Function>
using Handle = std::unique_ptr<T, FreeWith<Function>>;
using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using ParameterBuilder = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = Handle<OSSL_PARAM, OSSL_PARAM_free>;
using Number = Handle<BIGNUM, BN_free>;

void require(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// A key from its parts; nullptr when they are not a key on the curve.
EVP_PKEY* make_key(std::string_view public_point, std::string_view private_number) {
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, public_point.data(), public_point.size());
  Number number;
  if (!private_number.empty()) {
    number.reset(BN_bin2bn(bytes(private_number), static_cast<int>(private_number.size()), nullptr));
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get());
  }
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  const int selection = private_number.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  if (EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1) return nullptr;
  return key;
}

/// The public point of a private number.
std::string point_of(std::string_view private_number) {
  const Handle<EC_GROUP, EC_GROUP_free> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const Handle<EC_POINT, EC_POINT_free> point(EC_POINT_new(group.get()));
  const Number number(BN_bin2bn(bytes(private_number), static_cast<int>(private_number.size()), nullptr));
  require(EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) == 1, "EC_POINT_mul");
  std::string out(kPointBytes, '\0');
  require(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes(out), out.size(),
                             nullptr) == out.size(),
          "EC_POINT_point2oct");
  return out;
}

Result<std::string> shared_secret(const P256Key& own, std::string_view other_point) {
  const Handle<EVP_PKEY, EVP_PKEY_free> other(make_key(other_point, {}));
  const KeyContext context(EVP_PKEY_CTX_new(own.handle(), nullptr));
  std::size_t size = 0;
  if (!other || EVP_PKEY_derive_init(context.get()) != 1 || EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 ||
      EVP_PKEY_derive(context.get(), nullptr, &size) != 1)
    return Error{Errc::invalid_argument, "The subscription's key p256dh is not a point of P-256."};
  std::string out(size, '\0');
  require(EVP_PKEY_derive(context.get(), bytes(out), &size) == 1, "EVP_PKEY_derive");
  out.resize(size);
  return out;
}

/// HKDF with one block of output (RFC 5869): all keys here are at most 32 bytes long.
std::string hkdf(std::string_view salt, std::string_view key, std::string info, std::size_t size) {
  const auto pseudo_random = hmac_sha256(salt, key);
  info += '\1';
  const auto block = hmac_sha256(as_chars(pseudo_random), info);
  return std::string(as_chars(block).substr(0, size));
}

}  // namespace

void P256Key::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

P256Key P256Key::generate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  require(key != nullptr, "EVP_EC_gen");
  return P256Key(key);
}

Result<P256Key> P256Key::from_private(std::string_view private_key) {
  if (private_key.size() != 32) return Error{Errc::invalid_argument, "A P-256 private key has 32 bytes."};
  EVP_PKEY* key = make_key(point_of(private_key), private_key);
  if (!key) return Error{Errc::invalid_argument, "The private key is not one of P-256."};
  return P256Key(key);
}

std::string P256Key::public_key() const {
  std::string out(kPointBytes, '\0');
  std::size_t size = 0;
  require(EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes(out), out.size(), &size) == 1,
          "public key");
  out.resize(size);
  return out;
}

std::string P256Key::private_key() const {
  BIGNUM* raw = nullptr;
  require(EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_PRIV_KEY, &raw) == 1, "private key");
  const Number number(raw);
  std::string out(32, '\0');
  require(BN_bn2binpad(number.get(), bytes(out), 32) == 32, "BN_bn2binpad");
  return out;
}

Result<std::string> encrypt_web_push(std::string_view text, std::string_view p256dh, std::string_view auth,
                                     const P256Key& sender, std::string_view salt) {
  if (text.size() > kMaxText) return Error{Errc::invalid_argument, "A push message has at most 3 KiB."};
  if (p256dh.size() != kPointBytes || auth.size() != 16)
    return Error{Errc::invalid_argument, "The subscription's keys p256dh and auth have 65 and 16 bytes."};
  const auto secret = shared_secret(sender, p256dh);
  if (!secret) return secret.error();
  const std::string sender_public = sender.public_key();

  // RFC 8291, section 3.4, then RFC 8188, sections 2.2 and 2.3.
  std::string key_info("WebPush: info\0", 14);
  key_info += p256dh;
  key_info += sender_public;
  const std::string input_key = hkdf(auth, *secret, std::move(key_info), 32);
  const std::string content_key = hkdf(salt, input_key, std::string("Content-Encoding: aes128gcm\0", 28), 16);
  const std::string nonce = hkdf(salt, input_key, std::string("Content-Encoding: nonce\0", 24), 12);

  std::string out(salt);
  out += std::string("\0\0\x10\0", 4);  // Record size 4096: one record holds it all.
  out += static_cast<char>(sender_public.size());
  out += sender_public;

  std::string plain(text);
  plain += '\2';  // Delimiter of the last record.
  const std::size_t at = out.size();
  out.resize(at + plain.size() + 16);
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  int written = 0, final_bytes = 0;
  require(EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, bytes(content_key), bytes(nonce)) == 1 &&
              EVP_EncryptUpdate(cipher.get(), bytes(out) + at, &written, bytes(plain),
                                static_cast<int>(plain.size())) == 1 &&
              EVP_EncryptFinal_ex(cipher.get(), bytes(out) + at + written, &final_bytes) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, 16, bytes(out) + at + plain.size()) == 1,
          "AES-128-GCM");
  return out;
}

std::string vapid_authorization(const P256Key& server, std::string_view audience, std::string_view contact,
                                Instant now) {
  boost::json::object claims;
  claims["aud"] = audience;
  // RFC 8292 allows 24 hours; half of it leaves room for clocks that differ.
  claims["exp"] = std::chrono::floor<std::chrono::seconds>(now + std::chrono::hours{12}).time_since_epoch().count();
  if (!contact.empty()) claims["sub"] = contact;
  const std::string signed_part =
      base64url_encode(R"({"typ":"JWT","alg":"ES256"})") + "." + base64url_encode(boost::json::serialize(claims));
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 0;
  require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, server.handle()) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, bytes(signed_part), signed_part.size()) == 1,
          "sign");
  std::string der(size, '\0');
  require(EVP_DigestSign(context.get(), bytes(der), &size, bytes(signed_part), signed_part.size()) == 1, "sign");
  // JWS wants the two numbers as they are (RFC 7518, section 3.4), not OpenSSL's DER.
  const unsigned char* cursor = bytes(der);
  const Handle<ECDSA_SIG, ECDSA_SIG_free> parsed(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(size)));
  std::string signature(64, '\0');
  require(BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), bytes(signature), 32) == 32 &&
              BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), bytes(signature) + 32, 32) == 32,
          "signature");
  return "vapid t=" + signed_part + "." + base64url_encode(signature) + ", k=" + base64url_encode(server.public_key());
}

}  // namespace daybook::notifier
