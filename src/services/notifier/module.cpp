#include "services/notifier/module.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::awaitable;

awaitable<std::vector<Result<>>> each_event(Service& service, std::vector<CloudEvent> events) {
  std::vector<Result<>> outcomes;
  for (auto& event : events) outcomes.push_back(co_await service.on_event(std::move(event)));
  co_return outcomes;
}

using TimerUseCase = awaitable<Result<>> (Service::*)(Timer);

awaitable<std::vector<Result<>>> each_timer(Service& service, TimerUseCase use_case, std::vector<Timer> timers) {
  std::vector<Result<>> outcomes;
  for (auto& timer : timers) outcomes.push_back(co_await (service.*use_case)(std::move(timer)));
  co_return outcomes;
}

}  // namespace

Module::Module(NotifierStore& store, ChannelSenders senders, const WallClock& clock, DigestWriter digest)
    : senders_(std::move(senders)),
      service_(store, senders_, clock, std::move(digest)),
      router_(make_router(store, service_, clock)) {}

void Module::subscribe(runtime::EventBus& bus) {
  runtime::Subscription subscription{
      .group = "notifier", .types = {"reminder.triggered", "task.completed", "user.*"}, .replayable = false};
  bus.subscribe(std::move(subscription),
                [this](std::vector<CloudEvent> events) { return each_event(service_, std::move(events)); });
}

void Module::handle(runtime::Timers& timers) {
  timers.handle(std::string(kDeliveryTimer), 16, [this](std::vector<Timer> due) {
    return each_timer(service_, &Service::on_delivery_timer, std::move(due));
  });
  timers.handle(std::string(kDigestTimer), 16, [this](std::vector<Timer> due) {
    return each_timer(service_, &Service::on_digest_timer, std::move(due));
  });
}

}  // namespace daybook::notifier
