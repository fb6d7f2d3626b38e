#include "http/client.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url.hpp>

namespace daybook::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using asio::awaitable;
using boost::system::error_code;
using std::chrono::steady_clock;

/// Where a client speaks to.
struct Origin {
  bool tls = false;
  std::string host;  ///< For name resolution and certificates.
  std::string port;
  std::string host_header;  ///< With the port where it is not the scheme's own.
};

Result<Origin> parse_origin(const std::string& base_url) {
  const auto parsed = boost::urls::parse_uri(base_url);
  const Error bad{Errc::misconfigured, "'" + base_url + "' is not an http:// or https:// address"};
  if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https") || parsed->host().empty()) return bad;
  Origin out;
  out.tls = parsed->scheme() == "https";
  out.host = parsed->host_address();
  out.port = parsed->has_port() ? std::string(parsed->port()) : out.tls ? "443" : "80";
  out.host_header = parsed->encoded_host_and_port();
  return out;
}

/// One connection: plain, or TLS over the same.
class Connection {
 public:
  Connection(asio::any_io_executor executor, asio::ssl::context* tls) {
    if (tls)
      secure_ = std::make_unique<beast::ssl_stream<beast::tcp_stream>>(std::move(executor), *tls);
    else
      plain_ = std::make_unique<beast::tcp_stream>(std::move(executor));
  }

  beast::tcp_stream& tcp() { return secure_ ? secure_->next_layer() : *plain_; }

  awaitable<error_code> open(const Origin& origin, steady_clock::time_point connect_by) {
    error_code failure;
    auto token = asio::redirect_error(asio::use_awaitable, failure);
    asio::ip::tcp::resolver resolver(tcp().get_executor());
    const auto endpoints = co_await resolver.async_resolve(origin.host, origin.port, token);
    if (failure) co_return failure;
    tcp().expires_at(connect_by);
    co_await tcp().async_connect(endpoints, token);
    if (failure) co_return failure;
    tcp().socket().set_option(asio::ip::tcp::no_delay(true), failure);
    if (!secure_) co_return error_code{};
    secure_->set_verify_callback(asio::ssl::host_name_verification(origin.host));
    SSL_set_tlsext_host_name(secure_->native_handle(), origin.host.c_str());
    co_await secure_->async_handshake(asio::ssl::stream_base::client, token);
    co_return failure;
  }

  /// Writes the request and reads the reply.
  awaitable<error_code> exchange(bhttp::request<bhttp::string_body>& request,
                                 bhttp::response_parser<bhttp::string_body>& parser) {
    error_code failure;
    auto token = asio::redirect_error(asio::use_awaitable, failure);
    if (secure_) {
      co_await bhttp::async_write(*secure_, request, token);
      if (!failure) co_await bhttp::async_read(*secure_, buffer_, parser, token);
    } else {
      co_await bhttp::async_write(*plain_, request, token);
      if (!failure) co_await bhttp::async_read(*plain_, buffer_, parser, token);
    }
    co_return failure;
  }

 private:
  std::unique_ptr<beast::tcp_stream> plain_;
  std::unique_ptr<beast::ssl_stream<beast::tcp_stream>> secure_;
  beast::flat_buffer buffer_;
};

bhttp::request<bhttp::string_body> to_beast(Call call, const Origin& origin) {
  std::string target = call.path.empty() ? "/" : std::move(call.path);
  if (!call.query.empty()) target += "?" + call.query;
  const auto verb = bhttp::string_to_verb(std::string(to_string(call.method)));
  bhttp::request<bhttp::string_body> out(verb, target, 11);
  out.set(bhttp::field::host, origin.host_header);
  out.set(bhttp::field::user_agent, "daybook");
  for (const auto& [name, value] : call.headers.all()) out.insert(name, value);
  if (!call.traceparent.empty()) out.set("traceparent", call.traceparent);
  out.body() = std::move(call.body);
  out.prepare_payload();
  out.keep_alive(true);
  return out;
}

Reply to_reply(bhttp::response<bhttp::string_body> response) {
  Reply out(static_cast<int>(response.result_int()));
  for (const auto& field : response) {
    if (field.name() == bhttp::field::content_type) out.content_type = field.value();
    out.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  out.body = std::move(response.body());
  return out;
}

class PooledClient final : public Client {
 public:
  PooledClient(asio::any_io_executor executor, ClientOptions options, Origin origin)
      : executor_(std::move(executor)), options_(std::move(options)), origin_(std::move(origin)), freed_(executor_) {
    freed_.expires_at(steady_clock::time_point::max());
    if (origin_.tls) {
      tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
      tls_->set_default_verify_paths();
      tls_->set_verify_mode(asio::ssl::verify_peer);
    }
  }

  awaitable<Result<Reply>> send(Call call, std::chrono::milliseconds deadline) override {
    const auto until = steady_clock::now() + deadline;
    const bool idempotent = call.method != Method::post && call.method != Method::patch;
    auto request = to_beast(std::move(call), origin_);
    while (in_use_ >= options_.max_connections) {
      if (steady_clock::now() >= until) co_return Error{Errc::timeout, origin_.host_header + ": no free connection"};
      if (auto waited = co_await wait_for_free(until); !waited) co_return waited.error();
    }
    const Lease lease(*this);
    for (bool fresh = idle_.empty();; fresh = true) {
      std::unique_ptr<Connection> connection;
      if (!fresh) {
        connection = std::move(idle_.back());
        idle_.pop_back();
      } else {
        connection = std::make_unique<Connection>(executor_, tls_.get());
        const auto failure =
            co_await connection->open(origin_, std::min(until, steady_clock::now() + options_.connect_timeout));
        if (failure) co_return failed(failure, "connecting");
      }
      bhttp::response_parser<bhttp::string_body> parser;
      parser.body_limit(options_.max_reply_bytes);
      if (request.method() == bhttp::verb::head) parser.skip(true);
      connection->tcp().expires_at(until);
      const auto failure = co_await connection->exchange(request, parser);
      // A kept connection that the server closed meanwhile fails before any byte came back: that says nothing of the
      // server, so a request that may be repeated gets a fresh one.
      if (failure && !fresh && idempotent && !parser.got_some() && failure != beast::error::timeout) continue;
      if (failure) co_return failed(failure, "asking");
      connection->tcp().expires_never();
      if (parser.get().keep_alive() && idle_.size() < options_.max_connections) idle_.push_back(std::move(connection));
      co_return to_reply(parser.release());
    }
  }

 private:
  /// One of the connections that may be open at once.
  struct Lease {
    explicit Lease(PooledClient& client) : client_(client) { ++client_.in_use_; }
    ~Lease() {
      --client_.in_use_;
      client_.freed_.cancel_one();
    }
    PooledClient& client_;
  };

  awaitable<Result<>> wait_for_free(steady_clock::time_point until) {
    using namespace asio::experimental::awaitable_operators;
    error_code ignored;
    asio::steady_timer deadline(executor_, until);
    co_await (freed_.async_wait(asio::redirect_error(asio::use_awaitable, ignored)) ||
              deadline.async_wait(asio::use_awaitable));
    co_return Result<>{};
  }

  Error failed(const error_code& failure, std::string_view doing) const {
    const bool late = failure == beast::error::timeout || failure == asio::error::timed_out;
    return {late ? Errc::timeout : Errc::unavailable,
            std::string(doing) + " " + origin_.host_header + ": " + failure.message()};
  }

  asio::any_io_executor executor_;
  ClientOptions options_;
  Origin origin_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t in_use_ = 0;
  asio::steady_timer freed_;  ///< Never expires: cancelled to wake one waiter.
};

}  // namespace

Result<std::unique_ptr<Client>> Client::make(asio::any_io_executor executor, ClientOptions options) {
  auto origin = parse_origin(options.base_url);
  if (!origin) return origin.error();
  return std::unique_ptr<Client>(
      std::make_unique<PooledClient>(std::move(executor), std::move(options), std::move(*origin)));
}

}  // namespace daybook::http
