#include "language/command/timing.hpp"

namespace daybook::language::chat {

using std::chrono::days;
using std::chrono::local_days;

DayRange range_of(const Sentence& sentence, const TimeReading& reading) {
  const Now& now = sentence.now;
  const Part said = sentence.terms_of(reading);
  const auto last_day = [](const Moment& moment) {
    const local_days day = std::chrono::floor<days>(moment.local);
    const Date date{day};
    switch (moment.grain) {
      case Grain::week:
        return day + days{6};
      case Grain::month:
        return local_days{date.year() / date.month() / std::chrono::last};
      case Grain::quarter: {
        const Date end{date + std::chrono::months{2}};
        return local_days{end.year() / end.month() / std::chrono::last};
      }
      case Grain::year:
        return local_days{date.year() / 12 / 31};
      default:
        return day;
    }
  };
  DayRange range;
  if (reading.kind == TimeKind::instant && reading.start) {
    const When from = when_of(*reading.start, now);
    if (from.all_day && reading.part_of_day != PartOfDay::none) {
      int begin = 0;
      int end = 24;
      switch (reading.part_of_day) {
        case PartOfDay::early_morning:
          begin = 5, end = 9;
          break;
        case PartOfDay::morning:
          begin = 6, end = 12;
          break;
        case PartOfDay::noon:
          begin = 12, end = 13;
          break;
        case PartOfDay::afternoon:
          begin = 12, end = 18;
          break;
        case PartOfDay::evening:
          begin = 18, end = 22;
          break;
        default:
          begin = 18, end = 24;
          break;
      }
      range.from = When{from.local + std::chrono::hours{begin}, false};
      range.to = When{from.local + std::chrono::hours{end}, false};
      return range;
    }
    range.from = from;
    range.to = from.all_day ? When{last_day(*reading.start), true} : from;
    // A weekend is asked for as both its days.
    if (from.all_day && sentence.has(said, "weekend", "weekend's", "weekends") &&
        from.day() == last_day(*reading.start)) {
      range.to = When{from.day() + days{1}, true};
    }
  } else if (reading.kind == TimeKind::interval) {
    if (reading.start) range.from = when_of(*reading.start, now);
    if (reading.end) {
      When to = when_of(*reading.end, now);
      if (to.all_day) to.local -= days{1};  // the end of a reading is exclusive
      range.to = to;
    }
  }
  // "the next 3 days" starts today and includes the third day from now.
  for (std::size_t i = said.first; i + 2 < said.last; ++i) {
    if (!sentence[i].is("next", "coming", "following")) continue;
    const int count = small_number(sentence[i + 1].low);
    if (count < 1) break;
    const std::string_view unit = sentence[i + 2].low;
    const int length = unit.starts_with("day") ? count : unit.starts_with("week") ? 7 * count : 0;
    if (length == 0) break;
    range.from = When{now.today(), true};
    range.to = When{now.today() + days{length}, true};
    break;
  }
  return range;
}

}  // namespace daybook::language::chat
