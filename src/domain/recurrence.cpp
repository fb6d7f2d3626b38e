#include "domain/recurrence.hpp"

#include <algorithm>

namespace daybook::domain {

namespace chr = std::chrono;

struct Recurrence::Body {
  std::optional<RecurrenceRule> rule;
  RecurrenceStart start;
  std::optional<ExpandedRule> expanded;
  bool clamps = false;
  std::vector<Instant> excluded;
  std::vector<Date> excluded_days;
  std::vector<OccurrenceTime> added;
  std::optional<Instant> until;          ///< Last instant of a zoned, timed rule with UNTIL in UTC.
  std::optional<LocalTime> until_local;  ///< Last reading otherwise.

  OccurrenceTime resolve(LocalTime local) const {
    const auto resolved = start.zone.to_instant(local);
    return {local, resolved.instant, resolved.kind, resolved.offset, clamps && expanded->is_clamped(local)};
  }
  bool is_excluded(const OccurrenceTime& occurrence) const {
    if (!excluded.empty() && std::binary_search(excluded.begin(), excluded.end(), occurrence.instant)) return true;
    if (excluded_days.empty()) return false;
    return std::binary_search(excluded_days.begin(), excluded_days.end(),
                              Date{chr::floor<chr::days>(occurrence.local)});
  }
};

Result<Recurrence> Recurrence::make(std::optional<RecurrenceRule> rule, RecurrenceStart start, MonthEnd month_end,
                                    RecurrenceExceptions exceptions) {
  auto body = std::make_shared<Body>();
  if (start.all_day) {
    start.local = chr::floor<chr::days>(start.local);
    if (rule && rule->frequency < Frequency::daily) {
      return Error{Errc::invalid_argument,
                   "A rule for whole days cannot repeat within a day: use FREQ=DAILY or coarser, "
                   "or give the start a time."};
    }
  }
  body->start = start;
  if (rule) {
    body->expanded.emplace(*rule, start.local, start.all_day, month_end);
    body->clamps = month_end == MonthEnd::clamp;
    if (rule->until) {
      if (rule->until->form == Until::Form::utc && !start.all_day) {
        body->until = Instant{rule->until->reading.time_since_epoch()};
      } else {
        body->until_local = rule->until->reading;
      }
    }
  } else {
    exceptions.added.push_back(start.local);
  }
  body->rule = std::move(rule);
  for (auto local : exceptions.excluded) body->excluded.push_back(start.zone.to_instant(local).instant);
  for (auto local : exceptions.added) {
    const auto resolved = start.zone.to_instant(local);
    body->added.push_back({local, resolved.instant, resolved.kind, resolved.offset, false});
  }
  body->excluded_days = std::move(exceptions.excluded_days);
  std::sort(body->excluded.begin(), body->excluded.end());
  std::sort(body->excluded_days.begin(), body->excluded_days.end());
  std::sort(body->added.begin(), body->added.end(), [](auto& a, auto& b) { return a.instant < b.instant; });
  return Recurrence{std::move(body)};
}

const std::optional<RecurrenceRule>& Recurrence::rule() const { return body_->rule; }
const RecurrenceStart& Recurrence::start() const { return body_->start; }

Recurrence::Iterator::Iterator(std::shared_ptr<const Body> body, LocalTime from) : body_(std::move(body)) {
  if (!body_->expanded) return;
  if (body_->rule->count) {
    left_ = *body_->rule->count;  // What has been counted is known only by counting from the start.
    from = body_->start.local;
  }
  sequence_.emplace(*body_->expanded, from);
}
Recurrence::Iterator::Iterator(Iterator&&) noexcept = default;
Recurrence::Iterator::~Iterator() = default;

std::optional<OccurrenceTime> Recurrence::Iterator::next_of_rule() {
  if (!sequence_ || left_ == 0) return std::nullopt;
  const auto local = sequence_->next();
  if (!local) {
    left_ = 0;
    return std::nullopt;
  }
  auto occurrence = body_->resolve(*local);
  if ((body_->until && occurrence.instant > *body_->until) || (body_->until_local && *local > *body_->until_local)) {
    left_ = 0;
    return std::nullopt;
  }
  --left_;
  return occurrence;
}

/// In order of instants: readings within a gap move past later ones.
std::optional<OccurrenceTime> Recurrence::Iterator::next_ordered() {
  if (waiting_at_ < waiting_.size()) return waiting_[waiting_at_++];
  auto occurrence = next_of_rule();
  if (!occurrence || occurrence->kind != LocalKind::skipped || !body_->expanded->is_dense()) return occurrence;
  waiting_.assign(1, *occurrence);
  waiting_at_ = 0;
  auto latest = occurrence->instant;
  while (auto following = next_of_rule()) {
    waiting_.push_back(*following);
    if (following->kind == LocalKind::skipped) {
      latest = std::max(latest, following->instant);
    } else if (following->instant > latest) {
      break;
    }
  }
  std::stable_sort(waiting_.begin(), waiting_.end(), [](auto& a, auto& b) {
    return std::pair{a.instant, a.kind == LocalKind::skipped} < std::pair{b.instant, b.kind == LocalKind::skipped};
  });
  waiting_.erase(std::unique(waiting_.begin(), waiting_.end(), [](auto& a, auto& b) { return a.instant == b.instant; }),
                 waiting_.end());
  return waiting_[waiting_at_++];
}

std::optional<OccurrenceTime> Recurrence::Iterator::next_merged() {
  const auto& added = body_->added;
  if (added_ == added.size() && !peeked_valid_) return next_ordered();
  if (!peeked_valid_) {
    peeked_ = next_ordered();
    peeked_valid_ = true;
  }
  if (added_ < added.size() && (!peeked_ || added[added_].instant <= peeked_->instant)) {
    const auto& chosen = added[added_++];
    if (peeked_ && peeked_->instant == chosen.instant) peeked_valid_ = false;
    while (added_ < added.size() && added[added_].instant == chosen.instant) ++added_;
    return chosen;
  }
  peeked_valid_ = false;
  return peeked_;
}

std::optional<OccurrenceTime> Recurrence::Iterator::next() {
  while (auto occurrence = next_merged()) {
    if (!body_->is_excluded(*occurrence)) return occurrence;
  }
  return std::nullopt;
}

Recurrence::Iterator Recurrence::begin() const { return Iterator{body_, body_->start.local}; }

/// Begins at the earliest reading whose instant may be `instant` or later.
Recurrence::Iterator Recurrence::from(Instant instant) const {
  const auto& zone = body_->start.zone;
  auto reading = zone.to_local(instant);
  // Just after a gap, readings from within it have later instants.
  if (!zone.is_fixed()) {
    const auto change = zone.next_transition(instant - chr::hours{26});
    if (change && change->at <= instant && change->after > change->before) reading -= change->after - change->before;
  }
  Iterator iterator{body_, reading};
  const auto& added = body_->added;
  iterator.added_ = static_cast<std::size_t>(
      std::lower_bound(added.begin(), added.end(), instant, [](auto& a, Instant b) { return a.instant < b; }) -
      added.begin());
  return iterator;
}

std::optional<OccurrenceTime> Recurrence::next_after(Instant after) const {
  auto iterator = from(after);
  while (auto occurrence = iterator.next()) {
    if (occurrence->instant > after) return occurrence;
  }
  return std::nullopt;
}

std::vector<OccurrenceTime> Recurrence::between(Instant from_instant, Instant to, std::size_t limit) const {
  std::vector<OccurrenceTime> out;
  auto iterator = from(from_instant);
  while (out.size() < limit) {
    const auto occurrence = iterator.next();
    if (!occurrence || occurrence->instant >= to) break;
    if (occurrence->instant >= from_instant) out.push_back(*occurrence);
  }
  return out;
}

}  // namespace daybook::domain
