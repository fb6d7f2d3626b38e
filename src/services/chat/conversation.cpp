#include "services/chat/conversation.hpp"

#include "core/json.hpp"

namespace daybook::chat {

void Context::clear_question() {
  asked_slot.clear();
  asked_text.clear();
  asked_title.clear();
  asked_intent.clear();
  asked_options.clear();
  asked_items.clear();
  planned.clear();
}

namespace {

template <class T>
json::array ids(const std::vector<T>& list) {
  json::array out;
  for (const auto& id : list) out.emplace_back(id.str());
  return out;
}

template <class T>
std::vector<T> read_ids(JsonReader& in, std::string_view name) {
  std::vector<T> out;
  for (const auto& text : in.texts(name, 1000, {}).value_or(std::vector<std::string>{}))
    if (const auto id = T::parse(text)) out.push_back(*id);
  return out;
}

template <class T>
std::optional<T> read_id(JsonReader& in, std::string_view name) {
  const auto id = in.uuid(name);
  if (!id) return std::nullopt;
  return T{*id};
}

}  // namespace

std::string to_json(const Context& context) {
  json::object out;
  out["lastList"] = ids(context.last_list);
  out["lastTasks"] = ids(context.last_tasks);
  if (context.last_series) out["lastSeries"] = context.last_series->str();
  if (context.fired_reminder) out["firedReminder"] = context.fired_reminder->str();
  if (context.fired_task) out["firedTask"] = context.fired_task->str();
  out["questions"] = json::array(context.questions.begin(), context.questions.end());
  if (!context.asked_slot.empty()) {
    out["askedSlot"] = context.asked_slot;
    out["askedText"] = context.asked_text;
    out["askedTitle"] = context.asked_title;
    out["askedIntent"] = context.asked_intent;
    out["planned"] = ids(context.planned);
    out["askedOptions"] = json::array(context.asked_options.begin(), context.asked_options.end());
    out["askedItems"] = json::array(context.asked_items.begin(), context.asked_items.end());
  }
  return json::serialize(out);
}

Context parse_context(std::string_view text) {
  Context out;
  const auto parsed = parse_json(text);
  if (!parsed) return out;
  JsonReader in(*parsed, Unknown::lenient);
  out.last_list = read_ids<TaskId>(in, "lastList");
  out.last_tasks = read_ids<TaskId>(in, "lastTasks");
  out.last_series = read_id<SeriesId>(in, "lastSeries");
  out.fired_reminder = read_id<ReminderId>(in, "firedReminder");
  out.fired_task = read_id<TaskId>(in, "firedTask");
  out.questions = in.texts("questions", 50, {}).value_or(std::vector<std::string>{});
  out.asked_slot = in.text("askedSlot").value_or("");
  out.asked_text = in.text("askedText").value_or("");
  out.asked_title = in.text("askedTitle").value_or("");
  out.asked_intent = in.text("askedIntent").value_or("");
  out.planned = read_ids<TaskId>(in, "planned");
  out.asked_options = in.texts("askedOptions", 50, {}).value_or(std::vector<std::string>{});
  out.asked_items = in.texts("askedItems", 50, {}).value_or(std::vector<std::string>{});
  return out;
}

bool apply(const Rebase& rebase, std::vector<UndoStep>& steps) {
  bool any = false;
  for (auto& step : steps) {
    if (step.id != rebase.id || step.version != rebase.from) continue;
    step.version = rebase.to;
    any = true;
  }
  return any;
}

std::string to_json(const std::vector<UndoStep>& steps) {
  json::array out;
  for (const auto& step : steps) {
    json::object item;
    item["operation"] = step.operation;
    item["id"] = step.id;
    item["version"] = step.version;
    item["prior"] = step.prior;
    item["body"] = step.body;
    item["label"] = step.label;
    out.push_back(std::move(item));
  }
  return json::serialize(out);
}

std::vector<UndoStep> parse_undo_steps(std::string_view text) {
  std::vector<UndoStep> out;
  auto parsed = parse_json(text);
  if (!parsed) return out;
  json::object holder;
  holder["steps"] = std::move(*parsed);
  const json::value value = std::move(holder);
  JsonReader in(value, Unknown::lenient);
  in.objects("steps", 10'000, [&out](JsonReader& item, std::size_t) {
    UndoStep step;
    step.operation = item.text("operation").value_or("");
    step.id = item.text("id").value_or("");
    step.version = item.integer("version", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
    step.prior = item.integer("prior", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
    step.body = item.text("body").value_or("");
    step.label = item.text("label").value_or("");
    out.push_back(std::move(step));
  });
  return out;
}

}  // namespace daybook::chat
