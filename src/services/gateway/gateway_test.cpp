#include <gmock/gmock.h>

#include <boost/asio/redirect_error.hpp>

#include "http/problem.hpp"
#include "services/gateway/module.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::gateway {
namespace {

using boost::asio::awaitable;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Stands for all services: identity answers as it would, the others say who called what.
class FakeServices final : public runtime::Invoker {
 public:
  awaitable<Result<Reply>> invoke(std::string app_id, Call call, std::chrono::milliseconds) override {
    if (app_id == away) co_return Error{Errc::unavailable, "The service is away."};
    if (app_id == "identity") {
      ++identity_calls;
      if (call.path == "/.well-known/jwks.json")
        co_return Reply{200, json::serialize(json::object{{"keys", json::array{to_jwk(key)}}})};
      if (call.path.starts_with("/internal/v1/sessions/")) {
        json::object state{{"active", session_active}, {"userId", user.str()}, {"timezone", "Europe/Paris"}};
        if (ends_at) state["expiresAt"] = format_rfc3339(*ends_at);
        co_return Reply{200, json::serialize(state)};
      }
      if (call.path == "/internal/v1/tokens/use") {
        if (call.body.find("dbk_good") == std::string::npos)
          co_return http::problem_reply(Error{Errc::unauthenticated, "Unknown.", "invalid-token"});
        json::object state{{"id", token_id.str()}, {"userId", user.str()}, {"timezone", "UTC"}};
        state["scopes"] = json::array(scopes.begin(), scopes.end());
        if (ends_at) state["expiresAt"] = format_rfc3339(*ends_at);
        co_return Reply{200, json::serialize(state)};
      }
    }
    calls.push_back(app_id + " " + std::string(to_string(call.method)) + " " + call.path);
    last = std::move(call);
    co_return Reply{last.path == "/api/v1/auth/logout" ? 204 : 200, "{}"};
  }

  SigningKey key = SigningKey::generate("k1");
  UserId user = UserId::make(Instant{});
  Uuid token_id = Uuid::random();
  std::vector<std::string> scopes{"tasks:read"};
  std::optional<Instant> ends_at;  ///< Of the session and of the API token.
  bool session_active = true;
  std::string away;
  int identity_calls = 0;
  std::vector<std::string> calls;
  Call last;
};

/// The log, and what a test lets happen just when somebody asks where it ends.
class WatchedLog final : public StreamLog {
 public:
  explicit WatchedLog(std::unique_ptr<StreamLog> log) : log_(std::move(log)) {}
  awaitable<Result<Ends>> ends(UserId user) override {
    auto ends = co_await log_->ends(user);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    co_return ends;
  }
  awaitable<Result<std::vector<StreamEvent>>> read(UserId user, std::int64_t position, int limit) override {
    return log_->read(user, position, limit);
  }
  void listen(boost::asio::any_io_executor executor, std::function<bool()> wanted, Listener to) override {
    listener = to;
    log_->listen(executor, std::move(wanted), std::move(to));
  }
  void stop() override { log_->stop(); }

  Listener listener;
  std::function<void()> meanwhile;

 private:
  std::unique_ptr<StreamLog> log_;
};

/// A client that keeps what it is sent.
class FakeChannel final : public http::PushChannel {
 public:
  explicit FakeChannel(boost::asio::any_io_executor executor) : wake_(executor) {
    wake_.expires_at(boost::asio::steady_timer::time_point::max());
  }
  bool send(std::shared_ptr<const std::string> message, std::string_view id) override {
    if (closed != 0) return false;
    const auto value = *parse_json(*message);
    types.emplace_back(value.at("type").as_string());
    subjects.emplace_back(value.as_object().contains("subject") ? value.at("subject").as_string() : "");
    last_id = id;
    EXPECT_EQ(std::string(value.at("cursor").as_string()), last_id);
    return true;
  }
  awaitable<bool> drained() override {
    ++waited;
    co_return closed == 0;
  }
  awaitable<Result<std::string>> receive() override {
    boost::system::error_code ignored;
    while (closed == 0) co_await wake_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    co_return Error{Errc::unavailable, "Gone."};
  }
  void close(std::uint16_t code, std::string) override {
    if (closed == 0) closed = code;
    wake_.cancel();
  }

  std::vector<std::string> types, subjects;
  std::string last_id;
  std::uint16_t closed = 0;
  int waited = 0;

 private:
  boost::asio::steady_timer wake_;
};

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    gateway_.start(loop().get_executor());
    gateway_.announce_ready();
  }
  ~GatewayTest() override {
    gateway_.stop();
    for (const auto& channel : channels_) channel->close(1000, "");
    loop().restart();
    loop().run();
  }

  static Options options() {
    Options options;
    options.version = "1.2.3";
    options.cors_origins = {"https://other.example"};
    options.limits.chats_per_minute = 2;
    options.limits.auth_attempts_per_minute = 3;
    options.limits.live_connections = 2;
    options.openapi = std::make_shared<const std::string>("openapi: 3.1.0");
    return options;
  }
  Ports ports() {
    return {services_,
            *log_,
            clock_,
            metrics_,
            [](const Call& call) -> std::optional<Reply> {
              if (call.path.starts_with("/api")) return std::nullopt;
              if (call.path == "/broken") throw std::runtime_error("a file that cannot be read");
              return Reply{200, "<html>", "text/html"};
            },
            [this]() -> awaitable<std::vector<Dependency>> { co_return dependencies_; }};
  }

  std::string token(int seconds = 900, SessionId session = SessionId{}, const SigningKey* key = nullptr) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
    return sign_jwt(key ? *key : services_.key, {{"iss", "daybook"},
                                                 {"sub", services_.user.str()},
                                                 {"sid", (session.is_nil() ? session_ : session).str()},
                                                 {"exp", now + seconds}});
  }
  void sign_in(const std::string& bearer) { headers_.set("Authorization", "Bearer " + bearer); }

  Call call(Method method, std::string path, std::string body = {}) {
    Call call;
    call.method = method;
    const auto question = path.find('?');
    if (question != path.npos) call.query = path.substr(question + 1);
    call.path = path.substr(0, question);
    call.body = std::move(body);
    call.headers = headers_;
    if (!call.body.empty() && !call.headers.has("Content-Type")) call.headers.add("Content-Type", "application/json");
    call.remote_address = "192.0.2.1";
    return call;
  }
  Reply send(Method method, std::string path, std::string body = {}) {
    return database_.run(gateway_.handle(call(method, std::move(path), std::move(body))));
  }
  Reply get(std::string path) { return send(Method::get, std::move(path)); }

  /// Opens the stream; nullptr when it is refused, and then `refused_` says why.
  std::shared_ptr<FakeChannel> open(std::string query = {}) {
    const auto request = call(Method::get, "/api/v1/stream" + (query.empty() ? "" : "?" + query));
    auto decision = database_.run(gateway_.push(request, true));
    if (!decision || decision->refuse) {
      refused_ = decision ? *decision->refuse : Reply{};
      return nullptr;
    }
    auto channel = std::make_shared<FakeChannel>(loop().get_executor());
    channels_.push_back(channel);
    const int before = gateway_.hub().caught_up();
    boost::asio::co_spawn(loop(), decision->run(channel), [](std::exception_ptr) {});
    settle_until([&] { return gateway_.hub().caught_up() > before; });
    return channel;
  }
  /// Commits an event and lets the loop do what follows.
  void happen(std::string type, std::string subject, UserId user, std::string data = "{}") {
    CloudEvent event;
    event.source = "/daybook/tasks";
    event.type = std::move(type);
    event.subject = std::move(subject);
    event.time = clock_.now();
    event.user = user;
    event.data = std::move(data);
    const bool heard =
        gateway_.hub().any_open() || event.type.starts_with("session.") || event.type.starts_with("user.");
    const auto position = database_.write([&](storage::sqlite::Writer& db) -> Result<std::int64_t> {
      append_event(db, event);
      return storage::sqlite::last_position(db);
    });
    ASSERT_TRUE(position);
    if (heard) settle_until([&] { return gateway_.hub().published() >= *position; });
  }
  /// Lets the loop and the database's threads work until `done`.
  template <class Condition>
  void settle_until(Condition done) {
    for (int i = 0; i < 10'000 && !done(); ++i) ASSERT_TRUE(database_.run(log_->ends(services_.user)));
    ASSERT_TRUE(done());
  }
  void close(const std::shared_ptr<FakeChannel>& channel) {
    const int before = gateway_.hub().open();
    channel->close(1000, "");
    settle_until([&] { return gateway_.hub().open() < before; });
  }
  std::string ticket() {
    const auto reply = send(Method::post, "/api/v1/stream/ticket");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return std::string(parse_json(reply.body)->at("ticket").as_string());
  }
  boost::asio::io_context& loop() { return database_.loop(); }

  storage::sqlite::TestDatabase database_;
  FakeServices services_;
  std::unique_ptr<WatchedLog> log_ = std::make_unique<WatchedLog>(make_sqlite_stream_log(*database_));
  ManualClock clock_{*parse_rfc3339("2026-03-04T09:00:00Z")};
  telemetry::Registry metrics_;
  std::vector<Dependency> dependencies_{{"database", true, ""}};
  SessionId session_ = SessionId::make(clock_.now());
  Module gateway_{ports(), options()};
  Headers headers_;
  Reply refused_;
  std::vector<std::shared_ptr<FakeChannel>> channels_;
};

// ---- who calls

TEST_F(GatewayTest, ForwardsByPrefixAsTheSignedInUser) {
  sign_in(token());
  const std::pair<const char*, const char*> cases[] = {
      {"/api/v1/tasks", "tasks"},
      {"/api/v1/tasks/42/complete", "tasks"},
      {"/api/v1/recurring/x", "scheduler"},
      {"/api/v1/reminders", "scheduler"},
      {"/api/v1/notifications", "notifier"},
      {"/api/v1/audit/verify", "audit"},
      {"/api/v1/stats", "analytics"},
      {"/api/v1/conversations", "chat"},
      {"/api/v1/me", "identity"},
      {"/api/v1/notification-channels/x", "notifier"},
      {"/api/v1/reminders/x/deliveries", "scheduler"},
  };
  for (const auto& [path, app] : cases) {
    EXPECT_EQ(get(path).status, 200) << path;
    EXPECT_EQ(services_.calls.back(), std::string(app) + " GET " + path);
    EXPECT_EQ(services_.last.principal->user, services_.user);
    EXPECT_EQ(services_.last.principal->timezone, "Europe/Paris");
    EXPECT_EQ(services_.last.principal->service, "");
  }
}

TEST_F(GatewayTest, ATokenIsVerifiedOnceUntilItExpires) {
  sign_in(token(900));
  get("/api/v1/tasks");
  const int asked = services_.identity_calls;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get("/api/v1/tasks").status, 200);
  EXPECT_EQ(services_.identity_calls, asked);
  clock_.advance(std::chrono::seconds{900});
  const auto late = get("/api/v1/tasks");
  EXPECT_EQ(late.status, 401);
  EXPECT_THAT(late.body, HasSubstr("token-expired"));
}

TEST_F(GatewayTest, WhatIsNoGoodTokenIs401) {
  EXPECT_EQ(get("/api/v1/tasks").status, 401);
  const auto other = SigningKey::generate("k1");
  for (const auto& bearer : {token(900, {}, &other), token(-1), std::string("nonsense"), std::string("dbk_bad")}) {
    sign_in(bearer);
    EXPECT_EQ(get("/api/v1/tasks").status, 401) << bearer;
  }
  headers_.set("Authorization", "Basic YTpi");
  EXPECT_EQ(get("/api/v1/tasks").status, 401);
  sign_in(sign_jwt(services_.key, {{"iss", "elsewhere"}, {"sub", services_.user.str()}, {"exp", 4'000'000'000}}));
  EXPECT_EQ(get("/api/v1/tasks").status, 401);
  EXPECT_THAT(services_.calls, IsEmpty());
}

TEST_F(GatewayTest, ATokenOfAnEndedSessionIsRefused) {
  services_.session_active = false;
  sign_in(token());
  EXPECT_THAT(get("/api/v1/tasks").body, HasSubstr("session-ended"));
}

// Design, rule 18: session.revoked evicts.
TEST_F(GatewayTest, ARevokedSessionIsForgottenAtOnce) {
  sign_in(token());
  EXPECT_EQ(get("/api/v1/tasks").status, 200);
  happen("session.revoked", session_.str(), services_.user);
  EXPECT_EQ(get("/api/v1/tasks").status, 401);
}

TEST_F(GatewayTest, SigningOutForgetsTheToken) {
  sign_in(token());
  EXPECT_EQ(get("/api/v1/tasks").status, 200);
  EXPECT_EQ(send(Method::post, "/api/v1/auth/logout").status, 204);
  EXPECT_EQ(get("/api/v1/tasks").status, 401);
}

TEST_F(GatewayTest, AnApiTokenDoesWhatItsScopesSay) {
  sign_in("dbk_good");
  EXPECT_EQ(get("/api/v1/tasks").status, 200);
  EXPECT_EQ(services_.last.principal->scopes, std::vector<std::string>{"tasks:read"});
  EXPECT_THAT(send(Method::post, "/api/v1/tasks", "{}").body, HasSubstr("insufficient-scope"));
  EXPECT_EQ(get("/api/v1/recurring").status, 403);
  happen("session.revoked", services_.token_id.str(), services_.user);
  EXPECT_EQ(get("/api/v1/tasks").status, 401);
}

TEST_F(GatewayTest, ADeletedAccountsTokensAreAskedForAgain) {
  sign_in("dbk_good");
  EXPECT_EQ(get("/api/v1/tasks").status, 200);
  const int asked = services_.identity_calls;
  happen("user.deleted", services_.user.str(), services_.user);
  services_.away = "identity";  // It would say no.
  EXPECT_EQ(get("/api/v1/tasks").status, 503);
  EXPECT_EQ(services_.identity_calls, asked);
}

TEST_F(GatewayTest, ANewZoneHoldsFromTheNextRequestOn) {
  sign_in(token());
  get("/api/v1/tasks");
  happen("user.updated", services_.user.str(), services_.user, R"({"timezone":"Asia/Tokyo"})");
  get("/api/v1/tasks");
  EXPECT_EQ(services_.last.principal->timezone, "Asia/Tokyo");
}

TEST_F(GatewayTest, NobodyReachesInternalPathsOrPosesAsAnother) {
  sign_in(token());
  headers_.set("Daybook-Principal", "someone");
  EXPECT_EQ(get("/internal/v1/users/" + services_.user.str()).body, "<html>");  // The web app's pages, nothing more.
  EXPECT_EQ(get("/api/internal/v1/users").status, 404);
  EXPECT_EQ(get("/api/v1/tasksx").status, 404);
  EXPECT_THAT(services_.calls, IsEmpty());
}

// I-01, I-02, I-03, I-04, I-05 to I-06
TEST_F(GatewayTest, PathsThatNameTheUserAreTheSameHandlers) {
  sign_in(token());
  const auto base = "/api/" + services_.user.str();
  const std::tuple<Method, const char*, const char*> cases[] = {
      {Method::post, "/tasks/reminder", "tasks POST /api/v1/tasks/reminder"},
      {Method::post, "/tasks/recurring", "scheduler POST /api/v1/recurring"},
      {Method::get, "/tasks/search", "tasks GET /api/v1/tasks/search"},
      {Method::patch, "/tasks/7/due-date", "tasks PATCH /api/v1/tasks/7/due-date"},
      {Method::get, "/tasks/calendar", "tasks GET /api/v1/tasks/calendar"},
      {Method::get, "/tasks", "tasks GET /api/v1/tasks"},
      {Method::post, "/chat", "chat POST /api/v1/chat"},
  };
  for (const auto& [method, path, forwarded] : cases) {
    EXPECT_EQ(send(method, base + path).status, 200) << path;
    EXPECT_EQ(services_.calls.back(), forwarded);
  }
  EXPECT_EQ(get(base + "/audit").status, 404);
}

// Design, rule 11
TEST_F(GatewayTest, AnotherUsersPathIsForbidden) {
  sign_in(token());
  const auto other = "/api/" + UserId::make(clock_.now()).str();
  for (const auto* path : {"/tasks", "/tasks/search", "/tasks/calendar", "/tasks/recurring", "/tasks/7", "/chat"})
    for (auto method : {Method::get, Method::post, Method::patch, Method::delete_})
      EXPECT_EQ(send(method, other + path).status, 403) << path;
  // Ids as other systems write them are not the caller's either.
  for (const auto* path : {"/api/1/tasks", "/api/ada/chat", "/api/not-a-uuid/tasks/7"})
    EXPECT_EQ(get(path).status, 403) << path;
  EXPECT_EQ(get("/api//tasks").status, 404);
  headers_ = {};
  EXPECT_EQ(get(other + "/tasks").status, 401);
  EXPECT_EQ(get("/api/1/tasks").status, 401);
  EXPECT_THAT(services_.calls, IsEmpty());
}

// J-01: another issuer's subject may look like one of our ids.
TEST_F(GatewayTest, AnotherIssuersNamesAreNobodyOfOurs) {
  const auto theirs = SigningKey::generate("t1");
  TrustedIssuer issuer;
  issuer.issuer = "https://login.example";
  issuer.audience = "daybook";
  issuer.load_keys = [&]() -> awaitable<Result<std::string>> {
    co_return json::serialize(json::object{{"keys", json::array{to_jwk(theirs)}}});
  };
  Authenticator authenticator{services_, clock_, "daybook", issuer};
  sign_in(sign_jwt(theirs, {{"iss", "https://login.example"},
                            {"aud", "daybook"},
                            {"sub", services_.user.str()},
                            {"sid", session_.str()},
                            {"exp", 4'000'000'000}}));
  const auto request = call(Method::get, "/api/v1/tasks");
  const auto who = database_.run(authenticator.authenticate(request));
  ASSERT_TRUE(who && *who);
  EXPECT_NE((*who)->user, services_.user);
  EXPECT_TRUE((*who)->session.is_nil());
}

// ---- limits and policy

TEST_F(GatewayTest, ChatsAreLimitedPerUser) {
  sign_in(token());
  EXPECT_EQ(send(Method::post, "/api/v1/chat", "{}").status, 200);
  EXPECT_EQ(send(Method::post, "/api/" + services_.user.str() + "/chat", "{}").status, 200);
  const auto third = send(Method::post, "/api/v1/chat", "{}");
  EXPECT_EQ(third.status, 429);
  EXPECT_EQ(third.headers.get("Retry-After"), "30");
  clock_.advance(std::chrono::seconds{30});
  EXPECT_EQ(send(Method::post, "/api/v1/chat", "{}").status, 200);
}

TEST_F(GatewayTest, AttemptsToSignInAreLimitedPerAddress) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(Method::post, "/api/v1/auth/login", "{}").status, 200);
  EXPECT_EQ(send(Method::post, "/api/v1/auth/login", "{}").status, 429);
}

// Identity's router decodes its paths; the limit must not be passed by another spelling of one.
TEST_F(GatewayTest, PathsOfSigningInHaveOneSpelling) {
  for (const auto* path : {"/api/v1/auth/log%69n", "/api/v1/auth/logo%75t", "/api/v1/auth/%72egister"})
    EXPECT_EQ(send(Method::post, path, "{}").status, 404) << path;
  EXPECT_THAT(services_.calls, IsEmpty());
}

TEST_F(GatewayTest, AttemptsAtTheCurrentPasswordAreLimitedPerUser) {
  sign_in(token());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(Method::patch, "/api/v1/me", "{}").status, 200);
  EXPECT_EQ(send(Method::patch, "/api/v1/me", "{}").status, 429);
  EXPECT_EQ(send(Method::post, "/api/v1/auth/login", "{}").status, 200);  // Nobody else has to wait.
}

TEST_F(GatewayTest, OnlyOurOwnPageSignsIn) {
  headers_.set("Host", "daybook.example");
  headers_.set("Origin", "https://evil.example");
  EXPECT_THAT(send(Method::post, "/api/v1/auth/refresh").body, HasSubstr("origin-not-allowed"));
  headers_.set("Origin", "https://other.example");
  EXPECT_EQ(send(Method::post, "/api/v1/auth/refresh").status, 403);
  headers_.set("Origin", "https://daybook.example");
  EXPECT_EQ(send(Method::post, "/api/v1/auth/refresh").status, 200);
}

TEST_F(GatewayTest, AllowedPagesMayCallTheApi) {
  headers_.set("Host", "daybook.example");
  headers_.set("Access-Control-Request-Method", "POST");
  headers_.set("Origin", "https://other.example");
  const auto preflight = send(Method::options, "/api/v1/tasks");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.headers.get("Access-Control-Allow-Origin"), "https://other.example");
  EXPECT_THAT(preflight.headers.get("Access-Control-Allow-Headers"), HasSubstr("Idempotency-Key"));
  EXPECT_THAT(preflight.headers.get("Access-Control-Allow-Headers"), HasSubstr("MCP-Protocol-Version"));
  EXPECT_EQ(get("/api/v1/tasks").headers.get("Access-Control-Allow-Origin"), "https://other.example");
  headers_.set("Origin", "https://evil.example");
  EXPECT_FALSE(send(Method::options, "/api/v1/tasks").headers.has("Access-Control-Allow-Origin"));
  EXPECT_FALSE(get("/api/v1/tasks").headers.has("Access-Control-Allow-Origin"));
}

TEST_F(GatewayTest, BodiesMustBeJson) {
  sign_in(token());
  headers_.set("Content-Type", "text/plain");
  EXPECT_EQ(send(Method::post, "/api/v1/tasks", "title=x").status, 415);
  headers_.set("Content-Type", "application/json; charset=utf-8");
  EXPECT_EQ(send(Method::post, "/api/v1/tasks", "{}").status, 200);
  headers_.set("Content-Encoding", "gzip");
  EXPECT_EQ(send(Method::post, "/api/v1/tasks", "{}").status, 415);
}

// E-02, S-2.7.5
TEST_F(GatewayTest, IdsToFollowARequestByTravelBothWays) {
  sign_in(token());
  headers_.set("X-Correlation-Id", "order-7");
  headers_.set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ(get("/api/v1/tasks").headers.get("X-Correlation-Id"), "order-7");
  EXPECT_EQ(services_.last.correlation_id, "order-7");
  EXPECT_THAT(services_.last.traceparent, HasSubstr("4bf92f3577b34da6a3ce929d0e0e4736"));
  headers_.set("X-Correlation-Id", "bad id\"");
  EXPECT_TRUE(Uuid::parse(get("/api/v1/tasks").headers.get("X-Correlation-Id")));
}

TEST_F(GatewayTest, WhatThrowsIsA500) { EXPECT_EQ(get("/broken").status, 500); }

TEST_F(GatewayTest, IsNotReadyBeforeAllHasStarted) {
  Module module{ports(), options()};
  const auto reply = database_.run(module.handle(call(Method::get, "/readiness")));
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("The server is starting."));
}

TEST_F(GatewayTest, AServiceThatIsAwayIsA503) {
  sign_in(token());
  services_.away = "tasks";
  EXPECT_EQ(get("/api/v1/tasks").status, 503);
}

// F-08, I-07
TEST_F(GatewayTest, ProbesNameEachDependency) {
  EXPECT_EQ(get("/health").body, R"({"status":"ok","version":"1.2.3"})");
  EXPECT_EQ(get("/readiness").body,
            R"({"status":"ready","dependencies":[{"name":"database","status":"ok","detail":null}]})");
  dependencies_.push_back({"events", false, "The group audit is paused."});
  EXPECT_EQ(get("/readiness").status, 503);
  EXPECT_THAT(get("/readiness").body, HasSubstr("The group audit is paused."));
  dependencies_.pop_back();
  gateway_.begin_shutdown();
  EXPECT_EQ(get("/readiness").status, 503);
  EXPECT_EQ(get("/health").status, 200);
  get("/api/v1/tasks");
  EXPECT_THAT(get("/metrics").body, HasSubstr(R"(daybook_http_requests_total{app="tasks",status="4xx"} 1)"));
  EXPECT_EQ(get("/api/openapi.yaml").content_type, "application/yaml");
  EXPECT_EQ(send(Method::post, "/health").status, 405);
}

// ---- the stream (design, rule 10; A-14)

// I-08
TEST_F(GatewayTest, CommitsArePushedToTheirUserAlone) {
  sign_in(token());
  const auto channel = open();
  ASSERT_TRUE(channel);
  happen("task.created", "t1", services_.user);
  happen("task.created", "t2", UserId::make(clock_.now()));
  happen("security.audited", "x", services_.user);
  happen("reminder.triggered", "r1", services_.user);
  happen("chat.message.created", "m1", services_.user);
  EXPECT_THAT(channel->types, ElementsAre("task.created", "reminder.triggered", "chat.message.created"));
  EXPECT_THAT(channel->subjects, ElementsAre("t1", "r1", "m1"));
}

TEST_F(GatewayTest, AStreamResumesAfterItsCursor) {
  sign_in(token());
  const auto first = open();
  ASSERT_TRUE(first);
  happen("task.created", "t1", services_.user);
  const auto cursor = first->last_id;
  close(first);
  for (int i = 2; i <= 450; ++i) happen("task.updated", "t" + std::to_string(i), services_.user);
  const auto second = open("cursor=" + cursor);
  ASSERT_TRUE(second);
  ASSERT_THAT(second->subjects, SizeIs(449));
  EXPECT_EQ(second->subjects.front(), "t2");
  EXPECT_EQ(second->subjects.back(), "t450");
  EXPECT_EQ(second->waited, 449);  // It may be read slowly.
  happen("task.updated", "t451", services_.user);
  EXPECT_EQ(second->subjects.back(), "t451");
  headers_.set("Last-Event-ID", cursor);
  const auto third = open();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->subjects.front(), "t2");
}

TEST_F(GatewayTest, AnUnknownCursorGetsOneResync) {
  sign_in(token());
  happen("task.created", "t1", services_.user);
  const auto epoch = database_.run(log_->ends(services_.user))->epoch;
  for (const auto& cursor : {std::string("old-1"), std::string("nonsense"), epoch + "-99"}) {
    const auto channel = open("cursor=" + cursor);
    ASSERT_TRUE(channel);
    EXPECT_THAT(channel->types, ElementsAre("resync")) << cursor;
    EXPECT_EQ(channel->last_id, epoch + "-1");
    close(channel);
  }
}

TEST_F(GatewayTest, ATicketOpensOneStreamWithinThirtySeconds) {
  sign_in(token());
  const auto good = ticket(), late = ticket();
  headers_ = {};
  EXPECT_FALSE(open());
  EXPECT_EQ(refused_.status, 401);
  EXPECT_TRUE(open("ticket=" + good));
  EXPECT_FALSE(open("ticket=" + good));
  clock_.advance(std::chrono::seconds{30});
  EXPECT_FALSE(open("ticket=" + late));
  EXPECT_EQ(refused_.status, 401);
  EXPECT_FALSE(open("ticket=x&who=me"));
  EXPECT_EQ(refused_.status, 400);
}

TEST_F(GatewayTest, AnotherPageCannotOpenTheStream) {
  sign_in(token());
  const auto good = ticket();
  headers_.set("Host", "daybook.example");
  headers_.set("Origin", "https://evil.example");
  EXPECT_FALSE(open("ticket=" + good));
  EXPECT_EQ(refused_.status, 403);
}

TEST_F(GatewayTest, AStreamEndsWithItsSession) {
  const auto other_session = SessionId::make(clock_.now());
  sign_in(token());
  const auto channel = open();
  sign_in(token(900, other_session));
  const auto other = open();
  ASSERT_TRUE(channel && other);
  happen("session.revoked", session_.str(), services_.user);
  EXPECT_EQ(channel->closed, kSessionEnded);
  EXPECT_EQ(other->closed, 0);
  happen("user.deleted", services_.user.str(), services_.user);
  EXPECT_EQ(other->closed, kSessionEnded);
}

TEST_F(GatewayTest, AStreamEndsWithItsApiToken) {
  services_.scopes = {"stream:write"};
  sign_in("dbk_good");
  const auto channel = open();
  ASSERT_TRUE(channel);
  const auto late = ticket();
  happen("session.revoked", services_.token_id.str(), services_.user);
  EXPECT_EQ(channel->closed, kSessionEnded);
  headers_ = {};
  EXPECT_FALSE(open("ticket=" + late));
}

TEST_F(GatewayTest, AStreamEndsWhenItsCredentialIsTooOld) {
  services_.scopes = {};
  services_.ends_at = clock_.now() + std::chrono::hours{1};
  sign_in(token());
  const auto of_session = open();
  sign_in("dbk_good");
  const auto of_token = open();
  ASSERT_TRUE(of_session && of_token);
  gateway_.hub().end_expired();
  EXPECT_EQ(of_session->closed + of_token->closed, 0);
  clock_.advance(std::chrono::hours{1});
  gateway_.hub().end_expired();
  EXPECT_EQ(of_session->closed, kSessionEnded);
  EXPECT_EQ(of_token->closed, kSessionEnded);
}

// It was let in, and then its session ended before there was a stream to close.
TEST_F(GatewayTest, NoStreamBeginsAfterItsSession) {
  const auto begin = [&](const std::string& event, const std::string& subject) {
    const auto request = call(Method::get, "/api/v1/stream");
    auto decision = database_.run(gateway_.push(request, true));
    happen(event, subject, services_.user);
    auto channel = std::make_shared<FakeChannel>(loop().get_executor());
    channels_.push_back(channel);
    database_.run(decision->run(channel));
    return channel->closed;
  };
  sign_in(token());
  EXPECT_EQ(begin("session.revoked", session_.str()), kSessionEnded);
  sign_in(token(900, SessionId::make(clock_.now())));
  EXPECT_EQ(begin("user.deleted", services_.user.str()), kSessionEnded);
}

TEST_F(GatewayTest, NoTicketIsIssuedAfterItsSession) {
  sign_in(token());
  get("/api/v1/tasks");
  log_->meanwhile = [this] {
    auto event = std::make_shared<CloudEvent>();
    event->type = "session.revoked";
    event->subject = session_.str();
    event->user = services_.user;
    log_->listener({StreamEvent{1, event}});
  };
  EXPECT_THAT(send(Method::post, "/api/v1/stream/ticket").body, HasSubstr("session-ended"));
}

TEST_F(GatewayTest, LiveConnectionsAreCountedFromTheirHandshakeOn) {
  sign_in(token());
  const auto request = call(Method::get, "/api/v1/stream");
  auto first = database_.run(gateway_.push(request, true));
  auto second = database_.run(gateway_.push(request, true));
  EXPECT_FALSE(open());
  EXPECT_THAT(refused_.body, HasSubstr("too-many-connections"));
  first.reset();  // It came to nothing.
  EXPECT_TRUE(open());
}

TEST_F(GatewayTest, AllowedPagesMayReadTheirEventStream) {
  sign_in(token());
  headers_.set("Host", "daybook.example");
  headers_.set("Origin", "https://other.example");
  const auto request = call(Method::get, "/api/v1/stream");
  const auto decision = database_.run(gateway_.push(request, false));
  ASSERT_TRUE(decision && !decision->refuse);
  EXPECT_EQ(decision->headers.get("Access-Control-Allow-Origin"), "https://other.example");
}

TEST_F(GatewayTest, LiveConnectionsAreLimitedPerUser) {
  sign_in(token());
  const auto first = open();
  ASSERT_TRUE(first && open());
  EXPECT_FALSE(open());
  EXPECT_THAT(refused_.body, HasSubstr("too-many-connections"));
  EXPECT_EQ(gateway_.hub().open(), 2);
  close(first);
  EXPECT_TRUE(open());
}

TEST_F(GatewayTest, TheStreamsPathAsksForAStream) {
  sign_in(token());
  EXPECT_EQ(get("/api/v1/stream").status, 400);
  EXPECT_EQ(send(Method::post, "/api/v1/stream").status, 405);
  EXPECT_EQ(get("/api/v1/stream/ticket").status, 405);
}

TEST(Cursor, IsReadAsItIsWritten) {
  const auto cursor = parse_cursor("a1b2-42");
  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->str(), "a1b2-42");
  for (const auto* text : {"", "-", "-1", "a-", "a-x", "a--1", "a-99999999999999999999", "a-1x"})
    EXPECT_FALSE(parse_cursor(text) && parse_cursor(text)->epoch == "a") << text;
}

TEST(OriginOf, LeavesOutDefaultPortsAndPaths) {
  EXPECT_EQ(origin_of("https://Daybook.example:443/app?x"), "https://daybook.example");
  EXPECT_EQ(origin_of("http://127.0.0.1:8000"), "http://127.0.0.1:8000");
  EXPECT_EQ(origin_of("null"), "");
  EXPECT_EQ(origin_of("https://"), "");
}

}  // namespace
}  // namespace daybook::gateway
