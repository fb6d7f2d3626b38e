#include "services/identity/routes.hpp"

#include "core/characters.hpp"
#include "http/request_head.hpp"
#include "http/snapshot_route.hpp"
#include "services/identity/account_export.hpp"
#include "services/identity/account_fields.hpp"
#include "services/identity/preferences.hpp"

namespace daybook::identity {
namespace {

using boost::asio::awaitable;
using http::Request;

constexpr std::string_view kCookie = "daybook_refresh";

// ---- reading

Error not_signed_in() { return {Errc::unauthenticated, "Send an access token: Authorization: Bearer …"}; }

/// People only: an API token with scopes, or a service, does not change accounts.
Result<UserId> person(const Request& request) {
  const auto& principal = request.call.principal;
  if (!principal || principal->user.is_nil()) return not_signed_in();
  if (!principal->scopes.empty())
    return Error{Errc::forbidden, "This needs a signed-in person or a token without scopes.", "insufficient-scope"};
  return principal->user;
}

Result<> service_only(const Request& request) {
  if (!request.call.principal || request.call.principal->service.empty())
    return Error{Errc::forbidden, "This is for services alone."};
  return {};
}

std::string cookie_of(const Call& call, std::string_view name) {
  for (const auto& [field, value] : call.headers.all()) {
    if (!iequals(field, "Cookie")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto end = rest.find(';');
      auto pair = rest.substr(0, end);
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
        return std::string(pair.substr(name.size() + 1));
      rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
    }
  }
  return {};
}

/// What is kept of a request for a week must not be good to guess passwords by: they are no part of its hash.
Result<Idempotency> key_without_passwords(const Call& call, const json::value& body) {
  if (!body.is_object()) return http::read_idempotency_key(call);
  auto rest = body.get_object();
  bool found = false;
  for (const char* name : {"currentPassword", "newPassword"})
    if (auto* password = rest.if_contains(name)) {
      *password = true;
      found = true;
    }
  if (!found) return http::read_idempotency_key(call);
  auto without = call;
  without.body = json::serialize(rest);
  return http::read_idempotency_key(without);
}

// ---- answering

Reply user_reply(const User& user) {
  Reply reply{200, to_json(user)};
  reply.headers.add("ETag", http::etag(user.version));
  return reply;
}

class Routes {
 public:
  Routes(Service& service, runtime::Invoker* invoker, bool secure_cookie)
      : service_(service), invoker_(invoker), secure_cookie_(secure_cookie) {}

  awaitable<Result<Reply>> sign_up(Request request) {
    const auto body = http::json_body(request);
    if (!body) co_return body.error();
    auto registration = read_registration(*body);
    if (!registration) co_return registration.error();
    auto made = co_await service_.sign_up(std::move(*registration), cause(request));
    if (!made) co_return made.error();
    co_return signed_in(201, *made);
  }

  awaitable<Result<Reply>> sign_in(Request request) {
    const auto body = http::json_body(request);
    if (!body) co_return body.error();
    JsonReader in(*body, Unknown::strict);
    auto email = in.text("email", {.required = true, .min_bytes = 1, .max_bytes = 254}).value_or("");
    auto password =
        in.text("password", {.required = true, .min_bytes = 1, .max_bytes = kMaxPasswordBytes}).value_or("");
    if (auto error = in.finish()) co_return *error;
    auto made = co_await service_.sign_in(std::move(email), std::move(password), cause(request));
    if (!made) co_return made.error();
    co_return signed_in(200, *made);
  }

  awaitable<Result<Reply>> refresh(Request request) {
    auto secret = cookie_of(request.call, kCookie);
    auto made = co_await service_.refresh(std::move(secret), cause(request));
    if (!made) co_return made.error();
    co_return signed_in(200, *made);
  }

  awaitable<Result<Reply>> sign_out(Request request) {
    auto secret = cookie_of(request.call, kCookie);
    SessionId session;
    if (request.call.principal) session = request.call.principal->session;
    auto done = co_await service_.sign_out(std::move(secret), session, cause(request));
    if (!done) co_return done.error();
    Reply reply{204};
    set_cookie(reply, "", std::chrono::seconds{0});
    co_return reply;
  }

  awaitable<Result<Reply>> me(Request request) {
    const auto user = person_or_reader(request);
    if (!user) co_return user.error();
    auto found = co_await service_.store().get(*user);
    if (!found) co_return found.error();
    co_return user_reply(*found);
  }

  awaitable<Result<Reply>> update(Request request) {
    const auto user = person(request);
    if (!user) co_return user.error();
    const auto if_match = http::read_if_match(request.call);
    if (!if_match) co_return if_match.error();
    const auto body = http::json_body(request);
    if (!body) co_return body.error();
    auto key = key_without_passwords(request.call, *body);
    if (!key) co_return key.error();

    JsonReader in(*body, Unknown::strict);
    UpdateUser update;
    update.user = *user;
    update.if_match = *if_match;
    update.keep_session = request.call.principal->session;
    update.idempotency_key = std::move(key->key);
    update.request_hash = key->request_hash;
    update.email = read_email(in, false);
    update.timezone = read_zone(in);
    if (auto name = read_name(in))
      update.name = std::move(name);
    else if (in.is_null("name"))
      update.name = std::optional<std::string>{};
    auto current = in.text("currentPassword", {.min_bytes = 1, .max_bytes = kMaxPasswordBytes});
    auto password = read_new_password(in, "newPassword", false);
    std::optional<Preferences> before;
    if (in.has("preferences")) {
      auto found = co_await service_.store().get(*user);
      if (!found) co_return found.error();
      before = found->preferences;
      in.object("preferences", [&](JsonReader& wish) { read_preferences(wish, *before); });
    }
    update.preferences = before;
    if (auto error = in.finish()) co_return *error;

    auto changed = co_await service_.update(std::move(update), std::move(password), std::move(current), cause(request));
    if (!changed) co_return changed.error();
    co_return user_reply(*changed);
  }

  awaitable<Result<Reply>> remove(Request request) {
    const auto user = person(request);
    if (!user) co_return user.error();
    const auto if_match = http::read_if_match(request.call);
    if (!if_match) co_return if_match.error();
    auto by = co_await service_.store().remove(*user, *if_match, cause(request));
    if (!by) co_return by.error();
    Reply reply{202, R"({"erasedBy":")" + format_rfc3339(*by) + "\"}"};
    set_cookie(reply, "", std::chrono::seconds{0});
    co_return reply;
  }

  awaitable<Result<Reply>> create_token(Request request) {
    const auto user = person(request);
    if (!user) co_return user.error();
    auto key = http::read_idempotency_key(request.call);
    if (!key) co_return key.error();
    const auto body = http::json_body(request);
    if (!body) co_return body.error();
    JsonReader in(*body, Unknown::strict);
    ApiToken token;
    token.user = *user;
    token.name =
        in.text("name", {.required = true, .min_bytes = 1, .max_bytes = 400, .single_line = true}).value_or("");
    if (count_characters(token.name) > 100) in.fail("name", "must have at most 100 characters");
    token.scopes = in.texts("scopes", 32, {.min_bytes = 1, .max_bytes = 64, .single_line = true})
                       .value_or(std::vector<std::string>{});
    for (const auto& scope : token.scopes)
      if (scope.find_first_not_of("abcdefghijklmnopqrstuvwxyz:-") != std::string::npos)
        in.fail("scopes", "must be scopes such as tasks:read");
    token.expires_at = in.instant("expiresAt");
    const auto now = cause(request);
    if (token.expires_at && *token.expires_at <= now.now) in.fail("expiresAt", "must be in the future");
    if (auto error = in.finish()) co_return *error;
    auto made = co_await service_.create_token(std::move(token), std::move(*key), now);
    if (!made) co_return made.error();
    auto json = to_json(made->first);
    json.back() = ',';
    co_return Reply{201, json + R"("token":")" + made->second + "\"}"};
  }

  awaitable<Result<Reply>> tokens(Request request) {
    const auto user = person(request);
    if (!user) co_return user.error();
    auto found = co_await service_.store().tokens(*user);
    if (!found) co_return found.error();
    std::string items;
    for (const auto& token : *found) items += (items.empty() ? "" : ",") + to_json(token);
    co_return Reply{200, R"({"items":[)" + items + R"(],"nextCursor":null})"};
  }

  awaitable<Result<Reply>> revoke_token(Request request) {
    const auto user = person(request);
    if (!user) co_return user.error();
    const auto id = Uuid::parse(request.path("id"));
    if (!id) co_return Error{Errc::not_found, "You have no API token with this id."};
    auto done = co_await service_.store().revoke_token(*user, *id, cause(request));
    if (!done) co_return done.error();
    co_return Reply{204};
  }

  awaitable<Result<Reply>> export_all(Request request) {
    const auto user = person(request);
    if (!user) co_return user.error();
    // A token for one area must not read all of them by this way.
    if (!request.call.principal->scopes.empty())
      co_return Error{Errc::forbidden, "An export needs a sign-in, or a token without scopes.", "insufficient-scope"};
    if (!invoker_) co_return Error{Errc::unsupported, "This server gives no export."};
    auto found = co_await service_.store().get(*user);
    if (!found) co_return found.error();
    auto tokens = co_await service_.store().tokens(*user);
    if (!tokens) co_return tokens.error();
    runtime::Caller caller;
    caller.principal = Principal::of_service("identity", *user);
    caller.principal.timezone = found->timezone;
    caller.correlation_id = request.call.correlation_id;
    caller.traceparent = request.call.traceparent;
    auto all = co_await export_account(*invoker_, std::move(caller), std::move(*found), std::move(*tokens),
                                       cause(request).now);
    if (!all) co_return all.error();
    const auto noted = co_await service_.store().audit(*user, "account-exported", "allowed", "{}", cause(request));
    if (!noted) co_return noted.error();  // A copy of everything does not leave unseen.
    Reply reply{200, std::move(*all)};
    reply.headers.add("Content-Disposition", "attachment; filename=\"daybook.json\"");
    co_return reply;
  }

  awaitable<Result<Reply>> jwks(Request) {
    auto keys = co_await service_.jwks();
    if (!keys) co_return keys.error();
    Reply reply{200, std::move(*keys)};
    reply.headers.add("Cache-Control", "public, max-age=300");
    co_return reply;
  }

  // ---- for services

  awaitable<Result<Reply>> profile(Request request) {
    if (auto allowed = service_only(request); !allowed) co_return allowed.error();
    const auto id = UserId::parse(request.path("id"));
    if (!id) co_return Error{Errc::not_found, "There is no such account."};
    auto found = co_await service_.store().get(*id);
    if (!found) co_return found.error();
    co_return user_reply(*found);
  }

  awaitable<Result<Reply>> session(Request request) {
    if (auto allowed = service_only(request); !allowed) co_return allowed.error();
    const auto id = SessionId::parse(request.path("id"));
    if (!id) co_return Error{Errc::not_found, "There is no such session."};
    auto state = co_await service_.store().session(*id, cause(request).now);
    if (!state) co_return state.error();
    json::object out{{"userId", state->user.str()}, {"active", state->active}, {"timezone", state->timezone}};
    if (state->active) out["expiresAt"] = format_rfc3339(state->expires_at);
    co_return Reply{200, json::serialize(out)};
  }

  awaitable<Result<Reply>> use_token(Request request) {
    if (auto allowed = service_only(request); !allowed) co_return allowed.error();
    const auto body = http::json_body(request);
    if (!body) co_return body.error();
    JsonReader in(*body, Unknown::lenient);
    const auto secret = in.text("token", {.required = true, .max_bytes = 200}).value_or("");
    if (auto error = in.finish()) co_return *error;
    auto found = co_await service_.store().use_token(secret_hash(secret), cause(request).now);
    if (!found) co_return found.error();
    const auto& [token, zone] = *found;
    json::object out{{"id", token.id.str()}, {"userId", token.user.str()}, {"timezone", zone}};
    out["scopes"] = json::array(token.scopes.begin(), token.scopes.end());
    if (token.expires_at) out["expiresAt"] = format_rfc3339(*token.expires_at);
    co_return Reply{200, json::serialize(out)};
  }

 private:
  Cause cause(const Request& request) const {
    return service_.cause_of(request.call.correlation_id, request.call.traceparent);
  }

  /// Reading one's own name is what any token may do.
  static Result<UserId> person_or_reader(const Request& request) {
    if (!request.call.principal || request.call.principal->user.is_nil()) return not_signed_in();
    return request.call.principal->user;
  }

  static void read_preferences(JsonReader& in, Preferences& wish) {
    if (const auto time = in.text("allDayReminderTime")) {
      if (const auto parsed = parse_time_of_day(*time))
        wish.all_day_reminder_time = *parsed;
      else
        in.fail("allDayReminderTime", "must be HH:MM, such as 09:00");
    }
    wish.week_start = in.choice("weekStart", {"monday", "saturday", "sunday"}).value_or(wish.week_start);
    wish.date_order = in.choice("dateOrder", {"mdy", "dmy", "ymd"}).value_or(wish.date_order);
  }

  Reply signed_in(int status, const SignedIn& made) const {
    Reply reply{status, R"({"user":)" + to_json(made.user) + R"(,"accessToken":")" + made.access_token +
                            R"(","expiresIn":)" + std::to_string(made.expires_in.count()) + "}"};
    reply.headers.add("Cache-Control", "no-store");
    set_cookie(reply, made.refresh_token, service_.limits().session);
    return reply;
  }

  void set_cookie(Reply& reply, const std::string& value, std::chrono::seconds age) const {
    reply.headers.add("Set-Cookie", std::string(kCookie) + "=" + value +
                                        "; Path=/api/v1/auth; HttpOnly; SameSite=Strict; Max-Age=" +
                                        std::to_string(age.count()) + (secure_cookie_ ? "; Secure" : ""));
  }

  Service& service_;
  runtime::Invoker* invoker_;
  bool secure_cookie_;
};

}  // namespace

http::Router make_router(Service& service, runtime::Invoker* invoker, bool secure_cookie) {
  const auto routes = std::make_shared<Routes>(service, invoker, secure_cookie);
  http::Router router;
  const auto add = [&](Method method, std::string_view pattern, awaitable<Result<Reply>> (Routes::*handle)(Request)) {
    router.add(method, pattern, [routes, handle](Request request) { return ((*routes).*handle)(std::move(request)); });
  };
  add(Method::post, "/api/v1/auth/register", &Routes::sign_up);
  add(Method::post, "/api/v1/auth/login", &Routes::sign_in);
  add(Method::post, "/api/v1/auth/refresh", &Routes::refresh);
  add(Method::post, "/api/v1/auth/logout", &Routes::sign_out);
  add(Method::get, "/api/v1/me", &Routes::me);
  add(Method::patch, "/api/v1/me", &Routes::update);
  add(Method::delete_, "/api/v1/me", &Routes::remove);
  add(Method::get, "/api/v1/me/export", &Routes::export_all);
  add(Method::post, "/api/v1/tokens", &Routes::create_token);
  add(Method::get, "/api/v1/tokens", &Routes::tokens);
  add(Method::delete_, "/api/v1/tokens/{id}", &Routes::revoke_token);
  add(Method::get, "/.well-known/jwks.json", &Routes::jwks);
  add(Method::get, "/internal/v1/users/{id}", &Routes::profile);
  add(Method::get, "/internal/v1/sessions/{id}", &Routes::session);
  add(Method::post, "/internal/v1/tokens/use", &Routes::use_token);
  http::add_snapshot_route(router, "/internal/v1/snapshots/users", [&service](std::string after, int limit) {
    return service.store().snapshot(std::move(after), limit, service.cause_of("", "").now);
  });
  return router;
}

}  // namespace daybook::identity
