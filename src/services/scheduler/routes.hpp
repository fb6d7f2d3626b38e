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

/// {"items":[…],"nextCursor":…}
Reply page_reply(std::string items, const std::string& next_cursor);

/// The id in the path. Errors: not_found.
template <class Id>
Result<Id> id_of(const http::Request& request) {
  const auto id = Id::parse(request.path("id"));
  if (!id) return Error{Errc::not_found, "Nothing of yours has this id: it is a UUID."};
  return *id;
}

/// A change of what the path names. Errors: those of command_of and id_of.
template <class Id>
struct Change {
  Command command;
  Id id;
};
template <class Id>
Result<Change<Id>> change_of(const http::Request& request, const WallClock& clock) {
  auto command = http::read_command(request, clock);
  if (!command) return command.error();
  const auto id = id_of<Id>(request);
  if (!id) return id.error();
  return Change<Id>{std::move(*command), *id};
}

/// Handlers that share a context, which lives as long as the router.
class Routes {
 public:
  using Handler = boost::asio::awaitable<Result<Reply>> (*)(const RouteContext&, http::Request);
  Routes(http::Router& router, RouteContext context)
      : router_(router), context_(std::make_shared<RouteContext>(context)) {}
  void add(Method method, std::string_view path, Handler handler) {
    router_.add(method, path,
                [context = context_, handler](http::Request request) { return handler(*context, std::move(request)); });
  }

 private:
  http::Router& router_;
  std::shared_ptr<RouteContext> context_;
};

void add_series_routes(Routes& routes);
void add_reminder_routes(Routes& routes);

}  // namespace daybook::scheduler
