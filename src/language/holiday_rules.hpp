#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace daybook::language {

/// How the days of a holiday are found.
enum class HolidayKind : unsigned char {
  fixed,     ///< Month `a`, day `b`.
  weekday,   ///< The `b`-th (−1 last) weekday `c` of month `a`, moved by `d` days.
  easter,    ///< Easter Sunday + `a`.
  orthodox,  ///< Orthodox Easter + `a`.
  hebrew,    ///< Month `a` (Nisan is 1), day `b` of the Hebrew calendar.
  islamic,   ///< Month `a`, day `b` of the Islamic calendar.
  chinese,   ///< Month `a`, day `b` of the Chinese calendar.
  hindu,     ///< Lunar month `a` (Chaitra is 1), tithi `b` (1 to 30, full moon 15), in India.
  before,    ///< The last weekday `c` on or before month `a` day `b`.
  special,   ///< A rule of its own, number `a`.
};

struct Holiday {
  std::string_view names;  ///< Separated by '|', lower case, without apostrophes.
  HolidayKind kind = HolidayKind::fixed;
  short a = 0, b = 0, c = 0, d = 0;
  short days = 1;                 ///< How long it lasts.
  std::string_view country = {};  ///< Empty for everywhere.
};

/// All holidays, and how many.
const Holiday* holidays();
int holiday_count();

/// First day of the holiday that falls in `year`, if one does.
std::optional<std::chrono::local_days> holiday_in_year(const Holiday& holiday, int year);

}  // namespace daybook::language
