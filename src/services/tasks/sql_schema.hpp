#pragma once

#include <vector>

#include "storage/sql/database.hpp"
#include "storage/sql/idempotency.hpp"

namespace daybook::tasks {

const storage::sql::IdempotencyTable& idempotency_table();
std::vector<storage::sql::Migration> sql_migrations();

}  // namespace daybook::tasks
