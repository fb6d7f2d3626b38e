#include "services/chat/executor.hpp"

namespace daybook::chat {

using boost::asio::awaitable;
using language::Intent;

namespace {

/// The answer to a question; where none is open, "All right" would sound as if it had been done.
bool says_yes_or_no(std::string_view low) {
  while (low.ends_with('.') || low.ends_with('!') || low.ends_with(' ')) low.remove_suffix(1);
  for (const std::string_view word : {"yes", "yes please", "yep", "yeah", "y", "yes, go ahead", "go ahead", "do it",
                                      "confirm", "confirmed", "no", "nope", "n"})
    if (low == word) return true;
  return false;
}

}  // namespace

awaitable<Outcome> Executor::run(language::Command command, Scope& scope) {
  if (command.actions.empty()) co_return co_await run_one(std::move(command), scope);
  Outcome all;
  std::vector<TaskId> spoken;
  for (auto& action : command.actions) {
    scope.spoke_of(std::vector<TaskId>{});
    all.merge(co_await run_one(std::move(action), scope));
    const auto& last = scope.conversation.context.last_tasks;
    spoken.insert(spoken.end(), last.begin(), last.end());
  }
  if (!spoken.empty()) scope.spoke_of(spoken);
  // "Mark done" says "it": with several that would be anybody's guess.
  all.actions.clear();
  if (spoken.size() > 1 && !all.undo.empty()) all.actions.push_back(speak_action("Undo", "undo"));
  co_return all;
}

awaitable<Outcome> Executor::run_one(language::Command command, Scope& scope) {
  switch (command.intent) {
    case Intent::create_task:
      co_return co_await create_task(std::move(command), scope);
    case Intent::create_recurring:
      co_return co_await create_series(std::move(command), scope);
    case Intent::set_reminder:
      co_return co_await set_reminder(std::move(command), scope);
    case Intent::list:
    case Intent::search:
      co_return co_await list(std::move(command), scope);
    case Intent::show_recurring:
      co_return co_await show_series(std::move(command), scope);
    case Intent::stats:
      co_return co_await stats(std::move(command), scope);
    case Intent::help:
      co_return co_await help(std::move(command), scope);
    case Intent::complete:
      co_return co_await complete(std::move(command), scope);
    case Intent::update:
      co_return co_await update(std::move(command), scope);
    case Intent::remove:
      co_return co_await remove(std::move(command), scope);
    case Intent::stop_recurring:
      co_return co_await stop_series(std::move(command), scope);
    case Intent::pause_recurring:
      co_return co_await pause_series(std::move(command), scope);
    case Intent::snooze:
      co_return co_await snooze(std::move(command), scope);
    case Intent::dismiss:
      co_return co_await dismiss(std::move(command), scope);
    case Intent::undo:
      co_return co_await undo(std::move(command), scope);
    case Intent::clarify:
      co_return co_await clarify(std::move(command), scope);
    case Intent::none:
      break;
  }
  co_return small_talk(command, scope);
}

Outcome Executor::small_talk(const Command& command, const Scope& scope) const {
  Outcome out;
  std::string low = scope.text;
  for (char& c : low) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto has = [&low](std::string_view word) { return low.find(word) != std::string::npos; };
  if (command.cancel) {
    out.say("All right, I'll leave it.");
  } else if (!command.explanation.empty()) {
    out.say(command.explanation);
  } else if (command.reason == "small_talk" && (has("thank") || has("thx") || low == "ty")) {
    out.say("You're welcome!");
  } else if (command.reason == "small_talk" && (has("bye") || has("night") || has("see you"))) {
    out.say("See you soon!");
  } else if (command.reason == "small_talk" && (low.starts_with("h") || low.starts_with("good "))) {
    out.say("Hello! What can I keep in mind for you?");
    out.actions.push_back(speak_action("What's due today?", "what's due today?"));
    out.actions.push_back(speak_action("What can I say?", "help"));
  } else if (command.reason == "small_talk" && says_yes_or_no(low)) {
    out.say("Nothing is waiting for a yes or no.");
  } else if (command.reason == "small_talk") {
    out.say("All right.");
  } else if (command.reason == "statement") {
    out.say("I'm not sure that is something to do. Shall I add it as a task?");
    out.actions.push_back(speak_action("Add it", "add \"" + scope.text + "\"", "primary"));
    out.actions.push_back(speak_action("No", "never mind"));
  } else if (command.reason == "redo") {
    out.say("What was undone I don't keep. Say it once more, and I'll do it again.");
  } else if (command.reason == "out_of_scope") {
    out.say("That is beyond me: I know about your tasks, what repeats and your reminders.");
    out.actions.push_back(speak_action("What's due this week?", "what's due this week?"));
    out.actions.push_back(speak_action("What can I say?", "help"));
  } else {
    out.say(
        "I'm not sure what to do with that. Tell me a task, such as “call mom tomorrow at 5 pm”, or ask what is due.");
    out.actions.push_back(speak_action("What can I say?", "help"));
  }
  return out;
}

}  // namespace daybook::chat
