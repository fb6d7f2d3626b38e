#include "language/command/command_json.hpp"

namespace daybook::language {
namespace {

json::value text_value(std::string_view text) { return json::value(json::string(text)); }

json::array names(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& name : list) out.push_back(text_value(name));
  return out;
}

void put(json::object& out, std::string_view key, const std::optional<When>& when, const Now& now) {
  if (when) out[key] = text_value(when->iso(now));
}

void put(json::object& out, std::string_view key, std::string_view text) {
  if (!text.empty()) out[key] = text_value(text);
}

void put(json::object& out, std::string_view key, const std::vector<std::string>& list) {
  if (!list.empty()) out[key] = names(list);
}

std::string_view frequency_name(Grain grain) {
  switch (grain) {
    case Grain::minute:
      return "MINUTELY";
    case Grain::hour:
      return "HOURLY";
    case Grain::day:
      return "DAILY";
    case Grain::week:
      return "WEEKLY";
    case Grain::month:
      return "MONTHLY";
    case Grain::year:
      return "YEARLY";
    default:
      return "";
  }
}

std::string_view part_name(PartOfDay part) {
  switch (part) {
    case PartOfDay::none:
      return "";
    case PartOfDay::early_morning:
    case PartOfDay::morning:
      return "morning";
    case PartOfDay::noon:
      return "noon";
    case PartOfDay::afternoon:
      return "afternoon";
    case PartOfDay::evening:
      return "evening";
    case PartOfDay::night:
    case PartOfDay::midnight:
      return "night";
  }
  return "";
}

json::object filter_json(const Filter& filter, const Now& now) {
  json::object out;
  if (filter.status == StatusFilter::open) out["status"] = "open";
  if (filter.status == StatusFilter::done) out["status"] = "done";
  if (filter.status == StatusFilter::overdue) out["status"] = "overdue";
  put(out, "due_from", filter.due_from, now);
  put(out, "due_to", filter.due_to, now);
  put(out, "at", filter.at, now);
  if (filter.no_due) out["no_due"] = true;
  put(out, "done_from", filter.done_from, now);
  put(out, "done_to", filter.done_to, now);
  put(out, "created_from", filter.created_from, now);
  put(out, "created_to", filter.created_to, now);
  put(out, "tags", filter.tags);
  put(out, "tags_any", filter.tags_any);
  put(out, "not_tags", filter.not_tags);
  if (!filter.except.empty()) {
    json::array except;
    for (const TaskRef& task : filter.except) except.push_back(text_value(task.title));
    out["except"] = std::move(except);
  }
  put(out, "priority", to_string(filter.priority));
  put(out, "not_priority", to_string(filter.not_priority));
  put(out, "category", filter.category);
  put(out, "text", filter.text);
  if (filter.frequency) put(out, "freq", frequency_name(*filter.frequency));
  if (filter.has_reminder) out["has_reminder"] = true;
  if (filter.next) out["next"] = true;
  switch (filter.sort) {
    case SortBy::unsaid:
      break;
    case SortBy::priority:
      out["sort"] = "priority";
      break;
    case SortBy::due:
      out["sort"] = "due";
      break;
    case SortBy::created:
      out["sort"] = "created";
      break;
    case SortBy::title:
      out["sort"] = "title";
      break;
  }
  return out;
}

}  // namespace

json::object to_json(const Command& command, const Now& now, bool with_spans) {
  json::object out;
  put(out, "intent", to_string(command.intent));
  put(out, "title", command.title);
  put(out, "due", command.due, now);
  put(out, "due_from", command.due_from, now);
  put(out, "due_to", command.due_to, now);
  put(out, "due_pod", part_name(command.part_of_day));
  if (!command.parts_of_day.empty()) {
    json::array parts;
    for (PartOfDay part : command.parts_of_day) parts.push_back(text_value(part_name(part)));
    out["parts_of_day"] = std::move(parts);
  }
  if (!command.duration.empty()) put(out, "duration", command.duration.iso());
  if (command.shift) put(out, "duration", (command.shift_back ? "-" : "") + command.shift->iso());
  put(out, "rrule", command.rrule);
  if (command.rule) {
    if (command.rule->after_completion) out["anchor"] = "completion";
    if (!command.rule->except_dates.empty()) {
      json::array dates;
      for (const Date& date : command.rule->except_dates) dates.push_back(text_value(format_date(date)));
      out["exdate"] = std::move(dates);
    }
  }
  if (!command.skip.empty()) {
    json::array dates;
    for (const When& when : command.skip) dates.push_back(text_value(when.iso(now)));
    out["exdate"] = std::move(dates);
  }
  if (command.until) put(out, "until", format_date(*command.until));
  if (!command.reminders.empty()) {
    json::array reminders;
    for (const ReminderWish& wish : command.reminders) {
      json::object reminder;
      if (wish.at) {
        put(reminder, "at", wish.at, now);
      } else {
        reminder["before"] = wish.before.empty() ? json::value("PT0M") : text_value(wish.before.iso());
        if (wish.clock) {
          const auto minutes = wish.clock->count();
          const auto two = [](auto value) { return (value < 10 ? "0" : "") + std::to_string(value); };
          put(reminder, "time", two(minutes / 60) + ":" + two(minutes % 60));
        }
      }
      reminders.push_back(std::move(reminder));
    }
    out["reminders"] = std::move(reminders);
  }
  put(out, "priority", to_string(command.priority));
  put(out, "tags", command.tags);
  put(out, "category", command.category);
  put(out, "note", command.note);
  if (command.times_per_period > 0) out["times_per_period"] = command.times_per_period;
  if (command.targets.size() == 1) {
    put(out, "target", command.targets[0].title);
  } else if (!command.targets.empty()) {
    json::array targets;
    for (const TaskRef& target : command.targets) targets.push_back(text_value(target.title));
    out["targets"] = std::move(targets);
  }
  if (command.filtered) out["filter"] = filter_json(command.filter, now);
  if (command.filter.sort != SortBy::unsaid) out["sort"] = filter_json(command.filter, now)["sort"];
  if (command.bulk) out["bulk"] = true;
  if (command.count > 0) out["count"] = command.count;
  put(out, "tags_add", command.tags_add);
  put(out, "tags_remove", command.tags_remove);
  if (command.clear_due) out["clear_due"] = true;
  if (command.begun) out["status"] = "in_progress";
  if (command.done) out["status"] = *command.done ? "done" : "open";
  if (command.scope == Command::Scope::occurrence) out["scope"] = "occurrence";
  if (command.scope == Command::Scope::series) out["scope"] = "series";
  if (command.resume) out["resume"] = true;
  if (command.keep_next) out["keep_next"] = true;
  if (command.clear_reminders) out["clear_reminders"] = true;
  if (command.cancel) out["cancel"] = true;
  if (command.confirmed) out["confirmed"] = *command.confirmed;
  put(out, "snooze_to", command.snooze_to, now);
  if (command.default_duration) out["default_duration"] = true;
  if (command.needs_confirmation) out["needs_confirmation"] = true;
  put(out, "ask", command.ask);
  put(out, "reason", command.reason);
  if (command.intent == Intent::clarify && command.wanted != Intent::none)
    put(out, "wanted", to_string(command.wanted));
  put(out, "options", command.options);
  put(out, "explanation", command.explanation);
  put(out, "topic", command.topic);
  put(out, "dst", command.clock_change);
  if (!command.actions.empty()) {
    json::array actions;
    for (const Command& action : command.actions) actions.push_back(to_json(action, now, with_spans));
    out["actions"] = std::move(actions);
  }
  if (with_spans) {
    out["confidence"] = command.confidence;
    json::array spans;
    for (const RecognisedSpan& span : command.spans) {
      json::object one;
      one["begin"] = span.span.begin;
      one["end"] = span.span.end;
      put(one, "slot", span.slot);
      put(one, "meaning", span.meaning);
      spans.push_back(std::move(one));
    }
    out["spans"] = std::move(spans);
    if (!command.alternatives.empty()) {
      json::array others;
      for (const Command& other : command.alternatives) {
        json::object one = to_json(other, now, false);
        one["confidence"] = other.confidence;
        put(one, "said", other.said);
        others.push_back(std::move(one));
      }
      out["alternatives"] = std::move(others);
    }
  }
  return out;
}

}  // namespace daybook::language
