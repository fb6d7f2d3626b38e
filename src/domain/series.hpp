#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/recurrence.hpp"
#include "domain/task_rules.hpp"

namespace daybook::domain {

enum class SeriesState : std::uint8_t {
  active,
  paused,   ///< Until resumed.
  stopped,  ///< Never again, unless that was a mistake; kept.
  ended,    ///< The rule is used up.
};
/// What the next start is counted from: the rule's own calendar, or the completion of the last occurrence.
enum class Anchor : std::uint8_t { schedule, completion };
/// What is made of starts that passed while nothing ran: the last of them, each, none.
enum class CatchUp : std::uint8_t { one, all, skip };

std::string_view to_string(SeriesState state);
std::string_view to_string(Anchor anchor);
std::string_view to_string(CatchUp catch_up);
std::string_view to_string(MonthEnd month_end);

/// What occurrences look like.
struct TaskTemplate {
  std::string title;
  std::string description;
  Priority priority = Priority::none;
  std::vector<std::string> tags;
  std::string category;
  std::optional<std::chrono::seconds> estimate;
  std::vector<ReminderRule> reminders;  ///< Relative ones.

  friend bool operator==(const TaskTemplate&, const TaskTemplate&) = default;
};

/// A repeating task: what its occurrences look like, and when they are (design, rule 7).
struct Series : TaskTemplate {
  SeriesId id;
  UserId owner;
  std::int64_t version = 1;
  /// Of the schedule: part of the ids of what is made from it, so that a changed schedule makes new tasks.
  std::int64_t revision = 1;

  std::string rrule;   ///< Canonical; UNTIL in UTC, the time of day in `starts`.
  std::string cron;    ///< As it was given; empty: an RRULE or a word was.
  LocalTime starts{};  ///< DTSTART: the first occurrence, in `timezone`.
  bool all_day = false;
  std::string timezone;
  Anchor anchor = Anchor::schedule;
  MonthEnd month_end = MonthEnd::clamp;
  CatchUp catch_up = CatchUp::one;
  std::vector<std::string> exdates;  ///< Recurrence ids (local parts) that are left out.
  std::vector<std::string> rdates;   ///< The same of starts that come besides those of the rule.

  SeriesState state = SeriesState::active;
  SeriesState stopped_from = SeriesState::active;  ///< What it was before it was stopped, for the way back.
  /// Occurrences up to here have been decided about; later ones have not.
  Instant considered{};
  Instant created_at{};
  Instant updated_at{};
  std::optional<Instant> deleted_at;

  friend bool operator==(const Series&, const Series&) = default;
};

/// When something repeats, in one of the three forms that a person may give.
struct ScheduleText {
  enum class Form { rrule, cron, pattern } form = Form::rrule;
  std::string text;
  friend bool operator==(const ScheduleText&, const ScheduleText&) = default;
};

struct SeriesDraft : TaskTemplate {
  std::optional<SeriesId> id;
  ScheduleText schedule;
  When starts;           ///< Unset: a cron's time, else today, all day.
  std::string timezone;  ///< Empty: the user's.
  Anchor anchor = Anchor::schedule;
  MonthEnd month_end = MonthEnd::clamp;
  CatchUp catch_up = CatchUp::one;
  std::vector<std::string> exdates, rdates;
};

struct SeriesPatch {
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<Priority> priority;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::string> category;
  std::optional<std::optional<std::chrono::seconds>> estimate;
  std::optional<std::vector<ReminderRule>> reminders;
  std::optional<ScheduleText> schedule;
  std::optional<When> starts;
  std::optional<std::string> timezone;
  std::optional<Anchor> anchor;
  std::optional<MonthEnd> month_end;
  std::optional<CatchUp> catch_up;
  std::optional<std::vector<std::string>> exdates, rdates;
};

/// Errors of both: invalid_argument naming each wrong field; unprocessable, slug "invalid-recurrence", for a rule that
/// cannot be used (never occurs, repeats within an hour, is no rule at all); unprocessable for too many reminders.
Result<Series> create_series(const SeriesId& id, const UserId& owner, const SeriesDraft& draft,
                             const std::string& user_timezone, Instant now);
struct SeriesChange {
  Series series;
  bool schedule_changed = false;
  bool template_changed = false;  ///< What occurrences look like.
  bool changed() const { return schedule_changed || template_changed || other_changed; }
  bool other_changed = false;
};
Result<SeriesChange> patch_series(const Series& series, const SeriesPatch& patch, Instant now);
/// `before` ends ahead of the occurrence `from`; `after`, of the new id, begins with it and has the patch. Errors: as
/// patch_series.
struct SeriesSplit {
  Series before, after;
};
Result<SeriesSplit> split_series(const Series& series, const OccurrenceTime& from, const SeriesPatch& patch,
                                 const SeriesId& id, Instant now);

/// The rule with the days named that it takes from its start ("monthly" from the 31st on: BYMONTHDAY=31). Errors:
/// corrupt.
Result<RecurrenceRule> spelled_out(const Series& series);
/// The series' occurrences. For Anchor::completion these are counted from `starts`; see next_after_completion.
Recurrence recurrence_of(const Series& series);
/// "2026-03-05T09:00:00-05:00", or "2026-03-05" for whole days.
std::string recurrence_id(const Series& series, const OccurrenceTime& occurrence);
/// Reads a recurrence id, with or without its offset, as a reading of the series' wall clock. Errors:
/// invalid_argument.
Result<LocalTime> parse_recurrence_id(std::string_view text);
/// The occurrence with that reading of the wall clock.
std::optional<OccurrenceTime> find_occurrence(const Series& series, LocalTime local);
/// The occurrence that follows when the last one was completed: the first by the rule counted from that moment's day.
std::optional<OccurrenceTime> next_after_completion(const Series& series, Instant completed);
/// The instant from which on an occurrence counts as being in the future: for whole days the day itself still does.
Instant horizon_begin(const Series& series, Instant now);
/// The instant before which occurrences are made: 28 days on, for whole days with today as the first of them.
Instant horizon_end(const Series& series, Instant now);

/// The next starts after `now`, at most `count`; none unless the series is active. Anchored to completion: the one that
/// is made, if it is still to come.
std::vector<OccurrenceTime> next_starts(const Series& series, Instant now, std::size_t count);
When start_of(const Series& series, const OccurrenceTime& occurrence);
/// In words, where a clock change or a month's end moved this one; empty otherwise.
std::string note_of(const Series& series, const OccurrenceTime& occurrence);
/// What was decided on the way, in words.
std::vector<std::string> notes_of(const Series& series, Instant now);

/// UUIDv5(series, recurrence id, revision): made twice, it is the same task (design, rule 7).
TaskId occurrence_task_id(const SeriesId& series, std::string_view recurrence_id, std::int64_t revision);
/// The task of an occurrence.
TaskDraft occurrence_draft(const Series& series, std::string_view recurrence_id, std::int64_t revision,
                           const When& start);
/// What takes an occurrence's task to the template and the start as they are now.
TaskPatch occurrence_patch(const Series& series, const When& start);
/// What the series gives its tasks, as text to compare: two are equal if nothing of it differs.
std::string given_by(const TaskTemplate& from, const When& start);
/// The same of a task as it is now.
std::string given_to(const TaskFields& task);
/// Whether a task still looks as its series would make it; `start` is the occurrence's.
struct OccurrenceDifference {
  bool moved = false;   ///< Due at another time.
  bool edited = false;  ///< Another title, priority and so on.
};
OccurrenceDifference compare_occurrence(const Series& series, const When& start, const TaskFields& task);

inline constexpr std::chrono::days kWindow{28};
inline constexpr int kMaxOpenOccurrences = 100;

/// What generation decides for a series at `now`: which starts get tasks, and when to look again.
struct GenerationPlan {
  std::vector<OccurrenceTime> make;
  Instant considered{};
  std::optional<Instant> next_look;  ///< nullopt: only a change or a completion makes more.
  bool used_up = false;
};
/// `open`: open occurrences now; `ahead`: how many of them start after `now`; `made`: all that were ever made, for
/// COUNT of rules that are anchored to completion; `last_completed`: when the last one was completed.
GenerationPlan plan_generation(const Series& series, Instant now, int open, int ahead, std::int64_t made,
                               std::optional<Instant> last_completed);

}  // namespace daybook::domain
