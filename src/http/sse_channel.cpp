#include <boost/asio/write.hpp>

#include "http/channel.hpp"

namespace daybook::http {
namespace {

using boost::asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr auto kKeepAlive = std::chrono::seconds{25};

class SseChannel final : public Channel {
 public:
  SseChannel(tcp::socket socket, std::chrono::seconds write_timeout, std::string head)
      : Channel(socket.get_executor()), socket_(std::move(socket)), write_timeout_(write_timeout) {
    queue_.push_back(std::make_shared<const std::string>(std::move(head)));
  }

  void start() {
    writing_ = true;
    start_write();
    watch();
  }

  void close(std::uint16_t, std::string) override {
    closing_ = true;
    if (!writing_) abort();
  }

  void abort() override {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    mark_closed();
  }

  void tick(Clock::time_point now) override {
    if (closed_) return;
    if (writing_ && now - last_write_ > write_timeout_) return abort();
    // Proxies drop connections that stay silent.
    if (!writing_ && now - last_write_ > kKeepAlive) push(":\n\n");
  }

 private:
  std::shared_ptr<SseChannel> self() { return std::static_pointer_cast<SseChannel>(shared_from_this()); }

  std::shared_ptr<const std::string> frame(std::shared_ptr<const std::string> message, std::string_view id) override {
    std::string out;
    out.reserve(message->size() + id.size() + 16);
    if (!id.empty()) out.append("id: ").append(id).append("\n");
    std::string_view rest = *message;
    for (;;) {
      const auto line = std::min(rest.find('\n'), rest.size());
      out.append("data: ").append(rest.substr(0, line)).append("\n");
      if (line == rest.size()) break;
      rest.remove_prefix(line + 1);
    }
    out += '\n';
    return std::make_shared<const std::string>(std::move(out));
  }

  void push(std::string raw) {
    queue_.push_back(std::make_shared<const std::string>(std::move(raw)));
    if (writing_) return;
    writing_ = true;
    start_write();
  }

  void start_write() override {
    last_write_ = Clock::now();
    operation_began();
    boost::asio::async_write(socket_, boost::asio::buffer(*queue_.front()),
                             [self = self()](boost::system::error_code failure, std::size_t) {
                               self->last_write_ = Clock::now();
                               self->write_done(!failure);
                               if (self->closed_ || (self->closing_ && !self->writing_)) self->abort();
                               self->operation_ended();
                             });
  }

  void overflowed() override { push("event: resync\ndata: {}\n\n"); }

  /// A client has nothing more to say; reading is how we notice that it went away.
  void watch() {
    operation_began();
    socket_.async_read_some(boost::asio::buffer(ignored_), [self = self()](boost::system::error_code failure, auto) {
      if (failure)
        self->abort();
      else
        self->watch();
      self->operation_ended();
    });
  }

  tcp::socket socket_;
  std::chrono::seconds write_timeout_;
  Clock::time_point last_write_ = Clock::now();
  std::array<char, 256> ignored_{};
};

}  // namespace

std::shared_ptr<Channel> make_sse_channel(tcp::socket socket, std::chrono::seconds write_timeout, std::string head) {
  auto channel = std::make_shared<SseChannel>(std::move(socket), write_timeout, std::move(head));
  channel->start();
  return channel;
}

}  // namespace daybook::http
