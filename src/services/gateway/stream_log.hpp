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

/// An event with its place in the log; a user's places rise in the order in which his events became visible.
struct StreamEvent {
  std::int64_t position = 0;
  std::shared_ptr<const CloudEvent> event;
};

/// The log that the stream is read from (design, rule 10).
class StreamLog {
 public:
  struct Ends {
    std::string epoch;       ///< Positions mean something only within one.
    std::int64_t first = 0;  ///< Nothing of the user's before it is kept any more.
    std::int64_t last = 0;   ///< 0: nothing was ever there.
  };
  using Listener = std::function<void(std::vector<StreamEvent>)>;

  virtual ~StreamLog() = default;
  /// Errors of both: unavailable.
  virtual boost::asio::awaitable<Result<Ends>> ends(UserId user) = 0;
  /// The user's events after `position`, oldest first.
  virtual boost::asio::awaitable<Result<std::vector<StreamEvent>>> read(UserId user, std::int64_t position,
                                                                        int limit) = 0;
  /// The user has a stream open here, before ends() and read() are asked for it; or has none any more.
  virtual void follow(const UserId&) {}
  virtual void unfollow(const UserId&) {}
  /// Calls `listener` on `executor` with what was committed, each user's in order and without gaps: at least those of
  /// followed users while `wanted` (any thread asks it) is true, and in any case those of sessions and accounts, which
  /// may come again. Once, before serving; both live until stop().
  virtual void listen(boost::asio::any_io_executor executor, std::function<bool()> wanted, Listener listener) = 0;
  /// The listener is not called any more.
  virtual void stop() = 0;
};

/// The embedded one: the event log itself. Thread-safe where it says so; otherwise used on the loop.
std::unique_ptr<StreamLog> make_sqlite_stream_log(storage::sqlite::Database& database);

/// What screens show; the rest of the log is other services' business.
bool is_shown(std::string_view type);
/// What the gateway itself acts on, whoever has a stream open.
bool concerns_the_gateway(std::string_view type);

}  // namespace daybook::gateway
