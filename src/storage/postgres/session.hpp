#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "storage/sql/connection.hpp"

namespace daybook::storage::postgres {

struct SessionOptions {
  /// A libpq URL or conninfo string; sslmode, sslrootcert and all else of libpq's are passed on.
  std::string url;
  std::chrono::milliseconds connect_timeout{5000};
  /// Set on the server, and kept to here with a little more for one that does not answer.
  std::chrono::milliseconds statement_timeout{10'000};
};

/// One connection in pipeline mode. Synchronous code runs on its fiber: what it sends waits in the pipeline until an
/// answer is asked for, so that a transaction costs as many round trips as it has questions, and while the server
/// thinks the event loop goes on. Used on the one thread of its executor.
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// Errors: unavailable (nobody answers, or not in time), misconfigured (refused), each with libpq's words, which hold
  /// no password.
  static boost::asio::awaitable<Result<std::shared_ptr<Session>>> connect(boost::asio::any_io_executor executor,
                                                                          SessionOptions options);
  virtual ~Session() = default;

  /// Runs `body` on the fiber and calls `done` when it has ended. One at a time.
  virtual void run(std::function<void()> body, std::function<void()> done) = 0;
  virtual bool alive() = 0;
  /// Nothing comes back from the server any more; waits in flight throw.
  virtual void close() = 0;

  // Below: on the fiber. All throw PgError.

  /// A cursor on `statement`, which is translated for `service` at its first use (dialect.hpp).
  virtual sql::Cursor* take(std::string_view statement, std::string_view service) = 0;
  /// Sends what has no parameters and no rows: "BEGIN".
  virtual void send(std::string_view statement) = 0;
  /// Waits until everything that was sent has been answered; the first failure is thrown. Afterwards the pipeline takes
  /// statements again also if one had failed.
  virtual void sync() = 0;
  /// Rows that the last Cursor::run() touched.
  virtual int changes() = 0;

  /// Messages of LISTEN that came since (their payloads); `wanted` is called, off the fiber, when one has come.
  virtual std::vector<std::string> notifications() = 0;
  virtual void on_notification(std::function<void()> wanted) = 0;
};

}  // namespace daybook::storage::postgres
