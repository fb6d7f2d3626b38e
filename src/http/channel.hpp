#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>

#include "http/server.hpp"

namespace daybook::http {

/// What WebSocket and SSE channels have in common: a bounded queue of what goes out, and what came in.
class Channel : public PushChannel, public std::enable_shared_from_this<Channel> {
 public:
  explicit Channel(boost::asio::any_io_executor executor) : wake_(executor) {
    wake_.expires_at(boost::asio::steady_timer::time_point::max());
  }

  bool send(std::shared_ptr<const std::string> message, std::string_view id) override;
  boost::asio::awaitable<bool> drained() override;
  boost::asio::awaitable<Result<std::string>> receive() override;

  /// Called about once a second: keep-alives and write timeouts.
  virtual void tick(std::chrono::steady_clock::time_point) {}
  /// Closes the socket under whatever is in flight.
  virtual void abort() = 0;
  /// Resumes when nothing is in flight any more.
  boost::asio::awaitable<void> finished();

 protected:
  static constexpr std::size_t kMaxQueue = 512;
  static constexpr std::size_t kMaxQueueBytes = 1024 * 1024;
  /// drained() waits above these.
  static constexpr std::size_t kHighQueue = 100;
  static constexpr std::size_t kHighQueueBytes = 256 * 1024;
  static constexpr std::size_t kMaxInbox = 32;

  virtual std::shared_ptr<const std::string> frame(std::shared_ptr<const std::string> message, std::string_view id) = 0;
  /// Starts sending queue_.front(); write_done() follows.
  virtual void start_write() = 0;
  /// The queue has overflowed: what is queued is dropped, and the client told to start over.
  virtual void overflowed() = 0;
  virtual void inbox_has_room() {}

  void write_done(bool ok);
  void received(std::string text);
  void mark_closed();
  void operation_began() { ++in_flight_; }
  void operation_ended();

  bool closed_ = false;
  bool writing_ = false;
  bool closing_ = false;  ///< No more is accepted; what is queued still goes out.
  std::deque<std::shared_ptr<const std::string>> queue_;
  std::deque<std::string> inbox_;

 private:
  bool is_high() const { return queue_.size() > kHighQueue || queued_bytes_ > kHighQueueBytes; }

  boost::asio::steady_timer wake_;
  std::size_t queued_bytes_ = 0;
  bool waits_for_queue_ = false;
  int in_flight_ = 0;
};

std::shared_ptr<Channel> make_sse_channel(boost::asio::ip::tcp::socket socket, std::chrono::seconds write_timeout,
                                          std::string head);

/// Answers the upgrade that `call` asks for. Errors: invalid_argument when it is no proper WebSocket handshake; then
/// the reply has been sent.
boost::asio::awaitable<Result<std::shared_ptr<Channel>>> accept_websocket(boost::asio::ip::tcp::socket socket,
                                                                          const Call& call);

}  // namespace daybook::http
