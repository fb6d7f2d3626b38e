#pragma once

#include <string>
#include <string_view>

namespace daybook::storage::postgres {

/// Rewrites a statement or a schema of the shared SQL (storage/sql) for PostgreSQL: `?` and `?2` become `$1` and `$2`,
/// `<service>_x` becomes `<service>.x`, the shared tables (inbox, outbox …) stand in the service's schema as well,
/// types become PostgreSQL's, texts sort by their bytes, SQLite's hints go, and INSERT OR REPLACE, whose table has the
/// key (user_id, id) or its first column, becomes an ON CONFLICT.
std::string translate(std::string_view sql, std::string_view service);

}  // namespace daybook::storage::postgres
