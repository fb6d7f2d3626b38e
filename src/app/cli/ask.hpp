#pragma once

#include <functional>

#include "app/cli/cli.hpp"
#include "core/json.hpp"

namespace daybook::app {

/// Runs an admin command on the data that `sources` name: by the server that has them open, or else on the files.
/// Each line of the answer goes to `line`. `creates`: where there are no files yet they are made. Returns an exit code.
int ask(const ConfigSources& sources, const Build& build, const json::object& request,
        const std::function<void(const json::object&)>& line, bool creates = false);

}  // namespace daybook::app
