#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace daybook::domain {

enum class Status : std::uint8_t { pending, in_progress, completed };
enum class Priority : std::uint8_t { none, low, medium, high };
/// A copy of what the scheduler knows of a reminder (design, rule 9), except `pending` and `canceled`, which follow
/// from the task itself.
enum class ReminderState : std::uint8_t { pending, fired, snoozed, dismissed, canceled, missed, merged };

std::string_view to_string(Status status);
std::string_view to_string(Priority priority);
std::string_view to_string(ReminderState state);
/// Compared without case; "in_progress" and p1 to p4 are taken too. nullopt: none of them.
std::optional<Status> parse_status(std::string_view text);
std::optional<Priority> parse_priority(std::string_view text);
std::optional<ReminderState> parse_reminder_state(std::string_view text);

/// When something is due or starts: not at all, at an instant, or on a whole local day. Never two of them.
using When = std::variant<std::monostate, Instant, Date>;
inline bool is_set(const When& when) { return when.index() != 0; }

/// `lead` before the due (or start) time; on an all-day date, before the owner's time for all-day reminders.
struct RemindBefore {
  std::chrono::seconds lead{};
  bool of_start = false;
  friend bool operator==(const RemindBefore&, const RemindBefore&) = default;
};
struct RemindAt {
  Instant at{};
  friend bool operator==(const RemindAt&, const RemindAt&) = default;
};
/// At `time` of the wall clock, `days` calendar days before the day of the due (or start) time.
struct RemindDaysBefore {
  int days = 0;
  std::chrono::minutes time{};  ///< Since local midnight.
  bool of_start = false;
  friend bool operator==(const RemindDaysBefore&, const RemindDaysBefore&) = default;
};
using ReminderRule = std::variant<RemindBefore, RemindAt, RemindDaysBefore>;

struct Reminder {
  ReminderId id;
  ReminderRule rule;
  std::optional<Instant> fire_at;  ///< nullopt while the task has no time that `rule` counts from.
  ReminderState state = ReminderState::pending;
  friend bool operator==(const Reminder&, const Reminder&) = default;
};

// In Unicode code points.
inline constexpr std::size_t kMaxTitle = 500;
inline constexpr std::size_t kMaxDescription = 16 * 1024;
inline constexpr std::size_t kMaxTag = 50;
inline constexpr std::size_t kMaxCategory = 100;

inline constexpr std::size_t kMaxTags = 50;
inline constexpr std::size_t kMaxReminders = 3;
inline constexpr int kMaxNesting = 8;  ///< Levels of subtasks below a task.

/// How the owner's wall clock reads: what floating times and all-day dates are measured by.
struct OwnerTime {
  std::string timezone = "UTC";
  std::chrono::minutes all_day_reminder{9 * 60};
  friend bool operator==(const OwnerTime&, const OwnerTime&) = default;
};

struct TaskFields {
  TaskId id;
  UserId owner;
  std::int64_t number = 0;   ///< Per owner, from 1, never reused.
  std::int64_t version = 1;  ///< Rises with every change of what follows, but not with a reminder's state.
  std::string title;
  std::string description;
  Status status = Status::pending;
  Priority priority = Priority::none;
  std::vector<std::string> tags;  ///< As first written, each once (compared folded).
  std::string category;           ///< Empty: none.
  When due;
  When start;
  std::string timezone;  ///< IANA: whose wall clock due, start and reminders follow.
  std::optional<std::chrono::seconds> estimate;
  std::vector<Reminder> reminders;  ///< At most kMaxReminders.
  std::optional<TaskId> parent;
  std::optional<SeriesId> series;
  /// The occurrence's scheduled local start with its offset (design, rule 7); empty unless `series` is set.
  std::string recurrence_id;
  Instant created_at{};
  Instant updated_at{};
  std::optional<Instant> completed_at;  ///< Set exactly when `status` is completed.
  std::optional<Instant> deleted_at;    ///< A tombstone.

  friend bool operator==(const TaskFields&, const TaskFields&) = default;
};

/// A task whose rules hold: made only by the functions of task_rules.hpp or from a stored state that keeps them.
class Task {
 public:
  /// Checks what a stored or received state must keep. Errors: corrupt, naming the broken rule.
  static Result<Task> restore(TaskFields fields);

  const TaskFields* operator->() const { return &fields_; }
  const TaskFields& operator*() const { return fields_; }
  bool is_open() const { return fields_.status != Status::completed && !fields_.deleted_at; }

  friend bool operator==(const Task&, const Task&) = default;

 private:
  friend class TaskRules;
  explicit Task(TaskFields fields) : fields_(std::move(fields)) {}
  TaskFields fields_;
};

/// The instant by which a task sorts, and after which it is overdue: its due instant, or the last microsecond of its
/// all-day date in the task's zone or else the owner's. nullopt without a due time.
std::optional<Instant> due_limit(const TaskFields& task, const OwnerTime& owner);

}  // namespace daybook::domain
