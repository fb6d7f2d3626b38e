#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "language/lexer.hpp"
#include "language/now.hpp"
#include "language/settings.hpp"
#include "language/time_reading.hpp"

/// The grammar of time expressions, private to language/: one class, its productions in a file a part of the grammar.
/// A production takes the index of a token and gives what it read and where it stopped; none looks back further than
/// one token, and none tries more than a fixed number of ways, so that the whole is linear in the text.
namespace daybook::language {

using Days = std::chrono::local_days;

template <class T>
struct Hit {
  T value{};
  int end = 0;  ///< The token after it; 0 means that nothing was read.
  explicit operator bool() const { return end > 0; }
};

inline Moment moment(LocalTime local, Grain grain, std::optional<std::chrono::minutes> offset = {}) {
  Moment m;
  m.local = local;
  m.grain = grain;
  m.offset = offset;
  return m;
}

/// A stretch of days (or of hours, for weekends), with what was said of it, so that "from December to May 2022" can
/// give the year to its other end.
struct DateValue {
  enum class Form : std::uint8_t {
    fixed,       ///< Complete: has a year, or counts from now.
    month_day,   ///< "March 3", year open.
    month,       ///< "March".
    month_part,  ///< "mid March".
    day,         ///< "the 15th".
    weekday,     ///< "Friday".
    holiday,     ///< "Christmas", year open.
  };
  Form form = Form::fixed;
  Grain grain = Grain::day;
  LocalTime start{};
  LocalTime end{};  ///< Exclusive.
  int year = 0;
  int month = 0;
  int day = 0;
  int weekday = 0;
  int holiday = -1;
  bool year_said = false;
  bool range = false;  ///< Not one unit of `grain` ("weekend", "last 2 weeks"): an interval by nature.
  bool from_now = false;
  bool weak = false;  ///< A bare year or number that needs company.
  bool abbreviated = false;
  bool this_part = false;   ///< "this morning", "tonight": the part of day named the day.
  bool upcoming = false;    ///< "next/this X": fixed, not to be moved by other words.
  bool clock_kept = false;  ///< Counts from the time of day of now ("in 3 days").
  bool ends_it = false;     ///< "the end of …": before it is before its last moment.
};

struct ClockValue {
  std::int32_t second = 0;  ///< Of the day; 86400 for 24:00.
  Grain grain = Grain::minute;
  bool certain = false;  ///< Which half of the day is meant is known.
  bool bare = false;     ///< A lone number, or two number words: a time only in company.
  bool leading_zero = false;
  bool midnight = false;
  bool approximate = false;
  bool at = false;  ///< Stood after "at" or "@".
  bool seconds_said = false;
  bool has_zone = false;
  domain::Zone zone;
};

struct PartValue {
  int part = 0;  ///< 0 none; the numbers of words.cpp.
  bool early = false, mid = false, late = false;
  bool after = false;  ///< "after lunch".
};

/// A day with or without a time.
struct Point {
  std::optional<DateValue> date;
  std::optional<ClockValue> clock;
  PartValue part;
  std::optional<Length> from_now;  ///< A moment counted from now, with a sign in its members.
  LocalTime exact{};               ///< Set where `is_exact`.
  bool is_exact = false;
  Grain exact_grain = Grain::second;
  bool approximate = false;
  bool at = false;
  double score = 0;
};

/// Quantity of units; kept exact in 1/3600.
struct Quantity {
  double value = 0;
  bool article = false;  ///< "a", "an", "the".
  bool vague = false;
  bool digits = false;
};

struct LengthValue {
  Length length;
  double exact_seconds = 0;  ///< With years of 365 and months of 30 days.
  bool article = false;
  bool abbreviated = false;  ///< Single letters ("5m").
  bool plural_only = false;
  int weekdays = 0;  ///< "5 business days".
  int units = 0;     ///< How many unit words it has.
};

class Reader {
 public:
  Reader(const TokenList& tokens, const Now& now, const Settings& settings);

  std::vector<TimeReading> read();

 private:
  // Tokens (reader.cpp)
  static constexpr Token kNoToken{};
  static constexpr Word kNoWord{};
  const Token& tok(int i) const {
    return static_cast<std::size_t>(i) < tokens_.size() ? tokens_[static_cast<std::size_t>(i)] : kNoToken;
  }
  const Word& word(int i) const {
    const Word* found = tok(i).word;
    return found != nullptr ? *found : kNoWord;
  }
  bool is(int i, Key key) const { return word(i).key == key; }
  /// Whether the token is one of these words.
  template <std::size_t... N>
  [[gnu::always_inline]] bool text(int i, const char (&... words)[N]) const {
    const Token& token = tok(i);
    return token.kind == TokenKind::word && (is_literal(token.head, token.text, words) || ...);
  }
  bool sym(int i, char symbol) const { return tok(i).kind == TokenKind::symbol && tok(i).symbol == symbol; }
  bool number_token(int i) const { return tok(i).kind == TokenKind::number && !tok(i).ordinal; }
  bool attached(int i) const { return !tok(i).space_before; }
  int size() const { return static_cast<int>(tokens_.size()); }
  bool ends(int i) const;  ///< A clause ends before token i.
  int skip(int i, Key key) const { return is(i, key) ? i + 1 : i; }
  int skip_the(int i) const { return is(i, Key::the) || is(i, Key::my) || is(i, Key::a) ? i + 1 : i; }
  int skip_comma(int i) const { return sym(i, ',') ? i + 1 : i; }
  int skip_dot(int i) const { return sym(i, '.') && attached(i) ? i + 1 : i; }

  // Numbers (numbers.cpp)
  Hit<std::int64_t> cardinal(int i) const;
  Hit<int> ordinal(int i) const;
  Hit<int> last_ordinal(int i) const;  ///< "last" -1, "second last" and "2nd to last" -2.
  Hit<Quantity> quantity(int i) const;
  Hit<int> year(int i) const;             ///< Four digits, "two thousand ten", "nineteen eighty six", "'96".
  Hit<int> year_after_date(int i) const;  ///< The same, and two digits, and eras.
  Hit<int> era(int i, int number) const;

  // Lengths (length.cpp)
  Hit<LengthValue> length(int i) const;
  Hit<std::pair<Grain, int>> unit(int i) const;
  static void add(LengthValue& to, double count, Grain grain, int multiple);

  // Clocks (clock.cpp, clock_forms.cpp, part_of_day.cpp, zones.cpp)
  Hit<ClockValue> clock(int i, bool company) const;
  Hit<ClockValue> clock_core(int i, bool company) const;
  Hit<ClockValue> clock_end_of_day(int i) const;
  Hit<ClockValue> clock_digits(int i, bool company) const;
  Hit<ClockValue> clock_words(int i, bool company) const;
  Hit<ClockValue> clock_past(int i, bool company) const;
  Hit<ClockValue> iso_clock(int i) const;  ///< "1530Z" and "153000+0100", after a "T".
  Hit<int> meridiem(int i) const;          ///< 1 am, 2 pm.
  Hit<domain::Zone> zone(int i) const;
  Hit<PartValue> part_of_day(int i) const;
  Hit<PartValue> part_phrase(int i) const;  ///< "in the morning", "at night".

  // Dates (calendar.cpp, numeric.cpp, month_day.cpp, weekday.cpp, which.cpp, relative.cpp, period.cpp,
  // piece_of_period.cpp, position.cpp, holidays.cpp)
  Hit<DateValue> date(int i, int depth = 0) const;
  Hit<DateValue> numeric_date(int i) const;
  Hit<DateValue> iso_date(int i) const;
  Hit<DateValue> month_date(int i) const;
  Hit<DateValue> day_date(int i) const;
  Hit<DateValue> weekday_date(int i) const;
  Hit<DateValue> relative_date(int i, int depth) const;
  static int direction(Key key);                         ///< -1 last, 0 this, 1 next, 99 for other words.
  Hit<DateValue> which_date(int i) const;                ///< this/next/last …
  Hit<DateValue> position_date(int i, int depth) const;  ///< "third Tuesday of …", "end of …".
  Hit<DateValue> quarter_date(int at) const;
  Hit<DateValue> decade_date(int at) const;
  Hit<DateValue> piece_date(int i, int at, int depth) const;
  Hit<DateValue> rest_date(int at, int depth) const;
  Hit<DateValue> closest_date(int at, int depth) const;
  Hit<DateValue> holiday_date(int i) const;
  Hit<int> holiday_name(int i) const;
  bool holiday_in(DateValue& value, int index, int year) const;
  bool holiday_toward(DateValue& value, int index, int which) const;
  Hit<DateValue> counted_date(int i, int depth) const;  ///< "3 days after …", "2 Sundays from now".
  Hit<DateValue> bare_year(int i) const;
  Hit<DateValue> with_year(Hit<DateValue> hit, int depth) const;
  Hit<DateValue> of_period(int i, int depth) const;  ///< "of next month", "in 2015", "this year".
  DateValue unit_around(Grain grain, int shift, int multiple = 1) const;
  DateValue season(int which, int shift) const;
  DateValue weekend_of(Days monday) const;
  DateValue weekday_by_choice(int weekday) const;
  std::optional<Days> nth_weekday(LocalTime from, LocalTime to, int weekday, int nth) const;
  bool resolve_year(
      DateValue& value) const;  ///< Fills start and end from month and day; false if there is no such day.
  bool set_year(DateValue& value, int year) const;
  bool make_day(DateValue& value, int year, int month, int day) const;
  bool make_month(DateValue& value, int year, int month) const;
  DateValue day_value(Days day) const;
  Days week_start(Days day) const;

  // Points (point.cpp, offset.cpp, resolve.cpp)
  Hit<Point> point(int i, bool company = false) const;
  Hit<Point> exact_offset(int i) const;  ///< "in 5 minutes", "2 hours ago", "now".
  struct Stretch {
    LocalTime start{};
    LocalTime end{};
    Grain grain = Grain::minute;
    std::optional<std::chrono::minutes> offset;
    bool interval = false;
  };
  Stretch resolve(const Point& point, bool alone, bool in_range = false) const;
  std::int32_t clock_second(const ClockValue& clock, const Point& point, bool other_day) const;
  std::pair<int, int> part_hours(const PartValue& part) const;  ///< Minutes of the day.
  int part_time(const PartValue& part) const;

  // Whole readings (interval.cpp, open_interval.cpp, range.cpp, range_of_*.cpp, repeat_*.cpp)
  Hit<TimeReading> interval(int i) const;
  Hit<TimeReading> range(int i, int after_word, bool from) const;
  /// Where a range begins, and the word that said so.
  struct RangeStart {
    int i = 0;   ///< With its word.
    int at = 0;  ///< After it.
    bool between = false;
    bool from = false;
  };
  /// What can stand between the two ends of a range.
  enum class Link : std::uint8_t { none, to, dash, and_, slash };
  std::pair<Link, int> link_after(int p, bool between) const;  ///< With the token where the other end begins.
  std::pair<Link, int> link_at(int p, bool between) const;
  static TimeReading empty_range(bool from);
  Hit<TimeReading> day_range(const RangeStart& start, const DateValue& a, const DateValue& b, int end) const;
  Hit<TimeReading> range_before_month(const RangeStart& start) const;
  Hit<TimeReading> range_after_month(const RangeStart& start) const;
  Hit<TimeReading> range_of_clocks(const RangeStart& start) const;
  Hit<TimeReading> range_of_points(const RangeStart& start) const;
  Hit<TimeReading> open_interval(int i) const;
  Hit<TimeReading> instant(int i) const;
  Hit<TimeReading> duration(int i) const;
  Hit<TimeReading> recurrence(int i) const;
  TimeReading reading_of(const Point& point, bool alone) const;
  double plausibility(int i, int end, const TimeReading& reading) const;
  bool formal(int i, int end, const TimeReading& reading) const;
  bool whole(int i, int end) const;  ///< Nothing but punctuation stands outside [i, end).

  LocalTime plus(LocalTime from, const Length& length, int sign) const;
  LocalTime now_local() const { return now_.local(); }

  /// What a production read at a token, for the others that begin with it there: each is tried alone, at the start of
  /// ranges of several kinds, with a word before or after it.
  template <class T>
  struct Memory {
    struct Slot {
      int i = -1;
      int link_at = 0;
      int depth = 0;
      Hit<T> hit;
    };
    std::array<Slot, 4> slots;
    Slot& at(int i) { return slots[static_cast<std::size_t>(i) % slots.size()]; }
  };
  template <class T, class Read>
  const Hit<T>& remembered(Memory<T>& memory, int i, Read read) const {
    auto& slot = memory.at(i);
    if (slot.i != i || slot.link_at != link_at_ || slot.depth != depth_) {
      const int link = link_at_;
      const int depth = depth_;
      Hit<T> hit = read();
      slot.i = i;  // Its pieces may have come through here meanwhile.
      slot.link_at = link;
      slot.depth = depth;
      slot.hit = std::move(hit);
    }
    return slot.hit;
  }
  Hit<Point> read_point(int i, bool company) const;
  Hit<DateValue> read_date(int i, int depth) const;
  mutable Memory<Point> points_;
  mutable Memory<DateValue> dates_;

  mutable int link_at_ = -1;  ///< Where the second end of a range begins: what stands before it is no part of a number.
  mutable int depth_ = 0;     ///< Of times that stand on others.
  const TokenList& tokens_;
  const Now& now_;
  const Settings& settings_;

  friend class RepeatReader;
};

}  // namespace daybook::language
