#pragma once

#include <optional>

#include "language/command/sentence.hpp"
#include "language/command/timing.hpp"

namespace daybook::language::chat {

// Each reads one kind of thing that a clause can ask for, and gives nullopt where the clause is none of its kind. They
// take terms for themselves: a caller that tries several releases the part in between.

/// The answer to a question that is open.
std::optional<Command> read_answer(Sentence& sentence, Part part);
/// Hello, thanks, statements about the world, questions about something else.
std::optional<Command> read_small_talk(Sentence& sentence, Part part);
/// undo, help, statistics.
std::optional<Command> read_service(Sentence& sentence, Part part);
/// Lists and searches.
std::optional<Command> read_query(Sentence& sentence, Part part);
/// Something is done, or not after all.
std::optional<Command> read_completion(Sentence& sentence, Part part);
std::optional<Command> read_deletion(Sentence& sentence, Part part);
/// snooze, dismiss: what is said to a reminder.
std::optional<Command> read_reminder_reply(Sentence& sentence, Part part);
/// Stopping, pausing, resuming, skipping and showing what repeats.
std::optional<Command> read_series(Sentence& sentence, Part part);
/// Changes of a task: when, title, tags, priority, note.
std::optional<Command> read_change(Sentence& sentence, Part part);
/// "remind me …"
std::optional<Command> read_reminder_request(Sentence& sentence, Part part);
/// "it's mom's birthday on May 3", "the concert is on Friday at 8": told, and so to be kept in mind.
std::optional<Command> read_announcement(Sentence& sentence, Part part);
/// Something new.
std::optional<Command> read_creation(Sentence& sentence, Part part, bool sure);

/// "dinner on Friday at 8" is in the evening, though 8 on another day is the morning: what the title says decides.
void pull_to_evening(const Timing& timing, Command& command);

/// "call Ann at 3 and Bob at 4", "move the report to Monday and the dentist to Friday", "jog at 6 on weekdays and at 8
/// on weekends": what stands first holds for what follows.
std::optional<Command> read_gapped(Sentence& sentence, Part part);
/// "and on Friday?", "what about work?": goes on from the question before it.
std::optional<Command> read_follow_up(Sentence& sentence, Part part);

/// "how about dinner with Ann tomorrow": what stands after the suggestion, where it is something new at some time; else
/// all of the part.
Part after_suggestion(const Sentence& sentence, Part part);

/// One clause, by the first reader that knows it.
Command read_clause(Sentence& sentence, Part part);
/// A sentence with all its clauses.
Command read_sentence(Sentence& sentence, Part part);

// filters.cpp

struct FilterReading {
  Filter filter;
  bool said = false;         ///< Any word of it narrows or names tasks.
  std::size_t leftover = 0;  ///< Words that are no part of a filter.
  Part leftover_part;        ///< From the first to the last of them.
  bool plural = false;       ///< "tasks", "everything": speaks of several.
};
enum class FilterFor : std::uint8_t { list, bulk };
/// What the words of a part narrow tasks to; takes the terms it knows.
FilterReading read_filter(Sentence& sentence, Part part, FilterFor purpose);
/// Whether the context has a task with this tag.
bool is_known_tag(const Context& context, std::string_view lower);

// results.cpp

Command make(Intent intent, double confidence);
Command make_clarify(std::string_view reason, Intent wanted = Intent::none);
/// A command about the tasks found, or the question that is needed first.
Command about(Intent intent, const Found& found, const Sentence& sentence);
/// Several as one command, or the only one as it is.
Command with_actions(std::vector<Command> actions);
void remember(Sentence& sentence, const Found& found);
/// The days from `from` to `to`, both included, on which a task that repeats falls due, its next one first; at most 31.
std::vector<When> occurrences(const TaskItem& task, const When& from, const When& to, const Now& now);
TaskRef ref(const TaskItem& task);

}  // namespace daybook::language::chat
