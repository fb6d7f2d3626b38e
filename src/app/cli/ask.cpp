#include "app/cli/ask.hpp"

#include <boost/asio/co_spawn.hpp>
#include <filesystem>

#include "app/system/admin.hpp"
#include "app/system/admin_socket.hpp"
#include "app/system/data_folder.hpp"
#include "app/system/restore.hpp"
#include "telemetry/log.hpp"

namespace daybook::app {
namespace {

boost::asio::awaitable<Result<>> prepared(System& system, AdminCommands& commands, json::value request,
                                          AdminCommands::Emit emit) {
  auto ready = co_await system.prepare();
  if (ready) ready = co_await commands.run(std::move(request), std::move(emit));
  co_await system.stop();
  co_return ready;
}

/// Without a server: opens the files, runs the command, and closes them again.
Result<> run_on_files(const LoadedConfig& loaded, const Build& build, const json::object& request,
                      const std::function<void(const json::object&)>& line, bool creates) {
  if (creates) {
    if (auto usable = prepare_data_folder(loaded.config.data_dir); !usable) return usable.error();
  } else if (!std::filesystem::exists(loaded.config.data_dir + "/daybook.db"))
    return Error{Errc::not_found, "There is no Daybook data in " + loaded.config.data_dir +
                                      ". Name its folder with --data, or start the server once."};
  if (const auto restored = finish_restores(loaded.config.data_dir); !restored) return restored.error();
  log::set_level(log::Level::warn);
  boost::asio::io_context loop;
  auto system = System::open(loop, loaded.config, build.clock);
  if (!system) return system.error();
  AdminCommands commands(**system, loaded, build.clock);
  std::optional<Result<>> done;
  AdminCommands::Emit emit = [&line](json::object answer) { return line(answer), true; };
  boost::asio::co_spawn(loop, prepared(**system, commands, json::value(request), std::move(emit)),
                        [&](std::exception_ptr thrown, Result<> result) {
                          done = thrown ? Result<>(Error{Errc::internal, "The command failed."}) : std::move(result);
                        });
  loop.run();
  (*system)->close();
  return *done;
}

}  // namespace

int ask(const ConfigSources& sources, const Build& build, const json::object& request,
        const std::function<void(const json::object&)>& line, bool creates) {
  const auto loaded = load_config(sources);
  if (!loaded) return report(loaded.error());
  auto done = ask_admin_socket(loaded->config.admin_socket(), request, line);
  // A server's own "there is no such thing" is its answer.
  if (!done && done.error().slug == kNoServer) done = run_on_files(*loaded, build, request, line, creates);
  return done ? kExitOk : report(done.error());
}

}  // namespace daybook::app
