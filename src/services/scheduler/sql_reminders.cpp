#include <algorithm>

#include "core/fault_point.hpp"
#include "services/scheduler/events.hpp"
#include "services/scheduler/sql_rows.hpp"
#include "services/scheduler/sql_store.hpp"
#include "storage/sql/connection.hpp"

/// Reminders: listed, snoozed, dismissed, fired (design, rule 9).
namespace daybook::scheduler {
namespace {

using domain::ReminderState;
using storage::sql::append_event;
using storage::sql::Idempotency;
using storage::sql::IdempotentOutcome;
using storage::sql::Lane;
using storage::sql::Reader;

/// Decision 7: older ones are listed, not pushed; more than so many at once become one.
constexpr std::chrono::hours kMissedAfter{24};
constexpr std::size_t kMergeAbove = 3;

Error no_reminder(const ReminderId& id) { return {Errc::not_found, "There is no reminder " + id.str() + " of yours."}; }
Error not_at_version(const ReminderRow& row) {
  return {Errc::version_mismatch, "The reminder is at version " + std::to_string(row.version) + "."};
}
Error nothing_to_remind_of() {
  return {Errc::conflict, "The task of this reminder is done or gone, so there is nothing to be reminded of."};
}

/// Writes the ledger's line; false if this coming due is in it already.
bool write_firing(Writer& db, const ReminderRow& row, Instant due, const Firing& firing) {
  db.run(
      "INSERT INTO scheduler_firing(user_id, reminder_id, due_at, at, outcome, unconfirmed, merged_into) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      row.user, row.id, due, firing.at, firing.outcome, firing.unconfirmed, firing.merged_into);
  return db.changes() > 0;
}

void mark(ReminderRow& row, ReminderState state, Instant now) {
  row.state = state;
  row.version += 1;
  row.updated_at = now;
}

/// How it came due last, for the time that its task has now; nullopt while that is still to come.
struct Ring {
  ReminderState state{};
  Instant due{};
};
std::optional<Ring> last_ring(Writer& db, const ReminderRow& row) {
  auto line = db.query(
      "SELECT due_at, outcome FROM scheduler_firing WHERE user_id = ? AND reminder_id = ? ORDER BY due_at DESC LIMIT 1",
      row.user, row.id);
  if (!line.step()) return std::nullopt;
  const auto state = domain::parse_reminder_state(line.text(1));
  if (!state || *state == ReminderState::canceled) return std::nullopt;
  if (line.instant(0) < row.base_at.value_or(Instant::min())) return std::nullopt;
  return Ring{*state, line.instant(0)};
}

struct Fired {
  ReminderRow row;
  Instant due{};
  bool unconfirmed = false;
};

}  // namespace

SchedulerStore::Awaitable<ReminderPage> SqlSchedulerStore::list_reminders(UserId user, ReminderQuery wanted) {
  auto query = [user, wanted = std::move(wanted)](Reader& db) -> Result<ReminderPage> {
    // The cursor is the last row's "<fire_at>.<id>"; rows without a time come last.
    std::int64_t after = INT64_MIN;
    Uuid after_id;
    if (!wanted.cursor.empty()) {
      const auto dot = wanted.cursor.find('.');
      const auto id = dot == std::string::npos ? Result<Uuid>{Error{Errc::invalid_argument}}
                                               : Uuid::parse(std::string_view{wanted.cursor}.substr(dot + 1));
      if (!id) return Error{Errc::invalid_argument, "This cursor is none of ours: begin without one."};
      after = std::strtoll(wanted.cursor.c_str(), nullptr, 10);
      after_id = *id;
    }
    auto rows = db.query(
        "SELECT id, coalesce(fire_at, 9223372036854775807) AS at FROM scheduler_reminder WHERE user_id = ?1 AND "
        "(task_id = ?2 OR ?2 IS NULL) AND (coalesce(fire_at, 9223372036854775807), id) > (?3, ?4) AND "
        "(fire_at >= ?5 OR ?5 IS NULL) AND (fire_at <= ?6 OR ?6 IS NULL) ORDER BY at, id",
        user, wanted.task, after, after_id, wanted.from, wanted.to);
    ReminderPage page;
    std::string last;
    while (rows.step()) {
      auto row = load_reminder(db, user, ReminderId{rows.uuid(0)});
      if (!row) continue;
      const auto state = to_string(row->state);
      if (!wanted.states.empty() &&
          std::find(wanted.states.begin(), wanted.states.end(), state) == wanted.states.end()) {
        continue;
      }
      if (static_cast<int>(page.items.size()) == wanted.limit) {
        page.next_cursor = last;
        break;
      }
      last = std::to_string(rows.integer(1)) + "." + row->id.str();
      page.items.push_back(std::move(*row));
    }
    return page;
  };
  co_return co_await db_.read(std::move(query));
}

SchedulerStore::Awaitable<ReminderRow> SqlSchedulerStore::get_reminder(UserId user, ReminderId id) {
  auto query = [user, id](Reader& db) -> Result<ReminderRow> {
    auto row = load_reminder(db, user, id);
    if (!row) return no_reminder(id);
    return std::move(*row);
  };
  co_return co_await db_.read(std::move(query));
}

SchedulerStore::Awaitable<std::vector<Firing>> SqlSchedulerStore::ledger(UserId user, ReminderId id) {
  auto query = [user, id](Reader& db) -> Result<std::vector<Firing>> {
    std::vector<Firing> out;
    auto rows = db.query(
        "SELECT due_at, at, outcome, unconfirmed, merged_into FROM scheduler_firing WHERE user_id = ? AND "
        "reminder_id = ? ORDER BY due_at",
        user, id);
    while (rows.step()) {
      Firing firing{rows.instant(0), rows.instant(1), std::string{rows.text(2)}, rows.integer(3) != 0, std::nullopt};
      if (!rows.is_null(4)) firing.merged_into = ReminderId{rows.uuid(4)};
      out.push_back(std::move(firing));
    }
    return out;
  };
  co_return co_await db_.read(std::move(query));
}

SchedulerStore::Awaitable<ReminderRow> SqlSchedulerStore::snooze(Command command, ReminderId id, Instant until) {
  auto change = [command = std::move(command), id, until](Writer& db) -> Result<ReminderRow> {
    db.lock(command.user);
    auto row = load_reminder(db, command.user, id);
    if (!row) return no_reminder(id);
    const Idempotency key{command.idempotency_key, command.request_hash};
    auto before = idempotency_table().find(db, command.user, key);
    if (!before) return before.error();
    if (*before || (row->state == ReminderState::snoozed && row->snoozed_until == until)) return std::move(*row);
    if (command.if_match && *command.if_match != row->version) return not_at_version(*row);
    if (row->state == ReminderState::canceled || !row->live) return nothing_to_remind_of();
    mark(*row, ReminderState::snoozed, command.now);
    row->snoozed_until = row->fire_at = until;
    save_reminder(db, *row);
    set_reminder_timer(db, *row);
    append_event(db, reminder_event("reminder.updated", command, *row));
    idempotency_table().record(db, command.user, key, IdempotentOutcome{200, id.str()}, command.now);
    return std::move(*row);
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<ReminderRow> SqlSchedulerStore::dismiss(Command command, ReminderId id) {
  auto change = [command = std::move(command), id](Writer& db) -> Result<ReminderRow> {
    db.lock(command.user);
    auto row = load_reminder(db, command.user, id);
    if (!row) return no_reminder(id);
    if (row->state == ReminderState::dismissed || row->state == ReminderState::canceled) return std::move(*row);
    if (command.if_match && *command.if_match != row->version) return not_at_version(*row);
    mark(*row, ReminderState::dismissed, command.now);
    row->snoozed_until.reset();
    save_reminder(db, *row);
    set_reminder_timer(db, *row);
    append_event(db, reminder_event("reminder.updated", command, *row));
    return std::move(*row);
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<ReminderRow> SqlSchedulerStore::restore_reminder(Command command, ReminderId id) {
  auto change = [command = std::move(command), id](Writer& db) -> Result<ReminderRow> {
    db.lock(command.user);
    auto row = load_reminder(db, command.user, id);
    if (!row) return no_reminder(id);
    const Idempotency key{command.idempotency_key, command.request_hash};
    auto before = idempotency_table().find(db, command.user, key);
    if (!before) return before.error();
    if (*before) return std::move(*row);
    if (command.if_match && *command.if_match != row->version) return not_at_version(*row);
    if (row->state != ReminderState::snoozed && row->state != ReminderState::dismissed) return std::move(*row);
    if (!row->live) return nothing_to_remind_of();
    auto rang = last_ring(db, *row);
    mark(*row, rang ? rang->state : ReminderState::pending, command.now);
    row->fire_at = rang ? rang->due : row->base_at;
    row->snoozed_until.reset();
    save_reminder(db, *row);
    set_reminder_timer(db, *row);
    append_event(db, reminder_event("reminder.updated", command, *row));
    idempotency_table().record(db, command.user, key, IdempotentOutcome{200, id.str()}, command.now);
    return std::move(*row);
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<std::vector<ReminderRow>> SqlSchedulerStore::due_reminders(std::vector<Timer> timers) {
  auto query = [timers = std::move(timers)](Reader& db) -> Result<std::vector<ReminderRow>> {
    std::vector<ReminderRow> out;
    for (const auto& timer : timers) {
      auto row = load_reminder(db, timer.user, ReminderId{timer.key});
      if (row && row->version == timer.version) out.push_back(std::move(*row));
    }
    return out;
  };
  co_return co_await db_.read(std::move(query));
}

SchedulerStore::Awaitable<> SqlSchedulerStore::fire(UserId user, std::vector<DueReminder> due, Instant now) {
  auto change = [user, due = std::move(due), now](Writer& db) -> Result<> {
    db.lock(user);
    Command command;
    command.user = user;
    command.now = now;
    std::vector<Fired> fired;
    for (const auto& each : due) {
      // The clock may have gone back since: never early.
      if (each.timer.due > now) continue;
      if (!timer_table().consume(db, each.timer)) continue;
      auto row = load_reminder(db, user, ReminderId{each.timer.key});
      const bool waits = row && row->version == each.timer.version &&
                         (row->state == ReminderState::pending || row->state == ReminderState::snoozed);
      if (!waits) continue;
      if (each.answer && !each.answer->title.empty()) row->task_title = each.answer->title;
      Firing firing{each.timer.due, now, "fired", !each.answer, std::nullopt};
      if (each.answer && !each.answer->due && each.answer->fire_at && *each.answer->fire_at > now) {
        // Its task has moved; the event that says so is on its way.
        row->base_at = row->fire_at = each.answer->fire_at;
        row->snoozed_until.reset();
        mark(*row, ReminderState::pending, now);
        save_reminder(db, *row);
        set_reminder_timer(db, *row);
        append_event(db, reminder_event("reminder.updated", command, *row));
      } else if (each.answer && !each.answer->due) {
        firing.outcome = "canceled";
        if (!write_firing(db, *row, each.timer.due, firing)) continue;
        mark(*row, ReminderState::canceled, now);
        save_reminder(db, *row);
        append_event(db, reminder_event("reminder.canceled", command, *row, ",\"reason\":\"not-due\""));
      } else if (now - each.timer.due > kMissedAfter) {
        firing.outcome = "missed";
        if (!write_firing(db, *row, each.timer.due, firing)) continue;
        mark(*row, ReminderState::missed, now);
        save_reminder(db, *row);
        append_event(db, reminder_event("reminder.updated", command, *row));
      } else {
        fired.push_back({std::move(*row), each.timer.due, !each.answer});
      }
    }
    fault_point("scheduler.fire.before-ledger");
    const bool merge = fired.size() > kMergeAbove;
    std::erase_if(fired, [&](const Fired& each) {
      Firing firing{each.due, now, merge ? "merged" : "fired", each.unconfirmed, std::nullopt};
      if (merge) firing.merged_into = fired.front().row.id;
      return !write_firing(db, each.row, each.due, firing);
    });
    std::string merged;
    for (auto& each : fired) {
      mark(each.row, merge ? ReminderState::merged : ReminderState::fired, now);
      each.row.fired_at = now;
      each.row.snoozed_until.reset();
      save_reminder(db, each.row);
      (merged += merged.empty() ? "" : ",") += to_json(each.row);
    }
    bool unconfirmed = false;
    for (const auto& each : fired) unconfirmed |= each.unconfirmed;
    std::string more = unconfirmed ? ",\"unconfirmed\":true" : "";
    if (merge && !fired.empty()) {
      more += ",\"merged\":[" + merged + ']';
      append_event(db, reminder_event("reminder.triggered", command, fired.front().row, more));
      // Copies of the state in the tasks follow from these.
      for (const auto& each : fired) append_event(db, reminder_event("reminder.updated", command, each.row));
    } else {
      for (const auto& each : fired) {
        append_event(db, reminder_event("reminder.triggered", command, each.row,
                                        each.unconfirmed ? ",\"unconfirmed\":true" : ""));
      }
    }
    fault_point("scheduler.fire.before-commit");
    return {};
  };
  co_return co_await db_.write(Lane::background, std::move(change));
}

}  // namespace daybook::scheduler
