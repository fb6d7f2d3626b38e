#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/result.hpp"

namespace daybook::storage::sqlite {
class Database;
}

namespace daybook::gateway {

/// An event with its place in the log; places rise in the order in which events became visible.
struct StreamEvent {
  std::int64_t position = 0;
  std::shared_ptr<const CloudEvent> event;
};

/// The log that the stream is read from (design, rule 10).
class StreamLog {
 public:
  struct Ends {
    std::string epoch;       ///< Positions mean something only within one.
    std::int64_t first = 0;  ///< Position of the oldest event that is kept; 0 for an empty log.
    std::int64_t last = 0;
  };
  using Listener = std::function<void(std::vector<StreamEvent>)>;

  virtual ~StreamLog() = default;
  /// Errors of both: unavailable.
  virtual boost::asio::awaitable<Result<Ends>> ends() = 0;
  /// The user's events after `position`, oldest first.
  virtual boost::asio::awaitable<Result<std::vector<StreamEvent>>> read(UserId user, std::int64_t position,
                                                                        int limit) = 0;
  /// Calls `listener` on `executor` with what was committed, in order: all events while `wanted` (any thread asks it)
  /// is true, else only those of sessions and accounts. Once, before serving; both live until stop().
  virtual void listen(boost::asio::any_io_executor executor, std::function<bool()> wanted, Listener listener) = 0;
  /// The listener is not called any more.
  virtual void stop() = 0;
};

/// The embedded one: the event log itself. Thread-safe where it says so; otherwise used on the loop.
std::unique_ptr<StreamLog> make_sqlite_stream_log(storage::sqlite::Database& database);

}  // namespace daybook::gateway
