#include "storage/postgres/database.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>

#include "core/fault_point.hpp"
#include "storage/postgres/error.hpp"
#include "storage/sql/handler_waiter.hpp"

namespace daybook::storage::postgres {
namespace {

namespace asio = boost::asio;

/// How often a closure is run again because others were in its way, and because the connection broke.
constexpr int kMostMeetings = 10;
constexpr int kMostLosses = 3;

std::uint64_t mix(std::uint64_t hash, std::string_view bytes) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return hash;
}
std::string_view bytes_of(const UserId& user) {
  return {reinterpret_cast<const char*>(user.value.bytes().data()), user.value.bytes().size()};
}

/// What a closure gets.
class Transaction final : public sql::Writer {
 public:
  Transaction(Session& session, const std::string& service) : session_(session), service_(service) {}

  int changes() override { return session_.changes(); }
  sql::Engine engine() const override { return sql::Engine::postgres; }

  CloudEvent append_event(CloudEvent event) override {
    if (event.id.is_nil()) event.id = EventId::make(event.time);
    if (event.correlation_id.empty()) event.correlation_id = event.id.str();
    const int shard = shard_of(event.user);
    if (event.sequence == 0) {
      // The row of the sequence is locked until the commit, so that events of one user become visible in their order.
      run("WITH next AS (INSERT INTO event_sequence AS s (user_id, source, last) VALUES (?2, ?4, 1) "
          "ON CONFLICT (user_id, source) DO UPDATE SET last = s.last + 1 RETURNING last) "
          "INSERT INTO outbox (id, user_id, shard, source, type, subject, time, dataschema, correlation_id, "
          "traceparent, data, sequence) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, last FROM next",
          event.id, event.user, shard, event.source, event.type, event.subject, event.time, event.dataschema,
          event.correlation_id, event.traceparent, event.data);
    } else {
      run("INSERT INTO outbox (id, user_id, shard, source, type, subject, time, dataschema, correlation_id, "
          "traceparent, data, sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          event.id, event.user, shard, event.source, event.type, event.subject, event.time, event.dataschema,
          event.correlation_id, event.traceparent, event.data, event.sequence);
    }
    effects().events.push_back(std::make_shared<const sql::LoggedEvent>(sql::LoggedEvent{0, event}));
    return event;
  }

  void lock(const UserId& user) override {
    const auto key = mix(mix(0xCBF29CE484222325ull, service_), bytes_of(user));
    run("SELECT pg_advisory_xact_lock(?)", static_cast<std::int64_t>(key));
  }

 protected:
  sql::Cursor* take(std::string_view statement) override { return session_.take(statement, service_); }

 private:
  Session& session_;
  const std::string& service_;
};

/// Runs `body` and notes its failure. Nothing parks inside of a handler: the fiber may not be left while an exception
/// is being handled, since the thread has one record of them.
template <class Body>
void noting(std::optional<PgError>& refused, Result<>& failed, Body body) {
  try {
    body();
  } catch (const PgError& error) {
    refused = error;
  } catch (const std::exception& error) {
    failed = Error{Errc::internal, error.what()};
  }
}

/// Leaves the session without a transaction, or closed.
void clean_up(Session& session) {
  std::optional<PgError> refused;
  Result<> failed;
  noting(refused, failed, [&] { session.sync(); });
  refused.reset();
  if (session.alive()) {
    noting(refused, failed, [&] {
      session.send("ROLLBACK");
      session.sync();
    });
  }
  if (refused) session.close();
}

template <class Job>
void complete(std::shared_ptr<Job> job) {
  auto executor = job->waiter->executor();
  asio::dispatch(executor, [job = std::move(job)] { job->waiter->resume(); });
}

}  // namespace

int shard_of(const UserId& user) {
  return static_cast<int>((mix(0xCBF29CE484222325ull, bytes_of(user)) >> 20) % kShards);
}

struct Database::Write {
  sql::Lane lane;
  std::shared_ptr<sql::WriteJob> job;
  int meetings = 0, losses = 0;

  // Of the attempt in flight.
  std::optional<PgError> refused;
  Result<> failed;
  bool committing = false;
  sql::Writer::Effects effects;
};

struct Database::Read {
  std::shared_ptr<sql::ReadJob> job;
  int losses = 0;
  std::optional<PgError> refused;
  Result<> failed;
};

Database::Database(Pool& pool, std::string service) : pool_(pool), service_(std::move(service)) {}
Database::~Database() = default;

void Database::on_commit(CommitListener listener) { listeners_.push_back(std::move(listener)); }

asio::awaitable<void> Database::submit_write(sql::Lane lane, std::shared_ptr<sql::WriteJob> job) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this, lane](auto handler, std::shared_ptr<sql::WriteJob> submitted) {
        submitted->waiter = std::make_unique<sql::HandlerWaiter<decltype(handler)>>(std::move(handler));
        auto write = std::make_shared<Write>();
        write->lane = lane;
        write->job = std::move(submitted);
        attempt(std::move(write));
      },
      asio::use_awaitable, std::move(job));
}

void Database::attempt(std::shared_ptr<Write> write) {
  pool_.take(write->lane, [this, write](Result<std::shared_ptr<Session>> session) {
    if (session) {
      run(write, std::move(*session));
      return;
    }
    write->job->outcome = session.error();
    ++counters_.failed;
    complete(std::move(write->job));
  });
}

void Database::run(std::shared_ptr<Write> write, std::shared_ptr<Session> session) {
  write->refused.reset();
  write->failed = {};
  write->committing = false;
  auto body = [this, write, session] {
    bool keep = false;
    noting(write->refused, write->failed, [&] {
      Transaction transaction(*session, service_);
      session->send("BEGIN");
      keep = write->job->run(transaction);
      if (keep) {
        write->effects = std::move(transaction.effects());
        fault_point("storage.before_commit");
        write->committing = true;
      }
      session->send(keep ? "COMMIT" : "ROLLBACK");
      session->sync();
      fault_point("storage.after_commit");
    });
    if (write->refused || !write->failed) clean_up(*session);
  };
  auto done = [this, write, session] {
    pool_.give_back(write->lane, session);
    ended(write);
  };
  session->run(std::move(body), std::move(done));
}

void Database::ended(std::shared_ptr<Write> write) {
  auto& job = *write->job;
  if (write->refused) {
    const auto& error = *write->refused;
    const bool lost = error.lost_connection();
    // What the server itself says in place of the answer to COMMIT means that it did not commit.
    const bool unknown = lost && error.state().empty() && write->committing;
    const bool again =
        error.met_another() ? ++write->meetings <= kMostMeetings : lost && !unknown && ++write->losses <= kMostLosses;
    if (again) {
      ++counters_.retries;
      static thread_local std::minstd_rand engine{std::random_device{}()};
      const int longest = lost ? 1 : std::min(200, 1 << write->meetings);
      auto timer = std::make_shared<asio::steady_timer>(
          pool_.executor(), std::chrono::milliseconds{std::uniform_int_distribution<int>(0, longest)(engine)});
      timer->async_wait([this, write, timer](auto failure) {
        if (!failure) attempt(write);
      });
      return;
    }
    job.outcome = error.to_error();
    if (unknown)
      job.outcome = Error{Errc::timeout,
                          "The connection to the database broke while the change was being saved: look whether it was, "
                          "or repeat it with the same Idempotency-Key"};
  } else if (!write->failed) {
    job.outcome = write->failed;
  }
  const bool committed = job.outcome && write->committing;
  ++(committed ? counters_.commits : counters_.failed);
  if (committed && (!write->effects.events.empty() || write->effects.earliest_timer != Instant::max()))
    for (const auto& listener : listeners_) listener(write->effects);
  complete(std::move(write->job));
}

asio::awaitable<void> Database::submit_read(std::shared_ptr<sql::ReadJob> job) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this](auto handler, std::shared_ptr<sql::ReadJob> submitted) {
        submitted->waiter = std::make_unique<sql::HandlerWaiter<decltype(handler)>>(std::move(handler));
        auto read = std::make_shared<Read>();
        read->job = std::move(submitted);
        attempt(std::move(read));
      },
      asio::use_awaitable, std::move(job));
}

void Database::attempt(std::shared_ptr<Read> read) {
  pool_.take(sql::Lane::foreground, [this, read](Result<std::shared_ptr<Session>> session) {
    if (session) {
      run(read, std::move(*session));
      return;
    }
    read->job->outcome = session.error();
    complete(std::move(read->job));
  });
}

void Database::run(std::shared_ptr<Read> read, std::shared_ptr<Session> session) {
  read->refused.reset();
  read->failed = {};
  auto body = [this, read, session] {
    noting(read->refused, read->failed, [&] {
      Transaction transaction(*session, service_);
      session->send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      read->job->run(transaction);
      session->send("COMMIT");
      session->sync();
    });
    if (read->refused || !read->failed) clean_up(*session);
  };
  auto done = [this, read, session] {
    pool_.give_back(sql::Lane::foreground, session);
    ++counters_.reads;
    if (read->refused) {
      // A read may always begin again.
      if (read->refused->lost_connection() && ++read->losses <= kMostLosses) {
        ++counters_.retries;
        attempt(read);
        return;
      }
      read->job->outcome = read->refused->to_error();
    } else if (!read->failed) {
      read->job->outcome = read->failed;
    }
    complete(std::move(read->job));
  };
  session->run(std::move(body), std::move(done));
}

}  // namespace daybook::storage::postgres
