#include "runtime/dapr/publisher.hpp"

#include <map>

#include "core/json.hpp"

namespace daybook::runtime::dapr {
namespace {

using boost::asio::awaitable;

constexpr auto kDeadline = std::chrono::seconds{10};
/// Below daprd's 4 MiB a request, with room for the envelope.
constexpr std::size_t kMostBytes = 3 * 1024 * 1024;

/// As it is spelled in its topic, with its own trace where daprd does not put another in its place.
std::string spelled(const CloudEvent& event, const std::string& type) {
  std::string text;
  if (event.type == type) {
    text = to_json(event);
  } else {
    CloudEvent renamed = event;
    renamed.type = type;
    text = to_json(renamed);
  }
  if (event.traceparent.empty()) return text;
  text.pop_back();
  text += ",\"origintrace\":";
  append_json_string(text, event.traceparent);
  return text + '}';
}

void fail(std::vector<Result<>>& results, std::size_t index, const Error& error) {
  // The first failure stands: an event goes to two topics at most.
  if (results[index]) results[index] = error;
}

}  // namespace

awaitable<std::vector<Result<>>> Publisher::publish(const std::vector<CloudEvent>& events) {
  std::vector<Result<>> results(events.size());
  std::map<std::string, std::vector<Entry>> by_topic;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto targets = topics_.targets(events[i].type, mode_);
    if (!targets) {
      results[i] = targets.error();
      continue;
    }
    for (const auto& target : *targets) by_topic[target.topic].push_back({i, target.type});
  }
  for (auto& [topic, entries] : by_topic) {
    // In slices that one request may hold.
    std::vector<Entry> slice;
    std::size_t bytes = 0;
    for (auto& entry : entries) {
      const std::size_t size = events[entry.index].data.size() + 1024;
      if (size > kMostBytes) {
        fail(results, entry.index, {Errc::payload_too_large, "The event is larger than a broker takes."});
        continue;
      }
      if (bytes + size > kMostBytes) {
        co_await publish_to(topic, events, std::move(slice), results);
        slice = {};
        bytes = 0;
      }
      bytes += size;
      slice.push_back(std::move(entry));
    }
    if (!slice.empty()) co_await publish_to(topic, events, std::move(slice), results);
  }
  co_return results;
}

awaitable<void> Publisher::publish_to(std::string topic, const std::vector<CloudEvent>& events,
                                      std::vector<Entry> entries, std::vector<Result<>>& results) {
  if (entries.size() == 1) {
    co_await publish_one(std::move(topic), events, std::move(entries.front()), results);
    co_return;
  }
  std::string body = "[";
  for (const auto& entry : entries) {
    const auto& event = events[entry.index];
    if (body.size() > 1) body += ',';
    body += R"({"entryId":")" + std::to_string(entry.index) + R"(","event":)" + spelled(event, entry.type) +
            R"(,"contentType":"application/cloudevents+json","metadata":{"partitionKey":")" + event.user.str() + "\"}}";
  }
  body += ']';
  auto call =
      json_call(Method::post, "/v1.0-alpha1/publish/bulk/" + encode(pubsub_) + "/" + encode(topic), std::move(body));
  auto reply = co_await sidecar_.send(std::move(call), kDeadline);
  if (reply && reply->status == 204) co_return;
  const Error error = reply ? error_of(*reply, "Publishing to " + topic) : reply.error();
  if (reply && reply->status == 500) {
    // Those that the reply does not name have arrived.
    const auto document = parse_json(reply->body);
    const auto* object = document ? document->if_object() : nullptr;
    const auto* failed = object ? object->if_contains("failedEntries") : nullptr;
    if (failed && failed->is_array() && !failed->get_array().empty()) {
      for (const auto& each : failed->get_array()) {
        const auto* id = each.is_object() ? each.get_object().if_contains("entryId") : nullptr;
        if (!id || !id->is_string()) continue;
        for (const auto& entry : entries)
          if (std::to_string(entry.index) == std::string_view(id->get_string())) fail(results, entry.index, error);
      }
      co_return;
    }
  }
  for (const auto& entry : entries) fail(results, entry.index, error);
}

awaitable<void> Publisher::publish_one(std::string topic, const std::vector<CloudEvent>& events, Entry entry,
                                       std::vector<Result<>>& results) {
  const auto& event = events[entry.index];
  auto call =
      json_call(Method::post, "/v1.0/publish/" + encode(pubsub_) + "/" + encode(topic), spelled(event, entry.type));
  call.headers.set("Content-Type", "application/cloudevents+json");
  call.query = "metadata.partitionKey=" + event.user.str();
  call.traceparent = event.traceparent;
  auto reply = co_await sidecar_.send(std::move(call), kDeadline);
  if (!reply)
    fail(results, entry.index, reply.error());
  else if (reply->status != 204)
    fail(results, entry.index, error_of(*reply, "Publishing to " + topic));
}

}  // namespace daybook::runtime::dapr
