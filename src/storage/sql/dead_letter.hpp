#pragma once

#include "storage/sql/connection.hpp"

namespace daybook::storage::sql {

/// Writes the event, which `group` cannot digest, with the reason to the dead letters; tries add up.
void park(Writer& db, std::string_view group, const CloudEvent& event, std::string_view reason, int tries, Instant now);

}  // namespace daybook::storage::sql
