#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "storage/sql/connection.hpp"

namespace daybook::app {

/// A value as both engines have it: NULL, a number, text, or bytes (ids too).
struct Bytes {
  std::string of;
};
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, Bytes>;
using Row = std::vector<Value>;

enum class Kind { integer, real, text, bytes };

/// A table that both engines have, under the name that stores write ("tasks_task").
struct Table {
  std::string name;
  std::vector<std::string> columns;
  std::vector<Kind> kinds;
  std::vector<std::size_t> key;  ///< Places of its primary key in `columns`, in the key's order.
  /// Which rows, for a table of SQLite's that services share: SQL without parameters, or empty for all.
  std::string only;
};

/// At most `limit` rows after the row whose key is that of `after`, in the order of the key.
std::vector<Row> read_rows(storage::sql::Connection& db, const Table& table, const std::optional<Row>& after,
                           int limit);
void insert_row(storage::sql::Writer& db, const Table& table, const Row& row);
/// The key's values of the last row (in a row of all columns, the others NULL); nullopt for an empty table.
std::optional<Row> last_row(storage::sql::Connection& db, const Table& table);

/// What rows add up to, whatever their order: their number, and a sum over the SHA-256 of each.
struct Checksum {
  std::int64_t rows = 0;
  std::uint64_t high = 0, low = 0;
  void add(const Row& row);
  std::string str() const;
  friend bool operator==(const Checksum&, const Checksum&) = default;
};

}  // namespace daybook::app
