#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

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
  const auto show = [](std::string_view name, std::string_view value, std::string_view from) {
    std::printf("  %-22.*s %-32.*s %.*s\n", static_cast<int>(name.size()), name.data(), static_cast<int>(value.size()),
                value.data(), static_cast<int>(from.size()), from.data());
  };
  if (!std::filesystem::exists(loaded->config.data_dir + "/daybook.db")) {
    for (const auto& setting : settings()) {
      const auto value = setting.get(loaded->config);
      show(setting.name, setting.secret && !value.empty() ? "(set)" : value,
           loaded->sources.at(std::string(setting.name)));
    }
    std::puts("databases: none yet");
    return kExitOk;
  }
  // Of the server where one runs: what it was started with is what holds.
  return ask(sources, build, {{"command", "doctor"}}, [&show](const json::object& line) {
    if (const auto* name = line.if_contains("setting"))
      show(name->as_string(), line.at("value").as_string(), line.at("from").as_string());
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
