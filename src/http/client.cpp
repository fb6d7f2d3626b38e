#include "http/client.hpp"

#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <list>

namespace daybook::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::awaitable;
using asio::ip::tcp;
using error_code = boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// Servers close idle connections after a minute or so; ours are given up before.
constexpr auto kIdle = std::chrono::seconds{30};

struct Origin {
  bool tls = false;
  std::string host;  ///< Without brackets.
  std::string port;
  std::string authority;  ///< For the Host field.
  std::string base_path;  ///< Without a slash at its end.
};

Result<Origin> parse_base(const std::string& base) {
  const auto url = boost::urls::parse_uri(base);
  const bool known = url && (url->scheme() == "http" || url->scheme() == "https") && !url->host().empty();
  if (!known) return Error{Errc::misconfigured, "Not an http or https URL: " + base};
  Origin origin;
  origin.tls = url->scheme() == "https";
  origin.host = std::string(url->host_address());
  origin.port = url->has_port() ? std::string(url->port()) : origin.tls ? "443" : "80";
  origin.authority = std::string(url->encoded_host_and_port());
  origin.base_path = std::string(url->encoded_path());
  while (origin.base_path.ends_with('/')) origin.base_path.pop_back();
  return origin;
}

bool is_idempotent(Method method) { return method != Method::post && method != Method::patch; }

/// A look-up that may end after who asked has left.
struct LookUp {
  LookUp(const asio::any_io_executor& executor, Clock::time_point deadline)
      : resolver(executor), ended(executor, deadline) {}
  tcp::resolver resolver;
  asio::steady_timer ended;
  bool over = false;
  error_code failure;
  std::vector<tcp::endpoint> places;
};

/// Names are looked up by getaddrinfo on a thread that all share, and nobody can interrupt it: at the deadline the wait
/// ends, and what is found later is for nobody.
awaitable<boost::system::result<std::vector<tcp::endpoint>>> resolve(asio::any_io_executor executor,
                                                                     const Origin& origin, Clock::time_point deadline) {
  error_code no_address;
  const auto address = asio::ip::make_address(origin.host, no_address);
  if (!no_address) {
    std::uint16_t port = 0;
    std::from_chars(origin.port.data(), origin.port.data() + origin.port.size(), port);
    co_return std::vector{tcp::endpoint{address, port}};
  }
  const auto look_up = std::make_shared<LookUp>(executor, deadline);
  look_up->resolver.async_resolve(origin.host, origin.port,
                                  [look_up](error_code failure, const tcp::resolver::results_type& found) {
                                    look_up->over = true;
                                    look_up->failure = failure;
                                    for (const auto& each : found) look_up->places.push_back(each.endpoint());
                                    look_up->ended.cancel();
                                  });
  while (!look_up->over && Clock::now() < deadline) co_await look_up->ended.async_wait(kAwait);
  if (!look_up->over) {
    look_up->resolver.cancel();
    co_return error_code{beast::error::timeout};
  }
  if (look_up->failure) co_return look_up->failure;
  co_return std::move(look_up->places);
}

/// A connection, with or without TLS.
class Link {
 public:
  Link(asio::any_io_executor executor, asio::ssl::context* tls)
      : plain_(tls ? nullptr : std::make_unique<beast::tcp_stream>(executor)),
        secure_(tls ? std::make_unique<beast::ssl_stream<beast::tcp_stream>>(executor, *tls) : nullptr) {}

  beast::tcp_stream& tcp() { return plain_ ? *plain_ : secure_->next_layer(); }

  awaitable<error_code> connect(const Origin& origin, const ClientOptions& options, Clock::time_point deadline) {
    auto found = co_await resolve(tcp().get_executor(), origin, deadline);
    if (!found) co_return found.error();
    std::vector<tcp::endpoint> places;
    for (const auto& place : *found)
      if (!options.allow_address || options.allow_address(place.address())) places.push_back(place);
    if (places.empty()) co_return asio::error::access_denied;
    tcp().expires_at(deadline);
    const auto [unconnected, place] = co_await tcp().async_connect(places, kAwait);
    if (unconnected) co_return unconnected;
    error_code ignored;
    tcp().socket().set_option(tcp::no_delay{true}, ignored);
    if (!secure_) co_return error_code{};
    SSL_set_tlsext_host_name(secure_->native_handle(), origin.host.c_str());
    secure_->set_verify_callback(asio::ssl::host_name_verification{origin.host});
    const auto [refused] = co_await secure_->async_handshake(asio::ssl::stream_base::client, kAwait);
    co_return refused;
  }

  using Request = beast::http::request<beast::http::string_body>;
  using Parser = beast::http::response_parser<beast::http::string_body>;

  awaitable<error_code> exchange(Request& request, Parser& parser, Clock::time_point deadline) {
    tcp().expires_at(deadline);
    if (plain_) co_return co_await exchange_over(*plain_, request, parser);
    co_return co_await exchange_over(*secure_, request, parser);
  }

  /// False when the server has closed it, or has said something that nobody asked for.
  bool is_usable() {
    if (Clock::now() - idle_since > kIdle || buffer_.size() > 0) return false;
    char byte = 0;
    error_code failure;
    auto& socket = tcp().socket();
    socket.non_blocking(true, failure);
    socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, failure);
    return failure == asio::error::would_block;
  }

  Clock::time_point idle_since;

 private:
  template <class Stream>
  awaitable<error_code> exchange_over(Stream& stream, Request& request, Parser& parser) {
    const auto [unsent, sent] = co_await beast::http::async_write(stream, request, kAwait);
    // A server may refuse a body half-way: what it says then is worth reading, though writing failed.
    if (unsent && unsent != asio::error::broken_pipe && unsent != asio::error::connection_reset) co_return unsent;
    const auto [unread, read] = co_await beast::http::async_read(stream, buffer_, parser, kAwait);
    co_return unread;
  }

  std::unique_ptr<beast::tcp_stream> plain_;
  std::unique_ptr<beast::ssl_stream<beast::tcp_stream>> secure_;
  beast::flat_buffer buffer_;
};

class PooledClient final : public Client {
 public:
  PooledClient(asio::any_io_executor executor, ClientOptions options, Origin origin,
               std::unique_ptr<asio::ssl::context> tls)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        origin_(std::move(origin)),
        tls_(std::move(tls)) {}

  awaitable<Result<Reply>> send(Call call, std::chrono::milliseconds within) override {
    const auto deadline = Clock::now() + within;
    if (!co_await enter(deadline))
      co_return Error{Errc::timeout, "All connections to " + origin_.authority + " are busy."};
    auto reply = co_await exchange(std::move(call), deadline);
    leave();
    co_return reply;
  }

 private:
  awaitable<Result<Reply>> exchange(Call call, Clock::time_point deadline) {
    auto request = make_request(call);
    for (;;) {
      auto link = take_idle();
      const bool fresh = !link;
      if (fresh) {
        link = std::make_unique<Link>(executor_, tls_.get());
        const auto failure =
            co_await link->connect(origin_, options_, std::min(deadline, Clock::now() + options_.connect_timeout));
        if (failure == asio::error::access_denied)
          co_return Error{Errc::forbidden, origin_.authority + " is an address that this server does not connect to."};
        if (failure) co_return describe(failure, "connect to", deadline);
      }
      Link::Parser parser;
      parser.body_limit(options_.max_reply_bytes);
      if (call.method == Method::head) parser.skip(true);
      const auto failure = co_await link->exchange(request, parser, deadline);
      if (!failure) {
        const bool keep = parser.get().keep_alive() && !parser.get().need_eof();
        auto reply = to_reply(parser.release());
        if (keep) give_back(std::move(link));
        co_return reply;
      }
      if (failure == beast::http::error::body_limit)
        co_return Error{Errc::unavailable, "The answer of " + origin_.authority + " is too large."};
      // It was closed while it lay idle: nothing was done with the request, or it may be done twice.
      if (!fresh && is_idempotent(call.method) && failure != beast::error::timeout) continue;
      co_return describe(failure, "talk to", deadline);
    }
  }

  Link::Request make_request(Call& call) const {
    Link::Request request;
    request.method_string(std::string(to_string(call.method)));
    request.target(origin_.base_path + call.path + (call.query.empty() ? "" : "?" + call.query));
    request.version(11);
    request.set(beast::http::field::host, origin_.authority);
    for (const auto& [name, value] : call.headers.all()) request.insert(name, value);
    if (!call.traceparent.empty()) request.set("traceparent", call.traceparent);
    if (!call.correlation_id.empty()) request.set("X-Correlation-Id", call.correlation_id);
    request.body() = std::move(call.body);
    request.prepare_payload();
    return request;
  }

  static Reply to_reply(beast::http::response<beast::http::string_body> response) {
    Reply reply{static_cast<int>(response.result_int())};
    for (const auto& field : response) {
      if (field.name() == beast::http::field::content_type)
        reply.content_type = std::string(field.value());
      else
        reply.headers.add(std::string(field.name_string()), std::string(field.value()));
    }
    reply.body = std::move(response.body());
    return reply;
  }

  Error describe(const error_code& failure, const std::string& what, Clock::time_point deadline) const {
    if (failure == beast::error::timeout || (failure == asio::error::operation_aborted && Clock::now() >= deadline))
      return {Errc::timeout, "No answer from " + origin_.authority + " in time."};
    return {Errc::unavailable, "Cannot " + what + " " + origin_.authority + ": " + failure.message() + "."};
  }

  // ---- the pool

  std::unique_ptr<Link> take_idle() {
    while (!idle_.empty()) {
      auto link = std::move(idle_.back());
      idle_.pop_back();
      if (link->is_usable()) return link;
    }
    return nullptr;
  }

  void give_back(std::unique_ptr<Link> link) {
    link->tcp().expires_never();
    link->idle_since = Clock::now();
    idle_.push_back(std::move(link));
  }

  /// Waits for one of `max_connections`; false when the deadline passed before.
  awaitable<bool> enter(Clock::time_point deadline) {
    if (busy_ < options_.max_connections && waiting_.empty()) {
      ++busy_;
      co_return true;
    }
    Waiter waiter{asio::steady_timer{executor_, deadline}, false};
    const auto place = waiting_.insert(waiting_.end(), &waiter);
    while (!waiter.admitted && Clock::now() < deadline) co_await waiter.timer.async_wait(kAwait);
    if (!waiter.admitted) waiting_.erase(place);
    co_return waiter.admitted;
  }

  void leave() {
    if (waiting_.empty()) {
      --busy_;
      return;
    }
    auto* next = waiting_.front();
    waiting_.pop_front();
    next->admitted = true;
    next->timer.cancel();
  }

  struct Waiter {
    asio::steady_timer timer;
    bool admitted;
  };

  asio::any_io_executor executor_;
  ClientOptions options_;
  Origin origin_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::vector<std::unique_ptr<Link>> idle_;
  std::list<Waiter*> waiting_;
  std::size_t busy_ = 0;
};

}  // namespace

Result<std::unique_ptr<Client>> Client::make(asio::any_io_executor executor, ClientOptions options) {
  auto origin = parse_base(options.base_url);
  if (!origin) return origin.error();
  std::unique_ptr<asio::ssl::context> tls;
  if (origin->tls) {
    tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
    tls->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    tls->set_default_verify_paths();
    tls->set_verify_mode(asio::ssl::verify_peer);
    error_code unread;
    if (!options.ca_file.empty()) tls->load_verify_file(options.ca_file, unread);
    if (unread)
      return Error{Errc::misconfigured,
                   "The certificates in " + options.ca_file + " cannot be read: " + unread.message()};
  }
  return std::unique_ptr<Client>{
      std::make_unique<PooledClient>(std::move(executor), std::move(options), std::move(*origin), std::move(tls))};
}

}  // namespace daybook::http
