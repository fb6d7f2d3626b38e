#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace daybook::language {

/// The length of a word and its first seven bytes as one number: words of up to seven bytes are equal where their heads
/// are, and most others differ in it. The grammar compares every word of a sentence with hundreds of its own; with the
/// head of those known when it is compiled, that takes an instruction and no memory.
using WordHead = std::uint64_t;

inline constexpr std::size_t kHeadBytes = 7;

/// Byte by byte, so that the compiler makes a constant of a literal's.
[[gnu::always_inline]] constexpr WordHead head_of(const char* word, std::size_t size) {
  WordHead head = static_cast<WordHead>(size < 255 ? size : 255) << 56;
  if (size > 0) head |= static_cast<WordHead>(static_cast<unsigned char>(word[0]));
  if (size > 1) head |= static_cast<WordHead>(static_cast<unsigned char>(word[1])) << 8;
  if (size > 2) head |= static_cast<WordHead>(static_cast<unsigned char>(word[2])) << 16;
  if (size > 3) head |= static_cast<WordHead>(static_cast<unsigned char>(word[3])) << 24;
  if (size > 4) head |= static_cast<WordHead>(static_cast<unsigned char>(word[4])) << 32;
  if (size > 5) head |= static_cast<WordHead>(static_cast<unsigned char>(word[5])) << 40;
  if (size > 6) head |= static_cast<WordHead>(static_cast<unsigned char>(word[6])) << 48;
  return head;
}
inline WordHead head_of(std::string_view word) { return head_of(word.data(), word.size()); }

/// Whether the word with that head is `literal`.
template <std::size_t N>
[[gnu::always_inline]] inline bool is_literal(WordHead head, std::string_view word, const char (&literal)[N]) {
  constexpr std::size_t kSize = N - 1;
  static_assert(kSize > 0 && kSize < 255);
  if (head != head_of(literal, kSize)) return false;
  if constexpr (kSize > kHeadBytes) {
    return std::memcmp(word.data() + kHeadBytes, literal + kHeadBytes, kSize - kHeadBytes) == 0;
  } else {
    return true;
  }
}

/// Whether `word` is one of the literals.
template <std::size_t... N>
[[gnu::always_inline]] inline bool is_one_of(std::string_view word, const char (&... literals)[N]) {
  const WordHead head = head_of(word);
  return (is_literal(head, word, literals) || ...);
}

}  // namespace daybook::language
