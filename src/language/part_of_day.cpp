#include "language/reader.hpp"

namespace daybook::language {

using namespace std::chrono;

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

Hit<PartValue> Reader::part_of_day(int i) const {
  PartValue value;
  int at = i;
  if (is(at, Key::after) && (is(at + 1, Key::lunch) || is(at + 1, Key::dinner))) {
    value.after = true;
    value.part = word(at + 1).part;
    at += 2;
    if (is(at, Key::time)) ++at;
    return {value, at};
  }
  if (is(at, Key::early) || is(at, Key::late) || is(at, Key::mid)) {
    (is(at, Key::early) ? value.early : is(at, Key::late) ? value.late : value.mid) = true;
    ++at;
    if (sym(at, '-')) ++at;
    if (is(at, Key::in)) {
      ++at;
      if (is(at, Key::the)) ++at;
    }
  }
  if ((text(at, "business") || text(at, "working") || text(at, "office")) && text(at + 1, "hours")) {
    value.part = 14;
    return {value, at + 2};
  }
  if (text(at, "day") && text(at + 1, "time")) {
    value.part = 14;
    return {value, at + 2};
  }
  const auto& w = word(at);
  if (w.part == 0 || w.plural || tok(at).misspelt) {
    if (w.part == 0 || w.plural) return {};
  }
  value.part = w.part;
  ++at;
  if ((w.key == Key::lunch || w.key == Key::dinner || w.key == Key::breakfast) && is(at, Key::time)) ++at;
  if (w.part == 6 && is(at, Key::time)) ++at;
  return {value, at};
}

Hit<PartValue> Reader::part_phrase(int i) const {
  int at = i;
  if (is(at, Key::in) || is(at, Key::during) || is(at, Key::on) || is(at, Key::at) || is(at, Key::of)) {
    const bool in = !is(at, Key::at);
    ++at;
    if (is(at, Key::the) || is(at, Key::my)) ++at;
    const auto part = part_of_day(at);
    if (!part) return {};
    if (!in && part.value.part != 6 && part.value.part < 10) return {};
    return part;
  }
  if (is(at, Key::the)) return part_of_day(at + 1);
  return part_of_day(at);
}

}  // namespace daybook::language
