#include "runtime/embedded/invoker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <cassert>
#include <optional>

namespace daybook::runtime::embedded {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds kTick{20};
}

/// One call between its start and its end; the caller may have left before.
struct Invoker::Flight {
  explicit Flight(const asio::any_io_executor& executor) : done(executor) {}
  std::string app_id;
  std::chrono::steady_clock::time_point deadline;
  std::optional<Result<Reply>> reply;
  Signal done;
  Flights::iterator place;
};

Invoker::Invoker(asio::any_io_executor executor)
    : executor_(std::move(executor)), tick_(executor_), empty_(executor_) {}

Invoker::~Invoker() { assert(flights_.empty() && "stop() comes first"); }

void Invoker::add(std::string app_id, Service service) {
  services_.insert_or_assign(std::move(app_id), std::move(service));
}

asio::awaitable<Result<Reply>> Invoker::invoke(std::string app_id, Call call, std::chrono::milliseconds deadline) {
  const auto service = services_.find(app_id);
  if (service == services_.end())
    co_return Error{Errc::unavailable, "The service " + app_id + " does not run in this process"};
  if (stopping_) co_return Error{Errc::unavailable, "The server is stopping; try again in a moment"};
  if (deadline <= std::chrono::milliseconds::zero())
    co_return Error{Errc::timeout, app_id + ": no time was left for the call"};

  auto flight = std::make_shared<Flight>(executor_);
  flight->app_id = std::move(app_id);
  flight->deadline = std::chrono::steady_clock::now() + deadline;
  flight->place = flights_.insert(flights_.end(), flight);
  asio::co_spawn(executor_, fly(flight, service->second, std::move(call)), [this, flight](std::exception_ptr thrown) {
    if (thrown && !flight->reply)
      flight->reply = Result<Reply>(Error{Errc::internal, flight->app_id + " failed while answering"});
    land(*flight);
  });
  watch_deadlines();
  while (!flight->reply) co_await flight->done.wait();
  co_return std::move(*flight->reply);
}

asio::awaitable<void> Invoker::fly(std::shared_ptr<Flight> flight, const Service& service, Call call) {
  auto reply = co_await service(std::move(call));
  if (!flight->reply) flight->reply = Result<Reply>(std::move(reply));
}

void Invoker::land(Flight& flight) {
  flights_.erase(flight.place);
  flight.done.notify();
  if (flights_.empty()) empty_.notify();
}

/// One timer for all calls, running only while there are any.
void Invoker::watch_deadlines() {
  if (ticking_ || flights_.empty()) return;
  ticking_ = true;
  tick_.expires_after(kTick);
  // The handler may run after the invoker is gone: at the end of a process, or where a test restarts one.
  tick_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](boost::system::error_code cancelled) {
    if (cancelled || alive.expired()) return;
    ticking_ = false;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& flight : flights_) {
      if (flight->reply || now < flight->deadline) continue;
      flight->reply = Result<Reply>(Error{Errc::timeout, flight->app_id + " did not answer in time"});
      flight->done.notify();
    }
    watch_deadlines();
  });
}

asio::awaitable<void> Invoker::stop() {
  stopping_ = true;
  while (!flights_.empty()) co_await empty_.wait();
  tick_.cancel();
}

}  // namespace daybook::runtime::embedded
