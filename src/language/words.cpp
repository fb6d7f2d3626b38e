#include "language/words.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "language/word_table.hpp"

namespace daybook::language {
namespace {

using word_table::kWords;

constexpr std::size_t kSlots = 2048;

constexpr std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash ^ (hash >> 13);
}

/// Open addressing; a word that stands twice keeps its first entry.
constexpr auto make_slots() {
  std::array<std::int16_t, kSlots> slots{};
  for (auto& slot : slots) slot = -1;
  for (std::size_t i = 0; i < std::size(kWords); ++i) {
    auto at = hash_of(kWords[i].text) % kSlots;
    while (slots[at] >= 0) at = (at + 1) % kSlots;
    slots[at] = static_cast<std::int16_t>(i);
  }
  return slots;
}
constexpr auto kIndex = make_slots();

/// Names long and particular enough that a word one edit away is meant as them.
constexpr std::string_view kForgiven[] = {
    "january",   "february",    "august",   "september",  "october",   "november",  "december",  "monday",
    "tuesday",   "wednesday",   "thursday", "friday",     "saturday",  "sunday",    "tomorrow",  "yesterday",
    "tonight",   "mondays",     "tuesdays", "wednesdays", "thursdays", "fridays",   "saturdays", "sundays",
    "weekend",   "weekends",    "weekday",  "weekdays",   "morning",   "afternoon", "evening",   "midnight",
    "fortnight", "fortnightly", "biweekly", "quarterly",  "annually",  "everyday",  "minutes",   "beginning",
};
/// Words of their own that stand one edit away from one of those.
constexpr std::string_view kNotForgiven[] = {"actually", "usually",   "manually",  "mutually", "sundry", "augusta",
                                             "mourning", "moaning",   "warning",   "weakened", "sundae", "mooning",
                                             "tonights", "forming",   "warnings",  "evenings", "minute", "minutest",
                                             "manually", "evening's", "eveningly", "bimonthly"};

/// Edits (insert, delete, replace, swap of neighbours) that lead from `a` to `b`, or `limit` + 1.
int edits(std::string_view a, std::string_view b, int limit) {
  if (a.size() > 15 || b.size() > 15) return limit + 1;
  int rows[3][17];
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto* row = rows[i % 3];
    const auto* above = rows[(i + 2) % 3];
    const auto* above2 = rows[(i + 1) % 3];
    row[0] = static_cast<int>(i);
    int least = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], above2[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

const Word* find_word(std::string_view lower) {
  if (lower.size() > 12) return nullptr;
  for (auto at = hash_of(lower) % kSlots; kIndex[at] >= 0; at = (at + 1) % kSlots) {
    const auto& word = kWords[kIndex[at]];
    if (word.text == lower) return &word;
  }
  return nullptr;
}

const Word* find_misspelt(std::string_view lower) {
  if (lower.size() < 5 || lower.size() > 12) return nullptr;
  if (std::find(std::begin(kNotForgiven), std::end(kNotForgiven), lower) != std::end(kNotForgiven)) return nullptr;
  const Word* best = nullptr;
  int best_edits = 3;
  for (const auto name : kForgiven) {
    if (name[0] != lower[0]) continue;
    const auto apart = static_cast<int>(name.size()) - static_cast<int>(lower.size());
    if (apart > 2 || apart < -2) continue;
    const int limit = name.size() >= 8 && lower.size() >= 6 ? 2 : 1;
    const int distance = edits(lower, name, limit);
    if (distance <= limit && distance < best_edits) {
      best = find_word(name);
      best_edits = distance;
    }
  }
  return best;
}

}  // namespace daybook::language
