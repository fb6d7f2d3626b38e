#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/task.hpp"

namespace daybook::domain {

/// Search as every store does it (design, rule 16): texts and queries become folded tokens; a task is found when all
/// tokens of the query are among its own, the last one as a prefix, and quoted phrases in their order.

/// NFKC, lower case, and without the accents of Latin, Greek, Cyrillic, Hebrew and Arabic letters, nor the strokes of
/// ø, ł, đ, ħ, ŧ, and with one i for Turkish too; other scripts keep their marks, which are letters there. Bytes that
/// are not UTF-8 are left out.
std::string fold_text(std::string_view text);

/// Which folding this is: what was folded by another is to be folded again.
inline constexpr int kFolding = 2;

/// Folded words in their order. A run of Han or kana gives its overlapping pairs and its last character, so that any
/// part of it can be found.
std::vector<std::string> search_tokens(std::string_view text);

/// One word or quoted phrase of a query: tokens that follow each other; `prefix`: the last of them may go on.
struct SearchTerm {
  std::vector<std::string> tokens;
  bool prefix = false;
  friend bool operator==(const SearchTerm&, const SearchTerm&) = default;
};

/// At most 32 terms; more are cut off. Empty: nothing to look for, which finds nothing.
std::vector<SearchTerm> parse_search(std::string_view query);

/// What a task is searched by, as one line for stores that scan: its fields' tokens, and its labels as a whole.
std::string search_line(const TaskFields& task);
/// The key by which the task of a search line sorts by title: at most 128 bytes.
std::string title_order(std::string_view line);
/// The bytes of a term, or of a whole label, as they stand in a search line.
std::string needle(const SearchTerm& term);
std::string tag_needle(std::string_view tag);
std::string category_needle(std::string_view category);

}  // namespace daybook::domain
