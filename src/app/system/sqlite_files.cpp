#include "app/system/sqlite_files.hpp"

#include "services/analytics/module.hpp"
#include "services/audit/module.hpp"
#include "services/chat/module.hpp"
#include "services/identity/sql_store.hpp"
#include "services/notifier/module.hpp"
#include "services/scheduler/module.hpp"
#include "services/tasks/module.hpp"
#include "storage/sqlite/event_groups.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::app {
namespace {

namespace sqlite = storage::sqlite;

void append(std::vector<sqlite::Migration>& to, std::vector<sqlite::Migration> more) {
  for (auto& migration : more) to.push_back(std::move(migration));
}

}  // namespace

Result<SqliteFiles> open_sqlite_files(const std::string& database, const std::string& history) {
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
