#include "app/system/rebuilds.hpp"

#include <map>

namespace daybook::app {

using boost::asio::awaitable;

namespace {

Error refusal(const std::string& consumer, const std::string& can) {
  static const std::map<std::string, std::string, std::less<>> kWhy = {
      {"notifier", "acts on the world (it would notify people again), so it is not rebuilt"},
      {"chat", "acts on the world (it would speak to people again), so it is not rebuilt"},
      {"audit", "is primary data: restore it from a backup (daybook restore)"},
      {"identity", "owns what it has: restore it from a backup (daybook restore)"},
      {"tasks", "owns what it has: restore it from a backup (daybook restore)"},
      {"tasks.users", "owns what it has: restore it from a backup (daybook restore)"},
      {"gateway", "reads the event log itself; clients whose place in it is gone are told to read everything again"},
      {"gateway.stream", "keeps a week of events; clients whose place in it is gone are told to read everything again"},
  };
  const auto why = kWhy.find(consumer);
  if (why != kWhy.end()) return {Errc::conflict, consumer + " " + why->second + "."};
  return {Errc::not_found, "There is no consumer " + consumer + " here. What can be rebuilt: " + can + "."};
}

}  // namespace

awaitable<Result<>> Rebuilds::start() {
  for (const auto& each : rebuilders_)
    if (auto started = co_await each->start(); !started) co_return started.error();
  co_return Result<>{};
}

void Rebuilds::begin_stop() {
  for (const auto& each : rebuilders_) each->begin_stop();
}

awaitable<void> Rebuilds::stop() {
  for (const auto& each : rebuilders_) co_await each->stop();
}

awaitable<Result<runtime::Rebuilt>> Rebuilds::rebuild(std::string consumer) {
  std::string can;
  for (const auto& each : rebuilders_) {
    if (each->consumer() == consumer) co_return co_await each->rebuild();
    (can += can.empty() ? "" : ", ") += each->consumer();
  }
  co_return refusal(consumer, can.empty() ? "nothing in this process" : can);
}

}  // namespace daybook::app
