#include "storage/postgres/relay.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <random>

#include "storage/postgres/error.hpp"

namespace daybook::storage::postgres {
namespace {

namespace asio = boost::asio;
using sql::Lane;
using sql::Reader;
using sql::Writer;
using Steady = std::chrono::steady_clock;

template <class Range>
std::string array_of(const Range& numbers) {
  std::string out = "{";
  for (const auto number : numbers) (out += out.size() > 1 ? "," : "") += std::to_string(number);
  return out + '}';
}

double random_part() {
  static thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.5, 1.0)(engine);
}

}  // namespace

Relay::Relay(Database& database, Publish publish, RelayOptions options)
    : database_(database),
      publish_(std::move(publish)),
      options_(std::move(options)),
      timer_(database.pool().executor()),
      listener_(database.pool().executor(), database.pool().options().session, channel(),
                [this](const std::vector<std::string>&) { wake(); }),
      self_(std::make_shared<Relay*>(this)) {
  database_.on_commit([self = self_](const Writer::Effects& effects) {
    if (*self) (*self)->committed(effects);
  });
}

Relay::~Relay() {
  assert(running_ == 0 && "stop() comes first");
  *self_ = nullptr;
}

void Relay::committed(const Writer::Effects& effects) {
  bool others = false;
  for (const auto& logged : effects.events) {
    if (shards_.contains(shard_of(logged->event.user)))
      wake();
    else
      others = true;
  }
  // Not in the transaction of the change: NOTIFY there makes all commits of the database wait for each other.
  if (others && running_ > 0 && !std::exchange(telling_, true)) {
    ++running_;
    asio::co_spawn(database_.pool().executor(), tell_others(), asio::detached);
  }
}

asio::awaitable<void> Relay::tell_others() {
  auto tell = [channel = channel()](Writer& db) -> Result<> {
    db.run("SELECT pg_notify(?, '')", channel);
    return {};
  };
  telling_ = false;  // A commit from here on tells again.
  ignore(co_await database_.write(Lane::background, std::move(tell)), "their sweep finds it too");
  --running_;
}

void Relay::wake() {
  woken_ = true;
  if (waiting_) timer_.cancel();
}

asio::awaitable<void> Relay::wait(std::chrono::milliseconds time) {
  if (!woken_ && !stopping_) {
    waiting_ = true;
    timer_.expires_after(time);
    ignore(co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable)), "woken or over, it is the same");
    waiting_ = false;
  }
  woken_ = false;
}

asio::awaitable<Result<>> Relay::start() {
  stopping_ = false;
  ++running_;
  asio::co_spawn(database_.pool().executor(), run(), asio::detached);
  listener_.start();
  co_return Result<>{};
}

asio::awaitable<void> Relay::run() {
  auto renew_at = Steady::time_point::min();
  while (!stopping_) {
    bool failed = false;
    if (Steady::now() >= renew_at) {
      const auto renewed = co_await renew();
      failed = !renewed;
      if (renewed) renew_at = Steady::now() + options_.lease / 3;
    }
    int published = 0;
    if (!failed) {
      const auto batch = co_await publish_once();
      failed = !batch;
      if (batch) published = *batch;
    }
    if (failed) {
      ++failures_;
      const double whole = std::min(5000.0, 200.0 * static_cast<double>(1 << std::min(failures_ - 1, 10)));
      // A commit does not shorten this: whoever is away would hear from every one of them.
      waiting_ = false;
      timer_.expires_after(std::chrono::milliseconds{static_cast<int>(whole * options_.backoff * random_part())});
      if (!stopping_) ignore(co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable)), "over or stopping");
      continue;
    }
    failures_ = 0;
    if (published == 0) co_await wait(options_.sweep);
  }
  --running_;
}

asio::awaitable<void> Relay::stop() {
  stopping_ = true;
  timer_.cancel();
  while (running_ > 0) {
    asio::steady_timer pause(database_.pool().executor(), std::chrono::milliseconds{2});
    ignore(co_await pause.async_wait(asio::as_tuple(asio::use_awaitable)), "nobody cancels it");
  }
  co_await listener_.stop();
  // What was written while others stopped still goes out, unless it cannot.
  for (int i = 0; i < 10; ++i) {
    const auto published = co_await publish_once();
    if (!published || *published == 0) break;
  }
  co_await resign();
}

asio::awaitable<Result<>> Relay::renew() {
  const auto begun = Steady::now();
  auto change = [owner = owner_, lease = options_.lease,
                 service = database_.service()](Writer& db) -> Result<std::set<int>> {
    const auto ms = static_cast<std::int64_t>(lease.count());
    // One after the other, so that two who begin do not both see no one.
    db.run("SELECT pg_advisory_xact_lock(hashtext('relay'), hashtext(?))", service);
    db.run(
        "INSERT INTO relay_member (owner, until) VALUES (?1, clock_timestamp() + ?2 * interval '1 ms') "
        "ON CONFLICT (owner) DO UPDATE SET until = excluded.until",
        owner, ms);
    db.run("DELETE FROM relay_member WHERE until < clock_timestamp()");
    // Ours are renewed, those of the dead are anybody's.
    db.run("UPDATE relay_lease SET until = clock_timestamp() + ?2 * interval '1 ms' WHERE owner = ?1", owner, ms);
    db.run("DELETE FROM relay_lease WHERE until < clock_timestamp()");
    auto members = db.query("SELECT count(*) FROM relay_member");
    auto taken = db.query("SELECT shard, owner FROM relay_lease");
    members.start();
    taken.start();
    members.step();
    const auto share = static_cast<std::size_t>((kShards + members.integer(0) - 1) / members.integer(0));
    std::set<int> mine, free;
    for (int shard = 0; shard < kShards; ++shard) free.insert(shard);
    while (taken.step()) {
      const int shard = static_cast<int>(taken.integer(0));
      free.erase(shard);
      if (taken.uuid(1) == owner) mine.insert(shard);
    }
    std::set<int> take, leave;
    for (const int shard : free)
      if (mine.size() + take.size() < share) take.insert(shard);
    while (mine.size() > share) leave.insert(mine.extract(std::prev(mine.end())).value());
    if (!take.empty())
      db.run(
          "INSERT INTO relay_lease (shard, owner, until) SELECT s, ?1, clock_timestamp() + ?2 * interval '1 ms' "
          "FROM unnest(?3::smallint[]) AS s",
          owner, ms, array_of(take));
    if (!leave.empty()) db.run("DELETE FROM relay_lease WHERE shard = ANY(?::smallint[])", array_of(leave));
    mine.merge(take);
    return mine;
  };
  auto held = co_await database_.write(Lane::background, std::move(change));
  if (!held) {
    counters_.last_error = held.error().detail;
    co_return held.error();
  }
  shards_ = std::move(*held);
  renewed_ = begun;
  co_return Result<>{};
}

asio::awaitable<void> Relay::resign() {
  shards_.clear();
  auto change = [owner = owner_](Writer& db) -> Result<> {
    db.run("DELETE FROM relay_lease WHERE owner = ?", owner);
    db.run("DELETE FROM relay_member WHERE owner = ?", owner);
    return {};
  };
  ignore(co_await database_.write(Lane::background, std::move(change)), "the leases run out by themselves");
}

asio::awaitable<Result<std::vector<Relay::Row>>> Relay::read() {
  auto query = [shards = array_of(shards_), limit = options_.batch](Reader& db) -> Result<std::vector<Row>> {
    std::vector<Row> out;
    auto rows = db.query(
        "SELECT position, (extract(epoch FROM clock_timestamp() - appended_at) * 1000000)::bigint, id, source, type, "
        "subject, time, dataschema, user_id, sequence, correlation_id, traceparent, data FROM outbox "
        "WHERE shard = ANY(?::smallint[]) AND (retry_at IS NULL OR retry_at <= clock_timestamp()) "
        "ORDER BY position LIMIT ?",
        shards, limit);
    while (rows.step()) {
      Row row;
      row.position = rows.integer(0);
      row.age = std::chrono::microseconds{rows.integer(1)};
      auto& event = row.event;
      event.id = EventId{rows.uuid(2)};
      event.source = rows.text(3);
      event.type = rows.text(4);
      event.subject = rows.text(5);
      event.time = rows.instant(6);
      event.dataschema = rows.text(7);
      event.user = UserId{rows.uuid(8)};
      event.sequence = rows.integer(9);
      event.correlation_id = rows.text(10);
      event.traceparent = rows.text(11);
      event.data = rows.text(12);
      out.push_back(std::move(row));
    }
    return out;
  };
  co_return co_await database_.read(std::move(query));
}

asio::awaitable<Result<int>> Relay::publish_once() {
  // Leases that may have run out are not ours: somebody else may be publishing.
  if (shards_.empty() || Steady::now() - renewed_ > options_.lease * 4 / 5) co_return 0;
  auto rows = co_await read();
  if (!rows) {
    counters_.last_error = rows.error().detail;
    co_return rows.error();
  }
  if (rows->empty()) co_return 0;
  std::vector<CloudEvent> events;
  for (auto& row : *rows) events.push_back(std::move(row.event));
  const std::size_t n = events.size();
  std::vector<Result<>> results;
  std::string thrown;
  try {
    results = co_await publish_(std::move(events));
    if (results.size() != n) thrown = "the publisher gave another number of results";
  } catch (const std::exception& error) {
    thrown = error.what();
  }
  if (!thrown.empty()) results.assign(n, Result<>{Error{Errc::unavailable, thrown}});

  std::vector<std::int64_t> gone, refused;
  std::optional<Error> transient;
  for (std::size_t i = 0; i < n; ++i) {
    const auto& row = (*rows)[i];
    if (results[i]) {
      gone.push_back(row.position);
      if (options_.on_published) options_.on_published(row.age);
      continue;
    }
    ++counters_.failures;
    counters_.last_error = results[i].error().detail;
    if (is_transient(results[i].error().code))
      transient = results[i].error();
    else
      refused.push_back(row.position);
  }
  const auto published = static_cast<int>(gone.size());
  counters_.published += gone.size();
  auto settled = co_await settle(std::move(gone), std::move(refused));
  if (!settled) co_return settled.error();
  if (transient) co_return *transient;
  counters_.last_error.clear();
  co_return published;
}

asio::awaitable<Result<>> Relay::settle(std::vector<std::int64_t> gone, std::vector<std::int64_t> refused) {
  const auto pause = static_cast<std::int64_t>(options_.refused_pause.count());
  auto change = [gone = std::move(gone), refused = std::move(refused), pause](Writer& db) -> Result<> {
    if (!gone.empty()) db.run("DELETE FROM outbox WHERE position = ANY(?::bigint[])", array_of(gone));
    if (!refused.empty())
      db.run("UPDATE outbox SET retry_at = clock_timestamp() + ? * interval '1 ms' WHERE position = ANY(?::bigint[])",
             pause, array_of(refused));
    return {};
  };
  co_return co_await database_.write(Lane::background, std::move(change));
}

Relay::Counters Relay::counters() const {
  Counters counters = counters_;
  counters.shards = static_cast<int>(shards_.size());
  return counters;
}

asio::awaitable<Result<Relay::Lag>> Relay::lag() {
  auto query = [](Reader& db) -> Result<Lag> {
    auto row = db.query(
        "SELECT count(*), coalesce((extract(epoch FROM clock_timestamp() - min(appended_at)) * 1000)::bigint, 0) "
        "FROM outbox");
    row.step();
    return Lag{row.integer(0), std::chrono::milliseconds{row.integer(1)}};
  };
  co_return co_await database_.read(std::move(query));
}

}  // namespace daybook::storage::postgres
