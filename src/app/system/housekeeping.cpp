#include "app/system/housekeeping.hpp"

#include <boost/asio/co_spawn.hpp>

#include "storage/sqlite/event_groups.hpp"
#include "storage/sqlite/event_log.hpp"
#include "telemetry/log.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
namespace sqlite = storage::sqlite;
using std::chrono::days;

constexpr days kKeepEvents{7}, kKeepInbox{14}, kKeepDeadLetters{30};
constexpr int kSlice = 500;
constexpr std::chrono::hours kEvery{1};

}  // namespace

Housekeeping::Housekeeping(asio::any_io_executor executor, const WallClock& clock, runtime::embedded::EventBus& bus,
                           sqlite::Database& database, sqlite::Database& history)
    : clock_(clock), bus_(bus), files_{&database, &history}, timer_(executor), ended_(executor) {}

void Housekeeping::start() {
  running_ = true;
  asio::co_spawn(timer_.get_executor(), run(), [this](std::exception_ptr thrown) {
    if (thrown) log::error("housekeeping ended");
    running_ = false;
    ended_.notify();
  });
}

asio::awaitable<void> Housekeeping::stop() {
  stopping_ = true;
  timer_.cancel();
  if (running_) co_await ended_.wait();
}

asio::awaitable<void> Housekeeping::run() {
  // Not in the first minute, which belongs to whoever waited for the server.
  std::chrono::seconds wait{60};
  while (!stopping_) {
    timer_.expires_after(wait);
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (stopping_) break;
    const auto done = co_await tidy();
    if (!done) log::warn("housekeeping put off", {{"reason", done.error().detail}});
    wait = kEvery;
  }
}

asio::awaitable<Result<>> Housekeeping::tidy() {
  const Instant now = clock_.now();
  for (int taken = kSlice; taken == kSlice && !stopping_;) {
    const auto pruned = co_await bus_.prune(now - kKeepEvents, kSlice);
    if (!pruned) co_return pruned.error();
    taken = *pruned;
  }
  for (auto* file : files_) {
    for (int taken = kSlice; taken == kSlice && !stopping_;) {
      auto slice = [now](sqlite::Writer& db) -> Result<int> {
        return std::max(sqlite::purge_inbox(db, now - kKeepInbox, kSlice),
                        sqlite::purge_dead_letters(db, now - kKeepDeadLetters, kSlice));
      };
      const auto purged = co_await file->write(sqlite::Lane::background, std::move(slice));
      if (!purged) co_return purged.error();
      taken = *purged;
    }
  }
  co_return Result<>{};
}

}  // namespace daybook::app
