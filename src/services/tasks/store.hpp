#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/command.hpp"
#include "core/hash.hpp"
#include "core/rebuild.hpp"
#include "domain/task_query.hpp"
#include "domain/task_rules.hpp"
#include "services/tasks/client.hpp"

namespace daybook::tasks {

/// A task as a path names it: by its id or by its owner's number.
using TaskRef = std::variant<TaskId, std::int64_t>;

/// A task as it goes out, so that reads need not parse what they only pass on.
struct TaskDocument {
  TaskId id;
  std::int64_t number = 0;
  std::int64_t version = 0;
  std::string json;
  bool created = false;  ///< By this very call, or by the one that it repeats by idempotency key.
};

/// One page: JSON documents separated by commas, and the cursor of the next page (empty: none).
struct DocumentPage {
  std::string items;
  std::string next_cursor;
};

struct CalendarQuery {
  Date from, to;         ///< Inclusive.
  std::string timezone;  ///< IANA; empty: the owner's.
};
struct CalendarDay {
  Date date;
  std::string items;
};
struct CalendarPage {
  std::string timezone;
  std::vector<CalendarDay> days;
};

/// What a reminder.* event says (design, rule 9).
struct ReminderReport {
  EventId event;
  UserId user;
  TaskId task;
  ReminderId reminder;
  std::int64_t version = 0;  ///< Of the scheduler's reminder: an older report than the last one is ignored.
  domain::ReminderState state = domain::ReminderState::pending;
  std::optional<Instant> fire_at;
  domain::When due{};  ///< Of the task as the scheduler knew it.
};

/// What a user.* event says of its user's clock.
struct OwnerReport {
  EventId event;
  UserId user;
  std::int64_t version = 0;
  std::string timezone;                  ///< Empty: not said.
  std::chrono::minutes all_day{9 * 60};  ///< allDayReminderTime.
};

struct SavedFilter {
  Uuid id;
  std::string name;
  std::string query;  ///< As a list's query string: "status=open&tag=work".
  std::int64_t version = 1;
  Instant created_at{};
  Instant updated_at{};
};

struct StoreLimits {
  std::int64_t open_tasks = 10'000;
  std::int64_t saved_filters = 100;
};

/// Where tasks are kept. One method a use case; each is atomic: preconditions, rows, search text, event, inbox and
/// idempotency record together (design, rule 1). Every method is bounded to one user unless it says otherwise.
///
/// Errors of all: unavailable. Of those with a TaskRef: not_found. Of changes: version_mismatch unless the wanted state
/// holds already; unprocessable, slug "idempotency-key-reused". Repeating a key gives the resource as it is now.
class TaskStore {
 public:
  template <class T = void>
  using Awaitable = boost::asio::awaitable<Result<T>>;

  virtual ~TaskStore() = default;

  /// For the calls that begin from now on.
  virtual void set_limits(StoreLimits limits) = 0;

  /// Errors: limit_exceeded (open tasks); conflict (the id is taken by another content); what create_task refuses;
  /// not_found for the parent; unprocessable when it stands too deep.
  virtual Awaitable<TaskDocument> create(Command command, domain::TaskDraft draft) = 0;
  /// As Client::create_occurrence.
  virtual Awaitable<TaskDocument> create_occurrence(Command command, domain::TaskDraft draft) = 0;
  /// As Client::adopt.
  virtual Awaitable<TaskDocument> adopt(Command command, TaskId task, SeriesId series, std::string recurrence_id) = 0;
  virtual Awaitable<TaskDocument> get(UserId user, TaskRef task) = 0;
  /// Errors: invalid_argument for a cursor that is not this query's.
  virtual Awaitable<DocumentPage> list(UserId user, std::string timezone, domain::TaskQuery query) = 0;
  virtual Awaitable<CalendarPage> calendar(UserId user, std::string timezone, CalendarQuery query) = 0;
  virtual Awaitable<Labels> labels(UserId user) = 0;

  /// `subtasks`: of a patch that completes the task. Errors: as those of complete().
  virtual Awaitable<TaskDocument> patch(Command command, TaskRef task, domain::TaskPatch patch,
                                        Subtasks subtasks = Subtasks::keep) = 0;
  /// Adds one reminder to those that the task has.
  virtual Awaitable<TaskDocument> add_reminder(Command command, TaskRef task, domain::ReminderDraft reminder) = 0;
  /// Errors: conflict, slug "open-subtasks".
  virtual Awaitable<TaskDocument> complete(Command command, TaskRef task, Subtasks subtasks) = 0;
  /// Errors: limit_exceeded (open tasks).
  virtual Awaitable<TaskDocument> reopen(Command command, TaskRef task) = 0;
  /// Deletes the task and its subtasks; a tombstone stays. Deleting it again succeeds. Errors: conflict, slug
  /// "already-completed" or "has-subtasks", where only an open one or one without is meant.
  virtual Awaitable<TaskDocument> remove(Command command, TaskRef task, Removal how) = 0;
  /// Errors: limit_exceeded (open tasks).
  virtual Awaitable<TaskDocument> restore(Command command, TaskRef task) = 0;

  virtual Awaitable<std::vector<StillDueAnswer>> still_due(UserId user, Instant now,
                                                           std::vector<StillDueQuestion> questions) = 0;

  virtual Awaitable<std::vector<SavedFilter>> saved_filters(UserId user) = 0;
  /// Errors: limit_exceeded; conflict (the name is taken).
  virtual Awaitable<SavedFilter> create_filter(Command command, std::optional<Uuid> id, std::string name,
                                               std::string query) = 0;
  virtual Awaitable<SavedFilter> update_filter(Command command, Uuid id, std::optional<std::string> name,
                                               std::optional<std::string> query) = 0;
  virtual Awaitable<> remove_filter(Command command, Uuid id) = 0;

  /// Each with its inbox record; a report that was heard before, or is older, changes nothing.
  virtual boost::asio::awaitable<std::vector<Result<>>> apply_reminders(std::vector<ReminderReport> reports) = 0;
  /// Takes the clock over, unless a newer version of it is known, and moves what hangs on it. Repeatable.
  virtual Awaitable<> apply_owner(OwnerReport report, Instant now) = 0;
  /// Erases everything of the user, in slices; repeatable.
  virtual Awaitable<> erase(UserId user) = 0;
  /// After a change of the time zone data: takes one slice of the open tasks to the new law and notes how far that is;
  /// true while there is more. Nothing to do for a version that is in force.
  virtual Awaitable<bool> adopt_tzdb(std::string version, Instant now) = 0;
  /// Every task that there is, tombstones too, as task.snapshot events (design, rule 15). `after`: the cursor of the
  /// page before. Errors: invalid_argument.
  virtual Awaitable<SnapshotPage> snapshot(std::string after, int limit, Instant now) = 0;
  /// After a change of the folding (domain::kFolding): folds one slice of what was folded by an older one anew and
  /// notes how far that is; true while there is more.
  virtual Awaitable<bool> adopt_folding() { co_return false; }
  /// Removes at most `limit` tombstones and idempotency records that are older than their time; gives how many.
  virtual Awaitable<int> purge(Instant now, int limit) = 0;
};

/// How long a tombstone is kept.
inline constexpr std::chrono::days kTombstoneAge{30};

}  // namespace daybook::tasks
