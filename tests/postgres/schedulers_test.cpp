#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fault_point.hpp"
#include "core/json.hpp"
#include "runtime/embedded/invoker.hpp"
#include "runtime/embedded/timers.hpp"
#include "services/scheduler/module.hpp"
#include "services/tasks/module.hpp"
#include "storage/postgres/test_database.hpp"
#include "storage/sql/timer_table.hpp"

// Several schedulers on one PostgreSQL (design, rule 8; issue 5): each takes what the others have not, and one that
// dies loses nothing.
namespace daybook::scheduler {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace postgres = storage::postgres;
constexpr int kUsers = 12;

void make_schemas(const std::string& url) {
  postgres::migrate(url,
                    {{"tasks", tasks::sql_migrations(), tasks::postgres_steps()}, {"scheduler", sql_migrations(), {}}})
      .value();
}

UserId user(int n) { return UserId{Uuid::v5(Uuid{}, "user " + std::to_string(n))}; }

/// One process with the roles scheduler and tasks; its own connections, its own clock.
class Replica {
 public:
  Replica(const std::string& url, Instant now, runtime::embedded::TimersOptions timers = {})
      : clock_(now),
        pool_(loop_.get_executor(), options(url)),
        timers_(loop_.get_executor(), scheduler_db_, storage::sql::TimerTable{"scheduler"}, clock_, std::move(timers)) {
    tasks_module_ = std::make_unique<tasks::Module>(*tasks_, clock_);
    module_ = std::make_unique<Module>(*store_, invoker_, clock_);
    invoker_.add("tasks", [this](Call call) { return tasks_module_->router().dispatch(std::move(call)); });
    module_->handle(timers_);
  }
  ~Replica() { storage::sqlite::run_on(loop_, pool_.stop()); }

  template <class T>
  T run(asio::awaitable<T> work) {
    return storage::sqlite::run_on(loop_, std::move(work));
  }
  Reply call(Method method, std::string path, std::string body, const UserId& by) {
    Call call;
    call.method = method;
    call.path = std::move(path);
    call.headers.set("Content-Type", "application/json");
    call.body = std::move(body);
    Principal principal;
    principal.user = by;
    call.principal = principal;
    auto& router = call.path.starts_with("/api/v1/tasks") ? tasks_module_->router() : module_->router();
    return run(router.dispatch(std::move(call)));
  }

  asio::io_context loop_;
  ManualClock clock_;
  postgres::Pool pool_;
  postgres::Database tasks_db_{pool_, "tasks"}, scheduler_db_{pool_, "scheduler"};
  std::unique_ptr<tasks::TaskStore> tasks_ = tasks::make_sql_store(tasks_db_);
  std::unique_ptr<SchedulerStore> store_ = make_sql_store(scheduler_db_);
  runtime::embedded::Invoker invoker_{loop_.get_executor()};
  runtime::embedded::Timers timers_;
  std::unique_ptr<tasks::Module> tasks_module_;
  std::unique_ptr<Module> module_;

 private:
  static postgres::PoolOptions options(const std::string& url) {
    postgres::PoolOptions options;
    options.session.url = url;
    return options;
  }
};

class Schedulers : public ::testing::Test {
 protected:
  Schedulers() { url_ = test::PostgresServer::instance()->make_database("schedulers", &make_schemas); }
  ~Schedulers() override { test::PostgresServer::instance()->drop_database(url_); }

  std::string sql(const std::string& text) { return test::PostgresServer::instance()->run(url_, text); }

  /// Three reminders a user, all due at `due_`, as the tasks service's events tell of them.
  void make_reminders() {
    Replica replica(url_, now_);
    std::vector<CloudEvent> events;
    for (int n = 0; n < kUsers; ++n) {
      const auto reply = replica.call(Method::post, "/api/v1/tasks",
                                      R"({"title":"T","dueAt":"2026-03-05T12:00:00Z","reminders":[{"before":"PT0S"},)"
                                      R"({"at":"2026-03-05T12:00:00Z"},{"before":"PT0M"}]})",
                                      user(n));
      ASSERT_EQ(reply.status, 201) << reply.body;
      CloudEvent event;
      event.id = EventId::make(now_);
      event.type = "task.created";
      event.user = user(n);
      event.time = now_;
      event.data = reply.shared_body ? *reply.shared_body : reply.body;
      events.push_back(std::move(event));
    }
    for (const auto& done : replica.run(replica.store_->apply_events(std::move(events), now_))) ASSERT_TRUE(done);
    ASSERT_EQ(sql("SELECT count(*) FROM scheduler.timer WHERE kind = 'reminder'"), std::to_string(3 * kUsers));
  }

  /// Each reminder has one line in the ledger and was told once.
  void expect_each_once() {
    EXPECT_EQ(sql("SELECT count(*) FROM scheduler.timer WHERE kind = 'reminder'"), "0");
    EXPECT_EQ(sql("SELECT count(*) FROM scheduler.firing"), std::to_string(3 * kUsers));
    EXPECT_EQ(sql("SELECT count(DISTINCT (user_id, reminder_id)) FROM scheduler.firing"), std::to_string(3 * kUsers));
    EXPECT_EQ(sql("SELECT count(*) FROM scheduler.reminder WHERE state = 'fired'"), std::to_string(3 * kUsers));
    EXPECT_EQ(sql("SELECT count(*) FROM scheduler.outbox WHERE type = 'reminder.triggered'"),
              std::to_string(3 * kUsers));
    EXPECT_EQ(sql("SELECT count(DISTINCT subject) FROM scheduler.outbox WHERE type = 'reminder.triggered'"),
              std::to_string(3 * kUsers));
  }

  /// Waits for the end of every lease: as the server's clock going on would.
  void end_leases() { sql("UPDATE scheduler.timer SET leased_until = 1 WHERE leased_until > 0"); }

  /// Runs a replica in a process of its own that dies by SIGKILL when it comes to `point` the `nth` time.
  void die_at(const char* point, int nth) {
    static const char* where;
    static int left;
    where = point;
    left = nth;
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      fault_hook = [](const char* name) {
        if (std::string_view(name) == where && --left == 0) ::kill(::getpid(), SIGKILL);
      };
      Replica replica(url_, due_);
      ignore(replica.run(replica.timers_.fire_due()), "it dies on the way");
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it never came to " << point;
  }

  const Instant now_ = parse_rfc3339("2026-03-04T09:00:00Z").value();
  const Instant due_ = parse_rfc3339("2026-03-05T12:00:00Z").value();
  std::string url_;
};

/// Both fire until neither finds anything more.
void fire_side_by_side(Replica& a, Replica& b) {
  bool more = true;
  auto fire = [&](Replica& replica) -> asio::awaitable<void> {
    const auto fired = co_await replica.timers_.fire_due();
    EXPECT_TRUE(fired);
    more |= fired && *fired > 0;
  };
  for (int round = 0; more && round < 50; ++round) {
    more = false;
    bool done_a = false, done_b = false;
    asio::co_spawn(a.loop_, fire(a), [&](std::exception_ptr) { done_a = true; });
    asio::co_spawn(b.loop_, fire(b), [&](std::exception_ptr) { done_b = true; });
    a.loop_.restart();
    b.loop_.restart();
    while (!done_a || !done_b) {
      a.loop_.run_one_for(1ms);
      b.loop_.run_one_for(1ms);
    }
  }
}

// C-03, X-13: two at once, each reminder once.
TEST_F(Schedulers, ShareWhatIsDue) {
  make_reminders();
  Replica one(url_, due_), two(url_, due_);
  fire_side_by_side(one, two);
  expect_each_once();
}

// R-10, R-18: killed between any two steps of firing, another goes on when the lease is over.
TEST_F(Schedulers, OneThatIsKilledLosesNothing) {
  for (const auto& [point, nth] : {std::pair{"scheduler.fire.asked", 1},
                                   {"scheduler.fire.asked", kUsers / 2},
                                   {"scheduler.fire.before-ledger", 2},
                                   {"scheduler.fire.before-commit", 1},
                                   {"scheduler.fire.before-commit", kUsers}}) {
    SCOPED_TRACE(std::string(point) + ' ' + std::to_string(nth));
    sql("TRUNCATE scheduler.firing, scheduler.reminder, scheduler.timer, scheduler.outbox");
    make_reminders();
    die_at(point, nth);
    Replica other(url_, due_);
    ASSERT_TRUE(other.run(other.timers_.fire_due()));
    EXPECT_NE(sql("SELECT count(*) FROM scheduler.firing"), std::to_string(3 * kUsers)) << "its lease still holds";
    end_leases();
    ASSERT_TRUE(other.run(other.timers_.fire_due()));
    expect_each_once();
  }
}

// R-18: its connections cut while it fires.
TEST_F(Schedulers, OneWhoseConnectionsBreakLosesNothing) {
  make_reminders();
  static std::string url;
  static int commits;
  url = url_;
  commits = 0;
  fault_hook = [](const char* name) {
    if (std::string_view(name) == "scheduler.fire.before-commit" && ++commits == 3)
      test::PostgresServer::instance()->cut_connections(url);
  };
  {
    Replica one(url_, due_);
    ignore(one.run(one.timers_.fire_due()), "its connections are cut");
  }
  fault_hook = nullptr;
  EXPECT_GE(commits, 3);
  end_leases();
  Replica two(url_, due_ + 5min);  // What failed was put off.
  ASSERT_TRUE(two.run(two.timers_.fire_due()));
  expect_each_once();
}

// Design, rule 6: leases are the server's time. A process whose clock is wrong neither takes what another works on nor
// keeps others from it.
TEST_F(Schedulers, LeasesDoNotHangOnTheClocksOfProcesses) {
  make_reminders();
  const storage::sql::TimerTable table{"scheduler"};
  const auto claim = [&](Replica& replica, int limit) {
    auto change = [&table, limit, now = replica.clock_.now()](storage::sql::Writer& db) -> Result<std::size_t> {
      return table.claim(db, "reminder", now, limit, 30s).size();
    };
    return replica.run(replica.scheduler_db_.write(storage::sql::Lane::background, std::move(change))).value();
  };
  Replica right(url_, due_), fast(url_, due_ + 24h);
  EXPECT_EQ(claim(right, 5), 5U);
  EXPECT_EQ(claim(fast, 1000), 3U * kUsers - 5) << "all but those";
  EXPECT_EQ(claim(fast, 1000), 0U);
  EXPECT_EQ(claim(right, 1000), 0U);
  const auto next = [&table](storage::sql::Reader& db) -> Result<std::optional<Instant>> {
    return table.next_free(db, "reminder");
  };
  EXPECT_FALSE(right.run(right.scheduler_db_.read(next)).value());
  end_leases();
  EXPECT_EQ(right.run(right.scheduler_db_.read(next)).value(), due_);
  EXPECT_EQ(claim(right, 1000), 3U * kUsers);
}

// C-03, design, rule 8: what one process has set and leaves to the others when it goes, a sweep finds.
TEST_F(Schedulers, OneFiresWhatAnotherHasSet) {
  runtime::embedded::TimersOptions options;
  options.sweep = 20ms;
  Replica staying(url_, due_, options);
  ASSERT_TRUE(staying.run(staying.timers_.start()));
  staying.loop_.run_for(200ms);  // It has looked, and nothing is due.
  make_reminders();              // By a process that is gone then.
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (sql("SELECT count(*) FROM scheduler.timer WHERE kind = 'reminder'") != "0" &&
         std::chrono::steady_clock::now() < end) {
    staying.loop_.restart();
    staying.loop_.run_for(20ms);
  }
  storage::sqlite::run_on(staying.loop_, staying.timers_.stop());
  expect_each_once();
}

// B-06, R-16: the same series looked at by both, also at once.
TEST_F(Schedulers, MakeEachOccurrenceOnce) {
  Replica one(url_, now_), two(url_, now_);
  for (int n = 0; n < kUsers; ++n) {
    const auto reply = one.call(Method::post, "/api/v1/recurring",
                                R"({"title":"Daily","pattern":"daily","startsAt":"2026-03-05T08:00:00Z"})", user(n));
    ASSERT_EQ(reply.status, 201) << reply.body;
  }
  for (auto step : {std::chrono::seconds{6}, std::chrono::seconds{24h * 3}, std::chrono::seconds{24h * 10}}) {
    for (auto* each : {&one, &two}) each->clock_.advance(step);
    fire_side_by_side(one, two);
  }
  EXPECT_EQ(sql("SELECT count(*) FROM scheduler.occurrence"), std::to_string(kUsers * (28 + 13)));
  EXPECT_EQ(sql("SELECT count(*) FROM tasks.task"), std::to_string(kUsers * (28 + 13)));
  EXPECT_EQ(sql("SELECT count(*) FROM scheduler.occurrence WHERE pending <> ''"), "0");
}

}  // namespace
}  // namespace daybook::scheduler
