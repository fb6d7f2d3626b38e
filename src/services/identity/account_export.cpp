#include "services/identity/account_export.hpp"

#include "core/json.hpp"
#include "http/problem.hpp"

namespace daybook::identity {
namespace {

using boost::asio::awaitable;

constexpr auto kDeadline = std::chrono::seconds{10};

/// A list or a single resource of another service.
struct Part {
  const char* name;
  const char* app_id;
  const char* path;
};
constexpr Part kLists[] = {
    {"tasks", "tasks", "/api/v1/tasks"},
    {"savedFilters", "tasks", "/api/v1/tasks/filters"},
    {"recurringTasks", "scheduler", "/api/v1/recurring"},
    {"reminders", "scheduler", "/api/v1/reminders"},
    {"notifications", "notifier", "/api/v1/notifications"},
    {"notificationChannels", "notifier", "/api/v1/notification-channels"},
    {"conversations", "chat", "/api/v1/conversations"},
    {"audit", "audit", "/api/v1/audit"},
};
constexpr Part kSingles[] = {
    {"notificationSettings", "notifier", "/api/v1/notifications/settings"},
    {"stats", "analytics", "/api/v1/stats"},
};

awaitable<Result<json::value>> ask(runtime::Invoker& invoker, const runtime::Caller& caller, std::string app_id,
                                   std::string path, std::string query) {
  auto call = runtime::make_call(caller, Method::get, std::move(path));
  call.query = std::move(query);
  const auto reply = co_await invoker.invoke(std::move(app_id), std::move(call), kDeadline);
  if (!reply) co_return reply.error();
  if (reply->status != 200) co_return http::error_of_reply(*reply);
  co_return parse_json(reply->body);
}

/// Appends every item of the list, page by page, each after a comma if it is not the first.
awaitable<Result<std::vector<std::string>>> append_list(runtime::Invoker& invoker, const runtime::Caller& caller,
                                                        std::string app_id, std::string path, bool paged,
                                                        std::string& out) {
  std::vector<std::string> ids;
  std::string cursor;
  do {
    std::string query = paged ? "limit=200" : "";
    if (!cursor.empty()) query += "&cursor=" + cursor;
    const auto page = co_await ask(invoker, caller, app_id, path, std::move(query));
    if (!page) co_return page.error();
    cursor.clear();
    JsonReader in(*page, Unknown::lenient);
    if (const auto next = in.text("nextCursor")) cursor = *next;
    const auto* items = in.raw("items");
    if (!items || !items->is_array())
      co_return Error{Errc::unavailable, "A part of the export cannot be read: " + path};
    for (const auto& item : items->get_array()) {
      if (!out.ends_with('[')) out += ',';
      out += json::serialize(item);
      const auto* id = item.is_object() ? item.get_object().if_contains("id") : nullptr;
      ids.emplace_back(id && id->is_string() ? std::string(id->get_string()) : std::string{});
    }
  } while (!cursor.empty());
  co_return ids;
}

bool is_paged(std::string_view path) { return !path.ends_with("/filters") && !path.ends_with("-channels"); }

}  // namespace

awaitable<Result<std::string>> export_account(runtime::Invoker& invoker, runtime::Caller caller, User user,
                                              std::vector<ApiToken> tokens, Instant now) {
  std::string out = "{\"exportedAt\":\"" + format_rfc3339(now) + "\",\"user\":" + to_json(user) + ",\"apiTokens\":[";
  for (const auto& token : tokens) out += (out.ends_with('[') ? "" : ",") + to_json(token);
  out += ']';
  for (const auto& part : kSingles) {
    const auto value = co_await ask(invoker, caller, part.app_id, part.path, {});
    if (!value) co_return value.error();
    out += ",\"" + std::string(part.name) + "\":" + json::serialize(*value);
  }
  for (const auto& part : kLists) {
    out += ",\"" + std::string(part.name) + "\":[";
    const auto ids = co_await append_list(invoker, caller, part.app_id, part.path, is_paged(part.path), out);
    if (!ids) co_return ids.error();
    out += ']';
    if (std::string_view(part.name) != "conversations") continue;
    out += ",\"messages\":[";
    for (const auto& id : *ids) {
      const auto messages =
          co_await append_list(invoker, caller, "chat", "/api/v1/conversations/" + id + "/messages", true, out);
      if (!messages) co_return messages.error();
    }
    out += ']';
  }
  co_return out + "}";
}

}  // namespace daybook::identity
