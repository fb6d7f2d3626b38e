#pragma once

#include <atomic>
#include <unordered_map>

#include "core/clock.hpp"
#include "http/server.hpp"
#include "services/gateway/credential.hpp"
#include "services/gateway/stream_log.hpp"

namespace daybook::gateway {

/// A place in the stream: "<epoch>-<position>".
struct Cursor {
  std::string epoch;
  std::int64_t position = 0;
  std::string str() const { return epoch + "-" + std::to_string(position); }
};
/// Nullopt for what no server of ours has ever written.
std::optional<Cursor> parse_cursor(std::string_view text);

/// WebSocket close codes beyond RFC 6455's (schemas/openapi.yaml).
inline constexpr std::uint16_t kSessionEnded = 4401;
inline constexpr std::uint16_t kTryAgainLater = 1013;

/// Everybody's open streams. What is committed is pushed at once to those who have a channel open; nobody polls. Used
/// on the loop; `any_open` from any thread.
class StreamHub {
 public:
  StreamHub(StreamLog& log, const WallClock& clock, int max_per_user)
      : log_(log), clock_(clock), max_per_user_(max_per_user) {}

  /// One of a user's live connections; given back when the last copy goes.
  using Place = std::shared_ptr<const void>;
  /// Errors of both: rate_limited, slug "too-many-connections".
  Result<Place> take_place(const UserId& user);
  Result<> has_place(const UserId& user) const;
  /// Sends what the user has missed since `cursor` (a `resync` message when that cannot be known), then what comes,
  /// until the channel closes. No cursor: from now on.
  boost::asio::awaitable<void> serve(std::shared_ptr<http::PushChannel> channel, Credential credential,
                                     std::optional<std::string> cursor);

  /// What was committed, in order.
  void publish(const std::vector<StreamEvent>& events);
  /// Of a session or an API token.
  void end_credential(const Uuid& id);
  /// Closes the streams whose credential has come to its end by age.
  void end_expired();
  void end_user(const UserId& user);
  bool any_open() const { return open_.load(std::memory_order_relaxed) > 0; }
  int open() const { return open_.load(std::memory_order_relaxed); }
  int caught_up() const;                                 ///< Of the open ones.
  std::int64_t published() const { return published_; }  ///< Position of the newest event that publish() saw.
  void set_limit(int max_per_user) { max_per_user_ = max_per_user; }
  /// Where the user's log ends now. Errors: unavailable.
  boost::asio::awaitable<Result<Cursor>> end_of_log(UserId user);

 private:
  struct Stream {
    std::shared_ptr<http::PushChannel> channel;
    Uuid credential;
    Instant ends_at = Credential::kNever;
    Cursor sent;                 ///< Up to here the client has everything.
    bool live = false;           ///< Pushed at once; before, what it missed is read from the log.
    std::int64_t behind_to = 0;  ///< Newest position that came while it was not live.
  };
  using Streams = std::vector<std::shared_ptr<Stream>>;

  boost::asio::awaitable<bool> begin(Stream& stream, UserId user, const std::optional<std::string>& cursor);
  boost::asio::awaitable<bool> catch_up(std::shared_ptr<Stream> stream, UserId user);
  boost::asio::awaitable<bool> send_missed(Stream& stream, std::vector<StreamEvent> missed);
  bool resync(Stream& stream, std::int64_t position);
  void add(const UserId& user, std::shared_ptr<Stream> stream);
  void remove(const UserId& user, const std::shared_ptr<Stream>& stream);

  StreamLog& log_;
  const WallClock& clock_;
  int max_per_user_;
  std::unordered_map<UserId, Streams> streams_;
  /// Shared, because a place may be given back after the hub has gone.
  std::shared_ptr<std::unordered_map<UserId, int>> places_ = std::make_shared<std::unordered_map<UserId, int>>();
  std::atomic<int> open_{0};
  std::int64_t published_ = 0;
};

}  // namespace daybook::gateway
