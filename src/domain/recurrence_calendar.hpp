#pragma once

#include <chrono>
#include <cstdint>

/// Days and months as numbers, for the expansion of rules.
namespace daybook::domain {

inline constexpr std::int64_t kDay = 86400;
inline constexpr int kLastMonth = 9999 * 12 + 11;
/// The calendar repeats after 400 years, which are a whole number of weeks.
inline constexpr int kCycleYears = 400;

inline std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/// Days since 1970 of the first of a month; months are counted from year 0 on.
inline std::int64_t first_of(int month_index) {
  const int year = static_cast<int>(floor_div(month_index, 12));
  const unsigned month = static_cast<unsigned>(month_index - year * 12) + 1;
  return std::chrono::local_days{std::chrono::year{year} / std::chrono::month{month} / 1}.time_since_epoch().count();
}
inline int month_of(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::local_days{std::chrono::days{day}}};
  return static_cast<int>(date.year()) * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

}  // namespace daybook::domain
