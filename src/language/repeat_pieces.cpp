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
        return end;
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

int RepeatReader::start_bound(int p) {
  int at = p;
  const bool from = r_.is(at, Key::from);
  if (!from && !r_.is(at, Key::starting) && !r_.is(at, Key::since)) return 0;
  ++at;
  if (r_.is(at, Key::from) || r_.is(at, Key::on) || r_.is(at, Key::in)) ++at;
  auto point = r_.point(at, false);
  if (!point) point = r_.point(at, true);
  if (!from && !(point && point.value.date && !point.value.date->weak)) {
    // "starting 2027"
    if (const auto year = r_.bare_year(at)) {
      from_date_ = year.value;
      return year.end;
    }
  }
  if (point && point.value.clock && !point.value.date && !point.value.is_exact) {
    if (from) return 0;
    // "starting at 07:00 PM"
    const auto stretch = r_.resolve(point.value, false);
    rule_.start = stretch.start;
    rule_.start_has_clock = true;
    return point.end;
  }
  if (!point || !point.value.date) return 0;
  auto date = *point.value.date;
  if (date.weak) return 0;
  // A repeat begins ahead.
  for (int k = 0; k < 3 && date.end <= LocalTime{r_.now_.today()} && !date.year_said; ++k) {
    if (!r_.set_year(date, date.year + 1)) break;
  }
  from_date_ = date;
  if (point.value.clock) clocks_.push_back(*point.value.clock);
  int end = point.end;
  if (from) {
    // "from jan 1 to march 25th", "from April to September"
    if (r_.is(end, Key::to) || r_.is(end, Key::through) || r_.is(end, Key::until) || r_.sym(end, '-')) {
      const bool last_included = !r_.is(end, Key::until);
      const auto last = r_.date(end + 1);
      if (last) {
        until_date_ = last.value;
        until_month_end_ = last_included;
        return last.end;
      }
    }
  }
  return end;
}

int RepeatReader::end_bound(int p) {
  int at = p;
  const bool through = r_.is(at, Key::through);
  const bool to = r_.is(at, Key::to) && from_date_.has_value();
  const bool until = r_.is(at, Key::until) || r_.is(at, Key::ending) || (r_.text(at, "up") && r_.is(at + 1, Key::to));
  if (!through && !until && !to) return 0;
  at += r_.text(at, "up") ? 2 : 1;
  if (r_.is(at, Key::on) || r_.is(at, Key::in) || r_.is(at, Key::at) || r_.is(at, Key::by)) ++at;
  const auto point = r_.point(at);
  Hit<DateValue> date;
  if (point && point.value.date) {
    date = {*point.value.date, point.end};
    if (point.value.clock) {
      // "until June 30 at 5pm"
      const auto stretch = r_.resolve(point.value, false);
      rule_.until = stretch.start;
      rule_.until_has_clock = true;
      return point.end;
    }
  } else {
    date = r_.date(at);
  }
  if (!date) {
    if (r_.year(at)) {
      date = r_.bare_year(at);
    }
  }
  if (!date) return 0;
  until_date_ = date.value;
  until_month_end_ = through || to;
  return date.end;
}

/// "for 3 times", "10x", "for 6 occurrences", "twice", "for 3 weeks", "for the next six weeks", "for up to 2 months".
int RepeatReader::count_bound(int p) {
  int at = p;
  const bool for_word = r_.is(at, Key::for_);
  if (for_word) ++at;
  int q = at;
  if (r_.is(q, Key::up) && r_.is(q + 1, Key::to)) q += 2;
  if (r_.is(q, Key::a) && r_.text(q + 1, "total") && r_.is(q + 2, Key::of)) q += 3;
  if (!for_word && (r_.is(q, Key::twice) || r_.is(q, Key::once) || r_.is(q, Key::thrice))) {
    if (r_.is(q + 1, Key::a) || r_.is(q + 1, Key::per) || r_.is(q + 1, Key::every) || r_.is(q + 1, Key::each)) return 0;
    if (r_.word(q + 1).key == Key::daily || r_.word(q + 1).key == Key::weekly) return 0;
    if (!r_.ends(q + 1)) return 0;
    rule_.count = r_.is(q, Key::twice) ? 2 : r_.is(q, Key::once) ? 1 : 3;
    return q + 1;
  }
  const auto number = r_.cardinal(q);
  if (number && number.value > 0 && number.value < 10000) {
    int u = number.end;
    if (r_.is(u, Key::more)) ++u;
    if (r_.is(u, Key::times) || r_.is(u, Key::x) || r_.is(u, Key::instance)) {
      if (r_.is(u, Key::x) && !r_.attached(u)) return 0;
      if (r_.is(u + 1, Key::a) || r_.is(u + 1, Key::per)) return 0;
      rule_.count = static_cast<int>(number.value);
      return u + 1;
    }
  }
  if (!for_word) return 0;
  if (r_.is(q, Key::the)) ++q;
  if (r_.is(q, Key::next) || r_.is(q, Key::coming) || r_.is(q, Key::following)) ++q;
  auto size = r_.length(q);
  if (!size && q > at && r_.word(q).unit >= 0 && !r_.word(q).abbreviated) {
    LengthValue one;
    Reader::add(one, 1, static_cast<Grain>(r_.word(q).unit), r_.word(q).multiple);
    size = {one, q + 1};
  }
  if (!size) return 0;
  // An hour or two is how long each takes.
  if (size.value.length.grain < Grain::day) {
    if (unit_ >= Grain::day) {
      rule_.duration_minutes = static_cast<int>(std::clamp<std::int64_t>(size.value.length.seconds / 60, 0, 1'000'000));
      return size.end;
    }
  }
  lasting_ = size.value.length;
  return size.end;
}

int RepeatReader::exceptions(int p) {
  int at = p;
  if (r_.is(at, Key::but) && (r_.is(at + 1, Key::not_) || r_.is(at + 1, Key::except))) {
    at += 2;
  } else if (r_.is(at, Key::except) || (r_.text(at, "apart") && r_.is(at + 1, Key::from)) ||
             (r_.text(at, "other") && r_.is(at + 1, Key::than))) {
    at += r_.is(at, Key::except) ? 1 : 2;
  } else if (r_.is(at, Key::not_)) {
    ++at;
  } else if (r_.is(at, Key::but) && (r_.is(at + 1, Key::on) || r_.word(at + 1).weekday)) {
    ++at;
  } else {
    return 0;
  }
  if (r_.is(at, Key::for_)) ++at;
  int end = 0;
  for (int items = 0; items < 12; ++items) {
    int from = items ? join(end) : at;
    if (items && from == end) break;
    if (r_.is(from, Key::for_)) ++from;
    if (r_.is(from, Key::on) || r_.is(from, Key::in) || r_.is(from, Key::during)) ++from;
    // "each 2nd monday in March": a rule of its own.
    if (r_.is(from, Key::every) || r_.is(from, Key::each)) {
      RepeatReader inner(r_);
      const int stop = inner.trigger(from);
      if (stop && inner.finish()) {
        if (inner.rule_.frequency <= Grain::week && !inner.rule_.days.empty() && inner.rule_.interval == 1) {
          except_days_.insert(except_days_.end(), inner.rule_.days.begin(), inner.rule_.days.end());
        } else {
          rule_.except_rule = inner.rule_.rrule();
        }
        end = stop;
        continue;
      }
      break;
    }
    // Weekdays are left out of the week; a weekday in "the 2nd Monday in March" is a date.
    std::vector<RuleDay> weekdays;
    const auto date = r_.date(from);
    if (const int stop = weekday_list(from, weekdays, false); stop && (!date || date.end <= stop)) {
      except_days_.insert(except_days_.end(), weekdays.begin(), weekdays.end());
      end = stop;
      continue;
    }
    if (r_.word(from).month && (!date || date.value.grain == Grain::month)) {
      const auto month = r_.month_date(from);
      if (month && month.value.grain == Grain::month) {
        except_dates_.push_back(month.value);
        end = month.end;
        continue;
      }
    }
    const auto point = r_.point(from);
    if (point && point.value.date && !point.value.date->weak) {
      if (point.value.clock) {
        except_times_.emplace_back(*point.value.date, *point.value.clock);
      } else {
        except_dates_.push_back(*point.value.date);
      }
      end = point.end;
      continue;
    }
    break;
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

void RepeatReader::apply_positions() {
  if (ordinals_.empty()) return;
  switch (unit_) {
    case Grain::week: {
      // The 4th day of a week that begins on Sunday.
      for (const int n : ordinals_) {
        const int day = n > 0 ? (n + 5) % 7 + 1 : (7 + n + 6) % 7 + 1;
        rule_.days.push_back({0, static_cast<std::uint8_t>(day)});
      }
      break;
    }
    case Grain::year:
      if (rule_.months.empty()) {
        rule_.year_days.insert(rule_.year_days.end(), ordinals_.begin(), ordinals_.end());
      } else {
        rule_.month_days.insert(rule_.month_days.end(), ordinals_.begin(), ordinals_.end());
      }
      break;
    default:
      if (unit_ < Grain::month) unit_ = Grain::month;
      rule_.month_days.insert(rule_.month_days.end(), ordinals_.begin(), ordinals_.end());
      break;
  }
}

void RepeatReader::apply_exceptions() {
  if (!except_days_.empty()) {
    if (rule_.days.empty() && unit_ <= Grain::day && rule_.interval == 1 && unit_ == Grain::day) {
      unit_ = Grain::week;
      for (int d = 1; d <= 7; ++d) rule_.days.push_back({0, static_cast<std::uint8_t>(d)});
    }
    const auto kept = [&](const RuleDay& day) {
      return std::none_of(except_days_.begin(), except_days_.end(),
                          [&](const RuleDay& out) { return out.weekday == day.weekday; });
    };
    if (rule_.days.empty()) {
      // Hourly and longer steps keep the other days.
      for (int d = 1; d <= 7; ++d) {
        if (kept({0, static_cast<std::uint8_t>(d)})) rule_.days.push_back({0, static_cast<std::uint8_t>(d)});
      }
    } else {
      std::vector<RuleDay> left;
      std::copy_if(rule_.days.begin(), rule_.days.end(), std::back_inserter(left), kept);
      if (!left.empty()) rule_.days = left;
    }
  }
  const LocalTime begin = rule_.start ? *rule_.start : LocalTime{r_.now_.today()};
  for (auto date : except_dates_) {
    if (date.grain == Grain::month) {
      // The first such month from the start on.
      if (!date.year_said) {
        const year_month_day first{floor<days>(begin)};
        int year = static_cast<int>(first.year());
        if (date.month < static_cast<int>(static_cast<unsigned>(first.month()))) ++year;
        date.year = year;
      }
      rule_.except_months.emplace_back(date.month, date.year);
    } else {
      for (auto day = floor<days>(date.start);
           day < floor<days>(date.end + days{date.end == date.start ? 1 : 0}) && rule_.except_dates.size() < 400;
           day += days{1}) {
        rule_.except_dates.emplace_back(Date{day});
      }
    }
  }
  for (const auto& [date, clock] : except_times_) {
    Point point;
    point.date = date;
    point.clock = clock;
    rule_.except_times.push_back(r_.resolve(point, false).start);
  }
}

bool RepeatReader::finish() {
  if (!has_frequency_) return false;
  apply_positions();
  if (!rule_.months.empty() && unit_ < Grain::month && rule_.days.empty() && !rule_.month_days.empty())
    unit_ = Grain::year;
  if (!rule_.months.empty() && unit_ == Grain::month && rule_.interval == 1) unit_ = Grain::year;
  if (!rule_.days.empty() && unit_ == Grain::day) {
    // "daily on weekdays"
    unit_ = Grain::week;
  }
  if (from_date_) {
    rule_.start = from_date_->start;
  }
  // The end, from the start on.
  if (until_date_) {
    auto date = *until_date_;
    const LocalTime begin = rule_.start ? *rule_.start : LocalTime{r_.now_.today()};
    for (int k = 0; k < 3 && date.start <= begin && !date.year_said; ++k) {
      if (!r_.set_year(date, date.year + 1)) break;
    }
    rule_.until = date.start;
    if (until_month_end_ && date.grain > Grain::day) rule_.until = date.end - days{1};
    if (date.range && date.grain == Grain::day) rule_.until = date.end - days{1};
    if (date.grain == Grain::year && !until_month_end_) rule_.until = date.start;
  } else if (lasting_) {
    const LocalTime begin = rule_.start ? *rule_.start : r_.now_local();
    rule_.until = LocalTime{floor<days>(r_.plus(begin, *lasting_, 1))};
    if (lasting_->seconds != 0 && unit_ < Grain::day) {
      rule_.until = r_.plus(begin, *lasting_, 1);
      rule_.until_has_clock = true;
    }
  }
  // The time of the day.
  std::vector<int> clock_times;
  if (hours_between_) {
    const auto [from, to] = *hours_between_;
    if (unit_ == Grain::hour) {
      for (int s = from; s <= to; s += rule_.interval * 3600) rule_.hours.push_back(s / 3600 % 24);
      rule_.minutes = {from / 60 % 60};
      rule_.interval = 1;
      unit_ = rule_.days.empty() ? Grain::day : Grain::week;
    } else if (unit_ == Grain::minute && rule_.interval > 0 && 60 % rule_.interval != 0) {
      // "every 90 minutes between 9 and 17": times that share no minute.
      for (int s = from; s <= to; s += rule_.interval * 60) clock_times.push_back(s / 60 % (24 * 60));
      rule_.interval = 1;
      unit_ = rule_.days.empty() ? Grain::day : Grain::week;
    } else if (unit_ == Grain::minute && rule_.interval > 0) {
      for (int h = from / 3600; h * 3600 < to; ++h) rule_.hours.push_back(h % 24);
      for (int m = from / 60 % 60 % rule_.interval; m < 60; m += rule_.interval) rule_.minutes.push_back(m);
      rule_.interval = 1;
      unit_ = rule_.days.empty() ? Grain::day : Grain::week;
    } else if (unit_ >= Grain::day) {
      rule_.hours = {from / 3600};
      rule_.minutes = {from / 60 % 60};
      rule_.duration_minutes = (to - from + 86400) % 86400 / 60;
    }
  } else if (!clocks_.empty()) {
    Point point;
    point.part = part_;
    for (auto clock : clocks_) {
      clock.at = true;
      clock_times.push_back(clock.midnight ? 0 : r_.clock_second(clock, point, true) % 86400 / 60);
    }
    if (unit_ == Grain::hour && clock_times.size() == 1) rule_.minutes = {clock_times[0] % 60};
  }
  apply_exceptions();
  if (rule_.interval < 1 || rule_.interval > 100000) return false;
  rule_.frequency = unit_ == Grain::quarter ? Grain::month : unit_;
  if (!clock_times.empty() && unit_ >= Grain::day) rule_.set_times(std::move(clock_times));
  return true;
}

}  // namespace daybook::language
