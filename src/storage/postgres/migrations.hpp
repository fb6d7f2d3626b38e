#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "storage/sql/database.hpp"

namespace daybook::storage::postgres {

/// What one service keeps in its schema: its own steps, written in the shared SQL or, where `plain`, in PostgreSQL's
/// own.
struct Schema {
  std::string service;
  std::vector<sql::Migration> migrations;
  /// Steps that are PostgreSQL's alone (indexes of its kinds); numbered by themselves.
  std::vector<std::string> plain = {};
};

/// Whether to work on a database into which a promotion is still moving data (app/promote).
enum class Unfinished { refused, accepted };

/// Makes the schemas, with the tables that every service has (inbox, outbox, event_sequence, dead_letter, relay_lease),
/// and runs the steps that are missing, each in a transaction of its own; an advisory lock keeps others out meanwhile.
/// Gives how many steps ran. Blocks. Errors: unavailable, misconfigured (also for a database that a newer version has
/// changed so that this one cannot use it, or whose promotion was not finished), internal (a step failed).
Result<int> migrate(const std::string& url, const std::vector<Schema>& schemas,
                    Unfinished unfinished = Unfinished::refused);

/// Runs statements without parameters, all or none. Blocks. Errors as those of migrate().
Result<> run_statements(const std::string& url, const std::string& sql);

}  // namespace daybook::storage::postgres
