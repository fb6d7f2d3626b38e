#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "core/result.hpp"

namespace daybook::runtime {

/// Named secrets: environment and files, or a Dapr secret store. Values never reach a log.
class Secrets {
 public:
  virtual ~Secrets() = default;
  /// Errors: not_found (naming the places that were looked in), unavailable.
  virtual boost::asio::awaitable<Result<std::string>> get(std::string name) = 0;
};

}  // namespace daybook::runtime
