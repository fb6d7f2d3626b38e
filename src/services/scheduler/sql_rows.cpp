#include "services/scheduler/sql_rows.hpp"

#include <utility>

#include "domain/series_json.hpp"

namespace daybook::scheduler {

using storage::sql::Statement;

namespace {

Occurrence occurrence_of(Statement& row) {
  Occurrence out;
  out.recurrence_id = row.text(0);
  out.revision = row.integer(1);
  out.state = row.text(2);
  out.task = TaskId{row.uuid(3)};
  out.task_version = row.integer(4);
  out.start = parse_when(row.text(5));
  out.open = row.integer(6) != 0;
  out.pending = row.text(7);
  out.taken = row.text(8);
  out.told = row.text(9);
  return out;
}

std::optional<Instant> instant_at(Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.instant(column);
}

ReminderRow reminder_of(Statement& row, const UserId& user) {
  ReminderRow out;
  out.user = user;
  out.id = ReminderId{row.uuid(0)};
  out.task = TaskId{row.uuid(1)};
  out.task_number = row.integer(2);
  out.task_title = row.text(3);
  out.task_due = parse_when(row.text(4));
  out.rule = row.text(5);
  out.base_at = instant_at(row, 6);
  out.fire_at = instant_at(row, 7);
  out.state = domain::parse_reminder_state(row.text(8)).value_or(domain::ReminderState::pending);
  out.fired_at = instant_at(row, 9);
  out.snoozed_until = instant_at(row, 10);
  out.task_version = row.integer(11);
  out.version = row.integer(12);
  out.created_at = row.instant(13);
  out.updated_at = row.instant(14);
  out.generation = row.integer(15);
  out.live = row.integer(16) != 0;
  return out;
}

#define DAYBOOK_OCCURRENCE_COLUMNS \
  "recurrence_id, revision, state, task_id, task_version, starts, open, pending, taken, told"
#define DAYBOOK_REMINDER_COLUMNS                                                                             \
  "id, task_id, task_number, task_title, task_due, rule, base_at, fire_at, state, fired_at, snoozed_until, " \
  "task_version, version, created_at, updated_at, generation, live"

}  // namespace

const storage::sql::TimerTable& timer_table() {
  static const storage::sql::TimerTable table{"scheduler"};
  return table;
}
const storage::sql::IdempotencyTable& idempotency_table() {
  static const storage::sql::IdempotencyTable table{"scheduler"};
  return table;
}

const storage::sql::RebuildTable& rebuild_table() {
  static const storage::sql::RebuildTable table{"scheduler"};
  return table;
}

std::string format_when(const domain::When& when) {
  if (const auto* at = std::get_if<Instant>(&when)) return format_rfc3339(*at);
  if (const auto* on = std::get_if<Date>(&when)) return format_date(*on);
  return {};
}

domain::When parse_when(std::string_view text) {
  if (text.size() == 10) {
    if (auto date = parse_date(text)) return *date;
  } else if (!text.empty()) {
    if (auto instant = parse_rfc3339(text)) return *instant;
  }
  return {};
}

Instant instant_of(const domain::Series& series, const domain::When& start) {
  if (const auto* at = std::get_if<Instant>(&start)) return *at;
  const auto* on = std::get_if<Date>(&start);
  const auto zone = domain::Zone::locate(series.timezone);
  if (!on || !zone) return {};
  return zone->to_instant(LocalTime{std::chrono::local_days{*on}}).instant;
}

Result<domain::Series> load_series(Connection& db, const UserId& user, const SeriesId& id, bool deleted) {
  auto row = db.query("SELECT body, deleted FROM scheduler_series WHERE user_id = ? AND id = ?", user, id);
  if (!row.step() || (row.integer(1) && !deleted)) {
    return Error{Errc::not_found, "There is no recurring task " + id.str() + " of yours."};
  }
  return domain::parse_series(row.text(0), user);
}

void save_series(Writer& db, const domain::Series& series, const Trace& cause) {
  db.run(
      "INSERT INTO scheduler_series(user_id, id, state, title, timezone, created_at, deleted, deleted_at, body) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, id) DO UPDATE SET state = excluded.state, title = "
      "excluded.title, "
      "timezone = excluded.timezone, deleted = excluded.deleted, deleted_at = excluded.deleted_at, "
      "body = excluded.body",
      series.owner, series.id, to_string(series.state), domain::fold_label(series.title), series.timezone,
      series.created_at, series.deleted_at.has_value(), series.deleted_at, domain::to_json(series));
  note_cause(db, series, cause);
}

void note_cause(Writer& db, const domain::Series& series, const Trace& cause) {
  if (cause.correlation_id.empty()) return;
  db.run("UPDATE scheduler_series SET correlation_id = ?, traceparent = ? WHERE user_id = ? AND id = ?",
         cause.correlation_id, cause.traceparent, series.owner, series.id);
}

Trace load_cause(Connection& db, const UserId& user, const SeriesId& series) {
  auto row =
      db.query("SELECT correlation_id, traceparent FROM scheduler_series WHERE user_id = ? AND id = ?", user, series);
  return row.step() ? Trace{std::string(row.text(0)), std::string(row.text(1))} : Trace{};
}

void look_at(Writer& db, const domain::Series& series, Instant due) {
  const auto now = timer_table().find(db, kGenerate, series.id.value);
  if (now && now->due <= due) return;
  timer_table().set(db, Timer{std::string{kGenerate}, series.id.value, series.owner, due, series.version, {}});
}

std::vector<Occurrence> load_occurrences(Connection& db, const UserId& user, const SeriesId& series,
                                         bool pending_only) {
  std::vector<Occurrence> out;
  auto rows = db.query("SELECT " DAYBOOK_OCCURRENCE_COLUMNS
                       " FROM scheduler_occurrence "
                       "WHERE user_id = ? AND series_id = ? AND (? = 0 OR pending <> '') ORDER BY recurrence_id",
                       user, series, pending_only);
  while (rows.step()) out.push_back(occurrence_of(rows));
  return out;
}

std::optional<Occurrence> load_occurrence(Connection& db, const UserId& user, const SeriesId& series,
                                          std::string_view recurrence_id) {
  auto row = db.query("SELECT " DAYBOOK_OCCURRENCE_COLUMNS
                      " FROM scheduler_occurrence "
                      "WHERE user_id = ? AND series_id = ? AND recurrence_id = ?",
                      user, series, recurrence_id);
  if (!row.step()) return std::nullopt;
  return occurrence_of(row);
}

std::vector<Occurrence> load_occurrences_at(Connection& db, const UserId& user, const SeriesId& series,
                                            std::string_view recurrence_id) {
  const std::string local{recurrence_id.substr(0, 19)};
  std::vector<Occurrence> out;
  auto rows = db.query("SELECT " DAYBOOK_OCCURRENCE_COLUMNS
                       " FROM scheduler_occurrence "
                       "WHERE user_id = ? AND series_id = ? AND recurrence_id >= ? AND recurrence_id < ?",
                       user, series, local, local + "~");
  while (rows.step()) {
    // "2026-03-05" is a day of its own, not the beginning of "2026-03-05T09:00:00Z".
    if ((rows.text(0).size() == 10) == (recurrence_id.size() == 10)) out.push_back(occurrence_of(rows));
  }
  return out;
}

void take_along(Occurrence& row) {
  row.taken = row.state;
  row.pending = row.open ? "delete" : "erase";
  row.open = false;
}

void bring_back(Occurrence& row) {
  row.state = std::exchange(row.taken, {});
  row.open = true;  // The tasks service's answer says whether it really is.
  row.pending = row.task_version == 0 ? "make" : "restore";
}

void save_occurrence(Writer& db, const UserId& user, const SeriesId& series, const Occurrence& row) {
  db.run("INSERT INTO scheduler_occurrence(user_id, series_id, " DAYBOOK_OCCURRENCE_COLUMNS
         ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, series_id, recurrence_id) DO UPDATE SET "
         "revision = excluded.revision, state = excluded.state, task_id = excluded.task_id, "
         "task_version = excluded.task_version, starts = excluded.starts, open = excluded.open, "
         "pending = excluded.pending, taken = excluded.taken, told = excluded.told, "
         // Another task in its place has news of its own.
         "seen_version = CASE WHEN scheduler_occurrence.task_id = excluded.task_id "
         "THEN scheduler_occurrence.seen_version ELSE 0 END, "
         "completed_at = CASE WHEN scheduler_occurrence.task_id = excluded.task_id "
         "THEN scheduler_occurrence.completed_at END",
         user, series, row.recurrence_id, row.revision, row.state, row.task, row.task_version, format_when(row.start),
         row.open, row.pending, row.taken, row.told);
}

std::optional<ReminderRow> load_reminder(Connection& db, const UserId& user, const ReminderId& id) {
  auto row =
      db.query("SELECT " DAYBOOK_REMINDER_COLUMNS " FROM scheduler_reminder WHERE user_id = ? AND id = ?", user, id);
  if (!row.step()) return std::nullopt;
  return reminder_of(row, user);
}

std::vector<ReminderRow> load_task_reminders(Connection& db, const UserId& user, const TaskId& task) {
  std::vector<ReminderRow> out;
  // Left to itself, SQLite takes the primary key and reads all of the user's reminders for each event.
  auto rows = db.query("SELECT " DAYBOOK_REMINDER_COLUMNS
                       " FROM scheduler_reminder INDEXED BY scheduler_reminder_task WHERE user_id = ? AND task_id = ? "
                       "ORDER BY id",
                       user, task);
  while (rows.step()) out.push_back(reminder_of(rows, user));
  return out;
}

void save_reminder(Writer& db, const ReminderRow& row) {
  db.run("INSERT OR REPLACE INTO scheduler_reminder(user_id, " DAYBOOK_REMINDER_COLUMNS
         ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
         row.user, row.id, row.task, row.task_number, row.task_title, format_when(row.task_due), row.rule, row.base_at,
         row.fire_at, to_string(row.state), row.fired_at, row.snoozed_until, row.task_version, row.version,
         row.created_at, row.updated_at, row.generation, row.live);
}

void set_reminder_timer(Writer& db, const ReminderRow& row) {
  const bool waits = row.state == domain::ReminderState::pending || row.state == domain::ReminderState::snoozed;
  if (waits && row.fire_at) {
    timer_table().set(db, Timer{std::string{kReminder}, row.id.value, row.user, *row.fire_at, row.version, {}});
  } else {
    timer_table().cancel(db, kReminder, row.id.value);
  }
}

}  // namespace daybook::scheduler
