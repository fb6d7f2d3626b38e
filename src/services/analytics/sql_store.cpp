#include <map>
#include <set>

#include "domain/zone.hpp"
#include "services/analytics/module.hpp"
#include "services/analytics/projection.hpp"
#include "storage/sql/connection.hpp"

namespace daybook::analytics {
namespace {

using boost::asio::awaitable;
using storage::sql::Database;
using storage::sql::Lane;
using storage::sql::Reader;
using storage::sql::Writer;

/// What the events of one transaction add up to: a batch touches few users and days many times, and each row is
/// written once. Save it before anything reads or deletes those rows.
class Counts {
 public:
  explicit Counts(Writer& db) : db_(db) {}

  void add(const UserId& user, Instant at, const Delta& delta) {
    auto of_user = users_.find(user);
    if (of_user == users_.end()) of_user = users_.emplace(user, OfUser{zone_of(user), {}, {}}).first;
    const auto date = format_local(of_user->second.zone.to_local(at)).substr(0, 10);
    of_user->second.total += delta;
    of_user->second.days[date] += delta;
  }

  void save() {
    for (const auto& [user, counts] : users_) {
      for (const auto& [date, delta] : counts.days) {
        db_.run(
            "INSERT INTO analytics_day(user_id, date, created, completed, deleted, reminders) VALUES (?1, ?2, ?3, ?4, "
            "?5, ?6) ON CONFLICT(user_id, date) DO UPDATE SET created = analytics_day.created + ?3, "
            "completed = analytics_day.completed + ?4, deleted = analytics_day.deleted + ?5, "
            "reminders = analytics_day.reminders + ?6",
            user, date, delta.created, delta.completed, delta.deleted, delta.reminders);
      }
      const auto& total = counts.total;
      db_.run(
          "INSERT INTO analytics_user(user_id, zone, created, completed, deleted, open, completion_ms) VALUES (?1, "
          "'UTC', ?2, ?3, ?4, ?5, ?6) ON CONFLICT(user_id) DO UPDATE SET created = analytics_user.created + ?2, "
          "completed = analytics_user.completed + ?3, deleted = analytics_user.deleted + ?4, "
          "open = analytics_user.open + ?5, completion_ms = analytics_user.completion_ms + ?6",
          user, total.created, total.completed, total.deleted, total.open, total.completion_ms);
    }
    users_.clear();
  }

 private:
  struct OfUser {
    domain::Zone zone;  ///< Of the days that the person would name.
    Delta total;
    std::map<std::string, Delta> days;
  };

  domain::Zone zone_of(const UserId& user) {
    auto row = db_.query("SELECT zone FROM analytics_user WHERE user_id = ?", user);
    if (!row.step()) return {};
    const auto zone = domain::Zone::locate(row.text(0));
    return zone ? *zone : domain::Zone{};
  }

  Writer& db_;
  std::map<UserId, OfUser> users_;
};

Result<> apply_task(Writer& db, Counts& counts, const CloudEvent& event, const json::object& data) {
  const auto after = state_of(event, data);
  const auto task = Uuid::parse(event.subject);
  if (!after || !task)
    return Error{Errc::invalid_argument, "a " + event.type + " event without a version or a task id"};
  std::optional<TaskState> before;
  {
    auto row = db.query("SELECT version, completed, deleted FROM analytics_task WHERE user_id = ? AND task_id = ?",
                        event.user, *task);
    if (row.step()) before = TaskState{row.integer(0), row.integer(1) != 0, row.integer(2) != 0};
  }
  if (before && after->version <= before->version) return {};
  db.run(
      "INSERT INTO analytics_task(user_id, task_id, version, completed, deleted) VALUES (?1, ?2, ?3, ?4, ?5) ON "
      "CONFLICT(user_id, task_id) DO UPDATE SET version = ?3, completed = ?4, deleted = ?5",
      event.user, *task, after->version, after->completed, after->deleted);
  counts.add(event.user, event.time, difference(before, *after, data));
  return {};
}

void apply_user(Writer& db, const CloudEvent& event, const json::object& data) {
  if (event.type == "user.deleted") {
    db.run("DELETE FROM analytics_task WHERE user_id = ?", event.user);
    db.run("DELETE FROM analytics_day WHERE user_id = ?", event.user);
    db.run("DELETE FROM analytics_user WHERE user_id = ?", event.user);
    return;
  }
  const auto* zone = data.if_contains("timezone");
  if (!zone || !zone->is_string()) return;
  db.run(
      "INSERT INTO analytics_user(user_id, zone, created, completed, deleted, open, completion_ms) VALUES (?1, ?2, 0, "
      "0, "
      "0, 0, 0) ON CONFLICT(user_id) DO UPDATE SET zone = ?2",
      event.user, std::string_view{zone->get_string()});
}

Result<> apply_one(Writer& db, Counts& counts, const CloudEvent& event) {
  if (!storage::sql::record_inbox(db, "analytics", event.id)) return {};
  auto parsed = parse_json(event.data);
  if (!parsed) return parsed.error();
  const auto* data = parsed->if_object();
  if (!data) return Error{Errc::invalid_argument, "a " + event.type + " event whose data is not an object"};
  if (event.type.starts_with("task.")) return apply_task(db, counts, event, *data);
  if (event.type.starts_with("user.")) {
    counts.save();
    apply_user(db, event, *data);
  } else if (event.type == "reminder.triggered") {
    Delta delta;
    delta.reminders = 1;
    counts.add(event.user, event.time, delta);
  }
  return {};
}

class SqlAnalyticsStore final : public AnalyticsStore {
 public:
  explicit SqlAnalyticsStore(Database& db) : db_(db) {}

  awaitable<Result<>> apply(std::vector<CloudEvent> events) override {
    auto change = [events = std::move(events)](Writer& db) -> Result<> {
      std::set<UserId> users;
      for (const auto& event : events) users.insert(event.user);
      for (const auto& user : users) db.lock(user);
      Counts counts(db);
      for (const auto& event : events)
        if (auto applied = apply_one(db, counts, event); !applied) return applied;
      counts.save();
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<Stats>> stats(UserId user, std::string from, std::string to) override {
    auto select = [user, from = std::move(from), to = std::move(to)](Reader& db) -> Result<Stats> {
      Stats out;
      auto total = db.query(
          "SELECT created, completed, deleted, open, completion_ms FROM analytics_user WHERE user_id = ?", user);
      if (total.step()) {
        out.created = total.integer(0), out.completed = total.integer(1), out.deleted = total.integer(2);
        out.open = total.integer(3), out.completion_ms = total.integer(4);
      }
      auto days = db.query(
          "SELECT date, created, completed, deleted, reminders FROM analytics_day WHERE user_id = ? AND date >= ? AND "
          "date <= ? ORDER BY date",
          user, from, to);
      while (days.step())
        out.days.push_back(
            {std::string(days.text(0)), days.integer(1), days.integer(2), days.integer(3), days.integer(4)});
      return out;
    };
    co_return co_await db_.read(std::move(select));
  }

 private:
  Database& db_;
};

}  // namespace

std::vector<storage::sql::Migration> sql_migrations() {
  return {{"analytics", 1, R"sql(
    CREATE TABLE analytics_user(
      user_id UUID PRIMARY KEY, zone TEXT NOT NULL, created INTEGER NOT NULL, completed INTEGER NOT NULL,
      deleted INTEGER NOT NULL, open INTEGER NOT NULL, completion_ms INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE analytics_task(
      user_id UUID NOT NULL, task_id UUID NOT NULL, version INTEGER NOT NULL, completed INTEGER NOT NULL,
      deleted INTEGER NOT NULL, PRIMARY KEY(user_id, task_id)) WITHOUT ROWID;
    CREATE TABLE analytics_day(
      user_id UUID NOT NULL, date TEXT NOT NULL, created INTEGER NOT NULL, completed INTEGER NOT NULL,
      deleted INTEGER NOT NULL, reminders INTEGER NOT NULL, PRIMARY KEY(user_id, date)) WITHOUT ROWID;
  )sql"}};
}

std::unique_ptr<AnalyticsStore> make_sql_store(Database& db) { return std::make_unique<SqlAnalyticsStore>(db); }

}  // namespace daybook::analytics
