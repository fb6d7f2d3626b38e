#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "http/router.hpp"
#include "http/server.hpp"
#include "runtime/invoker.hpp"
#include "services/gateway/authenticator.hpp"
#include "services/gateway/edge_policy.hpp"
#include "services/gateway/rate_limiter.hpp"
#include "services/gateway/route_table.hpp"
#include "services/gateway/stream_hub.hpp"
#include "services/gateway/tickets.hpp"
#include "telemetry/metrics.hpp"

namespace daybook::gateway {

struct Limits {
  int live_connections = 20;    ///< A user.
  int chats_per_minute = 60;    ///< A user.
  int requests_per_minute = 0;  ///< A user; 0: no limit.
  /// A remote address, which may be a whole office behind one router; guessing is slow anyway, since every attempt
  /// costs an Argon2id hash and few run at once.
  int auth_attempts_per_minute = 600;
};

struct Options {
  std::string version;  ///< Of the program, for /health.
  std::string public_url;
  std::vector<std::string> cors_origins;
  std::string own_issuer = "daybook";
  std::optional<TrustedIssuer> trusted_issuer;
  Limits limits;
  std::shared_ptr<const std::string> openapi;  ///< Served at /api/openapi.yaml.
};

/// One thing that readiness depends on.
struct Dependency {
  std::string name;
  bool ok = true;
  std::string detail;  ///< What is wrong with it.
};

/// What the gateway asks of the program around it.
struct Ports {
  runtime::Invoker& invoker;
  StreamLog& stream_log;
  const WallClock& clock;
  telemetry::Registry& metrics;
  /// Files of the web app and its pages; nullopt for paths that are not the app's.
  std::function<std::optional<Reply>(const Call&)> web;
  /// Each must answer within 400 ms.
  std::function<boost::asio::awaitable<std::vector<Dependency>>()> readiness;
  /// Those that all gateways know; null: this is the only one.
  Tickets* shared_tickets = nullptr;
};

/// The gateway role: hands server() to the HTTP server. Used on the loop.
class Module {
 public:
  Module(Ports ports, Options options);

  /// Begins to listen to commits, on `loop`: before a request is served.
  void start(boost::asio::any_io_executor loop);
  /// Readiness fails until this is said.
  void announce_ready() { ready_ = true; }
  /// Readiness fails from now on, so that nobody new is sent here (before the server stops).
  void begin_shutdown() { stopping_ = true; }
  /// No events reach the hub any more.
  void stop();

  http::ServerHandlers server();
  boost::asio::awaitable<Reply> handle(Call call);
  boost::asio::awaitable<std::optional<http::PushDecision>> push(const Call& call, bool websocket);

  /// SIGHUP.
  void set_limits(const Limits& limits);
  StreamHub& hub() { return hub_; }

 private:
  boost::asio::awaitable<Reply> answer(Call call);
  boost::asio::awaitable<Reply> forward(Call call, Target target);
  boost::asio::awaitable<Result<Credential>> who(const Call& call, const Target& target);
  Result<> within_limits(const Call& call, const Target& target, const Credential& credential);
  Result<> within_attempts(const Call& call, const Target& target, const Credential& credential);
  boost::asio::awaitable<Result<Reply>> own(const Call& call, const Target& target, Credential credential);
  boost::asio::awaitable<Result<Reply>> issue_ticket(Credential credential);
  boost::asio::awaitable<Result<Credential>> who_streams(const http::Request& request);
  boost::asio::awaitable<void> stream(std::shared_ptr<http::PushChannel> channel, Credential credential,
                                      std::optional<std::string> cursor, StreamHub::Place place);
  void sweep_later();
  boost::asio::awaitable<Reply> readiness();
  Reply health() const;
  /// Of a session, or an API token.
  void end(const Uuid& credential);
  void on_events(const std::vector<StreamEvent>& events);
  void count(std::string_view app_id, int status, std::chrono::steady_clock::time_point began);

  Ports ports_;
  Options options_;
  Authenticator authenticator_;
  EdgePolicy policy_;
  StreamHub hub_;
  LocalTickets own_tickets_;
  Tickets& tickets_;
  RateLimiter auth_attempts_;
  RateLimiter chats_;
  RateLimiter requests_;
  bool ready_ = false;
  bool stopping_ = false;
  std::shared_ptr<boost::asio::steady_timer> sweep_;

  struct AppMetrics {
    telemetry::Counter* by_class[6] = {};  ///< 1xx … 5xx at their digit.
    telemetry::Histogram* seconds = nullptr;
  };
  std::map<std::string, AppMetrics, std::less<>> metrics_;
};

}  // namespace daybook::gateway
