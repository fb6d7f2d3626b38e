#pragma once

#include "services/scheduler/sql_rows.hpp"

/// What the closures that change series have in common.
namespace daybook::scheduler {

/// The request itself makes what is due; the timer follows for the case that the process dies before.
inline constexpr std::chrono::seconds kShortcut{5};

/// The id under which the task of an occurrence is made: with the owner in it, since clients may choose the ids of
/// series (docs/decisions/004).
TaskId derived_task_id(const domain::Series& series, const std::string& recurrence_id, std::int64_t revision);
/// What a request with this idempotency key made or changed before. Errors: unprocessable (another request had it).
Result<std::optional<SeriesId>> repeated(Writer& db, const Command& command);
void remember(Writer& db, const Command& command, int status, const SeriesId& id);
/// Errors: limit_exceeded.
Result<> check_room(Writer& db, const UserId& user, const StoreLimits& limits);
/// Set if the caller changes another version than it thinks.
std::optional<Error> mismatch(const Command& command, const domain::Series& series);
/// The series with the patch, and what is to come marked for change; to be saved by the caller.
Result<domain::Series> apply_patch(Writer& db, domain::Series series, const domain::SeriesPatch& patch, Instant now);
void save_changed_series(Writer& db, const Command& command, const domain::Series& before, const domain::Series& after);
/// Whether the occurrence stands as generation made it, so that it follows its series.
bool follows(const Occurrence& row);
/// The series' schedule has changed, or `to` goes on in its place: tasks of `rows` become what `to` has at the same
/// reading of the clock, or else on the same day, or else next, with all that hangs on them; those that `to` has no
/// place for go, unless they have subtasks. `apart` are those that do not follow (edited, skipped, deleted, done): a
/// day that has one gets no other in its place.
void carry_over(Writer& db, const domain::Series& from, const domain::Series& to, std::vector<Occurrence> rows,
                std::vector<Occurrence> apart, Instant now);
/// Carries over the tasks to come of an active series whose readings of the clock are other instants by now: its zone
/// has changed. Whole days stay; the tasks service moves what hangs on the clock.
void move_future(Writer& db, domain::Series& series, Instant now);
/// Takes a skip back; false if that occurrence is not skipped. Errors: invalid_argument.
Result<bool> unskip(Writer& db, domain::Series& series, const std::string& recurrence_id);

}  // namespace daybook::scheduler
