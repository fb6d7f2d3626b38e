#include "services/gateway/route_table.hpp"

#include <array>

namespace daybook::gateway {
namespace {

struct Prefix {
  std::string_view path;
  std::string_view app_id;
  std::string_view area;
  Access access = Access::user;
};

constexpr std::array kPrefixes = {
    Prefix{"/api/v1/tasks", "tasks", "tasks"},
    Prefix{"/api/v1/recurring", "scheduler", "recurring"},
    Prefix{"/api/v1/reminders", "scheduler", "reminders"},
    Prefix{"/api/v1/notifications", "notifier", "notifications"},
    Prefix{"/api/v1/notification-channels", "notifier", "notifications"},
    Prefix{"/api/v1/chat", "chat", "chat"},
    Prefix{"/api/v1/conversations", "chat", "chat"},
    Prefix{"/api/v1/parse", "chat", "chat"},
    Prefix{"/api/v1/mcp", "chat", "chat"},
    Prefix{"/api/v1/stream", "gateway", "stream"},
    Prefix{"/api/v1/stats", "analytics", "stats"},
    Prefix{"/api/v1/audit", "audit", "audit"},
    Prefix{"/api/v1/auth", "identity", "me", Access::optional},
    Prefix{"/api/v1/me", "identity", "me"},
    Prefix{"/api/v1/tokens", "identity", "me"},
    Prefix{"/.well-known/jwks.json", "identity", "", Access::open},
};

bool is_below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

std::optional<Target> by_prefix(std::string_view path) {
  for (const auto& prefix : kPrefixes) {
    if (!is_below(path, prefix.path)) continue;
    return Target{prefix.app_id, prefix.area, prefix.access, std::string(path), std::nullopt};
  }
  return std::nullopt;
}

/// "/api/{user_id}/tasks…": the part after the user's id, as it is called under /api/v1.
std::optional<std::string> canonical(std::string_view rest) {
  // I-02; everything else below /tasks is the same path.
  if (rest == "/tasks/recurring") return "/api/v1/recurring";
  if (is_below(rest, "/tasks") || is_below(rest, "/chat")) return "/api/v1" + std::string(rest);
  return std::nullopt;
}

}  // namespace

std::optional<Target> resolve(std::string_view path) {
  if (auto target = by_prefix(path)) return target;
  constexpr std::string_view kApi = "/api/";
  if (!path.starts_with(kApi)) return std::nullopt;
  const auto rest = path.substr(kApi.size());
  const auto slash = rest.find('/');
  if (slash == rest.npos) return std::nullopt;
  const auto real = canonical(rest.substr(slash));
  if (slash == 0 || !real) return std::nullopt;
  auto target = by_prefix(*real);
  // What is no id of ours is nobody's, so that whoever asks hears that it is not theirs.
  const auto user = UserId::parse(rest.substr(0, slash));
  if (target) target->user = user ? *user : UserId{};
  return target;
}

}  // namespace daybook::gateway
