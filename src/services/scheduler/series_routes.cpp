#include <algorithm>
#include <set>

#include "core/characters.hpp"
#include "domain/series_json.hpp"
#include "domain/task_json.hpp"
#include "http/authorize.hpp"
#include "services/scheduler/routes.hpp"
#include "services/scheduler/words.hpp"

/// `/api/v1/recurring…` (schemas/openapi.yaml).
namespace daybook::scheduler {
namespace {

using boost::asio::awaitable;
using domain::Series;
using http::Request;

std::string to_body(const RouteContext& at, const Series& series) {
  std::string body;
  domain::append_series_members(body, series, describe(series), at.clock.now());
  return body + '}';
}

Reply series_reply(const RouteContext& at, int status, const Series& series) {
  Reply reply{status, to_body(at, series)};
  reply.headers.set("ETag", http::etag(series.version));
  if (status == 201) reply.headers.set("Location", "/api/v1/recurring/" + series.id.str());
  return reply;
}

/// Makes what is due at once and answers with the series as it is then; what fails here is made by the timer.
awaitable<Result<Reply>> generate_and_reply(const RouteContext& at, int status, Series series) {
  ignore(co_await at.service.generate(series.owner, series.id, at.clock.now()), "the timer makes what is left");
  auto current = co_await at.store.get_series(series.owner, series.id);
  co_return series_reply(at, status, current ? *current : series);
}

awaitable<Result<Reply>> list(const RouteContext& at, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  http::QueryReader in(request);
  SeriesQuery query;
  query.states = in.list("state");
  for (auto& state : query.states) {
    bool known = false;
    for (const auto* name : {"active", "paused", "stopped", "ended"}) {
      if (!iequals(state, name)) continue;
      state = name;
      known = true;
    }
    if (!known) in.fail("state", "must be any of active, paused, stopped, ended");
  }
  query.text = in.text("q", 800).value_or("");
  query.limit = static_cast<int>(in.integer("limit", 1, 200).value_or(50));
  query.cursor = in.text("cursor", 64).value_or("");
  if (auto error = in.finish()) co_return *error;
  auto page = co_await at.store.list_series(*user, std::move(query));
  if (!page) co_return page.error();
  std::string items;
  for (const auto& series : page->items) {
    if (!items.empty()) items += ',';
    items += to_body(at, series);
  }
  co_return page_reply(std::move(items), page->next_cursor);
}

awaitable<Result<Reply>> create(const RouteContext& at, Request request) {
  auto command = http::read_command(request, at.clock);
  if (!command) co_return command.error();
  if (auto error = http::refuse_query(request)) co_return *error;
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in{*body, Unknown::strict};
  auto draft = domain::read_series_draft(in);
  if (auto error = in.finish()) co_return *error;
  auto created = co_await at.store.create_series(std::move(*command), std::move(draft));
  if (!created) co_return created.error();
  const int status = created->created ? 201 : 200;
  co_return co_await generate_and_reply(at, status, std::move(created->series));
}

/// "2026-03-04: …" for each start that a clock change or a short month moves.
awaitable<Result<Reply>> preview(const RouteContext& at, Request request) {
  const auto command = http::read_command(request, at.clock);
  if (!command) co_return command.error();
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in{*body, Unknown::strict};
  const auto draft = domain::read_preview_draft(in);
  if (auto error = in.finish()) co_return *error;
  const auto series =
      domain::create_series(SeriesId::make(command->now), command->user, draft.series, command->timezone, command->now);
  if (!series) co_return series.error();
  std::string out = "{\"rrule\":\"" + series->rrule + "\",\"rruleText\":";
  append_json_string(out, describe(*series));
  out += ",\"timezone\":";
  append_json_string(out, series->timezone);
  out += ",\"next\":[";
  for (const auto& occurrence : domain::next_starts(*series, command->now, draft.limit)) {
    if (out.back() != '[') out += ',';
    out += '{';
    domain::append_start(out, domain::start_of(*series, occurrence));
    const auto note = domain::note_of(*series, occurrence);
    out += ",\"note\":";
    if (note.empty()) {
      out += "null";
    } else {
      append_json_string(out, note);
    }
    out += '}';
  }
  out += "],\"notes\":[";
  for (const auto& note : domain::notes_of(*series, command->now)) {
    if (out.back() != '[') out += ',';
    append_json_string(out, note);
  }
  co_return Reply{200, out + "]}"};
}

awaitable<Result<Reply>> get(const RouteContext& at, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto id = id_of<SeriesId>(request);
  if (!id) co_return id.error();
  if (auto error = http::refuse_query(request)) co_return *error;
  const auto series = co_await at.store.get_series(*user, *id);
  if (!series) co_return series.error();
  co_return series_reply(at, 200, *series);
}

awaitable<Result<Reply>> patch(const RouteContext& at, Request request) {
  auto change = change_of<SeriesId>(request, at.clock);
  if (!change) co_return change.error();
  auto& [command, id] = *change;
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in{*body, Unknown::strict};
  auto changes = domain::read_series_patch(in);
  if (auto error = in.finish()) co_return *error;
  http::QueryReader query(request);
  const auto scope = query.choice("scope", {"all", "future"}).value_or("all");
  auto from = query.text("from", 32).value_or("");
  if ((scope == "future") != !from.empty())
    query.fail("from", "goes with scope=future, and names its first occurrence");
  if (auto error = query.finish()) co_return *error;
  if (scope == "all") {
    auto series = co_await at.store.patch_series(std::move(command), id, std::move(changes));
    if (!series) co_return series.error();
    co_return co_await generate_and_reply(at, 200, std::move(*series));
  }
  auto split = co_await at.store.split_series(std::move(command), id, std::move(from), std::move(changes));
  if (!split) co_return split.error();
  // What the old one had made from there on goes before the new one's are seen.
  if (split->of) {
    ignore(co_await at.service.generate(split->series.owner, *split->of, at.clock.now()),
           "the timer does what is left");
  }
  co_return co_await generate_and_reply(at, split->of ? 201 : 200, std::move(split->series));
}

/// Edits "this one alone": its task, made now if it was not yet.
awaitable<Result<Reply>> patch_occurrence(const RouteContext& at, Request request) {
  auto change = change_of<SeriesId>(request, at.clock);
  if (!change) co_return change.error();
  auto& [command, id] = *change;
  const auto body = http::json_body(request);
  if (!body) co_return body.error();
  JsonReader in{*body, Unknown::strict};
  ignore(domain::read_task_patch(in), "the tasks service reads it again; here, nothing is made for a wrong one");
  if (auto error = in.finish()) co_return *error;
  std::string recurrence_id{request.path("recurrenceId")};
  const auto user = command.user;
  const auto row = co_await at.store.ensure_occurrence(std::move(command), id, std::move(recurrence_id));
  if (!row) co_return row.error();
  if (row->pending == "make") {
    const auto made = co_await at.service.generate(user, id, at.clock.now());
    if (!made) co_return made.error();
  }
  Call call = std::move(request.call);
  call.path = "/api/v1/tasks/" + row->task.str();
  co_return co_await at.invoker.invoke("tasks", std::move(call), std::chrono::seconds{5});
}

awaitable<Result<Reply>> remove(const RouteContext& at, Request request) {
  auto change = change_of<SeriesId>(request, at.clock);
  if (!change) co_return change.error();
  auto& [command, id] = *change;
  http::QueryReader in(request);
  const auto scope = in.choice("scope", {"future", "template", "all"}).value_or("future");
  if (auto error = in.finish()) co_return *error;
  const auto user = command.user;
  const auto kept = scope == "all"        ? DeleteScope::all
                    : scope == "template" ? DeleteScope::template_only
                                          : DeleteScope::future;
  auto removed = co_await at.store.remove_series(std::move(command), id, kept);
  if (!removed) co_return removed.error();
  ignore(co_await at.service.generate(user, id, at.clock.now()), "the timer deletes what is left");
  co_return Reply{204};
}

awaitable<Result<Reply>> set_state(const RouteContext& at, Request request, domain::SeriesState state) {
  auto change = change_of<SeriesId>(request, at.clock);
  if (!change) co_return change.error();
  auto& [command, id] = *change;
  auto series = co_await at.store.set_state(std::move(command), id, state);
  if (!series) co_return series.error();
  co_return co_await generate_and_reply(at, 200, std::move(*series));
}

/// Skips an occurrence, or takes something back: the body may name an occurrence.
using OccurrenceUseCase = SchedulerStore::Awaitable<Series> (SchedulerStore::*)(Command, SeriesId, std::string);
awaitable<Result<Reply>> change_occurrence(const RouteContext& at, Request request, OccurrenceUseCase use_case) {
  auto change = change_of<SeriesId>(request, at.clock);
  if (!change) co_return change.error();
  auto& [command, id] = *change;
  std::string recurrence_id;
  if (!request.call.body.empty()) {
    const auto body = http::json_body(request);
    if (!body) co_return body.error();
    JsonReader in{*body, Unknown::strict};
    recurrence_id = in.text("recurrenceId", {.min_bytes = 10, .max_bytes = 32}).value_or("");
    if (auto error = in.finish()) co_return *error;
  }
  auto series = co_await (at.store.*use_case)(std::move(command), id, std::move(recurrence_id));
  if (!series) co_return series.error();
  co_return co_await generate_and_reply(at, 200, std::move(*series));
}

/// A date stands for the day's first microsecond, or as an end for its last.
std::optional<Instant> read_bound(http::QueryReader& in, std::string_view name, const domain::Zone& zone, bool end) {
  const auto text = in.text(name, 64);
  if (!text) return std::nullopt;
  if (const auto instant = parse_rfc3339(*text)) return *instant;
  const auto date = parse_date(*text);
  if (!date) {
    in.fail(name, "must be a date or an instant");
    return std::nullopt;
  }
  auto day = std::chrono::local_days{*date};
  if (end) day += std::chrono::days{1};
  const auto instant = zone.to_instant(LocalTime{day}).instant;
  return end ? instant - std::chrono::microseconds{1} : instant;
}

struct Listed {
  std::string recurrence_id;
  domain::When start;
  Instant instant{};
  std::string state = "upcoming";
  std::optional<TaskId> task;
  std::string note;
};

awaitable<Result<Reply>> occurrences(const RouteContext& at, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  const auto id = id_of<SeriesId>(request);
  if (!id) co_return id.error();
  const auto series = co_await at.store.get_series(*user, *id);
  if (!series) co_return series.error();
  const auto zone_or = domain::Zone::locate(series->timezone);
  const auto zone = zone_or ? *zone_or : domain::Zone{};
  http::QueryReader in(request);
  const auto now = at.clock.now();
  const auto from = read_bound(in, "from", zone, false).value_or(domain::horizon_begin(*series, now));
  const auto to = read_bound(in, "to", zone, true).value_or(from + std::chrono::days{90});
  if (to < from) in.fail("to", "must not be before from");
  if (to - from > std::chrono::days{367}) in.fail("to", "must be within 366 days after from");
  if (auto error = in.finish()) co_return *error;
  const auto rows = co_await at.store.occurrences(*user, *id);
  if (!rows) co_return rows.error();

  // Readings of the clock that have an occurrence: in another zone than by now, maybe, as generation sees it too.
  std::set<std::string, std::less<>> readings;
  std::vector<Listed> listed;
  for (const auto& row : *rows) {
    if (row.state == "replaced") continue;
    readings.insert(row.recurrence_id.substr(0, 19));
    Listed each{row.recurrence_id, row.start, {}, row.state, std::nullopt, {}};
    const auto* on = std::get_if<Date>(&row.start);
    each.instant = on ? zone.to_instant(LocalTime{std::chrono::local_days{*on}}).instant : std::get<Instant>(row.start);
    if (row.state != "skipped") each.task = row.task;
    if (each.instant >= from && each.instant <= to) listed.push_back(std::move(each));
  }
  if (series->state == domain::SeriesState::active && series->anchor == domain::Anchor::schedule) {
    for (const auto& occurrence : domain::recurrence_of(*series).between(from, to, 1000)) {
      if (occurrence.instant <= domain::horizon_begin(*series, now)) continue;
      const auto rid = domain::recurrence_id(*series, occurrence);
      auto it =
          std::find_if(listed.begin(), listed.end(), [&](const Listed& each) { return each.recurrence_id == rid; });
      if (it == listed.end()) {
        if (readings.contains(rid.substr(0, 19))) continue;
        it = listed.insert(listed.end(),
                           Listed{rid, domain::start_of(*series, occurrence), occurrence.instant, "upcoming", {}, {}});
      }
      it->note = domain::note_of(*series, occurrence);
    }
  }
  std::sort(listed.begin(), listed.end(), [](const Listed& a, const Listed& b) { return a.instant < b.instant; });
  if (listed.size() > 1000) listed.resize(1000);
  std::string out = "{\"items\":[";
  for (const auto& each : listed) {
    out += out.back() == '[' ? "{\"recurrenceId\":\"" : ",{\"recurrenceId\":\"";
    out += each.recurrence_id + '"';
    domain::append_start(out, each.start);
    out += ",\"state\":\"" + each.state + "\",\"taskId\":";
    out += each.task ? '"' + each.task->str() + '"' : "null";
    out += ",\"note\":";
    if (each.note.empty()) {
      out += "null";
    } else {
      append_json_string(out, each.note);
    }
    out += '}';
  }
  co_return Reply{200, out + "]}"};
}

}  // namespace

void add_series_routes(Routes& routes) {
  routes.add(Method::get, "/api/v1/recurring", list);
  routes.add(Method::post, "/api/v1/recurring", create);
  routes.add(Method::post, "/api/v1/recurring/preview", preview);
  routes.add(Method::get, "/api/v1/recurring/{id}", get);
  routes.add(Method::patch, "/api/v1/recurring/{id}", patch);
  routes.add(Method::delete_, "/api/v1/recurring/{id}", remove);
  routes.add(Method::post, "/api/v1/recurring/{id}/pause", [](const RouteContext& at, Request request) {
    return set_state(at, std::move(request), domain::SeriesState::paused);
  });
  routes.add(Method::post, "/api/v1/recurring/{id}/resume", [](const RouteContext& at, Request request) {
    return set_state(at, std::move(request), domain::SeriesState::active);
  });
  routes.add(Method::post, "/api/v1/recurring/{id}/stop", [](const RouteContext& at, Request request) {
    return set_state(at, std::move(request), domain::SeriesState::stopped);
  });
  routes.add(Method::post, "/api/v1/recurring/{id}/skip", [](const RouteContext& at, Request request) {
    return change_occurrence(at, std::move(request), &SchedulerStore::skip);
  });
  routes.add(Method::post, "/api/v1/recurring/{id}/restore", [](const RouteContext& at, Request request) {
    return change_occurrence(at, std::move(request), &SchedulerStore::restore_series);
  });
  routes.add(Method::get, "/api/v1/recurring/{id}/occurrences", occurrences);
  routes.add(Method::patch, "/api/v1/recurring/{id}/occurrences/{recurrenceId}", patch_occurrence);
}

}  // namespace daybook::scheduler
