#pragma once

#include <string>
#include <unordered_map>

#include "core/result.hpp"
#include "core/time.hpp"

namespace daybook::gateway {

/// Token buckets by key: `per_minute` go through a minute, all of them at once if need be. Bounded in memory. Used on
/// the loop.
class RateLimiter {
 public:
  /// `what` names the limit in the refusal. `per_minute` 0: no limit.
  RateLimiter(std::string what, int per_minute) : what_(std::move(what)), per_minute_(per_minute) {}

  /// Errors: rate_limited, with when to try again.
  Result<> take(const std::string& key, Instant now);
  void set_limit(int per_minute) { per_minute_ = per_minute; }

 private:
  struct Bucket {
    double tokens = 0;
    Instant at{};
  };
  void forget_full(Instant now);

  std::string what_;
  int per_minute_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace daybook::gateway
