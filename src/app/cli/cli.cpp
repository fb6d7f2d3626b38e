#include "app/cli/cli.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

namespace daybook::app {

int run_cli(int argc, char** argv) {
  CLI::App cli{"Daybook: a todo list that you talk to.", "daybook"};
  cli.require_subcommand(1);
  Action chosen;
  add_parse(cli, chosen);
  add_expand(cli, chosen);
  add_version(cli, chosen);

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
