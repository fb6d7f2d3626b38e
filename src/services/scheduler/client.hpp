#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "domain/task.hpp"
#include "runtime/caller.hpp"
#include "runtime/invoker.hpp"

namespace daybook::scheduler {

/// What somebody wants a recurring task to be (schemas/openapi.yaml, RecurringTaskCreate).
struct SeriesDraft {
  std::optional<SeriesId> id;  ///< Made by the client (UUIDv7), so that sending it again makes no second series.
  std::string title;
  std::string description;
  domain::Priority priority = domain::Priority::none;
  std::vector<std::string> tags;
  std::string category;
  std::optional<std::chrono::seconds> estimate;
  std::string rrule;
  domain::When starts;  ///< DTSTART; unset: today, all day.
  std::string timezone;
  bool anchor_completion = false;
  std::vector<std::string> exdates;  ///< Recurrence ids: local times or dates.
  std::vector<domain::ReminderRule> reminders;
};

/// A recurring task as the API shows it (RecurringTask), as far as other services need it.
struct SeriesView {
  SeriesId id;
  std::string title;
  std::string rrule;
  std::string rrule_text;  ///< The rule in words.
  domain::When starts;
  std::string timezone;
  bool after_completion = false;  ///< The next one is counted from when the last was done.
  std::string state;              ///< "active", "paused", "stopped", "ended".
  std::vector<std::string> next;  ///< The next starts: instants or dates.
  std::vector<std::string> tags;
  std::string category;
  domain::Priority priority = domain::Priority::none;
  std::vector<std::string> notes;
  std::int64_t version = 0;
  std::string json;  ///< The whole, for cards.
};

/// A reminder as the API shows it (Reminder), as far as other services need it.
struct ReminderView {
  ReminderId id;
  TaskId task;
  std::string task_title;
  std::optional<Instant> fire_at;
  std::optional<Instant> fired_at;
  domain::ReminderState state = domain::ReminderState::pending;
  std::int64_t version = 0;
};

/// The scheduler for other services. Every call has a deadline; errors are those that the service gave, or
/// unavailable/timeout.
class Client {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<Result<T>>;
  using Caller = runtime::Caller;

  explicit Client(runtime::Invoker& invoker, std::chrono::milliseconds deadline = std::chrono::seconds(5))
      : invoker_(invoker), deadline_(deadline) {}

  Awaitable<SeriesView> create(Caller caller, SeriesDraft draft);
  Awaitable<SeriesView> get(Caller caller, SeriesId id);
  /// The newest 200 in any of `states` ("active"; empty: all).
  Awaitable<std::vector<SeriesView>> list(Caller caller, std::vector<std::string> states);
  /// `body`: RecurringTaskUpdate as JSON. `if_match` 0: whatever the version. The same for those below. `from` is a
  /// recurrence id: that one and all that follow, which may make another series; empty: all that are to come.
  Awaitable<SeriesView> patch(Caller caller, SeriesId id, std::string body, std::int64_t if_match = 0,
                              std::string from = {});
  /// Edits or reschedules one occurrence: `body` is TaskUpdate as JSON. Gives its task.
  Awaitable<domain::Task> patch_occurrence(Caller caller, SeriesId id, std::string recurrence_id, std::string body);
  Awaitable<SeriesView> pause(Caller caller, SeriesId id, std::int64_t if_match = 0);
  Awaitable<SeriesView> resume(Caller caller, SeriesId id, std::int64_t if_match = 0);
  Awaitable<SeriesView> stop(Caller caller, SeriesId id, std::int64_t if_match = 0);
  /// `recurrence_id` empty: the next one that is not skipped.
  Awaitable<SeriesView> skip(Caller caller, SeriesId id, std::string recurrence_id, std::int64_t if_match = 0);
  /// The way back from stop(), from remove() (for 30 days, with the tasks that it took along), or with `recurrence_id`
  /// from a skip.
  Awaitable<SeriesView> restore(Caller caller, SeriesId id, std::string recurrence_id = {}, std::int64_t if_match = 0);
  /// `scope`: "future", "template" or "all".
  Awaitable<void> remove(Caller caller, SeriesId id, std::string scope, std::int64_t if_match = 0);

  /// A task's reminders, or the user's, in the order of their firing; the first 200.
  Awaitable<std::vector<ReminderView>> reminders(Caller caller, std::optional<TaskId> task);
  Awaitable<ReminderView> snooze(Caller caller, ReminderId id, Instant until, std::int64_t if_match = 0);
  Awaitable<ReminderView> dismiss(Caller caller, ReminderId id);
  /// The way back from both.
  Awaitable<ReminderView> restore(Caller caller, ReminderId id, std::int64_t if_match = 0);

 private:
  Awaitable<Reply> send(Call call);
  Awaitable<SeriesView> send_for_series(Call call);
  Awaitable<ReminderView> send_for_reminder(Call call);

  runtime::Invoker& invoker_;
  std::chrono::milliseconds deadline_;
};

}  // namespace daybook::scheduler
