#include "http/server.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <thread>

namespace daybook::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A server on a loop thread of its own, and blocking clients on the test's.
class ServerTest : public ::testing::Test {
 protected:
  ~ServerTest() override { stop(); }

  void start(ServerOptions options = {}) {
    options.port = 0;
    ServerHandlers handlers;
    handlers.call = [this](Call call) { return answer(std::move(call)); };
    handlers.push = [this](const Call& call, bool websocket) { return push(call, websocket); };
    server_ = Server::listen(loop_.get_executor(), options, std::move(handlers)).value();
    thread_ = std::thread([this] { loop_.run(); });
  }

  void stop(std::chrono::seconds drain = std::chrono::seconds{5}) {
    if (!thread_.joinable()) return;
    asio::co_spawn(loop_, server_->stop(drain), asio::use_future).get();
    work_.reset();
    loop_.stop();
    thread_.join();
  }

  awaitable<Reply> answer(Call call) {
    if (call.path == "/big") co_return Reply{200, std::string(3'000'000, 'x'), "text/plain"};
    if (call.path == "/nothing") co_return Reply{204};
    if (call.path == "/who") co_return Reply{200, "from <" + call.remote_address + ">", "text/plain"};
    if (call.path == "/forged") {
      Reply reply{200, "", "text/plain"};
      reply.headers.add("X-Evil", "a\r\nSet-Cookie: b");
      co_return reply;
    }
    if (call.path == "/slow") {
      slow_began_.set_value();
      asio::steady_timer timer{loop_, std::chrono::hours{1}};
      release_ = [&timer] { timer.cancel(); };
      boost::system::error_code ignored;
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    co_return Reply{200,
                    std::string(to_string(call.method)) + " " + call.path + "?" + call.query + " " +
                        std::string(call.headers.get("x-note")) + " [" + call.body + "]",
                    "text/plain"};
  }

  awaitable<std::optional<PushDecision>> push(const Call& call, bool) {
    if (call.path == "/plain") co_return std::nullopt;
    PushDecision decision;
    if (call.path == "/refused") {
      decision.refuse = Reply{403, "no", "text/plain"};
      co_return decision;
    }
    if (call.path == "/much") {
      decision.run = [](std::shared_ptr<PushChannel> channel) { return much(std::move(channel)); };
      co_return decision;
    }
    if (call.path == "/close-twice") {
      decision.run = [this](std::shared_ptr<PushChannel> channel) { return close_twice(std::move(channel)); };
      co_return decision;
    }
    decision.headers.add("X-Note", "let in");
    if (call.path == "/flood") {
      decision.run = [this](std::shared_ptr<PushChannel> channel) { return flood(std::move(channel)); };
      co_return decision;
    }
    decision.run = [](std::shared_ptr<PushChannel> channel) -> awaitable<void> { return echo(std::move(channel)); };
    co_return decision;
  }

  static awaitable<void> echo(std::shared_ptr<PushChannel> channel) {
    channel->send(std::make_shared<const std::string>("hello"), "7-1");
    for (;;) {
      auto text = co_await channel->receive();
      if (!text) co_return;
      if (*text == "bye") {
        channel->close(4001, "as you wish");
        continue;
      }
      channel->send(std::make_shared<const std::string>("echo " + *text), "7-2");
    }
  }

  /// Far more than the queue holds, as fast as it is read.
  static awaitable<void> much(std::shared_ptr<PushChannel> channel) {
    const auto message = std::make_shared<const std::string>(std::string(32 * 1024, 'z'));
    for (int i = 0; i < 400; ++i) {
      if (!co_await channel->drained()) co_return;
      if (!channel->send(message, "")) co_return;
    }
    channel->close(4002, "all of it");
    co_await channel->receive();
  }

  awaitable<void> close_twice(std::shared_ptr<PushChannel> channel) {
    // Enough to be still on its way when it is closed.
    for (int i = 0; i < 15; ++i) channel->send(std::make_shared<const std::string>(std::string(64 * 1024, 'y')), "");
    channel->close(4003, "first");
    channel->close(4004, "second");
    co_await channel->receive();
  }

  awaitable<void> flood(std::shared_ptr<PushChannel> channel) {
    const auto message = std::make_shared<const std::string>(std::string(32 * 1024, 'y'));
    while (channel->send(message, "")) {
    }
    flooded_.set_value();
    while (co_await channel->receive()) {
    }
  }

  tcp::socket connect() {
    tcp::socket socket{client_};
    socket.connect({asio::ip::make_address("127.0.0.1"), server_->port()});
    return socket;
  }

  static void say(tcp::socket& socket, std::string_view raw) { asio::write(socket, asio::buffer(raw)); }

  /// Sends `raw` and reads until the server closes.
  std::string exchange(std::string_view raw) {
    auto socket = connect();
    boost::system::error_code failure;
    asio::write(socket, asio::buffer(raw), failure);
    return read_all(socket);
  }

  static std::string read_all(tcp::socket& socket) {
    std::string out;
    boost::system::error_code failure;
    asio::read(socket, asio::dynamic_buffer(out), failure);
    return out;
  }

  static std::string read_some(tcp::socket& socket, std::string_view until) {
    std::string out;
    boost::system::error_code failure;
    asio::read_until(socket, asio::dynamic_buffer(out), until, failure);
    return out;
  }

  asio::io_context client_;
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
  std::unique_ptr<Server> server_;
  std::thread thread_;
  std::promise<void> slow_began_;
  std::promise<void> flooded_;
  std::function<void()> release_;
};

constexpr std::string_view kClose = "Host: x\r\nConnection: close\r\n";

std::string get(std::string_view target, std::string_view fields = kClose) {
  return "GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(fields) + "\r\n";
}

TEST_F(ServerTest, AnswersOneRequestAfterAnotherOnOneConnection) {
  start();
  const auto text = exchange(
      "GET /a?q=1 HTTP/1.1\r\nHost: x\r\nX-Note: n\r\n\r\n"
      "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" +
      get("/c"));
  EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(text, HasSubstr("GET /a?q=1 n []"));
  EXPECT_THAT(text, HasSubstr("POST /b?  [abc]"));
  EXPECT_THAT(text, HasSubstr("GET /c?  []"));
}

TEST_F(ServerTest, TrustedProxiesSayWhoAsks) {
  const std::string request = "GET /who HTTP/1.1\r\n" + std::string(kClose) + "X-Forwarded-For: 192.0.2.9\r\n\r\n";
  ServerOptions options;
  options.trusted_proxies = TrustedProxies::parse("127.0.0.0/8").value();
  start(options);
  EXPECT_THAT(exchange(request), HasSubstr("from <192.0.2.9>"));
}

TEST_F(ServerTest, WithoutTrustedProxiesThePeerAsks) {
  start();
  EXPECT_THAT(exchange("GET /who HTTP/1.1\r\n" + std::string(kClose) + "X-Forwarded-For: 192.0.2.9\r\n\r\n"),
              HasSubstr("from <127.0.0.1>"));
}

TEST_F(ServerTest, ReadsChunkedBodiesAndIgnoresTrailers) {
  start();
  const auto text = exchange("POST /b HTTP/1.1\r\n" + std::string(kClose) +
                             "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Note: late\r\n\r\n");
  EXPECT_THAT(text, HasSubstr("POST /b?  [abcde]"));
}

TEST_F(ServerTest, RequestsMayArriveByteByByte) {
  start();
  auto socket = connect();
  socket.set_option(tcp::no_delay{true});
  for (char c : "PUT /b HTTP/1.1\r\n" + std::string(kClose) + "Content-Length: 2\r\n\r\nhi")
    asio::write(socket, asio::buffer(&c, 1));
  EXPECT_THAT(read_all(socket), HasSubstr("PUT /b?  [hi]"));
}

TEST_F(ServerTest, HeadHasTheLengthButNotTheBody) {
  start();
  const auto text = exchange("HEAD /big HTTP/1.1\r\n" + std::string(kClose) + "\r\n");
  EXPECT_THAT(text, HasSubstr("Content-Length: 3000000\r\n"));
  EXPECT_TRUE(text.ends_with("\r\n\r\n"));
  EXPECT_THAT(exchange(get("/nothing")), Not(HasSubstr("Content-Length")));
}

TEST_F(ServerTest, LargeBodiesArriveWhole) {
  start();
  const auto text = exchange(get("/big"));
  EXPECT_EQ(text.size() - text.find("\r\n\r\n") - 4, 3'000'000u);
}

TEST_F(ServerTest, MalformedRequestsGetAProblemAndNothingMore) {
  start();
  const std::pair<std::string, int> cases[] = {
      {"nonsense\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},  // no Host
      {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      {"GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /#part HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\na", 417},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFF\r\n", 413},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
      {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
  };
  for (const auto& [raw, status] : cases) {
    const auto text = exchange(raw);
    EXPECT_THAT(text, StartsWith("HTTP/1.1 " + std::to_string(status) + " ")) << raw.substr(0, 100);
    EXPECT_THAT(text, HasSubstr("application/problem+json")) << raw.substr(0, 100);
    EXPECT_THAT(text, HasSubstr("Connection: close")) << raw.substr(0, 100);
  }
}

// RFC 9110, section 15.5.6
TEST_F(ServerTest, UnknownMethodsAreToldWhichOnesThereAre) {
  start();
  EXPECT_THAT(exchange("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("Allow: GET, HEAD, POST"));
}

TEST_F(ServerTest, ABodyThatIsTooLargeIsAnsweredWhileItIsStillComing) {
  start();
  const auto text =
      exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1500000\r\n\r\n" + std::string(1'500'000, 'a'));
  EXPECT_THAT(text, StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, ExpectationsAreAnsweredBeforeTheBody) {
  start();
  auto socket = connect();
  asio::write(socket, asio::buffer("POST /b HTTP/1.1\r\n" + std::string(kClose) +
                                   "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  EXPECT_EQ(read_some(socket, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  asio::write(socket, asio::buffer("ok", 2));
  EXPECT_THAT(read_all(socket), HasSubstr("POST /b?  [ok]"));
}

TEST_F(ServerTest, OldClientsGetTheirAnswerAndTheEnd) {
  start();
  EXPECT_THAT(exchange("GET /a HTTP/1.0\r\n\r\n"), HasSubstr("GET /a?"));
  EXPECT_THAT(exchange("GET http://example.com/a?x HTTP/1.1\r\n" + std::string(kClose) + "\r\n"),
              HasSubstr("GET /a?x"));
}

TEST_F(ServerTest, SlowRequestsTimeOut) {
  ServerOptions options;
  options.read_timeout = std::chrono::seconds{0};
  start(options);
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHo"), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, IdleConnectionsAreClosedSilently) {
  ServerOptions options;
  options.idle_timeout = std::chrono::seconds{0};
  start(options);
  EXPECT_EQ(exchange(""), "");
}

TEST_F(ServerTest, ConnectionsBeyondTheLimitAreTurnedAway) {
  ServerOptions options;
  options.max_connections = 1;
  start(options);
  auto first = connect();
  say(first, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(read_some(first, "[]"), HasSubstr("200 OK"));
  auto second = connect();
  EXPECT_THAT(read_all(second), StartsWith("HTTP/1.1 503 "));
}

TEST_F(ServerTest, HeaderValuesCannotForgeFields) {
  start();
  EXPECT_THAT(exchange(get("/forged")), Not(HasSubstr("Set-Cookie")));
}

// Design, rule 19: what is in flight is finished, then the server stops.
TEST_F(ServerTest, StopFinishesWhatIsInFlight) {
  start();
  auto idle = connect();
  say(idle, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  read_some(idle, "[]");
  auto busy = connect();
  say(busy, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  slow_began_.get_future().wait();
  auto stopped = asio::co_spawn(loop_, server_->stop(std::chrono::seconds{10}), asio::use_future);
  EXPECT_EQ(read_all(idle), "");
  asio::post(loop_, [this] { release_(); });
  const auto text = read_all(busy);
  EXPECT_THAT(text, HasSubstr("GET /slow"));
  EXPECT_THAT(text, HasSubstr("Connection: close"));
  stopped.get();
  tcp::socket late{client_};
  boost::system::error_code failure;
  late.connect({asio::ip::make_address("127.0.0.1"), server_->port()}, failure);
  EXPECT_TRUE(failure);
}

TEST_F(ServerTest, ListeningOnATakenPortSaysWhatToDo) {
  start();
  ServerOptions options;
  options.port = server_->port();
  const auto taken = Server::listen(client_.get_executor(), options, {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::conflict);
  EXPECT_THAT(taken.error().detail, HasSubstr("--listen"));
  options.address = "not an address";
  EXPECT_EQ(Server::listen(client_.get_executor(), options, {}).error().code, Errc::misconfigured);
}

namespace websocket = boost::beast::websocket;

TEST_F(ServerTest, WebSocketsCarryMessagesBothWaysAndSayWhyTheyClose) {
  start();
  websocket::stream<tcp::socket> stream{connect()};
  stream.handshake("127.0.0.1", "/stream");
  boost::beast::flat_buffer in;
  const auto read = [&] {
    in.clear();
    stream.read(in);
    return boost::beast::buffers_to_string(in.data());
  };
  EXPECT_EQ(read(), "hello");
  stream.write(asio::buffer("one", 3));
  EXPECT_EQ(read(), "echo one");
  stream.write(asio::buffer("bye", 3));
  boost::system::error_code failure;
  in.clear();
  stream.read(in, failure);
  EXPECT_EQ(failure, websocket::error::closed);
  EXPECT_EQ(stream.reason().code, 4001);
}

TEST_F(ServerTest, WebSocketsCloseWithTheServer) {
  start();
  websocket::stream<tcp::socket> stream{connect()};
  stream.handshake("127.0.0.1", "/stream");
  boost::beast::flat_buffer in;
  stream.read(in);
  auto stopped = asio::co_spawn(loop_, server_->stop(std::chrono::seconds{10}), asio::use_future);
  boost::system::error_code failure;
  stream.read(in, failure);
  EXPECT_EQ(failure, websocket::error::closed);
  EXPECT_EQ(stream.reason().code, websocket::close_code::going_away);
  stopped.get();
}

TEST_F(ServerTest, AClientThatStopsReadingIsDropped) {
  start();
  websocket::stream<tcp::socket> stream{connect()};
  stream.handshake("127.0.0.1", "/flood");
  flooded_.get_future().wait();  // The queue is bounded, so that this comes to an end.
  boost::beast::flat_buffer in;
  boost::system::error_code failure;
  while (!failure) {
    in.clear();
    stream.read(in, failure);
  }
  EXPECT_EQ(stream.reason().code, 4408);
  EXPECT_EQ(stream.reason().reason, "resync");
}

// Design, rule 19: who resumes with much to catch up on is not too slow.
TEST_F(ServerTest, WhoAwaitsTheQueueMaySendMoreThanItHolds) {
  start();
  websocket::stream<tcp::socket> stream{connect()};
  stream.handshake("127.0.0.1", "/much");
  boost::beast::flat_buffer in;
  boost::system::error_code failure;
  int messages = 0;
  while (!failure) {
    in.clear();
    stream.read(in, failure);
    messages += !failure;
  }
  EXPECT_EQ(messages, 400);
  EXPECT_EQ(stream.reason().code, 4002);

  auto socket = connect();
  asio::write(socket, asio::buffer(get("/much", "Host: x\r\nAccept: text/event-stream\r\n")));
  EXPECT_GT(read_all(socket).size(), 400u * 32 * 1024);
}

TEST_F(ServerTest, TheFirstCloseSaysWhy) {
  start();
  websocket::stream<tcp::socket> stream{connect()};
  stream.handshake("127.0.0.1", "/close-twice");
  boost::beast::flat_buffer in;
  boost::system::error_code failure;
  while (!failure) {
    in.clear();
    stream.read(in, failure);
  }
  EXPECT_EQ(stream.reason().code, 4003);
}

TEST_F(ServerTest, RefusedUpgradesAreOrdinaryAnswers) {
  start();
  constexpr std::string_view fields = "Host: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n";
  EXPECT_THAT(exchange(get("/refused", fields)), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(exchange(get("/plain", fields)), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(exchange(get("/stream", fields)), StartsWith("HTTP/1.1 400 "));  // No key.
}

TEST_F(ServerTest, EventStreamsCarryIdAndData) {
  start();
  auto socket = connect();
  asio::write(socket, asio::buffer(get("/stream", "Host: x\r\nAccept: text/event-stream\r\n")));
  const auto text = read_some(socket, "data: hello\n\n");
  EXPECT_THAT(text, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Note: let in\r\n\r\n"));
  EXPECT_TRUE(text.ends_with("id: 7-1\ndata: hello\n\n"));
  asio::co_spawn(loop_, server_->stop(std::chrono::seconds{10}), asio::use_future).get();
  EXPECT_EQ(read_all(socket), "");
}

}  // namespace
}  // namespace daybook::http
