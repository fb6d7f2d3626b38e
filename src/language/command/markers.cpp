#include <algorithm>

#include "language/command/sentence.hpp"

namespace daybook::language::chat {
namespace {

bool is_name(std::string_view word) {
  if (word.empty()) return false;
  const auto first = static_cast<unsigned char>(word[0]);
  return (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first >= 0x80;
}

Priority marker_priority(std::string_view word) {
  if (word == "p1" || word == "!1" || word == "!!!" || word == "!high" || word == "!urgent" || word == "!important" ||
      word == "!h")
    return Priority::high;
  if (word == "p2" || word == "!2" || word == "!medium" || word == "!med" || word == "!normal" || word == "!m")
    return Priority::medium;
  if (word == "p3" || word == "!3" || word == "!low" || word == "!l") return Priority::low;
  return Priority::none;
}

bool is_priority_noun(const Term& term) { return term.is("priority", "prio", "importance", "urgency"); }

void set_priority(Sentence& sentence, Command& command, Part part, Priority priority) {
  command.priority = priority;
  sentence.take(part);
  add_span(command, sentence, part, "priority", std::string(to_string(priority)));
}

void add_tag(Sentence& sentence, Command& command, Part part, std::string_view tag) {
  std::string text(tag);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (std::find(command.tags.begin(), command.tags.end(), text) == command.tags.end()) command.tags.push_back(text);
  sentence.take(part);
  add_span(command, sentence, part, "tags", std::move(text));
}

/// "tagged home and garden", "tag garden", "with the tags a, b", from `at`; the term after it, or `at`.
std::size_t read_tag_words(Sentence& sentence, Part part, std::size_t at, Command& command) {
  std::size_t i = at;
  const bool tagged = sentence[i].is("tagged", "labeled", "labelled");
  bool noun = false;
  if (tagged) {
    ++i;
    if (i < part.last && sentence[i].is("with", "as", "under")) ++i;
  } else {
    if (sentence[i].is("with", "add", "and", "under", "using")) ++i;
    if (i < part.last && sentence[i].is("the", "a")) ++i;
    if (i >= part.last || !sentence[i].is("tag", "tags", "label", "labels", "tag:", "tags:")) return at;
    noun = true;
    ++i;
  }
  if (i >= part.last || sentence[i].taken) return at;
  // As a noun it needs company: "tag garden" stands at the end, after the thing to do.
  const bool leads = at == part.first;
  if (noun && leads) return at;
  bool any = false;
  while (i < part.last && !sentence[i].taken) {
    std::string_view name = sentence[i].low;
    if (name.starts_with('#')) name.remove_prefix(1);
    if (!is_name(name) || sentence[i].in(kGlue) || sentence[i].is("remind")) break;
    add_tag(sentence, command, {i, i + 1}, name);
    any = true;
    const char after = sentence[i].after;
    ++i;
    if (i < part.last && sentence[i].is("and", "&") && i + 1 < part.last &&
        !sentence[i + 1].in(kRemind | kActionVerb | kMove) &&
        !sentence[i + 1].is("due", "set", "make", "high", "low")) {
      sentence.take({i, i + 1});
      ++i;
    } else if (after != ',') {
      break;
    } else if (i < part.last && (sentence[i].in(kArticle | kGlue | kRemind) ||
                                 sentence[i].is("high", "low", "medium", "urgent", "due", "p1", "p2", "p3"))) {
      break;
    }
  }
  if (!any) return at;
  sentence.take({at, i});
  return i;
}

}  // namespace

Priority priority_word(std::string_view low) {
  if (low == "high" || low == "highest" || low == "top" || low == "urgent" || low == "important" || low == "critical" ||
      low == "1" || low == "p1")
    return Priority::high;
  if (low == "medium" || low == "med" || low == "normal" || low == "moderate" || low == "mid" || low == "2" ||
      low == "p2")
    return Priority::medium;
  if (low == "low" || low == "lowest" || low == "minor" || low == "3" || low == "p3") return Priority::low;
  return Priority::none;
}

void add_span(Command& command, const Sentence& sentence, Part part, std::string_view slot, std::string meaning) {
  if (part.empty()) return;
  command.spans.push_back({{sentence[part.first].begin, sentence[part.last - 1].end}, slot, std::move(meaning)});
}

std::size_t note_start(const Sentence& sentence, Part part) {
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (!sentence[i].quoted && sentence[i].low.starts_with("//")) return i;
    if (i > part.first && sentence[i].is("note", "notes") && sentence[i].after == ':' && sentence[i - 1].after != 0)
      return i;
  }
  return part.last;
}

void read_markers(Sentence& sentence, Part part, Command& command) {
  const std::size_t note = note_start(sentence, part);
  if (note < part.last) {
    Part rest{note, part.last};
    std::string_view said = sentence.original(rest);
    if (said.starts_with("//")) {
      said.remove_prefix(2);
    } else {
      said = sentence.original({note + 1, part.last});
    }
    while (said.starts_with(' ')) said.remove_prefix(1);
    command.note = said;
    sentence.take(rest);
    add_span(command, sentence, rest, "note", command.note);
    part.last = note;
  }
  for (std::size_t i = part.first; i < part.last; ++i) {
    const Term& term = sentence[i];
    if (term.quoted || term.taken) continue;
    if (term.low.size() > 1 && term.low[0] == '#' && is_name(term.low.substr(1))) {
      add_tag(sentence, command, {i, i + 1}, term.low.substr(1));
      continue;
    }
    if (term.low.size() > 1 && term.low[0] == '@' && is_name(term.low.substr(1))) {
      command.category = std::string(term.low.substr(1));
      sentence.take({i, i + 1});
      add_span(command, sentence, {i, i + 1}, "category", command.category);
      continue;
    }
    if (const Priority mark = marker_priority(term.low); mark != Priority::none) {
      // "p3" may also be said as "priority p3".
      const std::size_t from = i > part.first && is_priority_noun(sentence[i - 1]) ? i - 1 : i;
      set_priority(sentence, command, {from, i + 1}, mark);
      continue;
    }
    if (is_priority_noun(term)) {
      const bool joined = i > part.first && !sentence[i - 1].taken;
      if (joined && priority_word(sentence[i - 1].low) != Priority::none) {
        std::size_t from = i - 1;
        while (from > part.first && sentence[from - 1].is("with", "at", "as", "a", "very", "of", "and", "is") &&
               !sentence[from - 1].taken)
          --from;
        std::size_t to = i + 1;
        // The word "task" that it described goes with it: "a high priority task to …" is left to its reader.
        set_priority(sentence, command, {from, to}, priority_word(sentence[i - 1].low));
        continue;
      }
      std::size_t next = i + 1;
      if (next < part.last && sentence[next].is("is", "to", "of", "level")) ++next;
      if (next < part.last && priority_word(sentence[next].low) != Priority::none) {
        std::size_t from = i;
        if (from > part.first && sentence[from - 1].is("with", "set", "at", "and")) --from;
        set_priority(sentence, command, {from, next + 1}, priority_word(sentence[next].low));
        continue;
      }
    }
    if (term.is("high-priority", "top-priority")) set_priority(sentence, command, {i, i + 1}, Priority::high);
    if (term.is("low-priority")) set_priority(sentence, command, {i, i + 1}, Priority::low);
    if (term.is("medium-priority")) set_priority(sentence, command, {i, i + 1}, Priority::medium);
    // "urgent: …", "…, urgent", "urgently", "asap"
    const bool edge = (i == part.first && (term.after == ':' || term.after == ',' || term.after == '!')) ||
                      (i > part.first && i + 1 == part.last &&
                       (sentence[i - 1].after == ',' || sentence[i - 1].is("-", "–", "—") || term.before == '(')) ||
                      (i > part.first && sentence[i - 1].after == ',' && term.after == ',');
    if (edge && term.is("urgent", "important", "critical", "asap")) {
      set_priority(sentence, command, {i, i + 1}, Priority::high);
      continue;
    }
    if (i > part.first && i + 1 == part.last &&
        (term.is("asap", "urgently", "a.s.a.p") ||
         (term.is("urgent", "important") && i > part.first + 1 && !sentence[i - 1].in(kPreposition | kArticle | kBe) &&
          !sentence[i - 1].is("very", "what", "something", "most", "it", "that", "this")))) {
      set_priority(sentence, command, {i, i + 1}, Priority::high);
      continue;
    }
    if (term.is("tagged", "labeled", "labelled", "with", "tag", "tags", "label", "under", "using")) {
      const std::size_t after = read_tag_words(sentence, part, i, command);
      if (after > i) {
        i = after - 1;
        continue;
      }
    }
    if (term.is("category", "project", "list") && i > part.first && i + 1 < part.last &&
        sentence[i - 1].is("in", "under", "the") && i + 2 == part.last && term.is("category")) {
      command.category = std::string(sentence[i + 1].low);
      std::size_t from = i - 1;
      if (sentence[from].is("the") && from > part.first && sentence[from - 1].is("in", "under")) --from;
      sentence.take({from, i + 2});
      add_span(command, sentence, {from, i + 2}, "category", command.category);
    }
  }
}

}  // namespace daybook::language::chat
