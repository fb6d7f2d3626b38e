#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/command.hpp"
#include "core/hash.hpp"
#include "core/timer.hpp"
#include "core/trace.hpp"
#include "domain/series.hpp"
#include "runtime/rebuild.hpp"

namespace daybook::scheduler {

struct SeriesQuery {
  std::vector<std::string> states;  ///< Empty: all.
  std::string text;                 ///< Part of the title, folded; empty: all.
  int limit = 50;
  std::string cursor;
};
struct SeriesPage {
  std::vector<domain::Series> items;
  std::string next_cursor;
};

/// What a delete takes with it: open occurrences from now on, nothing else, or every task ever made from the series.
enum class DeleteScope { future, template_only, all };

/// One row of the occurrence table (design, rule 7).
struct Occurrence {
  std::string recurrence_id;
  std::int64_t revision = 1;
  /// made, skipped, deleted, moved (due at another time), detached (edited by the person), replaced (by a changed
  /// schedule).
  std::string state;
  TaskId task;
  std::int64_t task_version = 0;  ///< That generation itself left; 0: not made yet.
  domain::When start;
  bool open = false;
  /// What the tasks service has still to be told: "make", "patch", "delete" (if it is open), "erase" (whatever it is),
  /// "restore", "adopt" (the task of another occurrence is this one's from now on) or nothing.
  std::string pending;
  std::string told{};   ///< What generation last gave the task (domain::given_by); empty: not known.
  std::string taken{};  ///< The state before a skip or the series' deletion took it along; the way back needs it.
};

/// What generation has to tell the tasks service.
struct GenerationWork {
  domain::Series series;
  std::vector<Occurrence> pending;
  Trace cause{};  ///< In whose name; empty: the hour's.
};
struct SettledOccurrence {
  std::string recurrence_id;
  std::string done;  ///< The `pending` that was done.
  std::int64_t task_version = 0;
  bool open = true;
  bool detached = false;  ///< The person had changed the task: it keeps the edit.
  bool deleted = false;   ///< The person had deleted the task: it stays deleted.
  std::string told{};     ///< What the task was given, if it was.
};

/// A reminder as the scheduler keeps it. The definition is the tasks service's (design, rule 9).
struct ReminderRow {
  ReminderId id;
  UserId user;
  TaskId task;
  std::int64_t task_number = 0;
  std::string task_title;
  domain::When task_due;
  std::string rule;                ///< JSON members: how it was given.
  std::optional<Instant> base_at;  ///< When the task says that it fires.
  std::optional<Instant> fire_at;  ///< When it fires next (snoozed: later), or fired last.
  domain::ReminderState state = domain::ReminderState::pending;
  std::optional<Instant> fired_at;
  std::optional<Instant> snoozed_until;
  std::int64_t task_version = 0;
  std::int64_t version = 1;
  Instant created_at{};
  Instant updated_at{};
  std::int64_t generation = 0;  ///< Of the copies: which rebuild has seen it.
  bool live = true;             ///< The task is open and has it.
};

struct ReminderQuery {
  std::vector<std::string> states;
  std::optional<TaskId> task;
  std::optional<Instant> from, to;  ///< Of fire_at, inclusive.
  int limit = 50;
  std::string cursor;
};
struct ReminderPage {
  std::vector<ReminderRow> items;
  std::string next_cursor;
};

/// One line of the ledger: exactly one for each time that a reminder came due.
struct Firing {
  Instant due{};
  Instant at{};
  std::string outcome;  ///< fired, merged, missed, canceled.
  bool unconfirmed = false;
  std::optional<ReminderId> merged_into;
};

/// A timer that came due, with what the tasks service said of it (nullopt: it did not answer in time).
struct DueReminder {
  Timer timer;
  struct Answer {
    bool due = true;
    std::optional<Instant> fire_at;
    std::string title;
  };
  std::optional<Answer> answer;
};

struct StoreLimits {
  std::int64_t series = 200;
};

/// Where series, occurrences and reminders are kept. One method a use case; each is atomic: preconditions, rows,
/// events, timers, inbox and idempotency record together (design, rule 1). Every method is bounded to one user.
///
/// Errors of all: unavailable. Of those with an id: not_found. Of changes: version_mismatch; unprocessable, slug
/// "idempotency-key-reused".
///
/// What it copies of tasks (reminders' definitions, which occurrences are open) is a projection that can be rebuilt;
/// series, occurrences and the ledger are its own.
class SchedulerStore : public runtime::Projection {
 public:
  /// For what is decided from now on.
  virtual void set_limits(StoreLimits limits) = 0;

  struct Created {
    domain::Series series;
    bool created = false;
  };
  /// Errors: what create_series refuses; limit_exceeded; conflict (the id is taken by another content).
  virtual Awaitable<Created> create_series(Command command, domain::SeriesDraft draft) = 0;
  virtual Awaitable<domain::Series> get_series(UserId user, SeriesId id) = 0;
  virtual Awaitable<SeriesPage> list_series(UserId user, SeriesQuery query) = 0;
  /// Marks future occurrences that must change. Errors: what patch_series refuses; conflict for a stopped series.
  virtual Awaitable<domain::Series> patch_series(Command command, SeriesId id, domain::SeriesPatch patch) = 0;
  /// "This one and all that follow" from the occurrence `from` on: the series ends before it and another goes on,
  /// unless `from` is the next one, so that all of the future is meant. What the person has edited stays. Errors: those
  /// of patch_series; unprocessable (no such occurrence); limit_exceeded.
  struct Split {
    domain::Series series;       ///< What the patch holds for.
    std::optional<SeriesId> of;  ///< What it was split from.
  };
  virtual Awaitable<Split> split_series(Command command, SeriesId id, std::string from, domain::SeriesPatch patch) = 0;
  /// The row of an occurrence, which is to be made if it is not yet. Errors: unprocessable (no such occurrence);
  /// conflict (skipped or deleted).
  virtual Awaitable<Occurrence> ensure_occurrence(Command command, SeriesId id, std::string recurrence_id) = 0;
  /// active resumes from now on. Errors: conflict (a stopped series is restored, an ended one given a new rule).
  virtual Awaitable<domain::Series> set_state(Command command, SeriesId id, domain::SeriesState state) = 0;
  /// `recurrence_id` empty: the next one that is not skipped. Errors: unprocessable (no such occurrence).
  virtual Awaitable<domain::Series> skip(Command command, SeriesId id, std::string recurrence_id) = 0;
  /// The way back from a stop (to what it was before) or a deletion (with the occurrences that it took along), or with
  /// `recurrence_id` from a skip. Nothing to take back succeeds. Errors: limit_exceeded; unprocessable (no such
  /// occurrence).
  virtual Awaitable<domain::Series> restore_series(Command command, SeriesId id, std::string recurrence_id) = 0;
  /// Deleting what is deleted succeeds.
  virtual Awaitable<> remove_series(Command command, SeriesId id, DeleteScope scope) = 0;
  /// Rows of the series, by recurrence id.
  virtual Awaitable<std::vector<Occurrence>> occurrences(UserId user, SeriesId id) = 0;

  /// Decides what is to be made now, writes it down first, and sets the next look. Safe to run any number of times.
  virtual Awaitable<GenerationWork> plan(UserId user, SeriesId id, Instant now) = 0;
  /// Takes note of what was told, from the series at `version`: a template that has changed since is told again.
  virtual Awaitable<> settle(UserId user, SeriesId id, std::int64_t version, std::vector<SettledOccurrence> settled,
                             Instant now) = 0;
  /// Removes at most `limit` each of tombstones, idempotency records, and occurrences and reminders that are over, with
  /// their ledger, which are older than their time, and looks again in an hour. Gives how many went.
  virtual Awaitable<int> purge(Instant now, int limit) = 0;
  /// After a change of the time zone data: takes a slice of the active series to it and looks at them again; while
  /// there is more, a timer asks for the next slice, also after a restart. Gives how many.
  virtual Awaitable<int> adopt_tzdb(std::string version, Instant now) = 0;

  /// task.*, user.updated and user.deleted, each with its inbox record.
  virtual boost::asio::awaitable<std::vector<Result<>>> apply_events(std::vector<CloudEvent> events, Instant now) = 0;

  virtual Awaitable<ReminderPage> list_reminders(UserId user, ReminderQuery query) = 0;
  virtual Awaitable<ReminderRow> get_reminder(UserId user, ReminderId id) = 0;
  virtual Awaitable<std::vector<Firing>> ledger(UserId user, ReminderId id) = 0;
  /// Errors: conflict (its task is done or gone, or has it no more).
  virtual Awaitable<ReminderRow> snooze(Command command, ReminderId id, Instant until) = 0;
  virtual Awaitable<ReminderRow> dismiss(Command command, ReminderId id) = 0;
  /// Takes a snooze or dismissal back: it is again what it was when it last came due, or waits for its own time where
  /// it has not. Errors: as snooze().
  virtual Awaitable<ReminderRow> restore_reminder(Command command, ReminderId id) = 0;
  /// The rows behind timers that are still in force; others are taken away.
  virtual Awaitable<std::vector<ReminderRow>> due_reminders(std::vector<Timer> timers) = 0;
  /// Every notice that the ledger knows of, as reminder.triggered.snapshot events (design, rule 15). `after`: the
  /// cursor of the page before. Errors: invalid_argument.
  virtual Awaitable<SnapshotPage> notices(std::string after, int limit, Instant now) = 0;
  /// Fires, merges, misses or cancels (design, rule 9; decision 7). One user's, in order of due.
  virtual Awaitable<> fire(UserId user, std::vector<DueReminder> due, Instant now) = 0;
};

/// How long a tombstone is kept.
inline constexpr std::chrono::days kTombstoneAge{30};
/// How long is told what became of occurrences and reminders: a year, and what comes every year.
inline constexpr std::chrono::days kHistoryAge{400};

}  // namespace daybook::scheduler
