#include <algorithm>

#include "services/scheduler/events.hpp"
#include "services/scheduler/sql_series.hpp"
#include "services/scheduler/sql_store.hpp"
#include "storage/sql/connection.hpp"

/// Single occurrences, and a series from one of them on: skipped, brought back, made to be edited, split off.
namespace daybook::scheduler {
namespace {

using domain::Series;
using storage::sql::append_event;
using storage::sql::Lane;

Error no_occurrence(std::string_view recurrence_id) {
  return {Errc::unprocessable, "\"" + std::string{recurrence_id} + "\" is no occurrence of this recurring task."};
}

Occurrence unmade_occurrence(const Series& series, const domain::OccurrenceTime& at) {
  Occurrence row;
  row.recurrence_id = domain::recurrence_id(series, at);
  row.revision = series.revision;
  row.task = derived_task_id(series, row.recurrence_id, series.revision);
  row.start = domain::start_of(series, at);
  return row;
}

/// Hands what `series` has made from `from` on to the other series, and tells that which starts are spoken for: by
/// tasks that the person has edited or done, and by those that are to be no more.
void hand_over(Writer& db, const Series& series, Instant from, Series& other, Instant now) {
  std::vector<Occurrence> rows, apart;
  for (auto& row : load_occurrences(db, series.owner, series.id)) {
    if (row.state == "replaced" || instant_of(series, row.start) < from) continue;
    if (follows(row)) {
      rows.push_back(std::move(row));
    } else {
      const auto local = domain::parse_recurrence_id(row.recurrence_id);
      if (local && domain::find_occurrence(other, *local))
        other.exdates.push_back(row.recurrence_id.substr(0, series.all_day ? 10 : 19));
      else
        apart.push_back(std::move(row));
    }
  }
  std::sort(other.exdates.begin(), other.exdates.end());
  other.exdates.erase(std::unique(other.exdates.begin(), other.exdates.end()), other.exdates.end());
  carry_over(db, series, other, std::move(rows), std::move(apart), now);
}

}  // namespace

/// Takes a skip back; false if that occurrence is not skipped.
Result<bool> unskip(Writer& db, Series& series, const std::string& recurrence_id) {
  const auto local = domain::parse_recurrence_id(recurrence_id);
  if (!local) return local.error();
  const auto text = format_local(*local);
  std::erase_if(series.exdates, [&](const std::string& each) { return each == text.substr(0, each.size()); });
  for (auto row : load_occurrences_at(db, series.owner, series.id, series.all_day ? text.substr(0, 10) : text)) {
    if (row.state != "skipped") continue;
    if (!row.taken.empty()) {
      bring_back(row);
    } else if (row.task_version == 0) {
      // Never made: now it is, unless generation is to come to it anyway.
      if (instant_of(series, row.start) > series.considered) {
        db.run("DELETE FROM scheduler_occurrence WHERE user_id = ? AND series_id = ? AND recurrence_id = ?",
               series.owner, series.id, row.recurrence_id);
        return true;
      }
      row.taken = "made";
      bring_back(row);
    } else {
      row.state = "made";  // Its task was done or deleted before, and is still.
    }
    save_occurrence(db, series.owner, series.id, row);
    return true;
  }
  return false;
}

SchedulerStore::Awaitable<SchedulerStore::Split> SqlSchedulerStore::split_series(Command command, SeriesId id,
                                                                                 std::string from,
                                                                                 domain::SeriesPatch patch) {
  auto change = [this, command = std::move(command), id, from = std::move(from),
                 patch = std::move(patch)](Writer& db) -> Result<Split> {
    db.lock(command.user);
    auto before = repeated(db, command);
    if (!before) return before.error();
    auto series = load_series(db, command.user, before->value_or(id));
    if (!series) return series.error();
    if (*before) return Split{std::move(*series), std::nullopt};
    const auto local = domain::parse_recurrence_id(from);
    if (!local) return local.error();
    const auto found = domain::find_occurrence(*series, *local);
    if (!found) return no_occurrence(from);
    const auto next = domain::recurrence_of(*series).next_after(domain::horizon_begin(*series, command.now));
    if (series->anchor == domain::Anchor::completion || !next || next->instant >= found->instant) {
      // All of the future is meant.
      auto changed = apply_patch(db, *series, patch, command.now);
      if (!changed) return changed.error();
      if (changed->version != series->version) {
        if (auto error = mismatch(command, *series)) return *error;
        save_changed_series(db, command, *series, *changed);
      }
      remember(db, command, 200, id);
      return Split{std::move(*changed), std::nullopt};
    }
    if (auto error = mismatch(command, *series)) return *error;
    if (series->state == domain::SeriesState::stopped) {
      return Error{Errc::conflict, "This recurring task was stopped: restore it first, or make a new one."};
    }
    if (auto room = check_room(db, command.user, limits()); !room) return room.error();
    auto split = domain::split_series(*series, *found, patch, SeriesId::make(command.now), command.now);
    if (!split) return split.error();
    hand_over(db, *series, found->instant, split->after, command.now);
    save_changed_series(db, command, *series, split->before);
    save_series(db, split->after, Trace::of(command));
    append_event(db, series_event("recurring-task.created", command, split->after));
    look_at(db, split->after, command.now + kShortcut);
    remember(db, command, 201, split->after.id);
    return Split{std::move(split->after), id};
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<Occurrence> SqlSchedulerStore::ensure_occurrence(Command command, SeriesId id,
                                                                           std::string recurrence_id) {
  auto change = [command = std::move(command), id,
                 recurrence_id = std::move(recurrence_id)](Writer& db) -> Result<Occurrence> {
    db.lock(command.user);
    auto series = load_series(db, command.user, id);
    if (!series) return series.error();
    const auto local = domain::parse_recurrence_id(recurrence_id);
    if (!local) return local.error();
    const auto text = format_local(*local).substr(0, series->all_day ? 10 : 19);
    for (auto& row : load_occurrences_at(db, command.user, id, text)) {
      if (row.state == "replaced") continue;
      if (row.state == "skipped" || row.state == "deleted") {
        return Error{Errc::conflict, "This occurrence was " + row.state + ": restore it first."};
      }
      return std::move(row);
    }
    const auto found = domain::find_occurrence(*series, *local);
    if (!found || found->instant <= domain::horizon_begin(*series, command.now)) return no_occurrence(recurrence_id);
    auto row = unmade_occurrence(*series, *found);
    row.state = "made";
    row.open = true;
    row.pending = "make";
    save_occurrence(db, command.user, id, row);
    look_at(db, *series, command.now + kShortcut);
    return row;
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<Series> SqlSchedulerStore::skip(Command command, SeriesId id, std::string recurrence_id) {
  auto apply = [recurrence_id = std::move(recurrence_id), now = command.now](Writer& db,
                                                                             Series series) -> Result<Series> {
    const auto recurrence = domain::recurrence_of(series);
    std::optional<domain::OccurrenceTime> found;
    if (recurrence_id.empty()) {
      auto after = domain::horizon_begin(series, now);
      while ((found = recurrence.next_after(after))) {
        const auto row = load_occurrence(db, series.owner, series.id, domain::recurrence_id(series, *found));
        if (!row || row->open) break;  // Done or deleted ones need no skipping.
        after = found->instant;
      }
      if (!found) return Error{Errc::unprocessable, "There is no further occurrence to skip."};
    } else {
      const auto local = domain::parse_recurrence_id(recurrence_id);
      if (!local) return local.error();
      for (const auto& text : series.exdates) {
        if (text == format_local(*local).substr(0, text.size()) && (text.size() > 10 || series.all_day)) return series;
      }
      found = domain::find_occurrence(series, *local);
      if (!found) return no_occurrence(recurrence_id);
    }
    const auto rid = domain::recurrence_id(series, *found);
    auto row = load_occurrence(db, series.owner, series.id, rid);
    if (!row) row = unmade_occurrence(series, *found);
    if (row->open) take_along(*row);
    row->state = "skipped";
    save_occurrence(db, series.owner, series.id, *row);
    series.exdates.push_back(series.all_day ? rid : format_local(found->local));
    std::sort(series.exdates.begin(), series.exdates.end());
    const auto first_future = format_local(
        LocalTime{std::chrono::floor<std::chrono::seconds>(now - std::chrono::days{2}).time_since_epoch()});
    if (series.exdates.size() > 366) {
      std::erase_if(series.exdates, [&](const std::string& text) { return text < first_future; });
    }
    series.version += 1;
    series.updated_at = now;
    return series;
  };
  SeriesEdit edit = std::move(apply);
  co_return co_await change_series(std::move(command), id, std::move(edit));
}

}  // namespace daybook::scheduler
