#include <algorithm>

#include "domain/recurrence.hpp"
#include "language/command/readers.hpp"

namespace daybook::language::chat {

TaskRef ref(const TaskItem& task) { return {task.id, task.title}; }

Command make(Intent intent, double confidence) {
  Command command;
  command.intent = intent;
  command.confidence = confidence;
  return command;
}

Command make_clarify(std::string_view reason, Intent wanted) {
  Command command = make(Intent::clarify, 0.6);
  command.reason = reason;
  command.wanted = wanted;
  return command;
}

Command about(Intent intent, const Found& found, const Sentence&) {
  switch (found.outcome) {
    case Found::Outcome::found: {
      Command command = make(intent, found.exact ? 0.97 : found.pronoun ? 0.85 : 0.9);
      for (const TaskItem* task : found.tasks) command.targets.push_back(ref(*task));
      return command;
    }
    case Found::Outcome::ambiguous: {
      Command command = make_clarify("which_task", intent);
      for (const TaskItem* task : found.tasks) command.options.push_back(task->title);
      return command;
    }
    case Found::Outcome::unclear:
      return make_clarify("which_task", intent);
    case Found::Outcome::nothing:
      return make_clarify("no_such_task", intent);
  }
  return make_clarify("no_such_task", intent);
}

std::vector<When> occurrences(const TaskItem& task, const When& from, const When& to, const Now& now) {
  constexpr std::size_t kMost = 31;
  std::vector<When> days;
  auto rule = domain::RecurrenceRule::parse(task.rrule);
  if (!rule || !task.due) return days;
  // The time of the day does not matter here, and a rule may or may not hold it.
  const domain::RecurrenceStart start{task.due->local, now.zone(), task.due->all_day};
  auto recurrence = domain::Recurrence::make(std::move(*rule), start);
  if (!recurrence) return days;
  const Instant first = now.to_instant(LocalTime{from.day()});
  const Instant last = now.to_instant(LocalTime{to.day() + std::chrono::days{1}});
  for (const auto& one : recurrence->between(first, last, kMost)) {
    const When day{LocalTime{std::chrono::floor<std::chrono::days>(one.local)}, true};
    if (days.empty() || days.back() != day) days.push_back(day);
  }
  return days;
}

void remember(Sentence& sentence, const Found& found) {
  if (!found.ok()) return;
  sentence.spoken.assign(found.tasks.begin(), found.tasks.end());
  sentence.made_new = false;
}

Command with_actions(std::vector<Command> actions) {
  if (actions.size() == 1) return std::move(actions[0]);
  Command all;
  all.intent = actions[0].intent;
  all.confidence = 1;
  for (Command& action : actions) {
    all.confidence = std::min(all.confidence, action.confidence);
    if (!action.actions.empty()) {
      for (Command& inner : action.actions) all.actions.push_back(std::move(inner));
    } else {
      all.actions.push_back(std::move(action));
    }
  }
  return all;
}

}  // namespace daybook::language::chat
