#include "domain/task_json.hpp"
#include "services/chat/executor.hpp"
#include "services/chat/mapping.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

UndoStep series_step(std::string operation, const scheduler::SeriesView& before, const scheduler::SeriesView& after,
                     std::string body = {}) {
  UndoStep step;
  step.operation = std::move(operation);
  step.id = after.id.str();
  step.version = after.version;
  step.prior = before.version;
  step.body = std::move(body);
  step.label = after.title;
  return step;
}

/// The series that the first target stands for or belongs to.
const scheduler::SeriesView* meant(const language::Command& command, const Scope& scope) {
  if (!command.targets.empty()) return scope.known.series_of(command.targets.front().id);
  const auto& last = scope.conversation.context.last_series;
  if (!last) return nullptr;
  const auto found = scope.known.series.find(last->str());
  return found == scope.known.series.end() ? nullptr : &found->second;
}

/// "the next one is Thursday": empty when there is none.
std::string next_in_words(const scheduler::SeriesView& series, const language::Now& now) {
  if (series.next.empty()) return {};
  domain::When next;
  if (const auto at = parse_rfc3339(series.next.front())) next = *at;
  if (const auto on = parse_date(series.next.front())) next = *on;
  return "The next one is " + when_in_words(next, now) + ".";
}

Outcome nothing_repeats(const language::Command& command) {
  Outcome out;
  if (command.targets.empty())
    out.say("I can't find a recurring task like that.");
  else
    out.say(quoted(command.targets.front().title) + " does not repeat.");
  out.actions.push_back(speak_action("Show my recurring tasks", "show my recurring tasks"));
  return out;
}

/// A task that is to repeat goes on from where it is, unless that is over or another day was said; a time of day that
/// was said is the new one.
domain::When begin_of_repeat(const language::Command& command, const domain::TaskFields& task, domain::When wanted,
                             const language::Now& now) {
  if (command.rule && command.rule->start) return wanted;
  const auto* at = std::get_if<Instant>(&task.due);
  const auto* on = std::get_if<Date>(&task.due);
  const auto* said = std::get_if<Instant>(&wanted);
  const bool has_clock = command.rule && !command.rule->hours.empty();
  if (at && *at <= now.instant()) return wanted;
  if (on && std::chrono::local_days{*on} < now.today()) return wanted;
  if (!at && !on) return wanted;
  if (!has_clock || !said) return task.due;
  const auto day = at ? std::chrono::floor<std::chrono::days>(now.to_local(*at)) : std::chrono::local_days{*on};
  const auto clock = now.to_local(*said);
  return now.to_instant(day + (clock - std::chrono::floor<std::chrono::days>(clock)));
}

constexpr std::size_t kMostSkipped = 100;

std::optional<Date> next_day(const scheduler::SeriesView& series, const language::Now& now) {
  if (series.next.empty()) return std::nullopt;
  if (const auto at = parse_rfc3339(series.next.front()))
    return Date{std::chrono::floor<std::chrono::days>(now.to_local(*at))};
  if (const auto on = parse_date(series.next.front())) return *on;
  return std::nullopt;
}

/// The occurrence of `series` on a local day: its recurrence id by the rule's own time of day.
std::string recurrence_id_on(const scheduler::SeriesView& series, Date day, const language::Now& now) {
  const auto* at = std::get_if<Instant>(&series.starts);
  if (!at) return format_date(day);
  const auto start = now.to_local(*at);
  return format_local(std::chrono::local_days{day} + (start - std::chrono::floor<std::chrono::days>(start)));
}

json::array reminders_of(const scheduler::SeriesView& series) {
  const auto value = parse_json(series.json);
  const auto* own = value && value->is_object() ? value->get_object().if_contains("reminders") : nullptr;
  return own && own->is_array() ? own->get_array() : json::array{};
}

json::array with_reminders(json::array all, const std::vector<domain::ReminderRule>& more) {
  boost::system::error_code failure;
  for (const auto& rule : more) {
    std::string item = "{";
    domain::append_reminder_rule(item, rule);
    all.push_back(json::parse(item + "}", failure));
  }
  return all;
}

std::string changed_in_words(const scheduler::SeriesView& before, const scheduler::SeriesView& after,
                             const std::vector<domain::ReminderRule>& reminders, const language::Now& now) {
  std::vector<std::string> parts;
  if (after.title != before.title) parts.push_back("called " + quoted(after.title));
  if (after.rrule != before.rrule || after.starts != before.starts) parts.push_back(rule_in_words(after, now));
  if (after.priority != before.priority) parts.push_back(std::string(domain::to_string(after.priority)) + " priority");
  if (after.category != before.category) parts.push_back("in @" + after.category);
  std::vector<std::string> each;
  for (const auto& rule : reminders) each.push_back(reminder_in_words(rule, now));
  if (parts.empty() && each.empty()) return quoted(before.title) + " is like that already.";
  std::string out = quoted(before.title);
  if (!parts.empty()) out += " is now " + list_in_words(parts);
  if (!each.empty()) out += parts.empty() ? " now reminds you " + list_in_words(each) : ", with a reminder more";
  return out + ", this and all that follow.";
}

std::vector<std::string> exdates_of(const scheduler::SeriesView& series) {
  const auto value = parse_json(series.json);
  if (!value) return {};
  JsonReader in(*value, Unknown::lenient);
  return in.texts("exdates", 1000, {}).value_or(std::vector<std::string>{});
}

/// The days that `after` leaves out and `before` did not.
std::vector<std::string> added_exdates(const scheduler::SeriesView& before, const scheduler::SeriesView& after) {
  auto out = exdates_of(after);
  const auto known = exdates_of(before);
  std::erase_if(out, [&known](const auto& each) { return std::find(known.begin(), known.end(), each) != known.end(); });
  return out;
}

}  // namespace

awaitable<Outcome> Executor::stop_series(Command command, Scope& scope) {
  if (command.bulk && command.targets.empty()) co_return co_await rest_all(std::move(command), scope);
  const auto* series = meant(command, scope);
  if (series && command.clear_reminders) co_return co_await silence_series(*series, scope);
  if (!series && !command.targets.empty())
    if (const auto* task = scope.known.task(command.targets.front().id); task && !(*task)->reminders.empty()) {
      domain::Task one = *task;
      co_return co_await silence(std::move(one), scope);
    }
  if (!series && command.clear_reminders && command.targets.size() == 1) {
    Outcome none;
    none.say(quoted(command.targets.front().title) + " has no reminders.");
    co_return none;
  }
  if (!series) co_return nothing_repeats(command);
  Outcome out;
  const auto stopped = co_await services_.scheduler.stop(scope.next_caller(), series->id);
  if (!stopped) co_return refused(stopped.error(), scope.now);
  out.say("Stopped " + quoted(series->title) + ". The tasks that are already there stay.");
  out.cards.push_back(series_card(stopped->json));
  out.effects.push_back({"recurring-task.updated", series->id.str()});
  if (stopped->version != series->version) {
    out.add_undo(series_step("series.restore", *series, *stopped));
    out.undo_summary = "stopped " + quoted(series->title);
    out.actions.push_back(speak_action("Undo", "undo"));
  }
  scope.spoke_of(series->id);
  co_return out;
}

awaitable<Outcome> Executor::rest_all(Command command, Scope& scope) {
  const bool stop = command.intent == language::Intent::stop_recurring;
  std::vector<scheduler::SeriesView> all;
  for (const auto& [id, series] : scope.known.series)
    if (series.state == "active" || (stop && series.state == "paused")) all.push_back(series);
  Outcome out;
  if (all.empty()) {
    out.say("Nothing repeats that I could " + std::string(stop ? "stop." : "pause."));
    co_return out;
  }
  if (command.until) {
    for (auto& series : all) out.merge(co_await skip_occurrences(command, std::move(series), scope));
    co_return out;
  }
  const std::string what = count_in_words(all.size(), "recurring task");
  if (scope.asks() && stop) {
    auto& context = scope.conversation.context;
    context.clear_question();
    context.asked_slot = "confirm";
    context.asked_text = scope.text;
    context.asked_intent = language::to_string(command.intent);
    std::vector<std::pair<std::string, std::string>> changes;
    for (const auto& series : all) changes.emplace_back(series.title, "stopped");
    out.say("Stop " + what + "? Here is what would change.");
    out.cards.push_back(plan_card("Stop " + what, changes, all.size()));
    out.actions.push_back(speak_action("Yes, go ahead", "yes", "danger"));
    out.actions.push_back(speak_action("No", "no"));
    co_return out;
  }
  std::size_t done = 0;
  for (const auto& series : all) {
    Result<scheduler::SeriesView> rested = series;
    if (stop)
      rested = co_await services_.scheduler.stop(scope.next_caller(), series.id);
    else
      rested = co_await services_.scheduler.pause(scope.next_caller(), series.id);
    if (!rested) {
      out.say(quoted(series.title) + ": " + apology(rested.error(), scope.now));
      continue;
    }
    ++done;
    out.effects.push_back({"recurring-task.updated", series.id.str()});
    out.add_undo(series_step(stop ? "series.restore" : "series.resume", series, *rested));
  }
  if (done == 0) co_return out;
  out.undo_summary = (stop ? "stopped " : "paused ") + count_in_words(done, "recurring task");
  out.say(capitalised(out.undo_summary) + ". The tasks that are already there stay.");
  out.actions.push_back(speak_action("Undo", "undo"));
  co_return out;
}

/// "don't remind me about the dentist", which does not repeat.
awaitable<Outcome> Executor::silence(domain::Task task, Scope& scope) {
  domain::TaskPatch patch;
  patch.reminders.emplace();
  const auto changed = co_await services_.tasks.patch(scope.next_caller(), task->id.str(), patch);
  if (!changed) co_return refused(changed.error(), scope.now);
  Outcome out;
  out.say("I won't remind you of " + quoted(task->title) + ".");
  out.cards.push_back(task_card(domain::to_json(**changed)));
  out.effects.push_back({"task.updated", task->id.str()});
  UndoStep step;
  step.operation = "task.patch";
  step.id = task->id.str();
  step.version = (*changed)->version;
  step.prior = task->version;
  step.body = domain::to_json(inverse(patch, *task));
  step.label = task->title;
  out.add_undo(std::move(step));
  out.undo_summary = "took the reminders off " + quoted(task->title);
  scope.spoke_of({task->id});
  co_return out;
}

/// "remove the reminders from standup": the tasks go on.
awaitable<Outcome> Executor::silence_series(scheduler::SeriesView series, Scope& scope) {
  Outcome out;
  scope.spoke_of(series.id);
  auto reminders = reminders_of(series);
  if (reminders.empty()) {
    out.say(quoted(series.title) + " has no reminders.");
    co_return out;
  }
  std::string none = R"({"reminders":[]})";
  const auto changed = co_await services_.scheduler.patch(scope.next_caller(), series.id, std::move(none));
  if (!changed) co_return refused(changed.error(), scope.now);
  out.say(quoted(series.title) + " no longer reminds you, this and all that follow.");
  out.cards.push_back(series_card(changed->json));
  out.effects.push_back({"recurring-task.updated", series.id.str()});
  json::object before;
  before["reminders"] = std::move(reminders);
  out.add_undo(series_step("series.patch", series, *changed, json::serialize(before)));
  out.undo_summary = "took the reminders off " + quoted(series.title);
  out.actions.push_back(speak_action("Undo", "undo"));
  co_return out;
}

awaitable<Outcome> Executor::pause_series(Command command, Scope& scope) {
  if (command.bulk && command.targets.empty()) co_return co_await rest_all(std::move(command), scope);
  const auto* series = meant(command, scope);
  if (!series) co_return nothing_repeats(command);
  Outcome out;
  if (command.until) {
    // A pause with an end leaves out what falls into it; the series itself goes on.
    co_return co_await skip_occurrences(std::move(command), *series, scope);
  }
  const auto paused = co_await services_.scheduler.pause(scope.next_caller(), series->id);
  if (!paused) co_return refused(paused.error(), scope.now);
  out.say("Paused " + quoted(series->title) + ". Say “resume " + series->title + "” when you want it back.");
  out.cards.push_back(series_card(paused->json));
  out.effects.push_back({"recurring-task.updated", series->id.str()});
  out.add_undo(series_step("series.resume", *series, *paused));
  out.undo_summary = "paused " + quoted(series->title);
  out.actions.push_back(speak_action("Resume", "resume " + series->title));
  scope.spoke_of(series->id);
  co_return out;
}

awaitable<Outcome> Executor::update_series(Command command, scheduler::SeriesView series, Scope& scope) {
  if (!command.skip.empty()) co_return co_await skip_occurrences(std::move(command), std::move(series), scope);
  Outcome out;
  scope.spoke_of(series.id);
  if (command.resume) {
    Result<scheduler::SeriesView> resumed = series;
    if (series.state == "stopped") resumed = co_await services_.scheduler.restore(scope.next_caller(), series.id);
    if (resumed && resumed->state != "active")
      resumed = co_await services_.scheduler.resume(scope.next_caller(), series.id);
    if (!resumed) co_return refused(resumed.error(), scope.now);
    out.say(quoted(series.title) + " goes on, " + rule_in_words(*resumed, scope.now) + ".");
    out.say(next_in_words(*resumed, scope.now));
    out.cards.push_back(series_card(resumed->json));
    out.effects.push_back({"recurring-task.updated", series.id.str()});
    out.add_undo(series_step("series.pause", series, *resumed));
    out.undo_summary = "resumed " + quoted(series.title);
    co_return out;
  }
  json::object body, before;
  if (!command.title.empty()) body["title"] = command.title, before["title"] = series.title;
  if (command.priority != language::Priority::none) {
    body["priority"] = domain::to_string(to_priority(command.priority));
    before["priority"] = domain::to_string(series.priority);
  }
  if (!command.category.empty()) {
    body["category"] = command.category;
    before["category"] = series.category.empty() ? json::value(nullptr) : json::value(series.category);
  }
  if (!command.reminders.empty()) {
    before["reminders"] = reminders_of(series);
    body["reminders"] = with_reminders(reminders_of(series), to_reminders(command, scope.now));
  }
  const auto put_start = [](json::object& into, const domain::When& when) {
    if (const auto* at = std::get_if<Instant>(&when)) into["startsAt"] = format_rfc3339(*at);
    if (const auto* on = std::get_if<Date>(&when)) into["startsOn"] = format_date(*on);
  };
  if (!command.rrule.empty()) {
    const auto rule = to_stored_rule(command.rrule, scope.now);
    if (const auto words = too_often(rule.rrule); !words.empty()) {
      out.say(words);
      out.failed = true;
      co_return out;
    }
    body["rrule"] = rule.rrule;
    before["rrule"] = series.rrule;
    if (rule.time_of_day) {
      const auto* at = std::get_if<Instant>(&series.starts);
      const auto* on = std::get_if<Date>(&series.starts);
      const auto day = at   ? std::chrono::floor<std::chrono::days>(scope.now.to_local(*at))
                       : on ? std::chrono::local_days{*on}
                            : scope.now.today();
      put_start(body, scope.now.to_instant(day + *rule.time_of_day));
      put_start(before, series.starts);
    }
  }
  if (body.empty()) {
    out.say("What should change about " + quoted(series.title) + "?");
    co_return out;
  }
  const auto changed = co_await services_.scheduler.patch(scope.next_caller(), series.id, json::serialize(body));
  if (!changed) co_return refused(changed.error(), scope.now);
  out.say(changed_in_words(series, *changed, to_reminders(command, scope.now), scope.now));
  for (const auto& note : changed->notes) out.say(note);
  out.cards.push_back(series_card(changed->json));
  out.effects.push_back({"recurring-task.updated", series.id.str()});
  out.add_undo(series_step("series.patch", series, *changed, json::serialize(before)));
  out.undo_summary = "changed " + quoted(series.title);
  co_return out;
}

awaitable<Outcome> Executor::make_repeating(Command command, domain::Task task, Scope& scope) {
  Outcome out;
  if (const auto words = too_often(command.rrule); !words.empty()) {
    out.say(words);
    out.failed = true;
    co_return out;
  }
  command.title = task->title;
  scheduler::SeriesDraft draft = to_series(command, scope.now);
  draft.description = task->description;
  draft.priority = task->priority;
  draft.tags = task->tags;
  draft.category = task->category;
  draft.estimate = task->estimate;
  for (const auto& reminder : task->reminders)
    if (!std::holds_alternative<domain::RemindAt>(reminder.rule)) draft.reminders.push_back(reminder.rule);
  draft.starts = begin_of_repeat(command, *task, draft.starts, scope.now);
  const auto series = co_await services_.scheduler.create(scope.next_caller(), std::move(draft));
  if (!series) co_return refused(series.error(), scope.now);
  out.say(quoted(series->title) + " now repeats, " + rule_in_words(*series, scope.now) + ".");
  out.say(next_in_words(*series, scope.now));
  for (const auto& note : series->notes) out.say(note);
  out.cards.push_back(series_card(series->json));
  out.effects.push_back({"recurring-task.created", series->id.str()});
  UndoStep away;
  away.operation = "series.delete";
  away.id = series->id.str();
  away.label = series->title;
  const auto gone = co_await services_.tasks.remove(scope.next_caller(), task->id.str());
  if (gone) {
    out.effects.push_back({"task.deleted", task->id.str()});
    UndoStep back;
    back.operation = "task.restore";
    back.id = task->id.str();
    back.version = (*gone)->version;
    back.prior = task->version;
    back.label = task->title;
    out.add_undo(std::move(back));
  }
  out.add_undo(std::move(away));
  out.undo_summary = "made " + quoted(series->title) + " repeat";
  scope.spoke_of(series->id);
  co_return out;
}

awaitable<Outcome> Executor::skip_occurrences(Command command, scheduler::SeriesView series, Scope& scope) {
  Outcome out;
  std::vector<std::string> ids;
  for (const auto& when : command.skip) ids.push_back(recurrence_id_on(series, when.date(), scope.now));
  const bool until = command.until.has_value();
  if (until) {
    ids.assign(kMostSkipped, {});  // One after another, as long as the next is before that day.
  } else if (ids.empty()) {
    ids.emplace_back();  // The next one.
  }
  std::optional<scheduler::SeriesView> last;
  std::size_t times = 0;
  for (std::size_t at = 0; at < ids.size(); ++at) {
    auto& id = ids[at];
    const auto next = next_day(last ? *last : series, scope.now);
    if (until && (!next || *next >= *command.until)) break;
    auto skipped = co_await services_.scheduler.skip(scope.next_caller(), series.id, std::move(id));
    if (!skipped && skipped.error().code == Errc::unprocessable && at < command.skip.size()) {
      out.say(quoted(series.title) + " doesn't fall on " + day_in_words(command.skip[at].date(), scope.now) +
              ": it is due " + rule_in_words(series, scope.now) + ".");
      continue;
    }
    if (!skipped) {
      out.say(apology(skipped.error(), scope.now));
      break;
    }
    const auto& before = last ? *last : series;
    for (auto& added : added_exdates(before, *skipped))
      out.add_undo(series_step("series.restore", before, *skipped, std::move(added)));
    last = std::move(*skipped);
    ++times;
  }
  if (!last) {
    if (out.text.empty()) out.say("None of " + quoted(series.title) + " falls into that time.");
    co_return out;
  }
  out.say("Skipped " + quoted(series.title) +
          (times == 1 ? std::string(" once.") : " " + std::to_string(times) + " times."));
  out.say(next_in_words(*last, scope.now));
  out.cards.push_back(series_card(last->json));
  out.effects.push_back({"recurring-task.updated", series.id.str()});
  out.undo_summary = "skipped " + quoted(series.title);
  scope.spoke_of(series.id);
  co_return out;
}

Outcome Executor::ask_which_part(const scheduler::SeriesView& series, const std::string& item, Scope& scope) {
  auto& context = scope.conversation.context;
  context.clear_question();
  context.asked_slot = "series_part";
  context.asked_text = scope.text;
  context.asked_title = series.title;
  context.asked_items = {item};
  Outcome out;
  const auto* task = scope.known.task(item);
  const std::string due = task ? when_in_words((*task)->due, scope.now) : std::string{};
  out.say(quoted(series.title) + " repeats, " + rule_in_words(series, scope.now) + ". Delete only the one " +
          (due.empty() ? "that is next" : "of " + due) + ", or all that is to come?");
  out.actions.push_back(speak_action("Only this one", "only this one"));
  out.actions.push_back(speak_action("All of them", "all of them", "danger"));
  out.actions.push_back(speak_action("Never mind", "never mind"));
  return out;
}

awaitable<Outcome> Executor::remove_series(Command, scheduler::SeriesView series, Scope& scope) {
  Outcome out;
  std::string only_future = "future";
  const auto removed = co_await services_.scheduler.remove(scope.next_caller(), series.id, std::move(only_future));
  if (!removed) co_return refused(removed.error(), scope.now);
  out.say("Deleted " + quoted(series.title) + " and what was still to come of it. What you completed stays.");
  out.effects.push_back({"recurring-task.deleted", series.id.str()});
  UndoStep step;
  step.operation = "series.restore";
  step.id = series.id.str();
  step.prior = series.version;
  step.label = series.title;
  out.add_undo(std::move(step));
  out.undo_summary = "deleted " + quoted(series.title);
  out.actions.push_back(speak_action("Undo", "undo"));
  co_return out;
}

}  // namespace daybook::chat
