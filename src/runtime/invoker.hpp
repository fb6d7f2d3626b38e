#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>

#include "core/call.hpp"
#include "core/result.hpp"

namespace daybook::runtime {

/// Calls another service by its app id ("tasks"): its router in this process, or Dapr service invocation.
class Invoker {
 public:
  virtual ~Invoker() = default;
  /// The service's reply whatever its status. Errors: unavailable (no such service, or it is away), timeout.
  virtual boost::asio::awaitable<Result<Reply>> invoke(std::string app_id, Call call,
                                                       std::chrono::milliseconds deadline) = 0;
};

}  // namespace daybook::runtime
