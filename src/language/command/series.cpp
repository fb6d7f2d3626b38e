#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

using std::chrono::days;
using std::chrono::local_days;

/// What is left of the phrase when words about reminding and repeating are off its ends.
Part name_of(const Sentence& sentence, Part phrase) {
  const auto drops = [&](std::size_t i, bool end) {
    const Term& term = sentence[i];
    if (term.taken) return true;
    if (end) {
      return term.is("reminder", "reminders", "series", "anymore", "any", "more", "repeating", "recurring",
                     "recurrence", "altogether", "task", "alarm", "for", "until", "till", "on", "from", "schedule",
                     "forever", "completely", "again", "repeat", "rule", "please", "after", "alerts", "now", "hold",
                     "in", "of", "occurrence", "one", "time", "only");
    }
    return term.is("repeating", "reminding", "me", "to", "of", "about", "the", "my", "doing", "sending", "asking",
                   "recurring", "with", "all", "from", "next", "this", "that", "for", "on", "in", "any", "more",
                   "those", "these", "occurrence");
  };
  if (phrase.size() == 1 && sentence[phrase.first].is("that", "this", "it", "the")) return phrase;
  while (!phrase.empty() && drops(phrase.last - 1, true)) --phrase.last;
  while (phrase.size() > 1 && drops(phrase.first, false)) ++phrase.first;
  if (phrase.size() == 1 && sentence[phrase.first].is("me", "the", "my", "next", "this", "a"))
    phrase.first = phrase.last;
  return phrase;
}

/// A series by name, else by "it", else the only one there is.
Found find_series(const Sentence& sentence, Part phrase, bool generic_noun) {
  const Part name = name_of(sentence, phrase);
  if (!name.empty() && !sentence[name.first].in(kPronoun)) {
    const Found found = find_by_name(sentence, name, Among::repeating);
    if (found.outcome != Found::Outcome::nothing) return found;
    return find_tasks(sentence, name, Among::open);
  }
  Found found = find_spoken(sentence);
  if (found.ok()) return found;
  found = {};
  for (const TaskItem& task : sentence.context.tasks) {
    if (!task.rrule.empty()) found.tasks.push_back(&task);
  }
  found.outcome = found.tasks.size() == 1 && generic_noun ? Found::Outcome::found
                  : found.tasks.empty()                   ? Found::Outcome::unclear
                                                          : Found::Outcome::ambiguous;
  return found;
}

/// The rule of a series with another last day.
std::string with_until(std::string_view rrule, Date until) {
  std::string text;
  for (std::size_t at = 0; at < rrule.size();) {
    const std::size_t end = std::min(rrule.find(';', at), rrule.size());
    const std::string_view part = rrule.substr(at, end - at);
    if (!part.starts_with("UNTIL=") && !part.starts_with("COUNT=")) {
      if (!text.empty()) text += ';';
      text += part;
    }
    at = end + 1;
  }
  std::string day = format_date(until);
  std::erase(day, '-');
  return text + ";UNTIL=" + day;
}

std::optional<Command> read_show_recurring(Sentence& sentence, Part part) {
  const bool repeats = sentence.has(part, "recurring", "repeating", "repeat", "repeats", "recur", "recurs", "routines",
                                    "routine", "habits");
  const bool asks =
      sentence[part.first].in(kQuestion | kShow) || sentence[part.first].is("recurring", "repeating", "my", "all");
  const bool frequency_of_tasks = sentence[part.first].in(kQuestion | kShow) &&
                                  sentence.has(part, "daily", "weekly", "monthly", "yearly") &&
                                  sentence.has(part, "tasks", "reminders", "routines", "todos", "things", "series");
  if ((!repeats && !frequency_of_tasks) || !asks) return {};
  if (sentence[part.first].is("set", "create", "make") || sentence.has(part, "stats", "streak")) return {};
  if (sentence[part.first].is("recurring", "repeating") && part.size() > 3) return {};
  Command command = make(Intent::show_recurring, 0.93);
  const auto frequency = [&]() -> std::optional<Grain> {
    if (sentence.has(part, "daily", "day", "everyday")) return Grain::day;
    if (sentence.has(part, "weekly", "week")) return Grain::week;
    if (sentence.has(part, "monthly", "month")) return Grain::month;
    if (sentence.has(part, "yearly", "year", "annually", "annual")) return Grain::year;
    if (sentence.has(part, "hourly", "hour")) return Grain::hour;
    return {};
  }();
  command.filter.frequency = frequency;
  for (std::size_t i = part.first; i < part.last; ++i) {
    std::string_view word = sentence[i].low;
    if (word.starts_with('#')) word.remove_prefix(1);
    if (is_known_tag(sentence.context, word)) command.filter.tags.emplace_back(word);
  }
  command.filtered = !command.filter.empty();
  return command;
}

/// "the reminders of", "my alarm for": where the task begins that they are of; the end of the part for other words.
std::size_t after_reminder_of(const Sentence& sentence, Part part) {
  std::size_t i = part.first;
  while (i < part.last && sentence[i].is("the", "my", "all", "both", "a", "any")) ++i;
  if (i >= part.last || !sentence[i].is("reminder", "reminders", "alarm", "alarms", "alert", "alerts"))
    return part.last;
  ++i;
  if (i >= part.last || !sentence[i].is("for", "of", "about", "on", "from", "off")) return part.last;
  return i + 1;
}

/// "everything that repeats", "all my recurring tasks": whatever repeats, and nothing by name.
bool says_all_series(const Sentence& sentence, Part phrase) {
  if (!sentence.has(phrase, "all", "everything", "every")) return false;
  for (std::size_t i = phrase.first; i < phrase.last; ++i) {
    if (!sentence[i].is("all", "everything", "every", "my", "the", "of", "that", "recurring", "repeating", "repeats",
                        "tasks", "task", "series", "reminders", "things", "from", "repeat", "repeated", "routines"))
      return false;
  }
  return true;
}

std::optional<Command> read_stop(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  Part phrase{at + 1, part.last};
  bool certain = false;
  bool only_reminders = false;
  if (sentence[at].is("stop", "quit", "end", "discontinue", "cease")) {
    certain =
        sentence.has(part, "reminding", "repeating", "reminder", "reminders", "series", "recurring", "recurrence");
  } else if (sentence[at].is("don't", "dont", "never", "no") && part.size() > 1 &&
             sentence[at + 1].is("repeat", "remind", "more", "longer")) {
    phrase.first = at + 2;
    if (phrase.first < part.last && sentence[phrase.first].is("repeat")) ++phrase.first;
    certain = true;
  } else if (sentence.starts(part, at, "turn", "off") || sentence.starts(part, at, "switch", "off")) {
    phrase.first = at + 2;
    if (!sentence.has(part, "reminder", "reminders", "alarm", "repeat", "recurrence", "repetition")) return {};
    if (const auto name = after_reminder_of(sentence, phrase); name < part.last) {
      phrase.first = name;
      only_reminders = true;
    }
    certain = true;
  } else if (sentence[at].is("cancel", "delete", "remove", "drop", "clear", "disable", "take") &&
             after_reminder_of(sentence, {at + 1, part.last}) < part.last) {
    phrase.first = after_reminder_of(sentence, {at + 1, part.last});
    if (!find_tasks(sentence, phrase, Among::open).ok()) return {};
    only_reminders = certain = true;
  } else if (sentence[at].is("cancel", "delete", "remove") &&
             sentence.has(part, "series", "recurrence", "repetition", "repeat", "recurring")) {
    if (sentence.has(part, "tasks", "all", "everything")) return {};
    certain = true;
  } else if (sentence[at].is("make") && (sentence.has(part, "not") || sentence.has(part, "stop")) &&
             sentence.has(part, "repeat", "repeating", "recurring")) {
    std::size_t end = part.first;
    sentence.find(part, &end, "not", "stop");
    phrase.last = end;
    certain = true;
  } else {
    return {};
  }
  if (!only_reminders && !phrase.empty() && says_all_series(sentence, phrase)) {
    Command command = make(Intent::stop_recurring, 0.9);
    command.bulk = command.filtered = command.needs_confirmation = true;
    return command;
  }
  bool keep_next = false;
  for (std::size_t i = phrase.first; i < phrase.last; ++i) {
    if (sentence[i].is("but", "and") && sentence.has({i, phrase.last}, "keep", "leave", "except")) {
      keep_next = sentence.has({i, phrase.last}, "next", "one", "current", "this");
      phrase.last = i;
      break;
    }
    if (sentence[i].is("after") && sentence.has({i, phrase.last}, "next", "this") &&
        sentence.has({i, phrase.last}, "one", "time")) {
      keep_next = true;
      phrase.last = i;
      break;
    }
  }
  const Timing timing = read_timing(sentence, phrase, TimingFor::change);
  const bool generic = sentence.has(phrase, "reminder", "reminders", "series", "repeating", "recurring", "me");
  Found found = find_series(sentence, phrase, generic || certain);
  if (found.outcome == Found::Outcome::nothing) {
    if (!certain && !(sentence[at].is("stop", "end") && sentence.context.tasks.size() > 0 && phrase.size() <= 2))
      return sentence.release(phrase), std::nullopt;
    return make_clarify("no_such_task", Intent::stop_recurring);
  }
  if (found.outcome == Found::Outcome::unclear && !certain) return {};
  remember(sentence, found);
  if (found.one() && timing.due && !found.tasks[0]->rrule.empty()) {
    Command command = about(Intent::update, found, sentence);
    command.rrule = with_until(found.tasks[0]->rrule, timing.due->date());
    command.until = timing.due->date();
    command.scope = Command::Scope::series;
    return command;
  }
  Command command = about(Intent::stop_recurring, found, sentence);
  command.keep_next = keep_next && command.intent == Intent::stop_recurring;
  command.clear_reminders = only_reminders && command.intent == Intent::stop_recurring;
  return command;
}

std::optional<Command> read_pause(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  Part phrase{at + 1, part.last};
  bool certain = true;
  if (sentence[at].is("pause", "suspend", "freeze", "disable", "halt")) {
  } else if (sentence[at].is("put") && sentence.has(part, "hold", "pause", "ice")) {
  } else if (sentence[at].is("hold") && part.size() > 1) {
    certain = false;
    if (sentence[at + 1].is("off")) ++phrase.first;
    if (phrase.first < part.last && sentence[phrase.first].is("on")) ++phrase.first;
  } else if (sentence.starts(part, at, "take", "a", "break", "from")) {
    phrase.first = at + 4;
  } else {
    return {};
  }
  Command timed;
  for (std::size_t i = phrase.first; i < phrase.last && !timed.until; ++i) {
    if (!sentence[i].is("for") || i + 1 >= phrase.last) continue;
    std::size_t k = i + 1;
    if (k < phrase.last && sentence[k].is("the", "next")) ++k;
    if (k < phrase.last && sentence[k].is("next")) ++k;
    const auto length = read_length(sentence, phrase, k);
    if (!length) continue;
    timed.until = When{moved(LocalTime{sentence.now.today()}, length->length), true}.date();
    sentence.take({i, length->last});
    add_span(timed, sentence, {i, length->last}, "until", format_date(*timed.until));
  }
  if (!timed.until) {
    const Timing timing = read_timing(sentence, phrase, TimingFor::change);
    if (timing.due)
      timed.until = timing.due->date();
    else if (timing.from && (timing.relation == Relation::until || timing.relation == Relation::by))
      timed.until = timing.from->date();
    else if (timing.to)
      timed.until = When{timing.to->day() + days{1}, true}.date();
    for (std::size_t index : timing.used)
      add_span(timed, sentence, sentence.terms_of(sentence.times[index]), "until",
               timed.until ? format_date(*timed.until) : "");
  }
  if (sentence.has(phrase, "all", "everything", "reminders") &&
      find_by_name(sentence, name_of(sentence, phrase), Among::repeating).outcome == Found::Outcome::nothing &&
      sentence.has(phrase, "all", "everything", "every")) {
    Command command = make(Intent::pause_recurring, 0.9);
    command.bulk = command.filtered = true;
    command.until = timed.until;
    command.spans = std::move(timed.spans);
    return command;
  }
  const Found found = find_series(sentence, phrase, true);
  if (found.outcome == Found::Outcome::nothing && !certain) return sentence.release(phrase), std::nullopt;
  remember(sentence, found);
  Command command = about(Intent::pause_recurring, found, sentence);
  command.until = timed.until;
  command.spans = std::move(timed.spans);
  return command;
}

std::optional<Command> read_resume(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  const bool verb = sentence[at].is("resume", "unpause", "restart", "reactivate", "continue", "un-pause", "reenable",
                                    "re-enable", "enable") ||
                    (sentence[at].is("start") && (sentence.has(part, "again") || sentence.has(part, "back")));
  if (!verb || part.size() < 2) return {};
  Part phrase{at + 1, part.last};
  const Timing timing = read_timing(sentence, phrase, TimingFor::change);
  const Found found = find_series(sentence, phrase, true);
  if (found.outcome == Found::Outcome::nothing) {
    if (!sentence[at].is("resume", "unpause", "un-pause") || sentence.context.tasks.empty())
      return sentence.release(phrase), std::nullopt;
    return make_clarify("no_such_task", Intent::update);
  }
  remember(sentence, found);
  Command command = about(Intent::update, found, sentence);
  command.resume = command.intent == Intent::update;
  if (timing.due && command.resume) command.due = timing.due;
  return command;
}

/// "skip", "no", "I'm not going to", "can't make it to": the term after it, or the part's first.
std::size_t after_absence(const Sentence& sentence, Part part) {
  std::size_t i = part.first;
  if (sentence[i].is("skip", "miss")) return i + 1;
  if (sentence[i].is("no")) return i + 1;
  while (i < part.last && sentence[i].is("i", "i'm", "im", "we", "we're", "i'll", "am", "are", "will")) ++i;
  if (i >= part.last) return part.first;
  if (sentence[i].is("not"))
    ++i;
  else if (sentence[i].is("won't", "wont", "can't", "cant", "cannot", "don't", "dont", "couldn't"))
    ++i;
  else
    return part.first;
  const std::size_t said = i;
  while (i < part.last && sentence[i].is("want", "going", "go", "make", "doing", "do", "attend", "attending", "be",
                                         "at", "it", "to", "feel", "like"))
    ++i;
  return i > said ? i : part.first;
}

/// "the next", "this", "tomorrow's": of what there is already, whatever it is called.
bool says_which(const Sentence& sentence, Part phrase) {
  std::size_t i = phrase.first;
  if (i < phrase.last && sentence[i].is("the", "my", "our")) ++i;
  if (i >= phrase.last) return false;
  const Term& term = sentence[i];
  if (i + 1 < phrase.last && term.is("next", "this", "upcoming", "coming")) return true;
  return term.is("today's", "tomorrow's", "tonight's", "monday's", "tuesday's", "wednesday's", "thursday's", "friday's",
                 "saturday's", "sunday's", "week's", "month's");
}

/// The longest piece near the phrase's start that is the whole name of a series ("tomorrow's daily sync"), taken so
/// that no word of it is read as a time.
std::optional<Found> take_whole_name(Sentence& sentence, Part phrase) {
  constexpr std::size_t kFarthest = 4, kLongest = 12;
  phrase.last = std::min(phrase.last, phrase.first + kLongest);
  const auto names = [&](std::size_t i) {
    return find_by_name(sentence, {i, i + 1}, Among::repeating).outcome != Found::Outcome::nothing;
  };
  for (std::size_t size = phrase.size(); size > 0; --size) {
    for (std::size_t first = phrase.first; first <= phrase.first + kFarthest && first + size <= phrase.last; ++first) {
      const Part name{first, first + size};
      if (!names(name.first) || !names(name.last - 1)) continue;
      Found found = find_by_name(sentence, name, Among::repeating);
      if (!found.one() || !found.exact || found.covered < 0.95) continue;
      sentence.take(name);
      return found;
    }
  }
  return std::nullopt;
}

std::optional<Command> read_skip(Sentence& sentence, Part part) {
  if (part.size() < 2) return {};
  const std::size_t after = after_absence(sentence, part);
  if (after == part.first || after >= part.last) return {};
  Part phrase{after, part.last};
  // Other words than "skip" are of a series that is named, on days that are.
  const bool plain = sentence[part.first].is("skip", "miss");
  if (!plain) {
    const Timing days = read_timing(sentence, phrase, TimingFor::change);
    const Found named = find_by_name(sentence, name_of(sentence, phrase), Among::repeating);
    const std::optional<When> next = named.one() ? named.tasks[0]->due : std::nullopt;
    sentence.release(phrase);
    if (!named.one() || named.covered < 0.9) return {};
    // "not going to gym next week": all of that week, which the next one falls into.
    if (!days.due && days.from && days.to && next && next->day() >= days.from->day() && next->day() <= days.to->day()) {
      sentence.take(phrase);
      remember(sentence, named);
      Command command = about(Intent::pause_recurring, named, sentence);
      command.until = When{days.to->day() + std::chrono::days{1}, true}.date();
      return command;
    }
    if (!days.due || days.rule) return {};
  }
  const auto named = take_whole_name(sentence, phrase);
  const Timing timing = read_timing(sentence, phrase, TimingFor::change);
  const Found found = named ? *named : find_series(sentence, phrase, true);
  if (found.outcome == Found::Outcome::nothing ||
      (found.outcome == Found::Outcome::unclear && !sentence.has(phrase, "it", "that", "this", "next"))) {
    if (says_which(sentence, phrase)) return make_clarify("no_such_task", Intent::update);
    return sentence.release(phrase), std::nullopt;
  }
  remember(sentence, found);
  Command command = about(Intent::update, found, sentence);
  if (command.intent != Intent::update) return command;
  command.scope = Command::Scope::occurrence;
  const TaskItem& task = *found.tasks[0];
  if (timing.due) {
    command.skip.push_back(When{timing.due->day(), true});
    for (const When& more : timing.more) command.skip.push_back(When{more.day(), true});
  } else if (timing.rule && !timing.rule->month_days.empty() && timing.rule->times().empty()) {
    // "skip gym on the 24th and 26th": days to come, and no rhythm.
    for (const int number : timing.rule->month_days) {
      if (number < 1) continue;
      Date day{sentence.now.today()};
      const auto wanted = std::chrono::day{static_cast<unsigned>(number)};
      if (wanted < day.day()) day = Date{(day.year() / day.month() + std::chrono::months{1}) / std::chrono::day{1}};
      day = day.year() / day.month() / wanted;
      if (day.ok()) command.skip.push_back(When{LocalTime{local_days{day}}, true});
    }
  } else if (timing.from && timing.to) {
    // "skip gym next week": each of that week.
    command.skip = occurrences(task, *timing.from, *timing.to, sentence.now);
    if (command.skip.empty() && task.due) command.skip.push_back(When{task.due->day(), true});
  } else if (task.due) {
    command.skip.push_back(When{task.due->day(), true});
  }
  return command;
}

}  // namespace

std::optional<Command> read_series(Sentence& sentence, Part part) {
  part = without_courtesy(sentence, part);
  if (part.empty()) return {};
  if (auto command = read_show_recurring(sentence, part)) return command;
  if (auto command = read_stop(sentence, part)) return command;
  if (auto command = read_pause(sentence, part)) return command;
  if (auto command = read_resume(sentence, part)) return command;
  return read_skip(sentence, part);
}

}  // namespace daybook::language::chat
