#pragma once

#include <memory>
#include <vector>

#include "services/identity/store.hpp"
#include "storage/sql/database.hpp"

namespace daybook::identity {

std::vector<storage::sql::Migration> sql_migrations();
std::unique_ptr<Store> make_sql_store(storage::sql::Database& database);

}  // namespace daybook::identity
