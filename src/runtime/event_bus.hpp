#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/result.hpp"

namespace daybook::runtime {

/// A consumer group's wish: which events it gets, and how.
struct Subscription {
  std::string group;               ///< "scheduler", "gateway.stream": one offset, one inbox name.
  std::vector<std::string> types;  ///< Exact types, or "task.*", or "*".
  int max_batch = 500;
  /// Acting on the world (notifier, chat, webhooks) must not be replayed (design, rule 15).
  bool replayable = true;
  /// Nobody looks for its effects at once (audit, statistics): it may gather longer, and writes less often.
  bool patient = false;
};

/// Handles one batch in order and says of each event what became of it: success, a transient error (the group pauses
/// and retries without limit) or any other error (poison: 5 tries within 10 s, then parked as dead letter while later
/// events go on). Must return one result an event. Effects are recorded with the inbox in their own transaction, since
/// any event may come again.
using EventHandler = std::function<boost::asio::awaitable<std::vector<Result<>>>(std::vector<CloudEvent>)>;

/// Delivers published events to consumer groups, at least once, usually in order per user. Publishing is the storage
/// layer's: an event is appended in the transaction of its change, and this port only carries it on.
class EventBus {
 public:
  virtual ~EventBus() = default;
  /// Before start() only.
  virtual void subscribe(Subscription subscription, EventHandler handler) = 0;
  virtual boost::asio::awaitable<Result<>> start() = 0;
  /// Stops delivery, waits for handlers in flight.
  virtual boost::asio::awaitable<void> stop() = 0;
  /// One line a group for readiness and `daybook events lag`.
  struct GroupState {
    std::string group;
    std::int64_t lag = 0;
    bool paused = false;  ///< A dependency is away; retrying.
    std::string last_error;
    std::int64_t dead_letters = 0;
  };
  virtual boost::asio::awaitable<Result<std::vector<GroupState>>> groups() = 0;
};

}  // namespace daybook::runtime
