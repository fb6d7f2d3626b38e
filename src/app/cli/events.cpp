#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <thread>

#include "app/cli/ask.hpp"
#include "app/cli/events_brokers.hpp"

namespace daybook::app {
namespace {

void print_json(const json::object& line) {
  std::puts(json::serialize(line).c_str());
  std::fflush(stdout);
}

struct Options {
  ConfigSources sources;
  std::string group;
  std::int64_t after = -1;
  int limit = 100;
  bool follow = false;
};

int tail(const Options& options, const Build& build) {
  std::int64_t after = options.after;
  for (;;) {
    json::object request{{"command", "events.tail"}, {"limit", options.limit}};
    if (after >= 0) request["after"] = after;
    const int code = ask(options.sources, build, request, [&](const json::object& line) {
      after = line.at("position").as_int64();
      print_json(line);
    });
    if (code != kExitOk || !options.follow) return code;
    // Looks again rather than holds a connection: a tail must not slow the server down.
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    if (after < 0) after = 0;
  }
}

}  // namespace

void add_events(CLI::App& cli, Action& chosen, const Build& build) {
  auto options = std::make_shared<Options>();
  options->sources.environment = process_environment;
  auto request = std::make_shared<BrokerRequest>();
  auto* events = cli.add_subcommand("events", "Look at the event log and at who reads it");
  events->require_subcommand(1);
  const auto on = [&](CLI::App& command, std::function<int()> action) {
    add_data_options(command, options->sources);
    command.callback([&chosen, action = std::move(action)] { chosen = action; });
  };

  // On a distributed system these ask Kafka; without --brokers, the data folder's own log.
  const auto brokers = [request](CLI::App& command, bool required = false) {
    command.add_option("--brokers", request->brokers, "Kafka's addresses (host:port,host:port)")
        ->envname("DAYBOOK_KAFKA_BROKERS")
        ->required(required);
    command.add_option("--ca-file", request->ca_file, "Speak TLS, and trust this certificate authority");
  };
  const auto on_kafka = [request] { return !request->brokers.empty(); };

  auto* lag = events->add_subcommand("lag", "How far each consumer group is behind");
  brokers(*lag);
  lag->add_option("--group", request->group, "With --brokers: only of this group");
  on(*lag, [options, request, on_kafka, &build] {
    if (on_kafka()) return group_lag(*request);
    return ask(options->sources, build, {{"command", "events.lag"}}, print_json);
  });

  auto* tail_command = events->add_subcommand("tail", "The newest events, as JSON Lines");
  tail_command->add_option("-n,--limit", options->limit, "How many")->check(CLI::Range(1, 100'000));
  tail_command->add_option("--after", options->after, "Begin after this position");
  tail_command->add_flag("-f,--follow", options->follow, "Go on as new ones come");
  brokers(*tail_command);
  tail_command->add_option("--topic", request->topics, "With --brokers: only this topic (may be repeated)");
  tail_command->add_option("--user", request->user, "With --brokers: only this user's");
  on(*tail_command, [options, request, on_kafka, &build] {
    request->limit = options->limit;
    request->follow = options->follow;
    return on_kafka() ? tail_topics(*request) : tail(*options, build);
  });

  auto* topics = events->add_subcommand("topics", "Make the topics that are missing in Kafka");
  brokers(*topics, true);
  topics->add_option("--profile", request->profile, "single (one broker) or three");
  topics->add_flag("--dry-run", request->dry_run, "Only show what would be asked for");
  on(*topics, [request] { return make_topics(*request); });

  auto* inspect = events->add_subcommand("inspect", "Where in Kafka an event stands, with its headers");
  brokers(*inspect, true);
  inspect->add_option("id", request->id, "The event's id")->required();
  inspect->add_option("--topic", request->topics, "Only look here (may be repeated)");
  on(*inspect, [request] { return inspect_event(*request); });

  auto* publish = events->add_subcommand("publish", "Publish events, one JSON a line, keyed by their user");
  brokers(*publish, true);
  publish->add_option("file", request->file, "The file; - for standard input");
  publish->add_option("--topic", request->topics, "Into this topic instead of that of their type")->expected(1);
  on(*publish, [request] { return publish_events(*request); });

  auto* replay = events->add_subcommand("replay", "Give a group the events after a position again");
  replay->add_option("group", options->group, "The consumer group")->required();
  replay->add_option("--after", options->after, "Begin after this position; without it, from the start");
  on(*replay, [options, &build] {
    const json::object request{
        {"command", "events.replay"}, {"group", options->group}, {"after", std::max<std::int64_t>(0, options->after)}};
    return ask(options->sources, build, request, print_json);
  });

  auto* rebuild = events->add_subcommand("rebuild", "Make what a consumer keeps again from what the owners have");
  rebuild->add_option("--consumer", options->group, "analytics or scheduler")->required();
  on(*rebuild, [options, &build] {
    return ask(options->sources, build, {{"command", "events.rebuild"}, {"group", options->group}}, print_json);
  });

  auto* dlq = events->add_subcommand("dlq", "Dead letters: events that a group could not digest");
  dlq->require_subcommand(1);
  auto* list = dlq->add_subcommand("list", "Newest first");
  list->add_option("--group", options->group, "Only of this group");
  list->add_option("-n,--limit", options->limit, "How many")->check(CLI::Range(1, 100'000));
  brokers(*list);
  on(*list, [options, request, on_kafka, &build] {
    if (on_kafka()) {
      request->group = options->group;
      request->limit = options->limit;
      return list_dead_letters(*request);
    }
    json::object question{{"command", "events.dlq"}, {"limit", options->limit}};
    if (!options->group.empty()) question["group"] = options->group;
    return ask(options->sources, build, question, print_json);
  });
  auto* again = dlq->add_subcommand("replay", "Give one to its group again");
  again->add_option("group", options->group, "Its group")->required();
  again->add_option("id", request->id, "Its number, or with --brokers the event's id")->required();
  brokers(*again);
  on(*again, [options, request, on_kafka, &build] {
    request->group = options->group;
    if (on_kafka()) return replay_dead_letter(*request);
    std::int64_t id = 0;
    const auto* end = request->id.data() + request->id.size();
    if (std::from_chars(request->id.data(), end, id).ptr != end)
      return report(Error{Errc::invalid_argument, "The id of a dead letter is a number."});
    const json::object question{{"command", "events.dlq.replay"}, {"group", options->group}, {"id", id}};
    return ask(options->sources, build, question, print_json);
  });
}

}  // namespace daybook::app
