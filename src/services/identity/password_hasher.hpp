#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string>

#include "core/result.hpp"

namespace daybook::identity {

/// What a hash costs. The defaults are OWASP's least for Argon2id; tests use less.
struct HashCost {
  std::size_t memory_bytes = 19 * 1024 * 1024;
  unsigned passes = 2;
};

/// Argon2id on threads of its own, since one hash takes tens of milliseconds: 2 at once, 64 waiting. Used from one
/// loop. Errors of both: rate_limited when more wait.
class PasswordHasher {
 public:
  explicit PasswordHasher(HashCost cost = {});
  ~PasswordHasher();

  boost::asio::awaitable<Result<std::string>> hash(std::string password);
  /// `encoded` empty: nobody's; takes as long as any other, and is false.
  boost::asio::awaitable<Result<bool>> verify(std::string password, std::string encoded);

  static constexpr int kAtOnce = 2;
  static constexpr int kQueue = 64;

 private:
  Result<> enter() const;

  HashCost cost_;
  std::string nobody_;  ///< Hash of a random password.
  int inside_ = 0;
  boost::asio::thread_pool pool_{kAtOnce};
};

}  // namespace daybook::identity
