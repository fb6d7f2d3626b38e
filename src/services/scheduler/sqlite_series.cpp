#include <algorithm>

#include "domain/series_json.hpp"
#include "services/scheduler/events.hpp"
#include "services/scheduler/sqlite_rows.hpp"
#include "services/scheduler/sqlite_store.hpp"
#include "storage/sqlite/event_log.hpp"

/// Series: created, changed, paused, skipped, deleted.
namespace daybook::scheduler {
namespace {

using boost::asio::awaitable;
using domain::Series;
using domain::SeriesState;
using storage::sqlite::append_event;
using storage::sqlite::Idempotency;
using storage::sqlite::IdempotentOutcome;
using storage::sqlite::Lane;
using storage::sqlite::Reader;

/// The request itself makes what is due; the timer follows for the case that the process dies before.
constexpr std::chrono::seconds kShortcut{5};

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

/// Marks what is to come for change or removal after a patch.
void mark_future(Writer& db, const domain::SeriesChange& change, Instant now) {
  const auto& series = change.series;
  const auto begin = domain::horizon_begin(series, now);
  std::vector<std::string> kept;
  std::vector<domain::OccurrenceTime> wanted;
  if (change.schedule_changed && series.anchor == domain::Anchor::schedule) {
    wanted = domain::recurrence_of(series).between(begin, now + std::chrono::days{3660}, 2000);
  }
  for (auto row : load_occurrences(db, series.owner, series.id)) {
    if (!row.open || row.state != "made" || row.pending == "delete") continue;
    if (instant_of(series, row.start) <= begin) continue;
    if (change.schedule_changed) {
      const bool stays = std::any_of(wanted.begin(), wanted.end(), [&](const domain::OccurrenceTime& each) {
        return domain::recurrence_id(series, each) == row.recurrence_id && domain::start_of(series, each) == row.start;
      });
      if (!stays) {
        row.state = "replaced";
        row.open = false;
        row.pending = row.pending == "make" ? "" : "delete";
        save_occurrence(db, series.owner, series.id, row);
        continue;
      }
    }
    if (change.template_changed && row.pending.empty()) {
      row.pending = "patch";
      save_occurrence(db, series.owner, series.id, row);
    }
  }
}

}  // namespace

SchedulerStore::Awaitable<SchedulerStore::Created> SqliteSchedulerStore::create_series(Command command,
                                                                                       domain::SeriesDraft draft) {
  auto change = [this, command = std::move(command), draft = std::move(draft)](Writer& db) -> Result<Created> {
    auto before = repeated(db, command);
    if (!before) return before.error();
    if (*before) {
      auto series = load_series(db, command.user, **before, true);
      if (!series) return series.error();
      return Created{std::move(*series), true};
    }
    const auto id = draft.id.value_or(SeriesId::make(command.now));
    auto series = domain::create_series(id, command.user, draft, command.timezone, command.now);
    if (!series) return series.error();
    if (draft.id) {
      auto taken = load_series(db, command.user, id, true);
      if (taken) {
        // Sent again by a client that missed our reply.
        const bool same = taken->title == series->title && taken->rrule == series->rrule &&
                          taken->all_day == series->all_day && taken->timezone == series->timezone;
        if (same) return Created{std::move(*taken), false};
        return Error{Errc::conflict, "This id belongs to another recurring task: make a new one."};
      }
    }
    auto count = db.query(
        "SELECT count(*) FROM scheduler_series WHERE user_id = ? AND deleted = 0 AND state IN "
        "('active', 'paused')",
        command.user);
    count.step();
    if (count.integer(0) >= limits_.series) {
      return Error{Errc::limit_exceeded,
                   "You have " + std::to_string(limits_.series) +
                       " recurring tasks, which is the limit (series). Stop or delete some first."};
    }
    save_series(db, *series);
    append_event(db, series_event("recurring-task.created", command, *series, describe_(*series)));
    look_at(db, *series, command.now + kShortcut);
    remember(db, command, 201, id);
    return Created{std::move(*series), true};
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<Series> SqliteSchedulerStore::get_series(UserId user, SeriesId id) {
  auto query = [user, id](Reader& db) { return load_series(db, user, id); };
  co_return co_await db_.read(std::move(query));
}

SchedulerStore::Awaitable<SeriesPage> SqliteSchedulerStore::list_series(UserId user, SeriesQuery wanted) {
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

SchedulerStore::Awaitable<Series> SqliteSchedulerStore::change_series(
    Command command, SeriesId id, std::function<Result<Series>(Writer&, Series)> apply) {
  auto change = [this, command = std::move(command), id, apply = std::move(apply)](Writer& db) -> Result<Series> {
    auto before = repeated(db, command);
    if (!before) return before.error();
    auto series = load_series(db, command.user, id);
    if (!series) return series.error();
    if (*before) return series;
    const auto version = series->version;
    auto changed = apply(db, *series);
    if (!changed) return changed.error();
    if (changed->version != version) {
      // A repeat of what holds already is no conflict (design, rule 13).
      if (command.if_match && *command.if_match != version) {
        return Error{Errc::version_mismatch, "The recurring task is at version " + std::to_string(version) +
                                                 ": read it again, then change it."};
      }
      save_series(db, *changed);
      append_event(db, series_updated_event(command, *series, *changed, describe_(*changed)));
      look_at(db, *changed, command.now + kShortcut);
    }
    remember(db, command, 200, id);
    return changed;
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<Series> SqliteSchedulerStore::patch_series(Command command, SeriesId id,
                                                                     domain::SeriesPatch patch) {
  auto apply = [patch = std::move(patch), now = command.now](Writer& db, Series series) -> Result<Series> {
    auto change = domain::patch_series(series, patch, now);
    if (!change) return change.error();
    if (!change->changed()) return series;
    if (series.state == SeriesState::stopped) {
      return Error{Errc::conflict, "This recurring task was stopped: make a new one."};
    }
    mark_future(db, *change, now);
    return change->series;
  };
  std::function<Result<Series>(Writer&, Series)> function = std::move(apply);
  co_return co_await change_series(std::move(command), id, std::move(function));
}

SchedulerStore::Awaitable<Series> SqliteSchedulerStore::set_state(Command command, SeriesId id, SeriesState state) {
  auto apply = [state, now = command.now](Writer&, Series series) -> Result<Series> {
    if (series.state == state) return series;
    if (series.state == SeriesState::stopped) {
      return Error{Errc::conflict, "This recurring task was stopped for good: make a new one."};
    }
    if (series.state == SeriesState::ended && state != SeriesState::stopped) {
      return Error{Errc::conflict, "This recurring task has come to its end: give it a new rule."};
    }
    if (state == SeriesState::active)
      series.considered = std::max(series.considered, domain::horizon_begin(series, now));
    series.state = state;
    series.version += 1;
    series.updated_at = now;
    return series;
  };
  std::function<Result<Series>(Writer&, Series)> function = std::move(apply);
  co_return co_await change_series(std::move(command), id, std::move(function));
}

SchedulerStore::Awaitable<Series> SqliteSchedulerStore::skip(Command command, SeriesId id, std::string recurrence_id) {
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
      const auto zone = domain::Zone::locate(series.timezone);
      const auto at = zone ? zone->to_instant(*local).instant : Instant{};
      for (const auto& each : recurrence.between(at - std::chrono::days{1}, at + std::chrono::days{1}, 60)) {
        if (each.local == *local) found = each;
      }
      if (!found)
        return Error{Errc::unprocessable, "\"" + recurrence_id + "\" is no occurrence of this recurring task."};
    }
    const auto rid = domain::recurrence_id(series, *found);
    auto row = load_occurrence(db, series.owner, series.id, rid);
    if (!row) {
      row = Occurrence{rid,   series.revision,
                       "",    domain::occurrence_task_id(series.id, rid, series.revision),
                       0,     domain::start_of(series, *found),
                       false, ""};
    }
    if (row->open && row->pending != "make") row->pending = "delete";
    if (row->pending == "make") row->pending.clear();
    row->state = "skipped";
    row->open = false;
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
  std::function<Result<Series>(Writer&, Series)> function = std::move(apply);
  co_return co_await change_series(std::move(command), id, std::move(function));
}

SchedulerStore::Awaitable<> SqliteSchedulerStore::remove_series(Command command, SeriesId id, DeleteScope scope) {
  auto change = [this, command = std::move(command), id, scope](Writer& db) -> Result<> {
    auto before = repeated(db, command);
    if (!before) return before.error();
    auto series = load_series(db, command.user, id, true);
    if (!series) return series.error();
    if (series->deleted_at) return {};
    if (command.if_match && *command.if_match != series->version) {
      return Error{Errc::version_mismatch, "The recurring task is at version " + std::to_string(series->version) +
                                               ": read it again, then delete it."};
    }
    series->deleted_at = series->updated_at = command.now;
    series->version += 1;
    bool any = false;
    const auto begin = domain::horizon_begin(*series, command.now);
    for (auto row : load_occurrences(db, command.user, id)) {
      const bool future = row.open && instant_of(*series, row.start) > begin;
      if (row.pending == "make") {
        row.pending.clear();  // Nobody has seen it yet.
      } else if (scope == DeleteScope::all ? row.state != "deleted" && row.state != "skipped" && row.state != "replaced"
                                           : scope == DeleteScope::future && future) {
        row.pending = "delete";
        any = true;
      } else if (row.pending == "patch") {
        row.pending.clear();
      }
      row.open = row.open && row.pending.empty() && row.task_version > 0;
      save_occurrence(db, command.user, id, row);
    }
    save_series(db, *series);
    constexpr std::string_view kScopes[] = {"future", "template", "all"};
    std::string more = ",\"scope\":\"";
    more.append(kScopes[static_cast<int>(scope)]).append("\",\"deletedAt\":\"");
    more.append(format_rfc3339(command.now)).push_back('"');
    append_event(db, series_event("recurring-task.deleted", command, *series, describe_(*series), more));
    timer_table().cancel(db, kGenerate, id.value);
    if (any) look_at(db, *series, command.now + kShortcut);
    remember(db, command, 204, id);
    return {};
  };
  co_return co_await db_.write(Lane::foreground, std::move(change));
}

SchedulerStore::Awaitable<std::vector<Occurrence>> SqliteSchedulerStore::occurrences(UserId user, SeriesId id) {
  auto query = [user, id](Reader& db) -> Result<std::vector<Occurrence>> { return load_occurrences(db, user, id); };
  co_return co_await db_.read(std::move(query));
}

}  // namespace daybook::scheduler
