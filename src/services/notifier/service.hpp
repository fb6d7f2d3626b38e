#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/timer.hpp"
#include "services/notifier/channel_sender.hpp"
#include "services/notifier/store.hpp"

namespace daybook::notifier {

/// Writes the body of a user's daily digest (what is due, what is overdue); empty text: nothing to say today.
using DigestWriter = std::function<boost::asio::awaitable<Result<std::string>>(UserId, std::string timezone)>;

/// The notifier's use cases, without HTTP and SQL.
class Service {
 public:
  Service(NotifierStore& store, ChannelSenders senders, const WallClock& clock, DigestWriter digest)
      : store_(store), senders_(std::move(senders)), clock_(clock), digest_(std::move(digest)) {}

  /// Handles one event of the group; errors as runtime::EventHandler wants them.
  boost::asio::awaitable<Result<>> on_event(CloudEvent event);
  /// Tries one delivery and writes down what became of it.
  boost::asio::awaitable<Result<>> on_delivery_timer(Timer timer);
  boost::asio::awaitable<Result<>> on_digest_timer(Timer timer);
  /// Sets the daily tidying job going.
  boost::asio::awaitable<Result<>> start();
  /// Takes away what has been read for 30 days, and everything after 90 (C-13).
  boost::asio::awaitable<Result<>> on_tidy_timer(Timer timer);

  /// The kinds of channels that this server can serve.
  const ChannelSenders& senders() const { return senders_; }
  /// For the messages that begin from now on.
  void set_senders(ChannelSenders senders) { senders_ = std::move(senders); }
  /// Checks and saves a channel, and mails a code to an address that is new. Errors: unprocessable naming what is
  /// wrong, unsupported, limit_exceeded.
  boost::asio::awaitable<Result<Channel>> save_channel(Command command, Channel channel);
  /// Mails another code. Errors: not_found, rate_limited, and whatever sending gave.
  boost::asio::awaitable<Result<>> send_code(UserId user, Uuid channel);
  /// Sends a test message through the channel at once. Errors: not_found, and whatever sending gave.
  boost::asio::awaitable<Result<>> test_channel(UserId user, Uuid id);

 private:
  std::shared_ptr<ChannelSender> sender_of(ChannelKind kind) const {
    const auto found = senders_.find(kind);
    return found == senders_.end() ? nullptr : found->second;
  }
  boost::asio::awaitable<Result<>> mail_code(UserId user, Uuid channel, bool again);

  NotifierStore& store_;
  ChannelSenders senders_;
  const WallClock& clock_;
  DigestWriter digest_;
};

}  // namespace daybook::notifier
