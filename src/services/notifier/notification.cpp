#include "services/notifier/notification.hpp"

#include "core/json.hpp"
#include "domain/local_text.hpp"

namespace daybook::notifier {
namespace {

using namespace std::chrono;

domain::Zone zone_of(const Preferences& preferences) {
  const auto zone = domain::Zone::locate(preferences.timezone);
  return zone ? *zone : domain::Zone{};
}

std::string text_of(const json::object& data, std::initializer_list<std::string_view> names) {
  for (auto name : names)
    if (const auto* value = data.if_contains(name); value && value->is_string())
      return std::string(value->get_string());
  return {};
}

/// "Reminder: Meeting in 15 minutes" (C-09): how far off the due time is, in the words that a person would use.
std::string lead_in_words(const json::object& data, Instant now) {
  const auto due = parse_rfc3339(text_of(data, {"dueAt"}));
  if (!due) return {};
  const auto minutes_left = duration_cast<minutes>(*due - now + seconds{30}).count();
  const auto unit = [](std::int64_t n, const char* name) {
    return std::to_string(n) + " " + name + (n == 1 ? "" : "s");
  };
  const auto magnitude = std::abs(minutes_left);
  std::string distance = magnitude < 120       ? unit(magnitude, "minute")
                         : magnitude < 48 * 60 ? unit((magnitude + 30) / 60, "hour")
                                               : unit((magnitude + 720) / 1440, "day");
  if (magnitude == 0) return " now";
  return minutes_left > 0 ? " in " + distance : " (was due " + distance + " ago)";
}

}  // namespace

NotificationId notification_id(const EventId& cause) {
  // The time bits of the event's version 7 id stay, so that ids lie close by time; the rest is hashed, so that it is
  // another id, and the same one whenever the event comes again.
  auto bytes = cause.value.bytes();
  const auto hashed = Uuid::v5(cause.value, "notification").bytes();
  std::copy(hashed.begin() + 8, hashed.end(), bytes.begin() + 8);
  return NotificationId{Uuid{bytes}};
}

std::string_view to_string(Topic topic) {
  switch (topic) {
    case Topic::reminder:
      return "reminder";
    case Topic::digest:
      return "digest";
    case Topic::completion:
      return "completion";
  }
  return "reminder";
}

std::optional<Topic> topic_of(std::string_view kind) {
  if (kind == "summary") return Topic::reminder;
  for (auto topic : kTopics)
    if (to_string(topic) == kind) return topic;
  return std::nullopt;
}

std::string_view to_string(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::in_app:
      return "in-app";
    case ChannelKind::email:
      return "email";
    case ChannelKind::webhook:
      return "webhook";
    case ChannelKind::push:
      return "push";
    case ChannelKind::web_push:
      return "web-push";
  }
  return "in-app";
}

std::optional<ChannelKind> parse_channel_kind(std::string_view text) {
  for (auto kind :
       {ChannelKind::in_app, ChannelKind::email, ChannelKind::webhook, ChannelKind::push, ChannelKind::web_push})
    if (to_string(kind) == text) return kind;
  return std::nullopt;
}

std::string_view to_string(Delivery::State state) {
  switch (state) {
    case Delivery::State::pending:
      return "pending";
    case Delivery::State::sent:
      return "sent";
    case Delivery::State::failed:
      return "failed";
    case Delivery::State::skipped:
      return "skipped";
  }
  return "pending";
}

std::optional<seconds> retry_after(int attempts, double jitter) {
  constexpr int kTries = 4;
  if (attempts >= kTries) return std::nullopt;
  // 5 s, 30 s, 3 min; up to half as much again, so that many failures of one moment do not return as one.
  constexpr std::int64_t kBackoff[] = {5, 30, 180};
  const auto base = kBackoff[std::max(attempts, 1) - 1];
  return seconds{base + static_cast<std::int64_t>(static_cast<double>(base) * jitter / 2)};
}

Instant after_quiet_hours(const Preferences& preferences, Instant at) {
  if (!preferences.quiet) return at;
  const auto [from, to] = *preferences.quiet;
  const auto zone = zone_of(preferences);
  const auto local = zone.to_local(at);
  const auto day = floor<days>(local);
  const auto clock = floor<minutes>(local - day);
  const bool crosses_midnight = to <= from;
  const bool quiet = crosses_midnight ? (clock >= from || clock < to) : (clock >= from && clock < to);
  if (!quiet) return at;
  const auto end_day = crosses_midnight && clock >= from ? day + days{1} : day;
  return zone.to_instant(end_day + to).instant;
}

std::optional<Instant> next_digest(const Preferences& preferences, Instant after) {
  if (!preferences.digest_at) return std::nullopt;
  const auto zone = zone_of(preferences);
  const auto day = floor<days>(zone.to_local(after));
  for (int i = 0;; ++i) {
    if (preferences.digest_on && Date{day + days{i}} <= *preferences.digest_on) continue;
    const auto at = zone.to_instant(day + days{i} + *preferences.digest_at).instant;
    if (at > after) return at;
  }
}

std::optional<Instant> next_digest_after_move(const Preferences& before, const Preferences& after, Instant now) {
  const auto next = next_digest(after, now);
  if (!next || before.timezone == after.timezone) return next;
  const auto today = local_day(after, now);
  const bool passed_over = local_day(after, *next) > today && after.digest_on && *after.digest_on < today &&
                           next_digest(before, now) < *next;
  return passed_over ? now : *next;
}

Date local_day(const Preferences& preferences, Instant at) {
  return Date{floor<days>(zone_of(preferences).to_local(at))};
}

std::string quiet_hours_reason(const Preferences& preferences, Instant until) {
  return "It waits for the end of your quiet hours, " + domain::format_for_people(until, zone_of(preferences)) + ".";
}

std::string explain(const Delivery& delivery, const Preferences& preferences) {
  const auto zone = zone_of(preferences);
  const auto time = [&zone](Instant at) { return domain::format_for_people(at, zone); };
  const auto tries = [](std::size_t n) { return n == 1 ? std::string("one try") : std::to_string(n) + " tries"; };
  const std::string to = delivery.channel_name.empty() ? "" : " \"" + delivery.channel_name + "\"";
  switch (delivery.state) {
    case Delivery::State::pending:
      if (delivery.log.empty()) return delivery.reason.empty() ? "It is about to be sent." : delivery.reason;
      return "Tried " + std::to_string(delivery.attempts) + " of 4 times. " + delivery.log.back().problem +
             (delivery.next_attempt ? " It is tried again " + time(*delivery.next_attempt) + "." : "");
    case Delivery::State::sent: {
      if (delivery.kind == ChannelKind::in_app)
        return "It stands in your inbox since " + time(delivery.updated_at) + ", and the chat said it.";
      const std::string who = delivery.kind == ChannelKind::email      ? "The mail server"
                              : delivery.kind == ChannelKind::web_push ? "Your browser's push service"
                              : delivery.kind == ChannelKind::push     ? "The push server"
                                                                       : "The receiver";
      std::string text = who + to + " took it " + time(delivery.updated_at);
      if (delivery.log.size() > 1)
        text += ", after " + tries(delivery.log.size() - 1) +
                " that failed: " + delivery.log[delivery.log.size() - 2].problem;
      return text.ends_with('.') ? text : text + ".";
    }
    case Delivery::State::failed:
      return "Given up " + time(delivery.updated_at) + " after " + tries(static_cast<std::size_t>(delivery.attempts)) +
             ". " + delivery.reason;
    case Delivery::State::skipped:
      return "Not sent" + to + ". " + delivery.reason;
  }
  return {};
}

Result<std::optional<Notification>> notification_of(const CloudEvent& event, const Preferences& preferences) {
  const bool reminder = event.type == "reminder.triggered";
  if (!reminder && !(event.type == "task.completed" && preferences.completion_notices))
    return std::optional<Notification>{};
  auto parsed = parse_json(event.data);
  if (!parsed) return parsed.error();
  const auto* data = parsed->if_object();
  if (!data) return Error{Errc::invalid_argument, event.type + ": data is not an object"};

  Notification out;
  out.id = notification_id(event.id);
  out.user = event.user;
  out.created_at = event.time;
  const std::string title = text_of(*data, {"taskTitle", "title"});
  if (title.empty()) return Error{Errc::invalid_argument, event.type + ": data has no title"};
  if (const auto task = TaskId::parse(text_of(*data, {"taskId", reminder ? "task_id" : "id"}))) out.task = *task;
  if (!reminder) {
    out.kind = "completion";
    out.title = "Done: " + title;
    return std::optional<Notification>{std::move(out)};
  }
  if (const auto id = ReminderId::parse(text_of(*data, {"id", "reminderId"}))) out.reminder = *id;
  const auto* merged = data->if_contains("merged");
  if (merged && merged->is_array() && !merged->get_array().empty()) {
    out.kind = "summary";
    out.title = std::to_string(merged->get_array().size()) + " reminders came due";
    for (const auto& item : merged->get_array()) {
      if (!item.is_object()) continue;
      if (const auto id = ReminderId::parse(text_of(item.get_object(), {"id", "reminderId"})))
        out.reminders.push_back(*id);
      if (!out.body.empty()) out.body += '\n';
      out.body += text_of(item.get_object(), {"taskTitle", "title"});
    }
    return std::optional<Notification>{std::move(out)};
  }
  if (out.reminder) out.reminders.push_back(*out.reminder);
  out.kind = "reminder";
  out.title = "Reminder: " + title + lead_in_words(*data, event.time);
  return std::optional<Notification>{std::move(out)};
}

std::string to_json(const Notification& n) {
  json::object out;
  out["id"] = n.id.str();
  out["kind"] = n.kind;
  out["title"] = n.title;
  out["body"] = n.body;
  out["taskId"] = n.task ? json::value(n.task->str()) : json::value(nullptr);
  out["reminderId"] = n.reminder ? json::value(n.reminder->str()) : json::value(nullptr);
  out["createdAt"] = format_rfc3339(n.created_at);
  out["readAt"] = n.read_at ? json::value(format_rfc3339(*n.read_at)) : json::value(nullptr);
  out["version"] = n.version;
  return json::serialize(out);
}

std::string channel_json(const Channel& channel) {
  json::object out;
  out["id"] = channel.id.str();
  out["kind"] = to_string(channel.kind);
  out["name"] = channel.name;
  out["target"] = channel.target;
  out["hasSecret"] = !channel.secret.empty();
  json::array topics;
  for (auto topic : channel.topics) topics.emplace_back(to_string(topic));
  out["topics"] = std::move(topics);
  out["enabled"] = channel.enabled;
  out["confirmed"] = channel.confirmed;
  out["createdAt"] = format_rfc3339(channel.created_at);
  out["version"] = channel.version;
  return json::serialize(out);
}

}  // namespace daybook::notifier
