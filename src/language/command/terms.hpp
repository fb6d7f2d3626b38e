#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "language/literal.hpp"

namespace daybook::language::chat {

/// Groups of words that the grammar of commands treats alike; a word may be in several.
enum Group : std::uint32_t {
  kPolite = 1u << 0,       ///< please, hey, ok, just: says nothing
  kArticle = 1u << 1,      ///< the, a, my, this
  kPreposition = 1u << 2,  ///< words that may lead a phrase: with, about, for
  kGlue = 1u << 3,         ///< words that only tie a time to the rest: on, at, by
  kPronoun = 1u << 4,      ///< it, that, them
  kSubject = 1u << 5,      ///< I, you, she: starts a statement
  kTaskNoun = 1u << 6,     ///< task, todo, reminder
  kBe = 1u << 7,           ///< is, was, may, will: makes a statement of what stands before
  kRemind = 1u << 8,       ///< remind, ping, notify
  kComplete = 1u << 9,     ///< complete, finish, tick
  kDoneWord = 1u << 10,    ///< done, finished, completed
  kDelete = 1u << 11,      ///< delete, remove
  kMove = 1u << 12,        ///< move, postpone, reschedule
  kCreate = 1u << 13,      ///< add, create, new
  kShow = 1u << 14,        ///< show, list, display
  kSmallTalk = 1u << 15,   ///< hello, thanks, lol
  kQuestion = 1u << 16,    ///< what, when, which, how
  kYes = 1u << 17,
  kNo = 1u << 18,
  kActionVerb = 1u << 19,  ///< call, buy, email: starts a thing to do
  kNegative = 1u << 20,    ///< don't, not, never
  kPast = 1u << 21,        ///< called, bought: what was done
};

/// One word of a sentence: what stands between blanks, without the punctuation around it.
struct Term {
  std::string_view low;  ///< Lower case (ASCII), with plain apostrophes.
  WordHead head = 0;     ///< Of `low`.
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t groups = 0;
  char before = 0;  ///< '(' or a quotation mark that opens here.
  char after = 0;   ///< The last of , ; : . ? ! ) that follows, 0 for none.
  bool quoted = false;
  bool taken = false;  ///< Belongs to a recognised piece, not to the title.

  bool in(std::uint32_t group) const { return (groups & group) != 0 && !quoted; }
  /// Whether it is one of these words, outside quotes.
  template <std::size_t... N>
  [[gnu::always_inline]] bool is(const char (&... words)[N]) const {
    return !quoted && (is_literal(head, low, words) || ...);
  }
};

/// The words of a text. They point into it and into a copy in lower case: neither is movable.
class Terms {
 public:
  explicit Terms(std::string_view text);
  Terms(const Terms&) = delete;
  Terms& operator=(const Terms&) = delete;

  std::size_t size() const { return terms_.size(); }
  bool empty() const { return terms_.empty(); }
  Term& operator[](std::size_t index) { return terms_[index]; }
  const Term& operator[](std::size_t index) const { return terms_[index]; }

 private:
  void split(std::string_view text);
  void mark_quotes(std::string_view text);

  std::string lower_;
  boost::container::small_vector<Term, 24> terms_;
};

/// The groups of a word in lower case, 0 for a word that the grammar does not know.
std::uint32_t groups_of(std::string_view lower);
/// The command verb ("remind", "complete", "delete", …) that `lower` is one slip of the finger away from, or empty.
std::string_view misspelt_verb(std::string_view lower);

/// The short command verb ("show", "list", "move", …) that `lower` is with two neighbours swapped, or empty.
std::string_view untangled_verb(std::string_view lower);

/// Edits (insert, drop, change, swap of neighbours) from `a` to `b`, at most `limit` + 1.
int edit_distance(std::string_view a, std::string_view b, int limit);
/// The form that titles and questions are compared in: "called" and "calls" give "call".
std::string_view stem(std::string_view lower);

/// One to twenty, "a", "an", "couple", "few", or digits; 0 where it is no number.
int small_number(std::string_view lower);
/// "first" to "tenth", "1st"; -1 for "last", 0 where it is no ordinal.
int small_ordinal(std::string_view lower);

}  // namespace daybook::language::chat
