#include "services/gateway/rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace daybook::gateway {
namespace {

constexpr std::size_t kMaxBuckets = 100'000;

}  // namespace

Result<> RateLimiter::take(const std::string& key, Instant now) {
  if (per_minute_ <= 0) return {};
  if (buckets_.size() >= kMaxBuckets) forget_full(now);
  const double full = per_minute_;
  auto [entry, fresh] = buckets_.try_emplace(key, Bucket{full, now});
  auto& bucket = entry->second;
  // A clock that was set back refills nothing.
  const double seconds = std::max(0.0, std::chrono::duration<double>(now - bucket.at).count());
  bucket.tokens = std::min(full, bucket.tokens + seconds * full / 60);
  bucket.at = now;
  if (bucket.tokens < 1) {
    const auto wait = std::chrono::seconds{static_cast<int>(std::ceil((1 - bucket.tokens) * 60 / full))};
    Error error{Errc::rate_limited, "At most " + std::to_string(per_minute_) + " " + what_ +
                                        " a minute. Try again in " + std::to_string(wait.count()) + " s."};
    error.retry_after = wait;
    return error;
  }
  bucket.tokens -= 1;
  return {};
}

void RateLimiter::forget_full(Instant now) {
  std::erase_if(buckets_, [&](const auto& each) { return now - each.second.at > std::chrono::minutes{1}; });
  // Somebody comes from very many addresses at once: better to forget than to grow.
  if (buckets_.size() >= kMaxBuckets) buckets_.clear();
}

}  // namespace daybook::gateway
