#include <algorithm>

#include "language/repeat_reader.hpp"

namespace daybook::language {

using namespace std::chrono;

namespace {

bool is_unit_word(const Word& w) { return w.unit >= 0 && !(w.abbreviated && w.text.size() == 1); }

}  // namespace

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
  if (const int end = day_and_month(at)) return end;
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

/// "every 29 february": a date, as "every 29th of february" is.
int RepeatReader::day_and_month(int p) {
  const auto& day = r_.tok(p);
  const auto& month = r_.word(p + 1);
  if (day.kind != TokenKind::number || day.digits > 2 || day.value < 1 || day.value > 31 || !month.month) return 0;
  rule_.months = {month.month};
  rule_.month_days = {static_cast<int>(day.value)};
  unit_ = Grain::year;
  has_frequency_ = true;
  return month.abbreviated ? r_.skip_dot(p + 2) : p + 2;
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
    const int dated = interval == 1 ? day_and_date(days, end) : 0;
    return dated ? dated : end;
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

}  // namespace daybook::language
