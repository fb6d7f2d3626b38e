#include "services/tasks/consumers.hpp"

#include "core/json.hpp"

namespace daybook::tasks {
namespace {

using boost::asio::awaitable;

constexpr auto kMaxVersion = std::numeric_limits<std::int64_t>::max();

/// Reads "09:30".
std::optional<std::chrono::minutes> read_time_of_day(const std::string& text) {
  const auto time = parse_local("2000-01-01T" + text);
  if (!time) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::minutes>(*time - std::chrono::floor<std::chrono::days>(*time));
}

/// The reports of a batch are applied together; those that cannot be read are poison by themselves.
awaitable<std::vector<Result<>>> on_reminders(TaskStore& store, std::vector<CloudEvent> events) {
  std::vector<Result<>> results;
  std::vector<ReminderReport> reports;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto report = read_reminder_report(events[i]);
    results.push_back(report ? Result<>{} : Result<>{report.error()});
    if (!report) continue;
    reports.push_back(*report);
    places.push_back(i);
  }
  if (reports.empty()) co_return results;
  const auto applied = co_await store.apply_reminders(std::move(reports));
  for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = applied[i];
  co_return results;
}

awaitable<Result<>> on_user(TaskStore& store, WallClock& clock, const CloudEvent& event) {
  if (event.type == "user.deleted") co_return co_await store.erase(event.user);
  auto report = read_owner_report(event);
  if (!report) co_return report.error();
  co_return co_await store.apply_owner(std::move(*report), clock.now());
}

awaitable<std::vector<Result<>>> on_users(TaskStore& store, WallClock& clock, std::vector<CloudEvent> events) {
  std::vector<Result<>> results;
  for (const auto& event : events) results.push_back(co_await on_user(store, clock, event));
  co_return results;
}

}  // namespace

Result<ReminderReport> read_reminder_report(const CloudEvent& event) {
  const auto data = parse_json(event.data);
  if (!data) return data.error();
  JsonReader in(*data, Unknown::lenient);
  ReminderReport report;
  report.event = event.id;
  report.user = event.user;
  report.reminder = ReminderId{in.uuid("id", true).value_or(Uuid{})};
  report.task = TaskId{in.uuid("taskId", true).value_or(Uuid{})};
  report.version = in.integer("version", 0, kMaxVersion, true).value_or(0);
  const auto state = domain::parse_reminder_state(in.text("state", {.required = true}).value_or(""));
  if (!state) in.fail("state", "is no state of a reminder");
  report.state = state.value_or(domain::ReminderState::pending);
  // Only a snooze moves a reminder against its rule; what else fireAt says may be older than the task.
  if (report.state == domain::ReminderState::snoozed) report.fire_at = in.instant("snoozedUntil");
  if (const auto at = in.instant("taskDueAt")) report.due = *at;
  if (const auto on = in.date("taskDueDate")) report.due = *on;
  if (auto error = in.finish()) return *error;
  return report;
}

Result<OwnerReport> read_owner_report(const CloudEvent& event) {
  const auto data = parse_json(event.data);
  if (!data) return data.error();
  JsonReader in(*data, Unknown::lenient);
  OwnerReport report;
  report.event = event.id;
  report.user = event.user;
  report.version = in.integer("version", 0, kMaxVersion, true).value_or(0);
  report.timezone = in.text("timezone").value_or("");
  in.object("preferences", [&](JsonReader& preferences) {
    const auto time = preferences.text("allDayReminderTime");
    if (!time) return;
    if (const auto minutes = read_time_of_day(*time))
      report.all_day = *minutes;
    else
      preferences.fail("allDayReminderTime", "is no time of day");
  });
  if (auto error = in.finish()) return *error;
  return report;
}

void add_consumers(runtime::EventBus& bus, TaskStore& store, WallClock& clock) {
  runtime::Subscription reminders;
  reminders.group = "tasks";
  reminders.types = {"reminder.triggered", "reminder.updated", "reminder.canceled"};
  bus.subscribe(std::move(reminders),
                [&store](std::vector<CloudEvent> events) { return on_reminders(store, std::move(events)); });
  runtime::Subscription users;
  users.group = "tasks.users";
  users.types = {"user.registered", "user.updated", "user.deleted"};
  users.max_batch = 50;
  bus.subscribe(std::move(users),
                [&store, &clock](std::vector<CloudEvent> events) { return on_users(store, clock, std::move(events)); });
}

}  // namespace daybook::tasks
