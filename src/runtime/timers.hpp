#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/timer.hpp"

namespace daybook::runtime {

/// Handles timers that have come due, in order of `due`, and says of each what became of it. Success means that the
/// handler's own transaction took the timer away (`TimerTable::consume`) or moved it. A transient error fires it again
/// with backoff; any other error parks it as dead letter after 5 tries.
using TimerHandler = std::function<boost::asio::awaitable<std::vector<Result<>>>(std::vector<Timer>)>;

/// Fires a service's timers: at least once, never early by the wall clock, across restarts and clock jumps.
class Timers {
 public:
  virtual ~Timers() = default;
  /// Before start() only. `max_batch` timers of the kind at most in one call.
  virtual void handle(std::string kind, int max_batch, TimerHandler handler) = 0;
  virtual boost::asio::awaitable<Result<>> start() = 0;
  virtual boost::asio::awaitable<void> stop() = 0;
};

}  // namespace daybook::runtime
