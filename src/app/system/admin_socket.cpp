#include "app/system/admin_socket.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <set>

#include "runtime/signal.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::local::stream_protocol;

constexpr auto kReply = asio::as_tuple(asio::use_awaitable);
constexpr auto kAcceptRetry = std::chrono::milliseconds{100};
constexpr std::size_t kMaxLine = 64 * 1024;

json::object error_line(const Error& error) {
  json::object line;
  line["error"] = error.detail.empty() ? std::string(to_string(error.code)) : error.detail;
  line["code"] = to_string(error.code);
  return line;
}

using Sockets = std::set<stream_protocol::socket*>;

/// Known to stop() for as long as it lives, also when a command throws.
class Opened {
 public:
  Opened(Sockets& sockets, stream_protocol::socket& socket) : sockets_(sockets), socket_(socket) {
    sockets_.insert(&socket_);
  }
  Opened(const Opened&) = delete;
  ~Opened() { sockets_.erase(&socket_); }

 private:
  Sockets& sockets_;
  stream_protocol::socket& socket_;
};

class LocalSocket final : public AdminSocket {
 public:
  LocalSocket(stream_protocol::acceptor acceptor, std::string path, AdminCommands& commands)
      : acceptor_(std::move(acceptor)),
        path_(std::move(path)),
        commands_(commands),
        pause_(acceptor_.get_executor()),
        all_ended_(acceptor_.get_executor()) {}

  void start() {
    ++running_;
    asio::co_spawn(acceptor_.get_executor(), accept(), [this](std::exception_ptr) { ended(); });
  }

  awaitable<void> stop() override {
    boost::system::error_code failure;
    acceptor_.close(failure);
    pause_.cancel();
    ::unlink(path_.c_str());
    for (auto* socket : open_) socket->close(failure);
    while (running_ > 0) co_await all_ended_.wait();
  }

 private:
  void ended() {
    if (--running_ == 0) all_ended_.notify();
  }

  awaitable<void> accept() {
    for (;;) {
      auto [failure, socket] = co_await acceptor_.async_accept(kReply);
      if (!acceptor_.is_open()) co_return;
      if (failure) {
        // Out of file descriptors, most likely: the ones in use come back.
        pause_.expires_after(kAcceptRetry);
        co_await pause_.async_wait(kReply);
        if (!acceptor_.is_open()) co_return;
        continue;
      }
      ++running_;
      asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), [this](std::exception_ptr) { ended(); });
    }
  }

  awaitable<void> serve(stream_protocol::socket socket) {
    const Opened opened{open_, socket};
    std::string input;
    auto [failure, size] = co_await asio::async_read_until(socket, asio::dynamic_buffer(input, kMaxLine), '\n', kReply);
    if (!failure) {
      // Written out as a whole: an answer is small, and a command never waits for who asked.
      std::string output;
      AdminCommands::Emit emit = [&output](json::object line) {
        output += json::serialize(line) + '\n';
        return true;
      };
      auto request = parse_json(std::string_view(input).substr(0, size - 1));
      Result<> done = Result<>{};
      if (request)
        done = co_await commands_.run(std::move(*request), std::move(emit));
      else
        done = request.error();
      output += done ? std::string("{\"done\":true}") : json::serialize(error_line(done.error()));
      output += '\n';
      co_await asio::async_write(socket, asio::buffer(output), kReply);
    }
  }

  stream_protocol::acceptor acceptor_;
  std::string path_;
  AdminCommands& commands_;
  asio::steady_timer pause_;
  Sockets open_;
  int running_ = 0;
  runtime::Signal all_ended_;
};

Errc code_of(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code)
    if (to_string(static_cast<Errc>(code)) == name) return static_cast<Errc>(code);
  return Errc::internal;
}

}  // namespace

Result<std::unique_ptr<AdminSocket>> AdminSocket::listen(asio::any_io_executor executor, const std::string& path,
                                                         AdminCommands& commands) {
  const auto refused = [&](const std::string& why) {
    return Error{Errc::misconfigured,
                 "The admin socket " + path + " cannot be made (" + why + "). Choose a shorter --data folder."};
  };
  if (path.size() > 100) return refused("the path is too long for a socket");
  // The files' lock was taken before: a socket that is still there belongs to nobody.
  ::unlink(path.c_str());
  boost::system::error_code failure;
  stream_protocol::acceptor acceptor(executor);
  acceptor.open(stream_protocol(), failure);
  if (!failure) acceptor.bind(stream_protocol::endpoint(path), failure);
  if (!failure && ::chmod(path.c_str(), 0600) != 0) failure.assign(errno, boost::system::system_category());
  if (!failure) acceptor.listen(16, failure);
  if (failure) return refused(failure.message());
  auto socket = std::make_unique<LocalSocket>(std::move(acceptor), path, commands);
  socket->start();
  return std::unique_ptr<AdminSocket>(std::move(socket));
}

Result<> ask_admin_socket(const std::string& path, const json::object& request,
                          const std::function<void(const json::object&)>& line) {
  asio::io_context loop;
  stream_protocol::socket socket(loop);
  boost::system::error_code failure;
  if (path.size() <= 100) socket.connect(stream_protocol::endpoint(path), failure);
  if (path.size() > 100 || failure) return Error{Errc::not_found, "No server runs on " + path + ".", kNoServer};
  asio::write(socket, asio::buffer(json::serialize(request) + '\n'), failure);
  std::string input;
  while (!failure) {
    const std::size_t size = asio::read_until(socket, asio::dynamic_buffer(input), '\n', failure);
    if (failure) break;
    auto value = parse_json(std::string_view(input).substr(0, size - 1));
    input.erase(0, size);
    if (!value || !value->is_object()) break;
    const auto& answer = value->get_object();
    if (answer.contains("done")) return {};
    if (const auto* error = answer.if_contains("error"))
      return Error{code_of(std::string_view(answer.at("code").as_string())), std::string(error->as_string())};
    line(answer);
  }
  return Error{Errc::unavailable, "The server went away before it had answered."};
}

}  // namespace daybook::app
