#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "storage/postgres/database.hpp"
#include "storage/postgres/migrations.hpp"
#include "storage/postgres/test_server.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::test {

/// A database of a test's own with one service's schema, a pool to it, and a loop to await it on.
class PostgresDatabase {
 public:
  PostgresDatabase(const std::string& service, void (*make_schema)(const std::string& url),
                   storage::postgres::PoolOptions options = {})
      : PostgresDatabase(service, service, make_schema, std::move(options)) {}
  /// `kind`: what tells this schema from others of the same service.
  PostgresDatabase(const std::string& kind, const std::string& service, void (*make_schema)(const std::string& url),
                   storage::postgres::PoolOptions options = {})
      : service_(service), options_(std::move(options)) {
    url_ = PostgresServer::instance()->make_database(kind, make_schema);
    options_.session.url = url_;
    reopen();
  }
  ~PostgresDatabase() {
    close();
    if (PostgresServer::instance()) PostgresServer::instance()->drop_database(url_);
  }

  storage::postgres::Database& operator*() { return *database_; }
  storage::postgres::Database* operator->() { return database_.get(); }
  storage::postgres::Pool& pool() { return *pool_; }
  boost::asio::io_context& loop() { return loop_; }
  const std::string& url() const { return url_; }

  template <class T>
  T run(boost::asio::awaitable<T> work) {
    return storage::sqlite::run_on(loop_, std::move(work));
  }
  void run(boost::asio::awaitable<void> work) { storage::sqlite::run_on(loop_, std::move(work)); }
  template <class F>
  auto write(F change, storage::sql::Lane lane = storage::sql::Lane::foreground) {
    return run(database_->write(lane, std::move(change)));
  }
  template <class F>
  auto read(F query) {
    return run(database_->read(std::move(query)));
  }
  /// Every event in the outbox, oldest first.
  std::vector<CloudEvent> events() {
    auto query = [](storage::sql::Reader& db) -> Result<std::vector<CloudEvent>> {
      std::vector<CloudEvent> out;
      auto rows = db.query(
          "SELECT id, source, type, subject, time, dataschema, user_id, sequence, correlation_id, traceparent, data "
          "FROM outbox ORDER BY position");
      while (rows.step()) {
        CloudEvent event;
        event.id = EventId{rows.uuid(0)};
        event.source = rows.text(1);
        event.type = rows.text(2);
        event.subject = rows.text(3);
        event.time = rows.instant(4);
        event.dataschema = rows.text(5);
        event.user = UserId{rows.uuid(6)};
        event.sequence = rows.integer(7);
        event.correlation_id = rows.text(8);
        event.traceparent = rows.text(9);
        event.data = rows.text(10);
        out.push_back(std::move(event));
      }
      return out;
    };
    return read(std::move(query)).value();
  }
  /// As a restart of the process.
  void reopen() {
    close();
    pool_ = std::make_unique<storage::postgres::Pool>(loop_.get_executor(), options_);
    database_ = std::make_unique<storage::postgres::Database>(*pool_, service_);
  }

 private:
  void close() {
    if (!pool_) return;
    run(pool_->stop());
    database_.reset();
    pool_.reset();
  }

  std::string service_, url_;
  storage::postgres::PoolOptions options_;
  boost::asio::io_context loop_;
  std::unique_ptr<storage::postgres::Pool> pool_;
  std::unique_ptr<storage::postgres::Database> database_;
};

/// What a service's schema has on PostgreSQL alone, for tests that run on both; filled in before main().
inline std::map<std::string, std::vector<std::string>> postgres_steps_of;

/// Takes what sqlite::TestDatabase takes, for tests that run on both.
class PostgresServiceDatabase : public PostgresDatabase {
 public:
  explicit PostgresServiceDatabase(std::vector<storage::sql::Migration> migrations,
                                   const storage::sqlite::DatabaseOptions& = {})
      : PostgresDatabase(remember(std::move(migrations)), &make_remembered) {}

 private:
  static inline storage::postgres::Schema schema_;
  static std::string remember(std::vector<storage::sql::Migration> migrations) {
    schema_.service = migrations.front().service;
    schema_.migrations = std::move(migrations);
    schema_.plain = postgres_steps_of[schema_.service];
    return schema_.service;
  }
  static void make_remembered(const std::string& url) { storage::postgres::migrate(url, {schema_}).value(); }
};

}  // namespace daybook::test
