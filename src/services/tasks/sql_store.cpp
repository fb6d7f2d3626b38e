#include "services/tasks/sql_store.hpp"

#include <functional>

#include "services/tasks/sql_change.hpp"
#include "services/tasks/sql_list.hpp"

namespace daybook::tasks {
namespace {

using boost::asio::awaitable;
using storage::sql::Lane;
using storage::sql::Reader;

/// Completes the open subtasks of a task, deepest first, each with its own event.
Result<> complete_subtasks(Writer& db, const Command& command, const OwnerRow& owner, std::int64_t parent_key) {
  for (auto key : subtask_keys(db, parent_key)) {
    if (auto done = complete_subtasks(db, command, owner, key); !done) return done;
    auto row = load_task(db, command.user, key);
    if (!row) return row.error();
    const auto change = domain::complete_task(row->task, command.now);
    if (!change.changes.empty()) save_change(db, command, owner, *row, change);
  }
  return {};
}

Result<> delete_subtasks(Writer& db, const Command& command, const OwnerRow& owner, std::int64_t parent_key) {
  for (auto key : subtask_keys(db, parent_key)) {
    if (auto done = delete_subtasks(db, command, owner, key); !done) return done;
    auto row = load_task(db, command.user, key);
    if (!row) return row.error();
    const auto change = domain::delete_task(row->task, command.now);
    if (!change.changes.empty()) save_change(db, command, owner, *row, change, "parent-deletion");
  }
  return {};
}

Result<> restore_subtasks(Writer& db, const Command& command, const OwnerRow& owner, std::int64_t parent_key,
                          Instant deleted_at) {
  for (auto key : subtask_keys(db, parent_key, deleted_at)) {
    auto row = load_task(db, command.user, key);
    if (!row) return row.error();
    const auto change = domain::restore_task(row->task, command.now);
    if (!change.changes.empty()) save_change(db, command, owner, *row, change);
    if (auto done = restore_subtasks(db, command, owner, key, deleted_at); !done) return done;
  }
  return {};
}

std::int64_t open_subtasks(Connection& db, std::int64_t parent_key) {
  auto row = db.query("SELECT count(*) FROM tasks_task WHERE parent = ? AND shelf = 0", parent_key);
  return row.step() ? row.integer(0) : 0;
}

/// Before `row` is completed.
Result<> settle_subtasks(Writer& db, const Command& command, const OwnerRow& owner, const TaskRow& row,
                         Subtasks subtasks) {
  if (row.task.is_open() && subtasks == Subtasks::ask)
    if (const auto open = open_subtasks(db, row.key))
      return Error{
          Errc::conflict,
          "The task has " + std::to_string(open) + " open subtasks. Repeat with subtasks=complete or subtasks=keep.",
          "open-subtasks"};
  if (subtasks == Subtasks::complete)
    if (auto done = complete_subtasks(db, command, owner, row.key); !done) return done.error();
  return {};
}

}  // namespace

awaitable<Result<TaskDocument>> SqlTaskStore::create(Command command, domain::TaskDraft draft) {
  auto body = [command = std::move(command), draft = std::move(draft), limits = limits_](Writer& db) {
    return create_in(db, command, draft, limits, false);
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<TaskDocument>> SqlTaskStore::create_occurrence(Command command, domain::TaskDraft draft) {
  auto body = [command = std::move(command), draft = std::move(draft), limits = limits_](Writer& db) {
    return create_in(db, command, draft, limits, true);
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<TaskDocument>> SqlTaskStore::adopt(Command command, TaskId task, SeriesId series,
                                                    std::string recurrence_id) {
  auto body = [command = std::move(command), task, series, recurrence_id = std::move(recurrence_id),
               limits = limits_](Writer& db) {
    return change_in(db, command, TaskRef{task}, limits, {}, [&](Writer&, const OwnerRow&, const TaskRow& row) {
      return Result<domain::TaskChange>(domain::adopt_task(row.task, series, recurrence_id, command.now));
    });
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<TaskDocument>> SqlTaskStore::get(UserId user, TaskRef ref) {
  auto body = [user, ref](Reader& db) -> Result<TaskDocument> {
    const auto* number = std::get_if<std::int64_t>(&ref);
    auto row = number ? db.query(
                            "SELECT t.key, t.id, t.version, t.body, t.subtasks, t.subtasks_done "
                            "FROM tasks_user u JOIN tasks_task t ON t.key = (u.ord << 32 | ?2) "
                            "WHERE u.user_id = ?1 AND t.shelf < 2",
                            user, *number & kMaxNumber)
                      : db.query(
                            "SELECT t.key, t.id, t.version, t.body, t.subtasks, t.subtasks_done "
                            "FROM tasks_task t JOIN tasks_user u ON u.ord = t.ord "
                            "WHERE t.id = ?2 AND u.user_id = ?1 AND t.shelf < 2",
                            user, std::get<TaskId>(ref));
    if ((number && (*number < 1 || *number > kMaxNumber)) || !row.step()) return no_such_task();
    TaskDocument document{TaskId{row.uuid(1)}, number_of(row.integer(0)), row.integer(2), {}, false};
    document.json.reserve(row.text(3).size() + 48);
    append_document(document.json, row.text(3), row.integer(4), row.integer(5));
    return document;
  };
  co_return co_await db_.read(std::move(body));
}

awaitable<Result<DocumentPage>> SqlTaskStore::list(UserId user, std::string timezone, domain::TaskQuery query) {
  auto body = [user, timezone = std::move(timezone), query = std::move(query)](Reader& db) -> Result<DocumentPage> {
    // Somebody without tasks still hears that a cursor is wrong.
    const auto owner = find_owner(db, user, timezone).value_or(OwnerRow{0, 0, 0, {timezone, std::chrono::hours{9}}});
    return list_tasks(db, owner, user, query);
  };
  co_return co_await db_.read(std::move(body));
}

awaitable<Result<CalendarPage>> SqlTaskStore::calendar(UserId user, std::string timezone, CalendarQuery query) {
  auto body = [user, timezone = std::move(timezone), query = std::move(query)](Reader& db) -> Result<CalendarPage> {
    const auto owner = find_owner(db, user, timezone).value_or(OwnerRow{0, 0, 0, {timezone, std::chrono::hours{9}}});
    return list_calendar(db, owner, query);
  };
  co_return co_await db_.read(std::move(body));
}

awaitable<Result<Labels>> SqlTaskStore::labels(UserId user) {
  auto body = [user](Reader& db) -> Result<Labels> {
    Labels out;
    auto rows = db.query(
        "SELECT l.kind, l.name, l.open, l.total FROM tasks_user u JOIN tasks_label l ON l.ord = u.ord "
        "WHERE u.user_id = ? AND l.total > 0 ORDER BY l.kind, l.folded",
        user);
    while (rows.step())
      (rows.integer(0) == 0 ? out.tags : out.categories)
          .push_back({std::string(rows.text(1)), rows.integer(2), rows.integer(3)});
    return out;
  };
  co_return co_await db_.read(std::move(body));
}

awaitable<Result<TaskDocument>> SqlTaskStore::patch(Command command, TaskRef ref, domain::TaskPatch patch,
                                                    Subtasks subtasks) {
  auto body = [command = std::move(command), ref, patch = std::move(patch), subtasks, limits = limits_](Writer& db) {
    return change_in(db, command, ref, limits, {},
                     [&](Writer& w, const OwnerRow& owner, const TaskRow& row) -> Result<domain::TaskChange> {
                       if (patch.parent && *patch.parent && *patch.parent != row.task->parent) {
                         auto parent = check_parent(w, owner, command.user, **patch.parent, row.task->id);
                         if (!parent) return parent.error();
                       }
                       if (patch.status == domain::Status::completed)
                         if (auto done = settle_subtasks(w, command, owner, row, subtasks); !done) return done.error();
                       return domain::patch_task(row.task, patch, owner.time, command.now);
                     });
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<TaskDocument>> SqlTaskStore::add_reminder(Command command, TaskRef ref,
                                                           domain::ReminderDraft reminder) {
  auto body = [command = std::move(command), ref, reminder, limits = limits_](Writer& db) {
    ChangeRules rules;
    rules.status = 201;
    return change_in(db, command, ref, limits, rules,
                     [&](Writer&, const OwnerRow& owner, const TaskRow& row) -> Result<domain::TaskChange> {
                       domain::TaskPatch patch;
                       patch.reminders.emplace();
                       for (const auto& old : row.task->reminders) patch.reminders->push_back({old.id, old.rule});
                       patch.reminders->push_back(reminder);
                       return domain::patch_task(row.task, patch, owner.time, command.now);
                     });
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<TaskDocument>> SqlTaskStore::complete(Command command, TaskRef ref, Subtasks subtasks) {
  auto body = [command = std::move(command), ref, subtasks, limits = limits_](Writer& db) {
    return change_in(db, command, ref, limits, {},
                     [&](Writer& w, const OwnerRow& owner, const TaskRow& row) -> Result<domain::TaskChange> {
                       if (auto done = settle_subtasks(w, command, owner, row, subtasks); !done) return done.error();
                       return domain::complete_task(row.task, command.now);
                     });
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<TaskDocument>> SqlTaskStore::reopen(Command command, TaskRef ref) {
  auto body = [command = std::move(command), ref, limits = limits_](Writer& db) {
    return change_in(db, command, ref, limits, {}, [&](Writer&, const OwnerRow&, const TaskRow& row) {
      return Result<domain::TaskChange>(domain::reopen_task(row.task, command.now));
    });
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<TaskDocument>> SqlTaskStore::remove(Command command, TaskRef ref, Removal how) {
  auto body = [command = std::move(command), ref, how = std::move(how), limits = limits_](Writer& db) {
    const ChangeRules rules{true, 204, how.reason};
    return change_in(db, command, ref, limits, rules,
                     [&](Writer& w, const OwnerRow& owner, const TaskRow& row) -> Result<domain::TaskChange> {
                       if (how.only_open && !row.task->deleted_at && !row.task.is_open())
                         return Error{Errc::conflict, "The task was completed meanwhile.", "already-completed"};
                       if (how.only_childless && !row.task->deleted_at && !subtask_keys(w, row.key).empty())
                         return Error{Errc::conflict, "The task has subtasks.", "has-subtasks"};
                       if (!row.task->deleted_at)
                         if (auto done = delete_subtasks(w, command, owner, row.key); !done) return done.error();
                       return domain::delete_task(row.task, command.now);
                     });
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<TaskDocument>> SqlTaskStore::restore(Command command, TaskRef ref) {
  auto body = [command = std::move(command), ref, limits = limits_](Writer& db) {
    const ChangeRules rules{true, 200, {}};
    return change_in(db, command, ref, limits, rules,
                     [&](Writer& w, const OwnerRow& owner, const TaskRow& row) -> Result<domain::TaskChange> {
                       const auto deleted_at = row.task->deleted_at;
                       if (deleted_at && *deleted_at + kTombstoneAge < command.now) return no_such_task();
                       auto change = domain::restore_task(row.task, command.now);
                       if (deleted_at)
                         if (auto done = restore_subtasks(w, command, owner, row.key, *deleted_at); !done)
                           return done.error();
                       return change;
                     });
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<std::vector<StillDueAnswer>>> SqlTaskStore::still_due(UserId user, Instant now,
                                                                       std::vector<StillDueQuestion> questions) {
  auto body = [user, now, questions = std::move(questions)](Reader& db) -> Result<std::vector<StillDueAnswer>> {
    std::vector<StillDueAnswer> answers;
    const auto owner = find_owner(db, user, "UTC");
    for (const auto& question : questions) {
      StillDueAnswer answer;
      answer.due = false;
      auto row = owner ? load_task(db, *owner, user, TaskRef{question.task}) : Result<TaskRow>(no_such_task());
      if (!row && row.error().code != Errc::not_found) return row.error();
      if (row && row->task.is_open()) {
        answer.title = row->task->title;
        for (const auto& reminder : row->task->reminders)
          if (reminder.id == question.reminder) {
            answer.fire_at = reminder.fire_at;
            answer.due = reminder.fire_at && *reminder.fire_at <= now;
          }
      }
      answers.push_back(std::move(answer));
    }
    return answers;
  };
  co_return co_await db_.read(std::move(body));
}

}  // namespace daybook::tasks
