#include "language/time_reading.hpp"

namespace daybook::language {

using namespace std::chrono;

minutes Moment::clock() const { return duration_cast<minutes>(local - floor<days>(local)); }

std::string Length::iso() const {
  std::string out = "P";
  const auto put = [&out](std::int64_t value, char unit) {
    if (value != 0) out += std::to_string(value) + unit;
  };
  put(years, 'Y');
  put(months, 'M');
  if (days != 0 && days % 7 == 0 && seconds == 0 && years == 0 && months == 0 && grain == Grain::week)
    put(days / 7, 'W');
  else
    put(days, 'D');
  if (seconds != 0) {
    out += 'T';
    put(seconds / 3600, 'H');
    put(seconds / 60 % 60, 'M');
    put(seconds % 60, 'S');
  }
  if (out.size() == 1) out += grain >= Grain::day ? "0D" : "T0S";
  return out;
}

TimeReading combine(const TimeReading& date, const TimeReading& clock, const Settings& settings) {
  TimeReading out = date;
  const auto day = floor<days>(date.start->local);
  auto time = clock.start->clock();
  // On another day 1 to 6 is the afternoon and 7 to 11 the morning; the clock alone was read as the next time today.
  if (!clock.meridiem && settings.planning()) {
    const auto half = time % hours{12};
    time = half < hours{7} ? half + hours{12} : half;
    if (date.part_of_day == PartOfDay::evening || date.part_of_day == PartOfDay::night) time = half + hours{12};
    if (date.part_of_day == PartOfDay::morning) time = half;
  }
  out.start = Moment{LocalTime{day} + time, clock.start->grain, clock.start->offset};
  if (clock.end)
    out.end =
        Moment{LocalTime{day} + time + (clock.end->local - clock.start->local), clock.end->grain, clock.end->offset};
  out.kind = clock.kind;
  out.has_clock = true;
  out.meridiem = clock.meridiem;
  out.score = std::max(date.score, clock.score);
  return out;
}

TimeReading combine_repeat(const TimeReading& rule, const TimeReading& clock) {
  TimeReading out = rule;
  if (out.rule.hours.empty() && out.rule.frequency >= Grain::day && clock.start) {
    auto time = clock.start->clock();
    if (!clock.meridiem) {
      const auto half = time % hours{12};
      time = half < hours{7} ? half + hours{12} : half;
    }
    out.rule.hours = {static_cast<int>(time / hours{1})};
    out.rule.minutes = {static_cast<int>(time % hours{1} / minutes{1})};
    out.has_clock = true;
  }
  return out;
}

}  // namespace daybook::language
