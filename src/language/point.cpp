#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

Hit<Point> Reader::point(int i, bool company) const {
  if (company || i < 0) return read_point(i, company);
  return remembered(points_, i, [&] { return read_point(i, false); });
}

Hit<Point> Reader::read_point(int i, bool company) const {
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
      if (!clock_hit && round > 0 && c == p && p == at + 1) clock_hit = iso_clock(p);
      if (clock_hit && by) clock_hit.value.at = true;
      // A lone number in front of its day: "9 tomorrow", "eight tonight", "10, tonight".
      if (!clock_hit && round == 0 && !point.date && (number_token(c) || word(c).cardinal > 0)) {
        const auto core = clock_core(c, true);
        const bool numbered = c > 0 && tok(c - 1).kind == TokenKind::word && !tok(c - 1).word && tok(c).space_before &&
                              !settings_.planning();  // "building 4"
        // "ten thirty on Wednesday", "five thirty Friday"
        if (core && core.value.bare && core.value.grain == Grain::minute && word(c).cardinal > 0 &&
            core.value.second < 13 * 3600) {
          const int day = is(core.end, Key::on) ? core.end + 1 : core.end;
          if (word(day).weekday && !word(day).abbreviated) clock_hit = core;
        }
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

}  // namespace daybook::language
