#include <algorithm>

#include "language/command/change.hpp"

namespace daybook::language::chat {

using std::chrono::days;
using std::chrono::hours;

std::optional<Shift> read_shift(Sentence& sentence, Part part, bool verb_delays) {
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (sentence[i].taken || sentence[i].quoted) continue;
    const auto length = read_length(sentence, part, i);
    if (!length) continue;
    std::size_t from = i;
    std::size_t end = length->last;
    int sign = 0;
    if (end < part.last &&
        sentence[end].is("later", "back", "further", "forward", "forwards", "out", "ahead", "more")) {
      sign = 1;
      ++end;
    } else if (end < part.last && sentence[end].is("earlier", "sooner", "before", "early")) {
      sign = -1;
      ++end;
    }
    const bool by = from > part.first && sentence[from - 1].is("by", "for", "another");
    if (by) --from;
    bool direction = false;
    if (by && from > part.first && sentence[from - 1].is("in")) --from;  // "pull it in by two days"
    while (from > part.first && sentence[from - 1].is("back", "forward", "forwards", "up", "out", "ahead", "off",
                                                      "earlier", "later", "down")) {
      --from;
      direction = true;
      const bool sooner = sentence[from].is("up", "earlier") || (sentence[from].is("forward", "forwards", "ahead") &&
                                                                 sentence[part.first].is("bring", "pull"));
      if (sign == 0) sign = sooner ? -1 : 1;
    }
    if (sign == 0 && (by || verb_delays) &&
        (from == part.first || !sentence[from - 1].is("to", "in", "until", "till", "after", "every", "within")))
      sign = 1;
    ignore(direction, "the sign says it");
    if (sign == 0) continue;
    sentence.take({from, end});
    return Shift{length->length, sign, end};
  }
  // "to the next day", "to the week after": of the day that it is due.
  for (std::size_t i = part.first; i + 2 < part.last; ++i) {
    if (sentence[i].taken || !sentence[i].is("to", "until", "till", "for") || !sentence[i + 1].is("the")) continue;
    std::size_t unit = i + 2;
    const bool next = sentence[unit].is("next", "following");
    if (next) ++unit;
    if (unit >= part.last || !sentence[unit].is("day", "week", "month")) continue;
    std::size_t end = unit + 1;
    if (!next && (end >= part.last || !sentence[end].is("after", "before"))) continue;
    const bool before = !next && sentence[end].is("before");
    if (!next) ++end;
    while (end < part.last && !next && sentence[end].is("that", "it", "this")) ++end;
    if (end < part.last && !sentence[end].in(kGlue | kPolite) && !sentence[end].is("instead")) continue;
    Shift shift{{}, before ? -1 : 1, end};
    shift.length.grain = sentence[unit].is("day") ? Grain::day : sentence[unit].is("week") ? Grain::week : Grain::month;
    shift.length.days = sentence[unit].is("day") ? 1 : sentence[unit].is("week") ? 7 : 0;
    shift.length.months = sentence[unit].is("month") ? 1 : 0;
    sentence.take({i, end});
    return shift;
  }
  return {};
}

Asides read_asides(Sentence& sentence, Part part) {
  Asides asides;
  for (std::size_t i = part.first; i < part.last; ++i) {
    std::size_t end = i;
    if (sentence.starts(part, i, "from", "now", "on"))
      end = i + 3, asides.series = true;
    else if (sentence.starts(part, i, "going", "forward") || sentence.starts(part, i, "every", "time"))
      end = i + 2, asides.series = true;
    else if (sentence[i].is("permanently", "always", "onwards"))
      end = i + 1, asides.series = true;
    else if (sentence.starts(part, i, "for", "good"))
      end = i + 2, asides.series = true;
    else if (sentence.starts(part, i, "just", "this", "once") || sentence.starts(part, i, "only", "this", "time") ||
             sentence.starts(part, i, "just", "this", "time"))
      end = i + 3, asides.occurrence = true;
    else if (sentence.starts(part, i, "this", "once") || sentence.starts(part, i, "this", "time"))
      end = i + 2, asides.occurrence = true;
    else if ((sentence.starts(part, i, "just", "this") || sentence.starts(part, i, "only", "this")) &&
             i + 2 < part.last)
      end = i + 1, asides.occurrence = true;  // "just this Thursday"
    else if (sentence[i].is("only") && i + 1 == part.last && sentence.has(part, "this"))
      end = i + 1, asides.occurrence = true;  // "this Thursday only"
    else if (sentence.starts(part, i, "same", "time"))
      asides.same_time = true;  // its words are read as a time, or name nothing
    else if (sentence.starts(part, i, "instead", "of") || sentence.starts(part, i, "rather", "than"))
      end = part.last;
    else if (sentence[i].is("instead", "rather"))
      end = i + 1;
    if (end > i) {
      sentence.take({i, end});
      i = end - 1;
    }
  }
  return asides;
}

void read_bare_clock(Sentence& sentence, Part part, Timing& timing) {
  if (timing.has_clock || timing.rule) return;
  for (std::size_t i = part.first; i + 1 < part.last; ++i) {
    if (sentence[i].taken || !sentence[i].is("to", "at", "till", "until", "@") || sentence[i + 1].taken ||
        sentence[i + 1].quoted)
      continue;
    if (i + 2 < part.last && !sentence[i + 2].taken && !sentence[i + 2].is("instead", "please", "on", "and", "from"))
      continue;
    const std::string_view word = sentence[i + 1].low;
    const std::size_t colon = word.find(':');
    if (word.empty() || word[0] < '0' || word[0] > '9') continue;
    const int hour = small_number(word.substr(0, colon));
    const int minute = colon == std::string_view::npos ? 0 : small_number(word.substr(colon + 1));
    if (hour > 23 || minute > 59 || word.size() > 5 || (hour == 0 && word[0] != '0')) continue;
    const LocalTime day = timing.due ? LocalTime{timing.due->day()} : LocalTime{sentence.now.today()};
    const auto clock = hours{hour} + std::chrono::minutes{minute};
    timing.due = When{day + clock, false};
    if (timing.has_date && hour < 7) timing.due->local += hours{12};
    timing.has_clock = true;
    timing.meridiem = hour > 12 || word.starts_with('0');
    sentence.take({i, i + 2});
    return;
  }
}

void read_lone_hour(Sentence& sentence, Part part, Timing& timing) {
  while (!part.empty() && sentence[part.last - 1].is("instead", "please")) --part.last;
  if (part.size() != 1 || sentence[part.first].taken || sentence[part.first].quoted) return;
  const std::string_view word = sentence[part.first].low;
  const std::size_t colon = word.find(':');
  if (word.size() > 5 || word[0] < '0' || word[0] > '9') return;
  const int hour = small_number(word.substr(0, colon));
  const int minute = colon == std::string_view::npos ? 0 : small_number(word.substr(colon + 1));
  if (hour < 1 || hour > 23 || minute > 59) return;
  timing.due = When{LocalTime{sentence.now.today()} + hours{hour} + std::chrono::minutes{minute}, false};
  timing.has_clock = true;
  timing.meridiem = hour > 12 || word.starts_with('0');
  sentence.take(part);
}

bool is_change_word(const Term& term) {
  return term.is("to", "for", "on", "at", "by", "until", "till", "as", "is", "be", "due", "date", "deadline", "from",
                 "it's", "so", "that's", "the", "my", "with", "start", "time", "back", "forward", "repeat", "happen",
                 "and", "of", "up", "off", "out", "into", "in", "down", "set", "should", "instead", "change", "a", "an",
                 "scheduled", "happens", "repeats", "are", "now", "then", "over", "ahead", "task", "long", "takes",
                 "take", "moved", "rescheduled", "postponed", "pushed", "delayed", "shifted", "got", "been", "has",
                 "was", "only");
}

Part name_part(const Sentence& sentence, Part part) {
  Part name = part;
  while (!name.empty() && (sentence[name.first].taken || is_change_word(sentence[name.first]))) ++name.first;
  std::size_t last = name.first;
  for (std::size_t i = name.first; i < name.last; ++i) {
    if (!sentence[i].taken && !is_change_word(sentence[i])) last = i + 1;
  }
  name.last = last;
  return name;
}

std::optional<When> rescheduled(const TaskItem& task, const Timing& timing, const Now& now) {
  if (!timing.due) return {};
  When to = *timing.due;
  if (timing.has_date || timing.from_now) {
    if (to.all_day && task.due && !task.due->all_day && timing.part_of_day == PartOfDay::none) {
      return When{to.local + (task.due->local - std::chrono::floor<days>(task.due->local)), false};
    }
    return to;
  }
  // A clock time alone.
  if (!task.due) return to;
  const auto day = std::max(task.due->day(), now.today());
  auto clock = to.local - std::chrono::floor<days>(to.local);
  if (!timing.meridiem && clock < hours{13}) {
    const auto other = clock >= hours{12} ? clock - hours{12} : clock + hours{12};
    if (!task.due->all_day) {
      const auto old = task.due->local - std::chrono::floor<days>(task.due->local);
      const auto distance = [&](auto time) { return time > old ? time - old : old - time; };
      if (distance(other) < distance(clock)) clock = other;
    } else if (day != now.today()) {
      // On another day 1 to 6 is the afternoon.
      const auto early = clock >= hours{12} ? clock - hours{12} : clock;
      clock = early < hours{7} ? early + hours{12} : early;
    }
  } else if (!timing.meridiem && !task.due->all_day && clock >= hours{13}) {
    const auto other = clock - hours{12};
    const auto old = task.due->local - std::chrono::floor<days>(task.due->local);
    const auto distance = [&](auto time) { return time > old ? time - old : old - time; };
    if (distance(other) < distance(clock)) clock = other;
  }
  return When{LocalTime{day} + clock, false};
}

std::string with_clock(std::string_view rrule, LocalTime when) {
  std::string text;
  for (std::size_t at = 0; at < rrule.size();) {
    const std::size_t end = std::min(rrule.find(';', at), rrule.size());
    const std::string_view part = rrule.substr(at, end - at);
    if (!part.starts_with("BYHOUR=") && !part.starts_with("BYMINUTE=")) {
      if (!text.empty()) text += ';';
      text += part;
    }
    at = end + 1;
  }
  const auto clock = std::chrono::duration_cast<std::chrono::minutes>(when - std::chrono::floor<days>(when)).count();
  return text + ";BYHOUR=" + std::to_string(clock / 60) + ";BYMINUTE=" + std::to_string(clock % 60);
}

std::optional<Command> read_correction(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  std::size_t i = at;
  bool correction = false;
  while (i < part.last && sentence[i].is("no", "nope", "sorry", "wait", "oops", "actually", "not", "i", "meant", "mean",
                                         "rather", "should", "make", "that", "it", "be", "it's", "change", "to", "was",
                                         "said", "for", "on", "at", "ah")) {
    correction =
        correction || sentence[i].is("meant", "mean", "no", "oops", "wait", "sorry", "said", "actually", "rather");
    ++i;
  }
  const bool instead = sentence[part.last - 1].is("instead");
  const bool moves =
      i == at && read_length(sentence, part, at) && sentence[part.last - 1].is("later", "earlier", "sooner");
  if (i >= part.last) return {};
  if (i == at && !instead && !moves) return {};
  if (i == at && !find_spoken(sentence).one()) return {};
  if (i > at && !correction && !sentence.has(part, "instead") && !sentence.has({at, i}, "it", "that")) return {};
  if (sentence[at].is("it", "that", "it's") && !sentence.has({at, i}, "should") && !sentence.has(part, "instead"))
    return {};
  Command change;
  Part rest{at, part.last};
  read_markers(sentence, rest, change);
  const Asides asides = read_asides(sentence, rest);
  const auto shift = read_shift(sentence, rest, false);
  Timing timing = read_timing(sentence, rest, TimingFor::change);
  const Found spoken = find_spoken(sentence);
  const bool timed = spoken.one() && spoken.tasks[0]->due && !spoken.tasks[0]->due->all_day;
  if (!timing.any() && !shift && timed) read_lone_hour(sentence, {i, part.last}, timing);
  for (std::size_t k = i; k < part.last; ++k) {
    if (!sentence[k].taken && !is_change_word(sentence[k])) return {};
  }
  if (!timing.any() && !shift && change.priority == Priority::none && change.tags.empty()) return {};
  if (sentence.made_new) return {};
  if (!spoken.ok()) return make_clarify("which_task", Intent::update);
  Command command = about(Intent::update, spoken, sentence);
  const TaskItem& task = *spoken.tasks[0];
  if (shift && task.due)
    command.due =
        When{moved(task.due->local, shift->length, shift->sign), task.due->all_day && shift->length.seconds == 0};
  else if (timing.rule)
    command.rule = timing.rule, command.rrule = timing.rule->rrule();
  else
    command.due = rescheduled(task, timing, sentence.now);
  command.priority = change.priority;
  command.tags_add = std::move(change.tags);
  if (command.due && command.due->all_day) command.part_of_day = timing.part_of_day;
  ignore(asides, "a correction is of what was just said");
  return command;
}

}  // namespace daybook::language::chat
