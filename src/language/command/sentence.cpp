#include "language/command/sentence.hpp"

#include <algorithm>

namespace daybook::language::chat {
namespace {

/// Things that carry a number of their own: "chapter 3", "room 12".
bool is_numbered(std::string_view word) {
  return is_one_of(word, "chapter", "chapters", "part", "page", "pages", "volume", "vol", "section", "unit", "lesson",
                   "episode", "ep", "season", "room", "gate", "level", "phase", "step", "version", "number", "no",
                   "flight", "route", "bus", "line", "item", "exercise", "question", "problem", "act", "book", "grade",
                   "tier", "highway", "pier", "floor", "building", "iphone", "ps", "windows", "module", "appendix",
                   "figure", "table", "ticket", "issue", "pr", "bug", "apartment", "apt", "suite", "terminal",
                   "platform", "track", "round", "draft", "option", "size", "form", "case", "verse", "psalm", "galaxy",
                   "pixel", "playstation", "xbox", "catch", "channel", "area", "district", "formula", "invoice",
                   "milestone", "zone", "team", "group", "class", "stage", "day", "article");
}

bool is_digits(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "555-0134", "020-7946-0018"
bool is_phone_number(std::string_view word) {
  const std::size_t dash = word.find('-');
  return dash >= 3 && dash != std::string_view::npos && word.size() - dash >= 4 &&
         std::all_of(word.begin(), word.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-'; }) &&
         !(dash == 4 && word.size() == 10);
}

bool is_capital(const Sentence& sentence, std::size_t index) {
  const char first = sentence.text[sentence[index].begin];
  return first >= 'A' && first <= 'Z' && sentence[index].end - sentence[index].begin > 1 &&
         sentence.text[sentence[index].begin + 1] >= 'a';
}

/// "28 Days Later", "March Madness", "Monday.com": capitals where a time has none, or more of a name after it.
bool is_name(const Sentence& sentence, const TimeReading& reading, Part said) {
  const Term& last = sentence[said.last - 1];
  if (last.end > reading.span.end && sentence.text[reading.span.end] == '.' && last.end > reading.span.end + 1)
    return true;
  // In a sentence that is all capitals they say nothing.
  bool plain = false;
  for (std::size_t i = 0; i < sentence.terms.size(); ++i)
    plain = plain || (sentence.text[sentence[i].begin] >= 'a' && sentence.text[sentence[i].begin] <= 'z');
  if (!plain || said.first == 0) return false;
  std::size_t core = said.first;
  if (said.size() > 1 && sentence[core].is("for")) ++core;
  // "email April": months that are people too.
  if (said.size() == 1 && sentence[said.first].is("april", "may", "june", "august") &&
      is_capital(sentence, said.first) &&
      sentence[said.first - 1].is("call", "email", "text", "ask", "tell", "meet", "visit", "invite", "help", "thank",
                                  "message", "pay", "phone", "with", "see", "remind"))
    return true;
  const bool bare = reading.relation == Relation::none || reading.relation == Relation::for_;
  if (bare && said.last - core == 1 && !reading.has_clock && last.after == 0 && said.last < sentence.terms.size() &&
      is_capital(sentence, core) && is_capital(sentence, said.last) &&
      !sentence[said.last].in(kPreposition | kArticle | kSubject | kActionVerb) &&
      (core > said.first || sentence[said.first - 1].in(kPreposition | kActionVerb | kArticle))) {
    return true;
  }
  if (said.size() < 2 ||
      !sentence[0].is("watch", "read", "see", "stream", "finish", "listen", "rewatch", "buy", "rent"))
    return false;
  int words = 0;
  // "tickets for 28 Weeks Later"
  const std::size_t title = sentence[said.first].is("for") ? said.first + 1 : said.first;
  for (std::size_t i = title; i < said.last; ++i) {
    if (sentence.text[sentence[i].begin] >= '0' && sentence.text[sentence[i].begin] <= '9') continue;
    if (!is_capital(sentence, i)) return false;
    ++words;
  }
  return words > 1;
}

}  // namespace

Sentence::Sentence(std::string_view said, const Now& when, const Settings& wishes, const Context& before)
    : text(said), now(when), settings(wishes), context(before), terms(said), times(read_times(said, when, wishes)) {
  tidy_times();
  keep_meals();
  share_day_of_hours();
}

void Sentence::tidy_times() {
  std::erase_if(times, [&](TimeReading& reading) {
    Part said = terms_of(reading.span);
    if (said.empty()) return true;
    // "check-in 5:45am": a reading does not begin within a word; "555-0134" holds no time.
    if (reading.span.begin > terms[said.first].begin && text[terms[said.first].begin] != '@' &&
        text[terms[said.first].begin] != '~') {
      if (said.size() == 1) return true;
      ++said.first;
      reading.span.begin = terms[said.first].begin;
    }
    // "chapter 3 today": the number belongs to what it counts.
    if (said.size() > 1 && said.first > 0 && is_numbered(terms[said.first - 1].low) &&
        is_digits(terms[said.first].low)) {
      const std::size_t begin = terms[said.first + 1].begin;
      auto rest = read_times(text.substr(begin, reading.span.end - begin), now, settings);
      if (rest.size() != 1) return true;
      rest[0].span.begin += begin;
      rest[0].span.end += begin;
      reading = std::move(rest[0]);
    }
    if (said.size() == 1 && said.first > 0 && is_numbered(terms[said.first - 1].low) &&
        is_digits(terms[said.first].low))
      return true;
    if (said.size() == 1 && is_phone_number(terms[said.first].low)) return true;
    if (reading.kind != TimeKind::recurrence && is_name(*this, reading, said)) return true;
    // "lunch today at 9am": the meal is what is planned, unless it says when ("at lunch"); likewise "movie night
    // Friday".
    const bool meal = terms[said.first].is("lunch", "dinner", "breakfast", "brunch", "supper", "school", "work") &&
                      (said.first == 0 || !terms[said.first - 1].is("at", "by", "before", "after", "around", "during",
                                                                    "over", "until", "till"));
    const bool named_night = terms[said.first].is("night") && said.first > 0 && terms[said.first - 1].groups == 0 &&
                             terms[said.first - 1].after == 0;
    if (said.size() > 1 && (meal || named_night)) {
      const std::size_t begin = terms[said.first + 1].begin;
      std::size_t end = reading.span.end;
      for (const Span& piece : reading.more_spans) end = std::max<std::size_t>(end, piece.end);
      auto rest = read_times(text.substr(begin, end - begin), now, settings);
      if (rest.size() != 1) return true;
      rest[0].span.begin += begin;
      rest[0].span.end += begin;
      reading = std::move(rest[0]);
    }
    // "pay quarterly taxes on April 15": after its verb, the word says which taxes.
    if (reading.kind == TimeKind::recurrence && said.size() == 1 && said.first == 1 && said.last < terms.size() &&
        terms[0].in(kActionVerb) && terms[1].low.ends_with("ly") && terms[1].after == 0 &&
        terms[said.last].groups == 0 && terms[said.last].low.size() > 2) {
      auto rest = read_times(text.substr(terms[said.last].begin), now, settings);
      if (rest.size() == 1 && rest[0].kind == TimeKind::instant) {
        rest[0].span.begin += terms[said.last].begin;
        rest[0].span.end += terms[said.last].begin;
        reading = std::move(rest[0]);
        return false;
      }
    }
    // A part of the day names no hour here, but which part.
    if (reading.part_of_day != PartOfDay::none && !reading.has_clock && reading.kind == TimeKind::instant &&
        reading.start && reading.has_date) {
      reading.start->local = std::chrono::floor<std::chrono::days>(reading.start->local);
      reading.start->grain = Grain::day;
    }
    return false;
  });
}

/// "easter brunch on Easter Sunday", "tomorrow dinner with Ann": at the start, a meal after its day is what is planned.
void Sentence::keep_meals() {
  const Part first = without_courtesy(*this, whole());
  for (std::size_t i = 0; i < times.size(); ++i) {
    const Part said = terms_of(times[i]);
    if (said.size() < 2 || said.first != first.first || times[i].kind != TimeKind::instant) continue;
    for (std::size_t m = said.first + 1; m < said.last; ++m) {
      if (!terms[m].is("lunch", "dinner", "breakfast", "brunch", "supper") || terms[m].quoted ||
          terms[m - 1].in(kGlue | kPreposition | kArticle))
        continue;
      const Span whole_span = times[i].span;
      const std::size_t left_end = terms[m].begin;
      const std::size_t right_begin = terms[m].end;
      auto pieces = read_times(text.substr(whole_span.begin, left_end - whole_span.begin), now, settings);
      for (auto& one : pieces) one.span.begin += whole_span.begin, one.span.end += whole_span.begin;
      if (right_begin < whole_span.end) {
        auto right = read_times(text.substr(right_begin, whole_span.end - right_begin), now, settings);
        for (auto& one : right) one.span.begin += right_begin, one.span.end += right_begin;
        std::move(right.begin(), right.end(), std::back_inserter(pieces));
      }
      times.erase(times.begin() + static_cast<std::ptrdiff_t>(i));
      times.insert(times.begin() + static_cast<std::ptrdiff_t>(i), pieces.begin(), pieces.end());
      return;
    }
  }
}

/// "at 8, 12 and 6 tomorrow": the day is that of all the hours, not of the last.
void Sentence::share_day_of_hours() {
  for (const TimeReading& reading : times) {
    const Part said = terms_of(reading);
    if (reading.kind != TimeKind::instant || !reading.has_date || !reading.has_clock || said.size() < 2 ||
        said.first < 2 || terms[said.first].low.size() > 5 || !is_digits(terms[said.first].low.substr(0, 1)))
      continue;
    std::size_t i = said.first;
    bool list = false;
    while (i > 0) {
      const bool joint = terms[i - 1].is("and", "&");
      if (!joint && terms[i - 1].after != ',') break;
      const std::size_t number = joint ? i - 2 : i - 1;
      if (i < 2 || number == 0 || terms[number].quoted || !is_digits(terms[number].low.substr(0, 1)) ||
          terms[number].low.size() > 5)
        break;
      list = true;
      i = number;
    }
    if (!list || i == 0 || !terms[i - 1].is("at", "@", "for")) continue;
    cut_times(said.first + 1);
    return;
  }
}

void Sentence::cut_times(std::size_t at) {
  for (std::size_t i = 0; i < times.size(); ++i) {
    const Part said = terms_of(times[i]);
    if (said.empty() || at <= said.first || at >= said.last) continue;
    const Span whole = times[i].span;
    const std::size_t cut = terms[at].begin;
    auto left = read_times(text.substr(whole.begin, cut - whole.begin), now, settings);
    auto right = read_times(text.substr(cut, whole.end - cut), now, settings);
    for (auto& one : left) one.span.begin += whole.begin, one.span.end += whole.begin;
    for (auto& one : right) one.span.begin += cut, one.span.end += cut;
    left.insert(left.end(), right.begin(), right.end());
    times.erase(times.begin() + static_cast<std::ptrdiff_t>(i));
    times.insert(times.begin() + static_cast<std::ptrdiff_t>(i), left.begin(), left.end());
    return;
  }
}

void Sentence::take_reading(const TimeReading& reading) {
  take(terms_of(reading.span));
  for (const Span& span : reading.more_spans) take(terms_of(span));
}

std::string_view Sentence::original(Part part) const {
  if (part.empty()) return {};
  return text.substr(terms[part.first].begin, terms[part.last - 1].end - terms[part.first].begin);
}

Part Sentence::terms_of(Span span) const {
  std::size_t low = 0;
  std::size_t high = terms.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (terms[middle].end <= span.begin) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  Part part{low, low};
  while (part.last < terms.size() && terms[part.last].begin < span.end) ++part.last;
  return part;
}

Part without_courtesy(const Sentence& sentence, Part part) {
  for (bool again = true; again && !part.empty();) {
    again = false;
    const std::size_t at = part.first;
    const auto skip = [&](std::size_t count) {
      part.first += count;
      again = true;
    };
    const Term& term = sentence[at];
    if (term.in(kPolite) && part.size() > 1) {
      skip(1);
    } else if (term.is("can", "could", "would", "will") && at + 2 < part.last &&
               sentence[at + 1].is("you", "u", "we")) {
      skip(2);
    } else if (term.is("i'd", "id", "i") && (sentence.starts(part, at + 1, "like", "you", "to") ||
                                             sentence.starts(part, at + 1, "want", "you", "to"))) {
      skip(4);
    } else if (term.is("i") && sentence.starts(part, at + 1, "would", "like", "you", "to")) {
      skip(5);
    } else if (sentence.starts(part, at, "go", "ahead", "and")) {
      skip(3);
    } else if (sentence.starts(part, at, "be", "sure", "to") || sentence.starts(part, at, "make", "sure", "to")) {
      skip(3);
    } else if (sentence.starts(part, at, "help", "me") && part.size() > 2) {
      skip(2);
    } else if (term.is("let's", "lets") && part.size() > 1) {
      skip(1);
    }
  }
  while (part.size() > 1 && sentence[part.last - 1].is("please", "pls", "plz", "thanks", "thx", "k", "ok", "now?"))
    --part.last;
  return part;
}

}  // namespace daybook::language::chat
