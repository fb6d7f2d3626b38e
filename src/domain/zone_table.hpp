#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace daybook::domain {

/// A zone's offsets as steps over time. Only zone*.cpp include this.
struct ZoneTable {
  struct Step {
    std::int64_t at;      ///< Seconds since 1970 (UTC) from which `offset` holds; the first step has no beginning.
    std::int32_t offset;  ///< Seconds east of UTC.
  };
  std::string name;
  std::vector<Step> steps;  ///< At least one.
  /// After this instant the steps repeat every 400 years (the Gregorian cycle); INT64_MAX if they do not.
  std::int64_t cycle_end = INT64_MAX;
  bool fixed = false;

  /// The step in force at an instant, in a constant number of operations.
  std::size_t index_at(std::int64_t seconds) const {
    if (steps.size() == 1) return 0;
    auto bucket = (seconds - bucket_base_) >> kBucketBits;
    if (bucket < 0) return 0;
    if (bucket >= static_cast<std::int64_t>(buckets_.size())) return steps.size() - 1;
    std::size_t i = buckets_[static_cast<std::size_t>(bucket)];
    while (i + 1 < steps.size() && steps[i + 1].at <= seconds) ++i;
    return i;
  }
  void make_buckets();

 private:
  static constexpr int kBucketBits = 24;  // 194 days: at most a few steps in each.
  std::int64_t bucket_base_ = 0;
  std::vector<std::uint16_t> buckets_;
};

inline constexpr std::int64_t kFourHundredYears = 146097LL * 86400;

/// Reads TZif version 2+ with its footer, which is expanded over one cycle of 400 years. Errors: corrupt.
Result<ZoneTable> read_tzif(std::string name, std::string_view bytes);

}  // namespace daybook::domain
