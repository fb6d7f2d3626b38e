#include <algorithm>
#include <map>

#include "services/chat/executor.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

/// What the engine calls the thing that it needs to know, of why it asks.
std::string slot_of(std::string_view reason) {
  static const std::map<std::string_view, std::string> kSlots = {
      {"missing_title", "title"}, {"missing_time", "time"}, {"past_time", "due"},
      {"invalid_date", "due"},    {"invalid_time", "time"}, {"weekday_date_mismatch", "due"}};
  const auto found = kSlots.find(reason);
  return found == kSlots.end() ? std::string(reason) : found->second;
}

std::string question_of(const language::Command& command) {
  if (!command.explanation.empty()) return command.explanation;
  const auto reason = command.reason;
  if (reason == "missing_title")
    return command.wanted == language::Intent::set_reminder ? "What should I remind you of?"
                                                            : "What should the task be called?";
  if (reason == "missing_time") return "To when?";
  if (reason == "which_task") return command.options.empty() ? "Which task do you mean?" : "Which one do you mean?";
  if (reason == "no_such_task") return "I can't find a task like that.";
  if (reason == "past_time") return "That time has passed. When should it be instead?";
  if (reason == "no_active_reminder") return "No reminder is waiting for you.";
  if (reason == "unknown_reference") return "I don't remember what that was. Can you say it in full?";
  if (reason == "am_pm") return "In the morning or in the evening?";
  return "I can read that in more than one way. Which do you mean?";
}

/// The items that a question's options stand for. The engine gives titles, in the order of what it knows.
std::vector<std::string> items_of(const std::vector<std::string>& titles, const Knowledge& known) {
  std::vector<std::string> out;
  std::map<std::string, std::size_t> seen;
  for (const auto& title : titles) {
    std::size_t left = seen[title]++;
    for (const auto& item : known.context.tasks) {
      if (item.title != title || left-- != 0) continue;
      out.push_back(item.id);
      break;
    }
  }
  return out.size() == titles.size() ? out : std::vector<std::string>{};
}

/// The soonest first, as a person would name them.
void sort_by_due(std::vector<std::string>& titles, std::vector<std::string>& items, const Knowledge& known) {
  if (items.size() != titles.size()) return;
  std::vector<std::pair<Instant, std::size_t>> order;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto* task = known.task(items[i]);
    order.emplace_back(task ? domain::due_limit(**task, {}).value_or(Instant::max()) : Instant::max(), i);
  }
  std::sort(order.begin(), order.end());
  const auto old_titles = titles, old_items = items;
  for (std::size_t i = 0; i < order.size(); ++i) {
    titles[i] = old_titles[order[i].second];
    items[i] = old_items[order[i].second];
  }
}

/// A title, with what tells it from others of the same name.
std::string item_in_words(const std::string& item, const std::string& title, bool alone, const Scope& scope) {
  if (alone) return title;
  if (const auto* series = scope.known.series_of(item)) return title + ", " + rule_in_words(*series, scope.now);
  const auto* task = scope.known.task(item);
  if (!task) return title;
  if (!domain::is_set((*task)->due)) return title + ", without a due date";
  return title + ", " + when_in_words((*task)->due, scope.now);
}

}  // namespace

awaitable<Outcome> Executor::clarify(Command command, Scope& scope) {
  auto& context = scope.conversation.context;
  context.clear_question();
  Outcome out;
  out.say(question_of(command));
  if (command.reason == "no_such_task" || command.reason == "no_active_reminder") {
    out.actions.push_back(speak_action("Show my tasks", "show my tasks"));
    co_return out;
  }
  context.asked_slot = slot_of(command.reason);
  context.asked_text = scope.text;
  context.asked_title = command.title;
  if (command.wanted != language::Intent::none) context.asked_intent = language::to_string(command.wanted);
  if (command.reason == "which_task") {
    context.asked_items = items_of(command.options, scope.known);
    sort_by_due(command.options, context.asked_items, scope.known);
  }
  std::map<std::string, int> seen;
  if (!context.asked_items.empty())
    for (std::size_t i = 0; i < command.options.size(); ++i)
      ++seen[item_in_words(context.asked_items[i], command.options[i], false, scope)];
  for (std::size_t i = 0; i < command.options.size(); ++i) {
    const auto& option = command.options[i];
    std::string label = option;
    if (!context.asked_items.empty()) {
      const bool alone = std::count(command.options.begin(), command.options.end(), option) == 1;
      label = item_in_words(context.asked_items[i], option, alone, scope);
      const auto* task = scope.known.task(context.asked_items[i]);
      if (task && seen[label] > 1) label += " (#" + std::to_string((*task)->number) + ")";
    } else if (const auto day = parse_date(option)) {
      label = capitalised(day_in_words(*day, scope.now));
    }
    context.asked_options.push_back(context.asked_items.empty() ? option : label);
    out.actions.push_back(speak_action(label, context.asked_options.back()));
  }
  if (command.reason == "past_time") {
    out.actions.push_back(speak_action("In an hour", "in an hour"));
    out.actions.push_back(speak_action("Tomorrow at 9 am", "tomorrow at 9am"));
  } else if (command.reason == "am_pm" && command.options.empty()) {
    out.actions.push_back(speak_action("Morning", "am"));
    out.actions.push_back(speak_action("Evening", "pm"));
  }
  if (!out.actions.empty()) out.actions.push_back(speak_action("Never mind", "never mind"));
  co_return out;
}

}  // namespace daybook::chat
