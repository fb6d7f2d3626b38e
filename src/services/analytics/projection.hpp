#pragma once

#include <optional>
#include <string>

#include "core/cloud_event.hpp"
#include "core/json.hpp"
#include "domain/zone.hpp"

namespace daybook::analytics {

/// What is known of one task: the last state that an event told.
struct TaskState {
  std::int64_t version = 0;
  bool completed = false;
  bool deleted = false;
  std::int64_t completion_ms = 0;  ///< From creation to completion.
  // The local days of its owner on which each happened; empty: not known.
  std::string created_on, completed_on, deleted_on;
};

/// What a change adds to the counts of one day.
struct Delta {
  int created = 0, completed = 0, deleted = 0, open = 0, reminders = 0;
  std::int64_t completion_ms = 0;

  Delta& operator+=(const Delta& more);
};

/// The state that a task.* event tells, its days by the clock of `zone`; what it does not date happened when it was
/// sent. nullopt when its data has no version: a poison message.
std::optional<TaskState> state_of(const CloudEvent& event, const json::object& data, const domain::Zone& zone);
std::string day_of(const domain::Zone& zone, Instant at);

/// Takes one task's part to (`sign` 1) or from (-1) the counts: `add(day, delta)` for each day on which something of it
/// happened. The counts are the sum of this over all tasks, so that they can be made again from the tasks alone.
template <class Add>
void contribute(const TaskState& state, int sign, Add add) {
  Delta made;
  made.created = sign;
  made.open = !state.completed && !state.deleted ? sign : 0;
  add(state.created_on, made);
  if (state.completed) {
    Delta done;
    done.completed = sign;
    done.completion_ms = sign * state.completion_ms;
    add(state.completed_on, done);
  }
  if (state.deleted) {
    Delta gone;
    gone.deleted = sign;
    add(state.deleted_on, gone);
  }
}

}  // namespace daybook::analytics
