#include "http/connection.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

namespace daybook::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

asio::awaitable<void> run(std::shared_ptr<Connection> connection) { co_await connection->run(); }

/// Accepts one connection on `loop`, and lets it go `steps` handlers far with half a request to read.
std::shared_ptr<ServerState> half_way(asio::io_context& loop, tcp::socket& client, int steps) {
  tcp::acceptor acceptor{loop, {asio::ip::make_address("127.0.0.1"), 0}};
  client.connect(acceptor.local_endpoint());
  auto state = std::make_shared<ServerState>(ServerOptions{}, ServerHandlers{});
  auto connection = std::make_shared<Connection>(acceptor.accept(), state);
  asio::write(client, asio::buffer(std::string_view("GET / HTTP/1.1\r\n")));
  asio::co_spawn(loop, run(std::move(connection)), asio::detached);
  for (int i = 0; i < steps; ++i) {
    loop.poll_one();
    loop.restart();
  }
  return state;
}

void sweep(ServerState& state) {
  const auto late = Connection::Clock::now() + std::chrono::hours{1};
  for (auto* connection : std::vector<Connection*>(state.connections.begin(), state.connections.end()))
    connection->sweep(late);
}

// The sweep may come when a read is done and not yet looked at: then there is nothing that it could cancel.
TEST(Connection, ADeadlineHoldsWheneverItIsLookedAt) {
  for (int steps = 1; steps < 8; ++steps) {
    asio::io_context loop{1};
    tcp::socket client{loop};
    const auto state = half_way(loop, client, steps);
    asio::write(client, asio::buffer(std::string_view("Host: x\r\n")));
    loop.poll_one();
    loop.restart();
    for (int again = 0; again < 4; ++again) {
      sweep(*state);
      loop.poll();
      loop.restart();
      // It lingers after its 408, for a client that has not read that yet.
    }
    EXPECT_TRUE(state->connections.empty()) << steps;
  }
}

}  // namespace
}  // namespace daybook::http
