#pragma once

#include "core/cloud_event.hpp"
#include "storage/sqlite/database.hpp"

namespace daybook::storage::sqlite {

/// The embedded outbox, which is the event log itself (design, rule 2): appended in the transaction of the change.
/// Table `event_log(position, user_id, …)`; positions rise in commit order.

Migration event_log_migration();

/// Fills in `sequence` (next of source and user) and `id` (a fresh UUIDv7) where unset, and appends.
CloudEvent append_event(Writer& db, CloudEvent event);

/// Records `(consumer, event)`; false if it was there already, and then the effect must not be repeated.
bool record_inbox(Writer& db, std::string_view consumer, const EventId& event);
Migration inbox_migration();

}  // namespace daybook::storage::sqlite
