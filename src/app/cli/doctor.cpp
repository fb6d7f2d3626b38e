#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/cli/ask.hpp"
#include "app/system/data_folder.hpp"

namespace daybook::app {
namespace {

int doctor(const ConfigSources& sources, const Build& build) {
  const auto loaded = load_config(sources);
  if (!loaded) return report(loaded.error());
  std::printf("configuration file: %s\n", loaded->file.empty() ? "none" : loaded->file.c_str());
  if (auto usable = prepare_data_folder(loaded->config.data_dir); !usable) return report(usable.error());
  std::printf("data folder: %s, writable\n", loaded->config.data_dir.c_str());
  return ask(sources, build, {{"command", "doctor"}}, [](const json::object& line) {
    if (const auto* name = line.if_contains("setting"))
      std::printf("  %-22s %-32s %s\n", name->as_string().c_str(), line.at("value").as_string().c_str(),
                  line.at("from").as_string().c_str());
    else if (const auto* file = line.if_contains("database"))
      std::printf("%s: %s, %lld bytes\n", file->as_string().c_str(), line.at("check").as_string().c_str(),
                  static_cast<long long>(line.at("bytes").as_int64()));
    else
      std::printf("clock: %s, tzdb %s\n", line.at("now").as_string().c_str(), line.at("tzdb").as_string().c_str());
  });
}

}  // namespace

void add_doctor(CLI::App& cli, Action& chosen, const Build& build) {
  auto sources = std::make_shared<ConfigSources>();
  sources->environment = process_environment;
  auto* command = cli.add_subcommand("doctor", "Show the effective configuration and check what it names");
  add_config_options(*command, *sources);
  command->callback([&chosen, &build, sources] { chosen = [&build, sources] { return doctor(*sources, build); }; });
}

}  // namespace daybook::app
