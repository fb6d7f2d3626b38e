#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"

namespace daybook {

/// Who acts. Made by the gateway from a verified token, or by a service that acts for a user by itself.
struct Principal {
  UserId user;
  /// The session behind an access token; nil for API tokens and services.
  SessionId session;
  /// Set when a service acts on behalf of `user`: "scheduler", "notifier", "chat".
  std::string service;
  /// Scopes of an API token ("tasks:read"); empty means everything the user may do.
  std::vector<std::string> scopes;
  /// The user's IANA zone as the token or preferences had it; services fall back to "UTC".
  std::string timezone = "UTC";

  static Principal of_service(std::string name, UserId on_behalf_of) {
    Principal p;
    p.user = on_behalf_of;
    p.service = std::move(name);
    return p;
  }
};

}  // namespace daybook
