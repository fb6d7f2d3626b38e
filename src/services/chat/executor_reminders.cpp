#include "services/chat/executor.hpp"
#include "services/chat/mapping.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

constexpr std::chrono::minutes kDefaultSnooze{10};

/// The reminders that have fired (or were snoozed) of the tasks that are meant, or the last one that fired here.
std::vector<scheduler::ReminderView> meant(const std::vector<scheduler::ReminderView>& all,
                                           const language::Command& command, const Scope& scope) {
  using State = domain::ReminderState;
  std::vector<scheduler::ReminderView> out;
  const auto& context = scope.conversation.context;
  for (const auto& reminder : all) {
    const bool rang = reminder.state == State::fired || reminder.state == State::snoozed ||
                      reminder.state == State::merged || reminder.state == State::missed;
    bool wanted = command.bulk;
    for (const auto& target : command.targets) wanted |= target.id == reminder.task.str();
    if (command.targets.empty() && context.fired_reminder == reminder.id) wanted = true;
    if (wanted && rang) out.push_back(reminder);
  }
  // A reminder that is still to come can be dismissed too, when its task is named.
  if (out.empty())
    for (const auto& reminder : all)
      for (const auto& target : command.targets)
        if (target.id == reminder.task.str() && reminder.state == State::pending) out.push_back(reminder);
  return out;
}

/// The way back from `before` having been put off or dismissed.
UndoStep step_back(const scheduler::ReminderView& before, const scheduler::ReminderView& after) {
  UndoStep step;
  const bool was_put_off = before.state == domain::ReminderState::snoozed && before.fire_at;
  step.operation = was_put_off ? "reminder.snooze" : "reminder.restore";
  step.id = before.id.str();
  step.version = after.version;
  step.prior = before.version;
  if (was_put_off) step.body = format_rfc3339(*before.fire_at);
  step.label = before.task_title;
  return step;
}

std::string reminders_of(const std::vector<std::string>& titles) {
  return (titles.size() == 1 ? "the reminder of " : "the reminders of ") + list_in_words(titles);
}

Outcome none_rang() {
  Outcome out;
  out.say("No reminder is waiting for you.");
  return out;
}

}  // namespace

awaitable<Outcome> Executor::snooze(Command command, Scope& scope) {
  Outcome out;
  const auto all = co_await services_.scheduler.reminders(scope.reader(), std::nullopt);
  if (!all) co_return refused(all.error(), scope.now);
  const auto reminders = meant(*all, command, scope);
  if (reminders.empty()) co_return none_rang();
  Instant until = scope.now.instant() + kDefaultSnooze;
  if (const auto& to = command.snooze_to ? command.snooze_to : command.due) {
    // "until tomorrow morning": a day with a part of it means nine, or the hour that the part begins with.
    auto local = to->local;
    if (to->all_day)
      local +=
          command.part_of_day == language::PartOfDay::afternoon ? std::chrono::hours{14}
          : command.part_of_day == language::PartOfDay::evening || command.part_of_day == language::PartOfDay::night
              ? std::chrono::hours{19}
              : std::chrono::hours{9};
    until = scope.now.to_instant(local);
  }
  std::vector<std::string> titles, put_off;
  std::vector<TaskId> spoken;
  for (const auto& reminder : reminders) {
    const auto snoozed = co_await services_.scheduler.snooze(scope.next_caller(), reminder.id, until);
    if (!snoozed) {
      out.say(apology(snoozed.error(), scope.now));
      continue;
    }
    titles.push_back(quoted(reminder.task_title));
    out.effects.push_back({"reminder.updated", reminder.id.str()});
    spoken.push_back(reminder.task);
    if (snoozed->version == reminder.version) continue;
    out.add_undo(step_back(reminder, *snoozed));
    put_off.push_back(quoted(reminder.task_title));
  }
  if (!titles.empty())
    out.say("I'll remind you of " + list_in_words(titles) + " " + instant_in_words(until, scope.now) + ".");
  if (!spoken.empty()) scope.spoke_of(std::move(spoken));
  if (!put_off.empty()) out.undo_summary = "put off " + reminders_of(put_off);
  co_return out;
}

awaitable<Outcome> Executor::dismiss(Command command, Scope& scope) {
  Outcome out;
  const auto all = co_await services_.scheduler.reminders(scope.reader(), std::nullopt);
  if (!all) co_return refused(all.error(), scope.now);
  const auto reminders = meant(*all, command, scope);
  if (reminders.empty()) co_return none_rang();
  std::vector<std::string> titles;
  for (const auto& reminder : reminders) {
    const auto dismissed = co_await services_.scheduler.dismiss(scope.next_caller(), reminder.id);
    if (!dismissed) {
      out.say(apology(dismissed.error(), scope.now));
      continue;
    }
    titles.push_back(quoted(reminder.task_title));
    out.effects.push_back({"reminder.updated", reminder.id.str()});
    scope.spoke_of({reminder.task});
    if (dismissed->version != reminder.version) out.add_undo(step_back(reminder, *dismissed));
  }
  if (!titles.empty()) out.say("Dismissed the reminder of " + list_in_words(titles) + ".");
  out.undo_summary = "dismissed " + reminders_of(titles);
  if (titles.size() == 1) out.actions.push_back(speak_action("Mark done", "mark it done"));
  co_return out;
}

}  // namespace daybook::chat
