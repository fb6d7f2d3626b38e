#pragma once

#include <string>

#include "storage/sqlite/connection.hpp"

namespace daybook::storage::sqlite {

/// Makes `db` refuse to prepare statements that read, write or alter tables other than `<service>_…` and the shared
/// primitives. For tests: no service touches another's tables (design, "Roles"). The refusal names the table.
void authorize_only(FileConnection& db, const std::string& service);

}  // namespace daybook::storage::sqlite
