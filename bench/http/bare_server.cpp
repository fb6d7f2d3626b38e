// Serves "Hello, world" from one loop thread: what the HTTP layer alone costs.
//   bench_http_server 8099 & wrk -t1 -c64 -d5s http://127.0.0.1:8099/
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdlib>
#include <iostream>

#include "http/router.hpp"
#include "http/server.hpp"

int main(int argc, char** argv) {
  using namespace daybook;
  boost::asio::io_context loop{1};
  http::Router router;
  router.add(Method::get, "/", [](http::Request) -> boost::asio::awaitable<Result<Reply>> {
    co_return Reply{200, "Hello, world", "text/plain"};
  });
  http::ServerOptions options;
  options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8099);
  http::ServerHandlers handlers;
  handlers.call = [&](Call call) { return router.dispatch(std::move(call)); };
  auto server = http::Server::listen(loop.get_executor(), options, handlers);
  if (!server) {
    std::cerr << server.error().detail << '\n';
    return 1;
  }
  std::cout << "http://127.0.0.1:" << (*server)->port() << std::endl;
  boost::asio::signal_set signals{loop, SIGINT, SIGTERM};
  signals.async_wait([&](auto, auto) { loop.stop(); });
  loop.run();
}
