#include "services/notifier/sql_rows.hpp"

#include "core/json.hpp"

namespace daybook::notifier::rows {
namespace {

template <class T>
std::optional<T> optional_id(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return T{row.uuid(column)};
}

std::optional<Instant> optional_instant(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.instant(column);
}

std::optional<std::chrono::minutes> optional_minutes(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return std::chrono::minutes{row.integer(column)};
}

std::optional<std::int64_t> count(const std::optional<std::chrono::minutes>& value) {
  if (!value) return std::nullopt;
  return value->count();
}

Delivery::State state_of(std::string_view text) {
  for (auto state : {Delivery::State::pending, Delivery::State::sent, Delivery::State::failed})
    if (to_string(state) == text) return state;
  return Delivery::State::skipped;
}

std::string log_text(const std::vector<Delivery::Attempt>& log) {
  json::array out;
  for (const auto& attempt : log) out.push_back({to_micros(attempt.at), attempt.problem});
  return json::serialize(out);
}

std::vector<Delivery::Attempt> log_of(std::string_view text) {
  std::vector<Delivery::Attempt> out;
  const auto parsed = parse_json(text);
  if (!parsed || !parsed->is_array()) return out;
  for (const auto& each : parsed->get_array())
    out.push_back({from_micros(each.at(0).as_int64()), std::string(each.at(1).as_string())});
  return out;
}

/// "reminder digest"
std::string topics_text(const std::set<Topic>& topics) {
  std::string out;
  for (auto topic : topics) (out += out.empty() ? "" : " ") += to_string(topic);
  return out;
}

std::set<Topic> topics_of(std::string_view text) {
  std::set<Topic> out;
  for (auto topic : kTopics)
    if (text.find(to_string(topic)) != std::string_view::npos) out.insert(topic);
  return out;
}

}  // namespace

Notification notification(const Statement& row, int c) {
  Notification out;
  out.user = UserId{row.uuid(c)};
  out.id = NotificationId{row.uuid(c + 1)};
  out.kind = row.text(c + 2);
  out.title = row.text(c + 3);
  out.body = row.text(c + 4);
  out.task = optional_id<TaskId>(row, c + 5);
  out.reminder = optional_id<ReminderId>(row, c + 6);
  out.created_at = row.instant(c + 7);
  out.read_at = optional_instant(row, c + 8);
  out.version = row.integer(c + 9);
  out.trace.correlation_id = row.text(c + 10);
  out.trace.traceparent = row.text(c + 11);
  return out;
}

Channel channel(const Statement& row, int c) {
  Channel out;
  out.user = UserId{row.uuid(c)};
  out.id = row.uuid(c + 1);
  out.kind = parse_channel_kind(row.text(c + 2)).value_or(ChannelKind::webhook);
  out.name = row.text(c + 3);
  out.target = row.text(c + 4);
  out.secret = row.text(c + 5);
  out.topics = topics_of(row.text(c + 6));
  out.enabled = row.integer(c + 7) != 0;
  out.created_at = row.instant(c + 8);
  out.version = row.integer(c + 9);
  out.confirmed = row.integer(c + 10) != 0;
  return out;
}

Delivery delivery(const Statement& row, int c) {
  Delivery out;
  out.user = UserId{row.uuid(c)};
  out.id = row.uuid(c + 1);
  out.notification = NotificationId{row.uuid(c + 2)};
  out.reminder = optional_id<ReminderId>(row, c + 3);
  out.channel = row.uuid(c + 4);
  out.kind = parse_channel_kind(row.text(c + 5)).value_or(ChannelKind::in_app);
  out.channel_name = row.text(c + 6);
  out.state = state_of(row.text(c + 7));
  out.attempts = static_cast<int>(row.integer(c + 8));
  out.log = log_of(row.text(c + 9));
  out.reason = row.text(c + 10);
  out.updated_at = row.instant(c + 11);
  out.next_attempt = optional_instant(row, c + 12);
  return out;
}

void save(Connection& db, const Notification& n) {
  db.run(
      "INSERT OR REPLACE INTO notifier_notification(user_id, id, kind, title, body, task_id, reminder_id, created_at, "
      "read_at, version, correlation_id, traceparent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      n.user, n.id, n.kind, n.title, n.body, n.task, n.reminder, n.created_at, n.read_at, n.version,
      n.trace.correlation_id, n.trace.traceparent);
}

void save(Connection& db, const Channel& ch) {
  db.run(
      "INSERT OR REPLACE INTO notifier_channel(user_id, id, kind, name, target, secret, topics, enabled, created_at, "
      "version, confirmed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ch.user, ch.id, to_string(ch.kind), ch.name, ch.target, ch.secret, topics_text(ch.topics), ch.enabled,
      ch.created_at, ch.version, ch.confirmed);
}

void save(Connection& db, const Delivery& d) {
  db.run(
      "INSERT OR REPLACE INTO notifier_delivery(user_id, id, notification_id, reminder_id, channel_id, kind, "
      "channel_name, state, attempts, log, reason, updated_at, next_attempt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?)",
      d.user, d.id, d.notification, d.reminder, d.channel, to_string(d.kind), d.channel_name, to_string(d.state),
      d.attempts, log_text(d.log), d.reason, d.updated_at, d.next_attempt);
}

std::vector<Channel> load_channels(Connection& db, const UserId& user) {
  static const std::string kSql =
      "SELECT " + std::string(kChannelColumns) + " FROM notifier_channel WHERE user_id = ? ORDER BY id";
  std::vector<Channel> out;
  auto row = db.query(kSql, user);
  while (row.step()) out.push_back(channel(row));
  return out;
}

Preferences load_preferences(Connection& db, const UserId& user) {
  Preferences out;
  auto row = db.query(
      "SELECT timezone, email, completion_notices, digest_at, quiet_from, quiet_to, version, digest_on FROM "
      "notifier_user WHERE user_id = ?",
      user);
  if (!row.step()) return out;
  out.timezone = row.text(0);
  out.email = row.text(1);
  out.completion_notices = row.integer(2) != 0;
  out.digest_at = optional_minutes(row, 3);
  const auto from = optional_minutes(row, 4), to = optional_minutes(row, 5);
  if (from && to) out.quiet.emplace(*from, *to);
  out.version = row.integer(6);
  if (!row.is_null(7)) out.digest_on = Date{std::chrono::sys_days{std::chrono::days{row.integer(7)}}};
  return out;
}

void save(Connection& db, const UserId& user, const Preferences& p) {
  const auto from = p.quiet ? std::optional{p.quiet->first} : std::nullopt;
  const auto to = p.quiet ? std::optional{p.quiet->second} : std::nullopt;
  std::optional<std::int64_t> digest_on;
  if (p.digest_on) digest_on = std::chrono::sys_days{*p.digest_on}.time_since_epoch().count();
  db.run(
      "INSERT OR REPLACE INTO notifier_user(user_id, timezone, email, completion_notices, digest_at, quiet_from, "
      "quiet_to, version, digest_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      user, p.timezone, p.email, p.completion_notices, count(p.digest_at), count(from), count(to), p.version,
      digest_on);
}

}  // namespace daybook::notifier::rows
