#include "language/command/alternatives.hpp"

#include <algorithm>
#include <utility>

#include "language/command/command_json.hpp"
#include "language/command/readers.hpp"
#include "language/words.hpp"

namespace daybook::language::chat {
namespace {

constexpr std::size_t kMost = 3;
constexpr double kLeast = 0.2;
/// A choice between two times stands in a sentence, not in a text that was pasted in.
constexpr std::size_t kLongest = 300;

std::string meaning(const Command& command, const Now& now) { return json::serialize(to_json(command, now, false)); }

bool is_creation(const Command& command) {
  return command.intent == Intent::create_task || command.intent == Intent::create_recurring ||
         command.intent == Intent::set_reminder;
}

/// Whether two readings are of the same thing at different times.
bool differ_in_time(const Command& a, const Command& b) {
  if (a.intent != b.intent || a.title != b.title || a.targets != b.targets || !a.actions.empty() || !b.actions.empty())
    return false;
  if (!is_creation(a) && a.intent != Intent::update && a.intent != Intent::snooze) return false;
  if (a.title.empty() && a.targets.empty()) return false;
  return a.due != b.due || a.due_from != b.due_from || a.rrule != b.rrule || a.snooze_to != b.snooze_to ||
         a.reminders != b.reminders;
}

/// Whether two rules fall due on the same days, equally often.
bool same_rhythm(RepeatRule a, RepeatRule b) {
  if (a.times().size() != b.times().size()) return false;
  a.set_times({});
  b.set_times({});
  return a == b;
}

std::string without(std::string_view text, std::size_t begin, std::size_t end) {
  std::string left(text.substr(0, begin));
  while (!left.empty() && left.back() == ' ') left.pop_back();
  std::string_view right = text.substr(end);
  while (!right.empty() && right.front() == ' ') right.remove_prefix(1);
  if (!left.empty() && !right.empty()) left += ' ';
  left += right;
  return left;
}

/// The readings found so far, each with a meaning of its own.
class Others {
 public:
  Others(const Command& best, const Now& now) : now_(now) { meanings_.push_back(meaning(best, now)); }

  void offer(Command other, double confidence, std::string said = {}) {
    if (other.intent == Intent::none || other.intent == Intent::clarify || confidence < kLeast) return;
    std::string means = meaning(other, now_);
    if (std::find(meanings_.begin(), meanings_.end(), means) != meanings_.end()) return;
    meanings_.push_back(std::move(means));
    other.confidence = confidence;
    other.said = std::move(said);
    other.alternatives.clear();
    found_.push_back(std::move(other));
  }

  std::vector<Command> take() {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Command& a, const Command& b) { return a.confidence > b.confidence; });
    if (found_.size() > kMost) found_.resize(kMost);
    return std::move(found_);
  }

 private:
  const Now& now_;
  std::vector<std::string> meanings_;
  std::vector<Command> found_;
};

struct Asked {
  std::string_view text;
  const Now& now;
  const Settings& settings;
  const Context& context;

  Command read(std::string_view other, const Settings& wishes) const {
    Sentence sentence(other, now, wishes, context);
    return sentence.terms.empty() ? Command{} : read_sentence(sentence, sentence.whole());
  }
  Command read(std::string_view other) const { return read(other, settings); }
};

/// "at 9": the other half of the day.
void offer_other_half(const Asked& asked, const Sentence& sentence, const Command& best, Others& others) {
  const bool timed = (best.due && !best.due->all_day) || (best.rule && !best.rule->hours.empty());
  if (!timed) return;
  const int hour = best.due && !best.due->all_day
                       ? static_cast<int>((best.due->local - std::chrono::floor<std::chrono::days>(best.due->local)) /
                                          std::chrono::hours{1})
                       : best.rule->hours[0];
  for (const TimeReading& reading : sentence.times) {
    if (!reading.has_clock || reading.meridiem || reading.score < 0.5) continue;
    const std::string_view text = asked.text;
    for (std::size_t i = reading.span.begin; i < reading.span.end; ++i) {
      const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
      if (!digit(i) || digit(i + 1) || (i + 1 < text.size() && text[i + 1] == ':' && digit(i + 2))) continue;
      std::string said(text.substr(0, i + 1));
      said += hour < 12 ? " pm" : " am";
      said += text.substr(i + 1);
      Command other = asked.read(said);
      if (!differ_in_time(best, other) || best.rule.has_value() != other.rule.has_value()) continue;
      if (best.rule && !same_rhythm(*best.rule, *other.rule)) continue;
      if (other.due && other.due->local < asked.now.local() && !other.due->all_day) continue;
      others.offer(std::move(other), 0.3, std::move(said));
      return;
    }
  }
}

/// Other conventions: the other order of day and month, today as a weekday's next one, "next Friday" as the coming one.
void offer_other_conventions(const Asked& asked, const Sentence& sentence, const Command& best, Others& others) {
  Settings other = asked.settings;
  other.date_order = asked.settings.date_order == DateOrder::mdy ? DateOrder::dmy : DateOrder::mdy;
  if (asked.text.find_first_of("/.-") != std::string_view::npos) {
    Command flipped = asked.read(asked.text, other);
    if (differ_in_time(best, flipped)) others.offer(std::move(flipped), 0.35);
  }
  other = asked.settings;
  other.weekday = asked.settings.weekday == WeekdayChoice::today ? WeekdayChoice::next : WeekdayChoice::today;
  if (std::any_of(sentence.times.begin(), sentence.times.end(),
                  [](const TimeReading& reading) { return reading.weekday_only; })) {
    Command today = asked.read(asked.text, other);
    if (differ_in_time(best, today)) others.offer(std::move(today), 0.35);
  }
  for (std::size_t i = 0; i + 1 < sentence.terms.size(); ++i) {
    if (!sentence[i].is("next")) continue;
    const language::Word* day = language::find_word(sentence[i + 1].low);
    if (day == nullptr || day->weekday == 0) continue;
    std::string said = without(asked.text, sentence[i].begin, sentence[i].end);
    Command sooner = asked.read(said);
    if (differ_in_time(best, sooner)) others.offer(std::move(sooner), 0.4, std::move(said));
    return;
  }
}

/// Words that may be a time or belong to the title.
void offer_other_titles(const Asked& asked, const Sentence& sentence, const Command& best, Others& others) {
  if (!is_creation(best) || !best.actions.empty()) return;
  for (std::size_t i = 0; i < sentence.times.size() && i < 3; ++i) {
    const TimeReading& reading = sentence.times[i];
    const Part said = sentence.terms_of(reading);
    const bool in_title = !said.empty() && best.title.find(sentence.original(said)) != std::string::npos;
    if (in_title) {
      Sentence again(asked.text, asked.now, asked.settings, asked.context);
      again.forced = reading.span;
      for (TimeReading& one : again.times) {
        if (one.span == reading.span) one.score = std::max(one.score, 0.6);
      }
      Command timed = read_sentence(again, again.whole());
      if (is_creation(timed) && !timed.title.empty())
        others.offer(std::move(timed), std::clamp(reading.score * 0.5, kLeast, 0.45));
    } else {
      Sentence again(asked.text, asked.now, asked.settings, asked.context);
      std::erase_if(again.times, [&](const TimeReading& one) { return one.span == reading.span; });
      Command plain = read_sentence(again, again.whole());
      if (is_creation(plain) && plain.title.size() > best.title.size())
        others.offer(std::move(plain), 0.95 - reading.score);
    }
  }
}

/// What was taken for something about a task that exists, or for talk, may be a new one; and what was taken for new may
/// be about one that exists.
void offer_other_intents(const Asked& asked, const Command& best, Others& others) {
  const bool about_existing = (best.intent == Intent::complete || best.intent == Intent::remove ||
                               best.intent == Intent::update || best.intent == Intent::search) &&
                              !best.bulk && best.confidence < 0.95;
  const bool talk = best.intent == Intent::none && (best.reason == "statement" || best.reason == "out_of_scope");
  const bool unknown = best.intent == Intent::clarify && best.reason == "no_such_task";
  if (about_existing || talk || unknown || !best.actions.empty()) {
    Sentence sentence(asked.text, asked.now, asked.settings, asked.context);
    if (auto made = read_creation(sentence, sentence.whole(), true); made && !made->title.empty())
      others.offer(std::move(*made), unknown ? 0.4 : 0.3);
  }
  if (best.intent == Intent::create_task && best.actions.empty() && best.due) {
    Sentence title(best.title, asked.now, asked.settings, asked.context);
    const Found found = find_by_name(title, title.whole(), Among::open);
    if (found.one() && found.exact) {
      Command change = make(Intent::update, 0);
      change.targets.push_back(ref(*found.tasks[0]));
      change.due = best.due;
      change.priority = best.priority;
      change.tags_add = best.tags;
      others.offer(std::move(change), 0.45);
    }
  }
}

/// "complete dentist" with two of them: one reading each.
void offer_other_targets(const Asked& asked, const Command& best, Others& others) {
  if (best.intent != Intent::clarify || best.reason != "which_task") return;
  for (const std::string& option : best.options) {
    Context only = asked.context;
    std::erase_if(only.tasks, [&](const TaskItem& task) { return task.title != option; });
    if (only.tasks.empty()) continue;
    Sentence sentence(asked.text, asked.now, asked.settings, only);
    others.offer(read_sentence(sentence, sentence.whole()), 0.5);
  }
}

}  // namespace

std::vector<Command> other_readings(std::string_view text, const Now& now, const Settings& settings,
                                    const Context& context, const Command& best) {
  const Asked asked{text, now, settings, context};
  Sentence sentence(text, now, settings, context);
  if (sentence.terms.empty()) return {};
  Others others(best, now);
  offer_other_targets(asked, best, others);
  if (best.actions.empty()) {
    offer_other_half(asked, sentence, best, others);
    offer_other_conventions(asked, sentence, best, others);
    offer_other_titles(asked, sentence, best, others);
  }
  offer_other_intents(asked, best, others);
  return others.take();
}

std::optional<Command> read_choice(Sentence& sentence) {
  if (sentence.text.size() > kLongest) return {};
  std::size_t at = 0;
  if (!sentence.find(sentence.whole(), &at, "or") || at == 0 || at + 1 >= sentence.terms.size()) return {};
  // A time must end or go on here.
  const bool beside_time = std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& reading) {
    const Part said = sentence.terms_of(reading);
    return said.first <= at + 2 && said.last >= at && reading.score >= 0.3;
  });
  // "move it to 9 or 10": numbers that only the verb makes times.
  const auto is_number = [](const Term& term) { return term.low[0] >= '0' && term.low[0] <= '9'; };
  if (!beside_time && !(is_number(sentence[at - 1]) && is_number(sentence[at + 1]))) return {};
  const Asked asked{sentence.text, sentence.now, sentence.settings, sentence.context};
  constexpr std::size_t kWidest = 3;
  std::vector<std::pair<std::string, Command>> seconds;
  for (std::size_t left = 1; left <= kWidest && left <= at; ++left) {
    std::string said = without(sentence.text, sentence[at - left].begin, sentence[at].end);
    Command command = asked.read(said);
    seconds.emplace_back(std::move(said), std::move(command));
  }
  for (std::size_t right = 1; right <= kWidest && at + right < sentence.terms.size(); ++right) {
    std::string said = without(sentence.text, sentence[at].begin, sentence[at + right].end);
    Command first = asked.read(said);
    for (auto& [other_said, second] : seconds) {
      if (!differ_in_time(first, second)) continue;
      Command question = make_clarify("ambiguous_time", first.intent);
      question.title = first.title;
      question.targets = first.targets;
      question.options = {said, other_said};
      question.explanation = "Which of the two do you mean?";
      first.confidence = second.confidence = question.confidence;
      first.said = said;
      second.said = other_said;
      question.alternatives.push_back(std::move(first));
      question.alternatives.push_back(std::move(second));
      return question;
    }
  }
  return {};
}

}  // namespace daybook::language::chat
