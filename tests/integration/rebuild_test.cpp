// Links: daybook_services_scheduler daybook_scheduler_client daybook_services_tasks daybook_services_analytics
// Links: daybook_services_identity daybook_runtime_embedded
#include "runtime/rebuild.hpp"
#include "scheduler_world.hpp"
#include "services/analytics/module.hpp"
#include "services/identity/module.hpp"

// Rebuild = snapshot + tail (design, rule 15; E-08, R-18): what was lost comes back from those who own it.
namespace daybook {
namespace {

using namespace scheduler::testing_world;
using runtime::Rebuilder;
using runtime::Rebuilt;
using testing::HasSubstr;

std::vector<storage::sqlite::Migration> more_tables() {
  auto out = analytics::sql_migrations();
  for (auto& each : identity::sql_migrations()) out.push_back(std::move(each));
  return out;
}

class Full : public World {
 public:
  Full() : World("2026-03-04T09:00:00Z", more_tables()) {
    wire();
    for (const auto& [id, zone] : {std::pair{kAnn, "Europe/Berlin"}, {kBob, "America/New_York"}}) {
      identity::SignUp sign_up;
      sign_up.user.id = id;
      sign_up.user.email = std::string(zone) + "@example.com";
      sign_up.user.timezone = zone;
      sign_up.user.version = 1;
      sign_up.session.id = SessionId{Uuid::v5(id.value, "session")};
      sign_up.session.refresh_hash[0] = static_cast<std::uint8_t>(zone[0]);
      identity::Cause cause;
      cause.now = clock_.now();
      EXPECT_TRUE(db_.run(identity_->sign_up(sign_up, cause)));
    }
    settle();
  }
  ~Full() { rebuilders_.clear(); }

  /// A new process on the same file.
  void again() {
    rebuilders_.clear();
    analytics_module_.reset();
    restart();
    wire();
  }

  Rebuilder& rebuilder(const std::string& consumer) { return *rebuilders_.at(consumer); }
  Result<Rebuilt> rebuild(const std::string& consumer) { return db_.run(rebuilder(consumer).rebuild()); }

  std::string add(std::string_view body, UserId user = kAnn) {
    const auto reply = call(Method::post, "/api/v1/tasks", std::string{body}, user);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return std::string{parse_json(text_of(reply)).value().as_object().at("id").as_string()};
  }
  void act(const std::string& task, const std::string& action, UserId user = kAnn) {
    EXPECT_LT(call(Method::post, "/api/v1/tasks/" + task + "/" + action, {}, user).status, 300);
  }

  /// All that people see of what analytics and the scheduler keep; with the versions of reminders, which count what was
  /// told of them.
  std::string picture(bool versions = true) {
    std::string out;
    for (const auto& user : {kAnn, kBob}) {
      const auto stats = db_.run(analytics_->stats(user, "2026-01-01", "2026-12-31")).value();
      out += "tasks " + std::to_string(stats.created) + ' ' + std::to_string(stats.completed) + ' ' +
             std::to_string(stats.deleted) + ' ' + std::to_string(stats.open) + ' ' +
             std::to_string(stats.completion_ms) + '\n';
      for (const auto& day : stats.days)
        out += day.date + ' ' + std::to_string(day.created) + ' ' + std::to_string(day.completed) + ' ' +
               std::to_string(day.deleted) + ' ' + std::to_string(day.reminders) + '\n';
    }
    return out + copies(versions);
  }
  std::string copies(bool versions) {
    return table(
               "SELECT r.task_title || ' ' || r.task_due || ' ' || r.rule || ' ' || coalesce(r.fire_at, 0) || ' ' || "
               "r.state || ' ' || coalesce(r.fired_at, 0) || ' ' || coalesce(r.snoozed_until, 0) || ' ' || "
               "r.task_version "
               "|| ' timer ' || coalesce(t.due, 0) || ' ' || (t.version IS NULL OR t.version = r.version)" +
               std::string{versions ? " || ' ' || r.version" : ""} +
               " FROM scheduler_reminder r LEFT JOIN scheduler_timer t ON t.kind = 'reminder' AND t.key = r.id ORDER "
               "BY 1") +
           table(
               "SELECT recurrence_id || ' ' || state || ' ' || open || ' ' || starts || ' ' || "
               "coalesce(completed_at, 0) FROM scheduler_occurrence ORDER BY 1");
  }
  void lose_everything() {
    db_.write([](storage::sqlite::Writer& db) -> Result<int> {
         for (auto sql : {"DELETE FROM analytics_task", "DELETE FROM analytics_notice", "DELETE FROM analytics_day",
                          "DELETE FROM analytics_user", "DELETE FROM scheduler_reminder",
                          "DELETE FROM scheduler_occurrence", "DELETE FROM scheduler_timer WHERE kind = 'reminder'"})
           db.run(sql);
         return 0;
       })
        .value();
  }

  /// Something of everything: done, reopened, deleted, edited, fired, merged, snoozed and dismissed.
  void live() {
    const auto milk = add(R"({"title":"Milk","dueAt":"2026-03-04T12:00:00Z","reminders":[{"before":"PT1H"}]})");
    add(R"({"title":"Dentist","dueAt":"2026-03-09T12:00:00Z","reminders":[{"before":"PT1H"},{"before":"P1D"}]})");
    const auto done = add(R"({"title":"Done","dueAt":"2026-03-08T12:00:00Z","reminders":[{"before":"PT1H"}]})");
    const auto back = add(R"({"title":"Back"})");
    const auto gone = add(R"({"title":"Gone"})");
    for (int i = 0; i < 5; ++i)
      add(R"({"title":"Storm )" + std::to_string(i) +
              R"(","dueAt":"2026-03-05T12:00:00Z","reminders":[{"before":"PT0S"}]})",
          kBob);
    create(R"({"title":"Water","rrule":"FREQ=WEEKLY;COUNT=6","startsAt":"2026-03-06T18:00:00Z"})");
    settle();
    advance(3h);  // Milk's fires.
    act(done, "complete");
    act(back, "complete");
    advance(24h);
    act(back, "reopen");
    EXPECT_EQ(call(Method::delete_, "/api/v1/tasks/" + gone).status, 204);
    settle();
    advance(24h);
    const auto reminders = ok(Method::get, "/api/v1/reminders?state=fired").as_object().at("items").as_array();
    const auto id = std::string{reminders.at(0).as_object().at("id").as_string()};
    ok(Method::post, "/api/v1/reminders/" + id + "/snooze", R"({"for":"P2D"})");
    // Named, since it must outlive the loop over a part of it.
    const auto bobs = parse_json(text_of(call(Method::get, "/api/v1/reminders?state=merged", {}, kBob))).value();
    for (const auto& each : bobs.as_object().at("items").as_array()) {
      const auto& reminder = each.as_object();
      if (reminder.at("taskTitle").as_string() != "Storm 1") continue;
      call(Method::post, "/api/v1/reminders/" + std::string{reminder.at("id").as_string()} + "/dismiss", {}, kBob);
    }
    const auto water = tasks("limit=10&q=water&sort=due");
    act(std::string{water.at(0).at("id").as_string()}, "complete");
    ok(Method::patch, "/api/v1/tasks/" + std::string{water.at(1).at("id").as_string()}, R"({"title":"My water"})");
    EXPECT_EQ(call(Method::delete_, "/api/v1/tasks/" + std::string{water.at(2).at("id").as_string()}).status, 204);
    settle();
  }

  /// Called before each page of tasks is given.
  std::function<boost::asio::awaitable<void>(int page)> before_page_;
  int pages_ = 0;

  boost::asio::awaitable<void> send(Method method, std::string path, std::string body, UserId user = kAnn) {
    Call call;
    call.method = method;
    call.path = std::move(path);
    call.headers.set("Content-Type", "application/json");
    call.body = std::move(body);
    Principal principal;
    principal.user = user;
    call.principal = principal;
    const auto reply = co_await tasks_->router().dispatch(std::move(call));
    EXPECT_LT(reply.status, 300) << reply.body;
  }

  std::unique_ptr<identity::Store> identity_;
  std::unique_ptr<analytics::AnalyticsStore> analytics_;

 private:
  std::string table(std::string sql) {
    return db_
        .read([&](storage::sqlite::Reader& db) -> Result<std::string> {
          std::string out;
          auto rows = db.query(sql);
          while (rows.step()) out.append(rows.text(0)).push_back('\n');
          return out;
        })
        .value();
  }
  void wire() {
    identity_ = identity::make_sql_store(*db_);
    identity_module_ = std::make_unique<identity::Module>(*identity_, clock_, identity::Options{});
    analytics_ = analytics::make_sql_store(*db_);
    analytics_module_ = std::make_unique<analytics::Module>(*analytics_, clock_);
    analytics_module_->subscribe(*bus_);
    invoker_->add("identity", [this](Call call) { return identity_module_->router().dispatch(std::move(call)); });
    invoker_->add("tasks", [this](Call call) -> boost::asio::awaitable<Reply> {
      if (call.path == "/internal/v1/snapshots/tasks") {
        ++pages_;
        if (before_page_) co_await before_page_(pages_);
        if (tasks_away_) co_return Reply{503};
      }
      co_return co_await tasks_->router().dispatch(std::move(call));
    });
    const auto executor = db_.loop().get_executor();
    rebuilders_["analytics"] = std::make_unique<Rebuilder>(executor, "analytics", *analytics_, *invoker_, clock_,
                                                           analytics::snapshot_sources());
    rebuilders_["scheduler"] =
        std::make_unique<Rebuilder>(executor, "scheduler", *store_, *invoker_, clock_, scheduler::snapshot_sources());
    for (auto& [name, each] : rebuilders_) each->set_page(3);
  }

  std::unique_ptr<identity::Module> identity_module_;
  std::unique_ptr<analytics::Module> analytics_module_;
  std::map<std::string, std::unique_ptr<Rebuilder>> rebuilders_;
};

// E-08, R-18, T-02: deleted and made again, all is as it was.
TEST(Rebuild, BringsBackWhatWasLost) {
  Full world;
  world.live();
  const auto before = world.picture();
  EXPECT_THAT(before, HasSubstr("snoozed"));
  EXPECT_THAT(before, HasSubstr("merged"));
  EXPECT_THAT(before, HasSubstr("detached"));
  const auto events = world.db_.events().size();
  world.lose_everything();
  for (auto consumer : {"analytics", "scheduler"}) {
    const auto outcome = world.rebuild(consumer);
    ASSERT_TRUE(outcome) << outcome.error().detail;
    EXPECT_EQ(outcome->generation, 1);
  }
  EXPECT_EQ(world.picture(), before);
  EXPECT_EQ(world.db_.events().size(), events) << "a rebuild is no news to anybody";
}

// What is there and right stays as it is; what is there and wrong goes.
TEST(Rebuild, MendsWhatIsWrong) {
  Full world;
  world.live();
  const auto before = world.picture();
  world.db_
      .write([](storage::sqlite::Writer& db) -> Result<int> {
        db.run("UPDATE analytics_user SET open = 77");
        db.run("UPDATE analytics_day SET created = created + 5");
        db.run("UPDATE analytics_task SET completed = 1 - completed");
        db.run("INSERT INTO analytics_task(user_id, task_id, version, completed, deleted) VALUES (?, ?, 9, 0, 0)", kAnn,
               kBob);
        db.run("UPDATE scheduler_reminder SET task_title = 'wrong', task_due = ''");
        db.run("UPDATE scheduler_occurrence SET open = 1 - open WHERE pending = ''");
        return 0;
      })
      .value();
  ASSERT_TRUE(world.rebuild("analytics"));
  ASSERT_TRUE(world.rebuild("scheduler"));
  EXPECT_EQ(world.picture(), before);
}

// Reminders that come back fire, and none fires again.
TEST(Rebuild, FiresWhatWaitsAndNothingTwice) {
  Full calm, world;
  calm.live();
  world.live();
  world.lose_everything();
  ASSERT_TRUE(world.rebuild("scheduler"));
  ASSERT_TRUE(world.rebuild("analytics"));
  for (auto* each : {&calm, &world}) each->advance(24h * 6);
  EXPECT_EQ(world.picture(), calm.picture());
  EXPECT_EQ(world.events("reminder.triggered").size(), calm.events("reminder.triggered").size());
  EXPECT_EQ(world.count("SELECT count(*) FROM scheduler_firing"), calm.count("SELECT count(*) FROM scheduler_firing"));
  const auto copies = [](Full& full) {
    return json::serialize(
        full.ok(Method::get, "/api/v1/tasks?q=milk").at("items").at(0).at("reminders").at(0).at("state"));
  };
  EXPECT_EQ(copies(world), copies(calm)) << "the tasks service goes on to hear";
}

/// What people do while it goes on: each page sees some of it before, some after.
boost::asio::awaitable<void> write_meanwhile(Full& world, const std::vector<std::string>& ids, int page) {
  switch (page) {
    case 1:
      co_await world.send(Method::post, "/api/v1/tasks/" + ids[0] + "/complete", "");  // On a page to come.
      ignore(co_await world.bus_->deliver_all(), "the test looks at what came of it");
      break;
    case 2:
      co_await world.send(Method::post, "/api/v1/tasks/" + ids[0] + "/reopen", "");  // On a page that was.
      co_await world.send(Method::post, "/api/v1/tasks/" + ids[7] + "/complete", "");
      co_await world.send(Method::post, "/api/v1/tasks",
                          R"({"title":"New","dueAt":"2026-03-10T12:00:00Z","reminders":[{"before":"PT1H"}]})");
      break;  // Delivered later only.
    case 3:
      ignore(co_await world.bus_->deliver_all(), "the test looks at what came of it");
      co_await world.send(Method::delete_, "/api/v1/tasks/" + ids[1], "");
      co_await world.send(Method::patch, "/api/v1/tasks/" + ids[8], R"({"dueAt":"2026-03-11T12:00:00Z"})");
      break;
    default:
      break;
  }
}

// E-05, R-18: people go on meanwhile.
TEST(Rebuild, GoesOnWhilePeopleWrite) {
  for (const std::string consumer : {"analytics", "scheduler"}) {
    Full calm, world;
    std::vector<std::string> ids[2];
    Full* both[] = {&calm, &world};
    for (int n = 0; n < 2; ++n) {
      for (int i = 0; i < 10; ++i)
        ids[n].push_back(both[n]->add(R"({"title":"T)" + std::to_string(i) +
                                      R"(","dueAt":"2026-03-09T12:00:00Z","reminders":[{"before":"PT1H"}]})"));
      both[n]->settle();
    }
    auto alone = [&](int page) -> boost::asio::awaitable<Result<>> {
      co_await write_meanwhile(calm, ids[0], page);
      co_return Result<>{};
    };
    for (int page = 1; page < 4; ++page) ASSERT_TRUE(calm.db_.run(alone(page)));
    calm.settle();
    if (consumer == "analytics") {
      world.db_
          .write([](storage::sqlite::Writer& db) -> Result<int> {
            for (auto sql : {"DELETE FROM analytics_task", "DELETE FROM analytics_day", "DELETE FROM analytics_user"})
              db.run(sql);
            return 0;
          })
          .value();
    } else {
      world.db_
          .write([](storage::sqlite::Writer& db) -> Result<int> {
            for (auto sql : {"DELETE FROM scheduler_reminder", "DELETE FROM scheduler_timer WHERE kind = 'reminder'"})
              db.run(sql);
            return 0;
          })
          .value();
    }
    world.before_page_ = [&](int page) { return write_meanwhile(world, ids[1], page); };
    ASSERT_TRUE(world.rebuild(consumer));
    world.before_page_ = nullptr;
    world.settle();
    for (auto* each : both) each->advance(24h * 8);
    EXPECT_EQ(world.picture(false), calm.picture(false)) << consumer;
  }
}

// Killed between two pages, or its owner away: it goes on after the last page it had.
TEST(Rebuild, IsInterruptedAndGoesOn) {
  Full world;
  world.live();
  const auto before = world.picture();
  world.lose_everything();
  world.before_page_ = [&](int page) -> boost::asio::awaitable<void> {
    world.tasks_away_ = page > 2;
    co_return;
  };
  for (auto consumer : {"analytics", "scheduler"}) {
    auto& rebuilder = world.rebuilder(consumer);
    rebuilder.set_pause([&rebuilder](int) -> boost::asio::awaitable<void> {
      rebuilder.begin_stop();  // Not stop(): it would still look at the rebuilder when `again` has let it go.
      co_return;
    });
    const auto stopped = world.rebuild(consumer);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Errc::unavailable);
    EXPECT_THAT(stopped.error().detail, HasSubstr("next start"));
    world.pages_ = 0;
  }
  EXPECT_NE(world.picture(), before);
  world.tasks_away_ = false;
  world.before_page_ = nullptr;
  world.again();
  world.pages_ = 0;
  for (auto consumer : {"analytics", "scheduler"}) {
    ASSERT_TRUE(world.db_.run(world.rebuilder(consumer).start()));
    const auto outcome = world.rebuild(consumer);
    ASSERT_TRUE(outcome) << outcome.error().detail;
    EXPECT_EQ(outcome->generation, 1) << "the same rebuild, not another";
  }
  const auto tasks = world.count("SELECT count(*) FROM tasks_task");
  EXPECT_LT(world.pages_, 2 * (tasks / 3 + 1)) << "what was loaded is not asked for again";
  EXPECT_EQ(world.picture(), before);
}

// X-46, rule 14: whoever is erased meanwhile does not come back with a page that was read before.
TEST(Rebuild, AnErasedUserStaysErased) {
  Full world;
  world.live();
  world.before_page_ = [&](int page) -> boost::asio::awaitable<void> {
    if (page > 1) co_return;
    // The projections hear of it before the tasks service has erased anything.
    CloudEvent event;
    event.id = EventId{Uuid::v5(Uuid{}, "erased")};
    event.type = "user.deleted";
    event.user = kBob;
    event.subject = kBob.str();
    event.time = world.clock_.now();
    event.data = "{}";
    std::vector<CloudEvent> one{event};
    EXPECT_TRUE(co_await world.analytics_->apply(one));
    auto applied = co_await world.store_->apply_events(one, world.clock_.now());
    EXPECT_TRUE(applied.front());
  };
  for (auto consumer : {"analytics", "scheduler"}) {
    world.pages_ = 0;
    const bool scheduler = consumer == std::string{"scheduler"};
    if (scheduler)
      world.before_page_ = [&](int page) -> boost::asio::awaitable<void> {
        if (page > 1) co_return;
        CloudEvent event;
        event.id = EventId{Uuid::v5(Uuid{}, "erased again")};
        event.type = "user.deleted";
        event.user = kBob;
        event.subject = kBob.str();
        event.time = world.clock_.now();
        event.data = "{}";
        std::vector<CloudEvent> one{event};
        auto applied = co_await world.store_->apply_events(one, world.clock_.now());
        EXPECT_TRUE(applied.front());
      };
    ASSERT_TRUE(world.rebuild(consumer));
  }
  for (auto table : {"analytics_task", "analytics_user", "analytics_day", "scheduler_reminder", "scheduler_timer"})
    EXPECT_EQ(world.count("SELECT count(*) FROM " + std::string{table} + " WHERE user_id = (SELECT user_id FROM " +
                          "tasks_user u JOIN tasks_task t ON t.ord = u.ord WHERE t.body LIKE '%Storm 1%')"),
              0)
        << table;
}

// Snapshots are for Daybook's own services alone.
TEST(Rebuild, SnapshotsAreNotForPeople) {
  Full world;
  EXPECT_EQ(world.call(Method::get, "/internal/v1/snapshots/notices").status, 403);
  Call call;
  call.path = "/internal/v1/snapshots/tasks";
  call.query = "after=nonsense";
  call.principal = Principal::of_service("analytics", UserId{});
  EXPECT_EQ(world.db_.run(world.tasks_->router().dispatch(call)).status, 400);
  call.principal->service.clear();
  EXPECT_EQ(world.db_.run(world.tasks_->router().dispatch(call)).status, 403);
}

}  // namespace
}  // namespace daybook
