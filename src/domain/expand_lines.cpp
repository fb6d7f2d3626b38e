#include "domain/expand_lines.hpp"

#include "core/json.hpp"
#include "domain/recurrence.hpp"

namespace daybook::domain {
namespace {

/// A date, a local time, or an instant with offset, which is read in the zone of the start.
struct Moment {
  LocalTime local{};
  bool is_date = false;
  bool is_instant = false;
};

/// iCalendar's "20260331T090000Z" or "20260331" as ISO 8601's extended form; anything else as it is.
std::string extended(const std::string& text) {
  const auto digits = [&](std::size_t from, std::size_t n) {
    return text.find_first_not_of("0123456789", from) >= from + n;
  };
  const bool date = text.size() >= 8 && digits(0, 8);
  if (!date) return text;
  std::string out = text.substr(0, 4) + '-' + text.substr(4, 2) + '-' + text.substr(6, 2);
  if (text.size() == 8) return out;
  const bool utc = text.size() == 16 && (text[15] == 'Z' || text[15] == 'z');
  if ((text.size() != 15 && !utc) || (text[8] != 'T' && text[8] != 't') || !digits(9, 6)) return text;
  out += 'T' + text.substr(9, 2) + ':' + text.substr(11, 2) + ':' + text.substr(13, 2);
  return utc ? out + 'Z' : out;
}

Result<Moment> read_moment(const std::string& given, const Zone& zone) {
  const std::string text = extended(given);
  if (text.size() == 10) {
    auto date = parse_date(text);
    if (!date) return date.error();
    return Moment{LocalTime{std::chrono::local_days{*date}}, true, false};
  }
  if (auto local = parse_local(text)) return Moment{*local, false, false};
  auto instant = parse_rfc3339(text);
  if (!instant) return instant.error();
  return Moment{zone.to_local(*instant), false, true};
}

Result<std::string> expand(JsonReader& in) {
  const auto tz = in.text("tz");
  const auto dtstart = in.text("dtstart", {.required = true});
  const auto rrule = in.text("rrule");
  const auto exdates = in.texts("exdate", 10'000, {});
  const auto rdates = in.texts("rdate", 10'000, {});
  const auto month_end = in.choice("monthEnd", {"skip", "clamp"});
  const auto limit = in.integer("limit", 0, 100'000);
  if (auto error = in.finish()) {
    std::string all = error->detail;
    for (const auto& field : error->fields) all += " " + field.pointer + ": " + field.detail;
    return Error{Errc::invalid_argument, all};
  }

  RecurrenceStart start;
  if (tz) {
    auto zone = Zone::locate(*tz);
    if (!zone) return zone.error();
    start.zone = *zone;
  }
  auto first = read_moment(*dtstart, start.zone);
  if (!first) return first.error();
  start.local = first->local;
  start.all_day = first->is_date;
  const bool floating = !tz && !first->is_instant;

  std::optional<RecurrenceRule> rule;
  if (rrule && !rrule->empty()) {
    auto parsed = RecurrenceRule::parse(*rrule);
    if (!parsed) return parsed.error();
    rule = std::move(*parsed);
  }
  RecurrenceExceptions exceptions;
  for (const auto& text : exdates.value_or(std::vector<std::string>{})) {
    auto moment = read_moment(text, start.zone);
    if (!moment) return moment.error();
    if (moment->is_date) {
      exceptions.excluded_days.push_back(Date{std::chrono::floor<std::chrono::days>(moment->local)});
    } else {
      exceptions.excluded.push_back(moment->local);
    }
  }
  for (const auto& text : rdates.value_or(std::vector<std::string>{})) {
    // Of a PERIOD the start: how long an occurrence lasts is not ours to say.
    auto moment = read_moment(text.substr(0, text.find('/')), start.zone);
    if (!moment) return moment.error();
    exceptions.added.push_back(moment->local);
  }
  auto recurrence = Recurrence::make(std::move(rule), start, month_end == "clamp" ? MonthEnd::clamp : MonthEnd::skip,
                                     std::move(exceptions));
  if (!recurrence) return recurrence.error();

  std::string out = "[";
  auto iterator = recurrence->begin();
  for (std::int64_t n = limit.value_or(1000); n > 0; --n) {
    const auto occurrence = iterator.next();
    if (!occurrence) break;
    if (out.size() > 1) out.push_back(',');
    out.push_back('"');
    if (start.all_day) {
      out += format_date(Date{std::chrono::floor<std::chrono::days>(occurrence->local)});
    } else if (floating) {
      out += format_local(occurrence->local);
    } else {
      out += format_with_offset(occurrence->instant, start.zone);
    }
    out.push_back('"');
  }
  return out + "]";
}

}  // namespace

std::string answer_expand_question(std::string_view json_line) {
  std::string out = "{\"id\":";
  Result<std::string> answer = Error{};
  auto question = parse_json(json_line);
  if (!question) {
    out += "null";
    answer = question.error();
  } else {
    JsonReader in{*question, Unknown::lenient};
    const auto* id = in.raw("id");
    out += id ? json::serialize(*id) : "null";
    answer = expand(in);
  }
  if (answer) return out + ",\"occurrences\":" + *answer + "}";
  out += ",\"error\":";
  append_json_string(out, answer.error().detail);
  return out + "}";
}

}  // namespace daybook::domain
