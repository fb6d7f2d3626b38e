#include "core/rebuild.hpp"

#include "core/json.hpp"

namespace daybook {

std::string to_json(const SnapshotPage& page) {
  std::string out = "{\"items\":[";
  for (const auto& event : page.events) {
    if (out.back() != '[') out += ',';
    out += to_json(event);
  }
  out += "],\"nextCursor\":";
  if (page.next_cursor.empty())
    out += "null";
  else
    append_json_string(out, page.next_cursor);
  return out += '}';
}

Result<SnapshotPage> parse_snapshot_page(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return Error{Errc::corrupt, "a page of snapshots is no JSON: " + value.error().detail};
  const auto* object = value->if_object();
  const auto* items = object ? object->if_contains("items") : nullptr;
  if (!items || !items->is_array()) return Error{Errc::corrupt, "a page of snapshots has no list of items"};
  SnapshotPage page;
  for (const auto& item : items->get_array()) {
    auto event = parse_cloud_event(json::serialize(item));
    if (!event) return Error{Errc::corrupt, "a snapshot cannot be read: " + event.error().detail};
    page.events.push_back(std::move(*event));
  }
  if (const auto* next = object->if_contains("nextCursor"); next && next->is_string())
    page.next_cursor = next->get_string();
  return page;
}

EventId snapshot_id(std::string_view type, const Uuid& resource, std::int64_t version) {
  return EventId{Uuid::v5(resource, std::string(type) + ' ' + std::to_string(version))};
}

}  // namespace daybook
