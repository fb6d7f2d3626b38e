#include "services/chat/module.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

awaitable<std::vector<Result<>>> each_event(Service& service, std::vector<CloudEvent> events) {
  std::vector<Result<>> outcomes;
  for (auto& event : events) outcomes.push_back(co_await service.on_event(std::move(event)));
  ignore(co_await service.tidy(), "what is left goes with later events");
  co_return outcomes;
}

}  // namespace

Module::Module(ChatStore& store, runtime::Invoker& invoker, Assistant& assistant, const WallClock& clock)
    : invoker_(invoker),
      tasks_(invoker_),
      scheduler_(invoker_),
      analytics_(invoker_),
      service_(Services{tasks_, scheduler_, analytics_, store}, assistant, clock),
      router_(make_router(store, service_)) {}

void Module::subscribe(runtime::EventBus& bus) {
  runtime::Subscription subscription{
      .group = "chat", .types = {"reminder.triggered", "notification.sent", "user.*"}, .replayable = false};
  bus.subscribe(std::move(subscription),
                [this](std::vector<CloudEvent> events) { return each_event(service_, std::move(events)); });
}

}  // namespace daybook::chat
