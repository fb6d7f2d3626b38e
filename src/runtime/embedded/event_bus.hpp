#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <memory>
#include <optional>

#include "core/clock.hpp"
#include "runtime/backoff.hpp"
#include "runtime/event_bus.hpp"
#include "runtime/signal.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/event_groups.hpp"

namespace daybook::runtime::embedded {

struct EventBusOptions {
  Jitter jitter = random_jitter();
  /// Waits between tries, in steady time; empty: a timer that stop() interrupts. Tests give one that returns at once.
  std::function<boost::asio::awaitable<void>(std::chrono::milliseconds)> pause;
  /// Offsets are saved this long after they moved, many groups in one write; a crash redelivers that much, which the
  /// inbox knows.
  std::chrono::milliseconds save_after{200};
  /// A group that has caught up waits this long after a commit before it takes what has come: the consumers' writes
  /// then share a few commits, and a client that sends one request after the other does not wait for each of them. (The
  /// stream to open screens does not go through here.)
  std::chrono::milliseconds linger{10};
  /// Likewise for patient groups.
  std::chrono::milliseconds patient_linger{100};
};

/// Carries the event log of one SQLite database to consumer groups in the same process: one coroutine a group, woken by
/// commits, which hand the new events over in memory; only a group that is behind reads the log. Used on the one thread
/// that `executor` runs on. Stop it before the database.
class EventBus final : public runtime::EventBus {
 public:
  EventBus(boost::asio::any_io_executor executor, storage::sqlite::Database& log, const WallClock& clock,
           EventBusOptions options = {});
  ~EventBus() override;

  void subscribe(Subscription subscription, EventHandler handler) override;
  /// Keeps the offset and dead letters of `group` in the file that its effects are in, instead of the log's. That file
  /// has event_group_migration too. After subscribe(), before start().
  void keep_offsets_in(const std::string& group, storage::sqlite::Database& file);
  /// Lists what `file` parks under `name`, such as a service's timers, with the groups' dead letters, and replays it by
  /// `replay`, which takes the letter's id.
  void also_replays(std::string name, storage::sql::Database& file,
                    std::function<boost::asio::awaitable<Result<>>(std::int64_t)> replay);

  boost::asio::awaitable<Result<>> start() override;
  boost::asio::awaitable<void> stop() override;
  boost::asio::awaitable<Result<std::vector<GroupState>>> groups() override;

  /// In place of start(), for tests: delivers until every group has seen the whole log, events that handlers append
  /// included. Comes back only when what was transient has ended. Errors: those of the database.
  boost::asio::awaitable<Result<>> deliver_all();

  /// Delivers everything after `position` to `group` again; what its inbox knows stays done once.
  /// Errors: not_found (no such group); conflict (the group acts on the world and refuses replay).
  boost::asio::awaitable<Result<>> replay(std::string group, std::int64_t position);

  /// Newest first, at most `limit` a file; `group` empty: of all groups.
  boost::asio::awaitable<Result<std::vector<storage::sqlite::DeadLetter>>> dead_letters(std::string group, int limit);
  /// Gives the dead letter to its group once more, between two batches, and takes it away if it succeeds.
  /// Errors: not_found; otherwise the handler's, and the letter stays with the new reason.
  boost::asio::awaitable<Result<>> replay_dead_letter(std::string group, std::int64_t id);

  /// Deletes at most `limit` events older than `before` that every group is done with; returns how many.
  boost::asio::awaitable<Result<int>> prune(Instant before, int limit);

 private:
  using Event = std::shared_ptr<const storage::sqlite::LoggedEvent>;
  struct Group;
  struct Feed;
  struct Parked {
    std::string name;
    storage::sql::Database* file;
    std::function<boost::asio::awaitable<Result<>>(std::int64_t)> replay;
  };
  struct Pending {
    Event logged;
    int tries = 0;
  };
  struct Fetched {
    std::vector<Event> wanted;
    std::int64_t scanned_to = 0;
    bool more = false;  ///< Events stand after it.
  };
  enum class Progress { idle, caught_up, behind };

  Group* find(const std::string& name);
  boost::asio::awaitable<Result<>> prepare();
  void accept(std::vector<Event> events);
  void trim();

  boost::asio::awaitable<void> run_group(Group& group);
  boost::asio::awaitable<Result<Progress>> step(Group& group);
  boost::asio::awaitable<Result<Fetched>> fetch(Group& group);
  boost::asio::awaitable<bool> deliver(Group& group, std::vector<Event> events);
  boost::asio::awaitable<std::vector<Result<>>> handle(Group& group, std::vector<CloudEvent> events);
  boost::asio::awaitable<Result<>> park(Group& group, Event logged, std::string reason, int tries);
  boost::asio::awaitable<Result<>> redeliver(Group& group, std::int64_t id);
  boost::asio::awaitable<void> pause(Group& group, std::chrono::milliseconds time);
  boost::asio::awaitable<void> run_saver();
  boost::asio::awaitable<Result<>> save_offsets();
  void ended();

  boost::asio::any_io_executor executor_;
  storage::sqlite::Database& log_;
  const WallClock& clock_;
  EventBusOptions options_;
  std::vector<std::unique_ptr<Group>> groups_;
  std::vector<Parked> parked_;
  storage::sqlite::EventEpoch epoch_;

  /// The newest events, which some group has yet to see: everything after `window_from_`.
  std::deque<Event> window_;
  std::optional<std::int64_t> window_from_;
  std::shared_ptr<Feed> feed_;

  Signal save_, all_ended_;
  int running_ = 0;
  bool prepared_ = false, stopping_ = false;
};

}  // namespace daybook::runtime::embedded
