#include "language/command/command_lines.hpp"

#include <algorithm>

#include "language/command/command_json.hpp"
#include "language/command/read_command.hpp"
#include "language/question.hpp"

namespace daybook::language {
namespace {

/// Ids are numbers or texts.
std::string id_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  return {};
}

std::string id_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? std::string() : id_of(*value);
}

std::optional<When> when_of(std::string_view text, const Now& now) {
  if (const auto date = parse_date(text)) return When{std::chrono::local_days{*date}, true};
  if (const auto instant = parse_rfc3339(text)) return When{now.to_local(*instant), false};
  return {};
}

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return out;
  for (const json::value& one : value->get_array()) {
    if (one.is_string()) out.emplace_back(one.get_string());
  }
  return out;
}

TaskItem task_of(const json::object& object, const Now& now) {
  TaskItem task;
  task.id = id_of(object, "id");
  task.title = text_of(object, "title");
  task.due = when_of(text_of(object, "due"), now);
  task.rrule = text_of(object, "rrule");
  task.tags = texts_of(object, "tags");
  task.category = text_of(object, "category");
  const auto priority = text_of(object, "priority");
  task.priority = priority == "high"     ? Priority::high
                  : priority == "medium" ? Priority::medium
                  : priority == "low"    ? Priority::low
                                         : Priority::none;
  const auto status = text_of(object, "status");
  const auto* done = object.if_contains("done");
  task.done = status == "done" || status == "completed" || (done != nullptr && done->is_bool() && done->get_bool());
  return task;
}

Intent intent_of(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Intent::clarify); ++i) {
    if (to_string(static_cast<Intent>(i)) == name) return static_cast<Intent>(i);
  }
  return Intent::none;
}

}  // namespace

Context context_of(const json::array& turns, const Now& now) {
  Context context;
  for (const json::value& turn : turns) {
    if (!turn.is_object()) continue;
    const json::object& item = turn.get_object();
    if (const auto* task = item.if_contains("task"); task != nullptr && task->is_object()) {
      context.tasks.push_back(task_of(task->get_object(), now));
      continue;
    }
    if (const auto said = text_of(item, "user"); !said.empty()) {
      context.turns.emplace_back(said);
      context.question.reset();
      continue;
    }
    const auto bot = text_of(item, "bot");
    if (bot == "list") {
      context.list.clear();
      if (const auto* items = item.if_contains("items"); items != nullptr && items->is_array()) {
        for (const json::value& one : items->get_array()) context.list.push_back(id_of(one));
      }
    } else if (bot == "last" || bot == "created" || bot == "updated" || bot == "completed" || bot == "deleted") {
      context.last = id_of(item, "task");
    } else if (bot == "reminder_fired") {
      const std::string id = id_of(item, "task");
      std::erase(context.reminders, id);
      context.reminders.push_back(id);
    } else if (bot == "ask") {
      OpenQuestion question;
      question.slot = text_of(item, "slot");
      question.title = text_of(item, "title");
      question.intent = intent_of(text_of(item, "intent"));
      question.options = texts_of(item, "options");
      context.question = std::move(question);
    }
  }
  return context;
}

std::string answer_command_question(std::string_view json_line) {
  std::string refusal;
  auto asked = read_question(json_line, refusal);
  if (!asked) return refusal;
  auto& [question, out, now, settings] = *asked;
  Context context;
  if (const auto* turns = question.if_contains("context"); turns != nullptr && turns->is_array()) {
    context = context_of(turns->get_array(), now);
  }
  const auto* preview = question.if_contains("spans");
  const bool with_spans = preview != nullptr && preview->is_bool() && preview->get_bool();
  const Command command = read_command(text_of(question, "text"), now, settings, context,
                                       with_spans ? Alternatives::wanted : Alternatives::if_alike);
  out["reading"] = to_json(command, now, with_spans);
  return json::serialize(out);
}

}  // namespace daybook::language
