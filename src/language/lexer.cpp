#include "language/lexer.hpp"

#include <algorithm>

namespace daybook::language {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }

/// A punctuation mark of several bytes that stands for an ASCII one; `size` is 0 where there is none.
struct Mark {
  char symbol = 0;
  std::size_t size = 0;
};
Mark mark_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  if (byte(0) == 0xC2) {
    if (byte(1) == 0xA0) return {' ', 2};                     // no-break space
    if (byte(1) == 0xB7) return {',', 2};                     // middle dot
    if (byte(1) == 0xAB || byte(1) == 0xBB) return {'"', 2};  // guillemets
  }
  if (byte(0) == 0xE2 && byte(1) == 0x80) {
    if (byte(2) >= 0x90 && byte(2) <= 0x95) return {'-', 3};
    if (byte(2) == 0x98 || byte(2) == 0x99 || byte(2) == 0xB2) return {'\'', 3};
    if (byte(2) == 0x9C || byte(2) == 0x9D || byte(2) == 0xB3) return {'"', 3};
    if (byte(2) >= 0x80 && byte(2) <= 0x8A) return {' ', 3};
    if (byte(2) == 0xA2) return {',', 3};  // bullet
    if (byte(2) == 0xAF) return {' ', 3};
  }
  if (byte(0) == 0xE2 && byte(1) == 0x88 && (byte(2) == 0x99 || byte(2) == 0x92)) {
    return {byte(2) == 0x92 ? '-' : ',', 3};  // bullet operator, minus
  }
  return {};
}

bool is_ordinal_ending(std::string_view letters) {
  return letters == "st" || letters == "nd" || letters == "rd" || letters == "th";
}

}  // namespace

TokenList::TokenList(std::string_view text) : text_(text) {
  read();
  for (Token& token : tokens_) token.head = head_of(token.text);
  mark_quotes();
  mark_markers();
}

void TokenList::read() {
  // Lower case with apostrophes taken out; tokens view into it, so it must never grow past its first capacity.
  lower_.reserve(text_.size() + 16);
  const std::string_view text = text_;
  bool space = true;
  std::size_t i = 0;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  while (i < text.size()) {
    if (is_space(text[i])) {
      space = true;
      ++i;
      continue;
    }
    const auto mark = mark_at(text, i);
    if (mark.size && mark.symbol == ' ') {
      space = true;
      i += mark.size;
      continue;
    }
    Token token;
    token.space_before = space;
    token.begin = static_cast<std::uint32_t>(i);
    space = false;
    const auto start = lower_.size();
    const char c = lower(text[i]);
    if (is_digit(c)) {
      token.kind = TokenKind::number;
      std::size_t j = i;
      for (; j < text.size() && is_digit(text[j]); ++j) {
        if (j - i < 15) token.value = token.value * 10 + (text[j] - '0');
        lower_ += text[j];
      }
      token.digits = static_cast<std::uint8_t>(std::min<std::size_t>(j - i, 255));
      // "2moro", "2nite": a digit that begins a word of the vocabulary.
      if (token.digits == 1 && j < text.size() && is_letter(lower(text[j]))) {
        std::size_t k = j;
        while (k < text.size() && is_letter(lower(text[k]))) lower_ += lower(text[k++]);
        const auto whole = std::string_view(lower_).substr(start);
        if (const auto* word = find_word(whole)) {
          token.kind = TokenKind::word;
          token.word = word;
          token.text = whole;
          token.end = static_cast<std::uint32_t>(k);
          tokens_.push_back(token);
          i = k;
          continue;
        }
        lower_.resize(start + token.digits);
      }
      std::size_t k = j;
      char ending[3] = {};
      while (k < text.size() && k - j < 3 && is_letter(lower(text[k]))) {
        if (k - j < 2) ending[k - j] = lower(text[k]);
        ++k;
      }
      if (k - j == 2 && is_ordinal_ending({ending, 2})) {
        token.ordinal = true;
        j = k;
      }
      token.end = static_cast<std::uint32_t>(j);
      token.text = std::string_view(lower_).substr(start);
      tokens_.push_back(token);
      i = j;
      continue;
    }
    if (!mark.size && is_letter(c)) {
      token.kind = TokenKind::word;
      std::size_t j = i;
      while (j < text.size()) {
        const char d = lower(text[j]);
        if (is_letter(d)) {
          const auto inner = mark_at(text, j);
          if (!inner.size) {
            lower_ += d;
            ++j;
            continue;
          }
          if (inner.symbol != '\'' || j + inner.size >= text.size() || !is_letter(lower(text[j + inner.size]))) break;
          token.possessive = lower(text[j + inner.size]) == 's';
          j += inner.size;
          continue;
        }
        // An apostrophe inside a word ("year's", "o'clock") is no letter, but holds it together.
        if (d == '\'' && j + 1 < text.size() && is_letter(lower(text[j + 1])) && !mark_at(text, j + 1).size) {
          token.possessive = lower(text[j + 1]) == 's';
          ++j;
          continue;
        }
        break;
      }
      // "a.m.", "p.m": letters with dots.
      if (j - i == 1 && (c == 'a' || c == 'p')) {
        std::size_t k = j;
        while (k < text.size() && (text[k] == ' ' || text[k] == '.') && k - j < 4) ++k;
        const bool dotted = k > j && std::find(text.begin() + j, text.begin() + k, '.') != text.begin() + k;
        if (dotted && k < text.size() && lower(text[k]) == 'm' &&
            (k + 1 == text.size() || (!is_letter(lower(text[k + 1])) && !is_digit(text[k + 1])))) {
          lower_ += 'm';
          j = k + 1;
          std::size_t dot = j;
          while (dot < text.size() && text[dot] == ' ' && text[j - 2] == ' ') ++dot;
          if (dot < text.size() && text[dot] == '.') j = dot + 1;
        }
      }
      token.end = static_cast<std::uint32_t>(j);
      token.text = std::string_view(lower_).substr(start);
      if (token.possessive && token.text.size() > 2)
        token.word = find_word(token.text.substr(0, token.text.size() - 1));
      if (!token.word) token.word = find_word(token.text);
      if (!token.word && token.possessive && token.text.size() > 1) {
        if (const auto* base = find_word(token.text.substr(0, token.text.size() - 1))) token.word = base;
      }
      if (!token.word) {
        token.word = find_misspelt(token.text);
        token.misspelt = token.word != nullptr;
      }
      // "afternoonish", "noonish", "sevenish": the ending says "about".
      if (!token.word && token.text.size() > 4 && token.text.ends_with("ish")) {
        if (const auto* base = find_word(token.text.substr(0, token.text.size() - 3))) token.word = base;
      }
      tokens_.push_back(token);
      i = j;
      continue;
    }
    token.kind = TokenKind::symbol;
    const std::size_t size = mark.size ? mark.size : 1;
    token.symbol = mark.size ? mark.symbol : text[i];
    lower_ += token.symbol;
    token.text = std::string_view(lower_).substr(start);
    token.end = static_cast<std::uint32_t>(i + size);
    tokens_.push_back(token);
    i += size;
  }
}

void TokenList::mark_quotes() {
  // A quotation starts after a space and ends before one; an inch mark or an apostrophe does neither.
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const auto& open = tokens_[i];
    if ((open.symbol != '"' && open.symbol != '\'') || open.quoted) continue;
    if (!open.space_before && i > 0 && tokens_[i - 1].symbol != '(') continue;
    std::size_t last = 0;
    bool words = false;
    for (std::size_t j = i + 1; j < tokens_.size() && j < i + 64; ++j) {
      if (tokens_[j].kind == TokenKind::word && tokens_[j].text.size() > 1) words = true;
      if (tokens_[j].symbol == open.symbol && !tokens_[j].space_before &&
          (j + 1 == tokens_.size() || tokens_[j + 1].space_before || tokens_[j + 1].kind == TokenKind::symbol)) {
        last = j;
        break;
      }
    }
    if (!last || !words) continue;
    for (std::size_t j = i; j <= last; ++j) tokens_[j].quoted = true;
    i = last;
  }
}

void TokenList::mark_markers() {
  for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
    const char symbol = tokens_[i].symbol;
    if (symbol == 0) continue;
    const auto& next = tokens_[i + 1];
    const bool attached = !next.space_before;
    const bool starts = tokens_[i].space_before;
    if (symbol == '/' && attached && next.symbol == '/' && starts) {  // "//note" runs to the end
      for (std::size_t j = i; j < tokens_.size(); ++j) tokens_[j].marker = true;
      return;
    }
    const bool tag = (symbol == '#' || symbol == '!') && starts && attached && next.kind == TokenKind::word;
    const bool name = symbol == '@' && attached && next.kind == TokenKind::word &&
                      (!starts || !next.word || next.word->key == Key::none);
    if (tag || (name && !(next.word && (next.word->weekday || next.word->cardinal >= 0)))) {
      std::size_t first = i;
      if (symbol == '@' && !starts) {
        while (first > 0 && !tokens_[first].space_before) --first;
      }
      std::size_t j = i + 1;
      while (j < tokens_.size() && !tokens_[j].space_before && tokens_[j].symbol != ',' && tokens_[j].symbol != ';')
        ++j;
      for (std::size_t k = first; k < j; ++k) tokens_[k].marker = true;
      i = j - 1;
    }
  }
}

}  // namespace daybook::language
