#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "core/cloud_event.hpp"
#include "runtime/dapr/sidecar.hpp"
#include "runtime/dapr/topics.hpp"

namespace daybook::runtime::dapr {

/// Publishes CloudEvents through the sidecar, keyed by user so that one user's events share a partition. What decides
/// when and what to publish is the outbox's relay; this only carries it.
class Publisher {
 public:
  Publisher(Sidecar& sidecar, const TopicTable& topics, std::string pubsub, TopicMode mode)
      : sidecar_(sidecar), topics_(topics), pubsub_(std::move(pubsub)), mode_(mode) {}

  /// One result an event, in their order. A user's events of one topic stay in order, unless the broker keeps none
  /// (Redis Streams in bulk). An event that failed with a transient error may have been published all the same; its id
  /// lets consumers know it again. Errors: unavailable, timeout; payload_too_large and misconfigured are for good.
  boost::asio::awaitable<std::vector<Result<>>> publish(const std::vector<CloudEvent>& events);

 private:
  struct Entry {
    std::size_t index;  ///< Into `events`.
    std::string type;
  };
  boost::asio::awaitable<void> publish_to(std::string topic, const std::vector<CloudEvent>& events,
                                          std::vector<Entry> entries, std::vector<Result<>>& results);
  boost::asio::awaitable<void> publish_one(std::string topic, const std::vector<CloudEvent>& events, Entry entry,
                                           std::vector<Result<>>& results);

  Sidecar& sidecar_;
  const TopicTable& topics_;
  std::string pubsub_;
  TopicMode mode_;
};

}  // namespace daybook::runtime::dapr
