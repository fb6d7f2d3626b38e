#pragma once

#include <memory>
#include <string>

#include "storage/sqlite/database.hpp"

namespace daybook::app {

/// The two files of the embedded shape, with the tables of all services.
struct SqliteFiles {
  std::unique_ptr<storage::sqlite::Database> database;  ///< What services own, and the event log.
  std::unique_ptr<storage::sqlite::Database> history;   ///< Audit and analytics.
};

/// Opens or makes both. Errors: those of Database::open; misconfigured, if one is lost and the other is not.
Result<SqliteFiles> open_sqlite_files(const std::string& database, const std::string& history);

}  // namespace daybook::app
