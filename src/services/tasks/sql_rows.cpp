#include "services/tasks/sql_rows.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "domain/search_text.hpp"
#include "domain/task_json.hpp"
#include "domain/zone.hpp"
#include "services/tasks/sqlite_text.hpp"

namespace daybook::tasks {
namespace {

OwnerRow read_owner(const Statement& row, const std::string& timezone) {
  OwnerRow owner;
  owner.ordinal = row.integer(0);
  owner.open_tasks = row.integer(1);
  owner.time.timezone = row.text(2).empty() ? timezone : std::string(row.text(2));
  owner.time.all_day_reminder = std::chrono::minutes{row.integer(3)};
  owner.last_number = row.integer(4);
  return owner;
}

Result<TaskRow> read_task(const Statement& row, const UserId& user) {
  std::string body(row.text(1));
  body += '}';
  auto task = domain::parse_task(body, user);
  if (!task) return task.error();
  return TaskRow{row.integer(0), std::move(*task), row.integer(2), row.integer(3)};
}

struct LabelCount {
  std::string name;
  int total = 0;
  int open = 0;
};
using LabelCounts = std::map<std::pair<int, std::string>, LabelCount>;
enum LabelKind { kTag = 0, kCategory = 1 };

/// Adds what `task` contributes to the counts of its labels, `sign` times.
void count_labels(LabelCounts& counts, const domain::Task& task, int sign) {
  if (task->deleted_at) return;
  const auto add = [&](int kind, const std::string& name) {
    auto& count = counts[{kind, domain::fold_label(name)}];
    if (sign > 0 || count.name.empty()) count.name = name;
    count.total += sign;
    count.open += task.is_open() ? sign : 0;
  };
  for (const auto& tag : task->tags) add(kTag, tag);
  if (!task->category.empty()) add(kCategory, task->category);
}

void save_labels(Writer& db, std::int64_t ordinal, const LabelCounts& counts) {
  for (const auto& [label, count] : counts) {
    if (count.total == 0 && count.open == 0) continue;
    db.run(
        "INSERT INTO tasks_label(ord, kind, folded, name, total, open) VALUES (?,?,?,?,?,?) "
        "ON CONFLICT (ord, kind, folded) DO UPDATE SET total = tasks_label.total + excluded.total, "
        "open = tasks_label.open + excluded.open",
        ordinal, label.first, label.second, count.name, count.total, count.open);
    if (count.total < 0)
      db.run("DELETE FROM tasks_label WHERE ord = ? AND kind = ? AND folded = ? AND total <= 0", ordinal, label.first,
             label.second);
  }
}

void count_subtask(Writer& db, std::int64_t parent_key, int total, int completed) {
  if (total == 0 && completed == 0) return;
  db.run("UPDATE tasks_task SET subtasks = subtasks + ?, subtasks_done = subtasks_done + ? WHERE key = ?", total,
         completed, parent_key);
}

std::string stored_body(const domain::TaskFields& task) {
  std::string body = domain::to_json(task);
  body.pop_back();
  return body;
}

}  // namespace

std::int64_t due_column(const domain::Task& task, const OwnerRow& owner) {
  const auto limit = domain::due_limit(*task, owner.time);
  return limit ? to_micros(*limit) : kNoDue;
}

std::optional<std::int64_t> offset_of(const domain::TaskFields& task, const domain::When& when, const OwnerRow& owner) {
  const auto* at = std::get_if<Instant>(&when);
  if (!at) return std::nullopt;
  const auto zone = domain::Zone::locate(task.timezone.empty() ? owner.time.timezone : task.timezone);
  if (!zone) return std::nullopt;
  return zone->offset_at(*at).count();
}

Shelf shelf_of(const domain::TaskFields& task) {
  if (task.deleted_at) return Shelf::deleted;
  return task.status == domain::Status::completed ? Shelf::completed : Shelf::open;
}

std::string meta(Connection& db, std::string_view key) {
  auto row = db.query("SELECT value FROM tasks_meta WHERE key = ?", key);
  return row.step() ? std::string(row.text(0)) : std::string();
}

void set_meta(Writer& db, std::string_view key, const std::string& value) {
  db.run("INSERT OR REPLACE INTO tasks_meta(key, value) VALUES (?, ?)", key, value);
}

Error no_such_task() { return {Errc::not_found, "There is no such task. Check the id or number."}; }

std::optional<OwnerRow> find_owner(Connection& db, const UserId& user, const std::string& timezone) {
  auto row = db.query("SELECT ord, open_tasks, timezone, all_day, last_number FROM tasks_user WHERE user_id = ?", user);
  if (!row.step()) return std::nullopt;
  return read_owner(row, timezone);
}

OwnerRow ensure_owner(Writer& db, const UserId& user, const std::string& timezone) {
  if (auto owner = find_owner(db, user, timezone)) return *owner;
  db.run("INSERT INTO tasks_user(user_id) VALUES (?)", user);
  return *find_owner(db, user, timezone);
}

std::pair<OwnerRow, std::int64_t> take_number(Writer& db, const UserId& user, const std::string& timezone) {
  auto owner = ensure_owner(db, user, timezone);
  owner.last_number += 1;
  owner.open_tasks += 1;
  db.run("UPDATE tasks_user SET last_number = ?, open_tasks = ? WHERE ord = ?", owner.last_number, owner.open_tasks,
         owner.ordinal);
  return {owner, owner.last_number};
}

Result<TaskRow> load_task(Connection& db, const UserId& user, std::int64_t key) {
  auto row = db.query("SELECT key, body, subtasks, subtasks_done FROM tasks_task WHERE key = ?", key);
  if (!row.step()) return no_such_task();
  return read_task(row, user);
}

Result<TaskRow> load_task(Connection& db, const OwnerRow& owner, const UserId& user, const TaskRef& ref) {
  if (const auto* number = std::get_if<std::int64_t>(&ref)) {
    if (*number < 1 || *number > kMaxNumber) return no_such_task();
    return load_task(db, user, make_key(owner.ordinal, *number));
  }
  auto row = db.query("SELECT key, body, subtasks, subtasks_done FROM tasks_task WHERE id = ?", std::get<TaskId>(ref));
  if (!row.step() || ordinal_of(row.integer(0)) != owner.ordinal) return no_such_task();
  return read_task(row, user);
}

std::optional<std::int64_t> find_key(Connection& db, const TaskId& id) {
  auto row = db.query("SELECT key FROM tasks_task WHERE id = ?", id);
  if (!row.step()) return std::nullopt;
  return row.integer(0);
}

void append_document(std::string& out, std::string_view body, std::int64_t subtasks, std::int64_t completed) {
  out += body;
  if (subtasks == 0) {
    out += R"(,"subtasks":{"total":0,"completed":0}})";
    return;
  }
  ((out += R"(,"subtasks":{"total":)") += std::to_string(subtasks)) += R"(,"completed":)";
  (out += std::to_string(completed)) += "}}";
}

TaskDocument document_of(const TaskRow& row, bool created) {
  TaskDocument document{row.task->id, row.task->number, row.task->version, {}, created};
  const std::string body = stored_body(*row.task);
  document.json.reserve(body.size() + 48);
  append_document(document.json, body, row.subtasks, row.subtasks_completed);
  return document;
}

std::string insert_task(Writer& db, const OwnerRow& owner, TaskRow& row, std::optional<std::int64_t> origin,
                        std::optional<std::int64_t> parent_key) {
  const auto& task = *row.task;
  row.key = make_key(owner.ordinal, task.number);
  auto insert = db.prepare(
      "INSERT INTO tasks_task(key, id, ord, shelf, status, priority, due, created, updated, completed, parent, series, "
      "reminders, origin, version, due_offset, start_offset, body) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  int at = 0;
  const auto bind = [&](const auto&... values) { (insert.bind(++at, values), ...); };
  bind(row.key, task.id, owner.ordinal, static_cast<int>(shelf_of(task)), static_cast<int>(task.status),
       static_cast<int>(task.priority), due_column(row.task, owner), task.created_at, task.updated_at,
       task.completed_at, parent_key, task.series, static_cast<std::int64_t>(task.reminders.size()), origin,
       task.version, offset_of(task, task.due, owner), offset_of(task, task.start, owner));
  std::string body = stored_body(task);
  bind(body);
  insert.run();
  add_text(db, row.key, domain::search_line(task));
  if (!task.tags.empty() || !task.category.empty()) {
    LabelCounts counts;
    count_labels(counts, row.task, 1);
    save_labels(db, owner.ordinal, counts);
  }
  if (parent_key) count_subtask(db, *parent_key, 1, row.task.is_open() ? 0 : 1);
  // The number was taken for an open task.
  if (!row.task.is_open()) db.run("UPDATE tasks_user SET open_tasks = open_tasks - 1 WHERE ord = ?", owner.ordinal);
  append_document(body, {}, 0, 0);
  return body;
}

std::string update_task(Writer& db, const OwnerRow& owner, TaskRow& row, const domain::Task& after) {
  const domain::Task before = row.task;
  const bool deleted_before = before->deleted_at.has_value(), deleted_after = after->deleted_at.has_value();
  std::optional<std::int64_t> parent_before, parent_after;
  if (before->parent) parent_before = find_key(db, *before->parent);
  if (after->parent) parent_after = before->parent == after->parent ? parent_before : find_key(db, *after->parent);

  std::string body = stored_body(*after);
  db.run(
      "UPDATE tasks_task SET shelf=?, status=?, priority=?, due=?, updated=?, completed=?, deleted=?, parent=?, "
      "series=?, reminders=?, version=?, body=? WHERE key=?",
      static_cast<int>(shelf_of(*after)), static_cast<int>(after->status), static_cast<int>(after->priority),
      due_column(after, owner), after->updated_at, after->completed_at, after->deleted_at, parent_after, after->series,
      static_cast<std::int64_t>(after->reminders.size()), after->version, body, row.key);
  // A time that stays is still read by the clock that it was given by.
  if (after->due != before->due || after->start != before->start || after->timezone != before->timezone)
    db.run("UPDATE tasks_task SET due_offset = ?, start_offset = ? WHERE key = ?", offset_of(*after, after->due, owner),
           offset_of(*after, after->start, owner), row.key);

  for (const auto& old : before->reminders) {
    const auto stays = [&](const domain::Reminder& each) { return each.id == old.id; };
    if (std::none_of(after->reminders.begin(), after->reminders.end(), stays))
      db.run("DELETE FROM tasks_reminder WHERE ord = ? AND id = ?", owner.ordinal, old.id);
  }

  const int open = static_cast<int>(after.is_open()) - static_cast<int>(before.is_open());
  if (open != 0) db.run("UPDATE tasks_user SET open_tasks = open_tasks + ? WHERE ord = ?", open, owner.ordinal);

  LabelCounts labels;
  count_labels(labels, before, -1);
  count_labels(labels, after, 1);
  save_labels(db, owner.ordinal, labels);

  const auto completed = [](const domain::Task& task) { return task->status == domain::Status::completed ? 1 : 0; };
  if (parent_before && !deleted_before) count_subtask(db, *parent_before, -1, -completed(before));
  if (parent_after && !deleted_after) count_subtask(db, *parent_after, 1, completed(after));

  const std::string line_before = deleted_before ? std::string() : domain::search_line(*before);
  const std::string line_after = deleted_after ? std::string() : domain::search_line(*after);
  if (line_before != line_after) {
    if (!line_before.empty()) remove_text(db, row.key);
    if (!line_after.empty()) add_text(db, row.key, line_after);
  }
  row.task = after;
  append_document(body, {}, row.subtasks, row.subtasks_completed);
  return body;
}

}  // namespace daybook::tasks
