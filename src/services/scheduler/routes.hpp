#pragma once

#include "core/json.hpp"
#include "http/query_reader.hpp"
#include "http/request_head.hpp"
#include "services/scheduler/module.hpp"

/// What the routes of series and of reminders share.
namespace daybook::scheduler {

struct RouteContext {
  SchedulerStore& store;
  Service& service;
  runtime::Invoker& invoker;
  const WallClock& clock;
};

/// Reads If-Match, Idempotency-Key and what else a change carries. Errors: unauthenticated; invalid_argument.
Result<Command> command_of(const http::Request& request, const WallClock& clock);
/// {"items":[…],"nextCursor":…}
Reply page_reply(std::string items, const std::string& next_cursor);

void add_series_routes(http::Router& router, const RouteContext& context);
void add_reminder_routes(http::Router& router, const RouteContext& context);

}  // namespace daybook::scheduler
