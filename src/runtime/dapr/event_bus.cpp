#include "runtime/dapr/event_bus.hpp"

#include <cassert>

#include "core/json.hpp"
#include "telemetry/log.hpp"

namespace daybook::runtime::dapr {

using boost::asio::awaitable;

struct EventBus::Group {
  Subscription subscription;
  EventHandler handler;
  bool paused = false;
  std::string last_error;
  std::int64_t dead_letters = 0;
};

namespace {

constexpr std::string_view kStatus[] = {"SUCCESS", "RETRY", "DROP"};

Reply single_reply(std::size_t outcome) { return Reply{200, R"({"status":")" + std::string(kStatus[outcome]) + "\"}"}; }

/// One event of a delivery, and its place in the answer.
struct Delivered {
  std::string entry_id;  ///< Empty in a single delivery.
  Result<CloudEvent> event;
};

}  // namespace

EventBus::EventBus(boost::asio::any_io_executor executor, const TopicTable& topics, EventBusOptions options)
    : executor_(std::move(executor)), topics_(topics), options_(std::move(options)), idle_(executor_) {}

EventBus::~EventBus() { assert(in_flight_ == 0 && "stop() comes first"); }

void EventBus::subscribe(Subscription subscription, EventHandler handler) {
  auto group = std::make_unique<Group>();
  group->subscription = std::move(subscription);
  group->handler = std::move(handler);
  groups_.push_back(std::move(group));
}

awaitable<Result<>> EventBus::start() {
  stopping_ = false;
  co_return Result<>{};
}

awaitable<void> EventBus::stop() {
  stopping_ = true;
  while (in_flight_ > 0) co_await idle_.wait();
}

awaitable<Result<std::vector<EventBus::GroupState>>> EventBus::groups() {
  std::vector<GroupState> out;
  for (const auto& group : groups_)
    out.push_back({group->subscription.group, 0, group->paused, group->last_error, group->dead_letters});
  co_return out;
}

Reply EventBus::subscriptions() const {
  std::vector<std::string> types;
  for (const auto& group : groups_)
    types.insert(types.end(), group->subscription.types.begin(), group->subscription.types.end());
  json::array out;
  for (const auto& topic : topics_.topics_for(types, options_.mode)) {
    json::object one;
    one["pubsubname"] = options_.pubsub;
    one["topic"] = topic;
    one["route"] = std::string(kRoute) + topic;
    one["deadLetterTopic"] = topic + "." + options_.app_id + ".dlq";
    if (options_.max_batch > 1)
      one["bulkSubscribe"] = {{"enabled", true},
                              {"maxMessagesCount", options_.max_batch},
                              {"maxAwaitDurationMs", options_.max_await.count()}};
    out.push_back(std::move(one));
  }
  return Reply{200, json::serialize(out)};
}

awaitable<Reply> EventBus::deliver(std::string topic, std::string body) {
  if (stopping_) co_return Reply{503, R"({"status":"RETRY"})"};
  std::vector<Delivered> delivered;
  bool bulk = false;
  if (const auto document = parse_json(body); document && document->is_object()) {
    const auto* entries = document->get_object().if_contains("entries");
    bulk = entries && entries->is_array();
    if (bulk)
      for (const auto& each : entries->get_array()) {
        const auto* entry = each.if_object();
        const auto* id = entry ? entry->if_contains("entryId") : nullptr;
        const auto* event = entry ? entry->if_contains("event") : nullptr;
        if (!id || !id->is_string()) continue;
        std::string text;
        if (event) text = event->is_string() ? std::string(event->get_string()) : json::serialize(*event);
        delivered.push_back({std::string(id->get_string()), topics_.read_delivery(text, topic)});
      }
  }
  if (!bulk) delivered.push_back({{}, topics_.read_delivery(body, topic)});

  ++in_flight_;
  std::vector<CloudEvent> events;
  for (auto& each : delivered) {
    if (each.event)
      events.push_back(*each.event);
    else
      log::error("event cannot be read", {{"topic", topic}, {"reason", each.event.error().detail}});
  }
  const auto outcomes = co_await settle(std::move(events));
  if (--in_flight_ == 0) idle_.notify();

  std::size_t next = 0;
  json::array statuses;
  for (const auto& each : delivered) {
    const auto outcome = static_cast<std::size_t>(each.event ? outcomes[next++] : Outcome::drop);
    if (!bulk) co_return single_reply(outcome);
    statuses.push_back(json::object{{"entryId", each.entry_id}, {"status", kStatus[outcome]}});
  }
  co_return Reply{200, json::serialize(json::object{{"statuses", std::move(statuses)}})};
}

awaitable<std::vector<EventBus::Outcome>> EventBus::settle(std::vector<CloudEvent> events) {
  std::vector<Outcome> outcomes(events.size(), Outcome::success);
  for (auto& group : groups_) co_await settle_group(*group, events, outcomes);
  co_return outcomes;
}

awaitable<void> EventBus::settle_group(Group& group, const std::vector<CloudEvent>& events,
                                       std::vector<Outcome>& outcomes) {
  const auto most = static_cast<std::size_t>(std::max(1, group.subscription.max_batch));
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < events.size(); ++i)
    if (matches(group.subscription.types, events[i].type)) wanted.push_back(i);
  for (std::size_t from = 0; from < wanted.size(); from += most) {
    const auto to = std::min(wanted.size(), from + most);
    std::vector<CloudEvent> batch;
    for (std::size_t i = from; i < to; ++i) batch.push_back(events[wanted[i]]);
    const auto results = co_await handle(group, std::move(batch));
    bool away = false;
    for (std::size_t i = from; i < to; ++i) {
      const auto& result = results[i - from];
      if (result) continue;
      Outcome outcome = Outcome::retry;
      if (is_transient(result.error().code)) {
        away = true;
        group.last_error = result.error().detail;
      } else {
        outcome = co_await try_again(group, events[wanted[i]], result.error());
      }
      // What one group has yet to do counts more than what another could not.
      auto& whole = outcomes[wanted[i]];
      if (outcome == Outcome::retry || whole == Outcome::success) whole = outcome;
    }
    group.paused = away;
  }
}

/// The second to the fifth try of an event that failed by itself, then its parking.
awaitable<EventBus::Outcome> EventBus::try_again(Group& group, CloudEvent event, Error error) {
  for (int tries = 1; tries < kPoisonTries; ++tries) {
    const auto wait = poison_delay(tries, options_.jitter);
    if (options_.pause) {
      co_await options_.pause(wait);
    } else {
      boost::asio::steady_timer timer(executor_, wait);
      co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    if (stopping_) co_return Outcome::retry;
    std::vector<CloudEvent> alone{event};
    const auto results = co_await handle(group, std::move(alone));
    if (results.front()) co_return Outcome::success;
    error = results.front().error();
    if (is_transient(error.code)) co_return Outcome::retry;
  }
  log::error("event parked", {{"group", group.subscription.group},
                              {"event_id", event.id.str()},
                              {"type", event.type},
                              {"reason", error.detail}});
  if (options_.park) {
    auto parked =
        co_await options_.park(group.subscription.group, std::move(event), std::move(error.detail), kPoisonTries);
    if (!parked) co_return Outcome::retry;
  }
  ++group.dead_letters;
  co_return Outcome::drop;
}

awaitable<std::vector<Result<>>> EventBus::handle(Group& group, std::vector<CloudEvent> events) {
  const auto count = events.size();
  std::vector<Result<>> results;
  std::string thrown;
  try {
    results = co_await group.handler(std::move(events));
  } catch (const std::exception& failure) {
    thrown = failure.what();
  }
  // A handler that answers for fewer events than it got has a bug, and none of them may count as done.
  if (!thrown.empty() || results.size() != count) {
    const Error bug{Errc::internal, thrown.empty() ? "the handler did not answer for each event" : thrown};
    results.assign(count, Result<>(bug));
  }
  co_return results;
}

}  // namespace daybook::runtime::dapr
