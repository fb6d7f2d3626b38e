#pragma once

#include <functional>
#include <map>
#include <string>

#include "runtime/dapr/sidecar.hpp"
#include "runtime/invoker.hpp"

namespace daybook::runtime::dapr {

/// Calls services of other processes by Dapr service invocation, and those of this process without a socket. Retries
/// and circuit breakers are the resiliency file's (deploy/dapr); the deadline is the caller's.
class Invoker final : public runtime::Invoker {
 public:
  using Service = std::function<boost::asio::awaitable<Reply>(Call)>;

  explicit Invoker(Sidecar& sidecar) : sidecar_(sidecar) {}

  /// `role` runs in this process. Before the first call.
  void add(std::string role, Service service) { local_.insert_or_assign(std::move(role), std::move(service)); }

  boost::asio::awaitable<Result<Reply>> invoke(std::string app_id, Call call,
                                               std::chrono::milliseconds deadline) override;

 private:
  Sidecar& sidecar_;
  std::map<std::string, Service, std::less<>> local_;
};

/// Says for which of a process' roles a call is.
inline constexpr std::string_view kRoleHeader = "Daybook-Role";
inline constexpr std::string_view kRemoteHeader = "Daybook-Remote";

}  // namespace daybook::runtime::dapr
