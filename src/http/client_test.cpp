#include "http/client.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "http/server.hpp"

namespace daybook::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

/// A server and a client on one loop, run until a coroutine ends.
class ClientTest : public ::testing::Test {
 protected:
  void SetUp() override { serve(0); }

  void serve(std::uint16_t port) {
    ServerOptions options;
    options.port = port;
    ServerHandlers handlers;
    handlers.call = [this](Call call) { return answer(std::move(call)); };
    server_ = Server::listen(loop_.get_executor(), options, std::move(handlers)).value();
  }

  awaitable<Reply> answer(Call call) {
    ++calls_;
    if (call.path == "/never") {
      asio::steady_timer forever(loop_, std::chrono::steady_clock::time_point::max());
      co_await forever.async_wait(asio::use_awaitable);
    }
    if (call.path == "/big") co_return Reply(200, std::string(10'000, 'x'), "text/plain");
    Reply reply(201, std::string(to_string(call.method)) + " " + call.path + "?" + call.query + " " + call.body,
                "text/plain");
    reply.headers.set("X-Echo", std::string(call.headers.get("X-Test")));
    co_return reply;
  }

  std::unique_ptr<Client> client(std::size_t max_reply_bytes = 1'000'000) {
    ClientOptions options;
    options.base_url = "http://127.0.0.1:" + std::to_string(server_->port());
    options.max_reply_bytes = max_reply_bytes;
    return Client::make(loop_.get_executor(), std::move(options)).value();
  }

  template <class T>
  T run(awaitable<T> work) {
    auto result = asio::co_spawn(loop_, std::move(work), asio::use_future);
    loop_.restart();
    while (result.wait_for(0s) != std::future_status::ready) loop_.run_one();
    return result.get();
  }

  Result<Reply> ask(Client& client, std::string path, std::chrono::milliseconds deadline = 5s) {
    Call call;
    call.method = Method::post;
    call.path = std::move(path);
    call.query = "a=1";
    call.body = "body";
    call.headers.set("X-Test", "echo");
    return run(client.send(std::move(call), deadline));
  }

  asio::io_context loop_;
  std::unique_ptr<Server> server_;
  int calls_ = 0;
};

TEST_F(ClientTest, SendsTheCallAndGivesTheReply) {
  const auto pool = client();
  const auto reply = ask(*pool, "/hello");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 201);
  EXPECT_EQ(reply->body, "POST /hello?a=1 body");
  EXPECT_EQ(reply->headers.get("x-echo"), "echo");
  ASSERT_TRUE(ask(*pool, "/again"));
  EXPECT_EQ(server_->connections(), 1u) << "the connection is kept";
}

// F-10
TEST_F(ClientTest, DeadlineEndsACallThatNobodyAnswers) {
  const auto pool = client();
  const auto reply = ask(*pool, "/never", 50ms);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::timeout);
}

TEST_F(ClientTest, NobodyListeningIsUnavailable) {
  const auto pool = client();
  run(server_->stop(0s));
  server_.reset();
  const auto reply = ask(*pool, "/hello");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::unavailable);
}

TEST_F(ClientTest, ConnectionClosedMeanwhileIsReplacedForRepeatableCalls) {
  const auto pool = client();
  ASSERT_TRUE(ask(*pool, "/first"));
  const auto port = server_->port();
  run(server_->stop(0s));
  serve(port);
  Call call;
  call.path = "/second";
  const auto reply = run(pool->send(std::move(call), 5s));
  ASSERT_TRUE(reply) << reply.error().detail;
  EXPECT_EQ(calls_, 2);
}

TEST_F(ClientTest, ReplyOverTheLimitIsRefused) {
  const auto pool = client(1000);
  EXPECT_FALSE(ask(*pool, "/big"));
}

TEST_F(ClientTest, BaseUrlMustBeHttp) {
  ClientOptions options;
  options.base_url = "ftp://example.org";
  EXPECT_FALSE(Client::make(loop_.get_executor(), std::move(options)));
}

}  // namespace
}  // namespace daybook::http
