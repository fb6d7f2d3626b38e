#pragma once

#include "services/scheduler/store.hpp"
#include "storage/sql/idempotency.hpp"
#include "storage/sql/rebuild_table.hpp"
#include "storage/sql/timer_table.hpp"

/// Rows of the scheduler's tables, and what is done to several of them alike.
namespace daybook::scheduler {

using storage::sql::Connection;
using storage::sql::Writer;

const storage::sql::TimerTable& timer_table();
const storage::sql::IdempotencyTable& idempotency_table();
const storage::sql::RebuildTable& rebuild_table();
inline constexpr std::string_view kGenerate = "generate";
inline constexpr std::string_view kReminder = "reminder";
inline constexpr std::string_view kPurge = "purge";  ///< One timer for the whole store, of the nil key.
inline constexpr std::string_view kTzdb = "tzdb";    ///< Likewise, while new time zone data is being taken over.

/// Errors: not_found (also for a deleted one unless `deleted`), corrupt.
Result<domain::Series> load_series(Connection& db, const UserId& user, const SeriesId& id, bool deleted = false);
/// `cause`: what changed it now; generation does its work in that name. Empty: whatever it was before.
void save_series(Writer& db, const domain::Series& series, const Trace& cause = {});
void note_cause(Writer& db, const domain::Series& series, const Trace& cause);
Trace load_cause(Connection& db, const UserId& user, const SeriesId& series);
/// Looks at the series at `due` at the latest; a sooner look stays.
void look_at(Writer& db, const domain::Series& series, Instant due);

std::vector<Occurrence> load_occurrences(Connection& db, const UserId& user, const SeriesId& series,
                                         bool pending_only = false);
std::optional<Occurrence> load_occurrence(Connection& db, const UserId& user, const SeriesId& series,
                                          std::string_view recurrence_id);
/// Rows whose wall-clock start is that of `recurrence_id`, whatever the offset: a changed law or a user who moved must
/// not make the same start again.
std::vector<Occurrence> load_occurrences_at(Connection& db, const UserId& user, const SeriesId& series,
                                            std::string_view recurrence_id);
/// Its task goes, made or just being made; bring_back() undoes that.
void take_along(Occurrence& row);
void bring_back(Occurrence& row);
void save_occurrence(Writer& db, const UserId& user, const SeriesId& series, const Occurrence& row);
Instant instant_of(const domain::Series& series, const domain::When& start);

std::optional<ReminderRow> load_reminder(Connection& db, const UserId& user, const ReminderId& id);
std::vector<ReminderRow> load_task_reminders(Connection& db, const UserId& user, const TaskId& task);
void save_reminder(Writer& db, const ReminderRow& row);
/// Sets the timer for `fire_at`, or takes it away when nothing is to fire.
void set_reminder_timer(Writer& db, const ReminderRow& row);

std::string format_when(const domain::When& when);
domain::When parse_when(std::string_view text);

}  // namespace daybook::scheduler
