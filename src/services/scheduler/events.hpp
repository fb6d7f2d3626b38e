#pragma once

#include <string>

#include "services/scheduler/store.hpp"

namespace daybook::scheduler {

/// Members of schemas/events/recurring-task.*.json and reminder.*.json.
CloudEvent series_event(std::string type, const Command& command, const domain::Series& series,
                        std::string_view more = {});
/// recurring-task.updated, with what differs between the two.
CloudEvent series_updated_event(const Command& command, const domain::Series& before, const domain::Series& after);
/// `more`: further members with their leading comma.
CloudEvent reminder_event(std::string type, const Command& command, const ReminderRow& reminder,
                          std::string_view more = {});
/// A notice as the ledger has it: of which reminder, and when (design, rule 15).
CloudEvent notice_snapshot(const UserId& user, const ReminderId& reminder, Instant fired_at, Instant now);
/// The reminder as the API shows it.
std::string to_json(const ReminderRow& reminder);

}  // namespace daybook::scheduler
