#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "language/now.hpp"
#include "language/repeat_rule.hpp"
#include "language/time_reading.hpp"

namespace daybook::language {

/// What a sentence asks for.
enum class Intent : std::uint8_t {
  none,  ///< Nothing for us: small talk, or a question about something else.
  create_task,
  create_recurring,
  set_reminder,
  list,
  search,
  complete,
  update,
  remove,  ///< "delete" in the JSON form.
  snooze,
  dismiss,
  stop_recurring,
  pause_recurring,
  show_recurring,
  stats,
  help,
  undo,
  clarify,  ///< `reason` says what must be asked, `options` what could be meant.
};
std::string_view to_string(Intent intent);

enum class Priority : std::uint8_t { none, low, medium, high };
std::string_view to_string(Priority priority);

/// A day, or a time of the clock on it, in the zone of the person.
struct When {
  LocalTime local{};
  bool all_day = true;

  std::chrono::local_days day() const { return std::chrono::floor<std::chrono::days>(local); }
  Date date() const { return Date{day()}; }
  /// "2026-03-04", or "2026-03-04T09:00:00-05:00".
  std::string iso(const Now& now) const;
  friend bool operator==(const When&, const When&) = default;
};

/// A moment to be reminded at: so long before the due time, or by itself.
struct ReminderWish {
  Length before;  ///< Ignored where `at` is set; zero means when it is due.
  /// "the day before at 6pm": on the wall clock of the day that `before` (whole days) leads to.
  std::optional<std::chrono::minutes> clock;
  std::optional<When> at;

  static ReminderWish ahead(Length length) {
    ReminderWish wish;
    wish.before = length;
    return wish;
  }
  static ReminderWish moment(When when) {
    ReminderWish wish;
    wish.at = when;
    return wish;
  }
  friend bool operator==(const ReminderWish&, const ReminderWish&) = default;
};

enum class StatusFilter : std::uint8_t { any, open, done, overdue };
enum class SortBy : std::uint8_t { unsaid, priority, due, created, title };

/// An existing task that is meant. `id` is that of the context.
struct TaskRef {
  std::string id;
  std::string title;
  friend bool operator==(const TaskRef&, const TaskRef&) = default;
};

/// Which tasks are meant. Everything said must hold; ranges include both ends.
struct Filter {
  StatusFilter status = StatusFilter::any;
  std::optional<When> due_from, due_to;
  std::optional<When> at;  ///< Exactly then.
  std::string period;      ///< How `due_from` to `due_to` was said, where it has a name: "this week", "in March".
  bool no_due = false;
  std::optional<When> done_from, done_to;
  std::optional<When> created_from, created_to;
  std::vector<std::string> tags;  ///< All of them.
  std::vector<std::string> tags_any;
  std::vector<std::string> not_tags;
  Priority priority = Priority::none;
  Priority not_priority = Priority::none;
  std::string category;
  std::string text;
  std::optional<Grain> frequency;
  bool has_reminder = false;
  std::vector<TaskRef> except;  ///< "everything but the report"
  bool next = false;            ///< Only what should be done next.
  SortBy sort = SortBy::unsaid;

  bool empty() const;
  friend bool operator==(const Filter&, const Filter&) = default;
};

/// A piece of the sentence and what it became, for highlighting. `slot` is a key of the JSON form.
struct RecognisedSpan {
  Span span;
  std::string_view slot;
  std::string meaning;
};

/// What a sentence asks for, with everything that it says about it. Which members have a meaning follows from `intent`.
struct Command {
  Intent intent = Intent::none;
  double confidence = 0;  ///< 0 to 1.

  // Of the task, or what it is to become.
  std::string title;
  std::optional<When> due;
  std::optional<When> due_from, due_to;  ///< Where only a range is said.
  PartOfDay part_of_day = PartOfDay::none;
  std::vector<PartOfDay> parts_of_day;  ///< "every morning and every evening"
  Length duration;
  std::optional<RepeatRule> rule;
  std::string rrule;  ///< The text of `rule`, or of the changed rule of an existing series.
  std::optional<Date> until;
  std::vector<ReminderWish> reminders;
  Priority priority = Priority::none;
  std::vector<std::string> tags;
  std::string category;
  std::string note;
  int times_per_period = 0;

  // What it is about.
  std::vector<TaskRef> targets;
  Filter filter;
  bool follows = false;   ///< Goes on from the question before: "and on Friday?"
  bool filtered = false;  ///< `filter` was said, even if it is empty ("everything").
  bool bulk = false;
  int count = 0;  ///< "undo the last two".

  // Changes.
  std::vector<std::string> tags_add, tags_remove;
  std::optional<Length> shift;  ///< Of a bulk: how far each is moved, earlier where `shift_back`.
  bool shift_back = false;
  bool clear_due = false;
  std::optional<bool> done;  ///< The status to set: true done, false open.
  bool begun = false;        ///< The status to set: in progress.
  enum class Scope : std::uint8_t { unsaid, occurrence, series } scope = Scope::unsaid;
  std::vector<When> skip;  ///< Occurrences to leave out.
  bool resume = false;
  bool keep_next = false;
  bool clear_reminders = false;  ///< Of stop_recurring: only the reminders go, the tasks go on.
  bool cancel = false;
  std::optional<bool> confirmed;
  std::optional<When> snooze_to;
  bool default_duration = false;
  bool needs_confirmation = false;

  // Questions.
  std::string_view ask;          ///< The slot that is missing: time, due, days, date, title.
  std::string_view reason;       ///< Of clarify, none.
  Intent wanted = Intent::none;  ///< Of clarify: what is asked for once the answer is known.
  std::vector<std::string> options;
  std::string explanation;        ///< A sentence for the person: "February has no 30th; did you mean …?"
  std::string_view topic;         ///< Of help.
  std::string_view clock_change;  ///< "gap" or "overlap": the time is skipped, or shown twice, by the clocks.

  std::vector<RecognisedSpan> spans;
  std::vector<Command> actions;  ///< Several things in one sentence, in their order; `intent` is that of the first.
  std::vector<Command> alternatives;  ///< Other readings, the likelier first; see read_command.
  /// Of an alternative: the sentence that would have meant it without doubt; empty where there is no short one.
  std::string said;
};

}  // namespace daybook::language
