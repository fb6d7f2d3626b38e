#include "language/command/change.hpp"

#include <algorithm>

#include "language/describe.hpp"

namespace daybook::language::chat {
namespace {

using std::chrono::days;
using std::chrono::hours;

/// Takes away the title of a task that stands whole in the part, so that "Friday report" keeps its Friday.
const TaskItem* find_whole_title(Sentence& sentence, Part part, Part& where) {
  const TaskItem* best = nullptr;
  std::size_t longest = 0;
  for (const TaskItem& task : sentence.context.tasks) {
    std::size_t words = 1 + static_cast<std::size_t>(std::count(task.title.begin(), task.title.end(), ' '));
    if (words <= longest || words > part.size()) continue;
    for (std::size_t i = part.first; i + words <= part.last; ++i) {
      const std::string_view said = sentence.original({i, i + words});
      if (said.size() != task.title.size()) continue;
      const bool same = std::equal(said.begin(), said.end(), task.title.begin(), [](char a, char b) {
        const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
        return low(a) == low(b);
      });
      if (!same) continue;
      best = &task;
      longest = words;
      where = {i, i + words};
      break;
    }
  }
  return best;
}

/// The first day of "from Tuesday to Wednesday", which then is no range; `wish` becomes what stands after it.
std::optional<When> read_old_day(Sentence& sentence, Part part, Part& wish) {
  for (std::size_t index = 0; index < sentence.times.size(); ++index) {
    const TimeReading& reading = sentence.times[index];
    const Part said = sentence.terms_of(reading);
    if (said.size() < 3 || said.first <= part.first || said.last > part.last || sentence[said.first].taken ||
        reading.kind != TimeKind::interval || sentence[said.first - 1].is("to", "until", "for"))
      continue;
    std::size_t to = 0;
    if (!sentence.find({said.first + 1, said.last}, &to, "to")) continue;
    sentence.cut_times(to);
    const TimeReading& left = sentence.times[index];
    wish.first = to;
    std::size_t from = said.first;
    if (sentence[from - 1].is("from", "on")) --from;
    sentence.take({from, to});
    if (left.kind != TimeKind::instant || !left.start || !left.has_date) return {};
    return When{std::chrono::floor<days>(when_of(*left.start, sentence.now).local), true};
  }
  return {};
}

/// "just this once", "from now on": said of what is there already.
bool says_how_long_it_holds(const Sentence& sentence, Part part) {
  for (std::size_t i = part.first + 1; i < part.last; ++i) {
    if (sentence.starts(part, i, "this", "once") || sentence.starts(part, i, "just", "this", "time") ||
        sentence.starts(part, i, "from", "now", "on") || sentence.starts(part, i, "going", "forward"))
      return true;
  }
  return sentence[part.last - 1].is("only") && sentence.has(part, "this");
}

/// The rule of a series that falls on one day of the week or the month, on that of `date` instead; empty for others.
std::string on_other_day(std::string_view rrule, Date date, bool weekday) {
  auto rule = parse_repeat_rule(rrule);
  if (!rule || !rule->day_positions().empty()) return {};
  if (weekday && rule->frequency == Grain::week && rule->days.size() == 1) {
    rule->days[0].weekday =
        static_cast<std::uint8_t>(std::chrono::weekday{std::chrono::local_days{date}}.iso_encoding());
  } else if (!weekday && rule->frequency == Grain::month && rule->month_days.size() == 1) {
    rule->month_days[0] = static_cast<int>(static_cast<unsigned>(date.day()));
  } else {
    return {};
  }
  return rule->rrule();
}

/// Whether a term belongs to a time.
bool is_time_word(const Sentence& sentence, std::size_t at) {
  return std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
    const Part said = sentence.terms_of(one);
    return one.score >= 0.3 && at >= said.first && at < said.last;
  });
}

/// "the Friday after": which weekday it is, counted from the day that the task is due; takes the "after".
std::optional<int> read_weekday_after(Sentence& sentence, Part part) {
  for (const TimeReading& reading : sentence.times) {
    const Part said = sentence.terms_of(reading);
    if (said.empty() || said.first < part.first || said.last >= part.last || !reading.weekday_only || !reading.start ||
        reading.score < 0.3 || !sentence[said.last].is("after"))
      continue;
    std::size_t end = said.last + 1;
    while (end < part.last && sentence[end].is("that", "it", "this")) ++end;
    if (end < part.last && !sentence[end].in(kGlue | kPolite)) continue;
    sentence.take({said.last, end});
    return static_cast<int>(std::chrono::weekday{std::chrono::floor<days>(reading.start->local)}.iso_encoding());
  }
  return {};
}

}  // namespace

std::optional<Command> read_change(Sentence& sentence, Part part) {
  const Part said = part;
  if (auto command = read_correction(sentence, part)) return command;
  sentence.release(said);
  part = without_courtesy(sentence, part);
  if (part.empty()) return {};
  if (auto command = read_edit(sentence, part)) return command;

  const std::size_t at = part.first;
  const Term& head = sentence[at];
  const std::string_view misspelt = misspelt_verb(head.low);
  std::size_t after = at + 1;
  bool certain = false;  // the verb can only mean a task that exists
  bool delays = false;   // a bare length after it is a delay
  bool sooner = false;
  if (head.is("reschedule", "postpone", "defer", "re-schedule") || misspelt == "reschedule" || misspelt == "postpone") {
    certain = delays = true;
  } else if (head.is("push", "delay", "bump", "shift", "extend")) {
    delays = true;
  } else if (head.is("move", "bring", "pull", "advance", "swap", "switch", "change", "set", "make", "update", "edit",
                     "mark", "adjust", "put", "modify", "flag", "repeat", "raise", "lower", "increase", "decrease",
                     "schedule", "have", "give", "add")) {
    sooner = head.is("bring", "pull", "advance");
    if (head.is("put") && after < part.last && sentence[after].is("off")) ++after, delays = true;
  } else if (sentence.has(part, "is", "are", "should", "needs", "takes", "instead", "moved", "rescheduled", "postponed",
                          "pushed", "delayed", "shifted") &&
             !head.in(kSubject | kQuestion)) {
    after = at;  // "the report is due Friday", "dentist at 4 instead of 10", "the dentist moved to 11:30"
  } else if (says_how_long_it_holds(sentence, part) &&
             !head.in(kSubject | kQuestion | kRemind | kCreate | kDelete | kNegative) && !head.is("skip", "pause")) {
    after = at;  // "gym at 7pm just this once"
  } else if (sentence[part.last - 1].is("later", "earlier", "sooner") && !head.in(kSubject | kQuestion) &&
             part.size() > 3) {
    after = at;  // "call mom an hour later"
  } else {
    return {};
  }
  if (after > part.last || (after == part.last && !certain)) return {};
  Part rest{after, part.last};

  Part where{0, 0};
  const TaskItem* whole = find_whole_title(sentence, rest, where);
  // "move 2 and 3": not the first alone.
  if (whole != nullptr && where.last + 1 < rest.last && sentence[where.last].is("and", "&") &&
      find_by_name(sentence, {where.last + 1, where.last + 2}, Among::any).exact)
    whole = nullptr;
  if (whole != nullptr) sentence.take(where);

  // "gym is now at 7pm": no moment, but a new order of things.
  bool from_now_on = false;
  for (std::size_t i = rest.first + 1; i + 1 < rest.last; ++i) {
    if (!sentence[i].is("now") || sentence[i].taken || !sentence[i - 1].in(kBe)) continue;
    sentence.take({i, i + 1});
    from_now_on = true;
  }
  // "the dentist is at 10 now, not 9:30": what it is no longer.
  for (std::size_t i = rest.first + 1; i + 1 < rest.last; ++i) {
    if (!sentence[i].is("not") || sentence[i - 1].after != ',' || sentence[i].taken) continue;
    std::size_t old = i + 1;
    while (old < rest.last &&
           (sentence[old].in(kGlue) || (sentence[old].low[0] >= '0' && sentence[old].low[0] <= '9') ||
            is_time_word(sentence, old)))
      ++old;
    if (old < rest.last) continue;
    sentence.take({i, rest.last});
    rest.last = i;
  }
  if (after == at && rest.size() > 2 && sentence[rest.last - 1].is("now") && !sentence[rest.last - 1].taken) {
    sentence.take({rest.last - 1, rest.last});
    from_now_on = true;
  }

  // "delay everything due today until tomorrow", "mark all high priority tasks as low": what stands after the last such
  // word is the change, what stands before it narrows.
  Part wish = rest;
  if (sentence.has(rest, "all", "everything", "every")) {
    for (std::size_t i = rest.last; i-- > rest.first;) {
      if (!sentence[i].is("to", "until", "till", "for", "as", "by") || i + 1 >= rest.last) continue;
      wish.first = i;
      sentence.cut_times(i);
      break;
    }
  }
  // "move gym from Tuesday to Wednesday": the first day is the old one.
  std::optional<When> old_day;
  if (wish.first == rest.first && head.in(kMove)) old_day = read_old_day(sentence, rest, wish);
  Command change;
  read_markers(sentence, wish, change);
  rest.last = std::min(rest.last, std::max(note_start(sentence, rest), rest.first));
  read_reminders(sentence, rest, change);
  const Asides asides = read_asides(sentence, rest);
  // "make it urgent", "is important"
  for (std::size_t i = rest.first; i < rest.last && change.priority == Priority::none; ++i) {
    if (!sentence[i].taken && !sentence[i].quoted &&
        sentence[i].is("urgent", "important", "critical", "high", "low", "medium") &&
        (i + 1 == rest.last || sentence[i + 1].taken) && i > at) {
      change.priority = priority_word(sentence[i].low);
      sentence.take({i, i + 1});
      add_span(change, sentence, {i, i + 1}, "priority", std::string(to_string(change.priority)));
    }
  }
  auto shift = read_shift(sentence, rest, delays);
  if (shift && sooner && !sentence.has(rest, "later", "back")) shift->sign = -1;
  if (shift && head.is("move") && sentence.has(rest, "up")) shift->sign = -1;

  // "tomorrow's standup", "Friday's gym": which occurrence is meant.
  std::optional<When> occurrence = old_day;
  const bool bulk = sentence.has(rest, "all", "everything", "every", "tasks", "todos");
  if (!shift && !bulk && !occurrence) {
    for (const TimeReading& reading : sentence.times) {
      const Part time = sentence.terms_of(reading);
      if (time.empty() || time.first < rest.first || time.last >= rest.last || reading.score < 0.3 ||
          reading.kind != TimeKind::instant)
        continue;
      if (sentence[time.first].taken || !reading.has_date || reading.has_clock) continue;
      const bool possessive = sentence[time.last - 1].low.ends_with("'s");
      const bool before_name = time.first <= rest.first + 1 && !sentence[time.last].in(kPreposition) &&
                               !sentence[time.last].taken && reading.relation == Relation::none &&
                               sentence.has({time.last, rest.last}, "to", "until", "by");
      if (!possessive && !before_name) continue;
      occurrence = when_of(*reading.start, sentence.now);
      sentence.take(time);
      break;
    }
  }
  if (shift) sentence.cut_times(shift->end);  // "two days later | at 4pm"
  const std::optional<int> weekday_after = read_weekday_after(sentence, rest);
  Timing timing = read_timing(sentence, wish, TimingFor::change);
  read_bare_clock(sentence, rest, timing);
  const bool changes = timing.any() || shift || change.priority != Priority::none || !change.tags.empty() ||
                       !change.reminders.empty() || !timing.duration.empty() || !change.note.empty();

  // "make lunch at noon": only a task that is named, or "it", is changed.
  Found found;
  if (whole != nullptr) {
    const Part others = name_part(sentence, rest);
    std::size_t left = 0;
    for (std::size_t i = others.first; i < others.last; ++i) left += !sentence[i].taken && !is_change_word(sentence[i]);
    found.outcome = Found::Outcome::found;
    found.tasks.push_back(whole);
    found.exact = true;
    if (left > 2 && !certain) found = {};
  } else {
    const Part name = name_part(sentence, rest);
    if (name.empty() && !certain && !delays && !head.is("move", "change")) return sentence.release(said), std::nullopt;
    if (!changes && !name.empty() && sentence.has(name, "to")) {
      std::size_t to = name.last;
      sentence.find(name, &to, "to");
      found = find_tasks(sentence, {name.first, to}, Among::any);  // "move it to then"
    } else if (sentence.has(name, "all", "everything", "every", "tasks", "todos") &&
               !find_by_name(sentence, name, Among::open).exact && !sentence.has(name, "them", "those", "these") &&
               !(sentence.has(name, "of") && sentence.has(name, "it"))) {
      const FilterReading reading = read_filter(sentence, name, FilterFor::bulk);
      if (reading.leftover == 0 && changes) {
        Command command = make(Intent::update, 0.9);
        apply_timing(sentence, timing, command);
        command.filter = reading.filter;
        command.filtered = command.bulk = true;
        command.priority = change.priority;
        command.tags_add = std::move(change.tags);
        if (shift) {
          command.shift = shift->length;
          command.shift_back = shift->sign < 0;
          command.needs_confirmation = true;
        }
        return command;
      }
      found = find_tasks(sentence, name, Among::any);
    } else {
      found = find_tasks(sentence, name, Among::any);
    }
    if (found.outcome == Found::Outcome::nothing && occurrence) found = find_by_name(sentence, name, Among::any);
  }
  if (found.outcome == Found::Outcome::nothing || found.outcome == Found::Outcome::unclear) {
    // "push the code to production at 4" moves no task: its "to" leads to no time.
    bool leads_to_time = false;
    for (std::size_t i = rest.first; i < rest.last; ++i) {
      const bool to = sentence[i].is("to", "until", "till", "by");
      leads_to_time = leads_to_time || (to && sentence[i].taken) || (to && i + 1 < rest.last && sentence[i + 1].taken);
      if (to && !sentence[i].taken && i + 1 < rest.last && !sentence[i + 1].taken && sentence[i].is("to")) {
        leads_to_time = false;
        break;
      }
    }
    const bool to_a_time =
        head.is("move", "push", "shift", "bump", "delay") && (shift || (timing.any() && leads_to_time));
    // "change foo to Monday", "set foo to high priority"; "set an alarm to 7" makes one.
    const bool to_a_value = head.is("change", "set", "adjust", "modify", "switch") && leads_to_time &&
                            (timing.any() || change.priority != Priority::none) &&
                            !sentence[at + 1].is("a", "an", "another", "new");
    if (found.outcome == Found::Outcome::unclear && (changes || certain) && !sentence.made_new)
      return about(Intent::update, found, sentence);
    if (!certain && !to_a_time && !to_a_value) return sentence.release(said), std::nullopt;
    return make_clarify("no_such_task", Intent::update);
  }
  if (!changes) {
    const bool time_verb = certain || head.is("move", "push", "delay", "bump", "shift");
    if (!time_verb) return sentence.release(said), std::nullopt;
    if (found.outcome == Found::Outcome::ambiguous) return about(Intent::update, found, sentence);
    Command question = make_clarify("missing_time", Intent::update);
    for (const TaskItem* task : found.tasks) question.targets.push_back(ref(*task));
    question.ask = "time";
    return question;
  }
  if (head.is("have", "give", "add", "schedule", "put", "set", "make") && !found.ok() &&
      found.outcome != Found::Outcome::ambiguous)
    return sentence.release(said), std::nullopt;
  if (head.is("have", "add", "schedule") && !found.exact && !found.pronoun && change.reminders.empty())
    return sentence.release(said), std::nullopt;
  remember(sentence, found);
  Command command = about(change.reminders.empty() ? Intent::update : Intent::set_reminder, found, sentence);
  if (!found.ok()) return command;
  apply_timing(sentence, timing, command);
  command.spans.insert(command.spans.end(), change.spans.begin(), change.spans.end());
  const TaskItem& task = *found.tasks[0];
  if (timing.rule) {
    RepeatRule rule = *timing.rule;
    command.due.reset();
    command.rule = rule;
    command.rrule = rule.rrule();
    // A new rhythm keeps the time of day.
    if (rule.hours.empty() && task.due && !task.due->all_day && rule.frequency >= Grain::day)
      command.rrule = with_clock(command.rrule, task.due->local);
  } else if (shift) {
    if (!task.due) {
      Command question = make_clarify("missing_time", Intent::update);
      question.targets = std::move(command.targets);
      question.explanation = "It has no date yet to move from.";
      return question;
    }
    const bool all_day = task.due->all_day && shift->length.seconds == 0;
    command.due = When{moved(task.due->local, shift->length, shift->sign), all_day};
    if (timing.has_clock && !timing.has_date && timing.due && !timing.due->all_day) {
      TaskItem there = task;
      there.due = command.due;
      command.due = rescheduled(there, timing, sentence.now);
    }
  } else if (timing.due && !timing.more.empty() && !task.rrule.empty()) {
    // "change gym to Monday and Wednesday": other days of the same series.
    RepeatRule rule;
    rule.frequency = Grain::week;
    rule.days.push_back({0, static_cast<std::uint8_t>(std::chrono::weekday{timing.due->day()}.iso_encoding())});
    for (const When& more : timing.more)
      rule.days.push_back({0, static_cast<std::uint8_t>(std::chrono::weekday{more.day()}.iso_encoding())});
    std::sort(rule.days.begin(), rule.days.end(),
              [](const RuleDay& a, const RuleDay& b) { return a.weekday < b.weekday; });
    command.rule = rule;
    command.rrule = rule.rrule();
    if (!timing.due->all_day)
      command.rrule = with_clock(command.rrule, timing.due->local);
    else if (task.due && !task.due->all_day)
      command.rrule = with_clock(command.rrule, task.due->local);
    command.due.reset();
    command.scope = Command::Scope::series;
  } else if (timing.due) {
    TaskItem meant = task;
    if (occurrence) {
      meant.due = task.due && !task.due->all_day
                      ? When{occurrence->local + (task.due->local - std::chrono::floor<days>(task.due->local)), false}
                      : *occurrence;
    }
    command.due = rescheduled(meant, timing, sentence.now);
    if ((occurrence || asides.occurrence) && timing.has_clock && !timing.meridiem && command.due && task.due &&
        !task.due->all_day && !command.due->all_day) {
      // "gym at 7 this Thursday only": the half of the day that it is in anyway.
      const auto old = task.due->local - std::chrono::floor<days>(task.due->local);
      const auto clock = command.due->local - std::chrono::floor<days>(command.due->local);
      const auto other = clock >= hours{12} ? clock - hours{12} : clock + hours{12};
      const auto distance = [&](auto time) { return time > old ? time - old : old - time; };
      if (distance(other) < distance(clock)) command.due->local += other - clock;
    }
    if (weekday_after && command.due && task.due) {
      const auto clock = command.due->local - std::chrono::floor<days>(command.due->local);
      auto day = task.due->day() + days{1};
      while (static_cast<int>(std::chrono::weekday{day}.iso_encoding()) != *weekday_after) day += days{1};
      command.due->local = LocalTime{day} + clock;
    }
    if (asides.same_time && command.due && task.due && !task.due->all_day) {
      command.due =
          When{LocalTime{command.due->day()} + (task.due->local - std::chrono::floor<days>(task.due->local)), false};
    }
    if (!task.rrule.empty()) {
      if (occurrence || asides.occurrence) {
        command.scope = Command::Scope::occurrence;
      } else if (std::string moved_rule = asides.series && timing.has_date && command.due
                                              ? on_other_day(task.rrule, command.due->date(), timing.weekday_only)
                                              : std::string{};
                 !moved_rule.empty()) {
        // "move gym to Friday from now on"
        command.rrule = timing.has_clock ? with_clock(moved_rule, command.due->local) : moved_rule;
        command.due.reset();
        command.scope = Command::Scope::series;
      } else if ((asides.series || from_now_on) && !timing.has_date && command.due && !command.due->all_day) {
        command.rrule = with_clock(task.rrule, command.due->local);
        command.due.reset();
        command.scope = Command::Scope::series;
      }
    }
  }
  if (occurrence && !task.rrule.empty()) command.scope = Command::Scope::occurrence;
  command.priority = change.priority;
  command.tags_add = std::move(change.tags);
  command.reminders = std::move(change.reminders);
  command.note = std::move(change.note);
  return command;
}

}  // namespace daybook::language::chat
