#include "storage/postgres/libpq.hpp"

namespace daybook::storage::postgres {

std::string trimmed(const char* text) {
  std::string out = text ? text : "";
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  for (auto& c : out)
    if (c == '\n') c = ' ';
  return out;
}

PgError error_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  // Not the detail, which quotes values.
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return {state ? state : "", trimmed(message ? message : PQresultErrorMessage(result))};
}

Error connect_error(const PGconn* connection) {
  const std::string message = trimmed(PQerrorMessage(connection));
  const auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  // libpq gives no SQLSTATE here.
  if (says("certificate") || (says("SSL") && !says("SSL SYSCALL")) || says("does not match host name"))
    return {
        Errc::misconfigured,
        "The connection to the database cannot be secured. Check sslmode, that sslrootcert names the CA that signed "
        "the server's certificate, and that this is for the host's name (" +
            message + ")"};
  const bool refused = says("authentication failed") || says("does not exist") || says("no pg_hba.conf entry") ||
                       says("no password supplied") || says("invalid");
  return PgError(refused ? "28000" : "", message).to_error();
}

}  // namespace daybook::storage::postgres
