#include "storage/sqlite/event_groups.hpp"

#include <algorithm>

namespace daybook::storage::sqlite {
namespace {

#define DAYBOOK_DEAD_LETTER_COLUMNS "id, consumer, topic, event, reason, tries, parked_at"

DeadLetter read_row(const Statement& row) {
  DeadLetter letter;
  letter.id = row.integer(0);
  letter.group = row.text(1);
  letter.topic = row.text(2);
  // Written by to_json; an event that does not parse is shown with its reason all the same.
  if (auto event = parse_cloud_event(row.text(3))) letter.event = std::move(*event);
  letter.reason = row.text(4);
  letter.tries = static_cast<int>(row.integer(5));
  letter.parked_at = row.instant(6);
  return letter;
}

}  // namespace

Migration event_group_migration() {
  return {"event_group", 1, R"(
    CREATE TABLE event_group (
      name TEXT PRIMARY KEY,
      position INTEGER NOT NULL,
      epoch TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE dead_letter (
      id INTEGER PRIMARY KEY,
      consumer TEXT NOT NULL,
      topic TEXT NOT NULL,
      event_id BLOB NOT NULL,
      event TEXT NOT NULL,
      reason TEXT NOT NULL,
      tries INTEGER NOT NULL,
      parked_at INTEGER NOT NULL,
      UNIQUE (consumer, event_id)
    );
  )"};
}

std::optional<std::int64_t> load_offset(Connection& db, std::string_view group, const EventEpoch& epoch) {
  auto row = db.query("SELECT position, epoch FROM event_group WHERE name = ?", group);
  if (!row.step()) return std::nullopt;
  const std::int64_t position = row.integer(0);
  return row.text(1) == epoch.name ? position : std::min(position, epoch.began_after);
}

void save_offset(Writer& db, std::string_view group, std::int64_t position, const EventEpoch& epoch) {
  db.run(
      "INSERT INTO event_group (name, position, epoch) VALUES (?1, ?2, ?3) "
      "ON CONFLICT DO UPDATE SET position = ?2, epoch = ?3",
      group, position, epoch.name);
}

std::vector<DeadLetter> read_dead_letters(Connection& db, std::string_view group, int limit) {
  std::vector<DeadLetter> letters;
  auto rows = db.query("SELECT " DAYBOOK_DEAD_LETTER_COLUMNS
                       " FROM dead_letter WHERE ?1 = '' OR consumer = ?1 ORDER BY id DESC LIMIT ?2",
                       group, limit);
  while (rows.step()) letters.push_back(read_row(rows));
  return letters;
}

std::optional<DeadLetter> find_dead_letter(Connection& db, std::int64_t id) {
  auto row = db.query("SELECT " DAYBOOK_DEAD_LETTER_COLUMNS " FROM dead_letter WHERE id = ?", id);
  if (!row.step()) return std::nullopt;
  return read_row(row);
}

std::int64_t count_dead_letters(Connection& db, std::string_view group) {
  auto row = db.query("SELECT count(*) FROM dead_letter WHERE consumer = ?", group);
  row.step();
  return row.integer(0);
}

void remove_dead_letter(Writer& db, std::int64_t id) { db.run("DELETE FROM dead_letter WHERE id = ?", id); }

int purge_dead_letters(Writer& db, Instant before, int limit) {
  db.run("DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter WHERE parked_at < ? LIMIT ?)", before, limit);
  return db.changes();
}

}  // namespace daybook::storage::sqlite
