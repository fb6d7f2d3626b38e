#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "storage/sql/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace daybook::runtime::state {

/// A table whose rows are kept in a state store, some to a key.
struct PagedTable {
  std::string name;
  std::string group;        ///< Before the page in its key. Tables may share a group, and then its pages.
  std::string page = "''";  ///< SQL: the page of a row, with "$" before each column ("$key >> 5").
};

/// What one user's database consists of.
struct UserSchema {
  std::vector<storage::sql::Migration> migrations;
  std::vector<PagedTable> tables;
};

/// One user's rows in memory, and which of their pages have changed.
class UserTables {
 public:
  /// Throws storage::sqlite::SqliteError, or std::runtime_error for a schema that is wrong.
  explicit UserTables(const UserSchema& schema);

  storage::sqlite::FileConnection& connection() { return *db_; }
  void begin();
  void commit();
  void rollback();

  /// Pages that differ since the last forget(): "task/3".
  std::set<std::string> changed();
  void forget();
  /// The page's rows as JSON members ("\"tables\":{…}"); empty when it has none.
  std::string dump(const std::string& page);
  /// Puts what dump() gave in the place of what the page holds. Errors: corrupt.
  Result<> load(const std::string& page, const json::object& document);
  void clear(const std::string& page);
  /// Bytes that the rows take.
  std::int64_t size();

 private:
  struct Table {
    std::string name;
    std::string page_of_row;  ///< SQL, on columns of the row.
    std::vector<std::string> columns;
    std::string select, erase;
  };

  std::vector<std::pair<std::string, std::vector<Table>>> groups_;
  std::vector<Table>* tables_of(const std::string& page, std::string& number);
  std::unique_ptr<storage::sqlite::FileConnection> db_;
};

}  // namespace daybook::runtime::state
