#include <algorithm>

#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// A week or more that something stands in: "March 2014", "next month", "the year", "2015", "Q3".
Hit<DateValue> Reader::of_period(int i, int depth) const {
  if (depth > 3) return {};
  int at = i;
  if (is(at, Key::the) || is(at, Key::my)) {
    const auto& w = word(at + 1);
    if (w.unit >= static_cast<int>(Grain::day) && !w.plural && !w.abbreviated) {
      if (is(at + 2, Key::of)) {
        const auto inner = position_date(at, depth + 1);
        if (inner) return inner;
      }
      return {unit_around(static_cast<Grain>(w.unit), 0, w.multiple), at + 2};
    }
  }
  const auto& w = word(at);
  if (w.unit >= static_cast<int>(Grain::day) && !w.plural && !w.abbreviated && ends(at + 1)) {
    return {unit_around(static_cast<Grain>(w.unit), 0, w.multiple), at + 1};
  }
  const auto inner = date(i, depth + 1);
  if (!inner) return {};
  if (inner.value.weak || inner.value.grain >= Grain::week) return inner;
  return inner;
}

Hit<DateValue> Reader::position_date(int i, int depth) const {
  if (depth > 2) return {};
  int at = i;
  const bool the = is(at, Key::the);
  if (the) ++at;
  const auto& first = word(at);
  const auto today = now_.today();

  // Quarters and halves of a year: "Q3 2016", "2016 Q3", "third quarter", "H1 2016", "2019-Q1"
  {
    int q = at;
    int y = 0;
    bool year_first = false;
    if (number_token(q) && tok(q).digits == 4 && tok(q).value > 1900 && tok(q).value < 2200) {
      y = static_cast<int>(tok(q).value);
      ++q;
      if (sym(q, '-') && attached(q)) ++q;
      year_first = true;
    }
    const bool q_word = text(q, "q");
    const bool h_word = text(q, "h");
    if ((q_word || h_word) && number_token(q + 1) && attached(q + 1) && tok(q + 1).digits == 1 &&
        tok(q + 1).value >= 1 && tok(q + 1).value <= (q_word ? 4 : 2)) {
      int end = q + 2;
      const int which = static_cast<int>(tok(q + 1).value);
      const bool said = year_first;
      if (!year_first) {
        int p = end;
        if (sym(p, '-') && attached(p)) ++p;
        if (is(p, Key::of) || is(p, Key::in)) ++p;
        if (const auto found = year(p)) {
          y = found.value;
          end = found.end;
          year_first = true;
        } else if (const auto period = which_date(skip_comma(p)); period && period.value.grain == Grain::year) {
          y = static_cast<int>(year_month_day{floor<days>(period.value.start)}.year());
          end = period.end;
          year_first = true;
        }
      }
      if (year_first || (ends(end) && settings_.part_of_day == PartOfDayAs::interval)) {
        if (!year_first) {
          y = static_cast<int>(year_month_day{today}.year());
          const int passed = static_cast<int>(static_cast<unsigned>(year_month_day{today}.month()));
          if (which * (q_word ? 3 : 6) < passed) ++y;
        }
        const int months = q_word ? 3 : 6;
        DateValue value;
        DateValue last;
        if (!make_month(value, y, (which - 1) * months + 1) || !make_month(last, y, which * months)) return {};
        value.end = last.end;
        value.grain = q_word ? Grain::quarter : Grain::month;
        value.range = !q_word;
        value.year_said = said;
        return {value, end};
      }
    }
  }

  // Decades: "the 1990s", "1990's", "the nineties", "90s"; centuries: "21st century"
  {
    int d = at;
    int decade = -1;
    if (number_token(d) && tok(d).value % 10 == 0 && (tok(d).digits == 4 || tok(d).digits == 2)) {
      int e = d + 1;
      if (sym(e, '\'') && attached(e)) ++e;
      const bool spaced = tok(e).space_before && tok(d).digits == 2;
      if (text(e, "s") && !spaced) {
        decade = static_cast<int>(tok(d).value);
        d = e + 1;
      }
    } else if (tok(d).kind == TokenKind::word) {
      constexpr std::string_view kTens[] = {"noughties", "tens",    "twenties",  "thirties", "forties",
                                            "fifties",   "sixties", "seventies", "eighties", "nineties"};
      int base = 0;
      int e = d;
      if (const auto century = cardinal(d); century && century.value >= 1000 && century.value % 100 == 0) {
        base = static_cast<int>(century.value);
        e = century.end;
        if (is(e, Key::and_)) ++e;
      } else if (word(d).cardinal >= 15 && word(d).cardinal <= 20) {
        base = word(d).cardinal * 100;
        e = d + 1;
        if (sym(e, '-')) ++e;
      }
      for (int k = 0; k < 10; ++k) {
        if (text(e, kTens[k])) {
          decade = base + 10 * k;
          if (base == 0 && k == 0) decade = 2000;
          d = e + 1;
        }
      }
    }
    if (decade >= 0 && (settings_.part_of_day == PartOfDayAs::interval || decade >= 1000)) {
      if (decade < 100)
        decade += decade < 20 ? 2000 : decade >= 70 && settings_.weekday != WeekdayChoice::today ? 1900 : 2000;
      DateValue value;
      DateValue last;
      if (!make_month(value, decade, 1) || !make_month(last, decade + 9, 12)) return {};
      value.end = last.end;
      value.range = true;
      value.grain = Grain::year;
      return {value, d};
    }
    const auto nth = ordinal(at);
    if (nth && nth.value >= 10 && nth.value <= 30 && text(nth.end, "century")) {
      DateValue value;
      DateValue last;
      if (!make_month(value, (nth.value - 1) * 100, 1) || !make_month(last, nth.value * 100 - 1, 12)) return {};
      value.end = last.end;
      value.range = true;
      value.grain = Grain::year;
      return {value, nth.end + 1};
    }
  }

  if (settings_.part_of_day != PartOfDayAs::day) {
    // "end of the month", "beginning of 2017", "mid March", "early next year", "late this month", "EOM"
    enum class Piece { none, start, middle, end } piece = Piece::none;
    int p = at;
    bool of = false;
    Key said = first.key;
    bool later = false;
    Hit<DateValue> period;
    if (said == Key::eom || said == Key::bom) {
      piece = said == Key::eom ? Piece::end : Piece::start;
      period = {unit_around(Grain::month, 0), at + 1};
    } else if (said == Key::eoy ||
               (said == Key::boy &&
                (whole(i, at + 1) || is(i - 1, Key::at) || the || tokens_.original(tok(at)) == "BOY") &&
                tokens_.original(tok(at))[0] == 'B')) {
      piece = said == Key::eoy ? Piece::end : Piece::start;
      period = {unit_around(Grain::year, 0), at + 1};
    } else if (said == Key::eow) {
      piece = Piece::end;
      period = {unit_around(Grain::week, 0), at + 1};
    } else if (said == Key::start || said == Key::starting || said == Key::middle || said == Key::end ||
               said == Key::mid || said == Key::early || said == Key::late || said == Key::later ||
               said == Key::earlier) {
      const bool noun = said == Key::start || said == Key::starting || said == Key::middle || said == Key::end;
      p = at + 1;
      if ((said == Key::mid || said == Key::early || said == Key::late) && sym(p, '-')) ++p;
      if (is(p, Key::of)) {
        ++p;
        of = true;
      } else if (is(p, Key::in) && !noun) {
        ++p;
      }
      if (is(p, Key::around)) ++p;
      piece = said == Key::middle || said == Key::mid                       ? Piece::middle
              : said == Key::end || said == Key::late || said == Key::later ? Piece::end
                                                                            : Piece::start;
      later = said == Key::later || said == Key::earlier;
      if (later &&
          !(is(p, Key::this_) || is(p, Key::next) || is(p, Key::last) || is(p, Key::previous) || is(p, Key::in)))
        piece = Piece::none;
      if (noun && !of && !(said == Key::end || said == Key::start)) piece = Piece::none;
      if (piece != Piece::none) period = of_period(p, depth + 1);
      if (period && said == Key::starting && period.value.grain <= Grain::day) period = {};
      if (period && noun && !of && !word(p).month && word(p).unit < 0 && !is(p, Key::next) && !is(p, Key::this_))
        period = {};
    }
    if (period && piece != Piece::none) {
      auto value = period.value;
      value.weak = false;
      value.ends_it = piece == Piece::end;
      const auto whole_period = value;
      const bool one = !value.range || value.grain == Grain::year;
      if (value.grain == Grain::day && !value.range) {
        if (piece == Piece::end && of && !(said == Key::late)) {
          value.start = value.end - seconds{1};
          if (settings_.end_of_day) value.start = floor<days>(whole_period.start) + *settings_.end_of_day;
          value.end = value.start + seconds{1};
          value.grain = Grain::second;
          value.from_now = true;
          value.clock_kept = true;
          return {value, period.end};
        }
        return {};
      }
      if (!one) return {};
      value.form = period.value.form == DateValue::Form::month ? DateValue::Form::month_part : DateValue::Form::fixed;
      value.range = true;
      const auto first_day = floor<days>(value.start);
      const auto past_day = floor<days>(value.end);
      const bool wide = settings_.wide_parts;
      if (settings_.planning()) {
        Days day = first_day;
        if (piece == Piece::end) {
          day = past_day - days{1};
          if (value.grain == Grain::week) day = first_day + days{(5 - settings_.week_start + 7) % 7};
          if (value.grain == Grain::week && day < today && said == Key::eow) day += days{7};
        }
        if (piece == Piece::middle) {
          day = value.grain == Grain::month  ? first_day + days{14}
                : value.grain == Grain::week ? first_day + days{2}
                                             : first_day + days{(past_day - first_day) / 2};
        }
        if (said == Key::late || said == Key::early || said == Key::later || said == Key::earlier) {
          // Vague: left as a stretch whose first day counts.
          const auto size = past_day - first_day;
          if (piece == Piece::end) day = first_day + size * 2 / 3;
          if (piece == Piece::start) day = first_day;
        }
        auto single = day_value(day);
        single.form = value.form == DateValue::Form::month_part ? DateValue::Form::fixed : value.form;
        if (single.end <= LocalTime{today} && period.value.form == DateValue::Form::fixed &&
            value.grain == Grain::month && said == Key::bom) {
          single = day_value(floor<days>(unit_around(Grain::month, 1).start));
        }
        return {single, period.end};
      }
      const year_month_day date{first_day};
      const auto month_at = [&](int shift) {
        return LocalTime{Days{(date.year() / date.month() / 1) + months{shift}}};
      };
      switch (value.grain) {
        case Grain::week:
          if (piece == Piece::start) value.end = first_day + days{3};
          if (piece == Piece::end) value.start = first_day + (wide ? days{4} : days{3});
          if (piece == Piece::middle) {
            value.start = first_day + (wide ? days{2} : days{1});
            value.end = first_day + (wide ? days{4} : days{5});
          }
          value.grain = Grain::day;
          break;
        case Grain::month:
          if (wide) {
            if (piece == Piece::start) value.end = first_day + days{10};
            if (piece == Piece::end) value.start = first_day + days{20};
            if (piece == Piece::middle) {
              value.start = first_day + days{10};
              value.end = first_day + days{20};
            }
          } else {
            if (piece == Piece::start) value.end = first_day + days{15};
            if (piece == Piece::end) value.start = first_day + days{15};
            if (piece == Piece::middle) {
              value.start = first_day + days{10};
              value.end = first_day + days{20};
            }
          }
          value.grain = Grain::day;
          break;
        case Grain::year: {
          const bool absolute = value.year_said && !value.from_now;
          const bool halves = !wide && !absolute;
          if (piece == Piece::start) value.end = halves ? month_at(6) : wide ? month_at(3) : month_at(4);
          if (piece == Piece::end) value.start = halves ? month_at(6) : month_at(8);
          if (piece == Piece::middle) {
            value.start = wide ? month_at(3) : month_at(4);
            value.end = wide ? month_at(9) : month_at(8);
          }
          value.grain = Grain::month;
          break;
        }
        default: {
          const auto size = past_day - first_day;
          if (piece == Piece::start) value.end = first_day + size / 2;
          if (piece == Piece::end) value.start = first_day + size / 2;
          value.grain = Grain::day;
        }
      }
      if (later && value.start < LocalTime{today} && whole_period.end > LocalTime{today}) value.start = today;
      return {value, period.end};
    }
  }

  // "rest of the week", "all week", "the remainder of this month"
  if (first.key == Key::rest && settings_.part_of_day != PartOfDayAs::day) {
    int p = at + 1;
    if (is(p, Key::of)) ++p;
    auto period = of_period(p, depth + 1);
    if (!period && word(p).unit >= 0 && !word(p).plural)
      period = {unit_around(static_cast<Grain>(word(p).unit), 0), p + 1};
    if (period) {
      auto value = period.value;
      value.range = true;
      if (value.grain == Grain::day) {
        value.start = now_local();
        value.end -= seconds{1};
        value.grain = Grain::second;
      } else {
        // The last day is named as an end, not counted in.
        value.start = today;
        value.end -= days{1};
        value.grain = Grain::day;
      }
      return {value, period.end};
    }
    return {};
  }
  if (first.key == Key::all && word(at + 1).unit == static_cast<int>(Grain::week) &&
      settings_.part_of_day == PartOfDayAs::interval && settings_.wide_parts) {
    auto value = unit_around(Grain::week, 0);
    value.range = true;
    value.end -= days{1};
    value.grain = Grain::day;
    return {value, at + 2};
  }

  // "the week of October 7th", "week commencing 7 March", "the week starting February 4", "month of September"
  if ((text(at, "week") || text(at, "month")) && !attached(at + 1)) {
    int p = at + 1;
    bool of = is(p, Key::of) || is(p, Key::starting) || is(p, Key::ending) || is(p, Key::with);
    if (is(p, Key::with)) ++p;
    if (of) {
      ++p;
      if (is(p, Key::the)) {
      }
      if (is(p, Key::on)) ++p;
      const auto base = date(p, depth + 1);
      if (base && text(at, "week") && base.value.grain <= Grain::day && !base.value.weak) {
        DateValue value;
        value.grain = Grain::week;
        value.start = week_start(floor<days>(base.value.start));
        value.end = value.start + days{7};
        return {value, base.end};
      }
      if (base && text(at, "month") && base.value.grain == Grain::month && is(p - 1, Key::of)) return base;
    }
    // "week 27 of last year", "week 12"
    if (text(at, "week") && number_token(at + 1) && tok(at + 1).value >= 1 && tok(at + 1).value <= 53) {
      int end = at + 2;
      int y = static_cast<int>(year_month_day{today}.year());
      int q = skip_comma(end);
      if (is(q, Key::of) || is(q, Key::in)) ++q;
      const auto period = date(q, depth + 1);
      if (period && period.value.grain == Grain::year) {
        y = static_cast<int>(year_month_day{floor<days>(period.value.start)}.year());
        end = period.end;
      } else if (settings_.part_of_day != PartOfDayAs::interval) {
        return {};
      }
      const Days fourth{std::chrono::year{y} / 1 / 4};
      DateValue value;
      value.grain = Grain::week;
      const auto monday = fourth - days{static_cast<int>(std::chrono::weekday{fourth}.iso_encoding()) - 1};
      value.start = monday + days{7 * (static_cast<int>(tok(at + 1).value) - 1)};
      value.end = value.start + days{7};
      return {value, end};
    }
  }

  // "(last|third|2nd last) (Tuesday|day|week|month|weekend|quarter) of/in PERIOD", "first Monday next month"
  int nth = 0;
  int u = 0;
  if (const auto last = last_ordinal(at)) {
    nth = last.value;
    u = last.end;
  } else if (const auto ord = ordinal(at)) {
    nth = ord.value;
    u = ord.end;
  } else if (is(at, Key::closest) || (ordinal(at) && is(ordinal(at).end, Key::closest))) {
    nth = 0;
  }
  // "the closest Monday to Oct 5th", "the second closest …"
  {
    int c = at;
    int rank = 1;
    if (const auto ord = ordinal(c); ord && is(ord.end, Key::closest)) {
      rank = ord.value;
      c = ord.end;
    }
    if (is(c, Key::closest)) {
      const int what = c + 1;
      int to = what + 1;
      Hit<int> holiday;
      if (!word(what).weekday) {
        holiday = holiday_name(what);
        to = holiday.end;
      } else if (word(what).abbreviated) {
        to = skip_dot(to);
      }
      if ((word(what).weekday || holiday) && is(to, Key::to)) {
        const auto base = date(to + 1, depth + 1);
        if (base) {
          const auto center = floor<days>(base.value.start);
          if (word(what).weekday) {
            const int off =
                (word(what).weekday - static_cast<int>(std::chrono::weekday{center}.iso_encoding()) + 7) % 7;
            // Ordered by distance: off ahead, 7 - off behind, and so on.
            int ahead = off;
            int behind = 7 - off;
            Days day = center;
            for (int k = 0; k < rank; ++k) {
              if (ahead <= behind) {
                day = center + days{ahead};
                ahead += 7;
              } else {
                day = center - days{behind};
                behind += 7;
              }
            }
            return {day_value(day), base.end};
          }
          const int y = static_cast<int>(year_month_day{center}.year());
          std::vector<DateValue> found;
          for (int shift = -5; shift <= 5; ++shift) {
            DateValue v;
            if (holiday_in(v, holiday.value, y + shift)) found.push_back(v);
          }
          std::sort(found.begin(), found.end(), [&](const DateValue& a, const DateValue& b) {
            return abs(floor<days>(a.start) - center) < abs(floor<days>(b.start) - center);
          });
          if (static_cast<int>(found.size()) >= rank) {
            auto v = found[static_cast<std::size_t>(rank - 1)];
            v.form = DateValue::Form::fixed;
            return {v, base.end};
          }
        }
      }
    }
  }
  if (nth == 0) return {};
  int many = 1;
  if (const auto number = cardinal(u);
      number && unit(number.end) && number.value < 1000) {  // "the first 2 weeks of 2021"
    many = static_cast<int>(number.value);
    u = number.end;
  }
  const auto& what = word(u);
  const bool is_weekday = what.weekday && !what.plural;
  const bool is_unit = what.unit >= static_cast<int>(Grain::hour) && !(what.abbreviated && what.text.size() == 1);
  const bool is_weekend = what.key == Key::weekend;
  const bool is_workday = what.key == Key::weekday && !what.plural;
  const bool business = (text(u, "business") || text(u, "working") || text(u, "work")) && text(u + 1, "day");
  if (!is_weekday && !is_unit && !is_weekend && !is_workday && !business) return {};
  int p = what.abbreviated ? skip_dot(u + 1) : u + 1;
  if (business) ++p;
  const bool of = is(p, Key::of) || is(p, Key::in);
  const int after_of = of ? p + 1 : skip_comma(p);
  Hit<DateValue> period;
  if (of) {
    period = of_period(after_of, depth + 1);
  } else {
    const Key k = word(is(after_of, Key::the) ? after_of + 1 : after_of).key;
    if (k == Key::this_ || k == Key::next || k == Key::last || k == Key::previous || k == Key::current)
      period = which_date(after_of);
    if (word(after_of).month && is_weekday) period = month_date(after_of);
    if (is_unit && what.unit == static_cast<int>(Grain::quarter) && !period) {
      period = bare_year(after_of);
    }
  }
  const bool coarse = period && period.value.grain >= Grain::week && !(period.value.grain == Grain::day);
  const bool holiday_range = period && period.value.range;
  if (!coarse && !holiday_range) {
    if (is_unit && what.unit == static_cast<int>(Grain::quarter) && nth >= 1 && nth <= 4 && !is(at, Key::last) &&
        !what.plural && (settings_.part_of_day == PartOfDayAs::interval || the)) {
      const int y = static_cast<int>(year_month_day{today}.year());
      DateValue value;
      DateValue last;
      make_month(value, y, nth * 3 - 2);
      make_month(last, y, nth * 3);
      value.end = last.end;
      value.grain = Grain::quarter;
      return {value, p};
    }
    if (is_weekday && nth > 0 && settings_.part_of_day == PartOfDayAs::interval && !settings_.wide_parts && !of &&
        ends(p)) {
      // "first Sunday": of this month.
      const auto month = unit_around(Grain::month, 0);
      const auto day = nth_weekday(month.start, month.end, what.weekday, nth);
      if (day) return {day_value(*day), p};
    }
    return {};
  }
  const auto from = period.value.start;
  const auto to = period.value.end;
  const auto with_form = [&](DateValue value) {
    value.year_said = period.value.year_said;
    return value;
  };
  if (is_weekday) {
    const auto day = nth_weekday(from, to, what.weekday, nth);
    if (!day) return {};
    auto value = day_value(*day);
    // The month had no year: the next such day.
    if (period.value.form == DateValue::Form::month && value.end <= LocalTime{today} &&
        (settings_.weekday != WeekdayChoice::nearest && settings_.prefer != Prefer::past)) {
      DateValue later = period.value;
      if (make_month(later, period.value.year + 1, period.value.month)) {
        if (const auto next = nth_weekday(later.start, later.end, what.weekday, nth)) value = day_value(*next);
      }
    }
    return {with_form(value), period.end};
  }
  if (is_workday || business) {
    Days day = nth > 0 ? floor<days>(from) - days{1} : floor<days>(to);
    for (int left = nth > 0 ? nth : -nth; left > 0;) {
      day += days{nth > 0 ? 1 : -1};
      if (day < floor<days>(from) || day >= floor<days>(to)) return {};
      if (static_cast<int>(std::chrono::weekday{day}.iso_encoding()) <= 5) --left;
    }
    return {with_form(day_value(day)), period.end};
  }
  if (is_weekend) {
    const auto saturday = nth_weekday(from, to, 6, nth);
    if (!saturday) return {};
    return {with_form(weekend_of(*saturday - days{5})), period.end};
  }
  const auto grain = static_cast<Grain>(what.unit);
  if (grain >= period.value.grain && !period.value.range) return {};
  DateValue value;
  value.grain = grain;
  if (grain == Grain::day) {
    const Days day = nth > 0 ? floor<days>(from) + days{nth - 1} : floor<days>(to) + days{nth};
    if (day < floor<days>(from) || day >= floor<days>(to)) return {};
    value = day_value(nth < 0 && many > 1 ? day - days{many - 1} : day);
    if (many > 1) {
      value.end = value.start + days{many};
      value.range = true;
    }
    return {with_form(value), period.end};
  }
  if (grain == Grain::week) {
    Days monday;
    const auto begin = floor<days>(from);
    if (nth > 0) {
      if (settings_.wide_parts || period.value.grain == Grain::month) {
        // The weeks that begin in it; counted from the first with most of its days there (a year by ISO 8601).
        monday = week_start(begin);
        if (monday < begin && (period.value.grain != Grain::year || begin - monday > days{3})) monday += days{7};
        if (period.value.grain == Grain::month && !settings_.wide_parts) {
          monday = week_start(begin);
          if (begin - monday > days{3}) monday += days{7};
        }
      } else {
        monday = week_start(begin);
        if (begin - monday > days{3}) monday += days{7};
        if (many > 1 && monday < begin) monday += days{7};
      }
      monday += days{7 * (nth - 1)};
    } else {
      // The last week is the one with the last day in it, if most of it lies inside.
      const auto last = floor<days>(to) - days{1};
      monday = week_start(last);
      if (settings_.wide_parts && monday + days{6} > last) monday -= days{7};
      if (!settings_.wide_parts && last - monday < days{3}) monday -= days{7};
      monday += days{7 * (nth + 1)};
      if (many > 1) monday -= days{7 * (many - 1)};
    }
    value.start = monday;
    value.end = monday + days{7 * many};
    value.range = many > 1;
    return {with_form(value), period.end};
  }
  if (grain == Grain::month || grain == Grain::quarter) {
    const int size = grain == Grain::month ? 1 : 3;
    const year_month_day date{floor<days>(nth > 0 ? from : to)};
    const auto month_at = [&](int shift) { return LocalTime{Days{(date.year() / date.month() / 1) + months{shift}}}; };
    const int shift = nth > 0 ? (nth - 1) * size : (nth - (many - 1)) * size;
    value.start = month_at(shift);
    value.end = month_at(shift + size * many);
    if (value.start < from || value.end > to) return {};
    value.range = many > 1;
    value.month = static_cast<int>(static_cast<unsigned>(year_month_day{floor<days>(value.start)}.month()));
    return {with_form(value), period.end};
  }
  return {};
}

}  // namespace daybook::language
