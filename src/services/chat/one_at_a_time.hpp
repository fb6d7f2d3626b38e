#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <string>

#include "core/ids.hpp"

namespace daybook::chat {

/// Lets the requests of one key through one after the other: of an idempotency key, so that who comes second finds the
/// reply of the first instead of doing it again; of a conversation, so that each turn knows the one before. Of one
/// process and one thread; the store guards idempotency keys against others.
class OneAtATime {
  using Key = std::pair<UserId, std::string>;

 public:
  /// Held while a request is answered; must not outlive its OneAtATime.
  class Pass {
   public:
    Pass() = default;
    Pass(OneAtATime& owner, Key key) : owner_(&owner), key_(std::move(key)) {}
    Pass(Pass&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), key_(std::move(other.key_)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (owner_) owner_->leave(key_);
    }

   private:
    OneAtATime* owner_ = nullptr;
    Key key_;
  };

  /// Waits until nobody has this key. Requests without one never wait.
  boost::asio::awaitable<Pass> enter(UserId user, std::string key);

 private:
  void leave(const Key& key);
  std::map<Key, std::shared_ptr<boost::asio::steady_timer>> busy_;
};

}  // namespace daybook::chat
