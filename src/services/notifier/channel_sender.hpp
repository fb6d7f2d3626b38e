#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <string>

#include "services/notifier/notification.hpp"

namespace daybook::notifier {

/// Brings one notification to one kind of channel.
class ChannelSender {
 public:
  virtual ~ChannelSender() = default;
  /// Sends once. The receiver may get a message twice after a crash, so `delivery_id` goes along wherever the protocol
  /// has a place for it. Errors: transient ones are tried again; any other (the address does not exist, the server
  /// refuses for good) ends the delivery, and its detail is shown to the person.
  /// not_found says that the receiver is gone for good, and ends the channel too.
  virtual boost::asio::awaitable<Result<>> send(Channel channel, Notification notification, Uuid delivery_id) = 0;
  /// What is wrong with a channel that a person enters; nothing when it can be used.
  virtual Result<> check(const Channel& channel) const = 0;
  /// What a client needs of this server to make such a channel: the key for a browser's subscription. Mostly nothing.
  virtual std::string subscription_key() const { return {}; }
};

/// Shared with the messages that are under way: others may take their place meanwhile.
using ChannelSenders = std::map<ChannelKind, std::shared_ptr<ChannelSender>>;

}  // namespace daybook::notifier
