#include "runtime/embedded/timers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/embedded/event_bus.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::runtime::embedded {
namespace {

namespace asio = boost::asio;
namespace sql = storage::sql;
namespace sqlite = storage::sqlite;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Instant kNow = parse_rfc3339("2026-03-04T09:00:00Z").value();
const UserId kAnn{Uuid::v5(Uuid{}, "ann")};
Instant at(int seconds) { return kNow + std::chrono::seconds{seconds}; }

/// Set by an operator without anybody being told, as a machine's clock is.
class SilentClock final : public WallClock {
 public:
  Instant now() const override { return now_; }
  void on_jump(std::function<void()>) override {}
  void set(Instant now) { now_ = now; }

 private:
  std::atomic<Instant> now_{kNow};
};

class TimersTest : public ::testing::Test {
 protected:
  explicit TimersTest() { make(clock_); }
  ~TimersTest() override { sqlite::run_on(db_.loop(), timers_->stop()); }

  void make(WallClock& clock, std::chrono::milliseconds longest_sleep = std::chrono::milliseconds{1000}) {
    TimersOptions options;
    options.jitter = [] { return 0.0; };
    options.longest_sleep = longest_sleep;
    options.on_fired = [this](const std::string&, std::chrono::microseconds late) { late_.push_back(late.count()); };
    timers_ = std::make_unique<Timers>(db_.loop().get_executor(), *db_, table_, clock, std::move(options));
    timers_->handle("reminder", 100, [this](std::vector<Timer> timers) { return fire(std::move(timers)); });
  }
  asio::awaitable<std::vector<Result<>>> fire(std::vector<Timer> timers) {
    std::vector<Result<>> results;
    for (const auto& timer : timers) {
      fired_.push_back(timer.payload);
      Result<> judged = judge_ ? judge_(timer) : Result<>{};
      if (judged && consume_) {
        auto change = [this, timer](sqlite::Writer& w) -> Result<> {
          table_.consume(w, timer);
          return {};
        };
        judged = co_await db_->write(sqlite::Lane::background, change);
      }
      results.push_back(judged);
    }
    co_return results;
  }
  void set(std::string name, Instant due, std::int64_t version = 1) {
    auto done = db_.write([&](sqlite::Writer& w) -> Result<> {
      Timer timer;
      timer.kind = "reminder";
      timer.key = Uuid::v5(Uuid{}, name);
      timer.user = kAnn;
      timer.due = due;
      timer.version = version;
      timer.payload = name;
      table_.set(w, timer);
      return {};
    });
    ASSERT_TRUE(done);
  }
  int fire_due() { return db_.run(timers_->fire_due()).value(); }
  std::int64_t pending() {
    return db_.read([this](sqlite::Reader& r) -> Result<std::int64_t> { return table_.count(r); }).value();
  }
  std::vector<sqlite::DeadLetter> dead_letters() {
    auto read = [](sqlite::Reader& r) -> Result<std::vector<sqlite::DeadLetter>> {
      return sqlite::read_dead_letters(r, "notes.timers", 10);
    };
    return db_.read(read).value();
  }

  sql::TimerTable table_{"notes"};
  sqlite::TestDatabase db_{{table_.migration(1), table_.lease_migration(2)}};
  ManualClock clock_{kNow};
  std::vector<std::string> fired_;
  std::vector<std::int64_t> late_;
  std::function<Result<>(const Timer&)> judge_;
  bool consume_ = true;
  std::unique_ptr<Timers> timers_;
};

// Design, rule 8; requirement: never early
TEST_F(TimersTest, FiresWhatIsDueInOrderOnceAndNeverEarly) {
  set("later", at(60));
  set("b", at(2));
  set("a", at(1));
  EXPECT_EQ(fire_due(), 0);
  clock_.set(at(2) - std::chrono::microseconds{1});
  EXPECT_EQ(fire_due(), 1);
  clock_.set(at(2));
  EXPECT_EQ(fire_due(), 1);
  EXPECT_EQ(fire_due(), 0);
  EXPECT_THAT(fired_, ElementsAre("a", "b"));
  EXPECT_THAT(late_, ElementsAre(999'999, 0));
  EXPECT_EQ(pending(), 1);
}

TEST_F(TimersTest, AMovedTimerFiresAtItsNewTimeOnly) {
  set("a", at(1));
  set("a", at(10), 2);
  clock_.set(at(5));
  EXPECT_EQ(fire_due(), 0);
  clock_.set(at(10));
  EXPECT_EQ(fire_due(), 1);
}

TEST_F(TimersTest, ATransientErrorFiresAgainWithBackoffHoweverOften) {
  judge_ = [](const Timer&) -> Result<> { return Error{Errc::unavailable, "away"}; };
  set("a", kNow);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(fire_due(), 1);
    EXPECT_EQ(fire_due(), 0);
    clock_.advance(std::chrono::seconds{30});
  }
  judge_ = nullptr;
  EXPECT_EQ(fire_due(), 1);
  EXPECT_EQ(pending(), 0);
  EXPECT_THAT(dead_letters(), IsEmpty());
}

// Design, rule 5
TEST_F(TimersTest, PoisonIsParkedAfterFiveTriesAndOthersFire) {
  judge_ = [](const Timer& timer) -> Result<> {
    if (timer.payload == "bad") return Error{Errc::internal, "a bug"};
    return {};
  };
  set("bad", kNow);
  set("good", kNow);
  for (int i = 0; i < 12; ++i) {
    fire_due();
    clock_.advance(std::chrono::seconds{1});
  }
  EXPECT_EQ(std::count(fired_.begin(), fired_.end(), "bad"), 5);
  EXPECT_EQ(std::count(fired_.begin(), fired_.end(), "good"), 1);
  auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].reason, "a bug");
  EXPECT_EQ(pending(), 0);

  judge_ = nullptr;
  ASSERT_TRUE(db_.run(timers_->replay_dead_letter(letters[0].id)));
  EXPECT_EQ(fire_due(), 1);
  EXPECT_EQ(fired_.back(), "bad");
  EXPECT_EQ(db_.run(timers_->replay_dead_letter(letters[0].id)).error().code, Errc::not_found);
}

// Design, rule 5: an operator lists and replays what a timer's handler could not do, as any dead letter.
TEST_F(TimersTest, ItsDeadLettersAreAmongThoseOfTheBus) {
  EventBus bus{db_.loop().get_executor(), *db_, clock_};
  timers_->park_with(bus);
  judge_ = [](const Timer&) -> Result<> { return Error{Errc::invalid_argument, "a bug"}; };
  set("bad", at(0));
  for (int i = 0; i < 5; ++i) {
    fire_due();
    clock_.advance(std::chrono::minutes{1});
  }
  const auto groups = db_.run(bus.groups()).value();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].group, "notes.timers");
  EXPECT_EQ(groups[0].dead_letters, 1);
  for (auto name : {"", "notes.timers"}) EXPECT_EQ(db_.run(bus.dead_letters(name, 10)).value().size(), 1u) << name;
  const auto id = db_.run(bus.dead_letters("notes.timers", 10)).value().at(0).id;
  judge_ = nullptr;
  fired_.clear();
  ASSERT_TRUE(db_.run(bus.replay_dead_letter("notes.timers", id)));
  fire_due();
  EXPECT_THAT(fired_, ElementsAre("bad"));
  EXPECT_THAT(dead_letters(), IsEmpty());
  EXPECT_EQ(db_.run(bus.replay_dead_letter("notes.timers", id)).error().code, Errc::not_found);
}

TEST_F(TimersTest, AHandlerThatForgetsToTakeItsTimerAwayDoesNotSpin) {
  consume_ = false;
  set("a", kNow);
  for (int i = 0; i < 20; ++i) {
    fire_due();
    clock_.advance(std::chrono::seconds{10});
  }
  EXPECT_LE(fired_.size(), 6u);
  EXPECT_EQ(dead_letters().size(), 1u);
}

// C-04
TEST_F(TimersTest, RunningItWakesForANewTimerAndForAClockThatIsSet) {
  set("first", at(3600));
  ASSERT_TRUE(db_.run(timers_->start()));
  set("now", kNow);
  while (fired_.empty()) db_.loop().run_one();
  clock_.set(at(3600));
  while (fired_.size() < 2) db_.loop().run_one();
  clock_.set(kNow);
  set("sooner", at(1));
  clock_.set(at(1));
  while (fired_.size() < 3) db_.loop().run_one();
  EXPECT_THAT(fired_, ElementsAre("now", "first", "sooner"));
}

// C-03, C-04: what no wake-up tells of, a look each second finds.
TEST_F(TimersTest, AClockThatIsSetWithoutTellingIsNoticed) {
  SilentClock silent;
  make(silent, std::chrono::milliseconds{1});
  set("a", at(3600));
  ASSERT_TRUE(db_.run(timers_->start()));
  silent.set(at(3600));
  while (fired_.empty()) db_.loop().run_one();
  EXPECT_THAT(fired_, ElementsAre("a"));
  sqlite::run_on(db_.loop(), timers_->stop());
  make(clock_);
}

TEST_F(TimersTest, TimersOutliveARestart) {
  set("a", at(1));
  timers_.reset();
  db_.reopen();
  make(clock_);
  clock_.set(at(2));
  EXPECT_EQ(fire_due(), 1);
}

}  // namespace
}  // namespace daybook::runtime::embedded
