#include "services/identity/sql_store.hpp"

#include "core/json.hpp"
#include "services/identity/sql_rows.hpp"
#include "storage/sql/idempotency.hpp"

namespace daybook::identity {
namespace {

using boost::asio::awaitable;
using storage::sql::Database;
using storage::sql::IdempotencyTable;
using storage::sql::Lane;
using storage::sql::Reader;
using storage::sql::Writer;

constexpr auto kEraseWithin = std::chrono::hours{30 * 24};
constexpr std::size_t kMaxTokens = 50;
constexpr int kPurgeSlice = 20;  ///< Of what is over, with each sign-in.

Error no_user() { return {Errc::not_found, "There is no such account (any more)."}; }
Error session_ended() { return {Errc::unauthenticated, "The session has ended; sign in again.", "session-ended"}; }

Error stale(std::int64_t current) {
  return {Errc::version_mismatch,
          "The account has version " + std::to_string(current) + " now; read it again and repeat the change."};
}

/// The members of user.updated that tell what changed, each beginning with a comma; empty when nothing did.
std::string changes_of(const User& before, const User& after, bool password) {
  json::object changes, previous;
  const auto compare = [&](const char* name, const json::value& was, const json::value& is) {
    if (was == is) return;
    changes[name] = is;
    previous[name] = was;
  };
  const auto name_of = [](const User& user) { return user.name ? json::value(*user.name) : json::value(nullptr); };
  compare("email", json::value(before.email), json::value(after.email));
  compare("name", name_of(before), name_of(after));
  compare("timezone", json::value(before.timezone), json::value(after.timezone));
  compare("preferences", *parse_json(to_json(before.preferences)), *parse_json(to_json(after.preferences)));
  if (password) changes["password"] = "changed";
  if (changes.empty()) return {};
  return ",\"changes\":" + json::serialize(changes) + ",\"previousValues\":" + json::serialize(previous);
}

class SqlStore final : public Store {
 public:
  explicit SqlStore(Database& database) : database_(database) {}

  awaitable<Result<User>> sign_up(SignUp sign_up, Cause cause) override {
    auto change = [sign_up = std::move(sign_up), cause](Writer& db) -> Result<User> {
      db.lock(sign_up.user.id);
      if (auto made = make_user(db, sign_up, cause); !made) return made.error();
      publish_authenticated(db, sign_up.user.id, sign_up.session.id, "password", cause);
      return sign_up.user;
    };
    co_return co_await database_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<std::optional<Credentials>>> find_credentials(std::string email) override {
    auto query = [key = email_key(email)](Reader& db) -> Result<std::optional<Credentials>> {
      return load_credentials_by_email(db, key);
    };
    co_return co_await database_.read(std::move(query));
  }

  awaitable<Result<Credentials>> credentials(UserId user) override {
    auto query = [user](Reader& db) -> Result<Credentials> {
      auto found = load_credentials(db, user);
      if (!found) return no_user();
      return std::move(*found);
    };
    co_return co_await database_.read(std::move(query));
  }

  awaitable<Result<>> sign_in(UserId user, NewSession session, SignInMethod method, Cause cause) override {
    auto change = [=, this](Writer& db) -> Result<> {
      db.lock(user);
      if (!load_credentials(db, user)) return no_user();
      purge_sessions(db, cause.now);
      idempotency_.purge(db, cause.now - storage::sql::kIdempotencyAge, kPurgeSlice);
      begin_session(db, user, session, cause);
      publish_authenticated(db, user, session.id, method, cause);
      return {};
    };
    co_return co_await database_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<Refreshed>> refresh(Sha256 old_hash, NewSession next, std::chrono::seconds grace,
                                       Cause cause) override {
    // A reused secret ends the session, which is an effect to keep, although the answer is an error.
    auto change = [=](Writer& db) -> Result<std::optional<Refreshed>> {
      SessionId session;
      std::optional<Instant> replaced;
      {
        auto row = db.prepare("SELECT session_id, replaced_at FROM identity_refresh WHERE hash = ?");
        row.bind_blob(1, as_chars(old_hash));
        if (!row.step()) return session_ended();
        session = SessionId{row.uuid(0)};
        if (!row.is_null(1)) replaced = row.instant(1);
      }
      UserId user;
      {
        auto row =
            db.query("SELECT user_id, expires_at FROM identity_session WHERE id = ? AND revoked_at IS NULL", session);
        if (!row.step() || row.instant(1) <= cause.now) return session_ended();
        user = UserId{row.uuid(0)};
      }
      if (replaced && cause.now - *replaced > grace) {
        revoke_session(db, session, "reuse", cause);
        publish_audit(db, user, "refresh-token-reused", "refused", "{}", cause);
        return std::optional<Refreshed>{};
      }
      auto found = load_credentials(db, user);
      if (!found) return session_ended();
      auto mark = db.prepare("UPDATE identity_refresh SET replaced_at = coalesce(replaced_at, ?) WHERE hash = ?");
      mark.bind(1, cause.now).bind_blob(2, as_chars(old_hash));
      mark.run();
      auto insert = db.prepare("INSERT INTO identity_refresh (hash, session_id) VALUES (?, ?)");
      insert.bind_blob(1, as_chars(next.refresh_hash)).bind(2, session);
      insert.run();
      db.run("UPDATE identity_session SET expires_at = ? WHERE id = ?", next.expires_at, session);
      publish_authenticated(db, user, session, "refresh", cause);
      return std::optional<Refreshed>{Refreshed{std::move(found->user), session}};
    };
    auto refreshed = co_await database_.write(Lane::foreground, std::move(change));
    if (!refreshed) co_return refreshed.error();
    if (!*refreshed) co_return session_ended();
    co_return std::move(**refreshed);
  }

  awaitable<Result<>> sign_out(std::optional<Sha256> refresh_hash, SessionId session, Cause cause) override {
    auto change = [=](Writer& db) -> Result<> {
      SessionId of_cookie;
      if (refresh_hash) {
        auto row = db.prepare("SELECT session_id FROM identity_refresh WHERE hash = ?");
        row.bind_blob(1, as_chars(*refresh_hash));
        if (row.step()) of_cookie = SessionId{row.uuid(0)};
      }
      if (!of_cookie.is_nil()) revoke_session(db, of_cookie, "logout", cause);
      // The gateway lets the access token's session in no longer, so it has to be over here too.
      if (!session.is_nil() && session != of_cookie) revoke_session(db, session, "logout", cause);
      return {};
    };
    co_return co_await database_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<SessionState>> session(SessionId session, Instant now) override {
    auto query = [=](Reader& db) -> Result<SessionState> {
      auto row = db.query(
          "SELECT s.user_id, s.revoked_at IS NULL AND s.expires_at > ?, u.timezone, s.expires_at "
          "FROM identity_session s "
          "JOIN identity_user u ON u.id = s.user_id WHERE s.id = ? AND u.deleted_at IS NULL",
          now, session);
      SessionState state;
      if (!row.step()) return state;
      state.user = UserId{row.uuid(0)};
      state.active = row.integer(1) != 0;
      state.timezone = row.text(2);
      state.expires_at = row.instant(3);
      return state;
    };
    co_return co_await database_.read(std::move(query));
  }

  awaitable<Result<User>> get(UserId user) override {
    auto found = co_await credentials(user);
    if (!found) co_return found.error();
    co_return std::move(found->user);
  }

  awaitable<Result<User>> update(UpdateUser update, Cause cause) override {
    auto change = [this, update = std::move(update), cause](Writer& db) -> Result<User> {
      db.lock(update.user);
      const storage::sql::Idempotency key{update.idempotency_key, update.request_hash};
      auto seen = idempotency_.find(db, update.user, key);
      if (!seen) return seen.error();
      auto found = load_credentials(db, update.user);
      if (!found) return no_user();
      const User before = found->user;
      if (*seen) return before;

      User after = before;
      if (update.email) after.email = *update.email;
      if (update.name) after.name = *update.name;
      if (update.timezone) after.timezone = *update.timezone;
      if (update.preferences) after.preferences = *update.preferences;
      const auto changes = changes_of(before, after, update.password_hash.has_value());
      if (changes.empty()) {
        idempotency_.record(db, update.user, key, {200, before.id.str()}, cause.now);
        return before;
      }
      if (update.if_match && *update.if_match != before.version) return stale(before.version);
      if (update.email && email_is_taken(db, *update.email, update.user))
        return Error{Errc::conflict, "Another account has this address.", "email-taken"};

      after.version = before.version + 1;
      after.updated_at = cause.now;
      update_user(db, after);
      if (update.password_hash) {
        db.run("UPDATE identity_user SET password_hash = ? WHERE id = ?", *update.password_hash, update.user);
        revoke_sessions(db, update.user, update.keep_session, "password-changed", cause);
        publish_audit(db, update.user, "password-changed", "allowed", "{}", cause);
      }
      publish(db, after.id, "user.updated", after.id.str(), to_json(after, changes), cause);
      idempotency_.record(db, update.user, key, {200, after.id.str()}, cause.now);
      return after;
    };
    co_return co_await database_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<bool>> is_repeated(UserId user, std::string idempotency_key, Sha256 request_hash) override {
    auto query = [=, this](Writer& db) -> Result<bool> {
      const auto seen = idempotency_.find(db, user, {idempotency_key, request_hash});
      if (!seen) return seen.error();
      return seen->has_value();
    };
    co_return co_await database_.write(Lane::foreground, std::move(query));
  }

  awaitable<Result<Instant>> remove(UserId user, std::optional<std::int64_t> if_match, Cause cause) override {
    auto change = [=, this](Writer& db) -> Result<Instant> {
      {
        db.lock(user);
        auto row = db.query("SELECT deleted_at FROM identity_user WHERE id = ? AND deleted_at IS NOT NULL", user);
        if (row.step()) return row.instant(0) + kEraseWithin;
      }
      const auto found = load_credentials(db, user);
      if (!found) return no_user();
      if (if_match && *if_match != found->user.version) return stale(found->user.version);
      revoke_sessions(db, user, SessionId{}, "account-deleted", cause);
      db.run("DELETE FROM identity_token WHERE user_id = ?", user);
      idempotency_.erase(db, user);
      db.run(
          "UPDATE identity_user SET email = '', email_key = NULL, name = NULL, password_hash = '', "
          "version = version + 1, updated_at = ?, deleted_at = ? WHERE id = ?",
          cause.now, cause.now, user);
      const Instant erase_by = cause.now + kEraseWithin;
      publish(db, user, "user.deleted", user.str(),
              R"({"id":")" + user.str() + R"(","deletedAt":")" + format_rfc3339(cause.now) + R"(","eraseBy":")" +
                  format_rfc3339(erase_by) + R"(","version":)" + std::to_string(found->user.version + 1) + "}",
              cause);
      return erase_by;
    };
    co_return co_await database_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<>> audit(UserId user, std::string action, std::string outcome, std::string details_json,
                            Cause cause) override {
    auto change = [=](Writer& db) -> Result<> {
      publish_audit(db, user, action, outcome, details_json, cause);
      return {};
    };
    co_return co_await database_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<ApiToken>> create_token(NewToken wanted, Cause cause) override {
    auto change = [this, wanted = std::move(wanted), cause](Writer& db) -> Result<ApiToken> {
      const auto& token = wanted.token;
      db.lock(token.user);
      const storage::sql::Idempotency key{wanted.idempotency_key, wanted.request_hash};
      auto seen = idempotency_.find(db, token.user, key);
      if (!seen) return seen.error();
      if (*seen) return give_new_secret(db, token.user, (*seen)->resource, wanted.hash, cause);
      if (list_tokens(db, token.user).size() >= kMaxTokens)
        return Error{Errc::limit_exceeded, "An account has at most " + std::to_string(kMaxTokens) +
                                               " API tokens; revoke one that is not used."};
      auto insert = db.prepare(
          "INSERT INTO identity_token (id, user_id, hash, name, scopes, created_at, expires_at) "
          "VALUES (?, ?, ?, ?, ?, ?, ?)");
      std::string scopes;
      for (const auto& scope : token.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
      insert.bind(1, token.id).bind(2, token.user).bind_blob(3, as_chars(wanted.hash));
      insert.bind(4, token.name).bind(5, scopes);
      insert.bind(6, token.created_at).bind(7, token.expires_at);
      insert.run();
      publish_audit(db, token.user, "token-created", "allowed", R"({"tokenId":")" + token.id.str() + "\"}", cause);
      idempotency_.record(db, token.user, key, {201, token.id.str()}, cause.now);
      return token;
    };
    co_return co_await database_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<std::vector<ApiToken>>> tokens(UserId user) override {
    auto query = [user](Reader& db) -> Result<std::vector<ApiToken>> { return list_tokens(db, user); };
    co_return co_await database_.read(std::move(query));
  }

  awaitable<Result<>> revoke_token(UserId user, Uuid token, Cause cause) override {
    auto change = [=](Writer& db) -> Result<> {
      db.run("DELETE FROM identity_token WHERE id = ? AND user_id = ?", token, user);
      if (db.changes() == 0) return Error{Errc::not_found, "You have no API token with this id."};
      // The gateway forgets a token as it forgets a session: by its id.
      publish(db, user, "session.revoked", token.str(),
              R"({"sessionId":")" + token.str() + R"(","reason":"token-revoked","revokedAt":")" +
                  format_rfc3339(cause.now) + "\"}",
              cause);
      publish_audit(db, user, "token-revoked", "allowed", R"({"tokenId":")" + token.str() + "\"}", cause);
      return {};
    };
    co_return co_await database_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<std::pair<ApiToken, std::string>>> use_token(Sha256 hash, Instant now) override {
    // Read first: anybody may send tokens that nobody made, and those shall not wait in the writer's queue.
    auto query = [=](Reader& db) -> Result<std::pair<ApiToken, std::string>> {
      auto row = db.prepare(
          "SELECT t.id, t.user_id, t.name, t.scopes, t.created_at, t.expires_at, t.last_used_at, u.timezone "
          "FROM identity_token t JOIN identity_user u ON u.id = t.user_id WHERE t.hash = ?");
      row.bind_blob(1, as_chars(hash));
      if (!row.step()) return Error{Errc::unauthenticated, "This API token is not known.", "invalid-token"};
      std::pair<ApiToken, std::string> found{read_token(row), row.text(7)};
      if (found.first.expires_at && *found.first.expires_at <= now)
        return Error{Errc::unauthenticated, "The API token has expired; make a new one.", "token-expired"};
      return found;
    };
    auto found = co_await database_.read(std::move(query));
    if (!found) co_return found.error();
    auto change = [id = found->first.id, now](Writer& db) -> Result<> {
      db.run("UPDATE identity_token SET last_used_at = ? WHERE id = ?", now, id);
      return {};
    };
    ignore(co_await database_.write(Lane::background, std::move(change)), "when it was used is worth no refusal");
    co_return found;
  }

  awaitable<Result<std::vector<StoredKey>>> rotate_signing_keys(StoredKey fresh, std::chrono::seconds rotate_after,
                                                                std::chrono::seconds keep) override {
    auto change = [fresh = std::move(fresh), rotate_after, keep](Writer& db) -> Result<std::vector<StoredKey>> {
      db.lock(UserId{});  // Two who start together make one key.
      const Instant now = fresh.created_at;
      auto keys = load_keys(db);
      if (keys.empty() || now - keys.front().created_at >= rotate_after) {
        auto insert = db.prepare("INSERT INTO identity_key (kid, seed, created_at) VALUES (?, ?, ?)");
        insert.bind(1, fresh.kid).bind_blob(2, fresh.seed).bind(3, now);
        insert.run();
        keys.insert(keys.begin(), fresh);
      }
      // The key before in this order is the one that replaced it.
      for (std::size_t i = 1; i < keys.size(); ++i) {
        if (now - keys[i - 1].created_at <= keep) continue;
        for (auto old = keys.begin() + static_cast<std::ptrdiff_t>(i); old != keys.end(); ++old)
          db.run("DELETE FROM identity_key WHERE kid = ?", old->kid);
        keys.resize(i);
      }
      return keys;
    };
    co_return co_await database_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<std::vector<StoredKey>>> signing_keys() override {
    auto query = [](Reader& db) -> Result<std::vector<StoredKey>> { return load_keys(db); };
    co_return co_await database_.read(std::move(query));
  }

  awaitable<Result<>> replace_signing_key(StoredKey key) override {
    auto change = [key = std::move(key)](Writer& db) -> Result<> {
      auto update = db.prepare("UPDATE identity_key SET seed = ? WHERE kid = ?");
      update.bind_blob(1, key.seed).bind(2, key.kid);
      update.run();
      return {};
    };
    co_return co_await database_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<SnapshotPage>> snapshot(std::string after, int limit, Instant now) override {
    auto last = after.empty() ? Result<UserId>{UserId{}} : UserId::parse(after);
    if (!last) co_return Error{Errc::invalid_argument, "This cursor is none of ours: begin without one."};
    auto query = [last = *last, limit, now](Reader& db) -> Result<SnapshotPage> {
      std::vector<UserId> found;
      {
        auto rows = db.query("SELECT id FROM identity_user WHERE id > ? AND deleted_at IS NULL ORDER BY id LIMIT ?",
                             last, limit);
        while (rows.step()) found.emplace_back(rows.uuid(0));
      }
      SnapshotPage page;
      for (const auto& id : found) {
        const auto user = load_credentials(db, id);
        if (user) page.events.push_back(snapshot_of(user->user, now));
      }
      if (found.size() == static_cast<std::size_t>(limit)) page.next_cursor = found.back().str();
      return page;
    };
    co_return co_await database_.read(std::move(query));
  }

  awaitable<Result<>> seed(std::vector<SignUp> users, Cause cause) override {
    auto change = [users = std::move(users), cause](Writer& db) -> Result<> {
      for (const auto& each : users) {
        if (load_credentials(db, each.user.id)) {
          begin_session(db, each.user.id, each.session, cause);
        } else if (auto made = make_user(db, each, cause); !made) {
          return made.error();
        }
      }
      return {};
    };
    co_return co_await database_.write(Lane::background, std::move(change));
  }

 private:
  static std::vector<StoredKey> load_keys(storage::sql::Connection& db) {
    std::vector<StoredKey> keys;
    auto row = db.query("SELECT kid, seed, created_at FROM identity_key ORDER BY created_at DESC");
    while (row.step()) keys.push_back({std::string(row.text(0)), std::string(row.blob(1)), row.instant(2)});
    return keys;
  }

  static Result<> make_user(Writer& db, const SignUp& sign_up, const Cause& cause) {
    if (auto inserted = insert_user(db, sign_up.user, sign_up.password_hash); !inserted) return inserted.error();
    begin_session(db, sign_up.user.id, sign_up.session, cause);
    publish(db, sign_up.user.id, "user.registered", sign_up.user.id.str(),
            to_json(sign_up.user, R"(,"registeredAt":")" + format_rfc3339(sign_up.user.created_at) + "\""), cause);
    return {};
  }

  static ApiToken read_token(const storage::sql::Statement& row) {
    ApiToken token;
    token.id = row.uuid(0);
    token.user = UserId{row.uuid(1)};
    token.name = row.text(2);
    std::string_view scopes = row.text(3);
    while (!scopes.empty()) {
      const auto space = std::min(scopes.find(' '), scopes.size());
      token.scopes.emplace_back(scopes.substr(0, space));
      scopes.remove_prefix(std::min(space + 1, scopes.size()));
    }
    token.created_at = row.instant(4);
    if (!row.is_null(5)) token.expires_at = row.instant(5);
    if (!row.is_null(6)) token.last_used_at = row.instant(6);
    return token;
  }

  /// Of the token that was made under the same key; its name, scopes and end stay.
  static Result<ApiToken> give_new_secret(Writer& db, const UserId& user, const std::string& id, const Sha256& hash,
                                          const Cause& cause) {
    for (auto& token : list_tokens(db, user)) {
      if (token.id.str() != id) continue;
      auto update = db.prepare("UPDATE identity_token SET hash = ? WHERE id = ?");
      update.bind_blob(1, as_chars(hash)).bind(2, token.id);
      update.run();
      publish_audit(db, user, "token-created", "allowed", R"({"tokenId":")" + id + R"(","again":true})", cause);
      return std::move(token);
    }
    return Error{Errc::not_found, "The token that was made with this Idempotency-Key was revoked; use a new key."};
  }

  static std::vector<ApiToken> list_tokens(storage::sql::Connection& db, const UserId& user) {
    auto rows = db.query(
        "SELECT id, user_id, name, scopes, created_at, expires_at, last_used_at FROM identity_token WHERE user_id = ? "
        "ORDER BY created_at",
        user);
    std::vector<ApiToken> tokens;
    while (rows.step()) tokens.push_back(read_token(rows));
    return tokens;
  }

  Database& database_;
  IdempotencyTable idempotency_{"identity"};
};

}  // namespace

std::unique_ptr<Store> make_sql_store(Database& database) { return std::make_unique<SqlStore>(database); }

}  // namespace daybook::identity
