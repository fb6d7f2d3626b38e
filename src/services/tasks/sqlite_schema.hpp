#pragma once

#include <vector>

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/idempotency.hpp"

namespace daybook::tasks {

const storage::sqlite::IdempotencyTable& idempotency_table();
std::vector<storage::sqlite::Migration> sqlite_migrations();

}  // namespace daybook::tasks
