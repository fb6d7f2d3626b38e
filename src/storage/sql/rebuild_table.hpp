#pragma once

#include <string>

#include "core/rebuild.hpp"
#include "storage/sql/database.hpp"

namespace daybook::storage::sql {

/// A projection's `<service>_rebuild` table: which generation it writes, and how far a rebuild has come (design, rule
/// 15); and `<service>_rebuild_gone`: the users who were erased meanwhile, whom a page that was read before must not
/// bring back.
class RebuildTable {
 public:
  explicit RebuildTable(std::string service);
  Migration migration(int number) const;

  RebuildState load(Connection& db) const;
  /// The next generation from its start; or the one that is going on.
  RebuildState begin(Writer& db) const;
  void save(Writer& db, const RebuildState& state) const;
  /// The generation stays, the rebuild is over.
  void end(Writer& db) const;

  /// The user is being erased; forgotten when the rebuild is over.
  void note_gone(Writer& db, const UserId& user) const;
  bool is_gone(Connection& db, const UserId& user) const;

 private:
  std::string service_;
  std::string load_, save_, gone_, find_gone_, forget_;  // One text a statement for the connection's cache.
};

}  // namespace daybook::storage::sql
