#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "runtime/caller.hpp"
#include "runtime/invoker.hpp"

namespace daybook::identity {

/// What other services may know of an account.
struct UserProfile {
  UserId id;
  std::string email;
  std::string name;  ///< Empty when not given.
  std::string timezone = "UTC";
  std::chrono::minutes all_day_reminder_time{9 * 60};  ///< Since local midnight.
  std::string week_start = "monday";                   ///< monday, saturday or sunday.
  std::string date_order = "mdy";                      ///< How 3/4 is read: mdy, dmy or ymd.
  std::int64_t version = 0;
};

/// The user object of replies and of user.* events (`data`). Errors: invalid_argument.
Result<UserProfile> parse_user_profile(const std::string& json);

/// Asks the identity service. Errors of all: unavailable, timeout.
class Client {
 public:
  explicit Client(runtime::Invoker& invoker) : invoker_(invoker) {}
  /// The profile of `caller.principal.user`; `caller` must be a service. Errors: not_found.
  boost::asio::awaitable<Result<UserProfile>> profile(runtime::Caller caller);

 private:
  runtime::Invoker& invoker_;
};

}  // namespace daybook::identity
