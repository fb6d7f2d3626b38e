#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

struct Request {
  std::size_t at = 0;  ///< The term after "remind me".
  bool wake = false;
};

/// "remind me", "set a reminder for", "don't let me forget to", "wake me up"; nullopt for others.
std::optional<Request> read_request(const Sentence& sentence, Part part) {
  std::size_t i = part.first;
  if (part.empty()) return {};
  const auto me = [&](std::size_t k) { return k < part.last && sentence[k].is("me", "us", "myself"); };
  if (sentence[i].in(kRemind) && me(i + 1)) return Request{i + 2, false};
  // "tell me to stretch every hour"
  if (sentence[i].is("tell", "prompt", "nudge", "poke") && me(i + 1) && i + 3 < part.last && sentence[i + 2].is("to"))
    return Request{i + 2, false};
  if (me(i + 1) && misspelt_verb(sentence[i].low) == "remind") return Request{i + 2, false};
  if (sentence[i].is("wake", "get") && me(i + 1)) {
    const bool up = i + 2 < part.last && sentence[i + 2].is("up");
    if (sentence[i].is("get") && !up) return {};
    return Request{up ? i + 3 : i + 2, true};
  }
  if (sentence[i].is("don't", "dont") && sentence.starts(part, i + 1, "let", "me", "forget"))
    return Request{i + 4, false};
  std::size_t k = i;
  if (sentence[k].is("set", "add", "create", "make", "give", "new", "schedule", "send", "put", "i", "need", "want",
                     "set-up"))
    ++k;
  while (k > i && k < part.last &&
         sentence[k].is("a", "an", "me", "another", "the", "new", "up", "need", "want", "quick", "recurring", "daily",
                        "my")) {
    if (sentence[k].is("daily")) break;
    ++k;
  }
  if (k < part.last &&
      (sentence[k].is("reminder", "alarm", "reminders") || misspelt_verb(sentence[k].low) == "reminder")) {
    if (k > i) return Request{k + 1, false};
    // "reminder to …", "reminder: …"
    if (sentence[k].after == ':' ||
        (k + 1 < part.last && sentence[k + 1].is("to", "for", "that", "about", "at", "on", "tomorrow", "in")))
      return Request{k + 1, false};
  }
  return {};
}

/// "when I get home", "next time I'm at the office": a place, not a time. Empty for none.
Part place_clause(const Sentence& sentence, Part part) {
  for (std::size_t i = part.first; i + 2 < part.last; ++i) {
    std::size_t k = i;
    if (sentence[i].is("when", "once", "whenever"))
      k = i + 1;
    else if (sentence.starts(part, i, "next", "time") || sentence.starts(part, i, "the", "moment"))
      k = i + 2;
    else if (sentence.starts(part, i, "as", "soon", "as"))
      k = i + 3;
    else
      continue;
    if (k + 1 >= part.last || !sentence[k].is("i", "we", "i'm", "im", "we're")) continue;
    const bool am = !sentence[k].is("i", "we");
    ++k;
    if (!am && sentence[k].is("am", "are") && k + 1 < part.last) ++k;
    if (!sentence[k].is("get", "arrive", "reach", "leave", "come", "return", "pass", "enter", "at", "in", "near",
                        "home", "back", "by", "passing", "leaving", "close", "out"))
      continue;
    std::size_t end = k + 1;
    while (end < part.last && sentence[end - 1].after != ',' &&
           !(sentence[end].is("to") && end + 1 < part.last && sentence[end + 1].in(kActionVerb)))
      ++end;
    return {i, end};
  }
  return {part.last, part.last};
}

/// Says that no place is known, and keeps the task, with the place in its title.
void ask_for_no_place(Sentence& sentence, Part rest, Part place, Command& command) {
  std::string said(sentence.original(place));
  if (place.first == rest.first && place.last < rest.last) {  // "remind me when I get home to call dad"
    const std::size_t verb = sentence[place.last].is("to") ? place.last + 1 : place.last;
    command.title = read_title(sentence, {verb, rest.last}) + ' ' + said;
  }
  if (command.title.empty()) return;
  command.ask = {};
  command.reason = "place";
  command.explanation = "I can't tell where you are, so I can't remind you by place.";
}

Command past_time(const Command& command) {
  Command question = make_clarify("past_time", Intent::set_reminder);
  question.title = command.title;
  question.due = command.due;
  question.explanation = "That time has passed, so there is nothing left to remind of then. When shall it be?";
  return question;
}

bool is_past(const Sentence& sentence, const Command& command) {
  if (!command.due || command.rule) return false;
  if (command.due->all_day) return command.due->day() < sentence.now.today();
  return command.due->local < sentence.now.local();
}

/// "wake me up at 6:45": nobody is woken at a quarter to seven in the evening.
void wake_in_the_morning(const Sentence& sentence, const Timing& timing, Command& command) {
  constexpr auto kNoon = std::chrono::hours{12};
  if (!command.due || command.due->all_day || timing.from_now || command.rule) return;
  const auto day = std::chrono::floor<std::chrono::days>(command.due->local);
  if (command.due->local - day < kNoon + std::chrono::hours{4}) return;
  command.due->local -= kNoon;
  if (command.due->local <= sentence.now.local()) command.due->local += std::chrono::days{1};
}

/// "remind me an hour before my dentist appointment": about a task that exists.
std::optional<Command> read_before_task(Sentence& sentence, Part part) {
  boost::container::small_vector<ReminderWish, 3> wishes;
  std::size_t i = part.first;
  bool before = false;
  while (i < part.last) {
    std::size_t next = i;
    if (next < part.last && sentence[next].is("and", "&")) ++next;
    if (const Eve eve = read_eve(sentence, part, next); eve.end > next) {
      Length day;
      day.days = 1;
      wishes.push_back(ReminderWish::ahead(day));
      wishes.back().clock = eve.usual;
      before = true;
      i = eve.end;
      continue;
    }
    const auto length = read_length(sentence, part, next);
    if (!length) break;
    wishes.push_back(ReminderWish::ahead(length->length));
    i = length->last;
    if (i < part.last && sentence[i].is("before", "ahead", "prior", "early", "in")) {
      before = before || !sentence[i].is("in") || sentence.starts(part, i, "in", "advance");
      if (sentence[i].is("in") && !sentence.starts(part, i, "in", "advance")) return {};
      i += sentence[i].is("in") ? 2 : 1;
      if (i < part.last && sentence[i].is("of", "to")) ++i;
    }
  }
  if (wishes.empty() || !before || i >= part.last) return {};
  Part name{i, part.last};
  while (!name.empty() && sentence[name.last - 1].is("is", "are", "due", "starts", "begins", "start")) --name.last;
  const Found found = find_tasks(sentence, name, Among::open);
  Command command;
  // "3 days before Christmas to wrap presents": a day like any other.
  for (const TimeReading& one : sentence.times) {
    const Part said = sentence.terms_of(one);
    if (found.outcome == Found::Outcome::nothing && said.first == part.first && said.last > i &&
        said.last < part.last && one.score >= 0.5 && one.has_date && sentence[said.last].is("to", "that"))
      return {};
  }
  if (found.outcome == Found::Outcome::nothing) {
    const Timing timing = read_timing(sentence, name, TimingFor::title);
    if (!timing.due) return make_clarify("no_such_task", Intent::set_reminder);
    command = make(Intent::set_reminder, 0.8);
    apply_timing(sentence, timing, command);
    command.title = read_title(sentence, name);
  } else {
    command = about(Intent::set_reminder, found, sentence);
    remember(sentence, found);
  }
  command.reminders.assign(wishes.begin(), wishes.end());
  add_span(command, sentence, {part.first, i}, "reminders", wishes[0].before.iso());
  return command;
}

}  // namespace

std::optional<Command> read_reminder_request(Sentence& sentence, Part part) {
  part = without_courtesy(sentence, part);
  // "I need you to remind me"
  if (sentence.starts(part, part.first, "i", "need", "you", "to")) part.first += 4;
  const auto request = read_request(sentence, part);
  if (!request) return {};
  const Part head{part.first, request->at};
  part.first = request->at;
  if (auto command = read_before_task(sentence, part)) return command;

  Command command = make(Intent::set_reminder, 0.95);
  add_span(command, sentence, head, "intent", "set_reminder");
  read_markers(sentence, part, command);
  part.last = std::min(part.last, note_start(sentence, part));
  read_reminders(sentence, part, command);
  // "remind me about the dentist 2 hours before"
  for (std::size_t i = part.first; i < part.last && command.reminders.empty(); ++i) {
    if (sentence[i].taken || !(read_length(sentence, part, i) || read_eve(sentence, part, i).end > i)) continue;
    const std::size_t end = read_leads(sentence, part, i, command);
    const bool ends = end == part.last ||
                      (end < part.last && (sentence[end].is("to", "that", "about") || sentence[end - 1].after == ','));
    if (end > i && ends &&
        sentence.has({i, end}, "before", "ahead", "early", "earlier", "prior", "advance", "beforehand")) {
      sentence.take({i, end});
      add_span(command, sentence, {i, end}, "reminders", command.reminders[0].before.iso());
    } else {
      command.reminders.clear();
    }
  }
  // "remind me 2 buy flour"
  if (part.size() > 1 && sentence[part.first].is("2", "too") && sentence[part.first + 1].in(kActionVerb))
    sentence.take({part.first, part.first + 1});

  if (auto problem = find_impossible(sentence, part)) {
    problem->title = read_title(sentence, part);
    problem->wanted = Intent::set_reminder;
    return problem;
  }
  const bool bare_twelve =
      request->wake && sentence.has(part, "12") && !sentence.has(part, "noon", "midnight", "am", "pm");
  Timing timing = read_timing(sentence, part, TimingFor::title);
  apply_timing(sentence, timing, command);
  if (request->wake && !timing.meridiem) wake_in_the_morning(sentence, timing, command);
  if (bare_twelve && timing.due && !timing.meridiem && !timing.has_date) {
    Command question = make_clarify("am_pm", Intent::set_reminder);
    question.options = {"12 noon", "12 midnight"};
    question.title = "Wake up";
    return question;
  }
  Part rest = part;
  while (!rest.empty() && (sentence[rest.first].taken ||
                           sentence[rest.first].is("to", "that", "about", "for", "of", "at", "on", "in", "by", "from",
                                                   "-", "i", "need", "have", "should", "must", "the", "@"))) {
    if (sentence[rest.first].is("the", "need", "have", "should", "must", "i", "from")) {
      const bool obligation = sentence[rest.first].is("i") && rest.size() > 2 &&
                              sentence[rest.first + 1].is("need", "have", "must", "should");
      const bool inside = rest.first > part.first && sentence[rest.first - 1].is("i") &&
                          sentence[rest.first].is("need", "have", "must", "should");
      const bool before_time = rest.size() > 1 && sentence[rest.first + 1].taken;
      if (!obligation && !inside && !before_time) break;
    }
    ++rest.first;
  }
  command.title = read_title(sentence, rest);
  if (request->wake && command.title.empty()) command.title = "Wake up";
  if (is_past(sentence, command)) return past_time(command);
  if (command.rule) {
    command.intent = Intent::create_recurring;
    if (command.rule->times_per_period > 0 && !command.due) command.ask = "days";
    if (command.reminders.empty()) command.reminders.push_back({});
    return command;
  }
  // "remind me about the dentist at 8": of a task that is there already.
  const bool refers = !rest.empty() && rest.first > part.first &&
                      (sentence[rest.first - 1].is("about", "of", "for") ||
                       (sentence[rest.first - 1].is("to") && !command.reminders.empty()));
  const bool pronoun = rest.size() == 1 && sentence[rest.first].in(kPronoun);
  if ((refers || pronoun) && !rest.empty()) {
    const Found found = pronoun ? find_tasks(sentence, rest) : find_by_name(sentence, rest, Among::open);
    if (found.ok()) {
      Command existing = about(Intent::set_reminder, found, sentence);
      remember(sentence, found);
      if (command.due) {
        existing.reminders = command.reminders;
        if (existing.reminders.empty()) existing.reminders.push_back(ReminderWish::moment(*command.due));
        existing.due = command.due;
      } else if (!command.reminders.empty()) {
        existing.reminders = command.reminders;
      } else {
        existing.ask = "time";
      }
      existing.spans = std::move(command.spans);
      return existing;
    }
  }
  if (command.title.empty()) {
    // With a reminder at hand, "remind me in ten minutes" puts that one off; another reader has seen that by now.
    const Found spoken = find_spoken(sentence);
    // "dinner tomorrow at 7, remind me at 6": of what is being made, which the caller knows.
    if (!sentence.made_new && spoken.one() && (command.due || !command.reminders.empty())) {
      Command existing = about(Intent::set_reminder, spoken, sentence);
      existing.reminders = std::move(command.reminders);
      existing.spans = std::move(command.spans);
      if (!command.due) return existing;
      existing.reminders.push_back(ReminderWish::moment(*command.due));
      existing.due = command.due;
      return existing;
    }
    Command question = make_clarify("missing_title", Intent::set_reminder);
    question.ask = "title";
    question.due = command.due;
    return question;
  }
  if (command.reminders.empty() && command.due) {
    command.reminders.push_back({});
    for (const When& other : timing.more) command.reminders.push_back(ReminderWish::moment(other));
  }
  if (!command.due && !command.due_from) {
    command.ask = "time";
    if (const Part place = place_clause(sentence, rest); !place.empty())
      ask_for_no_place(sentence, rest, place, command);
  }
  add_span(command, sentence, rest, "title", command.title);
  return command;
}

}  // namespace daybook::language::chat
