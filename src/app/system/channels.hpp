#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "app/config/config.hpp"
#include "core/clock.hpp"
#include "services/notifier/channel_sender.hpp"

namespace daybook::app {

/// The ways out of this server that the configuration opens: webhooks and push always, mail where a server is named.
/// The key of Web Push is made at the first start and kept in the data folder.
/// Errors: misconfigured (the key's file), unavailable.
Result<notifier::ChannelSenders> make_channel_senders(boost::asio::any_io_executor executor, const Config& config,
                                                      const WallClock& clock);

}  // namespace daybook::app
