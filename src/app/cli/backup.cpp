#include "storage/sqlite/backup.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "app/cli/ask.hpp"
#include "app/system/data_folder.hpp"
#include "app/system/restore.hpp"

namespace daybook::app {
namespace {

/// What to put where: both files of a folder that backup made, or the one that was kept before a migration
/// (daybook.db.before-migration-…).
std::vector<Restore> what_to_restore(const std::string& source) {
  const std::filesystem::path path(source);
  if (std::filesystem::is_regular_file(path))
    for (const std::string name : {"daybook.db", "history.db"})
      if (path.filename().string().starts_with(name)) return {{source, name}};
  return {{source + "/daybook.db", "daybook.db"}, {source + "/history.db", "history.db"}};
}

/// All or nothing: every backup is read through before anything is replaced.
int restore(const ConfigSources& sources, const std::string& source) {
  const auto loaded = load_config(sources);
  if (!loaded) return report(loaded.error());
  const std::string& data = loaded->config.data_dir;
  const auto wanted = what_to_restore(source);
  for (const auto& each : wanted)
    if (auto sound = storage::sqlite::check_database(each.from); !sound) return report(sound.error());
  if (auto prepared = prepare_data_folder(data); !prepared) return report(prepared.error());
  if (const auto finished = finish_restores(data); !finished) return report(finished.error());
  const auto replaced = restore_files(data, wanted);
  if (!replaced) return report(replaced.error());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::printf("%s/%s restored", data.c_str(), wanted[i].name.c_str());
    if (!(*replaced)[i].empty()) std::printf("; what was there is now %s", (*replaced)[i].c_str());
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
  restore_command->add_option("folder", options->folder, "A folder that backup made, or a file kept before a migration")
      ->required();
  add_data_options(*restore_command, options->sources);
  restore_command->callback(
      [&chosen, options] { chosen = [options] { return restore(options->sources, options->folder); }; });
}

}  // namespace daybook::app
