#include <algorithm>

#include "language/repeat_reader.hpp"

namespace daybook::language {

using namespace std::chrono;

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
              r_.word(of + 1).unit == static_cast<int>(Grain::quarter) ||
              r_.word(of + 1).unit == static_cast<int>(Grain::year)) &&
             !r_.word(of + 1).plural) {
    // "of the month" repeats with a place in the week, or after "every".
    open_period = true;
    period_unit = static_cast<Grain>(r_.word(of + 1).unit);
    done = of + 2;
  } else if (of_word && r_.word(of).month &&
             (has_frequency_ || (!days && r_.settings_.planning() && names_months(of)) || triggered_ ||
              (p > 0 && (r_.is(p - 1, Key::every) || r_.is(p - 1, Key::each))))) {
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
  if ((period || open_period) && period_unit == Grain::quarter && interval == 1) {
    // A place in a quarter is one in its first month, or counted from the end in its last.
    const bool from_end = (!ordinals.empty() && ordinals[0] < 0) || (!placed.empty() && placed[0].ordinal < 0);
    rule_.months = from_end ? std::vector{3, 6, 9, 12} : std::vector{1, 4, 7, 10};
    period_unit = Grain::year;
    unit_ = Grain::year;
    rule_.interval = 1;
    has_frequency_ = true;
  }
  if (period || open_period) {
    if (!has_frequency_ || (period && unit_ > period_unit)) {
      unit_ = period_unit;
      rule_.interval = interval;
    }
    if (period && has_frequency_ && period_unit == Grain::year && !(unit_ == Grain::month && rule_.interval > 1))
      unit_ = Grain::year;
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

}  // namespace daybook::language
