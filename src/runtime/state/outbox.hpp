#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "core/clock.hpp"
#include "core/cloud_event.hpp"
#include "runtime/signal.hpp"
#include "runtime/state/roster.hpp"

namespace daybook::runtime::state {

struct OutboxOptions {
  std::chrono::milliseconds retry{500};     ///< After the broker did not take an event.
  std::chrono::milliseconds sweep{10'000};  ///< How often it looks for what died processes left.
};

/// Publishes the events that UserDatabase leaves in a user's outbox, in their order, and takes them away; without limit
/// (design, rule 2). A user whose events may be unpublished stands in a roster before they are written, so that after a
/// crash any process finds them. An event may be published twice, under the same id. For one event loop.
class Outbox {
 public:
  using Publish = std::function<boost::asio::awaitable<std::vector<Result<>>>(std::vector<CloudEvent>)>;

  Outbox(boost::asio::any_io_executor executor, StateStore& state, const WallClock& clock, Publish publish,
         OutboxOptions options);
  ~Outbox();

  /// Before events of this user are written. Errors: unavailable.
  boost::asio::awaitable<Result<>> announce(UserId user);
  /// Events of this user were written.
  void wake(const UserId& user);

  void start();
  /// Publishes what it can of what this process wrote, and ends.
  boost::asio::awaitable<void> stop();

  /// Publishes what this process wrote; whether the broker took all of it.
  boost::asio::awaitable<bool> flush();
  /// Publishes what stands in the user's outbox. Errors: those of the publisher and the store.
  boost::asio::awaitable<Result<>> publish(UserId user);
  /// Looks after every user of the roster.
  boost::asio::awaitable<Result<>> sweep();

  /// Users with events of this process that the broker has not taken yet.
  std::size_t waiting() const { return waiting_.size(); }
  const std::string& last_error() const { return last_error_; }

 private:
  struct Running;
  boost::asio::awaitable<void> run(std::shared_ptr<Running> running);
  boost::asio::awaitable<Result<>> look_after(UserId user, Instant until);

  boost::asio::any_io_executor executor_;
  StateStore& state_;
  const WallClock& clock_;
  Publish publish_;
  OutboxOptions options_;
  Roster announced_;
  std::map<UserId, Instant> until_;  ///< Until when this process may count on an announcement.
  std::set<UserId> waiting_;
  std::string last_error_;
  std::shared_ptr<Running> running_;
};

}  // namespace daybook::runtime::state
