#pragma once

#include <functional>

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

/// What the chosen subcommand does, decided while the command line is read and run after it.
using Action = std::function<int()>;

// Each adds one subcommand to `cli`; when the user chooses it, it sets `chosen`.
void add_parse(CLI::App& cli, Action& chosen);
void add_expand(CLI::App& cli, Action& chosen);
void add_version(CLI::App& cli, Action& chosen);

/// Runs the program and returns its exit code. Errors go to standard error, one line each, with what to do.
int run_cli(int argc, char** argv);

}  // namespace daybook::app
