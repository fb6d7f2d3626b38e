#include "services/tasks/events.hpp"

#include <algorithm>

#include "core/json.hpp"

namespace daybook::tasks {
namespace {

CloudEvent make_event(const Command& command, const domain::Task& task, std::string_view type) {
  CloudEvent event;
  event.source = "/daybook/tasks";
  event.type = type;
  event.subject = task->id.str();
  event.time = command.now;
  event.dataschema = "urn:daybook:schema:" + event.type + ":1";
  event.user = task->owner;
  event.correlation_id = command.correlation_id;
  event.traceparent = command.traceparent;
  return event;
}

/// The body without its last brace, and the task's id once more under the name that all events share.
void begin_state(std::string& data, const CloudEvent& event, std::string_view document) {
  data += document.substr(0, document.size() - 1);
  data += ",\"taskId\":\"";
  data += event.subject;
  data += '"';
}

void append_values(std::string& data, std::string_view name, const std::vector<domain::FieldChange>& changes,
                   std::string domain::FieldChange::*value) {
  ((data += ",\"") += name) += "\":{";
  for (const auto& change : changes) {
    if (data.back() != '{') data += ',';
    (((data += '"') += change.field) += "\":") += change.*value;
  }
  data += '}';
}

void append_time_to_complete(std::string& data, const domain::TaskFields& task) {
  const auto taken = *task.completed_at - task.created_at;
  data += R"(,"timeToComplete":)";
  data +=
      std::to_string(std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::milliseconds>(taken).count()));
}

}  // namespace

CloudEvent created_event(const Command& command, const domain::Task& task, std::string_view document) {
  CloudEvent event = make_event(command, task, "task.created");
  event.data.reserve(document.size() + 64);
  begin_state(event.data, event, document);
  event.data += '}';
  return event;
}

CloudEvent changed_event(const Command& command, const domain::TaskChange& change, std::string_view document,
                         std::string_view reason) {
  const auto& task = change.task;
  bool deleted = false;
  for (const auto& field : change.changes) deleted |= field.field == "deletedAt" && task->deleted_at;
  CloudEvent event = make_event(command, task,
                                deleted                ? "task.deleted"
                                : change.completed_now ? "task.completed"
                                                       : "task.updated");
  auto& data = event.data;
  data.reserve(document.size() + 512);
  begin_state(data, event, document);
  append_values(data, "changes", change.changes, &domain::FieldChange::after);
  append_values(data, "previousValues", change.changes, &domain::FieldChange::before);
  if (deleted) {
    data += R"(,"reason":)";
    append_json_string(data, reason.empty() ? "user-deletion" : reason);
  }
  if (change.completed_now) append_time_to_complete(data, *task);
  data += '}';
  return event;
}

CloudEvent snapshot_event(const domain::Task& task, std::string_view document, std::string_view more, Instant now) {
  Command command;
  command.now = now;
  CloudEvent event = make_event(command, task, "task.snapshot");
  event.id = snapshot_id(event.type, task->id.value, task->version);
  begin_state(event.data, event, document);
  if (task->completed_at) append_time_to_complete(event.data, *task);
  event.data.append(more).push_back('}');
  return event;
}

}  // namespace daybook::tasks
