#include "services/analytics/projection.hpp"

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

}  // namespace

std::optional<TaskState> state_of(const CloudEvent& event, const json::object& data) {
  const auto version = whole(data, "version");
  if (!version) return std::nullopt;
  TaskState state;
  state.version = *version;
  state.deleted = event.type == "task.deleted";
  const auto* status = data.if_contains("status");
  state.completed = status && status->is_string() && status->get_string() == "completed";
  return state;
}

Delta difference(const std::optional<TaskState>& before, const TaskState& after, const json::object& data) {
  Delta delta;
  if (before && after.version <= before->version) return delta;
  const auto open = [](const TaskState& state) { return !state.completed && !state.deleted; };
  // Events may come out of order: whichever tells of a task first counts it as made.
  delta.created = before ? 0 : 1;
  delta.open = static_cast<int>(open(after)) - static_cast<int>(before && open(*before));
  if (after.completed && !(before && before->completed)) {
    delta.completed = 1;
    delta.completion_ms = whole(data, "timeToComplete").value_or(0);
  } else if (before && before->completed && !after.completed) {
    delta.completed = -1;
  }
  delta.deleted = static_cast<int>(after.deleted) - static_cast<int>(before && before->deleted);
  return delta;
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
