#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// "now", "in 5 minutes", "2 hours ago", "3 days from now", "+1 day 2 hours", "-2hr5min", "now - 1 hour".
Hit<Point> Reader::exact_offset(int i) const {
  Point point;
  point.score = 0.9;
  const auto moment = [&](LocalTime at, Grain grain, int end) -> Hit<Point> {
    point.is_exact = true;
    point.exact = at;
    point.exact_grain = grain;
    return {point, end};
  };
  int at = i;
  // "now", "right now", "just now", "at the moment", "at this time"
  {
    int n = at;
    if (is(n, Key::right) || is(n, Key::just)) ++n;
    if (is(n, Key::now)) {
      int end = n + 1;
      if (sym(end, '+') || sym(end, '-')) {
        const auto size = length(end + 1);
        if (size) return moment(plus(now_local(), size.value.length, sym(end, '+') ? 1 : -1), Grain::second, size.end);
      }
      return moment(now_local(), Grain::second, end);
    }
    if (is(n, Key::at)) {
      int m = n + 1;
      if (is(m, Key::the) || is(m, Key::this_)) ++m;
      if (is(m, Key::current)) ++m;
      if (m > n + 1 && (is(m, Key::moment) || (is(m, Key::time) && !is(m, Key::times)))) {
        if (!is(m + 1, Key::of)) return moment(now_local(), Grain::second, m + 1);
      }
    }
    if (settings_.part_of_day == PartOfDayAs::interval && tokens_.original(tok(at)) == "ATM")
      return moment(now_local(), Grain::second, at + 1);
  }
  bool approximate = false;
  int sign = 0;
  bool prefixed = false;
  bool weak = false;
  const bool symbol_sign = (sym(at, '+') || sym(at, '-')) && (tok(at).space_before) && (at + 1 < size());
  if (symbol_sign) {
    if (sym(at, '-') && !attached(at + 1) && at > 0) return {};
    sign = sym(at, '+') ? 1 : -1;
    ++at;
  } else if (is(at, Key::in) || is(at, Key::within) || is(at, Key::after) ||
             (is(at, Key::for_) && settings_.part_of_day == PartOfDayAs::day)) {
    prefixed = true;
    weak = is(at, Key::for_);
    sign = 1;
    const bool within = is(at, Key::within);
    ++at;
    if (within && is(at, Key::the)) ++at;
    if (is(at, Key::next) && within) ++at;
    if (text(at, "exactly")) ++at;
  }
  while (is(at, Key::around) || sym(at, '~')) {
    approximate = true;
    ++at;
  }
  auto size = length(at);
  if (!size && prefixed && is(i, Key::in) && number_token(at) && ends(at + 1) &&
      settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts) {
    // "in 15": minutes.
    LengthValue minutes;
    add(minutes, static_cast<double>(tok(at).value), Grain::minute, 1);
    ++minutes.units;
    size = {minutes, at + 1};
  }
  if (!size) {
    // "the min after"
    if (is(at, Key::the) && word(at + 1).unit >= 0 && (is(at + 2, Key::after) || is(at + 2, Key::later)) &&
        (at + 3 >= this->size() || tok(at + 3).kind == TokenKind::symbol) &&
        settings_.part_of_day == PartOfDayAs::day) {
      LengthValue one;
      add(one, 1, static_cast<Grain>(word(at + 1).unit), word(at + 1).multiple);
      return moment(plus(now_local(), one.length, 1), Grain::second, at + 3);
    }
    return {};
  }
  auto value = size.value;
  int end = size.end;
  // Signs may go on: "+1 decade -2 years".
  Length second_length;
  int second_sign = 0;
  if (symbol_sign || prefixed) {
    if ((sym(end, '-') || sym(end, '+')) && tok(end).space_before) {
      const auto more = length(end + 1);
      if (more) {
        second_length = more.value.length;
        second_sign = sym(end, '-') ? -1 : 1;
        end = more.end;
        value.length.grain = std::min(value.length.grain, second_length.grain);
      }
    }
  }
  if (sign == 0 || prefixed) {
    int suffix = 0;
    int e = end;
    if (is(e, Key::ago)) {
      suffix = -1;
      ++e;
    } else if (is(e, Key::hence)) {
      suffix = 1;
      ++e;
    } else if (is(e, Key::later)) {
      suffix = 1;
      ++e;
    } else if (is(e, Key::earlier)) {
      suffix = -1;
      ++e;
    } else if (is(e, Key::from) && (is(e + 1, Key::now) || (is(e + 1, Key::right) && is(e + 2, Key::now)))) {
      suffix = 1;
      e += is(e + 1, Key::now) ? 2 : 3;
    } else if (is(e, Key::before) && is(e + 1, Key::now)) {
      suffix = -1;
      e += 2;
    } else if (is(e, Key::back) && ends(e + 1)) {
      suffix = -1;
      ++e;
    } else if (is(e, Key::before) && ends(e + 1) && !settings_.planning()) {
      suffix = -1;
      ++e;
    } else if (is(e, Key::before) && ends(e + 1) && settings_.weekday == WeekdayChoice::past) {
      suffix = -1;
      ++e;
    } else if (is(e, Key::out) && ends(e + 1)) {
      suffix = 1;
      ++e;
    } else if (is(e, Key::after) && ends(e + 1) && settings_.part_of_day == PartOfDayAs::day) {
      suffix = 1;
      ++e;
    } else if (text(e, "time") && tok(e - 1).possessive) {
      suffix = 1;  // "in a week's time"
      ++e;
    } else if (is(e, Key::time) && prefixed) {
      ++e;
    }
    if (!suffix && !prefixed && value.length.grain < Grain::day && !value.weekdays &&
        (is(e, Key::after) || is(e, Key::before) || is(e, Key::from))) {
      // "5 hours after 12pm", "an hour before tomorrow's noon"
      int b = e + 1;
      const bool next = is(b, Key::next);
      if (next || is(b, Key::the)) ++b;
      const auto base = depth_ < 2 ? (++depth_, this->point(b, false)) : Hit<Point>{};
      if (depth_ > 0) --depth_;
      if (base && base.value.clock && !base.value.clock->bare) {
        const auto from = resolve(base.value, true);
        const int direction = is(e, Key::before) ? -1 : 1;
        auto start = from.start;
        if (next && start <= now_local()) start += days{1};
        if (next && floor<days>(start) == now_.today()) start += days{1};
        return moment(plus(start, value.length, direction), Grain::minute, base.end);
      }
    }
    if (suffix && sign == 0) sign = suffix;
    if (suffix || (prefixed && e > end)) end = e;
  }
  if (sign == 0) return {};
  if (prefixed && value.abbreviated && settings_.mode == Mode::strict) return {};
  if (weak && value.article && value.length.grain >= Grain::day && !ends(end)) return {};
  if (is(i, Key::in) && value.article && value.units == 1 && word(end - 1).unit >= static_cast<int>(Grain::month) &&
      tok(i + 1).text == "the")
    return {};
  // A length with a base is a counted date ("in two weeks since 2011" is rare).
  if (is(i, Key::in) && (is(end, Key::after) || is(end, Key::before) || is(end, Key::since) || is(end, Key::from)) &&
      !ends(end + 1) && value.length.grain >= Grain::day) {
    if (date(end + 1)) return {};
  }
  if (!prefixed && !symbol_sign && value.units == 1 && value.article && text(size.end - 1, "second") &&
      !is(end - 1, Key::ago))
    return {};
  if (value.weekdays) {
    Days day = now_.today();
    for (int left = std::min(value.weekdays, 2000); left > 0;) {
      day += days{sign};
      if (static_cast<int>(std::chrono::weekday{day}.iso_encoding()) <= 5) --left;
    }
    point.date = day_value(day);
    return {point, end};
  }
  point.approximate = approximate;
  LocalTime target = plus(now_local(), value.length, sign);
  if (second_sign) target = plus(target, second_length, second_sign);
  const bool clocked = value.length.seconds != 0 || value.length.grain <= Grain::hour;
  if (clocked) {
    // Whole days that were said as a fraction ("1.5 days") keep their hours.
    return moment(target, Grain::second, end);
  }
  DateValue date = day_value(floor<days>(target));
  date.from_now = true;
  date.clock_kept = true;
  if (value.length.grain >= Grain::month) date.grain = Grain::day;
  point.date = date;
  point.from_now = value.length;
  point.exact = target;
  return {point, end};
}

std::pair<int, int> Reader::part_hours(const PartValue& part) const {
  const bool wide = settings_.wide_parts;
  const auto hours = [](int from, int to) { return std::pair{from * 60, to * 60}; };
  constexpr int kEnd = 24 * 60;
  switch (part.part) {
    case 2:
      if (wide) return part.early ? hours(0, 9) : part.late ? hours(9, 12) : hours(0, 12);
      return part.early ? hours(8, 10) : part.late ? hours(10, 12) : hours(8, 12);
    case 3:
      return hours(12, 13);
    case 4:
      if (wide) return part.early ? hours(12, 15) : part.late ? hours(15, 19) : hours(12, 19);
      return part.early ? hours(12, 14) : part.late ? hours(14, 16) : hours(12, 16);
    case 5:
      if (wide) return part.late ? hours(21, 24) : hours(18, 24);
      return part.early ? hours(16, 18) : part.late ? hours(18, 20) : hours(16, 20);
    case 6:
      if (wide) return part.late ? hours(21, 24) : hours(18, 24);
      return part.early ? hours(20, 22) : part.late ? std::pair{22 * 60, kEnd} : std::pair{20 * 60, kEnd};
    case 8:
      return hours(9, 11);
    case 9:
      return hours(15, 17);
    case 10:
      if (part.after) return hours(13, 17);
      return wide ? hours(12, 14) : hours(11, 13);
    case 11:
      if (part.after) return wide ? hours(21, 24) : hours(21, 24);
      return wide ? hours(17, 21) : hours(16, 20);
    case 12:
      return hours(8, 12);
    case 13:
      return hours(8, 12);
    case 14:
      return hours(8, 18);
    case 15:
      return hours(11, 13);
    default:
      return hours(0, 24);
  }
}

/// Minutes of the day that stand for the part where a time is wanted.
int Reader::part_time(const PartValue& part) const {
  int hour = 9;
  switch (part.part) {
    case 2:
      hour = part.early ? 7 : part.late ? 11 : 9;
      break;
    case 4:
      hour = part.late ? 16 : 13;
      break;
    case 5:
      hour = 18;
      break;
    case 6:
      return static_cast<int>(settings_.tonight.count());
    case 8:
      hour = 10;
      break;
    case 9:
      hour = 15;
      break;
    case 10:
      hour = part.after ? 13 : 12;
      break;
    case 11:
      hour = part.after ? 21 : 19;
      break;
    case 12:
      hour = 8;
      break;
    case 13:
      hour = 11;
      break;
    default:
      break;
  }
  return hour * 60;
}

Hit<Point> Reader::point(int i, bool company) const {
  if (i >= size() || tok(i).quoted || tok(i).marker) return {};
  Point point;
  int end = 0;
  // A part of day with its day: "tonight", "this morning", "last night", "next evening", "late last night".
  const auto day_part = [this](int at) -> Hit<std::pair<DateValue, PartValue>> {
    PartValue part;
    int p = at;
    if (is(p, Key::early) || is(p, Key::late) || is(p, Key::later)) {
      (is(p, Key::early) ? part.early : part.late) = true;
      ++p;
      if (sym(p, '-')) ++p;
    }
    DateValue date;
    if (is(p, Key::tonight)) {
      date = day_value(now_.today());
      part.part = 6;
      ++p;
    } else {
      int shift = 99;
      if (is(p, Key::this_)) shift = 0;
      if (is(p, Key::last) || is(p, Key::previous)) shift = -1;
      if (is(p, Key::next) || is(p, Key::following)) shift = 1;
      if (shift == 99) return {};
      ++p;
      const auto found = part_of_day(p);
      if (!found || (found.value.part >= 10 && found.value.part != 10 && found.value.part != 11)) return {};
      part.part = found.value.part;
      part.early = part.early || found.value.early;
      part.late = part.late || found.value.late;
      date = day_value(now_.today() + days{shift});
      p = found.end;
    }
    date.from_now = true;
    date.this_part = true;
    return {{date, part}, p};
  };

  int at = i;
  for (int round = 0; round < 6; ++round) {
    // What may stand between the pieces.
    int p = at;
    bool comma = false;
    if (round > 0) {
      if (sym(p, ',') || (sym(p, ':') && attached(p)) ||
          (sym(p, '.') && attached(p) && number_token(p + 1) && attached(p + 1)) || sym(p, '|')) {
        ++p;
        comma = true;
      }
      if (sym(p, '-') && attached(p) && number_token(p + 1) && attached(p + 1) && point.date && !point.clock) ++p;
      if (text(p, "year") && point.date && point.date->year_said) ++p;
      if (text(p, "t") && attached(p) && number_token(p + 1) && attached(p + 1)) ++p;
    }
    Hit<DateValue> date_hit;
    Hit<ClockValue> clock_hit;
    Hit<PartValue> part_hit;
    Hit<std::pair<DateValue, PartValue>> day_part_hit;
    if (!point.date) {
      int d = p;
      if (round > 0 || is(d, Key::on)) {
        if (is(d, Key::on) || is(d, Key::of) ||
            (is(d, Key::in) && round > 0 && (word(d + 1).month || is(d + 1, Key::the) || is(d + 1, Key::next))))
          ++d;
        else if (is(d, Key::from) && round > 0)
          d = p;
      }
      day_part_hit = day_part(p);
      date_hit = date(d);
      if (date_hit && date_hit.value.weak && round > 0) date_hit = {};
      if (date_hit && round > 0 && point.clock && date_hit.value.grain > Grain::day && !date_hit.value.range) {
        // "3pm next month" stays apart unless ranges are wanted.
        if (settings_.part_of_day != PartOfDayAs::interval) date_hit = {};
      }
      if (date_hit && round > 0 && date_hit.value.form == DateValue::Form::month) date_hit = {};
      if (!date_hit && round == 0) {
        const auto offset = exact_offset(p);
        if (offset && offset.value.date) {
          point = offset.value;
          end = at = offset.end;
          continue;
        }
      }
    } else if (point.date->form == DateValue::Form::fixed && point.date->grain == Grain::day && round > 0 && !comma) {
      // "tomorrow night" is a day and a part; "Friday tonight" is not.
    }
    const bool dayless = point.date && point.date->form == DateValue::Form::month && point.date->grain == Grain::month;
    if (!point.clock && !dayless) {
      int c = p;
      const bool by = (is(c, Key::by) || is(c, Key::before) || is(c, Key::after)) && round > 0 && point.date &&
                      settings_.part_of_day != PartOfDayAs::interval;
      if (by) ++c;
      bool ok = company || point.part.part != 0;
      if (point.date && !ok) {
        // After a date a lone number is a time only at the end of the clause.
        const int n = is(c, Key::for_) ? c + 1 : c;
        const bool digits = number_token(n) && tok(n).digits <= 4;
        const bool worded = tok(n).kind == TokenKind::word && word(n).cardinal > 0 && word(n).cardinal <= 12;
        const int stop = n + 1;
        if (digits && point.date->grain == Grain::day) {
          const bool two = tok(n).digits <= 2 && number_token(stop) && tok(stop).digits == 2;
          ok = sym(stop, ':') || sym(stop, '.') || two ||
               ((tok(n).digits != 3) && (ends(stop) || is(stop, Key::to) || sym(stop, '-')) && tok(n).value >= 1 &&
                !(tok(n).digits == 4 && tok(n).value < 2400 && tok(n).value > 1900 && point.date->year == 0));
          if (tok(n).digits == 4 && point.date->form == DateValue::Form::month_day)
            ok = tokens_.original(tok(n))[0] == '0';
          if (sym(stop, '-') && !number_token(stop + 1)) ok = false;
          if (n == c && tok(n).digits <= 2 && point.date->form == DateValue::Form::weekday && !sym(stop, ':') &&
              !ends(stop))
            ok = false;
        }
        if (worded) {
          const auto words = clock_words(n, true);
          ok = words && (words.value.grain == Grain::minute || ends(words.end)) &&
               (ends(words.end) || meridiem(words.end) || part_phrase(words.end));
        }
      }
      clock_hit = clock(c, ok);
      if (clock_hit && by) clock_hit.value.at = true;
      // A lone number in front of its day: "9 tomorrow", "eight tonight", "10, tonight".
      if (!clock_hit && round == 0 && !point.date && (number_token(c) || word(c).cardinal > 0)) {
        const auto core = clock_core(c, true);
        const bool numbered = c > 0 && tok(c - 1).kind == TokenKind::word && !tok(c - 1).word && tok(c).space_before &&
                              !settings_.planning();  // "building 4"
        if (core && core.value.bare && !numbered) {
          const int next = skip_comma(core.end);
          const Key k = word(next).key;
          if (k == Key::tomorrow || k == Key::tonight || k == Key::today || k == Key::yesterday) {
            if (!word(next).abbreviated && !(tok(c).kind == TokenKind::number && tok(c).digits > 2)) clock_hit = core;
          } else if (k == Key::this_ && part_of_day(next + 1) && !(number_token(c) && tok(c).digits > 2)) {
            clock_hit = core;
          }
        }
      }
    }
    if (point.part.part == 0) {
      part_hit = part_phrase(p);
      if (part_hit && round == 0 && is(p, Key::of)) part_hit = {};
      // "AM" and "PM" after a day: "Feb 5 AM".
      if (!part_hit && point.date && !point.clock && (is(p, Key::am) || is(p, Key::pm)) && tok(p).space_before &&
          settings_.part_of_day != PartOfDayAs::day) {
        PartValue half;
        half.part = is(p, Key::am) ? 2 : 4;
        part_hit = {half, p + 1};
      }
      // A bare noun is a part of the day only with a day, or after its preposition, or alone.
      if (part_hit && round == 0) {
        const bool bare = word(p).part != 0 && part_hit.end == p + 1;
        int after = part_hit.end;
        const bool of = is(after, Key::of) || is(after, Key::on);
        const bool dated =
            of ? static_cast<bool>(date(after + 1)) : (static_cast<bool>(date(after)) && !is(after, Key::for_));
        const bool at_word = is(after, Key::at) || sym(after, '@');
        if (bare && !dated && !(at_word && word(p).part < 10) && !(whole(i, part_hit.end) && !is(p, Key::tonight)) &&
            !company && !(settings_.part_of_day == PartOfDayAs::interval && !settings_.wide_parts))
          part_hit = {};
      }
      if (part_hit && round > 0 && !is(p, Key::in) && !is(p, Key::at) && !is(p, Key::of) && !is(p, Key::on)) {
        // "Friday dinner with Anna": a meal after a day is what it is about.
        const int part = part_hit.value.part;
        if (part >= 10 && !ends(part_hit.end) && !is(part_hit.end, Key::at) && settings_.planning()) part_hit = {};
        if (comma && part >= 10) part_hit = {};
      }
    }
    // The longest piece wins; a date before a time, a time with its half before a date.
    const int longest = std::max({date_hit.end, clock_hit.end, part_hit.end, day_part_hit.end});
    if (longest == 0) break;
    if (day_part_hit.end == longest) {
      point.date = day_part_hit.value.first;
      point.part = day_part_hit.value.second;
    } else if (clock_hit.end == longest && (!date_hit || date_hit.end < longest ||
                                            (!clock_hit.value.bare && clock_hit.value.grain != Grain::hour))) {
      point.clock = clock_hit.value;
      point.approximate = point.approximate || clock_hit.value.approximate;
      point.at = clock_hit.value.at;
    } else if (date_hit.end == longest) {
      point.date = date_hit.value;
    } else if (clock_hit.end == longest) {
      point.clock = clock_hit.value;
    } else {
      point.part = part_hit.value;
    }
    end = at = longest;
  }
  if (!end) return {};
  if (point.date && point.date->form == DateValue::Form::weekday && point.part.part && !point.clock) {
    // "Wednesday evening next week"
    int p = skip_comma(end);
    if (is(p, Key::of)) ++p;
    const auto week = which_date(p);
    if (week && week.value.grain == Grain::week && week.value.upcoming) {
      point.date =
          day_value(floor<days>(week.value.start) + days{(point.date->weekday - settings_.week_start + 7) % 7});
      end = week.end;
    }
  }
  // A zone after everything ("11 am on 16 September utc+2").
  if (point.clock && !point.clock->has_zone && point.date) {
    if (const auto z = zone(end); z && !is(end, Key::in)) {
      point.clock->has_zone = true;
      point.clock->zone = z.value;
      end = z.end;
    }
  }
  // "Thu Oct 26 11:00:09 2023", "4pm + 3 days"
  if (point.clock && point.date && !point.date->year_said && point.date->form == DateValue::Form::month_day) {
    if (number_token(end) && tok(end).digits == 4 && tok(end).value >= 1900 && tok(end).value < 2200 &&
        (ends(end + 1) || text(end + 1, "is") || tok(end + 1).kind == TokenKind::word)) {
      auto date = *point.date;
      if (make_day(date, static_cast<int>(tok(end).value), date.month, date.day)) {
        date.year_said = true;
        date.form = DateValue::Form::fixed;
        point.date = date;
        ++end;
      }
    }
  }
  if (point.clock && !point.date && (sym(end, '+') || sym(end, '-'))) {
    const auto size = length(end + 1);
    if (size && size.value.length.grain >= Grain::day) {
      auto day = day_value(floor<days>(plus(now_.today(), size.value.length, sym(end, '+') ? 1 : -1)));
      day.from_now = true;
      point.date = day;
      end = size.end;
    }
  }
  point.score = 0.8;
  if (point.date) {
    const auto& d = *point.date;
    if (d.weak) point.score = 0.4;
    if (d.abbreviated && !point.clock && end == i + 1) point.score = 0.6;
  }
  return {point, end};
}

/// Seconds of the day for a clock whose half of the day may be open.
std::int32_t Reader::clock_second(const ClockValue& clock, const Point& point, bool other_day) const {
  std::int32_t second = clock.second;
  const int hour = second / 3600;
  if (clock.certain || hour > 12) {
    // "12 at night"
    return second;
  }
  const auto to_pm = [&] { return hour < 12 ? second + 12 * 3600 : second; };
  const auto to_am = [&] { return hour == 12 ? second - 12 * 3600 : second; };
  switch (point.part.part) {
    case 2:
    case 8:
    case 12:
    case 13:
      return to_am();
    case 4:
    case 5:
    case 9:
    case 11:
      return to_pm();
    case 6:
      return hour == 12 ? second + 12 * 3600 : hour < 4 && !settings_.wide_parts ? second : to_pm();
    case 10:
      return hour <= 4 ? to_pm() : second;
    default:
      break;
  }
  if (settings_.planning()) {
    if (clock.leading_zero) return second;
    if (hour == 12) return second;
    const bool midnight_ref = now_local() == LocalTime{now_.today()};
    if (!other_day && !midnight_ref) {
      // Today: the next time that the clock shows it.
      const auto passed = (now_local() - LocalTime{now_.today()}).count();
      if (second > passed) return second;
      if (second + 12 * 3600 > passed) return second + 12 * 3600;
    }
    if (clock.at || clock.bare || clock.grain == Grain::hour || point.date) {
      if (clock.grain == Grain::minute && !clock.at && !clock.bare && point.date &&
          point.date->form != DateValue::Form::weekday && !point.date->from_now && !clock.approximate)
        return second;
      return hour < 7 ? to_pm() : second;
    }
    return second;
  }
  if (settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts && !other_day) {
    const auto passed = (now_local() - LocalTime{now_.today()}).count();
    if (second > passed) return second;
    if (second + 12 * 3600 > passed && hour < 12) return second + 12 * 3600;
  }
  return second;
}

Reader::Stretch Reader::resolve(const Point& point, bool alone, bool in_range) const {
  Stretch out;
  if (point.is_exact) {
    out.start = point.exact;
    out.end = point.exact + seconds{1};
    out.grain = point.exact_grain;
    return out;
  }
  if (point.clock) {
    const auto& clock = *point.clock;
    const bool other_day = point.date && floor<days>(point.date->start) != now_.today();
    Days day = now_.today();
    if (point.date) {
      const auto& d = *point.date;
      day = floor<days>(d.clock_kept && point.from_now ? point.exact : d.start);
    }
    std::int32_t second = clock_second(clock, point, other_day);
    // Midnight is the one that ends the day, unless the day stands with "at midnight on" and events are told.
    if (clock.midnight && second == 0) {
      if (point.date && settings_.planning() && (!alone || point.date)) {
        second = 86400;
      }
    }
    LocalTime at = LocalTime{day} + seconds{second};
    if (!point.date) {
      const auto now = clock.has_zone ? clock.zone.to_local(now_.instant()) : now_local();
      const bool past = at <= now && !(at == now && !clock.midnight);
      bool roll = false;
      if (settings_.prefer == Prefer::past) {
        if (at > now) at -= days{1};
      } else if (settings_.prefer == Prefer::future || settings_.forward_date) {
        roll = past;
      } else if (settings_.prefer == Prefer::current_period) {
      } else if (settings_.part_of_day == PartOfDayAs::day) {
        roll = clock.midnight && at <= now && now - at > hours{2};
      } else if (settings_.planning()) {
        // A lone "0730" or "midnight" names a time of today; "at 9am" and "call Anna 9am" the next one.
        const bool named = alone && !clock.at;
        roll = past && !(named || settings_.weekday == WeekdayChoice::past);
        if (clock.midnight && !named) roll = true;
        if (!past && clock.midnight && at == now) roll = !named;
      } else {
        roll = past;
      }
      if (roll && !in_range) at += days{1};
      if (roll && in_range) at += days{settings_.forward_date ? 1 : 0};
    } else if (point.date->this_part && settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts &&
               at < now_local() && floor<days>(point.date->start) == now_.today()) {
      at += days{1};
    } else if (point.date->form == DateValue::Form::weekday && settings_.weekday == WeekdayChoice::today &&
               at < now_local() && floor<days>(at) == now_.today()) {
      at += days{7};
    }
    out.start = at;
    out.grain = clock.grain;
    const seconds size{clock.grain == Grain::hour ? 3600 : clock.grain == Grain::minute ? 60 : 1};
    out.end = at + size;
    if (clock.has_zone) out.offset = duration_cast<minutes>(clock.zone.offset_at(clock.zone.to_instant(at).instant));
    return out;
  }
  if (point.part.part) {
    Days day = now_.today();
    if (point.date) day = floor<days>(point.date->clock_kept && point.from_now ? point.exact : point.date->start);
    const auto [from, to] = part_hours(point.part);
    const bool sunday_passed = point.date && point.date->form == DateValue::Form::weekday && settings_.forward_date &&
                               day == now_.today() && LocalTime{day} + minutes{to} <= now_local();
    if (sunday_passed) day += days{7};
    switch (settings_.part_of_day) {
      case PartOfDayAs::day: {
        out.start = day;
        out.end = day + days{1};
        out.grain = Grain::day;
        return out;
      }
      case PartOfDayAs::time: {
        out.start = LocalTime{day} + minutes{part_time(point.part)};
        // "in the morning", said when it has passed, is tomorrow's.
        if (!point.date && !alone && !in_range && settings_.prefer != Prefer::past && out.start < now_local())
          out.start += days{1};
        out.end = out.start + hours{1};
        out.grain = Grain::hour;
        return out;
      }
      case PartOfDayAs::interval: {
        out.start = LocalTime{day} + minutes{from};
        out.end = LocalTime{day} + minutes{to};
        if (to == 24 * 60 && !settings_.wide_parts) out.end -= seconds{1};
        out.grain = Grain::hour;
        out.interval = true;
        if (!settings_.wide_parts && !point.date && settings_.mode == Mode::tasks && out.end <= now_local()) {
          out.start += days{1};
          out.end += days{1};
        }
        if (!settings_.wide_parts) out.grain = Grain::minute;
        return out;
      }
    }
  }
  const auto& d = *point.date;
  out.start = d.start;
  out.end = d.end;
  out.grain = d.grain;
  out.interval = d.range;
  if (d.clock_kept && point.from_now) {
    out.start = point.exact;
    out.end = floor<days>(point.exact) + days{1};
  }
  return out;
}

}  // namespace daybook::language
