#include "services/tasks/sql_store.hpp"

#include "services/tasks/module.hpp"
#include "services/tasks/store_contract.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::tasks {

using storage::sqlite::TestDatabase;

/// Few open tasks are allowed, so that the quota is reached.
class SqliteBackend {
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
  TestDatabase db_{sql_migrations()};
  std::unique_ptr<TaskStore> store_ = make_sql_store(*db_, kLimits);
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, TaskStoreContract, SqliteBackend);

}  // namespace daybook::tasks
