#include <algorithm>

#include "language/command/sentence.hpp"

namespace daybook::language::chat {
namespace {

bool is_ahead(const Term& term) { return term.is("before", "early", "earlier", "ahead", "prior", "beforehand", "in"); }

}  // namespace

Eve read_eve(const Sentence& sentence, Part part, std::size_t at) {
  if (at + 2 >= part.last || !sentence[at].is("the") || !sentence[at + 2].is("before")) return {};
  const Term& what = sentence[at + 1];
  if (what.is("day")) return {at + 3, {}};
  if (what.is("morning")) return {at + 3, std::chrono::hours{9}};
  if (what.is("afternoon")) return {at + 3, std::chrono::hours{14}};
  if (what.is("evening")) return {at + 3, std::chrono::hours{18}};
  if (what.is("night")) return {at + 3, std::chrono::hours{20}};
  return {};
}

std::size_t read_leads(Sentence& sentence, Part part, std::size_t at, Command& command) {
  boost::container::small_vector<Length, 3> lengths;
  std::optional<std::chrono::minutes> usual;
  std::size_t i = at;
  std::size_t end = at;
  while (i < part.last) {
    std::size_t next = i;
    while (next < part.last &&
           (sentence[next].is("and", "also", "then", "&") || (next > at && sentence[next].is("remind", "me"))))
      ++next;
    if (const Eve eve = read_eve(sentence, part, next); eve.end > next) {
      Length day;
      day.days = 1;
      day.grain = Grain::day;
      lengths.push_back(day);
      usual = eve.usual;
      end = i = eve.end;
      continue;
    }
    const auto length = read_length(sentence, part, next);
    if (!length) break;
    lengths.push_back(length->length);
    i = length->last;
    if (i < part.last && is_ahead(sentence[i])) {
      if (sentence[i].is("in") && !sentence.starts(part, i, "in", "advance")) break;
      i += sentence[i].is("in") ? 2 : 1;
      if (sentence.starts(part, i, "of", "time")) i += 2;
      // "before it's due", "before that"
      if (i < part.last && sentence[i].is("it", "that", "hand", "it's", "its")) ++i;
      while (i < part.last && i > at && sentence[i - 1].is("it", "it's", "its", "is") &&
             sentence[i].is("is", "due", "starts", "begins"))
        ++i;
      // "before the taxes are due": the words after it name a task, which is for another reader.
      end = i;
    }
  }
  if (end == at) return at;
  for (const Length& length : lengths) command.reminders.push_back(ReminderWish::ahead(length));
  command.reminders.back().clock = usual;
  // "the day before at 6pm"
  if (lengths.back().seconds == 0 && end + 1 < part.last && sentence[end].is("at", "@")) {
    const std::size_t begin = sentence[end].begin;
    for (const TimeReading& reading : read_times(sentence.text.substr(begin, sentence[part.last - 1].end - begin),
                                                 sentence.now, sentence.settings)) {
      if (reading.span.begin > 3 || !reading.has_clock || reading.has_date || !reading.start) break;
      std::chrono::minutes clock = reading.start->clock();
      // "the evening before at 8"
      if (usual && !reading.meridiem) {
        clock %= std::chrono::hours{12};
        if (*usual >= std::chrono::hours{12}) clock += std::chrono::hours{12};
      }
      command.reminders.back().clock = clock;
      return sentence.terms_of(Span{begin + reading.span.begin, begin + reading.span.end}).last;
    }
  }
  return end;
}

namespace {

/// "remind me at 8 in the morning" beside something that repeats: at that time of each of its days. The term after it,
/// or `at`.
std::size_t read_clock_wish(const Sentence& sentence, Part part, std::size_t at, Command& command) {
  if (at + 1 >= part.last || !sentence[at].is("at", "@")) return at;
  const bool repeats = std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
    const Part said = sentence.terms_of(one);
    return one.kind == TimeKind::recurrence && one.score >= 0.5 && said.first + 2 < at;
  });
  if (!repeats) return at;
  const std::size_t begin = sentence[at].begin;
  const auto times =
      read_times(sentence.text.substr(begin, sentence[part.last - 1].end - begin), sentence.now, sentence.settings);
  if (times.empty() || times[0].span.begin > 3 || !times[0].has_clock || times[0].has_date || !times[0].start ||
      times[0].kind != TimeKind::instant)
    return at;
  std::chrono::minutes clock = times[0].start->clock();
  // Of another day a bare 1 to 6 is the afternoon, 7 to 11 the morning.
  if (!times[0].meridiem && times[0].part_of_day == PartOfDay::none) {
    clock %= std::chrono::hours{12};
    if (clock < std::chrono::hours{7}) clock += std::chrono::hours{12};
  }
  Length same_day;
  same_day.grain = Grain::day;
  command.reminders.push_back(ReminderWish::ahead(same_day));
  command.reminders.back().clock = clock;
  return sentence.terms_of(Span{begin + times[0].span.begin, begin + times[0].span.end}).last;
}

}  // namespace

void read_reminders(Sentence& sentence, Part part, Command& command) {
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (sentence[i].quoted || sentence[i].taken) continue;
    std::size_t at = i;
    const bool verb = sentence[i].in(kRemind) && i + 1 < part.last && sentence[i + 1].is("me");
    if (verb) {
      at = i + 2;
    } else if (sentence[i].is("reminder", "reminders", "alert", "alarm")) {
      at = i + 1;
      if (at < part.last && sentence[at].is("set", "for", "at", "of")) ++at;
    } else {
      // "with a 10 minute reminder"
      const auto length = read_length(sentence, part, i);
      if (length && length->last < part.last && sentence[length->last].is("reminder", "warning", "alert") &&
          i > part.first) {
        std::size_t from = i;
        while (from > part.first && sentence[from - 1].is("with", "a", "an", "and")) --from;
        command.reminders.push_back(ReminderWish::ahead(length->length));
        sentence.take({from, length->last + 1});
        add_span(command, sentence, {from, length->last + 1}, "reminders", length->length.iso());
        i = length->last;
      }
      continue;
    }
    std::size_t end = read_leads(sentence, part, at, command);
    if (end == at && verb) end = read_clock_wish(sentence, part, at, command);
    if (end == at) continue;
    // "remind me an hour before my dentist appointment" names a task of its own.
    if (end < part.last && sentence[end - 1].is("before") && verb && i == part.first) {
      command.reminders.clear();
      return;
    }
    std::size_t from = i;
    while (from > part.first && sentence[from - 1].is("with", "a", "an", "and", "but", "also", "set", "add", "please"))
      --from;
    sentence.take({from, end});
    add_span(command, sentence, {from, end}, "reminders", command.reminders.back().before.iso());
    i = end - 1;
  }
}

}  // namespace daybook::language::chat
