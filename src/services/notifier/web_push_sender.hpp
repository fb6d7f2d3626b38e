#pragma once

#include <memory>

#include "core/clock.hpp"
#include "services/notifier/channel_sender.hpp"
#include "services/notifier/http_post.hpp"
#include "services/notifier/web_push_crypto.hpp"

namespace daybook::notifier {

/// Web Push (RFC 8030) to a browser's subscription: `target` is its endpoint, `secret` its keys as JSON
/// {"p256dh","auth"}. `contact` is where the push service reaches the operator, a mailto: or https: URL; empty:
/// nowhere. A subscription that the push service no longer knows is not_found.
std::unique_ptr<ChannelSender> make_web_push_sender(Outbound outbound, const WallClock& clock, P256Key server_key,
                                                    std::string contact);

}  // namespace daybook::notifier
