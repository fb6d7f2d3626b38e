#pragma once

#include <memory>

#include "runtime/state/user_databases.hpp"
#include "services/tasks/store.hpp"

namespace daybook::tasks {

/// The tables of the tasks service, by what one user's rows are parted into pages.
runtime::state::UserSchema state_schema();

/// The store on a state store (Dapr's, on PostgreSQL or Redis): the SQL store on each user's own database, which
/// UserDatabases keeps there (docs/decisions/029). `users` outlives it.
///
/// What differs from the port: an id that a client makes is taken by its user for good, and is not compared with the
/// ids that this service made for others; of the methods about all users, purge() and adopt_tzdb() go through them a
/// part at a time.
std::unique_ptr<TaskStore> make_state_store(runtime::state::UserDatabases& users, StoreLimits limits = {});

}  // namespace daybook::tasks
