#pragma once

#include <map>

#include "domain/task.hpp"
#include "services/scheduler/sql_rows.hpp"

namespace daybook::scheduler {

/// How the state of a task came here.
struct TaskNews {
  bool snapshot = false;       ///< Told again, for what may have been lost: nothing of it is new to anybody else.
  bool may_be_edited = false;  ///< The person may have changed it.
  std::int64_t generation = 0;
  Instant now{};
  std::map<ReminderId, std::int64_t> reminder_versions{};  ///< Of a snapshot: what the tasks service last heard.
};

/// Takes over what the task says of its occurrence and its reminders, unless newer is known. The caller has locked the
/// user.
void apply_task(Writer& db, const Command& command, const TaskNews& news, const domain::TaskFields& task);

}  // namespace daybook::scheduler
