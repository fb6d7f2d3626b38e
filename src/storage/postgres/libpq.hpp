#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

#include "storage/postgres/error.hpp"

// What the files that call libpq share; no other file includes it.
namespace daybook::storage::postgres {

struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, FreeResult>;
struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using ConnectionPtr = std::unique_ptr<PGconn, FinishConnection>;

/// A message of libpq's on one line.
std::string trimmed(const char* text);
PgError error_of(const PGresult* result);
/// Why no connection was made: unavailable, or misconfigured where another try would end the same way.
Error connect_error(const PGconn* connection);

}  // namespace daybook::storage::postgres
