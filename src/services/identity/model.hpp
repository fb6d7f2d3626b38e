#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/hash.hpp"
#include "core/ids.hpp"

namespace daybook::identity {

struct Preferences {
  std::chrono::minutes all_day_reminder_time{9 * 60};  ///< Since local midnight.
  std::string week_start = "monday";
  std::string date_order = "mdy";
  friend bool operator==(const Preferences&, const Preferences&) = default;
};

struct User {
  UserId id;
  std::string email;
  std::optional<std::string> name;
  std::string timezone = "UTC";
  Preferences preferences;
  Instant created_at{};
  Instant updated_at{};
  std::int64_t version = 1;
};

/// The user of the API and of user.* events, without the closing brace's `extra` members: those are appended, each
/// beginning with a comma.
std::string to_json(const User& user, std::string_view extra = {});
std::string to_json(const Preferences& preferences);

/// A session as it is begun: who holds the secret whose hash this is may continue it.
struct NewSession {
  SessionId id;
  Sha256 refresh_hash{};
  Instant expires_at{};
};

/// Within which request something is done; carried into its events.
struct Cause {
  Instant now{};
  std::string correlation_id;
  std::string traceparent;
};

struct ApiToken {
  Uuid id;
  UserId user;
  std::string name;
  std::vector<std::string> scopes;  ///< Empty: everything the user may do.
  Instant created_at{};
  std::optional<Instant> expires_at;
  std::optional<Instant> last_used_at;
};
std::string to_json(const ApiToken& token);

/// How addresses are compared: upper and lower case do not matter.
std::string email_key(std::string_view email);
/// One "@" with something on both sides, no spaces or control characters. Whether it exists only a letter can tell.
bool is_email(std::string_view text);

}  // namespace daybook::identity
