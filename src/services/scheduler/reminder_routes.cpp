#include "domain/local_text.hpp"
#include "http/authorize.hpp"
#include "services/scheduler/events.hpp"
#include "services/scheduler/routes.hpp"

/// `/api/v1/reminders…` (schemas/openapi.yaml).
namespace daybook::scheduler {
namespace {

using boost::asio::awaitable;
using domain::ReminderState;
using http::Request;

Reply reminder_reply(const ReminderRow& row) {
  Reply reply{200, to_json(row)};
  reply.headers.set("ETag", http::etag(row.version));
  return reply;
}

awaitable<Result<Reply>> list(const RouteContext& at, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  http::QueryReader in(request);
  ReminderQuery query;
  query.states = in.list("state");
  for (const auto& state : query.states) {
    if (!domain::parse_reminder_state(state)) {
      in.fail("state", "must be any of pending, fired, snoozed, dismissed, canceled, missed, merged");
    }
  }
  if (const auto task = in.uuid("taskId")) query.task = TaskId{*task};
  query.from = in.instant("from");
  query.to = in.instant("to");
  query.limit = static_cast<int>(in.integer("limit", 1, 200).value_or(50));
  query.cursor = in.text("cursor", 128).value_or("");
  if (auto error = in.finish()) co_return *error;
  const auto page = co_await at.store.list_reminders(*user, std::move(query));
  if (!page) co_return page.error();
  std::string items;
  for (const auto& row : page->items) {
    if (!items.empty()) items += ',';
    items += to_json(row);
  }
  co_return page_reply(std::move(items), page->next_cursor);
}

awaitable<Result<Reply>> snooze(const RouteContext& at, Request request) {
  auto change = change_of<ReminderId>(request, at.clock);
  if (!change) co_return change.error();
  auto& [command, id] = *change;
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in{*body, Unknown::strict};
  const auto by = in.duration("for");
  auto until = in.instant("until");
  if (by.has_value() == until.has_value()) in.fail("", "Exactly one of for and until says when.");
  if (auto error = in.finish()) co_return *error;
  if (by) until = command.now + *by;
  if (*until <= command.now) {
    co_return Error{Errc::unprocessable, "Reminder time must be in the future", "reminder-in-past"};
  }
  if (*until > command.now + std::chrono::days{366}) {
    co_return Error{Errc::unprocessable, "A reminder can be put off by a year at most."};
  }
  const auto row = co_await at.store.snooze(std::move(command), id, *until);
  if (!row) co_return row.error();
  co_return reminder_reply(*row);
}

awaitable<Result<Reply>> dismiss(const RouteContext& at, Request request) {
  auto change = change_of<ReminderId>(request, at.clock);
  if (!change) co_return change.error();
  auto& [command, id] = *change;
  const auto row = co_await at.store.dismiss(std::move(command), id);
  if (!row) co_return row.error();
  co_return reminder_reply(*row);
}

awaitable<Result<Reply>> restore(const RouteContext& at, Request request) {
  auto change = change_of<ReminderId>(request, at.clock);
  if (!change) co_return change.error();
  auto& [command, id] = *change;
  const auto row = co_await at.store.restore_reminder(std::move(command), id);
  if (!row) co_return row.error();
  co_return reminder_reply(*row);
}

/// What the scheduler itself knows, with times as the person reads them.
std::string explain(const ReminderRow& row, const std::vector<Firing>& ledger, const domain::Zone& zone, Instant now) {
  const auto at = row.fire_at ? domain::format_for_people(*row.fire_at, zone) : std::string{};
  const auto fired_at = domain::format_for_people(row.fired_at.value_or(row.updated_at), zone);
  switch (row.state) {
    case ReminderState::pending:
      if (!row.fire_at) return "Its task has no time that it could count from.";
      return *row.fire_at > now ? "It fires at " + at + "." : "It is due and about to fire.";
    case ReminderState::snoozed:
      return "You put it off until " + at + ".";
    case ReminderState::dismissed:
      return "You dismissed it at " + domain::format_for_people(row.updated_at, zone) + ".";
    case ReminderState::canceled:
      return "Its task was completed or deleted, or lost the reminder, before it was due.";
    case ReminderState::missed:
      return "It was due at " + at +
             ", while Daybook was not running, and came too late to be pushed: reminders older "
             "than 24 hours are only listed.";
    case ReminderState::merged:
      return "It came due together with others and was sent as part of one summary at " + fired_at + ".";
    case ReminderState::fired:
      break;
  }
  std::string text = "It fired at " + fired_at;
  if (!ledger.empty()) {
    const auto late = std::chrono::duration_cast<std::chrono::seconds>(ledger.back().at - ledger.back().due);
    if (late >= std::chrono::minutes{1}) {
      text += ", " + std::to_string(late.count() / 60) + " min after it was due";
    }
    if (ledger.back().unconfirmed) text += ", without asking whether it was still due, since that took too long";
  }
  return text + ".";
}

/// What became of it on each channel: the notifier's part of the answer.
std::string explain_channels(const json::array& items) {
  std::string out;
  bool others = false;
  for (const auto& item : items) {
    const auto* delivery = item.if_object();
    const auto* words = delivery ? delivery->if_contains("explanation") : nullptr;
    if (!words || !words->is_string()) continue;
    const auto* name = delivery->if_contains("name");
    out += " ";
    if (const auto* id = delivery->if_contains("channelId"); id && id->is_string()) {
      others = true;
      if (name && name->is_string()) out += std::string(name->get_string()) + ": ";
    }
    out += std::string(words->get_string());
  }
  if (!items.empty() && !others) out += " You have set up no other channel.";
  return out;
}

awaitable<Result<Reply>> deliveries(const RouteContext& at, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto id = id_of<ReminderId>(request);
  if (!id) co_return id.error();
  const auto row = co_await at.store.get_reminder(*user, *id);
  if (!row) co_return row.error();
  const auto ledger = co_await at.store.ledger(*user, *id);
  if (!ledger) co_return ledger.error();
  // What became of it on each channel is the notifier's; without it the ledger alone answers.
  Call call;
  call.path = "/internal/v1/deliveries";
  call.query = "reminderId=" + id->str();
  call.principal = Principal::of_service("scheduler", *user);
  call.correlation_id = request.call.correlation_id;
  const auto reply = co_await at.invoker.invoke("notifier", std::move(call), std::chrono::seconds{2});
  json::array items;
  const auto zone = domain::Zone::locate(request.call.principal->timezone);
  std::string explanation = explain(*row, *ledger, zone ? *zone : domain::Zone{}, at.clock.now());
  const auto body = reply && reply->status == 200 ? parse_json(reply->body) : Result<json::value>(Error{});
  if (body && body->is_object() && body->as_object().contains("items")) {
    items = body->as_object().at("items").as_array();
    explanation += explain_channels(items);
  } else {
    explanation += " What became of it on each channel cannot be said at the moment.";
  }
  std::string out = "{\"reminder\":" + to_json(*row) + ",\"explanation\":";
  append_json_string(out, explanation);
  co_return Reply{200, out + ",\"items\":" + json::serialize(items) + '}'};
}

}  // namespace

void add_reminder_routes(Routes& routes) {
  routes.add(Method::get, "/api/v1/reminders", list);
  routes.add(Method::post, "/api/v1/reminders/{id}/snooze", snooze);
  routes.add(Method::post, "/api/v1/reminders/{id}/dismiss", dismiss);
  routes.add(Method::post, "/api/v1/reminders/{id}/restore", restore);
  routes.add(Method::get, "/api/v1/reminders/{id}/deliveries", deliveries);
}

}  // namespace daybook::scheduler
