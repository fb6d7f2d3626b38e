#pragma once

#include "services/identity/store.hpp"
#include "storage/sql/connection.hpp"

namespace daybook::identity {

// The pieces that the use cases of sqlite_store.cpp are made of.

std::optional<Credentials> load_credentials(storage::sql::Connection& db, const UserId& user);
std::optional<Credentials> load_credentials_by_email(storage::sql::Connection& db, std::string_view email_key);
/// Errors: conflict, slug "email-taken".
Result<> insert_user(storage::sql::Writer& db, const User& user, const std::string& password_hash);
void update_user(storage::sql::Writer& db, const User& user);
bool email_is_taken(storage::sql::Connection& db, const std::string& email, const UserId& by_other_than);

void begin_session(storage::sql::Writer& db, const UserId& user, const NewSession& session, const Cause& cause);
/// Ends the session and publishes session.revoked; false if it had ended before.
bool revoke_session(storage::sql::Writer& db, const SessionId& session, std::string_view reason, const Cause& cause);
/// Ends all of the user's sessions but `keep`.
void revoke_sessions(storage::sql::Writer& db, const UserId& user, const SessionId& keep, std::string_view reason,
                     const Cause& cause);
/// Deletes some sessions that have long expired.
void purge_sessions(storage::sql::Writer& db, Instant now);

void publish(storage::sql::Writer& db, const UserId& user, std::string type, std::string subject, std::string data,
             const Cause& cause);
/// The account as it is now (design, rule 15).
CloudEvent snapshot_of(const User& user, Instant now);
void publish_audit(storage::sql::Writer& db, const UserId& user, std::string_view action, std::string_view outcome,
                   std::string_view details_json, const Cause& cause);
void publish_authenticated(storage::sql::Writer& db, const UserId& user, const SessionId& session,
                           std::string_view method, const Cause& cause);

}  // namespace daybook::identity
