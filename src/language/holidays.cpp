#include "language/holiday_rules.hpp"
#include "language/reader.hpp"
#include "language/word_map.hpp"

namespace daybook::language {

using namespace std::chrono;

namespace {

struct Name {
  std::string_view text;
  int holiday;
};

/// "christmas day" and "christmas"; a plural or possessive s at the end of any word does not matter.
std::string_view stem(std::string_view word) {
  return word.size() > 3 && word.ends_with('s') ? word.substr(0, word.size() - 1) : word;
}

const WordMap<std::vector<Name>>& names() {
  static const auto* map = [] {
    auto* made = new WordMap<std::vector<Name>>;
    for (int h = 0; h < holiday_count(); ++h) {
      std::string_view rest = holidays()[h].names;
      while (!rest.empty()) {
        const auto bar = rest.find('|');
        const auto name = rest.substr(0, bar);
        rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
        (*made)[stem(name.substr(0, name.find(' ')))].push_back({name, h});
      }
    }
    return made;
  }();
  return *map;
}

}  // namespace

Hit<int> Reader::holiday_name(int i) const {
  if (tok(i).kind != TokenKind::word || tok(i).quoted || tok(i).marker) return {};
  Hit<int> best;
  bool local = false;
  const auto try_at = [&](int from) {
    if (tok(from).kind != TokenKind::word) return;
    static constexpr std::string_view kWeekdays[] = {"",         "monday", "tuesday",  "wednesday",
                                                     "thursday", "friday", "saturday", "sunday"};
    const auto first = word(from).weekday ? kWeekdays[word(from).weekday] : tok(from).text;
    const auto* found = names().find(stem(first));
    if (found == nullptr) return;
    for (const auto& name : *found) {
      const auto& country = holidays()[name.holiday].country;
      const bool mine = !country.empty() && country.find(settings_.country) != std::string_view::npos;
      if (!country.empty() && !mine) continue;
      int at = from;
      std::string_view rest = name.text;
      bool fits = true;
      int matched = 0;
      while (!rest.empty() && fits) {
        const auto space = rest.find(' ');
        const auto part = rest.substr(0, space);
        rest = space == std::string_view::npos ? std::string_view{} : rest.substr(space + 1);
        if (sym(at, '-') && matched > 0) ++at;
        if (sym(at, '.') && attached(at)) ++at;
        const auto& t = tok(at);
        if (t.kind == TokenKind::word && !t.quoted &&
            (t.text == part || stem(t.text) == stem(part) || (t.misspelt && t.word && t.word->text == part))) {
          ++at;
          ++matched;
        } else if (t.kind == TokenKind::word && word(at).weekday && find_word(part) &&
                   find_word(part)->weekday == word(at).weekday) {
          ++at;
          ++matched;
        } else if (part == "day" && rest.empty() && matched > 0 && name.text.find(' ') == name.text.rfind(' ') &&
                   false) {
          break;
        } else {
          fits = false;
        }
      }
      if (!fits || matched == 0) continue;
      // "christmas day", "halloween day"
      if (!name.text.ends_with(" day") && !name.text.ends_with("eve") && text(at, "day") && !is(at + 1, Key::after) &&
          !is(at + 1, Key::before))
        ++at;
      if (at > best.end || (at == best.end && mine && !local)) {
        best = {name.holiday, at};
        local = mine;
      }
    }
  };
  try_at(i);
  int skip = i;
  while (skip < i + 2 && text(skip, "world", "international", "national", "global", "un", "intl", "european", "the")) {
    ++skip;
    try_at(skip);
  }
  return best;
}

bool Reader::holiday_in(DateValue& value, int index, int year) const {
  const auto& rule = holidays()[index];
  const auto day = holiday_in_year(rule, year);
  if (!day) return false;
  value = day_value(*day);
  value.form = DateValue::Form::holiday;
  value.holiday = index;
  if (rule.days > 1) {
    value.end = *day + days{rule.days};
    value.range = true;
  }
  if (rule.kind == HolidayKind::special && rule.a == 9) {  // Earth Hour
    value.start = *day + hours{20} + minutes{30};
    value.end = value.start + hours{1};
    value.grain = Grain::minute;
    value.range = true;
  }
  if (rule.kind == HolidayKind::easter && rule.days < 0) {
    value.end = *day + days{-rule.days};
    value.range = true;
  }
  return true;
}

/// The holiday nearest in the wanted direction: 1 the next, 0 by the person's preference, -1 the last.
bool Reader::holiday_toward(DateValue& value, int index, int which) const {
  const int now = static_cast<int>(year_month_day{now_.today()}.year());
  const LocalTime today = now_.today();
  if (which == 0 && settings_.prefer == Prefer::automatic && settings_.weekday == WeekdayChoice::nearest &&
      !settings_.forward_date) {
    return holiday_in(value, index, now);
  }
  const bool past = which < 0 || settings_.prefer == Prefer::past;
  for (int shift = -1; shift <= 5; ++shift) {
    const int year = past ? now + 1 - (shift + 1) : now + shift;
    DateValue tried;
    if (!holiday_in(tried, index, year)) continue;
    if (past ? tried.start >= today : (which > 0 ? tried.start <= today : tried.end <= today)) continue;
    value = tried;
    return true;
  }
  // Nothing close: whatever there is, backwards.
  for (int year = now; year > now - 30; --year) {
    if (holiday_in(value, index, year)) return true;
  }
  return false;
}

Hit<DateValue> Reader::holiday_date(int i) const {
  int at = i;
  if (is(at, Key::the)) ++at;
  int which = 0;
  bool directed = false;
  if (const Key k = word(at).key; k == Key::next || k == Key::last || k == Key::this_ || k == Key::past ||
                                  k == Key::previous || k == Key::coming || k == Key::following || k == Key::upcoming) {
    which = k == Key::this_ ? 0 : k == Key::last || k == Key::past || k == Key::previous ? -1 : 1;
    directed = true;
    ++at;
  }
  const auto name = holiday_name(at);
  if (!name) return {};
  DateValue value;
  int end = name.end;
  const int now = static_cast<int>(year_month_day{now_.today()}.year());
  // "thanksgiving 2016", "of next year", "last year", "in 4 years", "six years hence", "9 months from now"
  int p = skip_comma(end);
  const bool of = is(p, Key::of) || is(p, Key::in);
  if (of) ++p;
  bool said = false;
  int year = now;
  if (!directed) {
    int w = p;
    if (is(w, Key::the)) ++w;
    const Key k = word(w).key;
    if (word(w + 1).unit == static_cast<int>(Grain::year) && !word(w + 1).plural &&
        (k == Key::next || k == Key::last || k == Key::this_ || k == Key::past || k == Key::previous ||
         k == Key::coming || k == Key::following)) {
      year = now + (k == Key::this_ ? 0 : k == Key::next || k == Key::coming || k == Key::following ? 1 : -1);
      said = true;
      end = w + 2;
    } else if (const auto found = this->year(p)) {
      if (!(sym(found.end, ':') && attached(found.end)) && !meridiem(found.end)) {
        year = found.value;
        said = true;
        end = found.end;
      }
    } else if (const auto size = length(p); size && (size.value.length.years || size.value.length.months)) {
      const bool hence = is(size.end, Key::hence) || (is(size.end, Key::from) && is(size.end + 1, Key::now));
      const bool ago = is(size.end, Key::ago);
      if ((of && is(p - 1, Key::in)) || hence || ago) {
        const auto target = plus(now_.today(), size.value.length, ago ? -1 : 1);
        year = static_cast<int>(year_month_day{floor<days>(target)}.year());
        // Months: the closest to then.
        if (size.value.length.months && !size.value.length.years) {
          DateValue best;
          bool any = false;
          for (int shift = -1; shift <= 1; ++shift) {
            DateValue tried;
            if (holiday_in(tried, name.value, year + shift) &&
                (!any || abs(tried.start - target) < abs(best.start - target))) {
              best = tried;
              any = true;
            }
          }
          if (any) year = static_cast<int>(year_month_day{floor<days>(best.start)}.year());
        }
        said = true;
        end = is(size.end, Key::from) ? size.end + 2 : hence || ago ? size.end + 1 : size.end;
      }
    }
  }
  if (said) {
    if (!holiday_in(value, name.value, year)) return {};
    value.year_said = true;
    value.form = DateValue::Form::fixed;
  } else if (!holiday_toward(value, name.value, which)) {
    return {};
  }
  if (directed) value.form = DateValue::Form::fixed;
  // "memorial day weekend", "labor day 2021 weekend": from the Friday or Saturday to the day.
  int w = end;
  if (word(w).key == Key::weekend || (text(w, "week") && sym(w + 1, '-') && text(w + 2, "end"))) {
    const auto day = floor<days>(value.start);
    const int weekday = static_cast<int>(std::chrono::weekday{day}.iso_encoding());
    const auto monday = day - days{weekday == 1 ? 7 : weekday - 1};
    const auto past = value.end;
    auto weekend = weekend_of(monday);
    weekend.end = std::max(weekend.end, past);
    weekend.range = true;
    return {weekend, word(w).key == Key::weekend ? w + 1 : w + 3};
  }
  return {value, end};
}

}  // namespace daybook::language
