// The gateway's stream log on PostgreSQL (design, rule 10): several gateways append what they receive and all of them
// show it, each event once, in each user's order and without gaps.

#include "services/gateway/postgres_stream_log.hpp"

#include <gmock/gmock.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>

#include "core/json.hpp"
#include "services/gateway/postgres_tickets.hpp"
#include "services/gateway/stream_hub.hpp"
#include "storage/postgres/test_database.hpp"

namespace daybook::gateway {
namespace {

using boost::asio::awaitable;
using storage::postgres::Database;
using storage::postgres::Pool;
using test::PostgresDatabase;
using test::PostgresServer;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void make_schema(const std::string& url) { storage::postgres::migrate(url, {postgres_schema()}).value(); }

UserId user(int n) { return UserId{Uuid::v5(Uuid{}, std::to_string(n))}; }

CloudEvent event(const UserId& of, std::string subject = "", std::string type = "task.updated") {
  CloudEvent event;
  event.id = EventId{Uuid::random()};
  event.source = "/daybook/tasks";
  event.type = std::move(type);
  event.subject = std::move(subject);
  event.user = of;
  event.data = "{}";
  return event;
}

/// One gateway's process: its own pool, its own log, and what that told.
struct Replica {
  explicit Replica(PostgresDatabase& database, std::chrono::milliseconds sweep)
      : test(database), pool(database.loop().get_executor(), options(database)), db(pool, "gateway"), log(db, sweep) {
    log.listen(
        database.loop().get_executor(), [] { return true; },
        [this](std::vector<StreamEvent> events) {
          for (auto& each : events) told[each.event->user].push_back(each.position);
          for (auto& each : events) subjects[each.event->user].push_back(each.event->subject);
          if (hub) hub->publish(events);
        });
  }
  ~Replica() {
    log.stop();
    test.run(log.finish());
    test.run(pool.stop());
  }
  static storage::postgres::PoolOptions options(PostgresDatabase& database) {
    storage::postgres::PoolOptions options;
    options.session.url = database.url();
    return options;
  }
  Result<> append(std::vector<CloudEvent> events) { return test.run(log.append(std::move(events))); }
  /// As the hub does when somebody opens a stream.
  void open(const UserId& user) {
    log.follow(user);
    ASSERT_TRUE(test.run(log.ends(user)));
  }

  PostgresDatabase& test;
  Pool pool;
  Database db;
  PostgresStreamLog log;
  std::map<UserId, std::vector<std::int64_t>> told;
  std::map<UserId, std::vector<std::string>> subjects;
  StreamHub* hub = nullptr;
};

class PostgresStream : public ::testing::Test {
 protected:
  template <class Done>
  void until(Done done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    db_.loop().restart();
    while (!done() && std::chrono::steady_clock::now() < end) db_.loop().run_one_for(std::chrono::milliseconds{50});
    EXPECT_TRUE(done());
  }
  /// Until the log listens, so that what is told from here on is heard.
  void settled(Replica& replica) {
    until([&] { return replica.test.run(listeners()) >= 1; });
  }
  awaitable<int> listeners() {
    auto query = [](storage::sql::Reader& db) -> Result<int> {
      auto row = db.query(
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle' "
          "AND datname = current_database()");
      row.step();
      return static_cast<int>(row.integer(0));
    };
    const auto count = co_await db_->read(std::move(query));
    co_return count ? *count : 0;
  }
  std::vector<std::int64_t> read(Replica& replica, const UserId& of, std::int64_t after) {
    std::vector<std::int64_t> out;
    const auto events = db_.run(replica.log.read(of, after, 1000));
    EXPECT_TRUE(events);
    if (events)
      for (const auto& each : *events) out.push_back(each.position);
    return out;
  }

  PostgresDatabase db_{"gateway", make_schema};
};

constexpr std::chrono::hours kNeverSweeps{1};

// E-05, H-02
TEST_F(PostgresStream, KeepsEachEventOnceUnderTheUsersOwnNumbers) {
  Replica one(db_, kNeverSweeps);
  const auto first = event(user(1)), second = event(user(1)), other = event(user(2));
  ASSERT_TRUE(one.append({first, other}));
  ASSERT_TRUE(one.append({first, second}));  // Delivered again, with more.
  EXPECT_THAT(read(one, user(1), 0), ElementsAre(1, 2));
  EXPECT_THAT(read(one, user(2), 0), ElementsAre(1));
  EXPECT_THAT(read(one, user(1), 1), ElementsAre(2));
}

TEST_F(PostgresStream, LeavesOutWhatNoScreenShows) {
  Replica one(db_, kNeverSweeps);
  ASSERT_TRUE(one.append({event(user(1), "", "security.audited"), event(user(1), "", "session.revoked")}));
  EXPECT_THAT(read(one, user(1), 0), ElementsAre(1));
}

// Rule 10, X-18
TEST_F(PostgresStream, WhatOneGatewayReceivesTheOtherShows) {
  Replica one(db_, kNeverSweeps), two(db_, kNeverSweeps);
  until([&] { return db_.run(listeners()) == 2; });
  two.open(user(1));
  ASSERT_TRUE(one.append({event(user(1), "a"), event(user(1), "b"), event(user(2), "c")}));
  until([&] { return two.told[user(1)].size() == 2; });
  EXPECT_THAT(two.subjects[user(1)], ElementsAre("a", "b"));
  EXPECT_THAT(two.told[user(2)], IsEmpty()) << "nobody has a stream open for this user";
  EXPECT_THAT(one.told[user(1)], IsEmpty());
}

TEST_F(PostgresStream, WhatTwoGatewaysWriteAtTheSameTimeHasNoGapAndNoPlaceTwice) {
  Replica one(db_, kNeverSweeps), two(db_, kNeverSweeps);
  until([&] { return db_.run(listeners()) == 2; });
  one.open(user(1));
  two.open(user(1));
  const int writers = 4, each = 25;
  int ended = 0;
  const auto write = [&](Replica& at) -> awaitable<void> {
    for (int i = 0; i < each; ++i) {
      std::vector<CloudEvent> events{event(user(1)), event(user(2 + i % 3))};
      EXPECT_TRUE(co_await at.log.append(std::move(events)));
    }
    ++ended;
  };
  for (int w = 0; w < writers; ++w) boost::asio::co_spawn(db_.loop(), write(w % 2 ? one : two), boost::asio::detached);
  std::vector<std::int64_t> all;
  for (int i = 1; i <= writers * each; ++i) all.push_back(i);
  until([&] {
    return ended == writers && one.told[user(1)].size() >= all.size() && two.told[user(1)].size() >= all.size();
  });
  EXPECT_EQ(one.told[user(1)], all);
  EXPECT_EQ(two.told[user(1)], all);
  EXPECT_EQ(read(one, user(1), 0), all);
}

// Whoever appended may die before it tells the others.
TEST_F(PostgresStream, WhatNobodyToldIsFoundBySweeping) {
  Replica two(db_, std::chrono::milliseconds{20});
  two.open(user(1));
  const auto silent = [&](std::int64_t place, const UserId& of, const std::string& type) {
    PostgresServer::instance()->run(
        db_.url(),
        "INSERT INTO gateway.stream_head VALUES ('" + of.str() + "', " + std::to_string(place) +
            ") ON CONFLICT (user_id) DO UPDATE SET last = excluded.last; INSERT INTO gateway.stream_log "
            "(user_id, seq, concerns, id, source, type, subject, time, dataschema, sequence, correlation_id, "
            "traceparent, data) VALUES ('" +
            of.str() + "', " + std::to_string(place) + ", " + (type == "session.revoked" ? "1" : "0") +
            ", gen_random_uuid(), '/daybook/tasks', '" + type + "', '', 0, '', 1, '', '', '{}')");
  };
  silent(1, user(1), "task.updated");
  silent(2, user(1), "task.updated");
  silent(1, user(2), "session.revoked");
  until([&] { return two.told[user(1)].size() == 2 && !two.told[user(2)].empty(); });
  EXPECT_THAT(two.told[user(1)], ElementsAre(1, 2));
  EXPECT_THAT(two.told[user(2)], ElementsAre(1)) << "a session's end reaches every gateway, whoever has a stream open";
}

TEST_F(PostgresStream, AfterTheServerRestartedItGoesOn) {
  Replica one(db_, kNeverSweeps), two(db_, kNeverSweeps);
  until([&] { return db_.run(listeners()) == 2; });
  two.open(user(1));
  PostgresServer::instance()->cut_connections(db_.url());
  ASSERT_TRUE(one.append({event(user(1), "a")}));
  until([&] { return two.told[user(1)].size() == 1; });
  ASSERT_TRUE(one.append({event(user(1), "b")}));
  until([&] { return two.told[user(1)].size() == 2; });
  EXPECT_THAT(two.subjects[user(1)], ElementsAre("a", "b"));
}

TEST_F(PostgresStream, PrunedPlacesAreNotTheLogsAnyMoreAndNumbersGoOn) {
  Replica one(db_, kNeverSweeps);
  ASSERT_TRUE(one.append({event(user(1)), event(user(1)), event(user(1))}));
  PostgresServer::instance()->run(
      db_.url(), "UPDATE gateway.stream_log SET appended_at = now() - interval '8 days' WHERE seq <= 2");
  EXPECT_EQ(db_.run(one.log.prune(std::chrono::days{7}, 100)).value(), 2);
  auto ends = db_.run(one.log.ends(user(1))).value();
  EXPECT_EQ(ends.first, 3);
  EXPECT_EQ(ends.last, 3);
  PostgresServer::instance()->run(db_.url(), "UPDATE gateway.stream_log SET appended_at = now() - interval '8 days'");
  EXPECT_EQ(db_.run(one.log.prune(std::chrono::days{7}, 100)).value(), 1);
  ends = db_.run(one.log.ends(user(1))).value();
  EXPECT_EQ(ends.first, 4);
  EXPECT_EQ(ends.last, 3);
  ASSERT_TRUE(one.append({event(user(1))}));
  EXPECT_THAT(read(one, user(1), 0), ElementsAre(4));
}

/// A client that keeps what it is sent.
class Screen final : public http::PushChannel {
 public:
  explicit Screen(boost::asio::any_io_executor executor) : wake_(executor) {
    wake_.expires_at(boost::asio::steady_timer::time_point::max());
  }
  bool send(std::shared_ptr<const std::string> message, std::string_view id) override {
    if (closed) return false;
    const auto value = *parse_json(*message);
    types.emplace_back(value.at("type").as_string());
    subjects.emplace_back(value.as_object().contains("subject") ? value.at("subject").as_string() : "");
    cursor = id;
    return true;
  }
  awaitable<bool> drained() override { co_return !closed; }
  awaitable<Result<std::string>> receive() override {
    while (!closed) ignore(co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)), "closed");
    co_return Error{Errc::unavailable, "Gone."};
  }
  void close(std::uint16_t, std::string) override {
    closed = true;
    wake_.cancel();
  }

  std::vector<std::string> types, subjects;
  std::string cursor;
  bool closed = false;

 private:
  boost::asio::steady_timer wake_;
};

/// A gateway's hub on its replica of the log.
struct Gateway {
  Gateway(PostgresDatabase& database, std::chrono::milliseconds sweep) : replica(database, sweep) {
    replica.hub = &hub;
  }
  ~Gateway() {
    for (auto& screen : screens) screen->close(1000, "");
    replica.test.loop().restart();
    while (hub.open() > 0) replica.test.loop().run_one_for(std::chrono::milliseconds{50});
  }
  std::shared_ptr<Screen> open(const UserId& of, std::optional<std::string> cursor = std::nullopt) {
    auto screen = std::make_shared<Screen>(replica.test.loop().get_executor());
    screens.push_back(screen);
    Principal principal;
    principal.user = of;
    Credential credential;
    credential.principal = std::make_shared<const Principal>(std::move(principal));
    boost::asio::co_spawn(replica.test.loop(), hub.serve(screen, std::move(credential), cursor), boost::asio::detached);
    return screen;
  }
  Replica replica;
  ManualClock clock{Instant{}};
  StreamHub hub{replica.log, clock, 100};
  std::vector<std::shared_ptr<Screen>> screens;
};

// Rule 10: a client that moves to another replica resumes without a gap.
TEST_F(PostgresStream, AClientThatMovesToAnotherGatewayResumesWithoutAGap) {
  Gateway one(db_, kNeverSweeps), two(db_, kNeverSweeps);
  until([&] { return db_.run(listeners()) == 2; });
  auto before = one.open(user(1));
  until([&] { return one.hub.caught_up() == 1; });
  ASSERT_TRUE(two.replica.append({event(user(1), "a"), event(user(1), "b")}));
  until([&] { return before->subjects.size() == 2; });
  before->close(1000, "");
  until([&] { return one.hub.open() == 0; });
  ASSERT_TRUE(one.replica.append({event(user(1), "c")}));
  ASSERT_TRUE(two.replica.append({event(user(1), "d")}));
  auto after = two.open(user(1), before->cursor);
  until([&] { return two.hub.caught_up() == 1; });
  ASSERT_TRUE(one.replica.append({event(user(1), "e")}));
  until([&] { return after->subjects.size() == 3; });
  EXPECT_THAT(before->subjects, ElementsAre("a", "b"));
  EXPECT_THAT(after->subjects, ElementsAre("c", "d", "e"));
}

TEST_F(PostgresStream, ACursorOfAnotherEpochOrOfPrunedPlacesGetsOneResync) {
  Gateway one(db_, kNeverSweeps);
  ASSERT_TRUE(one.replica.append({event(user(1), "a"), event(user(1), "b"), event(user(1), "c")}));
  PostgresServer::instance()->run(
      db_.url(), "UPDATE gateway.stream_log SET appended_at = now() - interval '8 days' WHERE seq <= 2");
  ASSERT_TRUE(db_.run(one.replica.log.prune(std::chrono::days{7}, 100)));
  const auto epoch = db_.run(one.replica.log.ends(user(1)))->epoch;
  std::vector<std::shared_ptr<Screen>> screens;
  for (const std::string& cursor : {std::string("abcdef123456-3"), epoch + "-0", epoch + "-99", std::string("what")})
    screens.push_back(one.open(user(1), cursor));
  auto good = one.open(user(1), epoch + "-2");
  until([&] { return one.hub.caught_up() == 5; });
  for (const auto& screen : screens) EXPECT_THAT(screen->types, ElementsAre("resync"));
  EXPECT_THAT(good->subjects, ElementsAre("c"));
  ASSERT_TRUE(one.replica.append({event(user(1), "d")}));
  until([&] { return screens.back()->subjects.size() == 2; });
  for (const auto& screen : screens) EXPECT_THAT(screen->types, ElementsAre("resync", "task.updated"));
}

// Rule 10: browsers open the stream at another gateway than the one that gave the ticket.
TEST_F(PostgresStream, ATicketOpensOneStreamAtAnyGatewayUnlessItsSessionEnded) {
  Replica one(db_, kNeverSweeps), two(db_, kNeverSweeps);
  PostgresTickets here(one.db), there(two.db);
  Principal ann;
  ann.user = user(1);
  ann.session = SessionId{Uuid::random()};
  ann.timezone = "Europe/Paris";
  ann.scopes = {"tasks:read", "stream:read"};
  Credential credential;
  credential.id = ann.session.value;
  credential.ends_at = *parse_rfc3339("2030-01-01T00:00:00Z");
  credential.principal = std::make_shared<const Principal>(ann);
  const auto issue = [&] { return db_.run(here.issue(credential)).value(); };
  const auto redeem = [&](const std::string& ticket) { return db_.run(there.redeem(ticket)).value(); };
  const auto good = issue(), late = issue(), ended = issue();
  const auto used = redeem(good);
  ASSERT_TRUE(used);
  EXPECT_EQ(used->user, ann.user);
  EXPECT_EQ(used->session, ann.session);
  EXPECT_EQ(used->timezone, ann.timezone);
  EXPECT_EQ(used->scopes, ann.scopes);
  EXPECT_EQ(used.id, credential.id);
  EXPECT_EQ(used.ends_at, credential.ends_at);
  EXPECT_FALSE(redeem(good)) << "it was used";
  EXPECT_FALSE(redeem("what"));
  ASSERT_TRUE(one.append({event(ann.user, ann.session.str(), "session.revoked")}));
  EXPECT_FALSE(redeem(ended)) << "its session has ended";
  PostgresServer::instance()->run(db_.url(), "UPDATE gateway.ticket SET expires_at = now() - interval '1 second'");
  EXPECT_FALSE(redeem(late)) << "it is too old";
}

}  // namespace
}  // namespace daybook::gateway
