#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "app/system/system.hpp"

namespace daybook::app {

/// One role, or a few, beside a Dapr sidecar, each process with its own SQLite files: events go out through a relay
/// over the outbox and come in through Dapr pub/sub, calls go through Dapr invocation. `loop` outlives it. Errors:
/// misconfigured (roles, tokens, URL), and those of the databases.
Result<std::unique_ptr<System>> open_dapr_system(boost::asio::io_context& loop, const Config& config, WallClock& clock,
                                                 System::Web web);

}  // namespace daybook::app
