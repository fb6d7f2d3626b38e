#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

namespace {

int days_in(int year, int month) {
  const auto last =
      year_month_day_last{std::chrono::year{year}, month_day_last{std::chrono::month{static_cast<unsigned>(month)}}};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

}  // namespace

Days Reader::week_start(Days day) const {
  const int weekday = static_cast<int>(std::chrono::weekday{day}.iso_encoding());
  return day - days{(weekday - settings_.week_start + 7) % 7};
}

DateValue Reader::day_value(Days day) const {
  DateValue value;
  value.start = day;
  value.end = day + days{1};
  const year_month_day date{day};
  value.year = static_cast<int>(date.year());
  value.month = static_cast<int>(static_cast<unsigned>(date.month()));
  value.day = static_cast<int>(static_cast<unsigned>(date.day()));
  return value;
}

bool Reader::make_day(DateValue& value, int year, int month, int day) const {
  if (year < 1 || year > 9998 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return false;
  const Days at{std::chrono::year{year} / month / day};
  value.start = at;
  value.end = at + days{1};
  value.grain = Grain::day;
  value.year = year;
  value.month = month;
  value.day = day;
  return true;
}

bool Reader::make_month(DateValue& value, int year, int month) const {
  if (year < 1 || year > 9998 || month < 1 || month > 12) return false;
  const Days at{std::chrono::year{year} / month / 1};
  value.start = at;
  value.end = at + days{days_in(year, month)};
  value.grain = Grain::month;
  value.year = year;
  value.month = month;
  return true;
}

bool Reader::set_year(DateValue& value, int year) const {
  switch (value.form) {
    case DateValue::Form::month_day:
      return make_day(value, year, value.month, value.day);
    case DateValue::Form::month:
      return make_month(value, year, value.month);
    case DateValue::Form::month_part: {
      const auto first = value.start;
      DateValue month;
      DateValue old;
      if (!make_month(month, year, value.month) ||
          !make_month(old, static_cast<int>(year_month_day{floor<days>(first)}.year()), value.month)) {
        return false;
      }
      const auto begin = value.start - old.start;
      const auto rest = old.end - value.end;
      value.start = month.start + begin;
      value.end = month.end - rest;
      value.year = year;
      return true;
    }
    default:
      return false;
  }
}

bool Reader::resolve_year(DateValue& value) const {
  const year_month_day today{now_.today()};
  const int this_year = static_cast<int>(today.year());
  // The way dates without a year are completed: ahead, behind, or to the closest.
  auto prefer = settings_.prefer;
  bool nearest = false;
  if (prefer == Prefer::automatic) {
    if (settings_.forward_date) {
      prefer = Prefer::future;
    } else if (settings_.weekday == WeekdayChoice::nearest) {
      nearest = true;
    } else if (settings_.weekday == WeekdayChoice::past) {
      prefer = Prefer::current_period;
    } else {
      prefer = Prefer::future;
    }
  }
  const LocalTime now = now_.today();
  DateValue best;
  bool found = false;
  for (int shift = 0; shift <= 8; ++shift) {
    for (const int sign : {1, -1}) {
      if (shift == 0 && sign < 0) continue;
      DateValue tried = value;
      if (!set_year(tried, this_year + sign * shift)) continue;
      if (prefer == Prefer::future && tried.end <= now) continue;
      if (prefer == Prefer::past && tried.start > now) continue;
      const auto distance = [&](const DateValue& v) {
        return v.start > now ? (v.start - now).count() : (now - v.start).count();
      };
      if (!found || (nearest && distance(tried) < distance(best)) ||
          (!nearest && prefer != Prefer::current_period && distance(tried) < distance(best))) {
        if (!found || nearest || prefer != Prefer::current_period) best = tried;
        found = true;
      }
    }
    if (found && prefer == Prefer::current_period) break;
    if (found && shift >= 1) break;
  }
  if (found) value = best;
  return found;
}

DateValue Reader::weekday_by_choice(int weekday) const {
  const auto today = now_.today();
  const int now = static_cast<int>(std::chrono::weekday{today}.iso_encoding());
  int ahead = (weekday - now + 7) % 7;
  auto choice = settings_.weekday;
  if (settings_.forward_date) choice = WeekdayChoice::today;
  if (settings_.prefer == Prefer::future) choice = WeekdayChoice::next;
  if (settings_.prefer == Prefer::past || settings_.prefer == Prefer::current_period) choice = WeekdayChoice::past;
  switch (choice) {
    case WeekdayChoice::next:
      ahead = ahead == 0 ? 7 : ahead;
      break;
    case WeekdayChoice::today:
      break;
    case WeekdayChoice::nearest:
      ahead = ahead > 3 ? ahead - 7 : ahead;
      break;
    case WeekdayChoice::past:
      ahead = ahead - 7;
      break;
  }
  auto value = day_value(today + days{ahead});
  value.form = DateValue::Form::weekday;
  value.weekday = weekday;
  return value;
}

std::optional<Days> Reader::nth_weekday(LocalTime from, LocalTime to, int weekday, int nth) const {
  const auto first = floor<days>(from);
  const auto last = floor<days>(to - seconds{1});
  Days at;
  if (nth > 0) {
    at = first + days{(weekday - static_cast<int>(std::chrono::weekday{first}.iso_encoding()) + 7) % 7} +
         days{7 * (nth - 1)};
  } else {
    at = last - days{(static_cast<int>(std::chrono::weekday{last}.iso_encoding()) - weekday + 7) % 7} +
         days{7 * (nth + 1)};
  }
  if (at < first || at > last) return {};
  return at;
}

DateValue Reader::weekend_of(Days monday) const {
  DateValue value;
  value.form = DateValue::Form::fixed;
  value.range = true;
  if (settings_.weekend == Weekend::saturday) {
    value = day_value(monday + days{5});
    return value;
  }
  if (settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts) {
    value.grain = Grain::hour;
    value.start = monday + days{4} + hours{18};
  } else {
    value.start = monday + days{5};
  }
  value.end = monday + days{7};
  return value;
}

DateValue Reader::unit_around(Grain grain, int shift, int multiple) const {
  DateValue value;
  const auto today = now_.today();
  const year_month_day date{today};
  value.grain = grain;
  const int y = static_cast<int>(date.year());
  const int m = static_cast<int>(static_cast<unsigned>(date.month()));
  const auto month_at = [](long long index) {
    index = std::clamp(index, 12LL, 9998LL * 12);
    return LocalTime{
        local_days{std::chrono::year{static_cast<int>(index / 12)} / static_cast<int>(index % 12 + 1) / 1}};
  };
  switch (grain) {
    case Grain::second:
    case Grain::minute:
    case Grain::hour: {
      const seconds size{grain == Grain::second ? 1 : grain == Grain::minute ? 60 : 3600};
      const auto since = now_local().time_since_epoch();
      value.start = LocalTime{since - since % size} + size * shift;
      value.end = value.start + size;
      break;
    }
    case Grain::day:
      return day_value(today + days{shift});
    case Grain::week:
      value.start = week_start(today) + days{7 * shift * multiple};
      value.end = value.start + days{7 * multiple};
      value.range = multiple > 1;
      break;
    case Grain::month:
      value.start = month_at(12LL * y + m - 1 + shift);
      value.end = month_at(12LL * y + m + shift);
      break;
    case Grain::quarter: {
      const long long first = 12LL * y + (m - 1) / 3 * 3 + 3LL * shift;
      value.start = month_at(first);
      value.end = month_at(first + 3);
      break;
    }
    case Grain::year: {
      const long long first = multiple > 1 ? y / multiple * multiple : y;
      value.start = month_at(12LL * (first + static_cast<long long>(shift) * multiple));
      value.end = month_at(12LL * (first + static_cast<long long>(shift) * multiple + multiple));
      value.range = multiple > 1;
      break;
    }
  }
  return value;
}

/// "March", "March 3", "March 3rd, 2015", "March 2015", "2015 March".
Hit<DateValue> Reader::month_date(int i) const {
  const int month = word(i).month;
  if (!month) return {};
  DateValue value;
  value.month = month;
  value.abbreviated = word(i).abbreviated;
  int at = skip_dot(i + 1);
  if (at == i + 2 && !word(i).abbreviated && !(number_token(at) || tok(at).ordinal)) at = i + 1;
  const int after_month = at;
  const bool joined = (sym(at, '-') || sym(at, '/')) && attached(at) && attached(at + 1);
  if (joined) ++at;
  at = skip_comma(at);
  if (is(at, Key::the)) ++at;
  // A day?
  int day = 0;
  int end = 0;
  if (number_token(at) || tok(at).ordinal) {
    const auto& t = tok(at);
    const bool clock = sym(at + 1, ':') && attached(at + 1);
    const bool number = t.digits <= 2 && t.value >= 1 && t.value <= 31 && !clock;
    const bool hour = number && !t.ordinal && (meridiem(at + 1) || is(at + 1, Key::oclock)) && !joined;
    if (number && !hour && !(sym(at + 1, '.') && attached(at + 1) && number_token(at + 2) && attached(at + 2))) {
      day = static_cast<int>(t.value);
      end = at + 1;
    } else if (t.digits <= 3 && !clock && !t.ordinal && t.value > 31 && t.value < 100 && !joined) {
      // "August 96"
    } else if (t.ordinal || (t.digits <= 2 && t.value > 31)) {
      return {};
    }
  } else if (const auto nth = ordinal(at); nth && nth.value <= 31) {
    day = nth.value;
    end = nth.end;
  } else if (tok(at).kind == TokenKind::word && word(at).cardinal > 0 && after_month == at) {
    const auto number = cardinal(at);
    if (number && number.value >= 1 && number.value <= 31 && !unit(number.end)) {
      day = static_cast<int>(number.value);
      end = number.end;
      // "May twenty nine" is a day; "May nineteen eighty six" a year.
      if (number.value <= 20 && year(at)) day = 0;
    }
  }
  if (day) {
    value.form = DateValue::Form::month_day;
    value.day = day;
    int next = end;
    if (joined && (sym(next, '-') || sym(next, '/')) && attached(next) && number_token(next + 1) &&
        tok(next + 1).digits == 4) {
      value.year_said = true;
      if (!make_day(value, static_cast<int>(tok(next + 1).value), month, day)) return {};
      value.form = DateValue::Form::fixed;
      return {value, next + 2};
    }
    // "March 3 (Tue)", "Jul 18, Fri"
    next = skip_comma(next);
    const int bracket = sym(next, '(') && word(next + 1).weekday && sym(next + 2, ')') ? 3 : 0;
    if (bracket) next += 3;
    const bool weekday = !bracket && next > end && word(next).weekday && !word(next).plural;
    if (weekday) ++next;
    const auto year = year_after_date(skip_comma(next));
    if (year) {
      if (!make_day(value, year.value, month, day)) return {};
      value.form = DateValue::Form::fixed;
      value.year_said = true;
      return {value, year.end};
    }
    if (!resolve_year(value)) return {};
    if (bracket || weekday) {
      // A weekday beside chooses the year in which it is so.
      const int wanted = word(bracket ? end + 1 + (sym(end, ',') ? 1 : 0) : next - 1).weekday;
      for (int shift = 0; shift < 7 && wanted; ++shift) {
        DateValue tried = value;
        if (make_day(tried, value.year + shift, month, day) &&
            static_cast<int>(std::chrono::weekday{floor<days>(tried.start)}.iso_encoding()) == wanted) {
          tried.form = DateValue::Form::fixed;
          return {tried, next};
        }
      }
    }
    return {value, bracket || weekday ? next : end};
  }
  // "September-2020-23"
  if (joined && number_token(at) && tok(at).digits == 4) {
    if ((sym(at + 1, '-') || sym(at + 1, '/')) && attached(at + 1) && number_token(at + 2) && tok(at + 2).digits <= 2 &&
        make_day(value, static_cast<int>(tok(at).value), month, static_cast<int>(tok(at + 2).value))) {
      value.year_said = true;
      return {value, at + 3};
    }
  }
  // A year?
  value.form = DateValue::Form::month;
  const int y_at = joined ? after_month + 1 : skip_comma(after_month);
  auto year = year_after_date(y_at);
  if (!year && (is(after_month, Key::in) || is(after_month, Key::of))) year = this->year(skip_the(after_month + 1));
  if (year && !(joined && tok(y_at).digits == 2)) {
    value.year_said = true;
    if (!make_month(value, year.value, month)) return {};
    value.form = DateValue::Form::fixed;
    return {value, year.end};
  }
  if (!resolve_year(value)) return {};
  return {value, after_month > i + 1 && !word(i).abbreviated ? i + 1 : after_month};
}

/// "3 March", "3rd of March 2015", "the 15th", "15th of next month".
Hit<DateValue> Reader::day_date(int i) const {
  int at = i;
  const bool the = is(at, Key::the);
  if (the) ++at;
  int day = 0;
  int end = 0;
  bool nth = false;
  if (is(at, Key::ides) && is(at + 1, Key::of) && word(at + 2).month) {
    const int m = word(at + 2).month;
    day = m == 3 || m == 5 || m == 7 || m == 10 ? 15 : 13;
    end = at + 1;
    nth = true;
  } else if (const auto ordinal_day = ordinal(at)) {
    day = ordinal_day.value;
    end = ordinal_day.end;
    nth = true;
  } else if (number_token(at) && tok(at).digits <= 2) {
    day = static_cast<int>(tok(at).value);
    end = at + 1;
  } else if (the && word(at).cardinal > 0) {
    const auto number = cardinal(at);
    if (number && number.value <= 31) {
      day = static_cast<int>(number.value);
      end = number.end;
    }
  }
  if (day < 1 || day > 31 || end == 0) return {};
  if (attached(i) && i > 0 && i != link_at_ && tok(i).kind == TokenKind::number) {
    const char before = tok(i - 1).symbol;
    if (before == '.' || before == '/' || before == '-' || before == '$' || before == '#') {
      if (i >= 2 && number_token(i - 2)) return {};
      if (before == '$' || before == '#') return {};
    }
  }
  int m = end;
  if (text(m, "day") && is(m + 1, Key::of) && word(m + 2).month) ++m;
  if (is(m, Key::of) || is(m, Key::in)) ++m;
  if (sym(m, '.') && attached(m)) ++m;
  const bool joined = (sym(m, '-') || sym(m, '/')) && attached(m);
  if (joined) ++m;
  if (sym(m, ',')) ++m;
  if (is(m, Key::this_) && word(m + 1).month) ++m;
  if (word(m).month && !(joined && !attached(m)) &&
      !(word(m).text == "may" && !nth && !the && word(m + 1).text == "be")) {
    // "4th gen iPad" is no date, "second march" may be; "96 Aug 96" reads the month with its year.
    DateValue value;
    value.form = DateValue::Form::month_day;
    value.month = word(m).month;
    value.day = day;
    value.abbreviated = word(m).abbreviated;
    int next = skip_dot(m + 1);
    if (next == m + 2 && !word(m).abbreviated) next = m + 1;
    const int bare_end = next;
    if ((sym(next, '-') || sym(next, '/')) && attached(next) && number_token(next + 1) && attached(next + 1)) {
      if (tok(next + 1).digits == 4 || tok(next + 1).digits == 2) {
        const int y = static_cast<int>(tok(next + 1).value);
        if (!make_day(value, tok(next + 1).digits == 4 ? y : y < 50 ? 2000 + y : 1900 + y, value.month, day)) return {};
        value.form = DateValue::Form::fixed;
        value.year_said = true;
        return {value, next + 2};
      }
    }
    const auto year = year_after_date(skip_comma(next));
    if (year) {
      if (!make_day(value, year.value, value.month, day)) return {};
      value.form = DateValue::Form::fixed;
      value.year_said = true;
      return {value, year.end};
    }
    if (!resolve_year(value)) return {};
    return {value, bare_end};
  }
  // "20th of next month", "the first of the month", "20 of this month", "20th next month"
  if (nth || the || is(end, Key::of)) {
    int p = end;
    if (text(p, "day") && is(p + 1, Key::of)) ++p;
    const bool of = is(p, Key::of) || is(p, Key::in);
    if (of) ++p;
    int shift = 0;
    bool month = false;
    int stop = 0;
    if (of && is(p, Key::the) && word(p + 1).unit == static_cast<int>(Grain::month) && !word(p + 1).plural) {
      month = true;
      stop = p + 2;
      shift = 0;
    } else {
      int w = p;
      if (is(w, Key::the)) ++w;
      const Key k = word(w).key;
      if (word(w + 1).unit == static_cast<int>(Grain::month) && !word(w + 1).plural) {
        if (k == Key::next || k == Key::coming || k == Key::following || k == Key::upcoming) shift = 1;
        if (k == Key::last || k == Key::past || k == Key::previous) shift = -1;
        month = shift != 0 || k == Key::this_ || k == Key::current;
        stop = w + 2;
      }
    }
    if (month) {
      const auto period = unit_around(Grain::month, shift);
      const year_month_day first{floor<days>(period.start)};
      DateValue value;
      if (!make_day(value, static_cast<int>(first.year()), static_cast<int>(static_cast<unsigned>(first.month())), day))
        return {};
      if (of && stop == p + 2 && is(p, Key::the) && value.end <= LocalTime{now_.today()}) {
        const auto later = unit_around(Grain::month, 1);
        const year_month_day second{floor<days>(later.start)};
        make_day(value, static_cast<int>(second.year()), static_cast<int>(static_cast<unsigned>(second.month())), day);
      }
      return {value, stop};
    }
  }
  // "the 15th", "on the 27", "15th": the next such day.
  const bool on_the = the || (i > 0 && (is(i - 1, Key::on) || is(i - 1, Key::by) || is(i - 1, Key::until)));
  if (!nth && !the) {
    // "on 15", "15 at 8:00"
    const bool lone = number_token(i) && i > 0 && is(i - 1, Key::on) &&
                      settings_.part_of_day == PartOfDayAs::interval && ends(end) && !sym(end, ':') && !sym(end, '.') &&
                      !sym(end, '%');
    if (!lone) return {};
  }
  if (nth && tok(at).kind == TokenKind::word && !(the && on_the && i > 0)) return {};
  if (text(end, "half") || unit(end) || word(end).weekday || word(end).cardinal >= 0) return {};
  const bool full_stop = ends(end);
  const bool followed = full_stop || tok(end).kind != TokenKind::word || tok(end).word != nullptr;
  if (!the && !on_the && !(whole(i, end) || followed)) return {};
  if ((tok(at).kind == TokenKind::word || !nth) && !full_stop && !followed) return {};
  if (tok(at).kind == TokenKind::word && !(is(i - 1, Key::on) || is(i - 1, Key::by) || is(i - 1, Key::for_) ||
                                           is(i - 1, Key::until) || is(i - 1, Key::before) || is(i - 1, Key::after)))
    return {};
  if (is(end, Key::time) || is(end, Key::instance) || is(end, Key::last) || is(end, Key::to)) {
    if (!is(end, Key::to)) return {};
  }
  DateValue value;
  const year_month_day today{now_.today()};
  int y = static_cast<int>(today.year());
  int month = static_cast<int>(static_cast<unsigned>(today.month()));
  for (int tries = 0; tries < 14; ++tries) {
    if (make_day(value, y, month, day) && value.end > LocalTime{now_.today()}) break;
    if (++month > 12) {
      month = 1;
      ++y;
    }
  }
  value.form = DateValue::Form::day;
  value.weak =
      !nth && !(i > 0 && (is(i - 1, Key::on) || is(i - 1, Key::by) || is(i - 1, Key::for_) || is(i - 1, Key::until)) &&
                full_stop);
  return {value, end};
}

/// "Friday", "Friday, March 6, 2016", "Friday the 13th", "Friday next week", "Fri 7/6".
Hit<DateValue> Reader::weekday_date(int i) const {
  const auto& w = word(i);
  if (!w.weekday || w.plural || (w.abbreviated && tok(i).text.size() == 2)) return {};
  int end = w.abbreviated ? skip_dot(i + 1) : i + 1;
  int at = skip_comma(end);
  const bool joined = sym(at, '-') && attached(at) && attached(at + 1);
  if (joined) ++at;
  const bool bracket = sym(at, '(');
  if (bracket) ++at;
  // With a date beside it the weekday only confirms, unless it can choose the year or month.
  Hit<DateValue> beside;
  int from = at;
  if (is(from, Key::on)) ++from;
  {
    if (word(from).month) {
      beside = month_date(from);
    } else if (!bracket) {
      beside = iso_date(from);
      if (!beside) beside = numeric_date(from);
      if (!beside && !joined) beside = day_date(from);
      // "Thursday the fifteenth" and "Monday 21": the day of the month on that weekday.
      if (!beside || beside.value.form == DateValue::Form::day) {
        int d = from;
        const bool the = is(d, Key::the);
        if (the) ++d;
        int day = 0;
        int stop = 0;
        if (const auto nth = ordinal(d)) {
          day = nth.value;
          stop = nth.end;
        } else if (the && cardinal(d)) {
          day = static_cast<int>(cardinal(d).value);
          stop = cardinal(d).end;
        } else if (number_token(d) && tok(d).digits == 2 && tok(d).value > 12 && ends(d + 1) && !sym(d + 1, '-') &&
                   !(sym(d + 1, ':') && attached(d + 1))) {
          day = static_cast<int>(tok(d).value);
          stop = d + 1;
        }
        if (day >= 1 && day <= 31 && stop && unit(stop).end == 0) {
          const year_month_day today{now_.today()};
          int y = static_cast<int>(today.year());
          int m = static_cast<int>(static_cast<unsigned>(today.month()));
          DateValue soon;
          for (int tries = 0; tries < 40; ++tries) {
            if (make_day(soon, y, m, day)) {
              const bool fits =
                  static_cast<int>(std::chrono::weekday{floor<days>(soon.start)}.iso_encoding()) == w.weekday;
              const bool this_month = tries == 0 && settings_.weekday == WeekdayChoice::today && the;
              if (fits && (soon.end > LocalTime{now_.today()} || this_month)) {
                return {soon, stop};
              }
            }
            if (++m > 12) {
              m = 1;
              ++y;
            }
          }
        }
      }
    }
  }
  if (beside && beside.value.form != DateValue::Form::month) {
    int stop = beside.end;
    if (bracket && sym(stop, ')')) ++stop;
    auto& v = beside.value;
    if (!v.year_said && v.form == DateValue::Form::month_day && settings_.weekday == WeekdayChoice::next &&
        settings_.part_of_day == PartOfDayAs::interval) {
      for (int shift = 0; shift < 7; ++shift) {
        DateValue tried = v;
        if (make_day(tried, v.year + shift, v.month, v.day) &&
            static_cast<int>(std::chrono::weekday{floor<days>(tried.start)}.iso_encoding()) == w.weekday) {
          v = tried;
          break;
        }
      }
    }
    return {v, stop};
  }
  // "Tuesday of next week", "Friday next week", "Tuesday, next week", "Monday this week"
  {
    int p = skip_comma(end);
    if (is(p, Key::of) || is(p, Key::in) || is(p, Key::from)) ++p;
    if (is(p, Key::the)) ++p;
    const Key k = word(p).key;
    if (word(p + 1).unit == static_cast<int>(Grain::week) && !word(p + 1).plural && word(p + 1).multiple == 1) {
      int shift = 99;
      if (k == Key::next || k == Key::coming || k == Key::following || k == Key::upcoming) shift = 1;
      if (k == Key::last || k == Key::past || k == Key::previous) shift = -1;
      if (k == Key::this_ || k == Key::current) shift = 0;
      if (shift != 99) {
        const auto monday = week_start(now_.today()) + days{7 * shift};
        const int offset = (w.weekday - settings_.week_start + 7) % 7;
        auto value = day_value(monday + days{offset});
        value.upcoming = true;
        return {value, p + 2};
      }
    }
  }
  auto value = weekday_by_choice(w.weekday);
  value.abbreviated = w.abbreviated;
  return {value, end};
}

}  // namespace daybook::language
