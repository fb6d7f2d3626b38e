#pragma once

// Which database a service's tests run on: SQLite; or, compiled a second time (tests/postgres), PostgreSQL.

#ifdef DAYBOOK_TESTS_ON_POSTGRES
#include "storage/postgres/test_database.hpp"
namespace daybook::storage::sql {
using TestDatabase = test::PostgresServiceDatabase;
}
#else
#include "storage/sqlite/test_database.hpp"
namespace daybook::storage::sql {
using TestDatabase = sqlite::TestDatabase;
}
#endif
