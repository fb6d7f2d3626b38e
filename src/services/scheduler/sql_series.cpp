#include <algorithm>

#include "core/hash.hpp"
#include "domain/series_json.hpp"
#include "services/scheduler/events.hpp"
#include "services/scheduler/sql_series.hpp"
#include "services/scheduler/sql_store.hpp"
#include "storage/sql/connection.hpp"

/// Series as wholes: created, changed, paused, deleted, restored.
namespace daybook::scheduler {
namespace {

using boost::asio::awaitable;
using domain::Series;
using domain::SeriesState;
using storage::sql::append_event;
using storage::sql::Idempotency;
using storage::sql::IdempotentOutcome;
using storage::sql::Lane;
using storage::sql::Reader;

/// A digest of all that a draft asks for: what "the same content" means for a client-made id.
std::string origin_of(const domain::SeriesDraft& draft) {
  std::string text = domain::given_by(draft, draft.starts);
  const auto add = [&text](std::string_view part) { text.append("\n").append(part); };
  add(std::to_string(static_cast<int>(draft.schedule.form)));
  add(draft.schedule.text);
  for (auto part : {std::string_view{draft.timezone}, to_string(draft.anchor), to_string(draft.month_end),
                    to_string(draft.catch_up)})
    add(part);
  for (const auto& each : draft.exdates) add(each);
  add("and");
  for (const auto& each : draft.rdates) add(each);
  return to_hex(sha256(text));
}

/// That of the request which made the series; empty: none of the client's id, or not known.
std::string load_origin(Connection& db, const UserId& user, const SeriesId& id) {
  auto row = db.query("SELECT origin FROM scheduler_series WHERE user_id = ? AND id = ?", user, id);
  return row.step() ? std::string{row.text(0)} : std::string{};
}

/// What passed while it rested is not made up for.
void go_on_from(Writer& db, Series& series, Instant now) {
  series.considered = std::max(series.considered, domain::horizon_begin(series, now));
  if (series.state == SeriesState::active) move_future(db, series, now);  // The user may have moved meanwhile.
}

/// Marks what is to come for change or removal after a patch.
void mark_future(Writer& db, const Series& before, const domain::SeriesChange& change, Instant now) {
  const auto& series = change.series;
  const auto begin = domain::horizon_begin(series, now);
  std::vector<Occurrence> future, apart;
  for (auto& row : load_occurrences(db, series.owner, series.id)) {
    if (row.state == "replaced" || instant_of(series, row.start) <= begin) continue;
    (follows(row) ? future : apart).push_back(std::move(row));
  }
  if (change.template_changed) {
    for (auto& row : future) {
      if (!row.pending.empty()) continue;
      row.pending = "patch";
      row.told = domain::given_by(before, row.start);
      save_occurrence(db, series.owner, series.id, row);
    }
  }
  if (change.schedule_changed) carry_over(db, series, series, std::move(future), std::move(apart), now);
}

}  // namespace

void move_future(Writer& db, Series& series, Instant now) {
  const auto zone = domain::Zone::locate(series.timezone);
  if (series.all_day || !zone) return;
  const auto begin = domain::horizon_begin(series, now);
  std::vector<Occurrence> future;
  for (auto& row : load_occurrences(db, series.owner, series.id)) {
    const auto start = instant_of(series, row.start);
    const auto local = domain::parse_recurrence_id(row.recurrence_id);
    const bool moves = local && zone->to_instant(*local).instant != start;
    if (follows(row) && start > begin && moves) future.push_back(std::move(row));
  }
  if (future.empty()) return;
  series.considered = begin;  // What finds no place is made anew.
  carry_over(db, series, series, std::move(future), {}, now);
}

TaskId derived_task_id(const Series& series, const std::string& recurrence_id, std::int64_t revision) {
  const auto name = recurrence_id + "/" + std::to_string(revision) + "/" + series.owner.str();
  return TaskId{Uuid::v5(series.id.value, name)};
}

std::optional<Error> mismatch(const Command& command, const Series& series) {
  if (!command.if_match || *command.if_match == series.version) return std::nullopt;
  return Error{Errc::version_mismatch, "The recurring task is at version " + std::to_string(series.version) +
                                           ": read it again, then change it."};
}

Result<std::optional<SeriesId>> repeated(Writer& db, const Command& command) {
  auto outcome = idempotency_table().find(db, command.user, Idempotency{command.idempotency_key, command.request_hash});
  if (!outcome) return outcome.error();
  if (!*outcome) return std::optional<SeriesId>{};
  auto id = SeriesId::parse((*outcome)->resource);
  if (!id) return id.error();
  return std::optional<SeriesId>{*id};
}

void remember(Writer& db, const Command& command, int status, const SeriesId& id) {
  idempotency_table().record(db, command.user, Idempotency{command.idempotency_key, command.request_hash},
                             IdempotentOutcome{status, id.str()}, command.now);
}

Result<> check_room(Writer& db, const UserId& user, const StoreLimits& limits) {
  auto count = db.query(
      "SELECT count(*) FROM scheduler_series WHERE user_id = ? AND deleted = 0 AND state IN ('active', 'paused')",
      user);
  count.step();
  if (count.integer(0) < limits.series) return {};
  return Error{Errc::limit_exceeded, "You have " + std::to_string(limits.series) +
                                         " recurring tasks, which is the limit (series). Stop or delete some first."};
}

Result<Series> apply_patch(Writer& db, Series series, const domain::SeriesPatch& patch, Instant now) {
  auto change = domain::patch_series(series, patch, now);
  if (!change) return change.error();
  if (!change->changed()) return series;
  if (series.state == SeriesState::stopped) {
    return Error{Errc::conflict, "This recurring task was stopped: restore it first, or make a new one."};
  }
  mark_future(db, series, *change, now);
  return std::move(change->series);
}

void save_changed_series(Writer& db, const Command& command, const Series& before, const Series& after) {
  save_series(db, after, Trace::of(command));
  append_event(db, series_updated_event(command, before, after));
  look_at(db, after, command.now + kShortcut);
}

SchedulerStore::Awaitable<SchedulerStore::Created> SqlSchedulerStore::create_series(Command command,
                                                                                    domain::SeriesDraft draft) {
  auto change = [this, command = std::move(command), draft = std::move(draft)](Writer& db) -> Result<Created> {
    db.lock(command.user);
    auto before = repeated(db, command);
    if (!before) return before.error();
    if (*before) {
      auto series = load_series(db, command.user, **before, true);
      if (!series) return series.error();
      return Created{std::move(*series), true};
    }
    const auto id = draft.id.value_or(SeriesId::make(command.now));
    const auto origin = draft.id ? origin_of(draft) : std::string{};
    auto series = domain::create_series(id, command.user, draft, command.timezone, command.now);
    if (!series) return series.error();
    if (draft.id) {
      auto taken = load_series(db, command.user, id, true);
      if (taken) {
        // Sent again by a client that missed our reply. Of what is older the request is not known.
        const auto known = load_origin(db, command.user, id);
        const bool alike = taken->title == series->title && taken->rrule == series->rrule &&
                           taken->all_day == series->all_day && taken->timezone == series->timezone;
        if (known.empty() ? alike : known == origin) return Created{std::move(*taken), false};
        return Error{Errc::conflict, "This id belongs to another recurring task: make a new one."};
      }
    }
    if (auto room = check_room(db, command.user, limits()); !room) return room.error();
    save_series(db, *series, Trace::of(command));
    db.run("UPDATE scheduler_series SET origin = ? WHERE user_id = ? AND id = ?", origin, command.user, id);
    append_event(db, series_event("recurring-task.created", command, *series));
    look_at(db, *series, command.now + kShortcut);
    remember(db, command, 201, id);
    return Created{std::move(*series), true};
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<Series> SqlSchedulerStore::get_series(UserId user, SeriesId id) {
  auto query = [user, id](Reader& db) { return load_series(db, user, id); };
  co_return co_await db_.read(std::move(query));
}

SchedulerStore::Awaitable<SeriesPage> SqlSchedulerStore::list_series(UserId user, SeriesQuery wanted) {
  auto query = [user, wanted = std::move(wanted)](Reader& db) -> Result<SeriesPage> {
    std::int64_t before = INT64_MAX;
    if (!wanted.cursor.empty()) {
      const auto parsed = std::strtoll(wanted.cursor.c_str(), nullptr, 10);
      if (parsed <= 0) return Error{Errc::invalid_argument, "This cursor is none of ours: begin without one."};
      before = parsed;
    }
    const auto text = domain::fold_label(wanted.text);
    // The row's own order of making breaks ties of created_at, so that a page never splits them.
    auto rows = db.query(
        "SELECT body, created_at, state, title FROM scheduler_series WHERE user_id = ? AND deleted = 0 AND "
        "created_at < ? ORDER BY created_at DESC, id DESC",
        user, before);
    SeriesPage page;
    std::int64_t last = 0;
    while (rows.step()) {
      if (!wanted.states.empty() &&
          std::find(wanted.states.begin(), wanted.states.end(), rows.text(2)) == wanted.states.end()) {
        continue;
      }
      if (!text.empty() && rows.text(3).find(text) == std::string_view::npos) continue;
      if (static_cast<int>(page.items.size()) >= wanted.limit && rows.integer(1) != last) {
        page.next_cursor = std::to_string(last);
        break;
      }
      auto series = domain::parse_series(rows.text(0), user);
      if (!series) return series.error();
      page.items.push_back(std::move(*series));
      last = rows.integer(1);
    }
    return page;
  };
  co_return co_await db_.read(std::move(query));
}

SchedulerStore::Awaitable<Series> SqlSchedulerStore::change_series(Command command, SeriesId id, SeriesEdit apply,
                                                                   bool deleted) {
  auto change = [command = std::move(command), id, apply = std::move(apply), deleted](Writer& db) -> Result<Series> {
    db.lock(command.user);
    auto before = repeated(db, command);
    if (!before) return before.error();
    auto series = load_series(db, command.user, id, deleted);
    if (!series) return series.error();
    if (*before) return series;
    const auto version = series->version;
    auto changed = apply(db, *series);
    if (!changed) return changed.error();
    if (changed->version != version) {
      // A repeat of what holds already is no conflict (design, rule 13).
      if (auto error = mismatch(command, *series)) return *error;
      save_changed_series(db, command, *series, *changed);
    }
    remember(db, command, 200, id);
    return changed;
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<Series> SqlSchedulerStore::patch_series(Command command, SeriesId id,
                                                                  domain::SeriesPatch patch) {
  auto apply = [patch = std::move(patch), now = command.now](Writer& db, Series series) {
    return apply_patch(db, std::move(series), patch, now);
  };
  SeriesEdit edit = std::move(apply);
  co_return co_await change_series(std::move(command), id, std::move(edit));
}

SchedulerStore::Awaitable<Series> SqlSchedulerStore::set_state(Command command, SeriesId id, SeriesState state) {
  auto apply = [state, now = command.now](Writer& db, Series series) -> Result<Series> {
    if (series.state == state) return series;
    if (series.state == SeriesState::stopped) {
      return Error{Errc::conflict, "This recurring task was stopped: restore it, or make a new one."};
    }
    if (series.state == SeriesState::ended && state != SeriesState::stopped) {
      return Error{Errc::conflict, "This recurring task has come to its end: give it a new rule."};
    }
    if (state == SeriesState::stopped) series.stopped_from = series.state;
    series.state = state;
    if (state == SeriesState::active) go_on_from(db, series, now);
    series.version += 1;
    series.updated_at = now;
    return series;
  };
  SeriesEdit edit = std::move(apply);
  co_return co_await change_series(std::move(command), id, std::move(edit));
}

SchedulerStore::Awaitable<Series> SqlSchedulerStore::restore_series(Command command, SeriesId id,
                                                                    std::string recurrence_id) {
  auto apply = [this, recurrence_id = std::move(recurrence_id), now = command.now](Writer& db,
                                                                                   Series series) -> Result<Series> {
    if (!recurrence_id.empty()) {
      if (series.deleted_at) return Error{Errc::not_found, "This recurring task is deleted: restore it first."};
      auto changed = unskip(db, series, recurrence_id);
      if (!changed) return changed.error();
      if (!*changed) return series;
    } else if (series.deleted_at) {
      if (auto room = check_room(db, series.owner, limits()); !room) return room.error();
      series.deleted_at.reset();
      for (auto row : load_occurrences(db, series.owner, series.id)) {
        if (row.taken.empty() || row.state == "skipped" || row.state == "replaced") continue;
        bring_back(row);
        save_occurrence(db, series.owner, series.id, row);
      }
      go_on_from(db, series, now);
    } else if (series.state == SeriesState::stopped) {
      if (auto room = check_room(db, series.owner, limits()); !room) return room.error();
      series.state = series.stopped_from;
      go_on_from(db, series, now);
    } else {
      return series;
    }
    series.version += 1;
    series.updated_at = now;
    return series;
  };
  SeriesEdit edit = std::move(apply);
  co_return co_await change_series(std::move(command), id, std::move(edit), true);
}

SchedulerStore::Awaitable<> SqlSchedulerStore::remove_series(Command command, SeriesId id, DeleteScope scope) {
  auto change = [command = std::move(command), id, scope](Writer& db) -> Result<> {
    db.lock(command.user);
    auto before = repeated(db, command);
    if (!before) return before.error();
    auto series = load_series(db, command.user, id, true);
    if (!series) return series.error();
    if (series->deleted_at) return {};
    if (auto error = mismatch(command, *series)) return *error;
    series->deleted_at = series->updated_at = command.now;
    series->version += 1;
    bool any = false;
    const auto begin = domain::horizon_begin(*series, command.now);
    for (auto row : load_occurrences(db, command.user, id)) {
      const bool goes = scope == DeleteScope::all
                            ? row.state != "deleted" && row.state != "skipped" && row.state != "replaced"
                            : scope == DeleteScope::future && row.open && instant_of(*series, row.start) > begin;
      if (goes) {
        take_along(row);
        save_occurrence(db, command.user, id, row);
      }
      any |= !row.pending.empty();
    }
    save_series(db, *series, Trace::of(command));
    constexpr std::string_view kScopes[] = {"future", "template", "all"};
    std::string more = ",\"scope\":\"";
    more.append(kScopes[static_cast<int>(scope)]).append("\",\"deletedAt\":\"");
    more.append(format_rfc3339(command.now)).push_back('"');
    append_event(db, series_event("recurring-task.deleted", command, *series, more));
    timer_table().cancel(db, kGenerate, id.value);
    if (any) look_at(db, *series, command.now + kShortcut);
    remember(db, command, 204, id);
    return {};
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<std::vector<Occurrence>> SqlSchedulerStore::occurrences(UserId user, SeriesId id) {
  auto query = [user, id](Reader& db) -> Result<std::vector<Occurrence>> { return load_occurrences(db, user, id); };
  co_return co_await db_.read(std::move(query));
}

}  // namespace daybook::scheduler
