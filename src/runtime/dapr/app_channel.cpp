#include "runtime/dapr/app_channel.hpp"

#include "core/hash.hpp"
#include "http/problem.hpp"
#include "runtime/dapr/invoker.hpp"
#include "runtime/dapr/principal_header.hpp"

namespace daybook::runtime::dapr {

using boost::asio::awaitable;

awaitable<Reply> AppChannel::handle(Call call) {
  const std::string_view path = call.path;
  if (path == kHealthPath) {
    const bool healthy = co_await ports_.healthy();
    co_return Reply{healthy ? 204 : 503};
  }
  if (path == "/health" || path == "/readiness" || path == "/metrics")
    co_return co_await ports_.probes(std::move(call));

  if (app_token_.empty() || !constant_time_equal(call.headers.get("dapr-api-token"), app_token_))
    co_return http::problem_reply(Error{Errc::unauthenticated,
                                        "This address is for the Dapr sidecar: the app token is "
                                        "missing or wrong (APP_API_TOKEN)."});
  if (path == "/dapr/subscribe") co_return ports_.bus.subscriptions();
  if (path == "/dapr/config") co_return Reply{200, "{}"};
  if (path.starts_with(EventBus::kRoute)) {
    std::string topic(path.substr(EventBus::kRoute.size()));
    co_return co_await ports_.bus.deliver(std::move(topic), std::move(call.body));
  }
  if (path.starts_with(WakeUps::kRoute)) {
    // A job that nobody knows any more is done: daprd would send it again and again.
    if (ports_.wake_ups) ports_.wake_ups->arrived(path.substr(WakeUps::kRoute.size()));
    co_return Reply{204};
  }
  co_return co_await invoked(std::move(call));
}

awaitable<Reply> AppChannel::invoked(Call call) {
  const auto role = roles_.find(call.headers.get(kRoleHeader));
  if (role == roles_.end()) co_return http::problem_reply(Error{Errc::not_found, "No such role runs in this process."});
  call.principal.reset();
  if (const auto field = call.headers.get(kPrincipalHeader); !field.empty()) {
    auto principal = decode_principal(field);
    if (!principal) co_return http::problem_reply(principal.error());
    call.principal = std::move(*principal);
  }
  call.remote_address = std::string(call.headers.get(kRemoteHeader));
  call.correlation_id = std::string(call.headers.get("X-Correlation-Id"));
  call.traceparent = std::string(call.headers.get("traceparent"));
  co_return co_await role->second(std::move(call));
}

}  // namespace daybook::runtime::dapr
