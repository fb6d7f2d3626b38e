#include "services/chat/parse_label.hpp"

#include <set>

#include "language/describe.hpp"
#include "services/chat/mapping.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

/// "tomorrow at 3 pm" of the ISO form that the engine notes; empty for anything else.
std::string when_of(const std::string& iso, const language::Now& now) {
  if (const auto at = parse_rfc3339(iso)) return instant_in_words(*at, now);
  if (const auto on = parse_date(iso)) return day_in_words(*on, now);
  return {};
}

std::string rule_of(const std::string& rrule) {
  const auto words = language::describe_rrule(rrule);
  return words ? *words : std::string{};
}

std::string reminders_of(const std::vector<language::ReminderWish>& wishes, const language::Now& now) {
  std::vector<std::string> each;
  for (const auto& wish : wishes) each.push_back(reminder_in_words(to_reminder(wish, now), now));
  return each.empty() ? std::string{} : "remind " + list_in_words(each);
}

std::string label_of(const language::RecognisedSpan& span, const language::Command& command, const language::Now& now) {
  const auto kind = span_kind(span.slot);
  if (kind == "due" || kind == "start") return span.slot == "clear_due" ? "no due date" : when_of(span.meaning, now);
  if (span.slot == "until") return "until " + when_of(span.meaning, now);
  if (span.slot == "rrule") return rule_of(span.meaning);
  if (kind == "reminder") return reminders_of(command.reminders, now);
  if (kind == "priority") return span.meaning + " priority";
  if (kind == "tag") return (span.slot == "tags_remove" ? "without #" : "#") + span.meaning;
  if (kind == "category") return "@" + span.meaning;
  if (kind == "duration")
    if (const auto length = to_seconds(command.duration)) return "takes " + length_in_words(*length);
  return {};
}

}  // namespace

std::string_view span_kind(std::string_view slot) {
  if (slot == "tags" || slot == "tags_add" || slot == "tags_remove") return "tag";
  if (slot == "rrule" || slot == "exdate" || slot == "until" || slot == "anchor") return "recurrence";
  if (slot == "reminders") return "reminder";
  if (slot == "priority") return "priority";
  if (slot == "category") return "category";
  if (slot == "note") return "note";
  if (slot == "duration") return "duration";
  if (slot == "target" || slot == "targets") return "target";
  if (slot == "filter" || slot == "sort" || slot == "text") return "filter";
  if (slot == "start") return "start";
  if (slot.starts_with("due") || slot == "snooze_to" || slot == "clear_due") return "due";
  return "verb";
}

std::vector<std::string> span_labels(const language::Command& command, std::string_view text,
                                     const language::Now& now) {
  // Several pieces can have become one value, or one piece several reminders; each reminder of its own piece else.
  std::size_t reminder_spans = 0;
  for (const auto& span : command.spans) reminder_spans += span.slot == "reminders" ? 1 : 0;
  const bool one_each = reminder_spans > 1 && reminder_spans == command.reminders.size();
  std::size_t reminder = 0;
  std::set<std::pair<std::string_view, std::string>> said;
  std::vector<std::string> out;
  for (const auto& span : command.spans) {
    std::string label;
    if (span.slot == "reminders" && one_each) {
      label = reminders_of({command.reminders[reminder++]}, now);
    } else if (span.slot == "note") {
      label = span.meaning;
    } else if (said.emplace(span_kind(span.slot), span.meaning).second) {
      label = label_of(span, command, now);
    }
    if (label.empty()) label = std::string(text.substr(span.span.begin, span.span.end - span.span.begin));
    out.push_back(capitalised(std::move(label)));
  }
  return out;
}

}  // namespace daybook::chat
