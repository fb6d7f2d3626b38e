#include "language/reader.hpp"

namespace daybook::language {

Hit<std::int64_t> Reader::cardinal(int i) const {
  const auto& first = tok(i);
  if (first.kind == TokenKind::number) {
    if (first.ordinal || first.digits > 9) return {};
    std::int64_t value = first.value;
    int end = i + 1;
    if (sym(end, ',') && attached(end) && number_token(end + 1) && attached(end + 1) && tok(end + 1).digits == 3 &&
        first.digits <= 3 && first.value > 0) {
      value = value * 1000 + tok(end + 1).value;
      end += 2;
    }
    if (is(end, Key::hundred)) return {value * 100, end + 1};
    if (is(end, Key::thousand)) return {value * 1000, end + 1};
    return {value, end};
  }
  // Words: [thousands] [hundreds] [tens] [units].
  std::int64_t total = 0;
  std::int64_t group = -1;
  int end = 0;
  for (int at = i; at < i + 12;) {
    const auto& w = word(at);
    if (w.cardinal >= 0 && !tok(at).misspelt) {
      if (group < 0) {
        group = w.cardinal;
      } else if (group % 100 == 0 && group > 0) {
        group += w.cardinal;
      } else if (group % 10 == 0 && group % 100 >= 20 && w.cardinal > 0 && w.cardinal < 10) {
        group += w.cardinal;
      } else {
        break;
      }
      end = ++at;
      if (sym(at, '-') && attached(at) && word(at + 1).cardinal > 0 && word(at + 1).cardinal < 10 && group % 10 == 0 &&
          group >= 20) {
        ++at;
      }
      continue;
    }
    if (is(at, Key::hundred) && (group > 0 || at > i) && group < 100) {
      group = (group < 0 ? 1 : group) * 100;
      end = ++at;
      continue;
    }
    if (is(at, Key::thousand) && group > 0) {
      total += group * 1000;
      group = -1;
      end = ++at;
      continue;
    }
    if (is(at, Key::and_) && end == at && (is(at - 1, Key::hundred) || is(at - 1, Key::thousand)) &&
        word(at + 1).cardinal > 0) {
      ++at;
      continue;
    }
    break;
  }
  if (!end || (group < 0 && total == 0)) return {};
  return {total + (group > 0 ? group : 0), end};
}

Hit<int> Reader::ordinal(int i) const {
  const auto& t = tok(i);
  if (t.kind == TokenKind::number) {
    if (!t.ordinal || t.digits > 3 || t.value == 0) return {};
    return {static_cast<int>(t.value), i + 1};
  }
  const auto& w = word(i);
  if (w.ordinal > 0) return {w.ordinal, i + 1};
  if (w.cardinal >= 20) {
    const int next = sym(i + 1, '-') ? i + 2 : i + 1;
    if (word(next).ordinal > 0 && word(next).ordinal < 10) return {w.cardinal + word(next).ordinal, next + 1};
  }
  return {};
}

Hit<int> Reader::last_ordinal(int i) const {
  if (is(i, Key::last)) return {-1, i + 1};
  if (text(i, "penultimate")) return {-2, i + 1};
  const auto nth = ordinal(i);
  if (!nth) return {};
  int at = nth.end;
  if (is(at, Key::to) && (is(at + 1, Key::last) || (is(at + 1, Key::the) && is(at + 2, Key::last)))) {
    return {-nth.value, is(at + 1, Key::the) ? at + 3 : at + 2};
  }
  if (sym(at, '-') && attached(at)) ++at;
  if (is(at, Key::last)) return {-nth.value, at + 1};
  return {};
}

Hit<Quantity> Reader::quantity(int i) const {
  const auto& w = word(i);
  Quantity q;
  int end = 0;
  if (is(i, Key::half)) {
    q.value = 0.5;
    end = i + 1;
    if (is(end, Key::of)) ++end;
    if (is(end, Key::a)) ++end;
    return {q, end};
  }
  // "three quarters of an hour", "a quarter of an hour", "quarter hour"
  {
    int at = i;
    int many = 1;
    if (is(at, Key::a)) {
      ++at;
    } else if (w.cardinal >= 1 && w.cardinal <= 3) {
      many = w.cardinal;
      ++at;
      if (sym(at, '-')) ++at;
    }
    if (text(at, "quarter") || (text(at, "quarters") && many > 1)) {
      int after = at + 1;
      bool of = false;
      if (is(after, Key::of)) {
        ++after;
        of = true;
      }
      if (is(after, Key::a)) {
        ++after;
        of = true;
      }
      if (word(after).unit >= 0 && (of || word(after).unit == static_cast<int>(Grain::hour))) {
        q.value = 0.25 * many;
        return {q, after};
      }
    }
  }
  if (is(i, Key::a) || is(i, Key::the)) {
    end = i + 1;
    q.value = 1;
    q.article = true;
    if (is(i, Key::a)) {
      if (is(end, Key::couple)) {
        q = {2, false, true, false};
        ++end;
        if (is(end, Key::of)) ++end;
        if (is(end, Key::more) || is(end, Key::additional)) ++end;
        return {q, end};
      }
      if (is(end, Key::few) || is(end, Key::several)) return {{3, false, true, false}, end + 1};
      if (is(end, Key::half)) return {{0.5, false, false, false}, end + 1};
      if (is(end, Key::dozen)) return {{12, false, false, false}, end + 1};
      if (is(end, Key::hundred)) return {{100, false, false, false}, end + 1};
    } else {
      return {};
    }
    return {q, end};
  }
  if (is(i, Key::couple)) return {{2, false, true, false}, is(i + 1, Key::of) ? i + 2 : i + 1};
  if (is(i, Key::few) || is(i, Key::several)) return {{3, false, true, false}, i + 1};
  if (is(i, Key::another)) {
    const auto rest = cardinal(i + 1);
    return rest ? Hit<Quantity>{{static_cast<double>(rest.value)}, rest.end} : Hit<Quantity>{{1}, i + 1};
  }
  const auto number = cardinal(i);
  if (!number) return {};
  q.value = static_cast<double>(number.value);
  q.digits = tok(i).kind == TokenKind::number;
  end = number.end;
  if (q.digits) {
    // "2.5", "0,5", "1/2", "2 1/2"
    const auto fraction = [&](int at, double& value) -> int {
      if (number_token(at) && sym(at + 1, '/') && attached(at + 1) && number_token(at + 2) && attached(at + 2) &&
          tok(at + 2).value >= 2 && tok(at + 2).value <= 9 && tok(at).value < tok(at + 2).value) {
        value = static_cast<double>(tok(at).value) / static_cast<double>(tok(at + 2).value);
        return at + 3;
      }
      return 0;
    };
    double part = 0;
    if (const int after = fraction(i, part)) {
      q.value = part;
      end = after;
    } else if ((sym(end, '.') || sym(end, ',')) && attached(end) && number_token(end + 1) && attached(end + 1) &&
               tok(end + 1).digits <= 3) {
      double scale = 1;
      for (int k = 0; k < tok(end + 1).digits; ++k) scale *= 10;
      q.value += static_cast<double>(tok(end + 1).value) / scale;
      end += 2;
    } else if (const int later = fraction(end, part)) {
      q.value += part;
      end = later;
    }
  }
  if (is(end, Key::and_)) {
    int at = end + 1;
    int many = 1;
    if (is(at, Key::a)) {
      ++at;
    } else if (word(at).cardinal >= 1 && word(at).cardinal <= 3 &&
               (text(at + 1, "quarter") || text(at + 1, "quarters"))) {
      many = word(at).cardinal;
      ++at;
    }
    if (is(at, Key::half)) {
      q.value += 0.5;
      end = at + 1;
    } else if (text(at, "quarter") || text(at, "quarters")) {
      q.value += 0.25 * many;
      end = at + 1;
    }
    if (end == at + 1) {
      if (is(end, Key::of)) ++end;
      if (is(end, Key::a)) ++end;
    }
  }
  if (is(end, Key::dozen)) {
    q.value *= 12;
    ++end;
  }
  if (is(end, Key::more) || is(end, Key::additional)) ++end;
  return {q, end};
}

Hit<int> Reader::era(int i, int number) const {
  if (is(i, Key::ad)) return {number, i + 1};
  if (is(i, Key::be_era) && number > 600) return {number - 543, i + 1};
  if (text(i, "a") && sym(i + 1, '.') && text(i + 2, "d")) return {number, skip_dot(i + 3)};
  return {};
}

Hit<int> Reader::year(int i) const {
  const auto& t = tok(i);
  if (t.kind == TokenKind::number) {
    if (t.ordinal) return {};
    if (t.digits == 4 && t.value >= 1000) {
      if (const auto with_era = era(i + 1, static_cast<int>(t.value))) return with_era;
      if (t.value > 3000) return {};
      return {static_cast<int>(t.value), i + 1};
    }
    if (t.digits <= 4) return era(i + 1, static_cast<int>(t.value));
    return {};
  }
  const auto& w = word(i);
  if (w.cardinal < 0) return {};
  // "nineteen eighty six", "twenty twenty", "nineteen zero one", "two thousand and ten"
  if (w.cardinal >= 11 && w.cardinal <= 20) {
    const int high = w.cardinal;
    int at = i + 1;
    if ((text(at, "zero") || is(at, Key::oh)) && word(at + 1).cardinal > 0 && word(at + 1).cardinal < 10) {
      return {high * 100 + word(at + 1).cardinal, at + 2};
    }
    const auto low = cardinal(at);
    if (low && low.value >= 10 && low.value < 100) return {high * 100 + static_cast<int>(low.value), low.end};
    if (is(at, Key::hundred)) return {high * 100, at + 1};
    return {};
  }
  const auto number = cardinal(i);
  if (number && number.value >= 1000 && number.value <= 3000) return {static_cast<int>(number.value), number.end};
  return {};
}

Hit<int> Reader::year_after_date(int i) const {
  int at = i;
  if (is(at, Key::of) || is(at, Key::in)) ++at;
  if (is(at, Key::the)) ++at;
  if (text(at, "year")) ++at;
  if (sym(at, '\'') && attached(at + 1)) ++at;
  if (const auto full = year(at)) {
    // A number that begins something else ("March 3 2000 pieces") is caught by the scorer; a clock is not a year.
    if (sym(full.end, ':') && attached(full.end)) return {};
    return full;
  }
  const auto& t = tok(at);
  if (t.kind == TokenKind::number && !t.ordinal && t.digits == 2 && at <= i + 1) {
    if (attached(at + 1) && at + 1 < size() && (tok(at + 1).kind == TokenKind::word || sym(at + 1, ':'))) return {};
    if (sym(at + 1, ':') || sym(at + 1, '/') || meridiem(at + 1)) return {};
    if ((sym(at + 1, '.') || sym(at + 1, '-')) && attached(at + 1) && number_token(at + 2)) return {};
    const int value = static_cast<int>(t.value);
    return {value < 50 ? 2000 + value : 1900 + value, at + 1};
  }
  return {};
}

}  // namespace daybook::language
