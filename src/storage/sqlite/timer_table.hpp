#pragma once

#include <string>

#include "core/timer.hpp"
#include "storage/sqlite/database.hpp"

namespace daybook::storage::sqlite {

/// A service's `timer` table: the truth about what is due when (design, rule 8).
class TimerTable {
 public:
  explicit TimerTable(std::string service);
  Migration migration(int number) const;

  /// Sets or moves the timer (kind, key). Takes effect with the transaction.
  void set(Writer& db, const Timer& timer) const;
  void cancel(Writer& db, std::string_view kind, const Uuid& key) const;
  /// Takes the timer away if it still has `version`; false if it moved or went meanwhile: then do nothing.
  bool consume(Writer& db, const Timer& timer) const;

 private:
  std::string service_;
};

}  // namespace daybook::storage::sqlite
