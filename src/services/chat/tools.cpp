#include "services/chat/tools.hpp"

namespace daybook::chat {
namespace {

using language::Command;
using language::Intent;

constexpr std::string_view kCreateTask =
    R"json({"type":"object","additionalProperties":false,"required":["title"],"properties":{
"title":{"type":"string"},
"due":{"type":"string","description":"Local date (2026-03-05) or date-time (2026-03-05T15:00)"},
"remind_minutes_before":{"type":"array","maxItems":3,"items":{"type":"integer"}},
"priority":{"enum":["high","medium","low"]},"tags":{"type":"array","items":{"type":"string"}},
"category":{"type":"string"},"note":{"type":"string"}}})json";
constexpr std::string_view kCreateRecurring =
    R"json({"type":"object","additionalProperties":false,"required":["title","rrule"],"properties":{
"title":{"type":"string"},"rrule":{"type":"string","description":"RFC 5545 RRULE without the property name"},
"start":{"type":"string","description":"First start: local date or date-time"},
"remind_minutes_before":{"type":"array","maxItems":3,"items":{"type":"integer"}},
"priority":{"enum":["high","medium","low"]},"tags":{"type":"array","items":{"type":"string"}}}})json";
constexpr std::string_view kListTasks = R"json({"type":"object","additionalProperties":false,"properties":{
"status":{"enum":["open","done","overdue"]},"due_from":{"type":"string"},"due_to":{"type":"string"},
"tag":{"type":"string"},"text":{"type":"string"}}})json";
constexpr std::string_view kIds = R"json({"type":"object","additionalProperties":false,"required":["ids"],"properties":{
"ids":{"type":"array","minItems":1,"maxItems":50,"items":{"type":"string"}}}})json";
constexpr std::string_view kId = R"json({"type":"object","additionalProperties":false,"required":["id"],"properties":{
"id":{"type":"string"}}})json";
constexpr std::string_view kUpdateTask =
    R"json({"type":"object","additionalProperties":false,"required":["id"],"properties":{
"id":{"type":"string"},"title":{"type":"string"},"due":{"type":"string"},"clear_due":{"type":"boolean"},
"priority":{"enum":["high","medium","low"]},"tags_add":{"type":"array","items":{"type":"string"}},
"tags_remove":{"type":"array","items":{"type":"string"}},"note":{"type":"string"}}})json";
constexpr std::string_view kSnooze = R"json({"type":"object","additionalProperties":false,"properties":{
"minutes":{"type":"integer"},"until":{"type":"string"}}})json";
constexpr std::string_view kCount = R"json({"type":"object","additionalProperties":false,"properties":{
"count":{"type":"integer","minimum":1,"maximum":20}}})json";
constexpr std::string_view kNothing = R"json({"type":"object","additionalProperties":false,"properties":{}})json";

constexpr JsonReader::Text kLine{.max_bytes = 2000};
constexpr JsonReader::Text kRequiredLine{.required = true, .min_bytes = 1, .max_bytes = 2000};

/// A local date or date-time; reports a fault under `name`.
std::optional<language::When> read_when(JsonReader& in, std::string_view name) {
  const auto text = in.text(name, kLine);
  if (!text) return std::nullopt;
  language::When out;
  if (const auto date = parse_date(*text)) {
    out.local = std::chrono::local_days{*date};
    return out;
  }
  if (const auto time = parse_local(*text)) {
    out.local = *time;
    out.all_day = false;
    return out;
  }
  in.fail(name, "must be a local date (2026-03-05) or date-time (2026-03-05T15:00), without an offset");
  return std::nullopt;
}

void read_priority(JsonReader& in, Command& command) {
  const auto priority = in.choice("priority", {"high", "medium", "low"});
  if (!priority) return;
  command.priority = *priority == "high"     ? language::Priority::high
                     : *priority == "medium" ? language::Priority::medium
                                             : language::Priority::low;
}

std::vector<std::string> read_texts(JsonReader& in, std::string_view name) {
  return in.texts(name, 50, kLine).value_or(std::vector<std::string>{});
}

void read_leads(JsonReader& in, Command& command) {
  const auto* leads = in.raw("remind_minutes_before");
  if (!leads) return;
  if (!leads->is_array() || leads->get_array().size() > 3)
    return in.fail("remind_minutes_before", "must be an array of at most 3 whole numbers");
  for (const auto& lead : leads->get_array()) {
    boost::system::error_code failure;
    const auto minutes = lead.is_number() ? lead.to_number<std::int64_t>(failure) : -1;
    if (failure || minutes < 0 || minutes > 60 * 24 * 366)
      return in.fail("remind_minutes_before", "must hold minutes between 0 and a year");
    language::ReminderWish wish;
    wish.before.seconds = minutes * 60;
    command.reminders.push_back(std::move(wish));
  }
}

void add_target(JsonReader& in, std::string_view name, const std::string& id, const Knowledge& known,
                Command& command) {
  if (const auto* item = known.context.find(id)) return command.targets.push_back({item->id, item->title});
  // A series stands under its next occurrence, but an agent that was given the series may name it.
  if (const auto* series = known.series_of(id)) return command.targets.push_back({id, series->title});
  in.fail(name, "'" + id.substr(0, 64) + "' is not one of the tasks that you were given; use their ids");
}

void read_target(JsonReader& in, const Knowledge& known, Command& command) {
  if (const auto id = in.text("id", kRequiredLine)) add_target(in, "id", *id, known, command);
}

void read_targets(JsonReader& in, const Knowledge& known, Command& command) {
  const auto ids = in.texts("ids", 50, kRequiredLine);
  if (!ids) return;
  for (const auto& id : *ids) add_target(in, "ids", id, known, command);
}

void read_filter(JsonReader& in, Command& command) {
  command.filtered = true;
  const auto status = in.choice("status", {"open", "done", "overdue"}).value_or("open");
  command.filter.status = status == "done"      ? language::StatusFilter::done
                          : status == "overdue" ? language::StatusFilter::overdue
                                                : language::StatusFilter::open;
  command.filter.due_from = read_when(in, "due_from");
  command.filter.due_to = read_when(in, "due_to");
  if (auto tag = in.text("tag", kLine)) command.filter.tags.push_back(*tag);
  command.filter.text = in.text("text", kLine).value_or("");
}

void read_snooze(JsonReader& in, const language::Now& now, Command& command) {
  command.bulk = true;  // Whatever has fired: an agent has no way to point at one.
  command.snooze_to = read_when(in, "until");
  if (const auto minutes = in.integer("minutes", 1, 60 * 24 * 366)) {
    language::When when;
    when.local = now.to_local(now.instant() + std::chrono::minutes{*minutes});
    when.all_day = false;
    command.snooze_to = when;
  }
}

}  // namespace

const std::vector<Tool>& tools() {
  static const std::vector<Tool> all = {
      {"create_task", "Adds a task.", kCreateTask},
      {"create_recurring_task", "Adds a task that comes again by a rule.", kCreateRecurring},
      {"list_tasks", "Shows tasks to the person.", kListTasks, true},
      {"complete_tasks", "Marks tasks as done.", kIds},
      {"update_task", "Changes fields of a task; what is left out stays.", kUpdateTask},
      {"delete_tasks", "Deletes tasks; the person can undo it.", kIds, false, true},
      {"list_recurring_tasks", "Shows the recurring tasks to the person.", kNothing, true},
      {"stop_recurring_task", "Ends a recurring task; tasks already made stay.", kId, false, true},
      {"pause_recurring_task", "Pauses a recurring task until it is resumed.", kId},
      {"resume_recurring_task", "Lets a paused recurring task go on.", kId},
      {"snooze_reminders", "Reminds again later of what has just fired.", kSnooze},
      {"dismiss_reminders", "Puts the fired reminders away.", kNothing},
      {"show_stats", "Shows how many tasks were completed.", kNothing, true},
      {"undo", "Takes back the last things done in this conversation.", kCount},
  };
  return all;
}

Result<Command> command_of_tool(std::string_view name, const json::value& arguments, const Knowledge& known,
                                const language::Now& now) {
  JsonReader in(arguments, Unknown::strict);
  Command command;
  command.confidence = 1;
  if (name == "create_task") {
    command.intent = Intent::create_task;
    command.title = in.text("title", kRequiredLine).value_or("");
    command.due = read_when(in, "due");
    command.tags = read_texts(in, "tags");
    command.category = in.text("category", kLine).value_or("");
    command.note = in.text("note").value_or("");
    read_priority(in, command);
    read_leads(in, command);
  } else if (name == "create_recurring_task") {
    command.intent = Intent::create_recurring;
    command.title = in.text("title", kRequiredLine).value_or("");
    command.rrule = in.text("rrule", kRequiredLine).value_or("");
    command.due = read_when(in, "start");
    command.tags = read_texts(in, "tags");
    read_priority(in, command);
    read_leads(in, command);
  } else if (name == "list_tasks") {
    command.intent = Intent::list;
    read_filter(in, command);
  } else if (name == "complete_tasks") {
    command.intent = Intent::complete;
    read_targets(in, known, command);
  } else if (name == "update_task") {
    command.intent = Intent::update;
    read_target(in, known, command);
    command.title = in.text("title", kLine).value_or("");
    command.due = read_when(in, "due");
    command.clear_due = in.boolean("clear_due").value_or(false);
    command.tags_add = read_texts(in, "tags_add");
    command.tags_remove = read_texts(in, "tags_remove");
    command.note = in.text("note").value_or("");
    read_priority(in, command);
  } else if (name == "delete_tasks") {
    command.intent = Intent::remove;
    read_targets(in, known, command);
    // What an agent deletes, the person confirms.
    command.needs_confirmation = true;
  } else if (name == "list_recurring_tasks") {
    command.intent = Intent::show_recurring;
  } else if (name == "stop_recurring_task") {
    command.intent = Intent::stop_recurring;
    read_target(in, known, command);
  } else if (name == "pause_recurring_task") {
    command.intent = Intent::pause_recurring;
    read_target(in, known, command);
  } else if (name == "resume_recurring_task") {
    command.intent = Intent::update;
    command.resume = true;
    read_target(in, known, command);
  } else if (name == "snooze_reminders") {
    command.intent = Intent::snooze;
    read_snooze(in, now, command);
  } else if (name == "dismiss_reminders") {
    command.intent = Intent::dismiss;
    command.bulk = true;
  } else if (name == "show_stats") {
    command.intent = Intent::stats;
  } else if (name == "undo") {
    command.intent = Intent::undo;
    command.count = static_cast<int>(in.integer("count", 1, 20).value_or(1));
  } else {
    return Error{Errc::not_found, "There is no tool '" + std::string(name.substr(0, 64)) + "'."};
  }
  if (auto error = in.finish()) return *error;
  return command;
}

}  // namespace daybook::chat
