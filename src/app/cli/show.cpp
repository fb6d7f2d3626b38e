#include "app/cli/show.hpp"

#include <ctime>

#include "core/json.hpp"
#include "core/time.hpp"

namespace daybook::app {
namespace {

const json::value* member(const json::value& object, const char* name) {
  return object.is_object() ? object.get_object().if_contains(name) : nullptr;
}

const json::array* list_of(const json::value& object, const char* name) {
  const auto* value = member(object, name);
  return value ? value->if_array() : nullptr;
}

std::string format(const std::tm& time, const char* how) {
  char text[64];
  return {text, std::strftime(text, sizeof text, how, &time)};
}

/// "Sun 22 Nov 2026 15:00" there; a date as it is, since it is the same day everywhere.
std::string when(const json::value& object, const char* instant, const char* date, const domain::Zone& zone) {
  if (const auto at = parse_rfc3339(text_of(object, instant))) {
    const std::time_t reading = zone.to_local(*at).time_since_epoch().count();
    std::tm local{};
    ::gmtime_r(&reading, &local);
    return format(local, "%a %e %b %Y %H:%M");
  }
  const std::string day = text_of(object, date);
  std::tm parsed{};
  if (day.empty() || !::strptime(day.c_str(), "%Y-%m-%d", &parsed)) return day;
  return format(parsed, "%a %e %b %Y");
}

std::string series_line(const json::value& series) {
  std::string line = "       " + text_of(series, "title") + "  " + text_of(series, "description");
  if (const auto state = text_of(series, "state"); state != "active" && !state.empty()) line += "  (" + state + ")";
  return line;
}

/// What one card shows, a line each. Types that we do not know are passed over.
void append_card(const json::value& card, const domain::Zone& zone, std::string& out) {
  const auto line = [&out](const std::string& text) { out += '\n' + text; };
  const std::string type = text_of(card, "type");
  if (type == "task-list") {
    if (const auto* tasks = list_of(card, "tasks")) {
      for (const auto& task : *tasks) line(task_line(task, zone));
      const auto* total = member(card, "total");
      const auto all = total && total->is_int64() ? static_cast<std::size_t>(total->get_int64()) : tasks->size();
      if (all > tasks->size()) line("       and " + std::to_string(all - tasks->size()) + " more");
    }
  } else if (type == "series-list") {
    if (const auto* items = list_of(card, "items"))
      for (const auto& series : *items) line(series_line(series));
  } else if (type == "plan") {
    if (const auto* changes = list_of(card, "changes"))
      for (const auto& change : *changes) line("       " + text_of(change, "title") + ": " + text_of(change, "change"));
  } else if (type == "help") {
    if (const auto* examples = list_of(card, "examples"))
      for (const auto& example : *examples)
        if (example.is_string()) line("       " + std::string(example.get_string()));
  }
  // The text says already what a single task, series or reminder is.
}

}  // namespace

std::string text_of(const json::value& object, const char* name) {
  const auto* value = member(object, name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string task_line(const json::value& task, const domain::Zone& zone) {
  const auto* number = member(task, "number");
  std::string line = number && number->is_int64() ? std::to_string(number->get_int64()) : "?";
  line.insert(0, line.size() < 5 ? 5 - line.size() : 0, ' ');
  const std::string status = text_of(task, "status");
  line += status == "completed" ? "  [x] " : status == "in-progress" ? "  [~] " : "  [ ] ";
  line += text_of(task, "title");
  const std::string priority = text_of(task, "priority");
  if (priority == "high") line += " p1";
  if (priority == "medium") line += " p2";
  if (priority == "low") line += " p3";
  if (const auto* tags = list_of(task, "tags"))
    for (const auto& tag : *tags)
      if (tag.is_string()) line += " #" + std::string(tag.get_string());
  if (const auto due = when(task, "dueAt", "dueDate", zone); !due.empty()) line += "  due " + due;
  return line;
}

std::string answer_text(const json::value& answer, const domain::Zone& zone) {
  const auto* reply = member(answer, "reply");
  if (!reply) return {};
  std::string out = text_of(*reply, "text");
  if (const auto* cards = list_of(*reply, "cards"))
    for (const auto& card : *cards) append_card(card, zone, out);
  return out;
}

}  // namespace daybook::app
