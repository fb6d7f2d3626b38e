#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "domain/task_query.hpp"
#include "domain/task_rules.hpp"
#include "runtime/caller.hpp"
#include "runtime/invoker.hpp"

namespace daybook::tasks {

using runtime::Caller;

struct TaskPage {
  std::vector<domain::Task> items;
  std::string next_cursor;  ///< Empty: the last page.
};

/// What to do with open subtasks when their parent is completed.
enum class Subtasks { ask, complete, keep };

/// Why a task is deleted, for its event, and which.
struct Removal {
  // Not an aggregate: decision 006.
  explicit Removal(std::string because = {}, bool open = false) : reason(std::move(because)), only_open(open) {}
  std::string reason;
  bool only_open;               ///< One that its person has completed meanwhile stays.
  bool only_childless = false;  ///< One that has subtasks stays.
};

/// A tag or category in use.
struct Label {
  std::string name;
  std::int64_t open = 0;   ///< Open tasks that carry it.
  std::int64_t total = 0;  ///< Live tasks that carry it.
};
struct Labels {
  std::vector<Label> tags;
  std::vector<Label> categories;
};

/// "Is this reminder of this task still to be sent?" `version` is the task's that the asker knows.
struct StillDueQuestion {
  TaskId task;
  ReminderId reminder;
  std::int64_t version = 0;
};
/// Answers a question of the same place. `due` is false when the task is completed, deleted or has no such reminder,
/// or when the reminder now fires at another time; then `fire_at` says when, if at all.
struct StillDueAnswer {
  bool due = true;
  std::optional<Instant> fire_at;
  std::string title;  ///< As it is now; empty when the task is gone.
};

/// The tasks service for other services. Every call has a deadline; errors are those that the service gave (see
/// store.hpp), or unavailable/timeout. `ref` is a task's id or number as text.
class Client {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<Result<T>>;

  explicit Client(runtime::Invoker& invoker, std::chrono::milliseconds deadline = std::chrono::seconds(5))
      : invoker_(invoker), deadline_(deadline) {}

  Awaitable<domain::Task> create(Caller caller, domain::TaskDraft draft);
  Awaitable<domain::Task> get(Caller caller, std::string ref);
  Awaitable<TaskPage> list(Caller caller, domain::TaskQuery query);
  Awaitable<Labels> labels(Caller caller);
  /// `if_match` 0: whatever the version. The same for those below.
  /// Open subtasks of a task that this completes stay open.
  Awaitable<domain::Task> patch(Caller caller, std::string ref, domain::TaskPatch patch, std::int64_t if_match = 0);
  /// Errors also: conflict, slug "open-subtasks", when there are some and `subtasks` is ask.
  Awaitable<domain::Task> complete(Caller caller, std::string ref, Subtasks subtasks = Subtasks::ask,
                                   std::int64_t if_match = 0);
  Awaitable<domain::Task> reopen(Caller caller, std::string ref, std::int64_t if_match = 0);
  /// Deletes the task and its subtasks; gives the tombstone, whose version restore() takes. `reason` stands in the
  /// event: "user-deletion" when empty.
  Awaitable<domain::Task> remove(Caller caller, std::string ref, Removal how = Removal{}, std::int64_t if_match = 0);
  /// Brings a deleted task back, with the subtasks that were deleted with it. Errors: not_found after 30 days.
  Awaitable<domain::Task> restore(Caller caller, std::string ref, std::int64_t if_match = 0);

  /// Makes the task of an occurrence; `draft.id` (derived), `series` and `recurrence_id` are set. Idempotent by id:
  /// if the task was made before it is given back as it is now, also when it has been edited, completed or deleted
  /// (then `deleted_at` is set). Reminders that are past already are kept as `missed`. Does not count against the
  /// quota of open tasks.
  Awaitable<domain::Task> create_occurrence(Caller caller, domain::TaskDraft draft);
  /// The task becomes that occurrence of that series, and keeps all else: what hangs on it, what the person did to it.
  /// Repeatable.
  Awaitable<domain::Task> adopt(Caller caller, TaskId task, SeriesId series, std::string recurrence_id);
  /// As patch(), but reminders that are past already are kept as `missed`.
  Awaitable<domain::Task> patch_occurrence(Caller caller, TaskId task, domain::TaskPatch patch, std::int64_t if_match);
  /// One answer a question, in order. Deadline 500 ms (design, rule 9).
  Awaitable<std::vector<StillDueAnswer>> still_due(Caller caller, std::vector<StillDueQuestion> questions);

 private:
  runtime::Invoker& invoker_;
  std::chrono::milliseconds deadline_;
};

}  // namespace daybook::tasks
