#include "domain/task_json.hpp"
#include "services/chat/executor.hpp"
#include "services/chat/mapping.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

/// What must be known before the task can be made, asked as a person would.
std::string question_for(std::string_view slot, const std::string& title) {
  if (slot == "title") return "What should the task be called?";
  if (slot == "time") return "When should I remind you of " + quoted(title) + "?";
  if (slot == "due" || slot == "date") return "When is " + quoted(title) + " due?";
  if (slot == "times") return "At what times of the day should " + quoted(title) + " repeat?";
  if (slot == "days") return "On which days should " + quoted(title) + " repeat?";
  if (slot == "am_pm") return "In the morning or in the evening?";
  return "Can you tell me a little more about " + quoted(title) + "?";
}

Outcome ask(const language::Command& command, Scope& scope) {
  auto& context = scope.conversation.context;
  context.clear_question();
  context.asked_slot = command.ask;
  context.asked_text = scope.text;
  context.asked_title = command.title;
  context.asked_intent = language::to_string(command.intent);
  Outcome out;
  out.say(question_for(command.ask, command.title));
  if (command.ask == "am_pm") {
    out.actions.push_back(speak_action("Morning", "am"));
    out.actions.push_back(speak_action("Evening", "pm"));
  } else if (command.ask == "time" || command.ask == "due" || command.ask == "date") {
    out.actions.push_back(speak_action("Today at 6 pm", "today at 6pm"));
    out.actions.push_back(speak_action("Tomorrow at 9 am", "tomorrow at 9am"));
  }
  out.actions.push_back(speak_action("Never mind", "forget it"));
  return out;
}

/// "with a reminder 30 minutes before"
std::string reminders_in_words(const std::vector<domain::ReminderRule>& rules, const language::Now& now) {
  if (rules.empty()) return {};
  std::vector<std::string> each;
  for (const auto& rule : rules) each.push_back(reminder_in_words(rule, now));
  if (rules.size() == 1 && each.front() == reminder_in_words(domain::RemindBefore{}, now))
    return ", with a reminder then";
  return std::string(rules.size() == 1 ? ", with a reminder " : ", with reminders ") + list_in_words(each);
}

/// "remind me about the dentist tomorrow at 9": the moment is the reminder's, and the appointment stays where it is.
void keep_due(language::Command& command, const language::Now& now) {
  constexpr std::chrono::hours kMorning{9};
  auto moment = due_of(command, now);
  if (!moment) return;
  if (moment->all_day) moment = language::When{moment->local + kMorning, false};
  std::erase_if(command.reminders, [](const language::ReminderWish& wish) {
    return wish.at || (wish.before == language::Length{} && !wish.clock);
  });
  command.reminders.push_back(language::ReminderWish::moment(*moment));
  command.due.reset();
  command.part_of_day = language::PartOfDay::none;
  // A moment is of one occurrence, not of all that come.
  command.scope = language::Command::Scope::occurrence;
}

std::string clock_change_note(std::string_view change) {
  if (change == "gap") return "The clocks go forward over that time, so I moved it by the hour that is skipped.";
  if (change == "overlap") return "The clocks go back and show that time twice; I took the first.";
  return {};
}

}  // namespace

awaitable<Outcome> Executor::create_task(Command command, Scope& scope) {
  if (!command.ask.empty()) co_return ask(command, scope);
  domain::TaskDraft draft = to_draft(command, scope.now);
  std::vector<domain::ReminderRule> rules = to_reminders(command, scope.now);
  Outcome out;
  const auto task = co_await services_.tasks.create(scope.next_caller(), std::move(draft));
  if (!task) co_return not_added(task.error(), command.title, scope.now);
  const TaskId id = (*task)->id;
  std::string sentence = "Added " + quoted((*task)->title);
  if (domain::is_set((*task)->due)) sentence += ", due " + when_in_words((*task)->due, scope.now);
  out.say(sentence + reminders_in_words(rules, scope.now) + ".");
  out.say(clock_change_note(command.clock_change));
  if (command.reason == "place") {
    out.say(command.explanation + " It has no reminder yet.");
    out.actions.push_back(speak_action("Remind me at 6 pm", "remind me about it at 6pm"));
  }
  out.cards.push_back(task_card(domain::to_json(**task)));
  out.effects.push_back({"task.created", id.str()});
  UndoStep step;
  step.operation = "task.delete";
  step.id = id.str();
  step.version = (*task)->version;
  step.label = (*task)->title;
  out.add_undo(std::move(step));
  out.undo_summary = "added " + quoted((*task)->title);
  if (!domain::is_set((*task)->due)) out.actions.push_back(speak_action("Due tomorrow", "move it to tomorrow"));
  out.actions.push_back(speak_action("Mark done", "mark it done"));
  scope.spoke_of({id});
  co_return out;
}

awaitable<Outcome> Executor::create_series(Command command, Scope& scope) {
  if (!command.ask.empty()) co_return ask(command, scope);
  scheduler::SeriesDraft draft = to_series(command, scope.now);
  const auto rules = draft.reminders;
  Outcome out;
  if (const auto words = too_often(draft.rrule); !words.empty()) {
    out.say(words);
    out.say(quoted(draft.title) + " is not added.");
    out.failed = true;
    co_return out;
  }
  const auto series = co_await services_.scheduler.create(scope.next_caller(), std::move(draft));
  if (!series) co_return not_added(series.error(), command.title, scope.now);
  out.say("Added " + quoted(series->title) + ", " + rule_in_words(*series, scope.now) +
          reminders_in_words(rules, scope.now) + ".");
  if (!series->next.empty()) {
    domain::When first;
    if (const auto at = parse_rfc3339(series->next.front())) first = *at;
    if (const auto on = parse_date(series->next.front())) first = *on;
    out.say("The next one is " + when_in_words(first, scope.now) + ".");
  }
  for (const auto& note : series->notes) out.say(note);
  out.cards.push_back(series_card(series->json));
  out.effects.push_back({"recurring-task.created", series->id.str()});
  UndoStep step;
  step.operation = "series.delete";
  step.id = series->id.str();
  step.label = series->title;
  out.add_undo(std::move(step));
  out.undo_summary = "added " + quoted(series->title);
  out.actions.push_back(speak_action("Show my recurring tasks", "show my recurring tasks"));
  scope.spoke_of(series->id);
  co_return out;
}

awaitable<Outcome> Executor::set_reminder(Command command, Scope& scope) {
  // "remind me to call mom at 5" makes a task; "remind me an hour before my dentist appointment" changes one.
  if (command.targets.empty()) {
    const auto has_moment = [](const language::ReminderWish& wish) { return wish.at.has_value(); };
    const bool when_known = command.due || command.due_from || command.due_to ||
                            std::any_of(command.reminders.begin(), command.reminders.end(), has_moment);
    const bool by_place = command.reason == "place";
    if (command.ask.empty() && !when_known && !by_place) command.ask = "time";
    co_return co_await create_task(std::move(command), scope);
  }
  if (!command.ask.empty()) co_return ask(command, scope);
  const auto* task = scope.known.task(command.targets.front().id);
  if (task && domain::is_set((*task)->due)) keep_due(command, scope.now);
  co_return co_await update(std::move(command), scope);
}

}  // namespace daybook::chat
