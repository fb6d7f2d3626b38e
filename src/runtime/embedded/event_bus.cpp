#include "runtime/embedded/event_bus.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <mutex>
#include <set>

#include "telemetry/log.hpp"

namespace daybook::runtime::embedded {

namespace asio = boost::asio;
namespace sqlite = storage::sqlite;
using sqlite::Lane;

namespace {

/// Events kept in memory for groups that are nearly there; about 1 KiB each.
constexpr std::size_t kWindow = 4096;
constexpr int kReadAhead = 500;
/// A group that wanted none of so many events saves its offset all the same.
constexpr std::int64_t kIdleAdvance = 1000;

bool matches(const std::vector<std::string>& types, std::string_view type) {
  for (std::string_view wanted : types) {
    if (wanted == "*" || wanted == type) return true;
    // "task.*"
    if (wanted.ends_with(".*") && type.starts_with(wanted.substr(0, wanted.size() - 1))) return true;
  }
  return false;
}

}  // namespace

struct EventBus::Group {
  Group(Subscription s, EventHandler h, sqlite::Database& f, const asio::any_io_executor& executor)
      : subscription(std::move(s)), handler(std::move(h)), file(&f), wake(executor), linger(executor) {}

  Subscription subscription;
  EventHandler handler;
  sqlite::Database* file;
  std::int64_t position = 0;  ///< Everything up to it is done.
  std::int64_t saved = 0;     ///< What a crash would come back to.
  bool unsaved = false;       ///< Something was delivered since.
  std::optional<std::int64_t> rewind;
  struct Letter {
    Letter(std::int64_t i, const asio::any_io_executor& executor) : id(i), done(executor) {}
    std::int64_t id;
    std::optional<Result<>> outcome;
    Signal done;
  };
  std::vector<std::shared_ptr<Letter>> letters;  ///< Asked to be delivered again.
  bool paused = false;
  std::string last_error;
  Signal wake;
  Signal linger;  ///< Notified by stop() only.

  /// Said once, when it changes: an operator reads of it there and in readiness.
  void set_paused(bool now_paused) {
    if (std::exchange(paused, now_paused) == now_paused) return;
    if (paused)
      log::warn("consumer waits", {{"group", subscription.group}, {"reason", last_error}});
    else
      log::info("consumer goes on", {{"group", subscription.group}});
  }
};

/// Brings committed events from the writer's thread. Outlives the bus, since the database keeps its listener.
struct EventBus::Feed {
  std::mutex mutex;
  std::vector<Event> events;
  bool posted = false;
  EventBus* bus = nullptr;  ///< Null once it stopped.
};

EventBus::EventBus(asio::any_io_executor executor, sqlite::Database& log, const WallClock& clock,
                   EventBusOptions options)
    : executor_(std::move(executor)),
      log_(log),
      clock_(clock),
      options_(std::move(options)),
      save_(executor_),
      all_ended_(executor_) {}

EventBus::~EventBus() {
  assert(running_ == 0 && "stop() comes first");
  if (!feed_) return;
  std::lock_guard guard(feed_->mutex);
  feed_->bus = nullptr;
}

void EventBus::subscribe(Subscription subscription, EventHandler handler) {
  assert(!prepared_ && !find(subscription.group));
  groups_.push_back(std::make_unique<Group>(std::move(subscription), std::move(handler), log_, executor_));
}

void EventBus::keep_offsets_in(const std::string& group, sqlite::Database& file) {
  auto* found = find(group);
  assert(found && !prepared_);
  found->file = &file;
}

EventBus::Group* EventBus::find(const std::string& name) {
  for (auto& group : groups_)
    if (group->subscription.group == name) return group.get();
  return nullptr;
}

asio::awaitable<Result<>> EventBus::prepare() {
  if (prepared_) co_return Result<>{};
  auto read_epoch = [](sqlite::Reader& db) -> Result<sqlite::EventEpoch> { return sqlite::event_epoch(db); };
  auto epoch = co_await log_.read(read_epoch);
  if (!epoch) co_return epoch.error();
  std::vector<std::int64_t> offsets;
  for (auto& group : groups_) {
    auto load = [name = group->subscription.group, at = *epoch](sqlite::Reader& db) -> Result<std::int64_t> {
      return sqlite::load_offset(db, name, at).value_or(0);
    };
    auto offset = co_await group->file->read(load);
    if (!offset) co_return offset.error();
    offsets.push_back(*offset);
  }
  // Whoever asks for groups() while start() reads comes here twice: the second must not set running groups back.
  if (prepared_) co_return Result<>{};
  prepared_ = true;
  epoch_ = *epoch;
  for (std::size_t i = 0; i < groups_.size(); ++i) groups_[i]->position = groups_[i]->saved = offsets[i];

  feed_ = std::make_shared<Feed>();
  feed_->bus = this;
  log_.on_commit([feed = feed_, executor = executor_](const sqlite::Writer::Effects& effects) {
    if (effects.events.empty()) return;
    std::lock_guard guard(feed->mutex);
    if (!feed->bus) return;
    feed->events.insert(feed->events.end(), effects.events.begin(), effects.events.end());
    if (std::exchange(feed->posted, true)) return;
    asio::post(executor, [feed] {
      std::vector<Event> events;
      EventBus* bus = nullptr;
      {
        std::lock_guard inner(feed->mutex);
        feed->posted = false;
        events.swap(feed->events);
        bus = feed->bus;
      }
      if (bus) bus->accept(std::move(events));
    });
  });
  co_return Result<>{};
}

void EventBus::accept(std::vector<Event> events) {
  if (events.empty()) return;
  // Positions rise by one, so nothing stands between an older event and the first of these.
  if (!window_from_) window_from_ = events.front()->position - 1;
  window_.insert(window_.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  trim();
  for (auto& group : groups_) group->wake.notify();
}

void EventBus::trim() {
  std::int64_t seen_by_all = window_.empty() ? 0 : window_.back()->position;
  for (const auto& group : groups_) seen_by_all = std::min(seen_by_all, group->position);
  while (!window_.empty() && (window_.front()->position <= seen_by_all || window_.size() > kWindow)) {
    window_from_ = window_.front()->position;
    window_.pop_front();
  }
}

asio::awaitable<Result<>> EventBus::start() {
  auto prepared = co_await prepare();
  if (!prepared) co_return prepared.error();
  stopping_ = false;
  const auto end = [this](std::exception_ptr thrown) {
    ended();
    if (thrown) std::rethrow_exception(thrown);
  };
  for (auto& group : groups_) {
    ++running_;
    asio::co_spawn(executor_, run_group(*group), end);
  }
  ++running_;
  asio::co_spawn(executor_, run_saver(), end);
  co_return Result<>{};
}

void EventBus::ended() {
  if (--running_ == 0) all_ended_.notify();
}

asio::awaitable<void> EventBus::stop() {
  stopping_ = true;
  for (auto& group : groups_) {
    group->wake.notify();
    group->linger.notify();
  }
  save_.notify();
  while (running_ > 0) co_await all_ended_.wait();
  if (feed_) {
    std::lock_guard guard(feed_->mutex);
    feed_->bus = nullptr;
  }
  if (prepared_) ignore(co_await save_offsets(), "what is not saved is delivered again");
}

asio::awaitable<void> EventBus::run_group(Group& group) {
  int failures = 0;
  while (!stopping_) {
    auto advanced = co_await step(group);
    if (!advanced) {
      group.last_error = advanced.error().detail;
      group.set_paused(true);
      const auto delay = transient_delay(++failures, options_.jitter);
      co_await pause(group, delay);
      continue;
    }
    failures = 0;
    group.set_paused(false);
    if (*advanced == Progress::behind) continue;
    if (*advanced == Progress::idle) co_await group.wake.wait();
    // Also between two batches that were not full: under load a group writes few large transactions.
    const auto linger = group.subscription.patient ? options_.patient_linger : options_.linger;
    if (!stopping_) co_await group.linger.wait(std::chrono::steady_clock::now() + linger);
  }
  for (auto& letter : std::exchange(group.letters, {})) {
    letter->outcome = Result<>(Error{Errc::unavailable, "The server is stopping"});
    letter->done.notify();
  }
}

/// One batch.
asio::awaitable<Result<EventBus::Progress>> EventBus::step(Group& group) {
  if (group.rewind) group.position = *std::exchange(group.rewind, {});
  for (auto& letter : std::exchange(group.letters, {})) {
    letter->outcome = co_await redeliver(group, letter->id);
    letter->done.notify();
  }
  auto fetched = co_await fetch(group);
  if (!fetched) co_return fetched.error();
  if (fetched->scanned_to <= group.position) co_return Progress::idle;
  const std::int64_t scanned_to = fetched->scanned_to;
  bool finished = true;
  if (!fetched->wanted.empty()) {
    finished = co_await deliver(group, std::move(fetched->wanted));
    group.unsaved = true;
  }
  if (finished) group.position = scanned_to;
  if (group.position - group.saved >= kIdleAdvance) group.unsaved = true;
  if (group.unsaved) save_.notify();
  trim();
  co_return fetched->more ? Progress::behind : Progress::caught_up;
}

asio::awaitable<Result<EventBus::Fetched>> EventBus::fetch(Group& group) {
  Fetched fetched;
  fetched.scanned_to = group.position;
  const auto most = static_cast<std::size_t>(group.subscription.max_batch);
  const auto take = [&](const Event& logged) {
    fetched.scanned_to = logged->position;
    if (matches(group.subscription.types, logged->event.type)) fetched.wanted.push_back(logged);
    return fetched.wanted.size() < most;
  };
  if (window_from_ && group.position >= *window_from_) {
    auto next = std::upper_bound(window_.begin(), window_.end(), group.position,
                                 [](std::int64_t position, const Event& e) { return position < e->position; });
    while (next != window_.end() && take(*next)) ++next;
    fetched.more = next != window_.end();
    co_return fetched;
  }
  auto read = [after = group.position](sqlite::Reader& db) -> Result<std::vector<sqlite::LoggedEvent>> {
    return sqlite::read_events(db, after, kReadAhead);
  };
  auto events = co_await log_.read(read);
  if (!events) co_return events.error();
  fetched.more = !events->empty();
  for (auto& logged : *events)
    if (!take(std::make_shared<const sqlite::LoggedEvent>(std::move(logged)))) break;
  co_return fetched;
}

/// Gives the events to the handler until each is done or parked. A dependency that is away holds the group at its
/// place; an event that fails by itself is tried alone from then on, so that it cannot take others with it. False when
/// a stop came first: the group then stands before what is not done.
asio::awaitable<bool> EventBus::deliver(Group& group, std::vector<Event> events) {
  std::vector<Pending> pending;
  pending.reserve(events.size());
  for (auto& logged : events) pending.push_back({std::move(logged), 0});
  bool alone = false;
  int transient_rounds = 0;
  while (!pending.empty()) {
    std::vector<Pending> again;
    bool away = false;
    int worst = 0;
    for (std::size_t next = 0; next < pending.size();) {
      const std::size_t n =
          alone ? 1 : std::min(pending.size() - next, static_cast<std::size_t>(group.subscription.max_batch));
      std::vector<CloudEvent> batch;
      batch.reserve(n);
      for (std::size_t i = 0; i < n; ++i) batch.push_back(pending[next + i].logged->event);
      auto results = co_await handle(group, std::move(batch));
      for (std::size_t i = 0; i < n; ++i, ++next) {
        if (results[i]) continue;
        auto& failed = pending[next];
        group.last_error = results[i].error().detail;
        bool transient = is_transient(results[i].error().code);
        if (!transient && ++failed.tries >= kPoisonTries) {
          auto parked = co_await park(group, failed.logged, group.last_error, failed.tries);
          if (parked) continue;
          // Could not be parked either: the database is away.
          transient = true;
          --failed.tries;
        }
        if (transient) away = true;
        worst = std::max(worst, failed.tries);
        again.push_back(std::move(failed));
      }
      if (away) {
        std::move(pending.begin() + static_cast<std::ptrdiff_t>(next), pending.end(), std::back_inserter(again));
        break;
      }
    }
    pending = std::move(again);
    if (pending.empty()) break;
    if (stopping_) {
      group.position = pending.front().logged->position - 1;
      co_return false;
    }
    alone = alone || worst > 0;
    group.set_paused(away);
    transient_rounds = away ? transient_rounds + 1 : 0;
    // Named, since g++ 12 evaluates both arms of a conditional inside a co_await expression.
    const auto delay = away ? transient_delay(transient_rounds, options_.jitter) : poison_delay(worst, options_.jitter);
    co_await pause(group, delay);
  }
  group.set_paused(false);
  co_return true;
}

/// The handler's results, one an event whatever it does.
asio::awaitable<std::vector<Result<>>> EventBus::handle(Group& group, std::vector<CloudEvent> events) {
  const std::size_t n = events.size();
  std::vector<Result<>> results;
  std::string thrown;
  std::vector<std::string> ids;  // What an operator follows an event by.
  if (log::enabled(log::Level::debug))
    for (const auto& event : events) ids.push_back(event.id.str());
  try {
    results = co_await group.handler(std::move(events));
    if (results.size() != n)
      thrown = "the handler gave " + std::to_string(results.size()) + " results for " + std::to_string(n) + " events";
  } catch (const std::exception& error) {
    thrown = error.what();
  }
  if (!thrown.empty()) results.assign(n, Result<>(Error{Errc::internal, group.subscription.group + ": " + thrown}));
  for (std::size_t i = 0; i < ids.size(); ++i)
    log::debug("event handled",
               {{"group", group.subscription.group}, {"event_id", ids[i]}, {"ok", results[i].has_value()}});
  co_return results;
}

asio::awaitable<Result<>> EventBus::park(Group& group, Event logged, std::string reason, int tries) {
  auto change = [name = group.subscription.group, logged, reason, tries,
                 now = clock_.now()](sqlite::Writer& db) -> Result<> {
    sqlite::park(db, name, logged->event, reason, tries, now);
    return {};
  };
  auto parked = co_await group.file->write(Lane::background, std::move(change));
  // The reason may hold what people wrote: it stands in the dead letter.
  if (parked)
    log::error("event parked as a dead letter", {{"group", group.subscription.group},
                                                 {"event_id", logged->event.id.str()},
                                                 {"type", logged->event.type},
                                                 {"tries", tries}});
  co_return parked;
}

asio::awaitable<Result<>> EventBus::redeliver(Group& group, std::int64_t id) {
  auto load = [id](sqlite::Reader& db) -> Result<std::optional<sqlite::DeadLetter>> {
    return sqlite::find_dead_letter(db, id);
  };
  auto letter = co_await group.file->read(load);
  if (!letter) co_return letter.error();
  if (!*letter || (*letter)->group != group.subscription.group)
    co_return Error{Errc::not_found, "There is no dead letter " + std::to_string(id) + " of this group"};
  std::vector<CloudEvent> one{(*letter)->event};
  auto results = co_await handle(group, std::move(one));
  const Result<> outcome = results.front();
  auto change = [id, event = (*letter)->event, name = group.subscription.group, outcome,
                 now = clock_.now()](sqlite::Writer& db) -> Result<> {
    if (outcome)
      sqlite::remove_dead_letter(db, id);
    else
      sqlite::park(db, name, event, outcome.error().detail, 1, now);
    return {};
  };
  auto noted = co_await group.file->write(Lane::background, std::move(change));
  co_return outcome ? noted : outcome;
}

asio::awaitable<void> EventBus::pause(Group& group, std::chrono::milliseconds time) {
  if (options_.pause) {
    co_await options_.pause(time);
    co_return;
  }
  const auto end = std::chrono::steady_clock::now() + time;
  while (!stopping_ && std::chrono::steady_clock::now() < end) co_await group.wake.wait(end);
}

asio::awaitable<void> EventBus::run_saver() {
  Signal tick(executor_);
  while (!stopping_) {
    co_await save_.wait();
    if (stopping_) break;
    // Collects; a stop meanwhile is noticed at most this much later, and saves again itself.
    co_await tick.wait(std::chrono::steady_clock::now() + options_.save_after);
    ignore(co_await save_offsets(), "tried again after the next delivery");
  }
}

asio::awaitable<Result<>> EventBus::save_offsets() {
  std::set<sqlite::Database*> files;
  for (const auto& group : groups_)
    if (group->unsaved) files.insert(group->file);
  Result<> saved;
  for (auto* file : files) {
    std::vector<std::pair<Group*, std::int64_t>> moved;
    std::vector<std::pair<std::string, std::int64_t>> rows;
    for (auto& group : groups_) {
      if (group->file != file || !group->unsaved) continue;
      moved.emplace_back(group.get(), group->position);
      rows.emplace_back(group->subscription.group, group->position);
      group->unsaved = false;
    }
    auto change = [rows, epoch = epoch_](sqlite::Writer& db) -> Result<> {
      for (const auto& [name, position] : rows) sqlite::save_offset(db, name, position, epoch);
      return {};
    };
    auto written = co_await file->write(Lane::background, std::move(change));
    for (auto& [group, position] : moved) {
      if (written)
        group->saved = position;
      else
        group->unsaved = true;
    }
    if (!written) saved = written;
  }
  co_return saved;
}

asio::awaitable<Result<>> EventBus::deliver_all() {
  auto prepared = co_await prepare();
  if (!prepared) co_return prepared.error();
  assert(running_ == 0);
  for (bool any = true; any;) {
    any = false;
    for (auto& group : groups_) {
      // From the log, which has what was just committed whether or not the news of it has come.
      window_from_.reset();
      window_.clear();
      auto advanced = co_await step(*group);
      if (!advanced) co_return advanced.error();
      any = any || *advanced != Progress::idle;
    }
  }
  co_return co_await save_offsets();
}

asio::awaitable<Result<std::vector<EventBus::GroupState>>> EventBus::groups() {
  auto prepared = co_await prepare();
  if (!prepared) co_return prepared.error();
  auto read_last = [](sqlite::Reader& db) -> Result<std::int64_t> { return sqlite::last_position(db); };
  auto last = co_await log_.read(read_last);
  if (!last) co_return last.error();
  std::vector<GroupState> states;
  for (auto& group : groups_) {
    GroupState state;
    state.group = group->subscription.group;
    state.lag = std::max<std::int64_t>(0, *last - group->position);
    state.paused = group->paused;
    state.last_error = group->last_error;
    auto count = [name = state.group](sqlite::Reader& db) -> Result<std::int64_t> {
      return sqlite::count_dead_letters(db, name);
    };
    auto letters = co_await group->file->read(count);
    if (!letters) co_return letters.error();
    state.dead_letters = *letters;
    states.push_back(std::move(state));
  }
  for (const auto& parked : parked_) {
    GroupState state;
    state.group = parked.name;
    auto count = [name = parked.name](storage::sql::Reader& db) -> Result<std::int64_t> {
      return sqlite::count_dead_letters(db, name);
    };
    auto letters = co_await parked.file->read(count);
    if (!letters) co_return letters.error();
    state.dead_letters = *letters;
    states.push_back(std::move(state));
  }
  co_return states;
}

asio::awaitable<Result<>> EventBus::replay(std::string name, std::int64_t position) {
  auto* group = find(name);
  if (!group) co_return Error{Errc::not_found, "There is no consumer group " + name};
  if (!group->subscription.replayable)
    co_return Error{Errc::conflict, name +
                                        " acts on the world (it would notify people again), so it is not replayed. "
                                        "Single dead letters can be: daybook events dlq replay"};
  auto prepared = co_await prepare();
  if (!prepared) co_return prepared.error();
  group->rewind = position;
  group->unsaved = true;
  group->wake.notify();
  co_return Result<>{};
}

asio::awaitable<Result<std::vector<sqlite::DeadLetter>>> EventBus::dead_letters(std::string name, int limit) {
  std::set<storage::sql::Database*> files;
  for (const auto& group : groups_)
    if (name.empty() || group->subscription.group == name) files.insert(group->file);
  for (const auto& parked : parked_)
    if (name.empty() || parked.name == name) files.insert(parked.file);
  std::vector<sqlite::DeadLetter> letters;
  for (auto* file : files) {
    auto read = [name, limit](storage::sql::Reader& db) -> Result<std::vector<sqlite::DeadLetter>> {
      return sqlite::read_dead_letters(db, name, limit);
    };
    auto some = co_await file->read(read);
    if (!some) co_return some.error();
    std::move(some->begin(), some->end(), std::back_inserter(letters));
  }
  co_return letters;
}

void EventBus::also_replays(std::string name, storage::sql::Database& file,
                            std::function<asio::awaitable<Result<>>(std::int64_t)> replay) {
  parked_.push_back({std::move(name), &file, std::move(replay)});
}

asio::awaitable<Result<>> EventBus::replay_dead_letter(std::string name, std::int64_t id) {
  for (const auto& parked : parked_)
    if (parked.name == name) co_return co_await parked.replay(id);
  auto* group = find(name);
  if (!group) co_return Error{Errc::not_found, "There is no consumer group " + name};
  if (running_ == 0) co_return co_await redeliver(*group, id);
  auto letter = std::make_shared<Group::Letter>(id, executor_);
  group->letters.push_back(letter);
  group->wake.notify();
  while (!letter->outcome) co_await letter->done.wait();
  co_return *letter->outcome;
}

asio::awaitable<Result<int>> EventBus::prune(Instant before, int limit) {
  auto prepared = co_await prepare();
  if (!prepared) co_return prepared.error();
  std::int64_t done = INT64_MAX;
  for (const auto& group : groups_) done = std::min(done, group->saved);
  auto change = [before, limit, done](sqlite::Writer& db) -> Result<int> {
    return sqlite::prune_events(db, before, done, limit);
  };
  co_return co_await log_.write(Lane::background, std::move(change));
}

}  // namespace daybook::runtime::embedded
