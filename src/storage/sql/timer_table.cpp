#include "storage/sql/timer_table.hpp"

#include <algorithm>
#include <utility>

namespace daybook::storage::sql {
namespace {

/// The server's clock, as the others' instants are written: the clocks of those who claim need not agree.
constexpr const char* kServerNow = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)";

Timer read_timer(const Statement& row) {
  Timer timer;
  timer.kind = row.text(0);
  timer.key = row.uuid(1);
  timer.user = UserId{row.uuid(2)};
  timer.due = row.instant(3);
  timer.version = row.integer(4);
  timer.payload = row.text(5);
  return timer;
}

}  // namespace

TimerTable::TimerTable(std::string service) : service_(std::move(service)) {
  const std::string table = service_ + "_timer";
  const std::string columns = "SELECT kind, key, user_id, due, version, payload, tries FROM " + table;
  set_ = "INSERT INTO " + table +
         " (kind, key, user_id, due, version, payload, fire_at, tries) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?4, 0) "
         "ON CONFLICT (kind, key) DO UPDATE SET user_id = ?3, due = ?4, version = ?5, payload = ?6, fire_at = ?4, "
         "tries = 0, leased_until = 0";
  cancel_ = "DELETE FROM " + table + " WHERE kind = ? AND key = ?";
  consume_ = "DELETE FROM " + table + " WHERE kind = ? AND key = ? AND version = ? AND due = ?";
  find_ = columns + " WHERE kind = ? AND key = ?";
  due_ = columns + " WHERE kind = ? AND fire_at <= ? ORDER BY fire_at LIMIT ?";
  std::string free = "leased_until <= ";
  free += kServerNow;
  claim_ = "UPDATE " + table + " AS t SET leased_until = " + kServerNow +
           " + ?4 FROM (SELECT kind, key, fire_at FROM " + table + " WHERE kind = ?1 AND fire_at <= ?2 AND " + free +
           " ORDER BY fire_at LIMIT ?3 FOR UPDATE SKIP LOCKED) AS d WHERE t.kind = d.kind AND t.key = d.key "
           "RETURNING t.kind, t.key, t.user_id, t.due, t.version, t.payload, t.tries, d.fire_at";
  next_ = "SELECT fire_at FROM " + table + " WHERE kind = ? ORDER BY fire_at LIMIT 1";
  next_free_ = "SELECT fire_at FROM " + table + " WHERE kind = ? AND " + free + " ORDER BY fire_at LIMIT 1";
  retry_ = "UPDATE " + table +
           " SET fire_at = ?5, tries = ?6, leased_until = 0 WHERE kind = ?1 AND key = ?2 AND version = ?3 AND due = ?4";
  count_ = "SELECT count(*) FROM " + table;
}

Migration TimerTable::migration(int number) const {
  // `fire_at` is `due` until a try fails and puts it off. Without a rowid there are two trees instead of three.
  const std::string table = service_ + "_timer";
  return {service_, number,
          "CREATE TABLE " + table + R"( (
            kind TEXT NOT NULL,
            key UUID NOT NULL,
            user_id UUID NOT NULL,
            due INTEGER NOT NULL,
            version INTEGER NOT NULL,
            payload TEXT NOT NULL,
            fire_at INTEGER NOT NULL,
            tries INTEGER NOT NULL,
            PRIMARY KEY (kind, key)
          ) WITHOUT ROWID;
          CREATE INDEX )" +
              table + "_fire ON " + table + " (kind, fire_at);"};
}

Migration TimerTable::lease_migration(int number) const {
  return {service_, number, "ALTER TABLE " + service_ + "_timer ADD COLUMN leased_until INTEGER NOT NULL DEFAULT 0"};
}

void TimerTable::set(Writer& db, const Timer& timer) const {
  db.run(set_, timer.kind, timer.key, timer.user, timer.due, timer.version, timer.payload);
  auto& earliest = db.effects().earliest_timer;
  earliest = std::min(earliest, timer.due);
}

void TimerTable::cancel(Writer& db, std::string_view kind, const Uuid& key) const { db.run(cancel_, kind, key); }

bool TimerTable::consume(Writer& db, const Timer& timer) const {
  db.run(consume_, timer.kind, timer.key, timer.version, timer.due);
  return db.changes() > 0;
}

std::optional<Timer> TimerTable::find(Connection& db, std::string_view kind, const Uuid& key) const {
  auto row = db.query(find_, kind, key);
  if (!row.step()) return std::nullopt;
  return read_timer(row);
}

std::vector<TimerTable::Due> TimerTable::due(Connection& db, std::string_view kind, Instant now, int limit) const {
  std::vector<Due> timers;
  auto rows = db.query(due_, kind, now, limit);
  while (rows.step()) timers.push_back({read_timer(rows), static_cast<int>(rows.integer(6))});
  return timers;
}

std::vector<TimerTable::Due> TimerTable::claim(Writer& db, std::string_view kind, Instant now, int limit,
                                               std::chrono::seconds lease) const {
  std::vector<std::pair<Instant, Due>> taken;
  auto rows = db.query(claim_, kind, now, limit, std::chrono::microseconds{lease}.count());
  while (rows.step()) taken.push_back({rows.instant(7), {read_timer(rows), static_cast<int>(rows.integer(6))}});
  std::stable_sort(taken.begin(), taken.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Due> timers;
  for (auto& [at, due] : taken) timers.push_back(std::move(due));
  return timers;
}

std::optional<Instant> TimerTable::next(Connection& db, std::string_view kind) const {
  auto row = db.query(next_, kind);
  if (!row.step()) return std::nullopt;
  return row.instant(0);
}

std::optional<Instant> TimerTable::next_free(Connection& db, std::string_view kind) const {
  auto row = db.query(next_free_, kind);
  if (!row.step()) return std::nullopt;
  return row.instant(0);
}

void TimerTable::retry(Writer& db, const Timer& timer, Instant at, int tries) const {
  db.run(retry_, timer.kind, timer.key, timer.version, timer.due, at, tries);
}

std::int64_t TimerTable::count(Connection& db) const {
  auto row = db.query(count_);
  row.step();
  return row.integer(0);
}

}  // namespace daybook::storage::sql
