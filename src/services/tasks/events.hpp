#pragma once

#include <string>

#include "core/cloud_event.hpp"
#include "domain/task_rules.hpp"
#include "services/tasks/store.hpp"

namespace daybook::tasks {

/// The events that a change of a task gives (schemas/events/task.*.json). `document` is the
/// task's JSON as the API shows it.
CloudEvent created_event(const Command& command, const domain::Task& task, std::string_view document);
/// task.completed if the change completed it, task.deleted if it deleted it, else task.updated.
CloudEvent changed_event(const Command& command, const domain::TaskChange& change, std::string_view document,
                         std::string_view reason = {});

/// The task as it is now (design, rule 15). `more`: further members with their leading comma.
CloudEvent snapshot_event(const domain::Task& task, std::string_view document, std::string_view more, Instant now);

}  // namespace daybook::tasks
