#include "domain/task.hpp"

#include "core/characters.hpp"
#include "domain/zone.hpp"

namespace daybook::domain {
namespace {

constexpr std::string_view kStatus[] = {"pending", "in-progress", "completed"};
constexpr std::string_view kPriority[] = {"none", "low", "medium", "high"};
constexpr std::string_view kReminderState[] = {"pending",  "fired",  "snoozed", "dismissed",
                                               "canceled", "missed", "merged"};

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::string_view (&names)[N], std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (iequals(names[i], text)) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Status status) { return kStatus[static_cast<int>(status)]; }
std::string_view to_string(Priority priority) { return kPriority[static_cast<int>(priority)]; }
std::string_view to_string(ReminderState state) { return kReminderState[static_cast<int>(state)]; }

std::optional<Status> parse_status(std::string_view text) {
  if (iequals(text, "in_progress")) return Status::in_progress;
  return find_name<Status>(kStatus, text);
}

std::optional<Priority> parse_priority(std::string_view text) {
  if (text.size() == 2 && (text[0] == 'p' || text[0] == 'P') && text[1] >= '1' && text[1] <= '4')
    return static_cast<Priority>('4' - text[1]);
  return find_name<Priority>(kPriority, text);
}

std::optional<ReminderState> parse_reminder_state(std::string_view text) {
  return find_name<ReminderState>(kReminderState, text);
}

Result<Task> Task::restore(TaskFields fields) {
  const auto broken = [&](const char* rule) {
    return Error{Errc::corrupt, "task " + fields.id.str() + " is stored wrongly: " + rule};
  };
  if (fields.id.is_nil() || fields.number < 1 || fields.version < 1) return broken("it has no id, number or version");
  if (fields.title.empty() || fields.title.size() > kMaxTitle * 4) return broken("its title is empty or too long");
  if (fields.description.size() > kMaxDescription * 4) return broken("its description is too long");
  if (fields.tags.size() > kMaxTags) return broken("it has too many tags");
  if (fields.reminders.size() > kMaxReminders) return broken("it has more than 3 reminders");
  if ((fields.status == Status::completed) != fields.completed_at.has_value())
    return broken("its status and completion time do not agree");
  if (fields.parent == fields.id) return broken("it is its own parent");
  return Task{std::move(fields)};
}

std::optional<Instant> due_limit(const TaskFields& task, const OwnerTime& owner) {
  if (const auto* at = std::get_if<Instant>(&task.due)) return *at;
  const auto* date = std::get_if<Date>(&task.due);
  if (!date) return std::nullopt;
  auto zone = Zone::locate(task.timezone.empty() ? owner.timezone : task.timezone);
  // A zone that this system's data no longer has: UTC keeps the task listed.
  const Zone used = zone ? *zone : Zone{};
  // The last moment of the day, so that it stands within the day that it ends.
  return used.to_instant(std::chrono::local_days{*date} + std::chrono::days{1}).instant - std::chrono::microseconds{1};
}

}  // namespace daybook::domain
