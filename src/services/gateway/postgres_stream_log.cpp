#include "services/gateway/postgres_stream_log.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <charconv>

#include "storage/sql/connection.hpp"
#include "telemetry/log.hpp"

namespace daybook::gateway {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using storage::sql::Lane;
using storage::sql::Reader;
using storage::sql::Statement;
using storage::sql::Writer;

constexpr std::string_view kChannel = "daybook_stream";
constexpr std::string_view kGroup = "gateway.stream";
constexpr int kPage = 200;
/// Users that one NOTIFY speaks of: its payload ends at 8,000 bytes.
constexpr int kUsersTold = 80;
constexpr std::size_t kUsersRead = 100;

#define DAYBOOK_STREAM_COLUMNS \
  "seq, user_id, id, source, type, subject, time, dataschema, sequence, correlation_id, traceparent, data"

StreamEvent event_of(const Statement& row) {
  auto event = std::make_shared<CloudEvent>();
  event->user = UserId{row.uuid(1)};
  event->id = EventId{row.uuid(2)};
  event->source = row.text(3);
  event->type = row.text(4);
  event->subject = row.text(5);
  event->time = row.instant(6);
  event->dataschema = row.text(7);
  event->sequence = row.integer(8);
  event->correlation_id = row.text(9);
  event->traceparent = row.text(10);
  event->data = row.text(11);
  return {row.integer(0), std::move(event)};
}

Statement after(Reader& db, const UserId& user, std::int64_t position, int limit) {
  return db.query("SELECT " DAYBOOK_STREAM_COLUMNS
                  " FROM gateway_stream_log WHERE user_id = ? AND seq > ? ORDER BY seq LIMIT ?",
                  user, position, limit);
}

/// Appends the event under the user's next number, unless it was there. The user's row is locked until the commit, so
/// that his places become visible in their order and without gaps.
Statement insert(Writer& db, const CloudEvent& event) {
  return db.query(
      "WITH fresh AS (INSERT INTO inbox (consumer, event_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING RETURNING 1), "
      "next AS (INSERT INTO gateway_stream_head AS h (user_id, last) SELECT ?3, 1 FROM fresh "
      "ON CONFLICT (user_id) DO UPDATE SET last = h.last + 1 RETURNING last) "
      "INSERT INTO gateway_stream_log (user_id, seq, concerns, id, source, type, subject, time, dataschema, sequence, "
      "correlation_id, traceparent, data) SELECT ?3, last, ?4, ?2, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 FROM next "
      "RETURNING seq",
      kGroup, event.id, event.user, concerns_the_gateway(event.type) ? 1 : 0, event.source, event.type, event.subject,
      event.time, event.dataschema, event.sequence, event.correlation_id, event.traceparent, event.data);
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view cut(std::string_view& text, char at) {
  const auto end = std::min(text.find(at), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

}  // namespace

storage::postgres::Schema postgres_schema() {
  // A new database is a new epoch: whatever cursors clients bring from elsewhere mean nothing here.
  return {"gateway", {{"gateway", 1, R"(
    CREATE TABLE gateway_stream_head (user_id UUID PRIMARY KEY, last INTEGER NOT NULL) WITH (fillfactor = 70);
    CREATE TABLE gateway_stream_log (
      user_id UUID NOT NULL, seq INTEGER NOT NULL, concerns smallint NOT NULL, id UUID NOT NULL, source TEXT NOT NULL,
      type TEXT NOT NULL, subject TEXT NOT NULL, time INTEGER NOT NULL, dataschema TEXT NOT NULL,
      sequence INTEGER NOT NULL, correlation_id TEXT NOT NULL, traceparent TEXT NOT NULL, data TEXT NOT NULL,
      appended_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (user_id, seq));
    CREATE INDEX stream_log_age ON gateway_stream_log USING brin (appended_at);
    CREATE INDEX stream_log_concerns ON gateway_stream_log (appended_at) WHERE concerns = 1;
    CREATE TABLE gateway_ticket (
      hash BLOB PRIMARY KEY, user_id UUID NOT NULL, session UUID NOT NULL, credential UUID NOT NULL, ends_at BIGINT,
      timezone TEXT NOT NULL, scopes TEXT NOT NULL, expires_at timestamptz NOT NULL);
    CREATE TABLE gateway_stream_epoch (name TEXT NOT NULL);
    INSERT INTO gateway_stream_epoch (name) VALUES (substr(md5(random()::text || clock_timestamp()::text), 1, 12));
  )"}}};
}

PostgresStreamLog::PostgresStreamLog(storage::postgres::Database& database, std::chrono::milliseconds sweep)
    : database_(database),
      sweep_(sweep),
      notifications_(database.pool().executor(), database.pool().options().session, std::string(kChannel),
                     [this](std::vector<std::string> payloads) { heard(payloads); }),
      timer_(database.pool().executor()) {}

PostgresStreamLog::~PostgresStreamLog() { assert(running_ == 0 && "finish() comes first"); }

awaitable<Result<>> PostgresStreamLog::append(std::vector<CloudEvent> events) {
  std::erase_if(events,
                [](const CloudEvent& event) { return !is_shown(event.type) && !concerns_the_gateway(event.type); });
  // Whoever appends for the same users at the same time locks them in the same order.
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.user < b.user; });
  if (events.empty()) co_return Result<>{};
  auto shared = std::make_shared<const std::vector<CloudEvent>>(std::move(events));
  auto change = [shared](Writer& db) -> Result<std::vector<Appended>> {
    std::vector<Statement> statements;
    statements.reserve(shared->size());
    for (const auto& event : *shared) {
      statements.push_back(insert(db, event));
      statements.back().start();
    }
    std::vector<Appended> out;
    for (std::size_t i = 0; i < statements.size(); ++i)
      if (statements[i].step())
        out.push_back({statements[i].integer(0), std::shared_ptr<const CloudEvent>(shared, &(*shared)[i])});
    return out;
  };
  const auto appended = co_await database_.write(Lane::foreground, std::move(change));
  if (!appended) co_return appended.error();
  offer(*appended);
  co_return Result<>{};
}

/// Hands on what we appended ourselves, where nothing of another gateway's is missing before it.
void PostgresStreamLog::offer(const std::vector<Appended>& appended) {
  std::vector<StreamEvent> ready;
  for (const auto& [position, event] : appended) {
    const bool concerns = concerns_the_gateway(event->type);
    const Hint place{position, position, concerns};
    auto& told = to_tell_.try_emplace(event->user, place).first->second;
    told.from = std::min(told.from, position);
    told.to = std::max(told.to, position);
    told.concerns = told.concerns || concerns;
    const auto known = followed_.find(event->user);
    if (known != followed_.end() && known->second + 1 == position) {
      known->second = position;
      ready.push_back({position, event});
    } else if (known != followed_.end()) {
      if (position > known->second) hint(event->user, place);
    } else if (concerns) {
      ready.push_back({position, event});
    }
  }
  if (!ready.empty()) deliver(std::move(ready));
  if (!to_tell_.empty() && !stopping_ && !std::exchange(telling_, true)) {
    ++running_;
    asio::co_spawn(timer_.get_executor(), tell(), [this](std::exception_ptr) { --running_; });
  }
}

/// One at a time: what is appended meanwhile is told together.
awaitable<void> PostgresStreamLog::tell() {
  while (!to_tell_.empty() && !stopping_) {
    auto payloads = std::make_shared<std::vector<std::string>>();
    int users = 0;
    for (const auto& [user, place] : to_tell_) {
      if (users++ % kUsersTold == 0) payloads->push_back(self_);
      payloads->back() += ' ' + user.str() + ':' + std::to_string(place.from) + '-' + std::to_string(place.to) +
                          (place.concerns ? "!" : "");
    }
    to_tell_.clear();
    auto say = [payloads](Writer& db) -> Result<> {
      for (const auto& payload : *payloads) db.run("SELECT pg_notify(?, ?)", kChannel, payload);
      return {};
    };
    ignore(co_await database_.write(Lane::foreground, std::move(say)), "the others look for themselves too");
  }
  telling_ = false;
}

void PostgresStreamLog::heard(const std::vector<std::string>& payloads) {
  if (payloads.empty()) look_now_ = true;  // What was told while there was no connection, nobody heard.
  for (std::string_view payload : payloads) {
    if (cut(payload, ' ') == self_) continue;
    while (!payload.empty()) {
      auto entry = cut(payload, ' ');
      const bool concerns = entry.ends_with('!');
      if (concerns) entry.remove_suffix(1);
      const auto user = UserId::parse(cut(entry, ':'));
      const auto from = number_of(cut(entry, '-')), to = number_of(entry);
      if (user && from && to) hint(*user, {*from, *to, concerns});
    }
  }
  wake();
}

void PostgresStreamLog::hint(const UserId& user, const Hint& place) {
  const auto known = followed_.find(user);
  if (known == followed_.end() ? !place.concerns : known->second >= place.to) return;
  auto& known_hint = to_read_.try_emplace(user, place).first->second;
  known_hint.from = std::min(known_hint.from, place.from);
  known_hint.to = std::max(known_hint.to, place.to);
  known_hint.concerns = known_hint.concerns || place.concerns;
  wake();
}

void PostgresStreamLog::wake() {
  woken_ = true;
  timer_.cancel();
}

awaitable<void> PostgresStreamLog::run() {
  int failures = 0;
  auto next_look = std::chrono::steady_clock::now();
  while (!stopping_) {
    Result<> done;
    if (look_now_ || std::chrono::steady_clock::now() >= next_look) {
      look_now_ = false;
      done = co_await look();
      if (!done) look_now_ = true;
      next_look = std::chrono::steady_clock::now() + sweep_;
    }
    if (done && !to_read_.empty()) done = co_await fetch();
    if (stopping_) break;
    if (!done && failures == 0) log::warn("the stream's log is away", {{"reason", done.error().detail}});
    failures = done ? 0 : failures + 1;
    if (done && (woken_ || !to_read_.empty())) {
      woken_ = false;
      continue;
    }
    woken_ = false;
    timer_.expires_after(done ? sweep_ : std::chrono::milliseconds{std::min(5000, 100 << std::min(failures, 6))});
    ignore(co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable)), "over, woken or stopping");
  }
}

/// Finds what nobody told us: news of the users that are followed here, and what concerns the gateway.
awaitable<Result<>> PostgresStreamLog::look() {
  std::string users = "{";
  for (const auto& [user, position] : followed_) (users += users.size() > 1 ? "," : "") += user.str();
  users += '}';
  struct Found {
    std::vector<std::pair<UserId, std::int64_t>> heads;
    std::vector<StreamEvent> concerns;
  };
  auto query = [users](Reader& db) -> Result<Found> {
    auto heads = db.query("SELECT user_id, last FROM gateway_stream_head WHERE user_id = ANY(?::uuid[])", users);
    auto concerns = db.query("SELECT " DAYBOOK_STREAM_COLUMNS
                             " FROM gateway_stream_log WHERE concerns = 1 AND appended_at > clock_timestamp() - "
                             "interval '1 minute' ORDER BY appended_at, seq");
    heads.start();
    concerns.start();
    Found found;
    while (heads.step()) found.heads.emplace_back(UserId{heads.uuid(0)}, heads.integer(1));
    while (concerns.step()) found.concerns.push_back(event_of(concerns));
    return found;
  };
  const auto found = co_await database_.read(std::move(query));
  if (!found) co_return found.error();
  for (const auto& [user, last] : found->heads) {
    const auto known = followed_.find(user);
    if (known != followed_.end() && known->second >= 0 && known->second < last)
      hint(user, {known->second + 1, last, false});
  }
  std::set<EventId> recent;
  std::vector<StreamEvent> fresh;
  for (const auto& each : found->concerns) {
    recent.insert(each.event->id);
    // Who is followed gets his in their order.
    if (!acted_on_.contains(each.event->id) && !followed_.contains(each.event->user)) fresh.push_back(each);
  }
  acted_on_ = std::move(recent);
  if (!fresh.empty()) deliver(std::move(fresh));
  co_return Result<>{};
}

awaitable<Result<>> PostgresStreamLog::fetch() {
  auto wanted = std::make_shared<std::vector<Wanted>>();
  for (auto next = to_read_.begin(); next != to_read_.end() && wanted->size() < kUsersRead;) {
    const auto& [user, place] = *next;
    const auto known = followed_.find(user);
    const std::int64_t delivered = known == followed_.end() ? -1 : known->second;
    if (known == followed_.end() ? !place.concerns : delivered >= place.to) {
      next = to_read_.erase(next);  // Nobody is here for it any more, or it came by itself.
      continue;
    }
    wanted->push_back({user, delivered >= 0 ? delivered : place.from - 1, place.to});
    ++next;
  }
  if (wanted->empty()) co_return Result<>{};
  auto query = [wanted](Reader& db) -> Result<std::vector<std::vector<StreamEvent>>> {
    std::vector<Statement> statements;
    statements.reserve(wanted->size());
    for (const auto& each : *wanted) {
      statements.push_back(after(db, each.user, each.after, kPage));
      statements.back().start();
    }
    std::vector<std::vector<StreamEvent>> out;
    for (auto& rows : statements) {
      auto& page = out.emplace_back();
      while (rows.step()) page.push_back(event_of(rows));
    }
    return out;
  };
  const auto pages = co_await database_.read(std::move(query));
  if (!pages) co_return pages.error();
  std::vector<StreamEvent> ready;
  for (std::size_t i = 0; i < wanted->size(); ++i) {
    const auto& want = (*wanted)[i];
    const auto& page = (*pages)[i];
    const auto known = followed_.find(want.user);
    for (const auto& each : page) {
      if (known == followed_.end() && !concerns_the_gateway(each.event->type)) continue;
      if (known != followed_.end() && known->second >= 0) {
        if (each.position <= known->second) continue;
        known->second = each.position;
      }
      ready.push_back(each);
    }
    const auto left = to_read_.find(want.user);
    if (left == to_read_.end()) continue;
    const auto reached = page.empty() ? want.to : page.back().position;
    left->second.from = std::max(left->second.from, reached + 1);
    if (left->second.to <= reached) to_read_.erase(left);
  }
  if (!ready.empty()) deliver(std::move(ready));
  co_return Result<>{};
}

void PostgresStreamLog::deliver(std::vector<StreamEvent> events) {
  if (listener_) listener_(std::move(events));
}

awaitable<Result<int>> PostgresStreamLog::prune(std::chrono::hours age, int limit) {
  auto change = [age = static_cast<std::int64_t>(age.count()), limit](Writer& db) -> Result<int> {
    db.run(
        "DELETE FROM gateway_stream_head WHERE user_id IN (SELECT user_id FROM gateway_stream_log WHERE concerns = 1 "
        "AND type = 'user.deleted' AND appended_at < clock_timestamp() - ? * interval '1 hour')",
        age);
    db.run(
        "DELETE FROM gateway_stream_log WHERE (user_id, seq) IN (SELECT user_id, seq FROM gateway_stream_log WHERE "
        "appended_at < clock_timestamp() - ? * interval '1 hour' LIMIT ?)",
        age, limit);
    return db.changes();
  };
  co_return co_await database_.write(Lane::background, std::move(change));
}

awaitable<Result<StreamLog::Ends>> PostgresStreamLog::ends(UserId user) {
  auto query = [user](Reader& db) -> Result<Ends> {
    auto row = db.query(
        "SELECT e.name, coalesce((SELECT last FROM gateway_stream_head WHERE user_id = ?1), 0), "
        "coalesce((SELECT min(seq) FROM gateway_stream_log WHERE user_id = ?1), 0) FROM gateway_stream_epoch AS e",
        user);
    if (!row.step()) return Error{Errc::corrupt, "the stream's log has no epoch"};
    Ends ends{std::string(row.text(0)), row.integer(2), row.integer(1)};
    if (ends.first == 0) ends.first = ends.last + 1;
    return ends;
  };
  auto ends = co_await database_.read(std::move(query));
  const auto known = followed_.find(user);
  if (ends && known != followed_.end() && known->second < 0) known->second = ends->last;
  co_return ends;
}

awaitable<Result<std::vector<StreamEvent>>> PostgresStreamLog::read(UserId user, std::int64_t position, int limit) {
  auto query = [=](Reader& db) -> Result<std::vector<StreamEvent>> {
    std::vector<StreamEvent> out;
    auto rows = after(db, user, position, limit);
    while (rows.step()) out.push_back(event_of(rows));
    return out;
  };
  co_return co_await database_.read(std::move(query));
}

void PostgresStreamLog::follow(const UserId& user) { followed_.try_emplace(user, -1); }
void PostgresStreamLog::unfollow(const UserId& user) { followed_.erase(user); }

void PostgresStreamLog::listen(asio::any_io_executor, std::function<bool()>, Listener listener) {
  listener_ = std::move(listener);
  stopping_ = false;
  ++running_;
  asio::co_spawn(timer_.get_executor(), run(), [this](std::exception_ptr) { --running_; });
  notifications_.start();
}

void PostgresStreamLog::stop() {
  listener_ = nullptr;
  stopping_ = true;
  timer_.cancel();
}

awaitable<void> PostgresStreamLog::finish() {
  co_await notifications_.stop();
  while (running_ > 0) {
    asio::steady_timer pause(timer_.get_executor(), std::chrono::milliseconds{2});
    ignore(co_await pause.async_wait(asio::as_tuple(asio::use_awaitable)), "nobody cancels it");
  }
}

}  // namespace daybook::gateway
