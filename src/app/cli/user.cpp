#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/cli/ask.hpp"
#include "app/cli/terminal.hpp"

namespace daybook::app {
namespace {

/// Who reads the tokens acts as the users.
constexpr auto kOwnerOnly = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

struct Options {
  ConfigSources sources;
  std::string email;
  std::string timezone = "UTC";
  int users = 1;
  int tasks = 0;
  std::string tokens;
};

int add(const Options& options, const Build& build) {
  const std::string password = read_secret("Password for " + options.email + ": ");
  const json::object request{
      {"command", "user.add"}, {"email", options.email}, {"password", password}, {"timezone", options.timezone}};
  const auto print = [](const json::object& line) {
    std::printf("%s has an account (%s)\n", line.at("email").as_string().c_str(), line.at("id").as_string().c_str());
  };
  return ask(options.sources, build, request, print, true);
}

int seed(const Options& options, const Build& build) {
  std::ofstream tokens;
  if (!options.tokens.empty()) {
    tokens.open(options.tokens);
    std::error_code failure;
    if (tokens) std::filesystem::permissions(options.tokens, kOwnerOnly, failure);
    if (!tokens || failure)
      return report({Errc::misconfigured, "The file " + options.tokens + " cannot be written for its owner alone."});
  }
  const json::object request{{"command", "user.seed"}, {"users", options.users}, {"tasks", options.tasks}};
  const auto write = [&](const json::object& line) {
    (tokens.is_open() ? static_cast<std::ostream&>(tokens) : std::cout)
        << line.at("accessToken").as_string().c_str() << '\n';
  };
  return ask(options.sources, build, request, write, true);
}

}  // namespace

void add_user(CLI::App& cli, Action& chosen, const Build& build) {
  auto options = std::make_shared<Options>();
  options->sources.environment = process_environment;
  auto* user = cli.add_subcommand("user", "Accounts, for operators");
  user->require_subcommand(1);

  auto* add_command = user->add_subcommand("add", "Make an account; the password is asked for or read from a pipe");
  add_command->add_option("email", options->email, "Address to sign in with")->required();
  add_command->add_option("--timezone", options->timezone, "IANA zone")->capture_default_str();
  add_data_options(*add_command, options->sources);
  add_command->callback([&chosen, &build, options] { chosen = [&build, options] { return add(*options, build); }; });

  auto* seed_command = user->add_subcommand("seed", "Make users without passwords, with tasks: for benchmarks");
  seed_command->add_option("--users", options->users, "How many")->check(CLI::Range(1, 100'000));
  seed_command->add_option("--tasks", options->tasks, "Tasks of each")->check(CLI::Range(0, 1'000'000));
  seed_command->add_option("--tokens", options->tokens, "Write an access token a line into this file");
  add_data_options(*seed_command, options->sources);
  seed_command->callback([&chosen, &build, options] { chosen = [&build, options] { return seed(*options, build); }; });
}

}  // namespace daybook::app
