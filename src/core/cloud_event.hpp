#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>

#include "core/ids.hpp"
#include "core/result.hpp"

namespace daybook {

/// CloudEvents 1.0 with the extensions that the system relies on (design, rules 3 and 4). `data` is JSON text, kept
/// as text because most hands only pass it on.
struct CloudEvent {
  EventId id;
  std::string source;   ///< "/daybook/tasks": the publishing service.
  std::string type;     ///< "task.completed".
  std::string subject;  ///< The id of the resource that changed.
  Instant time{};
  std::string dataschema;  ///< "urn:daybook:schema:task.completed:1".
  UserId user;             ///< Also the partition key.
  /// Counts this source's events of this user from 1 without gaps; taken in the transaction of the change.
  std::int64_t sequence = 0;
  std::string correlation_id;
  std::string traceparent;
  std::string data;

  friend bool operator==(const CloudEvent&, const CloudEvent&) = default;
};

/// Structured-mode JSON (application/cloudevents+json).
std::string to_json(const CloudEvent& event);
/// Reads structured mode and ignores unknown attributes; takes the aliases of E-15/E-16 (snake_case, epoch
/// milliseconds, event_id …). Errors: invalid_argument.
Result<CloudEvent> parse_cloud_event(std::string_view json);

}  // namespace daybook
