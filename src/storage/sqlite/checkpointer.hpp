#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "storage/sqlite/connection.hpp"

namespace daybook::storage::sqlite {

/// Moves committed pages from the write-ahead log into the file on a thread of its own, so that the writer never waits
/// for it. While writes go on it cannot reach the log's end, and then the log would grow for ever: so when it has done
/// the bulk, it asks the writer to do the few pages that came meanwhile, after which the log starts over.
class Checkpointer {
 public:
  /// Throws SqliteError.
  explicit Checkpointer(const std::string& path);
  ~Checkpointer();

  /// Learns the log's length from `writer` at each commit.
  void follow(FileConnection& writer);
  /// On the writer's thread, between batches.
  void after_commit(FileConnection& writer);

 private:
  /// Pages of 4 KiB in the log at which a checkpoint begins: 32 MiB.
  static constexpr int kPages = 8192;

  void run();

  std::unique_ptr<FileConnection> connection_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool wanted_ = false, stop_ = false;
  std::atomic<bool> busy_{false};    ///< From wanting a checkpoint until the writer finished it.
  std::atomic<bool> finish_{false};  ///< The bulk is done.
  int log_pages_ = 0;                ///< Writer's thread only.
  std::thread thread_;
};

}  // namespace daybook::storage::sqlite
