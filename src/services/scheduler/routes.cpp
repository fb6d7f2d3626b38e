#include "services/scheduler/routes.hpp"

#include "http/snapshot_route.hpp"

namespace daybook::scheduler {

Reply page_reply(std::string items, const std::string& next_cursor) {
  std::string body = "{\"items\":[" + items + "],\"nextCursor\":";
  body += next_cursor.empty() ? "null" : '"' + next_cursor + '"';
  return Reply{200, body + '}'};
}

http::Router make_router(SchedulerStore& store, Service& service, runtime::Invoker& invoker, const WallClock& clock) {
  http::Router router;
  Routes routes{router, {store, service, invoker, clock}};
  add_series_routes(routes);
  add_reminder_routes(routes);
  http::add_snapshot_route(router, "/internal/v1/snapshots/notices", [&store, &clock](std::string after, int limit) {
    return store.notices(std::move(after), limit, clock.now());
  });
  return router;
}

}  // namespace daybook::scheduler
