#pragma once

#include <memory>

#include "services/tasks/sql_rows.hpp"
#include "services/tasks/store.hpp"
#include "storage/sql/database.hpp"

namespace daybook::tasks {

/// The store on one SQLite database, whose migrations are sql_migrations().
class SqlTaskStore final : public TaskStore {
 public:
  explicit SqlTaskStore(storage::sql::Database& db, StoreLimits limits = {}) : db_(db), limits_(limits) {}
  void set_limits(StoreLimits limits) override { limits_ = limits; }

  Awaitable<TaskDocument> create(Command command, domain::TaskDraft draft) override;
  Awaitable<TaskDocument> create_occurrence(Command command, domain::TaskDraft draft) override;
  Awaitable<TaskDocument> adopt(Command command, TaskId task, SeriesId series, std::string recurrence_id) override;
  Awaitable<TaskDocument> get(UserId user, TaskRef task) override;
  Awaitable<DocumentPage> list(UserId user, std::string timezone, domain::TaskQuery query) override;
  Awaitable<CalendarPage> calendar(UserId user, std::string timezone, CalendarQuery query) override;
  Awaitable<Labels> labels(UserId user) override;
  Awaitable<TaskDocument> patch(Command command, TaskRef task, domain::TaskPatch patch, Subtasks subtasks) override;
  Awaitable<TaskDocument> add_reminder(Command command, TaskRef task, domain::ReminderDraft reminder) override;
  Awaitable<TaskDocument> complete(Command command, TaskRef task, Subtasks subtasks) override;
  Awaitable<TaskDocument> reopen(Command command, TaskRef task) override;
  Awaitable<TaskDocument> remove(Command command, TaskRef task, Removal how) override;
  Awaitable<TaskDocument> restore(Command command, TaskRef task) override;
  Awaitable<std::vector<StillDueAnswer>> still_due(UserId user, Instant now,
                                                   std::vector<StillDueQuestion> questions) override;
  Awaitable<std::vector<SavedFilter>> saved_filters(UserId user) override;
  Awaitable<SavedFilter> create_filter(Command command, std::optional<Uuid> id, std::string name,
                                       std::string query) override;
  Awaitable<SavedFilter> update_filter(Command command, Uuid id, std::optional<std::string> name,
                                       std::optional<std::string> query) override;
  Awaitable<> remove_filter(Command command, Uuid id) override;
  boost::asio::awaitable<std::vector<Result<>>> apply_reminders(std::vector<ReminderReport> reports) override;
  Awaitable<> apply_owner(OwnerReport report, Instant now) override;
  Awaitable<> erase(UserId user) override;
  Awaitable<bool> adopt_tzdb(std::string version, Instant now) override;
  Awaitable<SnapshotPage> snapshot(std::string after, int limit, Instant now) override;
  Awaitable<bool> adopt_folding() override;
  Awaitable<int> purge(Instant now, int limit) override;

 private:
  storage::sql::Database& db_;
  StoreLimits limits_;
};

}  // namespace daybook::tasks
