#include "services/analytics/projection.hpp"

#include <algorithm>

namespace daybook::analytics {
namespace {

std::optional<std::int64_t> whole(const json::object& data, std::string_view name) {
  const auto* value = data.if_contains(name);
  if (!value || !value->is_number()) return std::nullopt;
  boost::system::error_code failure;
  const auto number = value->to_number<std::int64_t>(failure);
  if (failure) return std::nullopt;
  return number;
}

std::optional<Instant> instant(const json::object& data, std::string_view name) {
  const auto* value = data.if_contains(name);
  if (!value || !value->is_string()) return std::nullopt;
  const auto parsed = parse_rfc3339(value->get_string());
  if (!parsed) return std::nullopt;
  return *parsed;
}

}  // namespace

std::string day_of(const domain::Zone& zone, Instant at) { return format_local(zone.to_local(at)).substr(0, 10); }

std::optional<TaskState> state_of(const CloudEvent& event, const json::object& data, const domain::Zone& zone) {
  const auto version = whole(data, "version");
  if (!version) return std::nullopt;
  TaskState state;
  state.version = *version;
  const auto deleted_at = instant(data, "deletedAt");
  state.deleted = event.type == "task.deleted" || deleted_at;
  const auto* status = data.if_contains("status");
  state.completed = status && status->is_string() && status->get_string() == "completed";
  const auto created_at = instant(data, "createdAt").value_or(event.time);
  state.created_on = day_of(zone, created_at);
  if (state.deleted) state.deleted_on = day_of(zone, deleted_at.value_or(event.time));
  if (state.completed) {
    const auto completed_at = instant(data, "completedAt").value_or(event.time);
    state.completed_on = day_of(zone, completed_at);
    const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(completed_at - created_at);
    state.completion_ms = whole(data, "timeToComplete").value_or(std::max<std::int64_t>(0, taken.count()));
  }
  return state;
}

Delta& Delta::operator+=(const Delta& more) {
  created += more.created;
  completed += more.completed;
  deleted += more.deleted;
  open += more.open;
  reminders += more.reminders;
  completion_ms += more.completion_ms;
  return *this;
}

}  // namespace daybook::analytics
