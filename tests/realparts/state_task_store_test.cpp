// The tasks store on Dapr's state API, on PostgreSQL and on Redis: what deploy/dapr swaps by a component file. The same
// contract suite runs on SQLite and PostgreSQL (src/services/tasks, tests/postgres).

#include "services/tasks/state_task_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <iostream>
#include <set>

#include "core/clock.hpp"
#include "runtime/dapr/state_store.hpp"
#include "services/tasks/sql_change.hpp"
#include "services/tasks/store_contract.hpp"
#include "sidecar_process.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::tasks::dapr_state_test {  // Named, since a typed suite may not be of a type without linkage.

namespace asio = boost::asio;
namespace dapr = runtime::dapr;
using asio::awaitable;
using realparts::SidecarProcess;
using runtime::StateStore;
using runtime::state::UserDatabases;

constexpr StoreLimits kLimits{5, 10};

/// A part of the store of its own for each test: before the user, so that a user is a scope still.
class Apart final : public StateStore {
 public:
  Apart(StateStore& whole, std::string prefix) : whole_(whole), prefix_(std::move(prefix)) {}
  awaitable<Result<std::optional<Entry>>> get(std::string key) override {
    co_return co_await whole_.get(prefix_ + key);
  }
  awaitable<Result<std::vector<std::optional<Entry>>>> get_many(std::vector<std::string> keys) override {
    for (auto& key : keys) key.insert(0, prefix_);
    co_return co_await whole_.get_many(std::move(keys));
  }
  awaitable<Result<>> transact(std::vector<Write> writes) override {
    for (auto& write : writes) write.key.insert(0, prefix_);
    co_return co_await whole_.transact(std::move(writes));
  }

 private:
  StateStore& whole_;
  std::string prefix_;
};

/// One sidecar for all tests of a component.
struct Beside {
  explicit Beside(const char* component)
      : process({.app_id = std::string("tasks-on-") + component,
                 .app_port = realparts::free_port(),
                 .resources = {component, "common"},
                 .app_token = {},
                 .api_token = {}}) {
    process.start();
    sidecar = dapr::Sidecar::make(loop.get_executor(), {.url = process.url(), .token = {}}).value();
    store = std::make_unique<dapr::StateStore>(*sidecar, dapr::StateStoreOptions{});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!storage::sqlite::run_on(loop, store->start()))
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the sidecar is not ready");
  }
  asio::io_context loop{1};
  SidecarProcess process;
  std::unique_ptr<dapr::Sidecar> sidecar;
  std::unique_ptr<dapr::StateStore> store;
};

struct OnPostgres {
  static Beside& beside() {
    static Beside one("state-postgresql");
    return one;
  }
};
struct OnRedis {
  static Beside& beside() {
    static Beside one("state-redis");
    return one;
  }
};

template <class Where>
class DaprBackend {
 public:
  TaskStore& store() { return *store_; }
  template <class T>
  T run(awaitable<T> work) {
    return storage::sqlite::run_on(beside_.loop, std::move(work));
  }
  std::vector<CloudEvent> events() {
    EXPECT_TRUE(run(users_->outbox().flush()));
    return published_;
  }
  void reopen() { open(); }
  UserDatabases& users() { return *users_; }
  asio::io_context& loop() { return beside_.loop; }
  std::unique_ptr<UserDatabases> another() {
    return std::make_unique<UserDatabases>(beside_.loop.get_executor(), state_, clock_, state_schema(),
                                           [this](std::vector<CloudEvent> events) { return keep(std::move(events)); });
  }

 private:
  void open() {
    store_.reset();
    users_ = another();
    store_ = make_state_store(*users_, kLimits);
  }
  awaitable<std::vector<Result<>>> keep(std::vector<CloudEvent> events) {
    std::vector<Result<>> results(events.size());
    for (auto& event : events) published_.push_back(std::move(event));
    co_return results;
  }

  Beside& beside_ = Where::beside();
  SystemClock clock_;
  Apart state_{*beside_.store, Uuid::random().str().substr(0, 8) + "-"};
  std::vector<CloudEvent> published_;
  std::unique_ptr<UserDatabases> users_;
  std::unique_ptr<TaskStore> store_;

 public:
  DaprBackend() { open(); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(DaprOnPostgres, TaskStoreContract, DaprBackend<OnPostgres>);
INSTANTIATE_TYPED_TEST_SUITE_P(DaprOnRedis, TaskStoreContract, DaprBackend<OnRedis>);

template <class Where>
class DaprTaskStore : public ::testing::Test {
 protected:
  Command command() {
    Command out;
    out.user = user_;
    out.now = now_;
    out.timezone = "UTC";
    return out;
  }
  static domain::TaskDraft draft(int number) {
    domain::TaskDraft draft;
    draft.title = "Task " + std::to_string(number) + (number % 100 ? "" : " with milk");
    draft.status = domain::Status::completed;  // The quota is of open tasks.
    return draft;
  }
  DaprBackend<Where> backend_;
  Instant now_ = at("2026-03-04T09:00:00Z");
  UserId user_ = UserId{Uuid::random()};
};
using Components = ::testing::Types<OnPostgres, OnRedis>;
TYPED_TEST_SUITE(DaprTaskStore, Components);

awaitable<void> create_some(TaskStore& store, Command command, int count, int& ended, Result<>& outcome) {
  for (int i = 0; i < count; ++i) {
    domain::TaskDraft draft;
    draft.title = "task";
    draft.status = domain::Status::completed;
    auto made = co_await store.create(command, std::move(draft));
    if (!made) outcome = made.error();
  }
  ++ended;
}

// H-02, E-05: replicas that write one user at the same time
TYPED_TEST(DaprTaskStore, WritersOfSeveralProcessesLoseNothing) {
  auto other_users = this->backend_.another();
  auto other = make_state_store(*other_users, kLimits);
  int ended = 0;
  Result<> outcome;
  for (TaskStore* store : {&this->backend_.store(), other.get()})
    for (int i = 0; i < 2; ++i)
      asio::co_spawn(this->backend_.loop(), create_some(*store, this->command(), 5, ended, outcome), asio::detached);
  while (ended < 4) {
    this->backend_.loop().restart();
    this->backend_.loop().run_one();
  }
  EXPECT_TRUE(outcome) << outcome.error().detail;
  domain::TaskQuery query;
  query.limit = 200;
  for (TaskStore* store : {&this->backend_.store(), other.get()}) {
    const auto page = this->backend_.run(store->list(this->user_, "UTC", query)).value();
    std::set<std::int64_t> numbers;
    const auto items = parse_json("[" + page.items + "]").value();
    for (const auto& item : items.as_array()) numbers.insert(item.at("number").as_int64());
    EXPECT_EQ(numbers.size(), 20u);
    EXPECT_EQ(*numbers.rbegin(), 20);
  }
}

// A user of 10,000 tasks: the same answers; how long they take is printed, not promised.
TYPED_TEST(DaprTaskStore, TenThousandTasksOfOneUser) {
  auto& backend = this->backend_;
  for (int from = 0; from < 10'000; from += 100) {
    auto fill = [command = this->command(), from](storage::sql::Writer& db) -> Result<> {
      for (int i = from; i < from + 100; ++i)
        if (auto made = create_in(db, command, DaprTaskStore<TypeParam>::draft(i), kLimits, false); !made)
          return made.error();
      return {};
    };
    auto database = backend.users().open(this->user_);
    const auto filled = backend.run(database->write(storage::sql::Lane::background, std::move(fill)));
    ASSERT_TRUE(filled) << filled.error().detail;
  }
  const auto timed = [](const char* what, auto body) {
    const auto began = std::chrono::steady_clock::now();
    body();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
    std::cout << "     " << what << ": " << took.count() << " ms\n";
  };
  backend.reopen();
  auto& store = backend.store();
  domain::TaskQuery query;
  query.text = "milk";
  query.limit = 200;
  const auto hits = [&] {
    const auto page = backend.run(store.list(this->user_, "UTC", query)).value();
    return parse_json("[" + page.items + "]").value().as_array().size();
  };
  timed("a process that knows nothing yet", [&] { EXPECT_EQ(hits(), 100u); });
  timed("search", [&] { EXPECT_EQ(hits(), 100u); });
  timed("create", [&] {
    EXPECT_EQ(backend.run(store.create(this->command(), DaprTaskStore<TypeParam>::draft(1))).value().number, 10'001);
  });
  query = {};
  query.cursor.clear();
  query.limit = 50;
  timed("list", [&] { EXPECT_FALSE(backend.run(store.list(this->user_, "UTC", query)).value().next_cursor.empty()); });
}

}  // namespace daybook::tasks::dapr_state_test
