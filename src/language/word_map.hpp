#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "language/literal.hpp"

namespace daybook::language {

/// A vocabulary: words, which must outlive it, to values. Filled once, then only read; a look-up is one multiplication
/// and mostly one comparison of two numbers.
template <class T>
class WordMap {
 public:
  /// The value of `word`, made if it is new.
  T& operator[](std::string_view word) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place(word, head_of(word))];
    if (slot.word.empty()) {
      slot.word = word;
      slot.head = head_of(word);
      ++size_;
    }
    return slot.value;
  }
  const T* find(std::string_view word) const { return find(word, head_of(word)); }
  const T* find(std::string_view word, WordHead head) const {
    if (slots_.empty() || word.empty()) return nullptr;
    const Slot& slot = slots_[place(word, head)];
    return slot.word.empty() ? nullptr : &slot.value;
  }

 private:
  struct Slot {
    WordHead head = 0;
    std::string_view word;
    T value{};
  };

  std::size_t place(std::string_view word, WordHead head) const {
    const std::size_t mask = slots_.size() - 1;
    // Long words differ behind their head too.
    const WordHead mixed = head ^ (word.size() > kHeadBytes ? static_cast<WordHead>(word.back()) << 48 : 0);
    std::size_t at = static_cast<std::size_t>((mixed * 0x9E3779B97F4A7C15ULL) >> 32) & mask;
    while (!slots_[at].word.empty() && (slots_[at].head != head || slots_[at].word != word)) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 64 : 2 * slots_.size());
    old.swap(slots_);
    for (Slot& slot : old) {
      if (!slot.word.empty()) slots_[place(slot.word, slot.head)] = std::move(slot);
    }
  }

  std::vector<Slot> slots_;  ///< A power of two of them, at least half empty.
  std::size_t size_ = 0;
};

}  // namespace daybook::language
