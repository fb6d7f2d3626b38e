#include "storage/sqlite/event_log.hpp"

#include "core/hash.hpp"

namespace daybook::storage::sqlite {
namespace {

#define DAYBOOK_EVENT_COLUMNS \
  "position, id, source, type, subject, time, dataschema, user_id, sequence, correlation_id, traceparent, data"

LoggedEvent read_row(const Statement& row) {
  LoggedEvent logged;
  logged.position = row.integer(0);
  auto& event = logged.event;
  event.id = EventId{row.uuid(1)};
  event.source = row.text(2);
  event.type = row.text(3);
  event.subject = row.text(4);
  event.time = row.instant(5);
  event.dataschema = row.text(6);
  event.user = UserId{row.uuid(7)};
  event.sequence = row.integer(8);
  event.correlation_id = row.text(9);
  event.traceparent = row.text(10);
  event.data = row.text(11);
  return logged;
}

std::vector<LoggedEvent> read_rows(Statement rows) {
  std::vector<LoggedEvent> events;
  while (rows.step()) events.push_back(read_row(rows));
  return events;
}

std::int64_t single_integer(Statement row) { return row.step() ? row.integer(0) : 0; }

/// The first UUIDv7 of a millisecond: ids made before it sort below.
Uuid lowest_v7(Instant at) {
  const std::int64_t ms = std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
  Uuid::Bytes bytes{};
  for (int i = 0; i < 6; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  bytes[6] = 0x70;
  return Uuid{bytes};
}

}  // namespace

Migration event_log_migration() {
  // `event_user` also holds the rowid, so one user's events come in order of position without sorting.
  return {"event", 1, R"(
    CREATE TABLE event_log (
      position INTEGER PRIMARY KEY,
      id BLOB NOT NULL,
      source TEXT NOT NULL,
      type TEXT NOT NULL,
      subject TEXT NOT NULL,
      time INTEGER NOT NULL,
      dataschema TEXT NOT NULL,
      user_id BLOB NOT NULL,
      sequence INTEGER NOT NULL,
      correlation_id TEXT NOT NULL,
      traceparent TEXT NOT NULL,
      data TEXT NOT NULL
    );
    CREATE INDEX event_user ON event_log (user_id);
    CREATE TABLE event_sequence (
      user_id BLOB NOT NULL,
      source TEXT NOT NULL,
      last INTEGER NOT NULL,
      PRIMARY KEY (user_id, source)
    ) WITHOUT ROWID;
    CREATE TABLE event_epoch (
      name TEXT NOT NULL,
      began_after INTEGER NOT NULL
    );
    INSERT INTO event_epoch (name, began_after) VALUES (lower(hex(randomblob(6))), 0);
  )"};
}

CloudEvent FileConnection::append_event(CloudEvent event) {
  auto& db = *this;
  if (event.id.is_nil()) event.id = EventId::make(event.time);
  if (event.correlation_id.empty()) event.correlation_id = event.id.str();
  if (event.sequence == 0) {
    // Not by RETURNING, which makes a table of its own each time; there is one writer.
    {
      auto last =
          db.query("SELECT last FROM event_sequence WHERE user_id = ? AND source = ?", event.user, event.source);
      event.sequence = last.step() ? last.integer(0) + 1 : 1;
    }
    db.run(
        "INSERT INTO event_sequence (user_id, source, last) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET last = excluded.last",
        event.user, event.source, event.sequence);
  }
  db.run(
      "INSERT INTO event_log (id, source, type, subject, time, dataschema, user_id, sequence, correlation_id, "
      "traceparent, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      event.id, event.source, event.type, event.subject, event.time, event.dataschema, event.user, event.sequence,
      event.correlation_id, event.traceparent, event.data);
  LoggedEvent logged{db.last_insert_rowid(), event};
  db.effects().events.push_back(std::make_shared<const LoggedEvent>(std::move(logged)));
  return event;
}

std::vector<LoggedEvent> read_events(Connection& db, std::int64_t after, int limit) {
  return read_rows(db.query(
      "SELECT " DAYBOOK_EVENT_COLUMNS " FROM event_log WHERE position > ? ORDER BY position LIMIT ?", after, limit));
}

std::vector<LoggedEvent> read_user_events(Connection& db, const UserId& user, std::int64_t after, int limit) {
  return read_rows(db.query("SELECT " DAYBOOK_EVENT_COLUMNS
                            " FROM event_log WHERE user_id = ? AND position > ? ORDER BY position LIMIT ?",
                            user, after, limit));
}

std::int64_t last_position(Connection& db) { return single_integer(db.query("SELECT max(position) FROM event_log")); }
std::int64_t first_position(Connection& db) { return single_integer(db.query("SELECT min(position) FROM event_log")); }

std::int64_t position_before(Connection& db, Instant time) {
  auto first = db.query("SELECT position FROM event_log WHERE time >= ? ORDER BY position LIMIT 1", time);
  return first.step() ? first.integer(0) - 1 : last_position(db);
}

int prune_events(Writer& db, Instant before, std::int64_t below, int limit) {
  // By position from the oldest on, which needs no index by time: it stops at the first that is too young.
  std::int64_t end = 0;
  auto oldest =
      db.query("SELECT position, time FROM event_log WHERE position <= ? ORDER BY position LIMIT ?", below, limit);
  while (oldest.step() && oldest.instant(1) < before) end = oldest.integer(0);
  oldest.reset();
  db.run("DELETE FROM event_log WHERE position <= min(?, (SELECT max(position) - 1 FROM event_log))", end);
  return db.changes();
}

int erase_user_events(Writer& db, const UserId& user, int limit) {
  db.run(
      "DELETE FROM event_log WHERE position IN (SELECT position FROM event_log WHERE user_id = ? "
      "AND position < (SELECT max(position) FROM event_log) LIMIT ?)",
      user, limit);
  return db.changes();
}

EventEpoch event_epoch(Connection& db) {
  auto row = db.query("SELECT name, began_after FROM event_epoch");
  if (!row.step()) return {};
  return {std::string(row.text(0)), row.integer(1)};
}

void begin_epoch(Connection& db) {
  db.run("UPDATE event_epoch SET name = ?, began_after = (SELECT ifnull(max(position), 0) FROM event_log)",
         to_hex(random_bytes(6)));
}

Migration inbox_migration() {
  return {"inbox", 1, R"(
    CREATE TABLE inbox (
      consumer TEXT NOT NULL,
      event_id BLOB NOT NULL,
      PRIMARY KEY (consumer, event_id)
    ) WITHOUT ROWID;
  )"};
}

int purge_inbox(Writer& db, Instant before, int limit) {
  // Walks each consumer's oldest ids; name-based ids (version 5) have no time in them and stay.
  int purged = 0;
  std::vector<std::string> consumers;
  {
    auto rows = db.query(
        "WITH RECURSIVE c(name) AS (SELECT min(consumer) FROM inbox UNION ALL "
        "SELECT (SELECT min(consumer) FROM inbox WHERE consumer > name) FROM c WHERE name IS NOT NULL) "
        "SELECT name FROM c WHERE name IS NOT NULL");
    while (rows.step()) consumers.emplace_back(rows.text(0));
  }
  for (const auto& consumer : consumers) {
    if (purged >= limit) break;
    db.run(
        "DELETE FROM inbox WHERE consumer = ?1 AND event_id IN (SELECT event_id FROM inbox WHERE consumer = ?1 AND "
        "event_id < ?2 AND substr(hex(event_id), 13, 1) = '7' ORDER BY event_id LIMIT ?3)",
        consumer, lowest_v7(before), limit - purged);
    purged += db.changes();
  }
  return purged;
}

}  // namespace daybook::storage::sqlite
