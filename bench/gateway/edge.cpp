// What the public edge costs a request: token from the cache, limits, routing, forwarding to a service that answers at
// once with a task's worth of JSON. Prints the URL and the field to send.
//   bench_gateway 8098 & wrk -t1 -c64 -d5s -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8098/api/v1/tasks/1
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <iostream>

#include "http/server.hpp"
#include "runtime/embedded/invoker.hpp"
#include "services/gateway/module.hpp"

using namespace daybook;
using boost::asio::awaitable;

namespace {

class NoLog final : public gateway::StreamLog {
 public:
  awaitable<Result<Ends>> ends(UserId) override { co_return Ends{"none", 0, 0}; }
  awaitable<Result<std::vector<gateway::StreamEvent>>> read(UserId, std::int64_t, int) override {
    co_return std::vector<gateway::StreamEvent>{};
  }
  void listen(boost::asio::any_io_executor, std::function<bool()>, Listener) override {}
  void stop() override {}
};

}  // namespace

int main(int argc, char** argv) {
  boost::asio::io_context loop{1};
  runtime::embedded::Invoker invoker{loop.get_executor()};
  const auto key = SigningKey::generate("k");
  const SystemClock clock;
  const auto user = UserId::make(clock.now());

  http::Router identity, tasks;
  identity.add(Method::get, "/.well-known/jwks.json", [&](http::Request) -> awaitable<Result<Reply>> {
    co_return Reply{200, json::serialize(json::object{{"keys", json::array{to_jwk(key)}}})};
  });
  identity.add(Method::get, "/internal/v1/sessions/{id}", [&](http::Request) -> awaitable<Result<Reply>> {
    co_return Reply{200, R"({"active":true,"timezone":"UTC","userId":")" + user.str() + "\"}"};
  });
  tasks.add(Method::get, "/api/v1/tasks/{id}", [](http::Request) -> awaitable<Result<Reply>> {
    Reply reply{200, "{\"title\":\"" + std::string(600, 'x') + "\"}"};
    reply.headers.add("ETag", "\"1\"");
    co_return reply;
  });
  invoker.add("identity", [&](Call call) { return identity.dispatch(std::move(call)); });
  invoker.add("tasks", [&](Call call) { return tasks.dispatch(std::move(call)); });

  NoLog log;
  telemetry::Registry metrics;
  gateway::Module gateway{{invoker, log, clock, metrics, {}, {}}, {}};
  http::ServerOptions options;
  options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8098);
  auto server = http::Server::listen(loop.get_executor(), options, gateway.server());
  if (!server) {
    std::cerr << server.error().detail << '\n';
    return 1;
  }
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count();
  std::cout << sign_jwt(key, {{"iss", "daybook"}, {"sub", user.str()}, {"sid", user.str()}, {"exp", now + 3600}})
            << std::endl;
  loop.run();
}
