#include <algorithm>
#include <functional>

#include "domain/series.hpp"

/// "This one and all that follow": a series in two, so that what came before keeps its rule.
namespace daybook::domain {
namespace {

namespace chr = std::chrono;
using chr::days;

/// The last moment before `from`, as a series keeps UNTIL.
Until until_before(const Series& series, const OccurrenceTime& from) {
  if (series.all_day) return {Until::Form::date, LocalTime{chr::floor<days>(from.local) - days{1}}};
  return {Until::Form::utc, LocalTime{(chr::floor<chr::seconds>(from.instant) - chr::seconds{1}).time_since_epoch()}};
}

}  // namespace

std::optional<OccurrenceTime> find_occurrence(const Series& series, LocalTime local) {
  const auto zone = Zone::locate(series.timezone);
  if (!zone) return std::nullopt;
  const auto at = zone->to_instant(local).instant;
  for (const auto& each : recurrence_of(series).between(at - days{1}, at + days{1}, 60)) {
    if (each.local == local) return each;
  }
  return std::nullopt;
}

Result<SeriesSplit> split_series(const Series& series, const OccurrenceTime& from, const SeriesPatch& patch,
                                 const SeriesId& id, Instant now) {
  // A start that stands in for a day its month lacks must not change the days: "the 31st" cut in February would become
  // "the 28th".
  auto rule = from.clamped && !patch.starts ? spelled_out(series) : RecurrenceRule::parse(series.rrule);
  const auto zone = Zone::locate(series.timezone);
  if (!rule) return rule.error();
  if (!zone) return zone.error();
  const auto all = Recurrence::make(*rule, {series.starts, *zone, series.all_day}, series.month_end);
  if (!all) return all.error();
  SeriesSplit split{series, series};

  auto& before = split.before;
  RecurrenceRule ends = *rule;
  ends.count.reset();
  ends.until = until_before(series, from);
  before.rrule = ends.str();
  before.cron.clear();
  before.version += 1;
  before.updated_at = now;

  Series rest = series;
  RecurrenceRule goes_on = *rule;
  if (goes_on.count) {
    auto iterator = all->begin();
    for (auto each = iterator.next(); each && each->instant < from.instant; each = iterator.next()) --*goes_on.count;
  }
  rest.rrule = goes_on.str();
  rest.starts = from.local;
  const auto first = series.all_day ? format_local(from.local).substr(0, 10) : format_local(from.local);
  const auto is_before = [&](const std::string& each) { return each < first.substr(0, each.size()); };
  std::erase_if(rest.exdates, is_before);
  std::erase_if(rest.rdates, is_before);
  std::erase_if(before.rdates, std::not_fn(is_before));
  // One that comes besides the rule does not say on which days the rule goes on.
  const bool besides = std::find(rest.rdates.begin(), rest.rdates.end(), first) != rest.rdates.end();
  if (const auto next = all->next_after(from.instant - std::chrono::microseconds{1}); besides && next)
    rest.starts = next->local;
  auto change = patch_series(rest, patch, now);
  if (!change) return change.error();
  auto& after = split.after;
  after = std::move(change->series);
  after.id = id;
  after.version = after.revision = 1;
  after.created_at = after.updated_at = now;
  after.considered = horizon_begin(after, now);
  if (!recurrence_of(after).next_after(after.considered)) {
    Error error{Errc::unprocessable, "Nothing is left of this rule after that occurrence.", "invalid-recurrence"};
    return error;
  }
  return split;
}

}  // namespace daybook::domain
