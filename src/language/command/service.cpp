#include <algorithm>
#include <utility>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

std::optional<Command> read_undo(const Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  const auto alone = [&](std::size_t words) { return part.size() <= words; };
  bool undo = sentence[at].is("undo", "revert", "rollback", "unundo", "ctrl+z", "ctrl-z");
  undo = undo || (sentence.starts(part, at, "scratch", "that") && alone(3));
  undo = undo || (sentence.starts(part, at, "take", "that", "back") && alone(4)) ||
         (sentence.starts(part, at, "take", "it", "back") && alone(4));
  undo = undo || (sentence.starts(part, at, "go", "back") && alone(2)) || sentence.starts(part, at, "roll", "back");
  undo = undo || (sentence.starts(part, at, "put", "it", "back") && alone(4)) ||
         (sentence.starts(part, at, "bring", "it", "back") && alone(3)) ||
         (sentence.starts(part, at, "bring", "that", "back") && alone(3));
  undo = undo || (sentence[at].is("oops", "whoops") && (alone(1) || sentence.has(part, "undo", "back", "mistake")));
  const bool restores = (sentence[at].is("restore", "recover", "undelete") ||
                         sentence.starts(part, at, "bring", "back") || sentence.starts(part, at, "get", "back")) &&
                        sentence.has(part, "deleted", "removed", "cancelled");
  undo = undo || restores;
  undo = undo || (sentence.has(part, "mistake") && sentence.has(part, "that", "was") && alone(5));
  undo = undo || (sentence.starts(part, at, "reverse", "that") && alone(2)) ||
         (sentence.starts(part, at, "i", "didn't", "mean") && alone(6));
  if (!undo) return {};
  Command command = make(Intent::undo, 0.97);
  if (restores) command.reason = "deleted";
  for (std::size_t i = at + 1; i < part.last; ++i) {
    const int count = small_number(sentence[i].low);
    if (count > 1 && count < 1000) command.count = count;
    if (sentence[i].is("twice")) command.count = 2;
    if (sentence[i].is("both")) command.count = 2;
    if (sentence[i].is("everything", "all")) command.bulk = command.needs_confirmation = true;
  }
  return command;
}

/// "redo": what was taken back is not kept.
std::optional<Command> read_redo(const Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  const bool redo = (sentence[at].is("redo", "ctrl+y") && part.size() <= 2) ||
                    (sentence.starts(part, at, "undo", "the", "undo") && part.size() == 3) ||
                    (sentence.starts(part, at, "undo", "that", "undo") && part.size() == 3);
  if (!redo || (part.size() == 2 && !sentence[at + 1].is("that", "it", "this", "again", "please"))) return {};
  Command command = make(Intent::none, 0.9);
  command.reason = "redo";
  return command;
}

std::optional<Command> read_help(const Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  bool help = sentence[at].is("help", "commands", "manual", "instructions", "tutorial", "?") &&
              (part.size() == 1 || !sentence[at + 1].in(kArticle) || sentence.has(part, "me"));
  if (help && part.size() > 1 && !sentence[at + 1].is("me", "please", "with", "on", "!", "about")) help = false;
  if (help && part.size() > 2 && sentence[at + 1].is("me") &&
      !sentence[at + 2].is("out", "please", "with", "understand", "use", "get"))
    help = false;
  help = help || sentence.starts(part, at, "what", "can", "you", "do") ||
         sentence.starts(part, at, "what", "can", "i", "say") || sentence.starts(part, at, "what", "can", "i", "do") ||
         sentence.starts(part, at, "what", "can", "i", "ask") || sentence.starts(part, at, "what", "do", "you", "do") ||
         sentence.starts(part, at, "what", "are", "you") || sentence.starts(part, at, "who", "are", "you") ||
         sentence.starts(part, at, "how", "does", "this", "work") ||
         sentence.starts(part, at, "how", "do", "you", "work") ||
         sentence.starts(part, at, "how", "does", "it", "work") ||
         sentence.starts(part, at, "show", "me", "what", "you", "can") ||
         sentence.starts(part, at, "what", "commands") || sentence.starts(part, at, "i", "need", "help") ||
         sentence.starts(part, at, "can", "you", "help") || sentence.starts(part, at, "i'm", "lost");
  const bool how = sentence[at].is("how") && part.size() > 2 && sentence[at + 1].is("do", "can", "would", "to") &&
                   (sentence[at + 1].is("to") || sentence[at + 2].is("i", "you", "we"));
  help = help || how || sentence.starts(part, at, "can", "you", "repeat", "tasks") ||
         (sentence.starts(part, at, "what", "does") && sentence.has(part, "mean"));
  if (!help) return {};
  Command command = make(Intent::help, 0.95);
  if (sentence.has(part, "recurring", "repeat", "repeating", "every"))
    command.topic = "recurring";
  else if (sentence.has(part, "remind", "reminder", "reminders", "snooze"))
    command.topic = "reminders";
  else if (sentence.has(part, "tag", "tags", "label", "labels"))
    command.topic = "tags";
  else if (sentence.has(part, "priority", "priorities"))
    command.topic = "priority";
  else if (sentence.has(part, "undo"))
    command.topic = "undo";
  else if (sentence.has(part, "delete", "remove"))
    command.topic = "delete";
  else if (sentence.has(part, "search", "find", "filter"))
    command.topic = "search";
  else if (sentence.has(part, "add", "create", "make", "new"))
    command.topic = "create";
  return command;
}

std::optional<Command> read_stats(Sentence& sentence, Part part) {
  const std::size_t at = part.first;
  const bool noun =
      sentence.has(part, "stats", "statistics", "streak", "streaks", "productivity", "analytics", "metrics") &&
      (part.size() <= 2 || sentence[at].in(kQuestion | kShow | kArticle) ||
       sentence[at].is("stats", "statistics", "weekly", "my", "productivity", "streak"));
  const bool how_many = sentence.starts(part, at, "how", "many") || sentence.starts(part, at, "how", "much") ||
                        (sentence[at].is("count") && sentence.has(part, "tasks", "todos", "completed", "overdue"));
  const bool doing =
      (sentence.starts(part, at, "how", "am", "i", "doing") || sentence.starts(part, at, "how", "did", "i", "do") ||
       sentence.starts(part, at, "how", "productive") || sentence.starts(part, at, "how's", "my", "progress") ||
       sentence.starts(part, at, "how", "is", "my", "progress") || sentence.starts(part, at, "how", "have", "i") ||
       sentence.starts(part, at, "how", "often") || sentence.starts(part, at, "how", "long"));
  const bool rate = sentence.has(part, "rate", "progress", "percentage", "percent") &&
                    (sentence.has(part, "completion", "my")) &&
                    (sentence[at].in(kQuestion | kShow | kArticle) || part.size() <= 3);
  if (!noun && !how_many && !doing && !rate) return {};
  // "how long until the dentist?" asks when it is.
  if (sentence[at].is("how") && sentence.has(part, "until", "till", "til", "before")) return {};
  if (sentence.starts(part, at, "how", "much") && !sentence.has(part, "tasks", "done", "left", "did", "todo", "work"))
    return {};
  if (sentence.has(part, "streak", "streaks") || sentence.starts(part, at, "how", "often") ||
      sentence.starts(part, at, "how", "long")) {
    std::size_t end = at;
    if (sentence.find(part, &end, "for", "on", "of", "with", "do", "did") && end + 1 < part.last) {
      Part name{end + 1, part.last};
      if (!name.empty() && sentence[name.first].is("i")) ++name.first;
      if (!name.empty() && sentence[name.first].is("do", "complete", "did")) ++name.first;
      const Found found = find_by_name(sentence, name, Among::any);
      if (found.outcome != Found::Outcome::nothing) return about(Intent::stats, found, sentence);
    } else {
      for (std::size_t i = part.first; i < part.last; ++i) {
        if (sentence[i].in(kQuestion | kArticle | kShow | kBe) ||
            sentence[i].is("streak", "streaks", "long", "current", "me", "longest", "best"))
          sentence.take({i, i + 1});
      }
      const Found found = find_by_name(sentence, part, Among::any);
      sentence.release(part);
      if (found.ok()) return about(Intent::stats, found, sentence);
    }
    if (!sentence.has(part, "streak", "streaks")) return {};
  }
  Command command = make(Intent::stats, 0.93);
  if (how_many && !sentence.has(part, "tasks", "task", "things", "todos", "to-dos", "items", "reminders", "done",
                                "overdue", "complete", "completed", "left", "finish", "finished"))
    return {};
  FilterReading reading = read_filter(sentence, part, FilterFor::bulk);
  command.filter = std::move(reading.filter);
  if (how_many && command.filter.status == StatusFilter::any && !command.filter.empty())
    command.filter.status = StatusFilter::open;
  if (how_many && command.filter.empty() && sentence.has(part, "left", "have"))
    command.filter.status = StatusFilter::open;
  if (!how_many && command.filter.status == StatusFilter::any && (command.filter.due_from || command.filter.due_to)) {
    // How the week went is what was done in it.
    command.filter.status = StatusFilter::done;
    command.filter.done_from = std::exchange(command.filter.due_from, std::nullopt);
    command.filter.done_to = std::exchange(command.filter.due_to, std::nullopt);
  }
  command.filtered = !command.filter.empty();
  return command;
}

}  // namespace

std::optional<Command> read_service(Sentence& sentence, Part part) {
  if (part.empty()) return {};
  if (auto command = read_redo(sentence, part)) return command;
  if (auto command = read_undo(sentence, part)) return command;
  const Part said = without_courtesy(sentence, part);
  if (said.empty()) return {};
  if (auto command = read_undo(sentence, said)) return command;
  if (auto command = read_help(sentence, part)) return command;
  if (auto command = read_help(sentence, said)) return command;
  return read_stats(sentence, said);
}

}  // namespace daybook::language::chat
