#pragma once

#include "domain/task.hpp"

namespace daybook::domain {

/// A reminder as asked for. `id` keeps an existing reminder (and its state) through a patch.
struct ReminderDraft {
  std::optional<ReminderId> id;
  ReminderRule rule;
  friend bool operator==(const ReminderDraft&, const ReminderDraft&) = default;
};

/// Whether reminders that would already have fired are refused (a person asked for them) or kept as `missed` (an
/// occurrence is made late, or its series' template changes).
enum class PastReminders { refuse, miss };

/// What somebody wants a new task to be. Only the title is required.
struct TaskDraft {
  std::optional<TaskId> id;  ///< Made by the client (UUIDv7), so that sending it again makes no second task.
  std::string title;
  std::string description;
  Status status = Status::pending;
  Priority priority = Priority::none;
  std::vector<std::string> tags;
  std::string category;
  When due;
  When start;
  std::string timezone;  ///< Empty: the owner's.
  std::optional<std::chrono::seconds> estimate;
  std::vector<ReminderDraft> reminders;
  std::optional<TaskId> parent;
  std::optional<SeriesId> series;  ///< Set by the scheduler only.
  std::string recurrence_id;
  friend bool operator==(const TaskDraft&, const TaskDraft&) = default;
};

/// The fields to change; what is nullopt stays. Empty strings, an empty When and an empty optional clear.
struct TaskPatch {
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<Status> status;
  std::optional<Priority> priority;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::string> category;
  std::optional<When> due;
  std::optional<When> start;
  std::optional<std::string> timezone;
  std::optional<std::optional<std::chrono::seconds>> estimate;
  std::optional<std::vector<ReminderDraft>> reminders;
  std::optional<std::optional<TaskId>> parent;
  PastReminders past_reminders = PastReminders::refuse;  ///< Set by the scheduler only.
  friend bool operator==(const TaskPatch&, const TaskPatch&) = default;
};

/// One field that changed, by its JSON name, with both values as JSON text.
struct FieldChange {
  std::string field;
  std::string before;
  std::string after;
  friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

/// A new state and what differs from the one before. Without changes the version stands still.
struct TaskChange {
  Task task;
  std::vector<FieldChange> changes;
  bool completed_now = false;  ///< The status moved to completed.
};

/// What a store gives to a new task besides its content.
struct TaskIdentity {
  TaskId id;
  UserId owner;
  std::int64_t number = 0;
};

/// Errors of create and patch: invalid_argument naming each wrong field by JSON pointer; unprocessable, slug
/// "reminder-in-past" ("Reminder time must be in the future"), "too-many-reminders", or "reminder-without-due" for a
/// new one that counts from a time that is not there (one that was there before waits for the next due time).
Result<Task> create_task(const TaskIdentity& identity, const TaskDraft& draft, const OwnerTime& owner, Instant now,
                         PastReminders past = PastReminders::refuse);
Result<TaskChange> patch_task(const Task& task, const TaskPatch& patch, const OwnerTime& owner, Instant now);
/// Completing what is completed, reopening what is open and so on change nothing and are no errors.
TaskChange complete_task(const Task& task, Instant now);
TaskChange reopen_task(const Task& task, Instant now);
TaskChange delete_task(const Task& task, Instant now);
TaskChange restore_task(const Task& task, Instant now);
/// The task as another occurrence, of the same series or of one that goes on in its place.
TaskChange adopt_task(const Task& task, const SeriesId& series, std::string_view recurrence_id, Instant now);
/// Takes over what the scheduler says of a reminder: its state and, when snoozed, its next time. The version stays,
/// since nothing that a person edits has changed. `canceled` follows from the task itself and is not taken; `pending`
/// only where a snooze or a dismissal was taken back. nullopt: nothing changes.
std::optional<Task> with_reminder_state(const Task& task, const ReminderId& reminder, ReminderState state,
                                        std::optional<Instant> fire_at);
/// The task after its owner's zone or all-day time changed: an open task of the old zone goes to the new one, and
/// reminders that hang on either move. Instants stay. nullopt: nothing changes.
std::optional<TaskChange> move_owner(const Task& task, const OwnerTime& old, const OwnerTime& owner, Instant now);

/// The task after its zone's law has changed (design, rule 6): due and start that are still to come keep their reading
/// of the wall clock, `due_offset` and `start_offset` being how far east of UTC that was when they were given;
/// reminders follow. nullopt: nothing changes.
std::optional<TaskChange> move_law(const Task& task, std::optional<std::chrono::seconds> due_offset,
                                   std::optional<std::chrono::seconds> start_offset, const OwnerTime& owner,
                                   Instant now);

/// When `rule` fires for a task of which only due, start and timezone count; nullopt if it hangs on a time that the
/// task does not have.
std::optional<Instant> fire_time(const ReminderRule& rule, const TaskFields& task, const OwnerTime& owner);

/// The name by which labels are one: "Work" and "work" are the same tag.
std::string fold_label(std::string_view label);

}  // namespace daybook::domain
