#pragma once

#include <map>
#include <memory>
#include <string>

#include "storage/sqlite/test_database.hpp"

#ifdef DAYBOOK_TESTS_ON_POSTGRES
#include "services/analytics/module.hpp"
#include "services/chat/module.hpp"
#include "services/scheduler/module.hpp"
#include "services/tasks/module.hpp"
#include "storage/postgres/database.hpp"
#include "storage/postgres/migrations.hpp"
#include "storage/postgres/relay.hpp"
#include "storage/postgres/test_server.hpp"
#endif

namespace daybook::testing_world {

#ifndef DAYBOOK_TESTS_ON_POSTGRES

/// Where a world's services keep their tables: with the event log, in one file.
class WorldTables {
 public:
  explicit WorldTables(storage::sqlite::TestDatabase& log) : log_(log) {}
  storage::sql::Database& of(const std::string&) { return *log_; }
  void reopen() {}
  /// Takes what was written to the log; how many events.
  int pump() { return 0; }

 private:
  storage::sqlite::TestDatabase& log_;
};

#else

/// Where a world's services keep their tables: compiled a second time (tests/postgres), in a PostgreSQL database of its
/// own, a schema a service; relays take what they wrote to the log.
class WorldTables {
 public:
  explicit WorldTables(storage::sqlite::TestDatabase& log) : log_(log) {
    url_ = test::PostgresServer::instance()->make_database("world", make_schemas);
    open();
  }
  ~WorldTables() {
    close();
    test::PostgresServer::instance()->drop_database(url_);
  }
  storage::sql::Database& of(const std::string& service) { return *databases_.at(service); }
  void reopen() {
    close();
    open();
  }
  int pump() {
    int all = 0;
    for (auto& [service, relay] : relays_) {
      if (!log_.run(relay->renew())) throw std::runtime_error("no lease");
      for (int published = 1; published > 0; all += published) published = log_.run(relay->publish_once()).value();
    }
    return all;
  }

 private:
  static std::vector<storage::postgres::Schema> schemas() {
    return {{"tasks", tasks::sql_migrations(), tasks::postgres_steps()},
            {"scheduler", scheduler::sql_migrations()},
            {"chat", chat::sql_migrations()},
            {"analytics", analytics::sql_migrations()}};
  }
  static void make_schemas(const std::string& url) { storage::postgres::migrate(url, schemas()).value(); }

  void open() {
    storage::postgres::PoolOptions options;
    options.session.url = url_;
    pool_ = std::make_unique<storage::postgres::Pool>(log_.loop().get_executor(), options);
    for (const auto& schema : schemas()) {
      auto& database = databases_[schema.service];
      database = std::make_unique<storage::postgres::Database>(*pool_, schema.service);
      if (schema.service == "analytics") continue;
      relays_[schema.service] = std::make_unique<storage::postgres::Relay>(
          *database, [this](std::vector<CloudEvent> events) { return append(std::move(events)); });
    }
  }
  void close() {
    for (auto& [service, relay] : relays_) log_.run(relay->resign());
    relays_.clear();
    log_.run(pool_->stop());
    databases_.clear();
    pool_.reset();
  }
  boost::asio::awaitable<std::vector<Result<> > > append(std::vector<CloudEvent> events) {
    const auto count = events.size();
    auto change = [events = std::move(events)](storage::sqlite::Writer& db) -> Result<> {
      for (const auto& event : events) db.append_event(event);
      return {};
    };
    const auto appended = co_await log_->write(storage::sqlite::Lane::background, std::move(change));
    co_return std::vector<Result<> >(count, appended);
  }

  storage::sqlite::TestDatabase& log_;
  std::string url_;
  std::unique_ptr<storage::postgres::Pool> pool_;
  std::map<std::string, std::unique_ptr<storage::postgres::Database> > databases_;
  std::map<std::string, std::unique_ptr<storage::postgres::Relay> > relays_;
};

#endif

}  // namespace daybook::testing_world
