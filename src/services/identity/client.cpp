#include "services/identity/client.hpp"

#include "core/json.hpp"
#include "http/problem.hpp"
#include "services/identity/preferences.hpp"

namespace daybook::identity {

Result<UserProfile> parse_user_profile(const std::string& text) {
  const auto value = parse_json(text);
  if (!value) return value.error();
  JsonReader in(*value, Unknown::lenient);
  UserProfile profile;
  profile.id = UserId{in.uuid("id", true).value_or(Uuid{})};
  profile.email = in.text("email").value_or("");
  profile.name = in.text("name").value_or("");
  profile.timezone = in.text("timezone").value_or("UTC");
  profile.version = in.integer("version", 0, INT64_MAX).value_or(0);
  in.object("preferences", [&](JsonReader& preferences) {
    if (const auto time = preferences.text("allDayReminderTime"))
      profile.all_day_reminder_time = parse_time_of_day(*time).value_or(profile.all_day_reminder_time);
    profile.week_start = preferences.text("weekStart").value_or(profile.week_start);
    profile.date_order = preferences.text("dateOrder").value_or(profile.date_order);
  });
  if (auto error = in.finish()) return *error;
  return profile;
}

boost::asio::awaitable<Result<UserProfile>> Client::profile(runtime::Caller caller) {
  auto path = "/internal/v1/users/" + caller.principal.user.str();
  auto call = runtime::make_call(caller, Method::get, std::move(path));
  auto reply = co_await invoker_.invoke("identity", std::move(call), std::chrono::seconds{2});
  if (!reply) co_return reply.error();
  if (reply->status != 200) co_return http::error_of_reply(*reply);
  co_return parse_user_profile(reply->body);
}

}  // namespace daybook::identity
