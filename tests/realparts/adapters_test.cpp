// The Dapr adapters against a real daprd with real Kafka, PostgreSQL, Redis and scheduler (adapters.py starts those).

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>

#include "core/json.hpp"
#include "http/problem.hpp"
#include "http/server.hpp"
#include "runtime/dapr/app_channel.hpp"
#include "runtime/dapr/invoker.hpp"
#include "runtime/dapr/publisher.hpp"
#include "runtime/dapr/secrets.hpp"
#include "runtime/dapr/state_store.hpp"
#include "sidecar_process.hpp"

namespace daybook::runtime::dapr {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using realparts::given;
using realparts::SidecarProcess;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kAppToken = "of-the-app";
constexpr const char* kApiToken = "of-the-sidecar";

TopicTable read_table() {
  std::ifstream in(DAYBOOK_SOURCE_DIR "/schemas/topics.json");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return TopicTable::parse(text).value();
}

Instant wall_now() { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); }

CloudEvent make_event(const std::string& type, const UserId& user, std::int64_t sequence) {
  CloudEvent event;
  event.id = EventId::make(wall_now());
  event.source = "/daybook/tasks";
  event.type = type;
  event.subject = Uuid::random().str();
  event.time = wall_now();
  event.dataschema = "urn:daybook:schema:" + type + ":1";
  event.user = user;
  event.sequence = sequence;
  event.correlation_id = "correlated";
  event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  event.data = R"({"title":"Milch \"und\" Brot","version":1})";
  return event;
}

UserId new_user() { return UserId{Uuid::random()}; }

/// An app that a sidecar stands beside: the loop, the channel's server, the adapters.
class App {
 public:
  App(std::string app_id, std::vector<std::string> resources, EventBusOptions bus_options = {},
      bool app_health = false) {
    bus_options.app_id = app_id;
    bus_ = std::make_unique<EventBus>(loop_.get_executor(), table_, std::move(bus_options));
    channel_ = std::make_unique<AppChannel>(
        AppChannel::Ports{.bus = *bus_,
                          .wake_ups = &wake_ups_holder(),
                          .healthy = [this]() -> awaitable<bool> { co_return healthy; },
                          .probes = [](Call) -> awaitable<Reply> { co_return Reply{200}; }},
        kAppToken);
    http::ServerOptions options;
    options.port = 0;
    http::ServerHandlers handlers;
    handlers.call = [this](Call call) -> awaitable<Reply> {
      paths.push_back(call.path);
      if (refuse_jobs && call.path.starts_with("/job/")) co_return Reply{500};
      co_return co_await channel_->handle(std::move(call));
    };
    server_ = http::Server::listen(loop_.get_executor(), options, std::move(handlers)).value();
    process_ = std::make_unique<SidecarProcess>(SidecarProcess::Options{.app_id = app_id,
                                                                        .app_port = server_->port(),
                                                                        .resources = std::move(resources),
                                                                        .app_token = kAppToken,
                                                                        .api_token = kApiToken,
                                                                        .app_health = app_health});
    sidecar_ = connect(kApiToken);
    jobs_ = std::make_unique<Jobs>(*sidecar_);
    wake_ups_ = std::make_unique<WakeUps>(*jobs_);
  }
  ~App() {
    run(bus_->stop());
    process_->kill();
    run(server_->stop(std::chrono::seconds{1}));
  }

  std::unique_ptr<Sidecar> connect(std::string token) {
    return Sidecar::make(loop_.get_executor(), {.url = process_->url(), .token = std::move(token)}).value();
  }

  template <class T>
  T run(awaitable<T> work) {
    std::optional<T> out;
    std::exception_ptr thrown;
    auto wrapped = [](awaitable<T> inner, std::optional<T>& result) -> awaitable<void> {
      result.emplace(co_await std::move(inner));
    };
    bool done = false;
    asio::co_spawn(loop_, wrapped(std::move(work), out), [&](std::exception_ptr failure) {
      thrown = failure;
      done = true;
    });
    loop_.restart();
    while (!done) loop_.run_one();
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*out);
  }
  void run(awaitable<void> work) {
    auto wrapped = [](awaitable<void> inner) -> awaitable<bool> {
      co_await std::move(inner);
      co_return true;
    };
    run(wrapped(std::move(work)));
  }

  /// Serves until `condition` holds; false when it does not within the time.
  bool until(const std::function<bool()>& condition, std::chrono::seconds limit = std::chrono::seconds{30}) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop_.restart();
      loop_.run_for(std::chrono::milliseconds{20});
    }
    return true;
  }

  void start_sidecar() {
    process_->start();
    ASSERT_TRUE(until([this] { return run(sidecar_->outbound_ready()).has_value(); })) << "daprd is not ready";
  }
  /// The sidecar has asked what to subscribe to, and consumes.
  void start_consuming() {
    start_sidecar();
    ASSERT_TRUE(until([this] {
      auto call = json_call(Method::get, "/v1.0/healthz");
      const auto reply = run(sidecar_->send(std::move(call), std::chrono::seconds{1}));
      return reply && reply->status == 204;
    }));
  }
  SidecarProcess& process() { return *process_; }
  Sidecar& sidecar() { return *sidecar_; }
  EventBus& bus() { return *bus_; }
  Jobs& jobs() { return *jobs_; }
  AppChannel& channel() { return *channel_; }
  const TopicTable& table() const { return table_; }
  asio::io_context& loop() { return loop_; }
  WakeUps& wake_ups() { return *wake_ups_; }

  bool healthy = true;
  bool refuse_jobs = false;
  std::vector<std::string> paths;  ///< Of everything that the sidecar asked.

 private:
  /// The channel is made before the sidecar's client; the reference is used only when a job arrives.
  WakeUps& wake_ups_holder() { return early_; }

  asio::io_context loop_{1};
  const TopicTable table_ = read_table();
  std::unique_ptr<Sidecar> none_ = Sidecar::make(loop_.get_executor(), {}).value();
  Jobs no_jobs_{*none_};
  WakeUps early_{no_jobs_};
  std::unique_ptr<EventBus> bus_;
  std::unique_ptr<AppChannel> channel_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<SidecarProcess> process_;
  std::unique_ptr<Sidecar> sidecar_;
  std::unique_ptr<Jobs> jobs_;
  std::unique_ptr<WakeUps> wake_ups_;

 public:
  void on_wake(WakeUps::OnWake on_wake) { early_.on_wake(std::move(on_wake)); }
};

/// A group that notes what it gets, and answers as it is told.
struct Recorder {
  std::vector<CloudEvent> events;
  std::function<Result<>(const CloudEvent&)> answer = [](const CloudEvent&) { return Result<>{}; };

  void subscribe(App& app, std::vector<std::string> types = {"task.completed", "reminder.triggered", "user.*"}) {
    Subscription subscription{.group = "recorder", .types = std::move(types)};
    app.bus().subscribe(std::move(subscription),
                        [this](std::vector<CloudEvent> batch) { return take(std::move(batch)); });
  }
  awaitable<std::vector<Result<>>> take(std::vector<CloudEvent> batch) {
    std::vector<Result<>> results;
    for (auto& event : batch) {
      results.push_back(answer(event));
      events.push_back(std::move(event));
    }
    co_return results;
  }
  bool has(const CloudEvent& wanted) const {
    return std::ranges::any_of(events, [&](const auto& event) { return event.id == wanted.id; });
  }
  std::vector<CloudEvent> of(const UserId& user) const {
    std::vector<CloudEvent> out;
    for (const auto& event : events)
      if (event.user == user) out.push_back(event);
    return out;
  }
};

std::vector<Result<>> publish(App& app, std::vector<CloudEvent> events, TopicMode mode = TopicMode::dotted) {
  Publisher publisher(app.sidecar(), app.table(), "pubsub", mode);
  return app.run(publisher.publish(events));
}

bool all_ok(const std::vector<Result<>>& results) {
  for (const auto& result : results)
    if (!result) {
      ADD_FAILURE() << result.error().detail;
      return false;
    }
  return true;
}

// ---- pub/sub on Kafka

// E-03, E-05, E-07, X-02
TEST(KafkaPubSub, EventsArriveUnchangedAndInEachUsersOrder) {
  App app("notifier", {"pubsub-kafka", "common"});
  Recorder recorder;
  recorder.subscribe(app);
  app.start_consuming();
  const auto anna = new_user(), bert = new_user();
  std::vector<CloudEvent> events;
  for (int i = 1; i <= 30; ++i) {
    events.push_back(make_event("task.completed", anna, i));
    events.push_back(make_event("task.completed", bert, i));
  }
  ASSERT_TRUE(all_ok(publish(app, {events.front()})));  // A single one goes another way than many.
  ASSERT_TRUE(all_ok(publish(app, {events.begin() + 1, events.end()})));
  ASSERT_TRUE(app.until([&] { return recorder.of(anna).size() >= 30 && recorder.of(bert).size() >= 30; }));

  for (const auto& user : {anna, bert}) {
    std::vector<CloudEvent> sent;
    for (const auto& event : events)
      if (event.user == user) sent.push_back(event);
    auto got = recorder.of(user);
    ASSERT_EQ(got.size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
      EXPECT_EQ(parse_json(got[i].data).value(), parse_json(sent[i].data).value());
      got[i].data = sent[i].data;
      EXPECT_EQ(got[i], sent[i]);
    }
  }
}

// Design, rule 5: what waits for a dependency is never dead-lettered; poison is, after five tries.
TEST(KafkaPubSub, TransientFailuresComeAgainAndPoisonIsParkedAndDeadLettered) {
  std::vector<std::string> parked;
  EventBusOptions options;
  options.park = [&](std::string group, CloudEvent event, std::string reason, int tries) -> awaitable<Result<>> {
    parked.push_back(group + " " + event.id.str() + " " + reason + " " + std::to_string(tries));
    co_return Result<>{};
  };
  options.pause = [](std::chrono::milliseconds) -> awaitable<void> { co_return; };
  App app("notifier", {"pubsub-kafka", "common"}, std::move(options));
  const auto user = new_user();
  const auto waits = make_event("task.completed", user, 1), poison = make_event("task.completed", user, 2),
             good = make_event("task.completed", user, 3);
  Recorder recorder;
  int refused = 0;
  recorder.answer = [&](const CloudEvent& event) -> Result<> {
    if (event.id == waits.id && refused < 6) return ++refused, Error{Errc::unavailable, "the store is away"};
    if (event.id == poison.id) return Error{Errc::invalid_argument, "cannot be digested"};
    return {};
  };
  recorder.subscribe(app);
  app.start_consuming();
  ASSERT_TRUE(all_ok(publish(app, {waits, poison, good})));
  ASSERT_TRUE(app.until([&] {
    int done = 0;
    for (const auto& event : recorder.of(user)) done += event.id == waits.id;
    return done >= 7 && !parked.empty() && !recorder.of(user).empty();
  }));
  EXPECT_THAT(parked, Contains("recorder " + poison.id.str() + " cannot be digested 5"));
  EXPECT_TRUE(recorder.has(good));
  // adapters.py looks into the dead-letter topic for it, and that the other one is not there.
  std::ofstream(given("DAYBOOK_WORK") + "/dead-letters.txt") << poison.id.str() << " " << waits.id.str() << "\n";
}

// E-15, E-16, X-06
TEST(KafkaPubSub, OtherSpellingsAndBareJsonAreRead) {
  App app("notifier", {"pubsub-kafka", "common"});
  Recorder recorder;
  recorder.subscribe(app);
  app.start_consuming();
  const auto user = new_user();
  const auto id = EventId::make(wall_now());
  const std::string flat = R"({"eventId":")" + id.str() + R"(","eventTimestamp":1772614800000,"userId":")" +
                           user.str() + R"(","taskId":"7","completedAt":1772614800000})";
  auto call = json_call(Method::post, "/v1.0/publish/pubsub/task.completed", flat);
  const auto reply = app.run(app.sidecar().send(std::move(call), std::chrono::seconds{10}));
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->status, 204);
  ASSERT_TRUE(app.until([&] { return !recorder.of(user).empty(); }));
  const auto event = recorder.of(user).front();
  EXPECT_EQ(event.id, id);
  EXPECT_EQ(event.type, "task.completed");  // By its topic.
  EXPECT_EQ(event.subject, "7");
}

// X-01
TEST(KafkaPubSub, AggregateTopicsCarryTheirOwnSpellingOfTypes) {
  EventBusOptions options;
  options.mode = TopicMode::aggregate;
  App app("notifier", {"pubsub-kafka", "common"}, std::move(options));
  Recorder recorder;
  recorder.subscribe(app);
  app.start_consuming();
  const auto user = new_user();
  ASSERT_TRUE(all_ok(publish(app, {make_event("task.completed", user, 1), make_event("reminder.triggered", user, 1)},
                             TopicMode::both)));
  ASSERT_TRUE(app.until([&] { return recorder.of(user).size() >= 2; }));
  std::vector<std::string> types;
  for (const auto& event : recorder.of(user)) types.push_back(event.type);
  EXPECT_THAT(types, ::testing::UnorderedElementsAre("task.completed", "reminder.triggered"));
}

// S-2.1.4, S-2.5.3
TEST(KafkaPubSub, ASidecarThatIsAbsentAtStartOrKilledLosesNothing) {
  App app("notifier", {"pubsub-kafka", "common"});
  Recorder recorder;
  recorder.subscribe(app);
  const auto user = new_user();
  const auto first = make_event("task.completed", user, 1), second = make_event("task.completed", user, 2);
  auto refused = publish(app, {first});
  ASSERT_FALSE(refused.front());
  EXPECT_EQ(refused.front().error().code, Errc::unavailable);

  app.start_consuming();
  ASSERT_TRUE(all_ok(publish(app, {first})));
  ASSERT_TRUE(app.until([&] { return recorder.of(user).size() >= 1; }));
  app.process().kill();
  EXPECT_EQ(publish(app, {second}).front().error().code, Errc::unavailable);
  app.start_consuming();
  ASSERT_TRUE(all_ok(publish(app, {second})));
  ASSERT_TRUE(app.until([&] { return recorder.has(second); }));
}

// Design, rule 5: an app whose store is away gets nothing until it is back.
TEST(KafkaPubSub, AnUnhealthyAppIsLeftAlone) {
  App app("notifier", {"pubsub-kafka", "common"}, {}, true);
  Recorder recorder;
  recorder.subscribe(app);
  app.start_consuming();
  const auto user = new_user();
  app.healthy = false;
  app.paths.clear();
  ASSERT_TRUE(app.until([&] { return std::ranges::count(app.paths, std::string(AppChannel::kHealthPath)) >= 3; }));
  ASSERT_TRUE(all_ok(publish(app, {make_event("task.completed", user, 1)})));
  app.paths.clear();
  ASSERT_TRUE(app.until([&] { return std::ranges::count(app.paths, std::string(AppChannel::kHealthPath)) >= 2; }));
  EXPECT_THAT(recorder.of(user), IsEmpty());
  app.healthy = true;
  ASSERT_TRUE(app.until([&] { return !recorder.of(user).empty(); }));
}

TEST(RedisPubSub, TheSameWorksOnRedisStreams) {  // E-09
  App app("notifier", {"pubsub-redis", "common"});
  Recorder recorder;
  int refused = 0;
  recorder.answer = [&](const CloudEvent&) -> Result<> {
    if (refused < 2) return ++refused, Error{Errc::unavailable, "the store is away"};
    return {};
  };
  recorder.subscribe(app);
  app.start_consuming();
  const auto user = new_user();
  ASSERT_TRUE(all_ok(publish(app, {make_event("task.completed", user, 1)})));
  ASSERT_TRUE(app.until([&] { return recorder.of(user).size() >= 3; }));
  EXPECT_EQ(recorder.of(user).back().sequence, 1);
}

// ---- state

class State : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { app_.start_sidecar(); }

  Result<> write(std::vector<StateStore::Write> writes) { return app_.run(store_.transact(std::move(writes))); }
  std::optional<StateStore::Entry> read(const std::string& key) { return app_.run(store_.get(key)).value(); }
  Errc failure(std::vector<StateStore::Write> writes) {
    const auto done = write(std::move(writes));
    return done ? Errc::internal : done.error().code;
  }

  App app_{"state", {GetParam(), "common"}};
  StateStore store_{app_.sidecar(), {}};
  const std::string user_ = Uuid::random().str();
  std::string key(const std::string& name) const { return user_ + "/" + name; }
};

TEST_P(State, CreatesOnlyWhatIsAbsent) {
  EXPECT_FALSE(read(key("a")));
  ASSERT_TRUE(write({{key("a"), R"({"n":1})", "", std::nullopt}}));
  EXPECT_EQ(read(key("a"))->value, R"({"n":1})");
  EXPECT_EQ(failure({{key("a"), R"({"n":2})", "", std::nullopt}}), Errc::version_mismatch);
  EXPECT_EQ(read(key("a"))->value, R"({"n":1})");
}

TEST_P(State, ReadsManyAtOnceInTheirOrder) {
  ASSERT_TRUE(
      write({{key("a"), R"({"text":"Brot & <Milch>"})", "", std::nullopt}, {key("c"), "[1]", "", std::nullopt}}));
  const auto entries = app_.run(store_.get_many({key("c"), key("b"), key("a")})).value();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0]->value, "[1]");
  EXPECT_EQ(entries[0]->etag, read(key("c"))->etag);
  EXPECT_FALSE(entries[1]);
  EXPECT_EQ(entries[2]->value, R"({"text":"Brot & <Milch>"})");
}

// H-02, S-2.4.4
TEST_P(State, AStaleVersionChangesNothingOfItsTransaction) {
  ASSERT_TRUE(write({{key("a"), "1", "", std::nullopt}, {key("b"), "1", "", std::nullopt}}));
  const auto stale = read(key("a"))->etag;
  ASSERT_TRUE(write({{key("a"), "2", stale, std::nullopt}}));
  EXPECT_EQ(failure({{key("b"), "9", std::nullopt, std::nullopt}, {key("a"), "9", stale, std::nullopt}}),
            Errc::version_mismatch);
  EXPECT_EQ(read(key("a"))->value, "2");
  EXPECT_EQ(read(key("b"))->value, "1");
  EXPECT_EQ(failure({{key("a"), std::nullopt, stale, std::nullopt}}), Errc::version_mismatch);
  ASSERT_TRUE(write(
      {{key("a"), std::nullopt, read(key("a"))->etag, std::nullopt}, {key("c"), "3", std::nullopt, std::nullopt}}));
  EXPECT_FALSE(read(key("a")));
  EXPECT_EQ(read(key("c"))->value, "3");
}

TEST_P(State, ConcurrentWritersLoseNoUpdate) {
  ASSERT_TRUE(write({{key("count"), "0", "", std::nullopt}, {key("last"), "0", "", std::nullopt}}));
  int ended = 0;
  auto add = [](StateStore& store, std::string count, std::string last, int& done) -> awaitable<void> {
    for (int made = 0; made < 5;) {
      const auto entry = co_await store.get(count);
      if (!entry) continue;
      const std::string next = std::to_string(std::stoi((*entry)->value) + 1);
      std::vector<StateStore::Write> both;
      both.push_back({count, next, (*entry)->etag, std::nullopt});
      both.push_back({last, next, std::nullopt, std::nullopt});
      const auto wrote = co_await store.transact(std::move(both));
      made += wrote ? 1 : 0;
    }
    ++done;
  };
  for (int i = 0; i < 6; ++i)
    asio::co_spawn(app_.loop(), add(store_, key("count"), key("last"), ended), asio::detached);
  ASSERT_TRUE(app_.until([&] { return ended == 6; }));
  EXPECT_EQ(read(key("count"))->value, "30");
  EXPECT_EQ(read(key("last"))->value, "30");
}

TEST_P(State, WhatHasATimeToLiveGoes) {
  ASSERT_TRUE(write({{key("short"), "1", std::nullopt, std::chrono::seconds{1}}}));
  EXPECT_TRUE(app_.until([&] { return !read(key("short")); }));
}

TEST_P(State, AStoreThatIsNotThereIsAnOperatorsMistake) {
  StateStore other{app_.sidecar(), {.store = "nowhere"}};
  const auto started = app_.run(other.start());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::misconfigured);
}

INSTANTIATE_TEST_SUITE_P(Stores, State, ::testing::Values("state-postgresql", "state-redis"),
                         [](const auto& which) { return std::string(which.param).substr(6); });

// ---- secrets, tokens

// J-04, G-07
TEST(SecretStore, GivesWhatItHasAndSaysWhatItHasNot) {
  App app("secrets", {"common"});
  app.start_sidecar();
  Secrets secrets(app.sidecar(), "secretstore");
  EXPECT_EQ(app.run(secrets.get("smtp-password")).value(), "swordfish");
  EXPECT_EQ(app.run(secrets.get("web-push:private")).value(), "deeper");
  EXPECT_EQ(app.run(secrets.get("nothing")).error().code, Errc::not_found);
  Secrets nowhere(app.sidecar(), "nowhere");
  EXPECT_EQ(app.run(nowhere.get("smtp-password")).error().code, Errc::misconfigured);
}

TEST(Tokens, AreAskedForInBothDirections) {
  App app("tokens", {"common"});
  app.start_sidecar();
  auto stranger = app.connect("wrong");
  Secrets secrets(*stranger, "secretstore");
  EXPECT_EQ(app.run(secrets.get("smtp-password")).error().code, Errc::misconfigured);

  Call call = json_call(Method::get, "/dapr/subscribe");
  EXPECT_EQ(app.run(app.channel().handle(call)).status, 401);
  call.headers.set("dapr-api-token", kAppToken);
  EXPECT_EQ(app.run(app.channel().handle(call)).status, 200);
}

// ---- invocation

class Invocation : public ::testing::Test {
 protected:
  void SetUp() override {
    app_.channel().serve("tasks", [this](Call call) { return answer(std::move(call)); });
    app_.start_consuming();
  }
  awaitable<Reply> answer(Call call) {
    received_ = std::move(call);
    if (hold_) co_await hold_->async_wait(asio::as_tuple(asio::use_awaitable));
    if (problem_) co_return http::problem_reply(*problem_);
    Reply reply{201, R"({"ok":true})"};
    reply.headers.add("ETag", "\"7\"");
    reply.headers.add("Set-Cookie", "a=1; Path=/");
    co_return reply;
  }

  App app_{"tasks", {"common"}};
  Invoker invoker_{app_.sidecar()};
  Call received_;
  std::optional<Error> problem_;
  std::optional<asio::steady_timer> hold_;
};

// G-09
TEST_F(Invocation, CarriesTheWholeCallAndTheWholeAnswer) {
  Call call;
  call.method = Method::patch;
  call.path = "/api/v1/tasks/a%20b";
  call.query = "q=x%26y&limit=5";
  call.headers.set("If-Match", "\"6\"");
  call.headers.set("Cookie", "refresh=1");
  call.headers.set("Authorization", "Bearer secret");
  call.headers.set("Content-Type", "application/json");
  call.body = R"({"title":"ü"})";
  call.correlation_id = "c-1";
  call.remote_address = "192.0.2.7";
  call.principal = Principal{};
  call.principal->user = new_user();
  call.principal->scopes = {"tasks:write"};
  call.principal->timezone = "Europe/Berlin";
  const auto reply = app_.run(invoker_.invoke("tasks", call, std::chrono::seconds{10}));
  ASSERT_TRUE(reply) << reply.error().detail;
  EXPECT_EQ(reply->status, 201);
  EXPECT_EQ(reply->body, R"({"ok":true})");
  EXPECT_EQ(reply->headers.get("ETag"), "\"7\"");
  EXPECT_EQ(reply->headers.get("Set-Cookie"), "a=1; Path=/");
  EXPECT_EQ(received_.method, Method::patch);
  EXPECT_EQ(received_.path, call.path);
  EXPECT_EQ(received_.query, call.query);
  EXPECT_EQ(received_.body, call.body);
  EXPECT_EQ(received_.headers.get("If-Match"), "\"6\"");
  EXPECT_EQ(received_.headers.get("Cookie"), "refresh=1");
  EXPECT_FALSE(received_.headers.has("Authorization"));
  EXPECT_EQ(received_.correlation_id, "c-1");
  EXPECT_EQ(received_.remote_address, "192.0.2.7");
  ASSERT_TRUE(received_.principal);
  EXPECT_EQ(received_.principal->user, call.principal->user);
  EXPECT_EQ(received_.principal->scopes, call.principal->scopes);
  EXPECT_EQ(received_.principal->timezone, "Europe/Berlin");
}

TEST_F(Invocation, PassesAServicesOwnErrorsAndNamesThoseOfTheWay) {
  problem_ = Error{Errc::unavailable, "The store is away."};
  Call call;
  call.path = "/api/v1/tasks";
  const auto own = app_.run(invoker_.invoke("tasks", call, std::chrono::seconds{10}));
  ASSERT_TRUE(own) << own.error().detail;
  EXPECT_EQ(own->status, 503);
  EXPECT_THAT(own->body, ::testing::HasSubstr("The store is away."));

  const auto nobody = app_.run(invoker_.invoke("nobody", call, std::chrono::seconds{10}));
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, Errc::unavailable);

  problem_.reset();
  hold_.emplace(app_.loop(), std::chrono::steady_clock::time_point::max());
  const auto late = app_.run(invoker_.invoke("tasks", call, std::chrono::milliseconds{300}));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timeout);
  hold_->cancel();

  app_.process().kill();
  const auto gone = app_.run(invoker_.invoke("tasks", call, std::chrono::seconds{10}));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::unavailable);
}

// ---- jobs

// C-04, G-10
TEST(JobsOfDapr, WakeTheAppAlsoAfterItRefused) {
  App app("jobs", {"common"});
  std::vector<std::string> woken;
  app.on_wake([&](const std::string& service, int shard) { woken.push_back(service + std::to_string(shard)); });
  app.refuse_jobs = true;
  app.start_consuming();
  const auto now = wall_now();
  ASSERT_TRUE(app.run(app.wake_ups().ask("scheduler", 3, now, now)));
  ASSERT_TRUE(
      app.until([&] { return std::ranges::any_of(app.paths, [](auto& p) { return p.starts_with("/job/"); }); }));
  EXPECT_THAT(woken, IsEmpty());
  app.refuse_jobs = false;
  ASSERT_TRUE(app.until([&] { return !woken.empty(); }));
  EXPECT_THAT(woken, ElementsAre("scheduler3"));
}

TEST(JobsOfDapr, RepeatBySixFieldsUntilCanceled) {
  App app("jobs", {"common"});
  app.start_consuming();
  const auto job = [&] { return std::ranges::count(app.paths, std::string("/job/sweep")); };
  ASSERT_TRUE(app.run(app.jobs().repeat("sweep", "*/1 * * * * *")));
  ASSERT_TRUE(app.run(app.jobs().repeat("sweep", "*/1 * * * * *")));  // Again is the same.
  ASSERT_TRUE(app.until([&] { return job() >= 2; }));
  ASSERT_TRUE(app.run(app.jobs().cancel("sweep")));
  EXPECT_TRUE(app.run(app.jobs().cancel("sweep")));
}

TEST(JobsOfDapr, WithoutASidecarFailWithinTheirDeadline) {
  App app("jobs", {"common"});
  const auto done = app.run(app.jobs().once("late", wall_now()));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace daybook::runtime::dapr
