#include "language/command/timing.hpp"

#include <algorithm>

namespace daybook::language::chat {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;

/// Words that may follow a time that stands by itself: what comes after it is another phrase.
bool ends_phrase(const Term& term) {
  return term.taken || term.in(kPreposition) || term.in(kPronoun | kSubject | kRemind) || term.low.starts_with('#') ||
         term.low.starts_with('@') || term.low.starts_with('!') || term.low.starts_with("//") ||
         term.is("-", "–", "—", "please", "sharp", "my", "the", "tag", "again", "if", "instead", "every");
}

bool has_digit(std::string_view word) {
  return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool starts_with_article(const Term& term) {
  return term.is("the", "this", "these", "a", "an", "next", "every", "each", "all", "any", "last", "that", "my");
}

void merge_clock(RepeatRule& rule, const Moment& moment) {
  auto times = rule.times();
  times.push_back(static_cast<int>(moment.clock().count()));
  rule.set_times(std::move(times));
}

/// The clock time of one reading on the day of the other.
Moment combined(const Moment& day, const Moment& clock) {
  Moment both = clock;
  both.local = std::chrono::floor<days>(day.local) + (clock.local - std::chrono::floor<days>(clock.local));
  return both;
}

/// The rule of a repeat. Where a piece of it that stands apart was taken by another reader ("every Tuesday, remind me
/// the day before at 8"), only of what stands together.
RepeatRule rule_of(const Sentence& sentence, const TimeReading& reading) {
  const bool lost = std::any_of(reading.more_spans.begin(), reading.more_spans.end(), [&](Span span) {
    const Part said = sentence.terms_of(span);
    return !said.empty() && sentence[said.first].taken;
  });
  if (!lost) return reading.rule;
  const auto again = read_times(sentence.text.substr(reading.span.begin, reading.span.end - reading.span.begin),
                                sentence.now, sentence.settings);
  return again.size() == 1 && again[0].kind == TimeKind::recurrence ? again[0].rule : reading.rule;
}

/// "Christmas shopping by December 20", "March newsletter on March 10": a day that stands first belongs to the word
/// after it when another day is said further on.
bool names_what_follows(const Sentence& sentence, Part part, const TimeReading& reading, Part said) {
  const Term& next = sentence[said.last];
  if (reading.kind != TimeKind::instant || !reading.has_date || reading.has_clock || reading.from_now ||
      reading.relation != Relation::none || next.groups != 0 || has_digit(sentence[said.last - 1].low) ||
      sentence[said.first].is("today", "tomorrow", "tonight", "yesterday", "next", "this", "on", "by", "in"))
    return false;
  return std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& other) {
    const Part where = sentence.terms_of(other);
    return other.kind == TimeKind::instant && other.has_date && where.first > said.last && where.last <= part.last &&
           other.score >= 0.5;
  });
}

/// Whether nothing but "and" or a comma stands between a time and the one before it.
bool follows_clock(const Sentence& sentence, Part said, std::size_t before) {
  if (before == 0 || said.first < before) return false;
  if (said.first == before) return sentence[before - 1].after == ',';
  return said.first == before + 1 && sentence[before].is("and", "&");
}

/// "3" or "3:30" as minutes after twelve, of whichever half of the day, "20" as what it is; nullopt for other words.
std::optional<std::chrono::minutes> bare_hour(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (word.empty() || word.size() > 5 || !has_digit(word.substr(0, 1))) return {};
  const int hour = small_number(word.substr(0, colon));
  const int minute = colon == std::string_view::npos ? 0 : small_number(word.substr(colon + 1));
  if (hour < 1 || hour > 23 || minute > 59) return {};
  return std::chrono::hours{hour == 12 ? 0 : hour} + std::chrono::minutes{minute};
}

bool begins_time(const Sentence& sentence, std::size_t at) {
  return std::any_of(sentence.times.begin(), sentence.times.end(),
                     [&](const TimeReading& one) { return one.score >= 0.5 && sentence.terms_of(one).first == at; });
}

/// "march 24 and 26", "the 3rd, 5th and 9th": numbers that are days only beside the one before them, in its month.
void read_days_beside(Sentence& sentence, Part part, std::size_t at, When before,
                      boost::container::small_vector<When, 2>& found) {
  while (at < part.last && found.size() < 31) {
    std::size_t i = at;
    if (sentence[i].is("and", "&"))
      ++i;
    else if (sentence[i - 1].after != ',')
      return;
    if (i < part.last && sentence[i].is("and", "the")) ++i;
    if (i >= part.last || sentence[i].taken || sentence[i].quoted || !has_digit(sentence[i].low.substr(0, 1))) return;
    const int number = std::max(small_number(sentence[i].low), small_ordinal(sentence[i].low));
    const bool ends = i + 1 == part.last || sentence[i].after != 0 || ends_phrase(sentence[i + 1]) ||
                      sentence[i + 1].is("and", "&", "at") || begins_time(sentence, i + 1);
    const Date last = before.date();
    const Date next = last.year() / last.month() / std::chrono::day{static_cast<unsigned>(std::max(number, 0))};
    if (!ends || number < 1 || !next.ok() || local_days{next} <= local_days{last}) return;
    before = When{LocalTime{local_days{next}}, true};
    found.push_back(before);
    sentence.take({at, i + 1});
    at = i + 1;
  }
}

/// "at 3 and 5", "at 9, 12 and 3": hours that are such only beside the one before them, each the next that the clock
/// shows after it.
void read_hours_beside(Sentence& sentence, Part part, std::size_t at, std::chrono::minutes before,
                       boost::container::small_vector<std::chrono::minutes, 2>& found) {
  while (at < part.last) {
    std::size_t i = at;
    if (sentence[i].is("and", "&"))
      ++i;
    else if (sentence[i - 1].after != ',')
      return;
    if (i >= part.last || sentence[i].taken || sentence[i].quoted) return;
    const auto said = bare_hour(sentence[i].low);
    if (!said) return;
    const bool ends = i + 1 == part.last || sentence[i].after != 0 || ends_phrase(sentence[i + 1]) ||
                      sentence[i + 1].is("and", "&") || begins_time(sentence, i + 1);
    std::chrono::minutes clock = *said;
    while (clock <= before && *said < std::chrono::hours{12}) clock += std::chrono::hours{12};
    if (!ends || clock <= before || clock >= std::chrono::hours{24}) return;
    found.push_back(clock);
    sentence.take({at, i + 1});
    before = clock;
    at = i + 1;
  }
}

}  // namespace

std::string_view to_string(PartOfDay part) {
  switch (part) {
    case PartOfDay::none:
      return "";
    case PartOfDay::early_morning:
      return "early_morning";
    case PartOfDay::morning:
      return "morning";
    case PartOfDay::noon:
      return "noon";
    case PartOfDay::afternoon:
      return "afternoon";
    case PartOfDay::evening:
      return "evening";
    case PartOfDay::night:
      return "night";
    case PartOfDay::midnight:
      return "midnight";
  }
  return "";
}

When when_of(const Moment& moment, const Now& now) {
  if (!moment.has_clock()) return {std::chrono::floor<days>(moment.local), true};
  if (moment.offset) {
    const Instant instant{std::chrono::sys_seconds{moment.local.time_since_epoch()} - *moment.offset};
    return {now.to_local(instant), false};
  }
  return {std::chrono::floor<std::chrono::minutes>(moment.local), false};
}

bool is_attributive(const Sentence& sentence, Part part, const TimeReading& reading) {
  const Part said = sentence.terms_of(reading);
  if (said.empty() || reading.span == sentence.forced) return false;
  // "tomorrow's meeting" names a thing; at the start of a sentence too.
  if (sentence[said.last - 1].low.ends_with("'s") && said.last < part.last) return true;
  if (said.last >= part.last || sentence[said.last - 1].after != 0) return false;
  const Term& next = sentence[said.last];
  if (ends_phrase(next) || next.after == ':') {
    if (!next.is("show") && !next.quoted) return false;
  }
  if (said.first == part.first) return names_what_follows(sentence, part, reading, said);
  const Term& before = sentence[said.first - 1];
  if (before.taken) return false;
  // "about the 4th of July party": what the preposition leads to is the party.
  if (reading.relation == Relation::none && next.groups == 0 &&
      (sentence[said.first].is("about") || before.is("about", "regarding") ||
       (sentence[said.first].is("the") && before.is("about", "of", "with", "for"))))
    return true;
  const bool own_article = starts_with_article(sentence[said.first]) || reading.relation != Relation::none;
  if (!own_article && before.in(kArticle) &&
      before.is("the", "his", "her", "my", "your", "our", "their", "its", "a", "an", "some")) {
    // "the 8pm show": but "on the 15th call Bob" has the article inside the date.
    return next.groups == 0 || !next.in(kActionVerb) || reading.kind == TimeKind::recurrence || reading.has_clock;
  }
  if (!own_article && reading.kind == TimeKind::instant && reading.has_date && !reading.has_clock &&
      reading.weekday_only) {
    // "buy Sunday roast": the name of a day straight after the verb, and a thing after it.
    return before.in(kActionVerb) && said.first == part.first + 1 && !next.in(kActionVerb);
  }
  // "plan Christmas party", "mail christmas cards": likewise the name of a holiday or month.
  if (!own_article && reading.kind == TimeKind::instant && reading.has_date && !reading.has_clock &&
      !reading.from_now && said.size() <= 2 && next.groups == 0) {
    const Term& name = sentence[said.first];
    return before.in(kActionVerb) && said.first == part.first + 1 &&
           !name.is("today", "tomorrow", "tonight", "yesterday") && (name.low[0] < '0' || name.low[0] > '9') &&
           !has_digit(sentence[said.last - 1].low);
  }
  return false;
}

Timing read_timing(Sentence& sentence, Part part, TimingFor purpose) {
  Timing timing;
  const Now& now = sentence.now;
  const bool repeats = std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
    const Part said = sentence.terms_of(one);
    return one.kind == TimeKind::recurrence && one.score >= 0.5 && said.first >= part.first && said.last <= part.last &&
           !(purpose == TimingFor::title && is_attributive(sentence, part, one));
  });
  std::optional<Moment> day;
  std::optional<Moment> clock;
  const TimeReading* day_reading = nullptr;
  const TimeReading* clock_reading = nullptr;
  std::size_t first_day_end = 0;
  std::size_t last_clock_end = 0;
  boost::container::small_vector<std::chrono::minutes, 2> more_clocks;
  for (std::size_t index = 0; index < sentence.times.size(); ++index) {
    const TimeReading& reading = sentence.times[index];
    const Part said = sentence.terms_of(reading);
    if (said.empty() || said.first < part.first || said.last > part.last) continue;
    bool blocked = reading.score < 0.5;
    for (std::size_t i = said.first; i < said.last; ++i) blocked = blocked || sentence[i].taken || sentence[i].quoted;
    if (blocked || (purpose == TimingFor::title && is_attributive(sentence, part, reading))) continue;

    bool used = true;
    switch (reading.kind) {
      case TimeKind::recurrence:
        if (!timing.rule) {
          timing.rule = rule_of(sentence, reading);
        } else if (reading.rule.frequency == timing.rule->frequency && timing.rule->hours.empty()) {
          // "every morning and every evening"
          if (reading.rule.interval != timing.rule->interval) timing.more_rules.push_back(reading.rule);
        } else {
          used = false;
        }
        if (reading.part_of_day != PartOfDay::none) timing.parts_of_day.push_back(reading.part_of_day);
        break;
      case TimeKind::duration:
        // "lunch at 1, 45 minutes"
        if ((reading.relation == Relation::for_ ||
             (clock && said.last == part.last && sentence[said.first - 1].after == ',')) &&
            timing.duration.empty()) {
          timing.duration = reading.length;
        } else {
          used = false;
        }
        break;
      case TimeKind::interval: {
        if (reading.start && reading.end && reading.start->has_clock() && reading.end->has_clock()) {
          const auto length = reading.end->local - reading.start->local;
          if (reading.has_date || !day) {
            (reading.has_date ? day : clock) = *reading.start;
          } else {
            clock = *reading.start;
          }
          if (reading.has_date) clock = *reading.start;
          timing.duration = {};
          timing.duration.seconds = length.count();
          timing.duration.grain = Grain::minute;
        } else if (reading.relation == Relation::by || reading.relation == Relation::before ||
                   reading.relation == Relation::until || !reading.start) {
          // "by Friday": a last day
          if (reading.end) {
            Moment last = *reading.end;
            if (!last.has_clock() && reading.end_inclusive_said) last.local -= days{1};
            if (reading.relation == Relation::until && timing.rule) {
              timing.rule->until = last.local;
            } else {
              (last.has_clock() && !reading.has_date ? clock : day) = last;
              if (last.has_clock()) clock = last;
            }
          }
        } else {
          const DayRange range = range_of(sentence, reading);
          timing.from = range.from;
          timing.to = range.to;
        }
        break;
      }
      case TimeKind::instant: {
        const Moment& moment = *reading.start;
        // "leap day cake every Feb 29": beside a repeat, a day is where it starts, or part of the name.
        if (repeats && reading.has_date && reading.relation != Relation::from && reading.relation != Relation::until &&
            reading.relation != Relation::after && reading.relation != Relation::since && said.first == part.first &&
            said.last < part.last) {
          used = false;
          break;
        }
        if (timing.rule && reading.relation == Relation::until) {
          timing.rule->until = moment.local;
          timing.rule->until_has_clock = moment.has_clock();
          break;
        }
        if (moment.grain >= Grain::week && !timing.rule && reading.relation == Relation::before && !day) {
          // "before May": the day that May begins is the deadline, as "before April 10" makes it the tenth.
          day = Moment{std::chrono::floor<days>(moment.local), Grain::day, {}};
          break;
        }
        if (moment.grain >= Grain::week && !timing.rule) {
          const DayRange range = range_of(sentence, reading);
          timing.from = range.from;
          timing.to = range.to;
          break;
        }
        if (reading.has_clock && !reading.has_date) {
          if (clock && !timing.rule) {
            // "at 3pm and 5pm"; else the first time counts.
            used = purpose == TimingFor::title && follows_clock(sentence, said, last_clock_end);
            if (used) {
              more_clocks.push_back(moment.clock());
              last_clock_end = said.last;
            }
          } else if (timing.rule || !clock) {
            if (timing.rule) merge_clock(*timing.rule, moment);
            clock = moment;
            last_clock_end = said.last;
            clock_reading = &reading;
            timing.meridiem = timing.meridiem || reading.meridiem;
          }
        } else if (reading.has_date) {
          if (day) {
            // "Monday and Wednesday"
            const bool joined = said.first > 0 && first_day_end > 0 && said.first <= first_day_end + 1;
            if (joined && !reading.from_now) {
              timing.more.push_back(when_of(moment, now));
              first_day_end = said.last;
              if (moment.has_clock()) clock = moment;
            } else {
              used = false;
            }
          } else {
            day = moment;
            day_reading = &reading;
            first_day_end = said.last;
            if (moment.has_clock()) clock = moment, last_clock_end = said.last;
            timing.weekday_only = reading.weekday_only;
            timing.from_now = reading.from_now;
          }
        }
        if (reading.part_of_day != PartOfDay::none && timing.part_of_day == PartOfDay::none)
          timing.part_of_day = reading.part_of_day;
        if (reading.meridiem) timing.meridiem = true;
        if (!reading.length.empty() && timing.duration.empty() && !reading.from_now) timing.duration = reading.length;
        break;
      }
    }
    if (!used) continue;
    if (timing.relation == Relation::none) timing.relation = reading.relation;
    timing.has_date = timing.has_date || reading.has_date;
    timing.has_clock = timing.has_clock || reading.has_clock;
    timing.used.push_back(index);
    sentence.take_reading(reading);
    // "every minute of the day"
    if (reading.kind == TimeKind::recurrence && sentence.starts(part, said.last, "of", "the") &&
        said.last + 2 < part.last && sentence[said.last + 2].is("day", "week", "month", "year")) {
      sentence.take({said.last, said.last + 3});
    }
  }

  bool each_next = false;
  if (purpose == TimingFor::title && clock && !timing.rule && last_clock_end > part.first &&
      timing.duration.seconds == 0) {
    const bool other_day = day && !day->has_clock() && day_reading != nullptr && clock_reading != nullptr;
    const auto first =
        other_day ? combine(*day_reading, *clock_reading, sentence.settings).start->clock() : clock->clock();
    const auto last = more_clocks.empty() ? first : more_clocks.back();
    read_hours_beside(sentence, part, last_clock_end, last, more_clocks);
    // "at 8, 12 and 6": what the clock shows next is 8 in the evening, but they are hours of one day.
    if (more_clocks.empty() && !timing.meridiem && first >= hours{12}) {
      read_hours_beside(sentence, part, last_clock_end, first - hours{12}, more_clocks);
      each_next = !more_clocks.empty();
      if (each_next) clock->local -= hours{12};
    }
  }
  if (day && !timing.rule && timing.more.empty() && !day->has_clock() && day_reading != nullptr &&
      first_day_end > part.first && has_digit(sentence[first_day_end - 1].low) && !day_reading->from_now &&
      !day_reading->weekday_only && sentence[first_day_end - 1].low.find_first_of("/.-") == std::string_view::npos) {
    read_days_beside(sentence, part, first_day_end, when_of(*day, now), timing.more);
  }
  if (day && clock && !day->has_clock()) {
    // Which half of the day a bare hour means depends on the day.
    if (day_reading != nullptr && clock_reading != nullptr) {
      timing.due = when_of(*combine(*day_reading, *clock_reading, sentence.settings).start, now);
      clock = Moment{timing.due->local, Grain::minute, {}};
    } else {
      timing.due = when_of(combined(*day, *clock), now);
    }
  } else if (day) {
    timing.due = when_of(*day, now);
  } else if (clock) {
    timing.due = when_of(*clock, now);
  }
  if (clock) {
    for (When& other : timing.more) {
      if (other.all_day) other = When{other.local + (clock->local - std::chrono::floor<days>(clock->local)), false};
    }
  }
  for (const std::chrono::minutes other : more_clocks) {
    if (timing.due) timing.more.push_back(When{LocalTime{timing.due->day()} + other, false});
  }
  if (each_next && timing.due && !timing.has_date) {
    const auto roll = [&](When& when) {
      if (when.local <= now.local()) when.local += days{1};
    };
    roll(*timing.due);
    for (When& when : timing.more) roll(when);
  }
  if (timing.rule) {
    if (day && !day->has_clock()) timing.rule->start = day->local;
    if (day && day->has_clock()) {
      timing.rule->start = day->local;
      timing.rule->start_has_clock = true;
      if (timing.rule->hours.empty()) merge_clock(*timing.rule, *day);
    }
    timing.due.reset();
  }
  return timing;
}

void apply_timing(const Sentence& sentence, const Timing& timing, Command& command) {
  const auto note_spans = [&](std::string_view slot, const std::string& meaning) {
    for (std::size_t index : timing.used)
      add_span(command, sentence, sentence.terms_of(sentence.times[index]), slot, meaning);
  };
  command.duration = timing.duration;
  command.part_of_day = timing.part_of_day;
  if (timing.rule) {
    command.rule = timing.rule;
    command.rrule = timing.rule->rrule();
    command.parts_of_day = timing.parts_of_day;
    command.times_per_period = timing.rule->times_per_period;
    if (command.duration.empty() && timing.rule->duration_minutes) {
      command.duration.seconds = *timing.rule->duration_minutes * 60;
      command.duration.grain = Grain::minute;
    }
    // "every morning and every evening" has two first times; which of them is a question for the schedule.
    if (timing.parts_of_day.size() == 1) command.part_of_day = timing.parts_of_day[0];
    if (timing.parts_of_day.size() < 2 || !timing.rule->hours.empty())
      command.due = first_due(*timing.rule, sentence.now);
    note_spans("rrule", command.rrule);
    return;
  }
  command.due = timing.due;
  command.due_from = timing.from;
  command.due_to = timing.to;
  if (command.due) {
    command.due_from.reset();
    command.due_to.reset();
    note_spans("due", command.due->iso(sentence.now));
    if (!command.due->all_day) {
      const auto resolved = sentence.now.zone().to_instant(command.due->local);
      if (resolved.kind == domain::LocalKind::skipped) {
        command.clock_change = "gap";
        command.due->local = sentence.now.to_local(resolved.instant);
      }
      if (resolved.kind == domain::LocalKind::doubled) command.clock_change = "overlap";
    }
  } else if (command.due_from) {
    note_spans("due_from", command.due_from->iso(sentence.now));
  }
}

}  // namespace daybook::language::chat
