#include "services/tasks/module.hpp"
#include "services/tasks/postgres_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>

#include "domain/zone.hpp"
#include "services/tasks/consumers.hpp"
#include "services/tasks/routes.hpp"
#include "services/tasks/sql_store.hpp"

namespace daybook::tasks {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::hours kPurgeEvery{1};
constexpr std::chrono::minutes kFirstPurge{1};
constexpr int kSlice = 200;

}  // namespace

/// Shared with the loop, which may still be waking up when the module is told to stop.
struct Module::Purger {
  explicit Purger(asio::any_io_executor executor) : timer(executor), ended(executor) {
    ended.expires_at(std::chrono::steady_clock::time_point::max());
  }
  asio::steady_timer timer;
  asio::steady_timer ended;
  bool stopping = false;
  bool running = false;
};

std::vector<std::string> postgres_steps() { return {postgres_text_schema()}; }

std::unique_ptr<TaskStore> make_sql_store(storage::sql::Database& db, StoreLimits limits) {
  return std::make_unique<SqlTaskStore>(db, limits);
}

Module::Module(TaskStore& store, WallClock& clock) : store_(store), clock_(clock) {
  add_routes(router_, store_, clock_);
  add_internal_routes(router_, store_, clock_);
  add_filter_routes(router_, store_, clock_);
}

Module::~Module() { assert(!purger_ || !purger_->running); }

void Module::subscribe(runtime::EventBus& bus) { add_consumers(bus, store_, clock_); }

asio::awaitable<Result<int>> Module::purge_once() {
  // To the end, however much there is: each slice stands back behind requests.
  int purged = 0;
  for (int slice = kSlice; slice >= kSlice && !(purger_ && purger_->stopping);) {
    const auto count = co_await store_.purge(clock_.now(), kSlice);
    if (!count) co_return count.error();
    slice = *count;
    purged += slice;
  }
  co_return purged;
}

asio::awaitable<Result<>> Module::adopt_tzdb(std::string version) {
  for (bool more = true; more && !(purger_ && purger_->stopping);) {
    const auto slice = co_await store_.adopt_tzdb(version, clock_.now());
    if (!slice) co_return slice.error();
    more = *slice;
  }
  co_return Result<>{};
}

asio::awaitable<Result<>> Module::adopt_folding() {
  for (bool more = true; more && !(purger_ && purger_->stopping);) {
    const auto slice = co_await store_.adopt_folding();
    if (!slice) co_return slice.error();
    more = *slice;
  }
  co_return Result<>{};
}

asio::awaitable<Result<>> Module::start() {
  const auto executor = co_await asio::this_coro::executor;
  purger_ = std::make_shared<Purger>(executor);
  purger_->running = true;
  auto loop = [](Module& module, std::shared_ptr<Purger> purger) -> asio::awaitable<void> {
    bool adopted = false, folded = false;
    purger->timer.expires_after(kFirstPurge);
    while (!purger->stopping) {
      // What failed goes on from where it came to, in the next round.
      if (!folded) folded = (co_await module.adopt_folding()).has_value();
      if (!adopted) adopted = (co_await module.adopt_tzdb(domain::tzdb_version())).has_value();
      // stop() cancels a wait that is under way; one that has yet to begin would keep it for its whole length.
      if (purger->stopping) break;
      boost::system::error_code ended;
      co_await purger->timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
      if (purger->stopping) break;
      const auto purged = co_await module.purge_once();
      ignore(purged, "what is left is purged in the next round");
      purger->timer.expires_after(kPurgeEvery);
    }
  };
  asio::co_spawn(executor, loop(*this, purger_), [purger = purger_](std::exception_ptr) {
    purger->running = false;
    purger->ended.cancel();
  });
  co_return Result<>{};
}

asio::awaitable<void> Module::stop() {
  if (!purger_) co_return;
  purger_->stopping = true;
  purger_->timer.cancel();
  boost::system::error_code woken;
  while (purger_->running) co_await purger_->ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

}  // namespace daybook::tasks
