#include <cmath>

#include "language/reader.hpp"

namespace daybook::language {

Hit<std::pair<Grain, int>> Reader::unit(int i) const {
  const auto& w = word(i);
  if (w.unit >= 0) return {{static_cast<Grain>(w.unit), w.multiple}, i + 1};
  return {};
}

void Reader::add(LengthValue& to, double count, Grain grain, int multiple) {
  auto& length = to.length;
  count *= multiple;
  constexpr double kSeconds[] = {1, 60, 3600, 86400, 7 * 86400.0, 30 * 86400.0, 91.25 * 86400, 365 * 86400.0};
  to.exact_seconds += count * kSeconds[static_cast<int>(grain)];
  if (grain < length.grain || to.units == 0) length.grain = grain;
  const auto limited = [](double value) { return std::min(std::max(value, -2e9), 2e9); };
  const double whole = std::trunc(limited(count));
  const double part = limited(count) - whole;
  switch (grain) {
    case Grain::second:
      length.seconds += static_cast<std::int64_t>(whole);
      break;
    case Grain::minute:
      length.seconds += static_cast<std::int64_t>(std::llround(limited(count) * 60));
      break;
    case Grain::hour:
      length.seconds += static_cast<std::int64_t>(std::llround(limited(count) * 3600));
      break;
    case Grain::day:
      length.days += static_cast<int>(whole);
      if (part != 0) {
        length.seconds += std::llround(part * 86400);
        length.grain = Grain::hour;
      }
      break;
    case Grain::week:
      length.days += static_cast<int>(std::llround(std::min(limited(count) * 7, 2e9)));
      break;
    case Grain::month:
      length.months += static_cast<int>(whole);
      length.days += static_cast<int>(std::llround(part * 30));
      break;
    case Grain::quarter:
      length.months += static_cast<int>(std::llround(std::min(limited(count) * 3, 2e9)));
      break;
    case Grain::year:
      length.years += static_cast<int>(whole);
      length.months += static_cast<int>(std::llround(part * 12));
      break;
  }
}

Hit<LengthValue> Reader::length(int i) const {
  LengthValue value;
  int at = i;
  int end = 0;
  Grain last = Grain::year;
  int last_multiple = 1;
  for (int pieces = 0; pieces < 7; ++pieces) {
    int from = at;
    if (pieces > 0) {
      from = skip_comma(from);
      if (is(from, Key::and_)) ++from;
    }
    auto q = quantity(from);
    if (!q) {
      if (is(from, Key::all) || is(from, Key::whole)) {  // "all day", "full week"
        int u = from + 1;
        if (is(u, Key::the) || (sym(u, '-') && attached(u))) ++u;
        const auto of = unit(u);
        if (of && pieces == 0 && !word(u).plural && !word(u).abbreviated) {
          add(value, 1, of.value.first, of.value.second);
          value.article = true;
          ++value.units;
          return {value, of.end};
        }
      }
      break;
    }
    int u = q.end;
    if (sym(u, '-') && attached(u) && u + 1 < size() && attached(u + 1)) ++u;  // "3-day"
    if (is(u, Key::of)) ++u;
    if (is(u, Key::additional)) ++u;
    // "5 business days", "3 working days"
    bool business = false;
    if ((text(u, "business") || text(u, "working") || text(u, "work")) &&
        word(u + 1).unit == static_cast<int>(Grain::day)) {
      business = true;
      ++u;
    } else if (word(u).key == Key::weekday) {
      if (pieces > 0) break;
      value.weekdays = static_cast<int>(q.value.value);
      ++value.units;
      return {value, u + 1};
    }
    auto kind = unit(u);
    if (!kind && q.value.digits && text(u, "mon")) kind = {{Grain::month, 1}, u + 1};
    if (!kind && !q.value.article && q.value.value == std::trunc(q.value.value) &&
        (text(u, "nights") || (text(u, "night") && q.value.value == 1)) && is(i - 1, Key::for_)) {
      kind = {{Grain::day, 1}, u + 1};
    }
    if (!kind && q.value.digits && attached(u) && (sym(u, '\'') || sym(u, '"')) &&
        (u + 1 >= size() || tok(u + 1).space_before || tok(u + 1).kind == TokenKind::symbol)) {
      kind = {{sym(u, '\'') ? Grain::minute : Grain::second, 1}, u + 1};
    }
    if (!kind) {
      // "1 hour thirty", "2 hours and ten": minutes after hours.
      if (pieces > 0 && last == Grain::hour && q.value.value == std::trunc(q.value.value) && q.value.value < 60 &&
          !q.value.article && !q.value.vague && tok(from).kind == TokenKind::word && !word(q.end).month &&
          !meridiem(q.end) && ends(q.end)) {
        add(value, q.value.value, Grain::minute, 1);
        end = q.end;
      } else if (pieces > 0 && is(from, Key::half) && from > at) {  // "an hour and half"
      }
      break;
    }
    if (word(u).abbreviated && word(u).text.size() == 1) {
      // "5 m" may be metres: single letters follow digits.
      if (!q.value.digits && !q.value.article) break;
      if (q.value.article) break;
      if (word(u).text == "s" && tok(u).space_before) break;
      value.abbreviated = true;
    } else if (word(u).abbreviated && !q.value.digits) {
      break;
    }
    if (text(u, "second") && q.value.article && pieces == 0 && !ends(u + 1)) break;  // "a second round"
    // A smaller unit follows a greater one; equal ones belong to something else.
    if (pieces > 0 && kind.value.first >= last && !(kind.value.first == last && kind.value.second < last_multiple))
      break;
    if (business) {
      if (pieces > 0) break;
      value.weekdays = static_cast<int>(q.value.value);
      ++value.units;
      return {value, kind.end};
    }
    add(value, q.value.value, kind.value.first, kind.value.second);
    if (q.value.article) value.article = true;
    ++value.units;
    last = kind.value.first;
    last_multiple = kind.value.second;
    end = at = kind.end;
    // "an hour and a half", "one month and half"
    if (is(end, Key::and_)) {
      int h = end + 1;
      double share = 0;
      if (is(h, Key::a)) ++h;
      if (is(h, Key::half)) {
        share = 0.5;
      } else if (text(h, "quarter") && !word(h + 1).month) {
        share = 0.25;
      }
      if (share > 0 && (word(h + 1).unit < 0 || ends(h + 1))) {
        add(value, share, last, last_multiple);
        if (last == Grain::hour || last == Grain::minute) value.length.grain = last;
        at = end = h + 1;
      }
    }
  }
  if (!end) return {};
  return {value, end};
}

LocalTime Reader::plus(LocalTime from, const Length& length, int sign) const {
  using namespace std::chrono;
  auto day = floor<days>(from);
  const auto clock = from - day;
  year_month_day date{day};
  const long long total = static_cast<long long>(sign) * (static_cast<long long>(length.years) * 12 + length.months);
  const long long month_index =
      static_cast<int>(date.year()) * 12LL + static_cast<int>(static_cast<unsigned>(date.month())) - 1 + total;
  const long long limited = std::clamp(month_index, 12LL, 9998LL * 12);
  const auto y = std::chrono::year{static_cast<int>(limited / 12)};
  const auto m = std::chrono::month{static_cast<unsigned>(limited % 12 + 1)};
  const auto last = year_month_day_last{y, month_day_last{m}}.day();
  day = local_days{year_month_day{y, m, std::min(date.day(), last)}};
  day += days{static_cast<int>(std::clamp(static_cast<long long>(sign) * length.days, -700000LL, 2900000LL))};
  const auto seconds_apart = std::clamp<std::int64_t>(sign * length.seconds, -60'000'000'000, 200'000'000'000);
  // Hours pass by the clock of the world: over a change of the clocks, they are counted in UTC.
  LocalTime moved = day + clock;
  if (seconds_apart != 0) {
    moved = now_.to_local(now_.to_instant(moved) + seconds{seconds_apart});
  }
  const LocalTime low = local_days{year_month_day{std::chrono::year{1}, January, std::chrono::day{1}}};
  const LocalTime high = local_days{year_month_day{std::chrono::year{9998}, December, std::chrono::day{31}}};
  return std::clamp(moved, low, high);
}

}  // namespace daybook::language
