#include "http/client.hpp"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/server.hpp"

namespace daybook::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using ::testing::HasSubstr;

/// A server of ours and a client of it on one loop.
class ClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options;
    options.port = 0;
    ServerHandlers handlers;
    handlers.call = [this](Call call) { return answer(std::move(call)); };
    server_ = *Server::listen(loop_.get_executor(), options, std::move(handlers));
    client_ = make("http://127.0.0.1:" + std::to_string(server_->port()) + "/base/");
  }

  awaitable<Reply> answer(Call call) {
    ++served_;
    if (call.path == "/base/never") {
      asio::steady_timer timer{loop_, std::chrono::hours{1}};
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (call.path == "/base/big") co_return Reply{200, std::string(100'000, 'x'), "text/plain"};
    Reply reply{201,
                std::string(to_string(call.method)) + " " + call.path + "?" + call.query + " " +
                    std::string(call.headers.get("X-Note")) + " [" + call.body + "]",
                "text/plain"};
    reply.headers.add("Location", "/there");
    co_return reply;
  }

  std::unique_ptr<Client> make(std::string url, std::size_t connections = 4) {
    ClientOptions options;
    options.base_url = std::move(url);
    options.max_connections = connections;
    options.max_reply_bytes = 50'000;
    return *Client::make(loop_.get_executor(), std::move(options));
  }

  static Call call(Method method, std::string path, std::string body = {}) {
    Call call;
    call.method = method;
    call.path = std::move(path);
    call.body = std::move(body);
    call.headers.add("X-Note", "n");
    return call;
  }

  Result<Reply> send(Client& client, Call call, std::chrono::milliseconds deadline = std::chrono::seconds{10}) {
    std::optional<Result<Reply>> result;
    asio::co_spawn(loop_, client.send(std::move(call), deadline),
                   [&](std::exception_ptr, Result<Reply> r) { result = std::move(r); });
    loop_.restart();
    while (!result) loop_.run_one();
    return std::move(*result);
  }

  asio::io_context loop_{1};
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_;
  int served_ = 0;
};

TEST_F(ClientTest, SendsBelowTheBaseUrlAndKeepsTheConnection) {
  auto request = call(Method::post, "/tasks", "{}");
  request.query = "a=1";
  const auto reply = send(*client_, std::move(request));
  ASSERT_TRUE(reply) << reply.error().detail;
  EXPECT_EQ(reply->status, 201);
  EXPECT_EQ(reply->content_type, "text/plain");
  EXPECT_EQ(reply->headers.get("Location"), "/there");
  EXPECT_EQ(reply->body, "POST /base/tasks?a=1 n [{}]");
  EXPECT_EQ(send(*client_, call(Method::get, "/x"))->body, "GET /base/x? n []");
  EXPECT_EQ(send(*client_, call(Method::head, "/x"))->body, "");
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(ClientTest, ADeadlineIsATimeout) {
  EXPECT_EQ(send(*client_, call(Method::get, "/never"), std::chrono::milliseconds{20}).error().code, Errc::timeout);
}

TEST_F(ClientTest, WhenAllConnectionsAreBusyTheOthersWaitTheirTurn) {
  auto narrow = make("http://127.0.0.1:" + std::to_string(server_->port()), 2);
  int done = 0;
  for (int i = 0; i < 20; ++i)
    asio::co_spawn(loop_, narrow->send(call(Method::get, "/x"), std::chrono::seconds{10}),
                   [&](std::exception_ptr, const Result<Reply>& r) { done += r.has_value(); });
  while (done < 20) loop_.run_one();
  EXPECT_EQ(server_->connections(), 2u);
}

TEST_F(ClientTest, NobodyListeningIsUnavailable) {
  auto nowhere = make("http://127.0.0.1:1");
  const auto reply = send(*nowhere, call(Method::get, "/"));
  EXPECT_EQ(reply.error().code, Errc::unavailable);
  EXPECT_THAT(reply.error().detail, HasSubstr("127.0.0.1:1"));
}

// Decision 13: the address that is connected to counts, not the name.
TEST_F(ClientTest, AddressesThatAreNotAllowedAreNotConnectedTo) {
  for (const std::string host : {"127.0.0.1", "localhost", "127.1"}) {
    ClientOptions options;
    options.base_url = "http://" + host + ":" + std::to_string(server_->port());
    options.allow_address = [](const asio::ip::address& address) { return !address.is_loopback(); };
    auto careful = *Client::make(loop_.get_executor(), std::move(options));
    EXPECT_EQ(send(*careful, call(Method::get, "/x")).error().code, Errc::forbidden) << host;
  }
  EXPECT_EQ(served_, 0);
}

TEST_F(ClientTest, ACertificateFileThatCannotBeReadIsSaid) {
  ClientOptions options;
  options.base_url = "https://127.0.0.1";
  options.ca_file = "/nowhere.pem";
  const auto client = Client::make(loop_.get_executor(), std::move(options));
  EXPECT_EQ(client.error().code, Errc::misconfigured);
  EXPECT_THAT(client.error().detail, HasSubstr("/nowhere.pem"));
}

TEST_F(ClientTest, AnswersBeyondTheLimitAreRefused) {
  EXPECT_THAT(send(*client_, call(Method::get, "/big")).error().detail, HasSubstr("too large"));
}

TEST_F(ClientTest, WhatIsNoUrlIsMisconfigured) {
  for (const auto* url : {"", "ftp://x", "http://", "127.0.0.1:80"}) {
    ClientOptions options;
    options.base_url = url;
    EXPECT_EQ(Client::make(loop_.get_executor(), options).error().code, Errc::misconfigured) << url;
  }
}

/// Answers one request on each connection, as if it would keep it, and closes it.
awaitable<void> serve_once_each(tcp::acceptor& acceptor, int connections) {
  for (int i = 0; i < connections; ++i) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    std::array<char, 1024> buffer{};
    co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
    constexpr std::string_view reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    co_await socket.async_write_some(asio::buffer(reply), asio::use_awaitable);
  }
}

TEST_F(ClientTest, AConnectionThatWentStaleIsReplaced) {
  tcp::acceptor acceptor{loop_, {asio::ip::make_address("127.0.0.1"), 0}};
  asio::co_spawn(loop_, serve_once_each(acceptor, 3), [](std::exception_ptr) {});
  auto client = make("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
  for (auto method : {Method::get, Method::post, Method::get}) {
    const auto reply = send(*client, call(method, "/"));
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->body, "ok");
    loop_.poll();
  }
}

/// A certificate that nobody has signed but itself.
asio::ssl::context self_signed() {
  asio::ssl::context context{asio::ssl::context::tls_server};
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  std::unique_ptr<X509, void (*)(X509*)> certificate{X509_new(), X509_free};
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  SSL_CTX_use_certificate(context.native_handle(), certificate.get());
  SSL_CTX_use_PrivateKey(context.native_handle(), key.get());
  return context;
}

awaitable<void> shake_hands(tcp::acceptor& acceptor, asio::ssl::context& context) {
  asio::ssl::stream<tcp::socket> stream{co_await acceptor.async_accept(asio::use_awaitable), context};
  co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
}

TEST_F(ClientTest, CertificatesAreVerified) {
  auto context = self_signed();
  tcp::acceptor acceptor{loop_, {asio::ip::make_address("127.0.0.1"), 0}};
  asio::co_spawn(loop_, shake_hands(acceptor, context), [](std::exception_ptr) {});
  auto client = make("https://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
  const auto reply = send(*client, call(Method::get, "/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::unavailable);
  EXPECT_THAT(reply.error().detail, HasSubstr("certificate verify failed"));
}

}  // namespace
}  // namespace daybook::http
