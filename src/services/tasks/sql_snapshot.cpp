#include <charconv>

#include "services/tasks/events.hpp"
#include "services/tasks/sql_store.hpp"
#include "storage/sql/connection.hpp"

/// What the tasks service tells a projection that begins anew (design, rule 15).
namespace daybook::tasks {
namespace {

using storage::sql::Reader;

/// Which report of the scheduler the task's reminders are of, so that a scheduler that begins anew goes on counting:
/// `,"reminderVersions":{"<id>":3}`.
std::string reminder_versions(Reader& db, std::int64_t ordinal, const domain::TaskFields& task) {
  if (task.reminders.empty()) return {};
  std::string out = ",\"reminderVersions\":{";
  for (const auto& reminder : task.reminders) {
    auto row = db.query("SELECT version FROM tasks_reminder WHERE ord = ? AND id = ?", ordinal, reminder.id);
    if (!row.step()) continue;
    if (out.back() != '{') out += ',';
    ((out += '"') += reminder.id.str()) += "\":" + std::to_string(row.integer(0));
  }
  return out += '}';
}

}  // namespace

TaskStore::Awaitable<SnapshotPage> SqlTaskStore::snapshot(std::string after, int limit, Instant now) {
  auto query = [after = std::move(after), limit, now](Reader& db) -> Result<SnapshotPage> {
    std::int64_t last = 0;
    const auto* end = after.data() + after.size();
    if (!after.empty() && std::from_chars(after.data(), end, last).ptr != end)
      return Error{Errc::invalid_argument, "This cursor is none of ours: begin without one."};
    std::vector<std::pair<std::int64_t, UserId>> found;
    {
      // No join: what stands by the key is read by the key, whatever a planner thinks of it.
      auto rows = db.query(
          "SELECT key, (SELECT user_id FROM tasks_user u WHERE u.ord = t.ord) FROM tasks_task t WHERE key > ? ORDER BY "
          "key LIMIT ?",
          last, limit);
      while (rows.step()) found.emplace_back(rows.integer(0), UserId{rows.uuid(1)});
    }
    SnapshotPage page;
    for (const auto& [key, user] : found) {
      const auto row = load_task(db, user, key);
      if (!row) return row.error();
      const auto document = document_of(*row);
      const auto more = reminder_versions(db, ordinal_of(key), *row->task);
      page.events.push_back(snapshot_event(row->task, document.json, more, now));
    }
    if (found.size() == static_cast<std::size_t>(limit)) page.next_cursor = std::to_string(found.back().first);
    return page;
  };
  co_return co_await db_.read(std::move(query));
}

}  // namespace daybook::tasks
