#pragma once

#include <string>
#include <vector>

#include "storage/sqlite/database.hpp"

namespace daybook::storage::sqlite {

/// Brings the file behind `db` to the schema that `migrations` describe, in one transaction: all steps or none. Before
/// the first step on a file that already held something it copies the file to `<path>.before-migration-<time>` and
/// gives back that name (empty if there was nothing to do). The same step given twice runs once. Errors: misconfigured
/// (the file was written by a newer version that this one cannot read; says how to go back), internal (a step failed,
/// or its numbers have gaps), and those of the disk.
Result<std::string> migrate(FileConnection& db, const std::string& path, std::vector<Migration> migrations);

}  // namespace daybook::storage::sqlite
