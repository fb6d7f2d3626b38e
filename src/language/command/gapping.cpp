#include <algorithm>

#include "language/command/change.hpp"
#include "language/command/read_command.hpp"
#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

/// "call Ann at 3, Bob at 4 and Cid at 5": the verb of the first holds for the others.
std::optional<Command> read_gapped_tasks(Sentence& sentence, Part said) {
  if (said.size() < 5 || !sentence[said.first].in(kActionVerb)) return {};
  const auto timed_until = [&](std::size_t end, std::size_t from) {
    return std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
      const Part time = sentence.terms_of(one);
      return one.score >= 0.5 && one.kind == TimeKind::instant && time.last == end && time.first > from &&
             !time.empty();
    });
  };
  if (!timed_until(said.last, said.first)) return {};
  boost::container::small_vector<Part, 4> pieces;
  std::size_t begin = said.first;
  for (std::size_t i = said.first + 2; i + 1 < said.last && pieces.size() < 8; ++i) {
    const bool word = sentence[i].is("and", "&");
    const bool joint = word || (sentence[i - 1].after == ',' && !sentence[i].in(kGlue));
    if (!joint || sentence[i].quoted || i <= begin || !timed_until(i, begin)) continue;
    const std::size_t second = word ? i + 1 : i;
    if (second >= said.last || sentence[second].in(kActionVerb | kRemind | kGlue | kComplete | kDelete | kArticle))
      continue;
    if (small_number(sentence[second].low) > 1) return {};  // "at 8, 12 and 6"
    pieces.push_back({begin, i});
    begin = second;
    i = second;
  }
  if (pieces.empty() || begin >= said.last) return {};
  pieces.push_back({begin, said.last});
  std::vector<Command> all;
  for (const Part piece : pieces) {
    // One day, two hours of it: "call Ann Monday at 3 and at 4" is no list of people.
    auto one = read_creation(sentence, piece, true);
    sentence.release(said);
    if (!one || one->title.empty() || !one->due || one->intent != Intent::create_task || !one->actions.empty())
      return {};
    if (!all.empty()) {
      std::string title(sentence.original({said.first, said.first + 1}));
      title += ' ';
      title += one->title;
      one->title = capitalised(title);
    }
    all.push_back(std::move(*one));
  }
  return with_actions(std::move(all));
}

/// Where the time of "the dentist to Friday" begins, with its "to"; the end of the piece for none.
std::size_t leads_to_time(const Sentence& sentence, Part piece) {
  for (const TimeReading& one : sentence.times) {
    const Part time = sentence.terms_of(one);
    if (time.empty() || one.score < 0.5 || one.kind != TimeKind::instant || time.last != piece.last) continue;
    const bool own = sentence[time.first].is("to", "until", "till");
    if (own && time.first > piece.first) return time.first;
    if (!own && time.first > piece.first + 1 && sentence[time.first - 1].is("to", "until", "till"))
      return time.first - 1;
  }
  return piece.last;
}

/// "the dentist to Friday", after a verb that stands further ahead.
Command read_moved(Sentence& sentence, Part piece, std::size_t to) {
  const Found found = find_tasks(sentence, {piece.first, to});
  if (!found.ok()) return about(Intent::update, found, sentence);
  remember(sentence, found);
  Command command = about(Intent::update, found, sentence);
  const Timing timing = read_timing(sentence, {to, piece.last}, TimingFor::change);
  apply_timing(sentence, timing, command);
  command.due = rescheduled(*found.tasks[0], timing, sentence.now);
  return command;
}

/// "move the report to Thursday, the dentist to Friday and mom to 8pm"
std::optional<Command> read_gapped_moves(Sentence& sentence, Part said) {
  if (!sentence[said.first].in(kMove)) return {};
  boost::container::small_vector<Part, 4> pieces;
  std::size_t begin = said.first + 1;
  for (std::size_t i = begin + 2; i + 2 < said.last && pieces.size() < 8; ++i) {
    const bool word = sentence[i].is("and", "&");
    if ((!word && sentence[i - 1].after != ',') || leads_to_time(sentence, {begin, i}) == i) continue;
    pieces.push_back({begin, i});
    begin = word ? i + 1 : i;
    if (sentence[begin].in(kMove | kRemind | kComplete | kDelete | kCreate | kGlue)) return {};
  }
  if (pieces.empty() || begin >= said.last) return {};
  pieces.push_back({begin, said.last});
  if (leads_to_time(sentence, pieces.back()) == said.last) return {};
  std::vector<Command> all;
  for (const Part piece : pieces) all.push_back(read_moved(sentence, piece, leads_to_time(sentence, piece)));
  // "move the boxes to the attic": what stands first must be there to be moved.
  if (all[0].intent != Intent::update) return {};
  return with_actions(std::move(all));
}

/// The one repeat that all of `text` says, with its days and its times of the day.
std::optional<RepeatRule> whole_rhythm(const Sentence& sentence, std::string_view text) {
  const auto times = read_times(text, sentence.now, sentence.settings);
  if (times.size() != 1 || times[0].kind != TimeKind::recurrence) return {};
  const bool whole = times[0].span.begin <= 1 && times[0].span.end + 1 >= text.size();
  if (!whole || times[0].rule.days.empty() || times[0].rule.hours.empty()) return {};
  return times[0].rule;
}

/// "jog at 6 on weekdays and at 8 on weekends": two repeats, though their days and times could be multiplied.
std::optional<Command> read_two_rhythms(Sentence& sentence, Part said) {
  for (const TimeReading& reading : sentence.times) {
    if (reading.kind != TimeKind::recurrence || reading.rule.hours.size() < 2 || reading.rule.days.size() < 2) continue;
    const Part time = sentence.terms_of(reading);
    if (time.first < said.first || time.last > said.last || time.size() < 5) continue;
    std::size_t joint = 0;
    if (!sentence.find({time.first + 1, time.last - 1}, &joint, "and", "&")) continue;
    const Part pieces[] = {{time.first, joint}, {joint + 1, time.last}};
    const auto first = whole_rhythm(sentence, sentence.original(pieces[0]));
    const auto second = whole_rhythm(sentence, sentence.original(pieces[1]));
    if (!first || !second || first->times() == second->times() || first->days == second->days) continue;
    std::vector<Command> all;
    for (const Part piece : pieces) {
      std::string text(sentence.text.substr(0, sentence[time.first].begin));
      text += sentence.original(piece);
      text += sentence.text.substr(sentence[time.last - 1].end);
      Command one = read_command(text, sentence.now, sentence.settings, sentence.context);
      if (one.intent != Intent::create_recurring || !one.actions.empty()) return {};
      one.spans.clear();
      add_span(one, sentence, piece, "rrule", one.rrule);
      all.push_back(std::move(one));
    }
    return with_actions(std::move(all));
  }
  return {};
}

/// "just this Thursday move gym to 6", "next week skip yoga": what stands first is said of the change after it.
std::optional<Command> read_fronted(Sentence& sentence, Part said) {
  if (sentence[said.first].in(kMove)) return {};
  for (const TimeReading& reading : sentence.times) {
    const Part time = sentence.terms_of(reading);
    if (time.first != said.first || time.last + 1 >= said.last || reading.score < 0.5 ||
        reading.kind == TimeKind::recurrence)
      continue;
    const Term& verb = sentence[time.last];
    if (!verb.in(kMove | kDelete) && !verb.is("skip", "pause", "push", "delay", "shift")) return {};
    std::string text(sentence.original({time.last, said.last}));
    text += ' ';
    if (said.first > 0 && sentence[said.first - 1].is("just", "only"))
      text.append(sentence.original({said.first - 1, said.first})).append(" ");
    text += sentence.original(time);
    Command command = read_command(text, sentence.now, sentence.settings, sentence.context);
    if ((command.intent != Intent::update && command.intent != Intent::pause_recurring) || command.targets.empty())
      return {};
    command.spans.clear();
    add_span(command, sentence, time, "due", command.due ? command.due->iso(sentence.now) : "");
    return command;
  }
  return {};
}

}  // namespace

std::optional<Command> read_gapped(Sentence& sentence, Part part) {
  Part said = without_courtesy(sentence, part);
  if (said.size() > 1 && sentence[said.first].is("only")) ++said.first;
  if (said.size() < 4) return {};
  for (auto* reader : {read_gapped_tasks, read_gapped_moves, read_two_rhythms, read_fronted}) {
    const auto spoken = sentence.spoken;
    if (auto command = reader(sentence, said)) return command;
    sentence.spoken = spoken;
    sentence.release(part);
  }
  return {};
}

}  // namespace daybook::language::chat
