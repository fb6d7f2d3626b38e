#include "services/analytics/module.hpp"

namespace daybook::analytics {

using boost::asio::awaitable;

Module::Module(AnalyticsStore& store, const WallClock& clock) : store_(store), router_(make_router(store, clock)) {}

std::vector<runtime::SnapshotSource> snapshot_sources() {
  return {{"identity", "/internal/v1/snapshots/users"},
          {"tasks", "/internal/v1/snapshots/tasks"},
          {"scheduler", "/internal/v1/snapshots/notices"}};
}

void Module::subscribe(runtime::EventBus& bus) {
  runtime::Subscription subscription{
      .group = "analytics", .types = {"task.*", "user.*", "reminder.triggered"}, .patient = true};
  bus.subscribe(std::move(subscription), [this](std::vector<CloudEvent> events) { return apply(std::move(events)); });
}

awaitable<std::vector<Result<>>> Module::apply(std::vector<CloudEvent> events) {
  Result<> whole = co_await store_.apply(events);
  if (whole || is_transient(whole.error().code)) co_return std::vector<Result<>>(events.size(), whole);
  // One event is poison and rolled its neighbours back: each alone, so that only that one is parked.
  std::vector<Result<>> outcomes;
  for (auto& event : events) {
    std::vector<CloudEvent> one;
    one.push_back(std::move(event));
    outcomes.push_back(co_await store_.apply(std::move(one)));
  }
  co_return outcomes;
}

}  // namespace daybook::analytics
