#include <algorithm>

#include "core/json.hpp"
#include "domain/task_json.hpp"
#include "runtime/together.hpp"
#include "services/scheduler/events.hpp"
#include "services/scheduler/sql_events.hpp"
#include "services/scheduler/sql_rows.hpp"
#include "services/scheduler/sql_series.hpp"
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

void apply_occurrence(Writer& db, const Command& command, const TaskNews& news, const TaskFields& task) {
  const Instant now = command.now;
  const auto& user = task.owner;
  auto row = load_occurrence(db, user, *task.series, task.recurrence_id);
  if (!row || row->task != task.id) return;
  {
    // A snapshot may tell what is known already, and what is known may be wrong.
    auto newer = db.query(
        "UPDATE scheduler_occurrence SET seen_version = ?1 WHERE user_id = ?2 AND series_id = ?3 AND "
        "recurrence_id = ?4 AND seen_version < ?5 RETURNING 1",
        task.version, user, *task.series, task.recurrence_id, news.snapshot ? task.version + 1 : task.version);
    if (!newer.step()) return;
    newer.run();
  }
  auto series = load_series(db, user, *task.series, true);
  if (!series) return;
  const bool was_open = row->open;
  if (task.deleted_at && row->pending == "restore") return;  // It is being brought back from just this.
  if (task.deleted_at) {
    row->open = false;
    if (row->state == "made" || row->state == "moved" || row->state == "detached") row->state = "deleted";
    if (row->pending == "delete" || row->pending == "erase" || row->pending == "patch") row->pending.clear();
  } else if (row->state == "skipped" || row->state == "replaced") {
    return;  // On its way out.
  } else {
    if (row->state == "deleted") row->state = "detached";  // The person brought it back.
    row->open = task.status != domain::Status::completed;
    if (news.may_be_edited && row->pending.empty() && task.version > row->task_version) {
      const auto difference = domain::compare_occurrence(*series, row->start, task);
      if (difference.moved) {
        row->state = "moved";
      } else if (difference.edited) {
        row->state = "detached";
      } else {
        // As the template has it, or has it again: it may be told of changes.
        row->task_version = task.version;
        if (row->state == "moved" || row->state == "detached") row->state = "made";
      }
    }
  }
  save_occurrence(db, user, *task.series, *row);
  if (task.completed_at) {
    db.run("UPDATE scheduler_occurrence SET completed_at = ? WHERE user_id = ? AND series_id = ? AND recurrence_id = ?",
           task.completed_at, user, *task.series, task.recurrence_id);
  }
  if (was_open && !row->open && series->anchor == domain::Anchor::completion && !series->deleted_at) {
    // A deleted one counts from now: the person will not complete it.
    if (!task.completed_at) {
      db.run(
          "UPDATE scheduler_occurrence SET completed_at = ? WHERE user_id = ? AND series_id = ? AND recurrence_id = ?",
          now, user, *task.series, task.recurrence_id);
    }
    note_cause(db, *series, Trace::of(command));
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

/// What a snapshot says of a reminder that is not known here (any more).
void begin_anew(Writer& db, const TaskNews& news, ReminderRow& row, const domain::Reminder& told, bool open) {
  row.base_at = row.fire_at = told.fire_at;
  row.state = told.state;
  if (row.state == ReminderState::snoozed) row.snoozed_until = told.fire_at;
  // The tasks service takes no report that is older than the last one it had.
  if (const auto it = news.reminder_versions.find(row.id); it != news.reminder_versions.end()) row.version = it->second;
  row.version = std::max<std::int64_t>(row.version, 1);
  row.updated_at = news.now;
  auto line = db.query(
      "SELECT due_at, at, outcome FROM scheduler_firing WHERE user_id = ? AND reminder_id = ? ORDER BY due_at DESC "
      "LIMIT 1",
      row.user, row.id);
  if (line.step()) {
    const auto outcome = domain::parse_reminder_state(line.text(2));
    if (outcome == ReminderState::fired || outcome == ReminderState::merged) row.fired_at = line.instant(1);
    // The task may not have heard of it yet.
    if (waits(row) && row.fire_at == line.instant(0) && outcome) row.state = *outcome;
  }
  if (!open && waits(row)) row.state = ReminderState::canceled;
}

void apply_reminders(Writer& db, const Command& command, const TaskNews& news, const TaskFields& task) {
  auto known = load_task_reminders(db, command.user, task.id);
  const bool open = !task.deleted_at && task.status != domain::Status::completed;
  for (auto& row : known) {
    if (row.task_version >= task.version + (news.snapshot ? 1 : 0)) return;  // Older news.
  }
  for (const auto& reminder : task.reminders) {
    auto it = std::find_if(known.begin(), known.end(), [&](const auto& row) { return row.id == reminder.id; });
    ReminderRow row;
    const bool fresh = it == known.end();
    if (fresh) {
      if (!open && !news.snapshot) continue;
      row.id = reminder.id;
      row.user = command.user;
      row.task = task.id;
      row.created_at = command.now;
      row.version = 0;
    } else {
      row = std::move(*it);
      known.erase(it);
    }
    row.generation = std::max(row.generation, news.generation);
    row.task_number = task.number;
    row.task_title = task.title;
    row.task_due = task.due;
    row.rule.clear();
    domain::append_reminder_rule(row.rule, reminder.rule);
    row.task_version = task.version;
    row.live = open;
    if (fresh && news.snapshot) {
      begin_anew(db, news, row, reminder, open);
      save_reminder(db, row);
      set_reminder_timer(db, row);
      continue;
    }
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
      if (news.snapshot) set_reminder_timer(db, row);
    }
  }
  // What the task no longer has, or what its end takes along.
  for (auto& row : known) {
    row.task_version = task.version;
    row.generation = std::max(row.generation, news.generation);
    row.live = false;
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

}  // namespace

void apply_task(Writer& db, const Command& command, const TaskNews& news, const TaskFields& task) {
  if (task.series) apply_occurrence(db, command, news, task);
  apply_reminders(db, command, news, task);
}

namespace {

Result<> apply_task_event(Writer& db, const CloudEvent& event, const TaskFields& task, Instant now) {
  if (!storage::sql::record_inbox(db, kConsumer, event.id)) return {};
  TaskNews news;
  news.generation = rebuild_table().load(db).generation;
  news.may_be_edited = event.type == "task.updated";
  news.now = now;
  apply_task(db, command_of(event, now), news, task);
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
    series->considered = domain::horizon_begin(*series, now);
    // One that rests makes nothing in their place: its tasks stay as they are until it goes on.
    if (series->state == domain::SeriesState::active) move_future(db, *series, now);
    save_series(db, *series, Trace::of(command));
    append_event(db, series_updated_event(command, old, *series));
    look_at(db, *series, now);
  }
  return {};
}

Result<> erase_user(Writer& db, const CloudEvent& event) {
  if (!storage::sql::record_inbox(db, kConsumer, event.id)) return {};
  rebuild_table().note_gone(db, event.user);
  std::vector<std::pair<std::string_view, Uuid>> timers;
  for (auto [sql, kind] : {std::pair{"SELECT id FROM scheduler_series WHERE user_id = ?", kGenerate},
                           std::pair{"SELECT id FROM scheduler_reminder WHERE user_id = ?", kReminder}}) {
    auto rows = db.query(sql, event.user);
    while (rows.step()) timers.emplace_back(kind, rows.uuid(0));
  }
  for (const auto& [kind, key] : timers) timer_table().cancel(db, kind, key);
  for (auto sql :
       {"DELETE FROM scheduler_series WHERE user_id = ?", "DELETE FROM scheduler_occurrence WHERE user_id = ?",
        "DELETE FROM scheduler_reminder WHERE user_id = ?", "DELETE FROM scheduler_firing WHERE user_id = ?"}) {
    db.run(sql, event.user);
  }
  idempotency_table().erase(db, event.user);
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
        return apply_task_event(db, event, *task, now);
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
