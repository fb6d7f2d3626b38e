#include "app/dapr/received_log.hpp"

#include "storage/sqlite/event_log.hpp"

namespace daybook::app {
namespace {

namespace sqlite = storage::sqlite;
using boost::asio::awaitable;

constexpr std::string_view kGroup = "gateway.stream";

awaitable<std::vector<Result<>>> keep(sqlite::Database& file, std::vector<CloudEvent> events) {
  const auto count = events.size();
  auto append = [events = std::move(events)](sqlite::Writer& db) -> Result<> {
    for (const auto& event : events)
      if (sqlite::record_inbox(db, kGroup, event.id)) sqlite::append_event(db, event);
    return {};
  };
  const auto kept = co_await file.write(sqlite::Lane::foreground, std::move(append));
  co_return std::vector<Result<>>(count, kept);
}

}  // namespace

void keep_received(runtime::EventBus& bus, sqlite::Database& file) {
  runtime::Subscription subscription{.group = std::string(kGroup), .types = {"*"}};
  bus.subscribe(std::move(subscription),
                [&file](std::vector<CloudEvent> events) { return keep(file, std::move(events)); });
}

}  // namespace daybook::app
