#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

bool is_task_noun(const Term& term) {
  return term.is("task", "tasks", "todo", "todos", "to-do", "to-dos", "reminder", "reminders", "item", "items", "event",
                 "chore", "entry");
}

/// "i need to", "have to", "remember to": an obligation, after which the thing to do stands. The term after it.
std::size_t after_obligation(const Sentence& sentence, Part part) {
  std::size_t i = part.first;
  if (i < part.last && sentence[i].is("i", "we", "i've", "ive", "i'd", "i'll", "ill", "we've", "i'm", "im", "you")) ++i;
  while (i < part.last && i > part.first &&
         sentence[i].is("really", "also", "still", "just", "probably", "definitely", "kinda", "would"))
    ++i;
  if (i >= part.last) return part.first;
  const auto to = [&](std::size_t k) { return k < part.last && sentence[k].is("to"); };
  if (sentence[i].is("need", "have", "want", "ought", "got", "plan", "like", "going", "supposed", "remember", "gonna",
                     "try", "hope", "intend") &&
      to(i + 1)) {
    if (sentence[i].is("plan", "like") && i == part.first) return part.first;
    return i + 2;
  }
  if (i > part.first && sentence[i].is("must", "should", "gotta", "gonna", "wanna", "better", "will")) return i + 1;
  if (i == part.first && sentence[i].is("gotta", "wanna", "gonna", "must")) return i + 1;
  if (i > part.first && sentence[i - 1].is("i'll", "ill")) return i;
  if (sentence[i].is("don't", "dont", "never") && sentence.starts(part, i + 1, "forget", "to")) return i + 3;
  if (sentence[i].is("don't", "dont") && sentence.starts(part, i + 1, "forget")) return i + 2;
  if (sentence[i].is("need") && i > part.first && i + 1 < part.last)
    return sentence[i + 1].is("a", "an", "the", "some", "more") ? part.first : i + 1;
  if (i == part.first && sentence[i].is("time") && to(i + 1)) return i + 2;
  return part.first;
}

struct Opening {
  std::size_t at = 0;  ///< Where the thing to do begins.
  bool sure = false;   ///< The words before it leave no doubt that something is to be made.
  bool noun = false;   ///< "a task" was said.
  bool list = false;   ///< "tasks": several may follow.
};

/// "add a high priority task to", "new todo:", "put", "todo:".
Opening read_opening(Sentence& sentence, Part part, Command& command) {
  Opening opening{part.first, false, false, false};
  std::size_t i = part.first;
  if (part.empty()) return opening;
  if (is_task_noun(sentence[i]) && (sentence[i].after == ':' || sentence[i].after == ',')) {
    opening.list = sentence[i].is("tasks", "todos", "to-dos", "items");
    return opening.at = i + 1, opening.sure = opening.noun = true, opening;
  }
  if (sentence.starts(part, i, "note", "to", "self")) return opening.at = i + 3, opening.sure = true, opening;
  const bool verb = sentence[i].is("add", "create", "make", "new", "put", "insert", "set", "schedule", "open", "log",
                                   "enter", "jot", "write");
  if (!verb) {
    std::size_t k = i;
    if (sentence[k].is("a", "another")) ++k;
    if (k < part.last && sentence[k].is("new", "another") && k + 1 < part.last && is_task_noun(sentence[k + 1]))
      i = k;
    else
      return opening;
  }
  const bool add = sentence[i].is("add");
  std::size_t k = i + 1;
  if (k < part.last && sentence[k].is("up", "down", "in")) ++k;
  while (k < part.last && (sentence[k].taken || sentence[k].is("a", "an", "the", "new", "another", "following", "me",
                                                               "these", "this", "my", "some", "quick", "separate",
                                                               "one", "two", "three", "few", "recurring", "repeating")))
    ++k;
  // "a high priority task": the markers have taken their words by now.
  if (k < part.last && sentence[k].is("high", "low", "medium", "urgent", "important") && k + 1 < part.last &&
      is_task_noun(sentence[k + 1])) {
    command.priority = priority_word(sentence[k].low);
    ++k;
  }
  if (k < part.last && is_task_noun(sentence[k])) {
    opening.list = sentence[k].is("tasks", "todos", "to-dos", "items");
    ++k;
    opening.sure = opening.noun = true;
    if (sentence[k - 1].after == ':') return opening.at = k, opening;
    while (k < part.last &&
           (sentence[k].taken || sentence[k].is("to", "for", "called", "named", "titled", "that", "says", "saying",
                                                "about", ":", "-", "i", "need", "–"))) {
      // "for Monday" belongs to the time.
      ++k;
    }
    opening.at = k;
    return opening;
  }
  if (add) {
    opening.sure = true;
    opening.at = i + 1;
    if (opening.at < part.last && sentence[opening.at].is(":")) ++opening.at;
  } else if (sentence[i].is("put") && sentence.has(part, "list", "todo", "todos")) {
    opening.sure = true;
    opening.at = i + 1;
  } else if (sentence[i].is("new") && sentence[i].after == ':') {
    opening.sure = true;
    opening.at = i + 1;
  }
  return opening;
}

/// "to my todo list", "on the list" at the end of the part; the part without it.
Part without_list_suffix(Sentence& sentence, Part part, Command& command) {
  for (std::size_t i = part.first + 1; i < part.last; ++i) {
    if (!sentence[i].is("to", "on", "onto", "in")) continue;
    std::size_t k = i + 1;
    if (k < part.last && sentence[k].is("my", "the", "our", "a")) ++k;
    while (k < part.last && sentence[k].is("todo", "to-do", "to", "do", "task", "tasks", "daybook")) ++k;
    // "my shopping list"
    if (k > i + 1 && k + 1 < part.last && sentence[k + 1].is("list") && !sentence[k].in(kPreposition) &&
        sentence[i].is("to") && sentence[i + 1].is("my", "the", "our")) {
      command.category = std::string(sentence[k].low);
      ++k;
    }
    if (k < part.last && sentence[k].is("list", "lists", "todos", "agenda") && k > i + 1) {
      sentence.take({i, k + 1});
      return part;
    }
  }
  return part;
}

/// "3 months after I last did it", "2 weeks after completion": counted from when it was done.
void read_after_completion(Sentence& sentence, Part part, Timing& timing) {
  for (std::size_t i = part.first; i < part.last; ++i) {
    const auto length = read_length(sentence, part, i);
    if (!length) continue;
    const std::size_t at = length->last;
    if (at >= part.last || !sentence[at].is("after", "from", "since")) continue;
    std::size_t end = at + 1;
    bool done = false;
    while (end < part.last &&
           sentence[end].is("i", "i've", "it", "it's", "its", "is", "was", "been", "the", "last", "time", "did", "done",
                            "completion", "completed", "complete", "completing", "finish", "finished", "finishing",
                            "doing", "each", "every", "we", "have", "my", "that", "previous")) {
      done = done ||
             sentence[end].is("did", "done", "completion", "completed", "complete", "completing", "finish", "finished",
                              "finishing", "doing") ||
             (sentence[end].is("time") && sentence[end - 1].is("last"));
      ++end;
    }
    if (!done) continue;
    const Length& said = length->length;
    RepeatRule rule;
    rule.after_completion = true;
    if (said.years > 0)
      rule.frequency = Grain::year, rule.interval = said.years;
    else if (said.months > 0)
      rule.frequency = Grain::month, rule.interval = said.months;
    else if (said.days > 0 && said.days % 7 == 0 && said.grain == Grain::week)
      rule.frequency = Grain::week, rule.interval = said.days / 7;
    else if (said.days > 0)
      rule.frequency = Grain::day, rule.interval = said.days;
    else if (said.seconds % 3600 == 0)
      rule.frequency = Grain::hour, rule.interval = static_cast<int>(said.seconds / 3600);
    else
      rule.frequency = Grain::minute, rule.interval = static_cast<int>(std::max<std::int64_t>(1, said.seconds / 60));
    std::size_t from = i;
    if (from > part.first && sentence[from - 1].is("every", "again", "repeat")) --from;
    timing.rule = rule;
    sentence.take({from, end});
    return;
  }
}

/// "every spring" has no date yet.
bool read_season(Sentence& sentence, Part part, Command& command) {
  for (std::size_t i = part.first; i + 1 < part.last; ++i) {
    if (!sentence[i].is("every", "each") ||
        !sentence[i + 1].is("spring", "summer", "autumn", "fall", "winter", "season"))
      continue;
    RepeatRule rule;
    rule.frequency = Grain::year;
    command.rule = rule;
    command.rrule = rule.rrule();
    command.ask = "date";
    sentence.take({i, i + 2});
    add_span(command, sentence, {i, i + 2}, "rrule", command.rrule);
    return true;
  }
  return false;
}

/// Words of a list: "eggs, bread and butter" become three titles.
std::vector<std::string> read_items(const Sentence& sentence, Part part) {
  std::vector<std::string> items;
  std::size_t begin = part.first;
  for (std::size_t i = part.first; i < part.last; ++i) {
    const bool joint = sentence[i].is("and", "&");
    const bool cut = joint || sentence[i].after == ',' || sentence[i].after == ';' || i + 1 == part.last;
    if (!cut) continue;
    std::string title = read_title(sentence, {begin, joint ? i : i + 1});
    if (!title.empty()) items.push_back(std::move(title));
    begin = i + 1;
  }
  return items;
}

}  // namespace

std::optional<Command> read_creation(Sentence& sentence, Part part, bool sure) {
  Command command = make(Intent::create_task, 0.7);
  const Part whole = part;
  part = without_courtesy(sentence, part);
  const std::size_t obligation = after_obligation(sentence, part);
  if (obligation > part.first) {
    part.first = obligation;
    while (part.size() > 1 &&
           sentence[part.first].is("probably", "really", "definitely", "also", "still", "maybe", "finally", "actually"))
      ++part.first;
    sure = true;
  }
  read_markers(sentence, part, command);
  part.last = std::min(part.last, note_start(sentence, part));
  const Opening opening = read_opening(sentence, part, command);
  const bool opened = opening.at > part.first;
  part.first = opening.at;
  sure = sure || opening.sure;
  if (opening.sure || opened) without_list_suffix(sentence, part, command);
  read_reminders(sentence, part, command);

  bool separate = false;
  for (std::size_t i = part.first; i < part.last; ++i) {
    if (sentence[i].is("as") && i + 2 < part.last + 1 && sentence.starts(part, i + 1, "separate")) {
      std::size_t end = i + 2;
      if (end < part.last && is_task_noun(sentence[end])) ++end;
      sentence.take({i, end});
      separate = true;
    } else if (sentence[i].is("separately", "individually")) {
      sentence.take({i, i + 1});
      separate = true;
    }
  }

  if (auto problem = find_impossible(sentence, part)) {
    problem->title = read_title(sentence, part);
    problem->wanted = Intent::create_task;
    return problem;
  }
  // "bimonthly" is every two months to some and twice a month to others.
  std::size_t at = 0;
  if (sentence.find(part, &at, "bimonthly", "bi-monthly")) {
    const bool attributive = at > part.first && sentence[at - 1].in(kArticle);
    if (!attributive) {
      Command question = make_clarify("bimonthly", Intent::create_recurring);
      sentence.take({at, at + 1});
      question.title = read_title(sentence, part);
      question.options = {"every two months", "every month on the 1st and 15th"};
      question.explanation = "Every two months, or twice a month?";
      return question;
    }
  }

  Timing timing;
  const bool season = read_season(sentence, part, command);
  if (!season) {
    read_after_completion(sentence, part, timing);
    const bool completion = timing.rule.has_value();
    if (!completion) {
      timing = read_timing(sentence, part, TimingFor::title);
      apply_timing(sentence, timing, command);
    } else {
      command.rule = timing.rule;
      command.rrule = timing.rule->rrule();
    }
  }
  // "tomorrow at the same time"
  if (command.due && command.due->all_day && !command.rule) {
    for (std::size_t i = part.first; i < part.last; ++i) {
      std::size_t end = i;
      if (sentence.starts(part, i, "at", "the", "same", "time"))
        end = i + 4;
      else if (sentence.starts(part, i, "same", "time"))
        end = i + 2;
      if (end == i || sentence[i].taken) continue;
      const LocalTime now = std::chrono::floor<std::chrono::minutes>(sentence.now.local());
      command.due = When{command.due->local + (now - std::chrono::floor<std::chrono::days>(now)), false};
      sentence.take({i, end});
      break;
    }
  }
  // "first thing tomorrow"
  for (std::size_t i = part.first; i + 2 < part.last && command.due && command.due->all_day; ++i) {
    if (!sentence.starts(part, i, "first", "thing") || sentence[i].taken ||
        !(sentence[i + 2].taken || (i > part.first && sentence[i - 1].taken)))
      continue;
    sentence.take({i, i + 2});
    command.part_of_day = PartOfDay::morning;
  }
  // "from now on", "going forward": as a repeat does anyway.
  for (std::size_t i = part.first; i < part.last && command.rule; ++i) {
    if (sentence.starts(part, i, "from", "now", "on") || sentence.starts(part, i, "from", "today", "on"))
      sentence.take({i, i + 3});
    else if (sentence.starts(part, i, "going", "forward"))
      sentence.take({i, i + 2});
  }
  if (command.rule) command.intent = Intent::create_recurring;
  if (command.rule && command.rule->times_per_period > 0 && command.rule->days.empty() && !command.due)
    command.ask = command.rule->frequency == Grain::day ? "times" : "days";
  if (command.rule && command.rule->frequency == Grain::minute && command.rule->interval == 1)
    command.needs_confirmation = true;
  if (opened && opening.noun) {
    // "add a task tomorrow to call mom": the thing to do stands after the time.
    while (part.first < part.last &&
           (sentence[part.first].taken || sentence[part.first].is("to", "for", "on", "at", "that")))
      ++part.first;
  }
  if ((separate || (opening.list) || (opening.noun && sentence.has(part, "and"))) && part.size() > 1) {
    auto items = read_items(sentence, part);
    // "add a task to buy bread and butter" is one; "add task A, B and C" is three.
    const bool commas = std::any_of(&sentence[part.first], &sentence[part.last - 1] + 1,
                                    [](const Term& term) { return term.after == ',' && !term.taken; });
    if (items.size() > 1 && (separate || opening.list || (commas && !sentence[part.first].in(kActionVerb)))) {
      command.confidence = 0.9;
      std::vector<Command> actions;
      for (std::string& title : items) {
        actions.push_back(command);
        actions.back().title = std::move(title);
        actions.back().spans.clear();
      }
      Command all = make(command.intent, command.confidence);
      all.spans = std::move(command.spans);
      all.actions = std::move(actions);
      return all;
    }
  }
  command.title = read_title(sentence, part);
  if (command.title.empty()) {
    if (!opened && !sure && command.tags.empty() && command.priority == Priority::none && !timing.any()) return {};
    Command question = make_clarify("missing_title", Intent::create_task);
    question.ask = "title";
    question.due = command.due;
    question.rule = command.rule;
    question.rrule = command.rrule;
    question.spans = std::move(command.spans);
    return question;
  }
  pull_to_evening(timing, command);
  command.confidence =
      sure || timing.any() || command.priority != Priority::none || !command.tags.empty() ? 0.92 : 0.75;
  if (timing.past_said) {
    Command question = make_clarify("past_time", command.intent);
    question.title = command.title;
    question.due = command.due;
    question.explanation = "That time has passed.";
    return question;
  }
  if (!timing.more_rules.empty() && command.rule) {
    Command all = make(command.intent, command.confidence);
    for (const RepeatRule& rule : timing.more_rules) {
      Command other = command;
      other.rule = rule;
      other.rrule = rule.rrule();
      other.due = first_due(rule, sentence.now);
      other.spans.clear();
      all.actions.push_back(std::move(other));
    }
    all.actions.insert(all.actions.begin(), std::move(command));
    return all;
  }
  if (!timing.more.empty() && !command.rule) {
    Command all = make(command.intent, command.confidence);
    for (const When& when : timing.more) {
      Command other = command;
      other.due = when;
      other.spans.clear();
      all.actions.push_back(std::move(other));
    }
    all.actions.insert(all.actions.begin(), std::move(command));
    return all;
  }
  add_span(command, sentence, {part.first, part.last}, "title", command.title);
  ignore(whole, "the part as it was said is not needed further");
  return command;
}

}  // namespace daybook::language::chat
