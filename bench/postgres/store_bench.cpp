// The tasks' store on PostgreSQL, through the pool in pipeline mode:
//
//   daybook_postgres_store URL create SECONDS CLIENTS     creates a second, each of another of 64 users
//   daybook_postgres_store URL fill USERS                 USERS users of 10,000 tasks each
//   daybook_postgres_store URL read SECONDS               p50, p95, p99 of lists and searches of one user among them
//
// run.sh does all of it on a server of its own, beside pgbench with the same statements.
//
//

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "domain/task_json.hpp"
#include "services/tasks/module.hpp"
#include "storage/postgres/database.hpp"
#include "storage/postgres/migrations.hpp"

namespace daybook::tasks {
namespace {

namespace asio = boost::asio;
namespace postgres = storage::postgres;
using Steady = std::chrono::steady_clock;

constexpr const char* kWords[] = {"call",    "mother", "buy",     "milk",   "review", "report",  "plan",    "trip",
                                  "dentist", "pay",    "invoice", "clean",  "garden", "prepare", "slides",  "order",
                                  "books",   "fix",    "bicycle", "answer", "mail",   "train",   "kitchen", "water"};
constexpr int kTasksOfUser = 10'000;

domain::TaskDraft draft_of(std::uint32_t seed, Instant now) {
  std::uint32_t state = seed * 2654435761u + 12345;
  const auto next = [&] { return state = state * 1664525u + 1013904223u, state >> 8; };
  domain::TaskDraft draft;
  draft.title = std::string(kWords[next() % 24]) + " " + kWords[next() % 24] + " " + kWords[next() % 24] + " " +
                std::to_string(next() % 10000);
  draft.priority = static_cast<domain::Priority>(next() % 4);
  draft.tags = {next() % 2 ? "work" : "home"};
  draft.due = now + std::chrono::hours{24 + next() % 1000};
  draft.reminders = {{{}, domain::RemindBefore{std::chrono::minutes{30}}}};
  return draft;
}

class Bench {
 public:
  Bench(const std::string& url, int connections) {
    postgres::PoolOptions options;
    options.session.url = url;
    options.session.statement_timeout = std::chrono::minutes{30};
    options.wait_timeout = std::chrono::minutes{1};
    options.size = connections;
    pool_ = std::make_unique<postgres::Pool>(loop_.get_executor(), options);
    database_ = std::make_unique<postgres::Database>(*pool_, "tasks");
    store_ = make_sql_store(*database_, StoreLimits{100'000'000, 100});
    now_ = parse_rfc3339("2026-03-04T09:00:00Z").value();
  }

  void create(double seconds, int clients) {
    const auto begin = Steady::now();
    until_ = begin + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
    left_ = std::numeric_limits<int>::max();
    for (int i = 0; i < clients; ++i) asio::co_spawn(loop_, client(i, 64), finish());
    run(clients);
    const double took = std::chrono::duration<double>(Steady::now() - begin).count();
    std::printf("create: %.0f a second with %d clients; %llu run again\n", made_ / took, clients,
                static_cast<unsigned long long>(database_->counters().retries));
  }

  /// One user by the store; the others are copies of his rows.
  void fill(int users) {
    until_ = Steady::time_point::max();
    left_ = kTasksOfUser;
    for (int i = 0; i < 8; ++i) asio::co_spawn(loop_, client(0, 1), finish());
    run(8);
    auto copy = [users](storage::sql::Writer& db) -> Result<> {
      db.run(
          "INSERT INTO tasks_user (ord, user_id, last_number, open_tasks) SELECT ord + g, gen_random_uuid(), "
          "last_number, open_tasks FROM tasks_user, generate_series(1, ?::bigint) g WHERE ord = 1",
          users - 1);
      db.run(
          "INSERT INTO tasks_task (key, id, ord, shelf, status, priority, due, created, updated, completed, deleted, "
          "parent, series, reminders, origin, version, body) SELECT (1 + g) << 32 | (key & 4294967295), "
          "gen_random_uuid(), 1 + g, shelf, status, priority, due, created, updated, completed, deleted, parent, "
          "series, reminders, origin, version, body FROM tasks_task, generate_series(1, ?::bigint) g WHERE ord = 1",
          users - 1);
      db.run(
          "INSERT INTO tasks_text (key, text, tokens) SELECT (1 + g) << 32 | (key & 4294967295), text, "
          "array_to_tsvector(ARRAY(SELECT (1 + g) || substr(t, 2) FROM unnest(tsvector_to_array(tokens)) t)) "
          "FROM tasks_text, generate_series(1, ?::bigint) g WHERE key >> 32 = 1",
          users - 1);
      return {};
    };
    auto work = [this](decltype(copy) change) -> asio::awaitable<void> {
      const auto filled = co_await database_->write(storage::sql::Lane::foreground, std::move(change));
      if (!filled) std::printf("fill: %s\n", filled.error().detail.c_str());
    };
    asio::co_spawn(loop_, work(copy), finish());
    run(1);
    std::printf("filled: %d users of %d tasks\n", users, kTasksOfUser);
  }

  void read(double seconds) {
    struct Case {
      const char* name;
      domain::TaskQuery query;
    };
    std::vector<Case> cases(5);
    cases[0].name = "list, newest first";
    cases[1].name = "list, by due time";
    cases[1].query.sort = {domain::SortField::due, false};
    cases[2].name = "list, a tag";
    cases[2].query.tags = {"work"};
    cases[3].name = "search, two words";
    cases[3].query.text = "report mi";
    cases[4].name = "search, one common word";
    cases[4].query.text = "milk ";
    for (auto& each : cases) {
      std::vector<double> times;
      until_ = Steady::now() + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
      asio::co_spawn(loop_, reader(each.query, times), finish());
      run(1);
      std::sort(times.begin(), times.end());
      const auto at = [&](double part) {
        return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
      };
      std::printf("%-24s p50 %6.2f ms  p95 %6.2f ms  p99 %6.2f ms  (%zu)\n", each.name, at(0.5), at(0.95), at(0.99),
                  times.size());
    }
  }

 private:
  Command command(int user) const {
    Command out;
    out.user = UserId{Uuid::v5(Uuid{}, "user" + std::to_string(user))};
    out.now = now_;
    out.timezone = "Europe/Berlin";
    return out;
  }

  asio::awaitable<void> client(int first, int users) {
    for (int i = first; left_ > 0 && Steady::now() < until_; i += 17) {
      --left_;
      auto draft = draft_of(++seed_, now_);
      const auto made = co_await store_->create(command(i % users), std::move(draft));
      if (!made) {
        std::printf("create: %s\n", made.error().detail.c_str());
        co_return;
      }
      ++made_;
    }
  }

  asio::awaitable<void> reader(domain::TaskQuery query, std::vector<double>& times) {
    const auto owner = command(0).user;
    while (Steady::now() < until_) {
      const auto begin = Steady::now();
      const auto page = co_await store_->list(owner, "Europe/Berlin", query);
      if (!page || page->items.empty()) {
        std::printf("list: %s\n", page ? "nothing" : page.error().detail.c_str());
        times.push_back(0);
        co_return;
      }
      times.push_back(std::chrono::duration<double, std::milli>(Steady::now() - begin).count());
    }
  }

  std::function<void(std::exception_ptr)> finish() {
    return [this](std::exception_ptr) { ++finished_; };
  }
  void run(int wanted) {
    finished_ = 0;
    loop_.restart();
    while (finished_ < wanted) loop_.run_one();
  }

  asio::io_context loop_{1};
  std::unique_ptr<postgres::Pool> pool_;
  std::unique_ptr<postgres::Database> database_;
  std::unique_ptr<TaskStore> store_;
  Instant now_;
  Steady::time_point until_;
  int left_ = 0, finished_ = 0;
  double made_ = 0;
  std::uint32_t seed_ = 0;
};

int run(int argc, char** argv) {
  if (argc < 4) return std::fprintf(stderr, "usage: URL create|fill|read …\n"), 2;
  const std::string url = argv[1], what = argv[2];
  const auto migrated = postgres::migrate(url, {{"tasks", sql_migrations(), postgres_steps()}});
  if (!migrated) return std::fprintf(stderr, "%s\n", migrated.error().detail.c_str()), 1;
  if (what == "create") {
    const int clients = argc > 4 ? std::atoi(argv[4]) : 16;
    Bench(url, clients).create(std::atof(argv[3]), clients);
  } else if (what == "fill") {
    Bench(url, 8).fill(std::atoi(argv[3]));
  } else {
    Bench(url, 2).read(std::atof(argv[3]));
  }
  return 0;
}

}  // namespace
}  // namespace daybook::tasks

int main(int argc, char** argv) { return daybook::tasks::run(argc, argv); }
