#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "core/time.hpp"
#include "runtime/caller.hpp"
#include "runtime/invoker.hpp"

namespace daybook::analytics {

/// The counts of a range of days (schemas/openapi.yaml, Stats).
struct StatsView {
  std::int64_t open = 0;       ///< Now, whatever the range.
  std::int64_t created = 0;    ///< Within the range.
  std::int64_t completed = 0;  ///< Within the range.
  std::string json;            ///< The whole answer, for cards.
};

/// Analytics for other services. Errors: those that the service gave, or unavailable/timeout.
class Client {
 public:
  explicit Client(runtime::Invoker& invoker, std::chrono::milliseconds deadline = std::chrono::seconds(5))
      : invoker_(invoker), deadline_(deadline) {}

  /// Without dates: the last 30 days.
  boost::asio::awaitable<Result<StatsView>> stats(runtime::Caller caller, std::optional<Date> from,
                                                  std::optional<Date> to);

 private:
  runtime::Invoker& invoker_;
  std::chrono::milliseconds deadline_;
};

}  // namespace daybook::analytics
