#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

bool says_done(const Term& term) { return term.in(kDoneWord) || term.is("off"); }

/// "them all", "all but the last": of the list that was shown, and not of everything there is.
bool speaks_of_shown(const Sentence& sentence, Part phrase) {
  if (sentence.has(phrase, "them", "those", "these")) return true;
  return sentence.context.list.size() > 1 && phrase.size() > 1 && sentence[phrase.first].is("all", "everything") &&
         sentence[phrase.first + 1].is("but", "except", "besides", "apart");
}

/// A command about tasks named by `phrase`, or by a filter ("everything overdue", "all work tasks").
Command about_phrase(Sentence& sentence, Part phrase, Intent intent, Among among) {
  const Found named = find_by_name(sentence, phrase, among);
  if (!named.exact) {
    const bool quantified =
        sentence.has(phrase, "all", "everything", "every", "tasks", "todos", "reminders", "items") &&
        !sentence.has(phrase, "of");
    if (quantified && !speaks_of_shown(sentence, phrase)) {
      const FilterReading reading = read_filter(sentence, phrase, FilterFor::bulk);
      if (reading.leftover == 0) {
        Command command = make(intent, 0.9);
        command.filter = reading.filter;
        command.filtered = command.bulk = command.needs_confirmation = true;
        return command;
      }
      sentence.release(phrase);
    }
  }
  const Found found = find_tasks(sentence, phrase, among);
  remember(sentence, found);
  return about(intent, found, sentence);
}

Command reopened(Sentence& sentence, Part phrase) {
  const Found found = find_tasks(sentence, phrase, Among::any);
  remember(sentence, found);
  Command command = about(Intent::update, found, sentence);
  if (command.intent == Intent::update) command.done = false;
  return command;
}

/// "mark X as in progress", "start X", "I'm working on X": the task is begun.
std::optional<Command> read_beginning(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  bool working = false;
  const auto begun = [&](Part phrase, bool certain) -> std::optional<Command> {
    while (!phrase.empty() && sentence[phrase.last - 1].is("as", "is", "to", "now", "status", "being")) --phrase.last;
    while (!phrase.empty() && sentence[phrase.first].is("with", "on", "the", "my")) ++phrase.first;
    if (phrase.empty()) return {};
    const Found found = find_tasks(sentence, phrase, Among::open);
    const bool named = found.one() && (found.exact || found.pronoun || (working && found.covered > 0.9));
    if (!certain && !named) return {};
    remember(sentence, found);
    Command command = about(Intent::update, found, sentence);
    command.begun = command.intent == Intent::update;
    return command;
  };
  if (sentence[at].is("mark", "set", "flag", "put", "make", "move", "change")) {
    for (std::size_t i = at + 1; i < part.last; ++i) {
      if (sentence[i].quoted) continue;
      const bool two = sentence.starts(part, i, "in", "progress");
      const bool one = sentence[i].is("in-progress", "in_progress", "inprogress", "begun", "ongoing") ||
                       (sentence[i].is("started") && i + 1 == part.last);
      if ((!two && !one) || i + (two ? 2 : 1) != part.last) continue;
      return begun({at + 1, i}, true);
    }
    return {};
  }
  std::size_t i = at;
  if (sentence[i].is("i'm", "im", "i've", "ive") || sentence.starts(part, i, "i", "am") ||
      sentence.starts(part, i, "i", "have"))
    i += sentence[i].is("i") ? 2 : 1;
  else if (sentence[i].is("i"))
    ++i;
  while (i < part.last && sentence[i].is("now", "just", "already", "currently")) ++i;
  if (i + 1 >= part.last || sentence[part.last - 1].after == '?') return {};
  if (i > at && sentence.starts(part, i, "working", "on")) {
    working = true;
    return begun({i + 2, part.last}, false);
  }
  const bool verb =
      i == at ? sentence[i].is("start", "begin") : sentence[i].is("started", "begun", "starting", "began");
  if (!verb) return {};
  if (sentence.starts(part, i + 1, "working", "on") || sentence.starts(part, i + 1, "work", "on")) {
    working = true;
    i += 2;
  }
  working = working || i > at;
  return i + 1 < part.last ? begun({i + 1, part.last}, false) : std::nullopt;
}

/// "mark X done", "check off X", "X done"; the parts of it.
std::optional<Command> read_marking(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  const bool verb =
      sentence[at].is("mark", "set", "check", "tick", "cross", "flag", "consider", "put", "count", "make", "call") ||
      misspelt_verb(sentence[at].low) == "mark";
  if (!verb || part.size() < 2) return {};
  // "check off X"
  if (sentence[at].is("check", "tick", "cross", "mark") && sentence[at + 1].is("off") && part.size() > 2) {
    return about_phrase(sentence, {at + 2, part.last}, Intent::complete, Among::open);
  }
  std::size_t end = part.last;
  bool undone = false;
  bool done = false;
  for (std::size_t i = at + 1; i < part.last; ++i) {
    if (sentence[i].quoted) continue;
    if (sentence[i].is("undone", "incomplete", "unfinished", "open", "pending") ||
        (sentence[i].is("not") && i + 1 < part.last && says_done(sentence[i + 1]))) {
      undone = true;
      end = i;
      break;
    }
    if (says_done(sentence[i]) && (i > at + 1 || i + 1 < part.last)) {
      // "mark done the report" has its name after it.
      done = true;
      end = i;
      break;
    }
  }
  if (!done && !undone) return {};
  if (sentence[at].is("set", "make", "put", "call", "consider", "count") && sentence[end].is("off")) return {};
  Part phrase{at + 1, end};
  if (sentence[end].is("complete") && sentence[at].is("make")) return {};
  while (!phrase.empty() && sentence[phrase.last - 1].is("as", "is", "are", "to", "being", "all", "status")) {
    if (sentence[phrase.last - 1].is("all") && phrase.size() == 1) break;
    --phrase.last;
  }
  if (phrase.empty() && end + 1 < part.last) phrase = {end + 1, part.last};
  if (undone) return reopened(sentence, phrase);
  return about_phrase(sentence, phrase, Intent::complete, Among::open);
}

}  // namespace

std::optional<Command> read_completion(Sentence& sentence, Part part) {
  const Context& context = sentence.context;
  bool actually = sentence.has({part.first, std::min(part.first + 2, part.last)}, "actually");
  part = without_courtesy(sentence, part);
  if (part.empty()) return {};
  const std::size_t at = part.first;
  const Term& head = sentence[at];
  ignore(actually, "kept for clarity of what courtesy takes");

  // "did I pay the bills?" asks.
  if (sentence[part.last - 1].after == '?' ||
      (head.is("did", "have", "has") && part.size() > 1 && sentence[at + 1].is("i", "we", "you")))
    return {};
  if (head.is("reopen", "re-open", "uncheck", "unmark", "uncomplete", "undelete", "untick") && part.size() > 1) {
    return reopened(sentence, {at + 1, part.last});
  }
  // "done", "all done", "finished it", "I did it"
  if (part.size() <= 2 && says_done(sentence[part.last - 1]) && !head.is("off") &&
      (part.size() == 1 || head.is("all", "it's", "its", "that's", "i'm", "im"))) {
    if (head.is("all") && (context.list.size() > 1))
      return about_phrase(sentence, {at, at + 1}, Intent::complete, Among::open);
    Found found = find_spoken(sentence);
    if (!context.reminders.empty() && sentence.spoken.empty()) {
      if (const TaskItem* task = context.find(context.reminders.back())) {
        found.outcome = Found::Outcome::found;
        found.tasks.assign(1, task);
      }
    }
    return about(Intent::complete, found, sentence);
  }
  if (auto command = read_beginning(sentence, part)) return command;
  sentence.release(part);
  if (auto command = read_marking(sentence, part)) return command;

  // "complete 2", "finish the report"
  const bool complete = head.is("complete", "completed") || misspelt_verb(head.low) == "complete";
  if ((complete || head.is("finish", "close", "finalize", "resolve", "accomplish") ||
       misspelt_verb(head.low) == "finish") &&
      part.size() > 1) {
    const bool timed = std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& reading) {
      const Part said = sentence.terms_of(reading);
      return said.first > at && said.last <= part.last && reading.score >= 0.5 && reading.kind != TimeKind::duration;
    });
    Part phrase{at + 1, part.last};
    // "complete gym for today"
    if (phrase.size() > 2 && sentence[phrase.last - 2].is("for") && sentence[phrase.last - 1].is("today", "now") &&
        find_by_name(sentence, {phrase.first, phrase.last - 2}, Among::open).exact)
      phrase.last -= 2;
    Command command = about_phrase(sentence, phrase, Intent::complete, Among::open);
    if (command.bulk) return command;
    const bool nothing = command.intent == Intent::clarify && command.reason == "no_such_task";
    if (timed && (nothing || !complete)) return sentence.release(phrase), std::nullopt;
    if (nothing && (!complete || context.tasks.empty())) return {};
    return command;
  }

  // "I called mom", "just finished the groceries", "done with the report"
  std::size_t i = at;
  bool subject = false;
  bool question_or_negative = false;
  if (sentence[i].is("i", "i've", "ive", "we", "we've")) {
    subject = true;
    ++i;
    if (i < part.last && sentence[i].is("have", "had", "am", "was")) ++i;
  } else if (sentence[i].is("i'm", "im")) {
    subject = true;
    ++i;
  }
  while (i < part.last && sentence[i].is("just", "already", "finally", "actually", "also", "all", "totally")) ++i;
  if (i < part.last && sentence[i].in(kNegative)) question_or_negative = true;
  if (question_or_negative) return {};
  // "I've got a call tomorrow" tells what is ahead.
  if (subject && i + 1 < part.last && sentence[i].is("got") && sentence[i + 1].is("a", "an", "another")) return {};
  if (i < part.last && (sentence[i].in(kPast | kDoneWord)) && (subject || i > at || sentence[i].in(kPast)) &&
      !sentence[i].is("read", "complete")) {
    const std::size_t verb = i;
    ++i;
    if (i < part.last && sentence[i].is("with", "doing", "off", "up") && sentence[verb].in(kDoneWord)) ++i;
    // "got back from the gym", "went to the dentist"
    if (i < part.last && sentence[i].is("back")) ++i;
    if (i < part.last && sentence[i].is("from", "to")) ++i;
    Part phrase{i, part.last};
    while (!phrase.empty() && sentence[phrase.last - 1].is("already", "now", "today", "yesterday", "earlier", "done",
                                                           "finally", "all", "too", "off", "list", "this", "morning")) {
      if (sentence[phrase.last - 1].is("list", "all") && phrase.size() < 2) break;
      --phrase.last;
    }
    if (phrase.empty() && !subject && part.size() > 1) return {};
    // The verb may be in the title too: "called mom" is "Call mom".
    const bool general = sentence[verb].in(kDoneWord) || sentence[verb].is("did", "got", "made");
    Found found;
    if (!general) found = find_by_name(sentence, {verb, phrase.last}, Among::open);
    if (!found.ok()) {
      Found other = phrase.empty() ? find_spoken(sentence) : find_tasks(sentence, phrase, Among::open);
      if (other.outcome != Found::Outcome::nothing) found = other;
    }
    if (found.outcome == Found::Outcome::nothing) {
      if ((general && !context.tasks.empty() && !phrase.empty()) || (subject && !context.tasks.empty()))
        return make_clarify("no_such_task", Intent::complete);
      if (subject) return make(Intent::none, 0.6);
      return {};
    }
    remember(sentence, found);
    return about(Intent::complete, found, sentence);
  }

  // "the invoice is sent", "the bins have been taken out": the verb is the title's.
  if (part.size() >= 3 && !head.in(kQuestion | kNegative)) {
    for (std::size_t k = at + 1; k + 1 < part.last; ++k) {
      if (!sentence[k].is("is", "are", "was", "were", "has", "have", "got", "been") || !sentence[k + 1].in(kPast) ||
          sentence[k + 1].in(kDoneWord))
        continue;
      std::size_t be = k;
      while (be > at + 1 && sentence[be - 1].is("has", "have", "is", "are", "been")) --be;
      sentence.take({be, k + 1});
      const Found found = find_by_name(sentence, {at, std::min(part.last, k + 3)}, Among::open);
      sentence.release({be, k + 1});
      if (!found.one() || found.covered < 0.9) break;
      remember(sentence, found);
      return about(Intent::complete, found, sentence);
    }
  }

  // "the report is done", "X done"
  const Part with_yet = part;
  while (part.size() > 2 && sentence[part.last - 1].is("yet", "after", "all")) --part.last;
  if (!says_done(sentence[part.last - 1])) part = with_yet;
  if (part.size() >= 2 && says_done(sentence[part.last - 1]) && !sentence[part.last - 1].is("off", "complete")) {
    Part phrase{at, part.last - 1};
    bool negative = false;
    while (!phrase.empty() && (sentence[phrase.last - 1].in(kBe | kNegative) ||
                               sentence[phrase.last - 1].is("all", "now", "been", "already", "got", "get"))) {
      negative = negative || sentence[phrase.last - 1].in(kNegative);
      --phrase.last;
    }
    if (head.in(kQuestion) || sentence[part.last - 1].after == '?') return {};
    if (negative) {
      // "the passport isn't done after all": of one that was taken for done it says that it is open.
      if (phrase.empty() || find_by_name(sentence, phrase, Among::open).outcome != Found::Outcome::nothing) return {};
      const Found found = find_by_name(sentence, phrase, Among::done);
      if (!found.one() || found.covered < 0.9) return {};
      return reopened(sentence, phrase);
    }
    if (!phrase.empty()) {
      const Found found = find_tasks(sentence, phrase, Among::open);
      if (found.outcome != Found::Outcome::nothing) {
        remember(sentence, found);
        return about(Intent::complete, found, sentence);
      }
      if (part.size() > phrase.size() + 1 && !context.tasks.empty())
        return make_clarify("no_such_task", Intent::complete);
    }
  }
  return {};
}

std::optional<Command> read_deletion(Sentence& sentence, Part part) {
  part = without_courtesy(sentence, part);
  if (part.empty()) return {};
  const std::size_t at = part.first;
  std::size_t after = at;
  bool certain = false;  // the verb means nothing else
  const Term& head = sentence[at];
  const std::string_view misspelt = misspelt_verb(head.low);
  if (head.is("delete", "remove", "erase") || misspelt == "delete" || misspelt == "remove") {
    after = at + 1;
    certain = true;
  } else if (head.is("cancel", "drop", "trash", "discard", "scrap", "bin", "kill", "clear", "forget", "wipe", "nuke",
                     "scratch", "purge", "ditch", "empty") ||
             misspelt == "cancel") {
    after = at + 1;
    if (after < part.last && head.is("forget", "wipe") && sentence[after].is("about", "out")) ++after;
  } else if (sentence.starts(part, at, "get", "rid", "of")) {
    after = at + 3;
    certain = true;
  } else if (head.is("take", "cross", "strike") &&
             (sentence.has(part, "off") || sentence.starts(part, part.last - 1, "out"))) {
    // "take X off my list"
    std::size_t off = 0;
    if (!sentence.find(part, &off, "off")) off = part.last - 1;
    if (off <= at + 1) return {};
    const Found found = find_tasks(sentence, {at + 1, off});
    if (found.outcome == Found::Outcome::nothing) return {};
    remember(sentence, found);
    return about(Intent::remove, found, sentence);
  } else if (head.is("i", "we", "no") &&
             (sentence.starts(part, at + 1, "don't", "need") || sentence.starts(part, at + 1, "no", "longer", "need") ||
              sentence.starts(part, at, "no", "need"))) {
    // "I don't need to call mom anymore"
    after = at + (sentence[at + 1].is("no") ? 4 : head.is("no") ? 2 : 3);
    if (after < part.last && sentence[after].is("to")) ++after;
  } else {
    return {};
  }
  if (head.is("forget") && part.last - after <= 1 && !find_spoken(sentence).one()) return {};
  if (after >= part.last) {
    if (!certain && !head.is("cancel")) return {};
    const Found spoken = find_spoken(sentence);
    return about(Intent::remove, spoken, sentence);
  }
  Part phrase{after, part.last};
  while (!phrase.empty() && sentence[phrase.last - 1].is("only", "anymore", "more", "any", "again", "list",
                                                         "altogether", "completely", "permanently")) {
    if (sentence[phrase.last - 1].is("list") && phrase.size() < 3) break;
    --phrase.last;
  }
  if (phrase.size() > 2 && sentence[phrase.last - 1].is("my", "the", "todo", "to-do") &&
      sentence[phrase.last - 2].is("from", "off", "on"))
    phrase.last -= 2;
  if (phrase.size() > 3 && sentence[phrase.last - 1].is("todo", "to-do") && sentence[phrase.last - 3].is("from"))
    phrase.last -= 3;

  const bool quantified =
      sentence.has(phrase, "all", "everything", "every", "tasks", "todos", "items", "reminders") ||
      (sentence[phrase.first].is("completed", "done", "finished", "overdue") && phrase.size() <= 2) ||
      (head.is("clear", "empty", "wipe") && sentence.has(phrase, "list", "todo", "agenda", "tomorrow", "today"));
  if (quantified && !speaks_of_shown(sentence, phrase)) {
    const Found named = find_by_name(sentence, phrase, Among::open);
    if (!named.exact) {
      const FilterReading reading = read_filter(sentence, phrase, FilterFor::bulk);
      if (reading.leftover == 0) {
        Command command = make(Intent::remove, 0.9);
        command.filter = reading.filter;
        command.filtered = command.bulk = command.needs_confirmation = true;
        return command;
      }
      sentence.release(phrase);
      if (sentence[phrase.first].is("all", "every") && reading.leftover > 0) {
        // "delete all dentist tasks"
        Part name{phrase.first + 1, phrase.last};
        Found found = find_by_name(sentence, name, Among::open);
        if (found.outcome == Found::Outcome::ambiguous) found.outcome = Found::Outcome::found;
        if (found.ok()) {
          remember(sentence, found);
          Command command = about(Intent::remove, found, sentence);
          command.needs_confirmation = true;
          return command;
        }
      }
    }
  }
  // A date said with a series means that one occurrence.
  Found found = find_tasks(sentence, phrase, Among::any);
  std::optional<When> day;
  if (!found.exact || !found.ok()) {
    const Timing timing = read_timing(sentence, phrase, TimingFor::change);
    if (timing.due) {
      const Found timed = find_tasks(sentence, phrase, Among::any);
      if (timed.outcome != Found::Outcome::nothing || !found.ok()) found = timed;
      day = timing.due;
    } else if (timing.from && timing.to) {
      // "cancel this week's gym": each of that week.
      const Found timed = find_tasks(sentence, phrase, Among::any);
      if (timed.one() && !timed.tasks[0]->rrule.empty()) {
        remember(sentence, timed);
        Command command = about(Intent::update, timed, sentence);
        command.scope = Command::Scope::occurrence;
        command.skip = occurrences(*timed.tasks[0], *timing.from, *timing.to, sentence.now);
        if (!command.skip.empty()) return command;
        Command question = make_clarify("no_occurrence", Intent::update);
        question.explanation = "“" + timed.tasks[0]->title + "” does not fall due in that time.";
        return question;
      }
      sentence.release(phrase);
    }
  }
  if (found.outcome == Found::Outcome::nothing && (!certain || (day && head.is("remove"))))
    return sentence.release(phrase), std::nullopt;
  remember(sentence, found);
  if (found.one() && day && !found.tasks[0]->rrule.empty()) {
    Command command = about(Intent::update, found, sentence);
    command.scope = Command::Scope::occurrence;
    command.skip.push_back(When{day->day(), true});
    return command;
  }
  return about(Intent::remove, found, sentence);
}

}  // namespace daybook::language::chat
