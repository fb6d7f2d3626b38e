#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/promote/table_rows.hpp"
#include "core/result.hpp"

namespace daybook::app {

struct PromotedTable {
  std::string name;
  Checksum sum;  ///< The same on both sides.
};
struct Promotion {
  bool was_done_before = false;  ///< Then nothing was changed.
  std::vector<PromotedTable> tables;
  std::int64_t events = 0;  ///< That some consumer had not seen, and that PostgreSQL publishes now.
};

struct PromotionOptions {
  std::string from;  ///< daybook.db, or the folder that it stands in; history.db stands beside it.
  std::string to;    ///< libpq's address.
  int batch = 1000;  ///< Rows a transaction.
  std::function<void(const std::string& table, std::int64_t rows)> progress = {};
};

/// Moves what is in a data folder's two files into a PostgreSQL database whose tables are empty: every table of every
/// service, sequences, inboxes and dead letters, and as events to be published those that not every consumer has seen.
/// Counts and checksums are compared table by table before it is declared done. Killed anywhere, it goes on where it
/// was when it is run again; until it is done no Daybook starts on that database. The files stay as they are. Blocks.
/// Errors: not_found (no such file), conflict (a server has the files open; the database has other data),
/// misconfigured, unavailable, corrupt (a table differs after it was moved).
Result<Promotion> promote(const PromotionOptions& options);

}  // namespace daybook::app
