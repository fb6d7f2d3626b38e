#include <algorithm>
#include <set>

#include "domain/task_json.hpp"
#include "services/chat/executor.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

/// "undo everything in this conversation" reaches this far back.
constexpr int kMostEntries = 200;
constexpr std::size_t kSummaries = 3;
constexpr std::size_t kCardsShown = 5;

Result<Executor::Compensated> gone(const Result<>& result) {
  if (!result) return result.error();
  return Executor::Compensated{};
}

Result<Executor::Compensated> became(const Result<domain::Task>& task) {
  if (!task) return task.error();
  return Executor::Compensated{(*task)->version, task_card(domain::to_json(**task))};
}

Result<Executor::Compensated> became(const Result<scheduler::SeriesView>& series) {
  if (!series) return series.error();
  return Executor::Compensated{series->version, series_card(series->json)};
}

Result<Executor::Compensated> became(const Result<scheduler::ReminderView>& reminder) {
  if (!reminder) return reminder.error();
  return Executor::Compensated{reminder->version, nullptr};
}

/// The event that follows from a step.
std::string effect_of(const UndoStep& step) {
  if (step.operation.starts_with("task.")) return "task.updated";
  return step.operation.starts_with("reminder.") ? "reminder.updated" : "recurring-task.updated";
}

/// What a step is about, at the beginning of a sentence.
std::string subject_of(const UndoStep& step) {
  return (step.operation.starts_with("reminder.") ? "The reminder of " : "") + quoted(step.label);
}

}  // namespace

awaitable<Outcome> Executor::undo(Command command, Scope& scope) {
  Outcome out;
  const bool deleted = command.reason == "deleted";  // "restore the task I deleted", whatever came after it
  const int wanted = command.bulk || deleted ? kMostEntries : std::max(command.count, 1);
  auto entries = co_await services_.store.undoable(scope.user(), scope.conversation.id, std::nullopt, wanted);
  if (!entries) co_return refused(entries.error(), scope.now);
  if (deleted) {
    const auto brings_back = [](const UndoEntry& entry) {
      return std::any_of(entry.steps.begin(), entry.steps.end(), [](const UndoStep& step) {
        return step.operation == "task.restore" || step.operation == "series.restore";
      });
    };
    const auto last = std::find_if(entries->begin(), entries->end(), brings_back);
    if (last == entries->end()) {
      out.say("Nothing was deleted in this conversation.");
      co_return out;
    }
    std::vector<UndoEntry> only{*last};
    entries->swap(only);
  }
  if (entries->empty()) {
    out.say("There is nothing to undo in this conversation.");
    co_return out;
  }
  std::vector<std::string> taken_back, left;
  std::set<std::string> told;
  std::map<std::string, json::value> cards;  // The last state of each resource.
  std::vector<TaskId> spoken;
  for (auto& entry : *entries) {
    bool any = entry.steps.empty();
    for (auto& step : entry.steps) {
      for (const auto& rebase : out.rebased) {
        std::vector<UndoStep> one{step};
        if (apply(rebase, one)) step = std::move(one.front());
      }
      const bool of_task = step.operation.starts_with("task.");
      const auto done = co_await compensate(step, scope);
      if (done) {
        any = true;
        if (step.prior != 0 && done->version != 0) out.rebased.push_back({step.id, step.prior, done->version});
        out.effects.push_back({effect_of(step), step.id});
        cards[step.id] = done->card;
        if (const auto id = TaskId::parse(step.id); of_task && id) spoken.push_back(*id);
        continue;
      }
      // What changed since is the person's newer wish: it is said, not overwritten (rule 14).
      const bool newer = done.error().code == Errc::version_mismatch;
      if (told.insert(step.id).second)
        left.push_back(subject_of(step) + (newer ? " has changed since, so I left it as it is."
                                                 : ": " + apology(done.error(), scope.now)));
    }
    if (any) taken_back.push_back(entry.summary);
    out.undone.push_back(entry.id);
  }
  if (taken_back.size() > kSummaries)
    out.say("Undone: the last " + count_in_words(taken_back.size(), "change") + ".");
  else if (!taken_back.empty())
    out.say("Undone: " + list_in_words(taken_back) + ".");
  for (const auto& reason : left) out.say(reason);
  for (auto& [id, card] : cards)
    if (!card.is_null() && out.cards.size() < kCardsShown) out.cards.push_back(std::move(card));
  if (!spoken.empty()) scope.spoke_of(std::move(spoken));
  co_return out;
}

awaitable<Result<Executor::Compensated>> Executor::compensate(UndoStep step, Scope& scope) {
  auto& tasks = services_.tasks;
  auto& scheduler = services_.scheduler;
  if (step.operation == "task.delete") {
    const auto removed = co_await tasks.remove(scope.next_caller(), step.id, tasks::Removal{}, step.version);
    if (!removed) co_return removed.error();
    co_return Compensated{(*removed)->version, nullptr};
  }
  if (step.operation == "task.restore")
    co_return became(co_await tasks.restore(scope.next_caller(), step.id, step.version));
  if (step.operation == "task.reopen")
    co_return became(co_await tasks.reopen(scope.next_caller(), step.id, step.version));
  if (step.operation == "task.patch") {
    const auto body = parse_json(step.body);
    if (!body) co_return body.error();
    JsonReader in(*body, Unknown::lenient);
    auto patch = domain::read_task_patch(in);
    if (auto error = in.finish()) co_return *error;
    co_return became(co_await tasks.patch(scope.next_caller(), step.id, std::move(patch), step.version));
  }
  if (step.operation.starts_with("reminder.")) co_return co_await compensate_reminder(std::move(step), scope);
  const auto series = SeriesId::parse(step.id);
  if (!series) co_return series.error();
  if (step.operation == "series.restore")
    co_return became(co_await scheduler.restore(scope.next_caller(), *series, step.body, step.version));
  if (step.operation == "series.delete") {
    std::string all = "all";
    co_return gone(co_await scheduler.remove(scope.next_caller(), *series, std::move(all), step.version));
  }
  if (step.operation == "series.pause")
    co_return became(co_await scheduler.pause(scope.next_caller(), *series, step.version));
  if (step.operation == "series.resume")
    co_return became(co_await scheduler.resume(scope.next_caller(), *series, step.version));
  if (step.operation == "series.patch")
    co_return became(co_await scheduler.patch(scope.next_caller(), *series, step.body, step.version));
  co_return Error{Errc::unsupported, "there is no way back from that"};
}

awaitable<Result<Executor::Compensated>> Executor::compensate_reminder(UndoStep step, Scope& scope) {
  const auto reminder = ReminderId::parse(step.id);
  if (!reminder) co_return reminder.error();
  const auto until = parse_rfc3339(step.body);
  // Where the time that it was put off to before is over too, it has rung and waits.
  if (step.operation == "reminder.snooze" && until && *until > scope.now.instant())
    co_return became(co_await services_.scheduler.snooze(scope.next_caller(), *reminder, *until, step.version));
  co_return became(co_await services_.scheduler.restore(scope.next_caller(), *reminder, step.version));
}

}  // namespace daybook::chat
