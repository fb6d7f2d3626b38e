#include "services/identity/model.hpp"

#include <boost/algorithm/string/case_conv.hpp>

#include "core/json.hpp"
#include "services/identity/preferences.hpp"

namespace daybook::identity {

std::string to_json(const Preferences& preferences) {
  return R"({"allDayReminderTime":")" + format_time_of_day(preferences.all_day_reminder_time) + R"(","weekStart":")" +
         preferences.week_start + R"(","dateOrder":")" + preferences.date_order + "\"}";
}

std::string to_json(const User& user, std::string_view extra) {
  std::string out = R"({"id":")" + user.id.str() + R"(","email":)";
  append_json_string(out, user.email);
  out += R"(,"name":)";
  user.name ? append_json_string(out, *user.name) : void(out += "null");
  out += R"(,"timezone":)";
  append_json_string(out, user.timezone);
  out += R"(,"preferences":)" + to_json(user.preferences);
  out += R"(,"createdAt":")" + format_rfc3339(user.created_at) + R"(","updatedAt":")" +
         format_rfc3339(user.updated_at) + R"(","version":)" + std::to_string(user.version);
  return out.append(extra) + "}";
}

std::string to_json(const ApiToken& token) {
  json::object out{{"id", token.id.str()}, {"name", token.name}};
  out["scopes"] = json::array(token.scopes.begin(), token.scopes.end());
  out["createdAt"] = format_rfc3339(token.created_at);
  const auto optional = [](const std::optional<Instant>& at) -> json::value {
    if (!at) return nullptr;
    return json::value(format_rfc3339(*at));
  };
  out["expiresAt"] = optional(token.expires_at);
  out["lastUsedAt"] = optional(token.last_used_at);
  return json::serialize(out);
}

std::string email_key(std::string_view email) { return boost::to_lower_copy(std::string(email)); }

bool is_email(std::string_view text) {
  if (text.size() < 3 || text.size() > 254) return false;
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.find('@') != at) return false;
  for (unsigned char c : text)
    if (c <= 0x20 || c == 0x7F) return false;
  return text[at + 1] != '.' && text.back() != '.';
}

}  // namespace daybook::identity
