#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>

#include "core/call.hpp"
#include "services/notifier/target_url.hpp"

namespace daybook::notifier {

/// POSTs once, within 10 s. Errors: unavailable or timeout when it is worth another try, unprocessable when it is not.
boost::asio::awaitable<Result<>> http_post(boost::asio::any_io_executor executor, TargetUrl target, Headers headers,
                                           std::string body);

}  // namespace daybook::notifier
