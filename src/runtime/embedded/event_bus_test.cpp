#include "runtime/embedded/event_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "storage/sqlite/test_database.hpp"
#include "telemetry/log.hpp"

namespace daybook::runtime::embedded {
namespace {

namespace asio = boost::asio;
namespace sqlite = storage::sqlite;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Instant kNow = parse_rfc3339("2026-03-04T09:00:00Z").value();
const UserId kAnn{Uuid::v5(Uuid{}, "ann")};

/// A consumer whose behaviour each test scripts by subject.
struct Consumer {
  std::vector<std::string> seen;                     ///< Subjects, as often as they came.
  std::vector<std::size_t> batches;                  ///< Their sizes.
  std::function<Result<>(const CloudEvent&)> judge;  ///< Empty: everything succeeds.

  EventHandler handler() {
    return [this](std::vector<CloudEvent> events) { return take(std::move(events)); };
  }
  asio::awaitable<std::vector<Result<>>> take(std::vector<CloudEvent> events) {
    batches.push_back(events.size());
    std::vector<Result<>> results;
    for (const auto& event : events) {
      seen.push_back(event.subject);
      results.push_back(judge ? judge(event) : Result<>{});
    }
    co_return results;
  }
};

class EventBusTest : public ::testing::Test {
 protected:
  EventBusTest() { restart(); }
  ~EventBusTest() override {
    sqlite::run_on(db_.loop(), bus_->stop());
    bus_.reset();
  }

  void restart() {
    EventBusOptions options;
    options.jitter = [] { return 0.0; };
    options.linger = options.patient_linger = std::chrono::milliseconds{0};
    options.pause = [this](std::chrono::milliseconds time) { return note_pause(time); };
    bus_ = std::make_unique<EventBus>(db_.loop().get_executor(), *db_, clock_, std::move(options));
  }
  asio::awaitable<void> note_pause(std::chrono::milliseconds time) {
    pauses_.push_back(time.count());
    if (on_pause_) on_pause_();
    co_return;
  }
  void subscribe(std::string group, Consumer& consumer, std::vector<std::string> types = {"*"}) {
    Subscription subscription;
    subscription.group = std::move(group);
    subscription.types = std::move(types);
    bus_->subscribe(std::move(subscription), consumer.handler());
  }
  void append(const std::vector<std::string>& subjects, std::string type = "task.created") {
    auto appended = db_.write([&](sqlite::Writer& w) -> Result<> {
      for (const auto& subject : subjects) {
        CloudEvent event;
        event.source = "/daybook/test";
        event.type = type;
        event.subject = subject;
        event.time = kNow;
        event.user = kAnn;
        event.data = "{}";
        sqlite::append_event(w, std::move(event));
      }
      return {};
    });
    ASSERT_TRUE(appended);
  }
  void deliver() { ASSERT_TRUE(db_.run(bus_->deliver_all())); }
  EventBus::GroupState state(const std::string& group) {
    auto states = db_.run(bus_->groups());
    for (auto& each : states.value())
      if (each.group == group) return each;
    return {};
  }

  sqlite::TestDatabase db_;
  ManualClock clock_{kNow};
  std::vector<std::int64_t> pauses_;
  std::function<void()> on_pause_;
  std::unique_ptr<EventBus> bus_;
};

// E-06, S-2.5.2: several groups, each its own copy
TEST_F(EventBusTest, EachGroupGetsEveryEventItWantsInOrder) {
  Consumer all, tasks, one;
  subscribe("all", all);
  subscribe("tasks", tasks, {"task.*"});
  subscribe("one", one, {"user.deleted"});
  append({"a", "b"});
  append({"u"}, "user.deleted");
  append({"x"}, "tasked.other");
  deliver();
  EXPECT_THAT(all.seen, ElementsAre("a", "b", "u", "x"));
  EXPECT_THAT(tasks.seen, ElementsAre("a", "b"));
  EXPECT_THAT(one.seen, ElementsAre("u"));
}

// E-06, S-2.5.3, R-05, S-3.3.5: the backlog is kept, and a group goes on where it stopped
TEST_F(EventBusTest, ARestartedGroupGoesOnWhereItStopped) {
  Consumer before, after;
  subscribe("g", before);
  append({"a"});
  deliver();
  sqlite::run_on(db_.loop(), bus_->stop());
  restart();
  subscribe("g", after);
  append({"b"});
  deliver();
  EXPECT_THAT(before.seen, ElementsAre("a"));
  EXPECT_THAT(after.seen, ElementsAre("b"));
  EXPECT_EQ(state("g").lag, 0);
}

//
// Design, rule 5: a dependency that is away pauses the group, however long
TEST_F(EventBusTest, ATransientErrorIsRetriedWithoutLimitAndKeepsTheOrder) {
  Consumer consumer;
  bool away = true;
  std::vector<std::string> done;
  consumer.judge = [&](const CloudEvent& event) -> Result<> {
    if (away && event.subject == "b") return Error{Errc::unavailable, "the mail server is away"};
    done.push_back(event.subject);
    return {};
  };
  subscribe("g", consumer);
  append({"a", "b", "c"});
  on_pause_ = [&] { away = pauses_.size() < 12; };
  deliver();
  EXPECT_THAT(done, ElementsAre("a", "c", "b"));
  EXPECT_EQ(pauses_.size(), 12u);
  EXPECT_EQ(pauses_.front(), 200);
  EXPECT_EQ(pauses_.back(), 30'000);
  EXPECT_EQ(state("g").dead_letters, 0);
}

// Design, rule 5: poison is parked after 5 tries within 10 s, and later events go on
TEST_F(EventBusTest, PoisonIsParkedWithItsReasonAndTheOthersArriveOnce) {
  Consumer consumer;
  std::vector<std::string> done;
  consumer.judge = [&](const CloudEvent& event) -> Result<> {
    if (event.subject == "bad") return Error{Errc::invalid_argument, "no title"};
    done.push_back(event.subject);
    return {};
  };
  subscribe("g", consumer);
  append({"a", "bad", "c"});
  deliver();
  EXPECT_THAT(done, ElementsAre("a", "c"));
  EXPECT_EQ(std::count(consumer.seen.begin(), consumer.seen.end(), "bad"), 5);
  EXPECT_THAT(pauses_, ElementsAre(200, 600, 1800, 5400));
  auto letters = db_.run(bus_->dead_letters("g", 10)).value();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].event.subject, "bad");
  EXPECT_EQ(letters[0].reason, "no title");
  EXPECT_EQ(letters[0].topic, "task.created.g.dlq");
  EXPECT_EQ(state("g").dead_letters, 1);
}

TEST_F(EventBusTest, AnEventThatMakesTheHandlerThrowDoesNotTakeItsBatchWithIt) {
  Consumer consumer;
  std::vector<std::string> done;
  consumer.judge = [&](const CloudEvent& event) -> Result<> {
    if (event.subject == "bad") throw std::runtime_error("oops");
    done.push_back(event.subject);
    return {};
  };
  subscribe("g", consumer);
  append({"a", "bad", "c"});
  deliver();
  EXPECT_THAT(done, ElementsAre("a", "a", "c"));  // the inbox would know the second
  auto letters = db_.run(bus_->dead_letters("", 10)).value();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_THAT(letters[0].reason, HasSubstr("oops"));
}

// E-12: the id leads through every group that handled the event, and to where it was parked
TEST_F(EventBusTest, AnEventsIdAndAWaitingGroupStandInTheLog) {
  std::vector<std::string> lines;
  log::set_sink([&](std::string_view line) { lines.emplace_back(line); });
  log::set_level(log::Level::debug);
  Consumer good, slow, broken;
  int away = 2;
  slow.judge = [&away](const CloudEvent&) {
    return away-- > 0 ? Result<>(Error{Errc::unavailable, "disk"}) : Result<>();
  };
  broken.judge = [](const CloudEvent&) { return Error{Errc::invalid_argument, "buy milk is no title"}; };
  subscribe("good", good);
  subscribe("slow", slow);
  subscribe("broken", broken);
  append({"a"});
  deliver();
  log::set_sink({});
  log::set_level(log::Level::info);

  const auto letters = db_.run(bus_->dead_letters("broken", 1));
  ASSERT_EQ(letters.value().size(), 1u);
  const std::string id = "\"event_id\":\"" + letters.value().front().event.id.str() + "\"";
  using ::testing::AllOf;
  using ::testing::Contains;
  using ::testing::Not;
  for (auto group : {"good", "slow", "broken"})
    EXPECT_THAT(lines, Contains(AllOf(HasSubstr("event handled"), HasSubstr(group), HasSubstr(id))));
  EXPECT_THAT(lines, Contains(AllOf(HasSubstr("event parked"), HasSubstr("broken"), HasSubstr(id))).Times(1));
  EXPECT_THAT(lines, Contains(AllOf(HasSubstr("consumer waits"), HasSubstr("slow"), HasSubstr("disk"))).Times(1));
  EXPECT_THAT(lines, Contains(AllOf(HasSubstr("consumer goes on"), HasSubstr("slow"))).Times(1));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("milk"))));
}

TEST_F(EventBusTest, ADeadLetterIsDeliveredAgainOnRequest) {
  Consumer consumer;
  bool broken = true;
  consumer.judge = [&](const CloudEvent&) -> Result<> {
    if (broken) return Error{Errc::internal, "a bug"};
    return {};
  };
  subscribe("g", consumer);
  append({"a"});
  deliver();
  const auto id = db_.run(bus_->dead_letters("g", 10)).value().at(0).id;
  EXPECT_EQ(db_.run(bus_->replay_dead_letter("g", id)).error().detail, "a bug");
  broken = false;
  EXPECT_TRUE(db_.run(bus_->replay_dead_letter("g", id)));
  EXPECT_THAT(db_.run(bus_->dead_letters("g", 10)).value(), IsEmpty());
  EXPECT_EQ(db_.run(bus_->replay_dead_letter("g", id)).error().code, Errc::not_found);
}

// E-08; design, rule 15
TEST_F(EventBusTest, ReplayDeliversAgainButNotToWhatActsOnTheWorld) {
  Consumer projection, mailer;
  subscribe("projection", projection);
  Subscription acts;
  acts.group = "mailer";
  acts.types = {"*"};
  acts.replayable = false;
  bus_->subscribe(acts, mailer.handler());
  append({"a", "b", "c"});
  deliver();
  EXPECT_TRUE(db_.run(bus_->replay("projection", 1)));
  EXPECT_EQ(db_.run(bus_->replay("mailer", 0)).error().code, Errc::conflict);
  EXPECT_EQ(db_.run(bus_->replay("nobody", 0)).error().code, Errc::not_found);
  deliver();
  EXPECT_THAT(projection.seen, ElementsAre("a", "b", "c", "b", "c"));
  EXPECT_THAT(mailer.seen, ElementsAre("a", "b", "c"));
}

TEST_F(EventBusTest, BatchesHoldAtMostWhatTheGroupAsksFor) {
  Consumer consumer;
  Subscription subscription;
  subscription.group = "g";
  subscription.types = {"*"};
  subscription.max_batch = 3;
  bus_->subscribe(subscription, consumer.handler());
  append({"1", "2", "3", "4", "5", "6", "7"});
  deliver();
  EXPECT_THAT(consumer.batches, ElementsAre(3, 3, 1));
}

TEST_F(EventBusTest, EffectsInAnotherFileKeepTheirOffsetThere) {
  sqlite::TestDatabase history;
  Consumer consumer;
  subscribe("audit", consumer);
  bus_->keep_offsets_in("audit", *history);
  append({"a"});
  deliver();
  auto offset = [](sqlite::Reader& r) -> Result<std::int64_t> {
    auto row = r.query("SELECT ifnull(max(position), 0) FROM event_group");
    row.step();
    return row.integer(0);
  };
  EXPECT_EQ(history.read(offset).value(), 1);
  EXPECT_EQ(db_.read(offset).value(), 0);
}

TEST_F(EventBusTest, PruningWaitsForTheSlowestGroup) {
  Consumer fast, slow;
  bool away = true;
  slow.judge = [&](const CloudEvent&) -> Result<> {
    if (away) return Error{Errc::unavailable, "away"};
    return {};
  };
  subscribe("fast", fast);
  subscribe("slow", slow);
  append({"a", "b", "c"});
  on_pause_ = [&] { away = false; };
  EXPECT_EQ(db_.run(bus_->prune(kNow + std::chrono::hours{1}, 100)).value(), 0);
  deliver();
  EXPECT_EQ(db_.run(bus_->prune(kNow, 100)).value(), 0);
  EXPECT_EQ(db_.run(bus_->prune(kNow + std::chrono::hours{1}, 100)).value(), 2);
}

// E-02, S-2.1.2: running, it is woken by commits and needs no polling
TEST_F(EventBusTest, RunningItIsWokenByEachCommit) {
  Consumer consumer, late;
  subscribe("g", consumer);
  append({"before"});
  ASSERT_TRUE(db_.run(bus_->start()));
  for (int i = 0; i < 20; ++i) append({std::to_string(i)});
  while (consumer.seen.size() < 21) db_.loop().run_one();
  EXPECT_EQ(consumer.seen.front(), "before");
  EXPECT_EQ(consumer.seen.back(), "19");
  sqlite::run_on(db_.loop(), bus_->stop());
  EXPECT_EQ(state("g").lag, 0);
}

// an operator's tool or readiness may ask at any moment while the groups' places are still being read.
TEST_F(EventBusTest, AskedForItsStateWhileItStartsItSetsNoGroupBack) {
  std::array<Consumer, 6> consumers;
  append({"a", "b", "c"});
  bool asked_too_late = false;
  for (int moment = 0; !asked_too_late; ++moment) {
    sqlite::run_on(db_.loop(), bus_->stop());
    restart();
    for (std::size_t i = 0; i < consumers.size(); ++i)
      subscribe("g" + std::to_string(i), consumers[i], {"user.deleted"});
    bool started = false;
    asio::co_spawn(db_.loop(), bus_->start(), [&](std::exception_ptr, const Result<>&) { started = true; });
    db_.loop().restart();
    for (int handler = 0; handler < moment && !started; ++handler) db_.loop().run_one();
    asked_too_late = started;
    ASSERT_TRUE(db_.run(bus_->groups()));
    // Nothing more is committed, so that nothing wakes a group that was set back.
    const auto lags = [&] {
      std::int64_t sum = 0;
      for (const auto& group : db_.run(bus_->groups()).value()) sum += group.lag;
      return sum;
    };
    for (int look = 0; look < 100 && lags() > 0; ++look) {
    }
    ASSERT_EQ(lags(), 0) << "asked at moment " << moment;
  }
}

TEST_F(EventBusTest, StoppingWhileADependencyIsAwayKeepsTheEvent) {
  Consumer consumer;
  consumer.judge = [&](const CloudEvent& event) -> Result<> {
    if (event.subject == "b") return Error{Errc::unavailable, "away"};
    return {};
  };
  subscribe("g", consumer);
  append({"a", "b"});
  bool stopped = false;
  on_pause_ = [&] {
    if (std::exchange(stopped, true)) return;
    asio::co_spawn(db_.loop(), bus_->stop(), [](std::exception_ptr) {});
  };
  ASSERT_TRUE(db_.run(bus_->start()));
  db_.loop().restart();
  db_.loop().run();
  EXPECT_EQ(state("g").lag, 1);
  restart();
  Consumer again;
  subscribe("g", again);
  deliver();
  EXPECT_THAT(again.seen, ElementsAre("b"));
}

}  // namespace
}  // namespace daybook::runtime::embedded
