#pragma once

#include <map>
#include <memory>

#include "core/clock.hpp"
#include "runtime/state/outbox.hpp"
#include "runtime/state/roster.hpp"
#include "runtime/state/user_database.hpp"

namespace daybook::runtime::state {

/// A service's users on a state store: a database each (UserDatabase), and their events (Outbox). `state` outlives it.
/// For one event loop.
class UserDatabases {
 public:
  struct Options {
    std::int64_t max_bytes = 64 << 20;  ///< Of rows in memory, beyond what is in use.
    OutboxOptions outbox;
  };
  UserDatabases(boost::asio::any_io_executor executor, StateStore& state, const WallClock& clock, UserSchema schema,
                Outbox::Publish publish, Options options);
  UserDatabases(boost::asio::any_io_executor executor, StateStore& state, const WallClock& clock, UserSchema schema,
                Outbox::Publish publish)
      : UserDatabases(std::move(executor), state, clock, std::move(schema), std::move(publish), Options{}) {}

  std::shared_ptr<UserDatabase> open(const UserId& user);
  /// Every user that ever wrote, a part at a time: one of Roster::kShards. Errors: unavailable.
  boost::asio::awaitable<Result<std::vector<UserId>>> users(int shard);
  StateStore& state() { return state_; }
  Outbox& outbox() { return outbox_; }

 private:
  struct Held {
    std::shared_ptr<UserDatabase> database;
    std::uint64_t used = 0;
  };
  void make_room();
  boost::asio::awaitable<Result<>> announce(UserId user);

  boost::asio::any_io_executor executor_;
  StateStore& state_;
  UserSchema schema_;
  Options options_;
  Roster everybody_;
  Outbox outbox_;
  std::set<UserId> known_;  ///< To be in `everybody_`.
  std::map<UserId, Held> held_;
  std::uint64_t takings_ = 0;
};

}  // namespace daybook::runtime::state
