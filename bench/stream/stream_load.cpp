// Opens many WebSockets on a running Daybook, writes tasks at a steady rate, and prints how long after each write's
// acknowledgement the event arrived at the writer's open sockets.
//
//   stream_load PORT TOKENS [sockets=1000] [writes per second=200] [seconds=10]
//
// TOKENS is the file that `daybook user seed --tokens` wrote. Sockets are spread over the users; each write is by the
// next user, and every socket of that user must get it.
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <deque>
#include <fstream>
#include <iostream>
#include <unordered_map>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using WebSocket = beast::websocket::stream<beast::tcp_stream>;

struct Load {
  tcp::endpoint server;
  std::vector<std::string> tokens;
  int sockets = 1000;
  int rate = 200;
  int seconds = 10;

  int open = 0;
  int failed = 0;
  int written = 0;
  std::int64_t delivered = 0;
  std::int64_t expected = 0;
  std::unordered_map<std::string, Clock::time_point> acknowledged;  ///< By task id.
  std::unordered_map<std::string, std::vector<Clock::time_point>> early;
  std::vector<double> delays_ms;
  std::vector<int> sockets_of_user;

  void arrived(const std::string& task) {
    ++delivered;
    const auto now = Clock::now();
    const auto at = acknowledged.find(task);
    // An event can overtake the reply to the write that caused it: that is no delay at all.
    if (at == acknowledged.end())
      early[task].push_back(now);
    else
      delays_ms.push_back(std::chrono::duration<double, std::milli>(now - at->second).count());
  }
  void acknowledge(const std::string& task) {
    acknowledged[task] = Clock::now();
    const auto before = early.find(task);
    if (before == early.end()) return;
    delays_ms.insert(delays_ms.end(), before->second.size(), 0.0);
    early.erase(before);
  }
};

awaitable<void> listen(Load& load, int user) {
  try {
    WebSocket socket(co_await asio::this_coro::executor);
    co_await beast::get_lowest_layer(socket).async_connect(load.server, use_awaitable);
    const std::string token = load.tokens[user];
    socket.set_option(beast::websocket::stream_base::decorator([token](beast::websocket::request_type& request) {
      request.set(http::field::authorization, "Bearer " + token);
    }));
    const std::string host = "127.0.0.1:" + std::to_string(load.server.port());
    co_await socket.async_handshake(host, "/api/v1/stream", use_awaitable);
    ++load.open;
    ++load.sockets_of_user[user];
    for (;;) {
      beast::flat_buffer buffer;
      co_await socket.async_read(buffer, use_awaitable);
      const auto event = boost::json::parse(beast::buffers_to_string(buffer.data()));
      const auto& object = event.as_object();
      if (object.at("type").as_string() == "task.created") load.arrived(std::string(object.at("subject").as_string()));
    }
  } catch (const std::exception& failure) {
    if (load.open + load.failed < load.sockets) std::fprintf(stderr, "socket: %s\n", failure.what());
    ++load.failed;
  }
}

awaitable<void> write_one(Load& load, beast::tcp_stream& connection, int user) {
  http::request<http::string_body> request(http::verb::post, "/api/v1/tasks", 11);
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::authorization, "Bearer " + load.tokens[user]);
  request.set(http::field::content_type, "application/json");
  request.body() = R"({"title":"stream load )" + std::to_string(load.written) + "\"}";
  request.prepare_payload();
  co_await http::async_write(connection, request, use_awaitable);
  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  co_await http::async_read(connection, buffer, response, use_awaitable);
  if (response.result_int() != 201) throw std::runtime_error("create: " + response.body());
  load.acknowledge(std::string(boost::json::parse(response.body()).as_object().at("id").as_string()));
  ++load.written;
  load.expected += load.sockets_of_user[user];
}

/// One of several writers that share the rate between them, each on its own connection.
awaitable<void> write(Load& load, int writer, int writers, Clock::time_point begin) {
  beast::tcp_stream connection(co_await asio::this_coro::executor);
  co_await connection.async_connect(load.server, use_awaitable);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const int count = load.rate * load.seconds;
  for (int i = writer; i < count; i += writers) {
    timer.expires_at(begin + std::chrono::microseconds{1'000'000LL * i / load.rate});
    co_await timer.async_wait(use_awaitable);
    co_await write_one(load, connection, i % static_cast<int>(load.tokens.size()));
  }
}

awaitable<void> run(Load& load, asio::io_context& loop) {
  asio::steady_timer timer(loop);
  for (int i = 0; i < load.sockets; ++i) {
    asio::co_spawn(loop, listen(load, i % static_cast<int>(load.tokens.size())), asio::detached);
    while (i - load.open - load.failed > 50) {
      timer.expires_after(std::chrono::milliseconds{5});
      co_await timer.async_wait(use_awaitable);
    }
  }
  while (load.open + load.failed < load.sockets) {
    timer.expires_after(std::chrono::milliseconds{5});
    co_await timer.async_wait(use_awaitable);
  }
  constexpr int kWriters = 8;
  int left = kWriters;
  const auto begin = Clock::now() + std::chrono::milliseconds{200};
  for (int i = 0; i < kWriters; ++i)
    asio::co_spawn(loop, write(load, i, kWriters, begin), [&left](std::exception_ptr failure) {
      --left;
      if (failure) std::fprintf(stderr, "a writer failed\n");
    });
  const auto give_up = begin + std::chrono::seconds{load.seconds + 30};
  while ((left > 0 || load.delivered < load.expected) && Clock::now() < give_up) {
    timer.expires_after(std::chrono::milliseconds{10});
    co_await timer.async_wait(use_awaitable);
  }
  loop.stop();
}

double percentile(const std::vector<double>& sorted, double p) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(p * static_cast<double>(sorted.size())))];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: stream_load PORT TOKENS [sockets] [writes per second] [seconds]\n");
    return 2;
  }
  Load load;
  load.server = {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(argv[1]))};
  std::ifstream file(argv[2]);
  for (std::string line; std::getline(file, line);) load.tokens.push_back(line.substr(line.find_last_of(" \t") + 1));
  if (load.tokens.empty()) {
    std::fprintf(stderr, "no tokens in %s\n", argv[2]);
    return 2;
  }
  if (argc > 3) load.sockets = std::stoi(argv[3]);
  if (argc > 4) load.rate = std::stoi(argv[4]);
  if (argc > 5) load.seconds = std::stoi(argv[5]);
  load.sockets_of_user.resize(load.tokens.size());

  asio::io_context loop(1);
  asio::co_spawn(loop, run(load, loop), asio::detached);
  loop.run();
  std::sort(load.delays_ms.begin(), load.delays_ms.end());
  std::printf(
      "{\"sockets\":%d,\"failed\":%d,\"written\":%d,\"expected\":%lld,\"delivered\":%lld,\"p50_ms\":%.2f,\"p95_ms\":%."
      "2f,"
      "\"p99_ms\":%.2f}\n",
      load.open, load.failed, load.written, static_cast<long long>(load.expected),
      static_cast<long long>(load.delivered), percentile(load.delays_ms, 0.5), percentile(load.delays_ms, 0.95),
      percentile(load.delays_ms, 0.99));
  return load.failed == 0 && load.delivered == load.expected ? 0 : 1;
}
