#include "runtime/embedded/state_store.hpp"

#include <algorithm>

namespace daybook::runtime::embedded {

namespace sqlite = storage::sqlite;

namespace {

constexpr std::size_t kMostKeyBytes = 512;

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= kMostKeyBytes && key.find("||") == std::string_view::npos &&
         std::all_of(key.begin(), key.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

Error bad_key(const std::string& key) {
  return {Errc::invalid_argument, "'" + key.substr(0, 64) +
                                      "' cannot be a key: printable ASCII without blanks or '||', "
                                      "at most 512 bytes"};
}

Error mismatch(const std::string& key) {
  return {Errc::version_mismatch, "The state '" + key + "' has changed meanwhile. Read it again and repeat"};
}

std::optional<std::string> current_etag(sqlite::Connection& db, const std::string& key, Instant now) {
  auto row =
      db.query("SELECT etag FROM state_entry WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)", key, now);
  if (!row.step()) return std::nullopt;
  return std::to_string(row.integer(0));
}

std::int64_t next_etag(sqlite::Writer& db) {
  auto row = db.query("UPDATE state_etag SET last = last + 1 RETURNING last");
  row.step();
  const std::int64_t etag = row.integer(0);
  row.run();
  return etag;
}

Result<> apply(sqlite::Writer& db, const std::vector<runtime::StateStore::Write>& writes, Instant now) {
  for (const auto& write : writes) {
    if (write.etag && *write.etag != current_etag(db, write.key, now).value_or("")) return mismatch(write.key);
    if (!write.value) {
      db.run("DELETE FROM state_entry WHERE key = ?", write.key);
      continue;
    }
    std::optional<Instant> expires;
    if (write.ttl) expires = now + *write.ttl;
    db.run(
        "INSERT INTO state_entry (key, value, etag, expires_at) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (key) DO UPDATE SET value = ?2, etag = ?3, expires_at = ?4",
        write.key, *write.value, next_etag(db), expires);
  }
  db.run("DELETE FROM state_entry WHERE key IN (SELECT key FROM state_entry WHERE expires_at <= ? LIMIT 16)", now);
  return {};
}

}  // namespace

sqlite::Migration StateStore::migration() {
  return {"state", 1, R"(
    CREATE TABLE state_entry (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL,
      etag INTEGER NOT NULL,
      expires_at INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX state_expiry ON state_entry (expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE state_etag (last INTEGER NOT NULL);
    INSERT INTO state_etag (last) VALUES (0);
  )"};
}

boost::asio::awaitable<Result<std::optional<StateStore::Entry>>> StateStore::get(std::string key) {
  if (!is_key(key)) co_return bad_key(key);
  auto query = [key, now = clock_.now()](sqlite::Reader& db) -> Result<std::optional<Entry>> {
    auto row = db.query("SELECT value, etag FROM state_entry WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)",
                        key, now);
    if (!row.step()) return std::optional<Entry>{};
    Entry entry;
    entry.value = row.text(0);
    entry.etag = std::to_string(row.integer(1));
    return std::optional(std::move(entry));
  };
  co_return co_await database_.read(std::move(query));
}

boost::asio::awaitable<Result<>> StateStore::transact(std::vector<Write> writes) {
  for (const auto& write : writes)
    if (!is_key(write.key)) co_return bad_key(write.key);
  auto change = [writes = std::move(writes), now = clock_.now()](sqlite::Writer& db) { return apply(db, writes, now); };
  co_return co_await database_.write(sqlite::Lane::foreground, std::move(change));
}

}  // namespace daybook::runtime::embedded
