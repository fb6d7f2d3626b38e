#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "services/tasks/store.hpp"
#include "storage/sql/connection.hpp"

namespace daybook::tasks {

using storage::sql::Connection;
using storage::sql::Statement;
using storage::sql::Writer;

/// Rows of one user stand together: `key` is the owner's ordinal (31 bits) before the task's number (32 bits), so that
/// a list, a search and a look-up by number each touch one range of one tree.
constexpr std::int64_t make_key(std::int64_t ordinal, std::int64_t number) { return ordinal << 32 | number; }
constexpr std::int64_t ordinal_of(std::int64_t key) { return key >> 32; }
constexpr std::int64_t number_of(std::int64_t key) { return key & 0xFFFF'FFFF; }
constexpr std::int64_t kMaxNumber = 0xFFFF'FFFF;
/// The `due` column of a task without a due time: such tasks sort last.
constexpr std::int64_t kNoDue = std::numeric_limits<std::int64_t>::max();

/// Where a task stands; the indexes of open and of completed tasks are apart.
enum class Shelf { open = 0, completed = 1, deleted = 2 };
Shelf shelf_of(const domain::TaskFields& task);

struct OwnerRow {
  std::int64_t ordinal = 0;
  std::int64_t open_tasks = 0;
  std::int64_t last_number = 0;
  domain::OwnerTime time;
};

/// A stored task with what its row says besides its JSON.
struct TaskRow {
  std::int64_t key = 0;
  domain::Task task;
  std::int64_t subtasks = 0;
  std::int64_t subtasks_completed = 0;
};

/// nullopt: the service has never heard of this user. `timezone` stands in while the user's own is not known.
std::optional<OwnerRow> find_owner(Connection& db, const UserId& user, const std::string& timezone);
/// Takes the user's next task number, making the user's row where there is none.
std::pair<OwnerRow, std::int64_t> take_number(Writer& db, const UserId& user, const std::string& timezone);
OwnerRow ensure_owner(Writer& db, const UserId& user, const std::string& timezone);

/// Where a task of these times sorts among those that are due.
std::int64_t due_column(const domain::Task& task, const OwnerRow& owner);
/// Seconds east of UTC of the wall clock by which `when` is read; nothing for whole days.
std::optional<std::int64_t> offset_of(const domain::TaskFields& task, const domain::When& when, const OwnerRow& owner);

/// Any task of the owner, deleted ones too. Errors: not_found, corrupt.
Result<TaskRow> load_task(Connection& db, const OwnerRow& owner, const UserId& user, const TaskRef& ref);
Result<TaskRow> load_task(Connection& db, const UserId& user, std::int64_t key);
/// The key of a task by its id, whosever it is.
std::optional<std::int64_t> find_key(Connection& db, const TaskId& id);
std::string meta(Connection& db, std::string_view key);
void set_meta(Writer& db, std::string_view key, const std::string& value);
Error no_such_task();

/// The stored body lacks its closing brace, since the count of subtasks, which other rows change, follows it.
void append_document(std::string& out, std::string_view body, std::int64_t subtasks, std::int64_t completed);
TaskDocument document_of(const TaskRow& row, bool created = false);

/// Writes a new task: row, search text, labels, counts of its parent. The open count was raised with the number. Gives
/// the task's JSON.
std::string insert_task(Writer& db, const OwnerRow& owner, TaskRow& row, std::optional<std::int64_t> origin,
                        std::optional<std::int64_t> parent_key);
/// Writes the new state of `row.task` and all that hangs on the difference. Gives the task's JSON.
std::string update_task(Writer& db, const OwnerRow& owner, TaskRow& row, const domain::Task& after);

}  // namespace daybook::tasks
