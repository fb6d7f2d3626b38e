#include "services/gateway/module.hpp"

#include "core/characters.hpp"
#include "core/json.hpp"
#include "core/scopes.hpp"
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
constexpr std::string_view kAuth = "/api/v1/auth/";
constexpr std::string_view kSignOut = "/api/v1/auth/logout";
constexpr auto kSweep = std::chrono::seconds{5};

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

bool is_read(Method method) { return method == Method::get || method == Method::head; }

Error session_ended() { return {Errc::unauthenticated, "The session has ended; sign in again.", "session-ended"}; }

Error not_signed_in() { return {Errc::unauthenticated, "Send an access token: Authorization: Bearer <token>."}; }

Error nothing_here() { return {Errc::not_found, "Nothing is served at this path; see /api/openapi.yaml."}; }
Reply not_found() { return http::problem_reply(nothing_here()); }

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
  sweep_ = std::make_shared<boost::asio::steady_timer>(loop);
  sweep_later();
}

void Module::stop() {
  ports_.stream_log.stop();
  if (sweep_) sweep_->cancel();
  sweep_.reset();
}

void Module::sweep_later() {
  sweep_->expires_after(kSweep);
  sweep_->async_wait([this, alive = std::weak_ptr(sweep_)](boost::system::error_code) {
    if (alive.expired()) return;
    hub_.end_expired();
    sweep_later();
  });
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
  Reply reply;
  std::string failure;
  try {
    reply = co_await answer(std::move(call));
  } catch (const std::exception& exception) {
    failure = exception.what();
  }
  if (!failure.empty()) {
    log::error("a request at the edge threw", {{"error", failure}, {"correlation_id", correlation_id}});
    reply = http::problem_reply(
        Error{Errc::internal, "This is our fault. Try again; if it stays, report the correlation id."});
  }
  reply.headers.add("X-Correlation-Id", std::move(correlation_id));
  policy_.finish(edge, reply);
  co_return reply;
}

awaitable<Reply> Module::answer(Call call) {
  if (call.method == Method::options && call.headers.has("Access-Control-Request-Method"))
    co_return policy_.preflight(call);
  auto target = resolve(call.path);
  if (target) co_return co_await forward(std::move(call), std::move(*target));

  const bool reads = is_read(call.method);
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
  auto credential = co_await who(call, target);
  Result<> allowed;
  if (!credential)
    allowed = credential.error();
  else
    allowed = within_limits(call, target, *credential);
  if (!allowed) {
    reply = http::problem_reply(allowed.error());
  } else if (target.app_id == "gateway") {
    auto answered = co_await own(call, target, std::move(*credential));
    reply = answered ? std::move(*answered) : http::problem_reply(answered.error());
  } else {
    const bool signs_out = target.path == kSignOut;
    call.path = std::move(target.path);
    if (*credential) call.principal = **credential;
    const auto deadline = target.app_id == "chat" ? kChatDeadline : kDeadline;
    std::string app_id{target.app_id};
    auto answered = co_await ports_.invoker.invoke(std::move(app_id), std::move(call), deadline);
    reply = answered ? std::move(*answered) : http::problem_reply(answered.error());
    // Its event arrives here too, a little later; this client must not be let in meanwhile.
    if (*credential && reply.status == 204 && signs_out) end(credential->id);
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

awaitable<Result<Credential>> Module::who(const Call& call, const Target& target) {
  if (target.access == Access::open) co_return Credential{};
  auto credential = co_await authenticator_.authenticate(call);
  if (target.access == Access::optional) co_return credential ? std::move(*credential) : Credential{};
  if (!credential) co_return credential.error();
  if (!*credential) co_return not_signed_in();
  // I-01 to I-06: the path names the user, and it has to be the one who asks.
  if (target.user && *target.user != (*credential)->user)
    co_return Error{Errc::forbidden, "The user in the path is not the signed-in one."};
  if (auto scoped = check_scope(**credential, target.area, !is_read(call.method)); !scoped) co_return scoped.error();
  co_return credential;
}

Result<> Module::within_limits(const Call& call, const Target& target, const Credential& credential) {
  const auto now = ports_.clock.now();
  if (auto attempt = within_attempts(call, target, credential); !attempt) return attempt;
  if (credential && options_.limits.requests_per_minute > 0)
    if (auto taken = requests_.take(credential->user.str(), now); !taken) return taken;
  if (credential && call.method == Method::post && target.path == "/api/v1/chat")
    if (auto taken = chats_.take(credential->user.str(), now); !taken) return taken;
  return check_body(call);
}

/// Limits what a password can be guessed by.
Result<> Module::within_attempts(const Call& call, const Target& target, const Credential& credential) {
  const auto now = ports_.clock.now();
  // It takes the current password where it matters.
  if (credential && call.method == Method::patch && target.path == "/api/v1/me")
    return auth_attempts_.take(credential->user.str(), now);
  if (!target.path.starts_with(kAuth)) return {};
  // Identity's router would decode it: another spelling must not be another path here.
  if (target.path.find('%') != target.path.npos) return nothing_here();
  // The cookie of our page comes along by itself, so only our page may make it act.
  if (!policy_.is_own_origin(call))
    return Error{Errc::forbidden, "Sign in from Daybook's own page.", "origin-not-allowed"};
  // A cookie cannot be guessed, a password can; and an open house of tabs refreshes together.
  if (target.path == "/api/v1/auth/refresh" || target.path == kSignOut) return {};
  return auth_attempts_.take(call.remote_address, now);
}

awaitable<Result<Reply>> Module::own(const Call& call, const Target& target, Credential credential) {
  if (target.path == "/api/v1/stream/ticket") {
    if (call.method == Method::post) co_return co_await issue_ticket(std::move(credential));
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

awaitable<Result<Reply>> Module::issue_ticket(Credential credential) {
  if (auto room = hub_.has_place(credential->user); !room) co_return room.error();
  const auto end = co_await hub_.end_of_log(credential->user);
  if (!end) co_return end.error();
  const auto ticket = co_await tickets_.issue(credential);
  if (!ticket) co_return ticket.error();
  if (authenticator_.is_revoked(credential)) co_return session_ended();
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
  Result<Credential> credential{Error{}};
  if (wrong)
    credential = *wrong;
  else
    credential = co_await who_streams(request);
  // Taken here: until the handshake is answered, others may ask too.
  Result<StreamHub::Place> place{Error{}};
  if (credential)
    place = hub_.take_place((*credential)->user);
  else
    place = credential.error();
  if (!place) {
    decision.refuse = http::problem_reply(place.error());
    policy_.finish(call, *decision.refuse);
    count("gateway", decision.refuse->status, Clock::now());
    co_return decision;
  }
  count("gateway", 101, Clock::now());
  Reply fields;
  policy_.finish(call, fields);
  decision.headers = std::move(fields.headers);
  decision.run = [this, who = std::move(*credential), cursor,
                  place = std::move(*place)](std::shared_ptr<http::PushChannel> channel) {
    return stream(std::move(channel), who, cursor, place);
  };
  co_return decision;
}

/// The session may have ended while the handshake was on its way, when nothing was there yet to be closed.
awaitable<void> Module::stream(std::shared_ptr<http::PushChannel> channel, Credential credential,
                               std::optional<std::string> cursor, [[maybe_unused]] StreamHub::Place place) {
  if (authenticator_.is_revoked(credential)) {
    channel->close(kSessionEnded, session_ended().detail);
    co_return;
  }
  co_await hub_.serve(std::move(channel), std::move(credential), std::move(cursor));
}

awaitable<Result<Credential>> Module::who_streams(const http::Request& request) {
  const auto& call = request.call;
  if (!policy_.origin_allowed(call))
    co_return Error{Errc::forbidden, "This page may not open the stream.", "origin-not-allowed"};
  if (const auto ticket = request.query("ticket")) {
    auto credential = co_await tickets_.redeem(*ticket);
    if (!credential) co_return credential.error();
    if (!*credential)
      co_return Error{Errc::unauthenticated, "The ticket was used or is older than 30 seconds; get another.",
                      "invalid-token"};
    if (authenticator_.is_revoked(*credential)) co_return session_ended();
    co_return credential;
  }
  auto credential = co_await authenticator_.authenticate(call);
  if (!credential) co_return credential.error();
  if (!*credential) co_return not_signed_in();
  if (auto scoped = check_scope(**credential, "stream", false); !scoped) co_return scoped.error();
  co_return credential;
}

void Module::on_events(const std::vector<StreamEvent>& events) {
  for (const auto& [position, event] : events) {
    if (event->type == "session.revoked") {
      if (const auto id = Uuid::parse(event->subject)) end(*id);
    } else if (event->type == "user.deleted") {
      authenticator_.forget(event->user, ports_.clock.now());  // Of the ends of API tokens nothing is heard.
      hub_.end_user(event->user);
    } else if (event->type == "user.updated") {
      const auto user = parse_json(event->data);
      const auto* zone = user && user->is_object() ? user->get_object().if_contains("timezone") : nullptr;
      if (zone && zone->is_string()) authenticator_.set_timezone(event->user, std::string(zone->get_string()));
    }
  }
  hub_.publish(events);
}

void Module::end(const Uuid& credential) {
  if (credential.is_nil()) return;
  authenticator_.revoke(credential, ports_.clock.now());
  tickets_.revoke(credential);
  hub_.end_credential(credential);
}

Reply Module::health() const {
  return Reply{200, json::serialize(json::object{{"status", "ok"}, {"version", options_.version}})};
}

awaitable<Reply> Module::readiness() {
  std::vector<Dependency> dependencies;
  if (ports_.readiness) dependencies = co_await ports_.readiness();
  if (!ready_) dependencies.push_back({"process", false, "The server is starting."});
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
