#include "language/command/terms.hpp"

#include <algorithm>

namespace daybook::language::chat {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }
bool is_ending(char c) { return c == ',' || c == ';' || c == ':' || c == '.' || c == '?' || c == '!' || c == ')'; }

/// The length of a typographic quotation mark at `text`, 0 for none; `plain` is what it stands for.
std::size_t curly_quote(std::string_view text, char& plain) {
  if (text.size() < 3 || text[0] != '\xe2' || text[1] != '\x80') return 0;
  const char last = text[2];
  if (last == '\x98' || last == '\x99') return plain = '\'', 3;
  if (last == '\x9c' || last == '\x9d') return plain = '"', 3;
  return 0;
}

std::size_t quote_length(std::string_view text, char& plain) {
  if (text.empty()) return 0;
  if (text[0] == '"' || text[0] == '\'') return plain = text[0], 1;
  return curly_quote(text, plain);
}

std::size_t closing_quote_length(std::string_view text, char& plain) {
  if (text.empty()) return 0;
  if (text.back() == '"' || text.back() == '\'') return plain = text.back(), 1;
  if (text.size() >= 3) return curly_quote(text.substr(text.size() - 3), plain);
  return 0;
}

}  // namespace

Terms::Terms(std::string_view text) {
  lower_.reserve(text.size());  // views into it must not move
  split(text);
  mark_quotes(text);
  for (Term& term : terms_) term.groups = groups_of(term.low);
  // "shwo my tasks"
  if (terms_.empty() || terms_[0].quoted) return;
  if (const auto verb = untangled_verb(terms_[0].low); !verb.empty()) {
    terms_[0].low = verb;
    terms_[0].head = head_of(verb);
    terms_[0].groups = groups_of(verb);
  }
}

void Terms::split(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && is_space(text[at])) ++at;
    if (at == text.size()) break;
    std::size_t end = at;
    while (end < text.size() && !is_space(text[end])) ++end;

    Term term;
    std::size_t begin = at;
    std::size_t stop = end;
    char quote = 0;
    while (begin < stop) {
      const std::size_t length = quote_length(text.substr(begin, stop - begin), quote);
      if (length != 0) {
        term.before = quote;
        begin += length;
      } else if (text[begin] == '(') {
        term.before = '(';
        ++begin;
      } else {
        break;
      }
    }
    while (stop > begin) {
      if (is_ending(text[stop - 1])) {
        if (term.after == 0 || text[stop - 1] != ')') term.after = text[stop - 1];
        --stop;
        continue;
      }
      const std::size_t length = closing_quote_length(text.substr(begin, stop - begin), quote);
      if (length == 0) break;
      stop -= length;
    }
    if (begin < stop) {
      term.begin = static_cast<std::uint32_t>(begin);
      term.end = static_cast<std::uint32_t>(stop);
      const std::size_t from = lower_.size();
      for (std::size_t i = begin; i < stop;) {
        char plain = 0;
        if (const std::size_t length = curly_quote(text.substr(i), plain); length != 0) {
          lower_ += plain;
          i += length;
          continue;
        }
        const char c = text[i++];
        lower_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
      term.low = std::string_view(lower_).substr(from);
      term.head = head_of(term.low);
      terms_.push_back(term);
    } else if (!terms_.empty()) {
      // A dash or comma of its own belongs to the word before.
      const char c = text[end - 1];
      if (is_ending(c)) terms_.back().after = c;
    }
    at = end;
  }
}

void Terms::mark_quotes(std::string_view text) {
  std::size_t open = terms_.size();
  char mark = 0;
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    if (open == terms_.size() && (terms_[i].before == '"' || terms_[i].before == '\'')) {
      open = i;
      mark = terms_[i].before;
    }
    if (open == terms_.size()) continue;
    // Closed where the mark follows the word, before or after its punctuation.
    std::size_t end = terms_[i].end;
    bool closed = false;
    while (end < text.size() && !is_space(text[end])) {
      char plain = 0;
      const std::size_t length = quote_length(text.substr(end), plain);
      if (length != 0 && plain == mark) closed = true;
      end += length != 0 ? length : 1;
    }
    if (!closed) continue;
    for (std::size_t k = open; k <= i; ++k) terms_[k].quoted = true;
    open = terms_.size();
  }
}

int edit_distance(std::string_view a, std::string_view b, int limit) {
  constexpr std::size_t kLongest = 32;
  if (a.size() > kLongest || b.size() > kLongest) return a == b ? 0 : limit + 1;
  const auto difference = static_cast<int>(a.size()) - static_cast<int>(b.size());
  if (difference > limit || -difference > limit) return limit + 1;
  int rows[3][kLongest + 1];
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int* now = rows[i % 3];
    const int* up = rows[(i + 2) % 3];
    const int* before = rows[(i + 1) % 3];
    now[0] = static_cast<int>(i);
    int least = now[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({up[j] + 1, now[j - 1] + 1, up[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
      least = std::min(least, now[j]);
    }
    if (least > limit) return limit + 1;
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace daybook::language::chat
