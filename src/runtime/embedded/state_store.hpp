#pragma once

#include "core/clock.hpp"
#include "runtime/state_store.hpp"
#include "storage/sqlite/database.hpp"

namespace daybook::runtime::embedded {

/// Key-value state in the table `state_entry`. An etag is never used again, not even for a key that was deleted and
/// made anew. What has expired is absent at once, and deleted a little with each write.
class StateStore final : public runtime::StateStore {
 public:
  StateStore(storage::sqlite::Database& database, const WallClock& clock) : database_(database), clock_(clock) {}
  static storage::sqlite::Migration migration();

  boost::asio::awaitable<Result<std::optional<Entry>>> get(std::string key) override;
  boost::asio::awaitable<Result<>> transact(std::vector<Write> writes) override;

 private:
  storage::sqlite::Database& database_;
  const WallClock& clock_;
};

}  // namespace daybook::runtime::embedded
