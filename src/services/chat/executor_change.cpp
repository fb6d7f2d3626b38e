#include <algorithm>

#include "domain/task_json.hpp"
#include "services/chat/executor.hpp"
#include "services/chat/mapping.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

/// More than this many at once is asked about first, however harmless the change.
constexpr std::size_t kAskAbove = 10;
constexpr std::size_t kCardsShown = 5;

std::vector<TaskId> ids_of(const std::vector<domain::Task>& tasks) {
  std::vector<TaskId> out;
  for (const auto& task : tasks) out.push_back(task->id);
  return out;
}

std::string titles_in_words(const std::vector<std::string>& titles) {
  if (titles.size() > 3) return count_in_words(titles.size(), "task");
  std::vector<std::string> each;
  for (const auto& title : titles) each.push_back(quoted(title));
  return list_in_words(each);
}

/// What became of a change of several tasks: which worked, and why the others did not.
struct Tally {
  std::vector<std::string> titles;
  std::vector<TaskId> ids;
  std::vector<std::string> faults;

  void fault(const domain::Task& task, const Error& error, const language::Now& now) {
    faults.push_back(quoted(task->title) + ": " + apology(error, now));
  }
  void finish(Outcome& out, const std::string& done, Scope& scope) const {
    if (!titles.empty()) {
      out.say(done + " " + titles_in_words(titles) + ".");
      scope.spoke_of(ids);
    }
    for (const auto& fault : faults) out.say(fault);
    out.failed = titles.empty() && !faults.empty();
  }
};

/// The way back from `before` having been completed.
UndoStep step_back(const domain::Task& before, const domain::Task& done) {
  UndoStep step;
  step.operation = "task.reopen";
  if (before->status == domain::Status::in_progress) {
    domain::TaskPatch status;
    status.status = before->status;
    step.operation = "task.patch";
    step.body = domain::to_json(status);
  }
  step.id = before->id.str();
  step.version = done->version;
  step.prior = before->version;
  step.label = before->title;
  return step;
}

/// What changes, as the rest of a sentence: "due Friday at 3 pm", "called “Lunch”". Reminders are said apart.
std::string change_in_words(const domain::TaskPatch& patch, const language::Now& now) {
  std::vector<std::string> parts;
  if (patch.due)
    parts.push_back(domain::is_set(*patch.due) ? "due " + when_in_words(*patch.due, now) : "no longer due");
  if (patch.title) parts.push_back("called " + quoted(*patch.title));
  if (patch.priority) parts.push_back(std::string(domain::to_string(*patch.priority)) + " priority");
  if (patch.tags) {
    std::vector<std::string> tags;
    for (const auto& tag : *patch.tags) tags.push_back("#" + tag);
    parts.push_back(tags.empty() ? "without tags" : "tagged " + list_in_words(tags));
  }
  if (patch.category) parts.push_back("in @" + *patch.category);
  if (patch.status)
    parts.push_back(*patch.status == domain::Status::completed     ? "done"
                    : *patch.status == domain::Status::in_progress ? "in progress"
                                                                   : "open again");
  if (patch.description) parts.push_back("with your note");
  if (patch.estimate && *patch.estimate) parts.push_back("expected to take " + length_in_words(**patch.estimate));
  return list_in_words(parts);
}

/// What a plan says of each of its tasks.
std::string plan_in_words(const language::Command& command, const domain::Task& first, const language::Now& now) {
  if (!command.shift) return change_in_words(to_patch(command, *first, now), now);
  const auto length = to_seconds(*command.shift);
  return (length ? length_in_words(*length) : std::string("some months")) +
         (command.shift_back ? " earlier" : " later");
}

/// The answer to a change of `titles` by `patch`.
std::string changed_in_words(const std::vector<std::string>& titles, const domain::TaskPatch& patch,
                             const language::Now& now) {
  const bool one = titles.size() == 1;
  std::string out = titles_in_words(titles);
  if (patch.due && !domain::is_set(*patch.due)) return out + (one ? " has" : " have") + " no due date any more.";
  const auto change = change_in_words(patch, now);
  if (!change.empty()) out += (one ? " is now " : " are now ") + change;
  if (patch.reminders) {
    std::vector<std::string> each;
    for (const auto& draft : *patch.reminders) each.push_back(reminder_in_words(draft.rule, now));
    const std::string have = one ? "has " : "have ";
    out += (change.empty() ? " now " + have : ", with ");
    out += each.empty() ? "no reminders" : (each.size() == 1 ? "a reminder " : "reminders ") + list_in_words(each);
  } else if (change.empty()) {
    out += one ? " is like that already" : " are like that already";
  }
  return out + ".";
}

/// "Its reminder 30 minutes before has passed.": of those that the change left behind; empty without any.
std::string missed_in_words(const domain::Task& before, const domain::Task& after, const language::Now& now) {
  using State = domain::ReminderState;
  std::vector<std::string> missed;
  for (const auto& reminder : after->reminders) {
    const auto same = [&reminder](const auto& other) { return other.id == reminder.id; };
    const auto old = std::find_if(before->reminders.begin(), before->reminders.end(), same);
    const bool was_missed = old != before->reminders.end() && old->state == State::missed;
    if (reminder.state == State::missed && !(was_missed && old->fire_at == reminder.fire_at))
      missed.push_back(reminder_in_words(reminder.rule, now));
  }
  if (missed.empty()) return {};
  return (missed.size() == 1 ? "its reminder " : "its reminders ") + list_in_words(missed) +
         (missed.size() == 1 ? " has passed." : " have passed.");
}

/// A name, a priority or a reminder is meant of the whole series, a due time of the one occurrence.
bool is_about_all(const language::Command& command) {
  if (command.scope == language::Command::Scope::occurrence || command.due || command.clear_due || command.done)
    return false;
  return !command.title.empty() || command.priority != language::Priority::none || !command.reminders.empty() ||
         !command.category.empty();
}

}  // namespace

awaitable<Result<std::vector<domain::Task>>> Executor::targets(Command command, Scope& scope) {
  Tasks out;
  if (scope.confirmed) {
    for (const auto& id : scope.conversation.context.planned) {
      auto task = co_await services_.tasks.get(scope.reader(), id.str());
      if (task) out.push_back(std::move(*task));
    }
    co_return out;
  }
  if (!command.targets.empty()) {
    for (const auto& target : command.targets)
      if (const auto* task = scope.known.task(target.id)) out.push_back(*task);
    co_return out;
  }
  if (!command.filtered && !command.bulk) co_return out;
  domain::TaskQuery query = to_query(command.filter, scope.now);
  // A change by filter is of what is open, unless the sentence says otherwise.
  if (command.filter.status == language::StatusFilter::any)
    query.status = {domain::Status::pending, domain::Status::in_progress};
  auto found = co_await find_all(std::move(query), scope);
  if (found) spare(command.filter, *found);
  co_return found;
}

Outcome Executor::ask_about_subtasks(const domain::Task& parent, Scope& scope) {
  auto& context = scope.conversation.context;
  context.clear_question();
  context.asked_slot = "subtasks";
  context.asked_text = scope.text;
  context.asked_intent = language::to_string(language::Intent::complete);
  context.planned = {parent->id};
  Outcome out;
  out.say(quoted(parent->title) + " has open subtasks. Complete them too?");
  out.actions.push_back(speak_action("Complete them too", "complete them too", "primary"));
  out.actions.push_back(speak_action("Only the parent", "only the parent"));
  out.actions.push_back(speak_action("Never mind", "never mind"));
  return out;
}

awaitable<std::vector<domain::Task>> Executor::open_below(domain::Task parent, Scope& scope) {
  constexpr std::size_t kMost = 1000;
  Tasks out;
  std::vector<TaskId> above{parent->id};
  while (!above.empty() && out.size() < kMost) {
    domain::TaskQuery query;
    query.parent = above.back();
    query.status = {domain::Status::pending, domain::Status::in_progress};
    query.limit = 200;
    above.pop_back();
    auto page = co_await services_.tasks.list(scope.reader(), std::move(query));
    if (!page) continue;
    for (auto& task : page->items) {
      above.push_back(task->id);
      out.push_back(std::move(task));
    }
  }
  co_return out;
}

Outcome Executor::ask_first(const Command& command, const Tasks& targets, const std::string& verb,
                            const std::string& change, Scope& scope) {
  auto& context = scope.conversation.context;
  context.clear_question();
  context.asked_slot = "confirm";
  context.asked_text = scope.text;
  context.asked_intent = language::to_string(command.intent);
  context.asked_title = change;
  context.planned = ids_of(targets);
  std::vector<std::pair<std::string, std::string>> changes;
  for (const auto& task : targets) {
    if (changes.size() == 20) break;
    // Of one name they are told apart by when they are due.
    const auto named_so = [&task](const domain::Task& other) { return other->title == task->title; };
    const bool alone = std::count_if(targets.begin(), targets.end(), named_so) == 1;
    const auto due = when_in_words(task->due, scope.now);
    changes.emplace_back(alone || due.empty() ? task->title : task->title + ", " + due, change);
  }
  Outcome out;
  out.say(verb + " " + count_in_words(targets.size(), "task") + "? Here is what would change.");
  out.cards.push_back(plan_card(verb + " " + count_in_words(targets.size(), "task"), changes, targets.size()));
  out.actions.push_back(speak_action("Yes, go ahead", "yes", "danger"));
  out.actions.push_back(speak_action("No", "no"));
  return out;
}

awaitable<Outcome> Executor::complete(Command command, Scope& scope) {
  Outcome out;
  auto found = co_await targets(command, scope);
  if (!found) co_return refused(found.error(), scope.now);
  if (found->empty()) {
    out.say(nothing_found(command, "complete", scope.now));
    co_return out;
  }
  if (scope.asks() && (command.needs_confirmation || found->size() > kAskAbove))
    co_return ask_first(command, *found, "Complete", "done", scope);
  const auto subtasks = scope.subtasks.value_or(scope.confirmed ? tasks::Subtasks::complete : tasks::Subtasks::ask);
  Tally tally;
  for (const auto& task : *found) {
    if (!task.is_open()) {
      tally.faults.push_back(quoted(task->title) + " is done already.");
      continue;
    }
    // The person asked for this one; its subtasks are told about rather than silently done.
    Tasks below;
    if (subtasks == tasks::Subtasks::complete) below = co_await open_below(task, scope);
    auto done = co_await services_.tasks.complete(scope.next_caller(), task->id.str(), subtasks);
    if (!done && done.error().slug == "open-subtasks" && found->size() == 1) co_return ask_about_subtasks(task, scope);
    if (!done) {
      tally.fault(task, done.error(), scope.now);
      continue;
    }
    tally.titles.push_back(task->title);
    tally.ids.push_back(task->id);
    out.effects.push_back({"task.completed", task->id.str()});
    if (out.cards.size() < kCardsShown) out.cards.push_back(task_card(domain::to_json(**done)));
    // The parent is open again before what is below it.
    for (const auto& child : below) {
      const auto now = co_await services_.tasks.get(scope.reader(), child->id.str());
      if (!now || now->is_open()) continue;
      out.effects.push_back({"task.completed", child->id.str()});
      out.add_undo(step_back(child, *now));
    }
    out.add_undo(step_back(task, *done));
  }
  tally.finish(out, tally.titles.size() == 1 ? "Nice. Completed" : "Completed", scope);
  out.undo_summary = "completed " + titles_in_words(tally.titles);
  co_return out;
}

awaitable<Outcome> Executor::update(Command command, Scope& scope) {
  Outcome out;
  if (!command.targets.empty() && !scope.confirmed) {
    const auto* series = scope.known.series_of(command.targets.front().id);
    const bool of_the_series =
        series && (!command.rrule.empty() || command.scope == Command::Scope::series || command.resume ||
                   is_about_all(command) || !command.skip.empty() || !scope.known.task(command.targets.front().id));
    if (of_the_series) co_return co_await update_series(std::move(command), *series, scope);
  }
  auto found = co_await targets(command, scope);
  if (!found) co_return refused(found.error(), scope.now);
  if (found->empty()) {
    out.say(nothing_found(command, "change", scope.now));
    co_return out;
  }
  if (!command.rrule.empty() && found->size() == 1 && !found->front()->series) {
    domain::Task one = found->front();
    co_return co_await make_repeating(std::move(command), std::move(one), scope);
  }
  if (scope.asks() && (command.needs_confirmation || found->size() > kAskAbove))
    co_return ask_first(command, *found, "Change", plan_in_words(command, found->front(), scope.now), scope);
  // A second reading may differ from the one that was agreed to, where a model made it.
  if (scope.confirmed && plan_in_words(command, found->front(), scope.now) != scope.conversation.context.asked_title) {
    out.say("That is not what I showed you before, so I changed nothing. Please say it again.");
    co_return out;
  }
  Tally tally;
  domain::TaskPatch last;
  std::vector<std::string> names;  // As they were: a new name is told as such.
  std::vector<std::string> missed;
  for (const auto& task : *found) {
    const domain::TaskPatch patch = to_patch(command, *task, scope.now);
    if (patch == domain::TaskPatch{}) {
      const bool no_date = command.shift.has_value() && !domain::is_set(task->due);
      tally.faults.push_back(no_date ? quoted(task->title) + " has no date yet to move from."
                                     : "I'm not sure what to change about " + quoted(task->title) + ".");
      continue;
    }
    auto changed = co_await services_.tasks.patch(scope.next_caller(), task->id.str(), patch);
    if (!changed) {
      tally.fault(task, changed.error(), scope.now);
      continue;
    }
    last = patch;
    if (auto words = missed_in_words(task, *changed, scope.now); !words.empty())
      missed.push_back(found->size() == 1 ? capitalised(std::move(words)) : quoted((*changed)->title) + ": " + words);
    names.push_back(task->title);
    tally.titles.push_back((*changed)->title);
    tally.ids.push_back(task->id);
    out.effects.push_back({"task.updated", task->id.str()});
    if (out.cards.size() < kCardsShown) out.cards.push_back(task_card(domain::to_json(**changed)));
    UndoStep step;
    step.operation = "task.patch";
    step.id = task->id.str();
    step.version = (*changed)->version;
    step.prior = task->version;
    step.body = domain::to_json(inverse(patch, *task));
    step.label = task->title;
    out.add_undo(std::move(step));
  }
  if (!tally.titles.empty()) {
    if (command.shift)
      out.say(titles_in_words(names) + (names.size() == 1 ? " is" : " are") + " now " +
              plan_in_words(command, found->front(), scope.now) + ".");
    else
      out.say(changed_in_words(names, last, scope.now));
    if (found->size() == 1 && found->front()->series && last.due) out.say("The others of it stay as they are.");
    scope.spoke_of(tally.ids);
  }
  for (const auto& words : missed) out.say(words);
  for (const auto& fault : tally.faults) out.say(fault);
  out.undo_summary = "changed " + titles_in_words(tally.titles);
  co_return out;
}

awaitable<Outcome> Executor::remove(Command command, Scope& scope) {
  Outcome out;
  if (!command.targets.empty() && !scope.confirmed) {
    const auto* series = scope.known.series_of(command.targets.front().id);
    if (series && !command.skip.empty()) co_return co_await skip_occurrences(std::move(command), *series, scope);
    const bool whole =
        series && (command.scope == Command::Scope::series || !scope.known.task(command.targets.front().id));
    if (whole) co_return co_await remove_series(std::move(command), *series, scope);
    if (series && series->state != "stopped" && command.scope == Command::Scope::unsaid &&
        command.targets.size() == 1 && scope.may_ask)
      co_return ask_which_part(*series, command.targets.front().id, scope);
  }
  auto found = co_await targets(command, scope);
  if (!found) co_return refused(found.error(), scope.now);
  if (found->empty()) {
    out.say(nothing_found(command, "delete", scope.now));
    co_return out;
  }
  if (scope.asks() && (command.needs_confirmation || command.bulk || found->size() > 3))
    co_return ask_first(command, *found, "Delete", "deleted", scope);
  Tally tally;
  for (const auto& task : *found) {
    auto gone = co_await services_.tasks.remove(scope.next_caller(), task->id.str());
    if (!gone) {
      tally.fault(task, gone.error(), scope.now);
      continue;
    }
    tally.titles.push_back(task->title);
    out.effects.push_back({"task.deleted", task->id.str()});
    UndoStep step;
    step.operation = "task.restore";
    step.id = task->id.str();
    step.version = (*gone)->version;
    step.prior = task->version;
    step.label = task->title;
    out.add_undo(std::move(step));
  }
  tally.finish(out, "Deleted", scope);
  if (!tally.titles.empty()) out.actions.push_back(speak_action("Undo", "undo"));
  out.undo_summary = "deleted " + titles_in_words(tally.titles);
  co_return out;
}

}  // namespace daybook::chat
