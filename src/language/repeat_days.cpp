#include <algorithm>

#include "language/holiday_rules.hpp"
#include "language/repeat_reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// "mon, fri", "Monday, Wednesday and Friday", "saturdays through tuesdays", "tue-sat", "weekdays", "weekend".
int RepeatReader::weekday_list(int p, std::vector<RuleDay>& days, bool plural, bool* ranged) const {
  int end = 0;
  int at = p;
  const auto put = [&days](int weekday) {
    for (const auto& d : days) {
      if (d.weekday == weekday && d.ordinal == 0) return;
    }
    days.push_back({0, static_cast<std::uint8_t>(weekday)});
  };
  for (int items = 0; items < 9; ++items) {
    int from = at;
    if (items > 0) {
      from = join(at);
      if (r_.is(from, Key::on)) ++from;
      if (r_.is(from, Key::every) || r_.is(from, Key::each)) ++from;
    }
    if (r_.is(from, Key::the) && items == 0) ++from;
    const auto& w = r_.word(from);
    const bool first = items == 0;
    if (w.key == Key::weekday && (w.plural || !plural)) {
      for (int d = 1; d <= kWorkdays; ++d) put(d);
      at = end = from + 1;
      continue;
    }
    if (w.key == Key::weekend && (w.plural || !plural)) {
      put(6);
      put(7);
      at = end = from + 1;
      continue;
    }
    if (!w.weekday || (plural && first && !w.plural)) break;
    if (w.text.size() == 2 && w.abbreviated && items == 0 && !plural) break;
    if (!first && from == at && !w.plural && !w.abbreviated) break;
    const int after = w.abbreviated ? r_.skip_dot(from + 1) : from + 1;
    // "except the second Tuesday" must not run on into a list of ordinals.
    if (r_.is(after, Key::through) || r_.is(after, Key::to) || r_.is(after, Key::until) ||
        (r_.sym(after, '-') && r_.word(after + 1).weekday)) {
      const auto& to = r_.word(after + 1);
      if (to.weekday) {
        for (int d = w.weekday;; d = d % 7 + 1) {
          put(d);
          if (d == to.weekday) break;
        }
        if (ranged) *ranged = true;
        at = end = to.abbreviated ? r_.skip_dot(after + 2) : after + 2;
        continue;
      }
    }
    put(w.weekday);
    at = end = after;
  }
  return end;
}

/// "2nd and last", "first, second, and third", "4th and 10th"; "last" is -1.
int RepeatReader::ordinal_list(int p, std::vector<int>& ordinals) const {
  int end = 0;
  int at = p;
  for (int items = 0; items < 32; ++items) {
    int from = items ? join(at) : at;
    if (items && from == at) break;
    if (r_.is(from, Key::the)) ++from;
    if (const auto last = r_.last_ordinal(from)) {
      ordinals.push_back(last.value);
      at = end = last.end;
      continue;
    }
    const auto nth = r_.ordinal(from);
    if (nth) {
      ordinals.push_back(nth.value);
      at = end = nth.end;
      continue;
    }
    // "every aug 20 and 30": plain numbers go on a list.
    if (r_.number_token(from) && r_.tok(from).digits <= 2 && r_.tok(from).value >= 1 && r_.tok(from).value <= 31 &&
        items > 0 && !r_.sym(from + 1, ':') && !r_.meridiem(from + 1)) {
      ordinals.push_back(static_cast<int>(r_.tok(from).value));
      at = end = from + 1;
      continue;
    }
    break;
  }
  return end;
}

/// "Friday the 13th": the day of the month after a weekday; 0 where there is none.
int RepeatReader::day_and_date(const std::vector<RuleDay>& days, int p) {
  if (days.size() != 1 || !r_.is(p, Key::the)) return 0;
  const auto nth = r_.ordinal(p + 1);
  if (!nth || nth.value > 31 || r_.word(nth.end).weekday || r_.word(nth.end).unit >= 0 || r_.word(nth.end).month)
    return 0;
  rule_.month_days = {nth.value};
  unit_ = Grain::month;
  return nth.end;
}

void RepeatReader::add_days(const std::vector<RuleDay>& days) {
  for (const auto& day : days) {
    if (std::find(rule_.days.begin(), rule_.days.end(), day) == rule_.days.end()) rule_.days.push_back(day);
  }
}

/// "January, April and July": several months, of no one year.
bool RepeatReader::names_months(int p) const {
  int many = 0;
  for (int at = p; many < 12; ++many) {
    const int from = many > 0 ? join(at) : at;
    if ((many > 0 && from == at) || !r_.word(from).month) break;
    at = r_.word(from).abbreviated ? r_.skip_dot(from + 1) : from + 1;
  }
  return many > 1;
}

/// "second and fourth …", "second or last …"
bool RepeatReader::goes_on_with_ordinal(int p) const {
  int at = join(p);
  if (at == p) return false;
  if (r_.is(at, Key::the)) ++at;
  return r_.ordinal(at).end > 0 || r_.last_ordinal(at).end > 0;
}

bool RepeatReader::holiday_rule(int holiday) {
  const auto& rule = holidays()[holiday];
  if (rule.kind != HolidayKind::weekday || rule.d != 0) return false;
  rule_.months = {rule.a};
  rule_.days.push_back({static_cast<std::int8_t>(rule.b), static_cast<std::uint8_t>(rule.c)});
  unit_ = Grain::year;
  has_frequency_ = true;
  return true;
}

/// "July", "jan 27th", "aug 20 and 30", "aug on day 20 and 30", "march and april".
int RepeatReader::month_list(int p) {
  int at = p;
  int end = 0;
  for (int items = 0; items < 12; ++items) {
    int from = items ? join(at) : at;
    if (items && from == at) break;
    if (!r_.word(from).month) break;
    rule_.months.push_back(r_.word(from).month);
    at = end = r_.skip_dot(from + 1);
    if (!r_.word(from).abbreviated) at = end = from + 1;
    if (r_.sym(at, '-') && r_.word(at + 1).month) {
      const int last = r_.word(at + 1).month;
      for (int m = rule_.months.back() % 12 + 1;; m = m % 12 + 1) {
        rule_.months.push_back(m);
        if (m == last) break;
      }
      at = end = at + 2;
    }
  }
  if (!end) return 0;
  int d = end;
  if (r_.is(d, Key::on)) ++d;
  if (r_.is(d, Key::the)) ++d;
  if (r_.text(d, "day") || r_.text(d, "days")) ++d;
  std::vector<int> ordinals;
  int done = 0;
  if (r_.number_token(d) && r_.tok(d).digits <= 2 && r_.tok(d).value >= 1 && r_.tok(d).value <= 31 &&
      !r_.sym(d + 1, ':') && !r_.meridiem(d + 1)) {
    ordinals.push_back(static_cast<int>(r_.tok(d).value));
    done = d + 1;
    const int next = join(done);
    if (next > done) {
      std::vector<int> more;
      if (r_.number_token(next) && r_.tok(next).digits <= 2 && !r_.sym(next + 1, ':') && !r_.meridiem(next + 1) &&
          r_.tok(next).value <= 31) {
        ordinals.push_back(static_cast<int>(r_.tok(next).value));
        done = next + 1;
      } else if (const int stop = ordinal_list(next, more)) {
        ordinals.insert(ordinals.end(), more.begin(), more.end());
        done = stop;
      }
    }
  } else {
    done = ordinal_list(d, ordinals);
    if (done && r_.word(done).weekday) return end;  // "December on the last Friday": read by positions
  }
  if (!done) return end;
  rule_.month_days.insert(rule_.month_days.end(), ordinals.begin(), ordinals.end());
  // "jan 2 and jul 15": days of the year, of which the product of months and days holds more than were said.
  if (rule_.months.size() != 1 || rule_.month_days.size() != 1) return done;
  std::vector<std::pair<int, int>> dates{{rule_.months[0], rule_.month_days[0]}};
  for (int items = 0; items < 11; ++items) {
    int from = join(done);
    if (from == done) break;
    if (r_.is(from, Key::on)) ++from;
    const auto date = r_.word(from).month ? r_.month_date(from) : r_.day_date(from);
    if (!date || date.value.form != DateValue::Form::month_day) break;
    dates.emplace_back(date.value.month, date.value.day);
    done = date.end;
  }
  if (dates.size() == 1) return done;
  std::sort(dates.begin(), dates.end());
  const auto put = [](std::vector<int>& list, int value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
  };
  rule_.months.clear();
  rule_.month_days.clear();
  for (const auto& [month, day] : dates) put(rule_.months, month), put(rule_.month_days, day);
  std::sort(rule_.month_days.begin(), rule_.month_days.end());
  if (rule_.months.size() * rule_.month_days.size() == dates.size()) return done;
  int place = 0;
  for (const int month : rule_.months) {
    for (const int day : rule_.month_days) {
      ++place;
      if (std::find(dates.begin(), dates.end(), std::pair{month, day}) != dates.end())
        rule_.set_positions.push_back(place);
    }
  }
  return done;
}

int RepeatReader::plural_days(int p) {
  int at = p;
  if (r_.is(at, Key::on)) ++at;
  std::vector<RuleDay> days;
  int end = weekday_list(at, days, true);
  if (!end && (r_.word(at).weekday || r_.word(at).key == Key::weekday || r_.word(at).key == Key::weekend)) {
    // "Friday mornings", "weekday evenings"
    const int stop = weekday_list(at, days, false);
    if (stop && r_.word(stop).part && r_.word(stop).plural) {
      part_.part = r_.word(stop).part;
      end = stop + 1;
    }
  }
  if (!end && at == p) {
    // Three names in a row are a week's days: "mon wed fri at 6".
    days.clear();
    bool ranged = false;
    const int stop = weekday_list(at, days, false, &ranged);
    if (stop && days.size() >= 3 && !ranged) end = stop;
    // "mon-fri 9:15": a stretch of days with one time of the day is a week's rhythm.
    if (stop && ranged && r_.settings_.planning()) {
      const bool at_word = r_.is(stop, Key::at) || r_.sym(stop, '@');
      const auto clock = r_.clock(stop, at_word);
      if (clock && !(clock.value.bare && !at_word) && r_.ends(clock.end)) end = stop;
    }
  }
  if (!end) return 0;
  // "two Sundays from now", "Fridays ago" are counted by the caller.
  if (r_.is(end, Key::from) && r_.is(end + 1, Key::now) && !r_.is(end + 2, Key::on)) return 0;
  if (r_.is(end, Key::ago)) return 0;
  if (p > 0 && r_.word(p - 1).cardinal >= 0 && !has_frequency_) return 0;
  if (p > 0 && r_.number_token(p - 1) && !has_frequency_ && at == p) return 0;
  add_days(days);
  if (!has_frequency_) {
    unit_ = Grain::week;
    has_frequency_ = true;
  }
  return end;
}

}  // namespace daybook::language
