#include "runtime/state/user_databases.hpp"

#include <algorithm>

namespace daybook::runtime::state {

using boost::asio::awaitable;

UserDatabases::UserDatabases(boost::asio::any_io_executor executor, StateStore& state, const WallClock& clock,
                             UserSchema schema, Outbox::Publish publish, Options options)
    : executor_(executor),
      state_(state),
      schema_(std::move(schema)),
      options_(std::move(options)),
      everybody_(state, "all"),
      outbox_(std::move(executor), state, clock, std::move(publish), options_.outbox) {}

awaitable<Result<>> UserDatabases::announce(UserId user) {
  if (!known_.contains(user)) {
    if (auto put = co_await everybody_.put(user, Instant{}); !put) co_return put;
    known_.insert(user);
  }
  co_return co_await outbox_.announce(user);
}

std::shared_ptr<UserDatabase> UserDatabases::open(const UserId& user) {
  auto& held = held_[user];
  held.used = ++takings_;
  if (!held.database) {
    UserDatabase::Ports ports{.state = state_,
                              .announce = [this](UserId who) { return announce(who); },
                              .committed = [this](UserId who) { outbox_.wake(who); }};
    held.database = std::make_shared<UserDatabase>(executor_, std::move(ports), schema_, user);
    auto lent = held.database;
    make_room();
    return lent;
  }
  return held.database;
}

/// Forgets who was not asked for longest. What is in memory is a copy.
void UserDatabases::make_room() {
  std::vector<std::pair<std::uint64_t, UserId>> idle;
  std::int64_t bytes = 0;
  for (const auto& [user, held] : held_) {
    bytes += held.database->size();
    if (held.database.use_count() == 1) idle.emplace_back(held.used, user);
  }
  std::ranges::sort(idle);
  for (const auto& [used, user] : idle) {
    if (bytes <= options_.max_bytes) return;
    bytes -= held_.at(user).database->size();
    held_.erase(user);
  }
}

awaitable<Result<std::vector<UserId>>> UserDatabases::users(int shard) {
  auto all = co_await everybody_.read(shard);
  if (!all) co_return all.error();
  std::vector<UserId> out;
  for (const auto& [user, time] : *all) out.push_back(user);
  co_return out;
}

}  // namespace daybook::runtime::state
