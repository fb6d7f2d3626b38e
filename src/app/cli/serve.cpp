#include <CLI/CLI.hpp>

#include "app/cli/cli.hpp"
#include "app/system/server_process.hpp"

namespace daybook::app {

void add_serve(CLI::App& cli, Action& chosen, const Build& build) {
  auto* serve = cli.add_subcommand("serve", "Serve the web app and the interface until stopped");
  std::string footer =
      "Each option is also a variable (DAYBOOK_LISTEN, DAYBOOK_MAX_OPEN_TASKS …) and a line \"listen = …\" of the "
      "file. These are secrets, which others could read on a command line:\n";
  for (const auto& setting : settings())
    if (setting.secret) ((footer += "\n  ").append(setting.name) += "  ").append(setting.help);
  serve->footer(footer);
  auto sources = std::make_shared<ConfigSources>();
  sources->environment = process_environment;
  add_config_options(*serve, *sources);
  serve->callback([&chosen, &build, sources] { chosen = [&build, sources] { return run_server(*sources, build); }; });
}

}  // namespace daybook::app
