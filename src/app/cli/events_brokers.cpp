#include "app/cli/events_brokers.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <set>

#include "app/cli/cli.hpp"
#include "app/embed/embedded_files.hpp"
#include "app/kafka/broker.hpp"
#include "app/kafka/topic_plan.hpp"
#include "core/cloud_event.hpp"
#include "core/json.hpp"

namespace daybook::app {
namespace {

constexpr std::string_view kDeadLetters = ".dlq";

std::string_view topic_table() { return embedded_files().at("/schemas/topics.json"); }

void print(const json::object& line) {
  std::puts(json::serialize(line).c_str());
  std::fflush(stdout);
}

template <class Work>
int with_broker(const BrokerRequest& request, Work work) {
  auto broker = kafka::Broker::connect({.brokers = request.brokers, .ca_file = request.ca_file});
  if (!broker) return report(broker.error());
  const Result<> done = work(**broker);
  return done ? kExitOk : report(done.error());
}

json::object to_line(const kafka::Message& message) {
  json::object line;
  line["topic"] = message.topic;
  line["partition"] = message.partition;
  line["offset"] = message.offset;
  line["time"] = format_rfc3339(Instant{message.timestamp});
  line["key"] = message.key;
  const auto event = parse_json(message.value);
  if (event)
    line["event"] = *event;
  else
    line["text"] = message.value;
  return line;
}

/// The event's id in any spelling; empty when it has none.
std::string id_of(const kafka::Message& message) {
  const auto event = parse_cloud_event(message.value);
  return event ? event->id.str() : std::string{};
}

/// `topics` as given, or all whose name ends (or does not end) as that of dead letters.
Result<std::vector<std::string>> chosen(kafka::Broker& broker, const BrokerRequest& request, bool dead_letters) {
  if (!request.topics.empty()) return request.topics;
  auto all = broker.topics();
  if (!all) return all.error();
  std::vector<std::string> out;
  for (const auto& topic : *all) {
    const bool dead = topic.name.ends_with(kDeadLetters);
    const bool of_group =
        request.group.empty() || topic.name.ends_with("." + request.group + std::string(kDeadLetters));
    if (dead == dead_letters && topic.messages > 0 && (!dead_letters || of_group)) out.push_back(topic.name);
  }
  return out;
}

}  // namespace

int make_topics(const BrokerRequest& request) {
  const auto plan = kafka::plan_topics(topic_table(), request.profile);
  if (!plan) return report(plan.error());
  if (request.dry_run) {
    for (const auto& topic : *plan) {
      json::object line{{"topic", topic.name}, {"partitions", topic.partitions}, {"replication", topic.replication}};
      line["settings"] = json::value_from(topic.settings);
      print(line);
    }
    return kExitOk;
  }
  return with_broker(request, [&](kafka::Broker& broker) -> Result<> {
    const auto made = broker.create(*plan);
    if (!made) return made.error();
    const std::set<std::string> fresh(made->begin(), made->end());
    for (const auto& topic : *plan)
      print({{"topic", topic.name}, {"state", fresh.contains(topic.name) ? "created" : "present"}});
    return {};
  });
}

int tail_topics(const BrokerRequest& request) {
  return with_broker(request, [&](kafka::Broker& broker) -> Result<> {
    kafka::Broker::Read what;
    auto topics = chosen(broker, request, false);
    if (!topics) return topics.error();
    what.topics = std::move(*topics);
    what.last = request.limit;
    what.follow = request.follow;
    if (what.topics.empty()) return {};
    return broker.read(what, [&](const kafka::Message& message) {
      if (request.user.empty() || message.key == request.user) print(to_line(message));
      return true;
    });
  });
}

int inspect_event(const BrokerRequest& request) {
  return with_broker(request, [&](kafka::Broker& broker) -> Result<> {
    bool found = false;
    for (const bool dead : {false, true}) {
      kafka::Broker::Read what;
      auto topics = chosen(broker, request, dead);
      if (!topics) return topics.error();
      what.topics = std::move(*topics);
      if (what.topics.empty()) continue;
      auto done = broker.read(what, [&](const kafka::Message& message) {
        if (id_of(message) != request.id) return true;
        found = true;
        auto line = to_line(message);
        json::object headers;
        for (const auto& [name, value] : message.headers) headers[name] = value;
        line["headers"] = std::move(headers);
        print(line);
        return true;
      });
      if (!done) return done;
      if (!request.topics.empty()) break;
    }
    if (!found) return Error{Errc::not_found, "No topic holds an event with the id " + request.id + "."};
    return {};
  });
}

int group_lag(const BrokerRequest& request) {
  return with_broker(request, [&](kafka::Broker& broker) -> Result<> {
    const auto lines = broker.lag(request.group);
    if (!lines) return lines.error();
    for (const auto& line : *lines) {
      json::object out{{"group", line.group}, {"topic", line.topic}, {"partition", line.partition}};
      out["committed"] = nullptr;
      if (line.committed >= 0) out["committed"] = line.committed;
      out["end"] = line.end;
      out["lag"] = line.lag;
      print(out);
    }
    return {};
  });
}

int publish_events(const BrokerRequest& request) {
  return with_broker(request, [&](kafka::Broker& broker) -> Result<> {
    std::ifstream file;
    if (request.file != "-") {
      file.open(request.file);
      if (!file) return Error{Errc::misconfigured, "The file " + request.file + " cannot be read."};
    }
    std::istream& in = request.file == "-" ? std::cin : file;
    std::int64_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line.empty()) continue;
      const auto event = parse_cloud_event(line);
      if (!event)
        return Error{Errc::invalid_argument, "Line " + std::to_string(number) + ": " + event.error().detail + "."};
      const std::string topic = request.topics.empty() ? event->type : request.topics.front();
      if (auto done = broker.publish(topic, event->user.str(), to_json(*event)); !done) return done;
      print({{"topic", topic}, {"id", event->id.str()}, {"state", "published"}});
    }
    return {};
  });
}

int list_dead_letters(const BrokerRequest& request) {
  return with_broker(request, [&](kafka::Broker& broker) -> Result<> {
    kafka::Broker::Read what;
    auto topics = chosen(broker, request, true);
    if (!topics) return topics.error();
    what.topics = std::move(*topics);
    what.last = request.limit;
    if (what.topics.empty()) return {};
    return broker.read(what, [](const kafka::Message& message) {
      print(to_line(message));
      return true;
    });
  });
}

int replay_dead_letter(const BrokerRequest& request) {
  return with_broker(request, [&](kafka::Broker& broker) -> Result<> {
    kafka::Broker::Read what;
    auto topics = chosen(broker, request, true);
    if (!topics) return topics.error();
    what.topics = std::move(*topics);
    std::optional<kafka::Message> found;
    if (!what.topics.empty()) {
      auto done = broker.read(what, [&](const kafka::Message& message) {
        if (id_of(message) == request.id) found = message;
        return !found;
      });
      if (!done) return done;
    }
    if (!found) return Error{Errc::not_found, "No dead-letter topic holds the event " + request.id + "."};
    // "<topic>.<group>.dlq": all groups get it again, and those that were done know it by their inbox.
    auto topic = found->topic.substr(0, found->topic.size() - kDeadLetters.size());
    topic.resize(topic.rfind('.'));
    if (auto done = broker.publish(topic, found->key, found->value); !done) return done;
    print({{"topic", topic}, {"id", request.id}, {"state", "published"}});
    return {};
  });
}

}  // namespace daybook::app
