#include <algorithm>

#include "language/command/change.hpp"

namespace daybook::language::chat {
namespace {

/// The first term of the part that is one of `words`, outside quotes; the end of the part for none.
template <std::size_t... N>
std::size_t seek(const Sentence& sentence, Part part, const char (&... words)[N]) {
  std::size_t at = part.last;
  sentence.find(part, &at, words...);
  return at;
}

/// A new title as it was said: without quotes when all of it is quoted.
std::string new_title(const Sentence& sentence, Part part) {
  while (!part.empty() && sentence[part.last - 1].is("instead", "please")) --part.last;
  return capitalised(sentence.original(part));
}

/// "all work tasks", "everything due today": a change of whatever is so, where the phrase is no title.
std::optional<Command> finish_bulk(Sentence& sentence, Part phrase, const Command& change) {
  if (!change.title.empty() || !change.note.empty() ||
      !sentence.has(phrase, "all", "everything", "every", "tasks", "todos") ||
      sentence.has(phrase, "them", "those", "these") || find_by_name(sentence, phrase, Among::any).exact)
    return {};
  const FilterReading reading = read_filter(sentence, phrase, FilterFor::bulk);
  if (reading.leftover > 0) return sentence.release(phrase), std::nullopt;
  Command command = change;
  command.intent = Intent::update;
  command.confidence = 0.9;
  command.filter = reading.filter;
  command.filtered = command.bulk = true;
  return command;
}

std::optional<Command> finish(Sentence& sentence, Part phrase, Command change, bool certain) {
  if (auto bulk = finish_bulk(sentence, phrase, change)) return bulk;
  const Found found = find_tasks(sentence, phrase, Among::any);
  if (found.outcome == Found::Outcome::nothing && !certain) return {};
  remember(sentence, found);
  Command command = about(Intent::update, found, sentence);
  if (command.intent != Intent::update) return command;
  change.intent = Intent::update;
  change.confidence = command.confidence;
  change.targets = std::move(command.targets);
  return change;
}

/// "rename X to Y", "change the title of X to Y", "call X Y instead"
std::optional<Command> read_rename(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  Part phrase{at + 1, part.last};
  bool certain = false;
  if (sentence[at].is("rename", "retitle", "reword", "rephrase") || misspelt_verb(sentence[at].low) == "rename") {
    certain = true;
  } else if (sentence[at].is("change", "edit", "update", "set") &&
             sentence.has(part, "title", "name", "wording", "text")) {
    std::size_t noun = seek(sentence, part, "title", "name", "wording", "text");
    if (noun > at + 2 && !sentence[noun - 1].is("the", "its")) {
      phrase = {at + 1, noun};  // "change the dentist's title to"
      const std::size_t to = seek(sentence, {noun, part.last}, "to");
      if (to == part.last || to + 1 >= part.last) return {};
      Command change;
      change.title = new_title(sentence, {to + 1, part.last});
      return finish(sentence, phrase, std::move(change), true);
    }
    phrase.first = noun + 1;
    if (phrase.first < part.last && sentence[phrase.first].is("of", "for")) ++phrase.first;
    certain = true;
  } else if (sentence[at].is("call") && part.size() > 3 && sentence[at + 1].is("it", "that", "this") &&
             sentence[part.last - 1].is("instead")) {
    Command change;
    change.title = new_title(sentence, {at + 2, part.last});
    return finish(sentence, {at + 1, at + 2}, std::move(change), true);
  } else if (sentence[at].is("call") && part.size() > 2 && sentence[at + 1].is("it", "that", "this") &&
             sentence[at + 2].quoted && sentence[part.last - 1].quoted && find_spoken(sentence).one()) {
    Command change;  // call it "Y"
    change.title = new_title(sentence, {at + 2, part.last});
    return finish(sentence, {at + 1, at + 2}, std::move(change), true);
  } else if (sentence[at].is("call") && part.size() > 3 && sentence[part.last - 1].is("instead") &&
             sentence[part.last - 2].quoted) {  // call X "Y" instead
    std::size_t name = part.last - 2;
    while (name > at + 1 && sentence[name - 1].quoted) --name;
    if (name == at + 1) return {};
    Command change;
    change.title = new_title(sentence, {name, part.last});
    return finish(sentence, {at + 1, name}, std::move(change), false);
  } else if (sentence[at].is("change", "edit")) {
    // "change X to Y" where Y is no time: only of a task that is named.
    const std::size_t to = seek(sentence, phrase, "to");
    if (to == part.last) return {};
    if (to + 2 == part.last && small_number(sentence[to + 1].low) > 0) return {};  // "change the dentist to 3"
    for (const TimeReading& reading : sentence.times) {
      if (sentence.terms_of(reading).first > to && reading.score >= 0.5) return {};
    }
    if (sentence.has({to + 1, part.last}, "priority", "high", "low", "medium", "urgent", "p1", "p2", "p3", "done",
                     "open"))
      return {};
  } else {
    return {};
  }
  std::size_t to = seek(sentence, phrase, "to", "as", "into", "->");
  if (to == part.last || to + 1 >= part.last) return {};
  // "rename go to gym to go to pool": the split whose left side names a task.
  for (std::size_t i = to; i + 1 < part.last; ++i) {
    if (!sentence[i].is("to", "as", "into", "->")) continue;
    if (find_by_name(sentence, {phrase.first, i}, Among::any).exact) {
      to = i;
      break;
    }
  }
  Command change;
  change.title = new_title(sentence, {to + 1, part.last});
  phrase.last = to;
  return finish(sentence, phrase, std::move(change), certain);
}

std::vector<std::string> read_names(const Sentence& sentence, Part part) {
  std::vector<std::string> names;
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (sentence[i].is("and", "&", "the", "tag", "tags", "label", "a", "both", "as", "or", "please", "too", "with"))
      continue;
    std::string_view name = sentence[i].low;
    if (name.starts_with('#')) name.remove_prefix(1);
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

/// "tag X with Y", "add the tag Y to X", "remove #y from X", "untag X"
std::optional<Command> read_tagging(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  const auto made = [&](Part names, Part phrase, bool add, bool certain) {
    Command change;
    (add ? change.tags_add : change.tags_remove) = read_names(sentence, names);
    if (change.tags_add.empty() && change.tags_remove.empty()) return std::optional<Command>{};
    // "remove all tags from the report"
    if (!add && change.tags_remove == std::vector<std::string>{"all"}) {
      const Found found = find_tasks(sentence, phrase, Among::any);
      if (found.one()) change.tags_remove = found.tasks[0]->tags;
      if (change.tags_remove.empty()) return std::optional<Command>{};
    }
    sentence.take(names);
    add_span(change, sentence, names, add ? "tags_add" : "tags_remove",
             change.tags_add.empty() ? change.tags_remove[0] : change.tags_add[0]);
    return finish(sentence, phrase, std::move(change), certain);
  };
  if (sentence[at].is("tag", "label", "categorize", "categorise") && part.size() > 2) {
    const std::size_t with = seek(sentence, {at + 1, part.last}, "with", "as");
    if (with < part.last) return made({with + 1, part.last}, {at + 1, with}, true, true);
    // "tag it work and errands", "tag it #work"
    if (sentence[at + 1].is("it", "that", "this", "them", "those"))
      return made({at + 2, part.last}, {at + 1, at + 2}, true, true);
    std::size_t first = part.last;
    const auto is_tag = [&](std::size_t i) { return sentence[i].low.starts_with('#'); };
    while (first > at + 2 &&
           (is_tag(first - 1) || (first > at + 3 && first < part.last && sentence[first - 1].is("and", "&", "with") &&
                                  is_tag(first - 2) && is_tag(first))))
      --first;
    if (first == part.last) first = part.last - 1;
    return made({first, part.last}, {at + 1, first}, true, false);
  }
  if (sentence[at].is("add", "put", "apply", "attach", "give", "remove", "delete", "drop", "take", "strip", "clear")) {
    const bool add = sentence[at].is("add", "put", "apply", "attach", "give");
    const bool noun = sentence.has(part, "tag", "tags", "label", "labels");
    const bool hash = part.size() > 1 && sentence[at + 1].low.starts_with('#');
    if (!noun && !hash) return {};
    if (sentence[at].is("give")) {  // "give X the tag y"
      const std::size_t tag = seek(sentence, part, "tag", "tags", "label");
      if (tag + 1 >= part.last) return {};
      return made({tag + 1, part.last}, {at + 1, sentence[tag - 1].is("the", "a") ? tag - 1 : tag}, true, false);
    }
    const std::size_t to = seek(sentence, {at + 1, part.last}, "to", "from", "on", "off");
    if (to >= part.last || to + 1 >= part.last) return {};
    return made({at + 1, to}, {to + 1, part.last}, add, false);
  }
  if (sentence[at].is("untag", "unlabel") && part.size() > 1) {
    const std::size_t with = seek(sentence, {at + 1, part.last}, "from", "with", "as");
    if (with < part.last)
      return sentence[with].is("from") ? made({at + 1, with}, {with + 1, part.last}, false, true)
                                       : made({with + 1, part.last}, {at + 1, with}, false, true);
    if (part.size() > 3 && sentence.has({at + 1, part.last - 1}, "all", "everything", "tasks"))
      return made({part.last - 1, part.last}, {at + 1, part.last - 1}, false, true);
    const Found found = find_tasks(sentence, {at + 1, part.last}, Among::any);
    Command change;
    if (found.one()) change.tags_remove = found.tasks[0]->tags;
    return finish(sentence, {at + 1, part.last}, std::move(change), true);
  }
  return {};
}

/// "put X in category Y", "move X to @Y", "change the category of X to Y"
std::optional<Command> read_categorising(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  if (!sentence[at].is("put", "move", "file", "add", "set", "change", "make", "assign", "update")) return {};
  const auto made = [&](Part name, Part phrase) -> std::optional<Command> {
    while (!name.empty() && sentence[name.first].is("the", "category", "to", "as")) ++name.first;
    while (!name.empty() && sentence[name.last - 1].is("category", "please")) --name.last;
    if (name.empty() || phrase.empty() || name.size() > 3) return {};
    Command change;
    change.category = std::string(sentence.original(name));
    if (change.category.starts_with('@')) change.category.erase(0, 1);
    if (change.category.empty()) return {};
    sentence.take(name);
    add_span(change, sentence, name, "category", change.category);
    return finish(sentence, phrase, std::move(change), false);
  };
  const std::size_t noun = seek(sentence, part, "category");
  if (noun < part.last) {
    // "change the category of X to Y", "set X's category to Y"
    if (noun + 1 < part.last && sentence[noun + 1].is("of", "for", "on")) {
      const std::size_t to = seek(sentence, {noun + 2, part.last}, "to", "as");
      return to < part.last ? made({to + 1, part.last}, {noun + 2, to}) : std::nullopt;
    }
    if (noun > at + 1 && noun + 2 < part.last && sentence[noun + 1].is("to", "as") &&
        (sentence[noun - 1].low.ends_with("'s") || sentence[noun - 1].is("its")))
      return made({noun + 2, part.last}, {at + 1, noun});
  }
  // "put X in category Y", "in the Y category", "under @Y"
  for (std::size_t i = part.last; i-- > at + 2;) {
    if (!sentence[i].is("in", "into", "under", "to", "as") || i + 1 >= part.last) continue;
    const bool named = noun > i && noun < part.last;
    if (!named && !(i + 2 == part.last && sentence[i + 1].low.starts_with('@'))) continue;
    return made({i + 1, part.last}, {at + 1, i});
  }
  return {};
}

/// "due date", "deadline", "date" and "due" from `at` on, with an article; the term after it, or `at`.
std::size_t after_due_noun(const Sentence& sentence, Part part, std::size_t at) {
  std::size_t i = at;
  if (i < part.last && sentence[i].is("a", "the", "any", "set", "fixed", "its")) ++i;
  if (sentence.starts(part, i, "due", "date") || sentence.starts(part, i, "due", "dates")) return i + 2;
  if (i < part.last && sentence[i].is("deadline", "date", "due-date", "deadlines")) return i + 1;
  return at;
}

/// "X has no deadline", "X doesn't need a due date anymore", "no deadline for X", "X without a due date"
std::optional<Command> read_no_due(Sentence& sentence, Part part) {
  Command change;
  change.clear_due = true;
  const auto rest_is_aside = [&](std::size_t i) {
    while (i < part.last && sentence[i].is("anymore", "any", "more", "now", "longer", "yet", "after", "all")) ++i;
    return i == part.last;
  };
  if (sentence[part.first].is("no", "without")) {
    const std::size_t end = after_due_noun(sentence, part, part.first + 1);
    if (end == part.first + 1 || end + 1 >= part.last || !sentence[end].is("for", "on")) return {};
    return finish(sentence, {end + 1, part.last}, std::move(change), false);
  }
  for (std::size_t i = part.first + 1; i + 1 < part.last; ++i) {
    std::size_t at = i;
    if (sentence[i].is("has", "have", "with", "needs") && sentence[i + 1].is("no")) {
      at = i + 2;
    } else if (sentence.starts(part, i, "no", "longer") && i + 2 < part.last &&
               sentence[i + 2].is("has", "have", "needs", "need")) {
      at = i + 3;
    } else if (sentence[i].is("doesn't", "doesnt", "don't", "dont", "shouldn't", "hasn't") &&
               sentence[i + 1].is("have", "need", "got")) {
      at = i + 2;
    } else {
      continue;
    }
    const std::size_t end = after_due_noun(sentence, part, at);
    if (end == at || !rest_is_aside(end)) return {};
    return finish(sentence, {part.first, i}, std::move(change), false);
  }
  return {};
}

/// "remove the due date from X", "clear its deadline"
std::optional<Command> read_due_removal(Sentence& sentence, Part part) {
  if (!sentence[part.first].is("remove", "clear", "delete", "drop", "unset", "take", "cancel", "erase")) return {};
  const std::size_t noun = seek(sentence, part, "date", "deadline", "due");
  if (noun == part.last) return {};
  std::size_t i = noun + 1;
  if (sentence[noun].is("due") && i < part.last && sentence[i].is("date", "time")) ++i;
  Part phrase{i, part.last};
  if (!phrase.empty() && sentence[phrase.first].is("from", "of", "for", "on", "off")) {
    ++phrase.first;
  } else if (phrase.empty() && noun > part.first + 1) {
    phrase = {part.first + 1,
              sentence[noun].is("date") && sentence[noun - 1].is("due") ? noun - 1 : noun};  // "clear its due date"
    if (phrase.size() == 1 && sentence[phrase.first].is("the", "its", "that", "a")) phrase = {part.last, part.last};
  } else if (!phrase.empty()) {
    return {};
  }
  Command change;
  change.clear_due = true;
  return finish(sentence, phrase, std::move(change), true);
}

/// "add a note to X: …", "note on X: …"
std::optional<Command> read_noting(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  std::size_t i = at;
  if (sentence[i].is("add", "put", "attach", "write", "leave", "make")) ++i;
  while (i < part.last && sentence[i].is("a", "the", "this")) ++i;
  if (i >= part.last || !sentence[i].is("note", "notes", "comment", "description")) return {};
  ++i;
  if (i >= part.last) return {};
  // The note stands after the colon, or in quotes.
  std::size_t colon = part.last;
  for (std::size_t k = i - 1; k + 1 < part.last && colon == part.last; ++k) {
    if (sentence[k].after == ':') colon = k;
  }
  if (sentence[i].quoted) {  // add note "call first" to X
    std::size_t end = i;
    while (end < part.last && sentence[end].quoted) ++end;
    if (end < part.last && !sentence[end].is("to", "on", "for")) return {};
    // Without a name it is of the task spoken of, if there is one.
    if (end == part.last && !find_spoken(sentence).one()) return {};
    Command change;
    change.note = std::string(sentence.original({i, end}));
    return finish(sentence, {std::min(end + 1, part.last), part.last}, std::move(change), true);
  }
  // "add a note: bring the x-rays", of the task spoken of.
  if (i > at + 1 && sentence[i - 1].after == ':' && find_spoken(sentence).one()) {
    Command change;
    change.note = std::string(sentence.original({i, part.last}));
    return finish(sentence, {part.last, part.last}, std::move(change), true);
  }
  if (!sentence[i].is("to", "on", "for", "about") || sentence.starts(part, i + 1, "self") ||
      sentence.starts(part, i + 1, "myself"))
    return {};
  Part phrase{i + 1, colon == part.last ? part.last : colon + 1};
  Command change;
  if (colon < part.last) {
    change.note = std::string(sentence.text.substr(sentence[colon + 1].begin));
  } else {
    const std::size_t that = seek(sentence, phrase, "that", "saying");
    if (that == part.last) return {};
    phrase.last = that;
    change.note = std::string(sentence.original({that + 1, part.last}));
  }
  while (!change.note.empty() && change.note.back() == ' ') change.note.pop_back();
  return finish(sentence, phrase, std::move(change), true);
}

/// "prioritize X", "raise the priority of X", "change the priority of X to low"
std::optional<Command> read_priority_verb(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  const bool up = sentence[at].is("prioritize", "prioritise");
  const bool down = sentence[at].is("deprioritize", "deprioritise");
  Command change;
  if (up || down) {
    if (part.size() < 2) return {};
    change.priority = up ? Priority::high : Priority::low;
    return finish(sentence, {at + 1, part.last}, std::move(change), false);
  }
  if (!sentence[at].is("raise", "lower", "increase", "decrease", "change", "set", "update", "bump", "drop", "reduce",
                       "make"))
    return {};
  const std::size_t noun = seek(sentence, part, "priority", "prio", "importance");
  if (noun == part.last || noun + 2 >= part.last || !sentence[noun + 1].is("of", "for", "on")) return {};
  Part phrase{noun + 2, part.last};
  for (std::size_t i = phrase.first + 1; i + 1 < part.last; ++i) {
    if (!sentence[i].is("to", "as") || priority_word(sentence[i + 1].low) == Priority::none) continue;
    change.priority = priority_word(sentence[i + 1].low);
    phrase.last = i;
    break;
  }
  if (change.priority == Priority::none) {
    if (sentence[at].is("change", "set", "update", "make")) return {};
    change.priority = sentence[at].is("raise", "increase", "bump") ? Priority::high : Priority::low;
  }
  return finish(sentence, phrase, std::move(change), true);
}

}  // namespace

std::optional<Command> read_edit(Sentence& sentence, Part part) {
  if (part.empty()) return {};
  for (auto* reader :
       {read_categorising, read_rename, read_tagging, read_no_due, read_due_removal, read_noting, read_priority_verb}) {
    if (auto command = reader(sentence, part)) return command;
    sentence.release(part);
  }
  return {};
}

}  // namespace daybook::language::chat
