#include "language/command/sentence.hpp"

#include <algorithm>

namespace daybook::language::chat {

Sentence::Sentence(std::string_view said, const Now& when, const Settings& wishes, const Context& before)
    : text(said), now(when), settings(wishes), context(before), terms(said), times(read_times(said, when, wishes)) {}

std::string_view Sentence::original(Part part) const {
  if (part.empty()) return {};
  return text.substr(terms[part.first].begin, terms[part.last - 1].end - terms[part.first].begin);
}

bool Sentence::has(Part part, std::initializer_list<std::string_view> words, std::size_t* at) const {
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (!terms[i].is(words)) continue;
    if (at != nullptr) *at = i;
    return true;
  }
  return false;
}

bool Sentence::starts(Part part, std::size_t index, std::initializer_list<std::string_view> words) const {
  if (index + words.size() > part.last) return false;
  for (std::string_view word : words) {
    if (!terms[index++].is(word)) return false;
  }
  return true;
}

Part Sentence::terms_of(Span span) const {
  std::size_t low = 0;
  std::size_t high = terms.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (terms[middle].end <= span.begin) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  Part part{low, low};
  while (part.last < terms.size() && terms[part.last].begin < span.end) ++part.last;
  return part;
}

Part without_courtesy(const Sentence& sentence, Part part) {
  for (bool again = true; again && !part.empty();) {
    again = false;
    const std::size_t at = part.first;
    const auto skip = [&](std::size_t count) {
      part.first += count;
      again = true;
    };
    const Term& term = sentence[at];
    if (term.in(kPolite) && part.size() > 1) {
      skip(1);
    } else if (term.is({"can", "could", "would", "will"}) && at + 2 < part.last && sentence[at + 1].is({"you", "u", "we"})) {
      skip(2);
    } else if (term.is({"i'd", "id", "i"}) &&
               (sentence.starts(part, at + 1, {"like", "you", "to"}) || sentence.starts(part, at + 1, {"want", "you", "to"}))) {
      skip(4);
    } else if (term.is("i") && sentence.starts(part, at + 1, {"would", "like", "you", "to"})) {
      skip(5);
    } else if (sentence.starts(part, at, {"go", "ahead", "and"})) {
      skip(3);
    } else if (sentence.starts(part, at, {"be", "sure", "to"}) || sentence.starts(part, at, {"make", "sure", "to"})) {
      skip(3);
    } else if (sentence.starts(part, at, {"help", "me"}) && part.size() > 2) {
      skip(2);
    } else if (term.is({"let's", "lets"}) && part.size() > 1) {
      skip(1);
    }
  }
  while (part.size() > 1 && sentence[part.last - 1].is({"please", "pls", "plz", "thanks", "thx", "k", "ok", "now?"})) --part.last;
  return part;
}

}  // namespace daybook::language::chat
