#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <unordered_set>

#include "http/channel.hpp"
#include "http/response_head.hpp"
#include "http/server.hpp"

namespace daybook::http {

class Connection;
class RequestParser;

/// What the connections of one server share; lives as long as any of them.
struct ServerState {
  ServerState(ServerOptions o, ServerHandlers h) : options(std::move(o)), handlers(std::move(h)) {}
  ServerOptions options;
  ServerHandlers handlers;
  std::unordered_set<Connection*> connections;
  bool stopping = false;
  std::function<void()> on_last_gone;
};

/// One accepted socket. One coroutine reads, calls and answers; a sweep about once a second enforces its deadline,
/// which costs less than a timer for each operation.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<ServerState> server);
  ~Connection();

  boost::asio::awaitable<void> run();
  void sweep(Clock::time_point now);
  /// Closes at once when idle, else after the answer.
  void drain();
  /// Closes the socket under whatever is in flight.
  void abort();

 private:
  enum class Phase { idle, reading, handling, writing, channel };

  void enter(Phase phase);
  boost::asio::awaitable<bool> read_request(RequestParser& parser);
  boost::asio::awaitable<boost::system::error_code> read_some();
  boost::asio::awaitable<void> refuse(Error error);
  boost::asio::awaitable<bool> write_reply(const Reply& reply, HeadOptions options, bool head_only);
  boost::asio::awaitable<bool> write_all(boost::asio::const_buffer first, boost::asio::const_buffer second);
  boost::asio::awaitable<void> linger();
  boost::asio::awaitable<void> serve_push(Call call, bool websocket, PushDecision decision);

  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<ServerState> server_;
  std::string remote_address_;
  std::shared_ptr<Channel> channel_;

  Phase phase_ = Phase::idle;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool expired_ = false;

  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< Of what is read and not yet parsed.
  std::size_t end_ = 0;
  std::string head_;
};

}  // namespace daybook::http
