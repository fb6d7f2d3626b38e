#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

/// "end of the month", "beginning of 2017", "mid March", "early next year", "late this month", "EOM"; `i` is the token
/// before `at` where an article was said.
Hit<DateValue> Reader::piece_date(int i, int at, int depth) const {
  if (settings_.part_of_day == PartOfDayAs::day) return {};
  const bool the = is(at - 1, Key::the) && at > i;
  const auto& first = word(at);
  const auto today = now_.today();
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
    if (later && !(is(p, Key::this_) || is(p, Key::next) || is(p, Key::last) || is(p, Key::previous) || is(p, Key::in)))
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
    const auto month_at = [&](int shift) { return LocalTime{Days{(date.year() / date.month() / 1) + months{shift}}}; };
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
  return {};
}

}  // namespace daybook::language
