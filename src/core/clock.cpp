#include "core/clock.hpp"

namespace daybook {

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Instant ManualClock::now() const {
  std::lock_guard lock(mutex_);
  return now_;
}

void ManualClock::on_jump(std::function<void()> listener) {
  std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void ManualClock::set(Instant now) {
  std::vector<std::function<void()>> listeners;
  {
    std::lock_guard lock(mutex_);
    now_ = now;
    listeners = listeners_;
  }
  for (const auto& listener : listeners) listener();
}

void ManualClock::advance(std::chrono::microseconds by) { set(now() + by); }

}  // namespace daybook
