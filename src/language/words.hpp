#pragma once

#include <cstdint>
#include <string_view>

#include "language/grain.hpp"

namespace daybook::language {

/// Words with a part of their own in the grammar.
enum class Key : std::uint8_t {
  none,
  a,
  the,
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
  this_,
  next,
  last,
  past,
  coming,
  other,
  every,
  each,
  all,
  any,
  both,
  before,
  after,
  until,
  through,
  since,
  between,
  within,
  during,
  around,
  about,
  almost,
  ago,
  later,
  hence,
  earlier,
  now,
  right,
  just,
  today,
  tomorrow,
  yesterday,
  tonight,
  am,
  pm,
  noon,
  midnight,
  oclock,
  ish,
  half,
  quarter,
  couple,
  few,
  several,
  more,
  past_or_after,
  starting,
  ending,
  except,
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
  start,
  middle,
  end,
  rest,
  eod,
  eow,
  eom,
  eoy,
  bom,
  boy,
  day_name,
  weekday,
  weekend,
  workday,
  early,
  mid,
  late,
  exactly,
  no,
  not_,
  time,
  same,
  moment,
  week_of,
  following,
  previous,
  current,
  closest,
  business,
  date,
  or_so,
  point,
  oh,
  minus,
  plus,
  spring,
  year_word,
  per,
  until_end,
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
  std::int16_t multiple = 1;  ///< Of `unit`: 2 for fortnight, 10 for decade.
  std::int8_t part = 0;       ///< A PartOfDay.
  bool abbreviated = false;   ///< "sat", "mar": needs better company than the full name.
  bool plural = false;
};

/// The entry of `lower`, or nullptr.
const Word* find_word(std::string_view lower);
/// The entry that `lower` is a likely misspelling of (one edit away from a long enough name), or nullptr.
const Word* find_misspelt(std::string_view lower);

}  // namespace daybook::language
