#include "core/json.hpp"
#include "http/authorize.hpp"
#include "http/query_reader.hpp"
#include "services/audit/module.hpp"

namespace daybook::audit {
namespace {

using boost::asio::awaitable;
using http::QueryReader;
using http::Request;

json::object to_object(const Entry& entry) {
  json::object out;
  out["sequence"] = entry.sequence;
  out["time"] = format_rfc3339(entry.at);
  out["action"] = entry.action;
  out["resourceType"] = entry.resource_type;
  out["resourceId"] = entry.resource_id;
  out["eventId"] = entry.event.str();
  out["correlationId"] = entry.correlation_id;
  boost::system::error_code failure;
  auto details = json::parse(entry.payload, failure);
  out["details"] = failure ? json::value(nullptr) : std::move(details);
  out["hash"] = to_hex(entry.hash);
  return out;
}

/// The list query of a request; `max_limit` bounds a page.
Result<ListQuery> read_query(const Request& request, int max_limit) {
  QueryReader in(request);
  ListQuery query;
  query.from = in.instant("from");
  query.to = in.instant("to");
  query.action = in.text("action", 128).value_or("");
  query.resource_id = in.text("resourceId", 128).value_or("");
  query.before_sequence = in.integer("cursor", 1, std::numeric_limits<std::int64_t>::max());
  query.limit = static_cast<int>(in.integer("limit", 1, max_limit).value_or(std::min(50, max_limit)));
  if (auto error = in.finish()) return *error;
  return query;
}

awaitable<Result<Reply>> list_entries(AuditStore& store, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  auto query = read_query(request, 200);
  if (!query) co_return query.error();
  const int limit = query->limit;
  query->limit = limit + 1;  // One more tells whether there is a next page.
  auto entries = co_await store.list(*user, *query);
  if (!entries) co_return entries.error();
  json::object out;
  out["nextCursor"] = nullptr;
  if (static_cast<int>(entries->size()) > limit) {
    entries->pop_back();
    out["nextCursor"] = std::to_string(entries->back().sequence);
  }
  json::array items;
  for (const auto& entry : *entries) items.push_back(to_object(entry));
  out["items"] = std::move(items);
  co_return Reply(200, json::serialize(out));
}

awaitable<Result<Reply>> verify_chain(AuditStore& store, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto found = co_await store.verify(*user);
  if (!found) co_return found.error();
  json::object out;
  out["valid"] = !found->first_broken;
  out["entries"] = found->entries;
  out["firstBroken"] = found->first_broken ? json::value(*found->first_broken) : json::value(nullptr);
  co_return Reply(200, json::serialize(out));
}

/// The user's whole log as JSON Lines, oldest first.
awaitable<Result<Reply>> export_entries(AuditStore& store, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  std::vector<std::string> lines;
  ListQuery query;
  query.limit = 1000;
  for (;;) {
    const auto page = co_await store.list(*user, query);
    if (!page) co_return page.error();
    for (const auto& entry : *page) lines.push_back(json::serialize(to_object(entry)) + "\n");
    if (page->size() < 1000) break;
    query.before_sequence = page->back().sequence;
  }
  std::string body;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) body += *line;
  Reply reply(200, std::move(body), "application/x-ndjson");
  reply.headers.set("Content-Disposition", "attachment; filename=\"daybook-audit.ndjson\"");
  co_return reply;
}

}  // namespace

http::Router make_router(AuditStore& store) {
  http::Router router;
  router.add(Method::get, "/api/v1/audit", [&store](Request r) { return list_entries(store, std::move(r)); });
  router.add(Method::get, "/api/v1/audit/verify", [&store](Request r) { return verify_chain(store, std::move(r)); });
  router.add(Method::get, "/api/v1/audit/export", [&store](Request r) { return export_entries(store, std::move(r)); });
  return router;
}

}  // namespace daybook::audit
