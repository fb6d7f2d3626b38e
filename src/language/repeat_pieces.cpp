#include <algorithm>

#include "language/repeat_reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// One more piece of a repeat that has begun.
int RepeatReader::piece(int p) {
  int at = r_.skip_comma(p);
  if (at == p && r_.sym(p, '(')) return 0;
  // "and" only joins what the lists have not taken.
  const bool joined = r_.is(at, Key::and_);
  if (joined) {
    if (const int end = times(at + 1)) return end;
    return 0;
  }
  if (r_.is(at, Key::after) && r_.text(at + 1, "completion")) {
    rule_.after_completion = true;
    return at + 2;
  }
  if (const int end = if_weekday(at)) return end;
  if (const int end = exceptions(at)) return end;
  if (const int end = count_bound(at)) return end;
  if (const int end = end_bound(at)) return end;
  if (const int end = start_bound(at)) return end;
  if (const int end = week_numbers(at)) return end;
  if (const int end = on_days(at)) return end;
  if (const int end = times(at)) return end;
  // "every Monday, every month": a second trigger narrows the first ("three times a week on Monday").
  if (r_.is(at, Key::every) || r_.is(at, Key::each)) {
    if (has_frequency_ && at == p) {
      // "pay rent 1st evry mnth" and "Fridays every 2 weeks"
      const auto before = rule_.interval;
      const auto unit = unit_;
      const auto kept = rule_.days;
      if (const int end = every(at)) {
        if (unit_ < unit && rule_.days == kept) {
          unit_ = unit;
          rule_.interval = before;
          return 0;
        }
        return end;
      }
    }
    return 0;
  }
  if (const int end = plural_days(at); end && at == p) return end;
  return 0;
}

/// "on the 13th if it is a Friday"
int RepeatReader::if_weekday(int p) {
  if (!r_.text(p, "if", "when", "whenever") || (ordinals_.empty() && rule_.month_days.empty())) return 0;
  int at = p + 1;
  if (r_.text(at, "it", "that") && r_.text(at + 1, "is", "falls"))
    at += 2;
  else if (r_.text(at, "its"))
    ++at;
  if (r_.is(at, Key::on)) ++at;
  if (r_.is(at, Key::a)) ++at;
  std::vector<RuleDay> days;
  const int end = weekday_list(at, days, false);
  if (end) add_days(days);
  return end;
}

/// "on mon and fri", "on the 4th", "on the 3rd Tuesday", "on december 25th", "in november", "on day 20", "on weekends".
int RepeatReader::on_days(int p) {
  int at = p;
  const bool on = r_.is(at, Key::on);
  const bool in = r_.is(at, Key::in) || r_.is(at, Key::during);
  const bool at_word = r_.is(at, Key::at);
  if (on || in || at_word) ++at;
  if (r_.is(at, Key::the) && (r_.is(at + 1, Key::start) || r_.is(at + 1, Key::starting) || r_.is(at + 1, Key::end)) &&
      (at_word || on || in)) {
    if (unit_ < Grain::week) return 0;
    ordinals_ = {r_.is(at + 1, Key::end) ? -1 : 1};
    day_ordinals_ = true;
    int end = at + 2;
    if (r_.is(end, Key::of) && (r_.is(end + 1, Key::the) || r_.is(end + 1, Key::each) || r_.is(end + 1, Key::every)) &&
        r_.word(end + 2).unit >= static_cast<int>(Grain::week))
      end += 3;
    return end;
  }
  if (at_word) return 0;
  // Weekdays.
  std::vector<RuleDay> weekdays;
  int w_at = at;
  if (r_.is(w_at, Key::the) && r_.word(w_at + 1).key == Key::weekend) ++w_at;
  bool usable = on || r_.word(at).plural ||
                (at == p && r_.word(at).weekday && unit_ <= Grain::week && rule_.days.empty() &&
                 (r_.ends(at + 1) || r_.word(at).weekday));
  if (usable && !(at == p && !rule_.days.empty())) {
    if (const int end = weekday_list(w_at, weekdays, false)) {
      // "on Monday, March 3" is a day, not a weekday.
      if (!(weekdays.size() == 1 && r_.word(r_.skip_comma(end)).month && !r_.word(end - 1).plural)) {
        add_days(weekdays);
        const int dated = day_and_date(weekdays, end);
        return dated ? dated : end;
      }
    }
  }
  if (on || (in && r_.is(at, Key::the))) {
    if (const int end = positions(p)) return end;
    int d = at;
    if (r_.is(d, Key::the)) ++d;
    if (r_.text(d, "day") || r_.text(d, "days")) {
      std::vector<int> list;
      int e = d + 1;
      if (r_.number_token(e) && r_.tok(e).value >= 1 && r_.tok(e).value <= 31) {
        list.push_back(static_cast<int>(r_.tok(e).value));
        ++e;
        std::vector<int> more;
        int next = join(e);
        if (next > e && r_.number_token(next) && r_.tok(next).value <= 31) {
          list.push_back(static_cast<int>(r_.tok(next).value));
          e = next + 1;
        }
        ordinals_ = list;
        day_ordinals_ = true;
        return e;
      }
    }
  }
  // "on december 21st and 31st", "in november", "december 25th" after "yearly", "on 14 September"
  if (on || in || unit_ == Grain::year) {
    if (r_.word(at).month) {
      const auto y = r_.date(at);
      if (y && y.value.year_said) return 0;
      const int end = month_list(at);
      if (end) return end;
    }
    if ((on || unit_ == Grain::year) && (r_.number_token(at) || r_.tok(at).ordinal || r_.is(at, Key::the))) {
      auto day = r_.day_date(at);
      if (const auto numeric = r_.numeric_date(at); numeric && numeric.end > day.end) day = numeric;
      if (day && day.value.form == DateValue::Form::month_day) {
        rule_.months.push_back(day.value.month);
        rule_.month_days.push_back(day.value.day);
        if (unit_ < Grain::year) unit_ = Grain::year;
        return day.end;
      }
    }
    if (on) {
      if (const auto holiday = r_.holiday_name(at); holiday && unit_ == Grain::year) {
        if (holiday_rule(holiday.value)) return holiday.end;
        DateValue value;
        if (r_.holiday_toward(value, holiday.value, 1) && !value.range) {
          const year_month_day date{floor<days>(value.start)};
          rule_.months = {static_cast<int>(static_cast<unsigned>(date.month()))};
          rule_.month_days = {static_cast<int>(static_cast<unsigned>(date.day()))};
          return holiday.end;
        }
      }
    }
  }
  // "every Monday morning", "every weekday in the evening"
  if (clocks_.empty() && part_.part == 0) {
    const auto part = r_.part_phrase(p);
    if (part && (part.value.part < 10 || r_.ends(part.end)) && !r_.is(p, Key::of)) {
      part_ = part.value;
      return part.end;
    }
  }
  return 0;
}

int RepeatReader::week_numbers(int p) {
  int at = p;
  if (r_.is(at, Key::in) || r_.is(at, Key::on)) ++at;
  if (!(r_.text(at, "week") || r_.text(at, "weeks")) || at == p) return 0;
  int n = at + 1;
  int end = 0;
  while (r_.number_token(n) && r_.tok(n).value >= 1 && r_.tok(n).value <= 53) {
    rule_.week_numbers.push_back(static_cast<int>(r_.tok(n).value));
    end = n + 1;
    const int next = join(end);
    if (next == end) break;
    n = next;
  }
  if (!end) return 0;
  if (unit_ != Grain::year) {
    unit_ = Grain::year;
  }
  return end;
}

/// "at 9am and 5pm", "at 10, 12 and 17", "@7:15am", "6am", "from 9 to 5", "between 9am and 5pm".
int RepeatReader::times(int p) {
  int at = p;
  // Hours between two clocks.
  const bool between = r_.is(at, Key::between);
  if (between || r_.is(at, Key::from)) {
    const auto a = r_.clock(at + 1, true);
    if (a) {
      const bool link = between ? r_.is(a.end, Key::and_)
                                : (r_.is(a.end, Key::to) || r_.is(a.end, Key::until) || r_.sym(a.end, '-') ||
                                   r_.is(a.end, Key::through));
      const auto b = link ? r_.clock(a.end + 1, true) : Hit<ClockValue>{};
      if (b && !r_.word(b.end).month) {
        int from = a.value.second;
        int to = b.value.second;
        if (!a.value.certain && from < 7 * 3600) from += 12 * 3600;
        if (!b.value.certain && to <= from && to <= 12 * 3600) to += 12 * 3600;
        hours_between_ = {from, to};
        return b.end;
      }
    }
    if (r_.is(at, Key::from)) return 0;
  }
  if (r_.is(at, Key::for_) && !triggered_) return 0;
  // "every other Monday 10-11:30"
  if (const int hours_at = r_.is(at, Key::at) ? at + 1 : at;
      triggered_ && r_.number_token(hours_at) && (unit_ == Grain::day || !rule_.days.empty())) {
    const auto a = r_.clock(hours_at, true);
    const bool link = a && (r_.sym(a.end, '-') || (r_.is(a.end, Key::to) && r_.number_token(a.end + 1)));
    const auto b = link ? r_.clock(a.end + 1, true) : Hit<ClockValue>{};
    if (b && (r_.ends(b.end) || r_.sym(b.end, ','))) {
      int from = a.value.second;
      int to = b.value.second;
      constexpr int kHalf = 12 * 3600;
      if (!a.value.certain && b.value.certain && from + kHalf < to) from += kHalf;
      if (!a.value.certain && !b.value.certain && from < 7 * 3600) from += kHalf;
      if (!b.value.certain && to <= from && to <= kHalf) to += kHalf;
      if (to > from) {
        hours_between_ = {from, to};
        return b.end;
      }
    }
  }
  std::vector<ClockValue> found;
  int end = 0;
  const bool at_word = r_.is(at, Key::at) || r_.sym(at, '@');
  if (!at_word && (r_.is(at, Key::for_) || r_.is(at, Key::around))) return 0;
  for (int items = 0; items < 24; ++items) {
    int from = items ? join(end) : at;
    if (items && from == end) break;
    if (items && (r_.is(from, Key::on))) break;
    const auto clock = r_.clock(from, at_word);
    if (!clock) break;
    // A lone number in a list of days is no clock.
    if (clock.value.bare && !at_word) break;
    if (items && clock.value.bare &&
        (r_.word(clock.end).unit >= 0 || r_.word(clock.end).month || !(r_.ends(clock.end) || r_.sym(clock.end, ','))))
      break;
    // Nor is one with a day of its own.
    if (items && !r_.is(clock.end, Key::on) && r_.tok(clock.end).kind == TokenKind::word &&
        r_.word(clock.end).key == Key::tomorrow)
      break;
    auto value = clock.value;
    value.at = value.at || at_word;
    found.push_back(value);
    end = clock.end;
  }
  if (found.empty()) return 0;
  // "at 7 and 7:30pm": the half of the day that is said last is that of those before it in the same half.
  for (std::size_t k = found.size(); k-- > 1;) {
    auto& before = found[k - 1];
    constexpr int kHalf = 12 * 3600;
    if (!found[k].certain || found[k].second < kHalf || before.certain || !before.bare || before.midnight ||
        before.second >= kHalf || before.second + kHalf >= found[k].second)
      continue;
    before.second += kHalf;
    before.certain = true;
  }
  if (!triggered_ && found.size() == 1 && found[0].bare && !at_word) return 0;
  clocks_.insert(clocks_.end(), found.begin(), found.end());
  // "at 7 in the morning" is in the clock's own grammar as far as it is said at once.
  if (const auto part = r_.part_phrase(end);
      part && !r_.is(end, Key::of) && part.value.part < 10 && !r_.word(part.end).part) {
    part_ = part.value;
    end = part.end;
  }
  return end;
}

/// Up to six words of another kind may stand before the next piece: "daily standup notes at 9".
int RepeatReader::later_piece(int p) {
  for (int at = p; at < p + 8 && at < r_.size(); ++at) {
    const auto& t = r_.tok(at);
    if (t.quoted || t.marker) return 0;
    if (t.kind == TokenKind::symbol &&
        (t.symbol == '.' || t.symbol == ';' || t.symbol == '!' || t.symbol == '?' || t.symbol == ','))
      return 0;
    if (at == p) continue;
    const Key key = r_.word(at).key;
    const bool times_may = clocks_.empty() && (key == Key::at || t.symbol == '@' || t.kind == TokenKind::number);
    const bool other = key == Key::until || key == Key::starting || key == Key::except;
    const bool for_word = key == Key::for_;
    const bool on =
        key == Key::on && rule_.days.empty() && ordinals_.empty() && rule_.month_days.empty() && unit_ >= Grain::week;
    if (times_may && (key == Key::at || t.symbol == '@' || !r_.tok(at - 1).word)) {
      const auto clock = r_.clock(at, false);
      if (clock && !(clock.value.bare && key != Key::at && t.symbol != '@')) {
        const bool day_follows = r_.date(clock.end).end > 0 || (r_.is(clock.end, Key::on) && r_.date(clock.end + 1));
        if (!day_follows) {
          gap_start_ = at;
          return times(at);
        }
      }
    }
    int end = 0;
    if (other) end = piece(at);
    if (!end && for_word) end = count_bound(at);
    if (!end && on) end = on_days(at);
    if (!end && (key == Key::every || key == Key::each) && !has_frequency_) end = every(at);
    if (end) {
      gap_start_ = at;
      return end;
    }
    if (key == Key::every || key == Key::each) return 0;
  }
  return 0;
}

}  // namespace daybook::language
