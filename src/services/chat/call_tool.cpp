#include "services/chat/service.hpp"
#include "services/chat/tools.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

/// The members of a resource that an agent needs; whole resources would fill its context.
json::object brief(const json::object& whole, std::initializer_list<std::string_view> names) {
  json::object out;
  for (const auto name : names) {
    const auto* value = whole.if_contains(name);
    if (!value || value->is_null()) continue;
    if (value->is_array() && value->get_array().empty()) continue;
    out[name] = *value;
  }
  return out;
}

json::object brief_task(const json::value& task) {
  return brief(task.as_object(),
               {"id", "number", "title", "status", "dueAt", "dueDate", "priority", "tags", "category"});
}

json::object brief_series(const json::value& series) {
  auto out = brief(series.as_object(), {"title", "rrule", "rruleText", "state", "tags"});
  out["id"] = "series:" + std::string(series.at("id").as_string());
  if (const auto& next = series.at("next").as_array(); !next.empty()) out["next"] = next.front();
  return out;
}

/// The cards of an outcome as data: {"tasks": […], "total": …, "recurring": […], "stats": {…}}.
json::object content_of(const Outcome& outcome) {
  json::object out;
  json::array tasks, recurring;
  for (const auto& card : outcome.cards) {
    const auto& type = card.at("type").as_string();
    if (type == "task") tasks.push_back(brief_task(card.at("task")));
    if (type == "task-list") {
      for (const auto& task : card.at("tasks").as_array()) tasks.push_back(brief_task(task));
      out["total"] = card.at("total");
    }
    if (type == "series") recurring.push_back(brief_series(card.at("series")));
    if (type == "series-list")
      for (const auto& series : card.at("items").as_array()) recurring.push_back(brief_series(series));
    if (type == "stats")
      out["stats"] = brief(card.at("stats").as_object(), {"open", "created", "completed", "deleted"});
  }
  if (!tasks.empty()) out["tasks"] = std::move(tasks);
  if (!recurring.empty()) out["recurring"] = std::move(recurring);
  return out;
}

/// The tasks that the arguments name, so that they are looked up with the caller's own rights.
std::vector<TaskId> named_in(const json::value& arguments) {
  std::vector<TaskId> out;
  const auto add = [&out](const json::value& value) {
    if (!value.is_string() || out.size() >= 50) return;
    if (const auto id = TaskId::parse(std::string_view(value.get_string()))) out.push_back(*id);
  };
  const auto* object = arguments.if_object();
  if (!object) return out;
  if (const auto* id = object->if_contains("id")) add(*id);
  if (const auto* ids = object->if_contains("ids"); ids && ids->is_array())
    for (const auto& id : ids->get_array()) add(id);
  return out;
}

}  // namespace

awaitable<Result<ToolResult>> Service::call_tool(runtime::Caller caller, std::string name, json::value arguments) {
  const UserId user = caller.principal.user;
  const Instant received = clock_.now();
  // Only a place in the undo journal: nothing is said in it.
  Conversation conversation;
  conversation.id = ConversationId{Uuid::v5(user.value, "mcp")};
  conversation.user = user;
  std::string place = "conversation/" + conversation.id.str();
  const auto turn_of_it = co_await turns_.enter(user, std::move(place));
  conversation.context.last_list = named_in(arguments);
  const language::Now now = now_in(clock_, {}, caller.principal.timezone);
  auto known = co_await load_knowledge(services_.tasks, services_.scheduler, caller, conversation.context, now);
  if (!known) co_return known.error();
  auto command = command_of_tool(name, arguments, *known, now);
  if (!command) co_return command.error();
  // An MCP host has its person approve calls, by the hints that come with each tool.
  command->needs_confirmation = false;
  Scope scope(std::move(caller), now, conversation, *known);
  scope.text = std::move(name);
  scope.may_ask = false;
  Outcome outcome = co_await executor_.run(std::move(*command), scope);

  ToolResult result;
  result.text = outcome.text;
  result.content = content_of(outcome);
  result.failed = outcome.failed;
  if (outcome.undo.empty() && outcome.undone.empty()) co_return result;
  Turn turn;
  if (!outcome.undo.empty()) {
    UndoEntry entry;
    entry.id = Uuid::v7(received);
    entry.conversation = conversation.id;
    entry.steps = std::move(outcome.undo);
    entry.summary = std::move(outcome.undo_summary);
    turn.undo = std::move(entry);
  }
  turn.undone = std::move(outcome.undone);
  turn.rebased = std::move(outcome.rebased);
  turn.conversation = std::move(conversation);
  const auto saved = co_await services_.store.save(std::move(turn), received);
  if (!saved) co_return saved.error();
  co_return result;
}

}  // namespace daybook::chat
