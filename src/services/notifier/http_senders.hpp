#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "core/clock.hpp"
#include "services/notifier/channel_sender.hpp"
#include "services/notifier/target_url.hpp"

namespace daybook::notifier {

/// POSTs the notification as JSON, signed as the Standard Webhooks specification says: headers webhook-id (the
/// delivery), webhook-timestamp and webhook-signature ("v1," and the base64 of HMAC-SHA256 over "id.timestamp.body").
std::unique_ptr<ChannelSender> make_webhook_sender(boost::asio::any_io_executor executor, const WallClock& clock,
                                                   PrivateTargets private_targets);

/// Publishes to an ntfy topic, or to Gotify when the URL's path ends in "/message". The secret is the access token.
std::unique_ptr<ChannelSender> make_push_sender(boost::asio::any_io_executor executor, PrivateTargets private_targets);

}  // namespace daybook::notifier
