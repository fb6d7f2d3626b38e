#pragma once

#include <functional>

#include "services/tasks/sql_rows.hpp"

namespace daybook::tasks {

/// The synchronous bodies of the use cases: each runs inside one write closure.

Result<TaskDocument> create_in(Writer& db, const Command& command, const domain::TaskDraft& draft,
                               const StoreLimits& limits, bool occurrence);

/// What a change makes of a loaded task; it may touch other tasks (subtasks) through `db`.
using Change = std::function<Result<domain::TaskChange>(Writer& db, const OwnerRow& owner, const TaskRow& row)>;

struct ChangeRules {
  bool deleted_too = false;  ///< Whether a tombstone is found.
  int status = 200;          ///< What an idempotency record remembers.
  std::string reason;        ///< Of a deletion, for the event.
};

/// Repeats by idempotency key, finds the task, applies `change`, checks If-Match unless nothing changes, writes row and
/// event, records the key.
Result<TaskDocument> change_in(Writer& db, const Command& command, const TaskRef& ref, const StoreLimits& limits,
                               const ChangeRules& rules, const Change& change);

/// Writes a change that was decided on: row and event. The change must have one.
void save_change(Writer& db, const Command& command, const OwnerRow& owner, TaskRow& row,
                 const domain::TaskChange& change, std::string_view reason = {});

/// The live subtasks of a task, or, when `deleted_at` is given, those deleted at that moment.
std::vector<std::int64_t> subtask_keys(Connection& db, std::int64_t parent_key, std::optional<Instant> deleted_at = {});

/// Checks that `parent` can take `child` (nil: a task to be made) below it. Errors: not_found; unprocessable (a
/// cycle, slug "parent-cycle"; too many levels). Gives the parent's key.
Result<std::int64_t> check_parent(Writer& db, const OwnerRow& owner, const UserId& user, const TaskId& parent,
                                  const TaskId& child);

}  // namespace daybook::tasks
