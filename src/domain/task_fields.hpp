#pragma once

#include "domain/task_rules.hpp"

namespace daybook::domain {

/// The members of a task's JSON that differ, leaving out `version` and `updatedAt`, which always do.
std::vector<FieldChange> diff_fields(const TaskFields& before, const TaskFields& after);

}  // namespace daybook::domain
