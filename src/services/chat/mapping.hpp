#pragma once

#include "domain/task_query.hpp"
#include "domain/task_rules.hpp"
#include "language/command/command.hpp"
#include "language/now.hpp"
#include "services/scheduler/client.hpp"

namespace daybook::chat {

/// From what was said to what the services take. Pure: the time zone is that of `now`.

domain::When to_when(const language::When& when, const language::Now& now);
domain::Priority to_priority(language::Priority priority);
/// nullopt for a length that is no fixed time (months).
std::optional<std::chrono::seconds> to_seconds(const language::Length& length);
domain::ReminderRule to_reminder(const language::ReminderWish& wish, const language::Now& now);
std::vector<domain::ReminderRule> to_reminders(const language::Command& command, const language::Now& now);

/// The task that a create_task or set_reminder command asks for.
/// When what is told is due: "tomorrow morning" is at nine of that day, as long as that is still to come.
std::optional<language::When> due_of(const language::Command& command, const language::Now& now);
domain::TaskDraft to_draft(const language::Command& command, const language::Now& now);
/// The series of a create_recurring command. The rule's time of day becomes DTSTART's, UNTIL becomes UTC (rule 7).
scheduler::SeriesDraft to_series(const language::Command& command, const language::Now& now);
/// When that series falls due first, as the scheduler will have it; nullopt for a rule that it refuses.
std::optional<domain::When> first_start(const scheduler::SeriesDraft& draft, const language::Now& now);
/// An RRULE without its time of day, as the API takes it: BYHOUR, BYMINUTE and BYSECOND with one value each are taken
/// out and given back in `time_of_day`; a local UNTIL becomes the UTC instant at the end of its day.
struct StoredRule {
  std::string rrule;
  std::optional<std::chrono::minutes> time_of_day;
};
StoredRule to_stored_rule(std::string_view rrule, const language::Now& now);

/// The way back: the rule as the language engine has it, with its time of day and a local UNTIL.
std::string spoken_rule(const scheduler::SeriesView& series, const language::Now& now);

/// Which tasks a filter means.
domain::TaskQuery to_query(const language::Filter& filter, const language::Now& now);

/// The changes that an update command asks of `task`.
domain::TaskPatch to_patch(const language::Command& command, const domain::TaskFields& task, const language::Now& now);
/// What brings the fields that `patch` touches back to what `before` had: the body of an undo.
domain::TaskPatch inverse(const domain::TaskPatch& patch, const domain::TaskFields& before);

}  // namespace daybook::chat
