#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

/// The reminder that the person answers: the one named, else the last that fired.
Found find_fired(const Sentence& sentence, Part phrase) {
  const Context& context = sentence.context;
  while (!phrase.empty() &&
         (sentence[phrase.first].taken || sentence[phrase.first].is("for", "until", "till", "to", "by", "about")))
    ++phrase.first;
  while (!phrase.empty() &&
         (sentence[phrase.last - 1].taken ||
          sentence[phrase.last - 1].is("for", "until", "till", "to", "by", "again", "later", "more", "now")))
    --phrase.last;
  const bool generic =
      phrase.empty() || (phrase.size() <= 2 && sentence[phrase.last - 1].is("it", "that", "this", "reminder", "one",
                                                                            "alarm", "task", "notification"));
  Found found;
  if (generic) {
    if (!context.reminders.empty()) {
      if (const TaskItem* task = context.find(context.reminders.back())) {
        found.outcome = Found::Outcome::found;
        found.tasks.push_back(task);
        found.pronoun = true;
      }
      return found;
    }
    found.outcome = Found::Outcome::unclear;
    return found;
  }
  return find_tasks(sentence, phrase, Among::open);
}

Command no_active_reminder(Intent wanted) { return make_clarify("no_active_reminder", wanted); }

void set_snooze(Sentence& sentence, Part part, Command& command) {
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (sentence[i].taken) continue;
    const auto length = read_length(sentence, part, i);
    if (!length) continue;
    const bool after_until = i > part.first && sentence[i - 1].is("until", "till", "til", "to", "at", "@");
    if (after_until) continue;
    const LocalTime base = std::chrono::floor<std::chrono::minutes>(sentence.now.local());
    LocalTime to;
    if (length->length.days == 0 && length->length.months == 0 && length->length.years == 0) {
      // Elapsed time, also over a change of the clocks.
      to = sentence.now.to_local(sentence.now.to_instant(base) + std::chrono::seconds{length->length.seconds});
    } else {
      to = moved(base, length->length);
    }
    command.snooze_to = When{to, false};
    sentence.take({i > part.first && sentence[i - 1].is("for", "in", "another", "by") ? i - 1 : i, length->last});
    add_span(command, sentence, {i, length->last}, "snooze_to", command.snooze_to->iso(sentence.now));
    return;
  }
  const Timing timing = read_timing(sentence, part, TimingFor::change);
  if (!timing.due) return;
  Command timed;
  apply_timing(sentence, timing, timed);
  command.snooze_to = timed.due;
  command.part_of_day = timed.part_of_day;
  command.clock_change = timed.clock_change;
  command.spans = std::move(timed.spans);
  if (timed.due->all_day) command.due = timed.due;
}

}  // namespace

std::optional<Command> read_reminder_reply(Sentence& sentence, Part part) {
  part = without_courtesy(sentence, part);
  if (part.empty()) return {};
  const Context& context = sentence.context;
  const bool fired = !context.reminders.empty();
  const std::size_t at = part.first;
  const Term& head = sentence[at];

  const auto bulk = [&](Intent intent) {
    Command command = make(intent, 0.95);
    command.bulk = true;
    return command;
  };
  const auto is_all = [&](Part rest) {
    return !rest.empty() && sentence.has(rest, "all", "everything", "both", "them") && !sentence.has(rest, "day");
  };

  bool snooze = head.is("snooze", "snooz", "zzz") || misspelt_verb(head.low) == "snooze";
  Part rest{at + 1, part.last};
  if (!snooze && fired) {
    // "not now", "later", "in 10 minutes", "give me 5 more minutes", "remind me again tomorrow"
    const bool again = (head.in(kRemind) || head.is("ask", "tell")) && part.size() > 1 && sentence[at + 1].is("me");
    if (again) {
      Part after{at + 2, part.last};
      if (!after.empty() && sentence[after.first].is("again")) ++after.first;
      if (!after.empty() &&
          sentence[after.first].is("later", "in", "at", "tomorrow", "tonight", "next", "on", "this", "after") &&
          !sentence.has(part, "to", "about", "that")) {
        snooze = true;
        rest = after;
      }
    } else if (head.is("later", "not") && (part.size() == 1 || sentence.starts(part, at, "not", "now") ||
                                           sentence.starts(part, at, "not", "yet"))) {
      snooze = true;
      rest = {part.size() > 1 ? at + 2 : at + 1, part.last};
    } else if (head.is("give", "wait", "need") || sentence.starts(part, at, "i", "need")) {
      std::size_t i = at + 1;
      while (i < part.last && sentence[i].is("me", "need", "it", "another", "for")) ++i;
      if (i > at && i < part.last && sentence[i - 1].is("another")) --i;
      if (read_length(sentence, part, i)) {
        snooze = true;
        rest = {i, part.last};
      }
    } else if (read_length(sentence, part, at) && sentence.has(part, "more", "later")) {
      snooze = true;
      rest = part;
    } else if (head.is("in") && read_length(sentence, part, at + 1) &&
               read_length(sentence, part, at + 1)->last == part.last) {
      snooze = true;
      rest = part;
    } else if (sentence.starts(part, at, "another") && read_length(sentence, part, at)) {
      snooze = true;
      rest = part;
    }
  }
  if (snooze) {
    Command timed = make(Intent::snooze, 0.95);
    // "snooze 15"
    const Part number = rest.size() == 2 && sentence[rest.first].is("for") ? Part{rest.last - 1, rest.last} : rest;
    const int minutes = number.size() == 1 && fired && !sentence[number.first].is("a", "an", "few", "couple")
                            ? small_number(sentence[number.first].low)
                            : 0;
    if (minutes > 0 && minutes <= 240) {
      timed.snooze_to =
          When{std::chrono::floor<std::chrono::minutes>(sentence.now.local()) + std::chrono::minutes{minutes}, false};
      sentence.take(rest);
      add_span(timed, sentence, number, "snooze_to", timed.snooze_to->iso(sentence.now));
    } else {
      set_snooze(sentence, rest, timed);
    }
    if (is_all(rest) && fired) {
      Command command = bulk(Intent::snooze);
      command.snooze_to = timed.snooze_to;
      command.due = timed.due;
      command.default_duration = !timed.snooze_to;
      return command;
    }
    const Found found = find_fired(sentence, rest);
    if (!found.ok()) {
      if (found.outcome == Found::Outcome::ambiguous) return about(Intent::snooze, found, sentence);
      return no_active_reminder(Intent::snooze);
    }
    remember(sentence, found);
    timed.targets = about(Intent::snooze, found, sentence).targets;
    timed.default_duration = !timed.snooze_to;
    return timed;
  }

  bool dismiss = head.is("dismiss", "silence", "ignore", "mute", "shush", "hush", "quiet", "shut", "enough") ||
                 misspelt_verb(head.low) == "dismiss";
  if (!dismiss && head.is("stop", "quit")) {
    dismiss = part.size() > 1 &&
              sentence[at + 1].is("buzzing", "beeping", "ringing", "nagging", "bugging", "bothering", "pinging", "it",
                                  "that", "alerting", "annoying", "notifying", "reminding") &&
              (fired || !sentence[at + 1].is("it", "that", "reminding")) && (fired || part.size() <= 3);
    if (dismiss && sentence[at + 1].is("reminding") && part.size() > 3) dismiss = false;
    if (dismiss) rest = {part.last, part.last};
    if (!dismiss && fired && part.size() == 1) dismiss = true;
  }
  if (!dismiss && sentence.starts(part, at, "turn", "off") &&
      sentence.has(part, "alarm", "reminder", "it", "that", "notification") && fired) {
    dismiss = true;
    rest = {at + 2, part.last};
  }
  if (!dismiss && sentence.starts(part, at, "turn", "it", "off") && fired)
    dismiss = true, rest = {part.last, part.last};
  if (!dismiss && fired) {
    dismiss = sentence.starts(part, at, "got", "it") || sentence.starts(part, at, "leave", "me", "alone") ||
              sentence.starts(part, at, "i", "know") || sentence.starts(part, at, "be", "quiet") ||
              sentence.starts(part, at, "go", "away") || sentence.starts(part, at, "don't", "remind", "me") ||
              sentence.starts(part, at, "clear", "it");
    if (dismiss) rest = {part.last, part.last};
  }
  if (!dismiss) return {};
  if (head.is("ignore", "silence", "mute") && !fired &&
      !sentence.has(rest, "reminder", "reminders", "alarm", "it", "that"))
    return {};
  if (is_all(rest)) return bulk(Intent::dismiss);
  if (head.is("shut", "enough", "quiet", "shush", "hush")) rest = {part.last, part.last};
  const Found found = find_fired(sentence, rest);
  if (!found.ok()) {
    if (found.outcome == Found::Outcome::ambiguous) return about(Intent::dismiss, found, sentence);
    return no_active_reminder(Intent::dismiss);
  }
  remember(sentence, found);
  return about(Intent::dismiss, found, sentence);
}

}  // namespace daybook::language::chat
