#include "services/gateway/postgres_tickets.hpp"

#include "core/hash.hpp"

namespace daybook::gateway {
namespace {

using boost::asio::awaitable;
using storage::sql::Blob;
using storage::sql::Lane;
using storage::sql::Writer;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) (out += out.empty() ? "" : " ") += word;
  return out;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

awaitable<Result<std::string>> PostgresTickets::issue(Credential credential) {
  auto ticket = base64url_encode(random_bytes(24));
  auto change = [hash = sha256(ticket), credential = std::move(credential)](Writer& db) -> Result<> {
    std::optional<Instant> ends_at;
    if (credential.ends_at != Credential::kNever) ends_at = credential.ends_at;
    const auto& principal = *credential;
    db.run(
        "INSERT INTO gateway_ticket (hash, user_id, session, credential, ends_at, timezone, scopes, expires_at) VALUES "
        "(?, ?, ?, ?, ?, ?, ?, clock_timestamp() + ? * interval '1 second')",
        Blob{as_chars(hash)}, principal.user, principal.session, credential.id, ends_at, principal.timezone,
        joined(principal.scopes), kValid.count());
    return {};
  };
  const auto kept = co_await database_.write(Lane::foreground, std::move(change));
  if (!kept) co_return kept.error();
  co_return ticket;
}

awaitable<Result<Credential>> PostgresTickets::redeem(std::string ticket) {
  auto change = [hash = sha256(ticket)](Writer& db) -> Result<Credential> {
    // Whoever ended the session or the token since then wrote that to the log.
    auto row = db.query(
        "WITH used AS (DELETE FROM gateway_ticket WHERE hash = ? RETURNING *) SELECT user_id, session, timezone, "
        "scopes, credential, ends_at FROM used WHERE expires_at > clock_timestamp() AND NOT EXISTS (SELECT 1 FROM "
        "gateway_stream_log AS l "
        "WHERE l.concerns = 1 AND l.user_id = used.user_id AND l.appended_at > used.expires_at - interval '1 minute' "
        "AND (l.type = 'user.deleted' OR l.type = 'session.revoked' AND l.subject = used.credential::text))",
        Blob{as_chars(hash)});
    Credential out;
    if (!row.step()) return out;
    Principal principal;
    principal.user = UserId{row.uuid(0)};
    principal.session = SessionId{row.uuid(1)};
    principal.timezone = row.text(2);
    principal.scopes = split(row.text(3));
    out.id = row.uuid(4);
    if (!row.is_null(5)) out.ends_at = row.instant(5);
    out.principal = std::make_shared<const Principal>(std::move(principal));
    return out;
  };
  co_return co_await database_.write(Lane::foreground, std::move(change));
}

void PostgresTickets::revoke(const Uuid&) {}

awaitable<Result<>> PostgresTickets::prune() {
  auto change = [](Writer& db) -> Result<> {
    db.run("DELETE FROM gateway_ticket WHERE expires_at < clock_timestamp()");
    return {};
  };
  co_return co_await database_.write(Lane::background, std::move(change));
}

}  // namespace daybook::gateway
