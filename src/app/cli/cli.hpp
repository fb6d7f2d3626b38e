#pragma once

#include <functional>

#include "app/config/config.hpp"
#include "app/system/build.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library names it.
class App;
}

namespace daybook::app {

/// What the shell learns of how a command ended.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,         ///< The command was understood and did not succeed.
  kExitUsage = 2,          ///< The command line is wrong.
  kExitMisconfigured = 3,  ///< Settings, files or ports must be changed first.
  kExitUnreachable = 4,    ///< The server does not answer.
};

inline constexpr std::string_view kExitCodes =
    "It ends with 0 when done, 1 when that failed, 2 on a wrong command line, 3 on a wrong setting, file or port, 4 "
    "when the server does not answer.";

/// What the chosen subcommand does, decided while the command line is read and run after it.
using Action = std::function<int()>;

// Each adds one subcommand to `cli`; when the user chooses it, it sets `chosen`.
void add_parse(CLI::App& cli, Action& chosen);
void add_expand(CLI::App& cli, Action& chosen);
void add_version(CLI::App& cli, Action& chosen);
void add_serve(CLI::App& cli, Action& chosen, const Build& build);
void add_events(CLI::App& cli, Action& chosen, const Build& build);
void add_backup(CLI::App& cli, Action& chosen, const Build& build);
void add_user(CLI::App& cli, Action& chosen, const Build& build);
void add_client_commands(CLI::App& cli, Action& chosen);
/// After all others: it describes them.
void add_completion(CLI::App& cli, Action& chosen);
void add_migrate(CLI::App& cli, Action& chosen);
void add_doctor(CLI::App& cli, Action& chosen, const Build& build);

/// --config and one option a setting, all written into `sources`.
void add_config_options(CLI::App& command, ConfigSources& sources);
/// Only --config and --data, for commands that work on the data.
void add_data_options(CLI::App& command, ConfigSources& sources);

/// Prints `error` and gives the exit code that it stands for.
int report(const Error& error);

/// Runs the program and returns its exit code. Errors go to standard error, one line each, with what to do.
int run_cli(int argc, char** argv, const Build& build);

}  // namespace daybook::app
