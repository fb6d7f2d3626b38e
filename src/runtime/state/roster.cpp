#include "runtime/state/roster.hpp"

#include "core/hash.hpp"
#include "core/json.hpp"

namespace daybook::runtime::state {
namespace {

using boost::asio::awaitable;

constexpr int kTries = 50;

int shard_of(const UserId& user) { return sha256(user.str())[0] % Roster::kShards; }

Error contended() { return {Errc::unavailable, "Others write the list of users all the time; try again."}; }

}  // namespace

// Each document is a scope of its own, so that it can be locked by itself.
std::string Roster::key(int shard) const { return "roster-" + name_ + "-" + std::to_string(shard) + "/users"; }

awaitable<Result<Roster::Document>> Roster::load(int shard) {
  auto entry = co_await state_.get(key(shard));
  if (!entry) co_return entry.error();
  Document document;
  if (!*entry) co_return document;
  document.etag = (*entry)->etag;
  auto parsed = parse_json((*entry)->value);
  if (!parsed || !parsed->is_object()) co_return Error{Errc::corrupt, "The list " + key(shard) + " cannot be read."};
  for (const auto& member : parsed->as_object()) {
    const auto user = UserId::parse(member.key());
    if (user && member.value().is_number())
      document.users.emplace(*user, from_micros(member.value().to_number<std::int64_t>()));
  }
  co_return document;
}

awaitable<Result<>> Roster::save(int shard, const Document& document) {
  json::object body;
  for (const auto& [user, until] : document.users) body[user.str()] = to_micros(until);
  StateStore::Write write;
  write.key = key(shard);
  write.value = json::serialize(body);
  write.etag = document.etag;
  std::vector<StateStore::Write> writes;
  writes.push_back(std::move(write));
  co_return co_await state_.transact(std::move(writes));
}

awaitable<Result<>> Roster::put(UserId user, Instant until) {
  for (int round = 0; round < kTries; ++round) {
    auto document = co_await load(shard_of(user));
    if (!document) co_return document.error();
    const auto [place, is_new] = document->users.try_emplace(user, until);
    if (!is_new && place->second >= until) co_return Result<>{};
    place->second = until;
    auto saved = co_await save(shard_of(user), *document);
    if (saved || saved.error().code != Errc::version_mismatch) co_return saved;
  }
  co_return contended();
}

awaitable<Result<>> Roster::drop(UserId user, Instant before) {
  for (int round = 0; round < kTries; ++round) {
    auto document = co_await load(shard_of(user));
    if (!document) co_return document.error();
    const auto place = document->users.find(user);
    if (place == document->users.end() || place->second > before) co_return Result<>{};
    document->users.erase(place);
    auto saved = co_await save(shard_of(user), *document);
    if (saved || saved.error().code != Errc::version_mismatch) co_return saved;
  }
  co_return contended();
}

awaitable<Result<std::map<UserId, Instant>>> Roster::read(int shard) {
  auto document = co_await load(shard);
  if (!document) co_return document.error();
  co_return std::move(document->users);
}

}  // namespace daybook::runtime::state
