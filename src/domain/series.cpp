#include "domain/series.hpp"

#include <algorithm>

namespace daybook::domain {
namespace {

namespace chr = std::chrono;
using chr::days;

Error invalid(std::string pointer, std::string detail) {
  Error error{Errc::unprocessable, detail, "invalid-recurrence"};
  error.fields.push_back({std::move(pointer), std::move(detail)});
  return error;
}
Error wrong_field(std::string pointer, std::string detail) {
  Error error{Errc::invalid_argument, detail};
  error.fields.push_back({std::move(pointer), std::move(detail)});
  return error;
}

Zone zone_of(const Series& series) {
  const auto zone = Zone::locate(series.timezone);
  return zone ? *zone : Zone{};  // A name that the database has dropped since.
}
LocalTime midnight(Date date) { return LocalTime{chr::local_days{date}}; }
Date date_of(LocalTime local) { return Date{chr::floor<days>(local)}; }

std::vector<ReminderDraft> reminders_of(const TaskTemplate& from) {
  std::vector<ReminderDraft> out;
  for (const auto& rule : from.reminders) out.push_back({std::nullopt, rule});
  return out;
}

TaskDraft draft_of(const TaskTemplate& from) {
  TaskDraft draft;
  draft.title = from.title;
  draft.description = from.description;
  draft.priority = from.priority;
  draft.tags = from.tags;
  draft.category = from.category;
  draft.estimate = from.estimate;
  draft.reminders = reminders_of(from);
  return draft;
}

TaskTemplate template_of(const TaskFields& task) {
  TaskTemplate out{task.title, task.description, task.priority, task.tags, task.category, task.estimate, {}};
  for (const auto& reminder : task.reminders) out.reminders.push_back(reminder.rule);
  return out;
}

/// Checks and trims what occurrences look like by the rules of a task.
Result<> settle_template(Series& series, Instant now) {
  auto draft = draft_of(series);
  draft.due = When{now + days{1}};
  const auto task = create_task({TaskId{Uuid::v7(now)}, series.owner, 1}, draft, OwnerTime{}, now, PastReminders::miss);
  if (!task) return task.error();
  series.title = (*task)->title;
  series.description = (*task)->description;
  series.tags = (*task)->tags;
  series.category = (*task)->category;
  for (std::size_t i = 0; i < series.reminders.size(); ++i) {
    if (std::holds_alternative<RemindAt>(series.reminders[i])) {
      return wrong_field("/reminders/" + std::to_string(i),
                         "A recurring task's reminders are relative: use before, or "
                         "daysBefore and time.");
    }
  }
  return {};
}

/// Sets rule and start from what was given. `starts` unset: `now`'s day.
Result<> settle_schedule(Series& series, const ScheduleText& text, const When& starts, Instant now) {
  const std::string pointer = text.form == ScheduleText::Form::rrule  ? "/rrule"
                              : text.form == ScheduleText::Form::cron ? "/cron"
                                                                      : "/pattern";
  auto pattern = [&]() -> Result<RecurrencePattern> {
    if (text.form != ScheduleText::Form::rrule) return parse_pattern(text.text);
    auto rule = RecurrenceRule::parse(text.text);
    if (!rule) return rule.error();
    return RecurrencePattern{std::move(*rule), std::nullopt};
  }();
  if (!pattern) return invalid(pointer, pattern.error().detail);
  auto& rule = pattern->rule;
  series.cron = text.form == ScheduleText::Form::cron ? text.text : "";

  if (rule.frequency < Frequency::hourly || rule.by_minute.size() > 1 || rule.by_second.size() > 1) {
    return invalid(pointer, "A recurring task repeats once an hour at most: use a coarser rule.");
  }
  if (rule.count.value_or(1) > 10'000) {
    return invalid(pointer, "COUNT is at most 10,000: leave it out for a rule without end.");
  }
  const auto zone = zone_of(series);
  const bool has_times = !rule.by_hour.empty() || !rule.by_minute.empty() || rule.frequency < Frequency::daily;
  series.all_day = false;
  if (const auto* at = std::get_if<Instant>(&starts)) {
    series.starts = zone.to_local(*at);
  } else if (const auto* on = std::get_if<Date>(&starts)) {
    series.starts = midnight(*on);
    series.all_day = !has_times && !pattern->time_of_day;
  } else {
    series.starts = midnight(date_of(zone.to_local(now)));
    series.all_day = !has_times && !pattern->time_of_day;
  }
  if (pattern->time_of_day) series.starts = chr::floor<days>(series.starts) + *pattern->time_of_day;

  if (rule.until && !series.all_day && rule.until->form != Until::Form::utc) {
    // People name the last day or a time of their own clock; stored is UTC (docs/decisions/010).
    auto last = rule.until->reading;
    if (rule.until->form == Until::Form::date) last += days{1} - chr::seconds{1};
    rule.until =
        Until{Until::Form::utc, LocalTime{chr::floor<chr::seconds>(zone.to_instant(last).instant).time_since_epoch()}};
  }
  series.rrule = rule.str();

  const auto recurrence = Recurrence::make(rule, {series.starts, zone, series.all_day}, series.month_end);
  if (!recurrence) return invalid(pointer, recurrence.error().detail);
  const auto first = recurrence->begin().next();
  if (!first) return invalid(pointer, "This rule never occurs: look at its months, days and end.");
  // The start is the first occurrence, unless that is a stand-in for a day that its month lacks.
  if (!first->clamped) series.starts = first->local;
  return {};
}

/// Of `exdates` or `rdates`: in one form, in order, each once.
Result<> settle_dates(const Series& series, std::vector<std::string>& dates, const std::string& field) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < dates.size(); ++i) {
    auto local = parse_recurrence_id(dates[i]);
    if (!local) return wrong_field("/" + field + "/" + std::to_string(i), local.error().detail);
    const bool whole_day = dates[i].size() == 10;
    if (field == "exdates") {
      out.push_back(whole_day ? dates[i] : format_local(*local));
    } else if (series.all_day) {
      out.push_back(format_date(date_of(*local)));
    } else {
      // A day gets the series' time of day.
      if (whole_day) *local += series.starts - chr::floor<days>(series.starts);
      out.push_back(format_local(*local));
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.size() > 366) return wrong_field("/" + field, "At most 366 are kept: end the series and begin another.");
  dates = std::move(out);
  return {};
}

Result<> settle_exceptions(Series& series) {
  if (!series.rdates.empty() && series.anchor == Anchor::completion)
    return wrong_field("/rdates", "Where each completion makes the next, there are no dates besides.");
  if (auto done = settle_dates(series, series.exdates, "exdates"); !done) return done;
  return settle_dates(series, series.rdates, "rdates");
}

std::string ordinal(unsigned day) {
  const char* suffix = day % 10 == 1 && day != 11   ? "st"
                       : day % 10 == 2 && day != 12 ? "nd"
                       : day % 10 == 3 && day != 13 ? "rd"
                                                    : "th";
  return std::to_string(day) + suffix;
}

constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                   "July",    "August",   "September", "October", "November", "December"};

/// The days from the 29th on that the rule names.
std::vector<int> late_days(const Series& series) {
  auto rule = spelled_out(series);
  if (!rule || rule->frequency < Frequency::monthly) return {};
  std::erase_if(rule->by_month_day, [](int day) { return day <= 28; });
  return rule->by_month_day;
}

}  // namespace

std::string_view to_string(SeriesState state) {
  constexpr std::string_view kNames[] = {"active", "paused", "stopped", "ended"};
  return kNames[static_cast<int>(state)];
}
std::string_view to_string(Anchor anchor) { return anchor == Anchor::schedule ? "schedule" : "completion"; }
std::string_view to_string(CatchUp catch_up) {
  constexpr std::string_view kNames[] = {"one", "all", "skip"};
  return kNames[static_cast<int>(catch_up)];
}
std::string_view to_string(MonthEnd month_end) { return month_end == MonthEnd::clamp ? "clamp" : "skip"; }

Result<Series> create_series(const SeriesId& id, const UserId& owner, const SeriesDraft& draft,
                             const std::string& user_timezone, Instant now) {
  Series series;
  series.id = id;
  series.owner = owner;
  static_cast<TaskTemplate&>(series) = draft;
  series.timezone = draft.timezone.empty() ? user_timezone : draft.timezone;
  series.anchor = draft.anchor;
  series.month_end = draft.month_end;
  series.catch_up = draft.catch_up;
  series.exdates = draft.exdates;
  series.rdates = draft.rdates;
  series.created_at = series.updated_at = now;
  if (auto zone = Zone::locate(series.timezone); !zone) return wrong_field("/timezone", zone.error().detail);
  if (auto done = settle_template(series, now); !done) return done.error();
  if (auto done = settle_schedule(series, draft.schedule, draft.starts, now); !done) return done.error();
  if (auto done = settle_exceptions(series); !done) return done.error();
  series.considered = horizon_begin(series, now);
  if (!recurrence_of(series).next_after(series.considered)) {
    return invalid("/rrule", "All of this rule's occurrences are past: give it a later start or end.");
  }
  return series;
}

Result<SeriesChange> patch_series(const Series& before, const SeriesPatch& patch, Instant now) {
  SeriesChange change{before, false, false, false};
  auto& series = change.series;
  auto set = [](auto& target, const auto& value) {
    if (value) target = *value;
  };
  set(series.title, patch.title);
  set(series.description, patch.description);
  set(series.priority, patch.priority);
  set(series.tags, patch.tags);
  set(series.category, patch.category);
  set(series.estimate, patch.estimate);
  set(series.reminders, patch.reminders);
  set(series.anchor, patch.anchor);
  set(series.month_end, patch.month_end);
  set(series.catch_up, patch.catch_up);
  set(series.exdates, patch.exdates);
  set(series.rdates, patch.rdates);
  if (patch.timezone) {
    auto zone = Zone::locate(*patch.timezone);
    if (!zone) return wrong_field("/timezone", zone.error().detail);
    series.timezone = *patch.timezone;
  }
  if (auto done = settle_template(series, now); !done) return done.error();
  if (patch.schedule || patch.starts) {
    // The wall clock stays what it is while only the rule changes.
    When starts;
    if (patch.starts && is_set(*patch.starts)) {
      starts = *patch.starts;
    } else if (series.all_day) {
      starts = When{date_of(series.starts)};
    } else {
      starts = When{zone_of(series).to_instant(series.starts).instant};
    }
    ScheduleText schedule{ScheduleText::Form::rrule, series.rrule};
    // A new start moves the rule with it only where the rule takes its days from the start.
    if (patch.schedule) schedule = *patch.schedule;
    if (auto done = settle_schedule(series, schedule, starts, now); !done) return done.error();
    if (!patch.schedule) series.cron.clear();
  }
  if (auto done = settle_exceptions(series); !done) return done.error();

  change.template_changed = static_cast<const TaskTemplate&>(series) != static_cast<const TaskTemplate&>(before);
  change.schedule_changed = series.rrule != before.rrule || series.starts != before.starts ||
                            series.all_day != before.all_day || series.timezone != before.timezone ||
                            series.month_end != before.month_end || series.exdates != before.exdates ||
                            series.rdates != before.rdates || series.anchor != before.anchor;
  change.other_changed = series.catch_up != before.catch_up || series.cron != before.cron;
  if (!change.changed()) return change;
  series.version += 1;
  series.updated_at = now;
  if (change.schedule_changed) {
    series.revision += 1;
    series.considered = horizon_begin(series, now);
    if (series.state == SeriesState::ended) series.state = SeriesState::active;
    if (!recurrence_of(series).next_after(series.considered)) {
      return invalid("/rrule", "All of this rule's occurrences are past: give it a later start or end.");
    }
  }
  return change;
}

Result<RecurrenceRule> spelled_out(const Series& series) {
  auto rule = RecurrenceRule::parse(series.rrule);
  if (!rule || rule->frequency < Frequency::weekly) return rule;
  const chr::year_month_day start{chr::floor<days>(series.starts)};
  if (!rule->by_month_day.empty() || !rule->by_day.empty() || !rule->by_week_no.empty() || !rule->by_year_day.empty()) {
    return rule;
  }
  if (rule->frequency == Frequency::weekly) {
    rule->by_day = {{0, chr::weekday{chr::local_days{start}}}};
    return rule;
  }
  rule->by_month_day = {static_cast<int>(static_cast<unsigned>(start.day()))};
  if (rule->frequency == Frequency::yearly && rule->by_month.empty()) {
    rule->by_month = {static_cast<int>(static_cast<unsigned>(start.month()))};
  }
  return rule;
}

Recurrence recurrence_of(const Series& series) {
  auto rule = RecurrenceRule::parse(series.rrule);
  RecurrenceExceptions exceptions;
  for (const auto& text : series.exdates) {
    const auto local = parse_recurrence_id(text);
    if (!local) continue;
    if (text.size() == 10) {
      exceptions.excluded_days.push_back(date_of(*local));
    } else {
      exceptions.excluded.push_back(*local);
    }
  }
  for (const auto& text : series.rdates) {
    if (const auto local = parse_recurrence_id(text)) exceptions.added.push_back(*local);
  }
  // A stored rule was parsed before it was stored.
  return Recurrence::make(rule.value(), {series.starts, zone_of(series), series.all_day}, series.month_end,
                          std::move(exceptions))
      .value();
}

std::string recurrence_id(const Series& series, const OccurrenceTime& occurrence) {
  if (series.all_day) return format_date(date_of(occurrence.local));
  std::string text = format_local(occurrence.local);
  const auto minutes = occurrence.offset.count() / 60;
  if (minutes == 0) return text + "Z";
  const auto size = std::abs(minutes);
  for (char c : {minutes < 0 ? '-' : '+', static_cast<char>('0' + size / 600), static_cast<char>('0' + size / 60 % 10),
                 ':', static_cast<char>('0' + size % 60 / 10), static_cast<char>('0' + size % 10)}) {
    text.push_back(c);
  }
  return text;
}

Result<LocalTime> parse_recurrence_id(std::string_view text) {
  if (text.size() == 10) {
    const auto date = parse_date(text);
    if (!date) return date.error();
    return midnight(*date);
  }
  const bool offset = text.size() == 25 && (text[19] == '+' || text[19] == '-') && text[22] == ':';
  if (offset || (text.size() == 20 && text.back() == 'Z')) text = text.substr(0, 19);
  return parse_local(text);
}

Instant horizon_begin(const Series& series, Instant now) {
  if (!series.all_day) return now;
  const auto zone = zone_of(series);
  const auto today = zone.to_instant(LocalTime{chr::floor<days>(zone.to_local(now))});
  return today.instant - chr::microseconds{1};
}

Instant horizon_end(const Series& series, Instant now) {
  if (!series.all_day) return now + kWindow;
  const auto zone = zone_of(series);
  return zone.to_instant(LocalTime{chr::floor<days>(zone.to_local(now)) + kWindow}).instant;
}

std::vector<OccurrenceTime> next_starts(const Series& series, Instant now, std::size_t count) {
  if (series.state != SeriesState::active || series.deleted_at) return {};
  const auto begin = horizon_begin(series, now);
  if (series.anchor == Anchor::completion && series.considered > series.created_at) {
    // Only the one that has been made is known; what follows depends on when it is done.
    if (series.considered <= begin || count == 0) return {};
    const auto zone = zone_of(series);
    const auto local = zone.to_local(series.considered);
    return {{local, series.considered, LocalKind::unique, zone.offset_at(series.considered), false}};
  }
  return recurrence_of(series).between(begin + chr::microseconds{1}, Instant::max(), count);
}

When start_of(const Series& series, const OccurrenceTime& occurrence) {
  if (series.all_day) return When{date_of(occurrence.local)};
  return When{occurrence.instant};
}

std::string note_of(const Series& series, const OccurrenceTime& occurrence) {
  if (occurrence.clamped) {
    const auto date = date_of(occurrence.local);
    for (int day : late_days(series)) {
      if (static_cast<unsigned>(day) > static_cast<unsigned>(date.day())) {
        return std::string{kMonths[static_cast<unsigned>(date.month()) - 1]} + " has no " +
               ordinal(static_cast<unsigned>(day));
      }
    }
  }
  if (series.all_day) return {};
  if (occurrence.kind == LocalKind::skipped) {
    return "The clocks go forward: " + format_local(occurrence.local).substr(11, 5) + " does not exist, so it is " +
           format_local(zone_of(series).to_local(occurrence.instant)).substr(11, 5);
  }
  if (occurrence.kind == LocalKind::doubled) {
    return "The clocks go back: " + format_local(occurrence.local).substr(11, 5) + " comes twice, the first is meant";
  }
  return {};
}

std::vector<std::string> notes_of(const Series& series, Instant now) {
  std::vector<std::string> notes;
  const auto late = late_days(series);
  if (!late.empty()) {
    const auto day = ordinal(static_cast<unsigned>(late.back()));
    notes.push_back(series.month_end == MonthEnd::clamp
                        ? "In months without a " + day + " it is the last day of the month."
                        : "Months without a " + day + " are left out.");
  }
  for (const auto& occurrence : next_starts(series, now, 10)) {
    if (occurrence.kind == LocalKind::unique || series.all_day) continue;
    notes.push_back(format_date(date_of(occurrence.local)) + ": " + note_of(series, occurrence) + ".");
  }
  return notes;
}

TaskId occurrence_task_id(const SeriesId& series, std::string_view recurrence_id, std::int64_t revision) {
  return TaskId{Uuid::v5(series.value, std::string{recurrence_id} + "/" + std::to_string(revision))};
}

TaskDraft occurrence_draft(const Series& series, std::string_view recurrence_id, std::int64_t revision,
                           const When& start) {
  auto draft = draft_of(series);
  draft.id = occurrence_task_id(series.id, recurrence_id, revision);
  draft.due = start;
  draft.timezone = series.timezone;
  draft.series = series.id;
  draft.recurrence_id = recurrence_id;
  return draft;
}

TaskPatch occurrence_patch(const Series& series, const When& start) {
  TaskPatch patch;
  patch.title = series.title;
  patch.description = series.description;
  patch.priority = series.priority;
  patch.tags = series.tags;
  patch.category = series.category;
  patch.estimate = series.estimate;
  patch.due = start;
  patch.reminders = reminders_of(series);
  return patch;
}

std::string given_to(const TaskFields& task) { return given_by(template_of(task), task.due); }

OccurrenceDifference compare_occurrence(const Series& series, const When& start, const TaskFields& task) {
  OccurrenceDifference difference;
  // By the clock, not by the instant: a zone that changes its law moves nothing.
  const auto* at = std::get_if<Instant>(&task.due);
  const auto local = at && task.due != start ? parse_recurrence_id(task.recurrence_id) : Result<LocalTime>{Error{}};
  difference.moved = task.due != start && !(local && zone_of(series).to_local(*at) == *local);
  difference.edited = template_of(task) != static_cast<const TaskTemplate&>(series);
  return difference;
}

}  // namespace daybook::domain
