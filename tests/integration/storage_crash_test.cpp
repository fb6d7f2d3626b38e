// Links: daybook_runtime_embedded
// Kills a process that writes, delivers and fires at random moments, and counts its acknowledgements against what is
// there afterwards. DAYBOOK_CRASH_ROUNDS sets the number of kills (default 5; 50 in the long suite).

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <random>
#include <set>

#include "runtime/embedded/event_bus.hpp"
#include "runtime/embedded/timers.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook {
namespace {

namespace asio = boost::asio;
namespace sqlite = storage::sqlite;
namespace embedded = runtime::embedded;

const storage::sql::TimerTable kTimers("crash");
const sqlite::Migration kSchema{"crash", 1, "CREATE TABLE crash_row (id INTEGER PRIMARY KEY) WITHOUT ROWID;"};
const sqlite::Migration kFired{"crash", 3, "CREATE TABLE crash_fired (key BLOB NOT NULL);"};
// What a consumer did, once a delivery: doubles would show.
const sqlite::Migration kEffects{"effects", 1, "CREATE TABLE effects_seen (subject TEXT NOT NULL);"};

/// The two files of an embedded server with two consumer groups, one a file, and a timer for each row.
class Server {
 public:
  Server(asio::io_context& loop, const std::string& directory) : loop_(loop) {
    sqlite::DatabaseOptions main, history;
    main.path = directory + "/main.db";
    history.path = directory + "/history.db";
    const std::vector<sqlite::Migration> shared = {sqlite::event_log_migration(), sqlite::inbox_migration(),
                                                   sqlite::event_group_migration(), kEffects};
    auto own = shared;
    own.insert(own.end(), {kSchema, kTimers.migration(2), kFired, kTimers.lease_migration(4)});
    main_ = sqlite::Database::open(main, own).value();
    history_ = sqlite::Database::open(history, shared).value();
    bus_ = std::make_unique<embedded::EventBus>(loop.get_executor(), *main_, clock_);
    timers_ = std::make_unique<embedded::Timers>(loop.get_executor(), *main_, kTimers, clock_);
    subscribe("main", *main_);
    subscribe("history", *history_);
    timers_->handle("row", 100, [this](std::vector<Timer> due) { return fire(std::move(due)); });
  }

  asio::awaitable<Result<>> start() {
    auto started = co_await bus_->start();
    if (!started) co_return started;
    co_return co_await timers_->start();
  }

  /// Everything that is still due or undelivered, without the running loops.
  void catch_up() {
    ASSERT_TRUE(sqlite::run_on(loop_, bus_->deliver_all()));
    ASSERT_TRUE(sqlite::run_on(loop_, timers_->fire_due()));
  }

  asio::awaitable<Result<>> add(std::int64_t id) {
    auto change = [id, now = clock_.now()](sqlite::Writer& w) -> Result<> {
      w.run("INSERT INTO crash_row (id) VALUES (?)", id);
      CloudEvent event;
      event.source = "/daybook/crash";
      event.type = "row.created";
      event.subject = std::to_string(id);
      event.time = now;
      event.user = UserId{Uuid::v5(Uuid{}, std::to_string(id % 8))};
      event.data = "{}";
      sqlite::append_event(w, std::move(event));
      Timer timer;
      timer.kind = "row";
      timer.key = Uuid::v5(Uuid{}, std::to_string(id));
      timer.due = now + std::chrono::milliseconds{id % 20};
      kTimers.set(w, timer);
      return {};
    };
    co_return co_await main_->write(sqlite::Lane::foreground, std::move(change));
  }

  std::vector<std::string> column(sqlite::Database& db, std::string sql) {
    auto query = [sql](sqlite::Reader& r) -> Result<std::vector<std::string>> {
      std::vector<std::string> out;
      auto rows = r.query(sql);
      while (rows.step()) out.emplace_back(rows.text(0));
      return out;
    };
    return sqlite::run_on(loop_, db.read(query)).value();
  }
  sqlite::Database& main() { return *main_; }
  sqlite::Database& history() { return *history_; }

 private:
  void subscribe(const std::string& group, sqlite::Database& file) {
    runtime::Subscription subscription;
    subscription.group = group;
    subscription.types = {"row.*"};
    bus_->subscribe(subscription, [this, group, &file](std::vector<CloudEvent> events) {
      return consume(group, file, std::move(events));
    });
    bus_->keep_offsets_in(group, file);
  }
  asio::awaitable<std::vector<Result<>>> consume(std::string group, sqlite::Database& file,
                                                 std::vector<CloudEvent> events) {
    const std::size_t n = events.size();
    auto change = [group, events = std::move(events)](sqlite::Writer& w) -> Result<> {
      for (const auto& event : events)
        if (sqlite::record_inbox(w, group, event.id))
          w.run("INSERT INTO effects_seen (subject) VALUES (?)", event.subject);
      return {};
    };
    auto done = co_await file.write(sqlite::Lane::background, std::move(change));
    co_return std::vector<Result<>>(n, done);
  }
  asio::awaitable<std::vector<Result<>>> fire(std::vector<Timer> due) {
    const std::size_t n = due.size();
    auto change = [due = std::move(due)](sqlite::Writer& w) -> Result<> {
      for (const auto& timer : due)
        if (kTimers.consume(w, timer)) w.run("INSERT INTO crash_fired (key) VALUES (?)", timer.key);
      return {};
    };
    auto done = co_await main_->write(sqlite::Lane::background, std::move(change));
    co_return std::vector<Result<>>(n, done);
  }

  asio::io_context& loop_;
  SystemClock clock_;
  std::unique_ptr<sqlite::Database> main_, history_;
  std::unique_ptr<embedded::EventBus> bus_;
  std::unique_ptr<embedded::Timers> timers_;
};

asio::awaitable<void> client(Server& server, int number, int clients, std::int64_t first, int acknowledged) {
  for (std::int64_t id = first + number;; id += clients) {
    auto done = co_await server.add(id);
    if (!done) ::_exit(2);
    if (::write(acknowledged, &id, sizeof id) != sizeof id) ::_exit(3);
  }
}

/// Serves until it is killed, and writes each id that it acknowledged to `acknowledged`.
[[noreturn]] void serve(const std::string& directory, std::int64_t first, int acknowledged) {
  asio::io_context loop;
  Server server(loop, directory);
  if (!sqlite::run_on(loop, server.start())) ::_exit(4);
  constexpr int kClients = 16;
  for (int i = 0; i < kClients; ++i)
    asio::co_spawn(loop, client(server, i, kClients, first, acknowledged), asio::detached);
  loop.restart();
  loop.run();
  ::_exit(5);
}

/// Kills a serving process `after` it acknowledged its first row, and gives what it acknowledged.
std::set<std::int64_t> kill_after(const std::string& directory, std::int64_t first, std::chrono::milliseconds after) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    serve(directory, first, ends[1]);
  }
  ::close(ends[1]);
  std::set<std::int64_t> acknowledged;
  std::optional<std::chrono::steady_clock::time_point> end;
  bool killed = false;
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    if (end && !killed && now >= *end) {
      ::kill(child, SIGKILL);
      killed = true;
    }
    pollfd ready{ends[0], POLLIN, 0};
    ::poll(&ready, 1, 1);
    if (!(ready.revents & (POLLIN | POLLHUP))) continue;
    std::int64_t ids[512];
    const auto n = ::read(ends[0], ids, sizeof ids);
    if (n <= 0) break;
    acknowledged.insert(ids, ids + static_cast<std::size_t>(n) / sizeof ids[0]);
    if (!end) end = now + after;
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the server ended by itself: " << WEXITSTATUS(status);
  return acknowledged;
}

template <class T>
std::set<T> unique(const std::vector<T>& all) {
  return {all.begin(), all.end()};
}

// E-13, R-10
// Issue 3, "It must survive"; E-05, R-18
TEST(StorageCrash, EveryAcknowledgedWriteIsThereAndEachOfItsEffectsOnce) {
  const char* rounds_text = std::getenv("DAYBOOK_CRASH_ROUNDS");
  const int rounds = rounds_text ? std::atoi(rounds_text) : 5;
  sqlite::TestDirectory directory;
  std::mt19937 random(20260304);
  std::set<std::string> expected;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const auto after = std::chrono::milliseconds{random() % 200};
    for (const auto id : kill_after(directory.path(), round * 1'000'000'000LL, after))
      expected.insert(std::to_string(id));
    ASSERT_FALSE(HasFailure());

    asio::io_context loop;
    Server server(loop, directory.path());
    server.catch_up();
    // A crash may also have kept writes whose acknowledgement was on its way.
    const auto rows = unique(server.column(server.main(), "SELECT id FROM crash_row"));
    for (const auto& id : expected) ASSERT_TRUE(rows.count(id)) << "acknowledged and lost: " << id;
    const auto events = server.column(server.main(), "SELECT subject FROM event_log");
    EXPECT_EQ(events.size(), rows.size());
    EXPECT_EQ(unique(events), rows);
    for (auto* file : {&server.main(), &server.history()}) {
      const auto seen = server.column(*file, "SELECT subject FROM effects_seen");
      EXPECT_EQ(seen.size(), rows.size()) << "an effect was lost or done twice";
      EXPECT_EQ(unique(seen), rows);
    }
    // Timers of the last moments may not be due yet.
    const auto fired = server.column(server.main(), "SELECT hex(key) FROM crash_fired");
    EXPECT_EQ(unique(fired).size(), fired.size()) << "a timer fired twice";
    const auto pending = server.column(server.main(), "SELECT hex(key) FROM crash_timer");
    EXPECT_EQ(fired.size() + pending.size(), rows.size());
  }
  RecordProperty("acknowledged", static_cast<int>(expected.size()));
  std::printf("%d kills, %zu acknowledged writes, none lost, no effect twice\n", rounds, expected.size());
}

}  // namespace
}  // namespace daybook
