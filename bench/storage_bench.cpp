// Links: daybook_runtime_embedded
// What the storage costs: durable creates in groups against SQLite alone, a lone write, reads, and timers.
// Usage: daybook_storage_bench [DIRECTORY]. Prints one line a figure; the disk under DIRECTORY decides most of them.

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/clock.hpp"
#include "runtime/embedded/invoker.hpp"
#include "runtime/embedded/timers.hpp"
#include "storage/sql/timer_table.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/event_groups.hpp"
#include "storage/sqlite/event_log.hpp"
#include "storage/sqlite/test_database.hpp"

namespace {

using namespace daybook;
using namespace daybook::storage::sqlite;
using daybook::storage::sql::TimerTable;
namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

constexpr int kUsers = 64;

// About what creating a task does: a counter, the row, its search text, an event with its sequence.
const Migration kSchema{"bench", 1, R"(
  CREATE TABLE bench_counter (user_id BLOB PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE bench_task (
    user_id BLOB NOT NULL, id BLOB NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL,
    status INTEGER NOT NULL, due INTEGER, created INTEGER NOT NULL, tags TEXT NOT NULL, version INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)) WITHOUT ROWID;
  CREATE INDEX bench_task_due ON bench_task (user_id, due) WHERE status = 0;
  CREATE INDEX bench_task_created ON bench_task (user_id, created);
)"};
const Migration kSearch{"bench", 2, "CREATE VIRTUAL TABLE bench_search USING fts5(text, content='');"};

const std::string kData =
    R"({"id":"0195e9a0-0000-7000-8000-000000000000","number":17,"title":"Pay the electricity bill","status":"pending",)"
    R"("priority":"high","tags":["home","bills"],"dueAt":"2026-03-04T09:00:00Z","version":1,"createdAt":"2026-03-01T09:00:00Z"})";

std::vector<UserId> users() {
  std::vector<UserId> out;
  for (int i = 0; i < kUsers; ++i) out.push_back(UserId{Uuid::v5(Uuid{}, std::to_string(i))});
  return out;
}

void create(Writer& db, const UserId& user, Instant now, bool search) {
  const auto id = TaskId::make(now);
  std::int64_t number = 0;
  {
    auto next = db.query(
        "INSERT INTO bench_counter (user_id, last) VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 "
        "RETURNING last",
        user);
    next.step();
    number = next.integer(0);
    next.run();
  }
  db.run("INSERT INTO bench_task VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, 1)", user, id, number, "Pay the electricity bill",
         "at the bank or online", now, now, R"(["home","bills"])");
  if (search)
    db.run("INSERT INTO bench_search (rowid, text) VALUES (?, ?)", to_micros(now) * 64 + number % 64,
           "pay the electricity bill at the bank or online home bills " + std::to_string(number));
  CloudEvent event;
  event.source = "/daybook/tasks";
  event.type = "task.created";
  event.subject = id.str();
  event.time = now;
  event.dataschema = "urn:daybook:schema:task.created:1";
  event.user = user;
  event.correlation_id = "0195e9a0-0000-7000-8000-000000000000";
  event.data = kData;
  append_event(db, std::move(event));
}

struct Load {
  int clients = kUsers;
  std::chrono::seconds time{3};
  bool search = false;
};

struct Figures {
  double per_second = 0, p50_ms = 0, p99_ms = 0, group = 0, cpu_us = 0;
};

/// Processor time of all threads so far: what a figure costs whatever else the machine does.
double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

asio::awaitable<void> client(Database& db, UserId user, Load load, Steady::time_point end, std::vector<double>& waits) {
  SystemClock clock;
  while (Steady::now() < end) {
    const auto began = Steady::now();
    auto change = [user, now = clock.now(), search = load.search](Writer& w) -> Result<> {
      create(w, user, now, search);
      return {};
    };
    auto done = co_await db.write(Lane::foreground, std::move(change));
    if (!done) {
      std::printf("failed: %s\n", done.error().detail.c_str());
      co_return;
    }
    waits.push_back(std::chrono::duration<double, std::milli>(Steady::now() - began).count());
  }
}

Figures group_commit(const std::string& directory, Load load) {
  const std::string path = directory + "/group.db";
  std::filesystem::remove(path);
  DatabaseOptions options;
  options.path = path;
  auto db = Database::open(options, {event_log_migration(), inbox_migration(), kSchema, kSearch}).value();
  asio::io_context loop;
  std::vector<double> waits;
  const auto all = users();
  const auto began = Steady::now();
  const double cpu = cpu_seconds();
  for (int i = 0; i < load.clients; ++i)
    asio::co_spawn(loop, client(*db, all[static_cast<std::size_t>(i)], load, began + load.time, waits), asio::detached);
  loop.run();
  const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
  const auto counters = db->counters();
  std::sort(waits.begin(), waits.end());
  Figures figures;
  figures.per_second = static_cast<double>(waits.size()) / seconds;
  figures.cpu_us = (cpu_seconds() - cpu) * 1e6 / static_cast<double>(waits.size());
  figures.p50_ms = waits[waits.size() / 2];
  figures.p99_ms = waits[waits.size() * 99 / 100];
  figures.group = static_cast<double>(counters.closures) / static_cast<double>(counters.commits);
  return figures;
}

/// The same statements on one connection and one thread, 64 creates a transaction: what SQLite alone can do here.
double sqlite_alone(const std::string& directory, bool search, std::size_t group) {
  const std::string path = directory + "/alone.db";
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path + part);
  auto db = FileConnection::open_writer(path, FileConnection::Mode::create);
  db->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384");
  for (const auto& step : {event_log_migration(), kSchema, kSearch}) db->exec(step.sql);
  SystemClock clock;
  const auto all = users();
  const auto began = Steady::now();
  int made = 0;
  const double cpu = cpu_seconds();
  while (Steady::now() - began < std::chrono::seconds{3}) {
    db->run("BEGIN IMMEDIATE");
    for (std::size_t i = 0; i < group; ++i, ++made) create(*db, all[i], clock.now(), search);
    db->run("COMMIT");
    db->effects() = {};
  }
  std::printf("creates%s, SQLite alone, %zu a transaction: %.0f us of processor each\n",
              search ? " with search index" : "", group, (cpu_seconds() - cpu) * 1e6 / made);
  return made / std::chrono::duration<double>(Steady::now() - began).count();
}

double reads(const std::string& directory) {
  DatabaseOptions options;
  options.path = directory + "/group.db";
  auto db = Database::open(options, {event_log_migration(), inbox_migration(), kSchema, kSearch}).value();
  asio::io_context loop;
  const auto all = users();
  int done = 0;
  const auto end = Steady::now() + std::chrono::seconds{2};
  const auto reader = [&](UserId user) -> asio::awaitable<void> {
    while (Steady::now() < end) {
      auto query = [user](Reader& r) -> Result<std::int64_t> {
        auto row = r.query("SELECT number, title FROM bench_task WHERE user_id = ? LIMIT 1", user);
        return row.step() ? row.integer(0) : 0;
      };
      auto read = co_await db->read(std::move(query));
      done += read.has_value();
    }
  };
  for (const auto& user : all) asio::co_spawn(loop, reader(user), asio::detached);
  loop.run();
  return done / 2.0;
}

long resident_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return 0;
}

void timers(const std::string& directory) {
  const std::string path = directory + "/timers.db";
  std::filesystem::remove(path);
  DatabaseOptions options;
  options.path = path;
  const TimerTable table("bench");
  const std::vector<Migration> schema = {event_group_migration(), table.migration(1), table.lease_migration(2)};
  const Instant start = SystemClock{}.now() + std::chrono::hours{1};
  constexpr int kPending = 1'000'000, kBatch = 1000, kDue = 10'000;
  const auto timer = [&](int i, Instant due) {
    Timer t;
    t.kind = "reminder";
    t.key = Uuid::v5(Uuid{}, std::to_string(i));
    t.due = due;
    t.payload = R"({"task":"0195e9a0-0000-7000-8000-000000000000"})";
    return t;
  };
  asio::io_context loop;
  auto db = Database::open(options, schema).value();
  const auto write = [&](auto change) {
    auto work = db->write(Lane::background, std::move(change));
    if (auto done = run_on(loop, std::move(work)); !done) std::printf("failed: %s\n", done.error().detail.c_str());
  };
  auto began = Steady::now();
  for (int i = 0; i < kPending; i += kBatch)
    write([&, i](Writer& w) -> Result<> {
      for (int n = i; n < i + kBatch; ++n)
        table.set(w, timer(n, start + std::chrono::hours{24} + std::chrono::seconds{(n * 7919L) % 2'592'000}));
      return {};
    });
  const auto micros = [&](int n) {
    return std::chrono::duration<double, std::micro>(Steady::now() - began).count() / n;
  };
  std::printf("timers: add, 1,000,000 pending, 1,000 a transaction: %.1f us each\n", micros(kPending));
  began = Steady::now();
  for (int i = 0; i < 1000; ++i)
    write([&, i](Writer& w) -> Result<> {
      table.cancel(w, "reminder", timer(i * 37, start).key);
      table.set(w, timer(i * 37, start + std::chrono::hours{48}));
      return {};
    });
  std::printf("timers: cancel and add again, each pair durable by itself: %.1f us a pair\n", micros(1000));

  db.reset();
  const long before = resident_kib();
  began = Steady::now();
  db = Database::open(options, schema).value();
  ManualClock clock(start);
  runtime::embedded::Timers timers(loop.get_executor(), *db, table, clock);
  int fired = 0;
  timers.handle("reminder", 500, [&](std::vector<Timer> due) -> asio::awaitable<std::vector<Result<>>> {
    const std::size_t n = due.size();
    auto consume = [&table, due = std::move(due)](Writer& w) -> Result<> {
      for (const auto& each : due) table.consume(w, each);
      return {};
    };
    auto done = co_await db->write(Lane::background, std::move(consume));
    fired += static_cast<int>(n);
    co_return std::vector<Result<>>(n, done);
  });
  ignore(run_on(loop, timers.start()), "cannot fail");
  auto first_look = db->read([&](Reader& r) -> Result<std::optional<Instant>> { return table.next(r, "reminder"); });
  if (!run_on(loop, std::move(first_look))) std::printf("failed: the table cannot be read\n");
  std::printf("timers: start with 1,000,000 pending, to knowing the next: %.1f ms, %ld KiB more memory\n",
              std::chrono::duration<double, std::milli>(Steady::now() - began).count(), resident_kib() - before);

  for (int i = 0; i < kDue; i += kBatch)
    write([&, i](Writer& w) -> Result<> {
      for (int n = i; n < i + kBatch; ++n)
        table.set(w, timer(kPending + n, start + std::chrono::seconds{10} + std::chrono::microseconds{n * 100}));
      return {};
    });
  began = Steady::now();
  clock.set(start + std::chrono::seconds{11});
  const auto give_up = began + std::chrono::seconds{60};
  while (fired < kDue && Steady::now() < give_up) loop.run_one_for(std::chrono::milliseconds{100});
  if (fired < kDue) std::printf("failed: %d of %d fired\n", fired, kDue);
  std::printf("timers: 10,000 due within one second: fired in %.2f s, %ld KiB more memory\n",
              std::chrono::duration<double>(Steady::now() - began).count(), resident_kib() - before);
  run_on(loop, timers.stop());
}

/// What a call to another service of the same process costs besides the service.
void invocation() {
  asio::io_context loop;
  runtime::embedded::Invoker invoker(loop.get_executor());
  invoker.add("echo", [](Call call) -> asio::awaitable<Reply> { co_return Reply(200, std::move(call.body)); });
  constexpr int kCalls = 300'000;
  const auto calls = [&]() -> asio::awaitable<void> {
    for (int i = 0; i < kCalls; ++i) {
      Call call;
      call.path = "/internal/v1/echo";
      auto reply = co_await invoker.invoke("echo", std::move(call), std::chrono::seconds{5});
      if (!reply) std::printf("failed: %s\n", reply.error().detail.c_str());
    }
  };
  const double cpu = cpu_seconds();
  run_on(loop, calls());
  std::printf("invocation in the same process: %.2f us\n", (cpu_seconds() - cpu) * 1e6 / kCalls);
  run_on(loop, invoker.stop());
}

void print(const char* what, const Figures& f) {
  std::printf("%s: %.0f/s, p50 %.2f ms, p99 %.2f ms, %.1f a commit, %.0f us of processor each\n", what, f.per_second,
              f.p50_ms, f.p99_ms, f.group, f.cpu_us);
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::filesystem::path parent = argc > 1 ? argv[1] : ".";
  const std::string directory = (parent / "storage_bench.tmp").string();
  std::filesystem::create_directories(directory);
  if (argc > 2 && std::string_view(argv[2]) == "timers") {  // These alone: storage_bench DIR timers
    timers(directory);
    std::filesystem::remove_all(directory);
    return 0;
  }
  for (const bool search : {false, true}) {
    const double alone = sqlite_alone(directory, search, kUsers);
    std::printf("creates%s, SQLite alone, 64 a transaction: %.0f/s\n", search ? " with search index" : "", alone);
    Load load;
    load.search = search;
    const auto group = group_commit(directory, load);
    print(search ? "creates with search index, 64 clients" : "creates, 64 clients", group);
    std::printf("  ratio to SQLite alone: %.2f\n", group.per_second / alone);
  }
  std::printf("creates, SQLite alone, 1 a transaction: %.2f ms\n", 1000 / sqlite_alone(directory, false, 1));
  Load lone;
  lone.clients = 1;
  lone.time = std::chrono::seconds{2};
  print("creates, 1 client", group_commit(directory, lone));
  std::printf("reads of one row, 64 clients: %.0f/s\n", reads(directory));
  invocation();
  timers(directory);
  std::filesystem::remove_all(directory);
  return 0;
}
