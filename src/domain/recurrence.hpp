#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/recurrence_expander.hpp"
#include "domain/recurrence_rule.hpp"
#include "domain/zone.hpp"

namespace daybook::domain {

/// When a repeating thing begins: the wall clock of its zone. All-day starts are midnights.
struct RecurrenceStart {
  LocalTime local{};
  Zone zone;  ///< UTC for what floats and is shown without a zone.
  bool all_day = false;
};

/// One occurrence. `local` is what the rule says; the instant follows the zone (design, rule 6).
struct OccurrenceTime {
  LocalTime local{};
  Instant instant{};
  LocalKind kind = LocalKind::unique;
  std::chrono::seconds offset{};
  bool clamped = false;  ///< The month lacks the day that the rule wants; this is its last.
};

/// Days and times that a rule leaves out or adds, in the wall clock of the start. `whole_days` leave out what falls on
/// that date.
struct RecurrenceExceptions {
  std::vector<LocalTime> excluded;
  std::vector<Date> excluded_days;
  std::vector<LocalTime> added;
};

/// The occurrences of a rule from a start on: RFC 5545's recurrence set. Immutable and free of I/O; copies share.
///
/// COUNT and UNTIL bound what the rule gives, before exceptions. A start that the rule does not match is no occurrence.
/// Two readings that become one instant (a gap) count once.
class Recurrence {
 public:
  /// Without a rule the set is the start and what is added. Errors: invalid_argument (an hourly rule for whole days).
  static Result<Recurrence> make(std::optional<RecurrenceRule> rule, RecurrenceStart start,
                                 MonthEnd month_end = MonthEnd::skip, RecurrenceExceptions exceptions = {});

  const std::optional<RecurrenceRule>& rule() const;
  const RecurrenceStart& start() const;

  /// First occurrence strictly after `after`; nullopt when there is none. Without COUNT the cost does not depend on how
  /// far that is from the start.
  std::optional<OccurrenceTime> next_after(Instant after) const;
  /// Occurrences in [from, to), at most `limit`, in order.
  std::vector<OccurrenceTime> between(Instant from, Instant to, std::size_t limit) const;

  struct Body;
  /// Walks the occurrences in order of their instants.
  class Iterator {
   public:
    Iterator(Iterator&&) noexcept;
    ~Iterator();
    std::optional<OccurrenceTime> next();

   private:
    friend class Recurrence;
    Iterator(std::shared_ptr<const Body> body, LocalTime from);
    std::optional<OccurrenceTime> next_of_rule();
    std::optional<OccurrenceTime> next_ordered();
    std::optional<OccurrenceTime> next_merged();

    std::shared_ptr<const Body> body_;
    std::optional<LocalSequence> sequence_;
    std::int64_t left_ = INT64_MAX;
    std::vector<OccurrenceTime> waiting_;  ///< In order, from around a gap of the clock.
    std::size_t waiting_at_ = 0;
    std::optional<OccurrenceTime> peeked_;  ///< The rule's next while an added one goes first.
    bool peeked_valid_ = false;
    std::size_t added_ = 0;
  };
  Iterator begin() const;

 private:
  explicit Recurrence(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
  Iterator from(Instant instant) const;
  std::shared_ptr<const Body> body_;
};

}  // namespace daybook::domain
