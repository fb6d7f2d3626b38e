// The contract of the tasks' store, kept by PostgreSQL.

#include "services/tasks/module.hpp"
#include "services/tasks/store_contract.hpp"
#include "storage/postgres/test_database.hpp"

namespace daybook::tasks {

namespace {
void make_schema(const std::string& url) {
  storage::postgres::migrate(url, {{"tasks", sql_migrations(), postgres_steps()}}).value();
}
}  // namespace

/// Few open tasks are allowed, so that the quota is reached.
class PostgresBackend {
 public:
  TaskStore& store() { return *store_; }
  template <class T>
  T run(boost::asio::awaitable<T> work) {
    return db_.run(std::move(work));
  }
  std::vector<CloudEvent> events() { return db_.events(); }
  void reopen() {
    db_.reopen();
    store_ = make_sql_store(*db_, kLimits);
  }

 private:
  static constexpr StoreLimits kLimits{5, 10};
  test::PostgresDatabase db_{"tasks", make_schema};
  std::unique_ptr<TaskStore> store_ = make_sql_store(*db_, kLimits);
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, TaskStoreContract, PostgresBackend);

}  // namespace daybook::tasks
