#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>

namespace daybook::runtime {

/// A number in [0, 1) for each call: spreads the tries of those who failed together.
using Jitter = std::function<double()>;

inline Jitter random_jitter() {
  return [engine = std::minstd_rand(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
  };
}

/// How long to wait after the `round`-th failure (from 1) of a dependency: 0.2 s doubling up to 30 s, less up to half.
inline std::chrono::milliseconds transient_delay(int round, const Jitter& jitter) {
  const double whole = std::min(30'000.0, 200.0 * static_cast<double>(1 << std::clamp(round - 1, 0, 10)));
  return std::chrono::milliseconds{static_cast<std::int64_t>(whole * (1.0 - jitter() / 2))};
}

/// Tries that something gets before it is parked, and the pauses between them: 0.2, 0.6, 1.8 and 5.4 s, plus up to a
/// fifth, which is within 10 s together (design, rule 5).
inline constexpr int kPoisonTries = 5;
inline std::chrono::milliseconds poison_delay(int round, const Jitter& jitter) {
  double whole = 200.0;
  for (int i = 1; i < std::min(round, kPoisonTries - 1); ++i) whole *= 3;
  return std::chrono::milliseconds{static_cast<std::int64_t>(whole * (1.0 + jitter() / 5))};
}

}  // namespace daybook::runtime
