#include "services/identity/sql_rows.hpp"

#include "core/json.hpp"
#include "services/identity/sql_store.hpp"

namespace daybook::identity {

using storage::sql::Connection;
using storage::sql::Statement;
using storage::sql::Writer;

#define DAYBOOK_USER_COLUMNS                                                                              \
  "id, email, name, timezone, all_day_reminder_minutes, week_start, date_order, password_hash, version, " \
  "created_at, updated_at"

namespace {

std::optional<Credentials> read_credentials(Statement row) {
  if (!row.step()) return std::nullopt;
  Credentials found;
  auto& user = found.user;
  user.id = UserId{row.uuid(0)};
  user.email = row.text(1);
  if (!row.is_null(2)) user.name = row.text(2);
  user.timezone = row.text(3);
  user.preferences.all_day_reminder_time = std::chrono::minutes{row.integer(4)};
  user.preferences.week_start = row.text(5);
  user.preferences.date_order = row.text(6);
  found.password_hash = row.text(7);
  user.version = row.integer(8);
  user.created_at = row.instant(9);
  user.updated_at = row.instant(10);
  return found;
}

constexpr auto kKeepEnded = std::chrono::hours{24};
constexpr int kPurgeSlice = 64;

}  // namespace

std::optional<Credentials> load_credentials(Connection& db, const UserId& user) {
  return read_credentials(
      db.query("SELECT " DAYBOOK_USER_COLUMNS " FROM identity_user WHERE id = ? AND deleted_at IS NULL", user));
}

std::optional<Credentials> load_credentials_by_email(Connection& db, std::string_view key) {
  return read_credentials(db.query("SELECT " DAYBOOK_USER_COLUMNS " FROM identity_user WHERE email_key = ?", key));
}

bool email_is_taken(Connection& db, const std::string& email, const UserId& by_other_than) {
  return db.query("SELECT 1 FROM identity_user WHERE email_key = ? AND id <> ?", email_key(email), by_other_than)
      .step();
}

Result<> insert_user(Writer& db, const User& user, const std::string& password_hash) {
  if (email_is_taken(db, user.email, UserId{}))
    return Error{Errc::conflict, "Sign in instead, or register with another address.", "email-taken"};
  db.run(
      "INSERT INTO identity_user (id, email, email_key, name, timezone, all_day_reminder_minutes, week_start, "
      "date_order, password_hash, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      user.id, user.email, email_key(user.email), user.name, user.timezone,
      std::int64_t{user.preferences.all_day_reminder_time.count()}, user.preferences.week_start,
      user.preferences.date_order, password_hash, user.version, user.created_at, user.updated_at);
  return {};
}

void update_user(Writer& db, const User& user) {
  db.run(
      "UPDATE identity_user SET email = ?, email_key = ?, name = ?, timezone = ?, all_day_reminder_minutes = ?, "
      "week_start = ?, date_order = ?, version = ?, updated_at = ? WHERE id = ?",
      user.email, email_key(user.email), user.name, user.timezone,
      std::int64_t{user.preferences.all_day_reminder_time.count()}, user.preferences.week_start,
      user.preferences.date_order, user.version, user.updated_at, user.id);
}

void begin_session(Writer& db, const UserId& user, const NewSession& session, const Cause& cause) {
  db.run("INSERT INTO identity_session (id, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)", session.id, user,
         cause.now, session.expires_at);
  auto refresh = db.prepare("INSERT INTO identity_refresh (hash, session_id) VALUES (?, ?)");
  refresh.bind_blob(1, as_chars(session.refresh_hash)).bind(2, session.id);
  refresh.run();
}

bool revoke_session(Writer& db, const SessionId& session, std::string_view reason, const Cause& cause) {
  UserId user;
  {
    auto row = db.query("SELECT user_id FROM identity_session WHERE id = ? AND revoked_at IS NULL", session);
    if (!row.step()) return false;
    user = UserId{row.uuid(0)};
  }
  db.run("UPDATE identity_session SET revoked_at = ? WHERE id = ?", cause.now, session);
  db.run("DELETE FROM identity_refresh WHERE session_id = ?", session);
  publish(db, user, "session.revoked", session.str(),
          R"({"sessionId":")" + session.str() + R"(","reason":")" + std::string(reason) + R"(","revokedAt":")" +
              format_rfc3339(cause.now) + "\"}",
          cause);
  return true;
}

void revoke_sessions(Writer& db, const UserId& user, const SessionId& keep, std::string_view reason,
                     const Cause& cause) {
  std::vector<SessionId> open;
  {
    auto rows = db.query("SELECT id FROM identity_session WHERE user_id = ? AND revoked_at IS NULL", user);
    while (rows.step()) open.emplace_back(rows.uuid(0));
  }
  for (const auto& session : open)
    if (session != keep) revoke_session(db, session, reason, cause);
}

void purge_sessions(Writer& db, Instant now) {
  std::vector<SessionId> ended;
  {
    auto rows = db.query("SELECT id FROM identity_session WHERE expires_at < ? ORDER BY expires_at LIMIT ?",
                         now - kKeepEnded, kPurgeSlice);
    while (rows.step()) ended.emplace_back(rows.uuid(0));
  }
  for (const auto& session : ended) {
    db.run("DELETE FROM identity_refresh WHERE session_id = ?", session);
    db.run("DELETE FROM identity_session WHERE id = ?", session);
  }
}

void publish(Writer& db, const UserId& user, std::string type, std::string subject, std::string data,
             const Cause& cause) {
  CloudEvent event;
  event.source = "/daybook/identity";
  event.dataschema = "urn:daybook:schema:" + type + ":1";
  event.type = std::move(type);
  event.subject = std::move(subject);
  event.time = cause.now;
  event.user = user;
  event.correlation_id = cause.correlation_id;
  event.traceparent = cause.traceparent;
  event.data = std::move(data);
  storage::sql::append_event(db, std::move(event));
}

CloudEvent snapshot_of(const User& user, Instant now) {
  CloudEvent event;
  event.source = "/daybook/identity";
  event.type = "user.snapshot";
  event.dataschema = "urn:daybook:schema:user.snapshot:1";
  event.subject = user.id.str();
  event.id = snapshot_id(event.type, user.id.value, user.version);
  event.time = now;
  event.user = user.id;
  event.data = to_json(user);
  return event;
}

void publish_audit(Writer& db, const UserId& user, std::string_view action, std::string_view outcome,
                   std::string_view details_json, const Cause& cause) {
  std::string data = R"({"action":)";
  append_json_string(data, action);
  data += R"(,"outcome":)";
  append_json_string(data, outcome);
  data.append(R"(,"details":)").append(details_json).append("}");
  publish(db, user, "security.audited", user.str(), std::move(data), cause);
}

void publish_authenticated(Writer& db, const UserId& user, const SessionId& session, std::string_view method,
                           const Cause& cause) {
  publish(db, user, "user.authenticated", user.str(),
          R"({"id":")" + user.str() + R"(","sessionId":")" + session.str() + R"(","method":")" + std::string(method) +
              R"(","authenticatedAt":")" + format_rfc3339(cause.now) + "\"}",
          cause);
}

std::vector<UserId> erased_users(storage::sql::Connection& db) {
  std::vector<UserId> out;
  auto rows = db.query("SELECT id FROM identity_user WHERE deleted_at IS NOT NULL ORDER BY deleted_at");
  while (rows.step()) out.push_back(UserId{rows.uuid(0)});
  return out;
}

}  // namespace daybook::identity
