#include "storage/sql/rebuild_table.hpp"

#include <utility>

namespace daybook::storage::sql {

RebuildTable::RebuildTable(std::string service) : service_(std::move(service)) {
  const std::string table = service_ + "_rebuild", gone = service_ + "_rebuild_gone";
  load_ = "SELECT generation, going_on, source, progress FROM " + table + " WHERE one = 1";
  save_ = "INSERT INTO " + table +
          " (one, generation, going_on, source, progress) VALUES (1, ?1, ?2, ?3, ?4) ON CONFLICT (one) DO UPDATE SET "
          "generation = ?1, going_on = ?2, source = ?3, progress = ?4";
  gone_ = "INSERT INTO " + gone + " (user_id) VALUES (?) ON CONFLICT DO NOTHING";
  find_gone_ = "SELECT 1 FROM " + gone + " WHERE user_id = ?";
  forget_ = "DELETE FROM " + gone;
}

Migration RebuildTable::migration(int number) const {
  return {service_, number,
          "CREATE TABLE " + service_ +
              "_rebuild (one INTEGER PRIMARY KEY, generation INTEGER NOT NULL, going_on INTEGER NOT NULL, source "
              "INTEGER NOT NULL, progress TEXT NOT NULL);\nCREATE TABLE " +
              service_ + "_rebuild_gone (user_id UUID PRIMARY KEY) WITHOUT ROWID;"};
}

RebuildState RebuildTable::load(Connection& db) const {
  RebuildState state;
  auto row = db.query(load_);
  if (!row.step()) return state;
  state.generation = row.integer(0);
  state.going_on = row.integer(1) != 0;
  state.source = static_cast<int>(row.integer(2));
  state.cursor = row.text(3);
  return state;
}

RebuildState RebuildTable::begin(Writer& db) const {
  auto state = load(db);
  if (state.going_on) return state;
  state.generation += 1;
  state.going_on = true;
  state.source = 0;
  state.cursor.clear();
  save(db, state);
  return state;
}

void RebuildTable::save(Writer& db, const RebuildState& state) const {
  db.run(save_, state.generation, state.going_on, state.source, state.cursor);
}

void RebuildTable::end(Writer& db) const {
  auto state = load(db);
  state.going_on = false;
  state.source = 0;
  state.cursor.clear();
  save(db, state);
  db.run(forget_);
}

void RebuildTable::note_gone(Writer& db, const UserId& user) const {
  if (load(db).going_on) db.run(gone_, user);
}

bool RebuildTable::is_gone(Connection& db, const UserId& user) const { return db.query(find_gone_, user).step(); }

}  // namespace daybook::storage::sql
