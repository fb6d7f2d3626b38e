#include "services/scheduler/module.hpp"

#include <map>

#include "domain/zone.hpp"
#include "runtime/together.hpp"

namespace daybook::scheduler {

using boost::asio::awaitable;

namespace {
/// Rows of one background closure: some milliseconds, so that requests are not held up.
constexpr int kPurgeSlice = 200;
}  // namespace

Module::Module(SchedulerStore& store, runtime::Invoker& invoker, const WallClock& clock)
    : store_(store), service_(store, invoker), clock_(clock), router_(make_router(store_, service_, invoker, clock_)) {}

std::vector<runtime::SnapshotSource> snapshot_sources() { return {{"tasks", "/internal/v1/snapshots/tasks"}}; }

void Module::subscribe(runtime::EventBus& bus) {
  runtime::Subscription subscription;
  subscription.group = "scheduler";
  subscription.types = {"task.created", "task.updated", "task.completed",
                        "task.deleted", "user.updated", "user.deleted"};
  // Firing must not be done again from history.
  subscription.replayable = false;
  bus.subscribe(std::move(subscription),
                [this](std::vector<CloudEvent> events) { return on_events(std::move(events)); });
}

void Module::handle(runtime::Timers& timers) {
  timers.handle("generate", 100, [this](std::vector<Timer> due) { return on_generate(std::move(due)); });
  timers.handle("reminder", 500, [this](std::vector<Timer> due) { return on_reminders(std::move(due)); });
  timers.handle("tzdb", 1, [this](std::vector<Timer> due) { return on_tzdb(std::move(due)); });
  timers.handle("purge", 1, [this](std::vector<Timer> due) { return on_purge(std::move(due)); });
}

awaitable<Result<>> Module::start() {
  auto looked = co_await store_.adopt_tzdb(domain::tzdb_version(), clock_.now());
  if (!looked) co_return looked.error();
  auto purged = co_await store_.purge(clock_.now(), kPurgeSlice);
  if (!purged) co_return purged.error();
  co_return Result<>{};
}

awaitable<std::vector<Result<>>> Module::on_tzdb(std::vector<Timer> timers) {
  auto looked = co_await store_.adopt_tzdb(domain::tzdb_version(), clock_.now());
  co_return std::vector<Result<>>(timers.size(), looked ? Result<>{} : Result<>{looked.error()});
}

awaitable<std::vector<Result<>>> Module::on_purge(std::vector<Timer> timers) {
  auto purged = co_await store_.purge(clock_.now(), kPurgeSlice);
  co_return std::vector<Result<>>(timers.size(), purged ? Result<>{} : Result<>{purged.error()});
}

awaitable<std::vector<Result<>>> Module::on_events(std::vector<CloudEvent> events) {
  return store_.apply_events(std::move(events), clock_.now());
}

awaitable<std::vector<Result<>>> Module::on_generate(std::vector<Timer> timers) {
  std::vector<Result<>> out(timers.size());
  auto generate = [&](std::size_t i) -> awaitable<void> {
    out[i] = co_await service_.generate(timers[i].user, SeriesId{timers[i].key}, clock_.now());
  };
  co_await runtime::together(timers.size(), generate);
  co_return out;
}

awaitable<std::vector<Result<>>> Module::on_reminders(std::vector<Timer> timers) {
  // What is due at once for one user is judged together, so that a storm becomes one summary.
  std::map<UserId, std::vector<std::size_t>> by_user;
  for (std::size_t i = 0; i < timers.size(); ++i) by_user[timers[i].user].push_back(i);
  std::vector<const std::vector<std::size_t>*> users;
  for (const auto& [user, indexes] : by_user) users.push_back(&indexes);
  std::vector<Result<>> out(timers.size());
  auto fire = [&](std::size_t n) -> awaitable<void> {
    std::vector<Timer> own;
    for (auto i : *users[n]) own.push_back(timers[i]);
    const auto user = own.front().user;
    auto fired = co_await service_.fire(user, std::move(own), clock_.now());
    for (auto i : *users[n]) out[i] = fired;
  };
  co_await runtime::together(users.size(), fire);
  co_return out;
}

}  // namespace daybook::scheduler
