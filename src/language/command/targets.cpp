#include <algorithm>

#include "language/command/sentence.hpp"

namespace daybook::language {

const TaskItem* Context::find(std::string_view id) const {
  const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const TaskItem& task) { return task.id == id; });
  return found == tasks.end() ? nullptr : &*found;
}

namespace chat {
namespace {

using Words = boost::container::small_vector<std::string_view, 12>;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' || static_cast<unsigned char>(c) >= 0x80;
}

/// The words of a title in lower case, within `buffer`.
Words title_words(std::string_view title, std::string& buffer) {
  buffer.assign(title);
  for (char& c : buffer) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  Words words;
  const std::string_view all = buffer;
  for (std::size_t i = 0; i < all.size();) {
    while (i < all.size() && !is_letter(all[i])) ++i;
    const std::size_t begin = i;
    while (i < all.size() && is_letter(all[i])) ++i;
    if (i > begin) words.push_back(all.substr(begin, i - begin));
  }
  return words;
}

/// Words that tell no task from another.
bool is_noise(std::string_view word) {
  return is_one_of(word, "the", "a", "an", "my", "our", "to", "of", "on", "for", "at", "in", "is", "are", "and", "due",
                   "that", "this", "with");
}

/// Words that may name any task: they count only where the title has them.
bool is_filler(std::string_view word) {
  return is_one_of(word, "task", "tasks", "reminder", "reminders", "series", "one", "todo", "item", "day", "event",
                   "alarm", "thing", "next", "repeating", "recurring", "all", "every", "daily", "weekly", "monthly",
                   "stuff", "entry", "job", "about", "appointment", "meeting", "habit");
}

/// How alike two words are, 0 to 1.
double likeness(std::string_view said, std::string_view word) {
  if (said == word) return 1;
  const std::string_view a = stem(said);
  const std::string_view b = stem(word);
  if (a == b) return 0.97;
  if (a.size() >= 4 && b.size() >= 4) {
    const std::size_t longest = std::max(said.size(), word.size());
    const int limit = longest >= 7 ? 2 : 1;
    // A slip rarely hits the first letter.
    if (said[0] == word[0]) {
      const int edits = std::min(edit_distance(said, word, limit), edit_distance(a, b, limit));
      if (edits <= limit) return 0.95 - 0.1 * edits;
    }
    if (a.size() >= 5 && b.starts_with(a)) return 0.85;
  }
  if (a.size() >= 3 && a.size() <= 4 && b.size() > a.size() && b.starts_with(a)) return 0.8;  // "app" for appointment
  return 0;
}

struct Match {
  const TaskItem* task = nullptr;
  double said = 0;   ///< The share of the phrase that the title has.
  double title = 0;  ///< The share of the title that was said.
};

Match match(const TaskItem& task, const Words& phrase, std::string& buffer) {
  const Words words = title_words(task.title, buffer);
  Match result{&task, 0, 0};
  if (words.empty()) return result;
  double said = 0;
  double counted = 0;
  double covered = 0;
  double weight = 0;
  bool telling = false;
  boost::container::small_vector<bool, 16> hit(words.size(), false);
  for (std::string_view word : phrase) {
    double best = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const double alike = likeness(word, words[i]);
      if (alike > best) best = alike, at = i;
    }
    if (best > 0) hit[at] = true;
    if (best == 0 && (is_filler(word) || is_noise(word))) continue;
    const double share = is_noise(word) ? 0.2 : 1;
    counted += share;
    said += best * share;
    telling = telling || (best > 0 && !is_noise(word));
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const double share = is_noise(words[i]) ? 0.2 : 1;
    weight += share;
    if (hit[i]) covered += share;
  }
  // "the" alone names no task that has an article.
  if (counted > 0 && telling) result.said = said / counted;
  if (weight > 0) result.title = covered / weight;
  return result;
}

bool belongs(const TaskItem& task, Among among) {
  switch (among) {
    case Among::any:
      return true;
    case Among::open:
      return !task.done;
    case Among::done:
      return task.done;
    case Among::repeating:
      return !task.rrule.empty();
  }
  return true;
}

/// The item of the last list at a place counted from 1, or from the end if negative.
const TaskItem* listed(const Sentence& sentence, int place) {
  const auto& list = sentence.context.list;
  const auto size = static_cast<int>(list.size());
  const int at = place > 0 ? place - 1 : size + place;
  if (place == 0 || at < 0 || at >= size) return nullptr;
  return sentence.context.find(list[static_cast<std::size_t>(at)]);
}

Found found(std::initializer_list<const TaskItem*> tasks) {
  Found result;
  result.outcome = Found::Outcome::found;
  result.tasks.assign(tasks.begin(), tasks.end());
  return result;
}

/// "the second one", "2", "#2", "first two", "1 and 3", "2-4".
std::optional<Found> read_places(const Sentence& sentence, Part phrase) {
  boost::container::small_vector<int, 8> places;
  bool ordinal_said = false;
  for (std::size_t i = phrase.first; i < phrase.last; ++i) {
    const Term& term = sentence[i];
    if (term.quoted) return {};
    if (term.is("and", "&", "the", "number", "no", "nr", "task", "tasks", "item", "items", "one", "ones", "of", "them",
                "todo", "todos", "reminder", "in", "list", "on", "that", "my", "from")) {
      if (term.is("one") && phrase.size() == 1) places.push_back(1);
      continue;
    }
    std::string_view word = term.low;
    if (word.starts_with('#')) word.remove_prefix(1);
    if (const int ordinal = small_ordinal(word); ordinal != 0) {
      ordinal_said = true;
      if (i + 1 < phrase.last && i + 1 < sentence.terms.size()) {
        const int count = small_number(sentence[i + 1].low);
        if (count > 1 && count < 100) {
          const auto size = static_cast<int>(sentence.context.list.size());
          for (int k = 0; k < count && k < size; ++k)
            places.push_back(ordinal < 0 ? std::max(1, size - count + 1) + k : ordinal + k);
          ++i;
          continue;
        }
      }
      if (sentence.starts(phrase, i, "second", "to", "last")) {
        places.push_back(-2);
        i += 2;
        continue;
      }
      places.push_back(ordinal);
      continue;
    }
    if (const auto dash = word.find('-'); dash != std::string_view::npos && dash > 0) {
      const int from = small_number(word.substr(0, dash));
      const int to = small_number(word.substr(dash + 1));
      if (from < 1 || to < from || to > from + 50) return {};
      for (int k = from; k <= to; ++k) places.push_back(k);
      continue;
    }
    const int number = small_number(word);
    if (number < 1 || number > 500 || word == "a" || word == "an" || word == "few" || word == "couple") return {};
    places.push_back(number);
  }
  if (places.empty()) return {};
  if (sentence.context.list.empty()) {
    // "the last one" without a list is the one spoken of.
    if (ordinal_said && places.size() == 1 && places[0] == -1) return find_spoken(sentence);
    Found result;
    result.outcome = Found::Outcome::nothing;
    return result;
  }
  Found result;
  result.several = places.size() > 1;
  for (int place : places) {
    const TaskItem* task = listed(sentence, place);
    if (task == nullptr) return Found{};
    if (std::find(result.tasks.begin(), result.tasks.end(), task) == result.tasks.end()) result.tasks.push_back(task);
  }
  result.outcome = Found::Outcome::found;
  return result;
}

bool is_singular_pronoun(const Sentence& sentence, Part phrase) {
  if (phrase.size() == 1) return sentence[phrase.first].is("it", "that", "this", "task", "reminder", "one");
  if (phrase.size() == 2) {
    return sentence[phrase.first].is("that", "this", "the", "it") &&
           sentence[phrase.first + 1].is("one", "task", "reminder", "item", "todo", "thing", "too", "alarm", "event");
  }
  return false;
}

bool is_plural_pronoun(const Sentence& sentence, Part phrase) {
  if (phrase.size() == 1) return sentence[phrase.first].is("them", "those", "these", "both");
  if (phrase.size() == 2) {
    return sentence[phrase.first].is("those", "these", "both", "them", "the") &&
           sentence[phrase.first + 1].is("tasks", "ones", "both", "all", "two", "items", "things", "reminders");
  }
  return sentence.starts(phrase, phrase.first, "all", "of", "them") ||
         sentence.starts(phrase, phrase.first, "both", "of", "them") ||
         sentence.starts(phrase, phrase.first, "all", "of", "those") ||
         sentence.starts(phrase, phrase.first, "all", "of", "these");
}

/// "all but the last", "everything except milk", "the others": of the list that was shown. nullopt for other phrases.
std::optional<Found> read_all_but(const Sentence& sentence, Part phrase, Among among) {
  std::size_t at = phrase.first;
  while (at < phrase.last && sentence[at].is("all", "everything", "them", "these", "those", "of", "the", "tasks")) ++at;
  const bool others = at > phrase.first && at + 1 == phrase.last && sentence[at].is("rest", "others", "other");
  std::size_t name = at;
  if (sentence.starts(phrase, at, "apart", "from") || sentence.starts(phrase, at, "other", "than"))
    name += 2;
  else if (at < phrase.last && sentence[at].is("but", "except", "besides", "excluding"))
    name += 1;
  if (name < phrase.last && sentence[name].is("for")) ++name;
  if (at == phrase.first || (!others && (name == at || name >= phrase.last))) return {};
  Found all;
  all.several = all.pronoun = true;
  for (const std::string& id : sentence.context.list) {
    if (const TaskItem* task = sentence.context.find(id)) all.tasks.push_back(task);
  }
  if (all.tasks.size() < 2) return {};
  const Found out = others ? find_spoken(sentence) : find_tasks(sentence, {name, phrase.last}, among);
  if (!out.ok()) return out;
  for (const TaskItem* task : out.tasks)
    all.tasks.erase(std::remove(all.tasks.begin(), all.tasks.end(), task), all.tasks.end());
  all.outcome = all.tasks.empty() ? Found::Outcome::nothing : Found::Outcome::found;
  return all;
}

Part trimmed(const Sentence& sentence, Part phrase) {
  const auto drops = [&](std::size_t i) { return sentence[i].taken || sentence[i].is("-", "–", "—", "please", ","); };
  while (!phrase.empty() && drops(phrase.first)) ++phrase.first;
  while (!phrase.empty() && drops(phrase.last - 1)) --phrase.last;
  return phrase;
}

}  // namespace

Found find_spoken(const Sentence& sentence, bool plural) {
  const Context& context = sentence.context;
  Found result;
  result.pronoun = true;
  if (!sentence.spoken.empty()) {
    result.tasks.assign(sentence.spoken.begin(), sentence.spoken.end());
    if (!plural && result.tasks.size() > 1) result.tasks.erase(result.tasks.begin(), result.tasks.end() - 1);
  } else if (plural) {
    const auto& ids = context.recent.size() > 1 ? context.recent
                      : context.list.empty()    ? context.reminders
                                                : context.list;
    for (const std::string& id : ids) {
      if (const TaskItem* task = context.find(id)) result.tasks.push_back(task);
    }
  } else {
    const TaskItem* task = context.find(context.last);
    if (task == nullptr && !context.reminders.empty()) task = context.find(context.reminders.back());
    if (task == nullptr && context.list.size() == 1) task = context.find(context.list[0]);
    if (task != nullptr) result.tasks.push_back(task);
  }
  result.several = plural;
  result.outcome = result.tasks.empty() ? Found::Outcome::unclear : Found::Outcome::found;
  return result;
}

Found find_by_name(const Sentence& sentence, Part phrase, Among among) {
  Words words;
  std::string split_buffer;
  for (std::size_t i = phrase.first; i < phrase.last; ++i) {
    if (sentence[i].taken) continue;
    std::string_view low = sentence[i].low;
    for (std::size_t begin = 0; begin < low.size();) {  // "check-in" is two words in a title
      while (begin < low.size() && !is_letter(low[begin])) ++begin;
      std::size_t end = begin;
      while (end < low.size() && is_letter(low[end])) ++end;
      if (end > begin && words.size() < 24) words.push_back(low.substr(begin, end - begin));
      begin = end;
    }
  }
  Found result;
  // A phrase of nothing but "the task" names none.
  if (std::all_of(words.begin(), words.end(), [](std::string_view word) {
        return is_noise(word) || word == "task" || word == "reminder" || word == "one";
      })) {
    return result;
  }
  std::string buffer;
  boost::container::small_vector<Match, 16> matches;
  double best = 0;
  for (const TaskItem& task : sentence.context.tasks) {
    if (!belongs(task, among)) continue;
    const Match one = match(task, words, buffer);
    if (one.said < 0.6) continue;
    best = std::max(best, one.said);
    matches.push_back(one);
  }
  if (matches.empty()) return result;
  matches.erase(
      std::remove_if(matches.begin(), matches.end(), [&](const Match& one) { return one.said < best - 0.12; }),
      matches.end());
  const auto most = std::max_element(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return a.said * 2 + a.title < b.said * 2 + b.title;
  });
  // The whole title was said: that one, even if others have these words too.
  const bool whole = most->title > 0.95 && std::count_if(matches.begin(), matches.end(),
                                                         [](const Match& one) { return one.title > 0.95; }) == 1;
  if (matches.size() == 1 || whole) {
    result = found({most->task});
    result.covered = most->said;
    result.exact = most->title > 0.95 && most->said > 0.9;
    return result;
  }
  result.outcome = Found::Outcome::ambiguous;
  for (const Match& one : matches) result.tasks.push_back(one.task);
  return result;
}

Found find_tasks(const Sentence& sentence, Part phrase, Among among) {
  phrase = trimmed(sentence, phrase);
  if (phrase.empty() || is_singular_pronoun(sentence, phrase)) return find_spoken(sentence);
  if (is_plural_pronoun(sentence, phrase)) {
    Found both = find_spoken(sentence, true);
    // "both" of four is anybody's guess.
    if (sentence.has(phrase, "both", "two") && both.tasks.size() > 2) both.outcome = Found::Outcome::ambiguous;
    return both;
  }
  if (auto rest = read_all_but(sentence, phrase, among)) return *rest;
  Found by_name = find_by_name(sentence, phrase, among);
  if (by_name.exact) return by_name;
  const auto places = read_places(sentence, phrase);
  // "2 and 3" without a list may still be names: those of tasks that are known by their numbers.
  const bool maybe_names = places && !places->ok() && phrase.size() > 1 && sentence.context.list.empty();
  if (places && !maybe_names) return *places;
  if (!places && by_name.outcome == Found::Outcome::found && by_name.covered > 0.9) return by_name;

  // "milk and eggs": each piece is a name of its own.
  Found all;
  all.several = true;
  std::size_t begin = phrase.first;
  for (std::size_t i = phrase.first; i <= phrase.last; ++i) {
    const bool at_end = i == phrase.last;
    const bool joint = !at_end && sentence[i].is("and", "&", "or");
    const bool comma = !at_end && sentence[i].after == ',';
    if (!at_end && !joint && !comma) continue;
    const Part piece{begin, comma && !joint ? i + 1 : i};
    begin = i + 1;
    if (piece.empty()) continue;
    const Found one = find_by_name(sentence, piece, among);
    if (maybe_names && !one.exact) return *places;
    if (one.outcome == Found::Outcome::ambiguous && by_name.outcome != Found::Outcome::ambiguous) return one;
    if (one.outcome != Found::Outcome::found) return by_name;
    for (const TaskItem* task : one.tasks) {
      if (std::find(all.tasks.begin(), all.tasks.end(), task) == all.tasks.end()) all.tasks.push_back(task);
    }
  }
  if (all.tasks.size() < 2) return by_name;
  all.outcome = Found::Outcome::found;
  return all;
}

}  // namespace chat
}  // namespace daybook::language
