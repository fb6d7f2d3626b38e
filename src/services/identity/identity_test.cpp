#include <gmock/gmock.h>

#include "services/identity/client.hpp"
#include "services/identity/module.hpp"
#include "storage/sql/test_database.hpp"

namespace daybook::identity {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// The role on a fresh file, spoken to as the gateway does.
class IdentityTest : public ::testing::Test {
 protected:
  IdentityTest() {
    storage::sqlite::run_on(database_.loop(), start());
    EXPECT_TRUE(started_);
  }

  boost::asio::awaitable<void> start() { started_ = co_await module_.start(); }

  Reply send(Method method, std::string path, std::string body = {}) {
    Call call;
    call.method = method;
    call.path = std::move(path);
    call.body = std::move(body);
    call.principal = principal_;
    call.headers = headers_;
    if (!call.body.empty()) call.headers.set("Content-Type", "application/json");
    call.correlation_id = "c-1";
    return database_.run(module_.router().dispatch(std::move(call)));
  }
  json::value json_of(const Reply& reply) { return *parse_json(reply.body); }
  std::string text(const json::value& value, std::string_view pointer) {
    boost::system::error_code failure;
    const auto* found = value.find_pointer(pointer, failure);
    return found && found->is_string() ? std::string(found->get_string()) : std::string{};
  }
  std::string cookie(const Reply& reply) {
    const std::string set{reply.headers.get("Set-Cookie")};
    return set.substr(0, set.find(';'));
  }
  void use_cookie(const std::string& pair) { headers_.set("Cookie", "theme=dark; " + pair); }

  Reply register_ada() {
    return send(Method::post, "/api/v1/auth/register",
                R"({"email":"Ada@Example.com","password":"correct horse","timezone":"europe/london","name":"Ada"})");
  }
  /// Registers and acts as that user from then on.
  json::value as_ada() {
    auto made = json_of(register_ada());
    act_as(made);
    return made;
  }
  void act_as(const json::value& signed_in) {
    const auto token = *parse_jwt(text(signed_in, "/accessToken"));
    Principal principal;
    principal.user = *UserId::parse(std::string(token.claims.at("sub").as_string()));
    principal.session = *SessionId::parse(std::string(token.claims.at("sid").as_string()));
    principal_ = principal;
  }
  std::vector<std::string> event_types() {
    std::vector<std::string> types;
    for (const auto& event : database_.events()) types.push_back(event.type);
    return types;
  }
  bool session_is_active(SessionId id) {
    const auto before = std::exchange(principal_, Principal::of_service("gateway", UserId{}));
    const auto state = json_of(send(Method::get, "/internal/v1/sessions/" + id.str()));
    principal_ = before;
    return state.at("active").as_bool();
  }

  static Options options() {
    Options options;
    options.limits.hash_cost = {8192, 1};
    options.public_url = "https://daybook.example";
    return options;
  }

  storage::sql::TestDatabase database_{sql_migrations(), [] {
                                         storage::sqlite::DatabaseOptions only;
                                         only.only_service = "identity";
                                         return only;
                                       }()};
  std::unique_ptr<Store> store_ = make_sql_store(*database_);
  ManualClock clock_{*parse_rfc3339("2026-03-04T09:00:00Z")};
  Module module_{*store_, clock_, options()};
  Result<> started_;
  std::optional<Principal> principal_;
  Headers headers_;
};

// H: the zone comes from the browser, which says "UTC" where nobody set one.
TEST_F(IdentityTest, UtcIsAZoneButOtherOffsetsAreNot) {
  const auto sign_up = [this](const std::string& email, const std::string& zone) {
    return send(Method::post, "/api/v1/auth/register",
                R"({"password":"correct horse","email":")" + email + R"(","timezone":")" + zone + "\"}");
  };
  EXPECT_EQ(sign_up("a@example.com", "UTC").status, 201);
  EXPECT_EQ(sign_up("b@example.com", "+05:30").status, 400);
}

TEST_F(IdentityTest, SigningUpSignsIn) {
  const auto reply = register_ada();
  ASSERT_EQ(reply.status, 201) << reply.body;
  const auto body = json_of(reply);
  EXPECT_EQ(text(body, "/user/email"), "Ada@Example.com");
  EXPECT_EQ(text(body, "/user/timezone"), "Europe/London");
  EXPECT_EQ(body.at("expiresIn").as_int64(), 900);
  EXPECT_THAT(reply.headers.get("Set-Cookie"),
              AllOf(StartsWith("daybook_refresh="), HasSubstr("HttpOnly"), HasSubstr("SameSite=Strict"),
                    HasSubstr("Path=/api/v1/auth"), HasSubstr("Secure")));
  EXPECT_THAT(event_types(), ElementsAre("user.registered", "user.authenticated"));
  EXPECT_EQ(database_.events()[0].correlation_id, "c-1");
  EXPECT_THAT(reply.body, Not(HasSubstr("password")));

  const auto keys = json_of(send(Method::get, "/.well-known/jwks.json"));
  const auto key = VerifyingKey::from_jwk(keys.at("keys").at(0).as_object());
  const auto token = parse_jwt(text(body, "/accessToken"));
  ASSERT_TRUE(token);
  EXPECT_TRUE(verify_jwt(*token, *key, clock_.now()));
}

TEST_F(IdentityTest, EveryWrongFieldIsNamed) {
  const auto reply = send(Method::post, "/api/v1/auth/register",
                          R"({"email":"nobody","password":"short","timezone":"Mars/Base","admin":true})");
  EXPECT_EQ(reply.status, 400);
  for (const auto* pointer : {"/email", "/password", "/timezone", "/admin"})
    EXPECT_THAT(reply.body, HasSubstr("\"pointer\":\"" + std::string(pointer) + "\""));
  EXPECT_THAT(event_types(), ElementsAre());
  EXPECT_EQ(send(Method::post, "/api/v1/auth/register", "nonsense").status, 400);
}

TEST_F(IdentityTest, AnAddressHasOneAccountWhateverItsCase) {
  register_ada();
  const auto again =
      send(Method::post, "/api/v1/auth/register", R"({"email":"ada@example.COM","password":"12345678"})");
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(again.body, HasSubstr("email-taken"));
}

TEST_F(IdentityTest, SigningInNeedsTheRightPassword) {
  register_ada();
  EXPECT_EQ(
      send(Method::post, "/api/v1/auth/login", R"({"email":"ada@example.com","password":"correct horse"})").status,
      200);
  const auto wrong =
      send(Method::post, "/api/v1/auth/login", R"({"email":"ada@example.com","password":"wrong horse"})");
  const auto unknown = send(Method::post, "/api/v1/auth/login", R"({"email":"eve@example.com","password":"wrong"})");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body, unknown.body);  // Nobody learns who has an account.
  EXPECT_THAT(event_types(),
              ElementsAre("user.registered", "user.authenticated", "user.authenticated", "security.audited"));
}

// Design, rule 18: rotation with 30 s of grace; later reuse ends the session.
TEST_F(IdentityTest, ARefreshTokenIsGoodOnceAndForThirtySecondsMore) {
  const auto first = register_ada();
  act_as(json_of(first));
  const auto session = principal_->session;
  use_cookie(cookie(first));
  const auto second = send(Method::post, "/api/v1/auth/refresh");
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_NE(cookie(first), cookie(second));
  clock_.advance(std::chrono::seconds{30});
  EXPECT_EQ(send(Method::post, "/api/v1/auth/refresh").status, 200);
  EXPECT_TRUE(session_is_active(session));
  clock_.advance(std::chrono::seconds{1});
  const auto late = send(Method::post, "/api/v1/auth/refresh");
  EXPECT_EQ(late.status, 401);
  EXPECT_THAT(late.body, HasSubstr("session-ended"));
  EXPECT_FALSE(session_is_active(session));
  use_cookie(cookie(second));
  EXPECT_EQ(send(Method::post, "/api/v1/auth/refresh").status, 401);
  EXPECT_THAT(database_.events().end()[-2].data, HasSubstr(R"("reason":"reuse")"));
}

TEST_F(IdentityTest, RefreshWithoutOrWithAnUnknownCookieIsRefused) {
  EXPECT_EQ(send(Method::post, "/api/v1/auth/refresh").status, 401);
  use_cookie("daybook_refresh=unknown");
  EXPECT_EQ(send(Method::post, "/api/v1/auth/refresh").status, 401);
}

TEST_F(IdentityTest, SigningOutEndsTheSessionOfTheCookieOrTheToken) {
  const auto first = register_ada();
  act_as(json_of(first));
  const auto session = principal_->session;
  principal_.reset();
  use_cookie(cookie(first));
  const auto out = send(Method::post, "/api/v1/auth/logout");
  EXPECT_EQ(out.status, 204);
  EXPECT_THAT(out.headers.get("Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_FALSE(session_is_active(session));
  EXPECT_EQ(send(Method::post, "/api/v1/auth/refresh").status, 401);
  EXPECT_EQ(send(Method::post, "/api/v1/auth/logout").status, 204);
  EXPECT_EQ(event_types().back(), "session.revoked");
}

TEST_F(IdentityTest, ProfileAndPreferencesChange) {
  as_ada();
  headers_.set("If-Match", "\"1\"");
  const auto reply = send(Method::patch, "/api/v1/me",
                          R"({"timezone":"Europe/Berlin","name":null,"preferences":{"allDayReminderTime":"18:30"}})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.headers.get("ETag"), "\"2\"");
  EXPECT_THAT(reply.body,
              AllOf(HasSubstr(R"("allDayReminderTime":"18:30","weekStart":"monday")"), HasSubstr(R"("name":null)")));
  const auto event = database_.events().back();
  EXPECT_EQ(event.type, "user.updated");
  EXPECT_THAT(event.data, HasSubstr(R"("previousValues":{"name":"Ada","timezone":"Europe/London")"));
  // The version is an old one now; the state that it asks for holds, so the first succeeds and the second does not.
  EXPECT_EQ(send(Method::patch, "/api/v1/me", R"({"timezone":"Europe/Berlin"})").status, 200);
  EXPECT_EQ(send(Method::patch, "/api/v1/me", R"({"timezone":"Europe/Paris"})").status, 412);
  EXPECT_EQ(send(Method::patch, "/api/v1/me", R"({"preferences":{"weekStart":"friday"}})").status, 400);
}

TEST_F(IdentityTest, AnIdempotencyKeyRepeatsTheAnswerOnly) {
  as_ada();
  headers_.set("Idempotency-Key", "k-1");
  EXPECT_EQ(send(Method::patch, "/api/v1/me", R"({"name":"Augusta"})").status, 200);
  EXPECT_EQ(send(Method::patch, "/api/v1/me", R"({"name":"Augusta"})").headers.get("ETag"), "\"2\"");
  EXPECT_THAT(send(Method::patch, "/api/v1/me", R"({"name":"Byron"})").body, HasSubstr("idempotency-key-reused"));
}

TEST_F(IdentityTest, IdempotencyKeysAreForgottenInTimeAndWithTheAccount) {
  const auto kept = [this] {
    auto count = [](storage::sql::Reader& db) -> Result<std::int64_t> {
      auto row = db.query("SELECT count(*) FROM identity_idempotency");
      row.step();
      return row.integer(0);
    };
    return database_.read(std::move(count)).value();
  };
  for (const bool deleted : {false, true}) {
    as_ada();
    headers_.set("Idempotency-Key", "k-" + std::to_string(deleted));
    EXPECT_EQ(send(Method::patch, "/api/v1/me", R"({"name":"Augusta"})").status, 200);
    EXPECT_EQ(kept(), 1);
    headers_ = {};
    if (!deleted) {
      clock_.advance(std::chrono::hours{24 * 7 + 1});
      const auto login = R"({"email":"ada@example.com","password":"correct horse"})";
      EXPECT_EQ(send(Method::post, "/api/v1/auth/login", login).status, 200);
      EXPECT_EQ(kept(), 0);
    }
    EXPECT_EQ(send(Method::delete_, "/api/v1/me").status, 202);
    EXPECT_EQ(kept(), 0);
  }
}

TEST_F(IdentityTest, ANewPasswordNeedsTheOldAndEndsOtherSessions) {
  as_ada();
  const auto here = principal_->session;
  auto other =
      json_of(send(Method::post, "/api/v1/auth/login", R"({"email":"ada@example.com","password":"correct horse"})"));
  const auto there =
      *SessionId::parse(std::string(parse_jwt(text(other, "/accessToken"))->claims.at("sid").as_string()));
  EXPECT_EQ(send(Method::patch, "/api/v1/me", R"({"newPassword":"battery staple"})").status, 403);
  EXPECT_EQ(send(Method::patch, "/api/v1/me", R"({"newPassword":"battery staple","currentPassword":"wrong"})").status,
            403);
  EXPECT_TRUE(session_is_active(there));
  EXPECT_EQ(
      send(Method::patch, "/api/v1/me", R"({"newPassword":"battery staple","currentPassword":"correct horse"})").status,
      200);
  EXPECT_TRUE(session_is_active(here));
  EXPECT_FALSE(session_is_active(there));
  EXPECT_EQ(
      send(Method::post, "/api/v1/auth/login", R"({"email":"ada@example.com","password":"battery staple"})").status,
      200);
}

TEST_F(IdentityTest, SigningOutEndsBothTheCookiesAndTheTokensSession) {
  const auto first = register_ada();
  act_as(json_of(first));
  const auto of_cookie = principal_->session;
  const auto second =
      send(Method::post, "/api/v1/auth/login", R"({"email":"ada@example.com","password":"correct horse"})");
  act_as(json_of(second));
  const auto of_token = principal_->session;
  use_cookie(cookie(first));
  EXPECT_EQ(send(Method::post, "/api/v1/auth/logout").status, 204);
  EXPECT_FALSE(session_is_active(of_cookie));
  EXPECT_FALSE(session_is_active(of_token));
}

// Design, rule 13
TEST_F(IdentityTest, ARepeatedPasswordChangeIsAnsweredAgain) {
  as_ada();
  headers_.set("Idempotency-Key", "k-1");
  const std::string change = R"({"newPassword":"battery staple","currentPassword":"correct horse"})";
  EXPECT_EQ(send(Method::patch, "/api/v1/me", change).status, 200);
  const auto again = send(Method::patch, "/api/v1/me", change);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.headers.get("ETag"), "\"2\"");
  const auto other = R"({"newPassword":"paper clip it","currentPassword":"correct horse"})";
  EXPECT_THAT(send(Method::patch, "/api/v1/me", other).body, HasSubstr("idempotency-key-reused"));

  // What is kept of it is no hash that a password could be guessed by.
  const auto kept = database_.read([](storage::sql::Reader& db) -> Result<std::string> {
    auto row = db.query("SELECT request_hash FROM identity_idempotency");
    row.step();
    return std::string(row.blob(0));
  });
  EXPECT_NE(*kept, std::string(as_chars(sha256("PATCH /api/v1/me?\n" + change))));
}

TEST_F(IdentityTest, AKeyIsUsedUpByWhatChangedNothing) {
  as_ada();
  headers_.set("Idempotency-Key", "k-1");
  EXPECT_EQ(send(Method::patch, "/api/v1/me", R"({"name":"Ada"})").headers.get("ETag"), "\"1\"");
  EXPECT_EQ(send(Method::patch, "/api/v1/me", R"({"name":"Byron"})").status, 422);
}

TEST_F(IdentityTest, OnePasswordOfAUserIsCheckedAtATime) {
  as_ada();
  std::vector<int> statuses;
  for (int i = 0; i < 3; ++i) {
    Call call;
    call.method = Method::patch;
    call.path = "/api/v1/me";
    call.body = R"({"newPassword":"battery staple","currentPassword":"wrong"})";
    call.principal = principal_;
    call.headers.set("Content-Type", "application/json");
    boost::asio::co_spawn(database_.loop(), module_.router().dispatch(std::move(call)),
                          [&](std::exception_ptr, Reply reply) { statuses.push_back(reply.status); });
  }
  while (statuses.size() < 3) send(Method::get, "/api/v1/me");
  // How many come while the first is checked is the machine's affair; all at once they are not.
  EXPECT_THAT(statuses, ::testing::Contains(403));
  EXPECT_THAT(statuses, ::testing::Each(::testing::AnyOf(403, 429)));
}

TEST_F(IdentityTest, ARepeatedTokenIsMadeOnceAndToldAgain) {
  as_ada();
  headers_.set("Idempotency-Key", "k-1");
  const auto first = json_of(send(Method::post, "/api/v1/tokens", R"({"name":"backup"})"));
  const auto again = send(Method::post, "/api/v1/tokens", R"({"name":"backup"})");
  ASSERT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(text(json_of(again), "/id"), text(first, "/id"));
  EXPECT_EQ(json_of(send(Method::get, "/api/v1/tokens")).at("items").as_array().size(), 1u);
  EXPECT_EQ(send(Method::post, "/api/v1/tokens", R"({"name":"other"})").status, 422);

  // The secret is kept as a hash alone: the token has another one now.
  const auto person = std::exchange(principal_, Principal::of_service("gateway", UserId{}));
  const auto use = [&](const json::value& made) {
    return send(Method::post, "/internal/v1/tokens/use", R"({"token":")" + text(made, "/token") + "\"}").status;
  };
  EXPECT_EQ(use(json_of(again)), 200);
  EXPECT_EQ(use(first), 401);
  principal_ = person;
  EXPECT_EQ(send(Method::delete_, "/api/v1/tokens/" + text(first, "/id")).status, 204);
  EXPECT_EQ(send(Method::post, "/api/v1/tokens", R"({"name":"backup"})").status, 404);
}

TEST_F(IdentityTest, NamesOfTokensAreCountedInCharacters) {
  as_ada();
  const auto make = [&](int characters) {
    std::string name;
    for (int i = 0; i < characters; ++i) name += "\u00e9";
    return send(Method::post, "/api/v1/tokens", R"({"name":")" + name + "\"}").status;
  };
  EXPECT_EQ(make(100), 201);
  EXPECT_EQ(make(101), 400);
}

// Design, rule 14.
TEST_F(IdentityTest, DeletingTheAccountErasesItAndFreesTheAddress) {
  as_ada();
  const auto user = principal_->user;
  const auto reply = send(Method::delete_, "/api/v1/me");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body, R"({"erasedBy":"2026-04-03T09:00:00Z"})");
  EXPECT_EQ(event_types().back(), "user.deleted");
  EXPECT_EQ(send(Method::delete_, "/api/v1/me").status, 202);
  EXPECT_EQ(send(Method::get, "/api/v1/me").status, 404);
  EXPECT_EQ(
      send(Method::post, "/api/v1/auth/login", R"({"email":"ada@example.com","password":"correct horse"})").status,
      401);
  EXPECT_EQ(register_ada().status, 201);
  const auto left = database_.read([&](storage::sql::Reader& db) -> Result<std::string> {
    auto row = db.query("SELECT email || coalesce(name, '') || password_hash FROM identity_user WHERE id = ?", user);
    row.step();
    return std::string(row.text(0));
  });
  EXPECT_EQ(*left, "");
}

TEST_F(IdentityTest, ApiTokensAreShownOnceAndRevoked) {
  as_ada();
  const auto user = principal_->user;
  const auto made = send(Method::post, "/api/v1/tokens", R"({"name":"backup","scopes":["tasks:read"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto secret = text(json_of(made), "/token");
  EXPECT_THAT(secret, StartsWith("dbk_"));
  EXPECT_THAT(send(Method::get, "/api/v1/tokens").body, AllOf(HasSubstr("backup"), Not(HasSubstr(secret))));

  const auto person = std::exchange(principal_, Principal::of_service("gateway", UserId{}));
  const auto used = json_of(send(Method::post, "/internal/v1/tokens/use", R"({"token":")" + secret + "\"}"));
  EXPECT_EQ(text(used, "/userId"), user.str());
  EXPECT_EQ(text(used, "/scopes/0"), "tasks:read");
  principal_ = person;
  EXPECT_EQ(send(Method::delete_, "/api/v1/tokens/" + text(json_of(made), "/id")).status, 204);
  EXPECT_EQ(send(Method::delete_, "/api/v1/tokens/" + text(json_of(made), "/id")).status, 404);
  principal_ = Principal::of_service("gateway", UserId{});
  EXPECT_EQ(send(Method::post, "/internal/v1/tokens/use", R"({"token":")" + secret + "\"}").status, 401);
}

TEST_F(IdentityTest, WithoutAPrincipalNothingIsShown) {
  for (auto method : {Method::get, Method::patch, Method::delete_})
    EXPECT_EQ(send(method, "/api/v1/me", "{}").status, 401);
  EXPECT_EQ(send(Method::get, "/api/v1/tokens").status, 401);
  as_ada();
  EXPECT_EQ(send(Method::get, "/internal/v1/users/" + principal_->user.str()).status, 403);
  principal_->scopes = {"tasks:read"};
  EXPECT_EQ(send(Method::delete_, "/api/v1/me").status, 403);
}

TEST_F(IdentityTest, OtherServicesReadProfiles) {
  as_ada();
  const auto user = principal_->user;
  principal_ = Principal::of_service("scheduler", user);
  const auto profile = parse_user_profile(send(Method::get, "/internal/v1/users/" + user.str()).body);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->timezone, "Europe/London");
  EXPECT_EQ(profile->all_day_reminder_time, std::chrono::hours{9});
}

TEST_F(IdentityTest, SeededUsersHaveTokensThatVerify) {
  const auto users = database_.run(module_.service().seed(300, "bench", std::chrono::hours{2}));
  ASSERT_TRUE(users);
  ASSERT_EQ(users->size(), 300u);
  const auto key =
      *VerifyingKey::from_jwk(json_of(send(Method::get, "/.well-known/jwks.json")).at("keys").at(0).as_object());
  EXPECT_TRUE(verify_jwt(*parse_jwt((*users)[299].access_token), key, clock_.now() + std::chrono::minutes{90}));
  const auto again = database_.run(module_.service().seed(300, "bench", std::chrono::hours{2}));
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)[7].id, (*users)[7].id);
}

TEST_F(IdentityTest, KeysAndSessionsOutliveARestart) {
  const auto first = register_ada();
  const auto keys = send(Method::get, "/.well-known/jwks.json").body;
  database_.reopen();
  auto store = make_sql_store(*database_);
  Module module{*store, clock_, options()};
  ASSERT_TRUE(database_.run(module.start()));
  Call call;
  call.method = Method::post;
  call.path = "/api/v1/auth/refresh";
  call.headers.add("Cookie", cookie(first));
  EXPECT_EQ(database_.run(module.router().dispatch(std::move(call))).status, 200);
  EXPECT_EQ(database_.run(module.service().jwks()).value(), keys);
}

class OneSecret final : public runtime::Secrets {
 public:
  explicit OneSecret(std::string value) : value_(std::move(value)) {}
  boost::asio::awaitable<Result<std::string>> get(std::string name) override {
    if (name != kKeySecret || value_.empty()) co_return Error{Errc::not_found, "It is not set."};
    co_return value_;
  }

 private:
  std::string value_;
};

// J-05: a new key every 30 days; the old one is published until its tokens have expired
TEST_F(IdentityTest, SigningKeysRotate) {
  const auto kids = [this] {
    std::vector<std::string> out;
    const auto set = json_of(send(Method::get, "/.well-known/jwks.json"));
    for (const auto& key : set.at("keys").as_array()) out.emplace_back(key.at("kid").as_string());
    return out;
  };
  const auto login = R"({"email":"ada@example.com","password":"correct horse"})";
  const auto first_token = text(json_of(register_ada()), "/accessToken");
  const auto first = parse_jwt(first_token)->kid;
  EXPECT_THAT(kids(), ElementsAre(first));
  clock_.advance(std::chrono::days{30} - std::chrono::seconds{1});
  EXPECT_EQ(parse_jwt(text(json_of(send(Method::post, "/api/v1/auth/login", login)), "/accessToken"))->kid, first);
  clock_.advance(std::chrono::hours{1});
  const auto second = parse_jwt(text(json_of(send(Method::post, "/api/v1/auth/login", login)), "/accessToken"))->kid;
  EXPECT_NE(second, first);
  EXPECT_THAT(kids(), ElementsAre(second, first));
  clock_.advance(std::chrono::days{29});
  EXPECT_THAT(kids(), ElementsAre(second, first));
  clock_.advance(std::chrono::days{3});
  const auto third = kids();
  ASSERT_EQ(third.size(), 2u);
  EXPECT_EQ(third[1], second);
}

// J-07: at rest the keys are sealed where a secret is set
TEST_F(IdentityTest, SigningKeysAreSealedWithTheSecret) {
  const auto seeds = [this] {
    auto query = [](storage::sqlite::Reader& db) -> Result<std::vector<std::string>> {
      std::vector<std::string> out;
      auto row = db.query("SELECT seed FROM identity_key");
      while (row.step()) out.emplace_back(row.blob(0));
      return out;
    };
    return database_.read(std::move(query)).value();
  };
  const auto start_with = [this](std::string secret) {
    OneSecret secrets{std::move(secret)};
    auto with = options();
    with.secrets = &secrets;
    Module module{*store_, clock_, with};
    return database_.run(module.start());
  };
  const auto plain = seeds().at(0);
  const auto keys = send(Method::get, "/.well-known/jwks.json").body;
  ASSERT_EQ(plain.size(), 32u);
  EXPECT_EQ(start_with("too short").error().code, Errc::misconfigured);
  EXPECT_TRUE(start_with("a secret that is long enough"));  // What was there before is sealed.
  const auto sealed = seeds().at(0);
  EXPECT_EQ(sealed.size(), 72u);
  EXPECT_EQ(sealed.find(plain), std::string::npos);
  EXPECT_TRUE(start_with("a secret that is long enough"));
  EXPECT_EQ(start_with("another secret that is long enough").error().code, Errc::misconfigured);
  const auto without = start_with("");
  EXPECT_EQ(without.error().code, Errc::misconfigured);
  EXPECT_THAT(without.error().detail, HasSubstr("DAYBOOK_SECRET_IDENTITY_KEY"));

  OneSecret secrets{"a secret that is long enough"};
  auto with = options();
  with.secrets = &secrets;
  Module module{*store_, clock_, with};
  ASSERT_TRUE(database_.run(module.start()));
  EXPECT_EQ(database_.run(module.service().jwks()).value(), keys);
}

TEST(PasswordHasher, AHashThatFailsGivesItsPlaceBack) {
  boost::asio::io_context loop;
  PasswordHasher hasher{{SIZE_MAX, 1}};  // More memory than there is.
  int thrown = 0;
  for (int i = 0; i < PasswordHasher::kAtOnce + PasswordHasher::kQueue + 5; ++i) {
    boost::asio::co_spawn(loop, hasher.hash("secret"),
                          [&](std::exception_ptr failure, Result<std::string>) { thrown += failure != nullptr; });
    loop.run();
    loop.restart();
  }
  EXPECT_EQ(thrown, PasswordHasher::kAtOnce + PasswordHasher::kQueue + 5);
}

TEST(PasswordHasher, RefusesMoreThanItsQueue) {
  boost::asio::io_context loop;
  PasswordHasher hasher{{8192, 1}};
  int refused = 0, done = 0;
  for (int i = 0; i < PasswordHasher::kAtOnce + PasswordHasher::kQueue + 5; ++i)
    boost::asio::co_spawn(loop, hasher.hash("secret"), [&](std::exception_ptr, Result<std::string> hash) {
      hash ? ++done : ++refused;
      EXPECT_TRUE(hash || hash.error().code == Errc::rate_limited);
    });
  loop.run();
  EXPECT_EQ(refused, 5);
  EXPECT_EQ(done, PasswordHasher::kAtOnce + PasswordHasher::kQueue);
}

}  // namespace
}  // namespace daybook::identity
