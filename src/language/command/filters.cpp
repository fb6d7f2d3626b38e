#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {
namespace {

using std::chrono::days;

/// Words of a query that narrow nothing.
bool is_padding(const Term& term) {
  return term.in(kArticle | kTaskNoun | kBe | kQuestion | kShow | kPolite | kSubject) ||
         term.is("all", "everything", "anything", "every", "me", "on", "for", "in", "of", "due", "with", "have", "got",
                 "going", "to", "do", "list", "lists", "at", "from", "there", "planned", "scheduled", "coming", "up",
                 "left", "please", "still", "by", "that", "which", "each", "and", "but", "as", "them", "those", "these",
                 "only", "currently", "happening", "agenda", "calendar", "schedule", "plan", "plans", "today's", "want",
                 "need", "needs", "set", "marked", "during", "work?", "mine", "look", "time", "like", "happens",
                 "supposed", "be", "been", "ones", "had", "already", "yet", "out", "one", "or", "out", "assigned",
                 "stuff", "upcoming", "deadlines", "deadline", "busy", "free", "exist", "any", "plate", "summary",
                 "overview", "rundown", "something", "next", "whose", "about?", "items", "current", "i", "date", "day");
}

StatusFilter status_word(const Sentence& sentence, std::size_t i) {
  const Term& term = sentence[i];
  if (term.is("overdue", "late", "past-due", "missed", "behind", "delayed")) return StatusFilter::overdue;
  if (term.is("done", "completed", "complete", "finished", "closed", "finish", "accomplished", "accomplish", "ticked"))
    return StatusFilter::done;
  if (term.is("open", "pending", "active", "incomplete", "unfinished", "undone", "remaining", "outstanding",
              "uncompleted"))
    return StatusFilter::open;
  return StatusFilter::any;
}

/// Where the pieces of a filter go, once the whole phrase is known.
struct Times {
  std::optional<When> from, to, at;
  std::string period;
};

void widen(std::optional<When>& value, const std::optional<When>& other) {
  if (other) value = other;
}

When shifted(When when, int by) {
  if (when.all_day) when.local += days{by};
  return when;
}

Times read_filter_times(Sentence& sentence, Part part) {
  Times times;
  for (const TimeReading& reading : sentence.times) {
    const Part said = sentence.terms_of(reading);
    if (said.empty() || said.first < part.first || said.last > part.last || reading.score < 0.4) continue;
    bool taken = false;
    for (std::size_t i = said.first; i < said.last; ++i) taken = taken || sentence[i].taken || sentence[i].quoted;
    if (taken || reading.kind == TimeKind::recurrence || reading.kind == TimeKind::duration) continue;
    const DayRange range = range_of(sentence, reading);
    std::size_t lead = said.first;
    while (lead > part.first && sentence[lead - 1].is("the", "on", "this")) --lead;
    const Term* before = lead > part.first ? &sentence[lead - 1] : nullptr;
    const auto said_or_before = [&](const auto&... words) {
      return sentence[said.first].is(words...) || (before != nullptr && before->is(words...));
    };
    if (reading.relation == Relation::before || said_or_before("before")) {
      if (range.from && reading.kind == TimeKind::instant)
        times.to = shifted(*range.from, -1);
      else
        widen(times.to, range.to);
    } else if (reading.relation == Relation::after || said_or_before("after")) {
      if (reading.kind == TimeKind::instant && range.to)
        times.from = shifted(*range.to, 1);
      else
        widen(times.from, range.from);
    } else if (reading.relation == Relation::by || reading.relation == Relation::until ||
               said_or_before("by", "until", "till", "through")) {
      widen(times.to, range.to ? range.to : range.from);
    } else if (reading.relation == Relation::since || said_or_before("since")) {
      widen(times.from, range.from);
    } else if (range.from && range.to && !range.from->all_day && *range.from == *range.to) {
      times.at = range.from;
    } else {
      widen(times.from, range.from);
      widen(times.to, range.to);
      if (range.from && range.to && (range.from->day() != range.to->day() || !range.from->all_day))
        times.period = sentence.text.substr(reading.span.begin, reading.span.end - reading.span.begin);
    }
    sentence.take({before != nullptr && before->is("before", "after", "by", "until", "till", "since", "through",
                                                   "within", "in", "over")
                       ? lead - 1
                       : said.first,
                   said.last});
  }
  return times;
}

std::string lower_name(std::string_view word) {
  if (word.starts_with('#') || word.starts_with('@')) word.remove_prefix(1);
  if (word.ends_with("'s")) word.remove_suffix(2);
  return std::string(word);
}

/// "sorted by priority", "by due date", "newest first"; the term after it, or `at`.
std::size_t read_sort(const Sentence& sentence, Part part, std::size_t at, Filter& filter) {
  std::size_t i = at;
  if (sentence[i].is("newest", "latest", "oldest") && i + 1 < part.last && sentence[i + 1].is("first")) {
    filter.sort = SortBy::created;
    return i + 2;
  }
  if (sentence[i].is("alphabetically", "alphabetical")) return filter.sort = SortBy::title, i + 1;
  const bool verb = sentence[i].is("sorted", "sort", "ordered", "order", "arranged", "ranked");
  if (verb) {
    ++i;
    while (i < part.last && sentence[i].is("them", "it", "my", "tasks", "the", "all", "list")) ++i;
  }
  if (i >= part.last || !sentence[i].is("by")) return at;
  ++i;
  if (i >= part.last) return at;
  if (sentence[i].is("the")) ++i;
  const Term& key = sentence[i < part.last ? i : part.last - 1];
  if (key.is("priority", "importance", "urgency")) return filter.sort = SortBy::priority, i + 1;
  if (key.is("due", "date", "deadline", "time"))
    return filter.sort = SortBy::due, i + 1 < part.last && sentence[i + 1].is("date", "dates", "time") ? i + 2 : i + 1;
  if (key.is("created", "creation", "newest", "age"))
    return filter.sort = SortBy::created, i + 1 < part.last && sentence[i + 1].is("date", "time") ? i + 2 : i + 1;
  if (key.is("title", "name", "alphabet")) return filter.sort = SortBy::title, i + 1;
  return at;
}

}  // namespace

bool is_known_tag(const Context& context, std::string_view lower) {
  if (lower.empty()) return false;
  for (const TaskItem& task : context.tasks) {
    if (task.category == lower) return true;
    for (const std::string& tag : task.tags) {
      if (tag == lower || stem(tag) == stem(lower)) return true;
    }
  }
  return false;
}

FilterReading read_filter(Sentence& sentence, Part part, FilterFor purpose) {
  FilterReading reading;
  Filter& filter = reading.filter;
  bool negated = false;
  bool created = false;
  bool any_of = false;
  bool after_tag_word = false;
  std::size_t spared = 0;  // Where the words after "except" begin.
  const auto take = [&](std::size_t from, std::size_t to) {
    sentence.take({from, to});
    reading.said = true;
  };
  for (std::size_t i = part.first; i < part.last; ++i) {
    const Term& term = sentence[i];
    if (term.taken || term.quoted) continue;
    const auto next_is = [&](const auto&... words) { return i + 1 < part.last && sentence[i + 1].is(words...); };
    if (const std::size_t after = read_sort(sentence, part, i, filter); after > i) {
      take(i, after);
      i = after - 1;
      continue;
    }
    // "the next 5 tasks": the list shows those first.
    if (term.is("next", "first", "top") && i + 1 < part.last && !sentence[i + 1].taken &&
        small_number(sentence[i + 1].low) > 1 && purpose == FilterFor::list &&
        (i + 2 >= part.last || sentence[i + 2].in(kTaskNoun) || sentence[i + 2].is("ones"))) {
      take(i, i + 2);
      ++i;
      continue;
    }
    if (term.is("tasks", "everything", "all", "todos", "reminders", "items", "things", "anything", "stuff", "to-dos",
                "both"))
      reading.plural = true;
    if (term.is("reminders", "reminder", "alarms") && purpose == FilterFor::list) filter.has_reminder = true;
    if (term.is("not", "except", "without", "excluding", "minus", "isn't", "aren't", "besides", "no", "non") ||
        (term.is("but") && i > part.first) || sentence.starts(part, i, "other", "than")) {
      // "without a due date", "no date"
      std::size_t k = i + 1;
      while (k < part.last && sentence[k].is("a", "any", "due", "the", "set")) ++k;
      if (k < part.last && sentence[k].is("date", "dates", "deadline", "deadlines", "time")) {
        filter.no_due = true;
        take(i, k + 1);
        i = k;
        continue;
      }
      if (next_is("done", "complete", "completed", "finished")) {
        filter.status = StatusFilter::open;
        take(i, i + 2);
        ++i;
        continue;
      }
      if (!term.is("not", "without", "isn't", "aren't", "no", "non")) spared = i + 1;
      negated = true;
      take(i, i + 1);
      if (term.is("but") && next_is("not")) {
        spared = i + 2;
        take(i + 1, i + 2);
        ++i;
      }
      continue;
    }
    if (term.is("undated", "unscheduled", "dateless")) {
      filter.no_due = true;
      take(i, i + 1);
      continue;
    }
    if (const StatusFilter status = status_word(sentence, i); status != StatusFilter::any) {
      filter.status = negated && status == StatusFilter::done ? StatusFilter::open : status;
      negated = false;
      take(i, i + 1);
      continue;
    }
    // "what did I do yesterday?"
    if (term.is("did") && next_is("i", "we") && i + 2 < part.last && sentence[i + 2].is("do", "get", "achieve")) {
      filter.status = StatusFilter::done;
      take(i, i + 3);
      i += 2;
      continue;
    }
    if (term.is("past") && next_is("due")) {
      filter.status = StatusFilter::overdue;
      take(i, i + 2);
      ++i;
      continue;
    }
    const Priority priority = priority_word(term.low);
    if (priority != Priority::none && (term.is("urgent", "important", "critical", "p1", "p2", "p3") ||
                                       next_is("priority", "prio", "importance", "ones") ||
                                       (i > part.first && sentence[i - 1].is("priority", "prio")))) {
      (negated ? filter.not_priority : filter.priority) = priority;
      negated = false;
      take(i, next_is("priority", "prio", "importance") ? i + 2 : i + 1);
      continue;
    }
    if (term.is("high-priority", "low-priority", "medium-priority")) {
      (negated ? filter.not_priority : filter.priority) = priority_word(term.low.substr(0, term.low.find('-')));
      negated = false;
      take(i, i + 1);
      continue;
    }
    if (term.is("priority", "prio")) {
      take(i, i + 1);
      continue;
    }
    if (term.is("created", "added", "made", "entered") ||
        (term.is("add", "create", "make") && i > part.first && sentence[i - 1].is("i", "we"))) {
      created = true;
      take(i, i + 1);
      continue;
    }
    if (term.is("repeat", "repeats", "repeating", "recurring", "recur")) {
      take(i, i + 1);
      continue;
    }
    if (term.low.size() > 1 && term.low[0] == '#') {
      (negated ? filter.not_tags : any_of ? filter.tags_any : filter.tags).push_back(lower_name(term.low));
      take(i, i + 1);
      after_tag_word = true;
      if (next_is("or")) {
        any_of = true;
        if (!filter.tags.empty()) filter.tags_any.swap(filter.tags);
      } else if (!next_is("and", "&") && term.after != ',') {
        negated = any_of = after_tag_word = false;
      }
      continue;
    }
    if (term.low.size() > 1 && term.low[0] == '@') {
      filter.category = lower_name(term.low);
      take(i, i + 1);
      continue;
    }
    if (term.is("category", "project") && i + 1 < part.last && !sentence[i + 1].in(kBe)) {
      filter.category = lower_name(sentence[i + 1].low);
      take(i, i + 2);
      ++i;
      continue;
    }
    if (term.is("tagged", "labeled", "labelled", "tag", "tags", "label") ||
        (term.is("with") && next_is("tag", "tags", "label"))) {
      std::size_t k = i + 1;
      while (k < part.last && sentence[k].is("with", "as", "tag", "tags", "label", "the", "either", "both")) ++k;
      while (k < part.last && !sentence[k].taken) {
        (negated ? filter.not_tags : filter.tags).push_back(lower_name(sentence[k].low));
        const bool comma = sentence[k].after == ',';
        ++k;
        if (k + 1 < part.last && sentence[k].is("and", "or", "&") &&
            !sentence[k + 1].is("due", "overdue", "high", "low", "not", "done", "open")) {
          if (sentence[k].is("or")) any_of = true;
          ++k;
        } else if (!comma) {
          break;
        }
      }
      if (any_of) filter.tags_any.swap(filter.tags);
      take(i, std::min(k, part.last));
      negated = any_of = false;
      i = k - 1;
      continue;
    }
    if (term.is("about", "containing", "mentioning", "regarding", "contain", "mention", "named", "called", "matching",
                "contains", "involving", "related") &&
        i + 1 < part.last) {
      std::size_t k = i + 1;
      while (k < part.last && sentence[k].is("to", "the", "word", "a", "my")) ++k;
      if (k < part.last) {
        std::size_t end = k;
        while (end < part.last && !sentence[end].taken && !sentence[end].is("in")) ++end;
        filter.text = std::string(sentence.original({k, end}));
        take(i, end);
        i = end - 1;
        continue;
      }
    }
  }
  Times times = read_filter_times(sentence, part);
  if (std::size_t at = 0; sentence.find(part, &at, "weekend") && !sentence[at].taken && !times.from) {
    const auto today = sentence.now.today();
    const auto weekday = static_cast<int>(std::chrono::weekday{today}.iso_encoding());
    const auto saturday = today + days{weekday == 7 ? -1 : 6 - weekday};
    times.from = When{saturday, true};
    times.to = When{saturday + days{1}, true};
    sentence.take({at, at + 1});
  }
  if (times.from || times.to || times.at) reading.said = true;
  // "what did I finish on Thursday": the one that has been.
  if ((created || filter.status == StatusFilter::done) && times.from && times.from->day() > sentence.now.today() &&
      times.from->day() <= sentence.now.today() + days{7}) {
    times.from->local -= days{7};
    if (times.to) times.to->local -= days{7};
  }
  if (created) {
    filter.created_from = times.from ? times.from : times.at;
    filter.created_to = times.to;
  } else if (filter.status == StatusFilter::done) {
    filter.done_from = times.from ? times.from : times.at;
    filter.done_to = times.to;
  } else {
    filter.due_from = times.from;
    filter.due_to = times.to;
    filter.at = times.at;
    filter.period = std::move(times.period);
  }
  if (times.from && times.to && !times.from->all_day && times.to->all_day) filter.due_to.reset();

  // A word that is left may be a tag: "work tasks", "list groceries".
  std::size_t first = part.last;
  std::size_t last = part.first;
  for (std::size_t i = part.first; i < part.last; ++i) {
    const Term& term = sentence[i];
    if (term.taken) continue;
    if (!term.quoted && is_padding(term) && !is_known_tag(sentence.context, term.low)) continue;
    const std::string name = lower_name(term.low);
    if (!term.quoted && is_known_tag(sentence.context, name)) {
      const bool after_negation =
          i > part.first && sentence[i - 1].is("not", "except", "without", "excluding", "than", "no");
      (after_negation ? filter.not_tags : filter.tags).push_back(name);
      take(i, i + 1);
      if (i + 1 < part.last && sentence[i + 1].is("or")) any_of = true;
      continue;
    }
    ++reading.leftover;
    first = std::min(first, i);
    last = i + 1;
  }
  if (any_of && filter.tags.size() > 1) filter.tags_any.swap(filter.tags);
  reading.leftover_part = {first, last};
  // "everything tagged work except the report": what is left names tasks to leave alone.
  if (reading.leftover > 0 && spared > 0 && first >= spared) {
    const Found found = find_tasks(sentence, {spared, part.last});
    if (found.ok()) {
      for (const TaskItem* task : found.tasks) filter.except.push_back(ref(*task));
      sentence.take({spared, part.last});
      reading.leftover = 0;
      reading.leftover_part = {part.last, part.last};
    }
  }
  return reading;
}

}  // namespace daybook::language::chat
