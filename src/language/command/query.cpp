#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

bool speaks_of_tasks(const Sentence& sentence, Part part) {
  return sentence.has(part, "task", "tasks", "todo", "todos", "to-do", "to-dos", "due", "overdue", "reminder",
                      "reminders", "list", "agenda", "schedule", "calendar", "plan", "plans", "plate", "deadline",
                      "deadlines", "i", "my", "me", "everything", "late", "left", "planned", "scheduled", "tagged",
                      "pending", "open", "completed", "next", "have", "on", "need");
}

std::string lower_text(std::string_view text) {
  std::string low(text);
  std::transform(low.begin(), low.end(), low.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return low;
}

void close_filter(Command& command, bool reminders_only) {
  Filter& filter = command.filter;
  if (filter.status == StatusFilter::any && !filter.at && !reminders_only) filter.status = StatusFilter::open;
  command.filtered = true;
}

std::optional<Command> read_search(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  const Term& head = sentence[at];
  Part rest{at + 1, part.last};
  bool certain = false;
  if (head.is("search", "lookup", "query") || misspelt_verb(head.low) == "search") {
    certain = true;
  } else if (head.is("find", "locate", "grep")) {
    if (rest.empty()) return {};
  } else if (head.is("what", "what's", "whats") &&
             sentence.has(part, "priority", "deadline", "date", "status", "tags", "tag")) {
    // "what's the priority of the report?"
    while (!rest.empty() &&
           (sentence[rest.first].in(kBe) ||
            sentence[rest.first].is("the", "priority", "deadline", "due", "date", "status", "tags", "tag", "start")))
      ++rest.first;
    if (rest.size() < 2 || !sentence[rest.first].is("of", "for", "on")) return {};
    ++rest.first;
    const Found found = find_tasks(sentence, rest, Among::any);
    if (!found.ok()) return {};
    remember(sentence, found);
    return about(Intent::search, found, sentence);
  } else if (head.is("how") && part.size() > 3 && sentence[at + 1].is("long", "soon", "far", "many", "much")) {
    // "how long until the dentist?", "how many days till my flight"
    std::size_t until = 0;
    if (!sentence.find({at + 2, part.last}, &until, "until", "till", "til", "before")) return {};
    const Found found = find_by_name(sentence, {until + 1, part.last}, Among::any);
    if (!found.one()) return {};
    remember(sentence, found);
    return about(Intent::search, found, sentence);
  } else if (sentence.starts(part, at, "what", "about") || sentence.starts(part, at, "how", "about")) {
    // "how about the dentist?"
    if (part.size() < 3) return {};
    const Found found = find_by_name(sentence, {at + 2, part.last}, Among::any);
    if (!found.one() || found.covered < 0.9) return {};
    remember(sentence, found);
    return about(Intent::search, found, sentence);
  } else if (sentence.starts(part, at, "look", "for") || sentence.starts(part, at, "look", "up")) {
    ++rest.first;
  } else if (head.is("where", "where's", "wheres", "when", "when's", "whens", "which") ||
             sentence.starts(part, at, "what", "time") || sentence.starts(part, at, "what", "day")) {
    // "when is the next trash day?"
    while (!rest.empty() && (sentence[rest.first].in(kBe) ||
                             sentence[rest.first].is("is", "do", "did", "i", "time", "day", "have", "to", "need",
                                                     "should", "the", "my", "next", "does", "supposed")))
      ++rest.first;
    while (!rest.empty() && sentence[rest.last - 1].is("due", "again", "happen", "happening", "next", "scheduled",
                                                       "start", "for", "on", "set"))
      --rest.last;
    if (rest.empty()) return {};
    const Found found = find_by_name(sentence, rest, Among::any);
    if (found.outcome == Found::Outcome::nothing) {
      if (rest.size() <= 1 && sentence[rest.first].in(kPronoun)) {
        const Found spoken = find_spoken(sentence);
        if (spoken.ok()) return about(Intent::search, spoken, sentence);
      }
      if (head.is("which") || !sentence.context.tasks.empty() || !sentence.has(part, "my")) return {};
      Command command = make(Intent::search, 0.6);
      command.filter.text = lower_text(sentence.original(rest));
      command.filtered = true;
      return command;
    }
    if (head.is("which")) return {};
    remember(sentence, found);
    if (found.outcome == Found::Outcome::ambiguous) {
      Command command = make(Intent::search, 0.8);
      command.filter.text = lower_text(sentence.original(rest));
      command.filtered = true;
      return command;
    }
    return about(Intent::search, found, sentence);
  } else {
    return {};
  }
  while (!rest.empty() &&
         (sentence[rest.first].is("for", "my", "me", "all", "tasks", "task", "anything", "everything", "about", "with",
                                  "the", "containing", "mentioning", "named", "called", "any", "things", "something",
                                  "through", "word", "in", "to", "that", "related", "mention", "mentions", "contain",
                                  "regarding", "todos")))
    ++rest.first;
  while (!rest.empty() &&
         sentence[rest.last - 1].is("task", "tasks", "please", "title", "titles", "the", "in", "todos"))
    --rest.last;
  if (rest.empty()) return {};
  // "find the invoice task": what is looked for is a task, not a thing to find.
  certain = certain || (head.is("find", "locate", "grep") &&
                        sentence.has({at + 1, part.last}, "task", "tasks", "todo", "todos", "reminder", "reminders"));
  const bool known = find_by_name(sentence, rest, Among::any).outcome != Found::Outcome::nothing;
  if (!certain && !known) {
    // "find a plumber" is something to do.
    const bool articled = part.size() > 1 && sentence[at + 1].is("a", "an", "some", "my", "out", "new", "someone",
                                                                 "somebody", "the", "time");
    const bool timed = std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
      return one.score >= 0.5 && sentence.terms_of(one).first > at;
    });
    if (articled || timed || !head.is("find", "locate", "grep") || rest.size() > 3) return {};
  }
  Command command = make(Intent::search, 0.92);
  std::string_view text = sentence.original(rest);
  command.filter.text = lower_text(text);
  command.filtered = true;
  add_span(command, sentence, rest, "filter", command.filter.text);
  return command;
}

/// "the second one", with nothing said about it: of a list that was shown, to look at.
std::optional<Command> read_place(Sentence& sentence, Part part) {
  if (sentence.context.list.empty() || part.size() < 2 || part.size() > 3 ||
      !sentence[part.last - 1].is("one", "task", "item"))
    return {};
  const Part place{sentence[part.first].is("the") ? part.first + 1 : part.first, part.last - 1};
  if (place.size() != 1 || small_ordinal(sentence[place.first].low) == 0) return {};
  const Found found = find_tasks(sentence, part, Among::any);
  if (!found.ok()) return {};
  remember(sentence, found);
  return about(Intent::search, found, sentence);
}

/// Questions and phrases that ask for a list; where its filter begins.
bool asks_for_list(const Sentence& sentence, Part part, std::size_t& filter_at, bool& certain) {
  const std::size_t at = part.first;
  const Term& head = sentence[at];
  const auto next = [&](std::size_t k, const auto&... words) {
    return at + k < part.last && sentence[at + k].is(words...);
  };
  filter_at = at + 1;
  certain = false;
  if (head.is("show", "list", "display")) return certain = true;
  if (head.is("give", "tell", "read", "get", "print") && next(1, "me", "out") &&
      (next(2, "my", "the", "all", "a", "what", "what's", "everything")))
    return speaks_of_tasks(sentence, {at + 2, part.last}) || sentence.has(part, "summary", "overview", "rundown");
  if (head.is("view", "see", "open", "pull", "review") && (next(1, "my", "all", "the", "up")) &&
      sentence.has(part, "tasks", "list", "todos", "agenda", "schedule", "reminders", "calendar"))
    return true;
  if (head.is("what", "what's", "whats", "which", "who")) {
    return speaks_of_tasks(sentence, {at + 1, part.last}) ||
           (part.size() <= 4 && sentence[part.last - 1].is("urgent", "important", "critical")) ||
           std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
             return part.size() <= 5 && one.has_date && head.is("what's", "whats");
           });
  }
  if (head.is("when", "when's") && next(1, "am", "are", "is") && next(2, "i", "we"))
    return sentence.has(part, "free", "busy", "available");
  if (head.is("anything", "everything", "nothing", "something")) return true;
  if (head.is("do", "did", "have", "got", "any", "are", "is", "am", "was")) {
    if (head.is("do", "did", "have", "am") && (next(1, "i", "we")))
      return sentence.has(part, "anything", "something", "tasks", "free", "busy", "due", "have", "plans", "stuff",
                          "much", "got", "booked", "available", "available?", "reminders", "things");
    if (head.is("is", "are") && next(1, "anything", "any", "something")) return true;
    if (head.is("are", "is") && next(1, "there"))
      return speaks_of_tasks(sentence, part) || sentence.has(part, "anything");
    if (head.is("any", "got"))
      return sentence.has(part, "tasks", "due", "overdue", "late", "anything", "plans", "reminders", "urgent", "left",
                          "todos", "for", "today", "tomorrow");
    return false;
  }
  if (head.is("how's", "hows", "how"))
    return sentence.has(part, "day", "week", "schedule", "look", "looking", "calendar") &&
           sentence.has(part, "my", "the", "today", "tomorrow", "look");
  filter_at = at;
  // "tasks for the weekend", "my tasks", "overdue tasks", "today's agenda"
  if (sentence.has(part, "tasks", "todos", "to-dos", "agenda", "todo") &&
      !head.in(kActionVerb | kCreate | kRemind | kSubject | kDelete | kMove | kComplete | kPreposition) &&
      !head.is("tag", "untag", "label", "unlabel", "categorize", "categorise", "prioritize", "prioritise",
               "deprioritize", "deprioritise", "rename") &&
      head.after != ':')
    return true;
  if (head.is("overdue", "completed", "pending", "unfinished", "upcoming") && part.size() <= 4) return true;
  if (head.is("today", "tomorrow", "tonight") && (part.size() == 1)) return true;
  if (head.is("my") &&
      sentence.has(part, "day", "week", "list", "schedule", "agenda", "calendar", "reminders", "plan", "plans",
                   "priorities", "deadlines") &&
      part.size() <= 4)
    return true;
  if (head.is("reminders", "agenda", "schedule", "list", "deadlines") && part.size() <= 4 &&
      !sentence[at].in(kActionVerb))
    return true;
  if (head.is("due") && part.size() <= 4) return true;
  if (head.low.starts_with('#') && part.size() == 1) return true;
  if (head.is("filter", "sort", "order")) return sentence.has(part, "tasks", "list", "todos", "everything", "them");
  return false;
}

}  // namespace

std::optional<Command> read_query(Sentence& sentence, Part part) {
  part = without_courtesy(sentence, part);
  // "I want to see my tasks", "can I see", "let me see"
  if (sentence.starts(part, part.first, "i", "wanna", "see"))
    part.first += 3;
  else if (sentence.starts(part, part.first, "i", "want", "to", "see") ||
           sentence.starts(part, part.first, "i'd", "like", "to", "see"))
    part.first += 4;
  else if (sentence.starts(part, part.first, "can", "i", "see") ||
           sentence.starts(part, part.first, "let", "me", "see") ||
           sentence.starts(part, part.first, "may", "i", "see"))
    part.first += 3;
  else if (sentence.starts(part, part.first, "remind", "me", "what"))
    part.first += 2;
  if (part.empty()) return {};
  if (auto command = read_place(sentence, part)) return command;
  if (auto command = read_search(sentence, part)) return command;
  sentence.release(part);

  // "is the report done?", "did I pay the bills?"
  if (sentence[part.first].is("is", "are", "did", "have", "has", "was") && part.size() > 2 &&
      !sentence[part.first + 1].is("there", "anything", "any")) {
    Part name{part.first + 1, part.last};
    while (!name.empty() && sentence[name.first].is("i", "we", "the", "my", "already")) ++name.first;
    while (!name.empty() && (sentence[name.last - 1].in(kDoneWord) ||
                             sentence[name.last - 1].is("yet", "already", "due", "overdue", "still", "open", "late")))
      --name.last;
    const Found found = find_by_name(sentence, name, Among::any);
    if (found.one()) return about(Intent::search, found, sentence);
  }
  std::size_t filter_at = part.first;
  bool certain = false;
  if (!asks_for_list(sentence, part, filter_at, certain)) return {};
  const std::size_t at = part.first;

  // "what should I do next", "what's next"
  const bool next =
      (sentence.has(part, "next", "first", "now", "start") && sentence.has(part, "what", "what's", "whats") &&
       sentence.has(part, "do", "what's", "whats", "work", "focus", "tackle", "begin", "start", "is")) &&
      std::none_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
        const Part said = sentence.terms_of(one);
        return said.first >= at && said.last <= part.last && one.score >= 0.5 && one.has_date &&
               !sentence.has(said, "now", "now?");
      });
  if ((next && !sentence.has(part, "due", "list") &&
       (!sentence.has(part, "on") || sentence.has(part, "work", "focus", "working"))) ||
      sentence.starts(part, at, "what's", "next")) {
    Command command = make(Intent::list, 0.93);
    command.filter.next = true;
    command.filter.status = StatusFilter::open;
    command.filtered = true;
    return command;
  }

  const Part filter_part{filter_at, part.last};
  FilterReading reading = read_filter(sentence, filter_part, FilterFor::list);
  if (reading.leftover > 0) {
    const Part left = reading.leftover_part;
    // Out of scope: "what is the weather tomorrow?"
    const bool question = sentence[at].in(kQuestion) && !certain;
    const bool about_me = sentence.has(part, "tasks", "task", "todo", "todos", "due", "my", "i", "list", "anything",
                                       "tagged", "reminders");
    const Found found = find_by_name(sentence, left, Among::any);
    if (found.ok() && left.size() > 1 && (found.exact || certain)) {
      remember(sentence, found);
      Command command = about(Intent::search, found, sentence);
      command.filter.text = lower_text(sentence.original(left));
      command.filtered = true;
      return command;
    }
    if (question && !about_me && found.outcome == Found::Outcome::nothing) {
      sentence.release(part);
      return {};
    }
    const bool tag_place = reading.leftover == 1 && left.size() == 1;
    if (tag_place && found.outcome == Found::Outcome::nothing) {
      std::string_view name = sentence[left.first].low;
      const bool negated =
          left.first > part.first && sentence[left.first - 1].is("not", "except", "without", "excluding", "than");
      (negated ? reading.filter.not_tags : reading.filter.tags).emplace_back(name);
    } else if (certain || found.outcome != Found::Outcome::nothing) {
      // "show apartment to Lisa tomorrow" is something to do.
      const bool errand =
          found.outcome == Found::Outcome::nothing && reading.leftover > 1 &&
          !sentence.has(part, "tasks", "todos", "reminders", "all", "my", "me", "everything", "anything") &&
          (reading.filter.due_from || reading.filter.at || sentence.has(left, "to", "for", "at"));
      if ((reading.leftover > 3 && found.outcome == Found::Outcome::nothing) || errand) {
        sentence.release(part);
        return {};
      }
      Command command = make(Intent::search, 0.75);
      command.filter = std::move(reading.filter);
      command.filter.text = lower_text(sentence.original(left));
      command.filtered = true;
      return command;
    } else if (sentence[at].in(kQuestion) || reading.said) {
      if (reading.leftover > 2) {
        sentence.release(part);
        return {};
      }
      reading.filter.text = lower_text(sentence.original(left));
    } else {
      sentence.release(part);
      return {};
    }
  }
  Command command = make(Intent::list, certain ? 0.95 : 0.9);
  command.filter = std::move(reading.filter);
  close_filter(command, command.filter.has_reminder);
  for (const TimeReading& one : sentence.times) {
    const Part said = sentence.terms_of(one);
    if (said.first >= part.first && said.last <= part.last && sentence[said.first].taken)
      add_span(command, sentence, said, "filter", "when");
  }
  return command;
}

}  // namespace daybook::language::chat
