#pragma once

#include "services/tasks/sql_rows.hpp"

namespace daybook::tasks {

/// One page of the owner's tasks. Errors: invalid_argument for a cursor of another query.
Result<DocumentPage> list_tasks(Connection& db, const OwnerRow& owner, const UserId& user,
                                const domain::TaskQuery& query);
Result<CalendarPage> list_calendar(Connection& db, const OwnerRow& owner, const CalendarQuery& query);

}  // namespace daybook::tasks
