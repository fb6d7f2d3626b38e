#include <algorithm>

#include "core/json.hpp"
#include "domain/task_json.hpp"
#include "runtime/together.hpp"
#include "services/scheduler/events.hpp"
#include "services/scheduler/sql_rows.hpp"
#include "services/scheduler/sql_store.hpp"
#include "storage/sql/connection.hpp"

/// What other services' events change here. Each is recorded in the inbox with its effect, and older news than what is
/// known changes nothing (design, rule 3).
namespace daybook::scheduler {
namespace {

using domain::ReminderState;
using domain::TaskFields;
using storage::sql::append_event;
using storage::sql::Lane;

constexpr std::string_view kConsumer = "scheduler";

Command command_of(const CloudEvent& event, Instant now) {
  Command command;
  command.user = event.user;
  command.now = now;
  command.correlation_id = event.correlation_id;
  command.traceparent = event.traceparent;
  return command;
}

void apply_occurrence(Writer& db, const CloudEvent& event, const TaskFields& task, Instant now) {
  auto row = load_occurrence(db, event.user, *task.series, task.recurrence_id);
  if (!row || row->task != task.id) return;
  {
    auto newer = db.query(
        "UPDATE scheduler_occurrence SET seen_version = ? WHERE user_id = ? AND series_id = ? AND recurrence_id = ? "
        "AND "
        "seen_version < ? RETURNING 1",
        task.version, event.user, *task.series, task.recurrence_id, task.version);
    if (!newer.step()) return;
    newer.run();
  }
  auto series = load_series(db, event.user, *task.series, true);
  if (!series) return;
  const bool was_open = row->open;
  if (task.deleted_at && row->pending == "restore") return;  // It is being brought back from just this.
  if (task.deleted_at) {
    row->open = false;
    if (row->state == "made" || row->state == "moved" || row->state == "detached") row->state = "deleted";
    if (row->pending == "delete" || row->pending == "patch") row->pending.clear();
  } else if (row->state == "skipped" || row->state == "replaced") {
    return;  // On its way out.
  } else {
    if (row->state == "deleted") row->state = "detached";  // The person brought it back.
    row->open = task.status != domain::Status::completed;
    if (event.type == "task.updated" && row->pending.empty() && task.version > row->task_version) {
      const auto difference = domain::compare_occurrence(*series, row->start, task);
      if (difference.moved) {
        row->state = "moved";
      } else if (difference.edited) {
        row->state = "detached";
      }
    }
  }
  save_occurrence(db, event.user, *task.series, *row);
  if (task.completed_at) {
    db.run("UPDATE scheduler_occurrence SET completed_at = ? WHERE user_id = ? AND series_id = ? AND recurrence_id = ?",
           task.completed_at, event.user, *task.series, task.recurrence_id);
  }
  if (was_open && !row->open && series->anchor == domain::Anchor::completion && !series->deleted_at) {
    // A deleted one counts from now: the person will not complete it.
    if (!task.completed_at) {
      db.run(
          "UPDATE scheduler_occurrence SET completed_at = ? WHERE user_id = ? AND series_id = ? AND recurrence_id = ?",
          now, event.user, *task.series, task.recurrence_id);
    }
    look_at(db, *series, now);
  }
}

bool waits(const ReminderRow& row) {
  return row.state == ReminderState::pending || row.state == ReminderState::snoozed;
}

void cancel(Writer& db, const Command& command, ReminderRow row, std::string_view reason) {
  row.state = ReminderState::canceled;
  row.snoozed_until.reset();
  row.version += 1;
  row.updated_at = command.now;
  save_reminder(db, row);
  set_reminder_timer(db, row);
  append_event(db, reminder_event("reminder.canceled", command, row, ",\"reason\":\"" + std::string{reason} + '"'));
}

void apply_reminders(Writer& db, const Command& command, const TaskFields& task) {
  auto known = load_task_reminders(db, command.user, task.id);
  const bool open = !task.deleted_at && task.status != domain::Status::completed;
  for (auto& row : known) {
    if (row.task_version >= task.version) return;  // Older news.
  }
  for (const auto& reminder : task.reminders) {
    auto it = std::find_if(known.begin(), known.end(), [&](const auto& row) { return row.id == reminder.id; });
    ReminderRow row;
    const bool fresh = it == known.end();
    if (fresh) {
      if (!open) continue;
      row.id = reminder.id;
      row.user = command.user;
      row.task = task.id;
      row.created_at = command.now;
      row.version = 0;
    } else {
      row = std::move(*it);
      known.erase(it);
    }
    row.task_number = task.number;
    row.task_title = task.title;
    row.task_due = task.due;
    row.rule.clear();
    domain::append_reminder_rule(row.rule, reminder.rule);
    row.task_version = task.version;
    if (!open) {
      if (waits(row)) {
        cancel(db, command, row, task.deleted_at ? "task-deleted" : "task-completed");
      } else {
        save_reminder(db, row);
      }
      continue;
    }
    // The task's copy of a snoozed one shows the snoozed time; only a time that is new to us moves it.
    const bool moved = reminder.state == ReminderState::pending && reminder.fire_at != row.base_at;
    const bool revived = row.state == ReminderState::canceled && reminder.state == ReminderState::pending &&
                         reminder.fire_at && *reminder.fire_at > command.now;
    if (fresh || moved || revived) {
      row.base_at = row.fire_at = reminder.fire_at;
      row.state = reminder.state;
      row.snoozed_until.reset();
      if (row.state == ReminderState::snoozed) row.snoozed_until = reminder.fire_at;
      row.version += 1;
      row.updated_at = command.now;
      save_reminder(db, row);
      set_reminder_timer(db, row);
      // A new one is as the task's own event told everybody; only what differs from it is news.
      if (!fresh) append_event(db, reminder_event("reminder.updated", command, row));
    } else {
      save_reminder(db, row);
    }
  }
  // What the task no longer has, or what its end takes along.
  for (auto& row : known) {
    row.task_version = task.version;
    if (waits(row)) {
      cancel(db, command, row,
             task.deleted_at                            ? "task-deleted"
             : task.status == domain::Status::completed ? "task-completed"
                                                        : "reminder-removed");
    } else {
      save_reminder(db, row);
    }
  }
}

Result<> apply_task(Writer& db, const CloudEvent& event, const TaskFields& task, Instant now) {
  if (!storage::sql::record_inbox(db, kConsumer, event.id)) return {};
  if (task.series) apply_occurrence(db, event, task, now);
  apply_reminders(db, command_of(event, now), task);
  return {};
}

/// Series that follow the user's own zone go with the user (design, rule 6; R-02).
Result<> apply_user(Writer& db, const CloudEvent& event, Instant now) {
  auto value = parse_json(event.data);
  if (!value) return value.error();
  std::string before, after;
  JsonReader in{*value, Unknown::lenient};
  after = in.text("timezone").value_or("");
  in.object("previousValues", [&](JsonReader& values) { before = values.text("timezone").value_or(""); });
  ignore(in.finish(), "other members are of no concern here");
  if (!storage::sql::record_inbox(db, kConsumer, event.id)) return {};
  if (before.empty() || before == after || !domain::Zone::locate(after)) return {};
  std::vector<SeriesId> ids;
  {
    auto rows = db.query("SELECT id FROM scheduler_series WHERE user_id = ? AND timezone = ? AND deleted = 0",
                         event.user, before);
    while (rows.step()) ids.push_back(SeriesId{rows.uuid(0)});
  }
  const auto command = command_of(event, now);
  for (const auto& id : ids) {
    auto series = load_series(db, event.user, id);
    if (!series) return series.error();
    const auto old = *series;
    series->timezone = after;
    series->revision += 1;
    series->version += 1;
    series->updated_at = now;
    const auto begin = domain::horizon_begin(*series, now);
    series->considered = begin;
    const auto wanted = domain::recurrence_of(*series);
    for (auto row : load_occurrences(db, event.user, id)) {
      if (!row.open || row.state != "made" || row.pending == "delete" || instant_of(*series, row.start) <= begin)
        continue;
      const auto local = domain::parse_recurrence_id(row.recurrence_id);
      const auto found = local ? wanted.next_after(domain::Zone::locate(after)->to_instant(*local).instant -
                                                   std::chrono::microseconds{1})
                               : std::nullopt;
      if (series->all_day && found) continue;  // The same day; tasks moves what hangs on the clock.
      take_along(row);
      row.state = "replaced";
      save_occurrence(db, event.user, id, row);
    }
    save_series(db, *series);
    append_event(db, series_updated_event(command, old, *series));
    look_at(db, *series, now);
  }
  return {};
}

Result<> erase_user(Writer& db, const CloudEvent& event) {
  if (!storage::sql::record_inbox(db, kConsumer, event.id)) return {};
  std::vector<std::pair<std::string_view, Uuid>> timers;
  for (auto [sql, kind] : {std::pair{"SELECT id FROM scheduler_series WHERE user_id = ?", kGenerate},
                           std::pair{"SELECT id FROM scheduler_reminder WHERE user_id = ?", kReminder}}) {
    auto rows = db.query(sql, event.user);
    while (rows.step()) timers.emplace_back(kind, rows.uuid(0));
  }
  for (const auto& [kind, key] : timers) timer_table().cancel(db, kind, key);
  for (auto sql :
       {"DELETE FROM scheduler_series WHERE user_id = ?", "DELETE FROM scheduler_occurrence WHERE user_id = ?",
        "DELETE FROM scheduler_reminder WHERE user_id = ?", "DELETE FROM scheduler_firing WHERE user_id = ?",
        "DELETE FROM scheduler_idempotency WHERE user_id = ?"}) {
    db.run(sql, event.user);
  }
  return {};
}

}  // namespace

boost::asio::awaitable<std::vector<Result<>>> SqlSchedulerStore::apply_events(std::vector<CloudEvent> events,
                                                                              Instant now) {
  // One closure an event, so that a bad one rolls back alone; all are queued at once and share the writer's batches,
  // which keep their order.
  std::vector<Result<>> out(events.size());
  auto apply = [&](std::size_t i) -> boost::asio::awaitable<void> {
    auto event = std::move(events[i]);
    if (event.type.starts_with("task.")) {
      // Read before the writer's turn: everything that is written waits for it.
      auto task = domain::parse_task(event.data, event.user);
      if (!task) {
        out[i] = task.error();
        co_return;
      }
      event.data.clear();
      auto change = [task = std::move(*task), event = std::move(event), now](Writer& db) -> Result<> {
        db.lock(event.user);
        return apply_task(db, event, *task, now);
      };
      out[i] = co_await db_.write(Lane::background, std::move(change));
      co_return;
    }
    auto change = [event = std::move(event), now](Writer& db) -> Result<> {
      db.lock(event.user);
      if (event.type == "user.updated") return apply_user(db, event, now);
      if (event.type == "user.deleted") return erase_user(db, event);
      return {};
    };
    out[i] = co_await db_.write(Lane::background, std::move(change));
  };
  co_await runtime::together(out.size(), apply);
  co_return out;
}

}  // namespace daybook::scheduler
