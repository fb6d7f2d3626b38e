#include "language/reader.hpp"

#include <algorithm>

#include "language/repeat_reader.hpp"

namespace daybook::language {
Reader::Reader(const TokenList& tokens, const Now& now, const Settings& settings)
    : tokens_(tokens), now_(now), settings_(settings) {}

bool Reader::ends(int i) const {
  if (i >= size()) return true;
  const auto& t = tok(i);
  if (t.kind == TokenKind::symbol) {
    switch (t.symbol) {
      case '-':
      case '/':
        return false;
      case ':':
        return true;
      case '%':
      case '$':
      case '\'':
      case '"':
        return t.symbol == '"' || (t.symbol == '\'' && i + 1 >= size());
      default:
        return true;
    }
  }
  if (t.kind == TokenKind::number) return false;
  switch (word(i).key) {
    case Key::and_:
    case Key::or_:
    case Key::but:
    case Key::to:
    case Key::for_:
    case Key::with:
    case Key::at:
    case Key::on:
    case Key::in:
    case Key::by:
    case Key::from:
    case Key::until:
    case Key::before:
    case Key::after:
    case Key::every:
    case Key::each:
    case Key::starting:
    case Key::ending:
    case Key::except:
    case Key::today:
    case Key::tomorrow:
    case Key::tonight:
    case Key::daily:
    case Key::everyday:
    case Key::weekly:
    case Key::monthly:
    case Key::during:
      return true;
    default:
      break;
  }
  return text(i, "if", "because", "so", "please", "is", "was", "will", "would", "when", "then", "we", "i", "and",
              "that", "which", "as", "pls", "thanks", "hahaha", "the", "who", "what", "where", "it", "can", "could",
              "should");
}

bool Reader::whole(int i, int end) const {
  for (int k = 0; k < size(); ++k) {
    if (k >= i && k < end) continue;
    if (tok(k).kind != TokenKind::symbol || tok(k).symbol == 0 || tok(k).symbol == '$' || tok(k).symbol == '#' ||
        tok(k).symbol == '%')
      return false;
  }
  return true;
}

Hit<TimeReading> Reader::recurrence(int i) const { return RepeatReader(*this).read(i); }

/// How far the words around speak for or against a time.
double Reader::plausibility(int i, int end, const TimeReading& reading) const {
  double score = reading.score;
  const bool alone = whole(i, end);
  // Where a text tells of days, a length of time is none of them.
  if (reading.kind == TimeKind::duration && settings_.part_of_day == PartOfDayAs::day && !settings_.forward_date)
    return 0.3;
  if (alone) return std::max(score, score >= 0.45 ? 0.8 : score);
  const auto& first = word(i);
  const bool related =
      reading.relation != Relation::none || (i > 0 && (is(i - 1, Key::on) || is(i - 1, Key::in) || is(i - 1, Key::by) ||
                                                       is(i - 1, Key::until) || is(i - 1, Key::since)));
  // What is measured or named by a word after it: "the 8pm show", "Sunday roast", "a 3 day trip", "May Smith".
  const bool noun_follows = !ends(end) && tok(end).kind == TokenKind::word && (!tok(end).word || tok(end).space_before);
  const bool article = i > 0 && (is(i - 1, Key::the) || is(i - 1, Key::a) || is(i - 1, Key::my) || text(i - 1, "his") ||
                                 text(i - 1, "her") || text(i - 1, "their") || text(i - 1, "your"));
  // "Saturday Night Live": a name, where everything is capitalised.
  const auto large = [&](int k) {
    return k < size() && tok(k).kind == TokenKind::word && tokens_.original(tok(k))[0] >= 'A' &&
           tokens_.original(tok(k))[0] <= 'Z';
  };
  const auto shouted = [&](int k) {
    return tok(k).text.size() > 1 && tokens_.original(tok(k))[1] >= 'A' && tokens_.original(tok(k))[1] <= 'Z';
  };
  if (!related && end == i + 2 && large(i) && large(i + 1) && large(end) && !shouted(end) && !tok(end).word &&
      settings_.planning())
    return 0.3;
  const bool single = end == i + 1;
  if (single && first.part && i > 0 && text(i - 1, "good")) return 0.1;
  if (single) {
    if (first.month) {
      const bool verb = tok(i).text == "may" || tok(i).text == "march" || tok(i).text == "mar" ||
                        tok(i).text == "dec" || tok(i).text == "jan";
      if (verb && !related) score = 0.3;
      if (first.abbreviated && !related && !ends(end)) score = std::min(score, 0.4);
    }
    if (first.weekday && first.abbreviated) {
      const bool word_too = tok(i).text == "sat" || tok(i).text == "sun" || tok(i).text == "wed" ||
                            tok(i).text == "mon" || tok(i).text == "tu" || tok(i).text == "th";
      if (word_too && !related && !(ends(end) && i > 0)) score = std::min(score, 0.4);
      if (word_too && tok(i).text == "sun" && i > 0 && is(i - 1, Key::the)) score = 0.1;
    }
    if (first.weekday && !related && noun_follows && settings_.planning())
      score = std::min(score, i == 0 ? 0.72 : 0.55);
    if (first.weekday && article && noun_follows) score = std::min(score, settings_.planning() ? 0.45 : 0.7);
    if (first.key == Key::midnight || first.key == Key::noon) score = std::max(score, 0.75);
    if ((first.key == Key::spring || first.key == Key::summer || first.key == Key::autumn || first.key == Key::winter))
      score = std::min(score, 0.3);
  }
  if (reading.kind == TimeKind::instant && reading.has_clock && !reading.has_date &&
      reading.relation == Relation::none && article && noun_follows)
    score = 0.3;
  if (reading.kind == TimeKind::instant && reading.has_clock && !reading.has_date &&
      reading.relation == Relation::none && noun_follows)
    score -= 0.1;
  if (related && reading.kind == TimeKind::instant) score += 0.05;
  if (reading.kind == TimeKind::duration && noun_follows && settings_.planning()) score -= 0.1;
  if (article && noun_follows && reading.has_date && !related && settings_.planning() && !reading.has_clock &&
      reading.start && reading.start->grain >= Grain::month)
    score = std::min(score, 0.4);
  return score;
}

std::vector<TimeReading> Reader::read() {
  std::vector<TimeReading> out;
  for (int i = 0; i < size();) {
    const auto& t = tok(i);
    if (t.quoted || t.marker || (t.kind == TokenKind::word && !t.word && !holiday_name(i)) ||
        (t.kind == TokenKind::symbol && t.symbol != '@' && t.symbol != '+' && t.symbol != '-' && t.symbol != '[' &&
         t.symbol != '~' && t.symbol != '>' && t.symbol != '<')) {
      ++i;
      continue;
    }
    link_at_ = -1;
    Hit<TimeReading> best;
    const auto offer = [&](Hit<TimeReading>&& hit) {
      if (!hit) return;
      for (int k = i; k < hit.end; ++k) {
        if (tok(k).quoted || tok(k).marker) return;
      }
      if (!best || hit.end > best.end) best = std::move(hit);
    };
    if (settings_.mode != Mode::strict) offer(recurrence(i));
    offer(interval(i));
    offer(open_interval(i));
    offer(instant(i));
    offer(duration(i));
    // "lunch last Thursday of each month": the repeat, of which the meal's day would be the first word.
    if (best && best.value.kind != TimeKind::recurrence && t.word && t.word->part >= 10 &&
        settings_.mode != Mode::strict && recurrence(i + 1).end > best.end) {
      ++i;
      continue;
    }
    if (best && best.value.score < 0) {
      i = best.end;
      continue;
    }
    if (best) {
      auto& r = best.value;
      // A number that goes on as another thing ("10.1", "45%", "650-650") is no time.
      const auto& last = tok(best.end - 1);
      const auto& next = tok(best.end);
      const bool joined = best.end < size() && attached(best.end);
      bool cut = joined && last.kind == TokenKind::number && next.kind == TokenKind::symbol &&
                 ((next.symbol == '-' || next.symbol == '/' || next.symbol == '.' || next.symbol == ':') &&
                  number_token(best.end + 1) && attached(best.end + 1));
      if (joined && next.symbol == '%') cut = true;
      if (joined && next.kind != TokenKind::symbol && last.kind != TokenKind::symbol &&
          !(last.kind == TokenKind::word && word(best.end - 1).unit >= 0) && r.kind != TimeKind::recurrence)
        cut = true;
      r.score = plausibility(i, best.end, r);
      if (settings_.mode == Mode::strict && !formal(i, best.end, r)) r.score = 0;
      if (!cut && r.score >= 0.25) {
        if (r.span.end == 0) r.span = {tok(i).begin, tok(best.end - 1).end};
        i = best.end;
        out.push_back(std::move(r));
        continue;
      }
      if (cut) {
        // Nothing inside such a chain is a time either.
        int k = best.end;
        while (k < size() && attached(k)) ++k;
        i = k;
        continue;
      }
      if (r.score < 0.25 && best.end > i + 1 && tok(i).kind == TokenKind::number) {
        i = best.end;
        continue;
      }
    } else if (t.kind == TokenKind::number && i + 1 < size() && attached(i + 1) &&
               tok(i + 1).kind == TokenKind::symbol &&
               (tok(i + 1).symbol == '-' || tok(i + 1).symbol == '/' || tok(i + 1).symbol == '.')) {
      // "2014/13/22", "138-2010-2015": a chain of numbers that is no date holds none.
      int k = i + 1;
      while (
          k < size() && attached(k) &&
          (tok(k).kind == TokenKind::number || (tok(k).symbol == '-' || tok(k).symbol == '/' || tok(k).symbol == '.')))
        ++k;
      if (k > i + 2) {
        const bool range = sym(i + 1, '-') && k - i == 3;
        if (!range) {
          i = k;
          continue;
        }
      }
    }
    ++i;
  }
  return out;
}

/// Strict mode takes dates that are written out, and lengths in full words.
bool Reader::formal(int i, int end, const TimeReading& reading) const {
  bool number = false;
  bool casual = false;
  for (int k = i; k < end; ++k) {
    number = number || tok(k).kind == TokenKind::number;
    casual = casual || (word(k).unit >= 0 && word(k).abbreviated) ||
             (word(k).unit >= 0 && tok(k).text.size() <= 3 && word(k).unit != static_cast<int>(Grain::day));
  }
  if (reading.kind == TimeKind::duration || casual) return false;
  if (word(i).weekday && end == i + 1) return false;
  if (reading.has_clock && !reading.has_date && !reading.meridiem && !reading.from_now) return false;
  return number || reading.from_now || reading.year_said;
}

std::vector<TimeReading> read_times(const TokenList& tokens, const Now& now, const Settings& settings) {
  return Reader(tokens, now, settings).read();
}

std::vector<TimeReading> read_times(std::string_view text, const Now& now, const Settings& settings) {
  const TokenList tokens(text);
  return read_times(tokens, now, settings);
}

}  // namespace daybook::language
