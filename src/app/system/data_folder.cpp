#include "app/system/data_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace daybook::app {
namespace {

Error refused(const std::string& path, int reason) {
  const std::string why = std::strerror(reason);
  switch (reason) {
    case EACCES:
    case EPERM:
      return {Errc::misconfigured, "The data folder " + path + " may not be written by this user (" + why +
                                       "). Give it to the user, or choose another with --data."};
    case EROFS:
      return {Errc::misconfigured,
              "The data folder " + path + " is on a read-only file system. Choose another with --data."};
    case ENOTDIR:
    case EEXIST:
      return {Errc::misconfigured, "The data folder " + path + " is a file, not a folder. Choose another with --data."};
    case ENOSPC:
    case EDQUOT:
      return {Errc::unavailable, "The disk of the data folder " + path + " is full (" + why +
                                     "). Free some space and start again; nothing was lost."};
    default:
      return {Errc::unavailable, "The data folder " + path + " cannot be used: " + why + "."};
  }
}

}  // namespace

Result<> prepare_data_folder(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code failure;
  const bool was_there = fs::is_directory(path, failure);
  if (!was_there) {
    if (fs::exists(path, failure)) return refused(path, ENOTDIR);
    fs::create_directories(path, failure);
    if (failure) return refused(path, failure.value());
    ::chmod(path.c_str(), 0700);
  }
  // Tried rather than asked: access() knows neither quotas nor what root may do.
  const std::string probe = path + "/.write-test";
  const int file = ::open(probe.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return refused(path, errno);
  const bool written = ::write(file, "daybook", 7) == 7;
  const int reason = errno;
  ::close(file);
  ::unlink(probe.c_str());
  if (!written) return refused(path, reason);
  return {};
}

}  // namespace daybook::app
