#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/call.hpp"
#include "core/result.hpp"
#include "http/trusted_proxies.hpp"

namespace daybook::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8000;  ///< 0: any free port; see Server::port().
  std::size_t max_header_bytes = 16 * 1024;
  std::size_t max_body_bytes = 1024 * 1024;
  std::size_t max_connections = 10'000;
  std::chrono::seconds read_timeout{30};
  std::chrono::seconds idle_timeout{75};
  std::chrono::seconds write_timeout{30};
  TrustedProxies trusted_proxies;  ///< Decide what `Call::remote_address` is.
};

/// An open WebSocket or SSE response. Methods are called on the server's executor.
class PushChannel {
 public:
  virtual ~PushChannel() = default;
  /// Queues a message; false when the channel is closed or its queue (bounded) is full, after which it closes with
  /// a resync hint (design, rule 19). SSE sends `id` as its id: line; WebSockets ignore it.
  virtual bool send(std::shared_ptr<const std::string> message, std::string_view id) = 0;
  /// Waits while more is queued than a reader at a good pace leaves; false when the channel is closed. Who has much to
  /// send awaits it before each message.
  virtual boost::asio::awaitable<bool> drained() = 0;
  /// The next text frame of the client. Errors: unavailable once closed. SSE: waits until the client goes away.
  virtual boost::asio::awaitable<Result<std::string>> receive() = 0;
  virtual void close(std::uint16_t websocket_code, std::string reason) = 0;
};

/// What a handler that wants to push decides of a request: refuse with a reply, or take the channel over. `run` lives
/// as long as the channel.
struct PushDecision {
  std::optional<Reply> refuse;
  Headers headers;  ///< Of the answer that opens an SSE stream.
  std::function<boost::asio::awaitable<void>(std::shared_ptr<PushChannel>)> run;
};

struct ServerHandlers {
  std::function<boost::asio::awaitable<Reply>(Call)> call;
  /// Asked for GETs that ask for an upgrade to WebSocket or accept text/event-stream; nullopt: an ordinary call.
  std::function<boost::asio::awaitable<std::optional<PushDecision>>(const Call&, bool websocket)> push;
};

/// HTTP/1.1 over TCP: keep-alive, pipelined requests answered in turn, limits, timeouts, WebSocket, SSE. One coroutine
/// a connection on the given executor.
class Server {
 public:
  /// Errors: conflict (port in use), misconfigured (address), each saying what to do.
  static Result<std::unique_ptr<Server>> listen(boost::asio::any_io_executor executor, ServerOptions options,
                                                ServerHandlers handlers);
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  /// Stops accepting, lets requests in flight finish for up to `drain`, closes channels with 1001.
  virtual boost::asio::awaitable<void> stop(std::chrono::seconds drain) = 0;
  virtual std::size_t connections() const = 0;
};

}  // namespace daybook::http
