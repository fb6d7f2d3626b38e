#include "domain/series_json.hpp"

#include "core/hash.hpp"
#include "domain/task_json.hpp"

namespace daybook::domain {
namespace {

constexpr std::int64_t kMaxVersion = INT64_MAX;

std::optional<ScheduleText> read_schedule(JsonReader& in, bool required) {
  const auto rrule = in.text("rrule", {.min_bytes = 6, .max_bytes = 512, .single_line = true});
  const auto cron = in.text("cron", {.min_bytes = 5, .max_bytes = 200});
  const auto pattern = in.choice("pattern", {"daily", "weekdays", "weekly", "monthly", "yearly"});
  const int given = (rrule ? 1 : 0) + (cron ? 1 : 0) + (pattern ? 1 : 0);
  if (given > 1 || (required && given == 0 && !in.has("rrule") && !in.has("cron") && !in.has("pattern"))) {
    in.fail("", "Exactly one of rrule, cron and pattern says when.");
  }
  if (rrule) return ScheduleText{ScheduleText::Form::rrule, *rrule};
  if (cron) return ScheduleText{ScheduleText::Form::cron, *cron};
  if (pattern) return ScheduleText{ScheduleText::Form::pattern, *pattern};
  return std::nullopt;
}

std::optional<std::vector<ReminderRule>> read_rules(JsonReader& in) {
  auto drafts = read_reminder_drafts(in);
  if (!drafts) return std::nullopt;
  std::vector<ReminderRule> out;
  for (auto& draft : *drafts) out.push_back(draft.rule);
  return out;
}

std::optional<Anchor> read_anchor(JsonReader& in) {
  const auto text = in.choice("anchor", {"schedule", "completion"});
  if (!text) return std::nullopt;
  return *text == "completion" ? Anchor::completion : Anchor::schedule;
}
std::optional<MonthEnd> read_month_end(JsonReader& in) {
  const auto text = in.choice("monthEnd", {"clamp", "skip"});
  if (!text) return std::nullopt;
  return *text == "skip" ? MonthEnd::skip : MonthEnd::clamp;
}
std::optional<CatchUp> read_catch_up(JsonReader& in) {
  const auto text = in.choice("catchUp", {"one", "all", "skip"});
  if (!text) return std::nullopt;
  return *text == "one" ? CatchUp::one : *text == "all" ? CatchUp::all : CatchUp::skip;
}
std::optional<Priority> read_priority(JsonReader& in) {
  const auto text = in.choice("priority", {"high", "medium", "low", "none"});
  return text ? parse_priority(*text) : std::nullopt;
}
SeriesState read_state(JsonReader& in, std::string_view name) {
  const auto text = in.choice(name, {"active", "paused", "stopped", "ended"}).value_or("active");
  for (auto state : {SeriesState::paused, SeriesState::stopped, SeriesState::ended}) {
    if (text == to_string(state)) return state;
  }
  return SeriesState::active;
}
/// Absent: nullopt; null: the empty string.
std::optional<std::string> read_clearable(JsonReader& in, std::string_view name) {
  if (in.is_null(name)) {
    in.raw(name);
    return std::string{};
  }
  return in.text(name);
}
const JsonReader::Text kExdate{.min_bytes = 10, .max_bytes = 32, .single_line = true};

void append_member(std::string& out, std::string_view name) {
  if (out.back() != '{') out.push_back(',');
  out.push_back('"');
  out.append(name).append("\":");
}
void append_text(std::string& out, std::string_view name, std::string_view text) {
  append_member(out, name);
  append_json_string(out, text);
}
void append_text_or_null(std::string& out, std::string_view name, std::string_view text) {
  append_member(out, name);
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}
void append_texts(std::string& out, std::string_view name, const std::vector<std::string>& texts) {
  append_member(out, name);
  out.push_back('[');
  for (const auto& text : texts) {
    if (out.back() != '[') out.push_back(',');
    append_json_string(out, text);
  }
  out.push_back(']');
}

/// The members that the API and the store share.
void append_common(std::string& out, const Series& series) {
  append_text(out, "id", series.id.str());
  append_text(out, "title", series.title);
  append_text_or_null(out, "description", series.description);
  append_text(out, "priority", to_string(series.priority));
  append_texts(out, "tags", series.tags);
  append_text_or_null(out, "category", series.category);
  append_text_or_null(out, "estimatedDuration", series.estimate ? format_duration(*series.estimate) : "");
  append_text(out, "rrule", series.rrule);
  append_text_or_null(out, "cron", series.cron);
  append_text(out, "timezone", series.timezone);
  append_text(out, "anchor", to_string(series.anchor));
  append_text(out, "monthEnd", to_string(series.month_end));
  append_text(out, "catchUp", to_string(series.catch_up));
  append_texts(out, "exdates", series.exdates);
  append_texts(out, "rdates", series.rdates);
  append_member(out, "reminders");
  out.push_back('[');
  for (const auto& rule : series.reminders) {
    out += out.back() == '[' ? "{" : ",{";
    append_reminder_rule(out, rule);
    out.push_back('}');
  }
  out.push_back(']');
  append_text(out, "state", to_string(series.state));
  append_text(out, "createdAt", format_rfc3339(series.created_at));
  append_text(out, "updatedAt", format_rfc3339(series.updated_at));
  append_member(out, "version");
  out += std::to_string(series.version);
}

}  // namespace

SeriesDraft read_series_draft(JsonReader& in) {
  SeriesDraft draft;
  if (auto id = in.uuid("id")) {
    if (id->version() != 7) in.fail("id", "Use a UUID of version 7.");
    draft.id = SeriesId{*id};
  }
  draft.title = in.text("title", {.required = true}).value_or("");
  draft.description = read_clearable(in, "description").value_or("");
  draft.priority = read_priority(in).value_or(Priority::none);
  draft.tags = in.texts("tags", kMaxTags, {}).value_or(std::vector<std::string>{});
  draft.category = read_clearable(in, "category").value_or("");
  draft.estimate = in.duration("estimatedDuration");
  draft.reminders = read_rules(in).value_or(std::vector<ReminderRule>{});
  draft.schedule = read_schedule(in, true).value_or(ScheduleText{});
  draft.starts = read_when(in, "startsAt", "startsOn").value_or(When{});
  draft.timezone = in.text("timezone", {.min_bytes = 1, .max_bytes = 64}).value_or("");
  draft.anchor = read_anchor(in).value_or(Anchor::schedule);
  draft.month_end = read_month_end(in).value_or(MonthEnd::clamp);
  draft.catch_up = read_catch_up(in).value_or(CatchUp::one);
  draft.exdates = in.texts("exdates", 366, kExdate).value_or(std::vector<std::string>{});
  draft.rdates = in.texts("rdates", 366, kExdate).value_or(std::vector<std::string>{});
  return draft;
}

SeriesPatch read_series_patch(JsonReader& in) {
  SeriesPatch patch;
  patch.title = in.text("title");
  if (in.is_null("title")) in.fail("title", "A title cannot be taken away.");
  patch.description = read_clearable(in, "description");
  patch.priority = read_priority(in);
  patch.tags = in.texts("tags", kMaxTags, {});
  patch.category = read_clearable(in, "category");
  if (in.has("estimatedDuration")) patch.estimate = in.duration("estimatedDuration");
  patch.reminders = read_rules(in);
  patch.schedule = read_schedule(in, false);
  patch.starts = read_when(in, "startsAt", "startsOn");
  patch.timezone = in.text("timezone", {.min_bytes = 1, .max_bytes = 64});
  patch.anchor = read_anchor(in);
  patch.month_end = read_month_end(in);
  patch.catch_up = read_catch_up(in);
  patch.exdates = in.texts("exdates", 366, kExdate);
  patch.rdates = in.texts("rdates", 366, kExdate);
  return patch;
}

PreviewDraft read_preview_draft(JsonReader& in) {
  PreviewDraft preview;
  auto& draft = preview.series;
  draft.title = "Preview";
  draft.schedule = read_schedule(in, true).value_or(ScheduleText{});
  draft.starts = read_when(in, "startsAt", "startsOn").value_or(When{});
  draft.timezone = in.text("timezone", {.min_bytes = 1, .max_bytes = 64}).value_or("");
  draft.month_end = read_month_end(in).value_or(MonthEnd::clamp);
  draft.exdates = in.texts("exdates", 366, kExdate).value_or(std::vector<std::string>{});
  draft.rdates = in.texts("rdates", 366, kExdate).value_or(std::vector<std::string>{});
  preview.limit = static_cast<std::size_t>(in.integer("limit", 1, 100).value_or(10));
  return preview;
}

std::string given_by(const TaskTemplate& from, const When& start) {
  std::string out = "{";
  append_text(out, "title", from.title);
  append_text(out, "description", from.description);
  append_text(out, "priority", to_string(from.priority));
  append_texts(out, "tags", from.tags);
  append_text(out, "category", from.category);
  append_text(out, "estimatedDuration", from.estimate ? format_duration(*from.estimate) : "");
  append_start(out, start);
  append_member(out, "reminders");
  for (const auto& rule : from.reminders) {
    out.push_back('{');
    append_reminder_rule(out, rule);
    out.push_back('}');
  }
  return to_hex(sha256(out)).substr(0, 32);
}

std::string to_json(const Series& series) {
  std::string out = "{";
  append_common(out, series);
  append_text(out, "starts", format_local(series.starts));
  append_member(out, "allDay");
  out += series.all_day ? "true" : "false";
  append_member(out, "revision");
  out += std::to_string(series.revision);
  append_text(out, "considered", format_rfc3339(series.considered));
  append_text(out, "stoppedFrom", to_string(series.stopped_from));
  append_text_or_null(out, "deletedAt", series.deleted_at ? format_rfc3339(*series.deleted_at) : "");
  out.push_back('}');
  return out;
}

Result<Series> parse_series(std::string_view text, const UserId& owner) {
  auto value = parse_json(text);
  if (!value) return Error{Errc::corrupt, "A stored series is no JSON: " + value.error().detail};
  JsonReader in{*value, Unknown::lenient};
  Series series;
  series.owner = owner;
  series.id = SeriesId{in.uuid("id", true).value_or(Uuid{})};
  series.title = in.text("title", {.required = true}).value_or("");
  series.description = in.text("description").value_or("");
  series.priority = read_priority(in).value_or(Priority::none);
  series.tags = in.texts("tags", 1000, {}).value_or(std::vector<std::string>{});
  series.category = in.text("category").value_or("");
  series.estimate = in.duration("estimatedDuration");
  series.reminders = read_rules(in).value_or(std::vector<ReminderRule>{});
  series.rrule = in.text("rrule", {.required = true}).value_or("");
  series.cron = in.text("cron").value_or("");
  series.timezone = in.text("timezone", {.required = true}).value_or("");
  series.anchor = read_anchor(in).value_or(Anchor::schedule);
  series.month_end = read_month_end(in).value_or(MonthEnd::clamp);
  series.catch_up = read_catch_up(in).value_or(CatchUp::one);
  series.exdates = in.texts("exdates", 10'000, {}).value_or(std::vector<std::string>{});
  series.rdates = in.texts("rdates", 366, {}).value_or(std::vector<std::string>{});
  series.state = read_state(in, "state");
  series.stopped_from = read_state(in, "stoppedFrom");
  series.created_at = in.instant("createdAt").value_or(Instant{});
  series.updated_at = in.instant("updatedAt").value_or(Instant{});
  series.version = in.integer("version", 1, kMaxVersion, true).value_or(1);
  series.revision = in.integer("revision", 1, kMaxVersion, true).value_or(1);
  const auto starts = parse_local(in.text("starts", {.required = true}).value_or(""));
  series.all_day = in.boolean("allDay").value_or(false);
  series.considered = in.instant("considered").value_or(Instant{});
  series.deleted_at = in.instant("deletedAt");
  if (auto error = in.finish()) return Error{Errc::corrupt, "A stored series is damaged: " + error->detail};
  if (!starts) return Error{Errc::corrupt, "A stored series has no start."};
  series.starts = *starts;
  if (!RecurrenceRule::parse(series.rrule)) return Error{Errc::corrupt, "A stored series has no rule."};
  return series;
}

void append_start(std::string& out, const When& start) {
  const auto* at = std::get_if<Instant>(&start);
  const auto* on = std::get_if<Date>(&start);
  append_text_or_null(out, "startsAt", at ? format_rfc3339(*at) : "");
  append_text_or_null(out, "startsOn", on ? format_date(*on) : "");
}

void append_series_members(std::string& out, const Series& series, std::string_view words, Instant now) {
  out.push_back('{');
  append_common(out, series);
  append_text(out, "rruleText", words);
  OccurrenceTime first;
  first.local = series.starts;
  if (const auto zone = Zone::locate(series.timezone)) first.instant = zone->to_instant(series.starts).instant;
  append_start(out, start_of(series, first));
  std::vector<std::string> next;
  for (const auto& occurrence : next_starts(series, now, 5)) {
    const auto start = start_of(series, occurrence);
    const auto* at = std::get_if<Instant>(&start);
    next.push_back(at ? format_rfc3339(*at) : format_date(std::get<Date>(start)));
  }
  append_texts(out, "next", next);
  append_texts(out, "notes", notes_of(series, now));
}

}  // namespace daybook::domain
