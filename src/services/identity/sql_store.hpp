#pragma once

#include <memory>
#include <vector>

#include "services/identity/store.hpp"
#include "storage/sql/connection.hpp"
#include "storage/sql/database.hpp"

namespace daybook::identity {

std::vector<storage::sql::Migration> sql_migrations();
std::unique_ptr<Store> make_sql_store(storage::sql::Database& database);
/// The deleted accounts, oldest first: what a restore of an older state must erase anew.
std::vector<UserId> erased_users(storage::sql::Connection& db);

}  // namespace daybook::identity
