#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "services/gateway/stream_log.hpp"
#include "storage/postgres/database.hpp"
#include "storage/postgres/listener.hpp"
#include "storage/postgres/migrations.hpp"

namespace daybook::gateway {

/// The schema "gateway": the stream's log, each user's newest place in it, the epoch, and tickets.
storage::postgres::Schema postgres_schema();
/// Makes all cursors meaningless: to be run after a restore or a promotion, while no gateway runs.
inline constexpr const char* kNewStreamEpoch =
    "UPDATE gateway.stream_epoch SET name = substr(md5(random()::text || clock_timestamp()::text), 1, 12)";

/// The stream's log of several gateways on one PostgreSQL (design, rule 10): whoever receives an event appends it under
/// the user's next number, and tells the others by NOTIFY which user has something new; they read it. Since telling is
/// not part of the transaction, each also looks for itself now and then. Used on the one thread of the database's
/// executor.
class PostgresStreamLog final : public StreamLog {
 public:
  /// `sweep`: how often it looks for what nobody told.
  explicit PostgresStreamLog(storage::postgres::Database& database,
                             std::chrono::milliseconds sweep = std::chrono::seconds{2});
  ~PostgresStreamLog() override;

  /// Keeps what screens show and what ends sessions, each event once, all of them or none. Errors: unavailable,
  /// timeout.
  boost::asio::awaitable<Result<>> append(std::vector<CloudEvent> events);
  /// Forgets at most `limit` events that are older; returns how many. Errors: unavailable.
  boost::asio::awaitable<Result<int>> prune(std::chrono::hours age, int limit);

  boost::asio::awaitable<Result<Ends>> ends(UserId user) override;
  boost::asio::awaitable<Result<std::vector<StreamEvent>>> read(UserId user, std::int64_t position, int limit) override;
  void follow(const UserId& user) override;
  void unfollow(const UserId& user) override;
  void listen(boost::asio::any_io_executor executor, std::function<bool()> wanted, Listener listener) override;
  void stop() override;
  /// After stop(): until nothing uses the database any more.
  boost::asio::awaitable<void> finish();

 private:
  /// Places of a user's that somebody spoke of.
  struct Hint {
    std::int64_t from = 0, to = 0;
    bool concerns = false;  ///< Has something for the gateway itself, so it is read though nobody follows.
  };
  struct Appended {
    std::int64_t position = 0;
    std::shared_ptr<const CloudEvent> event;
  };
  struct Wanted {
    UserId user;
    std::int64_t after = 0, to = 0;
  };

  boost::asio::awaitable<void> run();
  boost::asio::awaitable<Result<>> look();
  boost::asio::awaitable<Result<>> fetch();
  boost::asio::awaitable<void> tell();
  void heard(const std::vector<std::string>& payloads);
  void hint(const UserId& user, const Hint& hint);
  void offer(const std::vector<Appended>& appended);
  void deliver(std::vector<StreamEvent> events);
  void wake();

  storage::postgres::Database& database_;
  std::chrono::milliseconds sweep_;
  std::string self_ = Uuid::random().str();  ///< Tells our own words from others'.
  Listener listener_;
  storage::postgres::Listener notifications_;
  std::unordered_map<UserId, std::int64_t> followed_;  ///< Up to which place they were delivered; -1: not known yet.
  std::map<UserId, Hint> to_read_, to_tell_;
  std::set<EventId> acted_on_;  ///< Of the last minute.
  boost::asio::steady_timer timer_;
  bool woken_ = false, look_now_ = true, telling_ = false, stopping_ = false;
  int running_ = 0;
};

}  // namespace daybook::gateway
