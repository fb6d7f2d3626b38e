#pragma once

#include <cstdint>
#include <string>

#include "core/call.hpp"

namespace daybook::runtime {

/// For whom and within which request a service calls another.
struct Caller {
  Principal principal;  ///< Principal::of_service("scheduler", user), or the user's own.
  std::string correlation_id;
  std::string traceparent;
  /// Chat derives sub-keys "key/n" from its request's key; empty: none.
  std::string idempotency_key;
};

/// The call of a typed client: `body` is JSON or empty, `if_match` 0 means whatever the version.
inline Call make_call(const Caller& caller, Method method, std::string path, std::string body = {},
                      std::int64_t if_match = 0) {
  Call call;
  call.method = method;
  call.path = std::move(path);
  call.principal = caller.principal;
  call.correlation_id = caller.correlation_id;
  call.traceparent = caller.traceparent;
  if (!caller.idempotency_key.empty()) call.headers.set("Idempotency-Key", caller.idempotency_key);
  if (if_match != 0) call.headers.set("If-Match", '"' + std::to_string(if_match) + '"');
  if (!body.empty()) call.headers.set("Content-Type", "application/json");
  call.body = std::move(body);
  return call;
}

}  // namespace daybook::runtime
