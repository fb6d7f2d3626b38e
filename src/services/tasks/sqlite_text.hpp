#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/sql/connection.hpp"

namespace daybook::tasks {

/// The search text of tasks, packed: one row holds the lines of 32 neighbouring tasks of one user. A create appends to
/// one row, where an inverted index would touch a page for each word; a search reads the user's rows one after the
/// other (some hundreds for 10,000 tasks) and looks for the rarest word's bytes.

/// What a line must contain: all of `all`, none of `none`, and, where given, at least one of `any`.
struct TextCondition {
  std::vector<std::string> all;
  std::vector<std::string> any;
  std::vector<std::string> none;
  bool empty() const { return all.empty() && any.empty() && none.empty(); }
};

void add_text(storage::sql::Writer& db, std::int64_t key, std::string_view line);
void remove_text(storage::sql::Writer& db, std::int64_t key);

/// Where SQLite keeps a task's line, and all lines of such a row with their tasks' keys: for a move to PostgreSQL,
/// where each has a row of its own.
std::int64_t text_row_of(std::int64_t key);
std::vector<std::pair<std::int64_t, std::string>> unpack_text_row(std::int64_t row, std::string_view text);

/// Calls `found` with the keys and lines of the owner's matching tasks, in rising or falling order, beginning after
/// `after` where that is not 0, until it returns false.
void scan_text(storage::sql::Connection& db, std::int64_t ordinal, const TextCondition& condition, bool descending,
               std::int64_t after, const std::function<bool(std::int64_t key, std::string_view line)>& found);

}  // namespace daybook::tasks
