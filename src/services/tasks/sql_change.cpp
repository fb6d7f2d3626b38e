#include "services/tasks/sql_change.hpp"

#include "domain/task_json.hpp"
#include "services/tasks/events.hpp"
#include "services/tasks/sql_schema.hpp"
#include "storage/sql/connection.hpp"

namespace daybook::tasks {
namespace {

using storage::sql::append_event;
using storage::sql::Idempotency;

/// What series make is not held up by the quota, so that there may be more.
std::string quota_text(const StoreLimits& limits, std::int64_t open) {
  return "You have " + std::to_string(open) + " open tasks; the limit is " + std::to_string(limits.open_tasks) +
         " (openTasks). Complete or delete some first.";
}

/// The first bytes of the content's hash: what "the same content" means for a client-made id.
std::int64_t origin_of(domain::TaskDraft draft) {
  draft.id.reset();
  const auto digest = sha256(domain::to_json(draft));
  std::int64_t origin = 0;
  for (int i = 0; i < 8; ++i) origin = origin << 8 | digest[static_cast<std::size_t>(i)];
  return origin;
}

Result<TaskDocument> current_document(Connection& db, const UserId& user, std::int64_t key, bool created) {
  auto row = load_task(db, user, key);
  if (!row) return row.error();
  return document_of(*row, created);
}

/// What the key gave before, if it was used before.
Result<std::optional<TaskDocument>> repeat(Writer& db, const Command& command) {
  if (command.idempotency_key.empty()) return std::optional<TaskDocument>{};
  auto outcome = idempotency_table().find(db, command.user, Idempotency{command.idempotency_key, command.request_hash});
  if (!outcome) return outcome.error();
  if (!*outcome) return std::optional<TaskDocument>{};
  const auto id = TaskId::parse((*outcome)->resource);
  const auto key = id ? find_key(db, *id) : std::nullopt;
  if (!key) return no_such_task();  // Purged since.
  auto document = current_document(db, command.user, *key, (*outcome)->status == 201);
  if (!document) return document.error();
  return std::optional<TaskDocument>{std::move(*document)};
}

void remember(Writer& db, const Command& command, int status, const TaskId& id) {
  if (command.idempotency_key.empty()) return;
  idempotency_table().record(db, command.user, Idempotency{command.idempotency_key, command.request_hash},
                             {status, id.str()}, command.now);
}

}  // namespace

Result<std::int64_t> check_parent(Writer& db, const OwnerRow& owner, const UserId& user, const TaskId& parent,
                                  const TaskId& child) {
  std::optional<std::int64_t> parent_key;
  std::optional<TaskId> at = parent;
  for (int level = 1; at; ++level) {
    if (*at == child)
      return Error{Errc::unprocessable, "A task cannot stand below itself. Choose another parent.", "parent-cycle"};
    if (level > domain::kMaxNesting)
      return Error{Errc::unprocessable,
                   "Subtasks nest at most " + std::to_string(domain::kMaxNesting) + " levels deep."};
    auto row = load_task(db, owner, user, TaskRef{*at});
    if (!row || row->task->deleted_at) {
      if (parent_key) break;  // A grandparent is gone; the chain ends there.
      Error error{Errc::not_found, "The parent is none of your tasks. Check parentId."};
      error.fields.push_back({"/parentId", "is no task of yours"});
      return error;
    }
    if (!parent_key) parent_key = row->key;
    at = row->task->parent;
  }
  return *parent_key;
}

Result<TaskDocument> create_in(Writer& db, const Command& command, const domain::TaskDraft& draft,
                               const StoreLimits& limits, bool occurrence) {
  db.lock(command.user);
  auto repeated = repeat(db, command);
  if (!repeated) return repeated.error();
  if (*repeated) return std::move(**repeated);

  std::optional<std::int64_t> origin;
  if (draft.id) {
    origin = origin_of(draft);
    auto known = db.query("SELECT key, origin FROM tasks_task WHERE id = ?", *draft.id);
    if (known.step()) {
      const auto owner = find_owner(db, command.user, command.timezone);
      const bool own = owner && ordinal_of(known.integer(0)) == owner->ordinal;
      if (own && (occurrence || known.integer(1) == *origin)) {
        remember(db, command, 201, *draft.id);
        return current_document(db, command.user, known.integer(0), !occurrence);
      }
      Error error{Errc::conflict, "This id is taken by a task of other content. Use a new one."};
      error.fields.push_back({"/id", "is taken"});
      return error;
    }
  }

  auto [owner, number] = take_number(db, command.user, command.timezone);
  if (!occurrence && owner.open_tasks > limits.open_tasks && draft.status != domain::Status::completed)
    return Error{Errc::limit_exceeded, quota_text(limits, owner.open_tasks - 1)};
  const domain::TaskIdentity identity{draft.id ? *draft.id : TaskId::make(command.now), command.user, number};
  auto task = domain::create_task(identity, draft, owner.time, command.now,
                                  occurrence ? domain::PastReminders::miss : domain::PastReminders::refuse);
  if (!task) return task.error();
  std::optional<std::int64_t> parent_key;
  if (draft.parent) {
    auto parent = check_parent(db, owner, command.user, *draft.parent, identity.id);
    if (!parent) return parent.error();
    parent_key = *parent;
  }

  TaskRow row{0, std::move(*task), 0, 0};
  std::string document = insert_task(db, owner, row, origin, parent_key);
  append_event(db, created_event(command, row.task, document));
  remember(db, command, 201, identity.id);
  return TaskDocument{identity.id, number, row.task->version, std::move(document), true};
}

void save_change(Writer& db, const Command& command, const OwnerRow& owner, TaskRow& row,
                 const domain::TaskChange& change, std::string_view reason) {
  const std::string document = update_task(db, owner, row, change.task);
  append_event(db, changed_event(command, change, document, reason));
}

Result<TaskDocument> change_in(Writer& db, const Command& command, const TaskRef& ref, const StoreLimits& limits,
                               const ChangeRules& rules, const Change& change) {
  db.lock(command.user);
  auto repeated = repeat(db, command);
  if (!repeated) return repeated.error();
  if (*repeated) return std::move(**repeated);

  const auto owner = find_owner(db, command.user, command.timezone);
  if (!owner) return no_such_task();
  auto row = load_task(db, *owner, command.user, ref);
  if (!row) return row.error();
  if (row->task->deleted_at && !rules.deleted_too) return no_such_task();

  auto changed = change(db, *owner, *row);
  if (!changed) return changed.error();
  // A client that lost the first reply retries with the version it had then; what it wanted holds.
  const bool differs = !changed->changes.empty();
  if (differs && command.if_match && *command.if_match != row->task->version)
    return Error{Errc::version_mismatch, "The task is at version " + std::to_string(row->task->version) +
                                             " by now. Load it again and repeat the change."};
  if (differs) {
    if (changed->task.is_open() && !row->task.is_open()) {
      // Read anew: subtasks that come along are open by now, and all of them count.
      const auto now_open = find_owner(db, command.user, command.timezone);
      if (now_open && now_open->open_tasks >= limits.open_tasks)
        return Error{Errc::limit_exceeded, quota_text(limits, now_open->open_tasks)};
    }
    // Subtasks that the change took along have altered this row's counts.
    auto fresh = load_task(db, command.user, row->key);
    if (!fresh) return fresh.error();
    save_change(db, command, *owner, *fresh, *changed, rules.reason);
    *row = std::move(*fresh);
  }
  remember(db, command, rules.status, row->task->id);
  return document_of(*row, rules.status == 201);
}

std::vector<std::int64_t> subtask_keys(Connection& db, std::int64_t parent_key, std::optional<Instant> deleted_at) {
  std::vector<std::int64_t> keys;
  auto rows = deleted_at
                  ? db.query("SELECT key FROM tasks_task WHERE parent = ? AND deleted = ?", parent_key, *deleted_at)
                  : db.query("SELECT key FROM tasks_task WHERE parent = ? AND shelf < 2", parent_key);
  while (rows.step()) keys.push_back(rows.integer(0));
  return keys;
}

}  // namespace daybook::tasks
