#include <algorithm>

#include "domain/series.hpp"

/// Which occurrences of a series are to be made now (design, rule 7).
namespace daybook::domain {

namespace chr = std::chrono;
using chr::days;

std::optional<OccurrenceTime> next_after_completion(const Series& series, Instant completed) {
  const auto rule = RecurrenceRule::parse(series.rrule).value();
  const auto located = Zone::locate(series.timezone);
  const auto zone = located ? *located : Zone{};
  RecurrenceRule counted = rule;
  counted.count.reset();
  auto start = LocalTime{chr::floor<days>(zone.to_local(completed))};
  if (!series.all_day) start += series.starts - chr::floor<days>(series.starts);
  if (rule.frequency < Frequency::daily) start = zone.to_local(completed);
  const auto recurrence = Recurrence::make(counted, {start, zone, series.all_day}, series.month_end).value();
  auto iterator = recurrence.begin();
  while (auto found = iterator.next()) {
    if (found->local > start && found->instant > completed) return found;
  }
  return std::nullopt;
}

GenerationPlan plan_generation(const Series& series, Instant now, int open, int ahead, std::int64_t made,
                               std::optional<Instant> last_completed) {
  GenerationPlan plan;
  plan.considered = series.considered;
  if (series.state != SeriesState::active || series.deleted_at) return plan;
  const auto recurrence = recurrence_of(series);

  if (series.anchor == Anchor::completion) {
    // One at a time: the next follows from the completion of the last.
    if (open > 0) return plan;
    const auto& rule = recurrence.rule();
    if (rule->count && made >= *rule->count) {
      plan.used_up = true;
      return plan;
    }
    auto next =
        last_completed ? next_after_completion(series, *last_completed) : recurrence.next_after(series.considered);
    if (!next) {
      plan.used_up = true;
      return plan;
    }
    plan.considered = std::max(plan.considered, next->instant);
    plan.make.push_back(*next);
    return plan;
  }

  const auto present = horizon_begin(series, now);
  auto considered = series.considered;
  std::vector<OccurrenceTime> past;
  while (considered < present) {
    const auto next = recurrence.next_after(considered);
    if (!next) {
      plan.used_up = true;
      break;
    }
    if (next->instant > present) break;
    if (series.catch_up == CatchUp::skip) {
      considered = present;
      break;
    }
    if (series.catch_up == CatchUp::one) past.clear();
    if (static_cast<int>(past.size()) + open >= kMaxOpenOccurrences) break;
    considered = next->instant;
    past.push_back(*next);
  }
  plan.make = std::move(past);
  plan.used_up = false;
  const auto horizon = horizon_end(series, now);
  while (open + static_cast<int>(plan.make.size()) < kMaxOpenOccurrences) {
    const auto next = recurrence.next_after(considered);
    if (!next) {
      plan.used_up = true;
      break;
    }
    if (next->instant >= horizon && ahead > 0) {
      // A whole day comes into the window with the day that is its 28th before, which counts itself.
      plan.next_look = next->instant - (series.all_day ? kWindow - days{1} : kWindow);
      // Sooner if the last one that is ahead passes before that: there is always one.
      if (considered > present) plan.next_look = std::min(*plan.next_look, considered);
      plan.next_look = std::max(*plan.next_look, now + chr::hours{1});
      break;
    }
    considered = next->instant;
    if (next->instant > present) ++ahead;
    plan.make.push_back(*next);
  }
  plan.considered = considered;
  if (!plan.used_up && !plan.next_look) plan.next_look = now + chr::hours{1};  // At the limit of open ones.
  return plan;
}

}  // namespace daybook::domain
