#include <algorithm>

#include "language/command/read_command.hpp"
#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

bool all_in(const Sentence& sentence, Part part, std::uint32_t groups) {
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (!sentence[i].in(groups)) return false;
  }
  return !part.empty();
}

/// Whether the sentence gives an order of its own, and so is no answer.
bool is_order(const Sentence& sentence, Part part) {
  const Term& head = sentence[part.first];
  if (head.in(kRemind) && part.size() > 1) return true;
  return head.in(kCreate | kDelete | kComplete | kShow) && part.size() > 2;
}

/// Reads `text` as if it had been said without the question.
Command again(const Sentence& sentence, const std::string& text) {
  Context context = sentence.context;
  context.question.reset();
  return read_command(text, sentence.now, sentence.settings, context);
}

/// The option that has all words of the answer and none other has ("10", "Tuesday"), else the one of its number ("the
/// second one", "either").
const std::string* chosen(const Sentence& sentence, Part part, const std::vector<std::string>& options) {
  boost::container::small_vector<std::string_view, 8> wanted;
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (!sentence[i].in(kPolite | kArticle | kYes) && !sentence[i].is("at", "on", "one", "make", "then", "option"))
      wanted.push_back(sentence[i].low);
  }
  if (wanted.empty()) return nullptr;
  const std::string* only = nullptr;
  int having = 0;
  for (const std::string& option : options) {
    const Terms terms(option);
    const bool all = std::all_of(wanted.begin(), wanted.end(), [&](std::string_view word) {
      for (std::size_t i = 0; i < terms.size(); ++i) {
        if (terms[i].low == word) return true;
      }
      return false;
    });
    if (all) only = &option, ++having;
  }
  if (having == 1) return only;
  for (std::string_view word : wanted) {
    int place = small_ordinal(word);
    if (place < 0 || word == "latter") place = static_cast<int>(options.size());
    if (place == 0 && (word == "either" || word == "any" || word == "former" || word == "earlier")) place = 1;
    if (place > 0 && place <= static_cast<int>(options.size())) return &options[static_cast<std::size_t>(place - 1)];
  }
  return nullptr;
}

}  // namespace

std::optional<Command> read_answer(Sentence& sentence, Part part) {
  if (!sentence.context.question || part.empty()) return {};
  const OpenQuestion& question = *sentence.context.question;
  const Context& context = sentence.context;
  const Term& head = sentence[part.first];
  const std::string last_turn = context.turns.empty() ? std::string() : context.turns.back();

  const bool no = all_in(sentence, part, kNo | kPolite | kSmallTalk | kPronoun) &&
                  (head.in(kNo) || sentence.has(part, "no", "nope", "cancel"));
  const bool forget =
      sentence.starts(part, part.first, "forget", "it") || sentence.starts(part, part.first, "never", "mind") ||
      head.is("nevermind", "cancel") || sentence.starts(part, part.first, "forget", "about", "it") ||
      sentence.starts(part, part.first, "leave", "it") || sentence.starts(part, part.first, "drop", "it");
  if (question.slot == "confirm") {
    if (forget || no || (head.in(kNo) && part.size() <= 4)) {
      Command command = make(question.intent, 0.95);
      command.confirmed = false;
      if (forget && question.intent == Intent::none) command.cancel = true;
      return command;
    }
    if (all_in(sentence, part, kYes | kPolite | kSmallTalk) ||
        (head.in(kYes) && !head.is("do", "go", "it", "please", "right") && part.size() <= 4) ||
        sentence.starts(part, part.first, "do", "it") || sentence.starts(part, part.first, "go", "ahead")) {
      Command command = make(question.intent, 0.97);
      command.confirmed = true;
      return command;
    }
    return {};
  }
  if (forget || (no && part.size() <= 3)) {
    // The thing itself stands; only the missing slot was refused, unless the whole is called off.
    Command command = make(Intent::none, 0.93);
    command.cancel = true;
    return command;
  }
  if (is_order(sentence, part)) return {};

  if (question.slot == "which_task" || question.slot == "target" || question.slot == "task") {
    Found found = find_by_name(sentence, part, Among::any);
    const std::vector<std::string> options =
        question.options.empty() && !last_turn.empty() ? again(sentence, last_turn).options : question.options;
    if (!found.ok() && !options.empty()) {
      // "the first one" of the options
      for (std::size_t i = part.first; i < part.last; ++i) {
        int place = small_ordinal(sentence[i].low);
        if (place == 0 && !sentence[i].is("a", "an", "one")) place = small_number(sentence[i].low);
        const auto size = static_cast<int>(options.size());
        if (place < 0) place += size + 1;
        if (place < 1 || place > size) continue;
        for (const TaskItem& task : context.tasks) {
          if (task.title == options[static_cast<std::size_t>(place - 1)]) {
            found = {};
            found.outcome = Found::Outcome::found;
            found.tasks.push_back(&task);
          }
        }
        break;
      }
      if (!found.ok() && found.outcome == Found::Outcome::ambiguous) {
        found.tasks.erase(std::remove_if(found.tasks.begin(), found.tasks.end(),
                                         [&](const TaskItem* task) {
                                           return std::find(options.begin(), options.end(), task->title) ==
                                                  options.end();
                                         }),
                          found.tasks.end());
        if (found.tasks.size() == 1) found.outcome = Found::Outcome::found;
      }
    }
    if (!found.ok()) found = find_tasks(sentence, part, Among::any);
    if (!found.ok()) return {};
    if (!last_turn.empty()) {
      // What was asked for, with the task that is meant now: "complete dentist" then "the appointment".
      Context clear = context;
      clear.question.reset();
      clear.tasks.clear();
      for (const TaskItem* task : found.tasks) clear.tasks.push_back(*task);
      clear.last = found.tasks[0]->id;
      Command command = read_command(last_turn, sentence.now, sentence.settings, clear);
      if (command.intent != Intent::clarify && command.intent != Intent::none && !command.targets.empty())
        return command;
    }
    return about(question.intent == Intent::none ? Intent::complete : question.intent, found, sentence);
  }

  if (question.slot == "ambiguous_time") {
    const std::vector<std::string> options =
        question.options.empty() && !last_turn.empty() ? again(sentence, last_turn).options : question.options;
    if (const std::string* option = chosen(sentence, part, options)) return again(sentence, *option);
  }
  const bool recurring = question.slot == "days" || question.slot == "date" || question.slot == "bimonthly";
  if (question.slot == "am_pm" && !last_turn.empty()) {
    std::string_view half;
    if (sentence.has(part, "pm", "p.m", "p", "evening", "afternoon", "night", "tonight"))
      half = "pm";
    else if (sentence.has(part, "am", "a.m", "a", "morning"))
      half = "am";
    else if (sentence.has(part, "noon", "midday"))
      half = "pm";
    else if (sentence.has(part, "midnight"))
      half = "am";
    if (!half.empty()) {
      // Said again with the half of the day after its hour.
      const Terms before(last_turn);
      for (std::size_t i = before.size(); i-- > 0;) {
        if (before[i].low.empty() || before[i].low[0] < '0' || before[i].low[0] > '9') continue;
        std::string text = last_turn.substr(0, before[i].end);
        text += ' ';
        text += half;
        text += last_turn.substr(before[i].end);
        Command command = again(sentence, text);
        if (!question.title.empty() && command.intent != Intent::none) command.title = question.title;
        return command;
      }
    }
  }
  if (question.slot == "times" && !last_turn.empty()) {
    // "at 8, 2 and 10"
    const std::string_view said = sentence.original(part);
    Command command = again(sentence, last_turn + (head.is("at", "@") ? " " : " at ") + std::string(said));
    if (command.intent == Intent::create_recurring && command.rule && !command.rule->times().empty()) {
      command.ask = {};
      command.times_per_period = command.rule->times_per_period = 0;
      command.rrule = command.rule->rrule();
      command.due = first_due(*command.rule, sentence.now);
      return command;
    }
  }
  if (question.slot == "title") {
    Command command = again(sentence, std::string(sentence.text));
    if (command.intent == Intent::create_task || command.intent == Intent::set_reminder ||
        command.intent == Intent::none) {
      const Command first = last_turn.empty() ? Command{} : again(sentence, last_turn);
      command.intent = first.wanted == Intent::set_reminder || question.intent == Intent::set_reminder
                           ? Intent::set_reminder
                       : first.rule ? Intent::create_recurring
                                    : Intent::create_task;
      if (command.title.empty()) command.title = read_title(sentence, part);
      if (!command.due) command.due = first.due;
      if (first.rule) command.rule = first.rule, command.rrule = first.rrule;
      if (command.intent == Intent::set_reminder && command.reminders.empty()) command.reminders.push_back({});
      return command;
    }
    return {};
  }
  if (question.slot == "due" || question.slot == "time" || question.slot == "when" || question.slot == "snooze_to" ||
      question.slot == "am_pm" || question.slot == "invalid_date" || question.slot == "weekday_date_mismatch" ||
      question.slot == "past_time" || question.slot == "invalid_time" || question.slot == "missing_time" ||
      question.slot == "ambiguous_time" || recurring) {
    Sentence said(sentence.text, sentence.now, sentence.settings, sentence.context);
    const Part all = said.whole();
    Command extra;
    read_markers(said, all, extra);
    Timing timing = read_timing(said, all, TimingFor::change);
    if (!timing.any()) {
      for (std::size_t i = all.first; i < all.last; ++i) {  // "none", "no date", "whenever"
        if (said[i].is("no", "none", "whenever", "nothing", "anytime", "never", "skip")) {
          Command command = make(question.intent == Intent::none ? Intent::create_task : question.intent, 0.8);
          command.title = question.title;
          return command;
        }
      }
      if (all.size() == 1 && question.slot == "time" && small_number(said[0].low) > 0 &&
          small_number(said[0].low) <= 24)
        return again(sentence, last_turn + " at " + std::string(said[0].low));
      return {};
    }
    std::size_t left = 0;
    for (std::size_t i = all.first; i < all.last; ++i)
      left += !said[i].taken && !said[i].in(kGlue | kPolite | kArticle | kPreposition) &&
              !said[i].is("is", "it", "it's", "make", "do", "fine", "good", "maybe", "say", "let's", "how", "works",
                          "each", "week");
    if (left > 0) return {};
    const Command first = last_turn.empty() ? Command{} : again(sentence, last_turn);
    Intent intent = question.intent;
    if (intent == Intent::none) intent = first.intent == Intent::clarify ? first.wanted : first.intent;
    if (intent == Intent::none || intent == Intent::clarify) intent = Intent::create_task;
    // "move it" … "to Friday"
    if ((intent == Intent::update || intent == Intent::snooze) && !first.targets.empty()) {
      Command command = make(intent, 0.9);
      command.targets = first.targets;
      if (const TaskItem* task = context.find(first.targets[0].id)) {
        (intent == Intent::snooze ? command.snooze_to : command.due) = timing.has_date ? timing.due : timing.due;
        if (intent == Intent::update && timing.has_date && timing.due && timing.due->all_day && task->due &&
            !task->due->all_day) {
          command.due = When{
              timing.due->local + (task->due->local - std::chrono::floor<std::chrono::days>(task->due->local)), false};
        }
      }
      return command;
    }
    Command command = make(intent, 0.95);
    command.title = question.title.empty() ? first.title : question.title;
    command.tags = first.tags;
    command.priority = extra.priority != Priority::none ? extra.priority : first.priority;
    command.reminders = first.reminders;
    if (recurring && !timing.rule && timing.due) {
      // "Tuesday and Friday" answers which days of the week.
      RepeatRule rule = first.rule ? *first.rule : RepeatRule{};
      if (!first.rule) rule.frequency = Grain::week;
      rule.times_per_period = 0;
      if (rule.frequency == Grain::week) {
        const auto weekday = [](const When& when) {
          return static_cast<std::uint8_t>(std::chrono::weekday{when.day()}.iso_encoding());
        };
        rule.days.push_back({0, weekday(*timing.due)});
        for (const When& more : timing.more) rule.days.push_back({0, weekday(more)});
        std::sort(rule.days.begin(), rule.days.end(),
                  [](const RuleDay& a, const RuleDay& b) { return a.weekday < b.weekday; });
      } else if (rule.frequency == Grain::year) {
        const Date date = timing.due->date();
        rule.months = {static_cast<int>(static_cast<unsigned>(date.month()))};
        rule.month_days = {static_cast<int>(static_cast<unsigned>(date.day()))};
      }
      timing.rule = rule;
    }
    if (timing.rule && first.rule && timing.rule->hours.empty()) {
      timing.rule->hours = first.rule->hours;
      timing.rule->minutes = first.rule->minutes;
    }
    if (timing.due && !timing.has_date && first.due && first.due->all_day) {
      timing.due = When{
          first.due->local + (timing.due->local - std::chrono::floor<std::chrono::days>(timing.due->local)), false};
    }
    apply_timing(said, timing, command);
    if (command.rule) command.intent = Intent::create_recurring;
    if (intent == Intent::set_reminder && command.reminders.empty()) command.reminders.push_back({});
    return command;
  }
  return {};
}

}  // namespace daybook::language::chat
