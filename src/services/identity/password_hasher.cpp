#include "services/identity/password_hasher.hpp"

#include <sodium.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "core/hash.hpp"

namespace daybook::identity {
namespace {

using boost::asio::awaitable;

/// A place among those who hash; given back however the hash ends.
class Inside {
 public:
  explicit Inside(int& count) : count_(count) { ++count_; }
  Inside(const Inside&) = delete;
  ~Inside() { --count_; }

 private:
  int& count_;
};

std::string compute(const std::string& password, HashCost cost) {
  char encoded[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(encoded, password.data(), password.size(), cost.passes, cost.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::bad_alloc{};
  return encoded;
}

awaitable<std::string> compute_there(std::string password, HashCost cost) { co_return compute(password, cost); }

awaitable<bool> verify_there(std::string password, std::string encoded) {
  co_return crypto_pwhash_str_verify(encoded.c_str(), password.data(), password.size()) == 0;
}

}  // namespace

PasswordHasher::PasswordHasher(HashCost cost) : cost_(cost) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: the system gives no random numbers");
}

PasswordHasher::~PasswordHasher() {
  pool_.stop();
  pool_.join();
}

Result<> PasswordHasher::enter() const {
  if (inside_ >= kAtOnce + kQueue) {
    Error busy{Errc::rate_limited, "Many people are signing in at this moment; try again in a few seconds."};
    busy.retry_after = std::chrono::seconds{3};
    return busy;
  }
  return {};
}

awaitable<Result<std::string>> PasswordHasher::hash(std::string password) {
  if (auto entered = enter(); !entered) co_return entered.error();
  auto work = compute_there(std::move(password), cost_);
  const Inside inside{inside_};
  co_return co_await boost::asio::co_spawn(pool_.get_executor(), std::move(work), boost::asio::use_awaitable);
}

awaitable<Result<bool>> PasswordHasher::verify(std::string password, std::string encoded) {
  const bool somebody = !encoded.empty();
  if (!somebody && nobody_.empty()) {
    auto made = co_await hash(random_bytes(16));
    if (!made) co_return made.error();
    nobody_ = std::move(*made);
  }
  if (auto entered = enter(); !entered) co_return entered.error();
  auto work = verify_there(std::move(password), somebody ? std::move(encoded) : nobody_);
  const Inside inside{inside_};
  const bool right = co_await boost::asio::co_spawn(pool_.get_executor(), std::move(work), boost::asio::use_awaitable);
  co_return right&& somebody;
}

}  // namespace daybook::identity
