#include <map>
#include <set>

#include "services/audit/module.hpp"
#include "storage/sql/connection.hpp"

namespace daybook::audit {
namespace {

using boost::asio::awaitable;
using storage::sql::Database;
using storage::sql::Lane;
using storage::sql::Reader;
using storage::sql::Statement;
using storage::sql::Writer;

constexpr std::string_view kColumns =
    "seq, event_id, at, action, resource_id, correlation_id, payload, salt, payload_hash, hash";

Sha256 hash_of(std::string_view bytes) {
  Sha256 out{};
  if (bytes.size() == out.size()) std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

Entry entry_of(const UserId& user, const Statement& row) {
  Entry entry;
  entry.user = user;
  entry.sequence = row.integer(0);
  entry.event = EventId{row.uuid(1)};
  entry.at = row.instant(2);
  entry.action = row.text(3);
  entry.resource_type = entry.action.substr(0, entry.action.rfind('.'));
  entry.resource_id = row.text(4);
  entry.correlation_id = row.text(5);
  entry.payload = row.text(6);
  entry.salt = row.blob(7);
  entry.payload_hash = hash_of(row.blob(8));
  entry.hash = hash_of(row.blob(9));
  return entry;
}

struct Chain {
  Head head;
  bool erased = false;  ///< Its account was deleted: what still comes is chained without its payload.
};

Chain load_chain(Writer& db, const UserId& user) {
  Chain chain;
  auto row = db.query("SELECT seq, hash, erased FROM audit_head WHERE user_id = ?", user);
  if (row.step()) chain = {{row.integer(0), hash_of(row.blob(1))}, row.integer(2) != 0};
  return chain;
}

void save_entry(Writer& db, const Entry& entry) {
  auto insert = db.prepare(
      "INSERT INTO audit_entry(user_id, seq, event_id, at, action, resource_id, correlation_id, payload, salt, "
      "payload_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, entry.user).bind(2, entry.sequence).bind(3, entry.event).bind(4, entry.at).bind(5, entry.action);
  insert.bind(6, entry.resource_id).bind(7, entry.correlation_id).bind(8, entry.payload);
  insert.bind_blob(9, entry.salt).bind_blob(10, as_chars(entry.payload_hash)).bind_blob(11, as_chars(entry.hash));
  insert.run();
}

void save_head(Writer& db, const UserId& user, const Head& head) {
  auto upsert = db.prepare(
      "INSERT INTO audit_head(user_id, seq, hash) VALUES (?, ?, ?) ON CONFLICT(user_id) DO UPDATE SET seq = "
      "excluded.seq, hash = excluded.hash");
  upsert.bind(1, user).bind(2, head.sequence).bind_blob(3, as_chars(head.hash));
  upsert.run();
}

class SqlAuditStore final : public AuditStore {
 public:
  explicit SqlAuditStore(Database& db) : db_(db) {}

  awaitable<Result<>> append(std::vector<CloudEvent> events) override {
    auto change = [events = std::move(events)](Writer& db) -> Result<> {
      // A batch touches few users many times: heads are read once and written once.
      std::map<UserId, Chain> chains;
      std::set<UserId> users;
      for (const auto& event : events) users.insert(event.user);
      for (const auto& user : users) db.lock(user);
      for (const auto& event : events) {
        if (!storage::sql::record_inbox(db, "audit", event.id)) continue;
        auto at = chains.find(event.user);
        if (at == chains.end()) at = chains.emplace(event.user, load_chain(db, event.user)).first;
        auto entry = link(at->second.head, event, random_bytes(16));
        if (at->second.erased) {
          entry.payload.clear();
          entry.salt.clear();
        }
        save_entry(db, entry);
      }
      for (const auto& [user, chain] : chains) save_head(db, user, chain.head);
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<std::vector<Entry>>> list(UserId user, ListQuery query) override {
    auto select = [user, query = std::move(query)](Reader& db) -> Result<std::vector<Entry>> {
      static const std::string kSql = "SELECT " + std::string(kColumns) +
                                      " FROM audit_entry WHERE user_id = ?1 AND seq < ?2 AND at >= ?3 AND at <= ?4 "
                                      "AND (?5 = '' OR substr(action, 1, length(?5)) = ?5) "
                                      "AND (?6 = '' OR resource_id = ?6) ORDER BY seq DESC LIMIT ?7";
      constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
      auto rows = db.query(kSql, user, query.before_sequence.value_or(kMax),
                           query.from ? to_micros(*query.from) : std::numeric_limits<std::int64_t>::min(),
                           query.to ? to_micros(*query.to) : kMax, query.action, query.resource_id, query.limit);
      std::vector<Entry> out;
      while (rows.step()) out.push_back(entry_of(user, rows));
      return out;
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<Verification>> verify(UserId user) override {
    auto walk = [user](Reader& db) -> Result<Verification> {
      static const std::string kSql =
          "SELECT " + std::string(kColumns) + " FROM audit_entry WHERE user_id = ? ORDER BY seq";
      Verification out;
      Head head;
      auto rows = db.query(kSql, user);
      while (rows.step()) {
        const Entry entry = entry_of(user, rows);
        ++out.entries;
        if (out.first_broken || follows(head, entry)) continue;
        out.first_broken = head.sequence + 1;
      }
      // Entries cut off at the end leave a head that no entry reaches.
      auto last = db.query("SELECT seq FROM audit_head WHERE user_id = ?", user);
      const std::int64_t recorded = last.step() ? last.integer(0) : 0;
      if (!out.first_broken && recorded != head.sequence) out.first_broken = head.sequence + 1;
      return out;
    };
    co_return co_await db_.read(std::move(walk));
  }

  awaitable<Result<>> erase(UserId user) override {
    auto change = [user](Writer& db) -> Result<> {
      db.lock(user);
      db.run("UPDATE audit_entry SET payload = '', salt = ? WHERE user_id = ?", storage::sql::Blob{}, user);
      db.run("UPDATE audit_head SET erased = 1 WHERE user_id = ?", user);
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

 private:
  Database& db_;
};

}  // namespace

std::vector<storage::sql::Migration> sql_migrations() {
  return {{"audit", 1, R"sql(
    CREATE TABLE audit_entry(
      user_id UUID NOT NULL, seq INTEGER NOT NULL, event_id UUID NOT NULL, at INTEGER NOT NULL, action TEXT NOT NULL,
      resource_id TEXT NOT NULL, correlation_id TEXT NOT NULL, payload TEXT NOT NULL, salt BLOB NOT NULL,
      payload_hash BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(user_id, seq)) WITHOUT ROWID;
    CREATE TABLE audit_head(user_id UUID PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;
  )sql"},
          {"audit", 2, R"sql(
    ALTER TABLE audit_head ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
    UPDATE audit_head SET erased = 1 WHERE user_id IN (SELECT user_id FROM audit_entry WHERE action = 'user.deleted');
  )sql"}};
}

std::unique_ptr<AuditStore> make_sql_store(Database& db) { return std::make_unique<SqlAuditStore>(db); }

}  // namespace daybook::audit
