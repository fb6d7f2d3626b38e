#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <vector>

namespace daybook::runtime {

/// Runs `work(i)` for i in [0, count) side by side on the loop and waits for all, so that none waits for another and
/// their writes share the database's batches. The first exception goes on once all have ended. `work` outlives the
/// call.
template <class Work>
boost::asio::awaitable<void> together(std::size_t count, Work& work) {
  if (count == 0) co_return;
  struct State {
    explicit State(boost::asio::any_io_executor executor)
        : ended(executor, boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer ended;
    std::size_t left = 0;
    std::exception_ptr thrown;
  };
  const auto executor = co_await boost::asio::this_coro::executor;
  auto state = std::make_shared<State>(executor);
  state->left = count;
  for (std::size_t i = 0; i < count; ++i) {
    boost::asio::co_spawn(executor, work(i), [state](std::exception_ptr thrown) {
      if (thrown && !state->thrown) state->thrown = thrown;
      if (--state->left == 0) state->ended.cancel();
    });
  }
  while (state->left > 0) {
    try {
      co_await state->ended.async_wait(boost::asio::use_awaitable);
    } catch (const boost::system::system_error&) {
      // Canceled: everything has ended.
    }
  }
  if (state->thrown) std::rethrow_exception(state->thrown);
}

}  // namespace daybook::runtime
