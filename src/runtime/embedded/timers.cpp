#include "runtime/embedded/timers.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <mutex>

#include "core/json.hpp"
#include "runtime/embedded/event_bus.hpp"
#include "storage/sqlite/event_groups.hpp"

namespace daybook::runtime::embedded {

namespace asio = boost::asio;
namespace sql = storage::sql;
namespace sqlite = storage::sqlite;
using sql::Lane;

namespace {

/// A dead letter holds an event, so a timer stands in it as one.
CloudEvent as_event(const std::string& service, const Timer& timer, Instant now) {
  CloudEvent event;
  event.source = "/daybook/" + service;
  event.type = "timer." + timer.kind;
  event.subject = timer.key.str();
  event.time = now;
  event.user = timer.user;
  event.id = EventId{Uuid::v5(timer.key, service + "/" + timer.kind + "/" + std::to_string(timer.version) + "/" +
                                             std::to_string(to_micros(timer.due)))};
  event.data = R"({"due":)" + std::to_string(to_micros(timer.due)) + R"(,"version":)" + std::to_string(timer.version) +
               R"(,"payload":)";
  append_json_string(event.data, timer.payload);
  event.data += '}';
  return event;
}

std::optional<Timer> as_timer(const CloudEvent& event) {
  constexpr std::string_view kPrefix = "timer.";
  auto key = Uuid::parse(event.subject);
  auto document = parse_json(event.data);
  if (!key || !document || !event.type.starts_with(kPrefix)) return std::nullopt;
  JsonReader in(*document, Unknown::lenient);
  const auto due = in.integer("due", INT64_MIN, INT64_MAX, true);
  const auto version = in.integer("version", INT64_MIN, INT64_MAX, true);
  const auto payload = in.text("payload");
  if (in.finish()) return std::nullopt;
  Timer timer;
  timer.kind = event.type.substr(kPrefix.size());
  timer.key = *key;
  timer.user = event.user;
  timer.due = from_micros(*due);
  timer.version = *version;
  timer.payload = payload.value_or("");
  return timer;
}

/// How long a claimed timer is kept from other processes.
constexpr std::chrono::seconds kLease{30};

}  // namespace

struct Timers::Kind {
  Kind(std::string n, int batch, TimerHandler h, const asio::any_io_executor& executor)
      : name(std::move(n)), max_batch(batch), handler(std::move(h)), wake(executor) {}

  std::string name;
  int max_batch;
  TimerHandler handler;
  bool looked = false;            ///< `next` is what the table says.
  Instant next = Instant::max();  ///< When the earliest is to fire, or sooner.
  std::vector<Timer> succeeded;   ///< By the last batch: they must be gone from the table.
  int transient_rounds = 0;
  Signal wake;
};

/// Brings commits and clock jumps from other threads. Outlives the timers, since database and clock keep listeners.
struct Timers::Feed {
  std::mutex mutex;
  Timers* timers = nullptr;  ///< Null once they stopped.
  Instant earliest = Instant::max();
  bool posted = false;
  asio::any_io_executor executor;

  static void tell(const std::shared_ptr<Feed>& feed, Instant earliest) {
    std::lock_guard guard(feed->mutex);
    if (!feed->timers) return;
    feed->earliest = std::min(feed->earliest, earliest);
    if (std::exchange(feed->posted, true)) return;
    asio::post(feed->executor, [feed] {
      Instant at;
      Timers* timers = nullptr;
      {
        std::lock_guard inner(feed->mutex);
        feed->posted = false;
        at = std::exchange(feed->earliest, Instant::max());
        timers = feed->timers;
      }
      if (timers) timers->wake_before(at);
    });
  }
};

Timers::Timers(asio::any_io_executor executor, sql::Database& database, sql::TimerTable table, WallClock& clock,
               TimersOptions options)
    : executor_(std::move(executor)),
      database_(database),
      table_(std::move(table)),
      clock_(clock),
      options_(std::move(options)),
      all_ended_(executor_) {}

Timers::~Timers() {
  assert(running_ == 0 && "stop() comes first");
  if (!feed_) return;
  std::lock_guard guard(feed_->mutex);
  feed_->timers = nullptr;
}

void Timers::handle(std::string kind, int max_batch, TimerHandler handler) {
  assert(running_ == 0);
  kinds_.push_back(std::make_unique<Kind>(std::move(kind), max_batch, std::move(handler), executor_));
}

bool Timers::shared() const { return database_.engine() != sql::Engine::sqlite; }

void Timers::listen() {
  if (feed_) return;
  feed_ = std::make_shared<Feed>();
  feed_->timers = this;
  feed_->executor = executor_;
  database_.on_commit([feed = feed_](const sql::Writer::Effects& effects) {
    if (effects.earliest_timer != Instant::max()) Feed::tell(feed, effects.earliest_timer);
  });
  clock_.on_jump([feed = feed_] { Feed::tell(feed, Instant::min()); });
}

/// Some timer was set for `earliest`, or the clock was set (min()).
void Timers::wake_before(Instant earliest) {
  for (auto& kind : kinds_) {
    if (earliest >= kind->next) continue;
    kind->looked = false;
    kind->wake.notify();
  }
}

asio::awaitable<Result<>> Timers::start() {
  listen();
  stopping_ = false;
  for (auto& kind : kinds_) {
    ++running_;
    kind->looked = false;
    asio::co_spawn(executor_, run_kind(*kind), [this](std::exception_ptr thrown) {
      if (--running_ == 0) all_ended_.notify();
      if (thrown) std::rethrow_exception(thrown);
    });
  }
  co_return Result<>{};
}

asio::awaitable<void> Timers::stop() {
  stopping_ = true;
  for (auto& kind : kinds_) kind->wake.notify();
  while (running_ > 0) co_await all_ended_.wait();
  if (!feed_) co_return;
  std::lock_guard guard(feed_->mutex);
  feed_->timers = nullptr;
}

asio::awaitable<void> Timers::run_kind(Kind& kind) {
  int failures = 0;
  auto sweep = std::chrono::steady_clock::now() + options_.sweep;
  while (!stopping_) {
    const auto now = clock_.now();
    // What another process has set, or has left claimed, nobody tells of here.
    if (shared() && std::chrono::steady_clock::now() >= sweep) kind.looked = false;
    if (!kind.looked) sweep = std::chrono::steady_clock::now() + options_.sweep;
    auto sleep = std::chrono::duration_cast<std::chrono::microseconds>(options_.longest_sleep);
    if (!kind.looked || kind.next <= now) {
      auto fired = co_await fire_batch(kind);
      if (fired) {
        failures = 0;
        if (*fired > 0) continue;
      } else {
        kind.looked = false;
        sleep = std::max(sleep, std::chrono::microseconds(transient_delay(++failures, options_.jitter)));
      }
    }
    if (!kind.looked && failures == 0) continue;
    if (kind.looked && kind.next != Instant::max())
      sleep = std::clamp(kind.next - clock_.now(), std::chrono::microseconds::zero(), sleep);
    auto wake = std::chrono::steady_clock::now() + sleep;
    if (shared()) wake = std::min(wake, sweep);
    co_await kind.wake.wait(wake);
  }
}

/// Fires at most one batch; 0 when nothing is due, and then `next` says when something will be.
asio::awaitable<Result<int>> Timers::fire_batch(Kind& kind) {
  struct Look {
    std::vector<sql::TimerTable::Due> due;
    std::optional<Instant> next;
  };
  const auto now = clock_.now();
  // Before the table is read: a timer that is set meanwhile then asks for another look.
  kind.looked = true;
  kind.next = Instant::max();
  auto read = [this, name = kind.name, limit = kind.max_batch, now](sql::Reader& db) -> Result<Look> {
    Look look;
    look.due = table_.due(db, name, now, limit);
    if (look.due.empty()) look.next = table_.next(db, name);
    return look;
  };
  auto claim = [this, name = kind.name, limit = kind.max_batch, now](sql::Writer& db) -> Result<Look> {
    Look look;
    look.due = table_.claim(db, name, now, limit, kLease);
    if (look.due.empty()) look.next = table_.next_free(db, name);
    return look;
  };
  Result<Look> look = Look{};
  if (shared())
    look = co_await database_.write(sql::Lane::background, std::move(claim));
  else
    look = co_await database_.read(std::move(read));
  if (!look) co_return look.error();
  if (look->due.empty()) {
    kind.succeeded.clear();
    if (look->next) kind.next = std::min(kind.next, *look->next);
    co_return 0;
  }
  kind.next = Instant::min();

  std::vector<Failure> failures;
  std::vector<sql::TimerTable::Due> firing;
  std::vector<Timer> timers;
  for (auto& due : look->due) {
    if (std::find(kind.succeeded.begin(), kind.succeeded.end(), due.timer) != kind.succeeded.end()) {
      failures.push_back({due.timer, due.tries, Error{Errc::internal, "the handler left the timer in its table"}});
      continue;
    }
    if (due.tries == 0 && options_.on_fired) options_.on_fired(kind.name, now - due.timer.due);
    timers.push_back(due.timer);
    firing.push_back(std::move(due));
  }
  kind.succeeded.clear();
  if (!timers.empty()) {
    auto results = co_await call(kind, std::move(timers));
    for (std::size_t i = 0; i < firing.size(); ++i) {
      if (results[i])
        kind.succeeded.push_back(std::move(firing[i].timer));
      else
        failures.push_back({std::move(firing[i].timer), firing[i].tries, results[i].error()});
    }
  }
  const auto fired = static_cast<int>(firing.size());
  auto noted = co_await put_off(kind, std::move(failures), now);
  if (!noted) co_return noted.error();
  co_return std::max(1, fired);
}

/// The handler's results, one a timer whatever it does.
asio::awaitable<std::vector<Result<>>> Timers::call(Kind& kind, std::vector<Timer> timers) {
  const std::size_t n = timers.size();
  std::vector<Result<>> results;
  std::string thrown;
  try {
    results = co_await kind.handler(std::move(timers));
    if (results.size() != n)
      thrown = "the handler gave " + std::to_string(results.size()) + " results for " + std::to_string(n) + " timers";
  } catch (const std::exception& error) {
    thrown = error.what();
  }
  if (!thrown.empty()) results.assign(n, Result<>(Error{Errc::internal, kind.name + ": " + thrown}));
  co_return results;
}

/// Sets each failed timer to fire again later, or parks it after its last try.
asio::awaitable<Result<>> Timers::put_off(Kind& kind, std::vector<Failure> failures, Instant now) {
  const bool away =
      std::any_of(failures.begin(), failures.end(), [](const Failure& f) { return is_transient(f.error.code); });
  kind.transient_rounds = away ? kind.transient_rounds + 1 : 0;
  if (failures.empty()) co_return Result<>{};
  struct Retry {
    Failure failure;
    std::optional<Instant> at;  ///< Absent: it is parked.
  };
  std::vector<Retry> retries;
  for (auto& failure : failures) {
    std::optional<Instant> at;
    if (is_transient(failure.error.code))
      at = now + transient_delay(kind.transient_rounds, options_.jitter);
    else if (++failure.tries < kPoisonTries)
      at = now + poison_delay(failure.tries, options_.jitter);
    retries.push_back({std::move(failure), at});
  }
  auto change = [this, retries = std::move(retries), now](sql::Writer& db) -> Result<> {
    for (const auto& [failure, at] : retries) {
      const auto& timer = failure.timer;
      if (at) {
        table_.retry(db, timer, *at, failure.tries);
      } else if (table_.consume(db, timer)) {
        sqlite::park(db, dead_letter_group(), as_event(table_.service(), timer, now), failure.error.detail,
                     failure.tries, now);
      }
    }
    return {};
  };
  co_return co_await database_.write(Lane::background, std::move(change));
}

asio::awaitable<Result<int>> Timers::fire_due() {
  assert(running_ == 0);
  int fired = 0;
  for (bool any = true; any;) {
    any = false;
    for (auto& kind : kinds_) {
      auto batch = co_await fire_batch(*kind);
      if (!batch) co_return batch.error();
      fired += *batch;
      any = any || *batch > 0;
    }
  }
  co_return fired;
}

void Timers::park_with(EventBus& bus) {
  bus.also_replays(dead_letter_group(), database_, [this](std::int64_t id) { return replay_dead_letter(id); });
}

asio::awaitable<Result<>> Timers::replay_dead_letter(std::int64_t id) {
  auto change = [this, id](sql::Writer& db) -> Result<> {
    auto letter = sqlite::find_dead_letter(db, id);
    auto timer = letter && letter->group == dead_letter_group() ? as_timer(letter->event) : std::nullopt;
    if (!timer) return Error{Errc::not_found, "There is no dead letter " + std::to_string(id) + " of these timers"};
    // One that was set anew since is newer than the letter.
    if (!table_.find(db, timer->kind, timer->key)) table_.set(db, *timer);
    sqlite::remove_dead_letter(db, id);
    return {};
  };
  co_return co_await database_.write(Lane::foreground, std::move(change));
}

}  // namespace daybook::runtime::embedded
