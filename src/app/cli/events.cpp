#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <thread>

#include "app/cli/ask.hpp"

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
  std::int64_t id = 0;
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
  auto* events = cli.add_subcommand("events", "Look at the event log and at who reads it");
  events->require_subcommand(1);
  const auto on = [&](CLI::App& command, std::function<int()> action) {
    add_data_options(command, options->sources);
    command.callback([&chosen, action = std::move(action)] { chosen = action; });
  };

  on(*events->add_subcommand("lag", "How far each consumer group is behind"), [options, &build] {
    return ask(options->sources, build, {{"command", "events.lag"}}, print_json);
  });

  auto* tail_command = events->add_subcommand("tail", "The newest events, as JSON Lines");
  tail_command->add_option("-n,--limit", options->limit, "How many")->check(CLI::Range(1, 100'000));
  tail_command->add_option("--after", options->after, "Begin after this position");
  tail_command->add_flag("-f,--follow", options->follow, "Go on as new ones come");
  on(*tail_command, [options, &build] { return tail(*options, build); });

  auto* replay = events->add_subcommand("replay", "Give a group the events after a position again");
  replay->add_option("group", options->group, "The consumer group")->required();
  replay->add_option("--after", options->after, "Begin after this position; without it, from the start");
  on(*replay, [options, &build] {
    const json::object request{
        {"command", "events.replay"}, {"group", options->group}, {"after", std::max<std::int64_t>(0, options->after)}};
    return ask(options->sources, build, request, print_json);
  });

  auto* dlq = events->add_subcommand("dlq", "Dead letters: events that a group could not digest");
  dlq->require_subcommand(1);
  auto* list = dlq->add_subcommand("list", "Newest first");
  list->add_option("--group", options->group, "Only of this group");
  list->add_option("-n,--limit", options->limit, "How many")->check(CLI::Range(1, 100'000));
  on(*list, [options, &build] {
    json::object request{{"command", "events.dlq"}, {"limit", options->limit}};
    if (!options->group.empty()) request["group"] = options->group;
    return ask(options->sources, build, request, print_json);
  });
  auto* again = dlq->add_subcommand("replay", "Give one to its group again");
  again->add_option("group", options->group, "Its group")->required();
  again->add_option("id", options->id, "Its id")->required();
  on(*again, [options, &build] {
    const json::object request{{"command", "events.dlq.replay"}, {"group", options->group}, {"id", options->id}};
    return ask(options->sources, build, request, print_json);
  });
}

}  // namespace daybook::app
