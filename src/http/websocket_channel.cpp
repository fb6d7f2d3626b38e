#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "http/channel.hpp"

namespace daybook::http {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::asio::ip::tcp;

constexpr std::size_t kMaxMessageBytes = 64 * 1024;
/// Of the range that RFC 6455 leaves to applications; schemas/openapi.yaml names it.
constexpr std::uint16_t kTooSlow = 4408;
constexpr auto kGoodbyeTime = std::chrono::seconds{5};

class WebSocketChannel final : public Channel {
 public:
  explicit WebSocketChannel(tcp::socket socket) : Channel(socket.get_executor()), stream_(std::move(socket)) {
    websocket::stream_base::timeout limits;
    limits.handshake_timeout = std::chrono::seconds{5};
    limits.idle_timeout = std::chrono::seconds{60};
    limits.keep_alive_pings = true;
    stream_.set_option(limits);
    stream_.read_message_max(kMaxMessageBytes);
    stream_.auto_fragment(false);
    stream_.text(true);
  }

  boost::asio::awaitable<boost::system::error_code> accept(beast::http::request<beast::http::empty_body> request) {
    const auto [failure] = co_await stream_.async_accept(request, boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return failure;
  }

  void start() { read(); }

  void close(std::uint16_t code, std::string reason) override {
    if (closed_ || closing_) return;
    begin_goodbye(code, std::move(reason));
    if (!writing_) say_goodbye();
  }

  /// A write that never ends holds up our goodbye too.
  void tick(std::chrono::steady_clock::time_point now) override {
    if (closing_ && !closed_ && now - goodbye_ > kGoodbyeTime) abort();
  }

  void abort() override {
    boost::system::error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
    mark_closed();
  }

 private:
  std::shared_ptr<WebSocketChannel> self() { return std::static_pointer_cast<WebSocketChannel>(shared_from_this()); }

  std::shared_ptr<const std::string> frame(std::shared_ptr<const std::string> message, std::string_view) override {
    return message;
  }

  void start_write() override {
    operation_began();
    stream_.async_write(boost::asio::buffer(*queue_.front()),
                        [self = self()](boost::system::error_code failure, std::size_t) {
                          self->write_done(!failure);
                          if (self->closing_ && !self->writing_) self->say_goodbye();
                          self->operation_ended();
                        });
  }

  void overflowed() override {
    begin_goodbye(kTooSlow, "resync");
    say_goodbye();
  }

  void begin_goodbye(std::uint16_t code, std::string reason) {
    closing_ = true;
    code_ = code;
    reason_ = std::move(reason);
    goodbye_ = std::chrono::steady_clock::now();
  }

  void say_goodbye() {
    if (said_goodbye_ || closed_) return;
    said_goodbye_ = true;
    operation_began();
    websocket::close_reason reason{static_cast<websocket::close_code>(code_), reason_};
    stream_.async_close(reason, [self = self()](boost::system::error_code) {
      self->abort();
      self->operation_ended();
    });
  }

  void read() {
    reading_ = true;
    operation_began();
    stream_.async_read(incoming_, [self = self()](boost::system::error_code failure, std::size_t) {
      self->reading_ = false;
      if (failure) {
        // After a goodbye of ours the other end's answer arrives here, and async_close ends by itself.
        if (!self->said_goodbye_) self->abort();
        self->mark_closed();
      } else {
        self->received(beast::buffers_to_string(self->incoming_.data()));
        self->incoming_.consume(self->incoming_.size());
        if (self->inbox_.size() < kMaxInbox) self->read();
      }
      self->operation_ended();
    });
  }

  void inbox_has_room() override {
    if (!reading_ && !closed_) read();
  }

  websocket::stream<tcp::socket> stream_;
  beast::flat_buffer incoming_;
  bool reading_ = false;
  bool said_goodbye_ = false;
  std::chrono::steady_clock::time_point goodbye_;
  std::uint16_t code_ = 1000;
  std::string reason_;
};

}  // namespace

boost::asio::awaitable<Result<std::shared_ptr<Channel>>> accept_websocket(tcp::socket socket, const Call& call) {
  beast::http::request<beast::http::empty_body> request;
  request.method(beast::http::verb::get);
  request.target(call.path);
  request.version(11);
  for (const auto& [name, value] : call.headers.all()) request.insert(name, value);
  auto channel = std::make_shared<WebSocketChannel>(std::move(socket));
  const auto failure = co_await channel->accept(std::move(request));
  if (failure) {
    channel->abort();
    co_return Error{Errc::invalid_argument, failure.message()};
  }
  channel->start();
  co_return std::static_pointer_cast<Channel>(std::move(channel));
}

}  // namespace daybook::http
