#include "services/identity/key_ring.hpp"

#include <sodium.h>

namespace daybook::identity {
namespace {

using boost::asio::awaitable;

constexpr auto kCheckEvery = std::chrono::hours{1};
constexpr std::size_t kSeedBytes = 32;
constexpr std::size_t kFewestSecretBytes = 16;

const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

awaitable<Result<>> KeyRing::load() {
  if (auto read = co_await read_secret(); !read) co_return read.error();
  co_return co_await reload();
}

awaitable<Result<>> KeyRing::read_secret() {
  if (!secrets_) co_return Result<>{};
  const auto secret = co_await secrets_->get(kKeySecret);
  if (!secret && secret.error().code == Errc::not_found) co_return Result<>{};
  if (!secret) co_return secret.error();
  if (secret->size() < kFewestSecretBytes)
    co_return Error{Errc::misconfigured,
                    "The secret 'identity-key' needs 16 characters or more, such as: openssl rand -base64 32"};
  box_key_.resize(crypto_secretbox_KEYBYTES);
  crypto_generichash(bytes(box_key_), box_key_.size(), bytes(*secret), secret->size(), nullptr, 0);
  co_return Result<>{};
}

awaitable<Result<>> KeyRing::refresh() {
  const auto now = clock_.now();
  if (now >= checked_at_ && now - checked_at_ < kCheckEvery) co_return Result<>{};
  co_return co_await reload();
}

awaitable<Result<>> KeyRing::reload() {
  StoredKey fresh;
  fresh.kid = base64url_encode(random_bytes(9));
  fresh.seed = seal(random_bytes(kSeedBytes));
  fresh.created_at = clock_.now();
  auto stored = co_await store_.rotate_signing_keys(std::move(fresh), kRotateAfter, kKeepReplaced);
  if (!stored) co_return stored.error();
  if (auto adopted = co_await adopt(std::move(*stored)); !adopted) co_return adopted.error();
  checked_at_ = clock_.now();
  co_return Result<>{};
}

awaitable<Result<>> KeyRing::adopt(std::vector<StoredKey> stored) {
  std::vector<SigningKey> keys;
  for (auto& each : stored) {
    const auto seed = open(each.seed);
    if (!seed) co_return seed.error();
    auto key = SigningKey::from_seed(each.kid, *seed);
    if (!key) co_return key.error();
    keys.push_back(std::move(*key));
    if (box_key_.empty() || each.seed.size() != kSeedBytes) continue;
    each.seed = seal(each.seed);
    if (auto sealed = co_await store_.replace_signing_key(std::move(each)); !sealed) co_return sealed.error();
  }
  keys_ = std::move(keys);
  co_return Result<>{};
}

awaitable<Result<std::string>> KeyRing::jwks() {
  // Once an hour this writes; otherwise who only reads does not wait for the writer.
  if (auto ready = co_await refresh(); !ready) co_return ready.error();
  auto stored = co_await store_.signing_keys();
  if (!stored) co_return stored.error();
  if (auto adopted = co_await adopt(std::move(*stored)); !adopted) co_return adopted.error();
  json::array keys;
  for (const auto& key : keys_) keys.push_back(to_jwk(key));
  co_return json::serialize(json::object{{"keys", std::move(keys)}});
}

/// A nonce and the box.
std::string KeyRing::seal(const std::string& seed) const {
  if (box_key_.empty()) return seed;
  std::string out = random_bytes(crypto_secretbox_NONCEBYTES);
  out.resize(out.size() + crypto_secretbox_MACBYTES + seed.size());
  crypto_secretbox_easy(bytes(out) + crypto_secretbox_NONCEBYTES, bytes(seed), seed.size(), bytes(out),
                        bytes(box_key_));
  return out;
}

Result<std::string> KeyRing::open(const std::string& stored) const {
  if (stored.size() == kSeedBytes) return stored;
  constexpr std::size_t kAround = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (stored.size() != kAround + kSeedBytes)
    return Error{Errc::corrupt, "A signing key in the database has a wrong length."};
  if (box_key_.empty())
    return Error{Errc::misconfigured,
                 "The signing keys in the database are sealed: set the secret 'identity-key' "
                 "(DAYBOOK_SECRET_IDENTITY_KEY, or a file that DAYBOOK_SECRET_IDENTITY_KEY_FILE names)."};
  std::string seed(kSeedBytes, '\0');
  if (crypto_secretbox_open_easy(bytes(seed), bytes(stored) + crypto_secretbox_NONCEBYTES,
                                 stored.size() - crypto_secretbox_NONCEBYTES, bytes(stored), bytes(box_key_)) != 0)
    return Error{Errc::misconfigured,
                 "The secret 'identity-key' is not the one that the signing keys in the database were sealed with."};
  return seed;
}

}  // namespace daybook::identity
