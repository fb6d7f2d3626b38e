#include "storage/sql/dead_letter.hpp"

namespace daybook::storage::sql {

void park(Writer& db, std::string_view group, const CloudEvent& event, std::string_view reason, int tries,
          Instant now) {
  db.run(
      "INSERT INTO dead_letter (consumer, topic, event_id, event, reason, tries, parked_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (consumer, event_id) DO UPDATE SET "
      "reason = excluded.reason, tries = dead_letter.tries + excluded.tries, parked_at = excluded.parked_at",
      group, event.type + "." + std::string(group) + ".dlq", event.id, to_json(event), reason, tries, now);
}

}  // namespace daybook::storage::sql
