#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "core/timer.hpp"
#include "services/notifier/notification.hpp"

namespace daybook::notifier {

/// Timer kinds of this service.
inline constexpr std::string_view kDeliveryTimer = "delivery";  ///< Key: the delivery's id.
inline constexpr std::string_view kDigestTimer = "digest";      ///< Key: the user's id.
inline constexpr std::string_view kTidyTimer = "tidy";          ///< Key and user: nil. One for all.

/// A page of the inbox, newest first.
struct InboxQuery {
  bool unread_only = false;
  std::optional<NotificationId> before;  ///< Keyset: those older than it. None, if it is gone.
  int limit = 50;
};

/// What becomes of a channel whose receiver answered that it is gone for good.
enum class ChannelFate { keep, switch_off, remove };

/// A delivery with all that an attempt needs.
struct PendingDelivery {
  Delivery delivery;
  Notification notification;
  Channel channel;
  Preferences preferences;
};

/// Keeps inbox, channels and ledger. All methods: unavailable or corrupt when the store fails.
class NotifierStore {
 public:
  virtual ~NotifierStore() = default;

  /// What is known of the user; defaults when nothing is.
  virtual boost::asio::awaitable<Result<Preferences>> preferences(UserId user) = 0;
  /// Saves what the person chose and moves the digest's timer. Errors: version_mismatch.
  virtual boost::asio::awaitable<Result<Preferences>> save_preferences(Command command, Preferences preferences) = 0;
  /// Takes zone and e-mail over from a user.* event, or erases everything on user.deleted.
  virtual boost::asio::awaitable<Result<>> apply_user(CloudEvent event, Instant now) = 0;

  /// Puts the notification into the inbox, with a delivery a channel (and one, done, for the inbox itself), once
  /// however often `cause` comes. Channels that are switched off or not chosen for it have a skipped one.
  /// `digest_timer`: the fired timer that this answers; it moves to the next day.
  virtual boost::asio::awaitable<Result<>> notify(Notification notification, std::optional<EventId> cause,
                                                  std::optional<Timer> digest_timer, Instant now) = 0;
  virtual boost::asio::awaitable<Result<std::vector<Notification>>> inbox(UserId user, InboxQuery query) = 0;
  virtual boost::asio::awaitable<Result<std::int64_t>> unread(UserId user) = 0;
  /// Idempotent. Errors: not_found.
  virtual boost::asio::awaitable<Result<Notification>> mark_read(UserId user, NotificationId id, Instant now) = 0;
  virtual boost::asio::awaitable<Result<>> mark_all_read(UserId user, Instant now) = 0;

  virtual boost::asio::awaitable<Result<std::vector<Channel>>> channels(UserId user) = 0;
  /// Makes or replaces. A mail address that is new has still to be confirmed. Errors: limit_exceeded (10 channels a
  /// user).
  virtual boost::asio::awaitable<Result<Channel>> save_channel(Command command, Channel channel) = 0;
  /// Notes that this code goes to the channel's address, and gives the channel; nullopt if it is confirmed, or if one
  /// went there that is still good and `again` is false. Errors: not_found; rate_limited (5 an hour and user).
  virtual boost::asio::awaitable<Result<std::optional<Channel>>> note_code(UserId user, Uuid channel, std::string code,
                                                                           bool again, Instant now) = 0;
  /// Errors: not_found; unprocessable, slug "wrong-code" (another code, an old one, or tried too often).
  virtual boost::asio::awaitable<Result<Channel>> confirm_channel(UserId user, Uuid channel, std::string code,
                                                                  Instant now) = 0;
  /// Errors: not_found.
  virtual boost::asio::awaitable<Result<>> delete_channel(Command command, Uuid id) = 0;

  /// nullopt: done or gone meanwhile.
  virtual boost::asio::awaitable<Result<std::optional<PendingDelivery>>> pending(UserId user, Uuid delivery) = 0;
  /// Writes down what became of an attempt. `delivery.next_attempt` set: the timer moves there; unset: it is done.
  virtual boost::asio::awaitable<Result<>> record_attempt(Delivery delivery, Timer timer, ChannelFate fate,
                                                          Instant now) = 0;
  virtual boost::asio::awaitable<Result<>> drop_timer(Timer timer) = 0;
  /// Moves a fired digest timer to the next day without a digest.
  virtual boost::asio::awaitable<Result<>> skip_digest(Timer timer, Instant now) = 0;
  /// The ledger of one reminder, the summaries that it was part of included, oldest first.
  virtual boost::asio::awaitable<Result<std::vector<Delivery>>> deliveries(UserId user, ReminderId reminder) = 0;
  /// The last `limit` deliveries of one channel, newest first.
  virtual boost::asio::awaitable<Result<std::vector<Delivery>>> channel_deliveries(UserId user, Uuid channel,
                                                                                   int limit) = 0;

  /// Sets the timer of the tidying job unless it stands already.
  virtual boost::asio::awaitable<Result<>> plan_tidy(Instant due) = 0;
  /// Takes a slice of what was made before these instants away, with its deliveries: true when there may be more.
  virtual boost::asio::awaitable<Result<bool>> tidy(Instant read_before, Instant any_before) = 0;
  /// Moves the fired timer of the job to `next`.
  virtual boost::asio::awaitable<Result<>> tidied(Timer timer, Instant next) = 0;
};

}  // namespace daybook::notifier
