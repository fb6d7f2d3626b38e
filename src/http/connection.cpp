#include "http/connection.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "http/problem.hpp"
#include "http/request_parser.hpp"
#include "telemetry/log.hpp"

namespace daybook::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using error_code = boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kFirstBuffer = 4 * 1024;
constexpr std::size_t kBodyBuffer = 64 * 1024;
/// Up to here head and body go out as one piece of memory.
constexpr std::size_t kJoinedBody = 16 * 1024;
/// A reader has `write_timeout` for each piece of this size.
constexpr std::size_t kWritePiece = 256 * 1024;
/// Of an answered but unfinished request, so that the client reads our answer before it sees the connection reset.
constexpr std::size_t kLingerBytes = 1024 * 1024;
constexpr auto kLingerTime = std::chrono::seconds{2};
/// Pipelined requests answered before others get their turn.
constexpr int kMaxInTurn = 16;

bool has_token(std::string_view list, std::string_view token) { return boost::icontains(list, token); }

}  // namespace

Connection::Connection(tcp::socket socket, std::shared_ptr<ServerState> server)
    : socket_(std::move(socket)), server_(std::move(server)), buffer_(kFirstBuffer) {
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
  const auto peer = socket_.remote_endpoint(ignored);
  if (!ignored) remote_address_ = peer.address().to_string();
  server_->connections.insert(this);
}

Connection::~Connection() {
  server_->connections.erase(this);
  if (server_->connections.empty() && server_->on_last_gone) server_->on_last_gone();
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  expired_ = false;
  const auto& options = server_->options;
  switch (phase) {
    case Phase::idle:
      deadline_ = Clock::now() + options.idle_timeout;
      break;
    case Phase::reading:
      deadline_ = Clock::now() + options.read_timeout;
      break;
    case Phase::writing:
      deadline_ = Clock::now() + options.write_timeout;
      break;
    case Phase::handling:
    case Phase::channel:
      deadline_ = Clock::time_point::max();
  }
}

void Connection::sweep(Clock::time_point now) {
  if (channel_) return channel_->tick(now);
  if (now < deadline_) return;
  // Again at each sweep: at this moment there may be nothing to cancel.
  expired_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void Connection::drain() {
  if (channel_) return channel_->close(1001, "The server is going away; connect again.");
  if (phase_ != Phase::idle) return;
  expired_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void Connection::abort() {
  if (channel_) return channel_->abort();
  error_code ignored;
  socket_.close(ignored);
}

awaitable<error_code> Connection::read_some() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  const auto [failure, size] =
      co_await socket_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_), kAwait);
  end_ += size;
  co_return failure;
}

/// True when there is a request to answer; otherwise whatever had to be said has been said.
awaitable<bool> Connection::read_request(RequestParser& parser) {
  bool answered_expectation = false;
  enter(begin_ == end_ ? Phase::idle : Phase::reading);
  while (!parser.is_done()) {
    if (begin_ < end_) {
      if (phase_ == Phase::idle) enter(Phase::reading);
      error_code failure;
      begin_ += parser.put(asio::const_buffer(buffer_.data() + begin_, end_ - begin_), failure);
      if (failure && failure != boost::beast::http::error::need_more) {
        co_await refuse(parser.problem_of(failure));
        co_return false;
      }
      if (parser.is_done()) break;
      // A head is bounded by the parser; what could still pile up are the lines between chunks.
      if (end_ - begin_ > server_->options.max_header_bytes + kFirstBuffer && failure) {
        co_await refuse(Error{Errc::payload_too_large, "Send shorter chunk extensions.", "headers-too-large"});
        co_return false;
      }
      if (!failure && begin_ < end_) continue;
    }
    if (parser.is_header_done()) {
      if (buffer_.size() < kBodyBuffer) buffer_.resize(kBodyBuffer);
      if (parser.expects_continue() && !answered_expectation) {
        answered_expectation = true;
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        if (!co_await write_all(asio::buffer(kContinue), {})) co_return false;
        enter(Phase::reading);
      }
    }
    const auto failure = co_await read_some();
    const bool too_late = expired_ && phase_ == Phase::reading;
    if (!failure && !too_late) continue;
    if (too_late && socket_.is_open())
      co_await refuse(Error{Errc::timeout, "Send the whole request sooner.", "request-timeout"});
    co_return false;
  }
  co_return true;
}

awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  int in_turn = 0;
  while (!server_->stopping) {
    std::optional<RequestParser> parser;
    parser.emplace(server_->options.max_header_bytes, server_->options.max_body_bytes);
    if (!co_await read_request(*parser)) break;
    if (buffer_.size() > kFirstBuffer && begin_ == end_) {
      buffer_ = std::vector<char>(kFirstBuffer);
      begin_ = end_ = 0;
    }
    enter(Phase::handling);
    Call call = std::move(parser->call());
    HeadOptions options{parser->keep_alive(), !parser->is_http11()};
    const bool upgrade = parser->upgrade();
    parser.reset();
    call.remote_address = server_->options.trusted_proxies.client_of(remote_address_, call.headers);
    const bool head_only = call.method == Method::head;

    Reply reply;
    bool is_push = false;
    if (server_->handlers.push && call.method == Method::get) {
      const bool websocket = upgrade && has_token(call.headers.get("Upgrade"), "websocket");
      if (websocket || has_token(call.headers.get("Accept"), "text/event-stream")) {
        auto decision = co_await server_->handlers.push(call, websocket);
        if (decision && !decision->refuse) {
          co_await serve_push(std::move(call), websocket, std::move(*decision));
          co_return;
        }
        is_push = decision.has_value();
        if (is_push) reply = std::move(*decision->refuse);
      }
    }
    if (!is_push) reply = co_await server_->handlers.call(std::move(call));
    options.keep_alive = options.keep_alive && !server_->stopping;
    if (!co_await write_reply(reply, options, head_only)) break;
    if (!options.keep_alive) {
      co_await linger();
      break;
    }
    if (begin_ == end_) {
      in_turn = 0;
    } else if (++in_turn == kMaxInTurn) {
      in_turn = 0;
      co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    }
  }
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

awaitable<void> Connection::refuse(Error error) {
  auto reply = problem_reply(error);
  if (error.code == Errc::method_not_allowed)
    reply.headers.add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  if (co_await write_reply(reply, HeadOptions{false, false}, false)) co_await linger();
}

awaitable<void> Connection::linger() {
  error_code failure;
  socket_.shutdown(tcp::socket::shutdown_send, failure);
  enter(Phase::reading);
  deadline_ = Clock::now() + kLingerTime;
  std::size_t dropped = 0;
  while (!failure && !expired_ && dropped < kLingerBytes) {
    begin_ = end_ = 0;
    failure = co_await read_some();
    dropped += end_;
  }
}

awaitable<bool> Connection::write_reply(const Reply& reply, HeadOptions options, bool head_only) {
  head_.clear();
  append_response_head(head_, reply, options, std::time(nullptr));
  const std::string& body = reply.shared_body ? *reply.shared_body : reply.body;
  asio::const_buffer rest;
  if (!head_only && may_have_body(reply.status)) {
    if (body.size() <= kJoinedBody)
      head_ += body;
    else
      rest = asio::buffer(body);
  }
  co_return co_await write_all(asio::buffer(head_), rest);
}

awaitable<bool> Connection::write_all(asio::const_buffer first, asio::const_buffer second) {
  // Most replies fit into the socket's buffer: no need to suspend for them.
  {
    const std::array<asio::const_buffer, 2> both{first, second};
    error_code failure;
    auto sent = socket_.write_some(both, failure);
    if (failure && failure != asio::error::would_block) co_return false;
    const auto of_first = std::min(sent, first.size());
    first += of_first;
    second += sent - of_first;
  }
  while (first.size() + second.size() > 0) {
    enter(Phase::writing);
    const std::array<asio::const_buffer, 2> piece{first, asio::buffer(second, kWritePiece)};
    const auto [failure, sent] = co_await asio::async_write(socket_, piece, kAwait);
    if (failure) co_return false;
    const auto of_first = std::min(sent, first.size());
    first += of_first;
    second += sent - of_first;
  }
  co_return true;
}

awaitable<void> Connection::serve_push(Call call, bool websocket, PushDecision decision) {
  enter(Phase::channel);
  if (begin_ != end_) {  // Nobody may speak before the handshake is answered.
    co_await refuse(Error{Errc::invalid_argument, "Wait for the answer to the handshake before sending frames."});
    co_return;
  }
  if (websocket) {
    auto channel = co_await accept_websocket(std::move(socket_), call);
    if (!channel) co_return;
    channel_ = *channel;
  } else {
    std::string head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
        "X-Accel-Buffering: no\r\nConnection: close\r\n";
    append_fields(head, decision.headers);
    head += "\r\n";
    channel_ = make_sse_channel(std::move(socket_), server_->options.write_timeout, std::move(head));
  }
  if (server_->stopping) channel_->close(1001, "The server is going away; connect again.");
  std::string failure;
  try {
    co_await decision.run(channel_);
  } catch (const std::exception& exception) {
    failure = exception.what();
  }
  if (!failure.empty()) log::error("a push handler threw", {{"error", failure}});
  channel_->close(failure.empty() ? 1000 : 1011, "");
  co_await channel_->finished();
}

}  // namespace daybook::http
