#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "app/system/admin.hpp"

namespace daybook::app {

/// The local socket on which a running server takes admin commands: one request line of JSON a connection, answered by
/// lines of JSON and a last one {"done":true} or {"error":"…"}. Whoever may open the data folder may use it.
class AdminSocket {
 public:
  /// Errors: misconfigured (the path cannot be a socket).
  static Result<std::unique_ptr<AdminSocket>> listen(boost::asio::any_io_executor executor, const std::string& path,
                                                     AdminCommands& commands);
  virtual ~AdminSocket() = default;
  virtual boost::asio::awaitable<void> stop() = 0;
};

/// The slug of "no server runs there", which no server says.
inline constexpr std::string_view kNoServer = "no-server";

/// Sends `request` to the server that runs on the socket at `path` and gives each line of the answer to `line`.
/// Errors: not_found with the slug kNoServer, unavailable (it went away), and what the command ran into.
Result<> ask_admin_socket(const std::string& path, const json::object& request,
                          const std::function<void(const json::object&)>& line);

}  // namespace daybook::app
