#include <algorithm>
#include <map>

#include "services/scheduler/sql_series.hpp"
#include "storage/sql/connection.hpp"

/// What becomes of tasks that were made by a schedule which holds no more (docs/decisions/028).
namespace daybook::scheduler {
namespace {

using domain::OccurrenceTime;
using domain::Series;

constexpr std::chrono::days kAhead{3660};
constexpr std::size_t kMost = 2000;

void replace(Writer& db, const Series& series, Occurrence row) {
  take_along(row);
  row.state = "replaced";
  save_occurrence(db, series.owner, series.id, row);
}

void forget(Writer& db, const Series& series, const std::string& recurrence_id) {
  db.run("DELETE FROM scheduler_occurrence WHERE user_id = ? AND series_id = ? AND recurrence_id = ?", series.owner,
         series.id, recurrence_id);
}

/// The starts of `to` that rows may still take, in order.
class Places {
 public:
  Places(const Series& to, Instant now) : to_(to), horizon_(domain::horizon_end(to, now)) {
    if (to.anchor != domain::Anchor::schedule) return;
    for (const auto& each : domain::recurrence_of(to).between(domain::horizon_begin(to, now), now + kAhead, kMost)) {
      free_.emplace(domain::recurrence_id(to, each), each);
    }
    if (!free_.empty()) horizon_ = std::max(horizon_, free_.begin()->second.instant + std::chrono::microseconds{1});
  }

  /// Takes the start that reads the clock as `row` does.
  std::optional<OccurrenceTime> take_same(const Occurrence& row) {
    const auto local = row.recurrence_id.substr(0, 19);
    const auto it = free_.lower_bound(local);
    if (it == free_.end() || !it->first.starts_with(local) || (local.size() == 10) != to_.all_day) return std::nullopt;
    return take(it);
  }
  /// Takes the first that is left of the day.
  std::optional<OccurrenceTime> take_same_day(const Occurrence& row) {
    const auto day = row.recurrence_id.substr(0, 10);
    const auto it = free_.lower_bound(day);
    if (it == free_.end() || !it->first.starts_with(day)) return std::nullopt;
    return take(it);
  }
  /// Takes the first that is left, if it is one of those that get tasks now or not far from where `row` was.
  std::optional<OccurrenceTime> take_next(const Occurrence& row) {
    const auto it = free_.begin();
    if (it == free_.end()) return std::nullopt;
    const auto limit = std::max(horizon_, instant_of(to_, row.start) + std::chrono::days{7});
    return it->second.instant < limit ? std::optional{take(it)} : std::nullopt;
  }
  /// Takes the reading of the clock away, in whatever zone it was made.
  void occupy(const std::string& recurrence_id) {
    const auto local = recurrence_id.substr(0, 19);
    const auto it = free_.lower_bound(local);
    if (it != free_.end() && it->first.starts_with(local) && (local.size() == 10) == to_.all_day) free_.erase(it);
  }
  /// Whether a free one reads the clock so.
  bool has(const Occurrence& row) const {
    const auto local = row.recurrence_id.substr(0, 19);
    const auto it = free_.lower_bound(local);
    return it != free_.end() && it->first.starts_with(local);
  }

 private:
  OccurrenceTime take(std::map<std::string, OccurrenceTime>::iterator it) {
    auto out = it->second;
    free_.erase(it);
    return out;
  }
  const Series& to_;
  Instant horizon_;
  std::map<std::string, OccurrenceTime> free_;  ///< By recurrence id: by reading of the clock.
};

}  // namespace

bool follows(const Occurrence& row) { return row.open && row.state == "made" && row.pending != "delete"; }

void carry_over(Writer& db, const Series& from, const Series& to, std::vector<Occurrence> rows,
                std::vector<Occurrence> apart, Instant now) {
  Places places(to, now);
  std::erase_if(apart, [&](const Occurrence& row) { return places.has(row); });
  // Who has a place already keeps it: what the person has edited, skipped or deleted.
  for (const auto& each : load_occurrences(db, to.owner, to.id)) {
    const bool own = from.id == to.id && std::any_of(rows.begin(), rows.end(), [&](const Occurrence& row) {
                       return row.recurrence_id == each.recurrence_id;
                     });
    if (!own && (each.state != "replaced" || !each.pending.empty())) places.occupy(each.recurrence_id);
  }
  std::vector<std::pair<Occurrence, std::optional<OccurrenceTime>>> found;
  for (auto& row : rows) {
    auto place = places.take_same(row);
    found.emplace_back(std::move(row), place);
  }
  for (auto& [row, place] : found) {
    if (!place) place = places.take_same_day(row);
  }
  // The day's occurrence is there, done or declined already, at its old time: the new time makes it no second one.
  std::vector<OccurrenceTime> declined;
  for (const auto& row : apart) {
    if (const auto place = places.take_same_day(row)) declined.push_back(*place);
  }
  // What is on another day now: the next one goes there first.
  for (auto& [row, place] : found) {
    if (place || row.task_version == 0) continue;
    place = places.take_next(row);
    if (!place) break;
  }
  // All leave before any arrives: one may take the other's place.
  for (auto& [row, place] : found) {
    const auto id = place ? domain::recurrence_id(to, *place) : std::string{};
    const bool stays = from.id == to.id && id == row.recurrence_id && domain::start_of(to, *place) == row.start;
    if (stays) {
      place.reset();
    } else if (!place || row.task_version == 0) {
      replace(db, from, row);  // Nothing hangs on what is still to be made.
      place.reset();
    } else {
      forget(db, from, row.recurrence_id);
    }
  }
  for (auto& [row, place] : found) {
    if (!place) continue;
    if (row.pending.empty()) row.told = domain::given_by(from, row.start);
    row.recurrence_id = domain::recurrence_id(to, *place);
    row.revision = to.revision;
    row.start = domain::start_of(to, *place);
    row.pending = "adopt";
    forget(db, to, row.recurrence_id);
    save_occurrence(db, to.owner, to.id, row);
  }
  for (const auto& place : declined) {
    const auto id = domain::recurrence_id(to, place);
    save_occurrence(db, to.owner, to.id,
                    Occurrence{id, to.revision, "skipped", derived_task_id(to, id, to.revision), 0,
                               domain::start_of(to, place), false, ""});
  }
}

}  // namespace daybook::scheduler
