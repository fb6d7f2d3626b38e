#pragma once

#include "core/json.hpp"
#include "domain/task_rules.hpp"

namespace daybook::domain {

/// Appends the task as the API shows it (schemas/openapi.yaml, Task).
void append_task_json(std::string& out, const TaskFields& task);
std::string to_json(const TaskFields& task);
/// Reads what append_task_json wrote, of this or another version: unknown fields are ignored. `owner` stands outside
/// of the JSON. Errors: corrupt or invalid_argument.
Result<Task> parse_task(std::string_view text, const UserId& owner);
Result<Task> parse_task(const json::value& value, const UserId& owner);

/// Reads a create request's members into a draft; wrong ones are reported to `in`, which the caller finishes. Fields
/// that only services may give (seriesId, recurrenceId) are read when `internal`.
TaskDraft read_task_draft(JsonReader& in, bool internal = false);
TaskPatch read_task_patch(JsonReader& in);
/// One reminder in one of its forms.
ReminderDraft read_reminder_draft(JsonReader& in);
/// `reminders` alone, for bodies that carry it beside other things.
std::optional<std::vector<ReminderDraft>> read_reminder_drafts(JsonReader& in, std::string_view name = "reminders");
/// Reads `<stem>At` or `<stem>Date` (both given: a fault; null clears); nullopt if neither is there.
std::optional<When> read_when(JsonReader& in, std::string_view at_name, std::string_view date_name);

/// The bodies that read_task_draft and read_task_patch take.
std::string to_json(const TaskDraft& draft);
std::string to_json(const TaskPatch& patch);
void append_reminder_rule(std::string& out, const ReminderRule& rule);  ///< Members without braces.
std::string rule_json(const ReminderDraft& draft);

}  // namespace daybook::domain
