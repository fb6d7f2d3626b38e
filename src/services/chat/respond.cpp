#include <algorithm>
#include <array>

#include "services/chat/service.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  while (!out.empty() && (out.back() == ' ' || out.back() == '.' || out.back() == '!')) out.pop_back();
  out.erase(0, std::min(out.find_first_not_of(' '), out.size()));
  return out;
}

/// Which of `options` an answer names: by its words as the button has them, or by its place. nullopt: neither.
std::optional<std::size_t> chosen(const std::string& answer, const std::vector<std::string>& options) {
  auto said = lower_case(answer);
  for (std::size_t i = 0; i < options.size(); ++i)
    if (said == lower_case(options[i])) return i;
  if (said.starts_with("the ")) said.erase(0, 4);
  if (said.ends_with(" one")) said.erase(said.size() - 4);
  constexpr std::array kPlaces = {"first", "second", "third", "fourth", "fifth"};
  for (std::size_t i = 0; i < std::min(options.size(), kPlaces.size()); ++i)
    if (said == kPlaces[i] || said == std::to_string(i + 1)) return i;
  if (said == "last" && !options.empty()) return options.size() - 1;
  return std::nullopt;
}

/// The answer to "only this one, or all of them?"; nullopt when it is none.
std::optional<language::Command::Scope> part_of_series(const std::string& answer) {
  const auto said = lower_case(answer);
  if (said.size() > 40) return std::nullopt;
  const auto has = [&said](std::string_view word) { return said.find(word) != std::string::npos; };
  if (has("all") || has("every") || has("series") || has("whole") || has("future"))
    return language::Command::Scope::series;
  if (has("one") || has("this") || has("next") || has("just") || has("only"))
    return language::Command::Scope::occurrence;
  return std::nullopt;
}

bool is_any(const std::string& said, std::initializer_list<std::string_view> answers) {
  return std::find(answers.begin(), answers.end(), said) != answers.end();
}

/// "all of them" to "Which one do you mean?".
bool means_all(const std::string& answer) {
  return is_any(lower_case(answer),
                {"all", "all of them", "all of these", "all of those", "them all", "both", "both of them", "each",
                 "each of them", "each one", "every one", "every one of them", "everyone", "everything", "the lot",
                 "all three", "all four", "all five"});
}

/// The answer to "Complete them too?": complete, keep, or ask for "leave it all"; nullopt when it is none.
std::optional<tasks::Subtasks> about_subtasks(const std::string& answer) {
  const auto said = lower_case(answer);
  if (said.size() > 60) return std::nullopt;
  if (is_any(said, {"no", "nope", "never mind", "nevermind", "cancel", "forget it", "stop", "don't"}))
    return tasks::Subtasks::ask;
  const auto has = [&said](std::string_view word) { return said.find(word) != std::string::npos; };
  if (has("only") || has("just") || has("keep") || has("leave") || has("without") || has("alone"))
    return tasks::Subtasks::keep;
  if (means_all(answer) || has("too") || has("as well") || has("complete them") || has("all of them") ||
      is_any(said, {"yes", "yeah", "yep", "yes please", "sure", "ok", "okay", "do it", "go ahead", "yes, go ahead",
                    "please", "please do", "y"}))
    return tasks::Subtasks::complete;
  return std::nullopt;
}

/// "at 8" on a day of which that is over: the next time that the clock shows it.
void to_the_future(language::When& due, const Scope& scope) {
  if (due.all_day || due.local > scope.now.local()) return;
  const auto said = lower_case(scope.text);
  const bool half_said = said.find("am") != std::string::npos || said.find("pm") != std::string::npos ||
                         said.find(':') != std::string::npos || due.local - due.day() >= std::chrono::hours{12};
  if (!half_said && due.local + std::chrono::hours{12} > scope.now.local())
    due.local += std::chrono::hours{12};
  else
    due.local += std::chrono::days{1};
}

/// Whole numbers in `text` that may be those of tasks: "complete 42", "delete task #7".
std::vector<std::string> numbers_in(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    const bool bounded = (i == 0 || text[i - 1] == ' ' || text[i - 1] == '#') &&
                         (end == text.size() || text[end] == ' ' || text[end] == ',' || text[end] == '.');
    if (end > i && end - i <= 9 && bounded && out.size() < 5) out.emplace_back(text.substr(i, end - i));
    i = std::max(end, i + 1);
  }
  return out;
}

}  // namespace

awaitable<Outcome> Service::respond(Scope& scope, language::Settings settings) {
  auto& context = scope.conversation.context;
  if (context.asked_slot == "which_task")
    if (const auto index = chosen(scope.text, context.asked_options); index && *index < context.asked_items.size()) {
      std::string item = context.asked_items[*index];
      co_return co_await answer_with(std::move(item), scope, settings);
    }
  if (context.asked_slot == "which_task" && context.asked_items.size() > 1 && means_all(scope.text))
    co_return co_await answer_with_all(scope, settings);
  if (context.asked_slot == "subtasks")
    if (const auto answer = about_subtasks(scope.text)) co_return co_await complete_with(*answer, scope);
  if (context.asked_slot == "series_part" && !context.asked_items.empty())
    if (const auto part = part_of_series(scope.text)) {
      language::Command command;
      command.intent = language::Intent::remove;
      command.targets.push_back({context.asked_items.front(), context.asked_title});
      command.scope = *part;
      context.clear_question();
      co_return co_await executor_.run(std::move(command), scope);
    }
  const bool plan_waits = context.asked_slot == "confirm";
  std::string plan_text = context.asked_text;
  const HiddenWords hidden(scope.text, scope.ignore);
  Utterance utterance{hidden.text(), scope.now, settings, scope.known};
  auto command = co_await assistant_.read(std::move(utterance));
  if (!command) co_return refused(command.error(), scope.now);
  command->title = hidden.restore(std::move(command->title));
  for (auto& action : command->actions) action.title = hidden.restore(std::move(action.title));
  if (plan_waits && command->confirmed) {
    if (*command->confirmed) co_return co_await carry_out_plan(std::move(plan_text), scope, settings);
    context.clear_question();
    Outcome out;
    out.say("All right, nothing was changed.");
    co_return out;
  }
  if (command->intent == language::Intent::clarify && command->reason == "no_such_task") {
    Knowledge numbered = scope.known;
    if (co_await know_numbers(scope, numbered)) {
      Utterance again{scope.text, scope.now, settings, numbered};
      auto read = co_await assistant_.read(std::move(again));
      if (read && read->intent != language::Intent::clarify) command = std::move(read);
    }
  }
  if (command->intent == language::Intent::clarify && command->reason == "no_active_reminder")
    if (auto answer = co_await about_what_rang(scope, settings)) command = std::move(*answer);
  if (command->intent == language::Intent::clarify && command->reason == "missing_title" &&
      !scope.known.context.last.empty())
    if (auto more = co_await about_the_last(scope, settings)) command = std::move(*more);
  context.clear_question();
  co_return co_await executor_.run(std::move(*command), scope);
}

/// "at 10", or "also remind me 20 minutes before", said after a task: they are about that one.
awaitable<std::optional<language::Command>> Service::about_the_last(Scope& scope, language::Settings settings) {
  // A question changes nothing.
  if (scope.text.find('?') != std::string::npos) co_return std::nullopt;
  std::string where = "move it to ";
  // "at 10" is on the day that the task has.
  const auto* item = scope.known.context.find(scope.known.context.last);
  if (item && item->due && lower_case(scope.text).starts_with("at ")) where += format_date(item->due->date()) + " ";
  for (const auto& text : {where + scope.text, scope.text + " that"}) {
    Utterance utterance{text, scope.now, settings, scope.known};
    auto read = co_await assistant_.read(std::move(utterance));
    if (!read || read->targets.size() != 1 || read->targets.front().id != scope.known.context.last) continue;
    if (read->due) to_the_future(*read->due, scope);
    const bool changes = read->intent == language::Intent::update || read->intent == language::Intent::set_reminder;
    if (changes && read->title.empty() && (read->due || !read->reminders.empty())) co_return std::move(*read);
  }
  co_return std::nullopt;
}

/// The sentence that led to the plan is read again, now with the yes; the tasks are those of the plan. Of a sentence
/// that asked for several things only the planned one is left to do.
awaitable<Outcome> Service::carry_out_plan(std::string text, Scope& scope, language::Settings settings) {
  auto& context = scope.conversation.context;
  Knowledge before = scope.known;
  before.context.question.reset();
  Utterance again{std::move(text), scope.now, settings, before};
  auto read = co_await assistant_.read(std::move(again));
  if (!read) co_return refused(read.error(), scope.now);
  language::Command planned = std::move(*read);
  const auto is_planned = [&context](const language::Command& each) {
    return language::to_string(each.intent) == context.asked_intent;
  };
  if (const auto found = std::find_if(planned.actions.begin(), planned.actions.end(), is_planned);
      found != planned.actions.end()) {
    language::Command one = std::move(*found);
    planned = std::move(one);
  }
  // "all of them" of what one name could mean: the plan says which.
  if (planned.intent == language::Intent::clarify && planned.reason == "which_task" && !context.planned.empty()) {
    std::string first = context.planned.front().str();
    auto one = co_await read_of(std::move(first), scope, settings);
    if (one) planned = std::move(*one);
  }
  Outcome out;
  if (is_planned(planned)) {
    scope.confirmed = true;
    out = co_await executor_.run(std::move(planned), scope);
  } else {
    out.say("That is not what I showed you before, so I changed nothing. Please say it again.");
  }
  context.clear_question();
  co_return out;
}

/// What was asked for before, with the one item that is meant now.
awaitable<Outcome> Service::answer_with(std::string item, Scope& scope, language::Settings settings) {
  auto command = co_await read_of(std::move(item), scope, settings);
  if (!command) co_return refused(command.error(), scope.now);
  scope.conversation.context.clear_question();
  co_return co_await executor_.run(std::move(*command), scope);
}

/// The same with all that it could have meant: a plan of them.
awaitable<Outcome> Service::answer_with_all(Scope& scope, language::Settings settings) {
  auto& context = scope.conversation.context;
  const auto items = context.asked_items;
  std::string first = items.front();
  auto command = co_await read_of(std::move(first), scope, settings);
  if (!command) co_return refused(command.error(), scope.now);
  command->targets.clear();
  for (const auto& item : items) {
    const auto* known = scope.known.context.find(item);
    command->targets.push_back({item, known ? known->title : std::string{}});
  }
  command->needs_confirmation = true;
  scope.text = context.asked_text;  // What the plan is of, to be read again with the yes.
  context.clear_question();
  co_return co_await executor_.run(std::move(*command), scope);
}

/// The sentence that led to the question, read as if `item` were the only thing there is.
awaitable<Result<language::Command>> Service::read_of(std::string item, Scope& scope, language::Settings settings) {
  const auto& context = scope.conversation.context;
  Knowledge only = scope.known;
  only.context.question.reset();
  std::erase_if(only.context.tasks, [&item](const language::TaskItem& each) { return each.id != item; });
  only.context.last = item;
  const std::string title = only.context.tasks.empty() ? std::string{} : only.context.tasks.front().title;
  Utterance again{context.asked_text, scope.now, settings, only};
  auto command = co_await assistant_.read(std::move(again));
  if (!command) co_return command.error();
  const bool about_it = command->targets.size() == 1 && command->targets.front().id == item;
  if (about_it) co_return std::move(*command);
  language::Command simple;
  for (int i = 0; i <= static_cast<int>(language::Intent::clarify); ++i)
    if (language::to_string(static_cast<language::Intent>(i)) == context.asked_intent)
      simple.intent = static_cast<language::Intent>(i);
  simple.targets.push_back({item, title});
  co_return simple;
}

awaitable<Outcome> Service::complete_with(tasks::Subtasks subtasks, Scope& scope) {
  auto& context = scope.conversation.context;
  Outcome out;
  if (subtasks == tasks::Subtasks::ask) {
    out.say("All right, nothing was changed.");
  } else {
    language::Command command;
    command.intent = language::Intent::complete;
    scope.confirmed = true;
    scope.subtasks = subtasks;
    out = co_await executor_.run(std::move(command), scope);
  }
  context.clear_question();
  co_return out;
}

/// "snooze" after several came due together: all of these.
awaitable<std::optional<language::Command>> Service::about_what_rang(Scope& scope, language::Settings settings) {
  const auto all = co_await services_.scheduler.reminders(scope.reader(), std::nullopt);
  if (!all) co_return std::nullopt;
  std::optional<Instant> latest;
  for (const auto& reminder : *all)
    if (reminder.state == domain::ReminderState::merged && reminder.fired_at)
      latest = std::max(latest.value_or(Instant::min()), *reminder.fired_at);
  constexpr std::chrono::hours kAnswered{24};
  if (!latest || *latest + kAnswered < scope.now.instant()) co_return std::nullopt;
  std::vector<language::TaskRef> targets;
  for (const auto& reminder : *all)
    if (reminder.state == domain::ReminderState::merged && reminder.fired_at == latest)
      targets.push_back({reminder.task.str(), reminder.task_title});
  Knowledge rang = scope.known;
  rang.context.reminders = {targets.front().id};
  if (!rang.context.find(targets.front().id)) {
    language::TaskItem item;
    item.id = targets.front().id;
    item.title = targets.front().title;
    rang.context.tasks.push_back(std::move(item));
  }
  Utterance again{scope.text, scope.now, settings, rang};
  auto read = co_await assistant_.read(std::move(again));
  if (!read || (read->intent != language::Intent::snooze && read->intent != language::Intent::dismiss))
    co_return std::nullopt;
  if (!read->bulk) read->targets = std::move(targets);
  co_return std::move(*read);
}

/// Adds the person's tasks of the numbers in the text, each by its number as a name; false when there are none.
awaitable<bool> Service::know_numbers(Scope& scope, Knowledge& known) {
  bool any = false;
  for (auto& number : numbers_in(scope.text)) {
    std::string ref = number;
    const auto task = co_await services_.tasks.get(scope.reader(), std::move(ref));
    if (!task) continue;
    const auto id = (*task)->id.str();
    scope.known.tasks.emplace(id, *task);
    known.tasks.emplace(id, *task);
    std::erase_if(known.context.tasks, [&id](const language::TaskItem& each) { return each.id == id; });
    language::TaskItem item;
    item.id = id;
    item.title = std::move(number);
    item.done = (*task)->status == domain::Status::completed;
    known.context.tasks.push_back(std::move(item));
    any = true;
  }
  co_return any;
}

}  // namespace daybook::chat
