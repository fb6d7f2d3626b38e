#include "services/chat/one_at_a_time.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace daybook::chat {

namespace asio = boost::asio;

asio::awaitable<OneAtATime::Pass> OneAtATime::enter(UserId user, std::string key) {
  if (key.empty()) co_return Pass{};
  Key wanted{user, std::move(key)};
  for (auto it = busy_.find(wanted); it != busy_.end(); it = busy_.find(wanted)) {
    const auto first = it->second;
    boost::system::error_code left;
    co_await first->async_wait(asio::redirect_error(asio::use_awaitable, left));
  }
  auto gate = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor);
  gate->expires_at(std::chrono::steady_clock::time_point::max());
  busy_.emplace(wanted, std::move(gate));
  co_return Pass{*this, std::move(wanted)};
}

void OneAtATime::leave(const Key& key) {
  if (const auto node = busy_.extract(key); !node.empty()) node.mapped()->cancel();
}

}  // namespace daybook::chat
