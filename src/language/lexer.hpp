#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "language/literal.hpp"
#include "language/words.hpp"

namespace daybook::language {

enum class TokenKind : std::uint8_t { word, number, symbol };

/// One word, run of digits or symbol of a text. Digits and letters that touch ("5pm", "15Sep") are two tokens.
struct Token {
  TokenKind kind = TokenKind::word;
  bool space_before = true;  ///< Also at the start of the text.
  bool ordinal = false;      ///< Digits with their ending: "3rd".
  bool quoted = false;       ///< Inside quotation marks: never part of a time.
  bool marker = false;       ///< Part of a #tag, @name, e-mail address, URL or !priority: never part of a time.
  bool possessive = false;   ///< "week's"; `text` is then "weeks".
  bool misspelt = false;     ///< `word` was found by edit distance.
  std::uint8_t digits = 0;   ///< How many, of a number (255 for more).
  char symbol = 0;           ///< Of a symbol: the ASCII character that it stands for ('-' for a dash), 0 for others.
  std::uint32_t begin = 0;   ///< Bytes of the original text.
  std::uint32_t end = 0;
  std::int64_t value = 0;      ///< Of a number; those of more than 15 digits are cut to that.
  std::string_view text;       ///< Lower case (ASCII), without apostrophes; lives in the list.
  WordHead head = 0;           ///< Of `text`, for words.
  const Word* word = nullptr;  ///< What the vocabulary says of it; null for other words.
};

/// The tokens of a text. Holds copies of what it needs, so the text may go; not copyable, since tokens point into it.
class TokenList {
 public:
  explicit TokenList(std::string_view text);
  TokenList(const TokenList&) = delete;
  TokenList& operator=(const TokenList&) = delete;

  std::size_t size() const { return tokens_.size(); }
  const Token& operator[](std::size_t index) const { return tokens_[index]; }
  auto begin() const { return tokens_.begin(); }
  auto end() const { return tokens_.end(); }
  std::string_view original(const Token& token) const {
    return std::string_view(text_).substr(token.begin, token.end - token.begin);
  }
  const std::string& text() const { return text_; }

 private:
  void read();
  void mark_quotes();
  void mark_markers();

  std::string text_;
  std::string lower_;
  boost::container::small_vector<Token, 48> tokens_;
};

}  // namespace daybook::language
