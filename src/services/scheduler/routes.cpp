#include "services/scheduler/routes.hpp"

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
  return router;
}

}  // namespace daybook::scheduler
