#include "storage/postgres/migrations.hpp"

#include <map>
#include <memory>

#include "storage/postgres/dialect.hpp"
#include "storage/postgres/libpq.hpp"

namespace daybook::storage::postgres {
namespace {

/// "daybook" in ASCII: who migrates holds it.
constexpr const char* kLock = "SELECT pg_advisory_lock(28254600870620011)";

ConnectionPtr connect(const std::string& url) {
  const char* keywords[] = {"dbname", "connect_timeout", "fallback_application_name", nullptr};
  const char* values[] = {url.c_str(), "10", "daybook migrate", nullptr};
  ConnectionPtr connection(PQconnectdbParams(keywords, values, 1));
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

ResultPtr run(PGconn* connection, const std::string& sql, const std::vector<std::string>& values = {}) {
  std::vector<const char*> parameters;
  for (const auto& value : values) parameters.push_back(value.c_str());
  ResultPtr result(values.empty() ? PQexec(connection, sql.c_str())
                                  : PQexecParams(connection, sql.c_str(), static_cast<int>(values.size()), nullptr,
                                                 parameters.data(), nullptr, nullptr, 0));
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    throw PgError(state ? state : "", PQresultErrorMessage(result.get()));
  }
  return result;
}

/// In the order in which they are to run. The tables that services share come first.
std::vector<sql::Migration> steps_of(const Schema& schema) {
  const std::string s = schema.service;
  std::vector<sql::Migration> steps;
  steps.push_back({s + ".shared", 1, R"(
    CREATE TABLE inbox (consumer TEXT NOT NULL, event_id UUID NOT NULL, PRIMARY KEY (consumer, event_id));
    CREATE TABLE event_sequence (
      user_id UUID NOT NULL, source TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (user_id, source))
      WITH (fillfactor = 70);
    CREATE TABLE outbox (
      position INTEGER PRIMARY KEY AUTOINCREMENT, shard smallint NOT NULL, id UUID NOT NULL, user_id UUID NOT NULL,
      source TEXT NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, time INTEGER NOT NULL, dataschema TEXT NOT NULL,
      sequence INTEGER NOT NULL, correlation_id TEXT NOT NULL, traceparent TEXT NOT NULL, data TEXT NOT NULL,
      appended_at timestamptz NOT NULL DEFAULT clock_timestamp(), retry_at timestamptz);
    CREATE INDEX outbox_shard ON outbox (shard, position);
    CREATE TABLE dead_letter (
      id INTEGER PRIMARY KEY AUTOINCREMENT, consumer TEXT NOT NULL, topic TEXT NOT NULL, event_id UUID NOT NULL,
      event TEXT NOT NULL, reason TEXT NOT NULL, tries INTEGER NOT NULL, parked_at INTEGER NOT NULL,
      UNIQUE (consumer, event_id));
    CREATE TABLE relay_member (owner UUID PRIMARY KEY, until timestamptz NOT NULL);
    CREATE TABLE relay_lease (
      shard smallint PRIMARY KEY, owner UUID NOT NULL, until timestamptz NOT NULL);
  )"});
  for (const auto& step : schema.migrations) steps.push_back(step);
  int number = 0;
  for (const auto& sql : schema.plain) steps.push_back({s + ".plain", ++number, sql});
  return steps;
}

int migrate_schema(PGconn* connection, const Schema& schema) {
  std::map<std::string, int> applied, known;
  const auto steps = steps_of(schema);
  for (const auto& step : steps) known[step.service] = std::max(known[step.service], step.number);
  run(connection, "CREATE SCHEMA IF NOT EXISTS " + schema.service);
  const auto rows = run(connection, "SELECT service, number, needs FROM daybook.schema_migration ORDER BY number");
  for (int row = 0; row < PQntuples(rows.get()); ++row) {
    const std::string service = PQgetvalue(rows.get(), row, 0);
    const int number = std::atoi(PQgetvalue(rows.get(), row, 1)), needs = std::atoi(PQgetvalue(rows.get(), row, 2));
    applied[service] = number;
    const auto own = known.find(service);
    if (own != known.end() && needs > own->second)
      throw PgError("28000", "the database was changed by a newer Daybook (" + service + " schema " +
                                 std::to_string(number) + "; this program knows " + std::to_string(own->second) +
                                 "): start the newer version");
  }
  int ran = 0;
  for (const auto& step : steps) {
    if (step.number <= applied[step.service]) continue;
    run(connection, "BEGIN");
    try {
      run(connection, translate(step.sql, schema.service));
      run(connection, "INSERT INTO daybook.schema_migration (service, number, needs) VALUES ($1, $2, $3)",
          {step.service, std::to_string(step.number), std::to_string(step.needs)});
      run(connection, "COMMIT");
    } catch (const PgError& error) {
      PQclear(PQexec(connection, "ROLLBACK"));
      throw PgError(error.state(),
                    "migration " + step.service + "/" + std::to_string(step.number) + ": " + error.what());
    }
    ++ran;
  }
  return ran;
}

}  // namespace

Result<int> migrate(const std::string& url, const std::vector<Schema>& schemas, Unfinished unfinished) {
  const auto connection = connect(url);
  if (PQstatus(connection.get()) != CONNECTION_OK) return connect_error(connection.get());
  try {
    run(connection.get(), kLock);
    run(connection.get(), R"(CREATE SCHEMA IF NOT EXISTS daybook; CREATE TABLE IF NOT EXISTS daybook.schema_migration (
      service text NOT NULL, number int NOT NULL, needs int NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (service, number)); CREATE TABLE IF NOT EXISTS daybook.promotion (source text PRIMARY KEY,
      began_at timestamptz NOT NULL DEFAULT clock_timestamp(), done_at timestamptz))");
    const auto promotion = run(connection.get(), "SELECT 1 FROM daybook.promotion WHERE done_at IS NULL");
    if (unfinished == Unfinished::refused && PQntuples(promotion.get()) > 0)
      return Error{Errc::misconfigured,
                   "Data is being moved into this database, and that was not finished: run daybook migrate --from … "
                   "--to … again until it says so."};
    int ran = 0;
    for (const auto& schema : schemas) ran += migrate_schema(connection.get(), schema);
    return ran;
  } catch (const PgError& error) {
    return error.to_error();
  }
}

Result<> run_statements(const std::string& url, const std::string& sql) {
  const auto connection = connect(url);
  if (PQstatus(connection.get()) != CONNECTION_OK) return connect_error(connection.get());
  try {
    run(connection.get(), sql);
    return {};
  } catch (const PgError& error) {
    return error.to_error();
  }
}

}  // namespace daybook::storage::postgres
