#include "core/cloud_event.hpp"

#include <algorithm>

#include "core/json.hpp"

namespace daybook {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

/// The first of `names` that is there and not null: canonical spelling first, then those of E-16.
const json::value* first_of(const json::object& object, std::initializer_list<std::string_view> names) {
  for (auto name : names)
    if (const auto* value = object.if_contains(name); value && !value->is_null()) return value;
  return nullptr;
}

std::string text_of(const json::value* value) {
  if (!value) return {};
  if (const auto* string = value->if_string()) return std::string(*string);
  // Some producers write ids and versions as numbers (X-07).
  if (value->is_int64() || value->is_uint64()) return json::serialize(*value);
  return {};
}

/// An ISO time, or milliseconds since the epoch as some producers write it.
Result<Instant> time_of(const json::value* value) {
  if (!value) return Instant{};
  if (value->is_number()) {
    boost::system::error_code failure;
    const auto ms = value->to_number<std::int64_t>(failure);
    // To the end of the year 9999, beyond which no text says it.
    if (failure || ms < 0 || ms >= 253'402'300'800'000)
      return Error{Errc::invalid_argument, "time is not whole milliseconds since 1970"};
    return Instant{std::chrono::milliseconds{ms}};
  }
  return parse_rfc3339(text_of(value));
}

bool is_envelope(std::string_view name) {
  static constexpr std::string_view kNames[] = {"specversion",    "id",
                                                "event_id",       "eventId",
                                                "source",         "type",
                                                "event_type",     "eventType",
                                                "subject",        "time",
                                                "timestamp",      "eventTimestamp",
                                                "dataschema",     "schema_version",
                                                "userid",         "user_id",
                                                "userId",         "partitionkey",
                                                "sequence",       "correlationid",
                                                "correlation_id", "correlationId",
                                                "traceparent",    "datacontenttype",
                                                "origintrace"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

}  // namespace

std::string to_json(const CloudEvent& event) {
  std::string out;
  out.reserve(512 + event.data.size());
  out += R"({"specversion":"1.0","id":")" + event.id.str() + '"';
  append_member(out, "source", event.source);
  append_member(out, "type", event.type);
  append_member(out, "subject", event.subject);
  out += R"(,"time":")" + format_rfc3339(event.time) + '"';
  out += R"(,"datacontenttype":"application/json")";
  append_member(out, "dataschema", event.dataschema);
  const std::string user = event.user.str();
  append_member(out, "userid", user);
  append_member(out, "partitionkey", user);
  out += ",\"sequence\":\"" + std::to_string(event.sequence) + '"';
  append_member(out, "correlationid", event.correlation_id);
  append_member(out, "traceparent", event.traceparent);
  out += ",\"data\":";
  out += event.data.empty() ? std::string_view{"null"} : std::string_view{event.data};
  out += '}';
  return out;
}

Result<CloudEvent> parse_cloud_event(std::string_view text) {
  auto document = parse_json(text);
  if (!document) return document.error();
  const auto* object = document->if_object();
  if (!object) return Error{Errc::invalid_argument, "an event must be a JSON object"};

  CloudEvent event;
  auto id = EventId::parse(text_of(first_of(*object, {"id", "event_id", "eventId"})));
  if (!id) return Error{Errc::invalid_argument, "the event's id is not a UUID"};
  event.id = *id;
  event.source = text_of(first_of(*object, {"source"}));
  event.type = text_of(first_of(*object, {"type", "event_type", "eventType"}));
  if (event.type.empty()) return Error{Errc::invalid_argument, "the event has no type"};
  event.subject = text_of(first_of(*object, {"subject", "aggregate_id", "task_id", "taskId"}));
  auto time = time_of(first_of(*object, {"time", "timestamp", "eventTimestamp"}));
  if (!time) return Error{Errc::invalid_argument, "the event's time: " + time.error().detail};
  event.time = *time;
  event.dataschema = text_of(first_of(*object, {"dataschema", "schema_version"}));
  auto user = UserId::parse(text_of(first_of(*object, {"userid", "user_id", "userId"})));
  if (!user) return Error{Errc::invalid_argument, "the event's userid is not a UUID"};
  event.user = *user;
  // CloudEvents' sequence extension is a string; a number is taken too.
  if (const auto* sequence = first_of(*object, {"sequence"})) {
    if (sequence->is_number()) {
      boost::system::error_code failure;
      event.sequence = sequence->to_number<std::int64_t>(failure);
    } else {
      event.sequence = std::strtoll(text_of(sequence).c_str(), nullptr, 10);
    }
  }
  event.correlation_id = text_of(first_of(*object, {"correlationid", "correlation_id", "correlationId"}));
  // A sidecar that carries many events at once gives them all the trace of its request; what they began with stands
  // beside.
  event.traceparent = text_of(first_of(*object, {"origintrace", "traceparent"}));
  if (const auto* data = first_of(*object, {"data", "payload"})) {
    event.data = json::serialize(*data);
  } else {
    // Flat events carry their fields beside the envelope's.
    json::object fields;
    for (const auto& [name, value] : *object)
      if (!is_envelope(name)) fields[name] = value;
    if (!fields.empty()) event.data = json::serialize(fields);
  }
  return event;
}

}  // namespace daybook
