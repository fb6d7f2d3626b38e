#pragma once

#include <atomic>

#include "services/scheduler/store.hpp"
#include "storage/sql/database.hpp"

namespace daybook::scheduler {

/// The embedded adapter. Closures that read and write rows stand in sqlite_*.cpp, one file a subject.
class SqlSchedulerStore final : public SchedulerStore {
 public:
  SqlSchedulerStore(storage::sql::Database& db, StoreLimits limits) : db_(db), max_series_(limits.series) {}
  void set_limits(StoreLimits limits) override { max_series_ = limits.series; }

  Awaitable<Created> create_series(Command command, domain::SeriesDraft draft) override;
  Awaitable<domain::Series> get_series(UserId user, SeriesId id) override;
  Awaitable<SeriesPage> list_series(UserId user, SeriesQuery query) override;
  Awaitable<domain::Series> patch_series(Command command, SeriesId id, domain::SeriesPatch patch) override;
  Awaitable<Split> split_series(Command command, SeriesId id, std::string from, domain::SeriesPatch patch) override;
  Awaitable<Occurrence> ensure_occurrence(Command command, SeriesId id, std::string recurrence_id) override;
  Awaitable<domain::Series> set_state(Command command, SeriesId id, domain::SeriesState state) override;
  Awaitable<domain::Series> skip(Command command, SeriesId id, std::string recurrence_id) override;
  Awaitable<domain::Series> restore_series(Command command, SeriesId id, std::string recurrence_id) override;
  Awaitable<> remove_series(Command command, SeriesId id, DeleteScope scope) override;
  Awaitable<std::vector<Occurrence>> occurrences(UserId user, SeriesId id) override;

  Awaitable<GenerationWork> plan(UserId user, SeriesId id, Instant now) override;
  Awaitable<> settle(UserId user, SeriesId id, std::int64_t version, std::vector<SettledOccurrence> settled,
                     Instant now) override;
  Awaitable<int> purge(Instant now, int limit) override;
  Awaitable<int> adopt_tzdb(std::string version, Instant now) override;

  boost::asio::awaitable<std::vector<Result<>>> apply_events(std::vector<CloudEvent> events, Instant now) override;

  Awaitable<ReminderPage> list_reminders(UserId user, ReminderQuery query) override;
  Awaitable<ReminderRow> get_reminder(UserId user, ReminderId id) override;
  Awaitable<std::vector<Firing>> ledger(UserId user, ReminderId id) override;
  Awaitable<ReminderRow> snooze(Command command, ReminderId id, Instant until) override;
  Awaitable<ReminderRow> dismiss(Command command, ReminderId id) override;
  Awaitable<ReminderRow> restore_reminder(Command command, ReminderId id) override;
  Awaitable<std::vector<ReminderRow>> due_reminders(std::vector<Timer> timers) override;
  Awaitable<SnapshotPage> notices(std::string after, int limit, Instant now) override;
  Awaitable<> fire(UserId user, std::vector<DueReminder> due, Instant now) override;

  Awaitable<RebuildState> rebuild_state() override;
  Awaitable<RebuildState> begin_rebuild() override;
  Awaitable<> load(std::vector<CloudEvent> snapshots, RebuildState then, Instant now) override;
  Awaitable<bool> switch_over(Instant now) override;

 private:
  using SeriesEdit = std::function<Result<domain::Series>(storage::sql::Writer&, domain::Series)>;
  /// Saves what `edit` makes of the series, with event, timer and idempotency record. `deleted`: a tombstone will do.
  Awaitable<domain::Series> change_series(Command command, SeriesId id, SeriesEdit edit, bool deleted = false);

  storage::sql::Database& db_;
  StoreLimits limits() const {
    StoreLimits out;
    out.series = max_series_;
    return out;
  }
  std::atomic<std::int64_t> max_series_;  ///< Read on the writer's thread.
};

}  // namespace daybook::scheduler
