#include "domain/task_json.hpp"
#include "services/chat/executor.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

/// "undo everything in this conversation" reaches this far back.
constexpr int kMostEntries = 200;

}  // namespace

awaitable<Outcome> Executor::undo(Command command, Scope& scope) {
  Outcome out;
  const int wanted = command.bulk ? kMostEntries : std::max(command.count, 1);
  const auto entries = co_await services_.store.undoable(scope.user(), scope.conversation.id, std::nullopt, wanted);
  if (!entries) {
    out.say(apology(entries.error()));
    co_return out;
  }
  if (entries->empty()) {
    out.say("There is nothing to undo in this conversation.");
    co_return out;
  }
  std::vector<std::string> taken_back, left;
  for (const auto& entry : *entries) {
    for (const auto& step : entry.steps) {
      const auto done = co_await compensate(step, scope);
      if (done) {
        out.effects.push_back(
            {step.operation.starts_with("task.") ? "task.updated" : "recurring-task.updated", step.id});
        if (step.operation.starts_with("task."))
          if (const auto id = TaskId::parse(step.id)) scope.spoke_of({*id});
        continue;
      }
      // What changed since is the person's newer wish: it is said, not overwritten (rule 14).
      left.push_back(quoted(step.label) + (done.error().code == Errc::version_mismatch
                                               ? " has changed since, so I left it as it is"
                                               : ": " + apology(done.error())));
    }
    taken_back.push_back(entry.summary);
    out.undone.push_back(entry.id);
  }
  out.say("Undone: " + list_in_words(taken_back) + ".");
  for (const auto& reason : left) out.say(reason + ".");
  co_return out;
}

awaitable<Result<>> Executor::compensate(UndoStep step, Scope& scope) {
  const auto outcome = [](const auto& result) -> Result<> {
    if (!result) return result.error();
    return {};
  };
  auto& tasks = services_.tasks;
  auto& scheduler = services_.scheduler;
  if (step.operation == "task.delete")
    co_return outcome(co_await tasks.remove(scope.next_caller(), step.id, {}, step.version));
  if (step.operation == "task.restore")
    co_return outcome(co_await tasks.restore(scope.next_caller(), step.id, step.version));
  if (step.operation == "task.reopen")
    co_return outcome(co_await tasks.reopen(scope.next_caller(), step.id, step.version));
  if (step.operation == "task.patch") {
    const auto body = parse_json(step.body);
    if (!body) co_return body.error();
    JsonReader in(*body, Unknown::lenient);
    auto patch = domain::read_task_patch(in);
    if (auto error = in.finish()) co_return *error;
    co_return outcome(co_await tasks.patch(scope.next_caller(), step.id, std::move(patch), step.version));
  }
  const auto series = SeriesId::parse(step.id);
  if (!series) co_return series.error();
  if (step.operation == "series.delete") {
    std::string all = "all";
    co_return co_await scheduler.remove(scope.next_caller(), *series, std::move(all), step.version);
  }
  if (step.operation == "series.pause")
    co_return outcome(co_await scheduler.pause(scope.next_caller(), *series, step.version));
  if (step.operation == "series.resume")
    co_return outcome(co_await scheduler.resume(scope.next_caller(), *series, step.version));
  if (step.operation == "series.patch")
    co_return outcome(co_await scheduler.patch(scope.next_caller(), *series, step.body, step.version));
  co_return Error{Errc::unsupported, "there is no way back from that"};
}

}  // namespace daybook::chat
