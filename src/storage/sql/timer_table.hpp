#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/timer.hpp"
#include "storage/sql/database.hpp"

namespace daybook::storage::sql {

/// A service's `<service>_timer` table: the truth about what is due when (design, rule 8).
class TimerTable {
 public:
  explicit TimerTable(std::string service);
  Migration migration(int number) const;
  /// A column for claims, which came later.
  Migration lease_migration(int number) const;

  /// Sets or moves the timer (kind, key); failed tries of its former state are forgotten. Takes effect with the
  /// transaction.
  void set(Writer& db, const Timer& timer) const;
  void cancel(Writer& db, std::string_view kind, const Uuid& key) const;
  /// Takes the timer away if it still has `version` and `due`; false if it moved or went meanwhile: then do nothing.
  bool consume(Writer& db, const Timer& timer) const;
  /// The timer as it stands.
  std::optional<Timer> find(Connection& db, std::string_view kind, const Uuid& key) const;

  // What follows is for who fires them.

  /// A timer that has come due, and how often firing it has failed.
  struct Due {
    Timer timer;
    int tries = 0;
  };
  /// At most `limit` timers of `kind` that are to fire at or before `now`, the earliest first.
  std::vector<Due> due(Connection& db, std::string_view kind, Instant now, int limit) const;
  /// As due(), for a PostgreSQL that several processes fire from: what it gives nobody else takes for `lease` of the
  /// server's clock, however wrong that of a process is; whoever dies over it leaves it to be fired again after that.
  /// A timer that is set anew is free at once.
  std::vector<Due> claim(Writer& db, std::string_view kind, Instant now, int limit, std::chrono::seconds lease) const;
  /// When the next timer of `kind` is to fire.
  std::optional<Instant> next(Connection& db, std::string_view kind) const;
  /// The same of those that nobody has claimed.
  std::optional<Instant> next_free(Connection& db, std::string_view kind) const;
  /// Notes `tries` failed tries and puts the next one off until `at`; nothing if the timer moved or went meanwhile.
  void retry(Writer& db, const Timer& timer, Instant at, int tries) const;
  std::int64_t count(Connection& db) const;

  const std::string& service() const { return service_; }

 private:
  std::string service_;
  // One text a statement for the connection's cache.
  std::string set_, cancel_, consume_, find_, due_, claim_, next_, next_free_, retry_, count_;
};

}  // namespace daybook::storage::sql
