#include "runtime/dapr/invoker.hpp"

#include "core/characters.hpp"
#include "core/ids.hpp"
#include "runtime/dapr/principal_header.hpp"

namespace daybook::runtime::dapr {
namespace {

using boost::asio::awaitable;

constexpr std::string_view kIdempotency = "Idempotency-Key";

/// Fields that belong to one connection, or that nobody behind the edge has any use for: a stolen log of an inner call
/// must not hold a token.
bool stays_behind(std::string_view name) {
  for (const char* each : {"Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "TE", "Upgrade",
                           "Authorization", "traceparent", "X-Correlation-Id", "Accept-Encoding", "Expect"})
    if (iequals(name, each)) return true;
  return istarts_with(name, "dapr-") || istarts_with(name, "Daybook-");
}

/// Of a reply: what the two sidecars added.
bool is_the_carriers(std::string_view name) {
  for (const char* each : {"Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Date", "Server",
                           "traceparent", "tracestate", "grpc-trace-bin"})
    if (iequals(name, each)) return true;
  return istarts_with(name, "dapr-");
}

}  // namespace

awaitable<Result<Reply>> Invoker::invoke(std::string app_id, Call call, std::chrono::milliseconds deadline) {
  if (const auto local = local_.find(app_id); local != local_.end()) co_return co_await local->second(std::move(call));
  if (deadline <= std::chrono::milliseconds::zero())
    co_return Error{Errc::timeout, app_id + ": no time was left for the call"};

  Call out;
  out.method = call.method;
  out.path = "/v1.0/invoke/" + encode(app_id) + "/method" + call.path;
  out.query = std::move(call.query);
  out.body = std::move(call.body);
  out.traceparent = std::move(call.traceparent);
  out.correlation_id = std::move(call.correlation_id);
  for (const auto& [name, value] : call.headers.all())
    if (!stays_behind(name)) out.headers.add(name, value);
  out.headers.set(std::string(kRoleHeader), app_id);
  if (call.principal) {
    out.headers.set(std::string(kPrincipalHeader), encode_principal(*call.principal));
    // A sidecar sends a call again whose connection broke, although the service may have done it.
    if (out.method == Method::post && !out.headers.has(kIdempotency))
      out.headers.set(std::string(kIdempotency), Uuid::random().str());
  }
  if (!call.remote_address.empty()) out.headers.set(std::string(kRemoteHeader), call.remote_address);

  auto reply = co_await sidecar_.send(std::move(out), deadline);
  if (!reply) {
    Error error = reply.error();
    error.detail = app_id + ": " + error.detail;
    co_return error;
  }
  // What the service itself says is a problem document; daprd's own refusals have an error code.
  if (reply->status >= 400 && !reply->content_type.starts_with("application/problem+json")) {
    const auto refusal = refusal_of(*reply);
    if (!refusal.code.empty()) {
      const bool denied = reply->status == 401 || reply->status == 403;
      co_return Error{denied ? Errc::misconfigured : Errc::unavailable,
                      "The service " + app_id + " cannot be reached: " + refusal.message};
    }
  }
  Reply answer{reply->status, std::move(reply->body), std::move(reply->content_type)};
  for (const auto& [name, value] : reply->headers.all())
    if (!is_the_carriers(name)) answer.headers.add(name, value);
  co_return answer;
}

}  // namespace daybook::runtime::dapr
