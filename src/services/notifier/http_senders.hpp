#pragma once

#include <memory>

#include "core/clock.hpp"
#include "services/notifier/channel_sender.hpp"
#include "services/notifier/http_post.hpp"

namespace daybook::notifier {

/// POSTs the notification as JSON, signed as the Standard Webhooks specification says: headers webhook-id (the
/// delivery's, the same at each try), webhook-timestamp and webhook-signature ("v1," and the base64 of HMAC-SHA256 over
/// "id.timestamp.body"). A secret "whsec_…" is the base64 of its bytes, any other is its bytes itself.
std::unique_ptr<ChannelSender> make_webhook_sender(Outbound outbound, const WallClock& clock);

/// Publishes to an ntfy topic, or to Gotify when the URL's path ends in "/message". The secret is the access token.
std::unique_ptr<ChannelSender> make_push_sender(Outbound outbound);

}  // namespace daybook::notifier
