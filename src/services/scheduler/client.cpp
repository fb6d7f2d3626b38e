#include "services/scheduler/client.hpp"

#include "core/json.hpp"
#include "domain/task_json.hpp"
#include "http/problem.hpp"

namespace daybook::scheduler {
namespace {

using boost::asio::awaitable;

constexpr auto kMaxVersion = std::numeric_limits<std::int64_t>::max();

std::string path_of(const SeriesId& id, std::string_view action = {}) {
  return "/api/v1/recurring/" + id.str() + std::string(action);
}

std::string path_of(const ReminderId& id, std::string_view action) {
  return "/api/v1/reminders/" + id.str() + std::string(action);
}

/// A recurrence id without its offset, which says the same to the series and needs no escaping.
std::string wall_clock_of(const std::string& recurrence_id) { return recurrence_id.substr(0, 19); }

std::string occurrence_body(const std::string& recurrence_id) {
  json::object body;
  if (!recurrence_id.empty()) body["recurrenceId"] = recurrence_id;
  return json::serialize(body);
}

std::string to_body(const SeriesDraft& draft) {
  json::object out;
  if (draft.id) out["id"] = draft.id->str();
  out["title"] = draft.title;
  if (!draft.description.empty()) out["description"] = draft.description;
  out["priority"] = to_string(draft.priority);
  out["tags"] = json::array(draft.tags.begin(), draft.tags.end());
  if (!draft.category.empty()) out["category"] = draft.category;
  if (draft.estimate) out["estimatedDuration"] = format_duration(*draft.estimate);
  out["rrule"] = draft.rrule;
  if (const auto* at = std::get_if<Instant>(&draft.starts)) out["startsAt"] = format_rfc3339(*at);
  if (const auto* on = std::get_if<Date>(&draft.starts)) out["startsOn"] = format_date(*on);
  if (!draft.timezone.empty()) out["timezone"] = draft.timezone;
  out["anchor"] = draft.anchor_completion ? "completion" : "schedule";
  if (!draft.exdates.empty()) out["exdates"] = json::array(draft.exdates.begin(), draft.exdates.end());
  std::string body = json::serialize(out);
  if (draft.reminders.empty()) return body;
  body.back() = ',';
  body += "\"reminders\":[";
  for (std::size_t i = 0; i < draft.reminders.size(); ++i) {
    body += i == 0 ? "{" : ",{";
    domain::append_reminder_rule(body, draft.reminders[i]);
    body += '}';
  }
  return body + "]}";
}

domain::When starts_of(JsonReader& in) {
  if (const auto at = in.instant("startsAt")) return *at;
  if (const auto on = in.date("startsOn")) return *on;
  return {};
}

Result<SeriesView> series_of(const json::value& value) {
  JsonReader in(value, Unknown::lenient);
  SeriesView out;
  out.id = SeriesId{in.uuid("id", true).value_or(Uuid{})};
  out.title = in.text("title", {.required = true}).value_or("");
  out.rrule = in.text("rrule").value_or("");
  out.rrule_text = in.text("rruleText").value_or("");
  out.starts = starts_of(in);
  out.timezone = in.text("timezone").value_or("");
  out.after_completion = in.text("anchor").value_or("") == "completion";
  out.state = in.text("state").value_or("");
  out.next = in.texts("next", 100, {}).value_or(std::vector<std::string>{});
  out.tags = in.texts("tags", 100, {}).value_or(std::vector<std::string>{});
  out.category = in.text("category").value_or("");
  out.priority = domain::parse_priority(in.text("priority").value_or("")).value_or(domain::Priority::none);
  out.notes = in.texts("notes", 100, {}).value_or(std::vector<std::string>{});
  out.version = in.integer("version", 0, kMaxVersion).value_or(0);
  if (auto error = in.finish()) return *error;
  out.json = json::serialize(value);
  return out;
}

Result<ReminderView> reminder_of(const json::value& value) {
  JsonReader in(value, Unknown::lenient);
  ReminderView out;
  out.id = ReminderId{in.uuid("id", true).value_or(Uuid{})};
  out.task = TaskId{in.uuid("taskId", true).value_or(Uuid{})};
  out.task_title = in.text("taskTitle").value_or("");
  out.fire_at = in.instant("fireAt");
  out.fired_at = in.instant("firedAt");
  out.state = domain::parse_reminder_state(in.text("state").value_or("")).value_or(domain::ReminderState::pending);
  out.version = in.integer("version", 0, kMaxVersion).value_or(0);
  if (auto error = in.finish()) return *error;
  return out;
}

/// Reads every element of a page's "items".
template <class T>
Result<std::vector<T>> items_of(const Reply& reply, Result<T> (*read)(const json::value&)) {
  const auto parsed = parse_json(reply.body);
  if (!parsed) return parsed.error();
  const auto* object = parsed->if_object();
  const auto* items = object ? object->if_contains("items") : nullptr;
  if (!items || !items->is_array()) return Error{Errc::internal, "The scheduler's answer has no items."};
  std::vector<T> out;
  for (const auto& item : items->get_array()) {
    auto value = read(item);
    if (!value) return value.error();
    out.push_back(std::move(*value));
  }
  return out;
}

}  // namespace

awaitable<Result<Reply>> Client::send(Call call) {
  auto reply = co_await invoker_.invoke("scheduler", std::move(call), deadline_);
  if (reply && reply->status >= 400) co_return http::error_of_reply(*reply);
  co_return reply;
}

awaitable<Result<SeriesView>> Client::send_for_series(Call call) {
  const auto reply = co_await send(std::move(call));
  if (!reply) co_return reply.error();
  const auto parsed = parse_json(reply->body);
  if (!parsed) co_return parsed.error();
  co_return series_of(*parsed);
}

awaitable<Result<ReminderView>> Client::send_for_reminder(Call call) {
  const auto reply = co_await send(std::move(call));
  if (!reply) co_return reply.error();
  const auto parsed = parse_json(reply->body);
  if (!parsed) co_return parsed.error();
  co_return reminder_of(*parsed);
}

awaitable<Result<SeriesView>> Client::create(Caller caller, SeriesDraft draft) {
  return send_for_series(runtime::make_call(caller, Method::post, "/api/v1/recurring", to_body(draft)));
}

awaitable<Result<SeriesView>> Client::get(Caller caller, SeriesId id) {
  return send_for_series(runtime::make_call(caller, Method::get, path_of(id)));
}

awaitable<Result<std::vector<SeriesView>>> Client::list(Caller caller, std::vector<std::string> states) {
  Call call = runtime::make_call(caller, Method::get, "/api/v1/recurring");
  call.query = "limit=200";
  for (const auto& state : states) call.query += "&state=" + state;
  const auto reply = co_await send(std::move(call));
  if (!reply) co_return reply.error();
  co_return items_of<SeriesView>(*reply, series_of);
}

awaitable<Result<SeriesView>> Client::patch(Caller caller, SeriesId id, std::string body, std::int64_t if_match,
                                            std::string from) {
  Call call = runtime::make_call(caller, Method::patch, path_of(id), std::move(body), if_match);
  if (!from.empty()) call.query = "scope=future&from=" + wall_clock_of(from);
  return send_for_series(std::move(call));
}

awaitable<Result<domain::Task>> Client::patch_occurrence(Caller caller, SeriesId id, std::string recurrence_id,
                                                         std::string body) {
  const auto path = path_of(id, "/occurrences/" + wall_clock_of(recurrence_id));
  const auto reply = co_await send(runtime::make_call(caller, Method::patch, path, std::move(body)));
  if (!reply) co_return reply.error();
  const auto parsed = parse_json(reply->shared_body ? *reply->shared_body : reply->body);
  if (!parsed) co_return parsed.error();
  co_return domain::parse_task(*parsed, caller.principal.user);
}

awaitable<Result<SeriesView>> Client::pause(Caller caller, SeriesId id, std::int64_t if_match) {
  return send_for_series(runtime::make_call(caller, Method::post, path_of(id, "/pause"), {}, if_match));
}

awaitable<Result<SeriesView>> Client::resume(Caller caller, SeriesId id, std::int64_t if_match) {
  return send_for_series(runtime::make_call(caller, Method::post, path_of(id, "/resume"), {}, if_match));
}

awaitable<Result<SeriesView>> Client::stop(Caller caller, SeriesId id, std::int64_t if_match) {
  return send_for_series(runtime::make_call(caller, Method::post, path_of(id, "/stop"), {}, if_match));
}

awaitable<Result<SeriesView>> Client::skip(Caller caller, SeriesId id, std::string recurrence_id,
                                           std::int64_t if_match) {
  return send_for_series(
      runtime::make_call(caller, Method::post, path_of(id, "/skip"), occurrence_body(recurrence_id), if_match));
}

awaitable<Result<SeriesView>> Client::restore(Caller caller, SeriesId id, std::string recurrence_id,
                                              std::int64_t if_match) {
  return send_for_series(
      runtime::make_call(caller, Method::post, path_of(id, "/restore"), occurrence_body(recurrence_id), if_match));
}

awaitable<Result<void>> Client::remove(Caller caller, SeriesId id, std::string scope, std::int64_t if_match) {
  Call call = runtime::make_call(caller, Method::delete_, path_of(id), {}, if_match);
  call.query = "scope=" + scope;
  const auto reply = co_await send(std::move(call));
  if (!reply) co_return reply.error();
  co_return Result<void>{};
}

awaitable<Result<std::vector<ReminderView>>> Client::reminders(Caller caller, std::optional<TaskId> task) {
  Call call = runtime::make_call(caller, Method::get, "/api/v1/reminders");
  call.query = "limit=200";
  if (task) call.query += "&taskId=" + task->str();
  const auto reply = co_await send(std::move(call));
  if (!reply) co_return reply.error();
  co_return items_of<ReminderView>(*reply, reminder_of);
}

awaitable<Result<ReminderView>> Client::snooze(Caller caller, ReminderId id, Instant until, std::int64_t if_match) {
  json::object body;
  body["until"] = format_rfc3339(until);
  return send_for_reminder(
      runtime::make_call(caller, Method::post, path_of(id, "/snooze"), json::serialize(body), if_match));
}

awaitable<Result<ReminderView>> Client::dismiss(Caller caller, ReminderId id) {
  return send_for_reminder(runtime::make_call(caller, Method::post, path_of(id, "/dismiss")));
}

awaitable<Result<ReminderView>> Client::restore(Caller caller, ReminderId id, std::int64_t if_match) {
  return send_for_reminder(runtime::make_call(caller, Method::post, path_of(id, "/restore"), {}, if_match));
}

}  // namespace daybook::scheduler
