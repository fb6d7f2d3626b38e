#include "domain/task_json.hpp"
#include "http/snapshot_route.hpp"
#include "services/tasks/requests.hpp"
#include "services/tasks/routes.hpp"

namespace daybook::tasks {
namespace {

using boost::asio::awaitable;
using http::Request;

constexpr std::size_t kMaxQuestions = 1000;

awaitable<Result<Reply>> create_occurrence(TaskStore& store, WallClock& clock, Request request) {
  const auto service = http::called_by_service(request);
  if (!service) co_return service.error();
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in(*body, Unknown::lenient);
  auto draft = domain::read_task_draft(in, true);
  if (!draft.id && !in.has("id")) in.fail("id", "is required");
  if (auto error = in.finish()) co_return *error;
  auto document = co_await store.create_occurrence(std::move(*command), std::move(draft));
  if (!document) co_return document.error();
  const int status = document->created ? 201 : 200;
  co_return task_reply(status, std::move(*document));
}

awaitable<Result<Reply>> adopt(TaskStore& store, WallClock& clock, Request request) {
  const auto service = http::called_by_service(request);
  if (!service) co_return service.error();
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto id = TaskId::parse(request.path("id"));
  if (!id) co_return Error{Errc::not_found, "There is no such task."};
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in(*body, Unknown::lenient);
  const SeriesId series{in.uuid("seriesId", true).value_or(Uuid{})};
  auto recurrence_id = in.text("recurrenceId", {.required = true, .max_bytes = 64}).value_or("");
  if (auto error = in.finish()) co_return *error;
  auto document = co_await store.adopt(std::move(*command), *id, series, std::move(recurrence_id));
  if (!document) co_return document.error();
  co_return task_reply(200, std::move(*document));
}

awaitable<Result<Reply>> patch_occurrence(TaskStore& store, WallClock& clock, Request request) {
  const auto service = http::called_by_service(request);
  if (!service) co_return service.error();
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto ref = ref_of(request.path("id"));
  if (!ref) co_return ref.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in(*body, Unknown::lenient);
  auto patch = domain::read_task_patch(in);
  if (auto error = in.finish()) co_return *error;
  patch.past_reminders = domain::PastReminders::miss;
  auto document = co_await store.patch(std::move(*command), *ref, std::move(patch));
  if (!document) co_return document.error();
  co_return task_reply(200, std::move(*document));
}

awaitable<Result<Reply>> still_due(TaskStore& store, WallClock& clock, Request request) {
  const auto service = http::called_by_service(request);
  if (!service) co_return service.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  std::vector<StillDueQuestion> questions;
  JsonReader in(*body, Unknown::lenient);
  in.objects("questions", kMaxQuestions, [&](JsonReader& item, std::size_t) {
    StillDueQuestion question;
    question.task = TaskId{item.uuid("taskId", true).value_or(Uuid{})};
    question.reminder = ReminderId{item.uuid("reminderId", true).value_or(Uuid{})};
    question.version = item.integer("version", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
    questions.push_back(question);
  });
  if (auto error = in.finish()) co_return *error;
  const auto answers = co_await store.still_due(*service, clock.now(), std::move(questions));
  if (!answers) co_return answers.error();
  std::string out = "{\"answers\":[";
  for (const auto& answer : *answers) {
    out += out.back() == '[' ? "{\"due\":" : ",{\"due\":";
    out += answer.due ? "true" : "false";
    out += ",\"fireAt\":";
    out += answer.fire_at ? '"' + format_rfc3339(*answer.fire_at) + '"' : std::string("null");
    out += ",\"title\":";
    append_json_string(out, answer.title);
    out += '}';
  }
  co_return Reply(200, out += "]}");
}

awaitable<Result<Reply>> remove(TaskStore& store, WallClock& clock, Request request) {
  auto command = http::read_command(request, clock);
  if (!command) co_return command.error();
  const auto ref = ref_of(request.path("id"));
  if (!ref) co_return ref.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in(*body, Unknown::lenient);
  Removal how;
  how.reason = in.text("reason", {.max_bytes = 200, .single_line = true}).value_or("");
  how.only_open = in.boolean("onlyOpen").value_or(false);
  how.only_childless = in.boolean("onlyChildless").value_or(false);
  if (auto error = in.finish()) co_return *error;
  auto document = co_await store.remove(std::move(*command), *ref, std::move(how));
  if (!document) co_return document.error();
  co_return task_reply(200, std::move(*document));
}

}  // namespace

void add_internal_routes(http::Router& router, TaskStore& store, WallClock& clock) {
  router.add(Method::post, "/internal/v1/tasks/occurrences",
             [&store, &clock](Request request) { return create_occurrence(store, clock, std::move(request)); });
  router.add(Method::post, "/internal/v1/tasks/{id}/adopt",
             [&store, &clock](Request request) { return adopt(store, clock, std::move(request)); });
  router.add(Method::patch, "/internal/v1/tasks/occurrences/{id}",
             [&store, &clock](Request request) { return patch_occurrence(store, clock, std::move(request)); });
  router.add(Method::post, "/internal/v1/tasks/still-due",
             [&store, &clock](Request request) { return still_due(store, clock, std::move(request)); });
  http::add_snapshot_route(router, "/internal/v1/snapshots/tasks", [&store, &clock](std::string after, int limit) {
    return store.snapshot(std::move(after), limit, clock.now());
  });
  router.add(Method::post, "/internal/v1/tasks/{id}/delete",
             [&store, &clock](Request request) { return remove(store, clock, std::move(request)); });
}

}  // namespace daybook::tasks
