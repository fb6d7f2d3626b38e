#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/call.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace daybook::runtime::dapr {

struct SidecarOptions {
  std::string url = "http://127.0.0.1:3500";
  /// Sent as dapr-api-token where the sidecar asks for one (DAPR_API_TOKEN).
  std::string token;
  std::size_t max_connections = 64;
};

/// daprd's HTTP interface, which every adapter of this folder speaks through. It may be absent at start and go and come
/// again: each request then fails as unavailable, and the next one connects anew.
class Sidecar {
 public:
  /// Errors: misconfigured (the URL).
  static Result<std::unique_ptr<Sidecar>> make(boost::asio::any_io_executor executor, SidecarOptions options);

  /// `path` is percent-encoded and begins with "/". The reply whatever its status. Errors: unavailable, timeout.
  boost::asio::awaitable<Result<Reply>> send(Call call, std::chrono::milliseconds deadline);

  /// Publishing, state and secrets work from now on (what comes in may not yet). Errors: unavailable, timeout.
  boost::asio::awaitable<Result<>> outbound_ready();

  struct Component {
    std::string name;
    std::string type;  ///< "state.redis"
    std::vector<std::string> capabilities;
  };
  /// What the sidecar has loaded. Errors: unavailable, timeout.
  boost::asio::awaitable<Result<std::vector<Component>>> components();

 private:
  Sidecar(std::unique_ptr<http::Client> client, std::string token)
      : client_(std::move(client)), token_(std::move(token)) {}

  std::unique_ptr<http::Client> client_;
  std::string token_;
};

/// A request with a JSON body.
Call json_call(Method method, std::string path, std::string body = {});

/// Percent-encodes one segment of a path or one value of a query.
std::string encode(std::string_view text);

/// What daprd's own refusal means: `{"errorCode","message"}`; `what` says what was tried.
struct Refusal {
  std::string code;  ///< "ERR_STATE_SAVE"; empty when the body is not daprd's.
  std::string message;
};
Refusal refusal_of(const Reply& reply);
/// Errors: misconfigured (401, 403, 404: no such component, or not granted), unavailable (all else).
Error error_of(const Reply& reply, std::string_view what);

}  // namespace daybook::runtime::dapr
