#include "runtime/dapr/state_store.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "core/ids.hpp"
#include "core/json.hpp"

namespace daybook::runtime::dapr {
namespace {

using boost::asio::awaitable;

/// A version that Redis' counter does not reach: it matches no key that exists, and any that does not.
constexpr const char* kNoVersion = "999999999999999999";
/// Longer than a transact() may take, so that a lock is not lost while it is needed.
constexpr int kLockSeconds = 10;
constexpr std::size_t kBulk = 100;

std::string scope_of(std::string_view key) { return std::string(key.substr(0, key.find('/'))); }

bool offers(const Sidecar::Component& component, std::string_view capability) {
  return std::ranges::find(component.capabilities, capability) != component.capabilities.end();
}

}  // namespace

awaitable<Result<>> StateStore::start() {
  auto components = co_await sidecar_.components();
  if (!components) co_return components.error();
  for (const auto& component : *components) {
    if (component.name != options_.store) continue;
    if (!offers(component, "ETAG") || !offers(component, "TRANSACTIONAL"))
      co_return Error{Errc::misconfigured, "The state store " + options_.store + " (" + component.type +
                                               ") has no ETags or no transactions; use PostgreSQL or Redis."};
    kind_ = component.type == "state.redis" ? Kind::redis : Kind::rolls_back;
    co_return Result<>{};
  }
  co_return Error{Errc::misconfigured, "The Dapr sidecar has no state store named " + options_.store + "."};
}

awaitable<Result<std::optional<StateStore::Entry>>> StateStore::get(std::string key) {
  auto call = json_call(Method::get, "/v1.0/state/" + encode(options_.store) + "/" + encode(key));
  call.query = "consistency=strong";
  auto reply = co_await sidecar_.send(std::move(call), options_.deadline);
  if (!reply) co_return reply.error();
  if (reply->status == 204 || (reply->status == 200 && reply->body.empty())) co_return std::optional<Entry>{};
  if (reply->status != 200) co_return error_of(*reply, "Reading state");
  Entry entry;
  entry.etag = std::string(reply->headers.get("ETag"));
  entry.value = std::move(reply->body);
  co_return std::optional<Entry>(std::move(entry));
}

awaitable<Result<std::vector<std::optional<StateStore::Entry>>>> StateStore::get_many(std::vector<std::string> keys) {
  std::vector<std::optional<Entry>> entries(keys.size());
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t i = 0; i < keys.size(); ++i) places.emplace(keys[i], i);
  for (std::size_t from = 0; from < keys.size(); from += kBulk) {
    json::array asked;
    for (std::size_t i = from; i < std::min(keys.size(), from + kBulk); ++i) asked.emplace_back(keys[i]);
    const json::object request{{"keys", std::move(asked)}, {"parallelism", 10}};
    auto call = json_call(Method::post, "/v1.0/state/" + encode(options_.store) + "/bulk", json::serialize(request));
    call.query = "metadata.consistency=strong";
    auto reply = co_await sidecar_.send(std::move(call), options_.deadline);
    if (!reply) co_return reply.error();
    if (reply->status != 200) co_return error_of(*reply, "Reading state");
    const auto document = parse_json(reply->body);
    if (!document || !document->is_array()) co_return Error{Errc::unavailable, "The sidecar's answer is not JSON."};
    for (const auto& each : document->as_array()) {
      const auto* item = each.if_object();
      const auto* key = item ? item->if_contains("key") : nullptr;
      const auto place = key && key->is_string() ? places.find(std::string_view{key->get_string()}) : places.end();
      if (place == places.end()) continue;
      if (const auto* error = item->if_contains("error"); error && error->is_string() && !error->get_string().empty())
        co_return Error{Errc::unavailable, "Reading state failed: " + std::string(error->get_string())};
      const auto* data = item->if_contains("data");
      if (!data || data->is_null()) continue;
      Entry entry;
      entry.value = json::serialize(*data);
      if (const auto* etag = item->if_contains("etag"); etag && etag->is_string())
        entry.etag = std::string(etag->get_string());
      entries[place->second] = std::move(entry);
    }
  }
  co_return entries;
}

awaitable<Result<>> StateStore::transact(std::vector<Write> writes) {
  if (writes.empty()) co_return Result<>{};
  if (kind_ == Kind::unknown)
    if (auto started = co_await start(); !started) co_return started.error();
  if (kind_ == Kind::redis) co_return co_await transact_locked(std::move(writes));
  co_return co_await commit(writes);
}

awaitable<Result<>> StateStore::transact_locked(std::vector<Write> writes) {
  const std::string scope = scope_of(writes.front().key);
  for (const auto& write : writes)
    if (scope_of(write.key) != scope)
      co_return Error{Errc::conflict, "One transaction on Redis holds keys of one user only."};
  const std::string owner = Uuid::random().str();
  if (auto locked = co_await lock(scope, owner); !locked) co_return locked.error();
  Result<> done;
  auto matching = co_await all_match(writes);
  if (!matching)
    done = matching.error();
  else if (!*matching)
    done = Error{Errc::version_mismatch, "The state has changed meanwhile."};
  else
    done = co_await commit(writes);
  co_await unlock(scope, owner);
  co_return done;
}

awaitable<Result<>> StateStore::commit(const std::vector<Write>& writes) {
  std::string body = R"({"operations":[)";
  bool first = true;
  for (const auto& write : writes) {
    if (!std::exchange(first, false)) body += ',';
    body += write.value ? R"({"operation":"upsert","request":{"key":)" : R"({"operation":"delete","request":{"key":)";
    append_json_string(body, write.key);
    if (write.value) body += ",\"value\":" + *write.value;
    if (write.etag) {
      // First-write without a version is how PostgreSQL says "only if absent".
      const std::string etag = write.etag->empty() && kind_ == Kind::redis ? kNoVersion : *write.etag;
      body += R"(,"options":{"concurrency":"first-write"})";
      if (!etag.empty()) {
        body += ",\"etag\":";
        append_json_string(body, etag);
      }
    }
    if (write.ttl) body += R"(,"metadata":{"ttlInSeconds":")" + std::to_string(write.ttl->count()) + "\"}";
    body += "}}";
  }
  body += "]}";
  auto call = json_call(Method::post, "/v1.0/state/" + encode(options_.store) + "/transaction", std::move(body));
  auto reply = co_await sidecar_.send(std::move(call), options_.deadline);
  if (!reply) co_return reply.error();
  if (reply->status / 100 == 2) co_return Result<>{};
  const Error failure = error_of(*reply, "Writing state");
  if (failure.code == Errc::misconfigured) co_return failure;
  // 409, or a 500 that does not say why: the versions tell.
  auto matching = co_await all_match(writes);
  if (!matching) co_return matching.error();
  if (!*matching) co_return Error{Errc::version_mismatch, "The state has changed meanwhile."};
  co_return failure;
}

awaitable<Result<bool>> StateStore::all_match(const std::vector<Write>& writes) {
  for (const auto& write : writes) {
    if (!write.etag) continue;
    auto entry = co_await get(write.key);
    if (!entry) co_return entry.error();
    const std::string current = *entry ? (*entry)->etag : std::string{};
    if (current != *write.etag) co_return false;
  }
  co_return true;
}

awaitable<Result<>> StateStore::lock(const std::string& scope, const std::string& owner) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto give_up = std::chrono::steady_clock::now() + options_.deadline;
  const json::object request{{"resourceId", scope}, {"lockOwner", owner}, {"expiryInSeconds", kLockSeconds}};
  for (;;) {
    auto call = json_call(Method::post, "/v1.0-alpha1/lock/" + encode(options_.lock_store), json::serialize(request));
    auto reply = co_await sidecar_.send(std::move(call), options_.deadline);
    if (!reply) co_return reply.error();
    if (reply->status != 200) co_return error_of(*reply, "Locking state");
    if (reply->body.find("true") != std::string::npos) co_return Result<>{};
    if (std::chrono::steady_clock::now() >= give_up)
      co_return Error{Errc::unavailable, "Somebody else writes this user's state; try again."};
    boost::asio::steady_timer timer(executor, std::chrono::milliseconds{5});
    co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
}

awaitable<void> StateStore::unlock(const std::string& scope, const std::string& owner) {
  const json::object request{{"resourceId", scope}, {"lockOwner", owner}};
  auto call = json_call(Method::post, "/v1.0-alpha1/unlock/" + encode(options_.lock_store), json::serialize(request));
  ignore(co_await sidecar_.send(std::move(call), options_.deadline), "a lock that stays ends by itself");
}

}  // namespace daybook::runtime::dapr
