#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
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
};

/// An HTTP/1.1 client with a pool of keep-alive connections to one origin.
class Client {
 public:
  static Result<std::unique_ptr<Client>> make(boost::asio::any_io_executor executor, ClientOptions options);
  virtual ~Client() = default;
  /// Sends `call` (its path and query below the base URL). Errors: unavailable, timeout. A stale keep-alive
  /// connection is retried once for idempotent methods.
  virtual boost::asio::awaitable<Result<Reply>> send(Call call, std::chrono::milliseconds deadline) = 0;
};

}  // namespace daybook::http
