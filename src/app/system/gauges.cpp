#include "app/system/gauges.hpp"

#include <boost/asio/co_spawn.hpp>

namespace daybook::app {
namespace {

namespace asio = boost::asio;

void report(telemetry::MetricSink& sink, const char* name, const storage::sqlite::Database& file) {
  const telemetry::Labels labels{{"database", name}};
  const auto counters = file.counters();
  sink.counter("daybook_db_commits_total", "Transactions committed", labels, static_cast<double>(counters.commits));
  sink.counter("daybook_db_changes_total", "Changes committed", labels, static_cast<double>(counters.closures));
  sink.counter("daybook_db_changes_failed_total", "Changes rolled back", labels, static_cast<double>(counters.failed));
  sink.counter("daybook_db_reads_total", "Queries", labels, static_cast<double>(counters.reads));
  sink.gauge("daybook_db_queue", "Changes that wait for the writer", labels,
             static_cast<double>(counters.foreground_queue + counters.background_queue));
}

}  // namespace

Gauges::Gauges(asio::any_io_executor executor, telemetry::Registry& metrics, runtime::embedded::EventBus& bus,
               storage::sqlite::Database& database, storage::sqlite::Database& history)
    : metrics_(metrics), bus_(bus), timer_(executor), ended_(executor) {
  metrics.collect([&database, &history](telemetry::MetricSink& sink) {
    report(sink, "daybook", database);
    report(sink, "history", history);
  });
}

void Gauges::start() {
  running_ = true;
  asio::co_spawn(timer_.get_executor(), run(), [this](std::exception_ptr) {
    running_ = false;
    ended_.notify();
  });
}

asio::awaitable<void> Gauges::stop() {
  stopping_ = true;
  timer_.cancel();
  if (running_) co_await ended_.wait();
}

asio::awaitable<void> Gauges::run() {
  while (!stopping_) {
    const auto groups = co_await bus_.groups();
    if (groups)
      for (const auto& group : *groups) {
        const telemetry::Labels labels{{"group", group.group}};
        metrics_.gauge("daybook_events_lag", "Events that a consumer group has yet to see", labels)
            .set(static_cast<double>(group.lag));
        metrics_.gauge("daybook_events_paused", "1 while a consumer group waits for a dependency", labels)
            .set(group.paused ? 1 : 0);
        metrics_.gauge("daybook_dead_letters", "Events that a consumer group could not digest", labels)
            .set(static_cast<double>(group.dead_letters));
      }
    if (stopping_) break;
    timer_.expires_after(std::chrono::seconds(1));
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace daybook::app
