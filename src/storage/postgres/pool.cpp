#include "storage/postgres/pool.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>

namespace daybook::storage::postgres {
namespace {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;
using sql::Lane;

/// 0.1 s doubling up to 5 s, less up to half.
std::chrono::milliseconds pause_after(int failures) {
  static thread_local std::minstd_rand engine{std::random_device{}()};
  const int whole = std::min(5000, 100 << std::clamp(failures - 1, 0, 6));
  return std::chrono::milliseconds{whole - std::uniform_int_distribution<int>(0, whole / 2)(engine)};
}

asio::awaitable<void> sleep_for(asio::any_io_executor executor, std::chrono::milliseconds time) {
  asio::steady_timer timer(executor, time);
  ignore(co_await timer.async_wait(asio::as_tuple(asio::use_awaitable)), "nobody cancels it");
}

}  // namespace

Pool::Pool(asio::any_io_executor executor, PoolOptions options)
    : executor_(executor), options_(std::move(options)), deadlines_(executor), self_(std::make_shared<Pool*>(this)) {}

Pool::~Pool() {
  *self_ = nullptr;
  for (auto& session : idle_) session->close();
}

void Pool::take(Lane lane, Taker taker) {
  if (stopping_) {
    taker(Error{Errc::unavailable, "The server is stopping; try again in a moment"});
    return;
  }
  const auto now = Steady::now();
  auto& queue = lane == Lane::foreground ? foreground_ : background_;
  queue.push_back({std::move(taker), now, now + options_.wait_timeout});
  serve();
}

/// Whose turn it is; null when nobody's.
std::deque<Pool::Waiting>* Pool::next_queue() {
  const int share = std::max(1, options_.size / 2);
  const bool background = !background_.empty() && background_in_use_ < share;
  // Somebody of the background goes first while it has nothing at all.
  if (background && (foreground_.empty() || background_in_use_ == 0)) return &background_;
  return foreground_.empty() ? nullptr : &foreground_;
}

void Pool::serve() {
  while (auto* queue = next_queue()) {
    while (!idle_.empty() && !idle_.back()->alive()) {
      idle_.pop_back();
      --open_;
    }
    if (idle_.empty()) {
      grow();
      break;
    }
    auto session = std::move(idle_.back());
    idle_.pop_back();
    hand_out(*queue, std::move(session));
  }
  watch_deadlines();
}

void Pool::hand_out(std::deque<Waiting>& queue, std::shared_ptr<Session> session) {
  Waiting waiting = std::move(queue.front());
  queue.pop_front();
  ++in_use_;
  if (&queue == &background_) ++background_in_use_;
  if (options_.on_wait) options_.on_wait(Steady::now() - waiting.since);
  waiting.taker(std::move(session));
}

void Pool::give_back(Lane lane, std::shared_ptr<Session> session) {
  --in_use_;
  if (lane == Lane::background) --background_in_use_;
  if (session->alive() && !stopping_) {
    idle_.push_back(std::move(session));
  } else {
    session->close();
    --open_;
  }
  serve();
}

/// Makes connections for those who wait, as many as there may be; only one at a time while the server is away.
void Pool::grow() {
  const int wanted = static_cast<int>(foreground_.size() + background_.size());
  const int most = failures_ > 0 ? 1 : wanted;
  while (!stopping_ && connecting_ < most && open_ < options_.size) {
    ++connecting_;
    ++open_;
    asio::co_spawn(executor_, make_one(), asio::detached);
  }
}

asio::awaitable<void> Pool::make_one() {
  const auto self = self_;
  auto executor = executor_;
  if (failures_ > 0) co_await sleep_for(executor, pause_after(failures_));
  if (!*self) co_return;
  auto made = co_await Session::connect(executor, options_.session);
  if (!*self) {
    if (made) (*made)->close();
    co_return;
  }
  --connecting_;
  if (made) {
    failures_ = 0;
    ++made_;
    idle_.push_back(std::move(*made));
  } else {
    ++failures_;
    ++failed_;
    --open_;
    last_error_ = made.error();
  }
  serve();
}

/// One timer for all who wait.
void Pool::watch_deadlines() {
  if (watching_ || (foreground_.empty() && background_.empty())) return;
  watching_ = true;
  auto until = Steady::time_point::max();
  for (const auto* queue : {&foreground_, &background_})
    if (!queue->empty()) until = std::min(until, queue->front().until);
  deadlines_.expires_at(until);
  deadlines_.async_wait([this, self = self_](auto) {
    if (!*self) return;
    watching_ = false;
    expire();
    watch_deadlines();
  });
}

void Pool::expire() {
  const auto now = Steady::now();
  std::vector<Taker> late;
  for (auto* queue : {&foreground_, &background_})
    while (!queue->empty() && (stopping_ || queue->front().until <= now)) {
      late.push_back(std::move(queue->front().taker));
      queue->pop_front();
    }
  if (late.empty()) return;
  Error error{Errc::unavailable, "All connections to the database are busy; try again in a moment"};
  if (failures_ > 0) error = last_error_;
  for (auto& taker : late) taker(error);
}

asio::awaitable<void> Pool::stop() {
  stopping_ = true;
  expire();
  deadlines_.cancel();
  for (auto& session : idle_) session->close();
  open_ -= static_cast<int>(idle_.size());
  idle_.clear();
  while (in_use_ > 0 || connecting_ > 0) co_await sleep_for(executor_, std::chrono::milliseconds{5});
}

Pool::Counters Pool::counters() const {
  Counters counters{options_.size, open_, in_use_, foreground_.size() + background_.size(), made_, failed_, {}};
  if (failures_ > 0) counters.last_error = last_error_.detail;
  return counters;
}

}  // namespace daybook::storage::postgres
