#pragma once

#include "language/command/sentence.hpp"

namespace daybook::language::chat {

/// All that a part says about when, put together.
struct Timing {
  std::optional<When> due;
  std::optional<When> from, to;                  ///< Inclusive, where a range and no day is said.
  boost::container::small_vector<When, 2> more;  ///< "Monday and Wednesday": the others.
  std::vector<RepeatRule> more_rules;            ///< "every Monday and every other Thursday": the others.
  PartOfDay part_of_day = PartOfDay::none;
  std::vector<PartOfDay> parts_of_day;
  Length duration;
  std::optional<RepeatRule> rule;
  Relation relation = Relation::none;
  bool has_date = false;
  bool has_clock = false;
  bool meridiem = false;
  bool weekday_only = false;
  bool from_now = false;
  bool past_said = false;  ///< The date itself is over (not only its clock time).
  std::string_view zone_change;
  boost::container::small_vector<std::size_t, 4> used;  ///< Of Sentence::times.

  bool any() const { return due || from || to || rule || part_of_day != PartOfDay::none; }
};

enum class TimingFor : std::uint8_t {
  title,   ///< Something new: a time that belongs to a name stays in the name.
  change,  ///< Every time counts.
};
/// Reads the times of a part that nothing else has taken, and takes them.
Timing read_timing(Sentence& sentence, Part part, TimingFor purpose);
/// Puts what was read into the command, with its spans.
void apply_timing(const Sentence& sentence, const Timing& timing, Command& command);

/// A reading that belongs to a name: "the 8pm show", "tomorrow's meeting", "Sunday roast".
bool is_attributive(const Sentence& sentence, Part part, const TimeReading& reading);

/// A moment in the zone of the person.
When when_of(const Moment& moment, const Now& now);
/// The days that a reading covers, both included; as instants where a part of the day was said.
struct DayRange {
  std::optional<When> from, to;
};
DayRange range_of(const Sentence& sentence, const TimeReading& reading);

/// The first time that a rule falls due, not before now; empty where the rule needs an answer first ("twice a week").
std::optional<When> first_due(const RepeatRule& rule, const Now& now);

/// What is wrong with a date in the part, as a clarifying command; nullopt when nothing is.
std::optional<Command> find_impossible(Sentence& sentence, Part part);

std::string_view to_string(PartOfDay part);

}  // namespace daybook::language::chat
