#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>

#include "core/call.hpp"
#include "services/notifier/target_url.hpp"

namespace daybook::notifier {

/// How messages leave this server over HTTP.
struct Outbound {
  boost::asio::any_io_executor executor;
  PrivateTargets private_targets = PrivateTargets::refuse;
  std::string ca_file;  ///< Certificates to trust beside the system's; empty: none.
};

/// POSTs once, within 10 s, and follows no redirect: the address that was checked is the one that gets the message.
/// Gives the answer's status. Errors: unavailable or timeout when it is worth another try, unprocessable when it is
/// not.
boost::asio::awaitable<Result<int>> http_post(Outbound from, TargetUrl target, Headers headers, std::string body);

/// What an answer means for the delivery. Errors: unavailable when another try may help, not_found when the receiver
/// says that it is gone for good, unprocessable otherwise.
Result<> outcome_of(int status);

}  // namespace daybook::notifier
