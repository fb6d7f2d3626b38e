#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sql/dead_letter.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::storage::sqlite {

/// How far each consumer group has come in the event log, and what it could not digest. Stands in the file of the
/// group's effects, which need not be the file of the log: a restored file then brings offsets that match it.
Migration event_group_migration();

/// The durable offset of a group: everything up to `position` is done. nullopt for a new group.
/// An offset of another epoch than the log's is cut to what both epochs share.
std::optional<std::int64_t> load_offset(Connection& db, std::string_view group, const EventEpoch& epoch);
void save_offset(Writer& db, std::string_view group, std::int64_t position, const EventEpoch& epoch);

using sql::park;

/// An event that a group parked after its last try.
struct DeadLetter {
  std::int64_t id = 0;
  std::string group;
  std::string topic;  ///< "<type>.<group>.dlq", as the dead-letter topic is called elsewhere.
  CloudEvent event;
  std::string reason;
  int tries = 0;
  Instant parked_at{};
};

/// Newest first. `group` empty: of all groups.
std::vector<DeadLetter> read_dead_letters(Connection& db, std::string_view group, int limit);
std::optional<DeadLetter> find_dead_letter(Connection& db, std::int64_t id);
std::int64_t count_dead_letters(Connection& db, std::string_view group);
void remove_dead_letter(Writer& db, std::int64_t id);
/// Deletes at most `limit` that were parked before `before` (kept 30 days); returns how many.
int purge_dead_letters(Writer& db, Instant before, int limit);

}  // namespace daybook::storage::sqlite
