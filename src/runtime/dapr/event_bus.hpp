#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "core/call.hpp"
#include "runtime/backoff.hpp"
#include "runtime/dapr/topics.hpp"
#include "runtime/event_bus.hpp"
#include "runtime/signal.hpp"

namespace daybook::runtime::dapr {

struct EventBusOptions {
  std::string pubsub = "pubsub";
  /// The sidecar's app id, which is the broker's consumer group: it names the dead-letter topics.
  std::string app_id;
  TopicMode mode = TopicMode::dotted;
  /// Events of a partition that daprd hands over at once, and how long it collects them; 1: each by itself, at once.
  int max_batch = 100;
  std::chrono::milliseconds max_await{50};
  /// Keeps an event that its group could not digest, with the reason, before it goes to the dead-letter topic. A
  /// failure here has the event delivered again. Empty: the dead-letter topic alone keeps it.
  std::function<boost::asio::awaitable<Result<>>(std::string group, CloudEvent event, std::string reason, int tries)>
      park;
  Jitter jitter = random_jitter();
  /// Waits between tries, in steady time; empty: a timer. Tests give one that returns at once.
  std::function<boost::asio::awaitable<void>(std::chrono::milliseconds)> pause;
};

/// The receiving half of Dapr pub/sub (the sending one is Publisher): daprd asks what to subscribe to and posts events
/// to this process. All groups of the process share the sidecar's one consumer group, so each event comes once and is
/// handed to every group that wants it; it counts as done when all of them are done with it, and a group that was done
/// already knows it again by its inbox.
///
/// A transient failure is answered RETRY: the sidecar's unlimited inbound policy (deploy/dapr) sends the event again.
/// Poison is tried 5 times within 10 s, parked, and answered DROP, which moves it to the dead-letter topic (design,
/// rule 5). No delivery is ever answered 404, which daprd takes for success. Used on the one thread of `executor`.
class EventBus final : public runtime::EventBus {
 public:
  EventBus(boost::asio::any_io_executor executor, const TopicTable& topics, EventBusOptions options);
  ~EventBus() override;

  void subscribe(Subscription subscription, EventHandler handler) override;
  boost::asio::awaitable<Result<>> start() override;
  /// From now on deliveries are put off (RETRY); waits for those in flight.
  boost::asio::awaitable<void> stop() override;
  /// `lag` is the broker's to know (`daybook events lag --brokers`), and 0 here.
  boost::asio::awaitable<Result<std::vector<GroupState>>> groups() override;

  /// Answers GET /dapr/subscribe.
  Reply subscriptions() const;
  /// Answers POST /dapr/events/<topic>, single and bulk.
  boost::asio::awaitable<Reply> deliver(std::string topic, std::string body);

  static constexpr std::string_view kRoute = "/dapr/events/";

 private:
  struct Group;
  enum class Outcome { success, retry, drop };

  boost::asio::awaitable<std::vector<Outcome>> settle(std::vector<CloudEvent> events);
  boost::asio::awaitable<void> settle_group(Group& group, const std::vector<CloudEvent>& events,
                                            std::vector<Outcome>& outcomes);
  boost::asio::awaitable<Outcome> try_again(Group& group, CloudEvent event, Error error);
  boost::asio::awaitable<std::vector<Result<>>> handle(Group& group, std::vector<CloudEvent> events);

  boost::asio::any_io_executor executor_;
  const TopicTable& topics_;
  EventBusOptions options_;
  std::vector<std::unique_ptr<Group>> groups_;
  bool stopping_ = false;
  int in_flight_ = 0;
  Signal idle_;
};

}  // namespace daybook::runtime::dapr
