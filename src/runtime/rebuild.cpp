#include "runtime/rebuild.hpp"

#include <boost/asio/co_spawn.hpp>
#include <cassert>

#include "runtime/backoff.hpp"
#include "runtime/caller.hpp"

namespace daybook::runtime {

using boost::asio::awaitable;

namespace {
constexpr std::chrono::seconds kDeadline{30};
}  // namespace

Rebuilder::Rebuilder(boost::asio::any_io_executor executor, std::string consumer, Projection& projection,
                     Invoker& invoker, const WallClock& clock, std::vector<SnapshotSource> sources)
    : executor_(executor),
      consumer_(std::move(consumer)),
      projection_(projection),
      invoker_(invoker),
      clock_(clock),
      sources_(std::move(sources)),
      wake_(executor) {
  pause_ = [this, jitter = random_jitter()](int round) mutable -> awaitable<void> {
    const auto delay = transient_delay(round, jitter);
    co_await wake_.wait(std::chrono::steady_clock::now() + delay);
  };
}

Rebuilder::~Rebuilder() { assert(!running_ && "stop() comes first"); }

void Rebuilder::begin_loop() {
  if (running_) return;
  running_ = true;
  loaded_ = 0;
  outcome_ = Rebuilt{};
  boost::asio::co_spawn(executor_, run(), [this](std::exception_ptr thrown) {
    if (thrown) outcome_ = Error{Errc::internal, "the rebuild of " + consumer_ + " broke off"};
    running_ = false;
    for (auto& each : std::exchange(waiting_, {})) each->notify();
  });
}

awaitable<Result<>> Rebuilder::start() {
  auto state = co_await projection_.rebuild_state();
  if (!state) co_return state.error();
  if (state->going_on) begin_loop();
  co_return Result<>{};
}

void Rebuilder::begin_stop() {
  stopping_ = true;
  wake_.notify();
}

awaitable<void> Rebuilder::stop() {
  begin_stop();
  while (running_) {
    auto over = std::make_shared<Signal>(executor_);
    waiting_.push_back(over);
    co_await over->wait();
  }
}

awaitable<Result<Rebuilt>> Rebuilder::rebuild() {
  auto begun = co_await projection_.begin_rebuild();
  if (!begun) co_return begun.error();
  begin_loop();
  while (running_) {
    auto over = std::make_shared<Signal>(executor_);
    waiting_.push_back(over);
    co_await over->wait();
  }
  co_return outcome_;
}

awaitable<void> Rebuilder::run() {
  for (int failures = 0;;) {
    if (stopping_) {
      outcome_ = Error{Errc::unavailable, "Stopped: the rebuild of " + consumer_ + " goes on with the next start."};
      co_return;
    }
    auto more = co_await step();
    if (more && !*more) co_return;
    if (more) {
      failures = 0;
      continue;
    }
    if (!is_transient(more.error().code)) {
      outcome_ = more.error();
      co_return;
    }
    co_await pause_(++failures);
  }
}

/// One page, or one slice of the switch; false when it is over.
awaitable<Result<bool>> Rebuilder::step() {
  auto state = co_await projection_.rebuild_state();
  if (!state) co_return state.error();
  if (!state->going_on) {  // Another process came to its end first.
    outcome_ = Rebuilt{state->generation, loaded_};
    co_return false;
  }
  if (state->source >= static_cast<int>(sources_.size())) {
    auto more = co_await projection_.switch_over(clock_.now());
    if (!more) co_return more.error();
    if (!*more) outcome_ = Rebuilt{state->generation, loaded_};
    co_return *more;
  }
  const auto& source = sources_[static_cast<std::size_t>(state->source)];
  Caller caller;
  caller.principal = Principal::of_service(consumer_, UserId{});
  auto call = make_call(caller, Method::get, source.path);
  call.query = "limit=" + std::to_string(page_);
  if (!state->cursor.empty()) call.query += "&after=" + state->cursor;
  auto reply = co_await invoker_.invoke(source.app_id, std::move(call), kDeadline);
  if (!reply) co_return reply.error();
  if (reply->status != 200) {
    const bool away = reply->status >= 500 || reply->status == 429;
    co_return Error{away ? Errc::unavailable : Errc::corrupt,
                    source.app_id + " answers " + std::to_string(reply->status) + " for its snapshots"};
  }
  auto page = parse_snapshot_page(reply->shared_body ? *reply->shared_body : reply->body);
  if (!page) co_return page.error();
  auto then = *state;
  then.cursor = page->next_cursor;
  if (then.cursor.empty()) ++then.source;
  const auto count = static_cast<std::int64_t>(page->events.size());
  auto loaded = co_await projection_.load(std::move(page->events), std::move(then), clock_.now());
  if (!loaded) co_return loaded.error();
  loaded_ += count;
  co_return true;
}

}  // namespace daybook::runtime
