#include "services/chat/executor.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

/// The first instant that a service's words have in them, in the form that machines read.
std::optional<Instant> instant_in(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    auto word = text.substr(0, end);
    if (word.ends_with(',') || word.ends_with('.')) word.remove_suffix(1);
    if (const auto found = parse_rfc3339(word)) return *found;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

/// What a person calls the field that a pointer leads to; empty for what they never named.
std::string subject_of(std::string_view pointer) {
  const auto in = [pointer](std::string_view field) {
    return pointer == field || (pointer.starts_with(field) && pointer[field.size()] == '/');
  };
  if (in("/title")) return "The title";
  if (in("/description")) return "The note";
  if (in("/tags")) return "A tag";
  if (in("/category")) return "The category";
  if (in("/estimatedDuration")) return "The time that it takes";
  if (in("/dueAt") || in("/dueDate")) return "The due date";
  return {};
}

std::string without_stop(std::string words) {
  while (!words.empty() && (words.back() == '.' || words.back() == ' ')) words.pop_back();
  return words;
}

}  // namespace

std::string apology(const Error& error, const language::Now& now) {
  if (is_transient(error.code)) return "I can't reach a part of myself right now. Nothing was lost; please try again.";
  const FieldError none;
  const auto& field = error.fields.empty() ? none : error.fields.front();
  if (error.slug == "reminder-in-past") {
    const auto at = instant_in(field.detail);
    if (!at) return "That time has passed.";
    return "That reminder would have come " + instant_in_words(*at, now) + ", which has passed.";
  }
  if (error.slug == "reminder-without-due") return "A reminder “before” needs a time that it is before: say it too.";
  if (field.pointer.starts_with("/reminders/") && field.pointer.ends_with("efore"))
    return "A reminder comes a year before at most.";
  const auto subject = subject_of(field.pointer);
  if (!subject.empty() && field.detail.starts_with("must ")) {
    std::string out = subject + " " + without_stop(field.detail) + ".";
    if (subject == "The title") out += " What stands after “//” becomes a note, which may be longer.";
    return out;
  }
  const auto detail = without_stop(field.detail.empty() ? error.detail : field.detail);
  return detail.empty() ? "That didn't work." : "That didn't work: " + detail + ".";
}

Outcome refused(const Error& error, const language::Now& now) {
  Outcome out;
  out.say(apology(error, now));
  out.failed = true;
  return out;
}

Outcome not_added(const Error& error, const std::string& title, const language::Now& now) {
  constexpr std::size_t kShort = 100;
  Outcome out = refused(error, now);
  if (!is_transient(error.code)) out.say((title.size() > kShort ? "The task" : quoted(title)) + " is not added.");
  return out;
}

std::string_view too_often(std::string_view rrule) {
  if (!rrule.starts_with("FREQ=MINUTELY") && !rrule.starts_with("FREQ=SECONDLY")) return {};
  return "A recurring task comes once an hour at most. Say “every hour”, or name the times of the day.";
}

}  // namespace daybook::chat
