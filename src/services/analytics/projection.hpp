#pragma once

#include <optional>
#include <string>

#include "core/cloud_event.hpp"
#include "core/json.hpp"

namespace daybook::analytics {

/// What is known of one task: the last state that an event told.
struct TaskState {
  std::int64_t version = 0;
  bool completed = false;
  bool deleted = false;
};

/// What one event adds to the counts.
struct Delta {
  int created = 0, completed = 0, deleted = 0, open = 0, reminders = 0;
  std::int64_t completion_ms = 0;

  Delta& operator+=(const Delta& more);
};

/// The state that a task.* event tells. nullopt when its data has no version: a poison message.
std::optional<TaskState> state_of(const CloudEvent& event, const json::object& data);

/// What changes when a task goes from `before` (nullopt: never heard of) to `after`. Nothing if `after` is not newer.
Delta difference(const std::optional<TaskState>& before, const TaskState& after, const json::object& data);

}  // namespace daybook::analytics
