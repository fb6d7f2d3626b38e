#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/cloud_event.hpp"
#include "storage/sqlite/database.hpp"

namespace daybook::storage::sqlite {

/// The embedded outbox, which is the event log itself (design, rule 2): appended in the transaction of the change.
/// Table `event_log(position, user_id, …)`; positions rise by one an event in commit order and are never used again
/// (except after a restore, which begins a new epoch).

Migration event_log_migration();

/// At most `limit` events after position `after`, oldest first.
std::vector<LoggedEvent> read_events(Connection& db, std::int64_t after, int limit);
/// The same of one user, through an index: what the stream resumes from (design, rule 10).
std::vector<LoggedEvent> read_user_events(Connection& db, const UserId& user, std::int64_t after, int limit);
/// Position of the newest event; 0 for an empty log.
std::int64_t last_position(Connection& db);
/// Position of the oldest event that is still there; 0 for an empty log. A cursor below it minus one has a gap.
std::int64_t first_position(Connection& db);
/// The position just before the first event at or after `time`: where a replay "since" begins. Reads the log through.
std::int64_t position_before(Connection& db, Instant time);

/// Deletes at most `limit` events that are both older than `before` and not after `below` (the least offset of the
/// groups that still need them); returns how many. The newest event stays, so that positions go on from it.
int prune_events(Writer& db, Instant before, std::int64_t below, int limit);
/// Deletes at most `limit` events of a user whose account is erased (design, rule 14).
int erase_user_events(Writer& db, const UserId& user, int limit);

/// Positions mean something only within an epoch: it changes when a backup is restored, since positions after the
/// backup are then given to other events.
struct EventEpoch {
  std::string name;              ///< Short, random, URL-safe.
  std::int64_t began_after = 0;  ///< Position of the last event that this epoch shares with the one before.
};
EventEpoch event_epoch(Connection& db);
void begin_epoch(Connection& db);

/// The table of sql::record_inbox.
Migration inbox_migration();
/// Forgets at most `limit` records of time-ordered ids (UUIDv7) made before `before`, once their events are pruned and
/// cannot come again; returns how many.
int purge_inbox(Writer& db, Instant before, int limit);

}  // namespace daybook::storage::sqlite
