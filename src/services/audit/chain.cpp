#include "services/audit/chain.hpp"

namespace daybook::audit {
namespace {

Sha256 inner_hash(const Entry& entry) { return sha256(entry.salt + canonical_payload(entry)); }

Sha256 outer_hash(const Sha256& previous, const Sha256& inner) {
  std::string bytes(as_chars(previous));
  bytes += as_chars(inner);
  return sha256(bytes);
}

}  // namespace

std::string canonical_payload(const Entry& entry) {
  // Lengths before the parts: no two entries spell the same bytes.
  std::string out;
  const auto add = [&out](std::string_view part) {
    out += std::to_string(part.size());
    out += ':';
    out += part;
  };
  add(entry.user.str());
  add(std::to_string(entry.sequence));
  add(entry.event.str());
  add(std::to_string(to_micros(entry.at)));
  add(entry.action);
  add(entry.resource_id);
  add(entry.correlation_id);
  add(entry.payload);
  return out;
}

Entry link(Head& head, const CloudEvent& event, std::string salt) {
  Entry entry;
  entry.user = event.user;
  entry.sequence = head.sequence + 1;
  entry.event = event.id;
  entry.at = event.time;
  entry.action = event.type;
  entry.resource_type = event.type.substr(0, event.type.rfind('.'));
  entry.resource_id = event.subject;
  entry.correlation_id = event.correlation_id;
  entry.payload = event.data;
  entry.salt = std::move(salt);
  entry.payload_hash = inner_hash(entry);
  entry.hash = outer_hash(head.hash, entry.payload_hash);
  head = {entry.sequence, entry.hash};
  return entry;
}

bool follows(Head& head, const Entry& entry) {
  if (entry.sequence != head.sequence + 1) return false;
  const bool erased = entry.salt.empty() && entry.payload.empty();
  if (!erased && inner_hash(entry) != entry.payload_hash) return false;
  if (outer_hash(head.hash, entry.payload_hash) != entry.hash) return false;
  head = {entry.sequence, entry.hash};
  return true;
}

}  // namespace daybook::audit
