#include "core/characters.hpp"
#include "core/json.hpp"
#include "http/authorize.hpp"
#include "http/query_reader.hpp"
#include "http/request_head.hpp"
#include "services/chat/mcp.hpp"
#include "services/chat/module.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;
using http::QueryReader;
using http::Request;

constexpr std::size_t kMaxCharacters = 10'000;

/// What a person typed: `name`, at most kMaxCharacters long.
std::string read_words(JsonReader& in, std::string_view name, std::size_t min_bytes) {
  auto words = in.text(name, {.required = true, .min_bytes = min_bytes, .max_bytes = 4 * kMaxCharacters}).value_or("");
  if (count_characters(words) > kMaxCharacters)
    in.fail(name, "must have at most " + std::to_string(kMaxCharacters) + " characters");
  return words;
}

/// Spans that the person does not want to be read.
TextSpans read_ignored(JsonReader& in) {
  TextSpans out;
  in.objects("ignore", 50, [&out](JsonReader& span, std::size_t) {
    const auto start = span.integer("start", 0, 10'000, true), end = span.integer("end", 0, 10'000, true);
    if (start && end) out.emplace_back(*start, *end);
  });
  return out;
}

runtime::Caller caller_of(const Request& request) {
  runtime::Caller caller;
  caller.principal = *request.call.principal;
  caller.correlation_id = request.call.correlation_id;
  caller.traceparent = request.call.traceparent;
  caller.idempotency_key = request.call.headers.get("Idempotency-Key");
  return caller;
}

awaitable<Result<Reply>> say(Service& service, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in(*body, Unknown::strict);
  Said said;
  said.message = read_words(in, "message", 1);
  if (const auto id = in.uuid("conversationId")) said.conversation = ConversationId{*id};
  said.timezone = in.text("timezone", {.max_bytes = 64}).value_or("");
  if (!said.timezone.empty())
    if (const auto zone = domain::Zone::locate(said.timezone); !zone) in.fail("timezone", zone.error().detail);
  said.ignore = read_ignored(in);
  if (!said.message.empty() && said.message.find_first_not_of(" \t\r\n") == std::string::npos)
    in.fail("message", "must not be empty");
  if (auto error = in.finish()) co_return *error;
  auto key = http::read_idempotency_key(request.call);
  if (!key) co_return key.error();
  said.key.key = std::move(key->key);
  said.key.request_hash = key->request_hash;
  auto reply = co_await service.chat(caller_of(request), std::move(said));
  if (!reply) co_return reply.error();
  co_return Reply(200, std::move(*reply));
}

awaitable<Result<Reply>> parse_text(Service& service, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in(*body, Unknown::strict);
  std::string text = read_words(in, "text", 0);
  std::string timezone = in.text("timezone", {.max_bytes = 64}).value_or("");
  if (!timezone.empty())
    if (const auto zone = domain::Zone::locate(timezone); !zone) in.fail("timezone", zone.error().detail);
  TextSpans ignore = read_ignored(in);
  if (auto error = in.finish()) co_return *error;
  auto result = co_await service.parse(caller_of(request), std::move(text), std::move(timezone), std::move(ignore));
  if (!result) co_return result.error();
  co_return Reply(200, std::move(*result));
}

awaitable<Result<Reply>> list_conversations(ChatStore& store, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  QueryReader in(request);
  const int limit = static_cast<int>(in.integer("limit", 1, 200).value_or(50));
  std::optional<Instant> before;
  if (const auto micros = in.integer("cursor", 1, std::numeric_limits<std::int64_t>::max()))
    before = from_micros(*micros);
  if (auto error = in.finish()) co_return *error;
  auto page = co_await store.conversations(*user, before, limit + 1);
  if (!page) co_return page.error();
  json::object out;
  out["nextCursor"] = nullptr;
  if (static_cast<int>(page->size()) > limit) {
    page->pop_back();
    out["nextCursor"] = std::to_string(to_micros(page->back().updated_at));
  }
  json::array items;
  for (const auto& conversation : *page)
    items.push_back({{"id", conversation.id.str()},
                     {"title", conversation.title},
                     {"createdAt", format_rfc3339(conversation.created_at)},
                     {"updatedAt", format_rfc3339(conversation.updated_at)}});
  out["items"] = std::move(items);
  co_return Reply(200, json::serialize(out));
}

awaitable<Result<Reply>> list_messages(ChatStore& store, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto id = ConversationId::parse(request.path("id"));
  if (!id) co_return Error{Errc::not_found, "There is no such conversation."};
  QueryReader in(request);
  const int limit = static_cast<int>(in.integer("limit", 1, 200).value_or(50));
  const auto before = in.integer("cursor", 1, std::numeric_limits<std::int64_t>::max());
  if (auto error = in.finish()) co_return *error;
  auto page = co_await store.messages(*user, *id, before, limit + 1);
  if (!page) co_return page.error();
  std::string cursor = "null";
  if (static_cast<int>(page->size()) > limit) {
    page->erase(page->begin());
    cursor = '"' + std::to_string(page->front().sequence) + '"';
  }
  std::string body = "{\"items\":[";
  for (std::size_t i = 0; i < page->size(); ++i) body += (i == 0 ? "" : ",") + message_json((*page)[i]);
  body += "],\"nextCursor\":" + cursor + "}";
  co_return Reply(200, std::move(body));
}

/// What comes in is answered by the protocol's own rules, errors included.
awaitable<Result<Reply>> mcp(Service& service, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  auto caller = caller_of(request);
  co_return co_await answer_mcp(service, std::move(caller), std::move(request.call));
}

}  // namespace

http::Router make_router(ChatStore& store, Service& service) {
  http::Router router;
  router.add(Method::post, "/api/v1/chat", [&service](Request r) { return say(service, std::move(r)); });
  router.add(Method::post, "/api/v1/parse", [&service](Request r) { return parse_text(service, std::move(r)); });
  router.add(Method::post, "/api/v1/mcp", [&service](Request r) { return mcp(service, std::move(r)); });
  router.add(Method::get, "/api/v1/conversations",
             [&store](Request r) { return list_conversations(store, std::move(r)); });
  router.add(Method::get, "/api/v1/conversations/{id}/messages",
             [&store](Request r) { return list_messages(store, std::move(r)); });
  return router;
}

}  // namespace daybook::chat
