#pragma once

#include <functional>
#include <optional>

#include "core/call.hpp"
#include "core/clock.hpp"

namespace daybook::app {

/// What differs between the programs made from this code: daybook, and daybook-test with its settable clock.
struct Build {
  WallClock& clock;
  /// Asked first of every request; nullopt passes it on.
  std::function<std::optional<Reply>(const Call&)> extra_routes;
};

}  // namespace daybook::app
