#include "storage/sql/connection.hpp"

#include <algorithm>
#include <stdexcept>

namespace daybook::storage::sql {

Uuid Statement::uuid(int column) const {
  const auto bytes = blob(column);
  if (bytes.empty()) return {};
  if (bytes.size() != 16) throw std::runtime_error("an id of " + std::to_string(bytes.size()) + " bytes");
  Uuid::Bytes id;
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return Uuid{id};
}

bool record_inbox(Writer& db, std::string_view consumer, const EventId& event) {
  db.run("INSERT INTO inbox (consumer, event_id) VALUES (?, ?) ON CONFLICT (consumer, event_id) DO NOTHING", consumer,
         event);
  return db.changes() > 0;
}

}  // namespace daybook::storage::sql
