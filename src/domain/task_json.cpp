#include "domain/task_json.hpp"

#include <charconv>

#include "domain/task_fields.hpp"

namespace daybook::domain {
namespace {

using namespace std::chrono;

void append_number(std::string& out, std::int64_t value) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

void append_text(std::string& out, std::string_view text) { append_json_string(out, text); }

void append_instant(std::string& out, Instant instant) { (out += '"') += format_rfc3339(instant), out += '"'; }

void append_id(std::string& out, const Uuid& id) { (out += '"') += id.str(), out += '"'; }

void append_or_null(std::string& out, std::string_view text) {
  if (text.empty())
    out += "null";
  else
    append_text(out, text);
}

template <class T, class Append>
void append_optional(std::string& out, const std::optional<T>& value, Append append) {
  if (value)
    append(out, *value);
  else
    out += "null";
}

void append_at(std::string& out, const When& when) {
  if (const auto* at = std::get_if<Instant>(&when))
    append_instant(out, *at);
  else
    out += "null";
}

void append_date(std::string& out, const When& when) {
  if (const auto* date = std::get_if<Date>(&when))
    (out += '"') += format_date(*date), out += '"';
  else
    out += "null";
}

std::string format_time_of_day(minutes time) {
  const auto h = time.count() / 60, m = time.count() % 60;
  std::string out = "00:00";
  out[0] += static_cast<char>(h / 10), out[1] += static_cast<char>(h % 10);
  out[3] += static_cast<char>(m / 10), out[4] += static_cast<char>(m % 10);
  return out;
}

std::optional<minutes> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (int i : {0, 1, 3, 4})
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  const int h = (text[0] - '0') * 10 + text[1] - '0', m = (text[3] - '0') * 10 + text[4] - '0';
  if (h > 23 || m > 59) return std::nullopt;
  return hours{h} + minutes{m};
}

void append_tags(std::string& out, const std::vector<std::string>& tags) {
  out += '[';
  for (const auto& tag : tags) {
    if (out.back() != '[') out += ',';
    append_text(out, tag);
  }
  out += ']';
}

void append_reminders(std::string& out, const TaskFields& task) {
  out += '[';
  for (const auto& reminder : task.reminders) {
    if (out.back() != '[') out += ',';
    out += "{\"id\":";
    append_id(out, reminder.id.value);
    out += ',';
    append_reminder_rule(out, reminder.rule);
    out += ",\"fireAt\":";
    append_optional(out, reminder.fire_at, append_instant);
    ((out += ",\"state\":\"") += to_string(reminder.state)) += "\"}";
  }
  out += ']';
}

/// The members of a task's JSON in their order. `tracked`: a difference is a change that events name.
struct Member {
  std::string_view name;
  bool tracked;
  void (*append)(std::string& out, const TaskFields& task);
};

constexpr Member kMembers[] = {
    {"id", false, [](std::string& out, const TaskFields& t) { append_id(out, t.id.value); }},
    {"number", false, [](std::string& out, const TaskFields& t) { append_number(out, t.number); }},
    {"title", true, [](std::string& out, const TaskFields& t) { append_text(out, t.title); }},
    {"description", true, [](std::string& out, const TaskFields& t) { append_or_null(out, t.description); }},
    {"status", true, [](std::string& out, const TaskFields& t) { ((out += '"') += to_string(t.status)) += '"'; }},
    {"priority", true, [](std::string& out, const TaskFields& t) { ((out += '"') += to_string(t.priority)) += '"'; }},
    {"tags", true, [](std::string& out, const TaskFields& t) { append_tags(out, t.tags); }},
    {"category", true, [](std::string& out, const TaskFields& t) { append_or_null(out, t.category); }},
    {"dueAt", true, [](std::string& out, const TaskFields& t) { append_at(out, t.due); }},
    {"dueDate", true, [](std::string& out, const TaskFields& t) { append_date(out, t.due); }},
    {"startAt", true, [](std::string& out, const TaskFields& t) { append_at(out, t.start); }},
    {"startDate", true, [](std::string& out, const TaskFields& t) { append_date(out, t.start); }},
    {"timezone", true, [](std::string& out, const TaskFields& t) { append_text(out, t.timezone); }},
    {"estimatedDuration", true,
     [](std::string& out, const TaskFields& t) {
       append_optional(out, t.estimate, [](std::string& o, seconds s) { ((o += '"') += format_duration(s)) += '"'; });
     }},
    {"reminders", true, [](std::string& out, const TaskFields& t) { append_reminders(out, t); }},
    {"parentId", true,
     [](std::string& out, const TaskFields& t) {
       append_optional(out, t.parent, [](std::string& o, const TaskId& id) { append_id(o, id.value); });
     }},
    {"seriesId", true,
     [](std::string& out, const TaskFields& t) {
       append_optional(out, t.series, [](std::string& o, const SeriesId& id) { append_id(o, id.value); });
     }},
    {"recurrenceId", true, [](std::string& out, const TaskFields& t) { append_or_null(out, t.recurrence_id); }},
    {"completedAt", true,
     [](std::string& out, const TaskFields& t) { append_optional(out, t.completed_at, append_instant); }},
    {"createdAt", false, [](std::string& out, const TaskFields& t) { append_instant(out, t.created_at); }},
    {"updatedAt", false, [](std::string& out, const TaskFields& t) { append_instant(out, t.updated_at); }},
    {"version", false, [](std::string& out, const TaskFields& t) { append_number(out, t.version); }},
};

std::string_view view(const json::value& value) {
  const auto* text = value.if_string();
  return text ? std::string_view{*text} : std::string_view{};
}

/// Reads one stored task. Unknown members are ignored; wrong ones make the whole corrupt.
class StoredTask {
 public:
  explicit StoredTask(const json::object& object) : object_(object) {}

  std::string text(std::string_view name) const {
    const auto* value = object_.if_contains(name);
    return value ? std::string(view(*value)) : std::string();
  }
  std::int64_t integer(std::string_view name) const {
    const auto* value = object_.if_contains(name);
    boost::system::error_code failure;
    return value && value->is_number() ? value->to_number<std::int64_t>(failure) : 0;
  }
  std::optional<Instant> instant(std::string_view name) {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    auto parsed = parse_rfc3339(value);
    if (!parsed) return fail(), std::nullopt;
    return *parsed;
  }
  template <class Kind>
  std::optional<Kind> id(std::string_view name) {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    auto parsed = Kind::parse(value);
    if (!parsed) return fail(), std::nullopt;
    return *parsed;
  }
  When when(std::string_view at_name, std::string_view date_name) {
    if (auto at = instant(at_name)) return *at;
    const std::string value = text(date_name);
    if (value.empty()) return {};
    auto date = parse_date(value);
    if (!date) return fail(), When{};
    return *date;
  }
  std::optional<seconds> duration(std::string_view name) {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    auto parsed = parse_duration(value);
    if (!parsed) return fail(), std::nullopt;
    return *parsed;
  }
  void fail() { ok_ = false; }
  bool ok() const { return ok_; }
  const json::value* raw(std::string_view name) const { return object_.if_contains(name); }

 private:
  const json::object& object_;
  bool ok_ = true;
};

Reminder read_stored_reminder(StoredTask in, StoredTask& task) {
  Reminder reminder;
  const auto id = in.id<ReminderId>("id");
  if (!id) return task.fail(), reminder;
  reminder.id = *id;
  reminder.fire_at = in.instant("fireAt");
  reminder.state = parse_reminder_state(in.text("state")).value_or(ReminderState::pending);
  if (auto before = in.duration("before")) {
    reminder.rule = RemindBefore{*before, in.text("relativeTo") == "start"};
  } else if (auto at = in.instant("at")) {
    reminder.rule = RemindAt{*at};
  } else {
    const auto time = parse_time_of_day(in.text("time"));
    if (!time) return task.fail(), reminder;
    reminder.rule =
        RemindDaysBefore{static_cast<int>(in.integer("daysBefore")), *time, in.text("relativeTo") == "start"};
  }
  if (!in.ok()) task.fail();
  return reminder;
}

// Code points are counted by the rules; here only the size is bounded.
constexpr JsonReader::Text kTitleText{.max_bytes = kMaxTextBytes};

/// Reports text that is no name of `parse`'s enumeration.
template <class Parse>
auto read_name(JsonReader& in, std::string_view name, std::string_view choices, Parse parse)
    -> decltype(parse(std::string_view{})) {
  const auto text = in.text(name, {.max_bytes = 64});
  if (!text) return std::nullopt;
  auto value = parse(*text);
  if (!value) in.fail(name, "must be one of " + std::string(choices));
  return value;
}
constexpr std::string_view kStatusNames = "pending, in-progress, completed";
constexpr std::string_view kPriorityNames = "high, medium, low, none";

/// Writes one object, member by member.
class ObjectWriter {
 public:
  std::string& member(std::string_view name) {
    out_ += out_.size() == 1 ? "\"" : ",\"";
    out_ += name;
    return out_ += "\":";
  }
  void text(std::string_view name, std::string_view value) { append_text(member(name), value); }
  void text_or_null(std::string_view name, std::string_view value) { append_or_null(member(name), value); }
  void when(std::string_view at_name, std::string_view date_name, const When& value) {
    if (std::holds_alternative<Date>(value))
      append_date(member(date_name), value);
    else
      append_at(member(at_name), value);
  }
  void reminders(const std::vector<ReminderDraft>& drafts) {
    auto& out = member("reminders");
    out += '[';
    for (const auto& draft : drafts) {
      if (out.back() != '[') out += ',';
      out += rule_json(draft);
    }
    out += ']';
  }
  std::string finish() { return std::move(out_ += '}'); }

 private:
  std::string out_ = "{";
};

}  // namespace

void append_reminder_rule(std::string& out, const ReminderRule& rule) {
  if (const auto* before = std::get_if<RemindBefore>(&rule)) {
    ((out += "\"before\":\"") += format_duration(before->lead)) += "\",\"relativeTo\":\"";
    (out += before->of_start ? "start" : "due") += '"';
  } else if (const auto* absolute = std::get_if<RemindAt>(&rule)) {
    out += "\"at\":";
    append_instant(out, absolute->at);
  } else {
    const auto& days_before = std::get<RemindDaysBefore>(rule);
    out += "\"daysBefore\":";
    append_number(out, days_before.days);
    ((out += ",\"time\":\"") += format_time_of_day(days_before.time)) += "\",\"relativeTo\":\"";
    (out += days_before.of_start ? "start" : "due") += '"';
  }
}

std::string rule_json(const ReminderDraft& draft) {
  std::string out = "{";
  if (draft.id) ((out += "\"id\":\"") += draft.id->str()) += "\",";
  append_reminder_rule(out, draft.rule);
  return out += '}';
}

void append_task_json(std::string& out, const TaskFields& task) {
  char separator = '{';
  for (const auto& member : kMembers) {
    ((out += separator) += '"') += member.name;
    out += "\":";
    member.append(out, task);
    separator = ',';
  }
  if (task.deleted_at) {
    out += ",\"deletedAt\":";
    append_instant(out, *task.deleted_at);
  }
  out += '}';
}

std::string to_json(const TaskFields& task) {
  std::string out;
  out.reserve(640 + task.title.size() + task.description.size());
  append_task_json(out, task);
  return out;
}

std::vector<FieldChange> diff_fields(const TaskFields& before, const TaskFields& after) {
  std::vector<FieldChange> changes;
  std::string left, right;
  const auto compare = [&](std::string_view name) {
    if (left != right) changes.push_back({std::string(name), left, right});
    left.clear(), right.clear();
  };
  for (const auto& member : kMembers) {
    if (!member.tracked) continue;
    member.append(left, before);
    member.append(right, after);
    compare(member.name);
  }
  append_optional(left, before.deleted_at, append_instant);
  append_optional(right, after.deleted_at, append_instant);
  compare("deletedAt");
  return changes;
}

Result<Task> parse_task(const json::value& value, const UserId& owner) {
  const auto* object = value.if_object();
  if (!object) return Error{Errc::corrupt, "a task must be a JSON object"};
  StoredTask in(*object);
  TaskFields task;
  task.owner = owner;
  if (auto id = in.id<TaskId>("id")) task.id = *id;
  task.number = in.integer("number");
  task.version = in.integer("version");
  task.title = in.text("title");
  task.description = in.text("description");
  const auto status = parse_status(in.text("status"));
  const auto priority = parse_priority(in.text("priority"));
  if (!status || !priority) in.fail();
  task.status = status.value_or(Status::pending);
  task.priority = priority.value_or(Priority::none);
  if (const auto* tags = in.raw("tags"); tags && tags->is_array())
    for (const auto& tag : tags->get_array()) task.tags.emplace_back(view(tag));
  task.category = in.text("category");
  task.due = in.when("dueAt", "dueDate");
  task.start = in.when("startAt", "startDate");
  task.timezone = in.text("timezone");
  task.estimate = in.duration("estimatedDuration");
  if (const auto* reminders = in.raw("reminders"); reminders && reminders->is_array())
    for (const auto& reminder : reminders->get_array()) {
      if (const auto* item = reminder.if_object())
        task.reminders.push_back(read_stored_reminder(StoredTask(*item), in));
      else
        in.fail();
    }
  task.parent = in.id<TaskId>("parentId");
  task.series = in.id<SeriesId>("seriesId");
  task.recurrence_id = in.text("recurrenceId");
  task.completed_at = in.instant("completedAt");
  if (auto at = in.instant("createdAt")) task.created_at = *at;
  if (auto at = in.instant("updatedAt")) task.updated_at = *at;
  task.deleted_at = in.instant("deletedAt");
  if (!in.ok()) return Error{Errc::corrupt, "task " + task.id.str() + " has a member that cannot be read"};
  return Task::restore(std::move(task));
}

Result<Task> parse_task(std::string_view text, const UserId& owner) {
  auto document = parse_json(text);
  if (!document) return Error{Errc::corrupt, document.error().detail};
  return parse_task(*document, owner);
}

std::optional<When> read_when(JsonReader& in, std::string_view at_name, std::string_view date_name) {
  const auto at = in.instant(at_name);
  const auto date = in.date(date_name);
  if (in.has(at_name) && in.has(date_name) && !in.is_null(at_name) && !in.is_null(date_name)) {
    in.fail(date_name, "must not stand beside " + std::string(at_name) + "; give one of them");
    return std::nullopt;
  }
  if (at) return *at;
  if (date) return *date;
  if (in.is_null(at_name) || in.is_null(date_name)) return When{};
  return std::nullopt;
}

ReminderDraft read_reminder_draft(JsonReader& in) {
  ReminderDraft draft;
  if (auto id = in.uuid("id")) draft.id = ReminderId{*id};
  const auto before = in.duration("before");
  const auto relative_to = in.choice("relativeTo", {"due", "start"});
  const auto at = in.instant("at");
  const auto days_before = in.integer("daysBefore", 0, 365);
  const auto time_text = in.text("time", {.max_bytes = 16});
  // What a reader of the task sees and may send back unchanged.
  in.raw("fireAt");
  in.raw("state");
  const int forms = in.has("before") + in.has("at") + in.has("daysBefore");
  const int nulls = in.is_null("before") + in.is_null("at") + in.is_null("daysBefore");
  if (forms - nulls != 1) {
    in.fail("", "give one of before, at, or daysBefore with time");
    return draft;
  }
  if (before) {
    draft.rule = RemindBefore{*before, relative_to == "start"};
  } else if (at) {
    draft.rule = RemindAt{*at};
  } else if (days_before) {
    const auto time = time_text ? parse_time_of_day(*time_text) : std::nullopt;
    if (!time) {
      in.fail("time", time_text ? "must be a time of day such as 18:00" : "is required with daysBefore");
      return draft;
    }
    draft.rule = RemindDaysBefore{static_cast<int>(*days_before), *time, relative_to == "start"};
  }
  return draft;
}

std::optional<std::vector<ReminderDraft>> read_reminder_drafts(JsonReader& in, std::string_view name) {
  if (in.is_null(name)) {
    in.raw(name);
    return std::vector<ReminderDraft>{};
  }
  std::vector<ReminderDraft> drafts;
  // More than a task may have are read, so that the answer is the rule's and not the reader's.
  const bool there =
      in.objects(name, 64, [&](JsonReader& item, std::size_t) { drafts.push_back(read_reminder_draft(item)); });
  if (!there) return std::nullopt;
  return drafts;
}

TaskDraft read_task_draft(JsonReader& in, bool internal) {
  TaskDraft draft;
  if (auto id = in.uuid("id")) {
    if (!internal && id->version() != 7) in.fail("id", "must be a UUID of version 7");
    draft.id = TaskId{*id};
  }
  auto title_rules = kTitleText;
  title_rules.required = true;
  draft.title = in.text("title", title_rules).value_or("");
  draft.description = in.text("description").value_or("");
  draft.status = read_name(in, "status", kStatusNames, parse_status).value_or(Status::pending);
  draft.priority = read_name(in, "priority", kPriorityNames, parse_priority).value_or(Priority::none);
  draft.tags = in.texts("tags", 256, {.max_bytes = 1024}).value_or(std::vector<std::string>{});
  draft.category = in.text("category", {.max_bytes = 1024}).value_or("");
  draft.due = read_when(in, "dueAt", "dueDate").value_or(When{});
  draft.start = read_when(in, "startAt", "startDate").value_or(When{});
  draft.timezone = in.text("timezone", {.max_bytes = 128}).value_or("");
  draft.estimate = in.duration("estimatedDuration");
  draft.reminders = read_reminder_drafts(in).value_or(std::vector<ReminderDraft>{});
  if (auto parent = in.uuid("parentId")) draft.parent = TaskId{*parent};
  if (internal) {
    if (auto series = in.uuid("seriesId")) draft.series = SeriesId{*series};
    draft.recurrence_id = in.text("recurrenceId", {.max_bytes = 64}).value_or("");
  }
  return draft;
}

TaskPatch read_task_patch(JsonReader& in) {
  TaskPatch patch;
  const auto not_null = [&](std::string_view name) {
    if (in.is_null(name)) in.fail(name, "must not be null");
  };
  patch.title = in.text("title", kTitleText);
  not_null("title");
  patch.description = in.text("description");
  if (in.is_null("description")) patch.description = "";
  patch.status = read_name(in, "status", kStatusNames, parse_status);
  not_null("status");
  patch.priority = read_name(in, "priority", kPriorityNames, parse_priority);
  if (in.is_null("priority")) patch.priority = Priority::none;
  patch.tags = in.texts("tags", 256, {.max_bytes = 1024});
  if (in.is_null("tags")) patch.tags = std::vector<std::string>{};
  patch.category = in.text("category", {.max_bytes = 1024});
  if (in.is_null("category")) patch.category = "";
  patch.due = read_when(in, "dueAt", "dueDate");
  patch.start = read_when(in, "startAt", "startDate");
  patch.timezone = in.text("timezone", {.max_bytes = 128});
  if (in.is_null("timezone")) patch.timezone = "";
  if (auto estimate = in.duration("estimatedDuration"))
    patch.estimate = estimate;
  else if (in.is_null("estimatedDuration"))
    patch.estimate = std::optional<seconds>{};
  patch.reminders = read_reminder_drafts(in);
  if (auto parent = in.uuid("parentId"))
    patch.parent = TaskId{*parent};
  else if (in.is_null("parentId"))
    patch.parent = std::optional<TaskId>{};
  return patch;
}

std::string to_json(const TaskDraft& draft) {
  ObjectWriter out;
  if (draft.id) out.text("id", draft.id->str());
  out.text("title", draft.title);
  if (!draft.description.empty()) out.text("description", draft.description);
  if (draft.status != Status::pending) out.text("status", to_string(draft.status));
  if (draft.priority != Priority::none) out.text("priority", to_string(draft.priority));
  if (!draft.tags.empty()) append_tags(out.member("tags"), draft.tags);
  if (!draft.category.empty()) out.text("category", draft.category);
  if (is_set(draft.due)) out.when("dueAt", "dueDate", draft.due);
  if (is_set(draft.start)) out.when("startAt", "startDate", draft.start);
  if (!draft.timezone.empty()) out.text("timezone", draft.timezone);
  if (draft.estimate) out.text("estimatedDuration", format_duration(*draft.estimate));
  if (!draft.reminders.empty()) out.reminders(draft.reminders);
  if (draft.parent) out.text("parentId", draft.parent->str());
  if (draft.series) out.text("seriesId", draft.series->str());
  if (!draft.recurrence_id.empty()) out.text("recurrenceId", draft.recurrence_id);
  return out.finish();
}

std::string to_json(const TaskPatch& patch) {
  ObjectWriter out;
  if (patch.title) out.text("title", *patch.title);
  if (patch.description) out.text_or_null("description", *patch.description);
  if (patch.status) out.text("status", to_string(*patch.status));
  if (patch.priority) out.text("priority", to_string(*patch.priority));
  if (patch.tags) append_tags(out.member("tags"), *patch.tags);
  if (patch.category) out.text_or_null("category", *patch.category);
  if (patch.due) out.when("dueAt", "dueDate", *patch.due);
  if (patch.start) out.when("startAt", "startDate", *patch.start);
  if (patch.timezone) out.text_or_null("timezone", *patch.timezone);
  if (patch.estimate)
    append_optional(out.member("estimatedDuration"), *patch.estimate,
                    [](std::string& o, seconds s) { append_text(o, format_duration(s)); });
  if (patch.reminders) out.reminders(*patch.reminders);
  if (patch.parent)
    append_optional(out.member("parentId"), *patch.parent,
                    [](std::string& o, const TaskId& id) { append_id(o, id.value); });
  return out.finish();
}

}  // namespace daybook::domain
