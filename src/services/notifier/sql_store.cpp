#include "core/json.hpp"
#include "services/notifier/confirmation.hpp"
#include "services/notifier/module.hpp"
#include "services/notifier/sql_codes.hpp"
#include "services/notifier/sql_rows.hpp"
#include "storage/sql/connection.hpp"
#include "storage/sql/timer_table.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::awaitable;
using storage::sql::Database;
using storage::sql::Lane;
using storage::sql::Reader;
using storage::sql::TimerTable;
using storage::sql::Writer;

constexpr int kMaxChannels = 10;

/// An event whose data is the notification with further members: `more` without its braces.
CloudEvent event_of(const Notification& notification, std::string type, const std::string& more, Instant now) {
  CloudEvent event;
  event.source = "/daybook/notifier";
  event.type = std::move(type);
  event.subject = notification.id.str();
  event.time = now;
  event.dataschema = "urn:daybook:schema:" + event.type + ":1";
  event.user = notification.user;
  notification.trace.mark(event);
  event.data = to_json(notification);
  event.data.pop_back();
  event.data += ",\"notificationId\":\"" + notification.id.str() + '"' + more + '}';
  return event;
}

/// Where a person's reminders go, and when, is for the audit (E-01): who comes by an account could have them sent
/// along.
CloudEvent audit_event(const Command& command, std::string_view action, const std::optional<Channel>& channel) {
  CloudEvent event;
  event.source = "/daybook/notifier";
  event.type = "security.audited";
  event.subject = command.user.str();
  event.time = command.now;
  event.dataschema = "urn:daybook:schema:security.audited:1";
  event.user = command.user;
  Trace::of(command).mark(event);
  json::object details;
  if (channel) {
    details["channelId"] = channel->id.str();
    details["kind"] = to_string(channel->kind);
    details["name"] = channel->name;  // Not its target, which may hold a secret.
  }
  event.data =
      json::serialize(json::object{{"action", action}, {"outcome", "allowed"}, {"details", std::move(details)}});
  return event;
}

CloudEvent read_event(const Notification& notification, Instant now) {
  return event_of(notification, "notification.updated", {}, now);
}

/// What became of one delivery for good, so that a failure stands in the audit too (C-10, C-12).
CloudEvent delivery_event(const Notification& notification, const Delivery& delivery, Instant now) {
  json::object outcome;
  outcome["type"] = notification.kind == "reminder" ? "task-reminder" : notification.kind;
  outcome["channel"] = to_string(delivery.kind);
  outcome["subject"] = notification.title;
  outcome["status"] = delivery.state == Delivery::State::sent ? "sent" : "failed";
  outcome["deliveryId"] = delivery.id.str();
  outcome["attempts"] = delivery.attempts;
  outcome["reason"] = delivery.reason.empty() ? json::value(nullptr) : json::value(delivery.reason);
  std::string more = json::serialize(outcome);
  more.front() = ',';
  more.pop_back();
  return event_of(notification, "notification.sent", more, now);
}

Timer delivery_timer(const Delivery& delivery, Instant due) {
  Timer timer;
  timer.kind = kDeliveryTimer;
  timer.key = delivery.id;
  timer.user = delivery.user;
  timer.due = due;
  timer.version = delivery.attempts;
  return timer;
}

std::optional<Notification> load_notification(storage::sql::Connection& db, const UserId& user,
                                              const NotificationId& id) {
  static const std::string kSql =
      "SELECT " + std::string(rows::kNotificationColumns) + " FROM notifier_notification WHERE user_id = ? AND id = ?";
  auto row = db.query(kSql, user, id);
  if (!row.step()) return std::nullopt;
  return rows::notification(row);
}

class SqlNotifierStore final : public NotifierStore {
 public:
  explicit SqlNotifierStore(Database& db) : db_(db) {}

  awaitable<Result<Preferences>> preferences(UserId user) override {
    auto select = [user](Reader& db) -> Result<Preferences> { return rows::load_preferences(db, user); };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<Preferences>> save_preferences(Command command, Preferences wanted) override {
    auto change = [this, command = std::move(command), wanted = std::move(wanted)](Writer& db) -> Result<Preferences> {
      const auto& user = command.user;
      const Instant now = command.now;
      db.lock(user);
      Preferences current = rows::load_preferences(db, user);
      if (command.if_match && *command.if_match != current.version)
        return Error{Errc::version_mismatch, "The settings changed meanwhile; read them again."};
      current.completion_notices = wanted.completion_notices;
      current.digest_at = wanted.digest_at;
      current.quiet = wanted.quiet;
      ++current.version;
      rows::save(db, user, current);
      set_digest_timer(db, user, next_digest(current, now));
      storage::sql::append_event(db, audit_event(command, "notification-settings-changed", {}));
      return current;
    };
    co_return co_await db_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<>> apply_user(CloudEvent event, Instant now) override {
    auto change = [this, event = std::move(event), now](Writer& db) -> Result<> {
      db.lock(event.user);
      if (!storage::sql::record_inbox(db, "notifier", event.id)) return {};
      if (event.type == "user.deleted") return erase(db, event.user);
      if (is_erased(db, event.user)) return {};
      auto data = parse_json(event.data);
      if (!data) return data.error();
      JsonReader in(*data, Unknown::lenient);
      const Preferences before = rows::load_preferences(db, event.user);
      Preferences current = before;
      if (auto zone = in.text("timezone")) current.timezone = *zone;
      if (auto email = in.text("email")) current.email = *email;
      rows::save(db, event.user, current);
      set_digest_timer(db, event.user, next_digest_after_move(before, current, now));
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<>> notify(Notification notification, std::optional<EventId> cause, std::optional<Timer> digest_timer,
                             Instant now) override {
    auto change = [this, notification = std::move(notification), cause, digest_timer, now](Writer& db) -> Result<> {
      db.lock(notification.user);
      if (cause && !storage::sql::record_inbox(db, "notifier", *cause)) return {};
      if (is_erased(db, notification.user)) return {};  // Late news of an account that is no more.
      Preferences preferences = rows::load_preferences(db, notification.user);
      if (digest_timer) {
        if (!timers_.consume(db, *digest_timer)) return {};  // Moved or switched off meanwhile.
        preferences.digest_on = local_day(preferences, now);
        rows::save(db, notification.user, preferences);
        set_digest_timer(db, notification.user, next_digest(preferences, now));
      }
      if (load_notification(db, notification.user, notification.id)) return {};
      rows::save(db, notification);
      for (const auto& reminder : notification.reminders)
        db.run("INSERT INTO notifier_covered(user_id, reminder_id, notification_id) VALUES (?, ?, ?)",
               notification.user, reminder, notification.id);
      Delivery inbox = make_delivery(notification, ChannelKind::in_app, Uuid{}, now);
      inbox.state = Delivery::State::sent;
      inbox.attempts = 1;
      inbox.log.push_back({now, {}});
      rows::save(db, inbox);
      storage::sql::append_event(db, delivery_event(notification, inbox, now));
      for (const auto& channel : rows::load_channels(db, notification.user))
        plan(db, notification, channel, preferences, now);
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<std::vector<Notification>>> inbox(UserId user, InboxQuery query) override {
    auto select = [user, query](Reader& db) -> Result<std::vector<Notification>> {
      std::string sql =
          "SELECT " + std::string(rows::kNotificationColumns) + " FROM notifier_notification WHERE user_id = ?1";
      if (query.unread_only) sql += " AND read_at IS NULL";
      if (query.before)
        sql +=
            " AND (created_at, id) < (SELECT created_at, id FROM notifier_notification WHERE user_id = ?1 AND id = ?3)";
      sql += " ORDER BY created_at DESC, id DESC LIMIT ?2";
      std::vector<Notification> out;
      auto row = query.before ? db.query(sql, user, query.limit, *query.before) : db.query(sql, user, query.limit);
      while (row.step()) out.push_back(rows::notification(row));
      return out;
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<std::int64_t>> unread(UserId user) override {
    auto select = [user](Reader& db) -> Result<std::int64_t> {
      auto row = db.query("SELECT count(*) FROM notifier_notification WHERE user_id = ? AND read_at IS NULL", user);
      row.step();
      return row.integer(0);
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<Notification>> mark_read(UserId user, NotificationId id, Instant now) override {
    auto change = [user, id, now](Writer& db) -> Result<Notification> {
      db.lock(user);
      auto notification = load_notification(db, user, id);
      if (!notification) return Error{Errc::not_found, "There is no such notification."};
      if (notification->read_at) return *notification;
      set_read(db, *notification, now);
      return *notification;
    };
    co_return co_await db_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<>> mark_all_read(UserId user, Instant now) override {
    auto change = [user, now](Writer& db) -> Result<> {
      db.lock(user);
      static const std::string kSql = "SELECT " + std::string(rows::kNotificationColumns) +
                                      " FROM notifier_notification WHERE user_id = ? AND read_at IS NULL";
      std::vector<Notification> unread;
      {
        auto row = db.query(kSql, user);
        while (row.step()) unread.push_back(rows::notification(row));
      }
      for (auto& notification : unread) set_read(db, notification, now);
      return {};
    };
    co_return co_await db_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<std::vector<Channel>>> channels(UserId user) override {
    auto select = [user](Reader& db) -> Result<std::vector<Channel>> { return rows::load_channels(db, user); };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<Channel>> save_channel(Command command, Channel channel) override {
    auto change = [command = std::move(command), channel = std::move(channel)](Writer& db) -> Result<Channel> {
      db.lock(channel.user);
      Channel saved = channel;
      bool exists = false, confirmed = false;
      const auto all = rows::load_channels(db, channel.user);
      for (const auto& other : all) {
        if (other.id != channel.id) continue;
        exists = true;
        confirmed = other.confirmed && other.target == channel.target;
        saved.created_at = other.created_at;
        saved.version = other.version + 1;
      }
      if (!exists && all.size() >= kMaxChannels)
        return Error{Errc::limit_exceeded, "At most 10 channels; delete one first.", "quota-exceeded"};
      saved.confirmed = confirmed || saved.kind != ChannelKind::email;
      rows::save(db, saved);
      storage::sql::append_event(db, audit_event(command, exists ? "channel-changed" : "channel-added", saved));
      return saved;
    };
    co_return co_await db_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<std::optional<Channel>>> note_code(UserId user, Uuid channel, std::string code, bool again,
                                                      Instant now) override {
    auto change = [user, channel, code = std::move(code), again, now](Writer& db) {
      db.lock(user);
      return sent_code(db, user, channel, code, again, now);
    };
    co_return co_await db_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<Channel>> confirm_channel(UserId user, Uuid channel, std::string code, Instant now) override {
    auto change = [user, channel, code = std::move(code), now](Writer& db) {
      db.lock(user);
      return try_code(db, user, channel, code, now);
    };
    // A wrong try is counted, so it is no error of the transaction.
    auto tried = co_await db_.write(Lane::foreground, std::move(change));
    if (!tried) co_return tried.error();
    if (!*tried)
      co_return Error{Errc::unprocessable,
                      "This is not the code that was mailed last, or it is too old. Have another one sent.",
                      "wrong-code"};
    co_return std::move(**tried);
  }

  awaitable<Result<>> delete_channel(Command command, Uuid id) override {
    auto change = [command = std::move(command), id](Writer& db) -> Result<> {
      db.lock(command.user);
      std::optional<Channel> gone;
      for (auto& each : rows::load_channels(db, command.user))
        if (each.id == id) gone = std::move(each);
      if (!gone) return Error{Errc::not_found, "There is no such channel."};
      db.run("DELETE FROM notifier_channel WHERE user_id = ? AND id = ?", command.user, id);
      storage::sql::append_event(db, audit_event(command, "channel-removed", gone));
      return {};
    };
    co_return co_await db_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<std::optional<PendingDelivery>>> pending(UserId user, Uuid id) override {
    auto select = [user, id](Reader& db) -> Result<std::optional<PendingDelivery>> {
      static const std::string kSql = "SELECT " + std::string(rows::kDeliveryColumns) +
                                      " FROM notifier_delivery WHERE user_id = ? AND id = ? AND state = 'pending'";
      PendingDelivery out;
      auto row = db.query(kSql, user, id);
      if (!row.step()) return std::optional<PendingDelivery>{};
      out.delivery = rows::delivery(row);
      auto notification = load_notification(db, user, out.delivery.notification);
      if (!notification) return std::optional<PendingDelivery>{};
      out.notification = std::move(*notification);
      for (auto& channel : rows::load_channels(db, user))
        if (channel.id == out.delivery.channel) out.channel = std::move(channel);
      out.preferences = rows::load_preferences(db, user);
      return std::optional<PendingDelivery>{std::move(out)};
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<>> record_attempt(Delivery delivery, Timer timer, ChannelFate fate, Instant now) override {
    auto change = [this, delivery = std::move(delivery), timer = std::move(timer), fate, now](Writer& db) -> Result<> {
      db.lock(delivery.user);
      if (!timers_.consume(db, timer)) return {};  // Another attempt was written down meanwhile.
      rows::save(db, delivery);
      if (delivery.next_attempt) {
        timers_.set(db, delivery_timer(delivery, *delivery.next_attempt));
        return {};
      }
      if (fate == ChannelFate::remove)
        db.run("DELETE FROM notifier_channel WHERE user_id = ? AND id = ?", delivery.user, delivery.channel);
      if (fate == ChannelFate::switch_off)
        db.run("UPDATE notifier_channel SET enabled = 0, version = version + 1 WHERE user_id = ? AND id = ?",
               delivery.user, delivery.channel);
      if (const auto notification = load_notification(db, delivery.user, delivery.notification))
        storage::sql::append_event(db, delivery_event(*notification, delivery, now));
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<>> drop_timer(Timer timer) override {
    auto change = [this, timer = std::move(timer)](Writer& db) -> Result<> {
      timers_.consume(db, timer);
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<>> skip_digest(Timer timer, Instant now) override {
    auto change = [this, timer = std::move(timer), now](Writer& db) -> Result<> {
      if (!timers_.consume(db, timer)) return {};
      set_digest_timer(db, timer.user, next_digest(rows::load_preferences(db, timer.user), now));
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<std::vector<Delivery>>> deliveries(UserId user, ReminderId reminder) override {
    auto select = [user, reminder](Reader& db) -> Result<std::vector<Delivery>> {
      static const std::string kSql =
          "SELECT " + std::string(rows::kDeliveryColumns) +
          " FROM notifier_delivery WHERE user_id = ?1 AND notification_id IN (SELECT notification_id FROM "
          "notifier_covered WHERE user_id = ?1 AND reminder_id = ?2) ORDER BY notification_id, channel_id LIMIT 200";
      std::vector<Delivery> out;
      auto row = db.query(kSql, user, reminder);
      while (row.step()) out.push_back(rows::delivery(row));
      return out;
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<std::vector<Delivery>>> channel_deliveries(UserId user, Uuid channel, int limit) override {
    auto select = [user, channel, limit](Reader& db) -> Result<std::vector<Delivery>> {
      static const std::string kSql =
          "SELECT " + std::string(rows::kDeliveryColumns) +
          " FROM notifier_delivery d WHERE user_id = ? AND channel_id = ? ORDER BY (SELECT n.created_at FROM "
          "notifier_notification n WHERE n.user_id = d.user_id AND n.id = d.notification_id) DESC, notification_id "
          "DESC LIMIT ?";
      std::vector<Delivery> out;
      auto row = db.query(kSql, user, channel, limit);
      while (row.step()) out.push_back(rows::delivery(row));
      return out;
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<>> plan_tidy(Instant due) override {
    auto change = [this, due](Writer& db) -> Result<> {
      if (!timers_.find(db, kTidyTimer, Uuid{})) timers_.set(db, tidy_timer(due));
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<bool>> tidy(Instant read_before, Instant any_before) override {
    auto change = [read_before, any_before](Writer& db) -> Result<bool> {
      constexpr std::size_t kSlice = 200;  // So that a slice never holds the writer up.
      std::vector<std::pair<UserId, NotificationId>> old;
      {
        auto row = db.query(
            "SELECT user_id, id FROM notifier_notification WHERE created_at < ?1 AND (created_at < ?2 OR read_at IS "
            "NOT "
            "NULL) LIMIT ?3",
            std::max(read_before, any_before), any_before, kSlice);
        while (row.step()) old.emplace_back(UserId{row.uuid(0)}, NotificationId{row.uuid(1)});
      }
      for (const auto& [user, id] : old) {
        db.run("DELETE FROM notifier_delivery WHERE user_id = ? AND notification_id = ?", user, id);
        db.run("DELETE FROM notifier_covered WHERE user_id = ? AND notification_id = ?", user, id);
        db.run("DELETE FROM notifier_notification WHERE user_id = ? AND id = ?", user, id);
      }
      return old.size() == kSlice;
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<>> tidied(Timer timer, Instant next) override {
    auto change = [this, timer = std::move(timer), next](Writer& db) -> Result<> {
      if (timers_.consume(db, timer)) timers_.set(db, tidy_timer(next));
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

 private:
  static Delivery make_delivery(const Notification& notification, ChannelKind kind, const Uuid& channel, Instant now) {
    Delivery delivery;
    delivery.id = Uuid::v5(notification.id.value, "delivery " + channel.str());
    delivery.user = notification.user;
    delivery.notification = notification.id;
    delivery.reminder = notification.reminder;
    delivery.channel = channel;
    delivery.kind = kind;
    delivery.updated_at = now;
    return delivery;
  }

  static void set_read(Writer& db, Notification& notification, Instant now) {
    notification.read_at = now;
    ++notification.version;
    rows::save(db, notification);
    storage::sql::append_event(db, read_event(notification, now));
  }

  /// The delivery of a notification to one channel: waiting for its time, or skipped with the reason.
  void plan(Writer& db, const Notification& notification, const Channel& channel, const Preferences& preferences,
            Instant now) const {
    Delivery delivery = make_delivery(notification, channel.kind, channel.id, now);
    delivery.channel_name = channel.name.empty() ? channel.target : channel.name;
    const auto topic = topic_of(notification.kind);
    if (!channel.enabled || !channel.confirmed || (topic && !channel.topics.contains(*topic))) {
      delivery.state = Delivery::State::skipped;
      delivery.reason = !channel.enabled     ? "You have switched this channel off."
                        : !channel.confirmed ? std::string(kUnconfirmed)
                                             : "You did not choose this channel for such messages.";
      return rows::save(db, delivery);
    }
    const Instant at = after_quiet_hours(preferences, now);
    delivery.next_attempt = at;
    if (at > now) delivery.reason = quiet_hours_reason(preferences, at);
    rows::save(db, delivery);
    timers_.set(db, delivery_timer(delivery, at));
  }

  void set_digest_timer(Writer& db, const UserId& user, std::optional<Instant> due) const {
    if (!due) return timers_.cancel(db, kDigestTimer, user.value);
    Timer timer;
    timer.kind = kDigestTimer;
    timer.key = user.value;
    timer.user = user;
    timer.due = *due;
    timer.version = to_micros(*due);
    timers_.set(db, timer);
  }

  static Timer tidy_timer(Instant due) {
    Timer timer;
    timer.kind = kTidyTimer;
    timer.due = due;
    timer.version = to_micros(due);
    return timer;
  }

  Result<> erase(Writer& db, const UserId& user) const {
    timers_.cancel(db, kDigestTimer, user.value);
    for (auto sql :
         {"DELETE FROM notifier_notification WHERE user_id = ?", "DELETE FROM notifier_channel WHERE user_id = ?",
          "DELETE FROM notifier_delivery WHERE user_id = ?", "DELETE FROM notifier_covered WHERE user_id = ?",
          "DELETE FROM notifier_code WHERE user_id = ?", "DELETE FROM notifier_user WHERE user_id = ?"})
      db.run(sql, user);
    db.run("INSERT INTO notifier_erased(user_id) VALUES (?) ON CONFLICT (user_id) DO NOTHING", user);
    return {};
  }
  static bool is_erased(Writer& db, const UserId& user) {
    return db.query("SELECT 1 FROM notifier_erased WHERE user_id = ?", user).step();
  }

  Database& db_;
  TimerTable timers_{"notifier"};
};

}  // namespace

std::unique_ptr<NotifierStore> make_sql_store(Database& db) { return std::make_unique<SqlNotifierStore>(db); }

}  // namespace daybook::notifier
