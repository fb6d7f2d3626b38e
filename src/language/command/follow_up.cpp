#include "language/command/read_command.hpp"
#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

using std::chrono::days;

/// The question before this one, as it is read where it was asked.
std::optional<Command> question_before(const Sentence& sentence) {
  constexpr std::size_t kFarthest = 8;
  if (sentence.context.turns.empty() || sentence.context.turns.size() > kFarthest) return {};
  Context before = sentence.context;
  const std::string text = std::move(before.turns.back());
  before.turns.pop_back();
  before.question.reset();
  Command command = read_command(text, sentence.now, sentence.settings, before);
  const bool asks = command.intent == Intent::list || command.intent == Intent::stats ||
                    (command.intent == Intent::search && command.targets.empty());
  if (!asks) return {};
  return command;
}

/// The range of days that a filter speaks of, of whichever kind.
struct Days {
  std::optional<When>& from;
  std::optional<When>& to;
};
Days days_of(Filter& filter) {
  if (filter.created_from || filter.created_to) return {filter.created_from, filter.created_to};
  if (filter.status == StatusFilter::done) return {filter.done_from, filter.done_to};
  return {filter.due_from, filter.due_to};
}

/// "the day after", "the week before that": how many days on, 0 for other words; `at` becomes the term after it.
int read_step(const Sentence& sentence, Part part, std::size_t& at) {
  std::size_t i = at;
  if (i < part.last && sentence[i].is("the")) ++i;
  if (i + 1 >= part.last || !sentence[i].is("day", "week") || !sentence[i + 1].is("after", "before")) return 0;
  const int step = (sentence[i].is("week") ? 7 : 1) * (sentence[i + 1].is("after") ? 1 : -1);
  i += 2;
  while (i < part.last && sentence[i].is("that", "it", "then", "this")) ++i;
  at = i;
  return step;
}

/// Puts what `said` narrows to in the place of what `filter` said of the same kind.
void replace(Filter& filter, Filter said) {
  if (said.due_from || said.due_to || said.at) {
    Days range = days_of(filter);
    range.from = said.due_from;
    range.to = said.due_to;
    filter.at = said.at;
    filter.period = std::move(said.period);
    filter.no_due = false;
    if (filter.status == StatusFilter::overdue) filter.status = StatusFilter::open;
  }
  if (!said.tags.empty() || !said.tags_any.empty() || !said.category.empty()) {
    filter.tags = std::move(said.tags);
    filter.tags_any = std::move(said.tags_any);
    filter.category = std::move(said.category);
  }
  if (!said.not_tags.empty()) filter.not_tags = std::move(said.not_tags);
  if (said.priority != Priority::none) filter.priority = said.priority;
  if (said.status != StatusFilter::any) filter.status = said.status;
}

}  // namespace

Part after_suggestion(const Sentence& sentence, Part part) {
  std::size_t at = part.first;
  while (at < part.last && sentence[at].is("and", "ok", "okay", "so", "then", "hey")) ++at;
  std::size_t wish = part.first;
  if (sentence.starts(part, at, "how", "about") || sentence.starts(part, at, "what", "about"))
    wish = at + 2;
  else if (sentence.starts(part, at, "why", "don't", "we") || sentence.starts(part, at, "why", "don't", "i") ||
           sentence.starts(part, at, "why", "not"))
    wish = at + (sentence[at + 1].is("not") ? 2 : 3);
  else if (sentence.starts(part, at, "shall", "we") || sentence.starts(part, at, "should", "we"))
    wish = at + 2;
  if (wish == part.first || wish >= part.last) return part;
  Part name{wish, wish};
  bool timed = false;
  for (const TimeReading& one : sentence.times) {
    const Part said = sentence.terms_of(one);
    if (one.score < 0.5 || one.kind == TimeKind::duration || said.first < wish || said.empty()) continue;
    if (!timed) name.last = said.first;
    timed = true;
  }
  while (!name.empty() && sentence[name.last - 1].in(kGlue)) --name.last;
  if (!timed || name.empty() || sentence[name.first].in(kPronoun | kQuestion)) return part;
  // Of something that is there it asks, or would change it.
  if (find_by_name(sentence, name, Among::any).outcome != Found::Outcome::nothing) return part;
  return {wish, part.last};
}

std::optional<Command> read_follow_up(Sentence& sentence, Part part) {
  if (part.empty() || part.size() > 10 || sentence.context.question) return {};
  const bool asks = sentence[part.last - 1].after == '?';
  std::size_t at = part.first;
  while (at < part.last && sentence[at].is("and", "ok", "okay", "so", "then", "also")) ++at;
  const bool about = sentence.starts(part, at, "what", "about") || sentence.starts(part, at, "how", "about");
  if (about) at += 2;
  const bool goes_on = about || (at > part.first && asks);
  if (at >= part.last || (!goes_on && !asks)) return {};
  std::size_t end = at;
  if (const int step = read_step(sentence, part, end); step != 0 && end == part.last) {
    auto before = question_before(sentence);
    if (!before) return {};
    Days range = days_of(before->filter);
    if (!range.from && !range.to) return {};
    const auto day = [](const When& when) { return When{when.day(), true}; };
    When from = day(range.from ? *range.from : *range.to);
    When to = day(range.to ? *range.to : *range.from);
    // The day after a week is one day; the week after a day is that day's next week.
    if (step == 1) from = to;
    if (step == -1) to = from;
    from.local += days{step};
    to.local += days{step};
    range.from = from;
    range.to = to;
    before->filter.period.clear();
    before->follows = true;
    return before;
  }
  if (!goes_on) return {};
  sentence.cut_times(at);  // "about next week" is no week thereabouts
  FilterReading reading = read_filter(sentence, {at, part.last}, FilterFor::list);
  if (!reading.said || reading.leftover > 0) return {};
  auto before = question_before(sentence);
  if (!before && !about && sentence[at].in(kActionVerb)) return {};
  Command command = before ? std::move(*before) : make(Intent::list, 0.85);
  command.follows = before.has_value();
  command.filtered = true;
  if (command.intent == Intent::list && command.filter.status == StatusFilter::any)
    command.filter.status = StatusFilter::open;
  replace(command.filter, std::move(reading.filter));
  return command;
}

}  // namespace daybook::language::chat
