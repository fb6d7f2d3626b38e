#include "runtime/dapr/topics.hpp"

#include <algorithm>

#include "core/json.hpp"

namespace daybook::runtime::dapr {
namespace {

/// What daprd calls an event that came without an envelope.
constexpr std::string_view kWrapped = "com.dapr.event.sent";

/// "task.created" is "task-created" in the aggregate topics.
std::string hyphenated(std::string_view type) {
  std::string out(type);
  std::ranges::replace(out, '.', '-');
  return out;
}

bool has_type(const json::object& object) {
  for (const char* name : {"type", "event_type", "eventType"})
    if (const auto* value = object.if_contains(name); value && value->is_string()) return true;
  return false;
}

}  // namespace

std::optional<TopicMode> parse_topic_mode(std::string_view text) {
  if (text == "dotted") return TopicMode::dotted;
  if (text == "aggregate") return TopicMode::aggregate;
  if (text == "both") return TopicMode::both;
  return std::nullopt;
}

Result<TopicTable> TopicTable::parse(std::string_view text) {
  const auto document = parse_json(text);
  if (!document) return Error{Errc::corrupt, "The table of topics: " + document.error().detail};
  TopicTable table;
  JsonReader in(*document, Unknown::lenient);
  in.objects("topics", 1000, [&](JsonReader& row, std::size_t) {
    const auto name = row.text("name", {.required = true}).value_or("");
    const auto aggregate = row.text("aggregate").value_or("");
    if (aggregate.empty()) return;  // An aggregate topic itself.
    table.aggregate_of_[name] = aggregate;
    table.aliases_[hyphenated(name)] = name;
  });
  if (const auto* aliases = in.raw("typeAliases"); aliases && aliases->is_object())
    for (const auto& [alias, type] : aliases->get_object())
      if (type.is_string()) table.aliases_[std::string(alias)] = std::string(type.get_string());
  if (auto wrong = in.finish()) return Error{Errc::corrupt, "The table of topics: " + wrong->detail};
  if (table.aggregate_of_.empty()) return Error{Errc::corrupt, "The table of topics is empty."};
  return table;
}

Result<std::vector<TopicTable::Target>> TopicTable::targets(std::string_view type, TopicMode mode) const {
  const auto row = aggregate_of_.find(type);
  if (row == aggregate_of_.end())
    return Error{Errc::misconfigured, "There is no topic for events of the type " + std::string(type) + "."};
  std::vector<Target> out;
  if (mode != TopicMode::aggregate) out.push_back({row->first, row->first});
  if (mode != TopicMode::dotted) out.push_back({row->second, hyphenated(type)});
  return out;
}

std::vector<std::string> TopicTable::topics_for(const std::vector<std::string>& types, TopicMode mode) const {
  std::vector<std::string> out;
  for (const auto& [type, aggregate] : aggregate_of_)
    if (matches(types, type)) out.push_back(mode == TopicMode::aggregate ? aggregate : type);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string TopicTable::canonical_type(std::string_view type) const {
  const auto alias = aliases_.find(type);
  return alias == aliases_.end() ? std::string(type) : alias->second;
}

Result<CloudEvent> TopicTable::read_delivery(std::string_view text, std::string_view topic) const {
  auto event = parse_cloud_event(text);
  if (!event || event->type == kWrapped) {
    const auto document = parse_json(text);
    const auto* object = document ? document->if_object() : nullptr;
    if (!object) return event.error();
    json::object inner = *object;
    if (const auto* type = object->if_contains("type"); type && type->is_string() && type->get_string() == kWrapped) {
      const auto* data = object->if_contains("data");
      json::value unpacked;
      if (data && data->is_object()) unpacked = *data;
      if (data && data->is_string())
        if (auto parsed = parse_json(data->get_string())) unpacked = std::move(*parsed);
      if (!unpacked.is_object()) return Error{Errc::invalid_argument, "The event has neither an envelope nor fields."};
      inner = std::move(unpacked.get_object());
    }
    if (!has_type(inner)) inner["type"] = topic;
    event = parse_cloud_event(json::serialize(inner));
    if (!event) return event;
  }
  event->type = canonical_type(event->type);
  return event;
}

bool matches(const std::vector<std::string>& wanted, std::string_view type) {
  for (std::string_view each : wanted) {
    if (each == "*" || each == type) return true;
    if (each.ends_with(".*") && type.starts_with(each.substr(0, each.size() - 1))) return true;
  }
  return false;
}

}  // namespace daybook::runtime::dapr
