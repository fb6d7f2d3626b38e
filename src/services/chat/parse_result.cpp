#include "services/chat/parse_result.hpp"

#include "core/json.hpp"
#include "domain/task_json.hpp"
#include "language/command/read_command.hpp"
#include "services/chat/hidden_words.hpp"
#include "services/chat/mapping.hpp"
#include "services/chat/parse_label.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

std::size_t code_points_before(const std::vector<std::size_t>& offsets, std::size_t byte) {
  return static_cast<std::size_t>(std::lower_bound(offsets.begin(), offsets.end(), byte) - offsets.begin());
}

/// When what is asked for falls due, a series for the first time.
std::optional<domain::When> due_in(const language::Command& command, const language::Now& now) {
  if (command.intent == language::Intent::create_recurring)
    if (auto first = first_start(to_series(command, now), now)) return first;
  if (!command.due) return std::nullopt;
  return to_when(*command.due, now);
}

std::string summary_of(const language::Command& command, const std::string& title, const language::Now& now) {
  using language::Intent;
  const auto what = title.empty() ? std::string("a task") : quoted(title);
  std::string due;
  if (const auto when = due_in(command, now)) due = ", due " + when_in_words(*when, now);
  switch (command.intent) {
    case Intent::create_task:
      return "Add " + what + due;
    case Intent::create_recurring:
      return "Add " + what + ", again and again" + (due.empty() ? "" : ", first" + due.substr(5));
    case Intent::set_reminder:
      return "Remind you of " + what + due;
    case Intent::list:
    case Intent::search:
      return "Show tasks";
    case Intent::complete:
      return "Mark as done";
    case Intent::update:
      return "Change a task" + due;
    case Intent::remove:
      return "Delete";
    case Intent::snooze:
      return "Remind you later";
    case Intent::dismiss:
      return "Dismiss the reminder";
    case Intent::stop_recurring:
      return command.clear_reminders ? "Remind no more" : "Stop repeating";
    case Intent::pause_recurring:
      return "Pause";
    case Intent::show_recurring:
      return "Show recurring tasks";
    case Intent::stats:
      return "Show your statistics";
    case Intent::help:
      return "Show what you can say";
    case Intent::undo:
      return "Undo";
    case Intent::clarify:
      return command.explanation.empty() ? "Ask what you mean" : command.explanation;
    case Intent::none:
      break;
  }
  return {};
}

json::value series_body(const language::Command& command, const std::string& title, const language::Now& now) {
  const auto draft = to_series(command, now);
  json::object out;
  out["title"] = title;
  out["rrule"] = draft.rrule;
  if (const auto* at = std::get_if<Instant>(&draft.starts)) out["startsAt"] = format_rfc3339(*at);
  if (const auto* on = std::get_if<Date>(&draft.starts)) out["startsOn"] = format_date(*on);
  out["timezone"] = draft.timezone;
  out["anchor"] = draft.anchor_completion ? "completion" : "schedule";
  out["priority"] = domain::to_string(draft.priority);
  out["tags"] = json::array(draft.tags.begin(), draft.tags.end());
  if (!draft.category.empty()) out["category"] = draft.category;
  if (!draft.description.empty()) out["description"] = draft.description;
  if (!draft.exdates.empty()) out["exdates"] = json::array(draft.exdates.begin(), draft.exdates.end());
  json::array reminders;
  boost::system::error_code failure;
  for (const auto& rule : draft.reminders) {
    std::string item = "{";
    domain::append_reminder_rule(item, rule);
    reminders.push_back(json::parse(item + "}", failure));
  }
  out["reminders"] = std::move(reminders);
  return out;
}

}  // namespace

std::string parse_result(const std::string& text, const language::Now& now, const language::Settings& settings,
                         const TextSpans& ignore) {
  using language::Intent;
  const HiddenWords hidden(text, ignore);
  const auto offsets = code_point_offsets(hidden.text());
  language::Command command = language::read_command(hidden.text(), now, settings, {}, language::Alternatives::wanted);
  if (!command.actions.empty() && command.title.empty()) {
    // Several actions in one sentence: the preview is of the first, the spans are of all.
    auto spans = std::move(command.spans);
    language::Command first = command.actions.front();
    if (spans.empty())
      for (const auto& action : command.actions) spans.insert(spans.end(), action.spans.begin(), action.spans.end());
    command = std::move(first);
    command.spans = std::move(spans);
  }
  command.title = hidden.restore(command.title);
  // No title of a task may hold them, so the preview shows none.
  std::erase_if(command.title, [](unsigned char c) { return c < 0x20 || c == 0x7f; });

  json::object out;
  out["text"] = text;
  out["intent"] = language::to_string(command.intent);
  out["summary"] = text.empty() ? std::string{} : summary_of(command, command.title, now);
  out["title"] = command.title.empty() ? json::value(nullptr) : json::value(command.title);
  out["confidence"] = command.confidence;
  json::array spans;
  const auto labels = span_labels(command, hidden.text(), now);
  for (std::size_t i = 0; i < labels.size(); ++i)
    spans.push_back({{"start", code_points_before(offsets, command.spans[i].span.begin)},
                     {"end", code_points_before(offsets, command.spans[i].span.end)},
                     {"kind", span_kind(command.spans[i].slot)},
                     {"label", labels[i]}});
  out["spans"] = std::move(spans);
  out["task"] = nullptr;
  out["recurring"] = nullptr;
  out["next"] = json::array();
  const bool makes_task = command.intent == Intent::create_task || command.intent == Intent::set_reminder;
  boost::system::error_code failure;
  if (makes_task && !command.title.empty()) out["task"] = json::parse(domain::to_json(to_draft(command, now)), failure);
  if (command.intent == Intent::create_recurring && !command.title.empty()) {
    out["recurring"] = series_body(command, command.title, now);
    if (const auto due = due_in(command, now)) {
      json::array next;
      if (const auto* at = std::get_if<Instant>(&*due)) next.emplace_back(format_rfc3339(*at));
      if (const auto* on = std::get_if<Date>(&*due)) next.emplace_back(format_date(*on));
      out["next"] = std::move(next);
    }
  }
  out["question"] = command.explanation.empty() ? json::value(nullptr) : json::value(command.explanation);
  json::array alternatives;
  for (const auto& other : command.alternatives)
    alternatives.push_back(
        {{"label", summary_of(other, hidden.restore(other.title), now)},
         {"confidence", other.confidence},
         {"message", other.said.empty() ? json::value(nullptr) : json::value(hidden.restore(other.said))}});
  // The options of a question between two readings are those readings.
  if (command.alternatives.empty())
    for (const auto& option : command.options)
      alternatives.push_back({{"label", option}, {"confidence", command.confidence}, {"message", option}});
  out["alternatives"] = std::move(alternatives);
  json::array notes;
  if (command.clock_change == "gap") notes.emplace_back("The clocks skip that time; it moves forward.");
  if (command.clock_change == "overlap") notes.emplace_back("The clocks show that time twice; the first is meant.");
  out["notes"] = std::move(notes);
  return json::serialize(out);
}

}  // namespace daybook::chat
