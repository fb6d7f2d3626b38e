#pragma once

#include <functional>
#include <map>
#include <string>

#include "runtime/dapr/event_bus.hpp"
#include "runtime/dapr/jobs.hpp"

namespace daybook::runtime::dapr {

/// What answers a sidecar: its questions at start, deliveries, jobs, health, and the calls of other services. Serves
/// nobody else: every request but the probes must carry the app token (APP_API_TOKEN), and only then is a call's
/// Daybook-Principal believed.
class AppChannel {
 public:
  using Service = std::function<boost::asio::awaitable<Reply>(Call)>;
  struct Ports {
    EventBus& bus;
    WakeUps* wake_ups = nullptr;
    /// Whether this process can do its work: its own store answers. The sidecar holds deliveries and jobs while not.
    std::function<boost::asio::awaitable<bool>()> healthy;
    /// /health, /readiness, /metrics and what else stands outside the services.
    Service probes;
  };

  AppChannel(Ports ports, std::string app_token) : ports_(std::move(ports)), app_token_(std::move(app_token)) {}

  /// A role of this process. Before serving.
  void serve(std::string role, Service service) { roles_.insert_or_assign(std::move(role), std::move(service)); }

  boost::asio::awaitable<Reply> handle(Call call);

  static constexpr std::string_view kHealthPath = "/dapr/health";

 private:
  boost::asio::awaitable<Reply> invoked(Call call);

  Ports ports_;
  std::string app_token_;
  std::map<std::string, Service, std::less<>> roles_;
};

}  // namespace daybook::runtime::dapr
