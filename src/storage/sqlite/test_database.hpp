#pragma once

#include <stdlib.h>

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/event_groups.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::storage::sqlite {

/// A directory of a test's own, gone with it.
class TestDirectory {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "daybook-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp " + name);
    path_ = name;
  }
  TestDirectory(const TestDirectory&) = delete;
  ~TestDirectory() {
    std::error_code failure;
    std::filesystem::remove_all(path_, failure);
  }
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// Runs `work` on `loop` to its end and gives its result; what else the loop has to do goes on meanwhile.
template <class T>
T run_on(boost::asio::io_context& loop, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr thrown;
  boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr e, T value) {
    thrown = e;
    result.emplace(std::move(value));
  });
  loop.restart();
  while (!result && loop.run_one() > 0) {
  }
  if (thrown) std::rethrow_exception(thrown);
  if (!result) throw std::runtime_error("the loop has nothing left to do, and the coroutine did not end");
  return std::move(*result);
}

inline void run_on(boost::asio::io_context& loop, boost::asio::awaitable<void> work) {
  bool done = false;
  std::exception_ptr thrown;
  boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr e) {
    thrown = e;
    done = true;
  });
  loop.restart();
  while (!done && loop.run_one() > 0) {
  }
  if (thrown) std::rethrow_exception(thrown);
  if (!done) throw std::runtime_error("the loop has nothing left to do, and the coroutine did not end");
}

/// A database in a directory of its own with the shared primitives and `migrations`, and a loop to await it on. Where
/// the migrations are one service's, statements may touch that service's tables only (design, "Roles").
class TestDatabase {
 public:
  explicit TestDatabase(std::vector<Migration> migrations = {}, DatabaseOptions options = {})
      : migrations_(std::move(migrations)), options_(std::move(options)) {
    const auto is_first = [this](const Migration& m) { return m.service == migrations_.front().service; };
    if (options_.only_service.empty() && !migrations_.empty() && std::ranges::all_of(migrations_, is_first))
      options_.only_service = migrations_.front().service;
    migrations_.insert(migrations_.begin(), {event_log_migration(), inbox_migration(), event_group_migration()});
    if (options_.path.empty()) options_.path = directory_.file("test.db");
    reopen();
  }

  Database& operator*() { return *database_; }
  Database* operator->() { return database_.get(); }
  boost::asio::io_context& loop() { return loop_; }
  const TestDirectory& directory() const { return directory_; }

  template <class T>
  T run(boost::asio::awaitable<T> work) {
    return run_on(loop_, std::move(work));
  }
  template <class F>
  auto write(F change, Lane lane = Lane::foreground) {
    return run(database_->write(lane, std::move(change)));
  }
  template <class F>
  auto read(F query) {
    return run(database_->read(std::move(query)));
  }
  /// Every event in the log, oldest first.
  std::vector<CloudEvent> events() {
    auto logged = read([](Reader& db) -> Result<std::vector<LoggedEvent>> { return read_events(db, 0, 1'000'000); });
    std::vector<CloudEvent> events;
    for (auto& each : logged.value()) events.push_back(std::move(each.event));
    return events;
  }
  /// As a restart of the process: closes the file and opens it again.
  void reopen() {
    database_.reset();
    auto opened = Database::open(options_, migrations_);
    if (!opened) throw std::runtime_error(opened.error().detail);
    database_ = std::move(*opened);
  }
  void close() { database_.reset(); }

 private:
  TestDirectory directory_;
  boost::asio::io_context loop_;
  std::vector<Migration> migrations_;
  DatabaseOptions options_;
  std::unique_ptr<Database> database_;
};

}  // namespace daybook::storage::sqlite
