#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/cli/cli.hpp"
#include "app/version.hpp"

namespace daybook::app {

void add_version(CLI::App& cli, Action& chosen) {
  cli.set_version_flag("--version", version());
  auto* command = cli.add_subcommand("version", "Print the version");
  command->callback([&chosen] {
    chosen = [] {
      std::printf("daybook %s\n", version());
      return kExitOk;
    };
  });
}

}  // namespace daybook::app
