#include "http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/connection.hpp"
#include "http/problem.hpp"
#include "telemetry/log.hpp"

namespace daybook::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using error_code = boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kSweep = std::chrono::milliseconds{500};
constexpr auto kAcceptRetry = std::chrono::milliseconds{100};

class TcpServer final : public Server {
 public:
  TcpServer(tcp::acceptor acceptor, ServerOptions options, ServerHandlers handlers)
      : executor_(acceptor.get_executor()),
        core_(std::make_shared<Core>(std::move(acceptor), std::move(options), std::move(handlers))) {}

  ~TcpServer() override { core_->close(); }

  void start() {
    asio::co_spawn(executor_, accept(core_), asio::detached);
    asio::co_spawn(executor_, sweep(core_), asio::detached);
  }

  std::uint16_t port() const override { return core_->port; }
  std::size_t connections() const override { return core_->state->connections.size(); }

  awaitable<void> stop(std::chrono::seconds drain) override {
    const auto core = core_;
    auto& state = *core->state;
    core->close();
    for (auto* connection : copy(state)) connection->drain();
    const auto timer = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor, drain);
    state.on_last_gone = [timer] { timer->cancel(); };
    if (!state.connections.empty()) co_await timer->async_wait(kAwait);
    for (auto* connection : copy(state)) connection->abort();
    // What still runs is a handler whose socket is gone; it gets a moment to find out.
    timer->expires_after(std::chrono::seconds{1});
    if (!state.connections.empty()) co_await timer->async_wait(kAwait);
    state.on_last_gone = nullptr;
  }

 private:
  /// Shared with the two coroutines, which end after close().
  struct Core {
    Core(tcp::acceptor a, ServerOptions o, ServerHandlers h)
        : acceptor(std::move(a)),
          sweep_timer(acceptor.get_executor()),
          accept_timer(acceptor.get_executor()),
          port(acceptor.local_endpoint().port()),
          state(std::make_shared<ServerState>(std::move(o), std::move(h))) {}

    void close() {
      if (state->stopping) return;
      state->stopping = true;
      error_code ignored;
      acceptor.close(ignored);
      sweep_timer.cancel();
      accept_timer.cancel();
    }

    tcp::acceptor acceptor;
    asio::steady_timer sweep_timer;
    asio::steady_timer accept_timer;
    std::uint16_t port;
    std::shared_ptr<ServerState> state;
  };

  static std::vector<Connection*> copy(const ServerState& state) {
    return {state.connections.begin(), state.connections.end()};
  }

  static awaitable<void> accept(std::shared_ptr<Core> core) {
    auto executor = core->acceptor.get_executor();
    while (!core->state->stopping) {
      auto [failure, socket] = co_await core->acceptor.async_accept(kAwait);
      if (failure) {
        if (core->state->stopping) break;
        // Out of file descriptors, most likely: the ones in use come back.
        log::warn("cannot accept connections", {{"error", failure.message()}});
        core->accept_timer.expires_after(kAcceptRetry);
        co_await core->accept_timer.async_wait(kAwait);
        continue;
      }
      if (core->state->connections.size() >= core->state->options.max_connections) {
        turn_away(std::move(socket));
        continue;
      }
      auto connection = std::make_shared<Connection>(std::move(socket), core->state);
      asio::co_spawn(executor, serve(std::move(connection)), asio::detached);
    }
  }

  static awaitable<void> serve(std::shared_ptr<Connection> connection) {
    std::string failure;
    try {
      co_await connection->run();
    } catch (const std::exception& exception) {
      failure = exception.what();
    }
    if (!failure.empty()) log::error("a connection failed", {{"error", failure}});
  }

  static void turn_away(tcp::socket socket) {
    Error full{Errc::unavailable, "The server has as many connections as it takes; try again later."};
    full.retry_after = std::chrono::seconds{5};
    const auto reply = problem_reply(full);
    std::string text;
    append_response_head(text, reply, HeadOptions{false, false}, std::time(nullptr));
    text += reply.body;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  /// Goes on while connections drain.
  static awaitable<void> sweep(std::shared_ptr<Core> core) {
    while (!core->state->stopping || !core->state->connections.empty()) {
      core->sweep_timer.expires_after(kSweep);
      co_await core->sweep_timer.async_wait(kAwait);
      const auto now = Connection::Clock::now();
      for (auto* connection : copy(*core->state)) connection->sweep(now);
    }
  }

  asio::any_io_executor executor_;
  std::shared_ptr<Core> core_;
};

Error listen_error(const ServerOptions& options, const error_code& failure) {
  const auto place = options.address + ":" + std::to_string(options.port);
  if (failure == asio::error::address_in_use)
    return {Errc::conflict, "Port " + std::to_string(options.port) + " at " + options.address +
                                " is in use. Stop the program that holds it, or choose another with --listen."};
  if (failure == asio::error::access_denied)
    return {Errc::misconfigured, "This user may not listen at " + place + ". Choose a port above 1023 with --listen."};
  return {Errc::misconfigured, "Cannot listen at " + place + ": " + failure.message() +
                                   ". Give --listen an address of this machine, such as 127.0.0.1:8000."};
}

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(asio::any_io_executor executor, ServerOptions options,
                                               ServerHandlers handlers) {
  error_code failure;
  const auto address =
      asio::ip::make_address(options.address == "localhost" ? std::string("127.0.0.1") : options.address, failure);
  if (failure) return listen_error(options, failure);
  const tcp::endpoint endpoint{address, options.port};
  tcp::acceptor acceptor{executor};
  if (acceptor.open(endpoint.protocol(), failure); failure) return listen_error(options, failure);
  acceptor.set_option(tcp::acceptor::reuse_address{true}, failure);
  if (acceptor.bind(endpoint, failure); failure) return listen_error(options, failure);
  if (acceptor.listen(4096, failure); failure) return listen_error(options, failure);
  auto server = std::make_unique<TcpServer>(std::move(acceptor), std::move(options), std::move(handlers));
  server->start();
  return std::unique_ptr<Server>{std::move(server)};
}

}  // namespace daybook::http
