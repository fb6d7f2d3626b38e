#include "domain/task_rules.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "domain/search_text.hpp"
#include "domain/task_fields.hpp"
#include "domain/zone.hpp"

namespace daybook::domain {
namespace {

using namespace std::chrono;

constexpr std::string_view kSpaces = " \t\r\n\f\v";

std::string trim(std::string_view text) {
  const auto from = text.find_first_not_of(kSpaces);
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(kSpaces) - from + 1));
}

/// Code points of UTF-8.
std::size_t length(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

/// Gathers the wrong fields of one request.
class Faults {
 public:
  void add(std::string pointer, std::string detail) { fields_.push_back({std::move(pointer), std::move(detail)}); }
  std::optional<Error> error() const {
    if (fields_.empty()) return std::nullopt;
    Error error{Errc::invalid_argument, "The request has wrong fields; each is named in errors.", "invalid-request"};
    error.fields = fields_;
    return error;
  }

 private:
  std::vector<FieldError> fields_;
};

std::string check_title(std::string_view text, Faults& faults) {
  std::string title = trim(text);
  if (title.empty()) faults.add("/title", "must not be empty");
  if (length(title) > kMaxTitle) faults.add("/title", "must have at most " + std::to_string(kMaxTitle) + " characters");
  if (has_control(title)) faults.add("/title", "must be one line without control characters");
  return title;
}

std::string check_description(const std::string& text, Faults& faults) {
  if (length(text) > kMaxDescription)
    faults.add("/description", "must have at most " + std::to_string(kMaxDescription) + " characters");
  if (text.find('\0') != std::string::npos) faults.add("/description", "must not contain NUL");
  return text;
}

/// A tag or category: trimmed, without the mark that people write before it.
std::string check_label(std::string_view text, char mark, std::size_t most, const std::string& pointer,
                        Faults& faults) {
  std::string label = trim(text);
  if (!label.empty() && label[0] == mark) label = trim(std::string_view{label}.substr(1));
  if (length(label) > most) faults.add(pointer, "must have at most " + std::to_string(most) + " characters");
  if (has_control(label)) faults.add(pointer, "must be one line without control characters");
  return label;
}

std::vector<std::string> check_tags(const std::vector<std::string>& tags, Faults& faults) {
  std::vector<std::string> out, seen;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const std::string pointer = "/tags/" + std::to_string(i);
    std::string tag = check_label(tags[i], '#', kMaxTag, pointer, faults);
    if (tag.find_first_of(" ,#") != std::string::npos) faults.add(pointer, "must be without spaces, commas and #");
    if (tag.empty()) {
      faults.add(pointer, "must not be empty");
      continue;
    }
    std::string folded = fold_label(tag);
    if (std::find(seen.begin(), seen.end(), folded) != seen.end()) continue;
    seen.push_back(std::move(folded));
    out.push_back(std::move(tag));
  }
  if (out.size() > kMaxTags) faults.add("/tags", "must have at most " + std::to_string(kMaxTags) + " tags");
  return out;
}

std::string check_timezone(const std::string& name, Faults& faults) {
  if (name.empty()) return name;
  const auto zone = Zone::locate(name);
  if (!zone) return faults.add("/timezone", "is not an IANA time zone such as Europe/Berlin"), name;
  return zone->name();
}

void check_range(const TaskFields& task, Faults& faults) {
  if (task.estimate && (*task.estimate <= seconds{0} || *task.estimate > days{366}))
    faults.add("/estimatedDuration", "must be longer than nothing and at most P366D");
  // An instant and a date compare by day, since a date has no moment of its own.
  const auto* start_at = std::get_if<Instant>(&task.start);
  const auto* due_at = std::get_if<Instant>(&task.due);
  const auto* start_date = std::get_if<Date>(&task.start);
  const auto* due_date = std::get_if<Date>(&task.due);
  if ((start_at && due_at && *start_at > *due_at) || (start_date && due_date && *start_date > *due_date))
    faults.add(start_at ? "/startAt" : "/startDate", "must not be after the due time");
  for (const auto* when : {&task.due, &task.start}) {
    const char* name = when == &task.due ? "due" : "start";
    const auto* at = std::get_if<Instant>(when);
    const auto* date = std::get_if<Date>(when);
    const int year = at     ? static_cast<int>(Date{floor<days>(*at)}.year())
                     : date ? static_cast<int>(date->year())
                            : 2000;
    if (year < 1900 || year > 9000)
      faults.add(std::string("/") + name + (at ? "At" : "Date"), "must be in the years 1900 to 9000");
  }
}

/// The reminders that `drafts` ask for. One that `before` has keeps its id, and its state while its rule still gives
/// the same time (it may be snoozed to another); new and moved ones are pending.
Result<std::vector<Reminder>> make_reminders(const TaskFields& task, const std::vector<ReminderDraft>& drafts,
                                             const TaskFields& before, const OwnerTime& owner, Instant now,
                                             PastReminders past, Faults& faults) {
  const auto& existing = before.reminders;
  if (drafts.size() > kMaxReminders)
    return Error{Errc::unprocessable,
                 "A task has at most 3 reminders; leave out " + std::to_string(drafts.size() - kMaxReminders) + ".",
                 "too-many-reminders"};
  std::vector<Reminder> out;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const std::string pointer = "/reminders/" + std::to_string(i);
    const auto& draft = drafts[i];
    if (const auto* before = std::get_if<RemindBefore>(&draft.rule);
        before && (before->lead < seconds{0} || before->lead > days{366}))
      faults.add(pointer + "/before", "must be a duration from PT0M to P366D");
    if (const auto* days_before = std::get_if<RemindDaysBefore>(&draft.rule);
        days_before && (days_before->days < 0 || days_before->days > 365 || days_before->time < minutes{0} ||
                        days_before->time >= hours{24}))
      faults.add(pointer + "/daysBefore", "must be 0 to 365 days at a time of day");
    const auto fire_at = fire_time(draft.rule, task, owner);
    Reminder reminder;
    reminder.rule = draft.rule;
    reminder.fire_at = fire_at;
    const auto same = std::find_if(existing.begin(), existing.end(), [&](const Reminder& old) {
      return draft.id ? old.id == *draft.id : old.rule == draft.rule;
    });
    const bool taken = same != existing.end() &&
                       std::any_of(out.begin(), out.end(), [&](const Reminder& r) { return r.id == same->id; });
    if (draft.id && same == existing.end()) {
      faults.add(pointer + "/id", "is no reminder of this task; leave it out for a new one");
      continue;
    }
    if (same != existing.end() && !taken) {
      reminder.id = same->id;
      if (same->rule == draft.rule && fire_time(same->rule, before, owner) == fire_at) {
        out.push_back(*same);
        continue;
      }
    } else {
      reminder.id =
          ReminderId{Uuid::v5(task.id.value, "reminder/" + std::to_string(task.version) + "/" + std::to_string(i))};
    }
    if (!fire_at && past == PastReminders::refuse) {
      Error error{Errc::unprocessable, "The reminder needs a time to count from: give the task a due time, or use at.",
                  "reminder-without-due"};
      error.fields.push_back({pointer, "counts from a time that the task does not have"});
      return error;
    }
    if (fire_at && *fire_at <= now) {
      if (past == PastReminders::refuse) {
        Error error{Errc::unprocessable, "Reminder time must be in the future", "reminder-in-past"};
        error.fields.push_back({pointer, "would fire at " + format_rfc3339(*fire_at) + ", which is past"});
        return error;
      }
      reminder.state = ReminderState::missed;
    }
    out.push_back(reminder);
  }
  return out;
}

/// After the due time or a zone moved: relative reminders follow; what now lies in the past is missed, and what has
/// nothing left to count from waits. What `before` had, by `old`, and still gives the same time stays, also when it was
/// snoozed to another.
void move_reminders(TaskFields& task, const TaskFields& before, const OwnerTime& old, const OwnerTime& owner,
                    Instant now) {
  for (auto& reminder : task.reminders) {
    if (std::holds_alternative<RemindAt>(reminder.rule)) continue;
    const auto fire_at = fire_time(reminder.rule, task, owner);
    if (fire_at == reminder.fire_at) continue;
    if (reminder.state != ReminderState::pending && fire_at == fire_time(reminder.rule, before, old)) continue;
    reminder.fire_at = fire_at;
    reminder.state = !fire_at || *fire_at > now ? ReminderState::pending : ReminderState::missed;
  }
}

void cancel_reminders(TaskFields& task) {
  for (auto& reminder : task.reminders)
    if (reminder.state == ReminderState::pending || reminder.state == ReminderState::snoozed)
      reminder.state = ReminderState::canceled;
}

void revive_reminders(TaskFields& task, Instant now) {
  for (auto& reminder : task.reminders)
    if (reminder.state == ReminderState::canceled)
      reminder.state = !reminder.fire_at || *reminder.fire_at > now ? ReminderState::pending : ReminderState::missed;
}

void set_status(TaskFields& task, Status status, Instant now) {
  const bool was_completed = task.status == Status::completed;
  task.status = status;
  if (status == Status::completed && !was_completed) {
    task.completed_at = now;
    cancel_reminders(task);
  } else if (status != Status::completed && was_completed) {
    task.completed_at.reset();
    revive_reminders(task, now);
  }
}

}  // namespace

/// The one that may make tasks.
class TaskRules {
 public:
  static Task make(TaskFields fields) { return Task{std::move(fields)}; }

  /// `after` as the successor of `before`: with the next version if anything differs.
  static TaskChange succeed(const Task& before, TaskFields after, Instant now) {
    TaskChange change{before, diff_fields(*before, after), false};
    if (change.changes.empty()) return change;
    change.completed_now = after.status == Status::completed && before->status != Status::completed;
    after.version = before->version + 1;
    after.updated_at = now;
    change.task = Task{std::move(after)};
    return change;
  }
};

std::string fold_label(std::string_view label) { return fold_text(trim(label)); }

std::optional<Instant> fire_time(const ReminderRule& rule, const TaskFields& task, const OwnerTime& owner) {
  if (const auto* absolute = std::get_if<RemindAt>(&rule)) return absolute->at;
  const auto* lead = std::get_if<RemindBefore>(&rule);
  const When& due = (lead ? lead->of_start : std::get<RemindDaysBefore>(rule).of_start) ? task.start : task.due;
  if (!is_set(due)) return std::nullopt;
  const auto located = Zone::locate(task.timezone.empty() ? owner.timezone : task.timezone);
  const Zone zone = located ? *located : Zone{};
  const auto* due_at = std::get_if<Instant>(&due);
  if (lead) {
    if (due_at) return *due_at - lead->lead;
    // Whole days count on the calendar, so that "a day before" stays at the same time of day across a clock change.
    const auto whole = floor<days>(lead->lead);
    const auto day = local_days{std::get<Date>(due)} - whole;
    return zone.to_instant(day + owner.all_day_reminder).instant - (lead->lead - whole);
  }
  const auto& days_before = std::get<RemindDaysBefore>(rule);
  const auto due_day = due_at ? floor<days>(zone.to_local(*due_at)) : local_days{std::get<Date>(due)};
  return zone.to_instant(due_day - days{days_before.days} + days_before.time).instant;
}

Result<Task> create_task(const TaskIdentity& identity, const TaskDraft& draft, const OwnerTime& owner, Instant now,
                         PastReminders past) {
  Faults faults;
  TaskFields task;
  task.id = identity.id;
  task.owner = identity.owner;
  task.number = identity.number;
  task.title = check_title(draft.title, faults);
  task.description = check_description(draft.description, faults);
  task.priority = draft.priority;
  task.tags = check_tags(draft.tags, faults);
  task.category = check_label(draft.category, '@', kMaxCategory, "/category", faults);
  task.due = draft.due;
  task.start = draft.start;
  task.timezone = check_timezone(draft.timezone.empty() ? owner.timezone : draft.timezone, faults);
  task.estimate = draft.estimate;
  task.parent = draft.parent;
  if (draft.parent && *draft.parent == identity.id) faults.add("/parentId", "must be another task");
  task.series = draft.series;
  task.recurrence_id = draft.recurrence_id;
  task.created_at = task.updated_at = now;
  check_range(task, faults);
  auto reminders = make_reminders(task, draft.reminders, TaskFields{}, owner, now, past, faults);
  if (auto error = faults.error()) return *error;
  if (!reminders) return reminders.error();
  task.reminders = std::move(*reminders);
  set_status(task, draft.status, now);
  return TaskRules::make(std::move(task));
}

Result<TaskChange> patch_task(const Task& before, const TaskPatch& patch, const OwnerTime& owner, Instant now) {
  Faults faults;
  TaskFields task = *before;
  task.version = before->version + 1;  // Ids of new reminders are derived from it.
  if (patch.title) task.title = check_title(*patch.title, faults);
  if (patch.description) task.description = check_description(*patch.description, faults);
  if (patch.priority) task.priority = *patch.priority;
  if (patch.tags) task.tags = check_tags(*patch.tags, faults);
  if (patch.category) task.category = check_label(*patch.category, '@', kMaxCategory, "/category", faults);
  if (patch.due) task.due = *patch.due;
  if (patch.start) task.start = *patch.start;
  if (patch.timezone)
    task.timezone = check_timezone(patch.timezone->empty() ? owner.timezone : *patch.timezone, faults);
  if (patch.estimate) task.estimate = *patch.estimate;
  if (patch.parent) {
    task.parent = *patch.parent;
    if (task.parent && *task.parent == task.id) faults.add("/parentId", "must be another task");
  }
  check_range(task, faults);
  if (patch.reminders) {
    auto reminders = make_reminders(task, *patch.reminders, *before, owner, now, patch.past_reminders, faults);
    if (auto error = faults.error()) return *error;
    if (!reminders) return reminders.error();
    task.reminders = std::move(*reminders);
  } else if (patch.due || patch.start || patch.timezone) {
    move_reminders(task, *before, owner, owner, now);
  }
  if (auto error = faults.error()) return *error;
  if (patch.status) set_status(task, *patch.status, now);
  if (task.status == Status::completed) cancel_reminders(task);
  return TaskRules::succeed(before, std::move(task), now);
}

TaskChange complete_task(const Task& before, Instant now) {
  TaskFields task = *before;
  set_status(task, Status::completed, now);
  return TaskRules::succeed(before, std::move(task), now);
}

TaskChange reopen_task(const Task& before, Instant now) {
  TaskFields task = *before;
  if (task.status == Status::completed) set_status(task, Status::pending, now);
  return TaskRules::succeed(before, std::move(task), now);
}

TaskChange delete_task(const Task& before, Instant now) {
  TaskFields task = *before;
  if (!task.deleted_at) {
    task.deleted_at = now;
    cancel_reminders(task);
  }
  return TaskRules::succeed(before, std::move(task), now);
}

TaskChange restore_task(const Task& before, Instant now) {
  TaskFields task = *before;
  if (task.deleted_at) {
    task.deleted_at.reset();
    if (task.status != Status::completed) revive_reminders(task, now);
  }
  return TaskRules::succeed(before, std::move(task), now);
}

TaskChange adopt_task(const Task& before, const SeriesId& series, std::string_view recurrence_id, Instant now) {
  TaskFields task = *before;
  task.series = series;
  task.recurrence_id = recurrence_id;
  return TaskRules::succeed(before, std::move(task), now);
}

std::optional<Task> with_reminder_state(const Task& before, const ReminderId& id, ReminderState state,
                                        std::optional<Instant> fire_at) {
  if (state == ReminderState::canceled) return std::nullopt;
  TaskFields task = *before;
  for (auto& reminder : task.reminders) {
    if (reminder.id != id) continue;
    // Pending is what the task itself says, unless a snooze or a dismissal was taken back.
    const bool was_answered = reminder.state == ReminderState::snoozed || reminder.state == ReminderState::dismissed;
    if (state == ReminderState::pending && !was_answered) return std::nullopt;
    if (reminder.state == state && (!fire_at || *fire_at == reminder.fire_at)) return std::nullopt;
    reminder.state = state;
    if (fire_at) reminder.fire_at = *fire_at;
    return TaskRules::make(std::move(task));
  }
  return std::nullopt;
}

namespace {

/// `task` on another clock than `before`. What has fired or was put off by hand is over; only what is still to come
/// follows the clock.
std::optional<TaskChange> on_new_clock(const Task& before, TaskFields task, const OwnerTime& owner, Instant now) {
  const std::vector<Reminder> settled = task.reminders;
  move_reminders(task, *before, owner, owner, now);
  for (auto& reminder : task.reminders)
    for (const auto& old : settled)
      if (old.id == reminder.id && old.state != ReminderState::pending) reminder = old;
  auto change = TaskRules::succeed(before, std::move(task), now);
  if (change.changes.empty()) return std::nullopt;
  return change;
}

}  // namespace

std::optional<TaskChange> move_owner(const Task& before, const OwnerTime& old, const OwnerTime& owner, Instant now) {
  if (!before.is_open()) return std::nullopt;
  TaskFields task = *before;
  if (task.timezone.empty() || task.timezone == old.timezone) task.timezone = owner.timezone;
  return on_new_clock(before, std::move(task), owner, now);
}

std::optional<TaskChange> move_law(const Task& before, std::optional<std::chrono::seconds> due_offset,
                                   std::optional<std::chrono::seconds> start_offset, const OwnerTime& owner,
                                   Instant now) {
  if (!before.is_open()) return std::nullopt;
  TaskFields task = *before;
  const auto located = Zone::locate(task.timezone.empty() ? owner.timezone : task.timezone);
  if (!located) return std::nullopt;
  const auto keep_reading = [&](When& when, std::optional<std::chrono::seconds> offset) {
    auto* at = std::get_if<Instant>(&when);
    if (!at || !offset || *at <= now || located->offset_at(*at) == *offset) return;
    const auto whole = floor<std::chrono::seconds>(*at);
    const LocalTime reading{(whole + *offset).time_since_epoch()};
    *at = located->to_instant(reading).instant + (*at - whole);
  };
  keep_reading(task.due, due_offset);
  keep_reading(task.start, start_offset);
  return on_new_clock(before, std::move(task), owner, now);
}

}  // namespace daybook::domain
