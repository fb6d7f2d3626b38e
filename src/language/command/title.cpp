#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

/// Words that were there only to lead up to a piece that is out now.
bool ties_forward(const Term& term) {
  return term.is("on", "at", "by", "in", "from", "until", "till", "til", "before", "due", "@", "starting", "beginning",
                 "around", "every", "of", "within", "during", "and", "-", "–", "—", ",", "&", "after", "since",
                 "around", "about", "for", "the", "this", "it's", "is", "again", "sometime", "anytime", "with", "as",
                 "scheduled", "to", "latest", "not", "no");
}

/// "28 Weeks Later": a capital inside the sentence belongs to a name.
bool is_capital(const Sentence& sentence, std::size_t index, std::size_t first_word) {
  const char letter = sentence.text[sentence[index].begin];
  const std::size_t next = sentence[index].begin + 1;
  return index > first_word && letter >= 'A' && letter <= 'Z' && next < sentence[index].end &&
         sentence.text[next] >= 'a' && sentence.text[next] <= 'z';
}

bool may_lead(const Term& term) {
  return term.is("to", "that", "about", "and", "-", "–", "—", ",", ":", "&", "then", "for", "of", "i", "please", "on",
                 "by", "at");
}

}  // namespace

std::string capitalised(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') {
    // "iPhone" and "eBay" are written as they are.
    const bool own_capital = out.size() > 1 && out[1] >= 'A' && out[1] <= 'Z';
    if (!own_capital) out[0] = static_cast<char>(out[0] - 'a' + 'A');
  }
  return out;
}

std::string read_title(const Sentence& sentence, Part part) {
  boost::container::small_vector<bool, 32> out(part.size(), false);
  const auto dropped = [&](std::size_t i) { return out[i - part.first]; };
  bool all_taken_before = true;
  const std::size_t first_word = part.first;
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (sentence[i].taken) out[i - part.first] = true;
  }
  // What tied the pieces to the rest goes with them: "on", "by the", "due on".
  for (std::size_t i = part.last; i-- > part.first;) {
    if (dropped(i)) continue;
    const bool before_piece = i + 1 < part.last && dropped(i + 1);
    const bool at_end = std::all_of(out.begin() + static_cast<std::ptrdiff_t>(i - part.first + 1), out.end(),
                                    [](bool gone) { return gone; });
    if (sentence[i].quoted) continue;
    if (at_end && before_piece && ties_forward(sentence[i])) {
      out[i - part.first] = true;
    } else if (before_piece && !is_capital(sentence, i, first_word) &&
               sentence[i].is("on", "at", "by", "in", "@", "due", "-", "–", "—", "until", "till", "starting", "&",
                              "from", "before", "sometime", "later", "early", "late", "only")) {
      out[i - part.first] = true;
    } else if (before_piece && sentence[i].is("for", "and", "the") && (i == part.first || dropped(i - 1))) {
      out[i - part.first] = true;
    }
  }
  std::size_t first = part.first;
  while (first < part.last) {
    if (dropped(first)) {
      ++first;
      continue;
    }
    const bool lead = all_taken_before && !sentence[first].quoted && may_lead(sentence[first]) &&
                      (first > part.first || sentence[first].is("to", "that", "-", "–", "—", ":", ","));
    if (!lead) break;
    ++first;
  }
  std::size_t last = part.last;
  while (last > first) {
    const Term& term = sentence[last - 1];
    if (dropped(last - 1) ||
        term.is("and", "but", "-", "–", "—", "please", "pls", "thanks", "&", "with", "then", "also", ":", ",")) {
      --last;
    } else {
      break;
    }
  }
  std::string title;
  title.reserve(last > first ? sentence.terms[last - 1].end - sentence.terms[first].begin + 4 : 0);
  const std::string_view text = sentence.text;
  for (std::size_t i = first; i < last; ++i) {
    if (dropped(i)) continue;
    // The marks of quotation and brackets about a word stay with it; other punctuation stays only between kept words.
    std::size_t begin = sentence[i].begin;
    while (begin > 0 && text[begin - 1] != ' ' && text[begin - 1] != '\t' && text[begin - 1] != '\n') --begin;
    std::size_t end = sentence[i].end;
    while (end < text.size() && text[end] != ' ' && text[end] != '\t' && text[end] != '\n' && text[end] != '\r') ++end;
    std::string_view piece = text.substr(begin, end - begin);
    std::size_t next = i + 1;
    const bool continues = next < last && !dropped(next);
    if (!continues) {
      while (!piece.empty() && (piece.back() == ',' || piece.back() == ';' || piece.back() == ':' ||
                                piece.back() == '.' || piece.back() == '!' || piece.back() == '?')) {
        if (piece.back() == '.' && piece.size() <= 3 && piece.size() > 1 && i + 1 < last) break;
        piece.remove_suffix(1);
      }
    }
    if (piece.empty()) continue;
    if (!title.empty()) title += ' ';
    title += piece;
  }
  // A bracket or quotation mark whose partner was taken.
  if (std::count(title.begin(), title.end(), '(') != std::count(title.begin(), title.end(), ')')) {
    std::erase_if(title, [](char c) { return c == '(' || c == ')'; });
  }
  return capitalised(title);
}

void pull_to_evening(const Timing& timing, Command& command) {
  if (timing.meridiem || !timing.has_clock || timing.from_now) return;
  const auto evening = [](std::string_view title) {
    constexpr std::string_view kEvening[] = {
        "dinner",    "supper", "movie",      "movies",    "film",        "cinema",    "party", "drinks",
        "concert",   "gig",    "theater",    "theatre",   "opera",       "pub",       "bar",   "bedtime",
        "fireworks", "show",   "date night", "cocktails", "poker night", "game night"};
    for (std::string_view word : kEvening) {
      const std::size_t at = title.find(word);
      if (at == std::string_view::npos) continue;
      const auto edge = [&](std::size_t i) { return i >= title.size() || title[i] < 'a' || title[i] > 'z'; };
      if ((at == 0 || edge(at - 1)) && edge(at + word.size())) return true;
    }
    return false;
  };
  std::string low(command.title);
  std::transform(low.begin(), low.end(), low.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (!evening(low)) return;
  if (command.due && !command.due->all_day) {
    const auto clock = command.due->local - std::chrono::floor<std::chrono::days>(command.due->local);
    if (clock >= std::chrono::hours{5} && clock < std::chrono::hours{12}) command.due->local += std::chrono::hours{12};
  }
  if (command.rule && command.rule->hours.size() == 1 && command.rule->hours[0] >= 5 && command.rule->hours[0] < 12) {
    command.rule->hours[0] += 12;
    command.rrule = command.rule->rrule();
  }
}

}  // namespace daybook::language::chat
