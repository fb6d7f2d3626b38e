#include "language/repeat_reader.hpp"

namespace daybook::language {

int RepeatReader::join(int p) const {
  if (r_.sym(p, ',')) ++p;
  if (r_.sym(p, '/') && r_.attached(p) && r_.word(p + 1).weekday) ++p;  // "tue/thu"
  if (r_.is(p, Key::and_) || r_.sym(p, '&')) ++p;
  if (r_.is(p, Key::or_)) ++p;
  return p;
}

bool RepeatReader::article_before(int i) const {
  return i > 0 && (r_.is(i - 1, Key::the) || r_.is(i - 1, Key::a) || r_.is(i - 1, Key::my) || r_.text(i - 1, "his") ||
                   r_.text(i - 1, "her") || r_.text(i - 1, "their") || r_.text(i - 1, "your"));
}

int RepeatReader::trigger(int p) {
  if (const int end = every(p)) return end;
  if (const int end = per_period(p)) return end;
  if (const int end = adverb(p)) return end;
  if (const int end = plural_days(p)) return end;
  if (!triggered_) {
    if (const int end = positions(p)) return end;
  }
  return 0;
}

Hit<TimeReading> RepeatReader::read(int i) {
  // Words that can begin a repeat; most tokens are turned away here.
  const auto& w = r_.word(i);
  const auto& t = r_.tok(i);
  const bool may_begin = w.key != Key::none || w.weekday || w.ordinal || w.cardinal >= 0 ||
                         t.kind == TokenKind::number || r_.sym(i, '@') || t.text == "bi" || t.text == "semi";
  if (!may_begin || t.quoted || t.marker) return {};
  int p = i;
  int end = 0;
  bool lead = false;
  // Times and bounds may stand first: "at 10 am on the 15th of every month", "starting in april, daily until march".
  for (int k = 0; k < 3; ++k) {
    if ((k == 0 ? RepeatReader(r_) : RepeatReader(*this)).trigger(p) != 0) {
      break;
    }
    int next = 0;
    if (r_.is(p, Key::starting) || r_.is(p, Key::from)) next = start_bound(p);
    if (!next) next = times(p);
    if (!next) return {};
    lead = true;
    p = r_.skip_comma(next);
  }
  const int first = trigger(p);
  if (!first) return {};
  triggered_ = true;
  end = p = first;
  for (int pieces = 0; pieces < 12; ++pieces) {
    const int next = piece(p);
    if (!next) break;
    end = p = next;
  }
  int gap_end = 0;
  if (!r_.ends(end) || adjective_ || r_.tok(end).kind == TokenKind::word) {
    if (const int after = later_piece(end)) {
      gap_end = after;
      int q = after;
      for (int pieces = 0; pieces < 6; ++pieces) {
        const int next = piece(q);
        if (!next) break;
        gap_end = q = next;
      }
    }
  }
  if (!finish()) return {};
  TimeReading reading;
  reading.kind = TimeKind::recurrence;
  reading.rule = std::move(rule_);
  const RepeatRule& rule = reading.rule;
  reading.score = 0.9;
  reading.has_clock = !rule.hours.empty();
  reading.has_date = true;
  switch (part_.part) {
    case 2:
      reading.part_of_day = PartOfDay::morning;
      break;
    case 4:
      reading.part_of_day = PartOfDay::afternoon;
      break;
    case 5:
      reading.part_of_day = PartOfDay::evening;
      break;
    case 6:
      reading.part_of_day = PartOfDay::night;
      break;
    default:
      break;
  }
  const int anchor = first;
  const bool noun_after = end < r_.size() && r_.tok(end).kind == TokenKind::word && !r_.ends(end);
  // "send the monthly report on Friday": a kind of report, and Friday is a day of its own.
  if (r_.settings_.planning() && article_before(i) && noun_after && end == anchor && !lead) return {};
  if (r_.settings_.part_of_day == PartOfDayAs::day && adjective_ && noun_after) reading.score = 0.4;
  if (gap_end) {
    reading.more_spans.push_back({r_.tok(gap_start_).begin, r_.tok(gap_end - 1).end});
    reading.span = {r_.tok(i).begin, r_.tok(end - 1).end};
    return {reading, gap_end};
  }
  return {reading, end};
}

}  // namespace daybook::language
