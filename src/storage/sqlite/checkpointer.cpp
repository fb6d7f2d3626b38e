#include "storage/sqlite/checkpointer.hpp"

#include <sqlite3.h>

namespace daybook::storage::sqlite {

Checkpointer::Checkpointer(const std::string& path) {
  auto connection = FileConnection::open(path, FileConnection::Mode::read_write);
  if (!connection) throw SqliteError(SQLITE_CANTOPEN, connection.error().detail);
  connection_ = std::move(*connection);
  connection_->exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
  thread_ = std::thread([this] { run(); });
}

Checkpointer::~Checkpointer() {
  {
    std::lock_guard guard(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Checkpointer::follow(FileConnection& writer) {
  const auto hook = [](void* self, sqlite3*, const char*, int pages) {
    static_cast<Checkpointer*>(self)->log_pages_ = pages;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(writer.handle(), hook, this);
}

void Checkpointer::after_commit(FileConnection& writer) {
  if (finish_.exchange(false)) {
    sqlite3_wal_checkpoint_v2(writer.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    busy_ = false;
    return;
  }
  if (log_pages_ < kPages || busy_.exchange(true)) return;
  {
    std::lock_guard guard(mutex_);
    wanted_ = true;
  }
  wake_.notify_one();
}

void Checkpointer::run() {
  std::unique_lock guard(mutex_);
  for (;;) {
    wake_.wait(guard, [this] { return wanted_ || stop_; });
    if (stop_) return;
    wanted_ = false;
    guard.unlock();
    // Failure (disk full, a reader in the way) leaves everything in the log, where the next turn finds it.
    sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    finish_ = true;
    guard.lock();
  }
}

}  // namespace daybook::storage::sqlite
