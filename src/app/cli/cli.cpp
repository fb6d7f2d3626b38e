#include "app/cli/cli.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

namespace daybook::app {

void add_config_options(CLI::App& command, ConfigSources& sources) {
  command.add_option("--config", sources.file, "Read settings from this file (DAYBOOK_CONFIG)");
  for (const auto& setting : settings()) {
    if (setting.secret) continue;
    Config defaults;
    const std::string name(setting.name);
    const std::string shown = setting.get(defaults);
    command.add_option_function<std::string>(
        "--" + name, [&sources, name](const std::string& value) { sources.flags[name] = value; },
        std::string(setting.help) + (shown.empty() ? "" : " [" + shown + "]"));
  }
}

void add_data_options(CLI::App& command, ConfigSources& sources) {
  command.add_option("--config", sources.file, "Read settings from this file (DAYBOOK_CONFIG)");
  command.add_option_function<std::string>(
      "--data", [&sources](const std::string& value) { sources.flags["data"] = value; }, "Folder of the databases");
}

int report(const Error& error) {
  std::fprintf(stderr, "daybook: %s\n", error.detail.c_str());
  switch (error.code) {
    case Errc::misconfigured:
    case Errc::conflict:
      return kExitMisconfigured;
    case Errc::invalid_argument:
      return kExitUsage;
    default:
      return kExitFailed;
  }
}

int run_cli(int argc, char** argv, const Build& build) {
  CLI::App cli{"Daybook: a todo list that you talk to.", "daybook"};
  cli.require_subcommand(1);
  Action chosen;
  add_serve(cli, chosen, build);
  add_events(cli, chosen, build);
  add_backup(cli, chosen, build);
  add_user(cli, chosen, build);
  add_migrate(cli, chosen);
  add_doctor(cli, chosen, build);
  add_client_commands(cli, chosen);
  add_parse(cli, chosen);
  add_expand(cli, chosen);
  add_version(cli, chosen);
  add_completion(cli, chosen);
  cli.footer(std::string(kExitCodes));

  // CLI11 would only say that some command is required.
  if (argc < 2) {
    std::fputs(cli.help().c_str(), stderr);
    return kExitUsage;
  }
  const std::string first = argv[1];
  const auto named = [&first](const CLI::App* command) { return command->check_name(first); };
  if (!first.starts_with('-') && cli.get_subcommands(named).empty()) {
    std::fprintf(stderr, "daybook: There is no command '%s'; daybook --help lists them.\n", first.c_str());
    return kExitUsage;
  }
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 has codes of its own for each kind of mistake; a shell script only needs to tell them from a failure.
    return cli.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  try {
    return chosen ? chosen() : kExitOk;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "daybook: %s\n", error.what());
    return kExitFailed;
  }
}

}  // namespace daybook::app
