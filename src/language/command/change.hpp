#pragma once

#include "language/command/readers.hpp"

namespace daybook::language::chat {

/// What a new time does to an existing task: a day keeps the clock time, a clock time keeps the day, and an hour
/// without am or pm is the one nearer to the old time.
std::optional<When> rescheduled(const TaskItem& task, const Timing& timing, const Now& now);
/// The rule with the clock time of `when`.
std::string with_clock(std::string_view rrule, LocalTime when);

struct Shift {
  Length length;
  int sign = 1;
  std::size_t end = 0;  ///< The term after it.
};
/// "an hour later", "by a week", "back two days", "forward 30 minutes", "up by an hour". `verb_delays`: after
/// "postpone" a bare length will do.
std::optional<Shift> read_shift(Sentence& sentence, Part part, bool verb_delays);

/// "from now on", "same time", "instead of 3", "instead": what they say.
struct Asides {
  bool series = false;
  bool occurrence = false;
  bool same_time = false;  ///< Of the task as it stands.
};
Asides read_asides(Sentence& sentence, Part part);

/// "to 8", "to 9:30": a clock time that only the verb makes one.
/// "make it 11": a number that is all that is said, for a task that has a time of day.
void read_lone_hour(Sentence& sentence, Part part, Timing& timing);
void read_bare_clock(Sentence& sentence, Part part, Timing& timing);
/// Words of a change that name nothing.
bool is_change_word(const Term& term);
/// The words between the verb and the times that name the task, in one piece.
Part name_part(const Sentence& sentence, Part part);

/// Changes other than of the time: name, tags, note, removal of the date.
std::optional<Command> read_edit(Sentence& sentence, Part part);
/// "no, I meant 4pm", "make it tomorrow instead".
std::optional<Command> read_correction(Sentence& sentence, Part part);

}  // namespace daybook::language::chat
