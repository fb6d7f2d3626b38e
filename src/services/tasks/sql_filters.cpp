#include "services/tasks/sql_schema.hpp"
#include "services/tasks/sql_store.hpp"

/// Saved filters.
namespace daybook::tasks {
namespace {

using boost::asio::awaitable;
using storage::sql::Lane;
using storage::sql::Reader;

constexpr std::string_view kSelect =
    "SELECT f.id, f.name, f.query, f.version, f.created, f.updated FROM tasks_user u JOIN tasks_filter f "
    "ON f.ord = u.ord WHERE u.user_id = ?";

SavedFilter read_filter(const Statement& row) {
  return {row.uuid(0),    std::string(row.text(1)), std::string(row.text(2)),
          row.integer(3), row.instant(4),           row.instant(5)};
}

std::optional<SavedFilter> find_filter(Connection& db, const UserId& user, const Uuid& id) {
  auto row = db.query(
      "SELECT f.id, f.name, f.query, f.version, f.created, f.updated FROM tasks_user u JOIN tasks_filter f "
      "ON f.ord = u.ord WHERE u.user_id = ? AND f.id = ?",
      user, id);
  if (!row.step()) return std::nullopt;
  return read_filter(row);
}

Error no_such_filter() { return {Errc::not_found, "There is no such filter. Check the id."}; }

bool name_taken(Connection& db, std::int64_t ordinal, const std::string& name, const Uuid& but) {
  auto row = db.query("SELECT 1 FROM tasks_filter WHERE ord = ? AND folded = ? AND id <> ?", ordinal,
                      domain::fold_label(name), but);
  return row.step();
}

Error taken_name() {
  Error error{Errc::conflict, "A filter of this name exists. Choose another name."};
  error.fields.push_back({"/name", "is taken"});
  return error;
}

}  // namespace

awaitable<Result<std::vector<SavedFilter>>> SqlTaskStore::saved_filters(UserId user) {
  auto body = [user](Reader& db) -> Result<std::vector<SavedFilter>> {
    std::vector<SavedFilter> out;
    auto rows = db.query(kSelect, user);
    while (rows.step()) out.push_back(read_filter(rows));
    std::sort(out.begin(), out.end(),
              [](const SavedFilter& a, const SavedFilter& b) { return a.created_at < b.created_at; });
    return out;
  };
  co_return co_await db_.read(std::move(body));
}

awaitable<Result<SavedFilter>> SqlTaskStore::create_filter(Command command, std::optional<Uuid> id, std::string name,
                                                           std::string query) {
  auto body = [command = std::move(command), id, name = std::move(name), query = std::move(query),
               limits = limits_](Writer& db) -> Result<SavedFilter> {
    db.lock(command.user);
    const storage::sql::Idempotency key{command.idempotency_key, command.request_hash};
    if (!key.key.empty()) {
      auto outcome = idempotency_table().find(db, command.user, key);
      if (!outcome) return outcome.error();
      if (*outcome) {
        const auto known = Uuid::parse((*outcome)->resource);
        auto filter = known ? find_filter(db, command.user, *known) : std::nullopt;
        if (!filter) return no_such_filter();
        return *filter;
      }
    }
    const auto owner = ensure_owner(db, command.user, command.timezone);
    const SavedFilter filter{id ? *id : Uuid::v7(command.now), name, query, 1, command.now, command.now};
    if (auto known = find_filter(db, command.user, filter.id)) {
      if (known->name == name && known->query == query) return *known;
      return Error{Errc::conflict, "This id is taken by another filter. Use a new one."};
    }
    if (name_taken(db, owner.ordinal, name, filter.id)) return taken_name();
    auto count = db.query("SELECT count(*) FROM tasks_filter WHERE ord = ?", owner.ordinal);
    if (count.step() && count.integer(0) >= limits.saved_filters)
      return Error{Errc::limit_exceeded, "You have " + std::to_string(limits.saved_filters) +
                                             " saved filters, which is the limit (savedFilters). Delete one first."};
    db.run("INSERT INTO tasks_filter(ord, id, name, folded, query, version, created, updated) VALUES (?,?,?,?,?,?,?,?)",
           owner.ordinal, filter.id, name, domain::fold_label(name), query, filter.version, filter.created_at,
           filter.updated_at);
    if (!key.key.empty()) idempotency_table().record(db, command.user, key, {201, filter.id.str()}, command.now);
    return filter;
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<SavedFilter>> SqlTaskStore::update_filter(Command command, Uuid id, std::optional<std::string> name,
                                                           std::optional<std::string> query) {
  auto body = [command = std::move(command), id, name = std::move(name),
               query = std::move(query)](Writer& db) -> Result<SavedFilter> {
    db.lock(command.user);
    const auto owner = find_owner(db, command.user, command.timezone);
    auto filter = find_filter(db, command.user, id);
    if (!owner || !filter) return no_such_filter();
    SavedFilter after = *filter;
    if (name) after.name = *name;
    if (query) after.query = *query;
    if (after.name == filter->name && after.query == filter->query) return *filter;
    if (command.if_match && *command.if_match != filter->version)
      return Error{Errc::version_mismatch, "The filter is at version " + std::to_string(filter->version) +
                                               " by now. Load it again and repeat the change."};
    if (name_taken(db, owner->ordinal, after.name, id)) return taken_name();
    ++after.version;
    after.updated_at = command.now;
    db.run("UPDATE tasks_filter SET name=?, folded=?, query=?, version=?, updated=? WHERE ord=? AND id=?", after.name,
           domain::fold_label(after.name), after.query, after.version, after.updated_at, owner->ordinal, id);
    return after;
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

awaitable<Result<>> SqlTaskStore::remove_filter(Command command, Uuid id) {
  auto body = [command = std::move(command), id](Writer& db) -> Result<> {
    db.lock(command.user);
    const auto owner = find_owner(db, command.user, command.timezone);
    if (!owner) return no_such_filter();
    const auto filter = find_filter(db, command.user, id);
    if (!filter) return no_such_filter();
    if (command.if_match && *command.if_match != filter->version)
      return Error{Errc::version_mismatch, "The filter is at version " + std::to_string(filter->version) +
                                               " by now. Load it again and repeat the change."};
    db.run("DELETE FROM tasks_filter WHERE ord = ? AND id = ?", owner->ordinal, id);
    return {};
  };
  co_return co_await db_.write(Lane::foreground, std::move(body));
}

}  // namespace daybook::tasks
