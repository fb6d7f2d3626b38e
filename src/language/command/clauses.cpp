#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

/// Whether a clause that begins here could ask for something of its own.
bool may_begin(const Sentence& sentence, Part part, std::size_t at) {
  std::size_t i = at;
  while (i < part.last && sentence[i].is("then", "also", "please", "and", "now", "just", "afterwards", "finally")) ++i;
  if (i >= part.last) return false;
  const Term& term = sentence[i];
  if (term.quoted) return false;
  return term.in(kRemind | kComplete | kDelete | kMove | kCreate | kShow | kActionVerb) ||
         term.is("rename", "tag", "untag", "snooze", "dismiss", "list", "undo", "skip", "pause", "resume", "stop",
                 "don't", "set", "change", "reopen", "uncheck", "i", "prioritize", "what", "what's", "search", "put",
                 "need");
}

bool is_creation(const Command& command) {
  return command.intent == Intent::create_task || command.intent == Intent::create_recurring ||
         command.intent == Intent::set_reminder;
}

bool is_dated(const Sentence& sentence, Part part) {
  return std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
    const Part said = sentence.terms_of(one);
    return said.first >= part.first && said.last <= part.last && (one.has_date || one.from_now);
  });
}

bool has_time(const Command& command) { return command.due || command.due_from || command.rule; }

/// A second clause that changes what the first one speaks of: "set X for Saturday and make it low priority".
bool merge(Command& first, Command& second) {
  if (second.intent != Intent::update) return false;
  const bool same_task = first.intent == Intent::update && !first.targets.empty() && first.targets == second.targets;
  if (!same_task || first.bulk || second.bulk) return false;
  if (!second.title.empty()) first.title = std::move(second.title);
  if (second.due && !first.due)
    first.due = second.due;
  else if (second.due)
    return false;
  if (!second.rrule.empty()) first.rrule = std::move(second.rrule), first.rule = std::move(second.rule);
  if (second.priority != Priority::none) first.priority = second.priority;
  first.tags_add.insert(first.tags_add.end(), second.tags_add.begin(), second.tags_add.end());
  first.tags_remove.insert(first.tags_remove.end(), second.tags_remove.begin(), second.tags_remove.end());
  if (!second.note.empty()) first.note = std::move(second.note);
  first.clear_due = first.clear_due || second.clear_due;
  first.spans.insert(first.spans.end(), second.spans.begin(), second.spans.end());
  return true;
}

/// "add call mom tomorrow and make it high priority": the second clause describes what the first makes.
bool describe_new(Sentence& sentence, Part clause, Command& made) {
  const Part said = without_courtesy(sentence, clause);
  if (said.empty() || !sentence[said.first].is("make", "set", "mark", "tag", "flag", "give", "it's", "label"))
    return false;
  if (said.size() < 2 ||
      !(sentence[said.first].is("it's") || sentence[said.first + 1].is("it", "that", "this", "them")))
    return false;
  Command extra;
  read_markers(sentence, said, extra);
  for (std::size_t i = said.first; i < said.last && extra.priority == Priority::none; ++i) {
    if (!sentence[i].taken && sentence[i].is("urgent", "important", "high", "low", "medium", "critical"))
      extra.priority = priority_word(sentence[i].low);
  }
  if (sentence[said.first].is("tag", "label") && extra.tags.empty()) {
    for (std::size_t i = said.first + 2; i < said.last; ++i) {
      if (!sentence[i].is("with", "as", "and")) extra.tags.emplace_back(sentence[i].low);
    }
  }
  const Timing timing = read_timing(sentence, said, TimingFor::change);
  if (extra.priority == Priority::none && extra.tags.empty() && !timing.any()) return false;
  if (timing.any()) apply_timing(sentence, timing, made);
  if (timing.rule) made.intent = Intent::create_recurring;
  if (extra.priority != Priority::none) made.priority = extra.priority;
  made.tags.insert(made.tags.end(), extra.tags.begin(), extra.tags.end());
  return true;
}

/// "remind me a day before and an hour before": of what the first clause makes.
bool is_only_leads(Sentence& sentence, Part part) {
  Command reminders;
  read_reminders(sentence, part, reminders);
  bool all = !reminders.reminders.empty();
  for (std::size_t i = part.first; i < part.last; ++i)
    all = all && (sentence[i].taken || sentence[i].is("and", "please"));
  sentence.release(part);
  return all;
}

/// Whether two clauses stand on their own: the second asks for something by itself, not as part of the first's title.
bool stands_alone(const Sentence& sentence, const Command& first, Part second_part, const Command& second,
                  bool strong_joint) {
  if (first.intent == Intent::none || second.intent == Intent::none) return false;
  // "oops, undo that" takes back one thing.
  if (first.intent == Intent::undo && second.intent == Intent::undo) return false;
  const Part said = without_courtesy(sentence, second_part);
  if (said.empty()) return false;
  const Term& head = sentence[said.first];
  if (second.intent == Intent::clarify) {
    // "mark milk done and delete it" may still need a question; a title that goes on does not ask.
    return !is_creation(first) && first.intent != Intent::clarify && head.in(kDelete | kMove | kComplete) &&
           (second.reason == "which_task" || strong_joint);
  }
  if (!is_creation(second)) {
    if (second.intent == Intent::list || second.intent == Intent::search)
      return head.in(kShow) || head.is("what", "what's", "search");
    return true;
  }
  if (head.in(kRemind) || head.is("reminder")) return true;
  if (head.is("add", "create", "new", "don't")) return true;
  if (head.is("i", "need")) return !second.title.empty() && has_time(second);
  // Two things to do, each with its own time; or two sentences.
  if (is_creation(first) && head.in(kActionVerb)) return (has_time(first) && has_time(second)) || strong_joint;
  if (!is_creation(first)) return strong_joint && head.in(kActionVerb);
  return false;
}

}  // namespace

Command read_clause(Sentence& sentence, Part part) {
  const auto by = [&](auto reader) -> std::optional<Command> {
    auto command = reader(sentence, part);
    if (!command) sentence.release(part);
    return command;
  };
  if (auto command = by(read_service)) return std::move(*command);
  if (auto command = by(read_reminder_reply)) return std::move(*command);
  if (auto command = by(read_reminder_request)) return std::move(*command);
  if (auto command = by(read_series)) return std::move(*command);
  if (auto command = by(read_completion)) return std::move(*command);
  if (auto command = by(read_query)) return std::move(*command);
  if (auto command = by(read_change)) return std::move(*command);
  if (auto command = by(read_deletion)) return std::move(*command);
  const auto create = [&](bool sure) {
    return by([&](Sentence& said, Part whole) { return read_creation(said, whole, sure); });
  };
  // Words that bind one ("I need to …") come before the test for statements.
  const Part said = without_courtesy(sentence, part);
  const bool obligation =
      !said.empty() &&
      (sentence[said.first].is("i", "we", "i'd", "i'll", "ill", "i've", "ive", "i'm", "im", "need", "gotta", "you")) &&
      (sentence.starts(said, said.first + 1, "need") || sentence.starts(said, said.first + 1, "have", "to") ||
       sentence.starts(said, said.first + 1, "must") || sentence.starts(said, said.first + 1, "should") ||
       sentence.starts(said, said.first + 1, "want", "to") || sentence.starts(said, said.first + 1, "gotta") ||
       sentence.starts(said, said.first + 1, "got", "to") || sentence.starts(said, said.first + 1, "like", "to") ||
       sentence.starts(said, said.first + 1, "better") || sentence.starts(said, said.first + 1, "going", "to") ||
       sentence.starts(said, said.first + 1, "really", "need") ||
       sentence.starts(said, said.first + 1, "also", "need") || sentence.starts(said, said.first + 1, "will") ||
       sentence.starts(said, said.first + 1, "wanna") || sentence.starts(said, said.first + 1, "plan", "to") ||
       sentence.starts(said, said.first + 1, "still", "need") ||
       sentence.starts(said, said.first + 1, "supposed", "to") ||
       sentence[said.first].is("i'll", "ill", "need", "gotta"));
  if (!obligation) {
    if (auto command = by(read_announcement)) return std::move(*command);
    if (auto command = by(read_small_talk)) return std::move(*command);
  }
  if (auto command = create(obligation)) return std::move(*command);
  return make(Intent::none, 0.5);
}

Command read_sentence(Sentence& sentence, Part part) {
  // Budget: a sentence of nothing but "and" must not be read in every way it could be cut.
  if (auto command = read_gapped(sentence, part)) return std::move(*command);
  sentence.release(part);

  // Places where a new clause may begin, from the left; a clause is as long as nothing after it stands alone.
  std::vector<Command> actions;
  Part clause = part;
  int tried = 0;
  for (std::size_t i = part.first + 1; i < part.last && tried < 8; ++i) {
    const char after = sentence[i - 1].after;
    const bool strong =
        after == ';' || ((after == '.' || after == '!') && sentence[i - 1].low.size() > 2) || sentence[i].is("then");
    const bool joint = sentence[i].is("and", "then", "also", "but", "plus", "&");
    if (sentence[i].quoted || (!strong && !joint && after != ',') || i <= clause.first) continue;
    std::size_t next = i;
    while (next < part.last && sentence[next].is("and", "then", "also", "but", "plus", "&", "please")) ++next;
    // "remind me to call Ana at 4 and to email Bo at 5"
    const bool reminds = sentence[without_courtesy(sentence, clause).first].in(kRemind);
    if (reminds && next + 1 < part.last && sentence[next].is("to")) ++next;
    if (next >= part.last || !may_begin(sentence, part, next)) continue;
    if (note_start(sentence, clause) <= i) break;
    if (is_only_leads(sentence, {next, part.last})) continue;
    if (--sentence.budget < 0) break;
    ++tried;
    const auto spoken = sentence.spoken;
    sentence.release(part);
    Command left = read_clause(sentence, {clause.first, i});
    sentence.release(part);
    sentence.made_new = is_creation(left) && left.targets.empty();
    if (left.intent == Intent::none && left.reason == "statement") {
      std::size_t name = clause.first;
      while (name < i && !sentence[name].in(kBe)) ++name;
      const Found named = find_by_name(sentence, {clause.first, name}, Among::any);
      if (named.one()) remember(sentence, named);
    }
    if (sentence.made_new) {
      Part rest{next, part.last};
      Command described = left;
      if (describe_new(sentence, rest, described)) {
        actions.push_back(std::move(described));
        return with_actions(std::move(actions));
      }
      sentence.release(part);
    }
    Command right =
        sentence.budget > 0 ? read_sentence(sentence, {next, part.last}) : read_clause(sentence, {next, part.last});
    sentence.release(part);
    // "dentist tomorrow at 10, remind me at 9"
    const bool bare_reminder = right.intent == Intent::clarify && right.reason == "missing_title" &&
                               right.wanted == Intent::set_reminder && right.due;
    if (bare_reminder && left.intent == Intent::create_task && left.actions.empty() && !left.title.empty()) {
      When at = *right.due;
      // A bare time is on the day of the task, if that is still ahead.
      if (left.due && !at.all_day && !is_dated(sentence, {next, part.last})) {
        const When other{LocalTime{left.due->day()} + (at.local - std::chrono::floor<std::chrono::days>(at.local)),
                         false};
        if (other.local > sentence.now.local()) at = other;
        // "tomorrow at 10, remind me at 9": the 9 before it.
        const bool half_said = std::any_of(&sentence[next], &sentence[part.last - 1] + 1, [](const Term& term) {
          return term.low.ends_with("pm") || term.low.ends_with("am") || term.is("evening", "tonight", "night");
        });
        const When earlier{at.local - std::chrono::hours{12}, false};
        if (!half_said && !left.due->all_day && at.local > left.due->local && earlier.local > sentence.now.local() &&
            earlier.day() == at.day())
          at = earlier;
      }
      left.reminders.push_back(ReminderWish::moment(at));
      actions.push_back(std::move(left));
      return with_actions(std::move(actions));
    }
    // "the report isn't finished, reopen it"
    if (left.intent == Intent::none && left.reason == "statement" && !right.targets.empty() && actions.empty() &&
        (right.intent == Intent::update || right.intent == Intent::complete || right.intent == Intent::remove))
      return right;
    if (!stands_alone(sentence, left, {next, part.last}, right, strong)) {
      sentence.spoken = spoken;
      sentence.made_new = false;
      continue;
    }
    if (reminds && joint && left.intent == Intent::set_reminder && right.intent == Intent::create_task &&
        right.actions.empty() && right.due && right.reminders.empty()) {
      right.intent = Intent::set_reminder;
      right.reminders.push_back({});
    }
    if (merge(left, right)) {
      actions.push_back(std::move(left));
      return with_actions(std::move(actions));
    }
    actions.push_back(std::move(left));
    actions.push_back(std::move(right));
    return with_actions(std::move(actions));
  }
  sentence.release(part);
  Command last = read_clause(sentence, clause);
  return last;
}

}  // namespace daybook::language::chat
