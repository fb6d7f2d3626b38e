#include "services/scheduler/routes.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <charconv>

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

  if (const auto match = call.headers.get("If-Match"); !match.empty() && match != "*") {
    std::int64_t version = 0;
    const char* end = match.data() + match.size() - 1;
    if (match.size() < 3 || match.front() != '"' || match.back() != '"' ||
        std::from_chars(match.data() + 1, end, version).ptr != end || version < 1) {
      return Error{Errc::invalid_argument, "If-Match must be an ETag such as \"3\", or *."};
    }
    command.if_match = version;
  }
  const auto key = call.headers.get("Idempotency-Key");
  if (!key.empty()) {
    const bool visible = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 127; });
    if (key.size() > 200 || !visible) {
      return Error{Errc::invalid_argument, "Idempotency-Key must have 1 to 200 visible ASCII characters."};
    }
    command.idempotency_key = key;
    std::string text{to_string(call.method)};
    text.append(" ").append(call.path).append("?").append(call.query).append("\n").append(call.body);
    command.request_hash = sha256(text);
  }
  return command;
}

Result<json::value> body_of(const http::Request& request) {
  const auto type = request.call.headers.get("Content-Type");
  if (!boost::istarts_with(type, "application/json") || (type.size() > 16 && type[16] != ';' && type[16] != ' ')) {
    return Error{Errc::unsupported_media_type, "Send the body as Content-Type: application/json."};
  }
  return parse_json(request.call.body);
}

std::optional<Error> refuse_query(const http::Request& request) {
  if (request.call.query.empty()) return std::nullopt;
  return http::QueryReader(request).finish();
}

Reply page_reply(std::string items, const std::string& next_cursor) {
  std::string body = "{\"items\":[" + items + "],\"nextCursor\":";
  body += next_cursor.empty() ? "null" : '"' + next_cursor + '"';
  return Reply{200, body + '}'};
}

http::Router make_router(SchedulerStore& store, Service& service, runtime::Invoker& invoker, const WallClock& clock,
                         Describe describe) {
  http::Router router;
  const RouteContext context{store, service, invoker, clock, std::move(describe)};
  add_series_routes(router, context);
  add_reminder_routes(router, context);
  return router;
}

}  // namespace daybook::scheduler
