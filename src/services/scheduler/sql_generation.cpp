#include <algorithm>

#include "services/scheduler/events.hpp"
#include "services/scheduler/sql_series.hpp"
#include "services/scheduler/sql_store.hpp"
#include "storage/sql/connection.hpp"

/// Generation: what is to be made is written down here before the tasks service hears of it (design, rule 7).
namespace daybook::scheduler {
namespace {

using domain::Series;
using domain::SeriesState;
using storage::sql::append_event;
using storage::sql::Lane;

/// Until when the tasks service has been told, or we tell it again.
constexpr std::chrono::seconds kRetry{30};

/// Series of one closure when the time zone data is new.
constexpr std::size_t kTzdbSlice = 100;

std::string meta(Connection& db, std::string_view key) {
  auto row = db.query("SELECT value FROM scheduler_meta WHERE key = ?", key);
  return row.step() ? std::string{row.text(0)} : std::string{};
}

struct Counts {
  int open = 0, ahead = 0;
  std::int64_t made = 0;
  std::optional<Instant> last_completed;
  std::optional<Instant> last_start;
};

Counts count_occurrences(Connection& db, const Series& series, Instant now) {
  Counts out;
  auto rows =
      db.query("SELECT starts, open, state, completed_at FROM scheduler_occurrence WHERE user_id = ? AND series_id = ?",
               series.owner, series.id);
  const auto present = domain::horizon_begin(series, now);
  while (rows.step()) {
    const auto state = rows.text(2);
    if (state == "replaced") continue;
    const auto start = instant_of(series, parse_when(rows.text(0)));
    if (rows.integer(1)) {
      ++out.open;
      if (start > present) ++out.ahead;
    }
    if (state != "skipped") ++out.made;
    if (!rows.is_null(3)) out.last_completed = std::max(out.last_completed.value_or(Instant::min()), rows.instant(3));
    out.last_start = std::max(out.last_start.value_or(Instant::min()), start);
  }
  return out;
}

/// Leaves the timer where the next look is to be; nothing to look at takes it away.
void set_look(Writer& db, const Series& series, std::optional<Instant> due) {
  if (due) {
    timer_table().set(db, Timer{std::string{kGenerate}, series.id.value, series.owner, *due, series.version, {}});
  } else {
    timer_table().cancel(db, kGenerate, series.id.value);
  }
  db.run("UPDATE scheduler_series SET next_look = ? WHERE user_id = ? AND id = ?", due, series.owner, series.id);
}

}  // namespace

SchedulerStore::Awaitable<GenerationWork> SqlSchedulerStore::plan(UserId user, SeriesId id, Instant now) {
  auto change = [user, id, now](Writer& db) -> Result<GenerationWork> {
    db.lock(user);
    auto loaded = load_series(db, user, id, true);
    if (!loaded) {
      timer_table().cancel(db, kGenerate, id.value);  // Erased meanwhile.
      return loaded.error().code == Errc::not_found ? Result<GenerationWork>{GenerationWork{}} : loaded.error();
    }
    auto& series = *loaded;
    auto counts = count_occurrences(db, series, now);
    const auto plan =
        domain::plan_generation(series, now, counts.open, counts.ahead, counts.made, counts.last_completed);
    for (const auto& occurrence : plan.make) {
      const auto rid = domain::recurrence_id(series, occurrence);
      // What was made, skipped or deleted once never comes back; what a changed schedule replaced may, once its old
      // task is gone (the next look).
      const auto known = load_occurrences_at(db, user, id, rid);
      const bool stands = std::any_of(known.begin(), known.end(), [&](const Occurrence& row) {
        return row.state != "replaced" || (row.recurrence_id == rid && row.pending == "delete");
      });
      if (stands) continue;
      Occurrence row{rid,    series.revision,
                     "made", derived_task_id(series, rid, series.revision),
                     0,      domain::start_of(series, occurrence),
                     true,   "make"};
      save_occurrence(db, user, id, row);
      counts.last_start = std::max(counts.last_start.value_or(Instant::min()), occurrence.instant);
      if (occurrence.instant > now) ++counts.ahead;
      ++counts.open;
    }
    auto pending = load_occurrences(db, user, id, true);
    auto next_look = plan.next_look;
    if (plan.used_up && series.state == SeriesState::active) {
      const bool over = series.anchor == domain::Anchor::completion ? counts.open == 0 : counts.ahead == 0;
      if (over && pending.empty()) {
        const Series before = series;
        series.state = SeriesState::ended;
        series.version += 1;
        series.updated_at = now;
        Command command;
        command.user = user;
        command.now = now;
        load_cause(db, user, id).mark(command);
        append_event(db, series_updated_event(command, before, series));
      } else if (series.anchor == domain::Anchor::schedule && counts.last_start) {
        next_look = std::max(*counts.last_start + std::chrono::seconds{1}, now + std::chrono::hours{1});
      }
    }
    bool replaced_waits = false;
    for (const auto& row : pending) replaced_waits |= row.state == "replaced";
    if (plan.considered != series.considered && !replaced_waits) series.considered = plan.considered;
    save_series(db, series);
    set_look(db, series, next_look);
    if (!pending.empty()) {
      timer_table().set(db, Timer{std::string{kGenerate}, id.value, user, now + kRetry, series.version, {}});
    }
    auto cause = load_cause(db, user, id);
    return GenerationWork{std::move(series), std::move(pending), std::move(cause)};
  };
  co_return co_await db_.write(Lane::background, std::move(change));
}

SchedulerStore::Awaitable<> SqlSchedulerStore::settle(UserId user, SeriesId id, std::int64_t version,
                                                      std::vector<SettledOccurrence> settled, Instant now) {
  auto change = [user, id, version, settled = std::move(settled), now](Writer& db) -> Result<> {
    db.lock(user);
    auto series = load_series(db, user, id, true);
    if (!series) return {};
    bool again = false;
    for (const auto& each : settled) {
      auto row = load_occurrence(db, user, id, each.recurrence_id);
      if (!row) continue;
      if (row->pending == each.done) {
        const bool templated = each.done == "make" || each.done == "patch" || each.done == "adopt";
        const bool stale = templated && series->version != version && !each.detached && !each.deleted && each.open;
        row->pending = stale ? "patch" : "";
        if (each.done == "make" && each.detached) {
          // Its id is somebody else's. The row says which task is which: any will do that is written down before.
          row->task = TaskId::make(now);
          row->pending = "make";
        } else if (each.done == "delete" && each.detached) {
          row->state = "detached";
          row->open = again = true;
        }
      } else if (each.done == "make" && row->pending.empty() && !row->open) {
        row->pending = "delete";  // Skipped or replaced while its task was being made.
        again = true;
      }
      row->task_version = std::max(row->task_version, each.task_version);
      if (!each.told.empty()) row->told = each.told;
      if (row->state == "replaced") again = true;
      if (each.done == "restore" && row->pending.empty()) {
        row->open = each.open;
        if (each.deleted) row->state = "deleted";
        // The news of the deletion that this took back may still be on its way.
        db.run(
            "UPDATE scheduler_occurrence SET seen_version = ?1 WHERE user_id = ?2 AND series_id = ?3 AND "
            "recurrence_id = ?4 AND seen_version < ?1",
            each.task_version - 1, user, id, each.recurrence_id);
      } else if (row->state == "made") {
        if (each.detached && row->pending != "make") row->state = "detached";
        if (each.deleted) row->state = "deleted";
        row->open = row->open && each.open;
      }
      save_occurrence(db, user, id, *row);
    }
    if (!load_occurrences(db, user, id, true).empty()) return {};
    auto look = db.query("SELECT next_look FROM scheduler_series WHERE user_id = ? AND id = ?", user, id);
    look.step();
    std::optional<Instant> due;
    if (!look.is_null(0)) due = look.instant(0);
    look.run();
    if (again) due = now;
    set_look(db, *series, due);
    return {};
  };
  co_return co_await db_.write(Lane::background, std::move(change));
}

SchedulerStore::Awaitable<int> SqlSchedulerStore::adopt_tzdb(std::string version, Instant now) {
  auto change = [version = std::move(version), now](Writer& db) -> Result<int> {
    if (meta(db, "tzdb") == version) {
      timer_table().cancel(db, kTzdb, Uuid{});
      return 0;
    }
    // "<version> <user> <series>": how far an earlier slice came.
    UserId user;
    SeriesId last;
    const auto progress = meta(db, "tzdb_at");
    if (progress.starts_with(version + " ") && progress.size() == version.size() + 74) {
      user = UserId::parse(progress.substr(version.size() + 1, 36)).value();
      last = SeriesId::parse(progress.substr(version.size() + 38)).value();
    }
    std::vector<std::pair<UserId, SeriesId>> found;
    {
      auto rows = db.query(
          "SELECT user_id, id FROM scheduler_series WHERE (user_id, id) > (?, ?) AND deleted = 0 AND state = 'active' "
          "ORDER BY user_id, id LIMIT ?",
          user, last, static_cast<std::int64_t>(kTzdbSlice));
      while (rows.step()) found.emplace_back(UserId{rows.uuid(0)}, SeriesId{rows.uuid(1)});
    }
    for (const auto& [owner, id] : found) {
      db.lock(owner);
      auto series = load_series(db, owner, id);
      if (!series) continue;
      // Wall clocks stand; instants follow the new law. The tasks service does the same for the tasks.
      const auto zone = domain::Zone::locate(series->timezone);
      for (auto row : load_occurrences(db, owner, id)) {
        const auto* at = std::get_if<Instant>(&row.start);
        const auto local = domain::parse_recurrence_id(row.recurrence_id);
        if (!at || !zone || !local || !row.open || *at <= now) continue;
        const auto instant = zone->to_instant(*local).instant;
        if (instant == *at) continue;
        row.start = domain::When{instant};
        save_occurrence(db, owner, id, row);
      }
      look_at(db, *series, now);
    }
    const bool more = found.size() == kTzdbSlice;
    db.run("INSERT OR REPLACE INTO scheduler_meta(key, value) VALUES (?, ?)", more ? "tzdb_at" : "tzdb",
           more ? version + " " + found.back().first.str() + " " + found.back().second.str() : version);
    if (more) {
      timer_table().set(db, Timer{std::string{kTzdb}, Uuid{}, UserId{}, now, 0, {}});
    } else {
      timer_table().cancel(db, kTzdb, Uuid{});
    }
    return static_cast<int>(found.size());
  };
  co_return co_await db_.write(Lane::background, std::move(change));
}

}  // namespace daybook::scheduler
