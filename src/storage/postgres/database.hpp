#pragma once

#include <memory>
#include <string>

#include "storage/postgres/pool.hpp"
#include "storage/sql/database.hpp"

namespace daybook::storage::postgres {

/// Users are spread over so many shards; a relay holds some of them (relay.hpp). Written in every outbox row, so it
/// never changes.
inline constexpr int kShards = 64;
int shard_of(const UserId& user);

/// The schema of one service in a PostgreSQL database, reached through a pool that services may share. A write runs at
/// READ COMMITTED and locks the users it works for (sql::Writer::lock); when it meets another one all the same, or the
/// connection breaks before the commit, it is run again. A read sees one snapshot. `append_event` writes to the
/// service's outbox and leaves `sequence` to the server. Used on the one thread of the pool's executor.
class Database final : public sql::Database {
 public:
  Database(Pool& pool, std::string service);
  ~Database() override;

  void on_commit(CommitListener listener) override;
  sql::Engine engine() const override { return sql::Engine::postgres; }
  Pool& pool() { return pool_; }
  const std::string& service() const { return service_; }

  struct Counters {
    std::uint64_t commits = 0;
    std::uint64_t reads = 0;
    std::uint64_t failed = 0;
    std::uint64_t retries = 0;  ///< Closures that were run again.
  };
  const Counters& counters() const { return counters_; }

 protected:
  boost::asio::awaitable<void> submit_write(sql::Lane lane, std::shared_ptr<sql::WriteJob> job) override;
  boost::asio::awaitable<void> submit_read(std::shared_ptr<sql::ReadJob> job) override;

 private:
  struct Write;
  struct Read;
  void attempt(std::shared_ptr<Write> write);
  void run(std::shared_ptr<Write> write, std::shared_ptr<Session> session);
  void ended(std::shared_ptr<Write> write);
  void attempt(std::shared_ptr<Read> read);
  void run(std::shared_ptr<Read> read, std::shared_ptr<Session> session);

  Pool& pool_;
  std::string service_;
  std::vector<CommitListener> listeners_;
  Counters counters_;
};

}  // namespace daybook::storage::postgres
