#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/result.hpp"
#include "runtime/rebuild.hpp"

namespace daybook::analytics {

/// What happened on one local day of the user.
struct DayCount {
  std::string date;  ///< "2026-03-04".
  std::int64_t created = 0;
  std::int64_t completed = 0;
  std::int64_t deleted = 0;
  std::int64_t reminders = 0;
};

struct Stats {
  std::int64_t created = 0;  ///< Tasks ever made.
  std::int64_t completed = 0;
  std::int64_t deleted = 0;
  std::int64_t open = 0;
  /// Sum over completed tasks of the time from creation to completion.
  std::int64_t completion_ms = 0;
  std::vector<DayCount> days;  ///< Ascending; days on which nothing happened are left out.
};

/// Keeps the counts: a projection, made again from what tasks, identity and scheduler own. All methods: unavailable or
/// corrupt when the store fails.
class AnalyticsStore : public runtime::Projection {
 public:
  /// Applies each event once, in any order.
  virtual boost::asio::awaitable<Result<>> apply(std::vector<CloudEvent> events) = 0;
  /// Totals, and the days `from` to `to` ("YYYY-MM-DD", inclusive).
  virtual boost::asio::awaitable<Result<Stats>> stats(UserId user, std::string from, std::string to) = 0;
};

}  // namespace daybook::analytics
