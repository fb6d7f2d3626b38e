#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/tasks/sqlite_text.hpp"

namespace daybook::tasks {

/// Search on PostgreSQL (design, rule 16): a task's tokens and labels stand as a tsvector under a GIN index, each with
/// its owner's ordinal before it, so that a search touches the entries of one user only, however common its words are
/// elsewhere. What follows each other (phrases, CJK) is looked for in the line of what the index found.

/// What to add to a WHERE clause over tasks_text as `x`, beginning with AND, and its parameters.
struct PostgresText {
  std::string sql;
  std::vector<std::string> values;
};
PostgresText postgres_text(const TextCondition& condition, std::int64_t ordinal);

void add_postgres_text(storage::sql::Writer& db, std::int64_t key, std::string_view line);
/// What the shared schema lacks, in PostgreSQL's own SQL.
std::string postgres_text_schema();

}  // namespace daybook::tasks
