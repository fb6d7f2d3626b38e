#include "language/json_lines.hpp"

#include <cstdio>

#include "core/json.hpp"
#include "language/answer.hpp"
#include "language/question.hpp"

namespace daybook::language {
namespace {

std::string date_text(LocalTime local) { return format_date(Date{std::chrono::floor<std::chrono::days>(local)}); }

/// ISO with offset, or the date alone.
std::string moment_text(const Moment& moment, const Now& now, bool with_time) {
  if (moment.grain >= Grain::day && !with_time) return date_text(moment.local);
  auto text = format_local(moment.local);
  std::chrono::minutes offset{};
  LocalTime local = moment.local;
  if (moment.offset) {
    offset = *moment.offset;
  } else {
    const auto instant = now.to_instant(moment.local);
    local = now.to_local(instant);
    offset = std::chrono::floor<std::chrono::minutes>(now.zone().offset_at(instant));
    text = format_local(local);
  }
  char suffix[16];
  const auto total = static_cast<int>(std::abs(offset.count()));
  std::snprintf(suffix, sizeof suffix, "%c%02d:%02d", offset.count() < 0 ? '-' : '+', total / 60 % 100, total % 60);
  return text + suffix;
}

}  // namespace

json::object time_answer(const TimeReading& reading, const Now& now, const Settings& settings) {
  json::object out;
  const auto grain_of = [](const Moment& m) { return std::string(to_string(m.grain)); };
  switch (reading.kind) {
    case TimeKind::instant:
      out["kind"] = "instant";
      out["start"] =
          moment_text(*reading.start, now,
                      reading.from_now && reading.start->grain >= Grain::day && reading.start->clock().count() != 0);
      out["grain"] = grain_of(*reading.start);
      if (reading.has_clock && !reading.has_date) out["time"] = format_local(reading.start->local).substr(11);
      break;
    case TimeKind::interval: {
      if (settings.planning() && reading.has_clock && reading.start) {
        out["kind"] = "instant";
        out["start"] = moment_text(*reading.start, now, false);
        out["grain"] = grain_of(*reading.start);
        break;
      }
      out["kind"] = "interval";
      out["start"] = nullptr;
      out["end"] = nullptr;
      auto grain = reading.start ? reading.start->grain : reading.end->grain;
      if (reading.start && reading.end) grain = std::min(reading.start->grain, reading.end->grain);
      const bool dates = grain >= Grain::day;
      auto put = [&](const char* name, std::optional<Moment> moment) {
        if (!moment) return;
        if (!dates) moment->grain = std::min(moment->grain, Grain::minute);
        out[name] = moment_text(*moment, now, false);
      };
      put("start", reading.start);
      put("end", reading.end);
      // Bounds that are no whole weeks or months are days.
      out["grain"] = std::string(to_string(dates                    ? Grain::day
                                           : grain == Grain::second ? Grain::second
                                                                    : Grain::minute));
      out["end_inclusive"] = false;
      break;
    }
    case TimeKind::duration:
      out["kind"] = "duration";
      out["duration"] = reading.length.iso();
      out["seconds"] = reading.exact_seconds;
      break;
    case TimeKind::recurrence: {
      out["kind"] = "recurrence";
      const auto& rule = reading.rule;
      out["rrule"] = rule.rrule();
      out["dtstart"] = nullptr;
      if (rule.start) out["dtstart"] = rule.start_has_clock ? format_local(*rule.start) : date_text(*rule.start);
      if (!rule.except_dates.empty() || !rule.except_times.empty()) {
        json::array dates;
        for (const auto& date : rule.except_dates) dates.emplace_back(format_date(date));
        for (const auto& time : rule.except_times) dates.emplace_back(format_local(time));
        out["exdate"] = dates;
      }
      if (!rule.except_rule.empty()) out["exrule"] = rule.except_rule;
      if (!rule.except_months.empty()) {
        json::array months;
        for (const auto& [month, year] : rule.except_months) months.push_back(json::array{month, year});
        out["exclude_months"] = months;
      }
      if (rule.after_completion) out["anchor"] = "completion";
      break;
    }
  }
  return out;
}

std::optional<TimeReading> principal(const std::vector<TimeReading>& readings, const Now& now, const Settings& settings,
                                     bool alone) {
  const TimeReading* rule = nullptr;
  const TimeReading* best = nullptr;
  const TimeReading* length = nullptr;
  for (const auto& r : readings) {
    if (r.score < 0.5) continue;
    if (r.kind == TimeKind::recurrence) {
      if (!rule || r.score > rule->score) rule = &r;
    } else if (r.kind == TimeKind::duration) {
      if (!length) length = &r;
    } else if (!best || r.score > best->score + 0.02) {
      best = &r;
    }
  }
  if (rule) {
    for (const auto& r : readings) {
      if (r.kind == TimeKind::instant && r.has_clock && !r.has_date && r.score >= 0.5) return combine_repeat(*rule, r);
    }
    return *rule;
  }
  if (best) {
    if (best->kind == TimeKind::instant || (settings.planning() && best->has_clock && best->start)) {
      for (const auto& other : readings) {
        if (&other == best || other.score < 0.5 || !other.start || other.kind == TimeKind::recurrence ||
            other.kind == TimeKind::duration)
          continue;
        const bool date = best->has_date && !best->has_clock && best->start->grain == Grain::day && other.has_clock &&
                          !other.has_date && !other.from_now;
        const bool clock = best->has_clock && !best->has_date && !best->from_now && other.has_date &&
                           !other.has_clock && other.start->grain == Grain::day;
        if (date) return combine(*best, other, settings);
        if (clock) return combine(other, *best, settings);
      }
    }
    return *best;
  }
  if (length) {
    if ((settings.planning() || settings.forward_date) && (alone || settings.forward_date) &&
        (length->relation != Relation::for_ || settings.forward_date)) {
      // Where tasks are planned, "5 days" alone is the moment that far ahead.
      TimeReading ahead = *length;
      ahead.kind = TimeKind::instant;
      ahead.from_now = true;
      ahead.has_date = true;
      ahead.start =
          Moment{advance(now, length->length),
                 length->length.seconds != 0 || length->length.grain < Grain::day ? Grain::minute : Grain::day,
                 {}};
      return ahead;
    }
    return *length;
  }
  return {};
}

LocalTime advance(const Now& now, const Length& length) {
  using namespace std::chrono;
  const auto day = floor<days>(now.local());
  auto date = year_month_day{day};
  date += years{length.years};
  date += months{length.months};
  if (!date.ok()) date = date.year() / date.month() / last;
  const LocalTime moved = local_days{date} + days{length.days} + (now.local() - day);
  return length.seconds ? now.to_local(now.to_instant(moved) + seconds{length.seconds}) : moved;
}

std::string answer_time_question(std::string_view json_line) {
  std::string refusal;
  auto asked = read_question(json_line, refusal);
  if (!asked) return refusal;
  auto& [question, out, now, settings] = *asked;
  const auto text = text_of(question, "text");
  const TokenList tokens(text);
  const auto readings = read_times(tokens, now, settings);
  const bool alone = readings.size() == 1 && stands_alone(tokens, readings[0].span);
  const auto answer = principal(readings, now, settings, alone);
  if (!answer) {
    out["kind"] = "none";
    return json::serialize(out);
  }
  for (auto& [name, value] : time_answer(*answer, now, settings)) out[name] = value;
  return json::serialize(out);
}

bool stands_alone(const TokenList& tokens, const Span& span) {
  for (const auto& token : tokens) {
    if (token.kind != TokenKind::symbol && (token.begin < span.begin || token.end > span.end)) return false;
  }
  return true;
}

}  // namespace daybook::language
