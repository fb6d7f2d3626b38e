#include <gmock/gmock.h>

#include "services/analytics/module.hpp"
#include "storage/sql/test_database.hpp"

namespace daybook::analytics {
namespace {

using storage::sql::TestDatabase;
using testing::ElementsAre;

class AnalyticsTest : public ::testing::Test {
 protected:
  CloudEvent event(const std::string& type, const Uuid& subject, std::string data, std::string_view time) {
    CloudEvent out;
    out.id = EventId::make(Instant{});
    out.user = user_;
    out.type = type;
    out.subject = subject.str();
    out.time = parse_rfc3339(time).value();
    out.data = std::move(data);
    return out;
  }
  void apply(std::vector<CloudEvent> events) { ASSERT_TRUE(database_.run(store_->apply(std::move(events)))); }
  std::string stats() {
    const auto got = database_.run(store_->stats(user_, "2026-01-01", "2026-12-31")).value();
    std::string out = std::to_string(got.created) + " made " + std::to_string(got.completed) + " done " +
                      std::to_string(got.deleted) + " gone " + std::to_string(got.open) + " open";
    for (const auto& day : got.days)
      out += "; " + day.date.substr(5) + ": " + std::to_string(day.created) + ' ' + std::to_string(day.completed) +
             ' ' + std::to_string(day.deleted) + ' ' + std::to_string(day.reminders);
    return out;
  }
  /// Made on the 1st, done on the 2nd, reopened on the 3rd; another is left open; one reminder.
  void live() {
    apply({event("user.registered", user_.value, R"({"timezone":"America/New_York"})", "2026-03-01T01:00:00Z")});
    apply({event("task.created", one_, kMade, "2026-03-02T03:00:00Z")});
    apply({event("task.completed", one_, kDone, "2026-03-02T15:00:00Z")});
    apply({event("task.updated", one_, kReopened, "2026-03-03T15:00:00Z")});
    apply({event("task.created", two_, R"({"version":1,"status":"pending","createdAt":"2026-03-04T15:00:00Z"})",
                 "2026-03-04T15:00:00Z")});
    apply({event("reminder.triggered", two_, R"({"firedAt":"2026-03-05T15:00:00Z"})", "2026-03-05T15:00:00Z")});
  }
  RebuildState at(int source, std::string cursor = {}) {
    auto state = database_.run(store_->begin_rebuild()).value();
    state.source = source;
    state.cursor = std::move(cursor);
    return state;
  }
  void load(std::vector<CloudEvent> snapshots, RebuildState then) {
    ASSERT_TRUE(database_.run(store_->load(std::move(snapshots), std::move(then), Instant{})));
  }
  void switch_over() {
    for (bool more = true; more;) more = database_.run(store_->switch_over(Instant{})).value();
  }

  static constexpr auto kMade = R"({"version":1,"status":"pending","createdAt":"2026-03-02T03:00:00Z"})";
  static constexpr auto kDone =
      R"({"version":2,"status":"completed","createdAt":"2026-03-02T03:00:00Z","completedAt":"2026-03-02T15:00:00Z"})";
  static constexpr auto kReopened = R"({"version":3,"status":"pending","createdAt":"2026-03-02T03:00:00Z"})";

  TestDatabase database_{sql_migrations()};
  UserId user_ = UserId::make(Instant{});
  Uuid one_ = Uuid::v7(Instant{}), two_ = Uuid::v7(Instant{});
  std::unique_ptr<AnalyticsStore> store_ = make_sql_store(*database_);
};

// F-04, E-05
TEST_F(AnalyticsTest, CountsEachThingOnItsDay) {
  live();
  EXPECT_EQ(stats(), "2 made 0 done 0 gone 2 open; 03-01: 1 0 0 0; 03-04: 1 0 0 0; 03-05: 0 0 0 1");
}

TEST_F(AnalyticsTest, TheSameAgainChangesNothing) {
  live();
  const auto before = stats();
  const auto late = event("task.completed", one_, kDone, "2026-03-02T15:00:00Z");
  const auto again = event("reminder.triggered", two_, R"({"firedAt":"2026-03-05T15:00:00Z"})", "2026-03-05T15:00:00Z");
  apply({late, again});
  apply({late, again});
  EXPECT_EQ(stats(), before);
}

// E-08: counted again from snapshots; what nobody owns any more goes, and events meanwhile count whichever came first.
TEST_F(AnalyticsTest, IsRebuiltFromSnapshotsWhileEventsGoOn) {
  live();
  const auto lost = Uuid::v7(Instant{});
  apply({event("task.created", lost, R"({"version":1,"status":"pending"})", "2026-03-04T15:00:00Z")});
  at(0);
  load({event("user.snapshot", user_.value, R"({"timezone":"America/New_York"})", "2026-03-06T12:00:00Z")}, at(1));
  // The event of what the snapshot does not know yet comes before it.
  apply({event("task.completed", two_,
               R"({"version":2,"status":"completed","createdAt":"2026-03-04T15:00:00Z",)"
               R"("completedAt":"2026-03-06T12:00:00Z"})",
               "2026-03-06T12:00:00Z")});
  load({event("task.snapshot", one_, kReopened, "2026-03-06T12:00:00Z"),
        event("task.snapshot", two_, R"({"version":1,"status":"pending","createdAt":"2026-03-04T15:00:00Z"})",
              "2026-03-06T12:00:00Z")},
       at(2));
  load({event("reminder.triggered.snapshot", two_, R"({"firedAt":"2026-03-05T15:00:00Z"})", "2026-03-06T12:00:00Z")},
       at(3));
  EXPECT_TRUE(database_.run(store_->rebuild_state()).value().going_on);
  switch_over();
  EXPECT_EQ(stats(), "2 made 1 done 0 gone 1 open; 03-01: 1 0 0 0; 03-04: 1 0 0 0; 03-05: 0 0 0 1; 03-06: 0 1 0 0");
  const auto state = database_.run(store_->rebuild_state()).value();
  EXPECT_FALSE(state.going_on);
  EXPECT_EQ(state.generation, 1);
}

TEST_F(AnalyticsTest, BeginningAgainGoesOnWhereItWas) {
  live();
  load({event("user.snapshot", user_.value, R"({"timezone":"UTC"})", "2026-03-06T12:00:00Z")}, at(1, "here"));
  store_ = make_sql_store(*database_);
  const auto state = database_.run(store_->begin_rebuild()).value();
  EXPECT_EQ(state.generation, 1);
  EXPECT_EQ(state.source, 1);
  EXPECT_EQ(state.cursor, "here");
}

// Rule 14
TEST_F(AnalyticsTest, WhoIsErasedMeanwhileStaysErased) {
  live();
  at(0);
  apply({event("user.deleted", user_.value, "{}", "2026-03-06T12:00:00Z")});
  load({event("task.snapshot", one_, kReopened, "2026-03-06T12:00:00Z")}, at(3));
  switch_over();
  EXPECT_EQ(stats(), "0 made 0 done 0 gone 0 open");
}

}  // namespace
}  // namespace daybook::analytics
