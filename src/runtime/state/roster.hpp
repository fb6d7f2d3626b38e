#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "runtime/state_store.hpp"

namespace daybook::runtime::state {

/// A set of users in a state store, each with a time, in some documents: what a store without queries needs to find
/// them again.
class Roster {
 public:
  Roster(StateStore& state, std::string name) : state_(state), name_(std::move(name)) {}

  static constexpr int kShards = 64;
  /// The user is there with `until`, or a later time, before this ends. Errors: unavailable.
  boost::asio::awaitable<Result<>> put(UserId user, Instant until);
  /// Takes the user out unless a time after `before` stands there.
  boost::asio::awaitable<Result<>> drop(UserId user, Instant before);
  /// The users of one of kShards. Errors: unavailable.
  boost::asio::awaitable<Result<std::map<UserId, Instant>>> read(int shard);

 private:
  struct Document {
    std::map<UserId, Instant> users;
    std::string etag;
  };
  boost::asio::awaitable<Result<Document>> load(int shard);
  boost::asio::awaitable<Result<>> save(int shard, const Document& document);
  std::string key(int shard) const;

  StateStore& state_;
  std::string name_;
};

}  // namespace daybook::runtime::state
