#include "services/tasks/routes.hpp"

#include "domain/task_json.hpp"
#include "domain/zone.hpp"
#include "http/problem.hpp"
#include "services/tasks/requests.hpp"

namespace daybook::tasks {
namespace {

using boost::asio::awaitable;
using http::Request;

constexpr std::size_t kMaxBulk = 100;
constexpr std::chrono::days kMaxCalendar{366};

class Routes {
 public:
  Routes(TaskStore& store, WallClock& clock) : store_(store), clock_(clock) {}

  awaitable<Result<Reply>> create(Request request) {
    auto command = http::read_command(request, clock_);
    if (!command) co_return command.error();
    const auto body = http::json_body(request);
    if (!body) co_return body.error();
    JsonReader in(*body, Unknown::strict);
    auto draft = domain::read_task_draft(in);
    if (auto error = merge(in.finish(), http::refuse_query(request))) co_return *error;
    auto document = co_await store_.create(std::move(*command), std::move(draft));
    if (!document) co_return document.error();
    co_return task_reply(201, std::move(*document));
  }

  awaitable<Result<Reply>> list(Request request, bool search) {
    const auto user = http::signed_in(request);
    if (!user) co_return user.error();
    http::QueryReader in(request);
    auto query = read_query(in);
    if (search && query.text.empty()) in.fail("q", "is required");
    if (auto error = in.finish()) co_return *error;
    auto page = co_await store_.list(*user, request.call.principal->timezone, std::move(query));
    if (!page) co_return page.error();
    co_return page_reply(std::move(*page));
  }

  awaitable<Result<Reply>> get(Request request) {
    const auto user = http::signed_in(request);
    if (!user) co_return user.error();
    const auto ref = ref_of(request.path("id"));
    if (!ref) co_return ref.error();
    if (auto error = http::refuse_query(request)) co_return *error;
    auto document = co_await store_.get(*user, *ref);
    if (!document) co_return document.error();
    if (http::is_known(request.call, document->version)) {
      Reply reply(304);
      reply.headers.set("ETag", http::etag(document->version));
      co_return reply;
    }
    co_return task_reply(200, std::move(*document));
  }

  static Subtasks read_subtasks(http::QueryReader& in) {
    const auto choice = in.choice("subtasks", {"ask", "complete", "keep"});
    return choice == "complete" ? Subtasks::complete : choice == "keep" ? Subtasks::keep : Subtasks::ask;
  }

  awaitable<Result<Reply>> patch(Request request, bool due_only) {
    auto command = http::read_command(request, clock_);
    if (!command) co_return command.error();
    const auto ref = ref_of(request.path("id"));
    if (!ref) co_return ref.error();
    const auto body = http::json_body(request);
    if (!body) co_return body.error();
    JsonReader in(*body, Unknown::strict);
    domain::TaskPatch patch;
    if (due_only) {
      patch.due = domain::read_when(in, "dueAt", "dueDate");
      patch.timezone = in.text("timezone", {.max_bytes = 128});
      patch.reminders = domain::read_reminder_drafts(in);
      if (!patch.due && !patch.timezone && !patch.reminders) in.fail("", "give dueAt, dueDate, timezone or reminders");
    } else {
      patch = domain::read_task_patch(in);
    }
    http::QueryReader query(request);
    const auto subtasks = due_only ? Subtasks::keep : read_subtasks(query);
    if (auto error = merge(in.finish(), query.finish())) co_return *error;
    auto document = co_await store_.patch(std::move(*command), *ref, std::move(patch), subtasks);
    if (!document) co_return document.error();
    co_return task_reply(200, std::move(*document));
  }

  awaitable<Result<Reply>> complete(Request request) {
    auto command = http::read_command(request, clock_);
    if (!command) co_return command.error();
    const auto ref = ref_of(request.path("id"));
    if (!ref) co_return ref.error();
    http::QueryReader in(request);
    const auto subtasks = read_subtasks(in);
    if (auto error = in.finish()) co_return *error;
    auto document = co_await store_.complete(std::move(*command), *ref, subtasks);
    if (!document) co_return document.error();
    co_return task_reply(200, std::move(*document));
  }

  awaitable<Result<Reply>> reopen(Request request) {
    auto command = http::read_command(request, clock_);
    if (!command) co_return command.error();
    const auto ref = ref_of(request.path("id"));
    if (!ref) co_return ref.error();
    if (auto error = http::refuse_query(request)) co_return *error;
    auto document = co_await store_.reopen(std::move(*command), *ref);
    if (!document) co_return document.error();
    co_return task_reply(200, std::move(*document));
  }

  awaitable<Result<Reply>> restore(Request request) {
    auto command = http::read_command(request, clock_);
    if (!command) co_return command.error();
    const auto ref = ref_of(request.path("id"));
    if (!ref) co_return ref.error();
    if (auto error = http::refuse_query(request)) co_return *error;
    auto document = co_await store_.restore(std::move(*command), *ref);
    if (!document) co_return document.error();
    co_return task_reply(200, std::move(*document));
  }

  awaitable<Result<Reply>> remove(Request request) {
    auto command = http::read_command(request, clock_);
    if (!command) co_return command.error();
    const auto ref = ref_of(request.path("id"));
    if (!ref) co_return ref.error();
    if (auto error = http::refuse_query(request)) co_return *error;
    auto document = co_await store_.remove(std::move(*command), *ref, Removal{});
    if (!document) co_return document.error();
    co_return Reply(204);
  }

  awaitable<Result<Reply>> add_reminder(Request request) {
    auto command = http::read_command(request, clock_);
    if (!command) co_return command.error();
    const auto body = http::json_body(request);
    if (!body) co_return body.error();
    JsonReader in(*body, Unknown::strict);
    const auto task = in.uuid("taskId", true);
    const auto reminder = domain::read_reminder_draft(in);
    if (auto error = merge(in.finish(), http::refuse_query(request))) co_return *error;
    auto document = co_await store_.add_reminder(std::move(*command), TaskRef{TaskId{*task}}, reminder);
    if (!document) co_return document.error();
    co_return task_reply(201, std::move(*document));
  }

  awaitable<Result<Reply>> calendar(Request request) {
    const auto user = http::signed_in(request);
    if (!user) co_return user.error();
    http::QueryReader in(request);
    CalendarQuery query;
    const auto from = in.date("from"), to = in.date("to");
    for (const char* name : {"from", "to"})
      if (!request.query(name)) in.fail(name, "is required");
    query.timezone = in.text("timezone", 64).value_or("");
    if (!query.timezone.empty() && !domain::Zone::locate(query.timezone))
      in.fail("timezone", "is not an IANA time zone such as Europe/Berlin");
    if (from && to) {
      const auto length = std::chrono::sys_days{*to} - std::chrono::sys_days{*from};
      if (length < std::chrono::days{0} || length >= kMaxCalendar) in.fail("to", "must be 0 to 365 days after from");
      query.from = *from, query.to = *to;
    }
    if (auto error = in.finish()) co_return *error;
    auto page = co_await store_.calendar(*user, request.call.principal->timezone, std::move(query));
    if (!page) co_return page.error();
    std::string out = "{\"from\":\"" + format_date(*from) + "\",\"to\":\"" + format_date(*to) + "\",\"timezone\":";
    append_json_string(out, page->timezone);
    out += ",\"days\":[";
    for (auto& day : page->days) {
      if (out.back() != '[') out += ',';
      out += "{\"date\":\"" + format_date(day.date) + "\",\"items\":[";
      (out += day.items) += "]}";
    }
    co_return Reply(200, out += "]}");
  }

  awaitable<Result<Reply>> labels(Request request) {
    const auto user = http::signed_in(request);
    if (!user) co_return user.error();
    if (auto error = http::refuse_query(request)) co_return *error;
    const auto labels = co_await store_.labels(*user);
    if (!labels) co_return labels.error();
    std::string out = "{\"tags\":[";
    append_labels(out, labels->tags);
    out += "],\"categories\":[";
    append_labels(out, labels->categories);
    co_return Reply(200, out += "]}");
  }

  awaitable<Result<Reply>> bulk(Request request) {
    const auto command = http::read_command(request, clock_);
    if (!command) co_return command.error();
    const auto body = http::json_body(request);
    if (!body) co_return body.error();
    std::vector<Operation> operations;
    JsonReader in(*body, Unknown::strict);
    const bool given = in.objects("operations", kMaxBulk,
                                  [&](JsonReader& item, std::size_t) { operations.push_back(read_operation(item)); });
    if (!in.has("operations") || (given && operations.empty())) in.fail("operations", "must have 1 to 100 operations");
    if (auto error = merge(in.finish(), http::refuse_query(request))) co_return *error;

    std::string out = "{\"results\":[";
    for (std::size_t i = 0; i < operations.size(); ++i) {
      Command each = *command;
      if (!each.idempotency_key.empty()) each.idempotency_key += "/" + std::to_string(i);
      each.if_match = operations[i].if_match;
      auto& operation = operations[i];
      auto document = co_await run(std::move(each), operation);
      if (i > 0) out += ',';
      append_result(out, operation, document);
    }
    co_return Reply(200, out += "]}");
  }

 private:
  struct Operation {
    std::string op;
    TaskRef ref;
    std::optional<std::int64_t> if_match;
    domain::TaskDraft draft;
    domain::TaskPatch changes;
  };

  static Operation read_operation(JsonReader& in) {
    Operation out;
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    out.op = in.choice("op", {"create", "update", "complete", "reopen", "delete"}).value_or("");
    if (out.op.empty() && !in.has("op")) in.fail("op", "is required");
    out.if_match = in.integer("ifMatch", 1, kMax);
    const auto id = in.text("id", {.max_bytes = 64});
    const auto ref = id ? ref_of(*id) : Result<TaskRef>(Error{Errc::not_found});
    if (ref)
      out.ref = *ref;
    else if (id)
      in.fail("id", "must be a task's id or number");
    if (!out.op.empty() && out.op != "create" && !id) in.fail("id", "is required");
    if (out.op == "create") {
      if (!in.has("task")) in.fail("task", "is required");
      in.object("task", [&](JsonReader& task) { out.draft = domain::read_task_draft(task); });
    } else if (out.op == "update") {
      if (!in.has("changes")) in.fail("changes", "is required");
      in.object("changes", [&](JsonReader& changes) { out.changes = domain::read_task_patch(changes); });
    }
    return out;
  }

  awaitable<Result<TaskDocument>> run(Command command, Operation& operation) {
    if (operation.op == "create") return store_.create(std::move(command), std::move(operation.draft));
    if (operation.op == "update") return store_.patch(std::move(command), operation.ref, std::move(operation.changes));
    if (operation.op == "complete") return store_.complete(std::move(command), operation.ref, Subtasks::keep);
    if (operation.op == "reopen") return store_.reopen(std::move(command), operation.ref);
    return store_.remove(std::move(command), operation.ref, Removal{});
  }

  static void append_result(std::string& out, const Operation& operation, const Result<TaskDocument>& document) {
    if (!document) {
      const auto problem = http::problem_reply(document.error());
      out += "{\"status\":" + std::to_string(problem.status) + ",\"id\":";
      const auto* id = std::get_if<TaskId>(&operation.ref);
      out += id && !id->is_nil() ? '"' + id->str() + '"' : std::string("null");
      ((out += ",\"task\":null,\"error\":") += problem.body) += '}';
      return;
    }
    const bool deleted = operation.op == "delete";
    out += "{\"status\":";
    out += deleted ? "204" : operation.op == "create" ? "201" : "200";
    ((out += ",\"id\":\"") += document->id.str()) += "\",\"task\":";
    (out += deleted ? std::string_view("null") : std::string_view(document->json)) += ",\"error\":null}";
  }

  static void append_labels(std::string& out, const std::vector<Label>& labels) {
    for (const auto& label : labels) {
      out += out.back() == '[' ? "{\"name\":" : ",{\"name\":";
      append_json_string(out, label.name);
      out += ",\"open\":" + std::to_string(label.open) + ",\"total\":" + std::to_string(label.total) + '}';
    }
  }

  /// The faults of body and query together.
  static std::optional<Error> merge(std::optional<Error> body, std::optional<Error> query) {
    if (!body) return query;
    if (query) body->fields.insert(body->fields.end(), query->fields.begin(), query->fields.end());
    return body;
  }

  TaskStore& store_;
  WallClock& clock_;
};

}  // namespace

void add_routes(http::Router& router, TaskStore& store, WallClock& clock) {
  auto routes = std::make_shared<Routes>(store, clock);
  const auto add = [&](Method method, std::string_view pattern, awaitable<Result<Reply>> (Routes::*handler)(Request)) {
    router.add(method, pattern,
               [routes, handler](Request request) { return ((*routes).*handler)(std::move(request)); });
  };
  const std::string base = "/api/v1/tasks";
  router.add(Method::get, base, [routes](Request request) { return routes->list(std::move(request), false); });
  router.add(Method::get, base + "/search",
             [routes](Request request) { return routes->list(std::move(request), true); });
  router.add(Method::patch, base + "/{id}",
             [routes](Request request) { return routes->patch(std::move(request), false); });
  router.add(Method::patch, base + "/{id}/due-date",
             [routes](Request request) { return routes->patch(std::move(request), true); });
  add(Method::post, base, &Routes::create);
  add(Method::post, base + "/bulk", &Routes::bulk);
  add(Method::get, base + "/calendar", &Routes::calendar);
  add(Method::get, base + "/labels", &Routes::labels);
  add(Method::post, base + "/reminder", &Routes::add_reminder);
  add(Method::get, base + "/{id}", &Routes::get);
  add(Method::delete_, base + "/{id}", &Routes::remove);
  add(Method::post, base + "/{id}/complete", &Routes::complete);
  add(Method::post, base + "/{id}/reopen", &Routes::reopen);
  add(Method::post, base + "/{id}/restore", &Routes::restore);
}

}  // namespace daybook::tasks
