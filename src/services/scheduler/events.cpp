#include "services/scheduler/events.hpp"

#include "core/json.hpp"
#include "domain/series_json.hpp"
#include "services/scheduler/words.hpp"

namespace daybook::scheduler {
namespace {

CloudEvent make_event(std::string type, const Command& command, std::string subject) {
  CloudEvent event;
  event.source = "/daybook/scheduler";
  event.dataschema = "urn:daybook:schema:" + type + ":1";
  event.type = std::move(type);
  event.subject = std::move(subject);
  event.time = command.now;
  event.user = command.user;
  event.correlation_id = command.correlation_id;
  event.traceparent = command.traceparent;
  return event;
}

void append_instant(std::string& out, std::string_view name, const std::optional<Instant>& instant) {
  ((out += ",\"") += name) += "\":";
  out += instant ? '"' + format_rfc3339(*instant) + '"' : "null";
}

}  // namespace

CloudEvent series_event(std::string type, const Command& command, const domain::Series& series, std::string_view more) {
  CloudEvent event = make_event(std::move(type), command, series.id.str());
  domain::append_series_members(event.data, series, describe(series), command.now);
  event.data += ",\"recurringTaskId\":\"" + event.subject + '"';
  event.data.append(more).push_back('}');
  return event;
}

CloudEvent series_updated_event(const Command& command, const domain::Series& before, const domain::Series& after) {
  // By the names of the API; what follows from the rest (next, notes, words) is no change of its own.
  auto members = [&](const domain::Series& series) {
    std::string text;
    domain::append_series_members(text, series, {}, command.now);
    auto out = parse_json(text + '}').value().as_object();
    for (auto derived : {"version", "updatedAt", "rruleText", "next", "notes"}) out.erase(derived);
    return out;
  };
  const auto old = members(before);
  json::object changes, previous;
  for (const auto& [name, value] : members(after)) {
    if (old.at(name) == value) continue;
    changes[name] = value;
    previous[name] = old.at(name);
  }
  return series_event("recurring-task.updated", command, after,
                      ",\"changes\":" + json::serialize(changes) + ",\"previousValues\":" + json::serialize(previous));
}

std::string to_json(const ReminderRow& reminder) {
  std::string out = "{\"id\":\"" + reminder.id.str() + "\",\"taskId\":\"" + reminder.task.str() +
                    "\",\"taskNumber\":" + std::to_string(reminder.task_number) + ",\"taskTitle\":";
  append_json_string(out, reminder.task_title);
  const auto* at = std::get_if<Instant>(&reminder.task_due);
  const auto* on = std::get_if<Date>(&reminder.task_due);
  append_instant(out, "taskDueAt", at ? std::optional{*at} : std::nullopt);
  out += ",\"taskDueDate\":";
  out += on ? '"' + format_date(*on) + '"' : "null";
  if (!reminder.rule.empty()) (out += ',') += reminder.rule;
  append_instant(out, "fireAt", reminder.fire_at);
  ((out += ",\"state\":\"") += to_string(reminder.state)) += '"';
  append_instant(out, "firedAt", reminder.fired_at);
  append_instant(out, "snoozedUntil", reminder.snoozed_until);
  append_instant(out, "createdAt", reminder.created_at);
  append_instant(out, "updatedAt", reminder.updated_at);
  return out + ",\"version\":" + std::to_string(reminder.version) + '}';
}

CloudEvent notice_snapshot(const UserId& user, const ReminderId& reminder, Instant fired_at, Instant now) {
  Command command;
  command.user = user;
  command.now = now;
  CloudEvent event = make_event("reminder.triggered.snapshot", command, reminder.str());
  event.id = snapshot_id(event.type, reminder.value, to_micros(fired_at));
  event.data = "{\"id\":\"" + event.subject + "\",\"reminderId\":\"" + event.subject + '"';
  append_instant(event.data, "firedAt", fired_at);
  event.data += '}';
  return event;
}

CloudEvent reminder_event(std::string type, const Command& command, const ReminderRow& reminder,
                          std::string_view more) {
  CloudEvent event = make_event(std::move(type), command, reminder.id.str());
  event.data = to_json(reminder);
  event.data.pop_back();
  event.data += ",\"reminderId\":\"" + event.subject + '"';
  if (event.type == "reminder.triggered") {
    const auto* at = std::get_if<Instant>(&reminder.task_due);
    append_instant(event.data, "dueAt", at ? std::optional{*at} : std::nullopt);
  }
  event.data.append(more).push_back('}');
  return event;
}

}  // namespace daybook::scheduler
