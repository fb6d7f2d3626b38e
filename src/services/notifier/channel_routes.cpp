#include "services/notifier/channel_routes.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "http/authorize.hpp"
#include "http/query_reader.hpp"
#include "http/request_head.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::awaitable;
using http::Request;

std::string clock_text(std::chrono::minutes time) {
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(time.count() / 60) + ":" + two(time.count() % 60);
}

/// "HH:MM"; reports a fault under `name`.
std::optional<std::chrono::minutes> read_clock(JsonReader& in, std::string_view name) {
  const auto text = in.text(name, {.max_bytes = 16});
  if (!text) return std::nullopt;
  const auto date_time = text->size() == 5 ? parse_local("2000-01-01T" + *text) : Result<LocalTime>(Error{});
  if (!date_time) return in.fail(name, "must be a time of day such as 07:30"), std::nullopt;
  return std::chrono::floor<std::chrono::minutes>(*date_time - std::chrono::floor<std::chrono::days>(*date_time));
}

Reply with_etag(int status, std::string body, std::int64_t version) {
  Reply reply(status, std::move(body));
  reply.headers.set("ETag", http::etag(version));
  return reply;
}

Reply settings_reply(const Preferences& preferences, const ChannelSenders& senders) {
  json::object out;
  out["completionNotices"] = preferences.completion_notices;
  out["digestAt"] = preferences.digest_at ? json::value(clock_text(*preferences.digest_at)) : json::value(nullptr);
  out["quietHours"] = nullptr;
  if (preferences.quiet)
    out["quietHours"] = {{"from", clock_text(preferences.quiet->first)}, {"to", clock_text(preferences.quiet->second)}};
  json::array kinds;
  out["webPushKey"] = nullptr;
  for (const auto& [kind, sender] : senders) {
    kinds.emplace_back(to_string(kind));
    if (kind == ChannelKind::web_push) out["webPushKey"] = sender->subscription_key();
  }
  out["channelKinds"] = std::move(kinds);
  out["version"] = preferences.version;
  return with_etag(200, json::serialize(out), preferences.version);
}

Reply channel_reply(int status, const Channel& channel) {
  return with_etag(status, channel_json(channel), channel.version);
}

awaitable<Result<Reply>> get_settings(NotifierStore& store, Service& service, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto preferences = co_await store.preferences(*user);
  if (!preferences) co_return preferences.error();
  co_return settings_reply(*preferences, service.senders());
}

awaitable<Result<Reply>> patch_settings(NotifierStore& store, Service& service, const WallClock& clock,
                                        Request request) {
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  auto preferences = co_await store.preferences(command->user);
  if (!preferences) co_return preferences.error();
  JsonReader in(*body, Unknown::strict);
  if (const auto notices = in.boolean("completionNotices")) preferences->completion_notices = *notices;
  if (in.has("digestAt")) preferences->digest_at = read_clock(in, "digestAt");
  if (in.has("quietHours")) {
    preferences->quiet.reset();
    in.object("quietHours", [&preferences](JsonReader& hours) {
      const auto from = read_clock(hours, "from"), to = read_clock(hours, "to");
      if (!hours.has("from")) hours.fail("from", "is required");
      if (!hours.has("to")) hours.fail("to", "is required");
      if (from && to && *from == *to) hours.fail("to", "must be another time than from");
      if (from && to) preferences->quiet.emplace(*from, *to);
    });
  }
  if (auto error = in.finish()) co_return *error;
  const auto saved = co_await store.save_preferences(std::move(*command), std::move(*preferences));
  if (!saved) co_return saved.error();
  co_return settings_reply(*saved, service.senders());
}

awaitable<Result<Reply>> list_channels(NotifierStore& store, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto channels = co_await store.channels(*user);
  if (!channels) co_return channels.error();
  std::string body = "{\"items\":[";
  for (std::size_t i = 0; i < channels->size(); ++i) body += (i == 0 ? "" : ",") + channel_json((*channels)[i]);
  co_return Reply(200, body + "]}");
}

/// `topics` of a body; reports faults.
void read_topics(JsonReader& in, Channel& channel) {
  const auto names = in.texts("topics", std::size(kTopics), {});
  if (!names) return;
  channel.topics.clear();
  for (const auto& name : *names) {
    const auto* topic =
        std::find_if(std::begin(kTopics), std::end(kTopics), [&name](Topic each) { return to_string(each) == name; });
    if (topic == std::end(kTopics)) return in.fail("topics", "must be any of reminder, digest, completion");
    channel.topics.insert(*topic);
  }
}

constexpr JsonReader::Text kName{.max_bytes = 400, .single_line = true};
constexpr JsonReader::Text kTarget{.min_bytes = 1, .max_bytes = 2048, .single_line = true};
constexpr JsonReader::Text kSecret{.max_bytes = 4096};

awaitable<Result<Reply>> create_channel(Service& service, const WallClock& clock, Request request) {
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in(*body, Unknown::strict);
  Channel channel;
  channel.user = command->user;
  channel.created_at = command->now;
  channel.id = Uuid::v7(channel.created_at);
  const auto kind = in.choice("kind", {"email", "webhook", "push", "web-push"});
  if (!in.has("kind")) in.fail("kind", "is required");
  if (kind) channel.kind = parse_channel_kind(*kind).value_or(ChannelKind::webhook);
  channel.name = in.text("name", kName).value_or("");
  auto target_rules = kTarget;
  target_rules.required = true;
  channel.target = in.text("target", target_rules).value_or("");
  channel.secret = in.text("secret", kSecret).value_or("");
  read_topics(in, channel);
  channel.enabled = in.boolean("enabled").value_or(true);
  if (auto error = in.finish()) co_return *error;
  // The same key makes the same channel: its id is derived from it.
  const auto& key = command->idempotency_key;
  if (!key.empty()) channel.id = Uuid::v5(command->user.value, "channel " + key);
  const auto saved = co_await service.save_channel(std::move(*command), std::move(channel));
  if (!saved) co_return saved.error();
  Reply reply = channel_reply(201, *saved);
  reply.headers.set("Location", "/api/v1/notification-channels/" + saved->id.str());
  co_return reply;
}

/// The user's channel of the path. Errors: not_found, version_mismatch.
awaitable<Result<Channel>> load_channel(NotifierStore& store, UserId user, const Request& request) {
  const auto id = Uuid::parse(request.path("id"));
  const auto if_match = http::read_if_match(request.call);
  if (!if_match) co_return if_match.error();
  const auto channels = co_await store.channels(user);
  if (!channels) co_return channels.error();
  for (const auto& channel : *channels) {
    if (!id || channel.id != *id) continue;
    if (*if_match && **if_match != channel.version)
      co_return Error{Errc::version_mismatch, "The channel changed meanwhile; load it again and repeat the change."};
    co_return channel;
  }
  co_return Error{Errc::not_found, "There is no such channel."};
}

awaitable<Result<Reply>> patch_channel(NotifierStore& store, Service& service, const WallClock& clock,
                                       Request request) {
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  auto channel = co_await load_channel(store, command->user, request);
  if (!channel) co_return channel.error();
  JsonReader in(*body, Unknown::strict);
  if (auto name = in.text("name", kName)) channel->name = *name;
  if (auto target = in.text("target", kTarget)) channel->target = *target;
  if (in.has("secret")) channel->secret = in.text("secret", kSecret).value_or("");
  read_topics(in, *channel);
  if (const auto enabled = in.boolean("enabled")) channel->enabled = *enabled;
  if (auto error = in.finish()) co_return *error;
  const auto saved = co_await service.save_channel(std::move(*command), std::move(*channel));
  if (!saved) co_return saved.error();
  co_return channel_reply(200, *saved);
}

awaitable<Result<Reply>> delete_channel(NotifierStore& store, const WallClock& clock, Request request) {
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto channel = co_await load_channel(store, command->user, request);
  if (!channel) co_return channel.error();
  const auto gone = co_await store.delete_channel(std::move(*command), channel->id);
  if (!gone) co_return gone.error();
  co_return Reply(204);
}

awaitable<Result<Reply>> test_channel(NotifierStore& store, Service& service, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto channel = co_await load_channel(store, *user, request);
  if (!channel) co_return channel.error();
  const auto sent = co_await service.test_channel(*user, channel->id);
  if (!sent) co_return Error{Errc::unprocessable, "The test message did not arrive. " + sent.error().detail};
  co_return Reply(204);
}

awaitable<Result<Reply>> send_code(NotifierStore& store, Service& service, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto channel = co_await load_channel(store, *user, request);
  if (!channel) co_return channel.error();
  const auto sent = co_await service.send_code(*user, channel->id);
  if (!sent && sent.error().code == Errc::rate_limited) co_return sent.error();
  if (!sent) co_return Error{Errc::unprocessable, "The code could not be sent. " + sent.error().detail};
  co_return Reply(204);
}

awaitable<Result<Reply>> confirm_channel(NotifierStore& store, const WallClock& clock, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  const auto channel = co_await load_channel(store, *user, request);
  if (!channel) co_return channel.error();
  JsonReader in(*body, Unknown::strict);
  auto code = in.text("code", {.required = true, .min_bytes = 1, .max_bytes = 40}).value_or("");
  if (auto error = in.finish()) co_return *error;
  // As people copy it: "123 456".
  std::erase_if(code, [](char c) { return c == ' ' || c == '-'; });
  const auto confirmed = co_await store.confirm_channel(*user, channel->id, std::move(code), clock.now());
  if (!confirmed) co_return confirmed.error();
  co_return channel_reply(200, *confirmed);
}

awaitable<Result<Reply>> list_channel_deliveries(NotifierStore& store, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto channel = co_await load_channel(store, *user, request);
  if (!channel) co_return channel.error();
  http::QueryReader in(request);
  const int limit = static_cast<int>(in.integer("limit", 1, 200).value_or(50));
  if (auto error = in.finish()) co_return *error;
  const auto preferences = co_await store.preferences(*user);
  if (!preferences) co_return preferences.error();
  const auto deliveries = co_await store.channel_deliveries(*user, channel->id, limit);
  if (!deliveries) co_return deliveries.error();
  co_return deliveries_reply(*deliveries, *preferences);
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

json::object to_object(const Delivery& delivery, const Preferences& preferences) {
  json::object out;
  out["id"] = delivery.id.str();
  out["notificationId"] = delivery.notification.str();
  out["channelId"] = delivery.channel.is_nil() ? json::value(nullptr) : json::value(delivery.channel.str());
  out["kind"] = to_string(delivery.kind);
  out["name"] =
      delivery.kind == ChannelKind::in_app ? json::value("Inbox and chat") : text_or_null(delivery.channel_name);
  out["state"] = to_string(delivery.state);
  out["explanation"] = explain(delivery, preferences);
  out["attempts"] = delivery.attempts;
  json::array log;
  for (const auto& attempt : delivery.log)
    log.push_back(json::object{{"at", format_rfc3339(attempt.at)}, {"problem", text_or_null(attempt.problem)}});
  out["log"] = std::move(log);
  out["reason"] = text_or_null(delivery.reason);
  out["updatedAt"] = format_rfc3339(delivery.updated_at);
  out["nextAttemptAt"] =
      delivery.next_attempt ? json::value(format_rfc3339(*delivery.next_attempt)) : json::value(nullptr);
  return out;
}

}  // namespace

Reply deliveries_reply(const std::vector<Delivery>& deliveries, const Preferences& preferences) {
  json::array items;
  for (const auto& delivery : deliveries) items.push_back(to_object(delivery, preferences));
  return Reply(200, json::serialize(json::object{{"items", std::move(items)}}));
}

void add_channel_routes(http::Router& router, NotifierStore& store, Service& service, const WallClock& clock) {
  router.add(Method::get, "/api/v1/notifications/settings",
             [&store, &service](Request r) { return get_settings(store, service, std::move(r)); });
  router.add(Method::patch, "/api/v1/notifications/settings",
             [&store, &service, &clock](Request r) { return patch_settings(store, service, clock, std::move(r)); });
  const std::string channels = "/api/v1/notification-channels";
  router.add(Method::get, channels, [&store](Request r) { return list_channels(store, std::move(r)); });
  router.add(Method::post, channels,
             [&service, &clock](Request r) { return create_channel(service, clock, std::move(r)); });
  router.add(Method::patch, channels + "/{id}",
             [&store, &service, &clock](Request r) { return patch_channel(store, service, clock, std::move(r)); });
  router.add(Method::delete_, channels + "/{id}",
             [&store, &clock](Request r) { return delete_channel(store, clock, std::move(r)); });
  router.add(Method::get, channels + "/{id}/deliveries",
             [&store](Request r) { return list_channel_deliveries(store, std::move(r)); });
  router.add(Method::post, channels + "/{id}/code",
             [&store, &service](Request r) { return send_code(store, service, std::move(r)); });
  router.add(Method::post, channels + "/{id}/confirm",
             [&store, &clock](Request r) { return confirm_channel(store, clock, std::move(r)); });
  router.add(Method::post, channels + "/{id}/test",
             [&store, &service](Request r) { return test_channel(store, service, std::move(r)); });
}

}  // namespace daybook::notifier
