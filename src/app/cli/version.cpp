#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/cli/cli.hpp"

namespace daybook::app {

void add_version(CLI::App& cli, Action& chosen) {
  cli.set_version_flag("--version", DAYBOOK_VERSION);
  auto* version = cli.add_subcommand("version", "Print the version");
  version->callback([&chosen] {
    chosen = [] {
      std::puts("daybook " DAYBOOK_VERSION);
      return kExitOk;
    };
  });
}

}  // namespace daybook::app
