#include <algorithm>

#include "language/repeat_reader.hpp"

namespace daybook::language {

using namespace std::chrono;

int RepeatReader::start_bound(int p) {
  int at = p;
  const bool from = r_.is(at, Key::from);
  if (!from && !r_.is(at, Key::starting) && !r_.is(at, Key::since)) return 0;
  ++at;
  if (from && r_.is(at, Key::now)) return 0;  // "from now on": as everything does
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
    if (r_.is(u, Key::times) || r_.is(u, Key::x) || r_.is(u, Key::instance) ||
        (for_word && number.value == 1 && r_.is(u, Key::time))) {
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

}  // namespace daybook::language
