#include "services/gateway/authenticator.hpp"

#include <cstring>

#include "core/characters.hpp"
#include "http/problem.hpp"

namespace daybook::gateway {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxCached = 100'000;
constexpr auto kApiTokenCached = std::chrono::minutes{1};
constexpr auto kRevokedKept = std::chrono::hours{1};
/// Somebody may send tokens of invented keys: the issuer is not asked more often than this.
constexpr auto kKeysReloaded = std::chrono::seconds{10};
constexpr auto kDeadline = std::chrono::seconds{3};

Error invalid_token(std::string detail) { return {Errc::unauthenticated, std::move(detail), "invalid-token"}; }

std::string text_claim(const json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : std::string{};
}

bool has_audience(const json::object& claims, const std::string& wanted) {
  if (wanted.empty()) return true;
  const auto* value = claims.if_contains("aud");
  if (!value) return false;
  if (const auto* one = value->if_string()) return *one == wanted;
  if (const auto* many = value->if_array())
    for (const auto& each : *many)
      if (each.is_string() && each.get_string() == wanted) return true;
  return false;
}

}  // namespace

std::size_t Authenticator::Sha256Hash::operator()(const Sha256& hash) const noexcept {
  std::size_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

Authenticator::Authenticator(runtime::Invoker& invoker, const WallClock& clock, std::string own_issuer,
                             std::optional<TrustedIssuer> trusted)
    : invoker_(invoker), clock_(clock), own_issuer_(std::move(own_issuer)), trusted_(std::move(trusted)) {}

awaitable<Result<Credential>> Authenticator::authenticate(const Call& call) {
  const auto field = call.headers.get("Authorization");
  if (field.empty()) co_return Credential{};
  if (field.size() < 8 || !iequals(field.substr(0, 7), "bearer "))
    co_return invalid_token("Send the access token as: Authorization: Bearer <token>.");
  const auto token = field.substr(7);
  const auto hash = sha256(token);
  const auto now = clock_.now();
  if (const auto cached = cache_.find(hash); cached != cache_.end()) {
    if (now < cached->second.expires_at) co_return cached->second.credential;
    cache_.erase(cached);
  }
  std::string copy{token};
  auto verified = co_await verify(std::move(copy), now);
  if (!verified) co_return verified.error();
  if (is_revoked(verified->credential))
    co_return Error{Errc::unauthenticated, "The session has ended; sign in again.", "session-ended"};
  auto credential = verified->credential;
  remember(hash, std::move(*verified), now);
  co_return credential;
}

awaitable<Result<Authenticator::Entry>> Authenticator::verify(std::string token, Instant now) {
  if (token.starts_with("dbk_")) co_return co_await verify_api_token(std::move(token), now);
  const auto parsed = parse_jwt(token);
  if (!parsed) co_return parsed.error();
  const auto issuer = text_claim(parsed->claims, "iss");
  const bool own = issuer == own_issuer_;
  if (!own && !(trusted_ && trusted_->issuer == issuer && has_audience(parsed->claims, trusted_->audience)))
    co_return invalid_token("The token is from an issuer that is not trusted here.");
  auto key = co_await key_for(*parsed, own, now);
  if (!key) co_return key.error();
  const auto leeway = own ? std::chrono::seconds{0} : std::chrono::seconds{60};
  if (auto good = verify_jwt(*parsed, *key, now, leeway); !good) co_return good.error();

  const auto subject = text_claim(parsed->claims, "sub");
  if (subject.empty()) co_return invalid_token("The token does not say whose it is.");
  Principal principal;
  // Another issuer's names are its own, whatever they look like: its UUIDs are none of our users.
  if (!own)
    principal.user = UserId{Uuid::v5(Uuid{}, issuer + "\n" + subject)};
  else if (const auto user = UserId::parse(subject))
    principal.user = *user;
  else
    co_return invalid_token("The token does not say whose it is.");
  if (own)
    if (const auto session = SessionId::parse(text_claim(parsed->claims, "sid"))) principal.session = *session;
  if (auto zone = text_claim(parsed->claims, "tz"); !zone.empty()) principal.timezone = std::move(zone);

  Entry entry;
  entry.expires_at = Instant{std::chrono::seconds{parsed->claims.at("exp").to_number<std::int64_t>()}};
  entry.credential.id = principal.session.value;
  entry.credential.principal = std::make_shared<const Principal>(std::move(principal));
  if (!own) {
    entry.credential.ends_at = entry.expires_at;
  } else {
    auto alive = co_await check_session(entry);
    if (!alive) co_return alive.error();
  }
  co_return entry;
}

/// A token outlives its session by minutes; the service knows better, and is asked once a token.
awaitable<Result<>> Authenticator::check_session(Entry& entry) {
  auto path = "/internal/v1/sessions/" + entry.credential.id.str();
  auto reply = co_await ask_identity(Method::get, std::move(path), {});
  if (!reply) co_return reply.error();
  const auto state = parse_json(reply->body);
  const auto* object = state ? state->if_object() : nullptr;
  if (reply->status != 200 || !object) co_return http::error_of_reply(*reply);
  auto& credential = entry.credential;
  const auto* active = object->if_contains("active");
  if (!active || !active->is_bool() || !active->get_bool() || text_claim(*object, "userId") != credential->user.str())
    co_return Error{Errc::unauthenticated, "The session has ended; sign in again.", "session-ended"};
  auto principal = *credential;
  principal.timezone = text_claim(*object, "timezone");
  credential.principal = std::make_shared<const Principal>(std::move(principal));
  if (const auto end = parse_rfc3339(text_claim(*object, "expiresAt"))) credential.ends_at = *end;
  co_return Result<>{};
}

awaitable<Result<Authenticator::Entry>> Authenticator::verify_api_token(std::string token, Instant now) {
  auto body = json::serialize(json::object{{"token", token}});
  auto reply = co_await ask_identity(Method::post, "/internal/v1/tokens/use", std::move(body));
  if (!reply) co_return reply.error();
  if (reply->status != 200) co_return http::error_of_reply(*reply);
  const auto value = parse_json(reply->body);
  if (!value) co_return value.error();
  JsonReader in(*value, Unknown::lenient);
  Principal principal;
  Entry entry;
  principal.user = UserId{in.uuid("userId", true).value_or(Uuid{})};
  entry.credential.id = in.uuid("id", true).value_or(Uuid{});
  principal.timezone = in.text("timezone").value_or("UTC");
  principal.scopes = in.texts("scopes", 64, {}).value_or(std::vector<std::string>{});
  if (const auto expires = in.instant("expiresAt")) entry.credential.ends_at = *expires;
  entry.expires_at = std::min(now + kApiTokenCached, entry.credential.ends_at);
  if (auto error = in.finish()) co_return *error;
  entry.credential.principal = std::make_shared<const Principal>(std::move(principal));
  co_return entry;
}

awaitable<Result<VerifyingKey>> Authenticator::key_for(const ParsedJwt& token, bool own, Instant now) {
  auto& set = own ? own_keys_ : trusted_keys_;
  if (const auto found = set.keys.find(token.kid); found != set.keys.end()) co_return found->second;
  if (set.keys.empty() || now - set.loaded_at > kKeysReloaded || now < set.loaded_at) {
    Result<std::string> text{std::string{}};
    if (own)
      text = co_await load_own_keys();
    else
      text = co_await trusted_->load_keys();
    if (!text) co_return text.error();
    set.loaded_at = now;
    const auto value = parse_json(*text);
    const auto* keys = value && value->is_object() ? value->get_object().if_contains("keys") : nullptr;
    if (!keys || !keys->is_array()) co_return Error{Errc::unavailable, "The issuer's key set is not one."};
    set.keys.clear();
    for (const auto& each : keys->get_array()) {
      if (!each.is_object()) continue;
      // Keys of other kinds, and for encryption, are in such sets too.
      if (auto key = VerifyingKey::from_jwk(each.get_object())) set.keys.insert_or_assign(key->kid(), *key);
    }
    if (const auto found = set.keys.find(token.kid); found != set.keys.end()) co_return found->second;
  }
  co_return invalid_token("The token is signed by a key that its issuer does not publish.");
}

awaitable<Result<std::string>> Authenticator::load_own_keys() {
  auto reply = co_await ask_identity(Method::get, "/.well-known/jwks.json", {});
  if (!reply) co_return reply.error();
  if (reply->status != 200) co_return http::error_of_reply(*reply);
  co_return std::move(reply->body);
}

awaitable<Result<Reply>> Authenticator::ask_identity(Method method, std::string path, std::string body) {
  Call call;
  call.method = method;
  call.path = std::move(path);
  if (!body.empty()) call.headers.add("Content-Type", "application/json");
  call.body = std::move(body);
  call.principal = Principal::of_service("gateway", UserId{});
  co_return co_await invoker_.invoke("identity", std::move(call), kDeadline);
}

void Authenticator::remember(const Sha256& hash, Entry entry, Instant now) {
  if (cache_.size() >= kMaxCached) {
    std::erase_if(cache_, [&](const auto& each) { return each.second.expires_at <= now; });
    if (cache_.size() >= kMaxCached) cache_.clear();
  }
  cache_.insert_or_assign(hash, std::move(entry));
}

void Authenticator::revoke(const Uuid& session, Instant now) {
  if (session.is_nil()) return;
  std::erase_if(cache_, [&](const auto& each) { return each.second.credential.id == session; });
  std::erase_if(revoked_, [&](const auto& each) { return now - each.second > kRevokedKept; });
  revoked_.insert_or_assign(session, now);
}

bool Authenticator::is_revoked(const Credential& credential) const {
  return revoked_.contains(credential.id) || deleted_.contains(credential->user);
}

void Authenticator::forget(const UserId& user, Instant now) {
  std::erase_if(cache_, [&](const auto& each) { return each.second.credential->user == user; });
  std::erase_if(deleted_, [&](const auto& each) { return now - each.second > kRevokedKept; });
  deleted_.insert_or_assign(user, now);
}

void Authenticator::set_timezone(const UserId& user, const std::string& zone) {
  for (auto& [hash, entry] : cache_) {
    auto& credential = entry.credential;
    if (credential->user != user || credential->timezone == zone) continue;
    auto changed = *credential;
    changed.timezone = zone;
    credential.principal = std::make_shared<const Principal>(std::move(changed));
  }
}

}  // namespace daybook::gateway
