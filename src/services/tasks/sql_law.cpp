#include <charconv>

#include "services/tasks/sql_change.hpp"
#include "services/tasks/sql_store.hpp"
#include "telemetry/log.hpp"

/// What a change of the time zone data does to tasks (design, rule 6).
namespace daybook::tasks {
namespace {

using storage::sql::Lane;

constexpr std::string_view kVersion = "tzdb";      ///< In force for all tasks.
constexpr std::string_view kProgress = "tzdb_at";  ///< "<version> <last key done>"
constexpr int kSlice = 200;

std::optional<std::chrono::seconds> seconds_at(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return std::chrono::seconds{row.integer(column)};
}

struct Given {
  std::int64_t key = 0;
  UserId user;
  std::optional<std::chrono::seconds> due_offset, start_offset;
};

Result<> take_over(Writer& db, const Given& given, Instant now) {
  db.lock(given.user);
  const auto owner = find_owner(db, given.user, "UTC");
  if (!owner) return {};
  auto row = load_task(db, given.user, given.key);
  if (!row) {
    if (is_transient(row.error().code)) return row.error();
    // One that cannot be read must not keep all others from the new law.
    log::error("task is unreadable", {{"task_key", given.key}});
    return {};
  }
  Command command;
  command.user = given.user;
  command.now = now;
  command.timezone = owner->time.timezone;
  if (auto change = domain::move_law(row->task, given.due_offset, given.start_offset, owner->time, now)) {
    save_change(db, command, *owner, *row, *change);
    return {};
  }
  // The end of a whole day may be another instant; and rows of before the offsets were kept learn theirs.
  const auto& task = *row->task;
  db.run("UPDATE tasks_task SET due = ?, due_offset = ?, start_offset = ? WHERE key = ?", due_column(row->task, *owner),
         offset_of(task, task.due, *owner), offset_of(task, task.start, *owner), given.key);
  return {};
}

}  // namespace

TaskStore::Awaitable<bool> SqlTaskStore::adopt_tzdb(std::string version, Instant now) {
  auto slice = [version = std::move(version), now](Writer& db) -> Result<bool> {
    if (meta(db, kVersion) == version) return false;
    std::int64_t after = 0;
    const auto progress = meta(db, kProgress);
    if (progress.starts_with(version + " "))
      std::from_chars(progress.data() + version.size() + 1, progress.data() + progress.size(), after);
    std::vector<Given> found;
    {
      auto rows = db.query(
          "SELECT key, user_id, due_offset, start_offset FROM tasks_task t JOIN tasks_user u ON u.ord = t.ord "
          "WHERE key > ? AND shelf = 0 ORDER BY key LIMIT ?",
          after, kSlice);
      while (rows.step())
        found.push_back({rows.integer(0), UserId{rows.uuid(1)}, seconds_at(rows, 2), seconds_at(rows, 3)});
    }
    for (const auto& each : found)
      if (auto done = take_over(db, each, now); !done) return done.error();
    const bool more = found.size() == kSlice;
    set_meta(db, more ? kProgress : kVersion, more ? version + " " + std::to_string(found.back().key) : version);
    return more;
  };
  co_return co_await db_.write(Lane::background, std::move(slice));
}

}  // namespace daybook::tasks
