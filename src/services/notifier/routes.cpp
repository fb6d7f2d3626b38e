#include "core/json.hpp"
#include "http/authorize.hpp"
#include "http/query_reader.hpp"
#include "http/request_head.hpp"
#include "services/notifier/channel_routes.hpp"
#include "services/notifier/module.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::awaitable;
using http::QueryReader;
using http::Request;

awaitable<Result<Reply>> list_inbox(NotifierStore& store, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  QueryReader in(request);
  InboxQuery query;
  query.unread_only = in.boolean("unread").value_or(false);
  const int limit = static_cast<int>(in.integer("limit", 1, 200).value_or(50));
  if (const auto cursor = in.uuid("cursor")) query.before = NotificationId{*cursor};
  if (auto error = in.finish()) co_return *error;
  query.limit = limit + 1;
  auto page = co_await store.inbox(*user, query);
  if (!page) co_return page.error();
  const auto unread = co_await store.unread(*user);
  if (!unread) co_return unread.error();
  std::string cursor = "null";
  if (static_cast<int>(page->size()) > limit) {
    page->pop_back();
    cursor = '"' + page->back().id.str() + '"';
  }
  std::string body = "{\"items\":[";
  for (std::size_t i = 0; i < page->size(); ++i) body += (i == 0 ? "" : ",") + to_json((*page)[i]);
  body += "],\"nextCursor\":" + cursor + ",\"unread\":" + std::to_string(*unread) + "}";
  co_return Reply(200, std::move(body));
}

awaitable<Result<Reply>> mark_read(NotifierStore& store, const WallClock& clock, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto id = NotificationId::parse(request.path("id"));
  if (!id) co_return Error{Errc::not_found, "There is no such notification."};
  const auto read = co_await store.mark_read(*user, *id, clock.now());
  if (!read) co_return read.error();
  co_return Reply(200, to_json(*read));
}

awaitable<Result<Reply>> mark_all_read(NotifierStore& store, const WallClock& clock, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  // Doing it twice is doing it once, so the key is only held to its form.
  if (const auto key = http::read_idempotency_key(request.call); !key) co_return key.error();
  const auto done = co_await store.mark_all_read(*user, clock.now());
  if (!done) co_return done.error();
  co_return Reply(204);
}

/// For other services: the ledger of one reminder.
awaitable<Result<Reply>> list_deliveries(NotifierStore& store, Request request) {
  const auto user = http::called_by_service(request);
  if (!user) co_return user.error();
  QueryReader in(request);
  const auto reminder = in.uuid("reminderId");
  if (!reminder) in.fail("reminderId", "is required");
  if (auto error = in.finish()) co_return *error;
  const auto preferences = co_await store.preferences(*user);
  if (!preferences) co_return preferences.error();
  const auto deliveries = co_await store.deliveries(*user, ReminderId{*reminder});
  if (!deliveries) co_return deliveries.error();
  co_return deliveries_reply(*deliveries, *preferences);
}

}  // namespace

http::Router make_router(NotifierStore& store, Service& service, const WallClock& clock) {
  http::Router router;
  router.add(Method::get, "/api/v1/notifications", [&store](Request r) { return list_inbox(store, std::move(r)); });
  router.add(Method::post, "/api/v1/notifications/read-all",
             [&store, &clock](Request r) { return mark_all_read(store, clock, std::move(r)); });
  router.add(Method::post, "/api/v1/notifications/{id}/read",
             [&store, &clock](Request r) { return mark_read(store, clock, std::move(r)); });
  router.add(Method::get, "/internal/v1/deliveries",
             [&store](Request r) { return list_deliveries(store, std::move(r)); });
  add_channel_routes(router, store, service, clock);
  return router;
}

}  // namespace daybook::notifier
