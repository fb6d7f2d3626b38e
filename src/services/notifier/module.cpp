#include "services/notifier/module.hpp"

#include "runtime/together.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::awaitable;

awaitable<std::vector<Result<>>> each_event(Service& service, std::vector<CloudEvent> events) {
  std::vector<Result<>> outcomes;
  for (auto& event : events) outcomes.push_back(co_await service.on_event(std::move(event)));
  co_return outcomes;
}

using TimerUseCase = awaitable<Result<>> (Service::*)(Timer);

awaitable<void> fire_one(Service& service, TimerUseCase use_case, Timer timer, Result<>& outcome) {
  outcome = co_await (service.*use_case)(std::move(timer));
}

/// Side by side, so that a receiver that does not answer holds up nobody else's messages.
awaitable<std::vector<Result<>>> each_timer(Service& service, TimerUseCase use_case, std::vector<Timer> timers) {
  std::vector<Result<>> outcomes(timers.size());
  auto fire = [&](std::size_t i) -> awaitable<void> { return fire_one(service, use_case, timers[i], outcomes[i]); };
  co_await runtime::together(timers.size(), fire);
  co_return outcomes;
}

}  // namespace

Module::Module(NotifierStore& store, ChannelSenders senders, const WallClock& clock, DigestWriter digest)
    : service_(store, std::move(senders), clock, std::move(digest)), router_(make_router(store, service_, clock)) {}

void Module::subscribe(runtime::EventBus& bus) {
  runtime::Subscription subscription{
      .group = "notifier", .types = {"reminder.triggered", "task.completed", "user.*"}, .replayable = false};
  bus.subscribe(std::move(subscription),
                [this](std::vector<CloudEvent> events) { return each_event(service_, std::move(events)); });
}

void Module::handle(runtime::Timers& timers) {
  timers.handle(std::string(kDeliveryTimer), 64, [this](std::vector<Timer> due) {
    return each_timer(service_, &Service::on_delivery_timer, std::move(due));
  });
  timers.handle(std::string(kDigestTimer), 16, [this](std::vector<Timer> due) {
    return each_timer(service_, &Service::on_digest_timer, std::move(due));
  });
  timers.handle(std::string(kTidyTimer), 1, [this](std::vector<Timer> due) {
    return each_timer(service_, &Service::on_tidy_timer, std::move(due));
  });
}

}  // namespace daybook::notifier
