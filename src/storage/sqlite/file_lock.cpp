#include "storage/sqlite/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace daybook::storage::sqlite {
namespace {

/// The process id that the holder wrote into the lock file, or "another process".
std::string holder_of(int fd) {
  char text[32] = {};
  const auto n = ::pread(fd, text, sizeof text - 1, 0);
  std::string pid(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& path) {
  const std::string lock_path = path + ".lock";
  const int fd = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    const int failure = errno;
    const std::string said = lock_path + ": " + std::strerror(failure);
    if (failure == ENOENT)
      return Error{Errc::misconfigured, said + ". Make the directory, or name another one with --data"};
    if (failure == EACCES || failure == EROFS || failure == EPERM)
      return Error{Errc::misconfigured,
                   said + ". Give this user write permission on the directory, or name another one with --data"};
    if (failure == ENOSPC || failure == EDQUOT)
      return Error{Errc::unavailable, said + ". Free some space on that disk and start again"};
    return Error{Errc::unavailable, said};
  }
  FileLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return Error{Errc::conflict,
                 path + " is in use by " + holder_of(fd) + ". Stop it, or name another directory with --data"};
  const std::string pid = std::to_string(::getpid()) + "\n";
  // Only what the message above shows; the lock holds without it.
  if (::ftruncate(fd, 0) == 0) ignore(::pwrite(fd, pid.data(), pid.size(), 0), "shown to people only");
  return lock;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace daybook::storage::sqlite
