#pragma once

#include "core/clock.hpp"
#include "http/router.hpp"
#include "services/tasks/store.hpp"

namespace daybook::tasks {

/// The public API (schemas/openapi.yaml, tag tasks).
void add_routes(http::Router& router, TaskStore& store, WallClock& clock);
void add_filter_routes(http::Router& router, TaskStore& store, WallClock& clock);
/// What other services call, below /internal/v1/tasks; Client speaks it.
void add_internal_routes(http::Router& router, TaskStore& store, WallClock& clock);

}  // namespace daybook::tasks
