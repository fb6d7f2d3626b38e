#pragma once

#include "runtime/event_bus.hpp"
#include "storage/sqlite/database.hpp"

namespace daybook::app {

/// Keeps every event that the bus brings in the event log of `file`, once: the gateway's stream reads it there as it
/// does in the embedded shape (design, rule 10). `file` has the event log's and the inbox' migrations.
void keep_received(runtime::EventBus& bus, storage::sqlite::Database& file);

}  // namespace daybook::app
