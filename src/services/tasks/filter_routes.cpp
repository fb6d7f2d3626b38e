#include "services/tasks/requests.hpp"
#include "services/tasks/routes.hpp"

namespace daybook::tasks {
namespace {

using boost::asio::awaitable;
using http::Request;

void append_filter(std::string& out, const SavedFilter& filter) {
  out += "{\"id\":\"" + filter.id.str() + "\",\"name\":";
  append_json_string(out, filter.name);
  out += ",\"query\":";
  append_json_string(out, filter.query);
  out += ",\"createdAt\":\"" + format_rfc3339(filter.created_at) + "\",\"updatedAt\":\"" +
         format_rfc3339(filter.updated_at) + "\",\"version\":" + std::to_string(filter.version) + '}';
}

Reply filter_reply(int status, const SavedFilter& filter) {
  std::string body;
  append_filter(body, filter);
  Reply reply(status, std::move(body));
  reply.headers.set("ETag", http::etag(filter.version));
  if (status == 201) reply.headers.set("Location", "/api/v1/tasks/filters/" + filter.id.str());
  return reply;
}

/// A filter's query must be one that the list takes: it is read as such, and its faults are told of "/query".
std::optional<std::string> read_filter_query(JsonReader& in, bool required) {
  auto text = in.text("query", {.required = required, .max_bytes = 4096, .single_line = true});
  if (!text) return std::nullopt;
  Call call;
  call.query = *text;
  const Request request(std::move(call));
  http::QueryReader query(request);
  const auto parsed = read_query(query);
  if (!parsed.cursor.empty()) query.fail("cursor", "is no part of a filter");
  if (const auto error = query.finish()) {
    std::string detail = "is not a list's query string:";
    for (const auto& field : error->fields) detail += " " + field.pointer.substr(1) + " " + field.detail + ";";
    detail.pop_back();
    in.fail("query", detail);
  }
  return text;
}

std::optional<std::string> read_name(JsonReader& in, bool required) {
  return in.text("name", {.required = required, .min_bytes = 1, .max_bytes = 400, .single_line = true});
}

Result<Uuid> id_of(const Request& request) {
  auto id = Uuid::parse(request.path("id"));
  if (!id) return Error{Errc::not_found, "There is no such filter. A filter's id is a UUID."};
  return id;
}

awaitable<Result<Reply>> list(TaskStore& store, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  if (auto error = http::refuse_query(request)) co_return *error;
  const auto filters = co_await store.saved_filters(*user);
  if (!filters) co_return filters.error();
  std::string out = "{\"items\":[";
  for (const auto& filter : *filters) {
    if (out.back() != '[') out += ',';
    append_filter(out, filter);
  }
  co_return Reply(200, out += "],\"nextCursor\":null}");
}

awaitable<Result<Reply>> create(TaskStore& store, WallClock& clock, Request request) {
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in(*body, Unknown::strict);
  const auto id = in.uuid("id");
  if (id && id->version() != 7) in.fail("id", "must be a UUID of version 7");
  auto name = read_name(in, true);
  auto query = read_filter_query(in, true);
  if (auto error = in.finish()) co_return *error;
  const auto filter = co_await store.create_filter(std::move(*command), id, std::move(*name), std::move(*query));
  if (!filter) co_return filter.error();
  co_return filter_reply(201, *filter);
}

awaitable<Result<Reply>> update(TaskStore& store, WallClock& clock, Request request) {
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto id = id_of(request);
  if (!id) co_return id.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in(*body, Unknown::strict);
  auto name = read_name(in, false);
  auto query = read_filter_query(in, false);
  if (auto error = in.finish()) co_return *error;
  const auto filter = co_await store.update_filter(std::move(*command), *id, std::move(name), std::move(query));
  if (!filter) co_return filter.error();
  co_return filter_reply(200, *filter);
}

awaitable<Result<Reply>> remove(TaskStore& store, WallClock& clock, Request request) {
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto id = id_of(request);
  if (!id) co_return id.error();
  if (auto error = http::refuse_query(request)) co_return *error;
  const auto done = co_await store.remove_filter(std::move(*command), *id);
  if (!done) co_return done.error();
  co_return Reply(204);
}

}  // namespace

void add_filter_routes(http::Router& router, TaskStore& store, WallClock& clock) {
  router.add(Method::get, "/api/v1/tasks/filters",
             [&store](Request request) { return list(store, std::move(request)); });
  router.add(Method::post, "/api/v1/tasks/filters",
             [&store, &clock](Request request) { return create(store, clock, std::move(request)); });
  router.add(Method::patch, "/api/v1/tasks/filters/{id}",
             [&store, &clock](Request request) { return update(store, clock, std::move(request)); });
  router.add(Method::delete_, "/api/v1/tasks/filters/{id}",
             [&store, &clock](Request request) { return remove(store, clock, std::move(request)); });
}

}  // namespace daybook::tasks
