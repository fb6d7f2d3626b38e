#include "services/analytics/sql_counts.hpp"

#include <algorithm>

namespace daybook::analytics {
namespace {

Result<> apply_task(Writer& db, Counts& counts, const CloudEvent& event, const json::object& data, const News& news) {
  const auto after = state_of(event, data, counts.zone_of(event.user));
  const auto task = Uuid::parse(event.subject);
  if (!after || !task)
    return Error{Errc::invalid_argument, "a " + event.type + " event without a version or a task id"};
  std::optional<TaskState> before;
  std::int64_t generation = news.generation;
  {
    auto row = db.query(
        "SELECT version, completed, deleted, completion_ms, created_on, completed_on, deleted_on, generation FROM "
        "analytics_task WHERE user_id = ? AND task_id = ?",
        event.user, *task);
    if (row.step()) {
      before = TaskState{row.integer(0),           row.integer(1) != 0,      row.integer(2) != 0,     row.integer(3),
                         std::string(row.text(4)), std::string(row.text(5)), std::string(row.text(6))};
      generation = std::max(generation, row.integer(7));
    }
  }
  const bool older = before && (news.snapshot ? after->version < before->version : after->version <= before->version);
  if (older) {
    // An event came first: the task is there all the same.
    db.run("UPDATE analytics_task SET generation = ? WHERE user_id = ? AND task_id = ?", generation, event.user, *task);
    return {};
  }
  db.run(
      "INSERT INTO analytics_task(user_id, task_id, version, completed, deleted, completion_ms, created_on, "
      "completed_on, deleted_on, generation) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT(user_id, "
      "task_id) DO UPDATE SET version = ?3, completed = ?4, deleted = ?5, completion_ms = ?6, created_on = ?7, "
      "completed_on = ?8, deleted_on = ?9, generation = ?10",
      event.user, *task, after->version, after->completed, after->deleted, after->completion_ms, after->created_on,
      after->completed_on, after->deleted_on, generation);
  // Rows of before the days were kept: as if it had been today.
  const auto today = day_of(counts.zone_of(event.user), event.time);
  if (before) {
    if (before->created_on.empty()) before->created_on = after->created_on;
    contribute(*before, -1, [&](const std::string& day, const Delta& delta) {
      counts.add(event.user, day.empty() ? today : day, delta);
    });
  }
  contribute(*after, 1, [&](const std::string& day, const Delta& delta) { counts.add(event.user, day, delta); });
  return {};
}

Result<> apply_notice(Writer& db, Counts& counts, const CloudEvent& event, const json::object& data, const News& news) {
  const auto reminder = Uuid::parse(event.subject);
  if (!reminder) return Error{Errc::invalid_argument, "a " + event.type + " event without a reminder's id"};
  const auto* told = data.if_contains("firedAt");
  const auto at = told && told->is_string() ? parse_rfc3339(told->get_string()) : Result<Instant>{event.time};
  if (!at) return Error{Errc::invalid_argument, "a " + event.type + " event whose firedAt is no time"};
  const auto day = day_of(counts.zone_of(event.user), *at);
  db.run(
      "INSERT INTO analytics_notice(user_id, reminder_id, fired_at, day, generation) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT DO NOTHING",
      event.user, *reminder, *at, day, news.generation);
  if (db.changes() == 0) {
    db.run(
        "UPDATE analytics_notice SET generation = ?1 WHERE user_id = ?2 AND reminder_id = ?3 AND fired_at = ?4 AND "
        "generation < ?1",
        news.generation, event.user, *reminder, *at);
    return {};
  }
  Delta delta;
  delta.reminders = 1;
  counts.add(event.user, day, delta);
  return {};
}

void apply_user(Writer& db, const CloudEvent& event, const json::object& data) {
  if (event.type == "user.deleted") {
    rebuild_table().note_gone(db, event.user);
    for (auto sql : {"DELETE FROM analytics_task WHERE user_id = ?", "DELETE FROM analytics_notice WHERE user_id = ?",
                     "DELETE FROM analytics_day WHERE user_id = ?", "DELETE FROM analytics_user WHERE user_id = ?"})
      db.run(sql, event.user);
    return;
  }
  const auto* zone = data.if_contains("timezone");
  if (!zone || !zone->is_string()) return;
  db.run(
      "INSERT INTO analytics_user(user_id, zone, created, completed, deleted, open, completion_ms) VALUES (?1, ?2, 0, "
      "0, 0, 0, 0) ON CONFLICT(user_id) DO UPDATE SET zone = ?2",
      event.user, std::string_view{zone->get_string()});
}

}  // namespace

const storage::sql::RebuildTable& rebuild_table() {
  static const storage::sql::RebuildTable table{"analytics"};
  return table;
}

Counts::OfUser& Counts::of(const UserId& user) {
  const auto known = users_.find(user);
  if (known != users_.end()) return known->second;
  OfUser fresh;
  auto row = db_.query("SELECT zone FROM analytics_user WHERE user_id = ?", user);
  if (row.step())
    if (const auto zone = domain::Zone::locate(row.text(0))) fresh.zone = *zone;
  return users_.emplace(user, std::move(fresh)).first->second;
}

const domain::Zone& Counts::zone_of(const UserId& user) { return of(user).zone; }

void Counts::add(const UserId& user, const std::string& day, const Delta& delta) {
  auto& own = of(user);
  own.total += delta;
  own.days[day] += delta;
}

void Counts::save() {
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

Result<> apply_state(Writer& db, Counts& counts, const CloudEvent& event, const News& news) {
  auto parsed = parse_json(event.data);
  if (!parsed) return parsed.error();
  const auto* data = parsed->if_object();
  if (!data) return Error{Errc::invalid_argument, "a " + event.type + " event whose data is not an object"};
  if (event.type.starts_with("task.")) return apply_task(db, counts, event, *data, news);
  if (event.type.starts_with("reminder.triggered")) return apply_notice(db, counts, event, *data, news);
  if (event.type.starts_with("user.")) {
    counts.save();
    apply_user(db, event, *data);
  }
  return {};
}

void recount(Writer& db, const UserId& user, std::int64_t generation) {
  db.run("DELETE FROM analytics_task WHERE user_id = ? AND generation < ?", user, generation);
  db.run("DELETE FROM analytics_notice WHERE user_id = ? AND generation < ?", user, generation);
  db.run("DELETE FROM analytics_day WHERE user_id = ?", user);
  Counts counts(db);
  {
    auto rows = db.query(
        "SELECT version, completed, deleted, completion_ms, created_on, completed_on, deleted_on FROM analytics_task "
        "WHERE user_id = ?",
        user);
    while (rows.step()) {
      const TaskState state{rows.integer(0),          rows.integer(1) != 0,      rows.integer(2) != 0,
                            rows.integer(3),          std::string(rows.text(4)), std::string(rows.text(5)),
                            std::string(rows.text(6))};
      contribute(state, 1, [&](const std::string& day, const Delta& delta) { counts.add(user, day, delta); });
    }
  }
  {
    auto rows = db.query("SELECT day, count(*) FROM analytics_notice WHERE user_id = ? GROUP BY day", user);
    while (rows.step()) {
      Delta delta;
      delta.reminders = static_cast<int>(rows.integer(1));
      counts.add(user, std::string(rows.text(0)), delta);
    }
  }
  db.run(
      "UPDATE analytics_user SET created = 0, completed = 0, deleted = 0, open = 0, completion_ms = 0 WHERE user_id = "
      "?",
      user);
  counts.save();
}

}  // namespace daybook::analytics
