#include "app/system/server_process.hpp"

#include <sys/stat.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>

#include "app/cli/cli.hpp"
#include "app/dapr/dapr_system.hpp"
#include "app/embed/web_app.hpp"
#include "app/system/admin.hpp"
#include "app/system/admin_socket.hpp"
#include "app/system/data_folder.hpp"
#include "app/system/file_limit.hpp"
#include "app/system/restore.hpp"
#include "app/system/system.hpp"
#include "telemetry/log.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

/// One run of the server, from the opened files to their closing.
class ServerProcess {
 public:
  ServerProcess(const ConfigSources& sources, LoadedConfig loaded, const Build& build)
      : sources_(sources),
        loaded_(std::move(loaded)),
        build_(build),
        web_(config().web_dir.empty() ? WebApp::embedded() : WebApp::from_folder(config().web_dir)),
        signals_(loop_, SIGTERM, SIGINT, SIGHUP) {}

  int run() {
    const auto web = [this](const Call& call) { return web_.reply(call); };
    auto opened = config().runtime == "dapr" ? open_dapr_system(loop_, config(), build_.clock, web)
                                             : System::open(loop_, config(), build_.clock, web);
    if (!opened) return report(opened.error());
    system_ = std::move(*opened);
    admin_ = std::make_unique<AdminCommands>(*system_, loaded_, build_.clock);

    http::ServerOptions options;
    options.address = config().listen_address;
    options.port = config().listen_port;
    options.max_body_bytes = config().max_body_bytes;
    options.max_connections = config().max_connections;
    options.trusted_proxies =
        http::TrustedProxies::parse(config().trusted_proxies).value();  // Checked when it was set.
    http::ServerHandlers handlers = system_->handlers();
    if (build_.extra_routes) {
      handlers.call = [this, next = std::move(handlers.call)](Call call) { return answer(next, std::move(call)); };
    }
    auto listening = http::Server::listen(loop_.get_executor(), std::move(options), std::move(handlers));
    if (!listening) {
      system_->close();
      return report(listening.error());
    }
    server_ = std::move(*listening);
    auto socket = AdminSocket::listen(loop_.get_executor(), config().admin_socket(), *admin_);
    if (!socket) {
      system_->close();
      return report(socket.error());
    }
    admin_socket_ = std::move(*socket);

    asio::co_spawn(loop_, live(), [this](std::exception_ptr thrown) {
      if (thrown) exit_code_ = kExitFailed;
      signals_.cancel();
    });
    loop_.run();
    system_->close();
    return exit_code_;
  }

 private:
  const Config& config() const { return loaded_.config; }

  using CallHandler = std::function<awaitable<Reply>(Call)>;

  awaitable<Reply> answer(const CallHandler& next, Call call) {
    if (auto reply = build_.extra_routes(call)) co_return std::move(*reply);
    co_return co_await next(std::move(call));
  }

  awaitable<void> live() {
    auto started = co_await system_->start();
    if (!started) {
      exit_code_ = report(started.error());
    } else {
      announce();
      co_await wait_for_stop();
    }
    co_await shut_down();
  }

  void announce() {
    std::string host = config().listen_address;
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    std::printf("Daybook serves http://%s:%u with its data in %s\n", host.c_str(), server_->port(),
                config().data_dir.c_str());
    std::fflush(stdout);
    log::info("ready", {{"port", server_->port()}});
  }

  awaitable<void> wait_for_stop() {
    for (;;) {
      const auto [failure, signal] = co_await signals_.async_wait(asio::as_tuple(asio::use_awaitable));
      if (failure) co_return;
      if (signal != SIGHUP) co_return;
      reload();
    }
  }

  void reload() {
    auto again = load_config(sources_);
    if (!again) {
      log::error("configuration not reloaded", {{"reason", again.error().detail}});
      return;
    }
    for (const auto& setting : settings())
      if (!setting.reloadable && setting.get(again->config) != setting.get(config()))
        log::warn("setting changes at the next start", {{"setting", setting.name}});
    // Only what may change: the rest stays as it was at the start, so that doctor shows what holds.
    for (const auto& setting : settings())
      if (setting.reloadable) {
        ignore(setting.set(loaded_.config, setting.get(again->config)), "the value was read back from a valid one");
        loaded_.sources[std::string(setting.name)] = again->sources[std::string(setting.name)];
      }
    apply_log_level(config());
    if (auto done = system_->reload(config()); !done) {
      log::error("channels not reloaded", {{"reason", done.error().detail}});
      return;
    }
    log::info("configuration reloaded");
  }

  /// Design, rule 19: fail readiness, accept no more, finish what is in flight, flush, close.
  awaitable<void> shut_down() {
    log::info("stopping");
    system_->announce_stop();
    // A second signal does not wait: what was acknowledged is on the disk already.
    leave_at_second_signal();
    co_await admin_socket_->stop();
    co_await server_->stop(std::chrono::seconds(config().drain_seconds));
    co_await system_->stop();
    log::info("stopped");
  }

  void leave_at_second_signal() {
    signals_.async_wait([this](auto failure, int signal) {
      if (failure) return;
      if (signal != SIGHUP) std::_Exit(kExitFailed);
      leave_at_second_signal();  // There is nothing to reload any more.
    });
  }

 public:
  static void apply_log_level(const Config& config) { log::set_level(*log::parse_level(config.log_level)); }

 private:
  const ConfigSources& sources_;
  LoadedConfig loaded_;
  const Build& build_;
  WebApp web_;
  asio::io_context loop_{1};
  asio::signal_set signals_;
  std::unique_ptr<System> system_;
  std::unique_ptr<AdminCommands> admin_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<AdminSocket> admin_socket_;
  int exit_code_ = kExitOk;
};

}  // namespace

int run_server(const ConfigSources& sources, const Build& build) {
  auto loaded = load_config(sources);
  if (!loaded) return report(loaded.error());
  ServerProcess::apply_log_level(loaded->config);
  if (auto prepared = prepare_data_folder(loaded->config.data_dir); !prepared) return report(prepared.error());
  if (const auto restored = finish_restores(loaded->config.data_dir); !restored) return report(restored.error());
  std::signal(SIGPIPE, SIG_IGN);
  warn_of_few_files(raise_file_limit(), loaded->config.max_connections);
  // What we write is this user's alone.
  ::umask(0077);
  return ServerProcess(sources, std::move(*loaded), build).run();
}

}  // namespace daybook::app
