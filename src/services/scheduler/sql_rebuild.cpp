#include <algorithm>
#include <charconv>
#include <set>

#include "core/json.hpp"
#include "domain/task_json.hpp"
#include "services/scheduler/events.hpp"
#include "services/scheduler/sql_events.hpp"
#include "services/scheduler/sql_series.hpp"
#include "services/scheduler/sql_store.hpp"
#include "storage/sql/connection.hpp"

/// The scheduler's copies of tasks, made again from the tasks service's snapshots, and what the ledger tells others who
/// begin anew (design, rule 15).
namespace daybook::scheduler {
namespace {

using domain::TaskFields;
using storage::sql::Lane;
using storage::sql::Reader;

constexpr int kSlice = 200;

struct Snapshot {
  TaskFields task;
  std::map<ReminderId, std::int64_t> reminder_versions;
};

Result<Snapshot> read_snapshot(const CloudEvent& event) {
  auto data = parse_json(event.data);
  if (!data) return data.error();
  auto task = domain::parse_task(*data, event.user);
  if (!task) return task.error();
  Snapshot out{**task, {}};
  const auto* object = data->if_object();
  const auto* versions = object ? object->if_contains("reminderVersions") : nullptr;
  if (versions && versions->is_object()) {
    for (const auto& [id, version] : versions->get_object()) {
      const auto parsed = ReminderId::parse(id);
      if (parsed && version.is_int64()) out.reminder_versions.emplace(*parsed, version.get_int64());
    }
  }
  return out;
}

/// Under which revision of the series this task was made; one that another series handed over has its own id.
std::int64_t revision_of(const domain::Series& series, const TaskFields& task) {
  for (auto revision = series.revision; revision > 0; --revision) {
    const bool now = derived_task_id(series, task.recurrence_id, revision) == task.id;
    if (now || domain::occurrence_task_id(series.id, task.recurrence_id, revision) == task.id) return revision;
  }
  return series.revision;
}

/// The row of the task's occurrence, if it was lost. What the person changed counts as moved or edited.
void restore_occurrence(Writer& db, const TaskFields& task) {
  auto series = load_series(db, task.owner, *task.series, true);
  const auto local = domain::parse_recurrence_id(task.recurrence_id);
  if (!series || !local) return;
  const auto revision = revision_of(*series, task);
  const auto known = load_occurrence(db, task.owner, series->id, task.recurrence_id);
  if (known && (known->task == task.id || known->revision >= revision)) return;
  const auto found = domain::find_occurrence(*series, *local);
  Occurrence row;
  row.recurrence_id = task.recurrence_id;
  row.revision = revision;
  row.task = task.id;
  row.start = found ? domain::start_of(*series, *found) : task.due;
  row.task_version = task.version;
  row.open = !task.deleted_at && task.status != domain::Status::completed;
  const auto difference = domain::compare_occurrence(*series, row.start, task);
  row.state = task.deleted_at ? "deleted" : difference.moved ? "moved" : difference.edited ? "detached" : "made";
  save_occurrence(db, task.owner, series->id, row);
}

}  // namespace

SchedulerStore::Awaitable<RebuildState> SqlSchedulerStore::rebuild_state() {
  auto query = [](Reader& db) -> Result<RebuildState> { return rebuild_table().load(db); };
  co_return co_await db_.read(std::move(query));
}

SchedulerStore::Awaitable<RebuildState> SqlSchedulerStore::begin_rebuild() {
  auto change = [](Writer& db) -> Result<RebuildState> {
    db.lock(UserId{});
    return rebuild_table().begin(db);
  };
  co_return co_await db_.write(Lane::background, std::move(change));
}

SchedulerStore::Awaitable<> SqlSchedulerStore::load(std::vector<CloudEvent> snapshots, RebuildState then, Instant now) {
  std::vector<Snapshot> told;
  for (const auto& event : snapshots) {
    auto snapshot = read_snapshot(event);
    if (!snapshot) co_return Error{Errc::corrupt, "the snapshot of a task: " + snapshot.error().detail};
    told.push_back(std::move(*snapshot));
  }
  auto change = [told = std::move(told), then = std::move(then), now](Writer& db) -> Result<> {
    std::set<UserId> users;
    for (const auto& each : told) users.insert(each.task.owner);
    for (const auto& user : users) db.lock(user);
    for (const auto& each : told) {
      if (rebuild_table().is_gone(db, each.task.owner)) continue;
      TaskNews news;
      news.snapshot = true;
      news.may_be_edited = true;
      news.generation = then.generation;
      news.now = now;
      news.reminder_versions = each.reminder_versions;
      Command command;
      command.user = each.task.owner;
      command.now = now;
      if (each.task.series) restore_occurrence(db, each.task);
      apply_task(db, command, news, each.task);
    }
    rebuild_table().save(db, then);
    return {};
  };
  co_return co_await db_.write(Lane::background, std::move(change));
}

/// Reminders that wait for a task that there is no more would fire for nothing.
SchedulerStore::Awaitable<bool> SqlSchedulerStore::switch_over(Instant) {
  auto change = [](Writer& db) -> Result<bool> {
    const auto state = rebuild_table().load(db);
    std::vector<std::pair<UserId, ReminderId>> found;
    {
      auto rows = db.query(
          "SELECT user_id, id FROM scheduler_reminder WHERE generation < ? AND state IN ('pending', 'snoozed') "
          "ORDER BY user_id LIMIT ?",
          state.generation, kSlice);
      while (rows.step()) found.emplace_back(UserId{rows.uuid(0)}, ReminderId{rows.uuid(1)});
    }
    for (const auto& [user, id] : found) {
      db.lock(user);
      db.run("DELETE FROM scheduler_reminder WHERE user_id = ? AND id = ? AND generation < ?", user, id,
             state.generation);
      if (db.changes() > 0) timer_table().cancel(db, kReminder, id.value);
    }
    if (found.size() == kSlice) return true;
    rebuild_table().end(db);
    return false;
  };
  co_return co_await db_.write(Lane::background, std::move(change));
}

SchedulerStore::Awaitable<SnapshotPage> SqlSchedulerStore::notices(std::string after, int limit, Instant now) {
  // The cursor is the last line's "<user>.<reminder>.<due>".
  UserId user;
  ReminderId reminder;
  std::int64_t due = INT64_MIN;
  if (!after.empty()) {
    const auto parsed_user = UserId::parse(after.substr(0, 36));
    const auto parsed_reminder =
        after.size() > 74 ? ReminderId::parse(after.substr(37, 36)) : Result<ReminderId>{Error{Errc::invalid_argument}};
    const auto* end = after.data() + after.size();
    const bool whole = parsed_user && parsed_reminder && std::from_chars(after.data() + 74, end, due).ptr == end;
    if (!whole) co_return Error{Errc::invalid_argument, "This cursor is none of ours: begin without one."};
    user = *parsed_user;
    reminder = *parsed_reminder;
  }
  auto query = [user, reminder, due, limit, now](Reader& db) -> Result<SnapshotPage> {
    // Of several that were merged one notice was given.
    auto rows = db.query(
        "SELECT user_id, reminder_id, due_at, at FROM scheduler_firing WHERE (user_id, reminder_id, due_at) > (?, ?, "
        "?) "
        "AND (outcome = 'fired' OR (outcome = 'merged' AND merged_into = reminder_id)) "
        "ORDER BY user_id, reminder_id, due_at LIMIT ?",
        user, reminder, due, limit);
    SnapshotPage page;
    std::string last;
    while (rows.step()) {
      const UserId owner{rows.uuid(0)};
      const ReminderId id{rows.uuid(1)};
      page.events.push_back(notice_snapshot(owner, id, rows.instant(3), now));
      last = owner.str() + '.' + id.str() + '.' + std::to_string(rows.integer(2));
    }
    if (page.events.size() == static_cast<std::size_t>(limit)) page.next_cursor = std::move(last);
    return page;
  };
  co_return co_await db_.read(std::move(query));
}

}  // namespace daybook::scheduler
