#include "language/repeat_reader.hpp"

#include <algorithm>

#include "language/holiday_rules.hpp"

namespace daybook::language {

namespace {

constexpr int kWorkdays = 5;

bool is_unit_word(const Word& w) { return w.unit >= 0 && !(w.abbreviated && w.text.size() == 1); }

}  // namespace

int RepeatReader::join(int p) const {
  if (r_.sym(p, ',')) ++p;
  if (r_.sym(p, '/') && r_.attached(p) && r_.word(p + 1).weekday) ++p;  // "tue/thu"
  if (r_.is(p, Key::and_) || r_.sym(p, '&')) ++p;
  if (r_.is(p, Key::or_)) ++p;
  return p;
}

bool RepeatReader::article_before(int i) const {
  return i > 0 && (r_.is(i - 1, Key::the) || r_.is(i - 1, Key::a) || r_.is(i - 1, Key::my) || r_.text(i - 1, "his") ||
                   r_.text(i - 1, "her") || r_.text(i - 1, "their") || r_.text(i - 1, "your"));
}

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

void RepeatReader::add_days(const std::vector<RuleDay>& days) {
  for (const auto& day : days) {
    if (std::find(rule_.days.begin(), rule_.days.end(), day) == rule_.days.end()) rule_.days.push_back(day);
  }
}

/// "second and fourth …", "second or last …"
bool RepeatReader::goes_on_with_ordinal(int p) const {
  int at = join(p);
  if (at == p) return false;
  if (r_.is(at, Key::the)) ++at;
  return r_.ordinal(at).end > 0 || r_.last_ordinal(at).end > 0;
}

int RepeatReader::every(int p) {
  const bool word = r_.is(p, Key::every) || r_.is(p, Key::each) || r_.is(p, Key::any);
  if (!word) {
    if (r_.is(p, Key::alternate)) return every_target(p + 1, 2, true);
    return 0;
  }
  int at = p + 1;
  if (r_.sym(at, '!') && r_.attached(at)) {
    rule_.after_completion = true;
    ++at;
  }
  if (r_.is(p, Key::any)) {
    const auto& w = r_.word(at);
    if (w.key != Key::weekend && w.key != Key::weekday && !w.weekday) return 0;
    return every_target(at, 1, false);
  }
  if (r_.text(at, "single")) ++at;
  int interval = 1;
  bool said = false;
  if (r_.is(at, Key::other) || r_.is(at, Key::alternate)) {
    interval = 2;
    said = true;
    ++at;
  } else if (r_.is(at, Key::half) &&
             r_.word(r_.is(at + 1, Key::a) ? at + 2 : at + 1).unit == static_cast<int>(Grain::hour)) {
    rule_.interval = 30;
    unit_ = Grain::minute;
    has_frequency_ = true;
    return r_.is(at + 1, Key::a) ? at + 3 : at + 2;
  } else if (const auto q = r_.quantity(at); q && !q.value.article && q.value.value >= 1 && q.value.value <= 9999 &&
                                             q.value.value == static_cast<int>(q.value.value) && !r_.is(at, Key::a)) {
    const auto& next = r_.word(q.end);
    if (is_unit_word(next) || next.weekday || next.key == Key::weekend || next.key == Key::weekday || next.month ||
        (next.unit >= 0 && q.value.digits) || r_.text(q.end, "business") || r_.text(q.end, "working")) {
      interval = static_cast<int>(q.value.value);
      said = true;
      at = q.end;
    }
  } else if (const auto nth = r_.ordinal(at)) {
    // "every third day" counts units; "every 3rd Friday" is a place in the month; "every second other …" is not.
    int next = nth.end;
    if (r_.is(next, Key::other)) ++next;
    const auto& w = r_.word(next);
    if (is_unit_word(w) && w.unit >= 0 && !r_.is(next + 1, Key::of) && nth.value < 100) {
      interval = nth.value;
      said = true;
      at = next;
    }
  }
  return every_target(at, interval, said);
}

int RepeatReader::every_target(int at, int interval, bool said) {
  const auto& w = r_.word(at);
  const auto& t = r_.tok(at);
  // Units.
  if (w.unit >= 0 && !(w.abbreviated && w.text.size() == 1 && !said) &&
      !(r_.text(at, "second") && (r_.word(at + 1).weekday || goes_on_with_ordinal(at + 1)))) {
    unit_ = static_cast<Grain>(w.unit);
    rule_.interval = interval * w.multiple;
    if (unit_ == Grain::quarter) {
      unit_ = Grain::month;
      rule_.interval = interval * 3;
    }
    if (unit_ == Grain::month && r_.text(at, "quarters")) rule_.interval = interval * 3;
    has_frequency_ = true;
    int end = at + 1;
    // "every week day"
    if (unit_ == Grain::week && r_.text(end, "day")) {
      for (int d = 1; d <= kWorkdays; ++d) rule_.days.push_back({0, static_cast<std::uint8_t>(d)});
      ++end;
    }
    return end;
  }
  if ((r_.text(at, "business") || r_.text(at, "working") || r_.text(at, "work")) &&
      r_.word(at + 1).unit == static_cast<int>(Grain::day)) {
    for (int d = 1; d <= kWorkdays; ++d) rule_.days.push_back({0, static_cast<std::uint8_t>(d)});
    unit_ = Grain::week;
    rule_.interval = interval;
    has_frequency_ = true;
    return at + 2;
  }
  // Weekdays and weekends.
  std::vector<RuleDay> days;
  if (const int end = weekday_list(at, days, false)) {
    add_days(days);
    unit_ = Grain::week;
    rule_.interval = interval;
    has_frequency_ = true;
    // "every Monday morning"
    return end;
  }
  // Parts of the day: "every morning", "each evening".
  if (w.part) {
    const auto part = r_.part_of_day(at);
    if (part) {
      part_ = part.value;
      unit_ = Grain::day;
      rule_.interval = interval;
      has_frequency_ = true;
      return part.end;
    }
  }
  // "every 3rd friday", "every 27th", "every 4th and 10th of the month", "every last day", "every 20th and 30th of aug"
  std::vector<int> ordinals;
  int end = ordinal_list(at, ordinals);
  if (!end && t.kind == TokenKind::number && t.digits <= 2 && t.value >= 1 && t.value <= 31 &&
      (r_.ends(at + 1) || r_.is(at + 1, Key::of))) {
    ordinals.push_back(static_cast<int>(t.value));
    end = at + 1;
    if (const int more = ordinal_list(end, ordinals)) end = more;
  }
  if (end) {
    if (const int done = positions(at)) {
      return done;
    }
    ordinals_ = ordinals;
    day_ordinals_ = true;
    if (!has_frequency_) unit_ = Grain::month;
    has_frequency_ = true;
    return end;
  }
  // Months: "every July", "every jan 27th", "every aug 20 and 30"
  if (w.month) {
    const int done = month_list(at);
    if (done) {
      unit_ = Grain::year;
      has_frequency_ = true;
      rule_.interval = interval;
      return done;
    }
  }
  // Holidays: "every Christmas", "every new year's eve".
  if (const auto holiday = r_.holiday_name(at)) {
    if (holiday_rule(holiday.value)) return holiday.end;
    DateValue value;
    if (r_.holiday_toward(value, holiday.value, 1) && !value.range) {
      const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(value.start)};
      rule_.months = {static_cast<int>(static_cast<unsigned>(date.month()))};
      rule_.month_days = {static_cast<int>(static_cast<unsigned>(date.day()))};
      unit_ = Grain::year;
      has_frequency_ = true;
      return holiday.end;
    }
  }
  return 0;
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

int RepeatReader::adverb(int p) {
  // "semi-monthly", "bi weekly", "every-day"
  int at = p;
  int doubled = 0;
  if ((r_.text(at, "bi") || r_.text(at, "semi")) && (r_.sym(at + 1, '-') || r_.word(at + 1).key != Key::none)) {
    doubled = r_.text(at, "bi") ? 2 : -2;
    at += r_.sym(at + 1, '-') ? 2 : 1;
  }
  Grain unit{};
  int interval = 1;
  switch (r_.word(at).key) {
    case Key::everyday:
    case Key::daily:
      unit = Grain::day;
      break;
    case Key::nightly:
      unit = Grain::day;
      part_.part = 6;
      break;
    case Key::weekly:
      unit = Grain::week;
      break;
    case Key::monthly:
      unit = Grain::month;
      break;
    case Key::yearly:
      unit = Grain::year;
      break;
    case Key::hourly:
      unit = Grain::hour;
      break;
    case Key::minutely:
      unit = Grain::minute;
      break;
    case Key::quarterly:
      unit = Grain::month;
      interval = 3;
      break;
    case Key::biweekly:
    case Key::fortnightly:
      unit = Grain::week;
      interval = 2;
      break;
    case Key::bimonthly:
      unit = Grain::month;
      interval = 2;
      break;
    case Key::biennial:
      unit = Grain::year;
      interval = 2;
      break;
    case Key::biannual:
    case Key::semiannual:
      unit = Grain::month;
      interval = 6;
      break;
    case Key::semimonthly:
      unit = Grain::month;
      rule_.month_days = {1, 15};
      break;
    default:
      return 0;
  }
  if (doubled == 2) interval *= 2;
  if (doubled == -2) {
    if (unit == Grain::year) {
      unit = Grain::month;
      interval = 6;
    } else if (unit == Grain::month) {
      rule_.month_days = {1, 15};
    } else {
      return 0;
    }
  }
  if (has_frequency_) return 0;
  unit_ = unit;
  rule_.interval = interval;
  has_frequency_ = true;
  adjective_ = r_.word(at).key != Key::everyday;
  return at + 1;
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
  }
  if (!end) return 0;
  // "two Sundays from now", "Fridays ago" are counted by the caller.
  if (r_.is(end, Key::from) && r_.is(end + 1, Key::now)) return 0;
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

/// "once a week", "twice a day", "three times per month".
int RepeatReader::per_period(int p) {
  int many = 0;
  int at = p;
  if (r_.is(at, Key::once)) {
    many = 1;
    ++at;
  } else if (r_.is(at, Key::twice)) {
    many = 2;
    ++at;
  } else if (r_.is(at, Key::thrice)) {
    many = 3;
    ++at;
  } else if (const auto number = r_.cardinal(at); number &&
                                                  (r_.is(number.end, Key::times) || r_.is(number.end, Key::x)) &&
                                                  number.value > 0 && number.value < 1000) {
    many = static_cast<int>(number.value);
    at = number.end + 1;
  } else {
    return 0;
  }
  if (r_.word(at).key == Key::daily || r_.word(at).key == Key::weekly || r_.word(at).key == Key::monthly ||
      r_.word(at).key == Key::yearly) {
    const int end = adverb(at);
    if (end && many > 1) rule_.times_per_period = many;
    return end;
  }
  int interval = 1;
  if (r_.is(at, Key::a) || r_.is(at, Key::per) || r_.is(at, Key::each) || (r_.is(at, Key::every))) {
    ++at;
  } else {
    return 0;
  }
  if (r_.is(at, Key::other)) {
    interval = 2;
    ++at;
  } else if (const auto number = r_.cardinal(at)) {
    interval = static_cast<int>(std::min<std::int64_t>(number.value, 999));
    at = number.end;
  }
  const auto& w = r_.word(at);
  if (w.unit < 0 || (w.abbreviated && w.text.size() == 1) || has_frequency_) return 0;
  unit_ = static_cast<Grain>(w.unit);
  rule_.interval = interval * w.multiple;
  if (unit_ == Grain::quarter) {
    unit_ = Grain::month;
    rule_.interval = interval * 3;
  }
  has_frequency_ = true;
  if (many > 1) rule_.times_per_period = many;
  if (interval < 1) return 0;
  return at + 1;
}

/// "first friday of every month", "2nd and last fri of each month", "last day of each month", "31st of every year",
/// "start of each month", "the 4th of every 3rd month", "15th workday", "last Friday of the month".
int RepeatReader::positions(int p) {
  int at = p;
  if (r_.is(at, Key::on)) ++at;
  if (r_.is(at, Key::at)) ++at;
  if (r_.is(at, Key::the)) ++at;
  std::vector<int> ordinals;
  std::vector<RuleDay> placed;
  bool days = false;
  bool workdays = false;
  bool instance = false;
  int end = 0;
  bool boundary = false;
  if ((r_.is(at, Key::start) || r_.is(at, Key::starting) || r_.is(at, Key::end)) &&
      (r_.is(at + 1, Key::of) || has_frequency_)) {
    ordinals = {r_.is(at, Key::end) ? -1 : 1};
    days = true;
    boundary = true;
    end = at + 1;
  } else {
    for (int groups = 0; groups < 4; ++groups) {
      int from = groups ? join(end) : at;
      if (groups && from == end) break;
      if (groups && r_.is(from, Key::the)) ++from;
      std::vector<int> here;
      int stop = ordinal_list(from, here);
      if (!stop) break;
      const auto& w = r_.word(stop);
      const bool business = (r_.text(stop, "business") || r_.text(stop, "working") || r_.text(stop, "work")) &&
                            r_.word(stop + 1).unit == static_cast<int>(Grain::day);
      if (w.key == Key::instance || w.key == Key::times) {
        int of = stop + 1;
        if (!r_.is(of, Key::of)) break;
        std::vector<RuleDay> list;
        const int list_end = weekday_list(of + 1, list, false);
        if (!list_end) break;
        placed.insert(placed.end(), list.begin(), list.end());
        rule_.set_positions = here;
        instance = true;
        end = list_end;
        break;
      }
      if (w.weekday) {
        std::vector<RuleDay> list;
        int list_end = w.abbreviated ? r_.skip_dot(stop + 1) : stop + 1;
        for (const int n : here) {
          if (n == 0 || n > 53 || n < -53) return 0;
          placed.push_back({static_cast<std::int8_t>(n), static_cast<std::uint8_t>(w.weekday)});
        }
        end = list_end;
        continue;
      }
      if (w.key == Key::weekday || business) {
        workdays = true;
        ordinals.insert(ordinals.end(), here.begin(), here.end());
        end = stop + (business ? 2 : 1);
        continue;
      }
      if (!placed.empty()) break;
      ordinals.insert(ordinals.end(), here.begin(), here.end());
      days = true;
      end = stop;
      if (w.unit == static_cast<int>(Grain::day)) ++end;
    }
  }
  if (!end) return 0;
  // Of what? "of every month", "of each year", "of the month", "in november", "of aug".
  int of = end;
  const bool of_word = r_.is(of, Key::of) || r_.is(of, Key::in) || r_.is(of, Key::on);
  if (of_word) ++of;
  int done = end;
  bool period = false;
  bool open_period = false;
  Grain period_unit = Grain::month;
  int interval = 1;
  if (!of_word && (r_.word(of).key == Key::monthly || r_.word(of).key == Key::yearly)) {
    period = true;
    period_unit = r_.word(of).key == Key::monthly ? Grain::month : Grain::year;
    done = of + 1;
  } else if (r_.is(of, Key::every) || r_.is(of, Key::each)) {
    int u = of + 1;
    if (r_.is(u, Key::other)) {
      interval = 2;
      ++u;
    } else if (const auto nth = r_.ordinal(u)) {
      interval = nth.value;
      u = nth.end;
    } else if (const auto number = r_.cardinal(u)) {
      interval = static_cast<int>(std::min<std::int64_t>(number.value, 999));
      u = number.end;
    }
    const auto& w = r_.word(u);
    if (w.unit == static_cast<int>(Grain::month) || w.unit == static_cast<int>(Grain::year) ||
        w.unit == static_cast<int>(Grain::quarter) || w.unit == static_cast<int>(Grain::week)) {
      period = true;
      period_unit = static_cast<Grain>(w.unit);
      interval *= w.multiple;
      done = u + 1;
    } else if (w.month) {
      rule_.months.push_back(w.month);
      period = true;
      period_unit = Grain::year;
      done = r_.skip_dot(u + 1);
    }
  } else if (r_.is(of, Key::the) && of_word &&
             (r_.word(of + 1).unit == static_cast<int>(Grain::month) ||
              r_.word(of + 1).unit == static_cast<int>(Grain::year)) &&
             !r_.word(of + 1).plural) {
    // "of the month" repeats with a place in the week, or after "every".
    open_period = true;
    period_unit = static_cast<Grain>(r_.word(of + 1).unit);
    done = of + 2;
  } else if (of_word && r_.word(of).month &&
             (has_frequency_ || triggered_ || (p > 0 && (r_.is(p - 1, Key::every) || r_.is(p - 1, Key::each))))) {
    // A month with its year names one day.
    if (!r_.year(r_.skip_comma(r_.skip_dot(of + 1)))) {
      const int stop = month_list(of);
      if (stop) {
        period = true;
        period_unit = Grain::year;
        done = stop;
      }
    }
  }
  const bool after_every = p > 0 && (r_.is(p - 1, Key::every) || r_.is(p - 1, Key::each) ||
                                     (r_.sym(p - 1, '!') && r_.is(p - 2, Key::every)));
  const int many = static_cast<int>(ordinals.size() + placed.size() + (instance ? 2 : 0));
  if (!period) {
    if (boundary && !has_frequency_) return 0;
    if (open_period) {
      if (!after_every && !has_frequency_ && days && many < 2) return 0;
      if (!after_every && !has_frequency_ && !days && many < 2 && !r_.settings_.planning()) return 0;
    } else if (!has_frequency_ && !after_every) {
      // "on the 5th and 20th", "2nd and 4th Wednesday": several places make a repeat.
      if (many < 2 || !r_.settings_.planning()) return 0;
      if (r_.word(end).month || (r_.is(end, Key::of) || r_.is(end, Key::in))) return 0;
      if (days && !(p > 0 && r_.is(p - 1, Key::on)) && !r_.is(p, Key::on) && !r_.whole(p, end)) return 0;
      for (const int n : ordinals) {
        if (n < 0 && days) return 0;
      }
    }
  }
  if (days && boundary && !period && !has_frequency_) return 0;
  if (period || open_period) {
    if (!has_frequency_ || (period && unit_ > period_unit)) {
      unit_ = period_unit;
      rule_.interval = interval;
    }
    if (period && has_frequency_ && period_unit == Grain::year) unit_ = Grain::year;
    has_frequency_ = true;
  } else if (!has_frequency_) {
    unit_ = Grain::month;
    has_frequency_ = true;
  }
  for (const auto& d : placed) rule_.days.push_back(d);
  if (workdays) {
    for (int d = 1; d <= kWorkdays; ++d) rule_.days.push_back({0, static_cast<std::uint8_t>(d)});
    rule_.set_positions = ordinals;
    if (unit_ < Grain::month) unit_ = Grain::month;
  } else if (days) {
    ordinals_ = ordinals;
    day_ordinals_ = true;
  }
  if (!placed.empty() && unit_ < Grain::month) {
    // "every week on the 2nd Tuesday" is a place in the month.
    unit_ = Grain::month;
  }
  return done;
}

int RepeatReader::trigger(int p) {
  if (const int end = every(p)) return end;
  if (const int end = per_period(p)) return end;
  if (const int end = adverb(p)) return end;
  if (const int end = plural_days(p)) return end;
  if (!triggered_) {
    if (const int end = positions(p)) return end;
  }
  return 0;
}

Hit<TimeReading> RepeatReader::read(int i) {
  // Words that can begin a repeat; most tokens are turned away here.
  const auto& w = r_.word(i);
  const auto& t = r_.tok(i);
  const bool may_begin = w.key != Key::none || w.weekday || w.ordinal || w.cardinal >= 0 ||
                         t.kind == TokenKind::number || r_.sym(i, '@') || t.text == "bi" || t.text == "semi";
  if (!may_begin || t.quoted || t.marker) return {};
  int p = i;
  int end = 0;
  bool lead = false;
  // Times and bounds may stand first: "at 10 am on the 15th of every month", "starting in april, daily until march".
  for (int k = 0; k < 3; ++k) {
    if (RepeatReader(*this).trigger(p) != 0) {
      break;
    }
    int next = 0;
    if (r_.is(p, Key::starting) || r_.is(p, Key::from)) next = start_bound(p);
    if (!next) next = times(p);
    if (!next) return {};
    lead = true;
    p = r_.skip_comma(next);
  }
  const int first = trigger(p);
  if (!first) return {};
  triggered_ = true;
  end = p = first;
  for (int pieces = 0; pieces < 12; ++pieces) {
    const int next = piece(p);
    if (!next) break;
    end = p = next;
  }
  int gap_end = 0;
  if (!r_.ends(end) || adjective_ || r_.tok(end).kind == TokenKind::word) {
    if (const int after = later_piece(end)) {
      gap_end = after;
      int q = after;
      for (int pieces = 0; pieces < 6; ++pieces) {
        const int next = piece(q);
        if (!next) break;
        gap_end = q = next;
      }
    }
  }
  if (!finish()) return {};
  TimeReading reading;
  reading.kind = TimeKind::recurrence;
  reading.rule = rule_;
  reading.score = 0.9;
  reading.has_clock = !rule_.hours.empty();
  reading.has_date = true;
  switch (part_.part) {
    case 2:
      reading.part_of_day = PartOfDay::morning;
      break;
    case 4:
      reading.part_of_day = PartOfDay::afternoon;
      break;
    case 5:
      reading.part_of_day = PartOfDay::evening;
      break;
    case 6:
      reading.part_of_day = PartOfDay::night;
      break;
    default:
      break;
  }
  const int anchor = first;
  const bool noun_after = end < r_.size() && r_.tok(end).kind == TokenKind::word && !r_.ends(end);
  // "send the monthly report on Friday": a kind of report, and Friday is a day of its own.
  if (r_.settings_.planning() && article_before(i) && noun_after && end == anchor && !lead) return {};
  if (r_.settings_.part_of_day == PartOfDayAs::day && adjective_ && noun_after) reading.score = 0.4;
  if (gap_end) {
    reading.more_spans.push_back({r_.tok(gap_start_).begin, r_.tok(gap_end - 1).end});
    reading.span = {r_.tok(i).begin, r_.tok(end - 1).end};
    return {reading, gap_end};
  }
  return {reading, end};
}

}  // namespace daybook::language
