#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/call.hpp"
#include "core/result.hpp"

namespace daybook::http {

struct ClientOptions {
  std::string base_url;  ///< "http://127.0.0.1:3500" or "https://…" (certificates verified).
  std::size_t max_connections = 16;
  std::chrono::milliseconds connect_timeout{2'000};
  std::size_t max_reply_bytes = 8 * 1024 * 1024;
  std::string ca_file;  ///< PEM certificates to trust beside the system's; empty: none.
  /// Asked of every address that the host's name has, at each connection; only those that it lets through are connected
  /// to, so that a name cannot answer harmlessly when it is checked and otherwise when it is used. Empty: all.
  std::function<bool(const boost::asio::ip::address&)> allow_address;
};

/// An HTTP/1.1 client with a pool of keep-alive connections to one origin.
class Client {
 public:
  /// Errors: misconfigured (the base URL, the file of certificates).
  static Result<std::unique_ptr<Client>> make(boost::asio::any_io_executor executor, ClientOptions options);
  virtual ~Client() = default;
  /// Sends `call` (its path and query below the base URL). Errors: unavailable, timeout, forbidden
  /// (`allow_address` let none of the host's addresses through). A stale keep-alive connection is retried once for
  /// idempotent methods.
  virtual boost::asio::awaitable<Result<Reply>> send(Call call, std::chrono::milliseconds deadline) = 0;
};

}  // namespace daybook::http
