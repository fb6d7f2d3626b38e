#include "services/tasks/state_task_store.hpp"

#include "core/clock.hpp"
#include "runtime/embedded/state_store.hpp"
#include "runtime/together.hpp"
#include "services/tasks/store_contract.hpp"
#include "storage/sqlite/test_database.hpp"

// The store on a state store, without Dapr; tests/realparts runs the same suite on Dapr's PostgreSQL and Redis.
namespace daybook::tasks::state_test {  // Named, since a typed suite may not be of a type without linkage.

using runtime::state::UserDatabases;
using storage::sqlite::TestDatabase;

constexpr StoreLimits kLimits{5, 10};

/// One process on a state store.
struct Process {
  Process(boost::asio::io_context& loop, runtime::StateStore& state, const WallClock& clock,
          std::vector<CloudEvent>& published, bool& broker_up)
      : users(loop.get_executor(), state, clock, state_schema(),
              [&published, &broker_up](std::vector<CloudEvent> events) {
                return publish(std::move(events), published, broker_up);
              }),
        store(make_state_store(users, kLimits)) {}

  static boost::asio::awaitable<std::vector<Result<>>> publish(std::vector<CloudEvent> events,
                                                               std::vector<CloudEvent>& published, bool& broker_up) {
    std::vector<Result<>> results;
    for (auto& event : events) {
      if (!broker_up)
        results.push_back(Error{Errc::unavailable, "the broker is down"});
      else
        results.push_back({});
      if (broker_up) published.push_back(std::move(event));
    }
    co_return results;
  }

  UserDatabases users;
  std::unique_ptr<TaskStore> store;
};

class StateBackend {
 public:
  TaskStore& store() { return *process_->store; }
  template <class T>
  T run(boost::asio::awaitable<T> work) {
    return file_.run(std::move(work));
  }
  std::vector<CloudEvent> events() {
    EXPECT_TRUE(run(process_->users.outbox().flush()));
    EXPECT_TRUE(run(process_->users.outbox().sweep()));
    return published_;
  }
  /// As another process that knows nothing yet.
  void reopen() { process_.emplace(file_.loop(), state_, clock_, published_, broker_up_); }

  std::unique_ptr<Process> another() {
    return std::make_unique<Process>(file_.loop(), state_, clock_, published_, broker_up_);
  }
  runtime::StateStore& state() { return state_; }
  ManualClock& clock() { return clock_; }
  UserDatabases& users() { return process_->users; }
  bool broker_up_ = true;

 private:
  TestDatabase file_{{runtime::embedded::StateStore::migration()}};
  ManualClock clock_{parse_rfc3339("2026-03-04T09:00:00Z").value()};
  runtime::embedded::StateStore state_{*file_, clock_};
  std::vector<CloudEvent> published_;
  std::optional<Process> process_{std::in_place, file_.loop(), state_, clock_, published_, broker_up_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(State, TaskStoreContract, StateBackend);

class StateTaskStoreTest : public ::testing::Test {
 protected:
  Command command() {
    Command out;
    out.user = user_;
    out.now = backend_.clock().now();
    out.timezone = "Europe/Berlin";
    return out;
  }
  Result<TaskDocument> create(TaskStore& store, std::string title) {
    domain::TaskDraft draft;
    draft.title = std::move(title);
    draft.status = domain::Status::completed;  // The quota is of open tasks.
    return backend_.run(store.create(command(), draft));
  }
  std::vector<std::int64_t> numbers(TaskStore& store) {
    domain::TaskQuery query;
    query.limit = 200;
    const auto page = backend_.run(store.list(user_, "UTC", query)).value();
    const auto parsed = parse_json("[" + page.items + "]").value();
    std::vector<std::int64_t> out;
    for (const auto& item : parsed.as_array()) out.push_back(item.at("number").to_number<std::int64_t>());
    return out;
  }

  StateBackend backend_;
  UserId user_ = UserId{Uuid::v5(Uuid{}, "ada")};
};

boost::asio::awaitable<Result<>> create_many(TaskStore& store, Command command, int count) {
  for (int i = 0; i < count; ++i) {
    domain::TaskDraft draft;
    draft.title = "task";
    draft.status = domain::Status::completed;
    auto made = co_await store.create(command, std::move(draft));
    if (!made) co_return made.error();
  }
  co_return Result<>{};
}

// E-05, H-02: two replicas write one user at the same time
TEST_F(StateTaskStoreTest, WritersOfSeveralProcessesLoseNothing) {
  auto other = backend_.another();
  int ended = 0;
  Result<> outcome;
  const auto count = [&](std::exception_ptr, Result<> done) {
    if (!done) outcome = done;
    ++ended;
  };
  auto both = [&]() -> boost::asio::awaitable<Result<>> {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(executor, create_many(backend_.store(), command(), 20), count);
    boost::asio::co_spawn(executor, create_many(*other->store, command(), 20), count);
    while (ended < 2) {
      boost::asio::steady_timer timer(executor, std::chrono::milliseconds{1});
      co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    co_return outcome;
  };
  EXPECT_TRUE(backend_.run(both()));
  auto found = numbers(backend_.store());
  EXPECT_EQ(numbers(*other->store), found);
  std::sort(found.begin(), found.end());
  std::vector<std::int64_t> expected;
  for (int i = 1; i <= 40; ++i) expected.push_back(i);
  EXPECT_EQ(found, expected);
  std::vector<std::int64_t> sequences;
  for (const auto& event : backend_.events()) sequences.push_back(event.sequence);
  EXPECT_EQ(sequences, expected);
}

TEST_F(StateTaskStoreTest, AReplicaSeesWhatAnotherWroteAndErased) {
  auto other = backend_.another();
  ASSERT_TRUE(create(backend_.store(), "a"));
  EXPECT_THAT(numbers(*other->store), ElementsAre(1));
  ASSERT_TRUE(create(*other->store, "b"));
  EXPECT_THAT(numbers(backend_.store()), ElementsAre(2, 1));
  ASSERT_TRUE(backend_.run(other->store->erase(user_)));
  EXPECT_THAT(numbers(backend_.store()), IsEmpty());
}

// Design, rule 2: a process that dies before it publishes leaves its events to any other
TEST_F(StateTaskStoreTest, EventsOfADeadProcessArePublishedByAnother) {
  backend_.broker_up_ = false;
  ASSERT_TRUE(create(backend_.store(), "a"));
  ASSERT_TRUE(create(backend_.store(), "b"));
  EXPECT_FALSE(backend_.run(backend_.users().outbox().flush()));
  backend_.broker_up_ = true;
  backend_.reopen();
  const auto events = backend_.events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].sequence, 1);
  EXPECT_EQ(events[1].sequence, 2);
  EXPECT_EQ(backend_.events().size(), 2u);  // Once.
}

TEST_F(StateTaskStoreTest, WhoHasNothingToPublishLeavesTheRosterInTime) {
  ASSERT_TRUE(create(backend_.store(), "a"));
  runtime::state::Roster roster(backend_.state(), "outbox");
  const auto everybody = [&] {
    std::size_t count = 0;
    for (int shard = 0; shard < runtime::state::Roster::kShards; ++shard)
      count += backend_.run(roster.read(shard)).value().size();
    return count;
  };
  backend_.events();
  EXPECT_EQ(everybody(), 1u);
  backend_.clock().advance(std::chrono::minutes{3});
  EXPECT_TRUE(backend_.run(backend_.users().outbox().sweep()));
  EXPECT_EQ(everybody(), 0u);
  ASSERT_TRUE(create(backend_.store(), "b"));
  EXPECT_EQ(everybody(), 1u);
}

}  // namespace daybook::tasks::state_test
