#pragma once

#include <boost/container/small_vector.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/command/command.hpp"
#include "language/command/context.hpp"
#include "language/command/terms.hpp"
#include "language/time_reading.hpp"

namespace daybook::language::chat {

/// Terms [first, last) of a sentence.
struct Part {
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t size() const { return last > first ? last - first : 0; }
  bool empty() const { return first >= last; }
};

/// One thing said, with all that its readers share.
struct Sentence {
  Sentence(std::string_view text, const Now& now, const Settings& settings, const Context& context);

  Part whole() const { return {0, terms.size()}; }
  const Term& operator[](std::size_t index) const { return terms[index]; }
  /// The original text of a part, without what stands around it.
  std::string_view original(Part part) const;
  /// Whether a term of the part is one of `words`; its place in `at`.
  template <std::size_t... N>
  bool find(Part part, std::size_t* at, const char (&... words)[N]) const {
    for (std::size_t i = part.first; i < part.last; ++i) {
      if (!terms[i].is(words...)) continue;
      *at = i;
      return true;
    }
    return false;
  }
  template <std::size_t... N>
  bool has(Part part, const char (&... words)[N]) const {
    std::size_t at = 0;
    return find(part, &at, words...);
  }
  /// Whether the terms from `index` are these, within the part.
  template <std::size_t... N>
  [[gnu::always_inline]] bool starts(Part part, std::size_t index, const char (&... words)[N]) const {
    return index + sizeof...(words) <= part.last && (terms[index++].is(words) && ...);
  }
  void take(Part part) {
    for (std::size_t i = part.first; i < part.last; ++i) terms[i].taken = true;
  }
  void release(Part part) {
    for (std::size_t i = part.first; i < part.last; ++i) terms[i].taken = false;
  }
  /// The terms that a span of bytes touches.
  Part terms_of(Span span) const;
  Part terms_of(const TimeReading& reading) const { return terms_of(reading.span); }
  /// Takes all the pieces of a reading.
  void take_reading(const TimeReading& reading);

  void tidy_times();
  void keep_meals();
  void share_day_of_hours();
  /// Reads a time that reaches over the term as two: "everything due today | to tomorrow".
  void cut_times(std::size_t at);

  std::string_view text;
  const Now& now;
  const Settings& settings;
  const Context& context;
  Terms terms;
  std::vector<TimeReading> times;
  /// Tasks that an earlier clause of the same sentence spoke of; a later "it" means them.
  boost::container::small_vector<const TaskItem*, 4> spoken;
  int budget = 10;             ///< Cuts into clauses that may still be tried.
  std::optional<Span> forced;  ///< A time that is none of the title's, whatever stands around it.
  bool made_new = false;       ///< An earlier clause makes a task, which a later "it" means.
};

/// `part` without please, hey, could you, … at its start.
Part without_courtesy(const Sentence& sentence, Part part);

// lengths.cpp

struct LengthReading {
  Length length;
  std::size_t last = 0;  ///< The term after it.
};
/// "an hour", "half an hour", "1h", "2 and a half days", "an hour and a half", from `index` on.
std::optional<LengthReading> read_length(const Sentence& sentence, Part part, std::size_t index);
/// `local` moved by `length`, calendar units on the calendar (31 January plus a month is the last of February).
LocalTime moved(LocalTime local, const Length& length, int sign = 1);

// targets.cpp

/// Which existing tasks a phrase means.
struct Found {
  enum class Outcome : std::uint8_t { found, ambiguous, nothing, unclear } outcome = Outcome::nothing;
  boost::container::small_vector<const TaskItem*, 4> tasks;  ///< Those meant, or those that it could be.
  bool exact = false;                                        ///< The phrase says every word of the title.
  double covered = 0;                                        ///< The share of the phrase that the title has.
  bool pronoun = false;                                      ///< "it", "that": the task spoken of.
  bool several = false;                                      ///< A plural was said: "both", "1 and 3", "milk and eggs".

  bool one() const { return outcome == Outcome::found && tasks.size() == 1; }
  bool ok() const { return outcome == Outcome::found; }
};
enum class Among : std::uint8_t { any, open, done, repeating };
Found find_tasks(const Sentence& sentence, Part phrase, Among among = Among::open);
/// By name alone: no pronouns and ordinals.
Found find_by_name(const Sentence& sentence, Part phrase, Among among);
/// The one spoken of: by "it" or by nothing at all.
Found find_spoken(const Sentence& sentence, bool plural = false);

// title.cpp

/// What is left of a part when the taken terms and the glue about them are out: capital first, quotes kept.
std::string read_title(const Sentence& sentence, Part part);
std::string capitalised(std::string_view text);

// markers.cpp

/// Takes #tags, @category, p1, !high, //note, "tagged …", "high priority", "note: …" out of a part, into `command`.
void read_markers(Sentence& sentence, Part part, Command& command);
/// Takes "remind me an hour before", "with a reminder 10 minutes before" out of a part.
void read_reminders(Sentence& sentence, Part part, Command& command);
/// "a day before and an hour before", "30 min ahead of time", "the day before at 6pm" from `at`; the term after it, or
/// `at`.
std::size_t read_leads(Sentence& sentence, Part part, std::size_t at, Command& command);
/// "the day before", "the evening before" from a term on.
struct Eve {
  std::size_t end = 0;                          ///< The term after it; 0 for none.
  std::optional<std::chrono::minutes> usual{};  ///< The clock time that its part of the day stands for.
};
Eve read_eve(const Sentence& sentence, Part part, std::size_t at);
/// The end of the sentence where a note begins, which no other reader looks into.
std::size_t note_start(const Sentence& sentence, Part part);
Priority priority_word(std::string_view lower);
/// Notes a piece for highlighting.
void add_span(Command& command, const Sentence& sentence, Part part, std::string_view slot, std::string meaning);

}  // namespace daybook::language::chat
