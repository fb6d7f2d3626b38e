#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

bool is_birthday(const Sentence& sentence, Part name) {
  return sentence.has(name, "birthday", "bday", "b-day", "anniversary", "nameday");
}

/// Whether all of the part is times and what ties them.
bool is_only_time(const Sentence& sentence, Part part) {
  bool any = false;
  for (std::size_t i = part.first; i < part.last; ++i) {
    const bool timed = std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
      const Part said = sentence.terms_of(one);
      return one.score >= 0.4 && one.kind != TimeKind::duration && i >= said.first && i < said.last;
    });
    any = any || timed;
    if (!timed && !sentence[i].in(kGlue) && !sentence[i].is("scheduled", "planned", "set", "due", "next", "this"))
      return false;
  }
  return any;
}

/// "May 3" comes every year; "May 3 2027" and "next Friday" do not.
std::optional<RepeatRule> yearly(const Sentence& sentence, Part when, const Timing& timing) {
  if (!timing.due || timing.from_now || timing.weekday_only || !timing.due->all_day) return {};
  for (std::size_t index : timing.used) {
    const TimeReading& reading = sentence.times[index];
    const Part said = sentence.terms_of(reading);
    const bool digits = std::any_of(sentence.text.begin() + static_cast<std::ptrdiff_t>(reading.span.begin),
                                    sentence.text.begin() + static_cast<std::ptrdiff_t>(reading.span.end),
                                    [](char c) { return c >= '0' && c <= '9'; });
    if (reading.year_said || !digits || said.first < when.first) return {};
  }
  const Date date = timing.due->date();
  RepeatRule rule;
  rule.frequency = Grain::year;
  rule.months = {static_cast<int>(static_cast<unsigned>(date.month()))};
  rule.month_days = {static_cast<int>(static_cast<unsigned>(date.day()))};
  return rule;
}

/// "I have a haircut …", "we're meeting the landlord …": where what is planned begins; the part's first for other
/// words.
std::size_t after_having(const Sentence& sentence, Part part) {
  std::size_t i = part.first;
  const bool being = sentence[i].is("i'm", "im", "we're");
  if (!being && !sentence[i].is("i", "we", "i've", "we've", "ive")) return part.first;
  const bool has = sentence[i].is("i've", "we've", "ive");
  ++i;
  if (being) {
    // What is felt or thought is no plan.
    const Term& verb = sentence[i];
    const bool plan = verb.low.size() > 5 && verb.low.ends_with("ing") &&
                      !verb.is("feeling", "thinking", "hoping", "wondering", "looking", "getting", "trying", "asking",
                               "having", "working", "missing", "running", "going", "wanting", "needing", "saying");
    return plan && i + 1 < part.last ? i : part.first;
  }
  while (i < part.last && sentence[i].is("also", "still", "have", "got")) ++i;
  if (!has && !sentence[i - 1].is("have", "got")) return part.first;
  if (i + 1 >= part.last || !sentence[i].is("a", "an", "my", "the", "another", "our", "two", "some")) return part.first;
  return sentence[i].is("a", "an", "the") ? i + 1 : i;
}

/// Whether a part says an hour, or a day after today.
bool is_ahead(const Sentence& sentence, Part when) {
  return std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
    const Part said = sentence.terms_of(one);
    if (said.first < when.first || said.last > when.last || one.kind != TimeKind::instant || !one.start) return false;
    return (one.has_clock && one.start->local > sentence.now.local()) ||
           (one.has_date && one.start->local > LocalTime{sentence.now.today()});
  });
}

}  // namespace

std::optional<Command> read_announcement(Sentence& sentence, Part part) {
  part = without_courtesy(sentence, part);
  if (part.size() < 3 || sentence[part.last - 1].after == '?') return {};
  const Term& head = sentence[part.first];
  Part name{part.first, part.first};
  Part when{part.last, part.last};
  if (head.is("it's", "its", "there's", "theres") ||
      (head.is("it", "there") && sentence[part.first + 1].is("is", "will"))) {
    name.first = part.first + (head.is("it", "there") ? 2 : 1);
    if (sentence[name.first - 1].is("will") && name.first < part.last && sentence[name.first].is("be")) ++name.first;
    // The name goes as far as the times at the end begin.
    while (when.first > name.first + 1 && is_only_time(sentence, {when.first - 1, part.last})) --when.first;
    name.last = when.first;
    if (name.size() < 2) return {};
  } else if (const std::size_t named = after_having(sentence, part); named > part.first) {
    name.first = named;
    while (when.first > name.first + 1 && is_only_time(sentence, {when.first - 1, part.last})) --when.first;
    name.last = when.first;
    if (when.empty() || !is_ahead(sentence, when)) return {};
  } else {
    if (head.in(kSubject | kQuestion | kNegative) && !head.is("this", "that")) return {};
    for (std::size_t i = part.first + 1; i + 1 < part.last && when.empty(); ++i) {
      if (sentence[i].quoted || !sentence[i].is("is", "are", "will", "starts", "begins")) continue;
      name.last = i;
      when.first = sentence[i].is("will") && sentence[i + 1].is("be") ? i + 2 : i + 1;
    }
    if (when.empty() || name.empty() || (name.size() == 1 && sentence[name.first].in(kPronoun | kArticle))) return {};
  }
  if (when.empty() || !is_only_time(sentence, when)) return {};
  for (std::size_t i = name.first; i < name.last; ++i) {
    if (sentence[i].in(kNegative | kBe)) return {};
  }
  // "today is Friday" tells nothing to do.
  if (is_only_time(sentence, name)) return {};
  Timing timing = read_timing(sentence, when, TimingFor::change);
  if (!timing.due || timing.past_said || timing.rule) return {};
  Command command = make(Intent::create_task, 0.65);
  if (is_birthday(sentence, name)) {
    if (auto rule = yearly(sentence, when, timing)) timing.rule = std::move(rule);
  }
  apply_timing(sentence, timing, command);
  if (command.due &&
      (command.due->all_day ? command.due->day() < sentence.now.today() : command.due->local < sentence.now.local()))
    return {};
  if (command.rule) command.intent = Intent::create_recurring;
  if (sentence[name.first].is("the", "a", "an") && name.size() > 1) ++name.first;
  command.title = read_title(sentence, name);
  if (command.title.empty()) return {};
  pull_to_evening(timing, command);
  add_span(command, sentence, name, "title", command.title);
  return command;
}

}  // namespace daybook::language::chat
