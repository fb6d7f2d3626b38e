#include "services/scheduler/routes.hpp"

#include "http/authorize.hpp"

namespace daybook::scheduler {

Result<Command> command_of(const http::Request& request, const WallClock& clock) {
  const auto user = http::signed_in(request);
  if (!user) return user.error();
  const auto& call = request.call;
  Command command;
  command.user = *user;
  if (!call.principal->timezone.empty()) command.timezone = call.principal->timezone;
  command.now = clock.now();
  command.correlation_id = call.correlation_id;
  command.traceparent = call.traceparent;

  const auto if_match = http::read_if_match(call);
  if (!if_match) return if_match.error();
  command.if_match = *if_match;
  auto key = http::read_idempotency_key(call);
  if (!key) return key.error();
  command.idempotency_key = std::move(key->key);
  command.request_hash = key->request_hash;
  return command;
}

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
