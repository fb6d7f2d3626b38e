#include "services/tasks/client.hpp"

#include "core/json.hpp"
#include "domain/task_json.hpp"
#include "http/problem.hpp"

namespace daybook::tasks {
namespace {

using boost::asio::awaitable;
using domain::Task;

/// Firing waits for no longer: unanswered, the scheduler fires and says so (design, rule 9).
constexpr std::chrono::milliseconds kStillDueDeadline{500};

std::string path_of(const std::string& ref, std::string_view action = {}) {
  return "/api/v1/tasks/" + ref + std::string(action);
}

Result<json::value> body_of(const Result<Reply>& reply) {
  if (!reply) return reply.error();
  if (reply->status >= 300) return http::error_of_reply(*reply);
  return parse_json(reply->shared_body ? *reply->shared_body : reply->body);
}

Result<Task> task_of(const Result<Reply>& reply, const UserId& owner) {
  auto body = body_of(reply);
  if (!body) return body.error();
  return domain::parse_task(*body, owner);
}

std::vector<Label> labels_of(JsonReader& in, std::string_view name) {
  std::vector<Label> out;
  in.objects(name, 100'000, [&](JsonReader& item, std::size_t) {
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    out.push_back({item.text("name").value_or(""), item.integer("open", 0, kMax).value_or(0),
                   item.integer("total", 0, kMax).value_or(0)});
  });
  return out;
}

}  // namespace

awaitable<Result<Task>> Client::create(Caller caller, domain::TaskDraft draft) {
  auto call = runtime::make_call(caller, Method::post, "/api/v1/tasks", domain::to_json(draft));
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  co_return task_of(reply, caller.principal.user);
}

awaitable<Result<Task>> Client::get(Caller caller, std::string ref) {
  auto call = runtime::make_call(caller, Method::get, path_of(ref));
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  co_return task_of(reply, caller.principal.user);
}

awaitable<Result<TaskPage>> Client::list(Caller caller, domain::TaskQuery query) {
  auto call = runtime::make_call(caller, Method::get, "/api/v1/tasks");
  call.query = domain::to_query_string(query);
  if (!call.query.empty()) call.query += '&';
  call.query += "limit=" + std::to_string(query.limit);
  if (!query.cursor.empty()) call.query += "&cursor=" + query.cursor;
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  auto body = body_of(reply);
  if (!body) co_return body.error();
  TaskPage page;
  const auto* object = body->if_object();
  const auto* items = object ? object->if_contains("items") : nullptr;
  if (!items || !items->is_array()) co_return Error{Errc::corrupt, "the tasks service gave no list"};
  for (const auto& item : items->get_array()) {
    auto task = domain::parse_task(item, caller.principal.user);
    if (!task) co_return task.error();
    page.items.push_back(std::move(*task));
  }
  if (const auto* next = object->if_contains("nextCursor"); next && next->is_string())
    page.next_cursor = next->get_string();
  co_return page;
}

awaitable<Result<Labels>> Client::labels(Caller caller) {
  auto call = runtime::make_call(caller, Method::get, "/api/v1/tasks/labels");
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  auto body = body_of(reply);
  if (!body) co_return body.error();
  JsonReader in(*body, Unknown::lenient);
  Labels out{labels_of(in, "tags"), labels_of(in, "categories")};
  if (auto error = in.finish()) co_return *error;
  co_return out;
}

awaitable<Result<Task>> Client::patch(Caller caller, std::string ref, domain::TaskPatch patch, std::int64_t if_match) {
  auto call = runtime::make_call(caller, Method::patch, path_of(ref), domain::to_json(patch), if_match);
  call.query = "subtasks=keep";
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  co_return task_of(reply, caller.principal.user);
}

awaitable<Result<Task>> Client::complete(Caller caller, std::string ref, Subtasks subtasks, std::int64_t if_match) {
  auto call = runtime::make_call(caller, Method::post, path_of(ref, "/complete"), {}, if_match);
  call.query = subtasks == Subtasks::complete ? "subtasks=complete"
               : subtasks == Subtasks::keep   ? "subtasks=keep"
                                              : "subtasks=ask";
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  co_return task_of(reply, caller.principal.user);
}

awaitable<Result<Task>> Client::reopen(Caller caller, std::string ref, std::int64_t if_match) {
  auto call = runtime::make_call(caller, Method::post, path_of(ref, "/reopen"), {}, if_match);
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  co_return task_of(reply, caller.principal.user);
}

awaitable<Result<Task>> Client::remove(Caller caller, std::string ref, Removal how, std::int64_t if_match) {
  // The public DELETE answers 204 without a body; a service needs the tombstone's version.
  std::string body = how.only_open ? R"({"onlyOpen":true,"reason":)" : R"({"reason":)";
  append_json_string(body, how.reason);
  body += how.only_childless ? R"(,"onlyChildless":true})" : "}";
  auto call =
      runtime::make_call(caller, Method::post, "/internal/v1/tasks/" + ref + "/delete", std::move(body), if_match);
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  co_return task_of(reply, caller.principal.user);
}

awaitable<Result<Task>> Client::restore(Caller caller, std::string ref, std::int64_t if_match) {
  auto call = runtime::make_call(caller, Method::post, path_of(ref, "/restore"), {}, if_match);
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  co_return task_of(reply, caller.principal.user);
}

awaitable<Result<Task>> Client::create_occurrence(Caller caller, domain::TaskDraft draft) {
  auto call = runtime::make_call(caller, Method::post, "/internal/v1/tasks/occurrences", domain::to_json(draft));
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  co_return task_of(reply, caller.principal.user);
}

awaitable<Result<Task>> Client::adopt(Caller caller, TaskId task, SeriesId series, std::string recurrence_id) {
  json::object body{{"seriesId", series.str()}, {"recurrenceId", recurrence_id}};
  auto call =
      runtime::make_call(caller, Method::post, "/internal/v1/tasks/" + task.str() + "/adopt", json::serialize(body));
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  co_return task_of(reply, caller.principal.user);
}

awaitable<Result<Task>> Client::patch_occurrence(Caller caller, TaskId task, domain::TaskPatch patch,
                                                 std::int64_t if_match) {
  auto call = runtime::make_call(caller, Method::patch, "/internal/v1/tasks/occurrences/" + task.str(),
                                 domain::to_json(patch), if_match);
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), deadline_);
  co_return task_of(reply, caller.principal.user);
}

awaitable<Result<std::vector<StillDueAnswer>>> Client::still_due(Caller caller,
                                                                 std::vector<StillDueQuestion> questions) {
  std::string body = "{\"questions\":[";
  for (const auto& question : questions) {
    if (body.back() != '[') body += ',';
    body += R"({"taskId":")" + question.task.str() + R"(","reminderId":")" + question.reminder.str() +
            R"(","version":)" + std::to_string(question.version) + '}';
  }
  body += "]}";
  auto call = runtime::make_call(caller, Method::post, "/internal/v1/tasks/still-due", std::move(body));
  const auto reply = co_await invoker_.invoke("tasks", std::move(call), kStillDueDeadline);
  auto answer = body_of(reply);
  if (!answer) co_return answer.error();
  std::vector<StillDueAnswer> out;
  JsonReader in(*answer, Unknown::lenient);
  in.objects("answers", questions.size(), [&](JsonReader& item, std::size_t) {
    out.push_back({item.boolean("due").value_or(true), item.instant("fireAt"), item.text("title").value_or("")});
  });
  if (auto error = in.finish()) co_return *error;
  if (out.size() != questions.size()) co_return Error{Errc::corrupt, "the tasks service did not answer each question"};
  co_return out;
}

}  // namespace daybook::tasks
