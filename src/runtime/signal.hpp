#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace daybook::runtime {

/// Wakes the one coroutine that waits; a notification that comes before the wait is not lost. For one thread.
class Signal {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Signal(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void notify() {
    set_ = true;
    timer_.cancel();
  }

  /// Until a notification, or `end` comes.
  boost::asio::awaitable<void> wait(Time end = Time::max()) {
    if (!set_) {
      timer_.expires_at(end);
      co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    set_ = false;
  }

 private:
  boost::asio::steady_timer timer_;
  bool set_ = false;
};

}  // namespace daybook::runtime
