#include "storage/sqlite/backup.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "app/cli/ask.hpp"
#include "app/system/data_folder.hpp"

namespace daybook::app {
namespace {

/// Both files, or neither: every backup is read through before anything is replaced.
int restore(const ConfigSources& sources, const std::string& folder) {
  namespace sqlite = storage::sqlite;
  const auto loaded = load_config(sources);
  if (!loaded) return report(loaded.error());
  const std::string& data = loaded->config.data_dir;
  for (auto name : {"/daybook.db", "/history.db"})
    if (auto sound = sqlite::check_database(folder + name); !sound) return report(sound.error());
  if (auto prepared = prepare_data_folder(data); !prepared) return report(prepared.error());
  for (auto name : {"/daybook.db", "/history.db"}) {
    const auto replaced = sqlite::restore_database(folder + name, data + name);
    if (!replaced) return report(replaced.error());
    std::printf("%s%s restored", data.c_str(), name);
    if (!replaced->empty()) std::printf("; what was there is now %s", replaced->c_str());
    std::puts("");
  }
  return kExitOk;
}

}  // namespace

void add_backup(CLI::App& cli, Action& chosen, const Build& build) {
  struct Options {
    ConfigSources sources;
    std::string folder;
  };
  auto options = std::make_shared<Options>();
  options->sources.environment = process_environment;

  auto* backup = cli.add_subcommand("backup", "Copy the databases, consistent, while the server runs or not");
  backup->add_option("folder", options->folder, "Where to; made if missing")->required();
  add_data_options(*backup, options->sources);
  backup->callback([&chosen, &build, options] {
    chosen = [&build, options] {
      const auto folder = std::filesystem::absolute(options->folder).string();
      return ask(options->sources, build, {{"command", "backup"}, {"path", folder}}, [](const json::object& line) {
        std::printf("%s (%lld bytes)\n", line.at("file").as_string().c_str(),
                    static_cast<long long>(line.at("bytes").as_int64()));
      });
    };
  });

  auto* restore_command = cli.add_subcommand("restore", "Put a backup in the place of the databases (server stopped)");
  restore_command->add_option("folder", options->folder, "A folder that backup made")->required();
  add_data_options(*restore_command, options->sources);
  restore_command->callback(
      [&chosen, options] { chosen = [options] { return restore(options->sources, options->folder); }; });
}

}  // namespace daybook::app
