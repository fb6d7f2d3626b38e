#include "services/audit/module.hpp"

namespace daybook::audit {

using boost::asio::awaitable;

Module::Module(AuditStore& store) : store_(store), router_(make_router(store)) {}

void Module::subscribe(runtime::EventBus& bus) {
  runtime::Subscription subscription{.group = "audit", .types = {"*"}, .replayable = false, .patient = true};
  bus.subscribe(std::move(subscription), [this](std::vector<CloudEvent> events) { return record(std::move(events)); });
}

awaitable<std::vector<Result<>>> Module::record(std::vector<CloudEvent> events) {
  std::vector<UserId> deleted;
  for (const auto& event : events)
    if (event.type == "user.deleted") deleted.push_back(event.user);
  const std::size_t count = events.size();
  Result<> outcome = co_await store_.append(std::move(events));
  for (const auto& user : deleted)
    if (outcome) outcome = co_await store_.erase(user);
  co_return std::vector<Result<>>(count, outcome);
}

}  // namespace daybook::audit
