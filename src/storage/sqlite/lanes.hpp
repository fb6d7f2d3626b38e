#pragma once

#include <chrono>
#include <deque>
#include <memory>

#include "storage/sqlite/database.hpp"

namespace daybook::storage::sqlite {

/// The writer's two queues and the rule between them: foreground first, but while both wait the background lane gets
/// 10 % of the writer's time. Time, not closures, since a consumer's batch may be a thousand times a request. Not
/// thread-safe.
class Lanes {
 public:
  using Job = std::shared_ptr<WriteJob>;
  struct Next {
    Job job;
    Lane lane = Lane::foreground;
  };

  void push(Lane lane, Job job) { (lane == Lane::foreground ? foreground_ : background_).push_back(std::move(job)); }
  bool empty() const { return foreground_.empty() && background_.empty(); }
  std::size_t size(Lane lane) const { return lane == Lane::foreground ? foreground_.size() : background_.size(); }

  /// `job` is null when nothing waits, or, if `answers_wait` for the commit of what was popped before, when only
  /// background jobs do that are owed nothing: their turn is the next batch, while the clients read their answers.
  Next pop(bool answers_wait = false) {
    const bool idle = foreground_.empty() && !answers_wait;
    const bool background = !background_.empty() && (idle || owed_ > std::chrono::nanoseconds::zero());
    auto& queue = background ? background_ : foreground_;
    if (queue.empty()) return {};
    Next next{std::move(queue.front()), background ? Lane::background : Lane::foreground};
    queue.pop_front();
    return next;
  }

  /// Says how long the job that `pop` gave took.
  void spent(Lane lane, std::chrono::nanoseconds time) {
    if (lane == Lane::background) {
      owed_ -= time;
    } else if (!background_.empty()) {
      owed_ += time / 9;
    }
    owed_ = std::clamp(owed_, -kMemory, kMemory);
  }

 private:
  /// What one lane may owe the other at most, so that an idle hour buys no long silence.
  static constexpr std::chrono::nanoseconds kMemory = std::chrono::milliseconds{20};

  std::deque<Job> foreground_, background_;
  std::chrono::nanoseconds owed_{0};
};

}  // namespace daybook::storage::sqlite
