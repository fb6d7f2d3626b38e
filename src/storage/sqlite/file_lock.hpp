#pragma once

#include <string>
#include <utility>

#include "core/result.hpp"

namespace daybook::storage::sqlite {

/// Holds `<path>.lock` for this process (flock), so that two servers, or a server and a restore, never share a database
/// file. The kernel lets go when the process ends, however it ends.
class FileLock {
 public:
  /// Errors: conflict (naming the process that holds it), misconfigured (the directory is missing or may not be
  /// written), unavailable.
  static Result<FileLock> take(const std::string& path);

  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace daybook::storage::sqlite
