// The outbox's relay (design, rule 2): nothing is lost, users keep their order, whoever else fails or dies.

#include "storage/postgres/relay.hpp"

#include <gmock/gmock.h>

#include <boost/asio/post.hpp>
#include <map>

#include "storage/postgres/test_database.hpp"

namespace daybook {
namespace {

using storage::postgres::Database;
using storage::postgres::kShards;
using storage::postgres::Pool;
using storage::postgres::Relay;
using storage::postgres::RelayOptions;
using storage::sql::Lane;
using storage::sql::Writer;
using test::PostgresDatabase;
using test::PostgresServer;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

void make_schema(const std::string& url) { storage::postgres::migrate(url, {{"feed", {}}}).value(); }

RelayOptions eager() {
  RelayOptions options;
  options.backoff = 0;
  options.sweep = std::chrono::milliseconds{50};
  return options;
}

/// What stands for the broker: remembers, or refuses on purpose.
struct Broker {
  std::map<UserId, std::vector<std::int64_t>> arrived;
  std::vector<Errc> refusals;  ///< One is used up by each batch.
  std::map<std::string, Errc> refused_types;
  int batches = 0;
  std::map<UserId, int> in_flight;
  bool overlapped = false;

  storage::postgres::Publish publisher(boost::asio::io_context& loop) {
    return [this, &loop](std::vector<CloudEvent> events) -> boost::asio::awaitable<std::vector<Result<>>> {
      ++batches;
      for (const auto& event : events)
        overlapped = overlapped || (in_flight[event.user]++ > 0 && is_first(events, event));
      co_await boost::asio::post(loop, boost::asio::use_awaitable);
      std::vector<Result<>> results;
      std::optional<Errc> refusal;
      if (!refusals.empty()) {
        refusal = refusals.back();
        refusals.pop_back();
      }
      for (const auto& event : events) {
        in_flight[event.user] = 0;
        const auto refused = refused_types.find(event.type);
        if (refusal) {
          results.push_back(Error{*refusal, "on purpose"});
        } else if (refused != refused_types.end()) {
          results.push_back(Error{refused->second, "on purpose"});
        } else {
          arrived[event.user].push_back(event.sequence);
          results.push_back({});
        }
      }
      co_return results;
    };
  }
  static bool is_first(const std::vector<CloudEvent>& events, const CloudEvent& event) {
    for (const auto& each : events)
      if (each.user == event.user) return &each == &event;
    return false;
  }
  std::size_t count() const {
    std::size_t n = 0;
    for (const auto& [user, sequences] : arrived) n += sequences.size();
    return n;
  }
};

class OutboxRelay : public ::testing::Test {
 protected:
  static UserId user(int n) { return UserId{Uuid::v5(Uuid{}, std::to_string(n))}; }
  static CloudEvent event(const UserId& of, std::string type = "note.made") {
    CloudEvent event;
    event.source = "/daybook/feed";
    event.type = std::move(type);
    event.user = of;
    event.data = "{}";
    return event;
  }
  Result<> append(const UserId& of, std::string type = "note.made") {
    return db_.write([&](Writer& w) -> Result<> {
      w.append_event(event(of, type));
      return {};
    });
  }
  /// Runs the loop until `done`.
  template <class Done>
  void until(Done done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    db_.loop().restart();
    while (!done() && std::chrono::steady_clock::now() < end) db_.loop().run_one_for(std::chrono::milliseconds{50});
    EXPECT_TRUE(done());
  }

  PostgresDatabase db_{"feed", make_schema};
  Broker broker_;
};

// E-01, E-06, X-18
TEST_F(OutboxRelay, PublishesWhatCommitsInTheOrderOfEachUserAndEmptiesTheOutbox) {
  Relay relay(*db_, broker_.publisher(db_.loop()), eager());
  ASSERT_TRUE(db_.run(relay.start()));
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(append(user(i % 3)));
  until([&] { return broker_.count() == 30; });
  for (int u = 0; u < 3; ++u) EXPECT_THAT(broker_.arrived[user(u)], ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  db_.run(relay.stop());
  EXPECT_THAT(db_.events(), IsEmpty());
  EXPECT_FALSE(broker_.overlapped);
}

// What was rolled back was never an event.
TEST_F(OutboxRelay, AFailedChangeLeavesNoEventAndNoGapInTheSequence) {
  ASSERT_TRUE(append(user(1)));
  EXPECT_FALSE(db_.write([&](Writer& w) -> Result<> {
    w.append_event(event(user(1)));
    return Error{Errc::conflict, "no"};
  }));
  ASSERT_TRUE(append(user(1)));
  Relay relay(*db_, broker_.publisher(db_.loop()), eager());
  ASSERT_TRUE(db_.run(relay.renew()));
  EXPECT_EQ(db_.run(relay.publish_once()).value(), 2);
  EXPECT_THAT(broker_.arrived[user(1)], ElementsAre(1, 2));
  db_.run(relay.resign());
}

// A row may commit after rows that took their positions later.
TEST_F(OutboxRelay, ALateCommitIsNotSkipped) {
  Relay relay(*db_, broker_.publisher(db_.loop()), eager());
  ASSERT_TRUE(db_.run(relay.renew()));
  auto lock = PostgresServer::instance()->hold(db_.url(), 7);
  auto late = [&](Writer& w) -> Result<> {
    w.append_event(event(user(1)));
    w.query("SELECT pg_advisory_xact_lock(7)").step();
    return {};
  };
  bool late_done = false;
  boost::asio::co_spawn(db_.loop(), (*db_).write(Lane::foreground, late),
                        [&](std::exception_ptr, Result<>) { late_done = true; });
  auto taken = [&] {
    return PostgresServer::instance()->run(db_.url(),
                                           "SELECT last_value FROM feed.outbox_position_seq WHERE is_called") == "1";
  };
  until(taken);
  ASSERT_TRUE(append(user(2)));
  EXPECT_FALSE(late_done);
  EXPECT_EQ(db_.run(relay.publish_once()).value(), 1);
  lock.reset();
  until([&] { return late_done; });
  EXPECT_EQ(db_.run(relay.publish_once()).value(), 1);
  EXPECT_THAT(broker_.arrived[user(1)], ElementsAre(1));
  EXPECT_THAT(broker_.arrived[user(2)], ElementsAre(1));
  db_.run(relay.resign());
}

// E-02, E-03: the broker is away, and nobody waits for it
TEST_F(OutboxRelay, NeverGivesUpWhileTheBrokerIsAway) {
  broker_.refusals.assign(100'000, Errc::unavailable);
  Relay relay(*db_, broker_.publisher(db_.loop()), eager());
  ASSERT_TRUE(db_.run(relay.start()));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(append(user(1)));
  until([&] { return broker_.batches > 6; });
  const auto lag = db_.run(relay.lag()).value();
  EXPECT_EQ(lag.events, 5);
  EXPECT_FALSE(relay.counters().last_error.empty());
  EXPECT_GT(relay.counters().failures, 0u);
  broker_.refusals.clear();
  until([&] { return broker_.count() == 5; });
  EXPECT_THAT(broker_.arrived[user(1)], ElementsAre(1, 2, 3, 4, 5));
  db_.run(relay.stop());
  EXPECT_TRUE(relay.counters().last_error.empty());
}

TEST_F(OutboxRelay, AnEventThatIsRefusedForGoodHoldsUpNobodyAndIsKept) {
  broker_.refused_types["note.huge"] = Errc::payload_too_large;
  ASSERT_TRUE(append(user(1), "note.huge"));
  ASSERT_TRUE(append(user(2)));
  ASSERT_TRUE(append(user(1)));
  auto options = eager();
  options.refused_pause = std::chrono::milliseconds{0};
  Relay relay(*db_, broker_.publisher(db_.loop()), options);
  ASSERT_TRUE(db_.run(relay.renew()));
  EXPECT_EQ(db_.run(relay.publish_once()).value(), 2);
  EXPECT_EQ(db_.events().size(), 1u);
  broker_.refused_types.clear();
  EXPECT_EQ(db_.run(relay.publish_once()).value(), 1);
  EXPECT_THAT(db_.events(), IsEmpty());
  db_.run(relay.resign());
}

TEST_F(OutboxRelay, ConnectionsThatAreCutLoseNothing) {
  Relay relay(*db_, broker_.publisher(db_.loop()), eager());
  ASSERT_TRUE(db_.run(relay.start()));
  for (int i = 0; i < 12; ++i) {
    EXPECT_TRUE(append(user(1)));
    if (i % 4 == 3) PostgresServer::instance()->cut_connections(db_.url());
  }
  // At least once: what was published when the connection broke may come again.
  until([&] {
    return !broker_.arrived[user(1)].empty() && broker_.arrived[user(1)].back() == 12 && db_.events().empty();
  });
  std::vector<std::int64_t> once = broker_.arrived[user(1)];
  std::sort(once.begin(), once.end());
  once.erase(std::unique(once.begin(), once.end()), once.end());
  EXPECT_EQ(once.size(), 12u);
  db_.run(relay.stop());
}

TEST_F(OutboxRelay, ShardsAreSharedAndGoToTheSurvivor) {
  auto options = eager();
  options.lease = std::chrono::milliseconds{600};
  Relay one(*db_, broker_.publisher(db_.loop()), options);
  ASSERT_TRUE(db_.run(one.renew()));
  EXPECT_EQ(one.counters().shards, kShards);
  {
    Relay two(*db_, broker_.publisher(db_.loop()), options);
    ASSERT_TRUE(db_.run(two.renew()));
    EXPECT_EQ(two.counters().shards, 0) << "all were taken";
    ASSERT_TRUE(db_.run(one.renew()));
    EXPECT_EQ(one.counters().shards, kShards / 2) << "it lets go of the other's half";
    ASSERT_TRUE(db_.run(two.renew()));
    EXPECT_EQ(two.counters().shards, kShards / 2);
    // It dies without a word.
  }
  until([&] { return db_.run(one.renew()).has_value() && one.counters().shards == kShards; });
  db_.run(one.resign());
}

// Two processes: each hears at once of what the other committed for it.
TEST_F(OutboxRelay, AnotherProcessIsToldOfWhatItHasToPublish) {
  auto options = eager();
  options.sweep = std::chrono::hours{1};
  Relay owner(*db_, broker_.publisher(db_.loop()), options);
  ASSERT_TRUE(db_.run(owner.start()));
  until([&] { return owner.counters().shards == kShards; });
  auto listening = [&] {
    return PostgresServer::instance()->run(
               db_.url(), "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle'") == "1";
  };
  until(listening);
  storage::postgres::PoolOptions pool_options;
  pool_options.session.url = db_.url();
  Pool pool(db_.loop().get_executor(), pool_options);
  Database elsewhere(pool, "feed");
  Broker none;
  Relay visitor(elsewhere, none.publisher(db_.loop()), options);
  ASSERT_TRUE(db_.run(visitor.start()));
  ASSERT_TRUE(db_.run(elsewhere.write(Lane::foreground, [&](Writer& w) -> Result<> {
    w.append_event(event(user(7)));
    return {};
  })));
  until([&] { return broker_.count() + none.count() == 1; });
  db_.run(visitor.stop());
  db_.run(owner.stop());
  db_.run(pool.stop());
}

}  // namespace
}  // namespace daybook
