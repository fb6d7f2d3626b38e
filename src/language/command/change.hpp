#pragma once

#include "language/command/readers.hpp"

namespace daybook::language::chat {

/// What a new time does to an existing task: a day keeps the clock time, a clock time keeps the day, and an hour without
/// am or pm is the one nearer to the old time.
std::optional<When> rescheduled(const TaskItem& task, const Timing& timing, const Now& now);
/// The rule with the clock time of `when`.
std::string with_clock(std::string_view rrule, LocalTime when);

/// Changes other than of the time: name, tags, note, removal of the date.
std::optional<Command> read_edit(Sentence& sentence, Part part);
/// "no, I meant 4pm", "make it tomorrow instead".
std::optional<Command> read_correction(Sentence& sentence, Part part);

}  // namespace daybook::language::chat
