#include "services/chat/mapping.hpp"

#include <charconv>

#include "domain/recurrence.hpp"
#include "domain/series.hpp"
#include "language/command/sentence.hpp"

namespace daybook::chat {
namespace {

using namespace std::chrono;

/// The parts of an RRULE, in their order.
std::vector<std::pair<std::string, std::string>> parts_of(std::string_view rrule) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!rrule.empty()) {
    const auto end = std::min(rrule.find(';'), rrule.size());
    const auto part = rrule.substr(0, end);
    if (const auto equals = part.find('='); equals != std::string_view::npos)
      out.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    rrule.remove_prefix(std::min(end + 1, rrule.size()));
  }
  return out;
}

std::optional<int> single_number(const std::string& text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "20260531" or "20260531T090000" in local time, as the UTC instant of RFC 5545.
std::string until_in_utc(const std::string& local, const language::Now& now) {
  if (local.ends_with('Z') || local.size() < 8) return local;
  std::string iso = local.substr(0, 4) + "-" + local.substr(4, 2) + "-" + local.substr(6, 2) + "T";
  iso += local.size() >= 15 ? local.substr(9, 2) + ":" + local.substr(11, 2) + ":" + local.substr(13, 2) : "23:59:59";
  const auto parsed = parse_local(iso);
  if (!parsed) return local;
  std::string utc = format_rfc3339(floor<seconds>(now.to_instant(*parsed)));
  std::erase_if(utc, [](char c) { return c == '-' || c == ':'; });
  return utc;
}

}  // namespace

domain::When to_when(const language::When& when, const language::Now& now) {
  if (when.all_day) return when.date();
  return now.to_instant(when.local);
}

domain::Priority to_priority(language::Priority priority) {
  switch (priority) {
    case language::Priority::high:
      return domain::Priority::high;
    case language::Priority::medium:
      return domain::Priority::medium;
    case language::Priority::low:
      return domain::Priority::low;
    case language::Priority::none:
      break;
  }
  return domain::Priority::none;
}

std::optional<seconds> to_seconds(const language::Length& length) {
  if (length.years != 0 || length.months != 0) return std::nullopt;
  return seconds{length.seconds} + days{length.days};
}

domain::ReminderRule to_reminder(const language::ReminderWish& wish, const language::Now& now) {
  if (wish.at) return domain::RemindAt{now.to_instant(wish.at->local)};
  if (wish.clock) return domain::RemindDaysBefore{wish.before.days, *wish.clock};
  // A month has no fixed length; as a lead it is 30 days.
  const auto months_of_lead = wish.before.years * 12 + wish.before.months;
  return domain::RemindBefore{seconds{wish.before.seconds} + days{wish.before.days + 30 * months_of_lead}};
}

std::vector<domain::ReminderRule> to_reminders(const language::Command& command, const language::Now& now) {
  std::vector<domain::ReminderRule> out;
  for (const auto& wish : command.reminders) out.push_back(to_reminder(wish, now));
  return out;
}

std::optional<language::When> due_of(const language::Command& command, const language::Now& now) {
  using language::PartOfDay;
  if (!command.due || !command.due->all_day) return command.due;
  const auto clock = [part = command.part_of_day]() -> std::optional<hours> {
    switch (part) {
      case PartOfDay::early_morning:
        return hours{7};
      case PartOfDay::morning:
        return hours{9};
      case PartOfDay::noon:
        return hours{12};
      case PartOfDay::afternoon:
        return hours{14};
      case PartOfDay::evening:
        return hours{18};
      case PartOfDay::night:
        return hours{20};
      case PartOfDay::midnight:
      case PartOfDay::none:
        break;
    }
    return std::nullopt;
  }();
  if (!clock) return command.due;
  language::When out = *command.due;
  out.local += *clock;
  out.all_day = false;
  if (out.local > now.local()) return out;
  if (!command.rule) return command.due;
  // "every morning", said in the afternoon: the time holds, from the next one on.
  auto rule = domain::RecurrenceRule::parse(command.rrule);
  if (!rule) return command.due;
  const domain::RecurrenceStart start{out.local, now.zone(), false};
  const auto recurrence = domain::Recurrence::make(std::move(*rule), start);
  const auto next = recurrence ? recurrence->next_after(now.instant()) : std::nullopt;
  if (!next) return command.due;
  out.local = next->local;
  return out;
}

domain::TaskDraft to_draft(const language::Command& command, const language::Now& now) {
  domain::TaskDraft draft;
  draft.title = command.title;
  draft.description = command.note;
  draft.priority = to_priority(command.priority);
  draft.tags = command.tags;
  draft.category = command.category;
  if (const auto due = due_of(command, now)) draft.due = to_when(*due, now);
  if (!command.due && command.due_to) draft.due = to_when(*command.due_to, now);
  if (!command.due && command.due_from) draft.start = to_when(*command.due_from, now);
  if (!command.duration.empty()) draft.estimate = to_seconds(command.duration);
  for (auto& rule : to_reminders(command, now)) draft.reminders.push_back({std::nullopt, std::move(rule)});
  return draft;
}

StoredRule to_stored_rule(std::string_view rrule, const language::Now& now) {
  StoredRule out;
  auto parts = parts_of(rrule);
  std::optional<int> hour, minute;
  bool many = false;
  for (const auto& [name, value] : parts) {
    if (name == "BYHOUR") hour = single_number(value), many |= !hour;
    if (name == "BYMINUTE") minute = single_number(value), many |= !minute;
  }
  const bool take_time = hour && !many;
  if (take_time) out.time_of_day = hours{*hour} + minutes{minute.value_or(0)};
  for (auto& [name, value] : parts) {
    if (take_time && (name == "BYHOUR" || name == "BYMINUTE" || name == "BYSECOND")) continue;
    if (name == "UNTIL") value = until_in_utc(value, now);
    out.rrule += (out.rrule.empty() ? "" : ";") + name + "=" + value;
  }
  return out;
}

std::string spoken_rule(const scheduler::SeriesView& series, const language::Now& now) {
  std::string out;
  for (auto& [name, value] : parts_of(series.rrule)) {
    if (name == "UNTIL" && value.ends_with('Z') && value.size() == 16) {
      const auto iso = value.substr(0, 4) + "-" + value.substr(4, 2) + "-" + value.substr(6, 2) + "T" +
                       value.substr(9, 2) + ":" + value.substr(11, 2) + ":" + value.substr(13, 2) + "Z";
      if (const auto until = parse_rfc3339(iso)) {
        value = format_date(Date{floor<days>(now.to_local(*until))});
        std::erase(value, '-');
      }
    }
    out += (out.empty() ? "" : ";") + name + "=" + value;
  }
  const auto* at = std::get_if<Instant>(&series.starts);
  // What repeats within the day has no one time of it.
  const bool within_day = out.starts_with("FREQ=HOURLY") || out.starts_with("FREQ=MINUTELY");
  if (!at || within_day || out.find("BYHOUR=") != std::string::npos) return out;
  const auto local = now.to_local(*at);
  const auto clock = floor<minutes>(local - floor<days>(local));
  return out + ";BYHOUR=" + std::to_string(clock.count() / 60) + ";BYMINUTE=" + std::to_string(clock.count() % 60);
}

namespace {

/// Whether a month can lack a day of the rule, which the series then has on the month's last one (rule 7). The language
/// engine's first day is RFC 5545's, which leaves such months out.
bool may_be_clamped(std::string_view rrule) {
  for (const auto& [name, value] : parts_of(rrule)) {
    if (name != "BYMONTHDAY") continue;
    for (std::size_t at = 0; at < value.size();) {
      const auto end = std::min(value.find(',', at), value.size());
      if (single_number(value.substr(at, end - at)).value_or(0) > 28) return true;
      at = end + 1;
    }
  }
  return false;
}

/// From when on the rule counts: the day that was said, else the first on which its time of day is still to come.
domain::When begin_of(const language::Command& command, std::optional<minutes> time_of_day, const language::Now& now) {
  local_days day = now.today();
  if (command.rule && command.rule->start) day = std::max(day, floor<days>(*command.rule->start));
  if (const auto due = due_of(command, now); due && !due->all_day && !time_of_day)
    time_of_day = floor<minutes>(due->local - floor<days>(due->local));
  if (!time_of_day) return Date{day};
  if (day + *time_of_day < now.local()) day += days{1};
  return now.to_instant(day + *time_of_day);
}

}  // namespace

scheduler::SeriesDraft to_series(const language::Command& command, const language::Now& now) {
  scheduler::SeriesDraft draft;
  draft.title = command.title;
  draft.description = command.note;
  draft.priority = to_priority(command.priority);
  draft.tags = command.tags;
  draft.category = command.category;
  if (!command.duration.empty()) draft.estimate = to_seconds(command.duration);
  const auto stored = to_stored_rule(command.rrule, now);
  draft.rrule = stored.rrule;
  draft.timezone = now.zone().name();
  if (command.rule && may_be_clamped(draft.rrule)) {
    draft.starts = begin_of(command, stored.time_of_day, now);
  } else if (const auto due = due_of(command, now)) {
    draft.starts = to_when(*due, now);
    if (due->all_day && stored.time_of_day) draft.starts = now.to_instant(command.due->day() + *stored.time_of_day);
  } else if (stored.time_of_day) {
    draft.starts = now.to_instant(now.today() + *stored.time_of_day);
  }
  if (command.rule) {
    draft.anchor_completion = command.rule->after_completion;
    const auto* at = std::get_if<Instant>(&draft.starts);
    for (const auto& date : command.rule->except_dates) {
      if (!at) {
        draft.exdates.push_back(format_date(date));
        continue;
      }
      const auto start = now.to_local(*at);
      draft.exdates.push_back(format_local(local_days{date} + (start - floor<days>(start))));
    }
  }
  draft.reminders = to_reminders(command, now);
  return draft;
}

std::optional<domain::When> first_start(const scheduler::SeriesDraft& draft, const language::Now& now) {
  domain::SeriesDraft wanted;
  wanted.title = "any";
  wanted.schedule.text = draft.rrule;
  wanted.starts = draft.starts;
  wanted.anchor = draft.anchor_completion ? domain::Anchor::completion : domain::Anchor::schedule;
  wanted.exdates = draft.exdates;
  const auto series = domain::create_series(SeriesId{}, UserId{}, wanted, draft.timezone, now.instant());
  if (!series) return std::nullopt;
  const auto next = domain::next_starts(*series, now.instant(), 1);
  if (next.empty()) return std::nullopt;
  return domain::start_of(*series, next.front());
}

domain::TaskQuery to_query(const language::Filter& filter, const language::Now& now) {
  using domain::Status;
  domain::TaskQuery query;
  switch (filter.status) {
    case language::StatusFilter::any:
      break;
    case language::StatusFilter::open:
      query.status = {Status::pending, Status::in_progress};
      break;
    case language::StatusFilter::done:
      query.status = {Status::completed};
      break;
    case language::StatusFilter::overdue:
      query.status = {Status::pending, Status::in_progress};
      query.due_to = now.instant();
      break;
  }
  if (filter.due_from) query.due_from = to_when(*filter.due_from, now);
  if (filter.due_to) query.due_to = to_when(*filter.due_to, now);
  if (filter.at) query.due_from = query.due_to = to_when(*filter.at, now);
  if (filter.no_due) query.has_due = false;
  if (filter.done_from) query.completed_from = to_when(*filter.done_from, now);
  if (filter.done_to) query.completed_to = to_when(*filter.done_to, now);
  if (filter.created_from) query.created_from = to_when(*filter.created_from, now);
  if (filter.created_to) query.created_to = to_when(*filter.created_to, now);
  query.tags = filter.tags;
  query.any_tags = filter.tags_any;
  query.not_tags = filter.not_tags;
  if (filter.priority != language::Priority::none) query.priority = {to_priority(filter.priority)};
  if (filter.not_priority != language::Priority::none)
    for (auto priority :
         {domain::Priority::high, domain::Priority::medium, domain::Priority::low, domain::Priority::none})
      if (priority != to_priority(filter.not_priority)) query.priority.push_back(priority);
  if (!filter.category.empty()) query.category = filter.category;
  query.text = filter.text;
  if (filter.has_reminder) query.has_reminder = true;
  switch (filter.sort) {
    case language::SortBy::priority:
      query.sort = {domain::SortField::priority, true};
      break;
    case language::SortBy::created:
      query.sort = {domain::SortField::created, true};
      break;
    case language::SortBy::title:
      query.sort = {domain::SortField::title, false};
      break;
    case language::SortBy::unsaid:
    case language::SortBy::due:
      query.sort = {domain::SortField::due, false};
      break;
  }
  if (filter.status == language::StatusFilter::done && filter.sort == language::SortBy::unsaid)
    query.sort = {domain::SortField::updated, true};
  query.limit = filter.next ? 1 : 50;
  return query;
}

namespace {

/// A bulk moves each by the same length; what has no date has none to move from.
std::optional<domain::When> shifted(const domain::When& due, const language::Command& command,
                                    const language::Now& now) {
  const int sign = command.shift_back ? -1 : 1;
  if (const auto* at = std::get_if<Instant>(&due))
    return now.to_instant(language::chat::moved(now.to_local(*at), *command.shift, sign));
  if (const auto* on = std::get_if<Date>(&due))
    return Date{floor<days>(language::chat::moved(LocalTime{local_days{*on}}, *command.shift, sign))};
  return std::nullopt;
}

}  // namespace

domain::TaskPatch to_patch(const language::Command& command, const domain::TaskFields& task, const language::Now& now) {
  domain::TaskPatch patch;
  if (!command.title.empty()) patch.title = command.title;
  if (!command.note.empty())
    patch.description = task.description.empty() ? command.note : task.description + "\n" + command.note;
  if (command.priority != language::Priority::none) patch.priority = to_priority(command.priority);
  if (!command.category.empty()) patch.category = command.category;
  // "to next week": its first day.
  const auto told = due_of(command, now);
  const auto& wanted = told ? told : command.due_from ? command.due_from : command.due_to;
  if (command.shift) {
    patch.due = shifted(task.due, command, now);
  } else if (wanted) {
    domain::When due = to_when(*wanted, now);
    // "move dentist to Friday" says a day: the time of day that the task has stays.
    const auto* day = std::get_if<Date>(&due);
    const auto* had = std::get_if<Instant>(&task.due);
    if (day && had) {
      const auto local = now.to_local(*had);
      due = now.to_instant(local_days{*day} + (local - floor<days>(local)));
    }
    patch.due = due;
  }
  if (command.clear_due) patch.due = domain::When{};
  if (!command.duration.empty()) patch.estimate = std::optional{to_seconds(command.duration)};
  if (command.done) patch.status = *command.done ? domain::Status::completed : domain::Status::pending;
  if (command.begun) patch.status = domain::Status::in_progress;
  if (!command.tags.empty()) patch.tags = command.tags;
  if (!command.tags_add.empty() || !command.tags_remove.empty()) {
    auto tags = patch.tags.value_or(task.tags);
    for (const auto& tag : command.tags_remove)
      std::erase_if(tags, [&](const auto& own) { return domain::fold_label(own) == domain::fold_label(tag); });
    for (const auto& tag : command.tags_add) tags.push_back(tag);
    patch.tags = std::move(tags);
  }
  if (!command.reminders.empty()) {
    std::vector<domain::ReminderDraft> drafts;
    for (const auto& own : task.reminders)
      if (own.state == domain::ReminderState::pending) drafts.push_back({own.id, own.rule});
    for (auto& rule : to_reminders(command, now)) drafts.push_back({std::nullopt, std::move(rule)});
    patch.reminders = std::move(drafts);
  }
  return patch;
}

domain::TaskPatch inverse(const domain::TaskPatch& patch, const domain::TaskFields& before) {
  domain::TaskPatch out;
  if (patch.title) out.title = before.title;
  if (patch.description) out.description = before.description;
  if (patch.status) out.status = before.status;
  if (patch.priority) out.priority = before.priority;
  if (patch.tags) out.tags = before.tags;
  if (patch.category) out.category = before.category;
  if (patch.due) out.due = before.due;
  if (patch.start) out.start = before.start;
  if (patch.estimate) out.estimate = std::optional{before.estimate};
  if (patch.reminders || patch.due) {
    std::vector<domain::ReminderDraft> drafts;
    for (const auto& own : before.reminders) drafts.push_back({own.id, own.rule});
    out.reminders = std::move(drafts);
  }
  return out;
}

}  // namespace daybook::chat
