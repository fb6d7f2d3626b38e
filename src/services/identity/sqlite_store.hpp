#pragma once

#include <memory>
#include <vector>

#include "services/identity/store.hpp"
#include "storage/sqlite/database.hpp"

namespace daybook::identity {

std::vector<storage::sqlite::Migration> sqlite_migrations();
std::unique_ptr<Store> make_sqlite_store(storage::sqlite::Database& database);

}  // namespace daybook::identity
