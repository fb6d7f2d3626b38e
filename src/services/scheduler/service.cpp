#include "services/scheduler/service.hpp"

#include "core/fault_point.hpp"

namespace daybook::scheduler {
namespace {

using boost::asio::awaitable;

runtime::Caller caller_for(const UserId& user, const Trace& cause = {}) {
  runtime::Caller caller;
  cause.mark(caller);
  caller.principal = Principal::of_service("scheduler", user);
  return caller;
}

}  // namespace

awaitable<Result<>> Service::patch(runtime::Caller caller, const domain::Series& series, const Occurrence& row,
                                   std::int64_t version, SettledOccurrence& settled) {
  for (int round = 0; round < 3; ++round) {
    auto patch = domain::occurrence_patch(series, row.start);
    auto task = co_await tasks_.patch_occurrence(caller, row.task, std::move(patch), version);
    if (task) {
      settled.task_version = (*task)->version;
      settled.told = domain::given_by(series, row.start);
      co_return Result<>{};
    }
    // The person was there first. An edit stays; what changed nothing that the template gives does not.
    if (task.error().code == Errc::version_mismatch) task = co_await tasks_.get(caller, row.task.str());
    if (!task) {
      if (task.error().code != Errc::not_found) co_return task.error();
      settled.deleted = true;
      settled.open = false;
      co_return Result<>{};
    }
    settled.open = task->is_open();
    settled.detached = settled.open && domain::given_to(**task) != row.told;
    if (!settled.open || settled.detached) co_return Result<>{};
    version = (*task)->version;
  }
  co_return Error{Errc::unavailable, "The occurrence's task is being changed all the time"};
}

awaitable<Result<SettledOccurrence>> Service::tell(const domain::Series& series, const Occurrence& row, Trace cause) {
  auto caller = caller_for(series.owner, cause);
  SettledOccurrence settled{row.recurrence_id, row.pending, row.task_version, row.open, false, false};
  if (row.pending == "make") {
    caller.principal.timezone = series.timezone;
    auto draft = domain::occurrence_draft(series, row.recurrence_id, row.revision, row.start);
    draft.id = row.task;
    auto task = co_await tasks_.create_occurrence(caller, std::move(draft));
    settled.detached = !task && task.error().code == Errc::conflict;  // Somebody else's task has the id.
    if (settled.detached) co_return settled;
    if (!task) co_return task.error();
    settled.task_version = (*task)->version;
    settled.open = task->is_open();
    settled.deleted = (*task)->deleted_at.has_value();
    settled.told = domain::given_by(series, row.start);
  } else if (row.pending == "patch") {
    if (auto told = co_await patch(caller, series, row, row.task_version, settled); !told) co_return told.error();
  } else if (row.pending == "adopt") {
    auto task = co_await tasks_.adopt(caller, row.task, series.id, row.recurrence_id);
    if (!task && task.error().code != Errc::not_found) co_return task.error();
    if (!task) {
      settled.deleted = true;
      settled.open = false;
      co_return settled;
    }
    settled.task_version = (*task)->version;
    settled.open = task->is_open();
    const auto difference = domain::compare_occurrence(series, row.start, **task);
    if (!difference.moved && !difference.edited) settled.told = domain::given_by(series, row.start);
    if (!settled.open || !settled.told.empty()) co_return settled;
    // One version more than generation left it at is this very call, so that nobody else was there; who was may have
    // changed nothing that the template gives.
    if ((*task)->version != row.task_version + 1 && domain::given_to(**task) != row.told) {
      settled.detached = true;
    } else if (auto told = co_await patch(caller, series, row, (*task)->version, settled); !told) {
      co_return told.error();
    }
  } else if (row.pending == "restore") {
    auto task = co_await tasks_.restore(caller, row.task.str());
    if (task) {
      settled.task_version = (*task)->version;
      settled.open = task->is_open();
    } else if (task.error().code == Errc::not_found) {
      settled.deleted = true;  // Too long ago.
      settled.open = false;
    } else {
      co_return task.error();
    }
  } else if (row.pending == "delete" || row.pending == "erase") {
    tasks::Removal how("series-changed", row.pending == "delete");
    // Nobody asked for it to go: the schedule has no place for it any more.
    how.only_childless = row.state == "replaced" && row.pending == "delete" && !series.deleted_at;
    auto task = co_await tasks_.remove(caller, row.task.str(), std::move(how));
    // What the person completed before our news of it came stays completed.
    const bool stays = !task && (task.error().code == Errc::not_found || task.error().slug == "already-completed");
    settled.detached = !task && task.error().slug == "has-subtasks";
    if (!task && !stays && !settled.detached) co_return task.error();
    settled.open = settled.detached;
    if (task) settled.task_version = (*task)->version;
  }
  co_return settled;
}

awaitable<Result<>> Service::generate(UserId user, SeriesId series, Instant now) {
  // Twice at most: what a changed schedule replaced must be gone before its successor is made, and what found its id
  // taken has another.
  for (int round = 0; round < 2; ++round) {
    auto work = co_await store_.plan(user, series, now);
    if (!work) co_return work.error();
    if (work->pending.empty()) co_return Result<>{};
    fault_point("scheduler.generate.planned");
    std::vector<SettledOccurrence> settled;
    std::optional<Error> failure;
    bool replaced = false;
    for (const auto& row : work->pending) {
      auto told = co_await tell(work->series, row, work->cause);
      if (!told) {
        failure = told.error();
        if (is_transient(failure->code)) break;
        continue;  // One that is refused does not hold up the others.
      }
      replaced |= row.state == "replaced" || (row.pending == "make" && told->detached);
      settled.push_back(std::move(*told));
      fault_point("scheduler.generate.told");
    }
    auto done = co_await store_.settle(user, series, work->series.version, std::move(settled), now);
    if (!done) co_return done.error();
    if (failure) co_return *failure;
    if (!replaced) co_return Result<>{};
  }
  co_return Result<>{};
}

awaitable<Result<>> Service::fire(UserId user, std::vector<Timer> timers, Instant now) {
  auto rows = co_await store_.due_reminders(timers);
  if (!rows) co_return rows.error();
  std::vector<tasks::StillDueQuestion> questions;
  for (const auto& row : *rows) questions.push_back({row.task, row.id, row.task_version});
  std::optional<std::vector<tasks::StillDueAnswer>> answers;
  if (!questions.empty()) {
    auto caller = caller_for(user);
    auto asked = co_await asking_.still_due(std::move(caller), std::move(questions));
    if (asked && asked->size() == rows->size()) answers = std::move(*asked);
  }
  fault_point("scheduler.fire.asked");
  std::vector<DueReminder> due;
  for (auto& timer : timers) {
    DueReminder each{std::move(timer), std::nullopt};
    for (std::size_t i = 0; answers && i < rows->size(); ++i) {
      if ((*rows)[i].id.value != each.timer.key) continue;
      auto& answer = (*answers)[i];
      each.answer = DueReminder::Answer{answer.due, answer.fire_at, std::move(answer.title)};
    }
    due.push_back(std::move(each));
  }
  co_return co_await store_.fire(user, std::move(due), now);
}

}  // namespace daybook::scheduler
