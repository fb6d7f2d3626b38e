#include "domain/local_text.hpp"

namespace daybook::domain {

std::string format_for_people(Instant instant, const Zone& zone) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto local = zone.to_local(instant);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date{day};
  const auto clock = std::chrono::duration_cast<std::chrono::minutes>(local - day).count();
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return std::string(kDays[std::chrono::weekday{day}.c_encoding()]) + " " +
         std::to_string(static_cast<unsigned>(date.day())) + " " + kMonths[static_cast<unsigned>(date.month()) - 1] +
         " " + std::to_string(static_cast<int>(date.year())) + ", " + two(clock / 60) + ":" + two(clock % 60);
}

}  // namespace daybook::domain
