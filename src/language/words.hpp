#pragma once

#include <cstdint>
#include <string_view>

#include "language/grain.hpp"

namespace daybook::language {

/// Words with a part of their own in the grammar.
enum class Key : std::uint8_t {
  none,
  // articles, prepositions, connectives
  a,
  the,
  my,
  of,
  in,
  on,
  at,
  by,
  to,
  from,
  for_,
  with,
  and_,
  or_,
  but,
  per,
  up,
  out,
  as,
  into,
  over,
  // which one
  this_,
  next,
  last,
  past,
  coming,
  following,
  previous,
  current,
  other,
  another,
  every,
  each,
  all,
  any,
  both,
  same,
  closest,
  upcoming,
  whole,
  // relations in time
  before,
  after,
  until,
  through,
  since,
  between,
  within,
  during,
  ago,
  later,
  hence,
  earlier,
  less,
  than,
  more,
  starting,
  ending,
  except,
  beginning_from,
  // how much
  around,
  exactly,
  half,
  couple,
  few,
  several,
  dozen,
  hundred,
  thousand,
  additional,
  ish,
  sometime,
  // moments
  now,
  right,
  just,
  today,
  tomorrow,
  yesterday,
  tonight,
  noon,
  midnight,
  moment,
  eod,
  eow,
  eom,
  eoy,
  bom,
  boy,
  // clock
  am,
  pm,
  oclock,
  hours_word,
  oh,
  sharp,
  // stretches
  start,
  middle,
  end,
  rest,
  early,
  mid,
  late,
  season,
  spring,
  summer,
  autumn,
  winter,
  weekday,
  weekend,
  decade,
  century,
  lunch,
  dinner,
  breakfast,
  brunch,
  school,
  work,
  // repeats
  times,
  once,
  twice,
  thrice,
  instance,
  daily,
  weekly,
  monthly,
  yearly,
  hourly,
  quarterly,
  biweekly,
  bimonthly,
  biennial,
  semiannual,
  nightly,
  fortnightly,
  everyday,
  minutely,
  semimonthly,
  biannual,
  alternate,
  odd,
  even,
  // eras and others
  ad,
  bc,
  be_era,
  not_,
  no,
  date,
  time,
  o,
  plus,
  minus,
  first_half,
  weekdays_all,
  night_of,
  ides,
  back,
  holiday_word,
  schoolnight,
  x,
};

/// What a word can be in a time expression; several at once ("second" is an ordinal and a unit).
struct Word {
  std::string_view text;
  Key key = Key::none;
  std::int8_t month = 0;      ///< 1 to 12.
  std::int8_t weekday = 0;    ///< 1 Monday to 7 Sunday.
  std::int8_t cardinal = -1;  ///< 0 to 90, of number words.
  std::int8_t ordinal = 0;    ///< 1 to 90, of ordinal words.
  std::int8_t unit = -1;      ///< A Grain, of units of time.
  std::int8_t multiple = 1;   ///< Of `unit`: 2 for fortnight, 10 for decade.
  std::int8_t part = 0;       ///< A PartOfDay.
  bool abbreviated = false;   ///< "sat", "mar", "h": needs better company than the full name.
  bool plural = false;
};

/// The entry of `lower`, or nullptr.
const Word* find_word(std::string_view lower);
/// The entry that `lower` is a likely misspelling of (an edit or two away from a long enough name), or nullptr.
const Word* find_misspelt(std::string_view lower);

}  // namespace daybook::language
