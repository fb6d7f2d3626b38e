#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <vector>

#include "core/time.hpp"

namespace daybook {

/// The time of day that due dates, reminders and tokens are measured by. Thread-safe. It may jump.
class WallClock {
 public:
  virtual ~WallClock() = default;
  virtual Instant now() const = 0;
  /// Calls `listener` from any thread whenever the clock was set rather than ran on (only settable clocks do).
  /// Whoever sleeps until a due time re-reads the clock then. Listeners live as long as the clock.
  virtual void on_jump(std::function<void()> listener) = 0;
};

/// The machine's clock.
class SystemClock final : public WallClock {
 public:
  Instant now() const override;
  void on_jump(std::function<void()>) override {}
};

/// Stands still until it is told: for tests and for `POST /test/clock`.
class ManualClock final : public WallClock {
 public:
  explicit ManualClock(Instant start) : now_(start) {}
  Instant now() const override;
  void on_jump(std::function<void()> listener) override;
  void set(Instant now);
  void advance(std::chrono::microseconds by);

 private:
  mutable std::mutex mutex_;
  Instant now_;
  std::vector<std::function<void()>> listeners_;
};

}  // namespace daybook
