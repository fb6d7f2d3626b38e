#include <algorithm>
#include <set>

#include "domain/task_json.hpp"
#include "services/tasks/sql_change.hpp"
#include "services/tasks/sql_schema.hpp"
#include "services/tasks/sql_store.hpp"
#include "services/tasks/sqlite_text.hpp"
#include "storage/sql/connection.hpp"

/// What the store does for events and for time: copies of reminders' states, the owner's clock, erasure, purging.
namespace daybook::tasks {
namespace {

using boost::asio::awaitable;
using storage::sql::Lane;

constexpr std::string_view kConsumer = "tasks";
constexpr int kSlice = 200;  ///< Rows of one background closure: some milliseconds, so that requests are not held up.

bool counts_from_due(const domain::ReminderRule& rule) {
  if (const auto* before = std::get_if<domain::RemindBefore>(&rule)) return !before->of_start;
  if (const auto* days = std::get_if<domain::RemindDaysBefore>(&rule)) return !days->of_start;
  return false;
}

/// Writes a reminder's state into the task's JSON. No event and no new version: nothing that a person edits changed,
/// and who shows reminders hears reminder.* itself.
Result<> apply_reminder(Writer& db, const ReminderReport& report) {
  if (!storage::sql::record_inbox(db, kConsumer, report.event)) return {};
  const auto owner = find_owner(db, report.user, "UTC");
  if (!owner) return {};
  auto row = load_task(db, *owner, report.user, TaskRef{report.task});
  if (!row) return row.error().code == Errc::not_found ? Result<>{} : Result<>{row.error()};
  // What the task no longer has leaves no trace: its own record may have gone with it.
  const auto& reminders = row->task->reminders;
  const auto copy = std::find_if(reminders.begin(), reminders.end(),
                                 [&](const domain::Reminder& each) { return each.id == report.reminder; });
  if (copy == reminders.end()) return {};
  // The person has moved the task since: its reminder is still to come, as the scheduler will find when it hears so.
  if (counts_from_due(copy->rule) && report.due != row->task->due) return {};
  auto newer = db.query(
      "INSERT INTO tasks_reminder(ord, id, version) VALUES (?, ?, ?) "
      "ON CONFLICT (ord, id) DO UPDATE SET version = excluded.version WHERE excluded.version > tasks_reminder.version "
      "RETURNING 1",
      owner->ordinal, report.reminder, report.version);
  if (!newer.step()) return {};
  newer.run();
  const auto after = domain::with_reminder_state(row->task, report.reminder, report.state, report.fire_at);
  if (!after) return {};
  std::string body = domain::to_json(**after);
  body.pop_back();
  db.run("UPDATE tasks_task SET body = ? WHERE key = ?", body, row->key);
  return {};
}

/// Removes a tombstone, with what is kept of its reminders.
void forget(Writer& db, std::int64_t key) {
  std::string body;
  {
    auto row = db.query("SELECT body FROM tasks_task WHERE key = ?", key);
    if (row.step()) body = std::string(row.text(0)) + '}';
  }
  // One that cannot be read goes as well.
  if (const auto task = domain::parse_task(body, UserId{}))
    for (const auto& reminder : (*task)->reminders)
      db.run("DELETE FROM tasks_reminder WHERE ord = ? AND id = ?", ordinal_of(key), reminder.id);
  db.run("DELETE FROM tasks_task WHERE key = ?", key);
}

/// Moves one slice of the owner's open tasks to the new clock; gives the key to go on after, 0 at the end.
Result<std::int64_t> move_slice(Writer& db, const OwnerReport& report, const domain::OwnerTime& old, Instant now,
                                std::int64_t after) {
  db.lock(report.user);
  const auto owner = find_owner(db, report.user, old.timezone);
  if (!owner) return 0;
  std::vector<std::int64_t> keys;
  {
    auto rows = db.query("SELECT key FROM tasks_task WHERE key > ? AND key <= ? AND shelf = 0 ORDER BY key LIMIT ?",
                         std::max(after, make_key(owner->ordinal, 0)), make_key(owner->ordinal, kMaxNumber), kSlice);
    while (rows.step()) keys.push_back(rows.integer(0));
  }
  Command command;
  command.user = report.user;
  command.now = now;
  command.timezone = owner->time.timezone;
  for (auto key : keys) {
    auto row = load_task(db, report.user, key);
    if (!row) return row.error();
    if (auto change = domain::move_owner(row->task, old, owner->time, now))
      save_change(db, command, *owner, *row, *change);
  }
  return keys.size() < kSlice ? 0 : keys.back();
}

}  // namespace

awaitable<std::vector<Result<>>> SqlTaskStore::apply_reminders(std::vector<ReminderReport> reports) {
  const auto count = reports.size();
  auto body = [reports = std::move(reports)](Writer& db) -> Result<std::vector<Result<>>> {
    std::set<UserId> users;
    for (const auto& report : reports) users.insert(report.user);
    for (const auto& user : users) db.lock(user);
    std::vector<Result<>> out;
    for (const auto& report : reports) out.push_back(apply_reminder(db, report));
    return out;
  };
  auto done = co_await db_.write(Lane::background, std::move(body));
  if (done) co_return std::move(*done);
  co_return std::vector<Result<>>(count, Result<>{done.error()});
}

awaitable<Result<>> SqlTaskStore::apply_owner(OwnerReport report, Instant now) {
  // First the settings, then the tasks in slices. Whoever dies between begins again with the same version, and a task
  // that has moved already stays as it is.
  auto settle = [report](Writer& db) -> Result<std::optional<domain::OwnerTime>> {
    db.lock(report.user);
    if (db.query("SELECT 1 FROM tasks_erased WHERE user_id = ?", report.user).step())
      return std::optional<domain::OwnerTime>{};
    auto owner = ensure_owner(db, report.user, {});
    auto row = db.query("SELECT settings_version, timezone, old_timezone, old_all_day FROM tasks_user WHERE ord = ?",
                        owner.ordinal);
    if (!row.step()) return std::optional<domain::OwnerTime>{};
    if (row.integer(0) > report.version) return std::optional<domain::OwnerTime>{};
    // The same version again: an earlier try got this far, so that "old" stands in the row.
    domain::OwnerTime old{std::string(row.text(2)), std::chrono::minutes{row.integer(3)}};
    if (row.integer(0) < report.version) old = {std::string(row.text(1)), owner.time.all_day_reminder};
    row.run();
    const std::string& zone = report.timezone.empty() ? owner.time.timezone : report.timezone;
    db.run(
        "UPDATE tasks_user SET timezone = ?, all_day = ?, settings_version = ?, old_timezone = ?, old_all_day = ? "
        "WHERE ord = ?",
        zone, static_cast<std::int64_t>(report.all_day.count()), report.version, old.timezone,
        static_cast<std::int64_t>(old.all_day_reminder.count()), owner.ordinal);
    if (old == domain::OwnerTime{zone, report.all_day}) return std::optional<domain::OwnerTime>{};
    return std::optional<domain::OwnerTime>{old};
  };
  auto old = co_await db_.write(Lane::background, std::move(settle));
  if (!old) co_return old.error();
  if (*old) {
    std::int64_t after = 0;
    do {
      auto slice = [report, old = **old, now, after](Writer& db) { return move_slice(db, report, old, now, after); };
      auto next = co_await db_.write(Lane::background, std::move(slice));
      if (!next) co_return next.error();
      after = *next;
    } while (after != 0);
  }
  co_return Result<>{};
}

awaitable<Result<>> SqlTaskStore::erase(UserId user) {
  for (;;) {
    auto slice = [user](Writer& db) -> Result<bool> {
      db.lock(user);
      db.run("INSERT INTO tasks_erased(user_id) VALUES (?) ON CONFLICT (user_id) DO NOTHING", user);
      const auto owner = find_owner(db, user, "UTC");
      if (!owner) return true;
      const auto low = make_key(owner->ordinal, 0), high = make_key(owner->ordinal, kMaxNumber);
      db.run("DELETE FROM tasks_task WHERE key IN (SELECT key FROM tasks_task WHERE key BETWEEN ? AND ? LIMIT ?)", low,
             high, kSlice);
      if (db.changes() == kSlice) return false;
      db.run("DELETE FROM tasks_text WHERE key BETWEEN ? AND ?", low, high);
      db.run("DELETE FROM tasks_label WHERE ord = ?", owner->ordinal);
      db.run("DELETE FROM tasks_filter WHERE ord = ?", owner->ordinal);
      db.run("DELETE FROM tasks_reminder WHERE ord = ?", owner->ordinal);
      db.run("DELETE FROM tasks_user WHERE ord = ?", owner->ordinal);
      idempotency_table().erase(db, user);
      return true;
    };
    auto done = co_await db_.write(Lane::background, std::move(slice));
    if (!done) co_return done.error();
    if (*done) co_return Result<>{};
  }
}

awaitable<Result<int>> SqlTaskStore::purge(Instant now, int limit) {
  auto body = [now, limit](Writer& db) -> Result<int> {
    std::vector<std::int64_t> keys;
    {
      auto rows = db.query(
          "SELECT key FROM tasks_task INDEXED BY tasks_task_deleted WHERE shelf = 2 AND deleted < ? ORDER BY deleted "
          "LIMIT ?",
          now - kTombstoneAge, limit);
      while (rows.step()) keys.push_back(rows.integer(0));
    }
    for (auto key : keys) forget(db, key);
    const int records = idempotency_table().purge(db, now - storage::sql::kIdempotencyAge, limit);
    return static_cast<int>(keys.size()) + records;
  };
  co_return co_await db_.write(Lane::background, std::move(body));
}

}  // namespace daybook::tasks
