#include "services/gateway/module.hpp"

#include "core/characters.hpp"
#include "core/json.hpp"
#include "http/problem.hpp"
#include "http/query_reader.hpp"
#include "telemetry/log.hpp"
#include "telemetry/trace.hpp"

namespace daybook::gateway {
namespace {

using boost::asio::awaitable;
using Clock = std::chrono::steady_clock;

constexpr auto kDeadline = std::chrono::seconds{10};
/// A model behind the chat may take its time.
constexpr auto kChatDeadline = std::chrono::seconds{60};
constexpr std::string_view kStream = "/api/v1/stream";

bool is_correlation_id(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (char c : text)
    if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
          c == '-'))
      return false;
  return true;
}

bool is_json(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find(';'));
  return istarts_with(type, "application/json") || iends_with(type, "+json");
}

/// Bodies are JSON, or (imports) say what they are; uncompressed.
Result<> check_body(const Call& call) {
  if (call.body.empty()) return {};
  if (call.headers.has("Content-Encoding")) return Error{Errc::unsupported_media_type, "Send the body uncompressed."};
  if (!is_json(call.headers.get("Content-Type")))
    return Error{Errc::unsupported_media_type, "Send the body as JSON, with Content-Type: application/json."};
  return {};
}

/// Scopes are "<area>:read" and "<area>:write", which includes reading.
Result<> check_scopes(const Principal& principal, Method method, std::string_view area) {
  if (principal.scopes.empty()) return {};
  const bool reads = method == Method::get || method == Method::head;
  const std::string write = std::string(area) + ":write", read = std::string(area) + ":read";
  for (const auto& scope : principal.scopes)
    if (scope == write || (reads && scope == read)) return {};
  return Error{Errc::forbidden, "This token needs the scope " + (reads ? read : write) + ".", "insufficient-scope"};
}

Error not_signed_in() { return {Errc::unauthenticated, "Send an access token: Authorization: Bearer <token>."}; }

Reply not_found() {
  return http::problem_reply(Error{Errc::not_found, "Nothing is served at this path; see /api/openapi.yaml."});
}

}  // namespace

Module::Module(Ports ports, Options options)
    : ports_(std::move(ports)),
      options_(std::move(options)),
      authenticator_(ports_.invoker, ports_.clock, options_.own_issuer, options_.trusted_issuer),
      policy_(options_.public_url, options_.cors_origins),
      hub_(ports_.stream_log, ports_.clock, options_.limits.live_connections),
      own_tickets_(ports_.clock),
      tickets_(ports_.shared_tickets ? *ports_.shared_tickets : own_tickets_),
      auth_attempts_("attempts to sign in", options_.limits.auth_attempts_per_minute),
      chats_("messages", options_.limits.chats_per_minute),
      requests_("requests", options_.limits.requests_per_minute) {
  ports_.metrics.collect([this](telemetry::MetricSink& sink) {
    sink.gauge("daybook_stream_connections", "Open WebSocket and SSE streams.", {}, hub_.open());
    sink.gauge("concurrent_users", "Open streams (alias).", {}, hub_.open());
  });
}

void Module::start(boost::asio::any_io_executor loop) {
  ports_.stream_log.listen(
      loop, [this] { return hub_.any_open(); }, [this](std::vector<StreamEvent> events) { on_events(events); });
}

void Module::set_limits(const Limits& limits) {
  options_.limits = limits;
  hub_.set_limit(limits.live_connections);
  chats_.set_limit(limits.chats_per_minute);
  requests_.set_limit(limits.requests_per_minute);
  auth_attempts_.set_limit(limits.auth_attempts_per_minute);
}

http::ServerHandlers Module::server() {
  http::ServerHandlers handlers;
  handlers.call = [this](Call call) { return handle(std::move(call)); };
  handlers.push = [this](const Call& call, bool websocket) { return push(call, websocket); };
  return handlers;
}

awaitable<Reply> Module::handle(Call call) {
  const auto given = call.headers.get("X-Correlation-Id");
  call.correlation_id = is_correlation_id(given) ? std::string(given) : Uuid::v7(ports_.clock.now()).str();
  call.traceparent = telemetry::continue_trace(call.headers.get("traceparent")).header();
  call.principal.reset();
  // The call goes to its service as it is; what the answer needs of it is little.
  Call edge;
  for (const char* name : {"Origin", "Host"})
    if (const auto value = call.headers.get(name); !value.empty()) edge.headers.add(name, std::string(value));
  auto correlation_id = call.correlation_id;
  auto reply = co_await answer(std::move(call));
  reply.headers.add("X-Correlation-Id", std::move(correlation_id));
  policy_.finish(edge, reply);
  co_return reply;
}

awaitable<Reply> Module::answer(Call call) {
  if (call.method == Method::options && call.headers.has("Access-Control-Request-Method"))
    co_return policy_.preflight(call);
  auto target = resolve(call.path);
  if (target) co_return co_await forward(std::move(call), std::move(*target));

  const bool reads = call.method == Method::get || call.method == Method::head;
  if (call.path == "/health" || call.path == "/readiness" || call.path == "/metrics" ||
      call.path == "/api/openapi.yaml") {
    if (!reads) {
      auto reply = http::problem_reply(Error{Errc::method_not_allowed, "Use GET."});
      reply.headers.add("Allow", "GET, HEAD");
      co_return reply;
    }
    if (call.path == "/health") co_return health();
    if (call.path == "/readiness") co_return co_await readiness();
    if (call.path == "/metrics") co_return Reply{200, ports_.metrics.text(), "text/plain; version=0.0.4"};
    if (!options_.openapi) co_return not_found();
    Reply reply{200, {}, "application/yaml"};
    reply.shared_body = options_.openapi;
    co_return reply;
  }
  if (ports_.web)
    if (auto page = ports_.web(call)) co_return std::move(*page);
  co_return not_found();
}

awaitable<Reply> Module::forward(Call call, Target target) {
  const auto began = Clock::now();
  const bool logged = log::enabled(log::Level::debug);
  const std::string path = logged ? call.path : std::string{};  // Never the query: people search for private things.
  const auto method = call.method;
  const std::string traceparent = logged ? call.traceparent : std::string{};
  Reply reply;
  auto principal = co_await who(call, target);
  Result<> allowed;
  if (!principal)
    allowed = principal.error();
  else
    allowed = within_limits(call, target, *principal);
  if (!allowed) {
    reply = http::problem_reply(allowed.error());
  } else if (target.app_id == "gateway") {
    auto answered = co_await own(call, target, *principal);
    reply = answered ? std::move(*answered) : http::problem_reply(answered.error());
  } else {
    const bool signs_out = target.path == "/api/v1/auth/logout";
    call.path = std::move(target.path);
    if (*principal) call.principal = **principal;
    const auto deadline = target.app_id == "chat" ? kChatDeadline : kDeadline;
    std::string app_id{target.app_id};
    auto answered = co_await ports_.invoker.invoke(std::move(app_id), std::move(call), deadline);
    reply = answered ? std::move(*answered) : http::problem_reply(answered.error());
    // Its event arrives here too, a little later; this client must not be let in meanwhile.
    if (*principal && reply.status == 204 && signs_out)
      authenticator_.revoke((*principal)->session.value, ports_.clock.now());
    if (!reply.headers.has("Cache-Control")) reply.headers.add("Cache-Control", "no-store");
  }
  count(target.app_id, reply.status, began);
  if (logged) {
    const auto taken = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
    log::debug("request", {{"method", to_string(method)},
                           {"path", path},
                           {"status", reply.status},
                           {"ms", taken},
                           {"trace_id", std::string_view{traceparent}.substr(3, 32)}});
  }
  co_return reply;
}

awaitable<Result<Module::Signed>> Module::who(const Call& call, const Target& target) {
  if (target.access == Access::open) co_return Signed{};
  auto principal = co_await authenticator_.authenticate(call);
  if (target.access == Access::optional) co_return principal ? *principal : Signed{};
  if (!principal) co_return principal.error();
  if (!*principal) co_return not_signed_in();
  // I-01 to I-06: the path names the user, and it has to be the one who asks.
  if (target.user && *target.user != (*principal)->user)
    co_return Error{Errc::forbidden, "The user in the path is not the signed-in one."};
  if (auto scoped = check_scopes(**principal, call.method, target.area); !scoped) co_return scoped.error();
  co_return principal;
}

Result<> Module::within_limits(const Call& call, const Target& target, const Signed& principal) {
  const auto now = ports_.clock.now();
  if (target.path.starts_with("/api/v1/auth/")) {
    // The cookie of our page comes along by itself, so only our page may make it act.
    if (!policy_.is_own_origin(call))
      return Error{Errc::forbidden, "Sign in from Daybook's own page.", "origin-not-allowed"};
    // A cookie cannot be guessed, a password can; and an open house of tabs refreshes together.
    if (target.path == "/api/v1/auth/login" || target.path == "/api/v1/auth/register")
      if (auto taken = auth_attempts_.take(call.remote_address, now); !taken) return taken;
  }
  if (principal && options_.limits.requests_per_minute > 0)
    if (auto taken = requests_.take(principal->user.str(), now); !taken) return taken;
  if (principal && call.method == Method::post && target.path == "/api/v1/chat")
    if (auto taken = chats_.take(principal->user.str(), now); !taken) return taken;
  return check_body(call);
}

awaitable<Result<Reply>> Module::own(const Call& call, const Target& target, const Signed& principal) {
  if (target.path == "/api/v1/stream/ticket") {
    if (call.method == Method::post) co_return co_await issue_ticket(*principal);
  } else if (target.path != kStream) {
    co_return not_found();
  } else if (call.method == Method::get) {
    co_return Error{Errc::invalid_argument,
                    "Ask for a WebSocket (Upgrade: websocket) or for events (Accept: text/event-stream)."};
  }
  const std::string allow = target.path == kStream ? "GET" : "POST";
  auto reply = http::problem_reply(Error{Errc::method_not_allowed, "Use " + allow + "."});
  reply.headers.add("Allow", allow);
  co_return reply;
}

awaitable<Result<Reply>> Module::issue_ticket(Principal principal) {
  if (auto room = hub_.admit(principal.user); !room) co_return room.error();
  const auto end = co_await hub_.end_of_log(principal.user);
  if (!end) co_return end.error();
  const auto ticket = co_await tickets_.issue(std::move(principal));
  if (!ticket) co_return ticket.error();
  json::object body{{"ticket", *ticket}, {"expiresIn", Tickets::kValid.count()}};
  body["cursor"] = end->str();
  Reply reply{200, json::serialize(body)};
  reply.headers.add("Cache-Control", "no-store");
  co_return reply;
}

awaitable<std::optional<http::PushDecision>> Module::push(const Call& call, bool) {
  if (call.path != kStream) co_return std::nullopt;
  http::PushDecision decision;
  http::Request request{call};
  http::QueryReader in(request);
  in.text("ticket", 200);
  auto cursor = in.text("cursor");
  auto wrong = in.finish();
  if (!cursor && call.headers.has("Last-Event-ID")) cursor = std::string(call.headers.get("Last-Event-ID"));
  Result<Principal> principal{Error{}};
  if (wrong)
    principal = *wrong;
  else
    principal = co_await who_streams(request);
  Result<> admitted;
  if (principal) admitted = hub_.admit(principal->user);
  if (!principal || !admitted) {
    decision.refuse = http::problem_reply(principal ? admitted.error() : principal.error());
    policy_.finish(call, *decision.refuse);
    count("gateway", decision.refuse->status, Clock::now());
    co_return decision;
  }
  count("gateway", 101, Clock::now());
  decision.run = [this, who = std::move(*principal), cursor](std::shared_ptr<http::PushChannel> channel) {
    return hub_.serve(std::move(channel), who, cursor);
  };
  co_return decision;
}

awaitable<Result<Principal>> Module::who_streams(const http::Request& request) {
  const auto& call = request.call;
  if (!policy_.origin_allowed(call))
    co_return Error{Errc::forbidden, "This page may not open the stream.", "origin-not-allowed"};
  if (const auto ticket = request.query("ticket")) {
    auto principal = co_await tickets_.redeem(*ticket);
    if (!principal) co_return principal.error();
    if (!*principal)
      co_return Error{Errc::unauthenticated, "The ticket was used or is older than 30 seconds; get another.",
                      "invalid-token"};
    co_return std::move(**principal);
  }
  auto principal = co_await authenticator_.authenticate(call);
  if (!principal) co_return principal.error();
  if (!*principal) co_return not_signed_in();
  if (auto scoped = check_scopes(**principal, Method::get, "stream"); !scoped) co_return scoped.error();
  co_return **principal;
}

void Module::on_events(const std::vector<StreamEvent>& events) {
  for (const auto& [position, event] : events) {
    if (event->type == "session.revoked") {
      const auto session = SessionId::parse(event->subject);
      if (!session) continue;
      authenticator_.revoke(session->value, ports_.clock.now());
      tickets_.revoke(*session);
      hub_.end_session(*session);
    } else if (event->type == "user.deleted") {
      authenticator_.forget(event->user);  // API tokens have no session whose end would be heard of.
      hub_.end_user(event->user);
    } else if (event->type == "user.updated") {
      const auto user = parse_json(event->data);
      const auto* zone = user && user->is_object() ? user->get_object().if_contains("timezone") : nullptr;
      if (zone && zone->is_string()) authenticator_.set_timezone(event->user, std::string(zone->get_string()));
    }
  }
  hub_.publish(events);
}

Reply Module::health() const {
  return Reply{200, json::serialize(json::object{{"status", "ok"}, {"version", options_.version}})};
}

awaitable<Reply> Module::readiness() {
  std::vector<Dependency> dependencies;
  if (ports_.readiness) dependencies = co_await ports_.readiness();
  if (stopping_) dependencies.push_back({"process", false, "The server is stopping."});
  bool ready = true;
  json::array list;
  for (const auto& each : dependencies) {
    ready = ready && each.ok;
    json::object entry{{"name", each.name}, {"status", each.ok ? "ok" : "failing"}, {"detail", nullptr}};
    if (!each.detail.empty()) entry["detail"] = each.detail;
    list.push_back(std::move(entry));
  }
  json::object body{{"status", ready ? "ready" : "not-ready"}, {"dependencies", std::move(list)}};
  co_return Reply{ready ? 200 : 503, json::serialize(body)};
}

void Module::count(std::string_view app_id, int status, Clock::time_point began) {
  auto found = metrics_.find(app_id);
  if (found == metrics_.end()) {
    AppMetrics made;
    for (int digit = 1; digit <= 5; ++digit)
      made.by_class[digit] =
          &ports_.metrics.counter("daybook_http_requests_total", "Requests at the public edge.",
                                  {{"app", std::string(app_id)}, {"status", std::to_string(digit) + "xx"}});
    made.seconds = &ports_.metrics.histogram("daybook_http_request_seconds", "Time until the answer was ready.",
                                             {{"app", std::string(app_id)}});
    found = metrics_.emplace(app_id, made).first;
  }
  found->second.by_class[std::clamp(status / 100, 1, 5)]->add();
  found->second.seconds->observe(std::chrono::duration<double>(Clock::now() - began).count());
}

}  // namespace daybook::gateway
