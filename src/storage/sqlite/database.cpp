#include "storage/sqlite/database.hpp"

#include <sqlite3.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "core/fault_point.hpp"
#include "storage/sql/handler_waiter.hpp"
#include "storage/sqlite/authorizer.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/checkpointer.hpp"
#include "storage/sqlite/file_lock.hpp"
#include "storage/sqlite/lanes.hpp"
#include "storage/sqlite/migrations.hpp"

namespace daybook::storage::sqlite {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

template <class Job>
using Jobs = std::vector<std::shared_ptr<Job>>;

/// Resumes in order; if one throws, the others still resume.
template <class Job>
void resume_all(Jobs<Job> jobs) {
  std::size_t next = 0;
  try {
    for (; next < jobs.size(); ++next) jobs[next]->waiter->resume();
  } catch (...) {
    Jobs<Job> rest(jobs.begin() + static_cast<std::ptrdiff_t>(next) + 1, jobs.end());
    if (!rest.empty()) {
      auto executor = rest.front()->waiter->executor();
      asio::post(executor, [rest = std::move(rest)]() mutable { resume_all(std::move(rest)); });
    }
    throw;
  }
}

/// Hands finished jobs to their executors: one wake-up an executor, not one a job.
template <class Job>
void complete(Jobs<Job> jobs) {
  while (!jobs.empty()) {
    const auto executor = jobs.front()->waiter->executor();
    Jobs<Job> alike, others;
    alike.reserve(jobs.size());
    for (auto& job : jobs) (job->waiter->executor() == executor ? alike : others).push_back(std::move(job));
    asio::post(executor, [alike = std::move(alike)]() mutable { resume_all(std::move(alike)); });
    jobs = std::move(others);
  }
}

/// Runs `body` and gives its failure, if it throws, as an Error.
template <class Body>
Result<> catching(Body body) {
  try {
    body();
    return {};
  } catch (const SqliteError& error) {
    return error.to_error();
  } catch (const std::exception& error) {
    return Error{Errc::internal, error.what()};
  }
}

const Error& stopping() {
  static const Error error{Errc::unavailable, "The server is stopping; try again in a moment"};
  return error;
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(DatabaseOptions options, FileLock lock) : options_(std::move(options)), lock_(std::move(lock)) {}
  ~SqliteDatabase() override { stop(); }

  Result<> start(std::vector<Migration> migrations);

  void on_commit(CommitListener listener) override {
    std::lock_guard guard(listeners_mutex_);
    listeners_.push_back(std::move(listener));
  }
  void stop() override;
  Result<> backup(const std::string& path) override { return copy_database(options_.path, path); }
  const std::string& backup_before_migration() const override { return migration_backup_; }
  const std::string& path() const override { return options_.path; }
  Counters counters() const override;

 protected:
  asio::awaitable<void> submit_write(Lane lane, std::shared_ptr<WriteJob> job) override;
  asio::awaitable<void> submit_read(std::shared_ptr<ReadJob> job) override;

 private:
  void run_writer();
  void run_batch(Jobs<WriteJob>& batch);
  bool run_write(WriteJob& job);
  void tell_listeners();
  void run_reader(Reader& db);

  const DatabaseOptions options_;
  FileLock lock_;
  std::string migration_backup_;
  std::unique_ptr<FileConnection> writer_;
  std::vector<std::unique_ptr<FileConnection>> readers_;
  std::unique_ptr<Checkpointer> checkpointer_;

  mutable std::mutex write_mutex_;
  std::condition_variable write_ready_;
  Lanes lanes_;
  bool writer_waits_ = false;
  bool stop_writes_ = false;

  mutable std::mutex read_mutex_;
  std::condition_variable read_ready_;
  std::deque<std::shared_ptr<ReadJob>> reads_;
  int idle_readers_ = 0;
  bool stop_reads_ = false;

  std::mutex listeners_mutex_;
  std::vector<CommitListener> listeners_;

  std::atomic<std::uint64_t> commits_{0}, closures_{0}, failed_{0}, read_count_{0};
  std::thread writer_thread_;
  std::vector<std::thread> reader_threads_;
};

Result<> SqliteDatabase::start(std::vector<Migration> migrations) {
  auto opened = catching([&] {
    writer_ = FileConnection::open_writer(options_.path, FileConnection::Mode::create);
    // 16 MiB of cache hold the pages that every batch touches. The log is synced at each commit (FULL); checkpoints run
    // on the checkpointer's connection.
    writer_->exec(
        "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
        "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA foreign_keys = OFF;");
    if (options_.max_pages > 0) writer_->exec("PRAGMA max_page_count = " + std::to_string(options_.max_pages));
  });
  if (!opened) return opened;
  Result<std::string> migrated = std::string{};
  opened = catching([&] { migrated = migrate(*writer_, options_.path, std::move(migrations)); });
  if (!opened) return opened;
  if (!migrated) return migrated.error();
  migration_backup_ = *migrated;

  opened = catching([&] {
    for (int i = 0; i < options_.readers; ++i) {
      auto reader = FileConnection::open_reader(options_.path);
      reader->exec("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192");
      readers_.push_back(std::move(reader));
    }
    if (!options_.only_service.empty()) {
      authorize_only(*writer_, options_.only_service);
      for (auto& reader : readers_) authorize_only(*reader, options_.only_service);
    }
    checkpointer_ = std::make_unique<Checkpointer>(options_.path);
    checkpointer_->follow(*writer_);
  });
  if (!opened) return opened;
  writer_thread_ = std::thread([this] { run_writer(); });
  for (auto& reader : readers_) reader_threads_.emplace_back([this, db = reader.get()] { run_reader(*db); });
  return {};
}

void SqliteDatabase::stop() {
  {
    std::lock_guard guard(write_mutex_);
    stop_writes_ = true;
  }
  {
    std::lock_guard guard(read_mutex_);
    stop_reads_ = true;
  }
  write_ready_.notify_all();
  read_ready_.notify_all();
  if (writer_thread_.joinable()) writer_thread_.join();
  for (auto& thread : reader_threads_)
    if (thread.joinable()) thread.join();
  reader_threads_.clear();
  readers_.clear();
  checkpointer_.reset();
  if (writer_) {
    // Leaves one complete file behind. A failure loses nothing: the log is read at the next start.
    sqlite3_wal_checkpoint_v2(writer_->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    writer_.reset();
  }
}

asio::awaitable<void> SqliteDatabase::submit_write(Lane lane, std::shared_ptr<WriteJob> job) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this, lane](auto handler, std::shared_ptr<WriteJob> submitted) {
        submitted->waiter = std::make_unique<sql::HandlerWaiter<decltype(handler)>>(std::move(handler));
        bool wake = false;
        {
          std::lock_guard guard(write_mutex_);
          if (!stop_writes_) {
            wake = std::exchange(writer_waits_, false);
            lanes_.push(lane, std::move(submitted));
          }
        }
        if (wake) write_ready_.notify_one();
        if (!submitted) return;
        submitted->outcome = stopping();  // NOLINT(bugprone-use-after-move): null if it was taken.
        complete(Jobs<WriteJob>{std::move(submitted)});
      },
      asio::use_awaitable, std::move(job));
}

asio::awaitable<void> SqliteDatabase::submit_read(std::shared_ptr<ReadJob> job) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this](auto handler, std::shared_ptr<ReadJob> submitted) {
        submitted->waiter = std::make_unique<sql::HandlerWaiter<decltype(handler)>>(std::move(handler));
        bool wake = false;
        {
          std::lock_guard guard(read_mutex_);
          if (!stop_reads_) {
            reads_.push_back(std::move(submitted));
            wake = idle_readers_ > 0;
          }
        }
        if (wake) read_ready_.notify_one();
        if (!submitted) return;
        submitted->outcome = stopping();  // NOLINT(bugprone-use-after-move): null if it was taken.
        complete(Jobs<ReadJob>{std::move(submitted)});
      },
      asio::use_awaitable, std::move(job));
}

void SqliteDatabase::run_writer() {
  for (;;) {
    {
      std::unique_lock guard(write_mutex_);
      while (lanes_.empty() && !stop_writes_) {
        writer_waits_ = true;
        write_ready_.wait(guard);
      }
      writer_waits_ = false;
      if (lanes_.empty()) return;
    }
    Jobs<WriteJob> batch;
    run_batch(batch);
    complete(std::move(batch));
    checkpointer_->after_commit(*writer_);
  }
}

/// Runs what waits, up to the batch's limits, in one transaction, and sets every job's outcome. It never waits for more
/// work: a lone request is committed at once, and while one batch syncs, the next gathers by itself.
void SqliteDatabase::run_batch(Jobs<WriteJob>& batch) {
  auto& effects = writer_->effects();
  effects = {};
  auto done = catching([&] { writer_->run("BEGIN IMMEDIATE"); });
  const auto end = Clock::now() + options_.batch_time;
  auto before = Clock::now();
  bool answers_wait = false;
  while (batch.size() < static_cast<std::size_t>(options_.batch_size)) {
    Lanes::Next next;
    {
      std::lock_guard guard(write_mutex_);
      next = lanes_.pop(answers_wait);
    }
    if (!next.job) break;
    answers_wait = answers_wait || next.lane == Lane::foreground;
    auto& job = *next.job;
    batch.push_back(std::move(next.job));
    if (!done) continue;
    if (!run_write(job)) {
      // SQLite has undone the whole transaction, neighbours included: none of them happened.
      done = job.outcome ? Result<>(Error{Errc::unavailable, "The database gave up the transaction"}) : job.outcome;
      continue;
    }
    const auto after = Clock::now();
    {
      std::lock_guard guard(write_mutex_);
      lanes_.spent(next.lane, after - before);
    }
    before = after;
    if (after >= end) break;
  }
  if (done) {
    fault_point("storage.before_commit");
    done = catching([&] { writer_->run("COMMIT"); });
    fault_point("storage.after_commit");
  }
  if (!done) {
    if (!sqlite3_get_autocommit(writer_->handle()))
      ignore(catching([&] { writer_->run("ROLLBACK"); }), "the transaction is over either way");
    effects = {};
    for (auto& job : batch) job->outcome = done;
    failed_ += batch.size();
    return;
  }
  ++commits_;
  closures_ += batch.size();
  tell_listeners();
}

/// False when the whole transaction is gone.
bool SqliteDatabase::run_write(WriteJob& job) {
  auto& effects = writer_->effects();
  const auto events = effects.events.size();
  const auto earliest_timer = effects.earliest_timer;
  bool keep = false;
  auto ran = catching([&] {
    writer_->run("SAVEPOINT job");
    keep = job.run(*writer_);
    if (keep) writer_->run("RELEASE job");
  });
  if (ran && keep) return true;
  if (!ran) job.outcome = ran;
  ++failed_;
  effects.events.resize(events);
  effects.earliest_timer = earliest_timer;
  if (sqlite3_get_autocommit(writer_->handle())) return false;
  auto undone = catching([&] {
    writer_->run("ROLLBACK TO job");
    writer_->run("RELEASE job");
  });
  return undone.has_value();
}

void SqliteDatabase::tell_listeners() {
  auto& effects = writer_->effects();
  if (effects.events.empty() && effects.earliest_timer == Instant::max()) return;
  std::lock_guard guard(listeners_mutex_);
  for (const auto& listener : listeners_) listener(effects);
}

/// Takes what waits (shared with the other readers) and runs it in one read transaction: begun after the last of them
/// was asked for, it sees every write that was acknowledged before.
void SqliteDatabase::run_reader(Reader& db) {
  constexpr std::size_t kMost = 32;
  constexpr auto kSlow = std::chrono::milliseconds{1};
  Jobs<ReadJob> taken;
  for (;;) {
    taken.clear();
    {
      std::unique_lock guard(read_mutex_);
      while (reads_.empty() && !stop_reads_) {
        ++idle_readers_;
        read_ready_.wait(guard);
        --idle_readers_;
      }
      if (reads_.empty()) return;
      const std::size_t share = (reads_.size() + readers_.size() - 1) / readers_.size();
      for (std::size_t n = std::min(kMost, share); n > 0; --n) {
        taken.push_back(std::move(reads_.front()));
        reads_.pop_front();
      }
    }
    const auto begun = catching([&] { db.run("BEGIN"); });
    Jobs<ReadJob> finished;
    auto since = Clock::now();
    for (auto& job : taken) {
      job->outcome = begun ? catching([&] { job->run(db); }) : begun;
      finished.push_back(std::move(job));
      // A slow query does not hold up the answers of those before it.
      if (const auto now = Clock::now(); now - since > kSlow) {
        complete(std::exchange(finished, {}));
        since = now;
      }
    }
    if (begun) ignore(catching([&] { db.run("COMMIT"); }), "a read transaction changes nothing");
    read_count_ += taken.size();
    complete(std::move(finished));
  }
}

Database::Counters SqliteDatabase::counters() const {
  Counters counters{commits_, closures_, failed_, read_count_, 0, 0};
  std::lock_guard guard(write_mutex_);
  counters.foreground_queue = lanes_.size(Lane::foreground);
  counters.background_queue = lanes_.size(Lane::background);
  return counters;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options, std::vector<Migration> migrations) {
  auto lock = FileLock::take(options.path);
  if (!lock) return lock.error();
  const std::string path = options.path;
  auto database = std::make_unique<SqliteDatabase>(std::move(options), std::move(*lock));
  if (auto started = database->start(std::move(migrations)); !started) {
    auto error = started.error();
    if (error.detail.find(path) == std::string::npos) error.detail = path + ": " + error.detail;
    return error;
  }
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace daybook::storage::sqlite
