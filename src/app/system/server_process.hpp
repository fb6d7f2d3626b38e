#pragma once

#include "app/config/config.hpp"
#include "app/system/build.hpp"

namespace daybook::app {

/// `daybook serve`: serves until SIGTERM or SIGINT (twice: at once), re-reads the configuration on SIGHUP. Returns an
/// exit code; what kept it from starting stands on standard error.
int run_server(const ConfigSources& sources, const Build& build);

}  // namespace daybook::app
