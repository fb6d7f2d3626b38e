#include "app/system/sqlite_files.hpp"

#include <filesystem>

#include "services/analytics/module.hpp"
#include "services/audit/module.hpp"
#include "services/chat/module.hpp"
#include "services/identity/sql_store.hpp"
#include "services/notifier/module.hpp"
#include "services/scheduler/module.hpp"
#include "services/tasks/module.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/event_groups.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::app {
namespace {

namespace sqlite = storage::sqlite;

void append(std::vector<sqlite::Migration>& to, std::vector<sqlite::Migration> more) {
  for (auto& migration : more) to.push_back(std::move(migration));
}

bool is_there(const std::string& path) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  return !failure && size > 0;
}

/// Whether the file has been in use: `sql` finds a row. What cannot be read is left to those who open it.
bool was_used(const std::string& path, const char* sql) {
  try {
    auto file = sqlite::FileConnection::open_reader(path);
    return file->query(sql).step();
  } catch (const std::exception&) {
    return false;
  }
}

/// A new file in place of a lost one would pass for a new Daybook: accounts gone, and the next backup written over the
/// good ones (rule 1).
Result<> check_completeness(const std::string& database, const std::string& history) {
  const auto lost = [](const std::string& missing, const std::string& other) {
    return Error{Errc::misconfigured, missing + " is missing or empty, though " + other +
                                          " beside it has been in use. Bring it back, or put the latest backup in "
                                          "place (daybook restore); to begin anew, move both away."};
  };
  const bool first = is_there(database), second = is_there(history);
  if (!first && second && was_used(history, "SELECT 1 FROM audit_entry LIMIT 1")) return lost(database, history);
  if (first && !second && was_used(database, "SELECT 1 FROM event_sequence LIMIT 1")) return lost(history, database);
  return {};
}

}  // namespace

Result<SqliteFiles> open_sqlite_files(const std::string& database, const std::string& history) {
  if (auto complete = check_completeness(database, history); !complete) return complete.error();
  std::vector<sqlite::Migration> main_schema = {sqlite::event_log_migration(), sqlite::inbox_migration(),
                                                sqlite::event_group_migration()};
  append(main_schema, identity::sql_migrations());
  append(main_schema, tasks::sql_migrations());
  append(main_schema, scheduler::sql_migrations());
  append(main_schema, notifier::sql_migrations());
  append(main_schema, chat::sql_migrations());
  sqlite::DatabaseOptions main_options;
  main_options.path = database;
  auto main_file = sqlite::Database::open(std::move(main_options), std::move(main_schema));
  if (!main_file) return main_file.error();

  std::vector<sqlite::Migration> history_schema = {sqlite::inbox_migration(), sqlite::event_group_migration()};
  append(history_schema, audit::sql_migrations());
  append(history_schema, analytics::sql_migrations());
  sqlite::DatabaseOptions history_options;
  history_options.path = history;
  history_options.readers = 1;
  auto history_file = sqlite::Database::open(std::move(history_options), std::move(history_schema));
  if (!history_file) return history_file.error();
  return SqliteFiles{std::move(*main_file), std::move(*history_file)};
}

}  // namespace daybook::app
