// The tables that services share: event log, inbox, groups, timers, idempotency keys.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/sql/idempotency.hpp"
#include "storage/sql/timer_table.hpp"
#include "storage/sqlite/event_groups.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::storage::sqlite {
namespace {

using sql::Idempotency;
using sql::IdempotencyTable;
using sql::TimerTable;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Instant kNow = parse_rfc3339("2026-03-04T09:00:00Z").value();
const UserId kAnn{Uuid::v5(Uuid{}, "ann")}, kBob{Uuid::v5(Uuid{}, "bob")};

CloudEvent event(std::string type, UserId user = kAnn, Instant time = kNow) {
  CloudEvent e;
  e.source = "/daybook/notes";
  e.type = std::move(type);
  e.subject = "s";
  e.time = time;
  e.dataschema = "urn:daybook:schema:x:1";
  e.user = user;
  e.correlation_id = "c";
  e.data = R"({"a":1})";
  return e;
}

/// Runs `f` in one write that always succeeds, and gives what it returned.
template <class F>
auto change(TestDatabase& db, F f) {
  return db.write([&f](Writer& w) -> Result<decltype(f(w))> { return f(w); }).value();
}

// R-17
// Design, rules 2 and 3; E-01
TEST(EventLog, AppendsInOrderWithASequencePerUserAndSource) {
  TestDatabase db;
  auto appended = change(db, [](Writer& w) {
    std::vector<std::int64_t> sequences;
    for (const auto& e : {event("a"), event("b"), event("c", kBob), event("d")})
      sequences.push_back(append_event(w, e).sequence);
    auto other = event("e");
    other.source = "/daybook/other";
    sequences.push_back(append_event(w, other).sequence);
    return sequences;
  });
  EXPECT_THAT(appended, ElementsAre(1, 2, 1, 3, 1));
  auto events = db.events();
  ASSERT_EQ(events.size(), 5u);
  auto expected = event("a");
  expected.id = events[0].id;
  expected.sequence = 1;
  EXPECT_EQ(events[0], expected);
  EXPECT_EQ(events[0].id.value.version(), 7);
}

TEST(EventLog, ARolledBackChangeLeavesNoEventAndNoGap) {
  TestDatabase db;
  std::vector<std::int64_t> told;
  db->on_commit([&](const Writer::Effects& effects) {
    for (const auto& logged : effects.events) told.push_back(logged->position);
  });
  auto refused = db.write([](Writer& w) -> Result<> {
    append_event(w, event("lost"));
    return Error{Errc::conflict, "no"};
  });
  ASSERT_FALSE(refused);
  change(db, [](Writer& w) { return append_event(w, event("kept")).sequence; });
  db.close();
  EXPECT_THAT(told, ElementsAre(1));
  db.reopen();
  auto events = db.events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].sequence, 1);
}

TEST(EventLog, ReadsAUsersEventsAfterACursor) {
  TestDatabase db;
  change(db, [](Writer& w) {
    for (int i = 0; i < 10; ++i) append_event(w, event(std::to_string(i), i % 2 ? kBob : kAnn));
    return 0;
  });
  auto positions = db.read([](Reader& r) -> Result<std::vector<std::int64_t>> {
    std::vector<std::int64_t> out;
    for (const auto& logged : read_user_events(r, kAnn, 3, 2)) out.push_back(logged.position);
    return out;
  });
  EXPECT_THAT(positions.value(), ElementsAre(5, 7));
}

TEST(EventLog, PruningStopsAtTheSlowestGroupAndKeepsTheNewest) {
  TestDatabase db;
  change(db, [](Writer& w) {
    for (int i = 0; i < 10; ++i) append_event(w, event("x", kAnn, kNow + std::chrono::seconds{i}));
    return 0;
  });
  const auto at = [](int s) { return kNow + std::chrono::seconds{s}; };
  EXPECT_EQ(change(db, [&](Writer& w) { return prune_events(w, at(100), 4, 2); }), 2);
  EXPECT_EQ(change(db, [&](Writer& w) { return prune_events(w, at(100), 4, 100); }), 2);
  EXPECT_EQ(change(db, [&](Writer& w) { return prune_events(w, at(6), 100, 100); }), 2);
  EXPECT_EQ(change(db, [&](Writer& w) { return prune_events(w, at(100), 100, 100); }), 3);
  EXPECT_EQ(change(db, [&](Writer& w) { return first_position(w); }), 10);
  change(db, [](Writer& w) { return append_event(w, event("next")).sequence; });
  EXPECT_EQ(change(db, [&](Writer& w) { return last_position(w); }), 11);
}

// E-05, R-08: effects happen once
TEST(Inbox, TellsTheFirstDeliveryFromTheOthers) {
  TestDatabase db;
  const EventId id = EventId::make(kNow);
  EXPECT_TRUE(change(db, [&](Writer& w) { return record_inbox(w, "audit", id); }));
  EXPECT_FALSE(change(db, [&](Writer& w) { return record_inbox(w, "audit", id); }));
  EXPECT_TRUE(change(db, [&](Writer& w) { return record_inbox(w, "stats", id); }));
}

TEST(Inbox, PurgesOldTimeOrderedIdsOnly) {
  TestDatabase db;
  const EventId old_id = EventId::make(kNow - std::chrono::hours{48}), fresh = EventId::make(kNow);
  const EventId derived{Uuid::v5(Uuid{}, "derived")};
  change(db, [&](Writer& w) {
    for (const auto* consumer : {"a", "b"})
      for (const auto& id : {old_id, fresh, derived}) record_inbox(w, consumer, id);
    return 0;
  });
  EXPECT_EQ(change(db, [&](Writer& w) { return purge_inbox(w, kNow - std::chrono::hours{24}, 100); }), 2);
  EXPECT_TRUE(change(db, [&](Writer& w) { return record_inbox(w, "a", old_id); }));
  EXPECT_FALSE(change(db, [&](Writer& w) { return record_inbox(w, "a", fresh); }));
  EXPECT_FALSE(change(db, [&](Writer& w) { return record_inbox(w, "b", derived); }));
}

TEST(EventGroups, AnOffsetOfALostTimeIsCutToWhatBothEpochsShare) {
  TestDatabase db({event_group_migration()});
  change(db, [](Writer& w) {
    append_event(w, event("a"));
    const auto epoch = event_epoch(w);
    save_offset(w, "audit", 5, epoch);
    EXPECT_EQ(load_offset(w, "audit", epoch), 5);
    EXPECT_EQ(load_offset(w, "new", epoch), std::nullopt);
    begin_epoch(w);
    EXPECT_NE(event_epoch(w).name, epoch.name);
    EXPECT_EQ(load_offset(w, "audit", event_epoch(w)), 1);
    return 0;
  });
}

// Design, rule 5; E-06
TEST(EventGroups, ADeadLetterKeepsTheEventAndTheReason) {
  TestDatabase db({event_group_migration()});
  change(db, [](Writer& w) {
    const auto e = append_event(w, event("task.created"));
    park(w, "audit", e, "no such field", 5, kNow);
    park(w, "audit", e, "still not", 5, kNow + std::chrono::hours{1});
    EXPECT_EQ(count_dead_letters(w, "audit"), 1);
    auto letters = read_dead_letters(w, "", 10);
    EXPECT_EQ(letters.size(), 1u);
    EXPECT_EQ(letters[0].topic, "task.created.audit.dlq");
    EXPECT_EQ(letters[0].event, e);
    EXPECT_EQ(letters[0].reason, "still not");
    EXPECT_EQ(letters[0].tries, 10);
    EXPECT_EQ(purge_dead_letters(w, kNow, 10), 0);
    EXPECT_EQ(purge_dead_letters(w, kNow + std::chrono::hours{2}, 10), 1);
    return 0;
  });
}

Timer timer(std::string_view name, Instant due, std::int64_t version = 1) {
  Timer t;
  t.kind = "reminder";
  t.key = Uuid::v5(Uuid{}, name);
  t.user = kAnn;
  t.due = due;
  t.version = version;
  t.payload = "p";
  return t;
}

// Design, rule 8
TEST(TimerTable, AMovedTimerIsNotConsumedByItsFormerState) {
  const TimerTable timers("notes");
  TestDatabase db({timers.migration(1), timers.lease_migration(2)});
  change(db, [&](Writer& w) {
    const auto first = timer("a", kNow), moved = timer("a", kNow + std::chrono::hours{1}, 2);
    timers.set(w, first);
    timers.set(w, moved);
    EXPECT_FALSE(timers.consume(w, first));
    EXPECT_EQ(timers.find(w, "reminder", first.key), moved);
    EXPECT_TRUE(timers.consume(w, moved));
    EXPECT_FALSE(timers.consume(w, moved));
    return 0;
  });
}

TEST(TimerTable, GivesWhatIsDueInOrderAndPutsFailuresOff) {
  const TimerTable timers("notes");
  TestDatabase db({timers.migration(1), timers.lease_migration(2)});
  change(db, [&](Writer& w) {
    const auto s = [](int n) { return kNow + std::chrono::seconds{n}; };
    timers.set(w, timer("late", s(9)));
    timers.set(w, timer("b", s(2)));
    timers.set(w, timer("a", s(1)));
    EXPECT_EQ(timers.next(w, "reminder"), s(1));
    auto due = timers.due(w, "reminder", s(5), 10);
    EXPECT_EQ(due.size(), 2u);
    EXPECT_EQ(due[0].timer, timer("a", s(1)));
    timers.retry(w, due[0].timer, s(20), 1);
    due = timers.due(w, "reminder", s(30), 10);
    EXPECT_EQ(due.back().timer, timer("a", s(1)));
    EXPECT_EQ(due.back().tries, 1);
    timers.cancel(w, "reminder", due.back().timer.key);
    EXPECT_EQ(timers.count(w), 2);
    EXPECT_EQ(timers.next(w, "digest"), std::nullopt);
    return 0;
  });
}

// Design, rule 13
TEST(IdempotencyTable, GivesTheFirstOutcomeAndRefusesAnotherRequest) {
  const IdempotencyTable keys("notes");
  TestDatabase db({keys.migration(1)});
  change(db, [&](Writer& w) {
    const Idempotency key{"k", sha256("one")}, other{"k", sha256("two")}, none;
    EXPECT_FALSE(keys.find(w, kAnn, key).value());
    keys.record(w, kAnn, key, {201, "id"}, kNow);
    keys.record(w, kAnn, none, {201, "id"}, kNow);
    const auto found = keys.find(w, kAnn, key).value();
    EXPECT_EQ(found->status, 201);
    EXPECT_EQ(found->resource, "id");
    EXPECT_EQ(keys.find(w, kAnn, other).error().slug, "idempotency-key-reused");
    EXPECT_FALSE(keys.find(w, kBob, other).value());
    EXPECT_FALSE(keys.find(w, kAnn, none).value());
    EXPECT_EQ(keys.purge(w, kNow + std::chrono::seconds{1}, 10), 1);
    EXPECT_FALSE(keys.find(w, kAnn, key).value());
    return 0;
  });
}

}  // namespace
}  // namespace daybook::storage::sqlite
